"""Group O of the threats at the socket: what a relay may say or do, and what it means for a letter."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import trustme

from mailgate.edge.out.smtp import Relay, SmtpTransport
from mailgate.errors import Permanent, RouteDown, Temporary, Uncertain

RAW = b"From: support@acme.example\r\nSubject: hello\r\n\r\nwords\r\n"
ME, YOU = "support@acme.example", "ann@customer.example"
FEATURES = "250-relay\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 SMTPUTF8"
DROP, HANG = "drop", "hang"


class Peer:
    """A scripted SMTP relay: each verb has its reply, `drop` or `hang`; a list is used up one by one."""

    def __init__(self, script: Mapping[str, str | list[str]], tls: ssl.SSLContext | None, implicit: bool) -> None:
        self.script = {"banner": "220 relay", "EHLO": FEATURES, "DATA": "354 go", "dot": "250 2.0.0 Ok: queued as 4XYZ",
                       "STARTTLS": "220 go", "QUIT": "221 bye", **script}  # fmt: skip
        self.tls, self.implicit = tls, implicit
        self.commands: list[str] = []
        self.messages: list[bytes] = []
        self.whole = threading.Semaphore(0)  # released with each of them
        self.connections = 0
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                if self.implicit and self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                connection = self.talk(connection)
            except (OSError, ValueError):
                pass
            connection.close()

    def talk(self, connection: socket.socket) -> socket.socket:
        stream = connection.makefile("rb")
        verb = "banner"
        while self.answer(connection, verb) and verb != "QUIT":
            if verb == "STARTTLS" and self.tls:
                stream.close()
                connection = self.tls.wrap_socket(connection, server_side=True)
                stream = connection.makefile("rb")
            if verb == "DATA" and self.commands[-1] == "DATA accepted":
                self.messages.append(b"".join(iter(stream.readline, b".\r\n")))
                self.whole.release()
                verb = "dot"
                continue
            line = stream.readline()
            if not line:
                break
            self.commands.append(line.decode().rstrip("\r\n"))
            verb = self.commands[-1].partition(" ")[0].upper()
        stream.close()
        return connection

    def answer(self, connection: socket.socket, verb: str) -> bool:
        scripted = self.script.get(verb, "250 ok")
        reply = scripted if isinstance(scripted, str) else (scripted.pop(0) if len(scripted) > 1 else scripted[0])
        if reply == HANG:
            self.over.wait(100)
        if reply in (DROP, HANG):
            return False
        if reply.startswith("354"):
            self.commands.append("DATA accepted")
        connection.sendall(reply.encode("latin-1") + b"\r\n")
        return True

    def close(self) -> None:
        self.over.set()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes accept
        self.thread.join()
        self.listener.close()


Start = Callable[..., tuple[Peer, SmtpTransport]]


@pytest.fixture(scope="module")
def contexts() -> Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]]:
    """A relay's context with a certificate for a name, and a client's that trusts its authority."""
    authority = trustme.CA()

    @cache
    def make(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        end = datetime.now(UTC) - timedelta(days=1) if name == "expired" else None
        authority.issue_cert("localhost" if end else name, not_after=end).configure_cert(server)
        authority.configure_trust(client)
        return server, client

    return make


@pytest.fixture
def start(contexts: Callable[[str], tuple[ssl.SSLContext, ssl.SSLContext]]) -> Iterator[Start]:
    peers: list[Peer] = []
    transports: list[SmtpTransport] = []

    def begin(
        script: Mapping[str, Any] | None = None, name: str = "localhost", **relay: Any
    ) -> tuple[Peer, SmtpTransport]:
        server, client = contexts(name)
        relay = {
            "tls": "none",
            "connect_timeout": 100.0,
            "command_timeout": 100.0,
            "dot_timeout": 100.0,
            "context": client,
        } | relay
        peers.append(Peer(script or {}, server, relay["tls"] == "tls"))
        transports.append(SmtpTransport(Relay("localhost", peers[-1].port, **relay)))
        return peers[-1], transports[-1]

    yield begin
    for transport in transports:
        transport.close()
    for peer in peers:
        peer.close()


def test_many_letters_leave_on_one_connection_and_the_relays_own_ids_come_back(start: Start) -> None:
    peer, transport = start(
        {"dot": ["250 2.0.0 Ok: queued as AAA", "250 Ok 0102-ses-000000", "250 2.0.0 OK <x@y> [Host=z]"]}
    )
    assert [transport.send(ME, YOU, RAW) for _ in range(3)] == ["AAA", "Ok 0102-ses-000000", "x@y"]
    assert peer.connections == 1
    assert peer.messages == [RAW] * 3
    assert f"RCPT TO:<{YOU}>" in peer.commands
    assert f"MAIL FROM:<{ME}> SIZE={len(RAW)}" in peer.commands


def test_a_connection_is_changed_after_its_share_of_letters(start: Start) -> None:
    peer, transport = start(max_messages=2)
    for _ in range(5):
        transport.send(ME, YOU, RAW)
    assert (peer.connections, len(peer.messages)) == (3, 5)


@pytest.mark.parametrize("stale", ["421 idle too long", DROP])
def test_a_kept_connection_gone_stale_is_replaced_without_a_word(start: Start, stale: str) -> None:
    peer, transport = start({"MAIL": ["250 ok", stale, "250 ok"]})
    transport.send(ME, YOU, RAW)
    transport.send(ME, YOU, RAW)
    assert (peer.connections, len(peer.messages)) == (2, 2)


def test_the_null_sender_is_written_as_empty_brackets(start: Start) -> None:
    peer, transport = start()
    transport.send("", YOU, RAW)
    assert any(command.startswith("MAIL FROM:<> ") for command in peer.commands)


def test_o01_a_relay_that_is_not_there_is_the_routes_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(RouteDown, match="no connection"):
        SmtpTransport(Relay("127.0.0.1", port, tls="none")).send(ME, YOU, RAW)


@pytest.mark.parametrize("script", [{"banner": HANG}, {"EHLO": HANG}, {"MAIL": HANG}])
def test_o01_a_relay_that_says_nothing_is_the_routes_fault(start: Start, script: Mapping[str, str]) -> None:
    _, transport = start(script, command_timeout=0.2)
    with pytest.raises(RouteDown, match="no reply in time"):
        transport.send(ME, YOU, RAW)


ENDLESS = "250-" + "x" * 9000  # the first line of a reply, and no other comes


@pytest.mark.parametrize("end", [DROP, HANG, "what?", "abc def", "25", ENDLESS, "\r\n".join(["250-x" * 100] * 200)])
def test_o02_silence_or_nonsense_after_the_final_dot_is_uncertain(start: Start, end: str) -> None:
    peer, transport = start({"dot": [end, "250 ok"]}, dot_timeout=0.3 if end in (HANG, ENDLESS) else 100.0)
    with pytest.raises(Uncertain):
        transport.send(ME, YOU, RAW)
    assert peer.whole.acquire(timeout=100)
    assert peer.messages == [RAW]


@pytest.mark.parametrize("code", ["421", "450 4.2.1", "451 4.3.0", "452 4.2.2"])
@pytest.mark.parametrize("stage", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
def test_o03_a_4xx_reply_at_any_stage_defers(start: Start, stage: str, code: str) -> None:
    peer, transport = start(
        {stage: [f"{code} later", {"banner": "220 hi", "EHLO": FEATURES, "DATA": "354 go"}.get(stage, "250 ok")]}
    )
    with pytest.raises(Temporary) as caught:
        transport.send(ME, YOU, RAW)
    assert isinstance(caught.value, RouteDown) == (stage in ("banner", "EHLO") or (stage == "MAIL" and code == "421"))
    peer.messages.clear()
    transport.send(ME, YOU, RAW)  # and nothing of the refused one is left over
    assert peer.messages == [RAW]


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_o03_a_connection_lost_before_the_dot_defers(start: Start, stage: str) -> None:
    _, transport = start({stage: [DROP, "250 ok"]})
    with pytest.raises(Temporary, match="connection lost") as caught:
        transport.send(ME, YOU, RAW)
    assert not isinstance(caught.value, RouteDown)


@pytest.mark.parametrize(
    ("stage", "reply"),
    [("RCPT", "550 5.1.1 no such user"), ("DATA", "554 5.5.1 no valid recipients"), ("dot", "552 5.3.4 too big"),
     ("dot", "554 5.7.1 spam"), ("RCPT", "550 5.7.1 mailbox not permitted to receive"), ("MAIL", "552 5.3.4 too big")],
)  # fmt: skip
def test_o04_a_5xx_reply_to_the_letter_is_final_and_the_next_letter_leaves(
    start: Start, stage: str, reply: str
) -> None:
    peer, transport = start({stage: [reply, "354 go" if stage == "DATA" else "250 ok"]})
    with pytest.raises(Permanent, match=reply[:3]):
        transport.send(ME, YOU, RAW)
    transport.send(ME, YOU, RAW)
    assert peer.connections == 1
    assert peer.messages[-1] == RAW


LOGIN = {"EHLO": "250-relay\r\n250 AUTH PLAIN LOGIN XOAUTH2"}


@pytest.mark.parametrize(
    "script",
    [
        {"AUTH": "535 5.7.8 wrong"},
        {"AUTH": "454 4.7.0 later"},
        {"AUTH": "550 5.7.30 basic authentication is not supported"},
        {"EHLO": "250 relay without AUTH"},
        {"EHLO": "550 go away"},
        {"banner": "554 no service"},
        {"MAIL": "530 5.7.0 authentication required"},
        {"MAIL": "550 5.7.60 not allowed to send as this sender"},
        {"RCPT": "530 5.7.57 not authenticated"},
        {"dot": "535 5.7.0 not authenticated"},
        {"RCPT": "554 5.7.1 <ann@customer.example>: Relay access denied"},
        {"RCPT": "550 5.7.1 <support@acme.example>: Sender address rejected: not you"},
        {"RCPT": "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"},
        {"dot": "554 5.2.252 SendAsDenied; support@acme.example not allowed to send as other@acme.example"},
    ],
)
def test_o05_a_relay_that_refuses_us_is_the_routes_fault(start: Start, script: Mapping[str, str]) -> None:
    _, transport = start({**LOGIN, "AUTH": "235 ok", **script}, user="u", password=lambda: "hunter2")
    with pytest.raises(RouteDown) as caught:
        transport.send(ME, YOU, RAW)
    assert not caught.value.null_sender_refused
    assert caught.value.on_letter == (not script.keys() & {"AUTH", "EHLO", "banner"})
    assert "hunter2" not in str(caught.value)


def test_o05_a_relay_that_refuses_the_null_sender_takes_another_on_the_same_connection(start: Start) -> None:
    peer, transport = start({"MAIL": ["550 5.7.1 <> not allowed", "250 ok"]})
    with pytest.raises(RouteDown) as caught:
        transport.send("", YOU, RAW)
    assert caught.value.null_sender_refused
    transport.send(ME, YOU, RAW)
    assert (peer.connections, peer.messages) == (1, [RAW])


def test_the_password_goes_by_plain_or_by_login(start: Start) -> None:
    peer, transport = start({**LOGIN, "AUTH": "235 ok"}, user="u", password=lambda: "sala säna")
    transport.send(ME, YOU, RAW)
    assert "AUTH PLAIN " + base64.b64encode("\0u\0sala säna".encode()).decode() in peer.commands
    login = {"EHLO": "250-relay\r\n250 AUTH LOGIN", "AUTH": "334 UGFzcw==", "PHA=": "235 ok"}
    peer, transport = start(login, user="u", password=lambda: "<p")
    transport.send(ME, YOU, RAW)
    assert peer.commands[1:3] == ["AUTH LOGIN dQ==", "PHA="]


def test_a_password_is_not_sent_in_plain_text_to_another_machine(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, transport = start(LOGIN, user="u", password=lambda: "hunter2")
    monkeypatch.setattr("mailgate.edge.out.smtp._on_this_machine", lambda client: False)
    with pytest.raises(RouteDown, match="plain text"):
        transport.send(ME, YOU, RAW)
    assert not any(command.startswith("AUTH") for command in peer.commands)


def test_a_token_goes_by_xoauth2_and_its_refusal_is_heard_to_the_end(start: Start) -> None:
    peer, transport = start({**LOGIN, "AUTH": "235 ok"}, user="u", token=lambda: "tok")
    transport.send(ME, YOU, RAW)
    assert "AUTH XOAUTH2 " + base64.b64encode(b"user=u\x01auth=Bearer tok\x01\x01").decode() in peer.commands
    _, transport = start({**LOGIN, "AUTH": "334 eyJ9", "": "535 5.7.3 expired"}, user="u", token=lambda: "tok")
    with pytest.raises(RouteDown, match="login refused: 535"):
        transport.send(ME, YOU, RAW)


def test_credentials_that_cannot_be_had_stop_the_route_without_being_named(start: Start) -> None:
    def broken() -> str:
        raise KeyError("hunter2")

    _, transport = start(LOGIN, user="u", password=broken)
    with pytest.raises(RouteDown, match="no credentials: KeyError") as caught:
        transport.send(ME, YOU, RAW)
    assert "hunter2" not in str(caught.value)


def test_o06_a_letter_has_one_recipient_a_transaction(start: Start) -> None:
    peer, transport = start({"RCPT": ["250 ok", "550 no", "250 ok"]})
    outcomes = []
    for number in range(3):
        try:
            outcomes.append(transport.send(ME, f"c{number}@customer.example", RAW))
        except Permanent:
            outcomes.append("refused")
    assert outcomes == ["4XYZ", "refused", "4XYZ"]
    assert len(peer.messages) == 2


def test_o07_starttls_missing_is_never_plaintext(start: Start) -> None:
    peer, transport = start(tls="starttls", user="u", password=lambda: "hunter2")
    with pytest.raises(RouteDown, match="STARTTLS"):
        transport.send(ME, YOU, RAW)
    assert not any(command.startswith(("MAIL", "AUTH")) for command in peer.commands)


STARTTLS = {"EHLO": "250-relay\r\n250 STARTTLS"}


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_o07_a_good_certificate_is_taken(start: Start, tls: str) -> None:
    peer, transport = start(STARTTLS, tls=tls)
    transport.send(ME, YOU, RAW)
    assert peer.messages == [RAW]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["name", "authority", "expired"])
def test_o07_a_bad_certificate_is_refused(start: Start, tls: str, fault: str) -> None:
    wrong = {"name": {"name": "elsewhere.example"}, "authority": {"context": None}, "expired": {"name": "expired"}}[
        fault
    ]
    peer, transport = start(STARTTLS, tls=tls, **wrong)
    with pytest.raises(RouteDown, match="TLS failed"):
        transport.send(ME, YOU, RAW)
    assert peer.messages == []


@pytest.mark.parametrize("reply", ["454 not now", "220 go\r\n250 injected"])
def test_o07_a_starttls_refused_or_followed_by_plain_text_is_not_trusted(start: Start, reply: str) -> None:
    peer, transport = start({**STARTTLS, "STARTTLS": reply}, tls="starttls")
    with pytest.raises(RouteDown):
        transport.send(ME, YOU, RAW)
    assert peer.messages == []


def test_o07_a_handshake_that_stalls_ends(start: Start) -> None:
    peer, transport = start(STARTTLS, tls="starttls", connect_timeout=0.3)
    peer.tls = None  # says "220 go" and then waits for plain text
    with pytest.raises(RouteDown):
        transport.send(ME, YOU, RAW)


@pytest.mark.parametrize("end", [DROP, "451 no", "garbage"])
def test_o08_a_connection_that_dies_on_quit_has_delivered(start: Start, end: str) -> None:
    peer, transport = start({"QUIT": end})
    assert transport.send(ME, YOU, RAW) == "4XYZ"
    transport.close()
    transport.close()
    assert peer.messages == [RAW]


@pytest.mark.parametrize(
    ("written", "received"),
    [
        (b"a\rb\nc\r\nd", b"a\r\nb\r\nc\r\nd\r\n"),
        (b"a\r\n.\r\nMAIL FROM:<evil@x>\r\n", b"a\r\n..\r\nMAIL FROM:<evil@x>\r\n"),
        (b"a\r.\r\nMAIL FROM:<evil@x>\r\n", b"a\r\n..\r\nMAIL FROM:<evil@x>\r\n"),
        (b"a\n.\nb\n", b"a\r\n..\r\nb\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_o09_line_ends_are_crlf_on_the_wire_and_no_line_is_a_lone_dot(
    start: Start, written: bytes, received: bytes
) -> None:
    peer, transport = start()
    transport.send(ME, YOU, written)
    assert peer.messages == [received]


@pytest.mark.parametrize(
    "bad",
    ["x@y\r\nRCPT TO:<z@w>", "x@y>\r\nDATA", "x@y> SIZE=1", "x y@z", "x@y\0", "x", "", "@y", "x@", "<x@y>", "a" * 65 + "@y", "x@y, z@w"],
)  # fmt: skip
def test_o11_an_address_that_could_be_a_command_never_reaches_a_socket(start: Start, bad: str) -> None:
    peer, transport = start()
    with pytest.raises(Permanent, match="not an address"):
        transport.send(ME, bad, RAW)
    if bad:
        with pytest.raises(Permanent, match="not an address"):
            transport.send(bad, YOU, RAW)
    assert peer.connections == 0


def test_o16_a_relay_without_smtputf8_cannot_take_such_an_address(start: Start) -> None:
    peer, transport = start({"EHLO": "250-relay\r\n250 8BITMIME"})
    with pytest.raises(Permanent, match="SMTPUTF8"):
        transport.send(ME, "jõgi@customer.example", RAW)
    with pytest.raises(Permanent, match="SMTPUTF8"):
        transport.send(ME, YOU, RAW, utf8=True)
    transport.send(ME, "ann@jõgi.example", RAW)  # a domain has an ASCII form
    assert "RCPT TO:<ann@xn--jgi-ona.example>" in peer.commands


def test_o16_a_relay_with_smtputf8_gets_the_address_as_it_is(start: Start) -> None:
    peer, transport = start()
    transport.send(ME, "jõgi@customer.example", RAW)
    transport.send(ME, YOU, "Subject: ä\r\n\r\nä\r\n".encode())
    assert "RCPT TO:<jõgi@customer.example>" in peer.commands
    assert [command.partition("> ")[2] for command in peer.commands if command.startswith("MAIL")] == [
        f"SIZE={len(RAW)} SMTPUTF8 BODY=8BITMIME",
        "SIZE=19 BODY=8BITMIME",
    ]


def test_a_letter_above_the_relays_size_is_refused_before_it_is_sent(start: Start) -> None:
    peer, transport = start()
    with pytest.raises(Permanent, match="too large"):
        transport.send(ME, YOU, b"x" * 1_000_001)
    assert peer.messages == []


@pytest.mark.parametrize("stage", ["banner", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "reply", ["hello", "9", "999 what", "-1 x", "250-" + "x" * 20_000, "\r\n".join(["250-ok"] * 20_000)]
)
def test_o17_odd_replies_are_temporary_and_bounded(start: Start, stage: str, reply: str) -> None:
    _, transport = start({stage: reply})
    with pytest.raises(Temporary) as caught:
        transport.send(ME, YOU, RAW)
    assert len(str(caught.value)) < 500


def test_o17_what_a_relay_says_is_one_printable_line(start: Start) -> None:
    _, transport = start({"RCPT": "550-no\r\n550 \x1b[31mred\tÿ"})
    with pytest.raises(Permanent) as caught:
        transport.send(ME, YOU, RAW)
    assert str(caught.value).isprintable()


def test_a_sender_can_be_tried_without_sending(start: Start) -> None:
    peer, transport = start({"MAIL": ["550 not <>", "250 ok"]})
    with pytest.raises(RouteDown):
        transport.try_sender("")
    transport.try_sender(ME)
    transport.try_sender(ME, YOU)
    peer.script["RCPT"] = "554 5.7.1 Relay access denied"
    with pytest.raises(RouteDown):
        transport.try_sender(ME, YOU)
    assert peer.messages == []


def test_a_relay_has_a_known_way_to_do_tls() -> None:
    with pytest.raises(ValueError, match="starttls"):
        Relay("localhost", tls="maybe")
