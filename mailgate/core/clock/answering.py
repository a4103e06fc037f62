"""One answer for many tickets: what a ticket gets of it, or why it is passed over, and what is told at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailgate.core.letters import readers, status_letters
from mailgate.core.letters.addressee import writable
from mailgate.core.model import changed
from mailgate.core.model.change import AddEntry, Audience, Change, Outbound, SetStatus, Step, Urgency
from mailgate.core.model.content import Answer, Receipt
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import Mailing
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Policy
from mailgate.core.model.said import Words, said
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.worktime import promise, sla

SLICE = 50  # tickets whose letters are written together
SHOWN = 100  # tickets passed over that the receipt names
SENT = "sent"


def answer(moment: Moment, about: Mailing, ticket: Ticket | None, since: Iterable[str]) -> Step | str:
    """The step that answers a ticket, or the code of what has changed since the lead was asked.

    `since` says who has written to it meanwhile. The letter goes to the requester alone.
    """
    agent = moment.policy.agent(about.agent) or moment.policy.agent(about.lead)
    if ticket is None:
        return "merged"
    if ticket.status.done:
        return "solved"
    wrote = set(since)
    if wrote:
        return "wrote" if EntryKind.CUSTOMER in wrote else "answered"
    if about.name not in ticket.tags or ticket.department != about.department:
        return "untagged"
    if ticket.quiet:
        return "quiet"
    if agent is None or not writable(ticket.requester, moment.policy):
        return "nobody"
    changes: list[Change] = [
        AddEntry(EntryKind.AGENT, agent.name, agent.shown_name, about.text, of_mail=False),
        _status(moment, about, ticket),
    ]
    after = changed.ticket_after(ticket, changes, moment.now)
    changes += sla.deadlines_after(moment, ticket, after)
    survey = status_letters.survey(moment, ticket, answered=True) if after.status is Status.SOLVED else ""
    answers, thread = moment.facts.customer_thread(ticket.number)
    letter = Outbound(
        Answer(agent=agent.name, text=about.text, survey=survey),
        Audience.CUSTOMER,
        (ticket.requester,),
        department=ticket.department,
        language=ticket.language,
        purpose=Purpose.WORDS,
        in_reply_to=answers,
        references=thread,
        urgency=Urgency.WORDS,
        dedupe=f"answer:{about.mail}:{ticket.number}",
    )
    return Step(ticket.number, tuple(changes), (letter,))


def _status(moment: Moment, about: Mailing, ticket: Ticket) -> SetStatus:
    usual = Status(moment.policy.department(ticket.department).after_reply)
    after = Status.SOLVED if about.solve else usual
    until = promise.waits_until(moment.policy, ticket.department, moment.now) if after is Status.WAITING else None
    return SetStatus(after, until, why="answered")


def receipts(policy: Policy, about: Mailing, sent: int, passed_over: Sequence[tuple[int, str]]) -> tuple[Outbound, ...]:
    """What became of it, for its writer and for the lead: how many were sent, and who got none and why."""
    what = said("mailing.done_solved" if about.solve else "mailing.done", n=sent)
    lines: list[Words] = [
        said("done.line", command=policy.tag(number), what=said(f"mailing.{why}"))
        for number, why in passed_over[:SHOWN]
    ]
    more = len(passed_over) - SHOWN
    lines += [said("question.more", n=more)] if more > 0 else []
    content = Receipt(done=(said("done.line", command=f"#answer +{about.name}", what=what),), asks=tuple(lines) or None)
    known = (policy.agent(name) for name in dict.fromkeys((about.agent, about.lead)))
    return tuple(
        readers.to_agent(
            policy, one, content, purpose=Purpose.NOTE, dedupe=f"answer:{about.mail}:ended:{one.name}", mail=about.mail
        )
        for one in known
        if one
    )
