"""The verbs of waves: near-equal mails of people nobody knew, and the tickets that wait with them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mailgate.core.model.desk_rows import HeldTicket, Opening, Wave


class WavesRead(Protocol):
    """Waves of near-equal mail, and the tickets that wait with them; see `tickets.waves`."""

    def lately(self, since: datetime) -> list[Wave]: ...

    def held(self, wave: str, limit: int) -> list[HeldTicket]: ...

    def to_settle(self, limit: int) -> list[HeldTicket]: ...

    def openings(self, since: datetime) -> list[Opening]: ...

    def untold(self, number: int) -> tuple[int, ...]: ...


class WavesTx(WavesRead, Protocol):
    """The same, with what changes it."""

    def asked(self, wave: str, now: datetime) -> None: ...

    def judge(self, wave: str, verdict: str, now: datetime) -> bool: ...

    def done(self, number: int) -> None: ...
