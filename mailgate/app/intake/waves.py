"""What the process remembers of mails of people nobody knew, to see when many of them are the same words."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from mailgate.core.clock.wave import FOLLOWED
from mailgate.core.model.desk_rows import Opening, Wave
from mailgate.core.model.facts import Alike
from mailgate.core.model.mail import InboundMail
from mailgate.core.text import quote
from mailgate.core.text.alikeness import Sketch, alike, sketch
from mailgate.store.base import Store
from mailgate.wire import words

WITHIN = timedelta(minutes=10)
MOST = 1000  # kinds of mail remembered, when so many come within ten minutes
MEMBERS = 64  # of each: more than a wave needs to be one


@dataclass(slots=True)
class _Kind:
    """Mails that are nearly the same words."""

    key: str
    department: str
    sketch: Sketch
    came: deque[tuple[datetime, int, int]] = field(default_factory=lambda: deque(maxlen=MEMBERS))  # at, mail, ticket
    verdict: str = ""
    until: datetime | None = None  # how long a verdict is followed


def words_of(mail: InboundMail) -> Sketch:
    """What a mail is compared by; worked out before the writer is asked.

    What it quotes does not count: a hundred answers to one newsletter quote the same words and are no wave.
    """
    return () if mail.envelope.history else sketch(mail.subject, mail.newest or mail.text)


def _words_kept(opening: Opening) -> Sketch:
    """The same of what the store has of a mail."""
    newest = quote.split_history(opening.text, openings=words.OPENINGS).fresh
    return sketch(opening.subject, newest or opening.text)


class Waves:
    """Counts near-equal mails by department; the store knows of a wave once it is one. Called from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kinds: OrderedDict[str, _Kind] = OrderedDict()  # the one that grew last stands last
        self._by_hash: dict[tuple[str, int], tuple[str, ...]] = {}
        self._counted = False

    def look(self, found: Sketch, department: str, number: int, now: datetime) -> Alike | None:
        """How many of nearly these words came in the last ten minutes; None for a mail of few words."""
        if not found:
            return None
        with self._lock:
            kind = self._like(department, found)
            if kind is not None and kind.until is not None and now >= kind.until:
                self._forget(kind)
                kind = None
            if kind is None:
                return Alike(f"{department}:{number}", found)
            others = sum(now - at < WITHIN for at, mail_number, _ in kind.came if mail_number != number)
            return Alike(kind.key, kind.sketch, others, kind.verdict)

    def note(self, alike: Alike, department: str, number: int, ticket: int, now: datetime, *, held: bool) -> None:
        """A mail of somebody new was filed, and its ticket waits or does not."""
        with self._lock:
            kind = self._kinds.get(alike.key) or self._begin(alike.key, department, alike.sketch)
            self._kinds.move_to_end(kind.key)
            if all(number != known for _, known, _ in kind.came):
                kind.came.append((now, number, ticket))
            if held and not kind.verdict:
                kind.verdict = "asked"
            self._let_go(now)

    def members(self, key: str) -> tuple[int, ...]:
        """The tickets of those that are remembered."""
        with self._lock:
            kind = self._kinds.get(key)
            return tuple(ticket for _, _, ticket in kind.came) if kind else ()

    def learn(self, waves: Iterable[Wave]) -> None:
        """What the store knows of waves: which wait, and what was said of others."""
        with self._lock:
            for one in waves:
                kind = self._kinds.get(one.key) or self._begin(one.key, one.department, one.sketch)
                kind.verdict = one.verdict or "asked"
                kind.until = one.settled_at and one.settled_at + FOLLOWED

    def count_again(self, now: datetime) -> None:
        """After a start: what the store has of the last ten minutes."""
        with self._lock:
            if self._counted:
                return
        waves = self._store.read(lambda read: read.waves.lately(now - FOLLOWED))
        self.learn(waves)
        for one in self._store.read(lambda read: read.waves.openings(now - WITHIN)):
            known = self.look(_words_kept(one), one.department, one.mail, one.at)
            if known is not None:
                self.note(known, one.department, one.mail, one.number, one.at, held=False)
        self._counted = True

    def _like(self, department: str, found: Sketch) -> _Kind | None:
        """The kind these words are of; those that have most hashes in common are compared."""
        near = Counter(key for one in found for key in self._by_hash.get((department, one), ()))
        for key, _ in near.most_common(3):
            if alike(self._kinds[key].sketch, found):
                return self._kinds[key]
        return None

    def _begin(self, key: str, department: str, found: Sketch) -> _Kind:
        while len(self._kinds) >= MOST:
            self._forget(next(iter(self._kinds.values())))
        kind = self._kinds[key] = _Kind(key, department, found)
        for one in found:
            self._by_hash[department, one] = (*self._by_hash.get((department, one), ()), key)
        return kind

    def _let_go(self, now: datetime) -> None:
        """Forget what has not come for ten minutes, and nobody was asked about, a few at a time."""
        for key in list(islice(self._kinds, 4)):
            kind = self._kinds[key]
            if not kind.verdict and (not kind.came or now - kind.came[-1][0] >= WITHIN):
                self._forget(kind)

    def _forget(self, kind: _Kind) -> None:
        self._kinds.pop(kind.key, None)
        for one in kind.sketch:
            place = kind.department, one
            others = tuple(key for key in self._by_hash.get(place, ()) if key != kind.key)
            if others:
                self._by_hash[place] = others
            else:
                self._by_hash.pop(place, None)
