"""Customers the desk was told of: found by any key in one statement, and exchanged for others in one moment.

A row holds from one generation (`since`) until another (`until`). A new file writes its rows for the next generation in
slices, marks those that are gone, and becomes whole in the commit that counts the generation up: nobody ever sees half
of it, and the writer is never held.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailgate.core.customers import customer
from mailgate.core.customers.customer import Customer
from mailgate.core.model.mail import Address, canonical
from mailgate.store import rows
from mailgate.store.customers.looked_up import SETTING as LOOKED_UP
from mailgate.store.customers.looked_up import Lookups
from mailgate.store.customers_asked import CustomersTaken
from mailgate.store.session import Room
from mailgate.store.settings import Settings

if TYPE_CHECKING:
    from sqlite_utils import Database

SETTING = "customers"  # which file is in force; `tickets.statements.STANDING` reads it along
_HOLDS = "customer.since <= :generation AND (customer.until IS NULL OR customer.until > :generation)"
BY_KEYS = f"""SELECT DISTINCT customer.* FROM json_each(:keys) AS wanted
CROSS JOIN customer_key ON customer_key.key = wanted.value CROSS JOIN customer ON customer.id = customer_key.customer
WHERE {_HOLDS} ORDER BY customer.id"""  # noqa: S608
IDS = f"SELECT customer.id FROM customer WHERE {_HOLDS}"  # noqa: S608
ALL = f"SELECT customer.* FROM customer WHERE customer.id > :after AND {_HOLDS} ORDER BY customer.id LIMIT :limit"  # noqa: S608
GONE = """SELECT id FROM customer WHERE until IS NOT NULL AND until <= :generation
UNION ALL SELECT id FROM customer WHERE since > :generation LIMIT :limit"""
KEPT_AFTER_ALL = "UPDATE customer SET until = NULL WHERE until > :generation"
NO_KEYS = "DELETE FROM customer_key WHERE customer = :id"
NO_CUSTOMER = "DELETE FROM customer WHERE id = :id"
RETIRED = "UPDATE customer SET until = :generation WHERE id = :id"


class Customers(Room):
    """Who is known, by the generation in force."""

    def taken(self) -> CustomersTaken | None:
        """See `customers_asked.CustomersRead.taken`."""
        return taken_from(Settings(self.session).get(SETTING))

    def by_keys(self, keys: Iterable[str]) -> list[Customer]:
        """See `customers_asked.CustomersRead.by_keys`."""
        taken = self.taken()
        return self.held(taken, keys) if taken else []

    def held(self, taken: CustomersTaken, keys: Iterable[str]) -> list[Customer]:
        """As `by_keys`, for who has read already what is in force."""
        wanted = list(dict.fromkeys(filter(None, map(rows.clean, keys))))
        if not wanted or not taken.count:
            return []
        found = self.session.all(BY_KEYS, {"keys": json.dumps(wanted), "generation": taken.generation})
        return [_customer(row, taken.at) for row in found]

    def by_address(self, address: str) -> Customer | None:
        """See `customers_asked.CustomersRead.by_address`."""
        key = canonical(address)
        return self.of([key], self._standing()).get(key)

    def of(self, addresses: Iterable[str], standing: Mapping[str, str | None]) -> dict[str, Customer]:
        """Those of these canonical addresses that somebody knows; `standing` says by its settings what is to be read.

        Nothing is read while no customers are known at all, a statement each for our own table and for what was
        looked up elsewhere.
        """
        wanted = {key: customer.address_keys(key) for key in addresses if "@" in key}
        taken = taken_from(standing.get(SETTING))
        own = self.held(taken, (key for keys in wanted.values() for key in keys)) if taken else []
        looked_up = Lookups(self.session).people(wanted) if wanted and standing.get(LOOKED_UP) else {}
        found = {key: customer.completed(customer.found(key, own), looked_up.get(key)) for key in wanted}
        return {key: one for key, one in found.items() if one is not None}

    def callers(self, phones: Iterable[str], standing: Mapping[str, str | None]) -> dict[str, Address]:
        """Whose number (see `phone.number_dialled`) our own table says it is: one person with an address."""
        taken, wanted = taken_from(standing.get(SETTING)), tuple(phones)
        rows = self.held(taken, (key for one in wanted for key in customer.phones_found_by(one))) if taken else []
        found: dict[str, Address] = {}
        for number in wanted:
            whose = [one for one in rows if customer.has_phone(one, number)]
            if len(whose) == 1 and whose[0].address:
                found[number] = Address(whose[0].address, whose[0].name)
        return found

    def _standing(self) -> dict[str, str | None]:
        return {name: Settings(self.session).get(name) for name in (SETTING, LOOKED_UP)}

    def of_person(self, address: str) -> list[Customer]:
        """See `customers_asked.CustomersRead.of_person`."""
        return self.by_keys([canonical(address)])

    def greeted(self, address: str) -> Customer | None:
        """See `customers_asked.CustomersRead.greeted`."""
        key, lookups = canonical(address), Lookups(self.session)
        elsewhere = lookups.people([key]).get(key) if lookups.any() else None
        return customer.completed(next(iter(self.of_person(key)), None), elsewhere)

    def by_phone(self, phone: str) -> list[Customer]:
        """See `customers_asked.CustomersRead.by_phone`."""
        found = [one for one in self.by_keys(customer.phones_found_by(phone)) if customer.has_phone(one, phone)]
        lookups = Lookups(self.session)
        return found or list(lookups.people([customer.phone_found_by(phone)]).values() if lookups.any() else ())

    def by_number(self, number: str) -> list[Customer]:
        """See `customers_asked.CustomersRead.by_number`."""
        return self.by_keys([customer.number_found_by(number)])

    def ids(self) -> frozenset[int]:
        """See `customers_asked.CustomersRead.ids`."""
        return frozenset(row["id"] for row in self.session.all(IDS, {"generation": self._generation()}))

    def all(self, after: int, limit: int) -> list[tuple[int, Customer]]:
        """See `customers_asked.CustomersRead.all`."""
        taken = self.taken()
        if taken is None:
            return []
        params = {"after": after, "limit": limit, "generation": taken.generation}
        return [(row["id"], _customer(row, taken.at)) for row in self.session.all(ALL, params)]

    def _generation(self) -> int:
        taken = self.taken()
        return taken.generation if taken else 0

    # --- taking a file in ---------------------------------------------------------------------------------------------

    def tidy(self, limit: int) -> int:
        """See `customers_asked.CustomersTx.tidy`."""
        generation = self._generation()
        self.session.run(KEPT_AFTER_ALL, {"generation": generation})
        gone = self.session.all(GONE, {"generation": generation, "limit": limit})
        self._delete([row["id"] for row in gone])
        return len(gone)

    def _delete(self, ids: list[int]) -> None:
        self.session.many(NO_KEYS, [{"id": one} for one in ids])
        self.session.many(NO_CUSTOMER, [{"id": one} for one in ids])

    def add(self, generation: int, rows: Iterable[tuple[int, Customer]]) -> None:
        """See `customers_asked.CustomersTx.add`."""
        given = list(rows)
        database = self._database()
        database.table("customer").insert_all([_row(generation, *one) for one in given])
        keys = [{"key": key, "customer": number} for number, one in given for key in customer.keys_of(one)]
        database.table("customer_key").insert_all(keys)

    def _database(self) -> Database:
        from sqlite_utils import Database

        return Database(self.session.connection, execute_plugins=False, strict=True)

    def retire(self, generation: int, ids: Iterable[int]) -> None:
        """See `customers_asked.CustomersTx.retire`."""
        self.session.many(RETIRED, [{"id": one, "generation": generation} for one in ids])

    def take(self, taken: CustomersTaken) -> None:
        """See `customers_asked.CustomersTx.take`."""
        value = {"generation": taken.generation, "digest": taken.digest, "count": taken.count, "file": taken.file}
        Settings(self.session).set(SETTING, rows.dumps({**value, "at": rows.micros(taken.at)}))

    def forget(self, address: str) -> int:
        """See `customers_asked.CustomersTx.forget`."""
        wanted = {"keys": json.dumps([rows.clean(canonical(address))]), "generation": self._generation()}
        found = [row["id"] for row in self.session.all(BY_KEYS, wanted)]
        self._delete(found)
        return len(found)


def taken_from(value: str | None) -> CustomersTaken | None:
    """What is in force, from the setting that says so."""
    kept = rows.loads(value, None)
    if kept is None:
        return None
    at = rows.time_of(kept["at"])
    return CustomersTaken(kept["generation"], kept["digest"], kept["count"], at, kept.get("file", ""))


def _row(generation: int, number: int, one: Customer) -> dict[str, Any]:
    single = {name: rows.clean(getattr(one, name)) for name in customer.COLUMNS}
    several = {name: rows.dumps(getattr(one, name)) for name in ("keys", "phones", "links", "fields")}
    return {"id": number, **single, **several, "since": generation}


def _customer(row: rows.Row, as_of: datetime) -> Customer:
    single = {name: row[name] for name in customer.COLUMNS}
    return Customer(
        **single,
        keys=tuple(json.loads(row["keys"])),
        phones=tuple(json.loads(row["phones"])),
        links=json.loads(row["links"]),
        fields=json.loads(row["fields"]),
        as_of=as_of,
    )
