"""Rows of a table or of TOML -> customers; what is wrong is named by its line, and the rest of it stands."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailgate.core.customers.customer import Customer, phone_found_by
from mailgate.core.model.mail import canonical
from mailgate.core.text import address as addresses
from mailgate.core.text import spreadsheet
from mailgate.core.text.language import KNOWN
from mailgate.core.text.mail_providers import is_public
from mailgate.errors import Problem
from mailgate.wire.customers import table
from mailgate.wire.customers.columns import NAMES, columns

LONGEST = 200  # characters of a name, a company, a label
LONGEST_FREE = 1000  # of a free column
LONGEST_LINK = 2000
MOST_FREE = 40  # free columns of a row
MOST_KEYS = 50
MOST_NAMED = 200  # problems of one file; a hundred thousand are one
_SEPARATORS = re.compile(r"[\s;,]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LINK = re.compile(r"https://[a-z0-9\[][^\s\"<>\\^`{|}]*", re.IGNORECASE)
_PHONES_PART = re.compile(r"[;,\n]")
_ROUNDED = re.compile(r"[0-9][Ee]\+[0-9]")
_LINKS_PART = re.compile(r"[\s;]+")
_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?", re.IGNORECASE)


Cells = tuple[int, dict[str, list[str]], str]  # line, texts by column, and what is wrong with the whole row


@dataclass(frozen=True, slots=True)
class Row:
    """A customer, and the line they stand on."""

    line: int
    customer: Customer
    id: int  # see `identity`


def identity(one: Customer) -> int:
    """The same for the same words, whatever the line: 63 bits of a digest."""
    said = [one.keys, one.name, one.company, one.number, one.phones, one.language, one.tier, one.agent]
    whole = json.dumps([*said, sorted(one.links.items()), list(one.fields.items())])
    return int.from_bytes(hashlib.sha256(whole.encode()).digest()[:8]) >> 1


@dataclass(slots=True)
class CustomersFile:
    """What a file says: its good rows, and what is wrong with the others."""

    name: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    faulty: int = 0  # problems there are, named or not

    def note(self, line: int, column: str, text: str) -> None:
        """Something wrong on a line: a warning, for the rest stands."""
        self.faulty += 1
        if self.faulty <= MOST_NAMED:
            self.problems.append(Problem(self.name, column, text, line or None, warning=True))


def from_csv(octets: bytes, name: str, agents: Collection[str]) -> CustomersFile:
    """What a CSV file says. Raises ConfigError when it cannot be read, or names no customer by anything."""
    found = table.read(table.decoded(octets, name), name)
    meant = columns(map(spreadsheet.meant, found.header))
    if not {"address", "@domain", "number", "phone"} & set(meant):
        seen = ", ".join(filter(None, meant))
        raise table.refused(name, f"has no column `address`, `@domain`, `number` or `phone`; there are: {seen}", 1)
    named = [one or f"column {at}" for at, one in enumerate(meant, 1)]
    return _gathered(name, _cells(found, named), agents)


def _cells(found: table.Table, meant: list[str]) -> Iterator[Cells]:
    for line, row in found.rows:
        cells: dict[str, list[str]] = {}
        for column, cell in zip(meant, row, strict=False):
            if text := spreadsheet.meant(cell.strip()):
                cells.setdefault(column, []).append(text)
        spare = any(cell.strip() for cell in row[len(meant) :])
        yield line, cells, "has more cells than the header has columns: is a text with the separator quoted?" * spare


def from_tables(
    data: Mapping[str, Any], line: Callable[[int], int | None], name: str, agents: Collection[str]
) -> CustomersFile:
    """What a TOML file says: `[[customer]]` tables with the same columns. Raises ConfigError."""
    tables = data.get("customer")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise table.refused(name, "has no [[customer]] tables")
    rows = ((line(at) or 0, _plain(one), "") for at, one in enumerate(tables))
    return _gathered(name, rows, agents)


def _plain(given: Mapping[str, Any]) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = {}
    for column, (key, value) in zip(columns(given), given.items(), strict=True):
        several = [f"{label}={one}" for label, one in value.items()] if isinstance(value, dict) else value
        texts = [str(one) for one in (several if isinstance(several, list) else [several]) if str(one).strip()]
        if texts:
            cells.setdefault(column or key, []).extend(texts)
    return cells


def _gathered(name: str, rows: Iterable[Cells], agents: Collection[str]) -> CustomersFile:
    file = CustomersFile(name)
    held: dict[str, int] = {}
    ids: set[int] = set()
    for line, cells, problem in rows:
        if problem:
            file.note(line, "", problem)
            continue
        one = _customer(file, line, cells, agents)
        row = Row(line, one, identity(one))
        taken = next((key for key in row.customer.keys if key in held), None)
        if taken is not None:
            file.note(line, "address", f"{taken} stands on line {held[taken]} already: this row is left out")
        elif not (row.customer.keys or row.customer.number or row.customer.phones):
            file.note(line, "", "has no address, @domain, number or telephone: this row is left out")
        elif row.id not in ids:
            held.update(dict.fromkeys(row.customer.keys, line))
            ids.add(row.id)
            file.rows.append(row)
    if file.faulty > MOST_NAMED:
        file.problems.append(Problem(name, "", f"and {file.faulty - MOST_NAMED} more problems", warning=True))
    return file


def _customer(file: CustomersFile, line: int, cells: Mapping[str, list[str]], agents: Collection[str]) -> Customer:
    def one(column: str) -> str:
        return _cut(file, line, column, _line(" ".join(cells.get(column, ()))), LONGEST)

    agent = one("agent")
    if agent and agent not in agents:
        named = {known.casefold(): known for known in agents}
        if agent.casefold() not in named:
            file.note(line, "agent", f'there is no agent "{agent}"')
        agent = named.get(agent.casefold(), "")
    free = [
        (_line(name)[:LONGEST], _cut(file, line, name, _line(" ".join(texts)), LONGEST_FREE))
        for name, texts in cells.items()
        if name not in NAMES
    ]
    if len(free) > MOST_FREE:
        file.note(
            line, free[MOST_FREE][0], f"is beyond the {MOST_FREE} free columns of a row, which are all that is kept"
        )
    return Customer(
        keys=tuple(dict.fromkeys(_keys(file, line, cells))),
        name=one("name") or " ".join(filter(None, (one("first name"), one("last name")))),
        company=one("company"),
        number=one("number"),
        phones=tuple(_phones(file, line, cells.get("phone", ()))),
        language=_language(file, line, one("language")),
        tier=one("tier"),
        agent=agent,
        links=dict(_links(file, line, cells.get("links", ()))),
        fields=dict(free[:MOST_FREE]),
    )


def _cut(file: CustomersFile, line: int, column: str, text: str, longest: int) -> str:
    if "\ufffd" in text:  # as a file cut within a letter has it, or one in a code page of MS-DOS
        file.note(line, column, 'has octets that are no letter: save it as "CSV UTF-8" in your spreadsheet')
        return ""
    if len(text) > longest:
        file.note(line, column, f"is cut after {longest} characters")
    return text[:longest]


def _addresses(text: str) -> Iterator[str]:
    """`a@b.example c@d.example`, or as a mail program copies them: `Virtanen, Maija <maija@virtanen.example>`."""
    named = "<" in text
    for one in _SEPARATORS.split(text):
        if not named or "@" in one:
            yield one.strip("<>").removeprefix("mailto:") if named or one.startswith("mailto:") else one


def _keys(file: CustomersFile, line: int, cells: Mapping[str, list[str]]) -> Iterator[str]:
    wanted = [one for text in cells.get("address", ()) for one in _addresses(text)]
    domains = [one for text in cells.get("@domain", ()) for one in _SEPARATORS.split(text)]
    wanted += [f"@{one.removeprefix('*').lstrip('@')}" for one in domains if one]
    if len(wanted) > MOST_KEYS:
        file.note(line, "address", f"more than {MOST_KEYS} addresses and domains: the others are left out")
    for text in dict.fromkeys(filter(None, wanted[:MOST_KEYS])):
        key = canonical(f"x{text}")[1:] if text.startswith("@") else canonical(text)
        if not addresses.parts(f"x{key}" if key.startswith("@") else key):
            file.note(line, "address", f'"{text}" is no address like "ann@acme.example", and no "@acme.example"')
        elif key.startswith("@") and (is_public(key[1:]) or "." not in key):
            file.note(line, "address", f"{key} is everybody's: name each customer by their own address")
        else:
            yield key


def _phones(file: CustomersFile, line: int, texts: Iterable[str]) -> Iterator[str]:
    parts = (one for whole in texts for one in ([whole] if _ROUNDED.search(whole) else _PHONES_PART.split(whole)))
    for text in dict.fromkeys(_line(one) for one in parts if one.strip()):
        if _ROUNDED.search(text):
            file.note(line, "phone", f'"{text[:40]}" was rounded by a spreadsheet: format the column as text')
        elif phone_found_by(text):
            yield text[:LONGEST]
        else:
            file.note(line, "phone", f'"{text[:40]}" is no telephone number of seven digits or more')


def _language(file: CustomersFile, line: int, text: str) -> str:
    if not text:
        return ""
    code = _CODE.fullmatch(text)
    if code and code[1].lower() in KNOWN:
        return code[1].lower()
    file.note(line, "language", f'found "{text}"; a language is a code like "fi"; known are {", ".join(sorted(KNOWN))}')
    return ""


def _links(file: CustomersFile, line: int, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """`CRM=https://crm.example/17 Orders=https://...`; a label may have spaces, an address has none."""
    for text in texts:
        label = ""
        for word in _LINKS_PART.split(text):
            name, equals, link = word.partition("=")
            if not equals or "://" in name:
                name, link = ("", word) if "://" in word else (word, "")
            label = f"{label} {name}".strip()
            if not link:
                continue
            if _LINK.fullmatch(link) and len(link) <= LONGEST_LINK:
                yield _line(label)[:LONGEST] or link.split("/")[2], link
            else:
                file.note(line, "links", f'"{link[:80]}" is no address that begins with https://')
            label = ""
        if label:
            file.note(line, "links", f'"{label[:80]}" is not written as label=https://...')


def _line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_CONTROLS.sub(" ", text).split())
