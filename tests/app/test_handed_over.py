"""What a child is handed with a mail to read: nothing for a stranger, what it may quote for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Desk, from_agent, mail, notice_to, reply

from mailgate.app.admin import explaining
from mailgate.app.intake import in_hand
from mailgate.cli import cli
from mailgate.core.model.mail import Envelope
from mailgate.core.quoting.known import KnownLetters
from mailgate.wire.text import fingerprints

MAIJA, ANNA = "maija@customer.example", "anna@staff.example"


@pytest.fixture
def handed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[KnownLetters | None]]:
    """What went with each mail."""
    seen: list[KnownLetters | None] = []
    submit = desk.gateway.children.submit_many

    def watched(function: str, calls: Any, peers: Any = ()) -> Any:
        calls = list(calls)
        if function == in_hand.READ and len(calls[0]) == 4:
            seen.extend(call[3] for call in calls)
        return submit(function, calls, peers)

    monkeypatch.setattr(desk.gateway.children, "submit_many", watched)
    yield seen


def kept(desk: Desk, *templates: str, agent: str = "") -> list[bytes]:
    """The fingerprints of letters with these templates, to that agent or to anybody, the newest first."""
    find = "SELECT words, template, agent FROM letter_words JOIN letter ON letter.id = letter_words.letter ORDER BY letter.id DESC"
    rows = desk.gateway.store.read(lambda read: read.session.all(find, {}))  # type: ignore[attr-defined]
    return [bytes(row["words"]) for row in rows if row["template"] in templates and agent in ("", row["agent"])]


def answered(desk: Desk) -> EmailMessage:
    """A ticket with an answer, which is returned; all letters have left."""
    desk.send(mail("Lamp", "It is broken, and has been for a week.\n", sender=MAIJA))
    from_agent(desk, "Please press the switch for ten seconds.", notice_to(desk, "anna", 1001))
    [letter] = desk.letters(MAIJA, "answer")
    desk.letters()
    return letter


def test_every_letter_that_left_has_its_fingerprint(desk: Desk) -> None:
    answered(desk)
    find = "SELECT (SELECT count(*) FROM rendered), (SELECT count(*) FROM letter_words)"
    [row] = desk.gateway.store.read(lambda read: read.session.all(find, {}))  # type: ignore[attr-defined]
    assert row[0] == row[1] > 2


def test_a_reply_by_id_and_one_by_the_number_in_its_subject(desk: Desk, handed: list[KnownLetters | None]) -> None:
    letter = answered(desk)
    del handed[:]
    desk.send(reply(letter, MAIJA, "It did not help."))
    desk.send(mail("Re: [#1001] Lamp", "I pressed it.\n", sender=MAIJA))
    by_id, by_number = handed
    assert by_id is not None and by_number is not None
    customers = kept(desk, "answer", "ack")
    assert list(by_id.letters) == customers
    assert [one.text for one in by_id.entries] == [
        "Please press the switch for ten seconds.", "It is broken, and has been for a week."]  # fmt: skip
    assert list(by_number.letters) == customers and by_number.entries[0].text == "It did not help."
    hasher = fingerprints.hasher(by_id.key)
    found = fingerprints.unpack(by_id.letters[0])
    words = hasher.hashes("Please press the switch for ten seconds.")
    assert words in [list(found.words[begin:end]) for begin, end in found.lines()]


def test_an_agent_has_the_notice_first_that_they_answer(desk: Desk, handed: list[KnownLetters | None]) -> None:
    desk.send(mail("Lamp", "It is broken.\n", sender=MAIJA))
    notice = notice_to(desk, "anna", 1001)
    desk.letters()
    del handed[:]
    from_agent(desk, "Press the switch.", notice)
    [known] = handed
    assert known is not None
    assert list(known.letters) == [*kept(desk, "notice", agent="anna"), *kept(desk, "ack")]
    assert [one.text for one in known.entries] == ["It is broken."]
    assert known.senders == ("Acme Support support@acme.example", "Acme Sales sales@acme.example")


@pytest.mark.parametrize("subject", ["Another thing", "Re: [#4711] of somebody else"])
def test_a_stranger_is_handed_nothing(desk: Desk, handed: list[KnownLetters | None], subject: str) -> None:
    answered(desk)
    del handed[:]
    desk.send(mail(subject, "Words.\n", sender="timo@elsewhere.example"))
    assert handed == [None]


def test_explain_and_parked_show_read_with_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = answered(desk)
    seen: list[Any] = []
    parse = explaining.parse

    def watched(*args: Any) -> Any:
        seen.append(args[3])
        return parse(*args)

    monkeypatch.setattr(explaining, "parse", watched)
    file = desk.folder / "mail.eml"
    raw = reply(letter, MAIJA, "It did not help.").as_bytes()
    file.write_bytes(raw)
    config = str(desk.folder / "mailgate.toml")
    done = CliRunner().invoke(cli, ["--config", config, "explain", str(file), "--to", "support@acme.example"])
    assert done.exit_code == 0, done.output
    policy = desk.gateway.in_force.policy
    known = desk.gateway.store.read(lambda read: in_hand.known_to(read, raw, Envelope(MAIJA, ()), policy))
    assert seen == [known] and known is not None


def test_what_is_handed_over_at_once_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail is read when those before it are, and never waits for ever: one at least is always handed over."""
    letter = answered(desk)
    monkeypatch.setattr(in_hand, "HANDED", 1)
    numbers = [desk.send(reply(letter, MAIJA, f"Words {n}.")) for n in range(3)]
    assert [desk.fate(number) for number in numbers] == ["filed"] * 3
