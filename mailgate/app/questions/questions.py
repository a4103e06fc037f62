"""Answers to agents' questions: rows looked up in the transaction that owes the letter, so that `1` means this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.app.questions import customers, gathering, knowledge, outages, reported, travelled
from mailgate.app.questions.held import held_by
from mailgate.app.questions.journal import JournalWords
from mailgate.app.questions.outages import AT_WORK
from mailgate.core.clock import collected, escalation, held
from mailgate.core.clock.held import Held
from mailgate.core.commands import catalogue, ticket_filter
from mailgate.core.letters.views import LONGEST_THREAD
from mailgate.core.model.change import Decision, Outbound
from mailgate.core.model.content import Question
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import Words, moment, said
from mailgate.core.model.shown import Fact, Section, TicketRow
from mailgate.core.model.ticket import Entry, Status, Ticket
from mailgate.core.text.folding import fold
from mailgate.core.worktime import sla, working_time
from mailgate.store.base import Read, TicketFilter
from mailgate.wire.words import Phrases, say, size

MOST = 25  # rows in a letter that is read on a phone
HELD = "held"  # no status of a ticket: `#list held` tells what of the agent's own has not arrived


class QuestionAsked:
    """One question of an agent, with what answering it needs."""

    def __init__(
        self, read: Read, policy: Policy, agent: Agent, now: datetime, argument: str, numbers: list[int]
    ) -> None:
        self.read, self.policy, self.agent, self.now = read, policy, agent, now
        self.argument, self.numbers = argument.strip(), numbers
        self.speech = Phrases(agent.language, agent.timezone, now)

    def say(self, key: str) -> str:
        """A phrase in the language of whoever asks."""
        return say(self.agent.language, key)

    def number(self) -> int | None:
        """The ticket asked about: named, else the mail's own."""
        digits = self.argument.strip("[]#. ")
        return int(digits) if digits.isascii() and digits.isdigit() else next(iter(self.numbers), None)

    def own_ticket(self) -> Ticket | None:
        """The one ticket that the mail itself is about."""
        return self.read.tickets.get(self.numbers[0]) if len(self.numbers) == 1 else None

    def ticket(self) -> Ticket | None:
        """That ticket with its thread."""
        number = self.number()
        return self.read.tickets.get(number) if number else None

    def rows(self, tickets: list[Ticket]) -> tuple[TicketRow, ...]:
        """Tickets as the rows of a numbered table, their owners as commands call them."""
        shown = tickets[:MOST]
        written = zip(escalation.rows(self.policy, shown), shown, strict=True)
        return tuple(replace(row, owner=ticket.owner or "") for row, ticket in written)

    def table(self, title: Words, wanted: TicketFilter, intro: Words = "") -> Question:
        """A numbered table of the tickets of a filter."""
        found = self.read.tickets.matching(replace(wanted, limit=MOST), self.now)
        more = max(0, self.read.tickets.count(wanted, self.now) - len(found))
        return Question(title=title, intro=intro, rows=self.rows(found), more=more)


def fill_questions(read: Read, decision: Decision, policy: Policy, now: datetime) -> Decision:
    """The decision with the rows of every question filled in; untouched when there is none."""
    if any(one.template == "question" for one in decision.letters):
        decision = replace(decision, letters=tuple(_filled(read, one, policy, now) for one in decision.letters))
    return gathering.filled(read, decision, policy, now)


def _filled(read: Read, letter: Outbound, policy: Policy, now: datetime) -> Outbound:
    agent, content = policy.agent(letter.agent), letter.content
    if not isinstance(content, Question) or agent is None or not content.ask:
        return letter
    numbers = list(content.numbers or ())
    asked = [QuestionAsked(read, policy, agent, now, one.argument, numbers) for one in content.ask]
    if [one.name for one in content.ask] == ["report"] and (
        whole := reported.letter(read, policy, agent, now, asked[0].argument)
    ):
        return replace(letter, content=whole)
    found = [ANSWERS[one.name](question) for one, question in zip(content.ask, asked, strict=True)]
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
        sections=(
            *(first.sections or ()),
            *(Section(one.title or "", one.rows, one.facts, one.text) for one in rest),
            *(inner for one in rest for inner in one.sections or ()),
        ),
        actions=bool(first.rows),
        texts=first.texts,
        numbers=first.numbers,
        notes=tuple(note for one in found for note in one.notes or ()) or None,
    )


# --- one function a question ------------------------------------------------------------------------------------------


def _desk(question: QuestionAsked) -> Question:
    midnight = working_time.midnight_before(ZoneInfo(question.policy.timezone), question.now)
    found = question.read.report.desk(question.now, midnight)
    counts: dict[str, dict[str, int]] = {}
    for row in found.load:
        for name in (row.department, row.owner or question.say("somebody.none")):
            kept = counts.setdefault(name, {})
            shown = question.say(f"status.{row.status}")
            kept[shown] = kept.get(shown, 0) + row.tickets
            late = question.say("asked.overdue")
            kept[late] = kept.get(late, 0) + row.overdue
    facts = tuple(
        Fact(name, " · ".join(f"{status} {count}" for status, count in kept.items() if count))
        for name, kept in counts.items()
    )
    today = found.today
    text = said("asked.desk_today", mails=today.mails, opened=today.opened, solved=today.solved, overdue=found.overdue)
    pressing = question.table(said("tap.desk"), TicketFilter(status=("new", "open"), overdue=True))
    return replace(pressing, intro=text, facts=facts)


def _next(question: QuestionAsked) -> Question:
    found = [one for one in (question.read.tickets.get(number) for number in question.numbers[:1]) if one]
    if not found:
        return Question(title=said("tap.next"), intro=said("asked.next_none"))
    one = found[0]
    theirs = replace(one, owner=question.agent.name, status=Status.OPEN if one.status is Status.NEW else one.status)
    return Question(
        title=said("asked.next", subject=one.subject),
        intro=said("asked.next_yours"),
        rows=question.rows([theirs]),
        text=_thread(one, question.speech),
        notes=_notes(one),
    )


def _mine(question: QuestionAsked) -> Question:
    found = held_by(question.read, question.policy, question.agent, question.now)
    return replace(
        question.table(said("tap.mine"), TicketFilter(status=AT_WORK, owner=question.agent.name)),
        facts=_held_lines(question.policy, found),
    )


def _held_lines(policy: Policy, found: Held) -> tuple[Fact, ...]:
    parked = (Fact(said("asked.parked"), collected.waits(row)) for row in found.parked)
    return (*parked, *held.rest(policy, found))


def _held(question: QuestionAsked) -> Question:
    lines, tickets, number = held_of(question.read, question.policy, question.agent, question.now)
    return Question(title=said("list.not_arrived_n", n=number), facts=lines, rows=question.rows(list(tickets)))


def held_of(
    read: Read, policy: Policy, agent: Agent, now: datetime
) -> tuple[tuple[Fact, ...], tuple[Ticket, ...], int]:
    """What of an agent's own has not arrived: a line each, the tickets a line of a list helps, and how many it is.

    Who leads sees what a form's traps caught as well: a person's words may be among it.
    """
    found = held_by(read, policy, agent, now)
    lines = _held_lines(policy, found)
    if agent.chief:
        caught = (one for one in read.mail.parked() if one.why == "trap")
        lines += tuple(Fact(said("asked.parked"), collected.waits(one)) for one in caught)
    return lines, found.tickets, len(found)


def _list(question: QuestionAsked, overdue: bool = False) -> Question:
    departments = [one.name for one in question.policy.departments]
    agents = [one.name for one in question.policy.agents]
    if fold(question.argument.lstrip("#")) == HELD and HELD not in departments:
        return _held(question)
    try:
        wanted = ticket_filter.parse(question.argument, departments=departments, agents=agents, me=question.agent.name)
    except ticket_filter.NotAFilter as problem:
        return Question(title=said("asked.list"), intro=said("asked.no_filter", word=problem.word))
    found = wanted_tickets(question.policy, question.agent, replace(wanted, overdue=wanted.overdue or overdue))
    return question.table(
        said("tap.overdue") if overdue else said("asked.list"),
        found,
        intro=_watched(question) if wanted.watched else question.argument,
    )


def wanted_tickets(policy: Policy, agent: Agent, wanted: ticket_filter.Filter) -> TicketFilter:
    """A filter as somebody has written it, as the store is asked: what is at work, in their departments' order."""
    theirs = (wanted.department,) if wanted.department else agent.departments
    return TicketFilter(
        status=tuple(one.value for one in wanted.status) or AT_WORK,
        department=wanted.department,
        owner=wanted.owner,
        unowned=wanted.unowned,
        tag=wanted.tags[0] if wanted.tags else None,
        overdue=wanted.overdue,
        customer=wanted.customer,
        watcher=agent.name if wanted.watched else None,
        by_arrival=policy.by_arrival(theirs),
    )


def _watched(question: QuestionAsked) -> Words:
    """The tags they watch, beside the tickets."""
    tags = question.read.people.watched_tags(question.agent.name)
    return said("asked.watched", tags=" ".join(f"+{tag}" for tag in tags)) if tags else question.argument


def _find(question: QuestionAsked) -> Question:
    found = question.read.tickets.find(question.argument, MOST, question.policy.languages)
    return Question(title=said("asked.find", text=question.argument), rows=question.rows(found))


def _show(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    if ticket is None:
        return Question(title=said("asked.show"), intro=said("asked.no_ticket"))
    spent = question.read.report.spent_on(ticket.number)
    worked = (Fact(said("figure.spent"), sla.span(timedelta(minutes=spent))),) if spent else ()
    return Question(
        title=f"#{ticket.number} {ticket.subject}",
        rows=question.rows([ticket]),
        facts=worked,
        text=_thread(ticket, question.speech),
        notes=_notes(ticket),
    )


def _retitled(entry: Entry, speech: Phrases) -> str:
    return speech.say("new_subject", subject=entry.title) if entry.title else ""


def _thread(ticket: Ticket, speech: Phrases) -> str:
    """The thread, newest words first, as plain text, with what notices fold; how much is left out is said."""
    parts: list[str] = []
    room = LONGEST_THREAD
    for entry in reversed(ticket.entries):
        if room <= 0:
            parts.append(f"… (+{len(ticket.entries) - len(parts)})")
            break
        head = f"{speech.when(entry.at)} · {speech.phrase('kind', entry.kind)} · {entry.author_name or entry.author}"
        if entry.only:
            head += f" · {speech.say('only_to', who=entry.only)}"
        quoted = "\n".join(f"| {line}" for line in entry.quoted.split("\n")) if entry.quoted else ""
        words = "\n\n".join(part for part in (_retitled(entry, speech), entry.text, quoted) if part)
        cut = f"{words[:room]}\n… (+{len(words) - room:,})" if len(words) > room else words
        parts.append(f"{head}\n{cut}")
        room -= len(words)
    return "\n\n".join(parts)


def _notes(ticket: Ticket) -> tuple[str, ...]:
    """What of a thread is for the house alone, the newest first: pasted into an answer it is known."""
    inside, room = list[str](), LONGEST_THREAD
    for entry in reversed(ticket.entries):
        if entry.text and (entry.only or not entry.kind.public) and room > 0:
            inside.append(entry.text[:room])
        room -= len(entry.text)
    return tuple(inside)


def _files(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    files = [file for entry in ticket.entries for file in entry.attachments] if ticket else []
    facts = tuple(Fact(file.name, said("asked.file", type=file.type, size=size(file.size))) for file in files)
    return Question(title=said("files"), intro="" if facts else said("asked.files_none"), facts=facts)


def _customer(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    asked = question.argument or (ticket.requester.addr if ticket else "")
    address, people = customers.found(question.read, asked)
    title = said("asked.customer", address=asked)
    if len(people) > 1:
        told = customers.sections(people, question.policy, question.speech)
        return Question(title=title, intro=said("asked.customers", n=len(people)), sections=told)
    facts = tuple(one for who in people for one in customers.facts(who, question.policy, question.speech))
    if not address:
        return Question(title=title, facts=facts, intro="" if facts else said("asked.customer_none"))
    facts += customers.not_found(question.read, address, question.speech)
    return replace(question.table(title, customers.tickets_of(address)), facts=facts)


def _report(question: QuestionAsked) -> Question:
    return reported.answer(question.read, question.policy, question.agent, question.now, question.argument)


def _incident(question: QuestionAsked) -> Question:
    """The tickets of one, or what there are."""
    name = fold(question.argument.lstrip("+#"))
    if name:
        return question.table(said("list.incident", name=name), TicketFilter(status=AT_WORK, tag=name))
    return outages.incidents(question.read, question.speech, question.now)


def _templates(question: QuestionAsked) -> Question:
    names = {**{name: " ".join(texts) for name, texts in question.policy.replies.items()}}
    names.update({row.name: row.language for row in question.read.people.saved_replies()})
    for one in question.policy.articles:
        names[one.name] = f"{names[one.name]} {one.language}" if one.name in names else one.language
    facts = tuple(Fact(f"#use {name}", languages) for name, languages in sorted(names.items()))
    return Question(title=said("asked.templates"), intro="" if facts else said("asked.templates_none"), facts=facts)


def _why(question: QuestionAsked) -> Question:
    ticket = question.ticket()
    if ticket is None:
        return Question(title=said("asked.why"), intro=said("asked.why_what"))
    lines: list[Words] = list(sla.explain(question.policy, ticket, question.speech.when))
    told = JournalWords(question.policy, question.speech)
    lines += [told.line(event) for event in question.read.tickets.events(ticket.number)[-30:]]
    way = travelled.lines(travelled.of_newest(question.read, ticket), question.speech.when)
    lines += ["", said("asked.hops"), *way] if way else []
    return Question(title=said("asked.why_title", number=ticket.number), text=said("list.lines", lines=tuple(lines)))


def _help(question: QuestionAsked) -> Question:
    found = catalogue.lookup_for(question.policy.command_aliases).find(question.argument.lstrip("#"))
    words = tuple(catalogue.BY_NAME[name] for name in found) or tuple(
        one for one in catalogue.COMMANDS if one.allows(question.agent.role)
    )
    facts = tuple(Fact(f"#{one.name} {one.takes}".strip(), said(f"command.{one.name}")) for one in words)
    return Question(title=said("tap.help"), facts=facts)


def _sessions(question: QuestionAsked) -> Question:
    """Which sessions `#board off` ends."""
    zone, label = ZoneInfo(question.agent.timezone), said("asked.session")
    now = question.now.astimezone(zone)

    def lasted(since: datetime, until: datetime) -> Words:
        begin, end = (moment(at.astimezone(zone), now) for at in (since, until))
        return said("asked.session_until", since=begin, until=end)

    found = question.read.sessions.of_agent(question.agent.name, question.now)
    facts = tuple(Fact(label, lasted(one.at, one.until)) for one in found)
    return Question(title=said("asked.board_off", n=len(found)), facts=facts, actions=False)


ANSWERS: Mapping[str, Callable[[QuestionAsked], Question]] = {
    "desk": _desk,
    "board": _sessions,
    "next": _next,
    "mine": _mine,
    "list": _list,
    "overdue": lambda question: _list(question, overdue=True),
    "find": _find,
    "show": _show,
    "files": _files,
    "customer": _customer,
    "report": _report,
    "incident": _incident,
    "news": lambda question: outages.news(question.read, question.speech, question.now),
    "templates": _templates,
    "kb": lambda question: knowledge.about(question.policy, question.agent, question.argument, question.own_ticket()),
    "why": _why,
    "help": _help,
}
