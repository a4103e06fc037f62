"""Wrong passwords at the submission port: counted by address and account, slowed down, refused, told once (P-10)."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from mailgate.core.model.mail import Source
from mailgate.edge.smtp import guesses
from mailgate.edge.smtp.guesses import MOST, PATIENCE, REFUSED, Guesses
from mailgate.edge.smtp.limits import Listener, SmtpLimits

Open = Callable[..., Any]
HOUR = 3600.0


class Clocked:
    """Guesses of an attacker who asks again as soon as they may."""

    def __init__(self) -> None:
        self.guesses = Guesses()
        self.now = 1000.0
        self.told: list[str] = []

    def try_(
        self, password: str, address: str = "192.0.2.1", user: str = "anna", *, trusted: bool = False
    ) -> float | None:
        """How long this try waited, None when it was refused; "right" is the password."""
        turn = self.guesses.turn(address, user, self.now, trusted=trusted)
        if turn.wait is None:
            return None
        self.now += turn.wait
        if password == "right":
            self.guesses.right(turn)
        else:
            self.told += filter(None, [self.guesses.wrong(turn, password, self.now)])
        return turn.wait


def test_p10_each_wrong_password_makes_the_next_wait_longer_and_at_last_none_is_looked_at() -> None:
    peer = Clocked()
    waits = [peer.try_(f"guess {turn}") for turn in range(MOST)]
    assert waits == sorted(waits) and waits[0] == 0 and (waits[-1] or 0) >= 5
    assert peer.try_("right") is None, "refused whatever they know"
    assert peer.told == ["address"]


def test_p10_a_day_of_guessing_from_one_address_gets_some_hundred_passwords_looked_at() -> None:
    peer = Clocked()
    looked, end = 0, peer.now + 24 * HOUR
    while peer.now < end:
        if peer.try_(f"{peer.now}") is None:
            peer.now += 5
        else:
            looked += 1
    assert looked < 800 and len(peer.told) <= 24


def test_p10_refusal_ends_after_a_quarter_of_an_hour_and_comes_sooner_the_next_time() -> None:
    peer = Clocked()
    for turn in range(MOST):
        peer.try_(str(turn))
    peer.now += REFUSED - 1
    assert peer.try_("right") is None
    peer.now += 2
    assert peer.try_("right") is not None
    more = [peer.try_(f"again {turn}") for turn in range(MOST)]
    assert more.count(None) >= MOST // 2 - 1


def test_p10_a_strangers_guesses_lock_no_user_out_who_comes_from_elsewhere() -> None:
    peer = Clocked()
    assert peer.try_("right", "198.51.100.7") == 0
    for turn in range(500):
        peer.try_(f"guess {turn}", f"192.0.2.{turn % 250}")
    assert "account" in peer.told or "address" in peer.told
    assert peer.try_("right", "198.51.100.7") == 0, "not even a wait, where they were before"
    waited = peer.try_("right", "203.0.113.9")
    assert waited is not None and waited <= PATIENCE, "and a wait at a new place, no refusal"
    assert peer.try_("right", "203.0.113.9") == 0


def test_p10_many_addresses_that_guess_at_one_account_are_slowed_down_and_told_once() -> None:
    peer = Clocked()
    waits = [peer.try_(f"guess {turn}", f"192.0.2.{turn}") for turn in range(200)]
    assert None not in waits and sum(one or 0 for one in waits[100:]) > 500
    assert peer.told == ["account"] or len(peer.told) == 1


@pytest.mark.parametrize(("one", "other", "same"), [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("192.0.2.1", "::ffff:192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False), ("fe80::1%eth0", "fe80::2", True),
])  # fmt: skip
def test_p10_an_address_is_an_ipv4_one_or_the_64_of_an_ipv6_one(one: str, other: str, same: bool) -> None:
    peer = Clocked()
    for turn in range(MOST):
        peer.try_(str(turn), one, user="somebody")
    assert (peer.try_("right", other, user="anna") is None) is same


def test_p10_a_client_with_an_old_password_guesses_once_and_locks_nobody_out() -> None:
    peer = Clocked()
    for _ in range(50):
        assert peer.try_("last year's") is not None
        peer.now += 60
    assert peer.try_("right", user="bo") is not None, "a colleague behind the same address"
    assert peer.told == []


def test_p10_slips_are_forgiven_by_the_right_password_and_guesses_are_not() -> None:
    peer = Clocked()
    for turn in range(3):
        peer.try_(f"slip {turn}")
    peer.try_("right")
    assert peer.try_("right") == 0
    for turn in range(MOST - 1):
        peer.try_(f"guess {turn}", user="bo")
    peer.try_("right")  # an account of their own frees nobody
    peer.try_("one more", user="bo")
    assert peer.try_("right", user="bo") is None


def test_p10_behind_a_trusted_front_each_account_counts_apart() -> None:
    peer = Clocked()
    for turn in range(MOST):
        peer.try_(str(turn), "10.0.0.1", trusted=True)
    assert peer.try_("right", "10.0.0.1", trusted=True) is None
    assert peer.try_("right", "10.0.0.1", user="bo", trusted=True) == 0


def test_p10_memory_is_bounded_and_holds_no_password() -> None:
    peer = Clocked()
    for turn in range(6000):
        peer.try_("hunter2-secret", f"2001:db8:{turn:x}::1", user=f"user{turn}")
        peer.now += 0.01
    kept = peer.guesses
    assert len(kept._addresses) <= guesses.ADDRESSES and len(kept._accounts) <= guesses.ACCOUNTS
    assert all(len(one.seen) <= MOST for one in kept._addresses.values())
    assert "hunter2" not in repr(kept._addresses) + repr(kept._accounts)


def test_p10_at_the_port_guesses_are_slowed_refused_with_454_and_hung_up_on_and_another_address_gets_in(
    open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "FIRST", 0.001)
    monkeypatch.setattr(guesses, "LONGEST", 0.004)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    looked: list[str] = []
    told: list[tuple[str, str, str]] = []

    def login(user: str, password: str) -> str | None:
        looked.append(password)
        return "anna" if (user, password) == ("anna", "right") else None

    running = open_door(
        Listener(Source.SUBMISSION, tls=lambda: context, implicit_tls=True), login=login, trusted_networks=[],
        guessed=lambda *news: told.append(news), limits=SmtpLimits(error_delay=0.0),
    )  # fmt: skip
    port = int(running.door.bound["submission"][0].rpartition(":")[2])
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def answers(passwords: list[str], source: str, *, at_once: bool = False) -> list[str]:
        raw = socket.create_connection(("127.0.0.1", port), timeout=100, source_address=(source, 0))
        with trusting.wrap_socket(raw, server_hostname="localhost") as wire, wire.makefile("rb") as lines:

            def reply() -> str:
                while True:
                    line = lines.readline().decode()
                    if line[3:4] != "-":
                        return line

            reply()
            wire.sendall(b"EHLO x\r\n")
            reply()
            found = []
            for password in passwords:
                wire.sendall(b"AUTH PLAIN " + base64.b64encode(f"\0anna\0{password}".encode()) + b"\r\n")
                found.append(reply()[:3])
                if found[-1] in ("", "421", "235"):
                    break
            return found

    first = answers([f"guess {turn}" for turn in range(5)], "127.0.0.1")
    assert first == ["535"] * 5
    second = answers([f"more {turn}" for turn in range(40)], "127.0.0.1")
    assert second[:5] == ["535"] * 5 and set(second[5:-1]) == {"454"} and second[-1] in ("421", "")
    assert len(looked) == MOST, "what is refused is not even compared"
    assert answers(["right"], "127.0.0.1") == ["454"]
    assert answers(["right"], "127.0.0.2") == ["235"]
    assert told == [("address", "127.0.0.1", "anna")]
