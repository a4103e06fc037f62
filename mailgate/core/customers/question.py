"""Whom another program is asked about, and what it says before anybody has looked inside."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.customers.customer import phone_found_by
from mailgate.core.text import address as addresses


@dataclass(frozen=True, slots=True)
class Person:
    """What we can ask by."""

    address: str = ""  # canonical
    phone: str = ""
    number: str = ""  # the company's own, where our own table has one
    shared: frozenset[str] = frozenset()  # which of these may be other people's as well

    @property
    def key(self) -> str:
        """What the answer is kept under; "" for somebody nobody can be asked about."""
        return self.address if askable(self.address) else "" if self.address else phone_found_by(self.phone)

    @property
    def domain(self) -> str:
        """Of the address."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Said:
    """The octets of an answer, and what they are said to be."""

    body: bytes
    type: str = ""  # a media type in small letters, "" when nobody says


def askable(address: str) -> bool:
    """False for what a program could take for something else: an option on its command line, a text in quotes."""
    found = addresses.parts(address)
    return found is not None and address.isascii() and address[0] not in '-"/@' and "\\" not in address
