"""A customer's mail: a new ticket with an acknowledgement, or one more entry in a thread."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.commands import about_absence
from mailgate.core.letters import acks, own_page, readers, status_letters
from mailgate.core.letters.addressee import NOBODY, writable
from mailgate.core.mails import customer_commands, guard, notices, rule_effects, scope
from mailgate.core.mails.case import MOST_PARTICIPANTS, Case
from mailgate.core.mails.guard import Wrote
from mailgate.core.model import changed
from mailgate.core.model.change import (
    AddEntry,
    Change,
    Decision,
    Fate,
    Join,
    Journal,
    LinkKind,
    LinkTo,
    OpenTicket,
    Outbound,
    SetField,
    SetStatus,
    Step,
    WhyParked,
)
from mailgate.core.model.content import Ack, Notice
from mailgate.core.model.mail import Address, MailKind
from mailgate.core.model.moment import reopening_is_over
from mailgate.core.model.said import said
from mailgate.core.model.ticket import AnyTicket, EntryKind, Priority, Status, Ticket
from mailgate.core.proof import exchange, visitor
from mailgate.core.text import invited
from mailgate.core.text.subject import is_forward
from mailgate.core.worktime import promise, sla

MOST_HEARD, MOST_THEIRS = 100, 30  # mails to one ticket, and of one sender, in an hour that anybody is written to about
_NOTED = frozenset({
    "bare_cr_header", "multiple_from", "unparseable", "nesting", "too_many_parts", "winmail_unread",
})  # fmt: skip


def file_customer_mail(case: Case, *, released: bool = False) -> Decision:
    """File a mail that no agent steers: park or drop by rule, add to its ticket, or open one.

    `released` mail was parked, and a person has said that it is to be filed. Agents' tokens in it are spent.
    """
    stopped = None if released else _stopped(case)
    if stopped:
        return stopped
    decision = scope.spent_token_note(case, _filed(case, released), case.match.leaked, "leaked")
    return decision if released else _hushed(case, decision)


def _hushed(case: Case, decision: Decision) -> Decision:
    """Without its letters, where more mails have come to one ticket within an hour than people write.

    A mailbox that answers each of our letters without the marks of a program would be written to for ever. Its mails
    are filed all the same, and the admin hears of it. Whoever floods a ticket silences themselves before the others.
    """
    ticket = case.match.ticket
    heard, theirs = case.facts.heard_hour.get(ticket.number, (0, 0)) if ticket else (0, 0)
    if ticket is None or (heard < MOST_HEARD and theirs < MOST_THEIRS) or case.mail.envelope.history:
        return decision
    tag = case.policy.tag(ticket.number)
    text = said("alarm.flood_text", heard=heard, tag=tag, author=case.author.addr if case.author else "?")
    alarm = readers.alarm(case.moment, f"flood:{ticket.number}", said("alarm.flood", tag=tag), text,
                          f"mailgate tickets show {ticket.number}")  # fmt: skip
    return replace(decision, steps=tuple(replace(step, outbound=()) for step in decision.steps), letters=alarm)


def _filed(case: Case, released: bool) -> Decision:
    ticket = case.match.ticket
    if ticket and case.mail.envelope.history:
        return _reply(case, ticket)
    if ticket and case.match.asked:
        return _expert(case, ticket)
    if ticket:
        return _reply(case, ticket)
    if case.verdict.kind in (Wrote.RECEIPT, Wrote.REACTION, Wrote.FEEDBACK) and case.verdict.sure and not released:
        return case.decided(Fate.DROPPED, case.verdict.kind)
    return _open(case)


def _stopped(case: Case) -> Decision | None:
    """Rules and limits that keep a mail from becoming work; its raw bytes stay all the same."""
    if case.route.drop:
        return case.decided(Fate.DROPPED, f"rule: {case.route.drop}")
    if case.mail.envelope.history:
        return None
    limit = case.policy.limits.tickets_per_sender_hour
    crowd = case.match.ticket is None and not case.authority.steer and case.facts.tickets_sender_hour >= limit
    why = case.route.park or ("trap" if visitor.trap(case.mail) else "")
    why = why or ("rate_limited" if crowd else "") or ("junk" if case.mail.envelope.junk else "")
    return case.decided(Fate.PARKED, why, parking=WhyParked(why)) if why else None


# --- a new ticket -----------------------------------------------------------------------------------------------------


def _open(case: Case) -> Decision:
    route, mail = case.route, case.mail
    requester, *others = _people(case)
    home = route.department or case.departments[0]
    told = tuple(name for name in case.departments[1:] if name != home)  # a rule's department stands for the first
    opening = OpenTicket(
        subject=case.title(_subject_of_theirs(case)),
        department=home,
        requester=requester,
        participants=tuple(others),
        language=case.language,
        priority=Priority(route.priority or "normal"),
        sla=route.sla or case.policy.department(home).sla,
        departments=told,
    )
    forged = (case.authority.vetoed and not mail.envelope.history) or visitor.in_doubt(mail, case.policy)
    changes: list[Change] = [
        opening,
        entry(case, opening=True, unverified=forged),
        *(SetField(name, value) for name, value in visitor.fields(mail).items()),
        *rule_effects.changes_at_opening(case, home),
    ]
    changes += [LinkTo(number, LinkKind.MENTION) for number in case.match.mentions]
    if case.match.continues:
        changes.append(LinkTo(case.match.continues, LinkKind.CONTINUES))
    changes += _flags(case)
    if mail.envelope.history:
        changes.append(SetStatus(Status.SOLVED, why="history"))
        return case.decided(Fate.FILED, "history", steps=(Step(None, tuple(changes)),))
    planned = opened_ticket(case, opening)
    changes += sla.deadlines_at_opening(replace(case.moment, now=case.arrived_at), planned)
    letters = (
        *acknowledgement(case, planned),
        *_notices(case, planned, _denied(case, Notice(why="new"))),
        *rule_effects.outside_copies(case, planned),
    )
    return case.decided(Fate.FILED, _reason(case), steps=(Step(None, tuple(changes), letters),))


def _people(case: Case) -> tuple[Address, ...]:
    """The requester, and who else takes part from the beginning.

    Of a call that is whoever had the number last; the exchange that tells of it reads nothing (design: *Calls*).
    """
    if case.route.call is not None:
        return (rule_effects.reported_caller(case),)
    written_to = _written_to(case)
    named = (written_to,) if written_to else case.answers_to
    if case.verdict.robot or case.authority.vetoed or not named:
        return named[:1] or (NOBODY,)
    return tuple({one.key: one for one in (*named, *case.newcomers())}.values())[: MOST_PARTICIPANTS + 1]


def _ours(case: Case) -> bool:
    """True for an old answer of the desk itself, found in a history."""
    addr = case.author.addr if case.author else ""
    ours = case.policy.department_at(addr) or case.policy.colleague_at(addr)
    return case.mail.envelope.history and ours is not None


def _written_to(case: Case) -> Address | None:
    """Whose ticket an old answer of the desk belongs to when nothing older of it is known."""
    return next(iter(case.newcomers()), None) if _ours(case) else None


def _reason(case: Case) -> str:
    return "new" if not case.verdict.robot else f"new, {case.verdict.kind}"


def _subject_of_theirs(case: Case) -> str:
    """The subject, of a mail that a colleague passed on the one it came with, where that is known."""
    mail = case.mail
    passed_on = case.authority.agent is not None and (mail.kind is MailKind.FORWARD or is_forward(mail.subject))
    return mail.embedded.get("subject", mail.subject) if passed_on else mail.subject


def opened_ticket(case: Case, opening: OpenTicket) -> AnyTicket:
    """The ticket as it will stand, so that the same code decides who is told of new and old tickets."""
    owner = rule_effects.assignee(case, case.route.assign, opening.department) if case.route.assign else None
    return replace(
        changed.ticket_from_opening(opening, case.arrived_at),
        status=Status.OPEN if owner else Status.NEW,
        owner=owner,
        tags=rule_effects.tags_at_opening(case, opening.department),
    )


def entry(
    case: Case, kind: EntryKind = EntryKind.CUSTOMER, *, unverified: bool = False, opening: bool = False
) -> AddEntry:
    """The mail's words as an entry; what could not be read is said, never left blank (threats P-14).

    What opens a ticket has no history: everything in it is its writer's word for us, quoted or not.
    """
    mail = case.mail
    whole = (opening or visitor.is_from_page(mail)) and not mail.envelope.history
    if kind is EntryKind.CUSTOMER and _ours(case):
        kind = EntryKind.AGENT
    if kind is EntryKind.CUSTOMER and case.route.call is not None:
        kind = EntryKind.CALL
    if kind is EntryKind.CUSTOMER and case.verdict.kind in (
        Wrote.AUTO_REPLY,
        Wrote.RECEIPT,
        Wrote.REACTION,
        Wrote.CALENDAR,
        Wrote.CHALLENGE,
    ):
        kind = EntryKind.AUTO
    if kind is EntryKind.CUSTOMER and case.verdict.kind is Wrote.BOUNCE and case.verdict.sure:
        kind = EntryKind.BOUNCE
    author = case.author or mail.author or NOBODY
    summary = invited.here(mail.summary, promise.zone_of(case.policy, case.departments[0]))
    text = ("" if whole else mail.shown.strip("\n") or mail.fresh) or mail.text.strip("\n") or summary
    if summary and summary not in text:
        text = f"{text}\n\n{summary}"
    return AddEntry(
        kind=kind,
        author=author.key,
        author_name=author.name,
        text=own_page.cut(text, case.policy) or case.policy.own_words("ticket.empty", case.language),
        quoted="" if whole else own_page.cut(mail.quoted, case.policy),
        html=own_page.cut(mail.html, case.policy),
        attachments=mail.attachments,
        unverified=unverified,
    )


def acknowledgement(case: Case, ticket: AnyTicket) -> tuple[Outbound, ...]:
    """One acknowledgement for a new ticket, unless anything says that silence is safer (RFC 3834)."""
    author = case.author
    if author is None or not case.verdict.ack or case.route.ack is False or not case.fresh_mail:
        return ()
    if case.route.call is not None or ticket.quiet:
        return ()
    facts, limits = case.facts, case.policy.limits
    capped = (
        facts.acks_sender_hour >= limits.acks_per_sender_hour
        or facts.acks_sender_day >= limits.acks_per_sender_day
        or facts.acks_hour >= limits.acks_per_hour
    )
    if capped or case.authority.vetoed or not writable(author, case.policy):
        return ()
    if visitor.acknowledged_enough(case.mail, facts):
        return ()
    answers, thread = case.thread()
    # A forged From makes us write to a victim: a stranger's words, their name among them, are never echoed (L-13).
    # That somebody wrote in their name before proves nothing; that an agent answered them, a person judged.
    echo = case.authority.passed or (facts.answered_sender and not case.authority.failed)
    echo = visitor.vouched(case.mail) or (echo and not visitor.is_from_page(case.mail))
    named = case.route.ack if isinstance(case.route.ack, str) else Ack.TEMPLATE
    return (acks.written(case.moment, ticket, author, answers=answers, thread=thread, named=named, echo=echo),)


# --- one more entry ---------------------------------------------------------------------------------------------------


def _reply(case: Case, ticket: Ticket) -> Decision:
    """Words, files, people, rules and clocks of a mail to a ticket; an order or a vote in it is a step of that."""
    history = case.mail.envelope.history
    unverified, forged = not case.match.verified, case.authority.vetoed and not history
    asked = None if history or unverified else customer_commands.asked(case, ticket)
    title = "" if history else case.new_subject(ticket, asked.in_subject if asked else ())
    said = replace(entry(case, unverified=unverified or forged), title=title)
    if asked:
        said = replace(said, text=asked.text)
    changes: list[Change] = [*((said,) if said.text or title else ()), *_flags(case)]
    if history:
        return case.decided(Fate.FILED, "history", steps=(Step(ticket.number, tuple(changes)),))
    if unverified:
        letters = _notices(case, ticket, _denied(case, Notice(why="unverified", unverified=True)))
        return case.decided(Fate.FILED, "unverified", steps=(Step(ticket.number, tuple(changes), letters),))
    proposed: list[str] = []
    if not case.verdict.robot:
        joined, proposed = _joining(case, ticket)
        changes += joined
    called = exchange.call(case.mail)
    if (asked is None or asked.beside) and not (called and called.part):
        changes += status_after_words(case, ticket)
    changes += asked.changes if asked else ()
    changes += rule_effects.changes_at_reply(case, changed.ticket_after(ticket, changes, case.now))
    planned = changed.ticket_after(ticket, changes, case.now)
    changes += sla.deadlines_after(case.moment, ticket, planned)
    notice = _denied(case, Notice(why=asked.why if asked else "reply", proposed=tuple(proposed)))
    arrived = planned.department != ticket.department
    aloud = asked.aloud if asked else not notices.only_thanks(case, ticket)
    told = _notices(case, planned, notice, arrived=arrived) if aloud or proposed else ()
    answers = asked.letters if asked else _stages(case, ticket, changes)
    heard = {one.agent for one in answers if one.agent}
    letters = (*(one for one in told if one.agent not in heard), *rule_effects.outside_copies(case, planned), *answers)
    reason = asked.reason if asked else "reply" if not case.verdict.robot else case.verdict.kind
    trace = case.trace(f"#{word}" for word in (asked.orders if asked else ()))
    step = Step(ticket.number, tuple(changes), letters)
    return case.decided(Fate.FILED, reason, steps=(step,), effects=asked.effects if asked else (), trace=trace)


def _stages(case: Case, ticket: Ticket, changes: list[Change]) -> tuple[Outbound, ...]:
    """What the customer is told of what their own words did, in answer to them."""
    if case.verdict.robot or case.authority.vetoed or not case.fresh_mail:
        return ()
    facts = replace(case.facts, unattended=case.facts.unattended - {ticket.number})  # a person wrote this
    if case.mail.author is not None and case.mail.author.key == ticket.requester.key:
        facts = replace(facts, only_named=facts.only_named - {ticket.number})
    moment = replace(case.moment, facts=facts)
    after = changed.ticket_after(ticket, changes, case.now)
    answers, thread = case.thread()
    return tuple(
        replace(letter, in_reply_to=answers, references=thread)
        for letter in status_letters.letter_for_change(moment, ticket, after, changes)
    )


def status_after_words(case: Case, ticket: Ticket) -> list[Change]:
    """What a customer's words do to status and clocks; a robot's and a bare thanks do nothing."""
    if case.verdict.robot:
        return []
    if ticket.status.done:
        often = case.facts.reopens_day.get(ticket.number, 0) >= case.policy.limits.reopens_per_ticket_day
        if guard.thanks_only(case.mail.fresh) or often or reopening_is_over(case.moment, ticket):
            return []
    freed = about_absence.given_back(case.moment, ticket)
    changes: list[Change] = [*freed]
    target = Status.OPEN if ticket.owner and not freed else Status.NEW
    if ticket.status not in (Status.NEW, Status.OPEN):
        changes.append(SetStatus(target, why="reopened" if ticket.status.done else "customer"))
    elif freed and ticket.status is Status.OPEN:
        changes.append(SetStatus(Status.NEW, why="customer"))
    return changes


def _joining(case: Case, ticket: Ticket) -> tuple[list[Change], list[str]]:
    """New Cc people join on a participant's proven mail only; otherwise the agents are asked (threats T-07)."""
    known = {addr.key for addr in (ticket.requester, *ticket.participants)}
    fresh = [addr for addr in case.newcomers() if addr.key not in known]
    if scope.lets_in(case, ticket) and not case.authority.vetoed:
        return [Join(addr) for addr in fresh], []
    return [], [addr.addr for addr in fresh]


def _expert(case: Case, ticket: Ticket) -> Decision:
    """An outside expert's answer is an internal note until the ticket closes (`#ask`)."""
    changes = (entry(case, EntryKind.NOTE, unverified=case.authority.vetoed),)
    letters = notices.internal_note(case, ticket, _denied(case, Notice(why="expert")))
    return case.decided(Fate.FILED, "expert", steps=(Step(ticket.number, changes, letters),))


# --- both -------------------------------------------------------------------------------------------------------------


def _flags(case: Case) -> list[Change]:
    noted = sorted(case.mail.flags & _NOTED)
    if case.facts.msgid_collision:
        noted.append("msgid_collision")
    if case.match.conflict:
        noted.append("conflict")
    if case.route.broken:
        noted.append(f"broken_rule:{case.route.broken}")
    return [Journal("flag", name) for name in noted]


def _denied(case: Case, notice: Notice) -> Notice:
    """A border says that the sender did not write this: agents see that, and the proposal of who was on Cc."""
    if not case.authority.vetoed:
        return notice
    proposed = notice.proposed if case.match.ticket else tuple(one.addr for one in case.newcomers())
    return replace(notice, failed=True, proposed=proposed)


def _notices(case: Case, ticket: AnyTicket, notice: Notice, *, arrived: bool = False) -> tuple[Outbound, ...]:
    told = tuple(name for name in ticket.departments if name != ticket.department) if notice.why == "new" else ()
    said = replace(
        notice,
        automatic=case.verdict.kind if case.verdict.robot else "",
        mentions=case.match.mentions,
        notes=tuple(rule_effects.note(case).splitlines()),
    )
    named = rule_effects.agents_told(case, ticket)
    letters = notices.customers_words(case, ticket, said, named, arrived=arrived)
    known = {letter.agent for letter in letters}
    return (*letters, *(one for one in notices.to_departments(case, ticket, told) if one.agent not in known))
