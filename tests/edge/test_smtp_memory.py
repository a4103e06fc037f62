"""Room for mail on its way in: whoever cannot be held is told so, early, and however many come, some get through."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from edge.conftest import Peer, Running
from edge.test_smtp_threats import after

from mailgate.core.model.mail import Source
from mailgate.edge.smtp.limits import Listener, SmtpLimits
from mailgate.edge.smtp.memory import GRACE, PACE, SMALL, MailMemory
from mailgate.store.base import Kept

Open = Callable[..., Running]
MB = 2**20


@dataclass(eq=False)
class Coming:
    """A mail that is told of its end."""

    memory: MailMemory
    starved: bool = False

    def starve(self) -> None:
        self.starved = True
        self.memory.end(self)


def coming(memory: MailMemory, *announced: int, now: float = 0.0) -> list[Coming]:
    """Mails that were let in, one after the other."""
    mails = [Coming(memory) for _ in announced]
    for mail, octets in zip(mails, announced, strict=True):
        assert memory.begin(mail, octets, now)
    return mails


def test_who_announces_a_size_has_room_for_it_or_is_told_before_anything_is_sent() -> None:
    memory = MailMemory(10 * MB)
    first, second = coming(memory, 6 * MB, 4 * MB)
    third = Coming(memory)
    assert not memory.begin(third, MB, 0.0)
    assert memory.grow(first, 6 * MB, 0.0) and memory.grow(second, 4 * MB, 0.0)
    memory.end(first)
    memory.end(first)
    assert memory.begin(third, 6 * MB, 0.0)
    assert memory.octets == 10 * MB


def test_the_youngest_large_mail_gives_way_to_those_before_it() -> None:
    memory = MailMemory(10 * MB)
    mails = coming(memory, *[0] * 20)
    for step in range(1, 41):
        for mail in mails:
            if not mail.starved and not memory.grow(mail, step * MB // 10, 0.0):
                mail.starve()
    got = [at for at, mail in enumerate(mails) if not mail.starved]
    assert got == [0, 1]
    assert memory.octets == 8 * MB


def test_small_mail_has_room_beside_large_and_gives_way_to_none() -> None:
    memory = MailMemory(10 * MB)
    whole, small, large = coming(memory, 0, 0, 0)
    assert memory.grow(small, SMALL, 0.0)
    assert memory.grow(whole, 8 * MB, 0.0)
    assert memory.grow(large, 10 * MB - 8 * MB - SMALL, 0.0)
    assert memory.octets == 10 * MB
    another = Coming(memory)
    assert memory.begin(another, 0, 0.0)
    assert memory.grow(another, 2000, 0.0)
    assert memory.begin(Coming(memory), 3000, 0.0)
    assert memory.grow(whole, 9 * MB, 0.0)
    assert [mail.starved for mail in (whole, small, large, another)] == [False, False, True, False]


def test_a_mail_that_has_come_whole_gives_way_to_nobody() -> None:
    memory = MailMemory(10 * MB)
    whole, older = coming(memory, 0, 0)[::-1]
    assert memory.grow(whole, 6 * MB, 0.0)
    memory.finish(whole)
    assert memory.grow(older, 4 * MB, 0.0)
    assert not memory.grow(older, 5 * MB, GRACE * 100)
    assert not whole.starved


@pytest.mark.parametrize("announced", [0, 6 * MB])
def test_a_mail_that_dribbles_gives_way_to_everybody(announced: int) -> None:
    memory = MailMemory(10 * MB)
    [dribble] = coming(memory, announced)
    assert memory.grow(dribble, 5 * MB, GRACE)
    late = 5 * MB / PACE + 1
    assert not memory.fits(8 * MB, late - 2)
    [other] = coming(memory, 8 * MB, now=late)
    assert dribble.starved and not other.starved
    assert not memory.grow(dribble, 5 * MB + 1, late)
    assert memory.octets == 8 * MB


def test_of_dribbling_mails_the_largest_give_way_first() -> None:
    memory = MailMemory(10 * MB)
    mails = coming(memory, 0, 0, 0)
    for mail, octets in zip(mails, (100, 5 * MB, 4 * MB), strict=True):
        assert memory.grow(mail, octets, 0.0)
    late = GRACE + 5 * MB / PACE
    [other] = coming(memory, 0, now=late)
    assert memory.grow(other, 4 * MB, late)
    assert [mail.starved for mail in mails] == [False, True, False]
    assert memory.begin(Coming(memory), 6 * MB - 100, late)
    assert [mail.starved for mail in mails] == [False, True, True]


def test_a_mail_that_outgrows_what_it_announced_is_as_one_that_announced_nothing() -> None:
    memory = MailMemory(10 * MB)
    honest, liar = coming(memory, 0, MB)
    assert memory.grow(liar, 4 * MB, 0.0)
    assert memory.grow(honest, 7 * MB, 0.0)
    assert liar.starved


def test_when_memory_runs_out_all_the_same_the_largest_unfinished_mail_goes() -> None:
    memory = MailMemory(10 * MB)
    whole, large, small = coming(memory, 0, 0, 0)
    for mail, octets in ((whole, 5 * MB), (large, 3 * MB), (small, MB)):
        assert memory.grow(mail, octets, 0.0)
    memory.finish(whole)
    assert memory.shed() and large.starved and not small.starved
    assert memory.shed() and small.starved
    assert not memory.shed()


# --- at the door ------------------------------------------------------------------------------------------------------


def offered(peer: Peer, size: int, *, announce: bool) -> str:
    """The reply that ends it: before the mail, or behind it."""
    peer.ask("EHLO client.example")
    said = peer.ask("MAIL FROM:<a@b.example>" + (f" SIZE={size}" if announce else ""))
    if said.startswith("250"):
        peer.ask("RCPT TO:<support@ours.example>")
        said = peer.ask("DATA")
    if said.startswith("354"):
        peer.send(b"Subject: x\r\n\r\n" + b"z" * (size - 100))
        said = peer.ask(b"\r\n.")
    return said


@pytest.mark.parametrize("announce", [True, False])
def test_of_many_large_mails_at_once_some_get_in_and_all_get_an_answer(open_door: Open, *, announce: bool) -> None:
    """All of twenty got 452 after the last octet: each held a part of the room, and none had enough."""
    running = open_door(limits=SmtpLimits(max_size=MB, in_flight=4 * MB))
    full = threading.Barrier(20)

    def send(peer: Peer) -> str:
        full.wait(100)
        return offered(peer, 900_000, announce=announce)

    peers = [running.peer() for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        said = list(threads.map(send, peers))
    assert {reply[:9] for reply in said} <= {"250 2.0.0", "452 4.3.1"}
    assert len(running.kept) == sum(reply.startswith("250") for reply in said) >= 1
    assert running.door.ledger.memory.octets == 0
    assert offered(peers[said.index(next(s for s in said if s[0] == "2"))], 900_000, announce=announce)[:3] == "250"


@pytest.mark.parametrize("kind", [Source.SMTP, Source.LMTP])
def test_a_large_mail_without_room_is_refused_at_data_and_the_transaction_is_over(
    open_door: Open, kind: Source, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    running = open_door(Listener(kind), limits=SmtpLimits(max_size=MB, in_flight=MB))
    done = threading.Event()
    running.script = lambda raw, envelope: after(done, Kept(1))
    hello = "EHLO" if kind is Source.SMTP else "LHLO"
    second = running.peer(kind)
    assert second.asks(
        f"{hello} x", "MAIL FROM:<a@b.example> SIZE=900000",
        "RCPT TO:<support@ours.example>", "RCPT TO:<sales@ours.example>",
    )[1:] == ["250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.1.5 Ok"]  # fmt: skip
    first = running.peer(kind)
    first.begin(hello=hello)
    first.send(b"A" * 900_000 + b"\r\n.\r\n")
    running.wait_kept(1)
    assert second.ask("DATA") == "452 4.3.1 Insufficient system storage"
    assert second.ask("DATA").startswith("503")
    assert second.ask("MAIL FROM:<a@b.example> SIZE=900000").startswith("452 4.3.1")
    told = [vars(record) for record in caplog.records if record.message == "mail refused"]
    assert [(one["from"], one["to"], one["reply"][:3]) for one in told] == [
        ("a@b.example", ["support@ours.example", "sales@ours.example"], "452"), ("a@b.example", [], "452"),
    ], "D-25"  # fmt: skip
    done.set()
    assert first.reply().startswith("250")
    assert second.mail("Subject: x\r\n", hello=hello).startswith("250")
    assert running.door.ledger.memory.octets == 0
