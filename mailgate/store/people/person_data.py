"""A person's data found: their addresses, their tickets, their mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailgate.core.model.desk_rows import Contact, OwnVote, PersonFound
from mailgate.store import rows
from mailgate.store.people import statements as sql
from mailgate.store.session import Room, Session


def contacts(session: Session) -> list[Contact]:
    """See `verbs.PeopleRead.contacts`."""
    found: dict[int, list[rows.Row]] = {}
    for row in session.all(sql.CONTACTS, {}):
        found.setdefault(row["contact"], []).append(row)
    return [_contact(addresses) for addresses in found.values()]


def _contact(addresses: Sequence[rows.Row]) -> Contact:
    return Contact(
        name=next((row["name"] for row in addresses if row["name"]), ""),
        addresses=tuple(row["addr"] for row in addresses),
        tickets=sum(row["tickets"] for row in addresses),
        last_mail_at=rows.moment(next((row["used_at"] for row in addresses if row["used_at"]), None)),
    )


class PersonData(Room):
    """Where one person stands in our tables."""

    def of(self, address: str) -> PersonFound | None:
        """See `verbs.PeopleRead.data_of`."""
        known = self.session.known(address)
        if known is None:
            return None
        contacts = [known["contact"], *self._answered_instead(known["contact"])]
        addresses = [row for contact in contacts for row in self.session.all(sql.ADDRESSES_OF, {"c": contact})]
        keys = {row["canonical"] for row in addresses} | {row["addr"] for row in addresses}
        own, others = self._tickets_of(contacts)
        mails = self._mails_of(keys, own)
        others |= {
            row["ticket"] for mail in mails for row in self.session.all(sql.TICKETS_WITH_MAIL, {"mail": mail})
        } - own
        return PersonFound(
            contact=known["contact"],
            contacts=tuple(contacts),
            ids=tuple(row["id"] for row in addresses),
            keys=tuple(sorted(keys)),
            addresses=tuple(row["addr"] for row in addresses),
            names=tuple(sorted({row["name"] for row in addresses if row["name"]})),
            own=tuple(sorted(own)),
            others=tuple(sorted(others)),
            mails=tuple(sorted(mails)),
            tickets=tuple(self._numbers(own)),
            unsolved=tuple(self._numbers(own, "AND status NOT IN ('solved', 'archived')")),
            took_part=tuple(self._numbers(others)),
            votes=tuple(self._votes(sorted(own))),
        )

    def _answered_instead(self, contact: int) -> list[int]:
        """Whom their mail alone named to be answered (Reply-To): requesters of tickets they opened who never wrote."""
        found = self.session.all(sql.ANSWERED_INSTEAD, {"contact": contact})
        return [row["contact"] for row in found if not self._wrote(row["contact"])]

    def _wrote(self, contact: int) -> bool:
        keys = {row["canonical"] for row in self.session.all(sql.KEYS_OF, {"c": contact})}
        return bool(self._mails_of(keys, set()))

    def _tickets_of(self, contacts: list[int]) -> tuple[set[int], set[int]]:
        """Row ids of tickets that are this person's, and of those they took part in."""
        mine: set[int] = set()
        part: set[int] = set()
        for contact in contacts:
            params = {"contact": contact}
            own = self.session.all(sql.TICKETS_OF, params)
            mine |= {row["id"] for row in own}
            joined = self.session.all(sql.TAKES_PART, params)
            part |= {row["id"] for row in joined}
        return mine, part - mine

    def _mails_of(self, keys: set[str], own: set[int]) -> set[int]:
        """Mail they wrote, whatever became of it, and all mail in tickets that are theirs."""
        names = {f"k{i}": key for i, key in enumerate(sorted(keys))}
        among = ", ".join(f":{name}" for name in names)
        found = self.session.all(
            f"SELECT number FROM mail WHERE author COLLATE NOCASE IN ({among}) OR sender COLLATE NOCASE IN ({among})",  # noqa: S608
            names,
        )
        mails = {row["number"] for row in found}
        for ticket in own:
            mails |= {row["mail"] for row in self.session.all(sql.MAILS_IN, {"t": ticket})}
        return mails

    def _votes(self, tickets: Iterable[int]) -> Iterator[OwnVote]:
        for ticket in tickets:
            for row in self.session.all(sql.VOTES_ON, {"t": ticket}):
                yield OwnVote(row["number"], rows.time_of(row["at"]), row["score"], row["comment"])

    def _numbers(self, tickets: Iterable[int], more: str = "") -> list[int]:
        statement = f"SELECT number FROM ticket WHERE id = :id {more}"  # noqa: S608
        found = (self.session.scalar(statement, {"id": one}) for one in tickets)
        return sorted(int(number) for number in found if number is not None)
