"""Customers -> the table an admin keeps: our columns first, then the free ones; and two tables made one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from mailgate.core.customers.customer import Customer, number_found_by
from mailgate.core.text import spreadsheet
from mailgate.wire.customers.columns import NAMES, is_weak

COLUMNS = tuple(name for name in NAMES if name not in ("@domain", "first name", "last name"))


def to_csv(customers: Iterable[Customer]) -> bytes:
    """UTF-8 with the mark that spreadsheets look for; what `rows.from_csv` reads is the same customers."""
    given = list(customers)
    free = list(dict.fromkeys(name for one in given for name in one.fields))
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    ours = ["email" if name == "address" and any(map(is_weak, free)) else name for name in COLUMNS]
    writer.writerow([spreadsheet.cell(name) for name in (*ours, *free)])
    for one in given:
        cells = cells_of(one)
        free_cells = (one.fields.get(name, "") for name in free)
        writer.writerow([spreadsheet.cell(cell) for cell in (*cells.values(), *free_cells)])
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def cells_of(one: Customer) -> Mapping[str, str]:
    """A customer by the names of our columns, in their order."""
    return {
        "address": " ".join(one.keys), "name": one.name, "company": one.company, "number": one.number,
        "phone": "; ".join(one.phones), "language": one.language, "tier": one.tier, "agent": one.agent,
        "links": " ".join(f"{label}={link}" for label, link in one.links.items()),
    }  # fmt: skip


def merged(before: Sequence[Customer], brought: Sequence[Customer]) -> tuple[list[Customer], int]:
    """The table with rows brought to it, and how many rows of before they took the place of.

    A row goes where another has one of its addresses or domains, or its number while neither has any of these.
    """
    taken = {key for row in brought for key in row.keys}
    numbers = {number_found_by(row.number) for row in brought if not row.keys}
    kept = [row for row in before if not _replaced(row, taken, numbers)]
    return [*kept, *brought], len(before) - len(kept)


def _replaced(row: Customer, taken: set[str], numbers: set[str]) -> bool:
    return not taken.isdisjoint(row.keys) or (
        not row.keys and bool(row.number) and number_found_by(row.number) in numbers
    )
