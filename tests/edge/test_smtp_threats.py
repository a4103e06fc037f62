"""Group S of the threats: what a hostile or broken peer may try at the door, row by row."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import resource
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from mailgate.core.model.mail import Source
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.edge.smtp.session import SmtpDialogue
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store.base import Kept

Open = Callable[..., Any]

LOCAL_PROBLEM = "451 4.3.0 Temporary local problem"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(made)
    return made


def secure(peer: Any, authority: trustme.CA) -> None:
    """Wrap the peer's side of the connection."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    peer.lines.close()
    peer.socket = trusting.wrap_socket(peer.socket, server_hostname="localhost")
    peer.lines = peer.socket.makefile("rb")


def after(event: threading.Event, kept: Kept) -> concurrent.futures.Future[Kept]:
    """A commit that ends when the test says so."""
    answer: concurrent.futures.Future[Kept] = concurrent.futures.Future()
    threading.Thread(target=lambda: (event.wait(100), answer.set_result(kept))).start()
    return answer


def failed(error: Exception) -> concurrent.futures.Future[Kept]:
    answer: concurrent.futures.Future[Kept] = concurrent.futures.Future()
    answer.set_exception(error)
    return answer


@pytest.mark.parametrize("fake_end", [b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r.\r", b"\n.\r", b"\r\n.\r"])
def test_s01_only_crlf_dot_crlf_ends_a_mail(open_door: Open, fake_end: bytes) -> None:
    running = open_door()
    peer = running.peer()
    body = b"Subject: x\r\n\r\nhello" + fake_end + b"MAIL FROM:<smuggled@b.example>\r\nRCPT TO:<support@ours.example>"
    assert peer.mail(body) == "250 2.0.0 Ok: queued as 1"
    assert peer.ask("NOOP").startswith("250")
    assert len(running.kept) == 1
    assert b"smuggled" in running.kept[0][0]


def test_s02_plaintext_pipelined_after_starttls_is_discarded(open_door: Open, authority: trustme.CA) -> None:
    running = open_door(Listener(Source.SMTP, tls=lambda: context(authority)))
    peer = running.peer()
    peer.ask("EHLO client.example")
    peer.send("STARTTLS\r\nMAIL FROM:<injected@b.example>\r\n")
    assert peer.reply().startswith("220")
    secure(peer, authority)
    assert peer.ask("MAIL FROM:<a@b.example>") == "503 5.5.1 Bad sequence of commands"  # EHLO is forgotten too
    peer.ask("EHLO client.example")
    assert peer.ask("STARTTLS").startswith("554")
    assert peer.ask("MAIL FROM:<a@b.example>").startswith("250")
    assert peer.ask("RCPT TO:<support@ours.example>").startswith("250")


def test_s02_no_auth_and_no_mail_before_tls_on_submission(open_door: Open, authority: trustme.CA) -> None:
    running = open_door(
        Listener(Source.SUBMISSION, tls=lambda: context(authority)),
        login=lambda user, password: "anna" if (user, password) == ("anna", "päss") else None,
    )
    peer = running.peer(Source.SUBMISSION)
    peer.ask("EHLO client.example")
    assert peer.ask("AUTH PLAIN AGFubmEAcMOkc3M=").startswith("538")
    assert peer.ask("MAIL FROM:<a@b.example>").startswith("530 5.7.0 Must issue a STARTTLS")
    assert peer.ask("STARTTLS").startswith("220")
    secure(peer, authority)
    assert peer.ask("EHLO client.example") == "250 AUTH PLAIN LOGIN"
    assert peer.ask("MAIL FROM:<a@b.example>") == "530 5.7.0 Authentication required"
    assert peer.ask("AUTH CRAM-MD5").startswith("504")
    assert peer.ask("AUTH PLAIN !!!") == "501 5.5.2 Cannot decode base64"
    assert peer.ask("AUTH PLAIN AGFubmEAd3Jvbmc=").startswith("535")
    assert peer.ask("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert peer.ask("*") == "501 5.7.0 Authentication aborted"
    assert peer.asks("AUTH LOGIN", "YW5uYQ==", "cMOkc3M=")[-1].startswith("235")
    assert peer.ask("AUTH PLAIN AGFubmEAcMOkc3M=").startswith("503")
    assert peer.mail("Subject: x\r\n").startswith("250")
    assert running.kept[0][1].login == "anna"
    assert running.kept[0][1].source is Source.SUBMISSION


def test_s02_a_renewed_certificate_is_used_at_the_next_handshake(open_door: Open, authority: trustme.CA) -> None:
    served = [context(trustme.CA())]
    running = open_door(Listener(Source.SMTP, tls=lambda: served[-1], implicit_tls=True))
    stale = running.peer(greeting=False)
    with pytest.raises(ssl.SSLCertVerificationError):
        secure(stale, authority)
    served.append(context(authority))
    peer = running.peer(greeting=False)
    secure(peer, authority)
    assert peer.reply().startswith("220")
    assert peer.mail("Subject: x\r\n").startswith("250")


def test_s02_a_certificate_that_cannot_be_read_is_454_and_the_session_goes_on(open_door: Open) -> None:
    def broken() -> ssl.SSLContext:
        raise FileNotFoundError("/secret/key.pem")

    peer = open_door(Listener(Source.SMTP, tls=broken)).peer()
    peer.ask("EHLO client.example")
    assert peer.ask("STARTTLS") == "454 4.7.0 TLS not available"
    assert peer.mail("Subject: x\r\n").startswith("250")


def test_s03_a_mail_without_its_final_dot_is_not_kept(open_door: Open) -> None:
    running = open_door()
    for cut in (b"Subject: x\r\n\r\nhello\r\n", b"Subject: x\r\n\r\nhello\r\n.", b"Subject: x\r\n\r\n.\n"):
        peer = running.peer()
        peer.begin()
        peer.send(cut)
        peer.close()
    running.settle()
    assert running.kept == []
    assert running.door.ledger.memory.octets == 0


@pytest.mark.parametrize("how", ["closes", "resets", "shuts its half"])
def test_s04_a_commit_ends_once_although_the_peer_vanished(open_door: Open, how: str) -> None:
    running = open_door()
    done, handed_in = threading.Event(), threading.Event()
    finished: list[int] = []

    def slow(raw: bytes, envelope: object) -> concurrent.futures.Future[Kept]:
        handed_in.set()
        answer = after(done, Kept(1))
        answer.add_done_callback(lambda future: finished.append(future.result().number))
        return answer

    running.script = slow
    peer = running.peer()
    peer.begin()
    peer.send("Subject: x\r\n\r\n.\r\n")
    assert handed_in.wait(100)
    if how == "shuts its half":
        peer.socket.shutdown(1)
    else:
        if how == "resets":
            peer.socket.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER, 0 seconds: close sends RST
        peer.close()
    done.set()
    if how == "shuts its half":
        assert peer.reply() == "250 2.0.0 Ok: queued as 1"
    running.settle()
    assert finished == [1]
    again = running.peer()
    running.script = lambda raw, envelope: Kept(2, duplicate_of=1)
    assert again.mail("Subject: x\r\n") == "250 2.0.0 Ok: duplicate of 1"


@pytest.mark.parametrize(
    "address",
    [
        "a\rc@ours.example",
        "a\0c@ours.example",
        "a b@ours.example",
        "a" * 65 + "@ours.example",
        "a" * 300 + "@ours.example",
        "a@" + "b" * 256,
        "@relay.example:support@ours.example",
        "support%x@ours.example",
        "other.example!support@ours.example",
        '"a@b"@ours.example',
        '"a b"@ours.example',
        "support@ours.example\x1b[2J",
        "support@@ours.example",
        "support@ours..example",
        "support",
        "@ours.example",
        "päivä@ours.example",
        "\udcff@ours.example",
    ],
)
def test_s05_an_address_no_mail_system_has_is_553(open_door: Open, address: str) -> None:
    peer = open_door(recipient=lambda address: "ours").peer()
    peer.ask("EHLO client.example")
    peer.ask("MAIL FROM:<a@b.example>")
    assert peer.ask(f"RCPT TO:<{address}>") == "553 5.1.3 Bad address syntax"
    assert peer.ask("RCPT TO:<support@ours.example>").startswith("250")


@pytest.mark.parametrize(
    "address", ["x@" + "a" * 60 + "!", "x@" + "a" * 3000 + "!", "vic@" + "a" * 50 + "..example", "x@" + "a-" * 30 + "@"]
)
def test_s01_an_address_made_to_be_matched_for_ever_is_553_at_once(open_door: Open, address: str) -> None:
    """S-01: this line froze the daemon for ever, everybody else's connections with it."""
    door = open_door()
    peer, other = door.peer(), door.peer()
    peer.ask("EHLO client.example")
    assert peer.ask(f"MAIL FROM:<{address}>") == "553 5.1.3 Bad address syntax"
    assert other.ask("NOOP").startswith("250")


@pytest.mark.parametrize("argument", ["", "<>", "<a@b", "support@ours.example>", "TO:<a@b>", "<a@b> X Y=="])
def test_s05_a_broken_path_is_501_or_553(open_door: Open, argument: str) -> None:
    peer = open_door().peer()
    peer.ask("EHLO client.example")
    peer.ask("MAIL FROM:<a@b.example>")
    assert peer.ask(f"RCPT TO:{argument}")[:9] in ("501 5.5.4", "553 5.1.3")


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("nobody@ours.example", "550 5.1.1"),
        ("a@elsewhere.example", "550 5.7.1"),
        ("SUPPORT@OURS.EXAMPLE", "250 2.1.5"),
        ("support@ours.example.", "250 2.1.5"),
        ("support+1042.abc@ours.example", "250 2.1.5"),
        ('"support"@ours.example', "250 2.1.5"),
        ("PostMaster", "250 2.1.5"),
    ],
)
def test_s06_only_our_addresses_are_taken(open_door: Open, address: str, answer: str) -> None:
    peer = open_door().peer()
    peer.ask("EHLO client.example")
    peer.ask("MAIL FROM:<>")
    assert peer.ask(f"RCPT TO:<{address}>").startswith(answer)


def test_s06_without_a_good_recipient_there_is_no_data(open_door: Open) -> None:
    peer = open_door().peer()
    assert peer.begin("nobody@ours.example", "a@elsewhere.example") == "554 5.5.1 No valid recipients"


def test_s07_recipients_over_the_limit_are_452_and_the_others_are_served(open_door: Open) -> None:
    running = open_door(limits=SmtpLimits(max_recipients=100))
    peer = running.peer()
    peer.asks("EHLO client.example", "MAIL FROM:<a@b.example>")
    peer.send("".join(f"RCPT TO:<support+{n}@ours.example>\r\n" for n in range(10_000)))
    answers = [peer.reply()[:9] for _ in range(10_000)]
    assert answers == ["250 2.1.5"] * 100 + ["452 4.5.3"] * 9_900
    assert peer.ask("DATA").startswith("354")
    assert peer.ask("Subject: x\r\n\r\nb\r\n.").startswith("250")
    assert len(running.kept[0][1].recipients) == 100


def test_s08_a_declared_size_over_the_limit_is_552_before_data(open_door: Open) -> None:
    peer = open_door(limits=SmtpLimits(max_size=1000)).peer()
    assert "250-SIZE 1000" in _ehlo(peer)
    assert peer.ask("MAIL FROM:<a@b.example> SIZE=1001").startswith("552 5.3.4")
    assert peer.ask("MAIL FROM:<a@b.example> SIZE=99999999999999999999999").startswith("501")
    assert peer.ask("MAIL FROM:<a@b.example> SIZE=-1").startswith("501")
    assert peer.ask("MAIL FROM:<a@b.example> SIZE=1000").startswith("250")


def _ehlo(peer: Any) -> list[str]:
    peer.send("EHLO client.example\r\n")
    lines = []
    while not lines or lines[-1][3] == "-":
        lines.append(peer.lines.readline().decode().rstrip())
    return lines


@pytest.mark.parametrize("line", [b"A" * 70 + b"\r\n", b"A" * 72])
def test_s08_a_lying_size_costs_no_memory(open_door: Open, line: bytes) -> None:
    running = open_door(limits=SmtpLimits(max_size=1_000_000))
    peer = running.peer()
    peer.begin()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    block = line * 10_000
    for _ in range(100_000_000 // len(block)):
        peer.send(block)
    assert peer.ask(b"\r\n.").startswith("552 5.3.4")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # KiB
    assert running.door.ledger.memory.octets == 0
    assert peer.mail("Subject: small\r\n").startswith("250")


def test_s08_a_mail_of_exactly_the_limit_is_taken_and_one_octet_more_is_not(open_door: Open) -> None:
    peer = open_door(limits=SmtpLimits(max_size=1000)).peer()
    assert peer.mail(b"A" * 998).startswith("250")  # and the CRLF before the final dot
    assert peer.mail(b"A" * 999).startswith("552")


@pytest.mark.parametrize("local", ["../../x", "$(id)", "%n"])
def test_s09_a_local_part_is_nothing_but_a_string(open_door: Open, local: str) -> None:
    running = open_door()
    peer = running.peer()
    peer.asks("EHLO client.example", "MAIL FROM:<a@b.example>")
    answer = peer.ask(f"RCPT TO:<{local}@ours.example>")
    if "%" in local or "(" in local:
        assert answer.startswith("553")
    else:
        assert answer.startswith("250")
        assert peer.ask("DATA").startswith("354")
        assert peer.ask(".").startswith("250")
        assert running.kept[0][1].recipients == (f"{local}@ours.example",)


@pytest.mark.parametrize("length", [2_000, 65_535, 65_536, 65_537, 131_072, 1_000_000])
def test_s10_long_lines_are_kept_as_they_are(open_door: Open, length: int) -> None:
    running = open_door()
    body = b"Subject: x\r\n\r\n" + b"A" * length + b"\r\n..\r\n" + b"B" * length
    assert running.peer().mail(body).startswith("250")
    assert running.kept[0][0] == body.replace(b"\r\n..", b"\r\n.") + b"\r\n"


def test_s10_a_command_longer_than_any_command_is_500(open_door: Open) -> None:
    running = open_door()
    peer = running.peer()
    assert peer.ask("NOOP " + "x" * 5_000).startswith("500")
    assert peer.ask("NOOP").startswith("250")
    peer.send("NOOP " + "x" * 200_000 + "\r\n")
    assert peer.reply()[:3] in ("500", "")


class Slowly:
    """A peer at a door whose clock is put forward by hand, once all that was said has come in."""

    def __init__(self, open_door: Open, monkeypatch: pytest.MonkeyPatch, **limits: float) -> None:
        self.running = open_door(limits=SmtpLimits(**limits))
        real, self.ahead, self.came = self.running.loop.time, 0.0, 0
        self.running.loop.time = lambda: real() + self.ahead
        take = SmtpDialogue.data_received

        def data_received(dialogue: SmtpDialogue, data: bytes) -> None:
            self.came += len(data)
            take(dialogue, data)

        monkeypatch.setattr(SmtpDialogue, "data_received", data_received)
        self.peer = self.running.peer()

    def say(self, words: bytes, pause: float) -> None:
        """Send it, and then nothing for so many seconds."""

        async def wait(octets: int) -> None:
            await _until(lambda: self.came >= octets)
            self.ahead += pause

        before = self.came
        self.peer.send(words)
        self.running.run(wait(before + len(words)))


def test_s11_a_slow_command_ends_with_421(open_door: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slowly(open_door, monkeypatch, timeout=100.0)
    for letter in (b"E", b"H", b"L", b"O"):
        slow.say(letter, 30.0)
    assert slow.peer.reply() == "421 4.4.2 Timeout"
    assert slow.peer.rest() == []


def test_s11_slow_data_is_bounded_as_a_whole_but_may_trickle(open_door: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slowly(open_door, monkeypatch, timeout=100.0, data_timeout=250.0)
    slow.peer.begin()
    for _ in range(5):
        slow.say(b"x", 60.0)
    assert slow.peer.reply() == "421 4.4.2 Timeout"
    slow.running.settle()
    assert slow.running.kept == []


def test_s11_silence_in_data_ends_with_421(open_door: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slowly(open_door, monkeypatch, timeout=100.0, data_timeout=250.0)
    slow.peer.begin()
    slow.say(b"x", 101.0)
    assert slow.peer.reply() == "421 4.4.2 Timeout"


def test_s11_a_steady_upload_longer_than_the_command_timeout_is_taken(
    open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slowly(open_door, monkeypatch, timeout=100.0, data_timeout=2000.0)
    slow.peer.begin()
    for _ in range(12):
        slow.say(b"line\r\n", 90.0)
    assert slow.peer.ask(".").startswith("250")


def test_s11_a_session_ends_at_its_time(open_door: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slowly(open_door, monkeypatch, session=100.0)
    slow.say(b"NOOP\r\n", 50.0)
    assert slow.peer.reply().startswith("250")
    slow.say(b"NO", 51.0)
    assert slow.peer.reply() == "421 4.4.2 Timeout"


def test_s11_connections_from_one_address_and_in_all_are_capped(open_door: Open) -> None:
    running = open_door(limits=SmtpLimits(per_address=3, max_connections=5), trusted_networks=())
    peers = [running.peer() for _ in range(5)]
    assert [peer.greeting[:3] for peer in peers] == ["220"] * 3 + ["421"] * 2
    peers[0].ask("QUIT")
    peers[0].close()
    running.run(_until(lambda: running.door.connections == 2))
    assert running.peer().greeting.startswith("220")
    trusting = open_door(limits=SmtpLimits(per_address=3, max_connections=5))
    greetings = [trusting.peer().greeting for _ in range(6)]
    assert [greeting[:9] for greeting in greetings] == ["220 mx.ou"] * 5 + ["421 4.7.0"]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not condition():
            await asyncio.sleep(0.005)


def test_s11_mails_a_minute_from_one_address_are_capped(open_door: Open) -> None:
    peer = open_door(limits=SmtpLimits(per_minute=2), trusted_networks=()).peer()
    answers = [peer.ask("EHLO x")]
    for _ in range(2):
        answers.append(peer.ask("MAIL FROM:<a@b.example>"))
        peer.ask("RSET")
    assert [answer[:3] for answer in answers] == ["250"] * 3
    assert peer.ask("MAIL FROM:<a@b.example>").startswith("450 4.7.1")


def test_s12_bogus_commands_end_the_session(open_door: Open) -> None:
    peer = open_door().peer()
    answers = peer.asks(*["GET / HTTP/1.1"] * 6)
    assert answers == ["500 5.5.1 Unknown command"] * 6
    assert peer.reply() == "421 4.7.0 Too many errors"
    assert peer.rest() == []


BEHIND = (
    b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@ours.example>\r\nDATA\r\n"
    b"Subject: behind\r\n\r\nhello\r\n.\r\n"
)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (b"QUIT\r\n", "221 2.0.0 Bye"),
        (b"EHLO x\r\nQUIT\r\nQUIT\r\n", "221 2.0.0 Bye"),
        (b"X\r\n" * 8, "421 4.7.0 Too many errors"),
        (b"\n" * 20_000, "421 4.7.0 Too many errors"),
        (b"MAIL\r\n" * 200, "421 4.7.0 Too many errors"),
        (b"NOOP\r\n" * 200, "421 4.7.0 Too many commands without mail"),
    ],
)
def test_s12_nothing_is_read_behind_the_end_of_a_session(
    open_door: Open, caplog: pytest.LogCaptureFixture, first: bytes, last: str
) -> None:
    """S-01: twenty thousand line ends were answered, and logged, one by one, and the mail behind them was filed."""
    caplog.set_level("INFO")
    limits = SmtpLimits(soft_errors=1000)
    running = open_door(Listener(Source.SMTP), limits=limits, trusted_networks=())
    peer = running.peer()
    peer.send(first + BEHIND)
    assert peer.rest()[-1] == last
    running.settle()
    assert running.kept == []
    assert len([record for record in caplog.records if record.getMessage() == "smtp command refused"]) <= 20


def test_s12_who_says_much_at_once_leaves_others_their_turn(open_door: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-01: lines that are there already are read without a pause, so a full buffer kept the loop to itself."""
    said = [0]

    async def noop(self: SmtpDialogue, arg: str) -> None:
        said[0] += 1

    monkeypatch.setattr(SmtpDialogue, "smtp_NOOP", noop)
    running = open_door(limits=SmtpLimits(idle_commands=10_000))
    peer = running.peer()

    async def watch() -> int:
        most = before = 0
        while said[0] < 5_000:
            await asyncio.sleep(0)
            most, before = max(most, said[0] - before), said[0]
        return most

    watching = asyncio.run_coroutine_threadsafe(watch(), running.loop)
    peer.send(b"NOOP\r\n" * 5_000)
    assert watching.result(100) <= 200


@pytest.mark.parametrize("command", ["NOOP", "RSET", "VRFY a", "EHLO x"])
def test_s12_a_thousand_idle_commands_end_the_session(open_door: Open, command: str) -> None:
    peer = open_door().peer()
    try:
        peer.send(f"{command}\r\n" * 1000)
    except ConnectionError:
        pass
    answers = [line for line in peer.rest() if line[3] != "-"]
    assert len(answers) <= 101
    assert answers[100:] in ([], ["421 4.7.0 Too many commands without mail"])


def test_s12_errors_are_slowed_down_and_then_end_the_session(open_door: Open) -> None:
    limits = SmtpLimits(soft_errors=2, hard_errors=4, error_delay=0.01)
    peer = open_door(limits=limits, trusted_networks=()).peer()
    peer.asks("EHLO x", "MAIL FROM:<a@b.example>")
    answers = [peer.ask("RCPT TO:<nobody@ours.example>")[:3] for _ in range(4)]
    assert answers == ["550"] * 4
    assert peer.reply() == "421 4.7.0 Too many errors"


def test_s12_a_trusted_front_may_be_refused_as_often_as_it_likes(open_door: Open) -> None:
    peer = open_door(limits=SmtpLimits(soft_errors=2, hard_errors=4)).peer()
    peer.asks("EHLO x", "MAIL FROM:<a@b.example>")
    assert {peer.ask("RCPT TO:<nobody@ours.example>")[:3] for _ in range(40)} == {"550"}
    assert peer.ask("RCPT TO:<support@ours.example>").startswith("250")


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (RuntimeError("secret /var/db"), LOCAL_PROBLEM),
        (Temporary("database is locked"), LOCAL_PROBLEM),
        (OutOfSpace("disk"), "452 4.3.1 Insufficient system storage"),
    ],
)
@pytest.mark.parametrize("when", ["at once", "in the commit"])
def test_s13_an_error_of_ours_is_temporary_and_tells_nothing(
    open_door: Open, error: Exception, answer: str, when: str
) -> None:
    running = open_door()

    def fail(raw: bytes, envelope: object) -> concurrent.futures.Future[Kept]:
        if when == "at once":
            raise error
        return failed(error)

    running.script = fail
    peer = running.peer()
    assert peer.mail("Subject: x\r\n") == answer
    running.script = None
    assert peer.mail("Subject: x\r\n").startswith("250 2.0.0 Ok: queued as")


def test_s13_an_error_while_a_recipient_is_looked_up_is_temporary(open_door: Open) -> None:
    def look_up(address: str) -> str:
        if address.startswith("broken"):
            raise KeyError("secret")
        return "ours"

    peer = open_door(recipient=look_up).peer()
    peer.asks("EHLO x", "MAIL FROM:<a@b.example>")
    assert peer.ask("RCPT TO:<broken@ours.example>") == LOCAL_PROBLEM
    assert peer.ask("RCPT TO:<support@ours.example>").startswith("250")
    assert peer.ask("DATA").startswith("354")


def test_s14_lmtp_answers_once_for_each_recipient(open_door: Open) -> None:
    running = open_door(Listener(Source.LMTP))
    peer = running.peer(Source.LMTP)
    assert peer.greeting == "220 mx.ours.example LMTP mailgate"
    peer.begin("support@ours.example", "nobody@ours.example", "sales@ours.example", hello="LHLO")
    peer.send("Subject: x\r\n\r\nb\r\n.\r\nNOOP\r\n")
    assert [peer.reply() for _ in range(3)] == ["250 2.0.0 Ok: queued as 1"] * 2 + ["250 2.0.0 Ok"]
    assert running.kept[0][1].recipients == ("support@ours.example", "sales@ours.example")


def test_s14_lmtp_knows_lhlo_alone_and_never_port_25(open_door: Open) -> None:
    peer = open_door(Listener(Source.LMTP)).peer(Source.LMTP)
    assert [answer[:3] for answer in peer.asks("HELO x", "EHLO x", "LHLO x")] == ["500", "500", "250"]
    assert open_door().peer().ask("LHLO x").startswith("500")
    with pytest.raises(ValueError, match="2033"):
        Listener(Source.LMTP, port=25)


def test_s14_lmtp_listens_on_a_unix_socket_of_mode_0660(open_door: Open, tmp_path: Any) -> None:
    place = tmp_path / "lmtp"
    running = open_door(Listener(Source.LMTP, path=str(place)))
    assert place.stat().st_mode & 0o777 == 0o660
    peer = running.peer(Source.LMTP)
    assert peer.mail("Subject: x\r\n", hello="LHLO").startswith("250")
    assert running.kept[0][1].peer == "unix"
    peer.close()
    running.run(running.door.stop(1))
    assert not place.exists()


@pytest.mark.parametrize("trouble", ["too big", "commit fails", "commit raises", "no memory", "no room", "hops"])
def test_s14b_lmtp_answers_for_each_recipient_on_every_path(open_door: Open, trouble: str) -> None:
    limits = SmtpLimits(max_size=1000, in_flight=100 if trouble == "no memory" else 0)
    running = open_door(Listener(Source.LMTP), limits=limits, room=lambda octets: trouble != "no room" or not octets)
    if trouble == "commit fails":
        running.script = lambda raw, envelope: failed(RuntimeError())
    if trouble == "commit raises":
        running.script = lambda raw, envelope: 1 // 0
    peer = running.peer(Source.LMTP)
    peer.begin("support@ours.example", "sales@ours.example", hello="LHLO")
    body = "Received: x\r\n" * (70 if trouble == "hops" else 10) + "A" * (2000 if trouble == "too big" else 1)
    if trouble == "hops":
        running.door.limits = running.door.ledger.limits = SmtpLimits(max_hops=69)
    peer.send(body + "\r\n.\r\nNOOP\r\n")
    expected = {"too big": "552 5.3.4", "hops": "554 5.4.6", "no memory": "452 4.3.1", "no room": "452 4.3.1"}
    answers = [peer.reply()[:9] for _ in range(3)]
    assert answers == [expected.get(trouble, "451 4.3.0")] * 2 + ["250 2.0.0"]


def test_s15_one_mail_to_two_departments_is_one_keep(open_door: Open) -> None:
    running = open_door()
    assert running.peer().mail("Subject: x\r\n", "support@ours.example", "sales@ours.example").startswith("250")
    assert [envelope.recipients for _, envelope in running.kept] == [("support@ours.example", "sales@ours.example")]


def test_s16_questions_reveal_nothing(open_door: Open) -> None:
    peer = open_door().peer()
    answers = peer.asks("VRFY support", "VRFY nobody", "EXPN staff", "HELP", "HELP DATA", "EHLO x", "AUTH PLAIN AGE=")
    assert [answer[:3] for answer in answers] == ["252", "252", "502", "214", "214", "250", "502"]
    assert not any("aiosmtpd" in answer or "Python" in answer for answer in [*answers, peer.greeting])
    assert peer.ask("HELO evil\rMAIL FROM:<a@b>").startswith("501")
    assert peer.ask("HELO ").startswith("501")
    assert peer.ask("EHLO " + "x" * 300).startswith("501")


def test_s17_addresses_beyond_ascii_need_smtputf8(open_door: Open) -> None:
    running = open_door()
    peer = running.peer()
    assert "250-SMTPUTF8" in _ehlo(peer)
    assert peer.ask("MAIL FROM:<é@b.example>").startswith("553")
    assert peer.ask("MAIL FROM:<é@bücher.example> SMTPUTF8 BODY=8BITMIME").startswith("250")
    assert peer.ask("RCPT TO:<support@ours.example>").startswith("250")
    assert peer.ask("DATA").startswith("354")
    assert peer.ask("Subject: päivää\r\n\r\n.").startswith("250")
    assert running.kept[0][1].sender == "é@bücher.example"


def test_s18_a_stop_lets_the_commit_end_and_dismisses_the_idle(open_door: Open) -> None:
    running = open_door()
    done, handed_in = threading.Event(), threading.Event()

    def slow(raw: bytes, envelope: object) -> concurrent.futures.Future[Kept]:
        handed_in.set()
        return after(done, Kept(7))

    running.script = slow
    idle, half, busy = running.peer(), running.peer(), running.peer()
    half.asks("EHLO x", "MAIL FROM:<a@b.example>")
    busy.begin()
    busy.send("Subject: x\r\n\r\n.\r\n")
    assert handed_in.wait(100)
    where = running.at()
    stopping = asyncio.run_coroutine_threadsafe(running.door.stop(20), running.loop)
    assert idle.reply() == half.reply() == "421 4.3.2 Shutting down, try again soon"
    with pytest.raises(ConnectionError):
        type(idle)(where)
    assert not stopping.done()
    done.set()
    assert busy.reply() == "250 2.0.0 Ok: queued as 7"
    assert busy.reply() == "421 4.3.2 Shutting down, try again soon"
    stopping.result(100)


def test_s18_a_stop_waits_for_data_only_so_long(open_door: Open) -> None:
    running = open_door()
    peer = running.peer()
    peer.begin()
    peer.send("Subject: x\r\n")
    running.run(running.door.stop(0.1))
    assert peer.reply() == "421 4.3.2 Shutting down, try again soon"
    assert running.kept == []


def test_s19_many_large_mails_at_once_are_bounded(open_door: Open) -> None:
    running = open_door(limits=SmtpLimits(max_size=3_000_000, in_flight=6_000_000))
    done = threading.Event()
    running.script = lambda raw, envelope: after(done, Kept(1))
    peers = [running.peer() for _ in range(6)]
    for peer in peers:
        peer.begin()
    for peer in peers[:2]:
        peer.send(b"A" * 2_900_000 + b"\r\n.\r\n")
    running.wait_kept(2)
    for peer in peers[2:]:
        assert peer.ask(b"A" * 2_900_000 + b"\r\n.").startswith("452 4.3.1")
        assert peer.ask("MAIL FROM:<a@b.example> SIZE=2900000").startswith("452 4.3.1")
    done.set()
    assert all(peer.reply().startswith("250") for peer in peers[:2])
    assert peers[2].mail(b"A" * 2_900_000).startswith("250")


def test_l16_a_mail_that_has_hopped_too_often_is_refused(open_door: Open) -> None:
    peer = open_door(limits=SmtpLimits(max_hops=100)).peer()
    hop = "received: from a by b; Mon, 1 Jan 2026 00:00:00 +0000\r\n"
    assert peer.mail(hop * 101 + "Subject: x\r\n\r\nb") == "554 5.4.6 Too many hops"
    assert peer.mail(hop * 100 + "Subject: x\r\n\r\n" + hop * 50).startswith("250")


def test_a_banned_sender_is_refused_by_name(open_door: Open) -> None:
    peer = open_door(banned=lambda address: address.endswith("@spam.example")).peer()
    peer.ask("EHLO x")
    assert peer.ask("MAIL FROM:<a@spam.example>") == "550 5.7.1 Blocked"
    assert peer.ask("MAIL FROM:<>").startswith("250")


@pytest.mark.parametrize(
    "header",
    [
        b"PROXY TCP4 203.0.113.9 127.0.0.1 4000 25\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x09\x7f\0\0\x01\x0f\xa0\0\x19",
    ],
)
def test_proxy_header_of_a_trusted_front_names_the_peer(open_door: Open, header: bytes) -> None:
    running = open_door(Listener(Source.SMTP, proxy_protocol=True), limits=SmtpLimits(per_address=1))
    peer = running.peer(greeting=False)
    peer.send(header)
    assert peer.reply().startswith("220")
    assert peer.mail("Subject: x\r\n").startswith("250")
    assert running.kept[0][1].peer == "203.0.113.9"
    second = running.peer(greeting=False)
    second.send(header)
    assert second.reply().startswith("421")


@pytest.mark.parametrize("header", [b"EHLO x\r\n", b"PROXY rubbish\r\n", b"\r\n\r\n\0rubbish\n" + b"\0" * 20])
def test_proxy_listener_speaks_to_nobody_without_a_header(open_door: Open, header: bytes) -> None:
    peer = open_door(Listener(Source.SMTP, proxy_protocol=True)).peer(greeting=False)
    peer.send(header)
    peer.socket.shutdown(1)
    assert peer.rest() == []


def test_proxy_header_of_a_stranger_is_not_believed(open_door: Open) -> None:
    peer = open_door(Listener(Source.SMTP, proxy_protocol=True), trusted_networks=()).peer(greeting=False)
    peer.send(b"PROXY TCP4 10.0.0.1 127.0.0.1 4000 25\r\n")
    assert peer.rest() == []


V1 = b"PROXY TCP4 203.0.113.9 127.0.0.1 4000 25\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
INET = bytes([203, 0, 113, 9, 127, 0, 0, 1]) + struct.pack("!HH", 4000, 25)
INET6 = bytes.fromhex("20010db8" + "0" * 20 + "0009") + bytes(15) + b"\1" + struct.pack("!HH", 4000, 25)
MAPPED = bytes(10) + b"\xff\xff" + bytes([203, 0, 113, 9]) + bytes(16) + struct.pack("!HH", 4000, 25)
UNIX = b"/run/front".ljust(108, b"\0") * 2


def v2(command: int, family: int, rest: bytes, version: int = 2, claims: int | None = None) -> bytes:
    """A header of version 2; `claims` is the length it states where that is not the true one."""
    length = len(rest) if claims is None else claims
    return SIGNATURE + bytes([version << 4 | command, family]) + struct.pack("!H", length) + rest


LOCAL, PROXY = 0, 1
NAMED = {  # header -> the peer
    "v1, IPv6": (b"PROXY TCP6 2001:db8::9 ::1 4000 25\r\n", "2001:db8::9"),
    "v1, IPv6 written long": (b"PROXY TCP6 2001:0DB8:0:0:0:0:0:9 ::1 4000 25\r\n", "2001:db8::9"),
    "v1, IPv4 in IPv6": (b"PROXY TCP6 ::ffff:203.0.113.9 ::1 4000 25\r\n", "203.0.113.9"),
    "v1, unknown": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "v1, unknown with addresses": (b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", "127.0.0.1"),
    "v2, IPv4": (v2(PROXY, 0x11, INET), "203.0.113.9"),
    "v2, IPv6": (v2(PROXY, 0x21, INET6), "2001:db8::9"),
    "v2, IPv4 in IPv6": (v2(PROXY, 0x21, MAPPED), "203.0.113.9"),
    "v2, with more behind the address": (v2(PROXY, 0x11, INET + b"\x04\0\x03abc"), "203.0.113.9"),
    "v2, the front's own": (v2(LOCAL, 0x00, b""), "127.0.0.1"),
    "v2, the front's own whatever it names": (v2(LOCAL, 0x11, INET), "127.0.0.1"),
    "v2, no family": (v2(PROXY, 0x00, b""), "127.0.0.1"),
    "v2, a path": (v2(PROXY, 0x31, UNIX), "127.0.0.1"),
}
REFUSED = {
    "v1, only begun": b"PROXY\r\n",
    "v1, no addresses": b"PROXY TCP4\r\n",
    "v1, one address": b"PROXY TCP4 203.0.113.9\r\n",
    "v1, too much": V1[:-2] + b" 7\r\n",
    "v1, the wrong family": b"PROXY TCP6 203.0.113.9 127.0.0.1 4000 25\r\n",
    "v1, the wrong family for IPv6": b"PROXY TCP4 2001:db8::9 ::1 4000 25\r\n",
    "v1, a datagram": b"PROXY UDP4 203.0.113.9 127.0.0.1 4000 25\r\n",
    "v1, a name": b"PROXY TCP4 mx.acme.example 127.0.0.1 4000 25\r\n",
    "v1, a port too high": b"PROXY TCP4 203.0.113.9 127.0.0.1 99999 25\r\n",
    "v1, in small letters": V1.lower(),
    "v1, two spaces": V1.replace(b" 127", b"  127"),
    "v1, a bare newline": V1.replace(b"\r\n", b"\n"),
    "v1, over 107 octets": b"PROXY TCP4 203.0.113.9 127.0.0.1 4000 25" + b" " * 70 + b"\r\n",
    "v1, without an end": b"PROXY " + b"1" * 100_000,
    "v2, another version": v2(PROXY, 0x11, INET, version=3),
    "v2, an unknown command": v2(2, 0x11, INET),
    "v2, an unknown family": v2(PROXY, 0x41, INET),
    "v2, a datagram": v2(PROXY, 0x12, INET),
    "v2, a short address": v2(PROXY, 0x11, INET[:5]),
    "v2, IPv4 that says it is IPv6": v2(PROXY, 0x21, INET),
    "v2, cut": v2(PROXY, 0x11, INET, claims=60_000),
    "v2, a signature that ends otherwise": SIGNATURE[:-1] + b"X" + b"\x21\x11\0\x0c" + INET,
}


@pytest.mark.parametrize(("header", "peer"), NAMED.values(), ids=NAMED)
def test_proxy_headers_name_the_peer_as_the_house_writes_it(open_door: Open, header: bytes, peer: str) -> None:
    """Stand, item 5; LOCAL is the front's own connection whatever it names (proxy-protocol.txt, section 2.2)."""
    running = open_door(Listener(Source.SMTP, proxy_protocol=True))
    client = running.peer(greeting=False)
    for octet in header:  # dribbled, as a wire may deliver it
        client.send(bytes([octet]))
    assert client.reply().startswith("220")
    assert client.mail("Subject: x\r\n").startswith("250")
    assert running.kept[0][1].peer == peer


@pytest.mark.parametrize("header", REFUSED.values(), ids=REFUSED)
def test_a_broken_proxy_header_ends_the_connection_without_a_word(open_door: Open, header: bytes) -> None:
    running = open_door(Listener(Source.SMTP, proxy_protocol=True))
    client = running.peer(greeting=False)
    with contextlib.suppress(OSError):  # it may be cut off in the middle
        client.send(header + b"EHLO x\r\nMAIL FROM:<a@b.example>\r\n")
        client.socket.shutdown(1)
    with contextlib.suppress(ConnectionError):
        assert client.rest() == []
    good = running.peer(greeting=False)
    good.send(V1)
    assert good.reply().startswith("220"), "and the next one is served"


def test_a_front_that_begins_its_proxy_header_and_never_ends_it_is_let_go(
    open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.edge.smtp.proxy.PATIENCE", 0.1)
    client = open_door(Listener(Source.SMTP, proxy_protocol=True)).peer(greeting=False)
    client.send(V1[:20])
    assert client.rest() == []


def test_a_proxy_header_where_none_is_expected_is_an_unknown_command(open_door: Open) -> None:
    running = open_door()
    peer = running.peer()
    assert peer.ask(V1[:-2].decode()).startswith("500")
    assert peer.mail("Subject: x\r\n").startswith("250")
    assert running.kept[0][1].peer == "127.0.0.1"


def test_what_counts_for_one_address_counts_for_the_proxied_one(open_door: Open) -> None:
    """The front is trusted, whoever it passes on is not: they are slowed down one by one."""
    running = open_door(
        Listener(Source.SMTP, proxy_protocol=True), limits=SmtpLimits(soft_errors=1, hard_errors=2, error_delay=0.0)
    )
    peer = running.peer(greeting=False)
    peer.send(V1)
    peer.reply()
    assert peer.ask("NONSENSE").startswith("500")
    assert any("421" in line for line in [peer.ask("NONSENSE"), *peer.rest()])


def test_a_taken_port_is_an_error_at_start_and_nothing_stays_bound(open_door: Open) -> None:
    running = open_door()
    port = int(running.at().rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        open_door(Listener(Source.SMTP, port=port))
