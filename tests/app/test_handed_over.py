"""What a child is handed with a mail to read: nothing for a stranger, what it may quote for an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import PATIENCE, Desk, from_agent, mail, notice_to, reply

from mailgate.app.intake import in_hand, intake, quotable
from mailgate.cli import cli
from mailgate.core.model.mail import Envelope
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import Held
from mailgate.wire.mime.lane_keys import keys
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


def test_explain_reads_with_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = answered(desk)
    seen: list[Any] = []
    parse = quotable.parse

    def watched(*args: Any) -> Any:
        seen.append(args[3])
        return parse(*args)

    monkeypatch.setattr(quotable, "parse", watched)
    file = desk.folder / "mail.eml"
    raw = reply(letter, MAIJA, "It did not help.").as_bytes()
    file.write_bytes(raw)
    config = str(desk.folder / "mailgate.toml")
    done = CliRunner().invoke(cli, ["--config", config, "explain", str(file), "--to", "support@acme.example"])
    assert done.exit_code == 0, done.output
    policy = desk.gateway.in_force.policy
    answers = keys(raw, Envelope(MAIJA, ()), policy).answered
    known = desk.gateway.store.read(lambda read: quotable.letters(read, answers, policy))
    assert seen == [known] and known is not None


def bodily(desk: Desk) -> EmailMessage:
    """Anna's answer to a notice which only its quote names."""
    desk.send(mail("Lamp", "It is broken, and has been for a week.\n", sender=MAIJA))
    quoting = reply(notice_to(desk, "anna", 1001), ANNA, "Please press the switch.", "Hello")
    for name in ("In-Reply-To", "References", "To"):
        del quoting[name]
    quoting["To"] = "support@acme.example"
    return quoting


def test_a_mail_that_is_read_twice_waits_for_no_look_at_the_clock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody was woken for the second reading, and such a mail lay five seconds."""
    monkeypatch.setattr(intake, "IDLE", 10 * PATIENCE)
    assert desk.fate(desk.send(bodily(desk))) == "parked"


def test_explain_rules_diff_and_parked_show_read_twice_what_quotes_a_letter_that_only_its_body_names(
    desk: Desk,
) -> None:
    """W-09: as the daemon does; read once, the whole notice stood there as if the agent had written it."""
    quoting = bodily(desk)
    number = desk.send(quoting)
    assert desk.fate(number) == "parked"
    config = ["--config", str(desk.folder / "mailgate.toml")]
    shown = CliRunner().invoke(cli, [*config, "parked", "show", str(number)])
    assert shown.exit_code == 0, shown.output
    assert shown.output.rstrip().endswith("\n\nPlease press the switch.") and "mg:" not in shown.output
    store, snapshot = desk.gateway.store, desk.gateway.in_force.snapshot
    raw, envelope = store.read(lambda read: (read.mail.raw(number), read.mail.envelope(number)))
    read = quotable.read_by_hand(raw, envelope, snapshot.policy, store.read)
    assert (read.held, read.fresh) == (Held.NOTHING, "Please press the switch.")
    file = desk.folder / "mail.eml"
    file.write_bytes(quoting.as_bytes().replace(b"Message-ID: <", b"Message-ID: <again-"))
    would = CliRunner().invoke(cli, [*config, "explain", str(file), "--from", ANNA, "--json"])
    assert would.exit_code == 0, would.output
    assert json.loads(would.output)["reason"] == desk.gateway.store.read(lambda read: read.mail.row(number)).reason


def test_what_is_handed_over_at_once_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail is read when those before it are, and never waits for ever: one at least is always handed over."""
    letter = answered(desk)
    monkeypatch.setattr(in_hand, "HANDED", 1)
    numbers = [desk.send(reply(letter, MAIJA, f"Words {n}.")) for n in range(3)]
    assert [desk.fate(number) for number in numbers] == ["filed"] * 3
