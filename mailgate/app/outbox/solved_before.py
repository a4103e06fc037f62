"""Solved tickets that a new one seems to be about again, for the notice of its first mail: who answered, and how."""

from __future__ import annotations

import time
from collections.abc import Callable

from mailgate.core.model.canned import alike, gist, solution
from mailgate.core.model.shown import SolvedBefore
from mailgate.core.model.ticket import Ticket
from mailgate.core.text.stems import telling
from mailgate.store.base import Read

MOST = 2  # named in a notice
LOOKED_AT = 6  # threads that are read for it
WORDS = 4  # of a title that are looked for
SLOW, REST = 0.05, 600.0  # seconds of work a look-up may take, and how long there is none after one that took longer


class SolvedLookups:
    """Looks them up once for all letters about a ticket, and not at all for a while where that is slow.

    Several threads word letters: what was found is kept and read together with the ticket it was found for.
    """

    def __init__(self, work: Callable[[], float] = time.thread_time) -> None:
        self._work = work
        self._rests_until = 0.0
        self._last: tuple[int | None, tuple[SolvedBefore, ...]] = (None, ())

    def of(self, ticket: Ticket, read: Read) -> tuple[SolvedBefore, ...]:
        """At most two, best first."""
        number, found = self._last
        if number != ticket.number:
            now, began = time.monotonic(), self._work()
            found = _looked_up(ticket, read) if now >= self._rests_until else ()
            self._last = ticket.number, found
            if self._work() - began > SLOW:
                self._rests_until = now + REST
        return found


def _looked_up(ticket: Ticket, read: Read) -> tuple[SolvedBefore, ...]:
    # the longest say most, and one more word of a title costs as much as all before it
    words = sorted(telling(ticket.subject, ticket.language), key=lambda word: (-len(word), word))[:WORDS]
    found = []
    for one in read.tickets.solved_like(ticket, words, LOOKED_AT):
        answer = solution(one.entries)
        if answer is not None and alike(ticket.subject, one.subject, ticket.language):
            found.append(
                SolvedBefore(one.number, one.subject, answer.author_name or answer.author, gist(answer.text))
            )  # fmt: skip
    return tuple(found[:MOST])
