"""People: agents and their addresses, whom we asked about a mail, who is banned, and what is known of customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mailgate.core.model.canned import Article
from mailgate.core.model.change import (
    Absence,
)
from mailgate.core.model.desk_rows import Ban, Contact, JournalLine, PersonFound, SavedReply
from mailgate.core.model.mail import canonical
from mailgate.core.model.mail_rows import OpenQuestion
from mailgate.core.model.policy import Agent, Department
from mailgate.errors import Problem
from mailgate.store import rows
from mailgate.store.mail.inbox import Mail
from mailgate.store.people import known
from mailgate.store.people import statements as sql
from mailgate.store.people.forgetting import Forgetting
from mailgate.store.people.person_data import PersonData, contacts
from mailgate.store.session import Room, Session


class People(Room):
    """What is kept of people, agents and customers."""

    def __init__(self, session: Session, mail: Mail) -> None:
        super().__init__(session)
        self._mail = mail

    def agent_ids(self) -> Mapping[str, int]:
        """Every agent's name and id, as they stand in tokens."""
        return {row["name"]: row["id"] for row in self.session.all(sql.AGENT_IDS, {})}

    def gone(self, agents: Sequence[Agent], departments: Sequence[Department]) -> list[Problem]:
        """See `verbs.PeopleRead.gone`."""
        return known.gone(self.session, agents, departments)

    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """Further addresses agents confirmed, by agent."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.session.all(sql.ALIASES, {}):
            found[row["agent"]].append(row["address"])
        return {agent: tuple(addresses) for agent, addresses in found.items()}

    def absences(self, now: datetime) -> tuple[Absence, ...]:
        """Agents away at that moment."""
        return tuple(map(_absence, self.session.all(sql.AWAY, {"now": rows.micros(now)})))

    def absences_over(self, since: datetime, now: datetime) -> tuple[Absence, ...]:
        """See `verbs.PeopleRead.absences_over`."""
        times = {"since": rows.micros(since), "now": rows.micros(now)}
        return tuple(map(_absence, self.session.all(sql.AWAY_BEFORE, times)))

    def given_back(self, agent: str, since: datetime, now: datetime) -> tuple[int, ...]:
        """See `verbs.PeopleRead.given_back`."""
        params = {"agent": agent, "since": rows.micros(since), "now": rows.micros(now)}
        return tuple(row["number"] for row in self.session.all(sql.GIVEN_BACK, params))

    def watched_tags(self, agent: str) -> tuple[str, ...]:
        """Tags whose every ticket the agent hears of, in order."""
        return tuple(row["tag"] for row in self.session.all(sql.WATCHED_TAGS, {"agent": agent}))

    def saved_replies(self) -> list[SavedReply]:
        """Canned answers kept by agents, by name and language."""
        return [
            SavedReply(row["name"], row["language"], row["text"], row["agent"], rows.time_of(row["at"]))
            for row in self.session.all(sql.SAVED_REPLIES, {})
        ]

    def articles(self) -> list[Article]:
        """Articles that agents wrote and a lead let stand, by name and language."""
        return [_article(row) for row in self.session.all(sql.ARTICLES, {})]

    def written(self) -> tuple[dict[str, str], dict[str, Article]]:
        """The canned answers agents kept, by name, and the articles that wait for a lead."""
        found = self.session.all(sql.WRITTEN, {})
        asked = [_article(row) for row in found if row["waits"]]
        return {row["name"]: row["text"] for row in found if not row["waits"]}, {one.name: one for one in asked}

    def articles_used(self) -> dict[str, datetime]:
        """When an article of each name was last sent to a customer."""
        return {row["name"]: rows.time_of(row["at"]) for row in self.session.all(sql.ARTICLES_USED, {})}

    def bans(self, now: datetime) -> list[Ban]:
        """The bans in force."""
        return [
            Ban(row["pattern"], rows.moment(row["until"]), row["why"], rows.time_of(row["at"]), row["agent"])
            for row in self.session.all(sql.BANS, {"now": rows.micros(now)})
        ]

    def ban(self, pattern: str, until: datetime | None, why: str, now: datetime) -> None:
        """Nothing more from an address or `@domain`, for good or until a time."""
        self.session.run(
            sql.BAN,
            {
                "pattern": rows.clean(canonical(pattern)),
                "until": rows.micros_or_none(until),
                "why": rows.clean(why),
                "at": rows.micros(now),
            },
        )

    def unban(self, pattern: str) -> bool:
        """Welcome again; False when it was not banned."""
        return self.session.run(sql.UNBAN, {"pattern": rows.clean(canonical(pattern))}) > 0

    # --- asked about parked mail --------------------------------------------------------------------------------------

    def unanswered(self, again: datetime, tell: datetime, limit: int) -> list[OpenQuestion]:
        """Parked mail in doubt that its agent was not asked about, mail asked about once, at `again` or earlier, and
        mail parked at `tell` or earlier that no lead has heard of."""
        params = {"again": rows.micros(again), "tell": rows.micros(tell), "limit": limit}
        return [_parked(row) for row in self.session.all(sql.UNANSWERED, params)]

    def doubted(self, agent: str, limit: int) -> list[OpenQuestion]:
        """Parked mail in this agent's name without proof, what they were not asked about first; as `unanswered`."""
        return [_parked(row) for row in self.session.all(sql.DOUBTED, {"agent": agent, "limit": limit})]

    def last_asked(self, agent: str) -> datetime | None:
        """When the agent was last asked about mail in doubt that still waits."""
        return rows.moment(self.session.scalar(sql.ASKED_AT, {"agent": agent}))

    def asked(self, mails: Iterable[int], now: datetime) -> None:
        """A letter has asked the agent about these parked mails."""
        self.session.many(sql.ASKED, [{"mail": mail, "now": rows.micros(now)} for mail in mails])

    def told(self, mails: Iterable[int], now: datetime) -> None:
        """A lead has heard of these parked mails, or nobody needs to."""
        self.session.many(sql.TOLD, [{"mail": mail, "now": rows.micros(now)} for mail in mails])

    # --- customers ----------------------------------------------------------------------------------------------------

    def privacy_lines(self) -> list[JournalLine]:
        """See `verbs.PeopleRead.privacy_lines`."""
        found = self.session.all(sql.PRIVACY_LINES, {})
        return [JournalLine(**{**dict(row), "at": rows.time_of(row["at"])}) for row in found]

    def contacts(self) -> list[Contact]:
        """See `verbs.PeopleRead.contacts`."""
        return contacts(self.session)

    def addresses_of(self, address: str) -> tuple[str, ...]:
        """See `verbs.PeopleRead.addresses_of`."""
        known = self.session.known(address)
        rows = self.session.all(sql.ADDRESSES_OF, {"c": known["contact"]}) if known else ()
        return tuple(row["canonical"] for row in rows)

    def data_of(self, address: str) -> PersonFound | None:
        """See `verbs.PeopleRead.data_of`."""
        return PersonData(self.session).of(address)

    def forget(self, address: str, now: datetime, actor: str) -> tuple[Mapping[str, int], list[str]] | None:
        """See `verbs.PeopleTx.forget`."""
        return Forgetting(self.session, self._mail).forget(address, now, actor)


def _parked(row: rows.Row) -> OpenQuestion:
    moments = {name: rows.moment(row[name]) for name in ("at", "arrived_at", "asked_at", "told_at")}
    return OpenQuestion(**{**dict(row), **moments, "doubt": bool(row["doubt"])})


def _article(row: rows.Row) -> Article:
    return Article(row["name"], row["title"], row["language"], row["text"], since=rows.time_of(row["at"]), saved=True)


def _absence(row: rows.Row) -> Absence:
    return Absence(row["agent"], rows.time_of(row["starts_at"]), rows.moment(row["ends_at"]), row["cover"])
