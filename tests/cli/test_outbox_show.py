"""`mailgate outbox show`: what a letter says, also one that waits, and that looking at it sends nothing."""

from __future__ import annotations

import email
from pathlib import Path

from click.testing import CliRunner
from conftest import Desk, opened, running

from mailgate.cli import cli


def shown(desk: Desk, *args: str) -> str:
    """The output of `mailgate outbox show ...`."""
    asked = ["--config", str(desk.folder / "mailgate.toml"), "outbox", "show", *args]
    done = CliRunner().invoke(cli, asked, standalone_mode=False)
    assert done.exception is None, done.exception
    return done.output


def test_d24_a_letter_that_waits_in_watch_mode_can_be_read_and_goes_on_waiting(tmp_path: Path) -> None:
    with running(tmp_path, gateway='mode = "watch"') as desk:
        number = opened(desk).number
        rows = {row.template: row for row in desk.gateway.store.read(lambda read: read.outbox.deliveries(("held",)))}
        notice, ack = rows["notice"], rows["ack"]
        text = shown(desk, str(notice.id))
        assert "It has not left" in text and f"[#{number}] Broken lamp" in text and "The lamp does not work." in text
        assert "Anna" not in shown(desk, str(ack.id)).partition("It has not left")[2], "a customer's letter is one"
        letter = email.message_from_string(shown(desk, str(ack.id), "--raw"))
        assert (letter["To"], letter["Message-ID"]) == ("maija@customer.example", ack.message_id)
        assert desk.letters() == []
        kept = desk.gateway.store.read(lambda read: read.outbox.letter(notice.letter))
        assert kept is not None and kept.raw is None and [one.state for one in kept.deliveries] == ["held"]


def test_d24_one_that_has_left_is_shown_as_it_left(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        opened(desk)
        assert desk.letters(template="notice")
        rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
        text = shown(desk, str(next(row.id for row in rows if row.template == "notice")))
        assert "It has not left" not in text and "The lamp does not work." in text
