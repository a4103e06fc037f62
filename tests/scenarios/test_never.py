"""What must never happen: nothing internal in a letter to a customer, no mistyped command sent, no honest word held."""

from __future__ import annotations

import email.policy
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest
from conftest import Desk, as_read, from_agent, mail, notice_to, opened, reply, running, whole
from mailclients import CLIENTS

from mailgate.app.intake.quotable import read_by_hand
from mailgate.core.commands.catalogue import COMMANDS, lookup_for
from mailgate.core.mails.decide import decide, needs
from mailgate.core.model.change import Audience, Decision, Fate
from mailgate.core.model.mail import Envelope

ANNA = "Anna Virtanen <anna@staff.example>"
BO = "Bo Ek <bo@staff.example>"
MAIJA = "maija@customer.example"
SECRET = re.compile(
    r"CANARY|@staff\.example|mg[.:][a-z0-9]{1,8}\.[0-9]+\.a|Please write your reply above|support\+[a-z]+\.[a-z2-7]{16}",
    re.IGNORECASE,
)


def beside(path: str) -> ModuleType:
    """A module of the tests by its file: test folders are no packages."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, Path(__file__).parent / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SLIPS = beside("../core/commands/test_mistyped_commands.py").SLIPS
LETTERS = beside("../core/commands/test_honest_letters.py").LETTERS


# --- nothing internal leaves ------------------------------------------------------------------------------------------

MORE = """
[limits]
acks_per_hour = 5000
tickets_per_sender_hour = 5000

[[agent]]
name = "timo"
full_name = "Timo Tuomi"
address = "timo@staff.example"
departments = ["support"]
role = "trainee"
"""
RULE = """
[[rule]]
name = "everything else"
then.note = "CANARY of a rule"
then.tags = ["canary-tag"]
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk full of secrets: each is a canary."""
    smtp = 'trusted_networks = ["127.0.0.0/8"]'
    with running(tmp_path_factory.mktemp("never"), rules=RULE, smtp=smtp, more=MORE) as desk:
        yield desk


READ: dict[int, bytes] = {}  # by id, the letters of the house that went outside and hold nothing internal


def outside(desk: Desk) -> Iterator[tuple[int, str, EmailMessage, bytes]]:
    """Every letter that left for a customer or an expert and was not read yet: its id, template, and bytes."""
    desk.letters()
    seen = set()
    for row in desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent", "waiting", "held"))):
        if row.letter in seen:
            continue
        seen.add(row.letter)
        letter = desk.gateway.store.read(lambda read, one=row.letter: read.outbox.letter(one))
        if letter.audience in ("customer", "expert") and letter.raw and READ.get(row.letter) != letter.raw:
            yield row.letter, row.template, as_read(letter.raw), letter.raw


def no_leak(desk: Desk) -> int:
    """Nothing internal in any header, any part, any file name; returns how many letters were read so far."""
    for number, template, letter, raw in outside(desk):
        names = " ".join(str(part.get_filename()) for part in letter.walk())
        for text in (whole(letter), raw.decode("utf-8", "replace"), names):
            if template == "expert":  # they are asked to write above a line too, and know of no other
                text = text.replace("Please write your reply above this line", "")  # noqa: PLW2901
            found = SECRET.search(text)
            assert found is None, (template, found, text[max(0, found.start() - 200) : found.end() + 80])
        READ[number] = raw
    return len(READ)


ARGUMENTS = {
    "assign": "bo", "move": "sales CANARY of a handover", "ask": "lab@expert.example what is it?",
    "cc": "+kari@customer.example", "requester": "kari@customer.example", "hold": "2d", "priority": "high", "due": "2d",
    "remind": "2d CANARY of a reminder", "tag": "+canary-too", "subject": "A better title", "field": "order=CANARY",
    "use": "nothing", "save": "canary", "kb": "lamp", "call": "kari@customer.example", "new": "liisa@customer.example",
    "merge": "1001", "link": "1001", "away": "2030-12-20..2030-12-30 cover bo", "find": "lamp", "list": "open",
    "show": "1001", "files": "1001", "customer": MAIJA, "report": "7d", "yes": "", "send": "", "drop": "",
}  # fmt: skip


def noticed(desk: Desk, ticket: int) -> EmailMessage:
    """The newest notice of a ticket to Anna, without reading every letter there is."""
    for _ in range(10_000):  # hundredths of a second, and what it takes to look
        desk.gateway.dispatcher.drain()
        rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
        found = [row.letter for row in rows if (row.ticket, row.to) == (ticket, "anna@staff.example")]
        if found:
            letter = desk.gateway.store.read(lambda read, one=found[-1]: read.outbox.letter(one))
            return as_read(letter.raw)
        desk.idle.wait(0.01)
    raise AssertionError(f"no notice of {ticket}")


@pytest.mark.parametrize("client", ["Outlook", "Gmail", "iPhone", "Thunderbird", "mutt"])
def test_no_agents_answer_leaks_anything(house: Desk, client: str) -> None:
    who = f"{re.sub(r'[^a-z]', '', client.lower())}@customer.example"
    ticket = opened(house, f"Lamp of {client}", sender=who).number
    for name, author, words in (
        ("anna", ANNA, ["#note", "CANARY of a note, anna@staff.example", "#field order=CANARY"]),
        ("anna", ANNA, ["Dear customer, here is an answer."]),
        ("anna", ANNA, ["Write to me at anna@staff.example please."]),
        ("anna", ANNA, ["A mark of the house: mg:k1.1001.a1c.aaaaaaaa.bbbbbbbbbbbbbbbb"]),
        ("timo", "Timo Tuomi <timo@staff.example>", ["A trainee's answer."]),
        ("bo", BO, ["Bo answers too."]),
    ):
        house.send(CLIENTS[client](notice_to(house, name, ticket), author, words))
    house.send(mail(f"Re: [#{ticket}] Lamp", "What now?\n", sender=who))
    assert no_leak(house) > 1


@pytest.mark.parametrize("half", [0, 1])
def test_no_command_leaks_anything(house: Desk, half: int) -> None:
    for word in COMMANDS[half::2]:
        line = f"#{word.name} {ARGUMENTS.get(word.name, '')}".strip()
        ticket = opened(house, f"Lamp {word.name}", sender=f"w{word.name}@customer.example").number
        asked = noticed(house, ticket)
        house.send(CLIENTS["Gmail"](asked, ANNA, ["#note", "CANARY before the command"]))
        words = "" if word.name in ("note", "call", "assign", "ask") else f"Words under {word.name}."
        house.send(CLIENTS["Gmail"](asked, ANNA, [line, "", words]))
        house.send(mail(f"Re: [#{ticket}] Lamp {word.name}", "What now?\n", sender=f"w{word.name}@customer.example"))
    house.clock.ahead += timedelta(minutes=1)
    assert no_leak(house) > len(COMMANDS) // 2


def test_an_answer_to_all_a_forward_and_an_experts_words_leak_nothing(house: Desk) -> None:
    ticket = opened(house, "To all", sender="all@customer.example", cc="boss@customer.example")
    notice = notice_to(house, "anna", ticket.number)
    from_agent(house, "#note\nCANARY for the house\n", notice)
    everybody = reply(notice, ANNA, "I answer all of you.")
    everybody["Cc"] = "all@customer.example, boss@customer.example"
    house.send(everybody)
    assert house.letters("all@customer.example", "answer") == [], "they have it already"
    house.send(reply(notice_to(house, "bo", ticket.number), BO, "#ask lab@expert.example is this the fuse?"))
    asked = house.letters("lab@expert.example", "expert")[-1]
    house.send(reply(asked, "Lab <lab@expert.example>", "CANARY: it is the fuse, and it was your own fault."))
    house.send(reply(asked, "Somebody <else@expert.example>", "CANARY of a stranger with the expert's letter"))
    house.send(
        mail(
            f"Fwd: [#{ticket.number}] To all",
            "CANARY of a forward\n",
            sender=ANNA,
            in_reply_to=str(notice["Message-ID"]),
        )
    )
    from_agent(house, "It is the fuse.\n", notice_to(house, "bo", ticket.number), "bo")
    house.send(mail(f"Re: [#{ticket.number}] To all", "#status\n", sender="all@customer.example"))
    no_leak(house)


INSIDE = {
    name: kind
    for name, kind in beside("test_first_lines.py").TABLE.items()
    if not name.startswith("to the customer") and not name.endswith("to an expert")
}
POSTED = beside("test_first_lines.py").posted
SECRETS = ("text", "title", "intro", "by", "question", "subject", "newer")  # texts a letter to an agent may show


def test_no_letter_to_an_agent_leaks_through_its_answer(house: Desk) -> None:
    """W-19: every kind of letter, full of canaries, is answered with its whole text quoted."""
    ticket = opened(house, "Every kind", sender="kinds@customer.example")
    for name, kind in INSIDE.items():
        texts = {one.name: f"CANARY of a {name}, its {one.name}" for one in fields(kind.content) if one.name in SECRETS}
        letter = POSTED(house, kind._replace(content=replace(kind.content, **texts)), ticket)
        house.send(CLIENTS["Gmail"](letter, ANNA, [f"It is the fuse, says {name}.", "Greetings"]))
    assert no_leak(house) >= 4


BUTTONS = re.compile(r'href="mailto:([^"?]+)\?subject=([^"&]*)&amp;body=([^"]*)"')


def test_no_button_leaks_anything(house: Desk) -> None:
    """W-19: each link of a notice, of receipts and of questions is tapped, on a ticket with a canary in a note."""
    ticket = opened(house, "Buttons", sender="buttons@customer.example")
    notice = notice_to(house, "anna", ticket.number)
    from_agent(house, "#note\nCANARY of a note\n", notice_to(house, "bo", ticket.number), "bo")
    from_agent(house, "note: CANARY that may be none\n", notice)
    house.send(mail(f"[#{ticket.number}] #close", "Hello without proof.\n", sender=ANNA))
    from_agent(house, "#mine\n", notice)
    letters = [
        notice,
        *(house.letters("anna@staff.example", kind)[-1] for kind in ("receipt", "was_it_you", "question")),
    ]
    tapped = 0
    for letter in letters:
        page = letter.get_body(("html",))
        assert page is not None
        for to, subject, body in BUTTONS.findall(page.get_content()):
            house.send(mail(unquote(subject), unquote(body).replace("\r", ""), sender=ANNA, to=unquote(to)))
            tapped += 1
    house.settle()
    house.send(mail(f"Re: [#{ticket.number}] Buttons", "And now?\n", sender="buttons@customer.example"))
    assert tapped > 12 and no_leak(house)


def test_no_title_leaks_anything(house: Desk) -> None:
    """W-19: tickets that agents open in every way there is, each answered so that its title is a customer's Subject."""
    ticket = opened(house, "Titles", sender="titles@customer.example")
    notice = notice_to(house, "anna", ticket.number)
    house.send(mail(f"Re: [#{ticket.number}] Titles", "And another thing.\n", sender="titles@customer.example"))
    for words in ("#call w1@customer.example\n\nCANARY: he shouted at me.", "#new w2@customer.example\n\nDear Liisa,",
                  "#new w3@customer.example from bo@staff.example CANARY\n\nDear Liisa,", "#split"):  # fmt: skip
        number = from_agent(house, words + "\n", notice)
        row = house.gateway.store.read(lambda read, n=number: read.mail.row(n))
        assert row is not None and row.fate == "filed", (words, row.reason)
    made = [one for one in house.tickets() if one.number > ticket.number]
    assert {one.requester.key.partition("@")[0] for one in made} == {"w1", "w2", "w3", "titles"}
    for one in made:
        assert not SECRET.search(one.subject), one.subject
        house.send(mail(f"[#{one.number}]", "What now?\n", sender=one.requester.addr))
        from_agent(house, "It is on its way.\n", noticed(house, one.number))
    assert no_leak(house) > len(made)


# --- mistyped commands, honest letters --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, EmailMessage]]:
    """A desk with one ticket and Anna's notice of it: mails are judged against it, and nothing is written."""
    with running(tmp_path_factory.mktemp("judging")) as desk:
        yield desk, notice_to(desk, "anna", opened(desk).number)


def judged(desk: Desk, message: EmailMessage) -> Decision:
    """The gateway's own decision about a mail, without its last line."""
    snapshot = desk.gateway.in_force.snapshot
    envelope = Envelope("anna@staff.example", ("support@acme.example",))
    raw = message.as_bytes(policy=email.policy.SMTP)
    parsed = read_by_hand(raw, envelope, snapshot.policy, desk.gateway.store.read)
    now = desk.clock()
    facts = desk.gateway.store.read(lambda read: read.facts(needs(parsed, snapshot.policy, now), now))
    return decide(parsed, snapshot.moment(now, facts), snapshot.rules)


def to_customers(decision: Decision) -> list[str]:
    """The templates of what would leave the house."""
    letters = [*decision.letters, *(one for step in decision.steps for one in step.outbound)]
    return [one.template for one in letters if one.audience is not Audience.AGENT]


PLACES = {
    "top": "#{word}\n\nDear Maija,\nthe lamp is on its way.",
    "middle": "Dear Maija,\n\n#{word}\n\nthe lamp is on its way.",
    "bottom": "Dear Maija,\nthe lamp is on its way.\n\n#{word}",
    "after the signature": "Dear Maija,\nthe lamp is on its way.\n\n-- \nAnna\n#{word}",
}
NAMES = lookup_for({})
SAMPLE = SLIPS[:: max(1, len(SLIPS) // 260)]


def test_the_sample_has_more_than_two_hundred_slips_of_every_command() -> None:
    assert len(SAMPLE) >= 200


@pytest.mark.parametrize("at", range(len(PLACES)), ids=list(PLACES))
def test_no_mistyped_command_is_sent_and_the_receipt_names_the_right_one(
    judging: tuple[Desk, EmailMessage], at: int
) -> None:
    """Each slip in one of the places, as all of them are read by `core/commands/test_mistyped_commands.py`."""
    desk, notice = judging
    place, missed = list(PLACES.values())[at], []
    for word, name in SAMPLE[at :: len(PLACES)]:
        decision = judged(desk, reply(notice, ANNA, place.replace("{word}", word)))
        named = [one.nearest for letter in decision.letters for one in getattr(letter.content, "refused", None) or ()]
        meant = {one for said in ", ".join(named).split(", ") for one in NAMES.find(said.removeprefix("#"))}
        if decision.fate is not Fate.PARKED or to_customers(decision) or name not in meant:
            missed.append((word, name, str(decision.fate), named))
    assert missed == []


@pytest.mark.parametrize("word", ["colse", "asign bo", "tkae", "valms", "nte"])
def test_a_mistyped_command_by_mail_reaches_nobody_but_its_author(
    judging: tuple[Desk, EmailMessage], word: str
) -> None:
    desk, notice = judging
    number = desk.send(reply(notice, ANNA, f"Dear Maija,\nthe lamp is on its way.\n\n#{word}"))
    assert desk.fate(number) == "parked" and desk.letters(MAIJA, "answer") == []
    assert desk.ticket(1001).status == "new"


@pytest.mark.parametrize("letter", [text for text in LETTERS.values() if text.strip()])
def test_an_honest_letter_goes_out_as_it_was_written(judging: tuple[Desk, EmailMessage], letter: str) -> None:
    desk, notice = judging
    decision = judged(desk, reply(notice, ANNA, letter.replace("\r\n", "\n")))
    assert decision.fate is Fate.FILED, decision.trace.commands
    assert to_customers(decision) == ["answer"]
    [sent] = [one for step in decision.steps for one in step.outbound if one.template == "answer"]
    assert sent.content.text.split() == letter.split()
