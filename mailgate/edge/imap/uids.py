"""Which mails of a folder came, did not come, and when they are asked for again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

TRIES: Final = 5
LONGEST: Final = 300.0  # paces between two tries of one mail
FEW: Final = 3  # so many mails of a folder may be broken by themselves, as long as no other has come
ALL_FAIL: Final = 50  # mails in a row after which it is the server that fails
_PAGE: Final = 4096


class UidSet:
    """UIDs that are known, a bit each: a folder may hold a million."""

    def __init__(self, uids: Iterable[int] = ()) -> None:
        self._pages: dict[int, int] = {}
        self.add(uids)

    def add(self, uids: Iterable[int]) -> None:
        """Know these too."""
        for uid in uids:
            page, place = divmod(uid, _PAGE)
            self._pages[page] = self._pages.get(page, 0) | 1 << place

    def __contains__(self, uid: int) -> bool:
        page, place = divmod(uid, _PAGE)
        return bool(self._pages.get(page, 0) >> place & 1)


@dataclass(slots=True)
class Failure:
    """A mail that did not come: how often, and when to ask again (monotonic seconds)."""

    tries: int
    again: float
    came: int  # mails that had come when it failed first
    counted: int  # failures that are its own: others came
    why: str
    ours: bool = False  # it came, and we could not keep it


class Failures:
    """The mails of a folder that did not come. A mail is blamed only when others come: else the server fails."""

    def __init__(self, pace: float) -> None:
        self._pace = pace  # seconds until the second try of a mail; doubles from there
        self._all: dict[int, Failure] = {}
        self._came = 0
        self._in_a_row = 0

    def __iter__(self) -> Iterator[int]:
        return iter(self._all)

    def came(self, uid: int) -> None:
        """This one did come."""
        self._came += 1
        self._in_a_row = 0
        self._all.pop(uid, None)

    def begin(self) -> None:
        """A new connection."""
        self._in_a_row = 0

    def failed(self, uid: int, why: str, *, answered: bool) -> int:
        """Note one more failure; returns which it is, 0 when the mail is to be given up.

        `answered`: the server took the question and had nothing to give; else the connection broke, or it refused.
        """
        known = self._all.get(uid)
        if known is None:
            known = self._all[uid] = Failure(0, 0.0, self._came, 0, why)
        known.tries += 1
        known.why, known.ours = why, False
        if self._came > known.came or (answered and len(self._all) <= FEW):
            known.counted += 1
        else:  # two count at most: three more are asked for once others come
            known.counted = max(known.counted, min(known.counted + 1, TRIES - 3))
        self._in_a_row += 1
        if known.counted >= TRIES:
            del self._all[uid]
            return 0
        known.again = time.monotonic()
        if answered or known.tries > 1:  # a connection that broke once is no reason to let others go before
            known.again += self._pace * min(LONGEST, 2.0 ** min(known.tries - 1, 30))
        return known.tries

    def put_off(self, uid: int, why: str) -> None:
        """It came, and cannot be kept now; that blames nobody, and others are taken meanwhile."""
        known = self._all.setdefault(uid, Failure(0, 0.0, self._came, 0, why))
        known.tries += 1
        known.why, known.ours = why, True
        known.again = time.monotonic() + self._pace * min(LONGEST, 2.0 ** min(known.tries - 1, 30))

    def forget(self, uids: Iterable[int]) -> None:
        """They are gone, or given up."""
        for uid in uids:
            self._all.pop(uid, None)

    def clear(self) -> None:
        """The folder is another."""
        self._all.clear()

    def waiting(self) -> set[int]:
        """Those not to be asked for yet."""
        now = time.monotonic()
        return {uid for uid, failure in self._all.items() if failure.again > now}

    @property
    def next_try(self) -> float | None:
        """When the next one is due (monotonic seconds)."""
        return min((failure.again for failure in self._all.values()), default=None)

    @property
    def everything_fails(self) -> bool:
        """So many in a row that it cannot be the mails."""
        return self._in_a_row >= ALL_FAIL

    @property
    def complaint(self) -> str:
        """Which mails fail again and again, for the admin."""
        stuck = {uid: failure for uid, failure in self._all.items() if failure.ours or failure.tries >= TRIES}
        if not stuck:
            return ""
        uid, failure = min(stuck.items())
        more = f" and {len(stuck) - 1} more" if len(stuck) > 1 else ""
        what = "waits there" if failure.ours else "cannot be fetched"
        return f"UID {uid}{more} {what}: {failure.why}, tried {failure.tries} times"
