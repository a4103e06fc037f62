"""Mail nobody asked for: of senders who are shut out, and waves of nearly the same words from people nobody knows."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import customer
from mailgate.core.mails.case import Case
from mailgate.core.mails.guard import Wrote
from mailgate.core.model.change import Audience, Decision, Fate, JoinWave, OpenTicket, SetStatus, Step, Tag
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import IN_WAVE, Status
from mailgate.core.worktime import sla

WAVE = 20  # so many in ten minutes


def file_as_spam(case: Case) -> Decision | None:
    """A ticket of its own that is over, or one more entry in one that is spam; no letter leaves.

    None for a mail to a ticket that somebody works on, by a reference of ours: there they are not shut out, and what
    they say there is said to its owner. Nothing of a mail is lost: a rule may be wrong about people, and so may agents.
    """
    ticket = case.match.ticket if case.match.verified else None
    if ticket is None:
        return filed_apart(case)
    if not ticket.status.done or "spam" not in ticket.tags:
        return None
    changes = (customer.entry(case), Tag(add=("spam",)))
    return case.decided(Fate.FILED, "spam", steps=(Step(ticket.number, changes),))


def filed_apart(case: Case) -> Decision:
    """A ticket of its own that is spam and over; no letter leaves."""
    home = case.route.department or case.departments[0]
    opening = OpenTicket(
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


def weighed(case: Case, decision: Decision) -> Decision:
    """The decision about a mail that opens a ticket, if it is one of many: filed, and its letters not written yet.

    A wave hides nobody whom the desk knows: a mail of somebody who wrote before, of an agent, by a form, or with a
    reference of ours is none. Nothing is dropped, and unless the lead says that it is spam all of it comes in.
    """
    alike = case.facts.alike
    opens = decision.fate is Fate.FILED and len(decision.steps) == 1 and _opens(decision.steps[0])
    if alike is None or not opens or not _of_somebody_new(case):
        return decision
    if alike.verdict == "spam":
        return replace(filed_apart(case), alike=alike)
    if alike.verdict == "real" or not (alike.verdict == "asked" or alike.count + 1 >= WAVE):
        return replace(decision, alike=alike)
    step = decision.steps[0]
    ack = next((one.template for one in step.outbound if one.purpose == Purpose.ACK), "")
    kept = tuple(one for one in step.outbound if one.audience not in (Audience.CUSTOMER, Audience.AGENT))
    changes = (*step.changes, Tag(add=(IN_WAVE,)), JoinWave(alike.key, alike.sketch, ack))
    return replace(decision, reason="wave", steps=(replace(step, changes=changes, outbound=kept),), alike=alike)


def _opens(step: Step) -> bool:
    return bool(step.changes) and isinstance(step.changes[0], OpenTicket)


def _of_somebody_new(case: Case) -> bool:
    """True for a stranger's own mail that answers nothing of ours."""
    facts, mail = case.facts, case.mail
    known = facts.known_sender or facts.answered_sender or facts.tickets_sender_hour
    ours = case.authority.agent or case.authority.carried or case.match.leaked or case.match.continues
    form = case.author != mail.author or case.route.call is not None
    return not (known or ours or form or mail.envelope.history or case.verdict.kind is Wrote.BOUNCE)
