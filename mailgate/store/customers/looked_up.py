"""Customers another program was asked about: its latest answer about each, until it is too old to count."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.customer import COLUMNS, Customer, has_phone, phones_found_by
from mailgate.store import rows
from mailgate.store.lookups_asked import LookedUp
from mailgate.store.session import Room
from mailgate.store.settings import Settings

SETTING: Final = "lookup"  # there are answers; `tickets.statements.STANDING` reads it along
ABOUT = "SELECT * FROM looked_up WHERE key = :key"
PEOPLE = """SELECT looked_up.* FROM json_each(:keys) AS wanted
CROSS JOIN looked_up ON looked_up.key = wanted.value WHERE outcome = 'person'"""
KEEP = """INSERT INTO looked_up (key, outcome, people, said, as_of, until)
VALUES (:key, :outcome, :people, :said, :as_of, :until)
ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome, people = excluded.people, said = excluded.said,
as_of = excluded.as_of, until = excluded.until"""
OLD = "SELECT key FROM looked_up WHERE until <= :now ORDER BY until LIMIT :limit"
DROP = "DELETE FROM looked_up WHERE key = :key"
ANY = "SELECT 1 FROM looked_up LIMIT 1"
# A person is erased once in a while: the whole cache may be looked through for what names them.
NAMING = "SELECT key FROM looked_up WHERE instr(lower(said), lower(:said)) > 0"


class Lookups(Room):
    """Answers, by a canonical address or `tel:` with the last digits of a number."""

    def about(self, key: str) -> LookedUp | None:
        """See `lookups_asked.LookupsRead.about`."""
        row = self.session.one(ABOUT, {"key": rows.clean(key)})
        return None if row is None else _looked_up(row)

    def people(self, keys: Iterable[str]) -> dict[str, Customer]:
        """See `lookups_asked.LookupsRead.people`."""
        wanted = json.dumps(list(dict.fromkeys(filter(None, map(rows.clean, keys)))))
        found = map(_looked_up, self.session.all(PEOPLE, {"keys": wanted}))
        return {one.key: one.answer.customer for one in found if one.answer.customer is not None}

    def any(self) -> bool:
        """See `lookups_asked.LookupsRead.any`."""
        return Settings(self.session).get(SETTING) is not None

    def keep(self, key: str, answer: Answer, as_of: datetime, until: datetime) -> None:
        """See `lookups_asked.LookupsTx.keep`."""
        said = rows.dumps(_plain(answer.customer)) if answer.customer else ""
        params = {"key": rows.clean(key), "outcome": answer.outcome.value, "people": answer.count, "said": said}
        self.session.run(KEEP, {**params, "as_of": rows.micros(as_of), "until": rows.micros(until)})
        if not self.any():
            Settings(self.session).set(SETTING, "true")

    def drop_old(self, now: datetime, limit: int) -> int:
        """See `lookups_asked.LookupsTx.drop_old`."""
        found = self.session.all(OLD, {"now": rows.micros(now), "limit": limit})
        self._drop({row["key"] for row in found})
        return len(found)

    def named(self, keys: Iterable[str]) -> list[LookedUp]:
        """See `lookups_asked.LookupsRead.named`."""
        own = [one for one in map(self.about, keys) if one is not None]
        theirs = {one.key: one for one in (*own, *self._with_phones(own))}
        for key in keys:
            for row in self.session.all(NAMING, {"said": rows.dumps(rows.clean(key))[1:-1]}):
                found = self.about(row["key"])
                theirs |= {found.key: found} if found else {}
        return [theirs[key] for key in sorted(theirs)]

    def _with_phones(self, own: Iterable[LookedUp]) -> Iterator[LookedUp]:
        """What was asked by the numbers of these people."""
        phones = {phone: None for one in own if one.answer.customer for phone in one.answer.customer.phones}
        for phone in phones:
            first, *others = phones_found_by(phone) or ("",)
            if (found := self.about(first)) is not None:
                yield found
            for found in filter(None, map(self.about, others)):
                if found.answer.customer and has_phone(found.answer.customer, phone):
                    yield found

    def forget(self, keys: Iterable[str]) -> int:
        """See `lookups_asked.LookupsTx.forget`."""
        found = {one.key for one in self.named(tuple(keys))}
        self._drop(found)
        return len(found)

    def _drop(self, keys: set[str]) -> None:
        self.session.many(DROP, [{"key": key} for key in keys])
        if keys and self.session.scalar(ANY, {}) is None:
            Settings(self.session).set(SETTING, None)


def _plain(one: Customer) -> dict[str, Any]:
    """What is said, without what is not."""
    names = (*COLUMNS, "phones", "links", "fields")
    return {name: value for name in names if (value := getattr(one, name))}


def _looked_up(row: rows.Row) -> LookedUp:
    as_of = rows.time_of(row["as_of"])
    customer = _customer(json.loads(row["said"]), as_of) if row["said"] else None
    return LookedUp(row["key"], Answer(Outcome(row["outcome"]), customer, row["people"]), as_of)


def _customer(said: dict[str, Any], as_of: datetime) -> Customer:
    made = Customer(**{**said, "phones": tuple(said.get("phones", ()))}, origin="lookup")
    return replace(made, as_of=as_of, looked_up=as_of)
