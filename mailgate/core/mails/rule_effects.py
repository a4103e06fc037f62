"""What the rules that hit ask for, and incidents: changes of a ticket, and letters to further people."""

from __future__ import annotations

from mailgate.core.letters import readers
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import notices
from mailgate.core.mails.case import Case
from mailgate.core.model import outage
from mailgate.core.model.change import (
    AddEntry,
    Assign,
    Audience,
    Change,
    Move,
    Outbound,
    SetField,
    SetPriority,
    SetSla,
    SetStatus,
    Tag,
)
from mailgate.core.model.content import Alarm, Forwarded
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.said import said
from mailgate.core.model.shown import Fact
from mailgate.core.model.ticket import QUIET, AnyTicket, EntryKind, Priority, Status, Ticket
from mailgate.core.proof import exchange
from mailgate.core.text import phone
from mailgate.core.worktime import skills

LONGEST_TOLD = 2000  # characters of a mail that outside addresses under `notify` are shown


def changes_at_opening(case: Case, department: str) -> list[Change]:
    """What is done to a ticket that is being opened in a department; its priority and place are part of the opening."""
    route = case.route
    changes = [*_language(case), *_facts(case, tags_at_opening(case, department))]
    if route.sla:
        changes.append(SetSla(route.sla))
    owner = assignee(case, route.assign, department) if route.assign else None
    if owner:
        changes += [Assign(owner), SetStatus(Status.OPEN, why="rule")]
    return changes + _note(case)


def tags_at_opening(case: Case, department: str) -> tuple[str, ...]:
    """The tags that rules give a new ticket, the incidents it is about, and that it goes on from a quiet one.

    Old mail is about no incident.
    """
    mail, known = case.mail, () if case.mail.envelope.history else case.facts.incidents
    named = outage.tags_of(known, department, f"{mail.subject}\n{mail.fresh or mail.text}", mail.language)
    before = case.facts.ticket(case.match.continues)
    quiet = (QUIET,) if before is not None and before.quiet else ()
    return tuple(dict.fromkeys((*case.route.tags, *named, *quiet)))


def changes_at_reply(case: Case, ticket: Ticket) -> list[Change]:
    """What is done to a ticket that is there already; a robot's words move nothing."""
    route = case.route
    changes = _facts(case, case.route.tags)
    if case.verdict.robot:
        return changes + _note(case)
    if route.priority and route.priority is not ticket.priority:
        changes.append(SetPriority(Priority(route.priority)))
    if route.department and route.department != ticket.department:
        changes.append(Move(route.department, "rule"))
    if route.sla and route.sla != ticket.sla:
        changes.append(SetSla(route.sla))
    owner = assignee(case, route.assign, route.department or ticket.department) if route.assign else None
    if owner and (ticket.owner is None or owner == route.assign) and owner != ticket.owner:
        changes.append(Assign(owner))
        if ticket.status is Status.NEW:
            changes.append(SetStatus(Status.OPEN, why="rule"))
    return changes + _note(case)


def _language(case: Case) -> list[Change]:
    """What the customer writes in, where it is not what they are written to, and somebody has said what they speak."""
    written = case.mail.language
    asked = any(one.speaks for one in case.policy.agents)
    return [SetField(skills.FIELD, written)] if asked and written and written != case.language else []


def _facts(case: Case, tags: tuple[str, ...]) -> list[Change]:
    changes: list[Change] = [Tag(add=tags)] if tags else []
    changes += [SetField(name, value) for name, value in case.route.fields.items()]
    if case.route.call and phone.number_dialled(case.route.call):
        changes.append(SetField("phone", phone.number_dialled(case.route.call)))
    return changes


def note(case: Case) -> str:
    """What the rules tell agents of this mail, or that one of them failed; "" for nothing."""
    route = case.route
    if route.broken:
        return case.policy.own_words("ticket.rule_failed", case.policy.language, rule=route.broken, error=route.error)
    return route.note or ""


def _note(case: Case) -> list[Change]:
    text = note(case)
    return [AddEntry(EntryKind.NOTE, "mailgate", "mailgate", text, of_mail=False)] if text else []


def reported_caller(case: Case) -> Address:
    """Whose call a telephone exchange reports: whoever had that number last, else nobody, by the number's name.

    Of what came by the call's own door the daemon has said whether one person has that number, or several (W-38).
    """
    number, told = case.route.call or "", exchange.call(case.mail)
    if told is not None:
        return told.caller or Address(NOBODY.addr, phone.number_dialled(number))
    dialled = phone.number_dialled(number)
    known = case.facts.callers.get(dialled) if dialled else None
    return known or Address(NOBODY.addr, dialled)


def assignee(case: Case, how: str, department: str) -> str | None:
    """The agent meant by `assign`: a name or their cover, `round-robin` or `least-busy` among those present.

    `customer` is whoever looks after them, while they are here: else it goes the department's usual way.
    """
    here = [one for one in case.policy.agents_of(department) if not readers.is_away(case.moment, one)]
    crew = [one.name for one in skills.able(here, case.mail.language or case.language)]
    if how == "least-busy":
        return min(crew, key=lambda name: (case.facts.load.get(name, 0), name), default=None)
    if how == "round-robin":
        last = case.facts.last_assigned
        return min(crew, key=lambda name: (name in last, last.get(name, case.now), name), default=None)
    if how == "customer":
        theirs = case.policy.agent(case.customer.agent) if case.customer else None
        return theirs.name if theirs and theirs.active and not readers.is_away(case.moment, theirs) else None
    named = case.policy.agent(how)
    agent = readers.covered(case.moment, named) if named and named.active else None
    return agent.name if agent else None


def agents_told(case: Case, ticket: AnyTicket) -> list[str]:
    """Agents whom `notify` names, the department's lead and agents' own addresses included."""
    lead = readers.lead_here(case.moment, ticket.department)
    known = (
        lead if name == "lead" else case.policy.agent(name) or case.policy.agent_at(name) for name in case.route.notify
    )
    return [agent.name for agent in known if agent]


def outside_copies(case: Case, ticket: AnyTicket) -> tuple[Outbound, ...]:
    """Letters to outside addresses: the whole words and files by `forward`, a few lines of them by `notify`."""
    policy = case.policy
    forwarded = tuple(
        Outbound(Forwarded(expert=Address(addr).key), Audience.EXPERT, (Address(addr),), purpose=Purpose.EXPERT,
                 language=policy.language, attachments=notices.files(case))
        for addr in case.route.forward
    )  # fmt: skip
    outside = (name for name in case.route.notify if "@" in name and not policy.colleague_at(name))
    author = case.author.addr if case.author else ""
    about = Alarm(
        title=ticket.subject,
        text=(case.mail.fresh.strip() or case.mail.text.strip())[:LONGEST_TOLD],
        facts=(Fact(said("list.from"), author), Fact(said("list.department"), ticket.department)),
    )
    told = tuple(
        Outbound(about, Audience.ADMIN, (Address(addr),), purpose=Purpose.ADMIN, language=policy.language,
                 subject=ticket.subject)
        for addr in outside
    )  # fmt: skip
    return (*forwarded, *told)
