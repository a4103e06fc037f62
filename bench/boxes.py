"""A mailbox read from a real Dovecot into the mail table: how fast, and how much memory a long backlog takes."""

from __future__ import annotations

import concurrent.futures
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from gateway import resident, wait
from mails import new

USER = "support@acme.example"
DOVECOT = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{place}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={place}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def measure(backlogs: tuple[int, ...]) -> dict[int, tuple[float, float]] | None:
    """Mails a second and MiB at the highest, by length of the backlog; None without Dovecot or root."""
    program = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None or os.geteuid() != 0:
        return None
    return {backlog: _one(program, backlog) for backlog in backlogs}


def _one(program: str, backlog: int) -> tuple[float, float]:
    place = Path(tempfile.mkdtemp(prefix="mailgate-bench-dovecot-"))
    place.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    box = place / "mail" / USER
    for folder in (place / "run", place / "state", *(box / name for name in ("cur", "new", "tmp"))):
        folder.mkdir(parents=True)
    raws = [new("5 KB plain", f"box{i}").data[:-3] for i in range(50)]
    for i in range(backlog):  # told apart by their first line
        (box / "new" / f"{i:07d}.M{i}P1.bench").write_bytes(b"X-Serial: %d\r\n" % i + raws[i % len(raws)])
    subprocess.run(["chown", "-R", "nobody:nogroup", str(place / "mail")], check=True)
    config = place / "dovecot.conf"
    config.write_text(DOVECOT.format(place=place, port=port, user="nobody", group="nogroup"))
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run([program, "-c", str(config)], check=True, **quiet)  # type: ignore[call-overload]
        wait(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 20)
        command = [sys.executable, __file__, str(place), str(port), str(backlog)]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        return backlog / found["seconds"], found["memory"]
    finally:
        subprocess.run(["doveadm", "-c", str(config), "stop"], check=False, **quiet)  # type: ignore[call-overload]
        shutil.rmtree(place, ignore_errors=True)


def _read(place: Path, port: int, backlog: int) -> dict[str, float]:
    """In a process of its own: the reader, the store, and nothing else."""
    from mailgate.core.model.mail import Envelope
    from mailgate.edge.imap.box import Mailbox, Password
    from mailgate.edge.imap.reader import MailboxReader
    from mailgate.store.base import Cursor, Kept
    from mailgate.store.sqlite.store import SqliteStore
    from mailgate.wire.mime.content_digest import raw_digest

    store = SqliteStore(place / "data" / "mailgate.db")
    kept = 0

    class Cursors:
        """Cursors in the store."""

        def get(self, mailbox: str, folder: str) -> Cursor | None:
            return store.read(lambda read: read.settings.cursor(mailbox, folder))

        def set(self, mailbox: str, folder: str, cursor: Cursor) -> None:
            store.write(lambda tx: tx.settings.set_cursor(mailbox, folder, cursor, datetime.now(UTC))).result()

        def first_seen(self, mailbox: str) -> datetime:
            return datetime(2020, 1, 1, tzinfo=UTC)

    def receive(raw: bytes, envelope: Envelope) -> concurrent.futures.Future[Kept]:
        nonlocal kept
        kept += 1
        return store.write(lambda tx: tx.mail.keep(raw, envelope, raw_digest(raw), datetime.now(UTC)), first=True)

    mailbox = Mailbox("support", USER, "127.0.0.1", USER, lambda: Password("secret"), port=port, tls="none")
    reader = MailboxReader(
        mailbox, receive=receive, cursors=Cursors(), report=lambda *_: None, unfetchable=lambda *_: 1
    )  # type: ignore[arg-type]
    began = time.perf_counter()
    reader.start()
    wait(lambda: kept >= backlog, 300, every=0.02)
    store.write(lambda tx: None).result()
    seconds = time.perf_counter() - began
    memory = resident(os.getpid(), "VmHWM")
    reader.stop()
    reader.join(10)
    store.close()
    return {"seconds": seconds, "memory": memory}


if __name__ == "__main__":
    print(json.dumps(_read(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
