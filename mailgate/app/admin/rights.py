"""A person's rights over their data: to have it handed over, and to have it erased."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from mailgate.app.admin import people
from mailgate.app.gateway import Gateway
from mailgate.app.jobs import customers, ticks
from mailgate.config.tree import Config
from mailgate.core.customers.customer import Customer
from mailgate.core.model.change import Decision, Fate, LinkContacts
from mailgate.core.model.desk_rows import PersonFound
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.letter_rows import StoredLetter
from mailgate.core.model.mail import Source, canonical
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.errors import MailgateError, Permanent, Temporary
from mailgate.store.base import Read, Tx
from mailgate.store.blobs import names_of
from mailgate.store.former import drop_copies, former_copies
from mailgate.store.lookups_asked import LookedUp

SHOWN = ("addresses", "names", "tickets", "unsolved", "took_part", "mails")
TRIES = 300  # to cut the log of the database, against readers who come and go
COPIES = "copies"  # in the data folder: what was too large to be sent to a person
PAUSE = 0.1  # seconds between two


def in_own_table(config: Config, address: str, found: PersonFound | None) -> list[str]:
    """Where a person stands in the customers' file, which is the admin's: `customers.csv:17`."""
    if config.customers_file is None:
        return []
    keys = {canonical(one) for one in (address, *(found.addresses if found else ()))}
    try:
        rows = customers.read(config.customers_file, ()).rows
    except MailgateError as error:
        return [f"{config.customers_file}, perhaps: {error}"]
    return [f"{config.customers_file}:{row.line}" for row in rows if not keys.isdisjoint(row.customer.keys)]


def held_of_person(read: Read, policy: Policy, address: str, listed: Sequence[str] = ()) -> PersonFound:
    """What is kept of a person: addresses, tickets and mails. Raises Permanent for a stranger or one of us.

    `listed` says where a stranger stands in the admin's own table: nothing else of them is kept.
    """
    if policy.agent_at(canonical(address)) or policy.department_at(address):
        raise Permanent(f"{address} is ours: an agent or a department cannot be erased or handed over")
    if listed and read.people.data_of(address) is None:
        raise Permanent(f"{address} has never written: take them out of {', '.join(listed)}, nothing else is kept")
    return _somebody(address, read)


def forget(gateway: Gateway, address: str, dry_run: bool = False, actor: str = "admin") -> Mapping[str, Any]:
    """Erase a person, or only say what would be erased; their tickets, events and votes stay for the figures.

    Raises Permanent when somebody still works for them: an unsolved ticket cannot lose its customer; Temporary when all
    is erased, but somebody else still reads the database as it was, and so keeps it.
    """
    policy = gateway.in_force.policy
    listed = in_own_table(gateway.config, address, gateway.store.read(lambda read: read.people.data_of(address)))
    kept = gateway.store.read(lambda read: held_of_person(read, policy, address, listed))
    told = [one.key for one in gateway.store.read(lambda read: read.lookups.named(kept.keys))]
    found = {
        **{name: getattr(kept, name) for name in SHOWN},
        "copies": former_copies(gateway.data),
        "listed": listed,
        "looked_up": told,
    }
    if dry_run:
        return {**found, "erased": False}
    if kept.unsolved:
        numbers = ", ".join(policy.tag(number) for number in kept.unsolved)
        raise Permanent(f"solve {numbers} first, then nothing is owed to {address} any more")
    now = gateway.clock()
    gateway.lookups.forget({*kept.keys, *told})
    done = gateway.store.write(lambda tx: tx.people.forget(address, now, actor)).result()
    if done is None:
        raise Permanent(f"nobody with the address {address} is known")
    counts, blobs = done
    people.refresher(gateway.in_force, gateway.store)()  # articles that named them are in force without the name
    gateway.store.write(partial(_drop_files, blobs, gateway.data)).result()
    for number in kept.tickets:
        (gateway.data / COPIES / f"{number}.zip").unlink(missing_ok=True)
    ticks.backfill(gateway, now)
    for _ in range(TRIES):
        if gateway.store.empty_log().result():
            break
        gateway.stopping.wait(PAUSE)
    else:
        raise Temporary(
            f"{address} is erased, but another process, a backup perhaps, still reads the database of before and keeps "
            "its log: that goes once it has ended, with `mailgate job purge` or by itself within a day"
        )
    return {**found, "erased": True, "counts": dict(counts)}


def _drop_files(blobs: list[str], data: Path, tx: Tx) -> None:
    """Large mail under all its names, and copies of the database from before an upgrade, all that is in them too."""
    tx.mail.drop_blobs(blobs)
    tx.mail.drop_incoming(names_of(data, set(blobs)))
    drop_copies(data, former_copies(data))


def link_contacts(gateway: Gateway, one: str, other: str) -> bool:
    """Two addresses are the same person's from now on. Raises Permanent when either is unknown."""
    for address in (one, other):
        gateway.store.read(partial(_somebody, address))
    decision = Decision(Fate.FILED, "contacts-linked", effects=(LinkContacts(one, other),), actor="admin")
    now = gateway.clock()
    gateway.store.write(lambda tx: tx.apply(None, decision, now, gateway.ids)).result()
    return True


def _somebody(address: str, read: Read) -> PersonFound:
    found = read.people.data_of(address)
    if found is None:
        raise Permanent(f"nobody with the address {address} is known")
    return found


# --- handing over -----------------------------------------------------------------------------------------------------


def export(
    read: Read, policy: Policy, address: str, now: datetime, listed: Sequence[str] = ()
) -> Iterator[tuple[str, bytes | Mapping[str, Any]]]:
    """(file name, content) of everything a person is given: `person.json`, then the mails and letters as they are.

    In their own tickets that is all but internal notes; in others their own words.
    Raises Permanent as `held_of_person`.
    """
    found = held_of_person(read, policy, address, listed)
    keys = {canonical(one) for one in found.addresses}
    tickets = [_told(ticket, keys, whole=True) for ticket in _threads(read, found.tickets)]
    others = [_told(ticket, keys, whole=False) for ticket in _threads(read, found.took_part)]
    own = [row for number in found.mails if (row := read.mail.row(number))]
    mine = {row.number: row for row in own if canonical(row.author or row.sender) in keys or row.source == Source.CALL}
    letters = _letters(read, found.tickets, keys)
    yield (
        "person.json",
        {
            "exported_at": now,
            "addresses": found.addresses,
            "names": found.names,
            "tickets": tickets,
            "customer": [_row(one) for key in sorted(keys) for one in read.customers.of_person(key)],
            "looked_up": [_told_elsewhere(one) for one in read.lookups.named(sorted(keys))],
            "votes": [{key: getattr(one, key) for key in ("ticket", "at", "score", "comment")} for one in found.votes],
            "took_part": others,
            "mails": [
                {"number": number, "arrived_at": row.arrived_at, "subject": row.subject, "fate": row.fate}
                for number, row in mine.items()
            ],
            "letters": [
                {key: getattr(row, key) for key in ("id", "created_at", "subject", "template")} for row in letters
            ],
        },
    )
    for number in mine:
        try:
            yield f"mails/{number}.eml", read.mail.raw(number)
        except KeyError:
            continue  # its raw bytes are gone by retention: person.json has what is left
    for one in letters:
        if one.raw:
            yield f"letters/{one.id}.eml", one.raw


def _row(one: Customer) -> dict[str, Any]:
    """What the table of customers says of them; links into the house and who looks after them are the house's."""
    said = {name: getattr(one, name) for name in ("name", "company", "number", "phones", "language", "tier")}
    return {**said, "addresses": one.keys, "fields": dict(one.fields)}


def _told_elsewhere(one: LookedUp) -> dict[str, Any]:
    """What another program said of them, when."""
    customer = one.answer.customer
    return {"by": one.key, "at": one.as_of, "outcome": one.answer.outcome, **(_row(customer) if customer else {})}


def packed(files: Iterable[tuple[str, bytes | Mapping[str, Any]]]) -> bytes:
    """What `export` hands over, as one zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            told = content if isinstance(content, bytes) else json.dumps(content, default=str, ensure_ascii=False)
            archive.writestr(name, told)
    return made.getvalue()


def _threads(read: Read, numbers: Sequence[int]) -> Iterator[Ticket]:
    for number in numbers:
        ticket = read.tickets.get(number)
        if ticket is not None:
            yield ticket


def _told(ticket: Ticket, keys: set[str], *, whole: bool) -> dict[str, Any]:
    """A ticket as its customer may have it, without words to others alone; else only what those addresses wrote."""
    said = [
        entry
        for entry in ticket.entries
        if (entry.kind.public or entry.kind in (EntryKind.AUTO, EntryKind.CALL))
        and (not entry.only or entry.only in keys if whole else canonical(entry.author) in keys)
    ]
    told: dict[str, Any] = {"number": ticket.number, "created_at": ticket.created_at, "status": ticket.status.value}
    if whole:
        told |= {"subject": ticket.subject, "solved_at": ticket.solved_at, "fields": dict(ticket.fields)}
    told["entries"] = [
        {"at": one.at, "from": one.author_name or one.author, "text": one.text,
         "attachments": [file.name for file in one.attachments]}
        for one in said
    ]  # fmt: skip
    return told


def _letters(read: Read, numbers: Sequence[int], keys: set[str]) -> list[StoredLetter]:
    """Letters to them, of their tickets."""
    found = (read.outbox.letter(one) for number in numbers for one in read.outbox.letters_to_customers(number))
    own = (row for row in found if row and row.template != PrivacyLetter.TEMPLATE)  # an earlier copy is in no copy
    return [row for row in own if any(canonical(each.recipient) in keys for each in row.deliveries)]
