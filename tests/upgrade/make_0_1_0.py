"""How `0.1.0/` was made: a gateway of that version, real SMTP in and out, kills where a start finds most.

Kept to be read, and to be run again should the fixture be lost; it knows nothing of later versions:

    git worktree add --detach /tmp/old 58fb7e6
    python3 -m venv /tmp/old/.venv && /tmp/old/.venv/bin/pip install --editable /tmp/old
    python3 tests/upgrade/make_0_1_0.py /tmp/old/.venv/bin/python tests/upgrade/0.1.0
    /tmp/old/.venv/bin/mailgate init /tmp/starter && tar -cJf tests/upgrade/0.1.0/starter.tar.xz -C /tmp/starter .
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import email.utils
import json
import os
import random
import shutil
import signal
import smtplib
import socketserver
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

CONFIG = """# The configuration of a small desk that ran 0.1.0.
[gateway]
name = "Acme"
domain = "acme.example"
data = "data"
timezone = "Europe/Helsinki"
admin = "root@admin.example"
{mode}

[smtp]
listen = "127.0.0.1:0"
trusted_networks = ["127.0.0.1/32"]

[commands]
undo_window = "{undo}"
aliases = {{ ratkaistu = "solve" }}

[[outgoing]]
name = "out"
{out}
connections = 2

[identity]
accept = "token"

[tickets]
first_number = 1001
old_tags = ["[Acme #{{number}}]"]

[[calendar]]
name = "always"
monday = "00:00-24:00"
tuesday = "00:00-24:00"
wednesday = "00:00-24:00"
thursday = "00:00-24:00"
friday = "00:00-24:00"
saturday = "00:00-24:00"
sunday = "00:00-24:00"

[[sla]]
name = "standard"
first_response = "4h"
resolve = "3d"
warn = 0.8

[[department]]
name = "support"
addresses = ["support@acme.example"]
from = "Acme Support <support@acme.example>"
sla = "standard"
calendar = "always"
lead = "liisa"

[[department]]
name = "sales"
addresses = ["sales@acme.example", "myynti@acme.example"]
from = "Acme Sales <sales@acme.example>"

[[agent]]
name = "anna"
full_name = "Anna Virtanen"
address = "anna@staff.example"
departments = ["support"]

[[agent]]
name = "bo"
full_name = "Bo Ek"
address = "bo@staff.example"

[[agent]]
name = "liisa"
full_name = "Liisa Laine"
address = "liisa@staff.example"
role = "lead"

[letters]
survey = true

[limits]
acks_per_sender_hour = 50
"""
RULES = """[[rule]]
name = "invoices"
when.words = ["invoice*", "lasku*", "faktur*"]
then.department = "sales"
then.priority = "high"
then.tags = ["invoice"]
then.fields.order = '(?i)order (\\d+)'

[[rule.test]]
mail = { from = "a@b.example", to = "support@acme.example", subject = "Kysymys laskusta" }
expect = { department = "sales", priority = "high" }

[[rule]]
name = "newsletters"
when.from = ["@news.example"]
then.drop = "a newsletter"

[[rule]]
name = "everything else"
"""
FOLDER = 'transport = "folder"\nfolder = "outbox"'


class Relay:
    """Takes letters and remembers them; refuses whoever is at gone.example; says nothing after DATA when it hangs."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.hangs = ""  # on letters to addresses with this in them
        relay = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    relay.talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def talk(self, peer: socketserver.StreamRequestHandler) -> None:
        peer.wfile.write(b"220 relay\r\n")
        recipients = b""
        for line in peer.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT" and b"@gone.example" in line:
                peer.wfile.write(b"550 5.1.1 nobody of that name\r\n")
                continue
            recipients = b"" if verb == b"MAIL" else recipients + line
            if verb == b"DATA":
                peer.wfile.write(b"354 go\r\n")
                raw = b"".join(iter(peer.rfile.readline, b".\r\n"))
                if self.hangs and self.hangs.encode() in recipients:
                    time.sleep(600)
                self.taken.append(email.message_from_bytes(raw, policy=email.policy.default))  # type: ignore[arg-type]
            peer.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


class Old:
    """The old daemon on a folder."""

    def __init__(self, python: str, folder: Path, relay: Relay) -> None:
        self.python, self.folder, self.relay = python, folder, relay
        self.config = folder / "mailgate.toml"
        self.log = folder.parent / "daemon.log"
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "10-desk.toml").write_text(RULES)
        (folder / "templates").mkdir()
        self.child: subprocess.Popen[bytes] | None = None
        self.settings()

    def settings(self, mode: str = "", undo: str = "0s", out: str = "") -> None:
        out = out or f'transport = "smtp"\nhost = "127.0.0.1"\nport = {self.relay.port}\ntls = "none"'
        self.config.write_text(CONFIG.format(mode=mode, undo=undo, out=out))

    def spawn(self, **environment: str) -> subprocess.Popen[bytes]:
        self.ready = self.folder.parent / "ready.json"
        self.ready.unlink(missing_ok=True)
        command = [self.python, "-m", "mailgate", "--config", str(self.config), "run", "--ready-file", str(self.ready)]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(command, stderr=log, cwd=self.folder, env={**os.environ, **environment})
        return self.child

    def start(self, **environment: str) -> None:
        child = self.spawn(**environment)
        until(lambda: self.ready.exists() or child.poll() is not None, "it does not start")
        self.port = int(json.loads(self.ready.read_text())["smtp"][0].rpartition(":")[2])

    def stop(self) -> None:
        assert self.child is not None
        self.child.terminate()
        self.child.wait(100)

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait(100)

    def children(self) -> list[int]:
        assert self.child is not None
        found = Path(f"/proc/{self.child.pid}/task").glob("*/children")
        return [int(pid) for file in found for pid in file.read_text().split()]

    def send(self, message: EmailMessage | bytes, sender: str = "", to: str = "") -> None:
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=email.policy.SMTP)
        parsed = email.message_from_bytes(raw)
        sender = sender or email.utils.parseaddr(str(parsed["From"]))[1]
        with smtplib.SMTP("127.0.0.1", self.port, timeout=100) as client:
            client.sendmail(sender, [to or email.utils.parseaddr(str(parsed["To"]))[1]], raw)

    def command(self, *words: str) -> str:
        call = [self.python, "-m", "mailgate", "--config", str(self.config), *words]
        done = subprocess.run(call, capture_output=True, text=True, timeout=300, cwd=self.folder, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/data/mailgate.db?mode=ro", uri=True)) as reader:
            return reader.execute(question).fetchall()

    def settle(self) -> None:
        until(lambda: not self.ask("SELECT 1 FROM mail WHERE fate IS NULL"), "a mail gets no fate")
        busy = "SELECT 1 FROM delivery WHERE state IN ('waiting', 'leased', 'sending')"
        until(lambda: not self.ask(busy), "a letter does not leave")

    def say(self, message: EmailMessage | bytes, **parts: str) -> int:
        """Send and wait; returns the newest ticket's number."""
        self.send(message, **parts)
        self.settle()
        return int(self.ask("SELECT coalesce(max(number), 0) FROM ticket")[0][0])

    def letter(self, to: str, ticket: int, subject: str = "") -> EmailMessage:
        found = [
            one
            for one in self.relay.taken
            if to in str(one["To"]) and one["X-Mailgate-Ticket"] == str(ticket) and subject in str(one["Subject"])
        ]
        assert found, (to, ticket, subject)
        return found[-1]


def until(true: Callable[[], Any], why: str) -> None:
    ends = time.monotonic() + 100
    while not true():
        assert time.monotonic() < ends, why
        time.sleep(0.05)


def mail(sender: str, subject: str, text: str, to: str = "support@acme.example", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = email.utils.make_msgid(domain="customer.example")
    message["Date"] = email.utils.formatdate()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def answer(letter: EmailMessage, sender: str, text: str) -> EmailMessage:
    subject = str(letter["Subject"])
    to = email.utils.parseaddr(str(letter["Reply-To"] or letter["From"]))[1]
    ids = {"in_reply_to": str(letter["Message-ID"]), "references": str(letter["Message-ID"])}
    return mail(sender, f"Re: {subject}", text, to, **ids)


MAIJA, OTTO = "Maija Virtanen <maija@customer.example>", "Otto Ohm <otto@other.example>"
ANNA, BO = "Anna Virtanen <anna@staff.example>", "Bo Ek <bo@staff.example>"


def morning(old: Old) -> None:
    """Work as it is: files, an answer with facts, a saved reply, a survey, a merge, an absence, a ban."""
    first = mail(
        MAIJA, "Broken lamp", "The lamp of order 77 is broken, see the picture.\n", cc="Otto <otto@other.example>"
    )
    picture = random.Random(1).randbytes(60_000)
    first.add_attachment(picture, maintype="image", subtype="png", filename="lamp.png")
    one = old.say(first)
    notice = old.letter("anna@staff", one)
    old.say(answer(notice, ANNA, "#take #tag +lamp #field order=77 #priority high\n\nWe send a new one.\n"))
    old.say(answer(notice, ANNA, "#remind 2d ask whether it came\n"))
    old.say(answer(notice, ANNA, "Thank you for your patience.\n\n#save patience\n"))
    old.say(answer(notice, ANNA, "#note\n\nA good customer.\n"))
    old.say(answer(old.letter("maija@", one), MAIJA, "It came, thank you for the lamp.\n"))
    old.say(answer(old.letter("anna@staff", one), ANNA, "#solve\n\nGlad to hear.\n"))
    old.say(answer(old.letter("maija@", one), MAIJA, "9"))
    assert old.ask("SELECT score FROM vote") == [(9,)], "the survey was not used"
    two = old.say(mail(OTTO, "Invoice 12", "The invoice of order 78 is wrong.\n"))
    three = old.say(mail(OTTO, "Invoice 12 again", "I wrote yesterday.\n"))
    old.say(answer(old.letter("bo@staff", three), BO, f"#merge {two}\n"))
    old.say(answer(old.letter("bo@staff", two), BO, "#hold 2d #watch\n"))
    four = old.say(mail("Vera <vera@gone.example>", "Where is my parcel", "Nobody told me.\n"))
    old.say(answer(old.letter("anna@staff", four), ANNA, "It is on its way.\n"))
    old.say(mail("News <offers@news.example>", "Offers", "Buy now.\n"))
    again = mail(MAIJA, "Desk", "Is the desk there?\n")
    old.say(again)
    old.say(again)  # a duplicate
    old.say(mail(ANNA, "Hello", "#close\n"))  # no proof: parked
    old.say(answer(old.letter("anna@staff", four), ANNA, "#clsoe\n\nIs it there?\n"))  # mistyped: parked
    old.command("agents", "away", "bo", "2030-01-01..2030-01-14", "cover", "anna")
    old.command("ban", "@spam.example", "--why", "spam")
    old.command("contacts", "link", "maija@customer.example", "otto@other.example")
    old.command("job", "index")


def poison(old: Old) -> None:
    """A mail on which three lives ended lies in quarantine."""
    for _ in range(3):
        child = old.spawn(MAILGATE_CRASH_AT="mid-processing")
        until(lambda child=child: old.ready.exists() or child.poll() is not None, "it does not start")
        if old.ready.exists() and child.poll() is None and not old.ask("SELECT 1 FROM mail WHERE fate IS NULL"):
            old.port = int(json.loads(old.ready.read_text())["smtp"][0].rpartition(":")[2])
            old.send(mail("Pia <pia@customer.example>", "Poison", "It was the daemon's fault.\n"))
        child.wait(100)
    old.start()
    old.settle()
    assert old.ask("SELECT count(*) FROM mail WHERE fate = 'quarantined'") == [(1,)]
    old.stop()


def letters_in_every_state(old: Old) -> None:
    """Held by the pilot, in doubt after a kill, held for the undo, then all at once what a sudden end leaves."""
    old.settings('mode = "pilot"\npilot_to = ["liisa@staff.example"]')
    old.start()
    old.say(mail("Pilot <pilot@customer.example>", "Written in the pilot", "Hello?\n"))
    old.stop()
    old.settings()
    old.start()
    old.relay.hangs = "@customer.example"
    old.send(mail("Doubt <doubt@customer.example>", "In doubt", "Is anybody there?\n"))
    until(lambda: old.ask("SELECT 1 FROM delivery WHERE state = 'sending' AND urgency = 1"), "no ack leaves")
    old.kill()
    old.relay.hangs = ""
    old.settings(undo="30m")
    old.start()
    old.settle()
    assert old.ask("SELECT 1 FROM delivery WHERE state = 'uncertain'")
    ticket = old.say(mail("Undo <undo@customer.example>", "To be undone", "Well?\n"))
    old.say(answer(old.letter("anna@staff", ticket), ANNA, "Half an hour to think again.\n"))
    assert old.ask("SELECT 1 FROM delivery WHERE state = 'held' AND due_at IS NOT NULL")


def sudden_end(old: Old) -> None:
    old.relay.hangs = "@staff.example"
    old.send(mail("Last <last@customer.example>", "The last ticket", "Before the lights went out.\n"))
    until(lambda: not old.ask("SELECT 1 FROM mail WHERE fate IS NULL"), "no fate")
    until(lambda: old.ask("SELECT 1 FROM delivery WHERE state = 'sending' AND urgency = 2"), "no notice leaves")
    assert old.ask("SELECT 1 FROM delivery WHERE state = 'leased'"), "no other letter is in hand"
    for pid in old.children():
        os.kill(pid, signal.SIGSTOP)  # mail is taken and not read
    for number in range(3):
        old.send(mail(f"c{number}@customer.example", f"Open {number}", "Nobody has read this.\n"))
    large = mail("large@customer.example", "Open and large", "A picture.\n")
    large.add_attachment(random.Random(2).randbytes(70_000), maintype="image", subtype="png", filename="big.png")
    old.send(large)
    box = old.folder.parent / "history.mbox"
    box.write_bytes(
        b"".join(
            b"From h%d@customer.example Thu Jan  5 00:00:00 2023\nFrom: h%d@customer.example\nTo: support@acme.example\n"
            b"Subject: Old question %d\nMessage-ID: <h%d@customer.example>\nDate: Thu, 5 Jan 2023 10:00:00 +0000\n\n"
            b"It was before mailgate.\n\n" % (n, n, n, n)
            for n in range(4)
        )
    )
    stopped = old.children()
    old.kill()
    for pid in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    call = [old.python, "-m", "mailgate", "--config", str(old.config), "import", str(box)]
    died = subprocess.run(call, cwd=old.folder, check=False, env={**os.environ, "MAILGATE_CRASH_AT": "mid-processing"})
    assert died.returncode == -signal.SIGKILL
    assert old.ask("SELECT count(*) FROM mail WHERE origin = 'history' AND fate IS NULL") == [(4,)], "not half-way"


def main(python: str, target: str) -> None:
    work = Path(mkdtemp())
    relay = Relay()
    old = Old(python, work / "desk", relay)
    try:
        old.start()
        morning(old)
        old.stop()
        poison(old)
        letters_in_every_state(old)
        sudden_end(old)
    finally:
        old.kill()
    old.settings(out=FOLDER)
    print(old.ask("SELECT coalesce(fate, 'open') || ' ' || origin, count(*) FROM mail GROUP BY 1"))
    print(old.ask("SELECT state, urgency, count(*) FROM delivery GROUP BY 1, 2"))
    print(
        old.ask("SELECT name, at FROM saved_reply"), old.ask("SELECT * FROM absence"), old.ask("SELECT score FROM vote")
    )
    home = Path(target)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for name in ("mailgate.toml", "rules"):
        source = old.folder / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / name)
    with tarfile.open(home / "data.tar.xz", "w:xz") as tar:
        tar.add(old.folder / "data", "data", filter=lambda one: None if one.name.endswith(".sock") else one)
    print(work, (home / "data.tar.xz").stat().st_size)


if __name__ == "__main__":
    main(*sys.argv[1:])
