"""The verbs of the room of customers: who is known by what, and taking a file of them in, in slices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailgate.core.customers.customer import Customer


@dataclass(frozen=True, slots=True)
class CustomersTaken:
    """Which file of customers is in force."""

    generation: int
    digest: str  # SHA-256 of its octets; "" for none
    count: int  # rows
    at: datetime  # when it was taken
    file: str = ""  # where it stands


class CustomersRead(Protocol):
    """Each one indexed statement; none where no customers are known."""

    def taken(self) -> CustomersTaken | None:
        """What is in force, None where there has been nothing."""

    def by_keys(self, keys: Iterable[str]) -> list[Customer]:
        """Every row found by any of these keys (see `core.customers.customer`), each once."""

    def by_address(self, address: str) -> Customer | None:
        """What is known of whoever writes by that address, in any notation; their domain's row fills the gaps."""

    def of_person(self, address: str) -> list[Customer]:
        """Rows of exactly that address, not of its domain."""

    def greeted(self, address: str) -> Customer | None:
        """What is known of exactly that address, by our own table and, where it leaves something empty, elsewhere."""

    def by_phone(self, phone: str) -> list[Customer]:
        """Everybody with that telephone number, in any notation: perhaps more than one."""

    def by_number(self, number: str) -> list[Customer]:
        """Everybody with that customer number."""

    def ids(self) -> frozenset[int]:
        """The id of every row in force."""

    def all(self, after: int, limit: int) -> list[tuple[int, Customer]]:
        """Rows in force in the order of their ids, from the one after `after`."""


class CustomersTx(CustomersRead, Protocol):
    """The same, with what takes a file in: rows of the next generation, then the mark that puts it in force."""

    def tidy(self, limit: int) -> int:
        """Delete at most so many rows that are in force no more, or of a file that was not finished; how many."""

    def add(self, generation: int, rows: Iterable[tuple[int, Customer]]) -> None:
        """Rows that hold from this generation on."""

    def retire(self, generation: int, ids: Iterable[int]) -> None:
        """These hold no more from this generation on."""

    def take(self, taken: CustomersTaken) -> None:
        """From this commit on this generation is in force."""

    def forget(self, address: str) -> int:
        """Delete the rows of exactly this address; how many. They come back with the file."""
