"""The verbs of the room of answers: what another program said of customers, and for how long it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailgate.core.customers.answer import Answer
from mailgate.core.customers.customer import Customer


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The latest answer about somebody."""

    key: str  # a canonical address, or `tel:` with the last digits of a number
    answer: Answer
    as_of: datetime  # when it came


class LookupsRead(Protocol):
    """Each one indexed statement."""

    def any(self) -> bool:
        """True when there may be answers: without them nothing is read for a mail."""

    def about(self, key: str) -> LookedUp | None:
        """The answer kept under a key, about nobody and several too."""

    def people(self, keys: Iterable[str]) -> dict[str, Customer]:
        """Those of these keys under whom one person is known."""

    def named(self, keys: Iterable[str]) -> list[LookedUp]:
        """Every answer about the person with these addresses: under them, under a number of theirs, and any that
        names them. The whole cache is looked through."""


class LookupsTx(LookupsRead, Protocol):
    """The same, with what changes them."""

    def keep(self, key: str, answer: Answer, as_of: datetime, until: datetime) -> None:
        """From now on this is what is said, in place of an earlier answer; `until` it is thrown away."""

    def drop_old(self, now: datetime, limit: int) -> int:
        """Throw away at most so many that count no more; how many."""

    def forget(self, keys: Iterable[str]) -> int:
        """Throw away all that `named` finds; how many."""
