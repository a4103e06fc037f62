"""Room for mail that is coming in, and whose mail gives way when there is no more of it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

SMALL: Final = 65_536  # octets; such a mail has the last part of the room to itself, and gives way to nobody's
GRACE: Final = 20.0  # seconds until a mail may be called slow
PACE: Final = 16_384  # octets a second; slower mail holds room that others wait for


class MailInFlight(Protocol):
    """A mail that is being taken off the wire."""

    def starve(self) -> None:
        """Let go of what has come, and of the room for it: the mail is refused (452) at its end."""
        ...


@dataclass(slots=True)
class _Share:
    began: float
    reserved: int  # octets the sender announced
    held: int = 0
    whole: bool = False

    @property
    def octets(self) -> int:
        return max(self.reserved, self.held)

    def is_slow(self, now: float) -> bool:
        return not self.whole and now - self.began > GRACE and self.held < PACE * (now - self.began)


class MailMemory:
    """The room for unfinished mail, of `ceiling` octets and an eighth more for small mail.

    Who announced a size has room for so much from the start, or is told at once that there is none. Of all others, the
    youngest large mail gives way to those before it: however many come, some get through. Mail that dribbles gives way
    to everybody. Times are seconds of any steady clock.
    """

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.octets = 0  # held or reserved
        self._shares: dict[MailInFlight, _Share] = {}  # the oldest first

    def fits(self, octets: int, now: float) -> bool:
        """Could a mail of so many octets begin now?"""
        slow = sum(share.octets for share in self._shares.values() if share.is_slow(now))
        return self.octets - slow + octets <= self._limit(octets)

    def begin(self, mail: MailInFlight, announced: int, now: float) -> bool:
        """Make room for a mail, whose size is 0 when nobody said it; False when there is none."""
        needed = announced or 1
        if not self.fits(needed, now):
            return False
        for slow in self._slow(now):
            if self.octets + needed <= self._limit(needed):
                break
            slow.starve()
        self._shares[mail] = _Share(now, announced)
        self.octets += announced
        return True

    def grow(self, mail: MailInFlight, size: int, now: float) -> bool:
        """A mail has come to `size` octets; False when it must be given up."""
        share = self._shares.get(mail)
        if share is None:
            return False
        more = size - share.octets
        while more > 0 and self.octets + more > self._limit(size):
            victim = self._victim(mail, now)
            if victim is mail:
                return False
            victim.starve()
        self.octets += max(0, more)
        share.held = size
        return True

    def finish(self, mail: MailInFlight) -> None:
        """All of it has come, and it is being kept: it gives way to nobody any more."""
        if mail in self._shares:
            self._shares[mail].whole = True

    def end(self, mail: MailInFlight) -> None:
        """The mail was answered, or given up: its room is free. Harmless for one that has none."""
        share = self._shares.pop(mail, None)
        if share is not None:
            self.octets -= share.octets

    def shed(self) -> bool:
        """Memory ran out all the same: the largest unfinished mail goes. False when there is none."""
        unfinished = [(share.held, mail) for mail, share in self._shares.items() if not share.whole and share.held]
        if not unfinished:
            return False
        max(unfinished, key=lambda pair: pair[0])[1].starve()
        return True

    def _limit(self, size: int) -> int:
        return self.ceiling + (self.ceiling // 8 if size <= SMALL else 0)

    def _slow(self, now: float) -> list[MailInFlight]:
        """Mail that dribbles, the largest first: what holds next to nothing gives way last."""
        slow = [(share.octets, mail) for mail, share in self._shares.items() if share.is_slow(now)]
        return [mail for _, mail in sorted(slow, key=lambda pair: -pair[0])]

    def _victim(self, growing: MailInFlight, now: float) -> MailInFlight:
        """Who gives way to a mail that grows beyond what was announced; at last it itself."""
        slow = self._slow(now)
        if slow:
            return slow[0]
        for mail, share in reversed(self._shares.items()):
            if mail is growing or (not share.whole and share.held > max(SMALL, share.reserved)):
                return mail
        return growing
