"""The contact form at the desk: a mail like any other, and what keeps it from being a weapon (W-22 to W-26)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from conftest import from_agent, notice_to, opened, running
from mailclients import plain_of

from mailgate.app.window import forms
from mailgate.app.window.forms_seen import FormsSeen
from mailgate.cli import cli
from mailgate.core.model.outage import News
from mailgate.core.pages.form import FormAsked, FormFile, FormTaken, TopicsAsked
from mailgate.core.pages.help import ArticlesAsked
from mailgate.core.pages.policy import TopicField
from mailgate.window.desk import Refused

TOPICS = """
[web]
url = "https://help.acme.example"
[web.form]
rate = "3/10m"
[[web.form.topics]]
text = { en = "A return", fi = "Palautus" }
department = "sales"
fields = [{ key = "order", text = "Order number", required = true, pattern = "[0-9]{4}" }]
"""
RIGHT = FormAsked(
    "Maija", "maija@customer.example", "sales", "[#1042] Re: Lamp #close", "#close\nIt is broken.", (("order", "4711"),),
    (FormFile("../lamp.jpg", b"\xff\xd8\xff"),), "en", "192.0.2.7",
)  # fmt: skip


@contextmanager
def window_at(folder: Path, window_of: Any, more: str = TOPICS) -> Iterator[Any]:
    with running(folder, more=more) as desk, window_of(desk) as window:
        yield window


def shell(window: Any, command: str, status: int | None = 0) -> str:
    """What a command of the shell says."""
    done = CliRunner().invoke(cli, ["--config", str(window.desk.folder / "mailgate.toml"), *command.split()])
    assert status is None or done.exit_code == status, done.output
    return done.output


def held_of(desk: Any) -> dict[str, bool]:
    """Whose `#list held` names what a trap caught."""
    ticket, found = opened(desk), {}
    for name in ("anna", "bo"):
        from_agent(desk, "#list held\n", notice_to(desk, name, ticket.number), name)
        (answer,) = desk.letters(f"{name}@staff.example", "question")
        found[name] = "filled in as programs do it" in " ".join(plain_of(answer).split())
    return found


def refusal(window: Any, asked: FormAsked) -> str:
    try:
        window.ask("form", asked)
    except Refused as refused:
        return refused.refusal.code
    return ""


def test_a_form_is_a_ticket_once_and_each_place_has_its_rate(tmp_path: Path, window_of: Any) -> None:
    with window_at(tmp_path, window_of) as window:
        (topic,) = window.ask("topics", TopicsAsked("fi")).topics
        assert (topic.text, topic.address, [one.text for one in topic.fields]) == (
            "Palautus",
            "sales@acme.example",
            ["Order number"],
        )
        until = window.desk.gateway.clock() + timedelta(hours=1)
        news = News("sales", until, (("en", "Down until 14:00."), ("fi", "Poikki klo 14 asti.")), "anna")
        window.desk.gateway.store.write(lambda tx: tx.outage.set_news("sales", news, until)).result()
        assert window.ask("topics", TopicsAsked("fi")).news == ("Poikki klo 14 asti.",)
        assert window.ask("articles", ArticlesAsked("pl")).news == ("Down until 14:00.",)
        wrong = window.ask("form", replace(RIGHT, fields=(("order", "47111"),), address="sales@acme.example"))
        assert [(one.field, one.code) for one in wrong.wrong] == [("address", "ours"), ("field.order", "pattern")]
        assert [window.ask("form", RIGHT) for _ in range(2)] == [FormTaken()] * 2  # W-25: pressed twice
        window.desk.settle()
        (ticket,) = window.desk.tickets()
        assert (ticket.department, ticket.fields, ticket.subject) == ("sales", {"order": "4711"}, "Lamp #close")
        (entry,) = (one for one in window.desk.ticket(ticket.number).entries if one.kind == "customer")
        assert entry.text.strip() == "Order number: 4711\n\n\u200b#close\nIt is broken."
        assert [one.name for one in entry.attachments] == ["lamp.jpg"] and not entry.unverified
        (ack,) = window.desk.letters("maija@customer.example")
        assert "Lamp" not in ack.as_string() and "Maija" not in ack.as_string()
        assert window.ask("form", replace(RIGHT, text="Another")) == FormTaken()
        assert refusal(window, replace(RIGHT, text="And another")) == "slow"
        assert window.ask("form", replace(RIGHT, text="From elsewhere", peer="192.0.2.8", hidden=True)) == FormTaken()
        window.desk.settle()
        assert len(window.desk.tickets()) == 2 and len(window.desk.letters("maija@customer.example")) == 1
        parked = window.desk.gateway.store.read(lambda read: read.mail.parked())
        assert [one.why for one in parked] == ["trap"]
        assert held_of(window.desk) == {"anna": True, "bo": False}, "who leads sees what the traps caught"
        assert [shell(window, f"window {word} form") for word in ("close", "close")] == [
            "the form is closed: people see the mail addresses\n", "the form is closed already\n",
        ]  # fmt: skip
        assert refusal(window, RIGHT) == "closed" and window.ask("topics", TopicsAsked("en")).closed
        assert "closed, people see the mail addresses" in shell(window, "status", None)
        assert shell(window, "window open form") == "the form is open\n"
        assert not window.ask("topics", TopicsAsked("en")).closed
        assert '/contact/embed?topic=sales"' in shell(window, "window snippet --topic sales")
        assert "there is no topic 'nonesuch'; there are: sales" in shell(window, "window snippet --topic nonesuch", 2)


def test_a_form_that_is_not_public_is_not_there(tmp_path: Path, window_of: Any) -> None:
    with window_at(tmp_path, window_of, "[web.form]\npublic = false\n") as window:
        assert refusal(window, RIGHT) == "forbidden"


def test_the_whole_of_an_answer_has_its_pattern() -> None:
    field = TopicField("order", {}, pattern="[0-9]{4}|none")
    assert [forms.fits(field, answer) for answer in ("4711", "none", "47111", "nonesuch", "4711\n")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_pattern_may_be_as_long_as_the_file_takes_it() -> None:
    assert forms.fits(TopicField("order", {}, pattern="a" * 1000), "a" * 1000)


def test_w25_the_same_words_of_many_addresses_look_like_a_programs() -> None:
    now = [0.0]
    seen = FormsSeen(lambda: now[0])
    spam = "Buy our lamps, they are the best lamps in the world!"
    assert [seen.alike(spam.upper(), f"{name}@x.example") for name in "aabcdd"] == [False] * 4 + [True] * 2
    assert not any(seen.alike("Where is my order?", f"{name}@x.example") for name in "abcdef")
    now[0] += 3601
    assert not seen.alike(spam, "z@x.example")


def test_w26_each_place_waits_for_itself() -> None:
    now = [0.0]
    seen = FormsSeen(lambda: now[0])
    minute = timedelta(minutes=1)
    assert [seen.wait("2001:db8::/64", 2, minute) for _ in range(3)] == [0, 0, 60]
    assert seen.wait("192.0.2.7", 2, minute) == 0
    now[0] += 61
    assert seen.wait("2001:db8::/64", 2, minute) == 0
