"""Counts wrong passwords: by whom they are tried and at whose account; pure, told the time."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST = 10  # different guesses of one address before it is refused
REFUSED = 900.0  # seconds it stays so; afterwards half of its guesses still count
FORGOTTEN = 3600.0  # seconds without a wrong password after which an address or account is as new
FIRST, LONGEST = 0.25, 8.0  # seconds to the next try after the first wrong password, doubled by each, and at most
PATIENCE = 10.0  # seconds a try waits for its turn; who would wait longer is refused
SLOW = 5  # wrong passwords at one account, from anywhere, before strangers to it must wait
WAVE = 30  # at one account within FORGOTTEN that people hear of
ADDRESSES, ACCOUNTS, FAMILIAR = 4096, 1024, 1024  # remembered at most, the oldest go first


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0  # time of the newest failure
    ready: float = 0.0  # when the next try may be looked at
    seen: set[bytes] = field(default_factory=set)  # guesses: the same once more is no new one


@dataclass(frozen=True, slots=True)
class Turn:
    """When a try may be looked at: `wait` seconds from now; None when it is refused."""

    wait: float | None
    address: str
    account: str


class Guesses:
    """Wrong passwords lately. A try takes its `turn`, then is `wrong` or `right`.

    An address (IPv6 by /64) that guesses waits longer and longer, then is refused whatever it knows. An account that is
    guessed at makes addresses wait that never got into it, and refuses nobody: a stranger locks no user out. In a
    trusted network, where many log in behind one address, an address counts for each account apart.
    """

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, _Count] = OrderedDict()
        self._accounts: OrderedDict[str, _Count] = OrderedDict()
        self._familiar: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._key = secrets.token_bytes(16)
        self._told: float | None = None  # when people last heard of it

    def turn(self, address: str, account: str, now: float, *, trusted: bool = False) -> Turn:
        """A place in the queue of that address; `now` in seconds of any steady clock."""
        account = self._digest(account.strip().lower()).hex()
        address = network(address) + (f" {account}" if trusted else "")
        count = _lately(self._addresses.get(address), now)
        if count is not None and count.failures >= MOST:
            if now - count.last < REFUSED:
                return Turn(None, address, account)
            count.failures //= 2
            count.seen.clear()
        ready = max(now, count.ready if count else now)
        guessed = _lately(self._accounts.get(account), now)
        if guessed is not None and guessed.failures >= SLOW and (account, address) not in self._familiar:
            ready = max(ready, guessed.ready)
        if ready - now > PATIENCE:
            return Turn(None, address, account)
        if count is not None:
            count.ready = ready + _pause(count.failures)
        return Turn(ready - now, address, account)

    def right(self, turn: Turn) -> None:
        """They got in: their own slips there are forgiven, and they wait for no stranger's."""
        count = self._addresses.get(turn.address)
        if count is not None and count.failures < MOST // 2:
            del self._addresses[turn.address]
        _put(self._familiar, (turn.account, turn.address), None, FAMILIAR)

    def wrong(self, turn: Turn, password: str, now: float) -> str:
        """Count it; "address" or "account" when people are to hear of it, once an hour, else ""."""
        count = _lately(self._addresses.get(turn.address), now) or _Count()
        _put(self._addresses, turn.address, count, ADDRESSES)
        guess = self._digest(f"{turn.account} {password}")
        fresh = guess not in count.seen
        if fresh and count.failures < MOST:  # a client that keeps an old password guesses once
            count.seen.add(guess)
            count.failures += 1
            count.last = now
        count.ready = max(count.ready, now + _pause(count.failures))
        guessed = _lately(self._accounts.get(turn.account), now) or _Count()
        _put(self._accounts, turn.account, guessed, ACCOUNTS)
        if fresh:
            guessed.failures += 1
            guessed.last = now
            guessed.ready = now + _pause(guessed.failures - SLOW + 1)
        what = "address" if count.failures >= MOST else "account" if guessed.failures >= WAVE else ""
        if not what or (self._told is not None and now - self._told < FORGOTTEN):
            return ""
        self._told = now
        return what

    def _digest(self, text: str) -> bytes:
        """No password and no name of somebody else's lies in our memory longer than its try."""
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8, key=self._key).digest()


def network(address: str) -> str:
    """What counts as one peer: an IPv4 address, the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)).network_address) + "/64"
    return str(found)


def _pause(failures: int) -> float:
    return min(LONGEST, FIRST * 2 ** (min(failures, 20) - 1)) if failures > 0 else 0.0


def _lately(count: _Count | None, now: float) -> _Count | None:
    return count if count is not None and now - count.last < FORGOTTEN else None


def _put(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
