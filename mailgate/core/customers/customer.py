"""Who a customer is, as the desk was told, and how one is found: by address, domain, number or telephone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from mailgate.core.text.folding import fold
from mailgate.core.text.phone import line, lines, same

DEEPEST = 8  # labels of a domain that are looked at


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of the customers' file, or what was looked up elsewhere."""

    keys: tuple[str, ...] = ()  # canonical addresses and `@domain`s it is found by
    name: str = ""  # of the person
    company: str = ""
    number: str = ""  # as the company writes it
    phones: tuple[str, ...] = ()  # as they were written
    language: str = ""  # a code
    tier: str = ""
    agent: str = ""  # the name of the agent who looks after them
    links: Mapping[str, str] = field(default_factory=dict)  # label -> an https address
    fields: Mapping[str, str] = field(default_factory=dict)  # columns nobody but the admin knows the meaning of
    origin: str = "file"  # or "lookup"
    as_of: datetime | None = None  # when this was true
    looked_up: datetime | None = None  # when another program said it, or some of it

    @property
    def known(self) -> bool:
        """True when anything is said of them."""
        return any(getattr(self, one.name) for one in fields(self) if one.name not in ABOUT)

    @property
    def address(self) -> str:
        """The first of their own addresses; "" for a row of domains and numbers."""
        return next((one for one in self.keys if not one.startswith("@")), "")

    def value(self, name: str) -> str:
        """A column by its name, a free one too; "" where nothing stands."""
        if name in COLUMNS:
            return str(getattr(self, name))
        return self.fields.get(name) or next((one for key, one in self.fields.items() if fold(key) == fold(name)), "")


ABOUT = ("keys", "origin", "as_of", "looked_up")  # what says nothing of who they are
COLUMNS = ("name", "company", "number", "language", "tier", "agent")  # those with one text


def address_keys(address: str) -> tuple[str, ...]:
    """What a canonical address is found by, best first: itself, its domain, and the domains above that."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        return ()
    labels = domain.split(".")
    above = (".".join(labels[place:]) for place in range(max(0, len(labels) - DEEPEST), len(labels)))
    return (address, *(f"@{one}" for one in above))


def number_found_by(number: str) -> str:
    """The key of a customer number, however its letters and spaces are written; "" for none."""
    kept = "".join(number.split()).casefold()
    return f"#{kept.removeprefix('#')}" if kept.strip("#") else ""


def phone_found_by(phone: str) -> str:
    """The key of a telephone number: two notations of one line share it; "" for one that is too short."""
    key = line(phone)
    return f"tel:{key}" if key else ""


def phones_found_by(phone: str) -> tuple[str, ...]:
    """Keys under which rows with that number may be; `has_phone` tells which of them have it."""
    return tuple(f"tel:{key}" for key in lines(phone))


def has_phone(customer: Customer, phone: str) -> bool:
    """Whether a number is one of theirs, however either is written."""
    return any(same(one, phone) for one in customer.phones)


def keys_of(customer: Customer) -> tuple[str, ...]:
    """All that a row is found by."""
    others = (number_found_by(customer.number), *map(phone_found_by, customer.phones))
    return tuple(dict.fromkeys((*customer.keys, *filter(None, others))))


def found(address: str, known: Iterable[Customer]) -> Customer | None:
    """What is known of whoever writes by a canonical address, None when it is nothing.

    Their own row counts; what it leaves empty is taken from the row of their domain, the most specific first. Such a
    row never names a person: who in the company writes is not what it says.
    """
    keys = address_keys(address)
    by_key = {key: one for one in known for key in one.keys}
    best: Customer | None = None
    for key in keys:
        row = by_key.get(key)
        if row is None:
            continue
        row = row if key == keys[0] else of_company(row)
        best = row if best is None else joined(best, row)
    return best if best is not None and best.known else None


def of_company(row: Customer) -> Customer:
    """What a row for a whole domain says of everybody in it."""
    return replace(row, name="", phones=())


def joined(first: Customer, second: Customer) -> Customer:
    """The first, with what it leaves empty taken from the second; links and free columns are put together.

    What was looked up elsewhere keeps its age, as far as any of it stands there.
    """
    filled = {name: getattr(first, name) or getattr(second, name) for name in (*COLUMNS, "phones")}
    links, free = {**second.links, **first.links}, {**second.fields, **first.fields}
    whole = replace(first, **filled, links=links, fields=free)
    return whole if whole == first else replace(whole, looked_up=first.looked_up or second.looked_up)


def completed(known: Customer | None, looked_up: Customer | None) -> Customer | None:
    """What our own table says, and what it leaves empty as another program says it."""
    return joined(known, looked_up) if known and looked_up else known or looked_up
