"""Who asks by the API: the one place that judges a token. Every verb of a program begins with it."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.pages.window import Refusal
from mailgate.core.programs.program import LONGEST, MARK, ApiBearerAsked, ApiBearerPage, Program
from mailgate.core.proof.login import digest

NOTED: Final = timedelta(minutes=1)  # between two notes of when a token was used
UNKNOWN: Final = Refusal("bearer")  # wrong, ended, from elsewhere: one answer for all
BEYOND: Final = Refusal("scope")  # a token that was not made for this
ABSENT: Final = Refusal("forbidden")  # what is another department's is not there


def judge(desk: WindowDesk, bearer: str, peer: str, scope: str, department: str | None = None) -> Program | Refusal:
    """The program whose token this is, if it may do this from there, in that department where one is named."""
    found = _standing(desk, bearer, peer)
    if isinstance(found, Refusal):
        return found
    if not found.may(scope):
        return BEYOND
    return found if department is None or found.knows(department) else ABSENT


def stands(desk: WindowDesk, asked: ApiBearerAsked) -> ApiBearerPage | Refusal:
    """Whether a token is good for anything, to who is to read much before the question itself is asked."""
    found = _standing(desk, asked.bearer, asked.peer)
    return found if isinstance(found, Refusal) else ApiBearerPage()


def _standing(desk: WindowDesk, bearer: str, peer: str) -> Program | Refusal:
    if not bearer.startswith(MARK) or len(bearer) > LONGEST:
        return UNKNOWN
    store, now = desk.gateway.store, desk.gateway.clock()
    found = store.read(lambda read: read.programs.of(digest(bearer)))
    if found is None or not found.stands(now) or not _comes_from(peer, found.networks):
        return UNKNOWN
    if found.used_at is None or now - found.used_at >= NOTED:
        store.write(lambda tx: tx.programs.used(found.id, now))  # nobody waits for it
    return found


def _comes_from(peer: str, networks: tuple[str, ...]) -> bool:
    if not networks:
        return True
    try:
        address = ip_address(peer.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address  # to a socket of both families IPv4 comes so
    except ValueError:  # a socket on this machine is no network
        return False
    return any(address in ip_network(one) for one in networks)


ANSWERS: Final[Answers] = {"api_bearer": stands}
