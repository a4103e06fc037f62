"""A whole gateway that reads its mail from a real Dovecot: folders, history, junk, crashes, and what audit finds."""

from __future__ import annotations

import contextlib
import imaplib
import json
import socketserver
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import Desk, from_agent, mail, notice_to, only, running, whole
from idp import GRANTED, Identity

from mailgate.app.jobs import ticks
from mailgate.cli import cli
from mailgate.edge.imap.folder import Folder
from mailgate.edge.out import oauth
from mailgate.edge.out.oauth import StoredTokens, TokenFile
from mailgate.errors import Temporary
from mailgate.store.base import Cursor
from mailgate.store.sqlite.store import SqliteStore

BOX = """
[[imap]]
name = "support"
address = "support@acme.example"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{user}"
password = "{password}"
poll = "1s"
{more}
"""


def wait_for(true: Callable[[], Any]) -> None:
    """Until it is so; the readers' threads wake nobody."""
    end = time.monotonic() + 100
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


class Mailbox:
    """One user's mailbox on the server, as its owner sees it, and the gateways that read it."""

    def __init__(self, dovecot: Any, place: Path) -> None:
        self.dovecot, self.place = dovecot, place
        self.user = f"{place.name}@example.test"

    @contextlib.contextmanager
    def desk(self, more: str = 'done_folder = "Done"', **parts: str) -> Iterator[Desk]:
        """A gateway that reads it while the block lasts, connected: what comes from now on is new."""
        box = BOX.format(port=self.dovecot.imap, user=self.user, password=self.dovecot.password, more=more)
        with running(self.place, more=box, **parts) as desk:
            wait_for(lambda: desk.gateway.mailboxes.states()[0]["state"] != "connecting")
            yield desk

    def connect(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.dovecot.imap, timeout=100)
        client.authenticate("PLAIN", lambda _: f"\0{self.user}\0{self.dovecot.password}".encode())
        return client

    def put(self, raw: bytes, folder: str = "INBOX", age: timedelta = timedelta()) -> None:
        with self.connect() as client:
            client.create(folder)
            when = imaplib.Time2Internaldate(time.time() - age.total_seconds())
            assert client.append(folder, "", when, raw)[0] == "OK"

    def make(self, folder: str) -> None:
        with self.connect() as client:
            client.create(folder)

    def count(self, folder: str = "INBOX") -> int:
        with self.connect() as client:
            status, found = client.select(folder, readonly=True)
            return int(found[0] or 0) if status == "OK" else 0

    def mailgate(self, *args: str) -> Result:
        done = CliRunner().invoke(cli, ["--config", str(self.place / "mailgate.toml"), *args], standalone_mode=False)
        assert done.exception is None, done.exception
        return done

    def store(self) -> SqliteStore:
        return SqliteStore(self.place / "data" / "mailgate.db")


@pytest.fixture
def box(dovecot: Any, tmp_path: Path) -> Mailbox:
    return Mailbox(dovecot, tmp_path)


def taken(desk: Desk, count: int) -> list[str]:
    """Wait until so many mails have their fate; the fates in order of arrival."""
    desk.wait(lambda: len(desk.settled) >= count, f"{count} mails were not taken: {desk.gateway.mailboxes.states()}")
    assert len(desk.settled) == count
    return [desk.settled[number] for number in sorted(desk.settled)]


def read_through(desk: Desk, uid: int) -> None:
    """Wait until the reader has remembered that it is past this mail."""
    wait_for(
        lambda: (
            desk.gateway.store.read(lambda read: (read.settings.cursor("support", "INBOX") or Cursor(0, 0)).uid) >= uid
        )
    )


def test_mail_in_a_mailbox_becomes_tickets_and_is_moved(box: Mailbox) -> None:
    with box.desk() as desk:
        box.put(mail("By IMAP").as_bytes())
        assert taken(desk, 1) == ["filed"]
        assert [ticket.subject for ticket in desk.tickets()] == ["By IMAP"]
        assert len(desk.letters("maija@customer.example", "ack")) == 1
    assert (box.count("INBOX"), box.count("Done")) == (0, 1)


# --- history, junk, watch -----------------------------------------------------------------------------------------------


def test_history_is_filed_and_never_answered(box: Mailbox) -> None:
    box.put(mail("Long ago").as_bytes(), age=timedelta(days=3))
    with box.desk() as desk:
        assert taken(desk, 1) == ["filed"]
        assert [str(ticket.status) for ticket in desk.tickets()] == ["solved"]
        assert desk.letters() == []


def test_since_says_what_is_history_and_old_mail_is_not_acknowledged(box: Mailbox) -> None:
    for subject, days in (("Too old", 40), ("Old", 3), ("Fresh", 0)):
        box.put(mail(subject, sender=f"{days}@customer.example").as_bytes(), age=timedelta(days=days))
    since = (datetime.now(UTC) - timedelta(days=30)).date()
    with box.desk(f"since = {since}") as desk:
        taken(desk, 3)
        assert {ticket.subject: str(ticket.status) for ticket in desk.tickets()} == {
            "Too old": "solved", "Old": "new", "Fresh": "new"
        }  # fmt: skip
        assert [letter["To"] for letter in desk.letters(template="ack")] == ["0@customer.example"]
    assert box.count() == 3  # no done_folder: all of it stays


def test_junk_is_parked_and_released_as_the_customers(box: Mailbox) -> None:
    box.put(mail("My invoice", sender="Maija <maija@customer.example>").as_bytes(), "Junk")
    with box.desk('junk = "Junk"\nsince = 2026-01-01') as desk:
        assert taken(desk, 1) == ["parked"]
        assert desk.tickets() == []
        assert desk.letters("maija@customer.example") == []
        [row] = json.loads(box.mailgate("parked", "list", "--json").stdout)
        assert (row["from"], row["subject"], row["why"]) == ("maija@customer.example", "My invoice", "junk")
        box.mailgate("parked", "send", str(row["id"]))
        desk.settle()
        ticket = desk.of_mail(row["id"])
        assert (ticket.subject, ticket.requester.addr, ticket.entries[0].kind) == (
            "My invoice", "maija@customer.example", "customer"
        )  # fmt: skip
        assert only(desk.letters("maija@customer.example", "ack"))["X-Mailgate-Ticket"] == str(ticket.number)
    assert box.count("Junk") == 1


def test_an_answer_in_the_sent_folder_is_filed_as_the_agents_and_stays(box: Mailbox) -> None:
    with box.desk('sent_folder = "Sent"\ndone_folder = "Done"') as desk:
        box.put(mail().as_bytes())
        taken(desk, 1)
        [ticket] = desk.tickets()
        to = "maija@customer.example"
        answer = mail(f"Re: [#{ticket.number}] Broken lamp", "Try a new bulb.\n", sender="anna@staff.example", to=to)
        box.put(answer.as_bytes(), "Sent")
        taken(desk, 2)
        after = desk.ticket(ticket.number)
        assert [entry.kind for entry in after.entries] == ["customer", "agent"]
        assert (after.owner, desk.letters(to, "answer")) == ("anna", [])
    assert (box.count("Sent"), box.count("INBOX")) == (1, 0)


def test_watching_leaves_mail_in_place_and_sends_nothing(box: Mailbox) -> None:
    with box.desk(gateway='mode = "watch"') as desk:
        box.put(mail("Only watched").as_bytes())
        assert taken(desk, 1) == ["filed"]
        read_through(desk, 1)
        assert desk.letters() == []
        assert desk.gateway.store.read(lambda read: read.outbox.deliveries(("held",)))
    assert (box.count("INBOX"), box.count("Done")) == (1, 0)


# --- nothing lost, nothing twice ----------------------------------------------------------------------------------------


def test_i05_a_crash_between_commit_and_move_makes_one_ticket(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = threading.Event()

    def die(folder: Folder, client: object) -> None:
        if folder._unmoved:
            cut.set()
            raise Temporary("the plug was pulled")

    with monkeypatch.context() as patch, box.desk() as desk:
        patch.setattr(Folder, "move", die)
        box.put(mail("Committed").as_bytes())
        assert taken(desk, 1) == ["filed"]
        assert cut.wait(100)
        desk.daemon.stop()
    assert (box.count("INBOX"), box.count("Done")) == (1, 0)
    with box.desk() as desk:
        read_through(desk, 1)
        assert (len(desk.tickets()), len(desk.letters(template="ack"))) == (1, 1)
        assert desk.gateway.store.read(lambda read: read.report.audit())["accepted"] == 1
    assert (box.count("INBOX"), box.count("Done")) == (0, 1)


def test_i07_a_rebuilt_folder_loses_nothing_and_doubles_no_ticket(box: Mailbox) -> None:
    with box.desk("") as desk:
        for subject in ("one", "two"):
            box.put(mail(subject).as_bytes())
        assert taken(desk, 2) == ["filed", "filed"]
        read_through(desk, 2)
    box.dovecot.run("mailbox", "update", "-u", box.user, "--uid-validity", "4000000000", "INBOX")
    box.put(mail("three").as_bytes())
    with box.desk("") as desk:
        desk.wait(lambda: len(desk.tickets()) == 3, "the mail after the rebuild was not taken")
        read_through(desk, 3)
        assert [ticket.subject for ticket in desk.tickets()] == ["one", "two", "three"]
        assert len(desk.letters(template="ack")) == 3
        counts = desk.gateway.store.read(lambda read: read.report.audit())
        assert (counts["accepted"], counts["filed"], counts["duplicate"]) == (5, 3, 2)
    assert box.mailgate("audit", "--mailboxes").return_value == 0


def test_i16_one_message_in_two_folders_is_one_ticket(box: Mailbox) -> None:
    raw = mail("Twice labelled").as_bytes()
    with box.desk('folders = ["INBOX", "Sales"]') as desk:
        box.put(raw)
        assert taken(desk, 1) == ["filed"]
        box.put(raw, "Sales")

        def both() -> bool:
            counts = desk.gateway.store.read(lambda read: read.report.audit())
            return (counts["accepted"], counts["duplicate"]) == (2, 1)

        wait_for(both)
        assert (len(desk.tickets()), len(desk.letters(template="ack"))) == (1, 1)


# --- audit ------------------------------------------------------------------------------------------------------------------


def test_audit_finds_every_mail_of_a_mailbox_accounted_for(box: Mailbox) -> None:
    with box.desk('junk = "Junk"\ndone_folder = "Done"') as desk:
        box.put(mail("one").as_bytes())
        box.put(mail("two", sender="b@customer.example").as_bytes(), "Junk")
        taken(desk, 2)
        read_through(desk, 1)
        box.put(mail("Moved away by a person").as_bytes(), "Elsewhere")
        found = box.mailgate("audit", "--mailboxes", "--json")
        assert found.return_value == 0
        rows = {row["folder"]: row for row in json.loads(found.stdout)["mailboxes"]}
        assert (rows["INBOX"]["accepted"], rows["Junk"]["accepted"]) == (0, 1)  # what is done lies in done_folder
        assert all((row["missing"], row["problem"]) == ([], "") for row in rows.values())


def test_audit_names_a_mail_that_slipped_in_behind_the_cursor(box: Mailbox) -> None:
    with box.desk("") as desk:
        box.put(mail("one").as_bytes())
        taken(desk, 1)
        read_through(desk, 1)
    slipped = mail("Häviääkö tämä?", sender="Maija <maija@customer.example>").as_bytes()
    box.put(slipped)
    box.put(mail("Too large to fetch").as_bytes())
    box.put(mail("Came just now").as_bytes())
    store = box.store()
    cursor = store.read(lambda read: read.settings.cursor("support", "INBOX"))
    assert cursor is not None
    now = datetime.now(UTC)
    store.write(
        lambda tx: tx.settings.put_aside("support", "INBOX", cursor.uidvalidity, 3, "too_large", now, 9)
    ).result()
    store.write(lambda tx: tx.settings.set_cursor("support", "INBOX", Cursor(cursor.uidvalidity, 3), now)).result()
    store.close()
    plain = box.mailgate("audit")
    assert plain.return_value == 0  # without the network nobody knows of it
    assert "set aside, still on the server: support: INBOX, UID 3" in plain.stdout
    found = box.mailgate("audit", "--mailboxes")
    assert found.return_value == 1
    assert "support: INBOX: 4 held, 1 accepted, 1 set aside, 1 not read yet, 1 missing" in found.stdout
    assert "never accepted: UID 2, from maija@customer.example" in found.stdout
    assert "Häviääkö tämä?" in found.stdout
    told = json.loads(box.mailgate("audit", "--mailboxes", "--json").stdout)
    assert [one["uid"] for one in told["mailboxes"][0]["missing"]] == [2]
    with box.connect() as client:  # the remedy it tells
        client.create("Aside")
        client.select("INBOX")
        client.uid("MOVE", "2", "Aside")
        client.select("Aside")
        client.uid("MOVE", "1", "INBOX")
    with box.desk("") as desk:
        wait_for(lambda: "Häviääkö tämä?" in {ticket.subject for ticket in desk.tickets()})
        wait_for(lambda: box.mailgate("audit", "--mailboxes").return_value == 0)


def test_s06_audit_names_a_mail_under_a_uid_that_was_given_to_another_before(box: Mailbox) -> None:
    """S-06: the number was known, so the mail was counted as accepted; what we have under it is another mail."""
    with box.desk("") as desk:
        box.put(mail("one").as_bytes())
        box.put(mail("two", sender="b@customer.example").as_bytes())
        taken(desk, 2)
        read_through(desk, 2)
    assert box.mailgate("audit", "--mailboxes").return_value == 0
    store = box.store()
    store.write(
        lambda tx: tx.session.run("UPDATE mail SET raw_digest = 'of another', size = 7 WHERE uid = 2", {})
    ).result()  # type: ignore[attr-defined]
    store.write(lambda tx: tx.session.run("UPDATE mail SET size = 7 WHERE uid = 1", {})).result()  # type: ignore[attr-defined]
    store.close()
    found = box.mailgate("audit", "--mailboxes")
    assert found.return_value == 1
    assert "support: INBOX: 2 held, 1 accepted, 1 missing" in found.stdout
    assert "never accepted: UID 2, from b@customer.example" in found.stdout


def test_audit_says_when_a_mailbox_cannot_be_looked_at(box: Mailbox) -> None:
    with box.desk(""):
        pass
    config = box.place / "mailgate.toml"
    config.write_text(config.read_text().replace(box.dovecot.password, "wrong"))
    found = box.mailgate("audit", "--mailboxes")
    assert found.return_value == 1
    assert "support: cannot be looked at: login refused" in found.stdout


# --- OAuth --------------------------------------------------------------------------------------------------------------------

OAUTH = """
[[imap]]
name = "support"
address = "support@acme.example"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{user}"
oauth = "microsoft"
client_id = "cid"
poll = "1s"
"""


@pytest.fixture
def provider(dovecot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    """The provider that Dovecot asks whose a token is."""
    made = Identity(dovecot.introspection)
    monkeypatch.setattr(oauth, "provider", lambda name, tenant="common": made.like(name))
    yield made
    made.close()


def test_a_mailbox_is_read_by_oauth_from_login_to_renewal_to_its_end(box: Mailbox, provider: Identity) -> None:
    token = TokenFile(box.place / "data" / "tokens" / "support.json")
    device = {"device_code": "dc", "user_code": "WDJB", "verification_uri": "https://x/link", "interval": 0}
    more = OAUTH.format(port=box.dovecot.imap, user=box.user)
    with running(box.place, more=more) as desk:
        state = desk.gateway.mailboxes.states
        wait_for(lambda: "nobody has logged in yet: mailgate login support" in (state()[0]["error"] or ""))
        provider.answers = [(200, device), (200, GRANTED)]
        box.mailgate("login", "support")
        provider.users["at-1"] = box.user
        box.put(mail("By token").as_bytes(), age=timedelta(days=-1))
        assert taken(desk, 1) == ["filed"]  # without a restart
        wait_for(lambda: state()[0]["state"] == "idle")
        kept = token.load()
        assert kept is not None
        assert state()[0]["token_expires"] == kept.expires.isoformat()
        assert "token expires in 60 min" in box.mailgate("status").stdout

        token.save(StoredTokens("at-1", "rt-1", datetime.now(UTC) + timedelta(minutes=1)))
        del provider.users["at-1"]
        provider.users["at-2"] = box.user
        provider.answers = [(200, {"access_token": "at-2", "refresh_token": "rt-2", "expires_in": 7200})]
        box.dovecot.kick(box.user)
        box.put(mail("By the renewed token").as_bytes(), age=timedelta(days=-1))
        assert taken(desk, 2) == ["filed", "filed"]
        assert provider.asked[-1][1]["refresh_token"] == "rt-1"
        kept = token.load()
        assert kept is not None
        assert (kept.access, kept.refresh, token.path.stat().st_mode & 0o777) == ("at-2", "rt-2", 0o600)

        token.save(StoredTokens("at-2", "rt-2", datetime.now(UTC)))
        gone = (400, {"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token has expired"})
        provider.answers = [gone] * 50
        box.dovecot.kick(box.user)
        wait_for(lambda: "mailgate login support" in (state()[0]["error"] or ""))
        assert "AADSTS700082" in state()[0]["error"]
        assert "the login has ended" in box.mailgate("status").stdout


# --- silence ----------------------------------------------------------------------------------------------------------------


class Away(socketserver.BaseRequestHandler):
    """An IMAP server that lets nobody in."""

    def handle(self) -> None:
        self.request.sendall(b"* BYE [UNAVAILABLE] maintenance\r\n")


@pytest.fixture
def away() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Away) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join(100)


def test_a_mailbox_silent_for_alarm_after_calls_the_admin(away: int, tmp_path: Path) -> None:
    box = BOX.format(port=away, user="u", password="p", more='alarm_after = "30m"')
    metrics = '\n[metrics]\nlisten = "127.0.0.1:0"\n'
    with running(tmp_path, more=box + metrics) as desk:
        wait_for(lambda: desk.gateway.mailboxes.states()[0]["state"] == "failing")
        healthz = f"http://{desk.daemon.outside.metrics.bound[0]}/healthz"

        def status() -> Result:
            config = str(tmp_path / "mailgate.toml")
            return CliRunner().invoke(cli, ["--config", config, "status"], standalone_mode=False)

        with urllib.request.urlopen(healthz, timeout=100) as answer:
            assert answer.status == 200
        assert status().return_value == 0
        ticks.watch(desk.gateway, desk.clock())
        assert desk.letters("root@admin.example") == []
        desk.clock.ahead = timedelta(minutes=31)
        ticks.watch(desk.gateway, desk.clock())
        told = desk.letters("root@admin.example")  # on a busy machine the schedule tells of the jump of the clock too
        letter = only([each for each in told if "mailbox support" in each["Subject"]])
        assert "mailbox support is silent" in whole(letter)
        assert "maintenance" in whole(letter)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(healthz, timeout=100)
        with caught.value as answer:
            assert (answer.code, "mailbox support" in answer.read().decode()) == (503, True)
        found = status()
        assert found.return_value == 1
        assert "mailbox support is silent" in found.stdout
        assert "mailgate check --connect" in found.stdout


# --- spam -------------------------------------------------------------------------------------------------------------


def where(box: Mailbox) -> dict[str, int]:
    return {folder: box.count(folder) for folder in ("INBOX", "Done", "Junk")}


def nothing_due(desk: Desk) -> bool:
    waits = "SELECT count(*) FROM junk_move WHERE next_at IS NOT NULL"
    return desk.gateway.store.read(lambda read: read.session.scalar(waits, {})) == 0  # type: ignore[attr-defined]


def test_spam_goes_to_the_servers_own_junk_folder_and_what_was_none_back_to_what_is_done(box: Mailbox) -> None:
    box.make("Junk")
    with box.desk() as desk:
        box.put(mail("Win a lamp", sender="win@pest.example").as_bytes())
        assert taken(desk, 1) == ["filed"]
        [ticket] = desk.tickets()
        notice = notice_to(desk, "anna", ticket.number)
        from_agent(desk, "#spam", notice)
        wait_for(lambda: where(box) == {"INBOX": 0, "Done": 0, "Junk": 1})
        from_agent(desk, "#notspam", notice)
        wait_for(lambda: where(box) == {"INBOX": 0, "Done": 1, "Junk": 0})
        wait_for(lambda: nothing_due(desk))
        assert desk.ticket(ticket.number).status == "new"


def test_i19_a_mail_put_back_into_a_folder_that_is_read_opens_nothing(box: Mailbox) -> None:
    box.make("Junk")
    with box.desk('junk = "Junk"\nsince = 2026-01-01') as desk:
        box.put(mail("Win a lamp", sender="win@pest.example").as_bytes())
        taken(desk, 1)
        [ticket] = desk.tickets()
        notice = notice_to(desk, "anna", ticket.number)
        box.dovecot.run("mailbox", "update", "-u", box.user, "--uid-validity", "4000000000", "INBOX")
        from_agent(desk, "#spam", notice)
        wait_for(lambda: where(box) == {"INBOX": 0, "Done": 0, "Junk": 1})
        from_agent(desk, "#undo", notice)
        wait_for(lambda: where(box) == {"INBOX": 1, "Done": 0, "Junk": 0})
        read_through(desk, 2)
        desk.settle()
        assert [one.number for one in desk.tickets()] == [ticket.number]
        fates = desk.gateway.store.read(lambda read: read.report.audit())
        assert (fates["filed"], fates["parked"], fates["unaccounted"]) == (3, 0, 0)


def test_i19_an_original_that_was_deleted_or_a_folder_that_is_gone_is_nobodys_trouble(box: Mailbox) -> None:
    box.make("Junk")
    with box.desk() as desk:
        box.put(mail("Win a lamp", sender="win@pest.example").as_bytes())
        taken(desk, 1)
        [ticket] = desk.tickets()
        wait_for(lambda: box.count("Done") == 1)
        with box.connect() as client:
            client.delete("Done")
        from_agent(desk, "#spam", notice_to(desk, "anna", ticket.number))
        wait_for(lambda: nothing_due(desk))
        box.put(mail("Still read").as_bytes())
        desk.wait(lambda: len(desk.tickets()) == 2, "the reader stopped")
