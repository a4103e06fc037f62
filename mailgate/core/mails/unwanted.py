"""A mail of a sender whom an agent has shut out: filed as spam, and nobody hears of it."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import customer
from mailgate.core.mails.case import Case
from mailgate.core.model.change import Decision, Fate, SetStatus, Step, Tag
from mailgate.core.model.change import OpenTicket as Opening
from mailgate.core.model.ticket import Status
from mailgate.core.worktime import sla


def file_as_spam(case: Case) -> Decision | None:
    """A ticket of its own that is over, or one more entry in one that is spam; no letter leaves.

    None for a mail to a ticket that somebody works on, by a reference of ours: there they are not shut out, and what
    they say there is said to its owner. Nothing of a mail is lost: a rule may be wrong about people, and so may agents.
    """
    ticket = case.match.ticket if case.match.verified else None
    if ticket is not None and not (ticket.status.done and "spam" in ticket.tags):
        return None
    if ticket is not None:
        return case.decided(
            Fate.FILED, "spam", steps=(Step(ticket.number, (customer.entry(case), Tag(add=("spam",)))),)
        )
    home = case.route.department or case.departments[0]
    opening = Opening(
        subject=case.title(case.mail.subject),
        department=home,
        requester=next(iter(case.answers_to), NOBODY),
        language=case.language,
        sla=case.policy.department(home).sla,
    )
    planned = replace(customer.opened_ticket(case, opening), status=Status.SOLVED, tags=("spam",))
    changes = (
        opening,
        customer.entry(case, opening=True, unverified=case.authority.vetoed),
        Tag(add=("spam",)),
        SetStatus(Status.SOLVED, why="spam"),
        *sla.deadlines_at_opening(case.moment, planned),
    )
    return case.decided(Fate.FILED, "spam", steps=(Step(None, changes),))
