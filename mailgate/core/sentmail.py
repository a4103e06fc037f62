"""Mail found in a watched Sent folder: an answer that was written past us is filed, and not sent again."""

from __future__ import annotations

from mailgate.core import notice, relay, sla, state
from mailgate.core.case import Case
from mailgate.core.change import AddEntry, Assign, Change, Decision, Fate, Outbound, Step
from mailgate.core.match import referred, subject_numbers, takes_part
from mailgate.core.ticket import EntryKind, Ticket


def file(case: Case) -> Decision:
    """The words as the desk's own in the ticket they answer; anything else that was sent is nobody's business."""
    ticket = _answered(case)
    if ticket is None:
        return case.end(Fate.DROPPED, "sent")
    agent, mail = case.authority.agent, case.mail
    who, shown = (
        (agent.name, agent.shown_name) if agent else (mail.author.key, mail.author.name) if mail.author else ("", "")
    )
    words = AddEntry(
        EntryKind.AGENT, who, shown, mail.fresh or mail.text, mail.quoted, mail.fresh_html, mail.attachments
    )
    changes: list[Change] = [words]
    if agent and ticket.owner is None:
        changes.append(Assign(agent.name))
    changes.append(relay.answered(case, ticket.department))
    changes += sla.follow(case.policy, ticket, state.after(ticket, changes, case.now), case.now)
    colleague = ticket.owner is not None and (agent is None or ticket.owner != agent.name)
    letters: tuple[Outbound, ...] = notice.of_note(case, ticket, "answered") if colleague else ()
    return case.end(Fate.FILED, "sent", steps=(Step(ticket.number, tuple(changes), letters),))


def _answered(case: Case) -> Ticket | None:
    """The ticket a sent mail refers to, when somebody who takes part in it is among its readers."""
    facts = case.facts
    numbers = [facts.by_id.get(identifier, 0) for identifier in referred(case.mail)]
    numbers += subject_numbers(case.mail.subject, case.policy)
    for number in (facts.merged.get(one, one) for one in numbers):
        ticket = facts.tickets.get(number)
        if ticket and any(takes_part(ticket, addr) for addr in (*case.mail.to, *case.mail.cc)):
            return ticket
    return None
