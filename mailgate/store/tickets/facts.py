"""All the store knows that matters for one decision, by indexed look-ups alone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.model import outage
from mailgate.core.model.change import Absence, Facts, Needs, SentLetter
from mailgate.core.model.content import Question, Receipt
from mailgate.core.model.facts import AGAIN, KnownPerson, Sender
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.ticket import Entry, EntryKind, Status, Ticket
from mailgate.core.model.trace import from_plain as trace_from_plain
from mailgate.core.text import phone
from mailgate.core.worktime import skills
from mailgate.store import rows
from mailgate.store.customers.customers import Customers
from mailgate.store.mail import statements as mail_sql
from mailgate.store.outbox import signed
from mailgate.store.outbox.letters import MINUTE
from mailgate.store.people import statements as people_sql
from mailgate.store.people.people import People
from mailgate.store.session import Room, Session
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.queries import Tickets
from mailgate.store.tickets.waves import Waves

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHORTEST_GIVEN = 8  # characters of a relay's own id that are worth a look
CANDIDATES = 10  # tickets looked at for one mail
QUEUED = 10  # tickets of an agent's queue that a decision may name


class FactsReading(Room):
    """Answers `Needs`."""

    def __init__(self, session: Session, tickets: Tickets, people: People, customers: Customers) -> None:
        super().__init__(session)
        self._ticket_room, self._people_room, self._customer_room = tickets, people, customers

    def facts(self, needs: Needs, now: datetime) -> Facts:
        """See `core.model.change.Facts`; what the needs do not ask for is not read."""
        known: dict[str, Any] = self._duplicate(needs)
        by_id = self._by_id(needs)
        known["letters"] = letters = self._letters(needs)
        known["signed_since"] = signed.since(self.session) if letters else None
        asked = [*by_id.values(), *needs.numbers, *(each.ticket for each in letters.values() if each.ticket)]
        if known.get("duplicate_ticket"):
            asked.append(known["duplicate_ticket"])
        awaited = known.get("awaited")
        if awaited is not None:
            asked.append(awaited)
        if needs.queue_of:
            known["queue"] = skills.in_order(self._queue(needs), *needs.queue_languages)
            asked += [ticket.number for ticket in known["queue"][:2]]
        receipts = [each.content for each in letters.values() if isinstance(each.content, Receipt)]
        asked += [each.ticket for each in receipts if each.ticket]
        undone = [number for each in receipts for number in each.numbers or ()] if needs.orders else []
        questions = [each.content for each in letters.values() if isinstance(each.content, Question)]
        listed = [row.number for each in questions for row in each.rows or ()]
        listed += [number for each in questions if each.texts for number in each.numbers or ()]
        asked = [*list(dict.fromkeys(asked))[:CANDIDATES], *(number for number in (*listed, *undone) if number)]
        tickets, merged, ids = self._tickets(list(dict.fromkeys(asked)), needs.sender)
        known["successors"] = self._successors(tickets, ids, merged, needs.sender)
        known["awaited"] = None if awaited is None else merged.get(awaited, awaited)
        known["by_id"] = {key: merged.get(number, number) for key, number in by_id.items()}
        known["tickets"], known["merged"] = tickets, merged
        self._threads(known, tickets, ids, now, answers=bool(known["letters"]) or needs.on_page)
        self._silence(known, ids, needs.sender, now)
        self._sender(known, needs, now)
        standing = self._people(known, now)
        if needs.orders:
            self._orders(known, tickets, ids)
        if needs.forwards:
            known["purged"] = self._purged(known["entries"].values())
        if needs.senders:
            known["senders"] = {number: self._whose(one, ids[number], needs, now) for number, one in tickets.items()}
        elsewhere = (one for one in tickets.values() if needs.ways or is_chat(one.requester.addr))
        known["ways"] = {one.number: self._people_room.addresses_of(one.requester.addr) for one in elsewhere}
        known["waves"] = Waves(self.session).verdicts(each.wave for each in questions if each.wave)
        if needs.phones:
            known["callers"] = {
                **self._customer_room.callers(needs.phones, standing),
                **self._callers(needs.phones),
            }
        named = [*needs.people, *(one.addr for one in known.get("callers", {}).values())]
        known["people"] = {one.address.key: one for one in map(self._person, named) if one}
        asked_for = (needs.sender, *needs.customers, *named, *(one.requester.addr for one in tickets.values()))
        known["customers"] = self._customer_room.of(map(canonical, asked_for), standing)
        return Facts(**known)

    def _duplicate(self, needs: Needs) -> dict[str, Any]:
        known: dict[str, Any] = {}
        if not needs.content_digest:
            return known
        departments: dict[str, None] = {}
        same: dict[str, Any] = {"content_digest": needs.content_digest}
        if not needs.named:
            same |= {"since": rows.micros(needs.arrived_at - AGAIN), "until": rows.micros(needs.arrived_at + AGAIN)}
        for row in self.session.all(sql.SAME_CONTENT if needs.named else sql.SAME_CONTENT_NOW, same):
            known.setdefault("duplicate_of", row["number"])
            departments.update(dict.fromkeys(rows.loads(row["departments"], ())))
            if known.get("duplicate_ticket") is None:
                known["duplicate_ticket"] = self.session.scalar(sql.TICKET_OF_MAIL, {"mail": row["number"]})
        known["duplicate_departments"] = tuple(departments)
        if needs.message_id and "duplicate_of" not in known:
            params = {"message_id": rows.clean(needs.message_id), "content_digest": needs.content_digest}
            own = self.session.one(sql.OWN_ID_BEFORE, params)
            known["msgid_collision"] = own is not None and bool(own["taken"])
            known["awaited"] = own["awaited"] if own is not None and not own["taken"] else None
        return known

    def _by_id(self, needs: Needs) -> dict[str, int]:
        found = {key: self._owner(rows.clean(key)) for key in dict.fromkeys(needs.ids)}
        return {key: int(number) for key, number in found.items() if number is not None}

    def _owner(self, identifier: str) -> int | None:
        """The ticket a Message-ID belongs to; some relays (SES) put their own in the place of ours."""
        number: int | None = self.session.scalar(sql.TICKET_OF_ID, {"id": identifier})
        given = identifier.strip("<>").partition("@")[0]
        if number is None and len(given) >= SHORTEST_GIVEN:
            number = self.session.scalar(sql.TICKET_OF_RELAYS_ID, {"id": given})
        return number

    def _letters(self, needs: Needs) -> dict[str, SentLetter]:
        found = ((key, signed.letter(self.session, key)) for key in needs.letters)
        letters = {key: letter for key, letter in found if letter is not None}
        for key in letters.keys() & set(needs.reported):
            letters[key] = replace(letters[key], deliveries=signed.deliveries(self.session, letters[key].id))
        return letters

    def _tickets(self, numbers: list[int], sender: str) -> tuple[dict[int, Ticket], dict[int, int], dict[int, int]]:
        """Candidates by number after merges, where merged numbers went, and row ids by number."""
        tickets: dict[int, Ticket] = {}
        merged: dict[int, int] = {}
        ids: dict[int, int] = {}
        for number in numbers:
            row = self._ticket_room.at_home(number) if 0 < number < 2**63 else None
            if row is None:
                continue
            if row["number"] != number:
                merged[number] = row["number"]
            if row["number"] not in tickets:
                ticket = self._ticket_room.bare(row)
                tickets[ticket.number] = self._seen_from(ticket, sender)
                ids[ticket.number] = row["id"]
        return tickets, merged, ids

    def _seen_from(self, ticket: Ticket, sender: str) -> Ticket:
        """A person who takes part by another address of theirs is shown by the one they write from now."""
        if not sender or any(person.key == sender for person in ticket.participants):
            return ticket
        known = self.session.known(sender)
        if known is None:
            return ticket
        others = {row["canonical"] for row in self.session.all(people_sql.KEYS_OF, {"c": known["contact"]})}
        return self._ticket_room.with_address(ticket, others, Address(known["addr"], known["name"]))

    def _successors(
        self, tickets: dict[int, Ticket], ids: dict[int, int], merged: dict[int, int], sender: str
    ) -> dict[int, int]:
        """Later tickets that go on where a finished one stopped; they become candidates too."""
        successors: dict[int, int] = {}
        for number in [number for number, ticket in tickets.items() if ticket.status.done]:
            newer = self.session.scalar(sql.SUCCESSOR, {"id": ids[number]})
            if newer is None:
                continue
            found, moved, more = self._tickets([newer], sender)
            end = moved.get(newer, newer)
            if end != number and end in found and found[end].status is not Status.ARCHIVED:
                successors[number] = end
                tickets.update(found)
                ids.update(more)
                merged.update(moved)
        return successors

    def _threads(
        self, known: dict[str, Any], tickets: dict[int, Ticket], ids: dict[int, int], now: datetime, *, answers: bool
    ) -> None:
        since = rows.micros(now - DAY)
        known["customer_ids"] = {
            number: tuple(
                dict.fromkeys(row["id"] for row in reversed(self.session.all(sql.CUSTOMER_IDS, {"id": ids[number]})))
            )
            for number in tickets
        }
        subjects = {number: self.session.all(sql.SUBJECTS, {"id": ids[number]}) for number in tickets}
        known["ticket_subjects"] = {
            number: (*(row["subject"] for row in subjects[number] if row["title"]), ticket.subject)
            for number, ticket in tickets.items()
        }
        known["letter_subjects"] = {
            number: tuple(dict.fromkeys(row["subject"] for row in found if not row["title"]))
            for number, found in subjects.items()
        }
        if answers:
            found = {number: self.session.scalar(sql.LAST_WORDS, {"id": ids[number]}) for number in tickets}
            known["last_words"] = {number: name for number, name in found.items() if name}
            asked = dict.fromkeys([*tickets, *(one.ticket for one in known["letters"].values() if one.ticket)])
            gone = {number: self.session.scalar(sql.LAST_LEFT, {"number": number}) for number in asked}
            known["left_at"] = {number: rows.time_of(at) for number, at in gone.items() if at is not None}
            known["brought_in"] = {number: self._brought_in(ids[number]) for number in tickets}
        known["reopens_day"] = {
            number: int(self.session.scalar(sql.REOPENS, {"id": ids[number], "since": since}))
            for number, ticket in tickets.items()
            if ticket.status.done
        }

    def _brought_in(self, ticket: int) -> dict[str, str]:
        """Who ordered by mail that an address takes part, or is the requester; "" for any other way in or out."""
        found: dict[str, str] = {}
        for row in self.session.all(sql.CAME_AND_WENT, {"id": ticket}):
            ordered = row["kind"] != "leave" and row["mail"] is not None
            found.setdefault(row["old" if row["kind"] == "leave" else "new"], row["actor"] if ordered else "")
        return found

    def _silence(self, known: dict[str, Any], ids: dict[int, int], sender: str, now: datetime) -> None:
        """What bids us be quiet: the letters customers had without an agent's words, and programs that answer."""
        sent = {number: self.session.all(sql.STAGE_LETTERS, {"id": ids[number]}) for number in known["tickets"]}
        known["stage_letters"] = {
            number: tuple((row["template"], rows.time_of(row["created_at"])) for row in found)
            for number, found in sent.items()
            if found
        }
        since = rows.micros(now - HOUR)
        about = {"since": since, "sender": rows.clean(canonical(sender))}
        asked = ((number, {"id": ids[number], **about}) for number in known["tickets"])
        heard = {number: self.session.one(sql.NEWEST_FROM_CUSTOMER, params) for number, params in asked}
        counted = {number: (row["heard"], row["theirs"]) for number, row in heard.items() if row and row["heard"]}
        known["heard_hour"] = counted
        known["surveyed"] = {
            number: rows.time_of(row["asked"]) for number, row in heard.items() if row and row["asked"]
        }
        known["unattended"] = frozenset(number for number, row in heard.items() if row and self._by_program(row))
        known["only_named"] = frozenset(
            number
            for number, row in heard.items()
            if row and row["named"] and trace_from_plain(rows.loads(row["named"], {})).only_named
        )

    def _by_program(self, row: rows.Row) -> bool:
        guard = str(rows.loads(row["trace"], {}).get("guard", "human")) if row["trace"] else "human"
        return row["kind"] == "auto" or not guard.startswith("human")

    def _callers(self, phones: tuple[str, ...]) -> dict[str, Address]:
        """Who was last the requester of a ticket with that telephone number, when it was a person."""
        found = {}
        for number in phones:
            last = self.session.all(sql.CALLER, {"tail": phone.number_key(number)[-phone.SHORTEST :]})
            row = next((one for one in last if phone.same(one["value"], number)), None)
            if row is not None:
                found[number] = Address(row["addr"], row["name"])
        return found

    def _person(self, addr: str) -> KnownPerson | None:
        """Somebody who has written or was written to, None when they are unknown."""
        row = self.session.known(addr)
        if row is None:
            return None
        spoken = self.session.scalar(sql.SPOKEN, {"c": row["contact"]})
        return KnownPerson(Address(row["addr"], row["name"]), spoken or "")

    def _orders(self, known: dict[str, Any], tickets: dict[int, Ticket], ids: dict[int, int]) -> None:
        """What commands may need beyond the ticket itself: its thread, its journal, its letters still here."""
        known["entries"] = {number: self._ticket_room.entries(ids[number]) for number in tickets}
        for number, thread in known["entries"].items():
            tickets[number] = replace(tickets[number], entries=thread)
        known["journal"] = {number: tuple(self._ticket_room.events(number)) for number in tickets}
        known["unsent"] = {number: self._unsent(ids[number]) for number in tickets}
        known["replies"], known["asked_articles"] = self._people_room.written()

    def _whose(self, ticket: Ticket, row_id: int, needs: Needs, now: datetime) -> Sender:
        """What is known of whoever the ticket is from, for orders about spam."""
        sender = rows.clean(ticket.requester.key)
        domain = "@" + sender.rpartition("@")[2]
        row = self.session.one(
            people_sql.SENDER, {"id": row_id, "sender": sender, "domain": domain, "now": rows.micros(now)}
        )
        assert row is not None
        return Sender(
            acknowledged=bool(row["acknowledged"]),
            answered=bool(row["answered"]),
            domain_answered=needs.domain
            and bool(self.session.scalar(people_sql.ANSWERED_IN_DOMAIN, {"domain": domain})),
            address_until=rows.moment(row["address_until"]),
            domain_until=rows.moment(row["domain_until"]),
        )

    def _purged(self, threads: Iterable[Sequence[Entry]]) -> frozenset[int]:
        """The mails with the newest words of customers whose octets are gone; their files went first."""
        found = set()
        for thread in threads:
            theirs = (one for one in reversed(thread) if one.kind is EntryKind.CUSTOMER and not one.unverified)
            newest = next(theirs, None)
            if newest is None or newest.mail is None or newest.attachments:
                continue
            if not self.session.one(mail_sql.HAS_RAW, {"mail": newest.mail}):
                found.add(newest.mail)
        return frozenset(found)

    def _unsent(self, ticket: int) -> dict[int, tuple[int, ...]]:
        """Letters to customers and outsiders that have not left, by the mail that caused them."""
        found: dict[int, tuple[int, ...]] = {}
        for row in self.session.all(sql.UNSENT, {"id": ticket}):
            found[row["mail"]] = (*found.get(row["mail"], ()), row["id"])
        return found

    def _queue(self, needs: Needs) -> tuple[Ticket, ...]:
        """The agent's own and unowned tickets at work in their departments, in working order."""
        departments = needs.queue_in or tuple(row["name"] for row in self.session.all(sql.DEPARTMENTS, {}))
        names = {f"d{i}": name for i, name in enumerate(departments)}
        among = ", ".join(f":{name}" for name in names)
        params = {**names, "me": needs.queue_of}
        if needs.queue_by_arrival:
            first = self.session.all(sql.QUEUE_BY_ARRIVAL.format(among), {**params, "limit": QUEUED})
            return tuple(self._ticket_room.bare(row) for row in first)
        found = self.session.all(sql.QUEUE.format("IS NOT NULL", among), {**params, "limit": QUEUED})
        if len(found) < QUEUED:
            found += self.session.all(sql.QUEUE.format("IS NULL", among), {**params, "limit": QUEUED - len(found)})
        return tuple(self._ticket_room.bare(row) for row in found)

    def _sender(self, known: dict[str, Any], needs: Needs, now: datetime) -> None:
        at = rows.micros(now)
        hour, day = rows.micros(now - HOUR), rows.micros(now - DAY)
        if needs.requester:
            known["tickets_sender_hour"], _ = self._tickets_of(self.session.known(rows.clean(needs.requester)), hour)
        if not needs.sender:
            known["acks_hour"] = int(self.session.scalar(sql.TALLIED, {"minute": hour // MINUTE}))
            return
        sender = rows.clean(canonical(needs.sender))
        through = rows.clean(needs.through) or sender
        about = self.session.one(
            sql.ABOUT_SENDER,
            {"sender": sender, "domain": "@" + sender.rpartition("@")[2], "through": through,
             "through_domain": "@" + through.rpartition("@")[2], "now": at, "minute": hour // MINUTE,
             "hour": hour, "day": day},
        )  # fmt: skip
        assert about is not None
        known["acks_hour"], known["banned"] = int(about["tallied"]), about["banned"] == ""
        known["shut_out"] = bool(about["banned"])
        known["acks_sender_hour"], known["acks_sender_day"] = int(about["hour"]), int(about["day"])
        known["unproven_sender_hour"] = int(about["unproven"])
        asked = {name: self.session.scalar(people_sql.ASKED_AT, {"agent": name}) for name in needs.asked}
        known["asked_at"] = {name: rows.time_of(at) for name, at in asked.items() if at is not None}
        address = self.session.known(sender)
        known["known_sender"] = address is not None and address["used_at"] is not None
        opened, known["answered_sender"] = self._tickets_of(address, hour)
        known.setdefault("tickets_sender_hour", opened)

    def _tickets_of(self, address: Mapping[str, Any] | None, since: int) -> tuple[int, bool]:
        """How many tickets this requester opened lately, and whether an agent wrote to them in any."""
        if address is None:
            return 0, False
        found = self.session.one(sql.TICKETS_FROM, {"requester": address["id"], "since": since})
        return (int(found["opened"]), bool(found["answered"])) if found else (0, False)

    def _people(self, known: dict[str, Any], now: datetime) -> dict[str, str]:
        """Who works how much, and what stands at the moment; returns the settings, which others read too."""
        found: dict[str, list[rows.Row]] = defaultdict(list)
        hour = rows.micros(now - HOUR)
        params = {"now": rows.micros(now), "hour": hour, "minute": hour // MINUTE}
        for row in self.session.all(sql.STANDING, params):
            found[row["what"]].append(row)
        known["load"] = {row["name"]: row["one"] for row in found["agent"] if row["one"] > 0}
        known["last_assigned"] = {
            row["name"]: rows.time_of(row["other"]) for row in found["agent"] if row["other"] is not None
        }
        known["opened_hour"] = {row["name"]: row["one"] for row in found["opened"]}
        known["urgent_hour"] = {row["name"]: row["one"] for row in found["urgent"]}
        absences = [
            Absence(row["name"], rows.time_of(row["one"]), rows.moment(row["other"]), row["value"])
            for row in found["away"]
        ]
        known["away"] = tuple(one for one in absences if one.start <= now)
        known["away_later"] = tuple(one for one in absences if one.start > now)
        watched: dict[str, list[str]] = defaultdict(list)
        for row in found["tag"]:
            watched[row["value"]].append(row["name"])
        known["tag_watchers"] = {tag: tuple(sorted(names)) for tag, names in watched.items()}
        settings = {row["name"]: row["value"] for row in found["setting"]}
        kept = {name: json.loads(value) for name, value in settings.items()}
        known["promise_seconds"] = kept.get("promises", {})
        known["incidents"] = outage.in_force(outage.incidents_from_plain(kept.get("incidents", ())), now)
        known["news"] = outage.in_force(outage.news_from_plain(kept.get("news", ())), now)
        return settings
