"""Letters of 0.1.0 get fingerprints from the bytes that were kept, after the start, wherever a run was ended."""

from __future__ import annotations

import email
import email.policy
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from answering import VARIANTS, Written
from click.testing import CliRunner

from mailgate.app.gateway import Gateway
from mailgate.app.health.status import status_of
from mailgate.app.intake import quotable
from mailgate.app.jobs import old_letters, ticks
from mailgate.cli import cli
from mailgate.core.model.mail import Envelope
from mailgate.core.quoting import tokens
from mailgate.core.quoting.fingerprint import Wording
from mailgate.wire.text import fingerprints
from mailgate.wiring import build


@pytest.fixture
def gateway(desk: Path) -> Iterator[Gateway]:
    found = build(desk / "mailgate.toml", children=1)
    yield found
    found.close()


def asked(gateway: Gateway, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(gateway.store.path)) as database:  # type: ignore[attr-defined]
        return database.execute(statement).fetchall()


def left(gateway: Gateway) -> int:
    found: int = status_of(gateway, gateway.clock())["old_letters"]
    return found


def test_every_letter_whose_bytes_are_kept_gets_one_and_status_says_how_many_are_left(gateway: Gateway) -> None:
    [[kept]] = asked(gateway, "SELECT count(*) FROM rendered")
    assert left(gateway) >= int(str(kept)) > 10
    said = CliRunner().invoke(cli, ["--config", str(gateway.config.path), "status"]).output
    assert "letters of before are still to be read" in said
    ticks.backfill(gateway, gateway.clock())
    without = "SELECT template FROM letter JOIN rendered ON rendered.letter = id WHERE id NOT IN (SELECT letter FROM letter_words)"
    assert asked(gateway, without) == [] and left(gateway) == 0
    assert ticks.backfill(gateway, gateway.clock()) == 0
    assert "to be read" not in CliRunner().invoke(cli, ["--config", str(gateway.config.path), "status"]).output


def test_their_kinds_come_from_the_entries_of_the_ticket(gateway: Gateway) -> None:
    old_letters.fingerprint(gateway)
    key = gateway.store.read(lambda read: read.settings.words_key())
    hasher = tokens.Hasher(key)
    found = set()
    rows = asked(
        gateway,
        "SELECT letter_words.words, entry.text, entry.kind FROM letter_words JOIN letter ON letter.id = letter_words.letter "
        "JOIN entry ON entry.ticket = letter.ticket WHERE letter.template = 'notice' AND entry.unverified = 0",
    )
    for words, text, kind in rows:
        letter = fingerprints.unpack(bytes(words))  # type: ignore[arg-type]
        lines = {tuple(letter.words[begin:end]): set(letter.kinds[begin:end]) for begin, end in letter.lines()}
        for line in str(text).split("\n"):
            kinds = lines.get(tuple(hasher.hashes(line)))
            if kinds and len(line.split()) >= 4:
                found.add((str(kind), *kinds))
    assert ("customer", Wording.PUBLIC) in found
    assert all(
        kinds == {Wording.PUBLIC} for kind, *rest in found if kind in ("customer", "agent") for kinds in [set(rest)]
    )


def test_a_run_that_is_stopped_goes_on_where_it_was(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_letters, "SLICE", 3)
    keep = old_letters._keep

    def stop_after(*args: object) -> None:
        gateway.stopping.set()
        keep(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as stopped:
        stopped.setattr(old_letters, "_keep", stop_after)
        assert old_letters.fingerprint(gateway) == 3
    gateway.stopping.clear()
    [[before]] = asked(gateway, "SELECT count(*) FROM letter_words")
    total = old_letters.fingerprint(gateway)
    [[kept]] = asked(gateway, "SELECT count(*) FROM rendered")
    assert before == 3 and total == int(str(kept)) - 3


def test_bytes_erased_while_they_are_read_leave_nothing(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    found = gateway.store.read(lambda read: read.outbox.old_letters(2))
    assert found is not None
    [first, second] = found[1]
    gateway.store.write(lambda tx: tx.outbox.drop_words([first.id])).result()
    gateway.store.write(lambda tx: tx.outbox.keep_words(second.id, {first.id: b"x", second.id: b"y"})).result()
    assert asked(gateway, "SELECT letter FROM letter_words") == [(second.id,)]


def test_a_letter_that_a_child_cannot_read_is_passed_over(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_letters, "PRINT", "mailgate.wire.letters.own_words:nothing_of_that_name")
    assert old_letters.fingerprint(gateway) > 10
    assert asked(gateway, "SELECT count(*) FROM letter_words") == [(0,)] and left(gateway) == 0


def old_notices(gateway: Gateway) -> list[EmailMessage]:
    """The notices to Anna whose bytes 0.1.0 kept."""
    rows = asked(gateway, "SELECT bytes FROM rendered JOIN letter ON letter.id = letter WHERE template = 'notice' AND agent = 'anna' "
                          "AND ticket IS NOT NULL ORDER BY letter.id")  # fmt: skip
    return [
        email.message_from_bytes(bytes(one), policy=email.policy.default) for (one,) in rows if isinstance(one, bytes)
    ]


def test_answers_of_every_program_to_its_letters_have_their_typed_words_alone(gateway: Gateway) -> None:
    """Issue 12: the table of clients, played with letters of the old scheme."""
    ticks.backfill(gateway, gateway.clock())
    notices = old_notices(gateway)
    assert len(notices) >= 3
    said = "Dear Maija,\n\npress the switch for ten seconds, then:\n- take the bulb out\n- wait\n\nBest wishes to you"
    policy = gateway.in_force.snapshot.policy
    wrong = {}
    for at, (name, (program, form)) in enumerate(VARIANTS.items()):
        answer = program.answer(notices[at % len(notices)], Written(above=said), form)
        envelope = Envelope("anna@staff.example", ("support@acme.example",))
        mail = quotable.read_by_hand(answer.as_bytes(policy=email.policy.SMTP), envelope, policy, gateway.store.read)
        found = [line.strip() for line in mail.may_leave.split("\n") if line.strip()]
        if mail.held or found != [line for line in said.split("\n") if line]:
            wrong[name] = (mail.held, found)
    assert wrong == {}
