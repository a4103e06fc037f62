"""The digest tick: each reader's morning letter, the weekly report, and the warning that work outgrows the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from mailgate.app.gateway import Gateway
from mailgate.app.jobs import each_ticket, outbreaks
from mailgate.app.questions import knowledge, outages, report, seen
from mailgate.app.questions.held import held_by
from mailgate.core.clock import kudos, morning, outbreak, overload, pulling
from mailgate.core.clock.outbreak import Outbreak
from mailgate.core.clock.overload import Overload, WeeklyPace
from mailgate.core.letters import readers
from mailgate.core.model.change import Audience, Decision, Fate, Outbound, Urgency
from mailgate.core.model.content import Digest, PeriodLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Calendar, Department, Policy
from mailgate.core.model.said import Words, day, said
from mailgate.core.model.said import moment as at_their_clock
from mailgate.core.model.shown import Section
from mailgate.core.worktime import working_time
from mailgate.core.worktime.promise import calendar_of
from mailgate.store.base import Read, TicketFilter, Tx

AT_WORK = ("new", "open")
MANY = 1000  # tickets of one reader that are looked at
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody whose morning has come."""

    key: str  # an agent's name, or an outside address
    day: date
    language: str
    zone: ZoneInfo
    agent: Agent | None  # None for an outside address
    own: bool  # gets the list of their own work
    leads: tuple[Department, ...]  # gets the list of these departments
    instead: tuple[Agent, ...] = ()  # those away whose own list is in theirs


def send_morning_letters(gateway: Gateway, now: datetime) -> int:
    """Write the letters of every reader whose morning has come; each once a day, and only with something to say."""
    moment = gateway.store.read(lambda read: each_ticket.moment_for_all(gateway, read, now))
    due = [one for one in _readers(moment) if _open(gateway, one)]
    if not due:
        return 0
    names = [one.name for one in moment.policy.departments if not one.training]
    shared = gateway.store.read(lambda read: outbreaks.look(read, names, now))
    return each_ticket.for_each_ticket(gateway, [partial(_morning, gateway, one, now, shared) for one in due])


def _readers(moment: Moment) -> list[_Reader]:
    policy, now = moment.policy, moment.now
    own, leads, outside = morning.recipients(moment)
    found = []
    for agent in {agent.name: agent for agent in (*own, *leads)}.values():
        zone = ZoneInfo(agent.timezone)
        day = morning.due_day(morning.calendar_of(policy, agent), zone, policy.digest_at, now)
        if day is not None:
            led = morning.led_by(moment, agent) if agent in leads else ()
            instead = morning.reads_for(moment, agent) if agent in own else ()
            found.append(_Reader(agent.name, day, agent.language, zone, agent, agent in own, led, instead))
    zone = ZoneInfo(policy.timezone)
    calendar = next((one for one in (calendar_of(policy, one.name) for one in policy.departments) if one), None)
    day = morning.due_day(calendar, zone, policy.digest_at, now)
    if day is not None:
        language = policy.language if policy.language in policy.languages else "en"
        departments = tuple(one for one in policy.departments if not one.training)
        found += [_Reader(addr, day, language, zone, None, False, departments) for addr in outside]
    return found


def _mark(reader: _Reader) -> str:
    return f"digest:{reader.key}"


def _open(read_from: Gateway, reader: _Reader) -> bool:
    """True when this morning's letter has not been thought about yet."""
    return read_from.store.read(lambda read: read.settings.get(_mark(reader))) != reader.day.isoformat()


def _morning(gateway: Gateway, reader: _Reader, now: datetime, shared: Mapping[str, Outbreak], tx: Tx) -> bool:
    """Letters and the mark that the day is done, in one transaction; the key of each letter holds even without it."""
    if tx.settings.get(_mark(reader)) == reader.day.isoformat():
        return False
    moment = gateway.in_force.moment(now)
    overloads = {led.name: found for led in reader.leads if (found := _overload(tx, moment, led))}
    letters = [*_lists(tx, moment, reader, overloads, shared), *_warnings(moment.policy, reader, overloads)]
    letters += _weekly(tx, moment.policy, reader)
    each_ticket.write(gateway, tx, Decision(Fate.FILED, "digest", letters=tuple(letters)), now)
    tx.settings.set(_mark(reader), reader.day.isoformat())
    return bool(letters)


# --- the day ----------------------------------------------------------------------------------------------------------


def _lists(
    tx: Tx, moment: Moment, reader: _Reader, overloads: Mapping[str, Overload], shared: Mapping[str, Outbreak]
) -> list[Outbound]:
    policy, now = moment.policy, moment.now
    alike = [one for one in shared.values() if _concerns(reader, one.department)]
    sections = [outbreak.section(one, reader.zone, now) for one in alike]
    parked = tx.mail.parked()
    count = 0
    if reader.agent is not None and reader.own:
        mine = tx.tickets.matching(TicketFilter(status=AT_WORK, owner=reader.agent.name, limit=MANY), now)
        count = len(mine)
        sections += morning.agents_list(moment, reader.agent, mine, held_by(tx, policy, reader.agent, now))
        for who in reader.instead:
            theirs = tx.tickets.matching(TicketFilter(status=AT_WORK, owner=who.name, limit=MANY), now)
            found = morning.agents_list(moment, who, theirs, held_by(tx, policy, who, now))
            sections += morning.for_another(who, found)
        sections += _everybodys(tx, moment, reader, reader.agent)
    if reader.agent is not None:
        sections += _thanks(tx, policy, reader, reader.agent)
    sections += _incidents(tx, reader, now)
    accounted: Words = ""
    if reader.leads:
        work = tx.report.load(now)
        for department in reader.leads:
            overdue = tx.tickets.matching(TicketFilter(department=department.name, overdue=True, limit=MANY), now)
            others = [ticket for ticket in overdue if not reader.own or ticket.owner not in (None, reader.key)]
            sections += morning.departments_list(policy, department, work, others)
        sections += [_overload_hint(found) for found in overloads.values()]
        rest = [one for one in parked if not reader.own or one.agent != reader.key]
        sections += morning.whole_desk_list(policy, rest, len(tx.mail.quarantined()))
        midnight = working_time.moment_of_day(reader.zone, reader.day)
        before = working_time.moment_of_day(reader.zone, reader.day - timedelta(days=1))
        total, known = tx.report.accounted(before, midnight)
        yesterday = day(before.astimezone(reader.zone), midnight.astimezone(reader.zone))
        accounted = said("list.accounted", day=yesterday, total=total, known=known) if total else ""
        if total != known:
            sections.append(Section(accounted, text="mailgate audit"))
    if not sections:
        return []
    title = said("list.day", n=count) if count else ""
    about = Digest(title=title, sections=tuple(sections), accounted=accounted, why="digest",
                   hint=alike[0].order if alike else "")  # fmt: skip
    return [_letter(policy, reader, about, "day")]


def _everybodys(tx: Tx, moment: Moment, reader: _Reader, agent: Agent) -> list[Section]:
    """What nobody has, and what colleagues are late with; of the latter a lead has a list of its own."""
    policy, now = moment.policy, moment.now
    theirs = [one for one in policy.departments if agent.works_in(one.name) or one in reader.leads]
    overdue = [
        ticket
        for one in theirs
        if one not in reader.leads
        for ticket in tx.tickets.matching(TicketFilter(department=one.name, overdue=True, limit=MANY), now)
    ]
    names = [one.name for one in theirs]
    unowned = tx.tickets.unowned(names, pulling.SHOWN, now, by_arrival=policy.by_arrival(names))
    return morning.of_everybody(policy, agent, unowned, overdue)


def _thanks(tx: Tx, policy: Policy, reader: _Reader, agent: Agent) -> list[Section]:
    """What customers thanked for since the last letter that told of it, at most two weeks ago."""
    if not kudos.due(morning.calendar_of(policy, agent), reader.day):
        return []
    until, mark = working_time.moment_of_day(reader.zone, reader.day), f"kudos:{reader.key}"
    last = tx.settings.get(mark)
    since = max(datetime.fromisoformat(last), until - 2 * WEEK) if last else until - WEEK
    tx.settings.set(mark, until.isoformat())
    return kudos.sections(policy, agent, tx.report.praise(since, until), [one.name for one in reader.leads])


def _concerns(reader: _Reader, department: str) -> bool:
    """True for a department that a reader works in or leads."""
    led = any(one.name == department for one in reader.leads)
    return led or (reader.agent is not None and reader.agent.works_in(department))


def _incidents(tx: Tx, reader: _Reader, now: datetime) -> list[Section]:
    """What goes on in the departments a reader works in or leads: its tickets' warnings are held, and counted here."""
    theirs = [one for one in tx.outage.incidents(now) if _concerns(reader, one.department)]
    here = now.astimezone(reader.zone)
    facts = tuple(outages.load(tx, one, now, at_their_clock(one.until.astimezone(reader.zone), here)) for one in theirs)
    return [Section(said("asked.incidents"), facts=facts)] if facts else []


def _overload_hint(found: Overload) -> Section:
    return Section(overload.title(found), text=overload.verdict(found))


def _letter(policy: Policy, reader: _Reader, content: Digest | PeriodLetter, kind: str) -> Outbound:
    dedupe = f"digest:{kind}:{reader.key}:{reader.day.isoformat()}"
    if reader.agent is not None:
        return readers.to_agent(policy, reader.agent, content, purpose=Purpose.NOTE,
                               urgency=Urgency.DIGEST, dedupe=dedupe)  # fmt: skip
    return Outbound(content, Audience.ADMIN, (Address(reader.key),), language=reader.language, purpose=Purpose.ADMIN,
                    urgency=Urgency.DIGEST, dedupe=dedupe)  # fmt: skip


# --- the week and the backlog -----------------------------------------------------------------------------------------


def _weekly(tx: Read, policy: Policy, reader: _Reader) -> list[Outbound]:
    """On the first day of the week that they work: the seven days to last midnight of Sunday, a department a letter.

    Figures of one person are no outsider's, nor those of colleagues whoever reads for a lead who is away.
    """
    monday = reader.day - timedelta(days=reader.day.weekday())
    calendar = morning.calendar_of(policy, reader.agent) if reader.agent else None
    if reader.day != working_time.working_day_after(calendar, monday, 0):
        return []
    until = working_time.moment_of_day(reader.zone, monday)
    week = (monday - timedelta(days=7)).isocalendar().week
    letters: list[Outbound] = []
    for department in reader.leads:
        found = report.of_period(tx, policy, until, WEEK, department.name)
        if found.total.arrived or found.total.solved or found.total.backlog:
            subject = said("list.week", week=week, department=department.name)
            found = seen.as_seen(found, policy, reader.agent) if reader.agent else replace(found, agents=())
            about = replace(report.letter(found, reader.language, policy), subject=subject)
            if not letters:  # articles are all departments'
                idle = knowledge.idle(tx, policy, reader.language, str(reader.zone), until)
                about = replace(about, tables=(*about.tables, *idle))
            letters.append(_letter(policy, reader, about, f"week:{department.name}"))
    return letters


def _overload(tx: Read, moment: Moment, department: Department) -> Overload | None:
    name, now = department.name, moment.now
    calendar = calendar_of(moment.policy, name)
    work = tx.tickets.matching(TicketFilter(status=AT_WORK, department=name, limit=MANY), now)
    return overload.forecast(name, calendar, work, _weekly_pace(tx, calendar, name, now), now)


def _weekly_pace(tx: Read, calendar: Calendar | None, department: str, now: datetime) -> WeeklyPace:
    since = now - overload.WEEKS * WEEK
    begin, end = int(since.timestamp() * 1e6), int(now.timestamp() * 1e6)
    arrived = solved = 0
    for row in tx.report.tickets(since, now, department):
        if row[10]:  # filed: that was no work
            continue
        arrived += begin <= row[2] < end
        solved += row[4] is not None and begin <= row[4] < end
    return WeeklyPace(arrived, solved, working_time.between(calendar, since, now))


def _warnings(policy: Policy, reader: _Reader, overloads: Mapping[str, Overload]) -> list[Outbound]:
    """One letter a day to whoever leads a department whose backlog will not clear by its deadlines."""
    letters = []
    for name, found in overloads.items():
        part = overload.section(policy, found)
        about = Digest(title=part.title, sections=(part,), why="overload")
        letters.append(_letter(policy, reader, about, f"overload:{name}"))
    return letters
