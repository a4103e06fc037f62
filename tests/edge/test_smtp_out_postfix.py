"""A real Postfix as the relay: STARTTLS, many letters on one connection, refusals as it words them."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from ports import free_port

from mailgate.edge.out.smtp import Relay, SmtpTransport
from mailgate.errors import Permanent, RouteDown

RAW = b"From: support@acme.example\r\nTo: ann@customer.example\r\nSubject: hello\r\n\r\n.dots\r\n..\r\nwords\r\n"
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = relay.example
mydestination =
local_recipient_maps =
local_transport = error:5.1.1 no local delivery
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_sender_restrictions = check_sender_access inline:{{ {{banned@acme.example = 550 5.7.1 not you}} }}
message_size_limit = 1000000
virtual_mailbox_domains = customer.example
virtual_mailbox_base = {folder}
virtual_mailbox_maps = inline:{{ {{ann@customer.example = box/}} }}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
transport_maps = inline:{{ {{gone.example = error:5.1.2 no such host}} }}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
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


@dataclass
class Postfix:
    """A private instance on a free port."""

    folder: Path
    port: int
    trust: ssl.SSLContext

    def delivered(self, wanted: int) -> list[Path]:
        """The files in its mailbox, once there are enough of them."""
        for _ in range(1200):
            found = sorted((self.folder / "box" / "new").glob("*"))
            if len(found) >= wanted:
                return found
            time.sleep(0.05)
        raise AssertionError((self.folder / "postfix.log").read_text()[-3000:])


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    if shutil.which("postfix") is None or os.geteuid() != 0:
        why = "needs Postfix and root: apt-get install --no-install-recommends postfix"
        (pytest.fail if os.environ.get("MAILGATE_TEST_SERVERS") == "require" else pytest.skip)(why)
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    folder.chmod(0o755)
    port = free_port()
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for one in certificate.cert_chain_pems:
        one.write_to_path(folder / "cert.pem", append=True)
    for name in ("etc", "spool", "data", "box"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    os.chown(folder / "box", 65534, 65534)
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder))
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))
    command = ["postfix", "-c", str(folder / "etc")]
    subprocess.run(
        [*command, "start"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    try:
        yield Postfix(folder, port, trust)
    finally:
        subprocess.run(
            [*command, "stop"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def transport(postfix: Postfix) -> Iterator[SmtpTransport]:
    out = SmtpTransport(Relay("localhost", postfix.port, tls="starttls", context=postfix.trust))
    yield out
    out.close()


def test_letters_arrive_whole_with_their_envelope(postfix: Postfix, transport: SmtpTransport) -> None:
    ids = {
        transport.send("", "ann@customer.example", RAW),
        transport.send("s@acme.example", "ann@customer.example", RAW),
    }
    ids |= {transport.send("s@acme.example", "ann@customer.example", RAW) for _ in range(48)}
    assert len(ids) == 50
    files = [path.read_bytes() for path in postfix.delivered(50)]
    assert all(content.endswith(b"\n\n.dots\n..\nwords\n") for content in files)
    assert sum(content.startswith(b"Return-Path: <>\n") for content in files) == 1
    log = (postfix.folder / "postfix.log").read_text()
    assert all(one in log for one in ids)  # the ids are the relay's own
    assert log.count(": connect from") == 1


def test_o04_an_unknown_recipient_is_refused_and_the_next_letter_leaves(transport: SmtpTransport) -> None:
    for address in ("nobody@customer.example", "x@gone.example"):
        with pytest.raises(Permanent, match=r"55\d 5\.1\.\d"):
            transport.send("", address, RAW)
    assert transport.send("", "ann@customer.example", RAW)


def test_o04_a_letter_too_large_is_refused(transport: SmtpTransport) -> None:
    with pytest.raises(Permanent, match="too large"):
        transport.send("", "ann@customer.example", b"x" * 1_000_001)


def test_o05_a_sender_it_does_not_take_is_the_routes_fault(transport: SmtpTransport) -> None:
    with pytest.raises(RouteDown, match="not you"):
        transport.send("banned@acme.example", "ann@customer.example", RAW)


def test_o07_a_certificate_of_somebody_else_is_refused(postfix: Postfix) -> None:
    with pytest.raises(RouteDown, match="TLS failed"):
        SmtpTransport(Relay("localhost", postfix.port)).send("", "ann@customer.example", RAW)
