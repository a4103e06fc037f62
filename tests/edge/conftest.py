"""A door with a scripted receive, raw dialogues over real sockets, and real Dovecot and Postfix on loopback."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import grp
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from edge.imap_script import FakeServer, Story
from ports import free_port

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.edge.smtp.listener import SmtpListeners
from mailgate.store.base import Kept


class Peer:
    """A raw SMTP client: what it sends is what is on the wire."""

    def __init__(self, address: str, *, greeting: bool = True, timeout: float = 100.0) -> None:
        host, _, port = address.rpartition(":")
        if host:
            self.socket: socket.socket = socket.create_connection((host, int(port)), timeout=timeout)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(address)
        self.lines = self.socket.makefile("rb")
        if greeting:
            self.greeting = self.reply()

    def send(self, data: str | bytes) -> None:
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def reply(self) -> str:
        """One reply, its last line only; empty when the connection is closed."""
        while True:
            try:
                line = self.lines.readline().decode().rstrip("\r\n")
            except ConnectionError:
                return ""
            if line[3:4] != "-":
                return line

    def ask(self, line: str | bytes) -> str:
        self.send((line if isinstance(line, bytes) else line.encode("utf-8", "surrogateescape")) + b"\r\n")
        return self.reply()

    def asks(self, *lines: str) -> list[str]:
        return [self.ask(line) for line in lines]

    def rest(self) -> list[str]:
        """Every line until the other side closes."""
        try:
            return [line.decode().rstrip("\r\n") for line in self.lines]
        except ConnectionError:
            return []

    def begin(self, *recipients: str, sender: str = "a@b.example", hello: str = "EHLO") -> str:
        """Everything up to the answer to DATA."""
        self.ask(f"{hello} client.example")
        self.ask(f"MAIL FROM:<{sender}>")
        for recipient in recipients or ("support@ours.example",):
            self.ask(f"RCPT TO:<{recipient}>")
        return self.ask("DATA")

    def mail(self, body: str | bytes, *recipients: str, **keywords: str) -> str:
        assert self.begin(*recipients, **keywords).startswith("354")
        self.send(body)
        self.send(b"\r\n.\r\n")
        return self.reply()

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


class Running:
    """A door in its own thread; `kept` is what it took, `script` decides what each keep does."""

    def __init__(self, *listeners: Listener, limits: SmtpLimits, **keywords: Any) -> None:
        self.kept: list[tuple[bytes, Envelope]] = []
        self.script: Callable[[bytes, Envelope], concurrent.futures.Future[Kept] | Kept] | None = None
        self.changed = threading.Condition()
        self.loop = asyncio.new_event_loop()
        self.peers: list[Peer] = []
        keywords.setdefault("trusted_networks", [ipaddress.ip_network("127.0.0.0/8")])
        keywords.setdefault("recipient", standing)
        self.door = SmtpListeners(listeners, limits, receive=self.receive, hostname="mx.ours.example", **keywords)
        self.thread = threading.Thread(target=self.loop.run_forever, name="door")
        self.thread.start()
        try:
            self.run(self.door.start())
        except BaseException:
            self.end()
            raise

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(100)

    def receive(self, raw: bytes, envelope: Envelope) -> concurrent.futures.Future[Kept]:
        answer: concurrent.futures.Future[Kept] = concurrent.futures.Future()
        result = self.script(raw, envelope) if self.script else Kept(len(self.kept) + 1)
        with self.changed:
            self.kept.append((raw, envelope))
            self.changed.notify_all()
        if isinstance(result, concurrent.futures.Future):
            return result
        answer.set_result(result)
        return answer

    def wait_kept(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.kept) >= count, 100)

    def at(self, kind: Source = Source.SMTP) -> str:
        return self.door.bound[str(kind)][0]

    def peer(self, kind: Source = Source.SMTP, **keywords: Any) -> Peer:
        peer = Peer(self.at(kind), **keywords)
        self.peers.append(peer)
        return peer

    def settle(self) -> None:
        """Return once nobody is inside."""

        async def empty() -> None:
            while self.door.connections:
                await asyncio.sleep(0.005)

        self.run(asyncio.wait_for(empty(), 100))

    def close(self) -> None:
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.close()
        self.run(self.door.stop(5))
        self.end()

    def end(self) -> None:
        """No thread may stay: the process that runs the tests would wait for it."""
        self.run(asyncio.sleep(0))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(100)
        self.loop.close()


def standing(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    if domain.rstrip(".") != "ours.example":
        return "foreign"
    return "ours" if local.partition("+")[0] in {"support", "sales", "../../x", "$(id)", "%n"} else "unknown"


@pytest.fixture
def open_door() -> Iterator[Callable[..., Running]]:
    """Start doors; all of them are closed again at the end of the test."""
    opened: list[Running] = []

    def start(*listeners: Listener, limits: SmtpLimits | None = None, **keywords: Any) -> Running:
        running = Running(*(listeners or (Listener(Source.SMTP),)), limits=limits or SmtpLimits(), **keywords)
        opened.append(running)
        return running

    yield start
    for running in opened:
        running.close()


@pytest.fixture
def story() -> Iterator[Story]:
    """A reader's story on a scripted IMAP server with three mails."""
    server = FakeServer()
    server.mails = {uid: b"Subject: %d\r\n\r\nhello\r\n" % uid for uid in (3, 4, 9)}
    told = Story(server)
    yield told
    for reader in told.readers:
        reader.stop()
    server.close()
    assert all(reader.join(100) for reader in told.readers)


# --- real servers -----------------------------------------------------------------------------------------------------


def need(program: str, package: str) -> str:
    """Where a server is; without it the test is skipped, or fails when MAILGATE_TEST_SERVERS=require."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        lacking = f"{program} is not here: apt-get install --no-install-recommends {package}"
        if os.environ.get("MAILGATE_TEST_SERVERS") == "require":
            pytest.fail(lacking)
        pytest.skip(lacking)
    return found


def quietly(*command: str) -> None:
    """Run to the end; a daemon that keeps our pipes open would hang a captured run for ever."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for_port(port: int, log: Path) -> None:
    end = time.monotonic() + 100
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    pytest.fail(f"no server on port {port}: {log.read_text() if log.exists() else 'no log'}")


DOVECOT = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{place}/cert.pem
ssl_key = <{place}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2 oauthbearer
mail_location = maildir:{place}/mail/%u/Maildir
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_max_userip_connections = 50
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {place}/oauth2.conf
}}
passdb {{
  driver = static
  args = password=sälaïnen
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={place}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    special_use = \\Junk
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{rootless}
"""
OAUTH = """
introspection_url = http://127.0.0.1:{introspection}/introspect?token=
introspection_mode = get
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
"""
ROOTLESS = "service auth {{\n  user = {user}\n}}\nservice auth-worker {{\n  user = {user}\n}}\n"


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot; any user may log in with the password, or a token that somebody on `introspection` knows."""

    place: Path
    imap: int
    imaps: int
    lmtp: int
    introspection: int
    authority: trustme.CA
    password: str = "sälaïnen"

    def kick(self, user: str) -> None:
        """Break every connection of a user."""
        quietly("doveadm", "-c", str(self.place / "dovecot.conf"), "kick", user)

    def run(self, *command: str) -> None:
        quietly("doveadm", "-c", str(self.place / "dovecot.conf"), *command)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Dovecot with IMAP, IMAPS and LMTP on free ports; as the calling user, or with Dovecot's own users for root."""
    program = need("dovecot", "dovecot-imapd dovecot-lmtpd")
    place = Path(tempfile.mkdtemp(prefix="mailgate-dovecot-"))
    place.chmod(0o755)  # Dovecot's unprivileged processes must reach their sockets in it
    for name in ("run", "mail", "state"):
        (place / name).mkdir()
    (place / "mail").chmod(0o777)
    authority = trustme.CA()
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(place / "key.pem")
    shutil.copy(place / "key.pem", place / "cert.pem")
    me = pwd.getpwuid(os.getuid())
    group = grp.getgrgid(me.pw_gid).gr_name
    root = me.pw_uid == 0
    names = {
        "user": "nobody" if root else me.pw_name,
        "group": "nogroup" if root else group,
        "internal": "dovecot" if root else me.pw_name,
        "internal_group": "dovecot" if root else group,
        "login": "dovenull" if root else me.pw_name,
    }
    ports = {name: free_port() for name in ("imap", "imaps", "lmtp", "introspection")}
    rootless = "" if root else ROOTLESS.format(**names)
    (place / "dovecot.conf").write_text(DOVECOT.format(place=place, rootless=rootless, **names, **ports))
    (place / "oauth2.conf").write_text(OAUTH.format(**ports))
    quietly(program, "-c", str(place / "dovecot.conf"))
    try:
        wait_for_port(ports["imap"], place / "dovecot.log")
        yield Dovecot(place, authority=authority, **ports)
    finally:
        quietly("doveadm", "-c", str(place / "dovecot.conf"), "stop")
        shutil.rmtree(place, ignore_errors=True)


POSTFIX = """
compatibility_level = 3.6
queue_directory = {place}/spool
data_directory = {place}/data
maillog_file = {place}/postfix.log
maillog_file_prefixes = {place}
myhostname = mx.ours.example
mydestination =
local_recipient_maps =
local_transport = error:5.1.1 no local delivery
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
lmtp_host_lookup = native
notify_classes =
biff = no
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = inline:{{ {{ours.example = lmtp:inet:127.0.0.1:{lmtp}}} }}
default_transport = error:5.1.2 no such domain
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
smtpd_tls_security_level = none
"""
SERVICES = """
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 1 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
tlsmgr    unix  - - n 1000? 1 tlsmgr
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running Postfix: mail for ours.example to `smtp` goes on by LMTP to port `lmtp`, which a test listens on."""

    place: Path
    smtp: int
    lmtp: int

    def logged(self, text: str, count: int = 1) -> None:
        """Wait until so many lines of the log have the text: the log is written by a process of its own."""
        end = time.monotonic() + 100
        while time.monotonic() < end:
            log = (self.place / "postfix.log").read_text()
            if sum(text in line for line in log.splitlines()) == count:
                return
            time.sleep(0.05)
        pytest.fail(f"not {count} times {text!r} in:\n{log}")


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    """Postfix as the border in front of us; it starts only as root."""
    program = need("postfix", "postfix")
    if os.getuid() != 0:
        if os.environ.get("MAILGATE_TEST_SERVERS") == "require":
            pytest.fail("Postfix starts only as root: run these tests as root")
        pytest.skip("Postfix starts only as root: run these tests as root")
    place = Path(tempfile.mkdtemp(prefix="mailgate-postfix-"))
    place.chmod(0o755)
    for name in ("etc", "spool", "data"):
        (place / name).mkdir()
    shutil.chown(place / "data", "postfix")
    ports = {"smtp": free_port(), "lmtp": free_port()}
    (place / "etc" / "main.cf").write_text(POSTFIX.format(place=place, **ports))
    (place / "etc" / "master.cf").write_text(SERVICES.format(**ports))
    quietly(program, "-c", str(place / "etc"), "start")
    try:
        wait_for_port(ports["smtp"], place / "postfix.log")
        yield Postfix(place, **ports)
    finally:
        quietly(program, "-c", str(place / "etc"), "stop")
        shutil.rmtree(place, ignore_errors=True)
