"""Letters to a customer that no agent wrote: where their request stands, told when it helps and never too often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.letters.addressee import writable
from mailgate.core.model.change import Audience, Change, Journal, Outbound, SetStatus, Urgency
from mailgate.core.model.content import (
    Answer,
    Closing,
    Content,
    Delayed,
    Nudge,
    Reopened,
    Solved,
    Taken,
    Transferred,
    Waiting,
    asks_how_it_went,
)
from mailgate.core.model.letter_kinds import TO_CUSTOMERS, PrivacyLetter
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import AnyTicket, Status, Ticket
from mailgate.core.worktime import promise, quiet, working_time
from mailgate.core.worktime.promise import calendar_of

HUSH = timedelta(hours=1)  # after an agent's own words nobody needs a robot's
TAKEN_AFTER = timedelta(hours=1)  # working time in which whoever took a ticket mostly writes themselves
DAY = timedelta(days=1)
COMPLAINT = "complaint"  # the tag with which nobody is asked how it went
# Reasons for a change of status that the customer knows, or must not hear of.
KNOWN = frozenset(("customer", "filed", "history", "spam", "unanswered"))
TOLD = "told"  # the reason for a solution that the customer hears of whatever would keep the letter back
# `[letters] stages` -> the letter; nudge and closing follow from the department's own settings.
STAGES: Mapping[str, type[Content]] = {
    "taken": Taken,
    "waiting": Waiting,
    "transferred": Transferred,
    "solved": Solved,
    "reopened": Reopened,
    "late": Delayed,
}
STAGE_CONTENTS = frozenset((*STAGES.values(), Nudge, Closing))
# Answers to a vote or to #status were asked for.
COUNTED = frozenset((*(one.TEMPLATE for one in STAGES.values()), Nudge.TEMPLATE))


def letter_for_change(
    moment: Moment,
    before: Ticket,
    after: Ticket,
    changes: Iterable[Change],
    *,
    said: bool = False,
    hold: bool = False,
) -> tuple[Outbound, ...]:
    """The letter a change calls for, at most one.

    `said`: the customer hears of it in the same breath (an answer, a status letter). `hold`: an agent may still take
    the change back, so the letter waits for the undo window. That a ticket was taken waits for a working hour.
    """
    policy, changes = moment.policy, tuple(changes)
    stage = stage_of(before, after, changes)
    asked = stage == "solved" and any(isinstance(one, SetStatus) and one.why == TOLD for one in changes)
    if not stage or said or not (asked or stage in policy.letters.stages):
        return ()
    earliest = moment.now + policy.undo_window if hold else moment.now
    if stage == "taken":
        earliest = max(earliest, working_time.add(calendar_of(policy, after.department), moment.now, TAKEN_AFTER))
    content: Content = STAGES[stage]()
    if stage == "solved":
        content = Solved(survey=survey(moment, after), reopen_days=policy.tickets.reopen_within.days)
    return stage_letter(moment, after, content, earliest=earliest, again=asked)


def stage_of(before: Ticket, after: Ticket, changes: Iterable[Change]) -> str:
    """The stage a ticket has reached, the weightiest when there are several; "" when there is nothing to tell."""
    changes = tuple(changes)
    undone = any(isinstance(one, Journal) and one.kind == "undo" for one in changes)
    if undone or after.merged_into != before.merged_into:
        return ""
    reasons = {one.why for one in changes if isinstance(one, SetStatus)}
    if after.status.done:
        return "solved" if not before.status.done and reasons.isdisjoint(KNOWN) else ""
    if before.status.done:
        return "reopened"
    if after.department != before.department:
        return "transferred"
    if after.status is Status.WAITING and before.status is not Status.WAITING:
        return "waiting"
    return "taken" if before.owner is None and after.owner and after.status is Status.OPEN else ""


def is_told(ending: SetStatus) -> bool:
    """True for a solution that the customer hears of; False for one in silence, and for any other status."""
    return ending.status is Status.SOLVED and ending.why not in KNOWN


def delayed_letter(moment: Moment, ticket: Ticket) -> tuple[Outbound, ...]:
    """ "We have not forgotten you", once for each deadline; a time is named for what was promised alone.

    Where an agent wrote within the hour it leaves at that hour's end, when the deadline is still ahead then.
    """
    due, policy = ticket.due.next, moment.policy
    if "late" not in policy.letters.stages or due is None:
        return ()
    by_hand = due not in (ticket.due.first_response, ticket.due.resolve)
    told = None if by_hand else promise.told(policy, ticket.department, due, ticket.sla).isoformat()
    about = Delayed(due_at=due.isoformat(), answer_by=told)
    hushed = ticket.last_agent_at + HUSH if ticket.last_agent_at else moment.now
    waits = moment.now < hushed < due
    once = f"late:{ticket.number}:{due.isoformat()}"
    return stage_letter(moment, ticket, about, earliest=hushed if waits else None, hushed=waits, dedupe=once)


def stage_letter(
    moment: Moment,
    ticket: Ticket,
    content: Content,
    *,
    earliest: datetime | None = None,
    dedupe: str = "",
    again: bool = False,
    hushed: bool = False,
) -> tuple[Outbound, ...]:
    """A letter to the requester in their thread and language, or none when silence is better.

    `hushed`: it waits for the end of the hour after an agent's words by itself. `again` lets it pass that hour and the
    daily limit: a question we ask once, or what an agent wants told.
    """
    if not may_send(moment, ticket) or (not again and _enough(moment, ticket, hushed=hushed)):
        return ()
    answers, thread = moment.facts.customer_thread(ticket.number)
    wait = quiet.until(moment.policy, ticket.department, earliest or moment.now)
    return (
        Outbound(
            content,
            Audience.CUSTOMER,
            (ticket.requester,),
            department=ticket.department,
            language=ticket.language,
            purpose=Purpose.STAGE,
            in_reply_to=answers,
            references=thread,
            urgency=Urgency.NOTICE,
            not_before=wait if wait > moment.now else None,
            dedupe=dedupe,
        ),
    )


def overtaken(content: Content, ticket: Ticket, written_at: datetime) -> bool:
    """True when a letter that waited is no longer so: the ticket has gone on, or an agent has written since.

    A letter that no stage, nudge or closing calls for is never overtaken, but where all is quiet: there nothing leaves
    for a customer but what an agent has written or bidden (`#privacy`), whatever made us owe it.
    """
    if ticket.quiet and isinstance(content, TO_CUSTOMERS) and not isinstance(content, Answer | PrivacyLetter):
        return True
    if type(content) not in STAGE_CONTENTS:
        return False
    if ticket.last_agent_at is not None and ticket.last_agent_at > written_at:
        return True
    match content:
        case Taken():
            return ticket.owner is None or ticket.status.done
        case Delayed():
            return ticket.status is Status.WAITING or ticket.status.done
        case Waiting() | Nudge():
            return ticket.status is not Status.WAITING
        case Solved() | Closing():
            return not ticket.status.done
    return ticket.status.done


def may_send(moment: Moment, ticket: Ticket) -> bool:
    """False when nobody is there to read, or all is quiet."""
    return attended(moment, ticket) and not ticket.quiet


def attended(moment: Moment, ticket: Ticket) -> bool:
    """False when nobody is there to read: a program, ourselves, an address that is none, a spammer.

    Nor is anything for those who were only named by another's mail: an agent may judge who they are, and write.
    """
    person, facts = ticket.requester, moment.facts
    somebody = ticket.number not in facts.unattended and ticket.number not in facts.only_named
    return writable(person, moment.policy) and somebody and "spam" not in ticket.tags


def _enough(moment: Moment, ticket: Ticket, *, hushed: bool) -> bool:
    now = moment.now
    spoken = not hushed and ticket.last_agent_at is not None and now - ticket.last_agent_at < HUSH
    sent = moment.facts.stage_letters.get(ticket.number, ())
    today = [at for template, at in sent if template in COUNTED and now - at < DAY]
    return spoken or len(today) >= moment.policy.letters.max_per_day


def survey(moment: Moment, ticket: AnyTicket, *, answered: bool = False) -> str:
    """How the requester is asked how it went: "scale", a form's address, or "" when they are better left alone.

    Not when they were asked lately, with any of their tickets; not with a complaint; and not where no agent wrote to
    them. `answered`: the letter that asks carries an agent's words.
    """
    wanted, every = moment.policy.letters.survey, moment.policy.letters.survey_every
    last = moment.facts.surveyed.get(ticket.number or 0)
    lately = last is not None and moment.now - last < every
    if lately or COMPLAINT in ticket.tags or ticket.quiet or not (answered or ticket.last_agent_at):
        return ""
    return wanted if isinstance(wanted, str) else "scale" if wanted else ""


def having_asked(moment: Moment, letters: Iterable[Outbound]) -> Moment:
    """The moment for what is decided next of the same mail: whoever these letters ask is not asked once more."""
    asked = {person.key for one in letters if asks_how_it_went(one.content) for person in one.to}
    if not asked:
        return moment
    facts = moment.facts
    theirs = {number: moment.now for number, ticket in facts.tickets.items() if ticket.requester.key in asked}
    return replace(moment, facts=replace(facts, surveyed={**facts.surveyed, **theirs}))
