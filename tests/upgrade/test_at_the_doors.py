"""Today's daemon on the folder of 0.1.0: mail by SMTP, letters by a relay, and nothing that was begun is forgotten."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
import shutil
import urllib.parse
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from scenarios.process import Relay
from upgrade.make_0_1_0 import ANNA, MAIJA, answer, mail
from upgrade.old_desk import Desk, counts, lay_out, opened


@pytest.fixture
def relay() -> Iterator[Relay]:
    found = Relay()
    yield found
    found.close()


@pytest.fixture
def desk(tmp_path: Path, relay: Relay) -> Iterator[Desk]:
    found = Desk(lay_out(tmp_path / "desk", timedelta(minutes=10)), relay.out)
    yield found
    found.kill()


def came(relay: Relay, to: str) -> list[EmailMessage]:
    return [
        email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[misc]
        for recipient, raw in relay.taken
        if recipient == to
    ]


def outbox(desk: Desk, state: str) -> set[tuple[str, str]]:
    """(to, ticket or template) of every delivery in that state."""
    rows = json.loads(desk.command("outbox", "list", "--json").stdout)
    return {(row["to"], str(row["ticket"] or row["template"])) for row in rows if row["state"] == state}


def ticket(desk: Desk, number: int) -> list[tuple[str, str]]:
    """(kind, text) of its entries."""
    shown = json.loads(desk.command("tickets", "show", str(number), "--json").stdout)
    return [(one["kind"], one["text"]) for one in shown["entries"]]


def tapped(letter: EmailMessage, words: str, sender: str) -> EmailMessage:
    """The mail that a client writes when the button with these words is pressed."""
    page = letter.get_body(("html",))
    assert page is not None
    links = {text: href for href, text in re.findall(r'href="(mailto:[^"]*)"[^>]*>([^<]+)<', page.get_content())}
    link = urllib.parse.urlsplit(html.unescape(links[words]))
    fields = dict(urllib.parse.parse_qsl(link.query))
    return mail(sender, fields["subject"], fields.get("body", "") + "\n", urllib.parse.unquote(link.path))


def test_letters_that_were_due_leave_once_and_what_was_held_or_in_doubt_stays(desk: Desk, relay: Relay) -> None:
    with opened(desk.data / "mailgate.db") as database:
        [same] = database.execute("SELECT bytes FROM rendered WHERE letter = 46").fetchone()
        [id] = database.execute("SELECT message_id FROM letter WHERE id = 46").fetchone()
    before = counts(desk.folder)
    desk.start()
    desk.drained()
    copies = relay.ids()
    assert set(copies.values()) == {1}
    # `sending` when it died: a notice once more under its id, with the bytes it had; `leased`: as if never begun.
    assert [raw.replace(b"\r\n", b"\n") for to, raw in relay.taken if (to, id) in copies and id.encode() in raw] == [
        same.replace(b"\r\n", b"\n")
    ]
    for who in ("anna", "bo", "liisa"):
        assert [one["X-Mailgate-Ticket"] for one in came(relay, f"{who}@staff.example")].count("1010") == 1
    held = {("pilot@customer.example", "1007"), ("anna@staff.example", "1007"), ("bo@staff.example", "1007")}
    assert outbox(desk, "held") == {*held, ("undo@customer.example", "1009")}
    assert outbox(desk, "uncertain") == {("doubt@customer.example", "1008")}
    assert outbox(desk, "dead") == {("vera@gone.example", "1004")}
    assert desk.command("outbox", "release").returncode == 0  # the pilot is over
    desk.drained()
    assert outbox(desk, "held") == {("undo@customer.example", "1009")}
    assert len(came(relay, "pilot@customer.example")) == 1
    assert set(relay.ids().values()) == {1}
    assert desk.stop() == 0
    after = counts(desk.folder)
    assert after["sent"] - before["sent"] == len(relay.ids())


def test_an_acknowledgement_that_was_on_its_way_is_in_doubt_and_stops(desk: Desk, relay: Relay) -> None:
    with opened(desk.data / "mailgate.db") as database:
        database.execute("UPDATE delivery SET state = 'sending' WHERE recipient = 'last@customer.example'")
    desk.start()
    desk.drained()
    assert ("last@customer.example", "1010") in outbox(desk, "uncertain")
    assert came(relay, "last@customer.example") == []


def test_an_answer_whose_undo_time_is_over_leaves_once(tmp_path: Path, relay: Relay) -> None:
    desk = Desk(lay_out(tmp_path / "desk", timedelta(hours=1)), relay.out)
    try:
        desk.start()
        desk.drained()
        [letter] = came(relay, "undo@customer.example")
        body = letter.get_body(("plain",))
        assert body is not None and "Half an hour to think again." in body.get_content()
        assert "undo@customer.example" not in {to for to, _ in outbox(desk, "held")}
    finally:
        desk.kill()


def test_answers_to_its_letters_land_in_their_tickets(desk: Desk, relay: Relay) -> None:
    ack, notice = desk.letter("maija@", 1005, "ack"), desk.letter("anna@", 1005, "notice")
    marker = next(
        line
        for line in notice.get_body(("plain",)).get_content().splitlines()
        if line.startswith("mg:")  # type: ignore[union-attr]
    )
    desk.start()
    desk.settled()
    known = counts(desk.folder)["ticket"]
    desk.send(answer(ack, MAIJA, "The desk has three legs.\n"))
    desk.settled()
    assert ticket(desk, 1005)[-1] == ("customer", "The desk has three legs.")
    desk.send(answer(notice, ANNA, "#take #tag +desk\n\nThe fourth comes tomorrow.\n"))
    desk.settled()
    assert ("agent", "The fourth comes tomorrow.") in ticket(desk, 1005)
    # A relay that rewrote the Message-ID leaves the marker line, which the answer quotes.
    quoted = f"And a screw.\n\n> {marker}\n> Is the desk there?\n"
    known_by = desk.letter("anna@", 1005, "notice")
    desk.send(mail(ANNA, f"Re: {known_by['Subject']}", quoted, in_reply_to="<rewritten@relay.example>"))
    desk.settled()
    [waits] = {row["mail"] for row in json.loads(desk.command("parked", "list", "--json").stdout)} - {18, 19}
    assert ("agent", "And a screw.") not in ticket(desk, 1005)  # without a pass a quoted marker relays nothing,
    assert desk.command("parked", "send", str(waits), "--as", "anna").returncode == 0
    desk.settled()
    assert ("agent", "And a screw.") in ticket(desk, 1005)  # and it knows its ticket
    assert json.loads(desk.command("tickets", "show", "1005", "--json").stdout)["tags"] == ["desk"]
    desk.drained()
    words = [one.get_body(("plain",)).get_content() for one in came(relay, "maija@customer.example")]  # type: ignore[union-attr]
    assert sum("The fourth comes tomorrow." in one for one in words) == 1
    assert sum("And a screw." in one for one in words) == 1
    assert counts(desk.folder)["ticket"] == known


def test_quarantined_and_parked_mail_is_there_and_can_be_let_out(desk: Desk, relay: Relay) -> None:
    receipt, question = desk.letter("anna@", 0, "receipt"), desk.letter("anna@", 0, "was_it_you")
    desk.start()
    desk.settled()
    [poison] = json.loads(desk.command("quarantine", "list", "--json").stdout)
    assert (poison["mail"], poison["from"]) == (20, "pia@customer.example")
    assert desk.command("quarantine", "retry").returncode == 0
    desk.settled()
    assert json.loads(desk.command("quarantine", "list", "--json").stdout) == []
    assert "It was the daemon's fault." in desk.command("explain", "20").stdout + str(ticket(desk, 1006))
    parked = json.loads(desk.command("parked", "list", "--json").stdout)
    assert [(row["mail"], row["why"]) for row in parked] == [(18, "no_proof"), (19, "commands")]
    desk.send(tapped(receipt, "Send without commands", ANNA))  # 0.1.0's own letter did not show what it would send
    desk.settled()
    assert len(json.loads(desk.command("parked", "list", "--json").stdout)) == 2
    desk.drained()  # S-13: the newest receipt is there once it has its words
    asked = desk.letter("anna@", 0, "receipt")
    assert asked["Message-ID"] != receipt["Message-ID"]
    desk.send(tapped(asked, "Send without commands", ANNA))
    desk.settled()
    assert ("note", "Is it there?") in ticket(desk, 1004)  # it answered the news of a bounce
    assert desk.command("parked", "send", "18", "--as", "anna").returncode == 0
    desk.settled()
    [again] = json.loads(desk.command("parked", "list", "--json").stdout)
    assert (again["mail"], again["why"]) == (18, "refused")  # believed, and it closes no ticket that it names
    assert desk.command("parked", "drop", "18").returncode == 0
    assert json.loads(desk.command("parked", "list", "--json").stdout) == []
    assert question["Subject"] == "Hello"
    audit = json.loads(desk.command("audit", "--json").stdout)
    assert (audit["unaccounted"], audit["quarantined"], audit["parked"]) == (0, 0, 0)


def test_an_import_that_broke_off_goes_on_and_brings_nothing_twice(desk: Desk, relay: Relay) -> None:
    box = desk.folder / "history.mbox"
    box.write_bytes(
        b"".join(
            b"From h%d@customer.example Thu Jan  5 00:00:00 2023\nFrom: h%d@customer.example\nTo: support@acme.example\n"
            b"Subject: Old question %d\nMessage-ID: <h%d@customer.example>\nDate: Thu, 5 Jan 2023 10:00:00 +0000\n\n"
            b"It was before mailgate.\n\n" % (n, n, n, n)
            for n in range(6)  # the four that were taken over, and two that were not reached
        )
    )
    done = desk.command("import", str(box))
    assert done.returncode == 0, done.stderr
    desk.start()
    desk.drained()
    again = desk.command("import", str(box))
    assert again.returncode == 0, again.stderr
    desk.drained()
    subjects = desk.subjects()
    assert [subjects[f"Old question {n}"] for n in range(6)] == [1] * 6
    assert not [to for to, _ in relay.taken if to.startswith("h")]


def test_large_mail_and_its_files_are_there(desk: Desk, tmp_path: Path) -> None:
    desk.start()
    desk.settled()
    assert desk.command("tickets", "files", "1001", str(tmp_path / "files")).returncode == 0
    assert (tmp_path / "files" / "lamp.png").stat().st_size == 60_000
    backup = tmp_path / "after.tar.gz"
    assert desk.command("backup", str(backup)).returncode == 0
    assert desk.stop() == 0
    shutil.rmtree(desk.data)
    assert desk.command("restore", str(backup)).returncode == 0
    assert desk.command("audit").returncode == 0
