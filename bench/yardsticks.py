"""What this machine allows: syncs of the disk, aiosmtpd doing nothing, Postfix taking mail in and delivering it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from gateway import burst, wait
from mails import Mail

MAIN = """
compatibility_level = 3.6
queue_directory = {place}/spool
data_directory = {place}/data
maillog_file = {place}/postfix.log
maillog_file_prefixes = {place}
myhostname = mx.acme.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
virtual_mailbox_domains = acme.example
virtual_mailbox_base = {place}
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
proxymap  unix  - - n -   - proxymap
error     unix  - - n -   - error
retry     unix  - - n -   - error
virtual   unix  - n n -   - virtual
anvil     unix  - - n -   1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


def fsyncs(place: Path, seconds: float = 1.0) -> float:
    """Appends of 4 KiB, each synced, a second."""
    with tempfile.TemporaryFile(dir=place) as file:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.perf_counter() - began)


def aiosmtpd(mails: Sequence[Mail], connections: Sequence[int]) -> dict[int, float]:
    """Mails a second that aiosmtpd takes and forgets, in a process of its own."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            burst(port, mails[:100], 8)
            return {count: _rate(port, mails, count) for count in connections}
        finally:
            server.kill()


def postfix(mails: Sequence[Mail], connections: Sequence[int]) -> dict[int, float] | None:
    """Mails a second that Postfix takes, queues durably and delivers to a Maildir; None without Postfix or root."""
    program = shutil.which("postfix", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None or os.geteuid() != 0:
        return None
    place = Path(tempfile.mkdtemp(prefix="mailgate-bench-postfix-"))
    place.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for name in ("etc", "spool", "data", "box"):
        (place / name).mkdir()
    shutil.chown(place / "data", "postfix")
    os.chown(place / "box", 65534, 65534)
    (place / "etc" / "main.cf").write_text(MAIN.format(place=place))
    (place / "etc" / "master.cf").write_text(MASTER.format(port=port))
    command = [program, "-c", str(place / "etc")]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run([*command, "start"], check=True, **quiet)  # type: ignore[call-overload]
        wait(lambda: _listens(port), 20)
        burst(port, mails[:50], 8)
        return {count: _delivered(place, port, mails, count) for count in connections}
    finally:
        subprocess.run([*command, "stop"], check=False, **quiet)  # type: ignore[call-overload]
        shutil.rmtree(place, ignore_errors=True)


def _rate(port: int, mails: Sequence[Mail], connections: int) -> float:
    some = mails if connections > 1 else mails[: len(mails) // 2]
    return len(some) / burst(port, some, connections)["seconds"]


def _delivered(place: Path, port: int, mails: Sequence[Mail], connections: int) -> float:
    some = mails if connections > 1 else mails[: len(mails) // 2]
    box = place / "box" / "new"
    before = len(list(box.glob("*")))
    began = time.perf_counter()
    burst(port, some, connections)
    wait(lambda: len(os.listdir(box)) >= before + len(some), 60, every=0.02)
    return len(some) / (time.perf_counter() - began)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _serve() -> None:
    from aiosmtpd.smtp import SMTP

    class Null:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
            return "250 OK"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Null(), hostname="null.example"), "127.0.0.1", 0, backlog=128)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if os.environ.get("MAILGATE_BENCH_UVLOOP"):
        import uvloop

        uvloop.install()
    asyncio.run(_serve())
