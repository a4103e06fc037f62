"""Who asks: behind which proxies, from which network, and how many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
HERE: Final = "unix"  # a peer on a unix socket: whoever may open it is on this machine
HOPS: Final = 32  # of a chain of proxies that are looked at


def read(text: str) -> Address | None:
    """An address as proxies write it: `192.0.2.1`, `192.0.2.1:8080`, `[2001:db8::1]:443`; None for no address."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def of_one(address: str) -> str:
    """What counts as one: an IPv4 address, a /64 of IPv6 (W-26)."""
    found = read(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found) if found else address[:64]


class Proxies:
    """The networks whose word about a client's address is believed (W-27)."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self.learn(trusted)

    def learn(self, trusted: Iterable[str]) -> None:
        """From now on these, as the desk's configuration has checked them."""
        self._networks = tuple(ip_network(one, strict=False) for one in trusted)

    def trusts(self, peer: str) -> bool:
        """True for a proxy of ours."""
        found = read(peer)
        return peer == HERE or (found is not None and any(found in one for one in self._networks))

    def client(self, peer: str, forwarded: Iterable[str]) -> str:
        """The last hop that is no proxy of ours; `forwarded` are the X-Forwarded-For of a request, as they came."""
        if not self.trusts(peer):
            return peer
        client = peer
        for hop in [one for line in forwarded for one in line.split(",")][: -HOPS - 1 : -1]:
            found = read(hop)
            if found is None:
                break
            client = str(found)
            if not self.trusts(client):
                break
        return client


class Crowd:
    """How many are here at once: so many of one, so many in all."""

    def __init__(self, of_one: int, in_all: int) -> None:
        self._of_one, self._in_all = of_one, in_all
        self._here: dict[str, int] = {}
        self._all = 0

    def enter(self, peer: str, *, counted: bool = True) -> bool:
        """True when there is room; who is not `counted` takes room, but as many of them as there is."""
        if self._all >= self._in_all or (counted and self._here.get(peer, 0) >= self._of_one):
            return False
        self._all += 1
        self._here[peer] = self._here.get(peer, 0) + 1
        return True

    def leave(self, peer: str) -> None:
        """One of them is gone."""
        self._all -= 1
        left = self._here.pop(peer) - 1
        if left:
            self._here[peer] = left
