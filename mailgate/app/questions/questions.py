"""Answers to agents' questions: rows looked up in the transaction that owes the letter, so that `1` means this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.app.questions import report
from mailgate.core.commands import catalogue, ticket_filter
from mailgate.core.letters.views import LONGEST_THREAD
from mailgate.core.model.canned import articles_about
from mailgate.core.model.change import Decision, Outbound
from mailgate.core.model.content import Question
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.shown import Fact, Section, TicketRow
from mailgate.core.model.ticket import Entry, Ticket
from mailgate.core.worktime import sla
from mailgate.store.base import Read, TicketFilter
from mailgate.wire.words import say

MOST = 25  # rows in a letter that is read on a phone
AT_WORK = ("new", "open", "waiting", "hold")

_PERIOD = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class QuestionAsked:
    """One question of an agent, with what answering it needs."""

    def __init__(
        self, read: Read, policy: Policy, agent: Agent, now: datetime, argument: str, numbers: list[int]
    ) -> None:
        self.read, self.policy, self.agent, self.now = read, policy, agent, now
        self.argument, self.numbers = argument.strip(), numbers

    def number(self) -> int | None:
        """The ticket asked about: named, else the mail's own."""
        digits = self.argument.strip("[]#. ")
        return int(digits) if digits.isascii() and digits.isdigit() else next(iter(self.numbers), None)

    def ticket(self) -> Ticket | None:
        """That ticket with its thread."""
        number = self.number()
        return self.read.tickets.get(number) if number else None

    def rows(self, tickets: list[Ticket]) -> tuple[TicketRow, ...]:
        """Tickets as the rows of a numbered table."""
        return tuple(
            TicketRow(
                n=at,
                number=one.number,
                subject=one.subject,
                who=one.requester.name or one.requester.addr,
                department=one.department,
                status=one.status.value,
                owner=one.owner or "",
                priority=one.priority.value,
                due=one.due.next.isoformat() if one.due.next else None,
            )
            for at, one in enumerate(tickets[:MOST], start=1)
        )

    def table(self, title: str, wanted: TicketFilter, intro: str = "") -> Question:
        """A numbered table of the tickets of a filter."""
        found = self.read.tickets.matching(replace(wanted, limit=MOST), self.now)
        more = max(0, self.read.tickets.count(wanted, self.now) - len(found))
        return Question(title=title, intro=intro, rows=self.rows(found), more=more)


def fill_questions(read: Read, decision: Decision, policy: Policy, now: datetime) -> Decision:
    """The decision with the rows of every question filled in; untouched when there is none."""
    if not any(one.template == "question" for one in decision.letters):
        return decision
    return replace(decision, letters=tuple(_filled(read, one, policy, now) for one in decision.letters))


def _filled(read: Read, letter: Outbound, policy: Policy, now: datetime) -> Outbound:
    agent, content = policy.agent(letter.agent), letter.content
    if not isinstance(content, Question) or agent is None or not content.ask:
        return letter
    numbers = list(content.numbers or ())
    found = [ANSWERS[one.name](QuestionAsked(read, policy, agent, now, one.argument, numbers)) for one in content.ask]
    return replace(letter, content=_together(found))


def _together(found: list[Question]) -> Question:
    """One answer stands alone; of several, the first list keeps its numbers and the rest follow as sections."""
    first, rest = found[0], found[1:]
    return Question(
        title=first.title,
        intro=first.intro or "",
        rows=first.rows or (),
        facts=first.facts or (),
        text=first.text or "",
        more=first.more or 0,
        sections=tuple(Section(one.title or "", one.rows, one.facts, one.text) for one in rest),
        actions=bool(first.rows),
    )


# --- one function a question ------------------------------------------------------------------------------------------


def _desk(question: QuestionAsked) -> Question:
    found = question.read.report.desk(question.now)
    counts: dict[str, dict[str, int]] = {}
    for row in found.load:
        for name in (row.department, row.owner or "nobody"):
            kept = counts.setdefault(name, {})
            kept[row.status] = kept.get(row.status, 0) + row.tickets
            kept["overdue"] = kept.get("overdue", 0) + row.overdue
    facts = tuple(
        Fact(name, " · ".join(f"{status} {count}" for status, count in kept.items() if count))
        for name, kept in counts.items()
    )
    today = found.today
    text = f"{today.mails} mails in, {today.opened} opened, {today.solved} solved, {found.overdue} overdue"
    pressing = question.table("Desk", TicketFilter(status=("new", "open"), overdue=True))
    return replace(pressing, intro=text, facts=facts)


def _next(question: QuestionAsked) -> Question:
    found = [one for one in (question.read.tickets.get(number) for number in question.numbers[:1]) if one]
    if not found:
        return Question(title="Next", intro="Nothing is waiting for you.")
    one = found[0]
    return Question(
        title=f"Next: {one.subject}",
        intro="It is yours now.",
        rows=question.rows([one]),
        text=_thread(one, question.agent.language),
    )


def _mine(question: QuestionAsked) -> Question:
    parked = [row for row in question.read.mail.parked() if row.agent == question.agent.name]
    facts = tuple(Fact(f"parked: {row.why}", row.subject) for row in parked)
    return replace(question.table("Mine", TicketFilter(status=AT_WORK, owner=question.agent.name)), facts=facts)


def _list(question: QuestionAsked, overdue: bool = False) -> Question:
    departments = [one.name for one in question.policy.departments]
    agents = [one.name for one in question.policy.agents]
    try:
        wanted = ticket_filter.parse(question.argument, departments=departments, agents=agents, me=question.agent.name)
    except ticket_filter.NotAFilter as problem:
        return Question(title="List", intro=f"{problem.word}: not a status, @agent, +tag or department")
    return question.table(
        "Overdue" if overdue else "List",
        TicketFilter(
            status=tuple(one.value for one in wanted.status) or AT_WORK,
            department=wanted.department,
            owner=wanted.owner,
            unowned=wanted.unowned,
            tag=wanted.tags[0] if wanted.tags else None,
            overdue=wanted.overdue or overdue,
            customer=wanted.customer,
        ),
        intro=question.argument,
    )


def _find(question: QuestionAsked) -> Question:
    found = question.read.tickets.find(question.argument, MOST)
    return Question(title=f"Find: {question.argument}", rows=question.rows(found))


def _show(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    if ticket is None:
        return Question(title="Show", intro="There is no such ticket.")
    return Question(
        title=f"#{ticket.number} {ticket.subject}",
        rows=question.rows([ticket]),
        text=_thread(ticket, question.agent.language),
    )


def _retitled(entry: Entry, language: str) -> str:
    return say(language, "new_subject", subject=entry.title) if entry.title else ""


def _thread(ticket: Ticket, language: str) -> str:
    """The thread, newest words first, as plain text, with what notices fold; how much is left out is said."""
    parts: list[str] = []
    room = LONGEST_THREAD
    for entry in reversed(ticket.entries):
        if room <= 0:
            parts.append(f"… (+{len(ticket.entries) - len(parts)})")
            break
        head = f"{entry.at:%Y-%m-%d %H:%M} · {entry.kind} · {entry.author_name or entry.author}"
        quoted = "\n".join(f"| {line}" for line in entry.quoted.split("\n")) if entry.quoted else ""
        words = "\n\n".join(part for part in (_retitled(entry, language), entry.text, quoted) if part)
        cut = f"{words[:room]}\n… (+{len(words) - room:,})" if len(words) > room else words
        parts.append(f"{head}\n{cut}")
        room -= len(words)
    return "\n\n".join(parts)


def _files(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    files = [file for entry in ticket.entries for file in entry.attachments] if ticket else []
    facts = tuple(Fact(file.name, f"{file.type}, {file.size:,} octets") for file in files)
    return Question(title="Files", intro="" if facts else "There are none.", facts=facts)


def _customer(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    address = question.argument or (ticket.requester.addr if ticket else "")
    statuses = (*AT_WORK, "solved", "archived")
    return question.table(f"Customer {address}", TicketFilter(status=statuses, customer=address))


def _report(question: QuestionAsked) -> Question:
    found = _PERIOD.fullmatch(question.argument.lower())
    if question.argument and not found:
        return Question(title="Report", intro=f"{question.argument}: no period; write 12h, 7d or 4w")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(days=7)
    figures = report.of_period(question.read, question.policy, question.now, length)
    facts = tuple(
        Fact(name, f"{value} ({before} before)" if before else value)
        for name, value, before in report.headline(figures, question.agent.language)
    )
    return Question(title=f"Report: {question.argument or '7d'}", facts=facts)


def _templates(question: QuestionAsked) -> Question:
    names = {**{name: " ".join(texts) for name, texts in question.policy.replies.items()}}
    names.update({row.name: row.language for row in question.read.people.saved_replies()})
    facts = tuple(Fact(f"#use {name}", languages) for name, languages in sorted(names.items()))
    return Question(
        title="Canned answers", intro="" if facts else "There are none yet: #save NAME keeps one.", facts=facts
    )


def _kb(question: QuestionAsked) -> Question:
    found = articles_about(question.policy.articles, question.argument, question.agent.language)
    facts = tuple(Fact(one.title, one.text[:200]) for one in found)
    return Question(title="Articles", intro="" if facts else "No article speaks of that.", facts=facts)


def _why(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    if ticket is None:
        return Question(title="Why", intro="Answer a notice, or name a ticket in the subject.")
    lines = list(sla.explain(question.policy, ticket, ZoneInfo(question.agent.timezone)))
    for event in question.read.tickets.events(ticket.number)[-30:]:
        change = f"{event.old} → {event.new}" if event.old else str(event.new)
        lines.append(f"{event.at:%Y-%m-%d %H:%M} {event.actor}: {event.kind} {change}"[:200])
    return Question(title=f"#{ticket.number}: how it came to this", text="\n".join(lines))


def _help(question: QuestionAsked) -> Question:
    word = catalogue.BY_NAME.get(question.argument.lstrip("#").lower())
    words = (word,) if word else tuple(one for one in catalogue.COMMANDS if one.allows(question.agent.role))
    facts = tuple(Fact(f"#{one.name} {one.takes}".strip(), one.help) for one in words)
    return Question(title="Help", facts=facts)


ANSWERS: Mapping[str, Callable[[QuestionAsked], Question]] = {
    "desk": _desk,
    "next": _next,
    "mine": _mine,
    "list": _list,
    "overdue": lambda question: _list(question, overdue=True),
    "find": _find,
    "show": _show,
    "files": _files,
    "customer": _customer,
    "report": _report,
    "templates": _templates,
    "kb": _kb,
    "why": _why,
    "help": _help,
}
