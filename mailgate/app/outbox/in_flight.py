"""What one connection has in hand: letters announced as `sending` only when the first of them is about to leave."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from mailgate import crash
from mailgate.app.outbox.delivery_marks import DeliveryMarks, MarksToWrite
from mailgate.app.outbox.outcome import Mark
from mailgate.app.outbox.wording import ReadyLetter
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.model.outbound import DeliveryState
from mailgate.errors import Temporary


@dataclass(frozen=True, slots=True)
class ReadyDelivery:
    """One delivery of a letter that is ready."""

    ready: ReadyLetter
    delivery: DueDelivery


class ReadyDeliveries:
    """Deliveries ready to leave, for several hands to take from."""

    def __init__(self, items: Iterator[ReadyDelivery]) -> None:
        self._items = items
        self._guard = threading.Lock()

    def take(self, most: int) -> list[ReadyDelivery]:
        """The next ones, at most so many; empty when there are no more."""
        with self._guard:
            return list(islice(self._items, most))


class Unannounced(Temporary):
    """The store could not be told that a letter is about to leave, so it did not."""


class InFlight:
    """The letters one connection works on, in order.

    A crash leaves in doubt what is marked `sending`. So that mark is made when a relay has taken the envelope and the
    words are about to follow, for as many letters as leave within a moment; and it is taken back while a relay keeps us
    waiting. The commit that tells of some letters announces the next.
    """

    def __init__(
        self, marks: DeliveryMarks, lease: Callable[[], datetime], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._marks, self._lease, self._clock = marks, lease, clock
        self._coming: deque[ReadyDelivery] = deque()
        self._current: ReadyDelivery | None = None
        self._announced: set[int] = set()
        self._unwritten = MarksToWrite()
        self._guard = threading.Lock()
        self.leaving = False  # the words of the current letter are on their way
        self.since = clock()  # when it last got ahead

    @property
    def nothing_in_doubt(self) -> bool:
        """True when the store knows all there is to tell, and nothing is in doubt but what is leaving."""
        with self._guard:
            leaving = self._current.delivery.id if self._current is not None and self.leaving else None
            return not self._unwritten.marks and self._announced <= {leaving}

    @property
    def current(self) -> int | None:
        """The delivery being worked on."""
        with self._guard:
            return None if self._current is None else self._current.delivery.id

    def take(self, items: Iterable[ReadyDelivery]) -> None:
        """The next letters, to be announced together."""
        with self._guard:
            self._coming.extend(items)

    def next(self) -> ReadyDelivery | None:
        """The next letter to work on, None when there is no more."""
        with self._guard:
            self._current = self._coming.popleft() if self._coming else None
            self.leaving, self.since = False, self._clock()
            return self._current

    def announce(self) -> None:
        """Mark the current letter `sending`, on disk, and those that follow it at once.

        Called by a transport right before the words. Raises Unannounced; then it must not send them.
        """
        with self._guard:
            assert self._current is not None
            if self._current.delivery.id not in self._announced:
                coming = [self._current, *self._coming]
                marks = [
                    (Mark(item.delivery.id, DeliveryState.SENDING), item.ready.due, item.delivery) for item in coming
                ]
                words = {item.ready.due.id: item.ready for item in coming if item.ready.subject is not None}
                try:
                    self._marks.write(MarksToWrite(self._unwritten.marks + marks, list(words.values())))
                except Temporary as error:
                    raise Unannounced(str(error)) from error
                self._unwritten = MarksToWrite()
                self._announced.update(item.delivery.id for item in coming)
            crash.point("after-sending")
            self.leaving, self.since = True, self._clock()

    def settle(self, mark: Mark, due: DueLetter, delivery: DueDelivery) -> None:
        """What became of a letter; told with the next commit."""
        with self._guard:
            self._unwritten.marks.append((mark, due, delivery))
            self._announced.discard(mark.delivery)
            if self._current is not None and self._current.delivery.id == mark.delivery:
                self._current = None

    def retract(self) -> None:
        """The relay keeps us waiting: what has not begun to leave is not in doubt, and what is known is told now.

        Raises Temporary when the store cannot be told.
        """
        with self._guard:
            current = [self._current] if self._current is not None and not self.leaving else []
            doubted = [item for item in (*current, *self._coming) if item.delivery.id in self._announced]
            lease = self._lease()
            marks = [
                (Mark(item.delivery.id, DeliveryState.LEASED, due_at=lease), item.ready.due, item.delivery)
                for item in doubted
            ]
            self._marks.write(MarksToWrite(self._unwritten.marks + marks))
            self._unwritten = MarksToWrite()
            self._announced.difference_update(item.delivery.id for item in doubted)

    def not_begun(self) -> list[ReadyDelivery]:
        """What was taken and has not begun to leave, no longer in this hand."""
        with self._guard:
            left = [*([self._current] if self._current is not None and not self.leaving else ()), *self._coming]
            self._coming.clear()
            self._current = None
            return left

    def finish(self) -> None:
        """Tell what has not been told; kept for later when the store cannot listen, which raises Temporary."""
        with self._guard:
            unwritten, self._unwritten = self._unwritten, MarksToWrite()
            self._marks.write(unwritten, owe=True)
