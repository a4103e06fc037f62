"""`#privacy`: a person wants a copy of their data, or to be erased; first they are asked whether it was they."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from mailgate.core.commands.judging import Granted, Judgement, Refusal, TicketContext
from mailgate.core.letters import privacy, readers, status_letters
from mailgate.core.letters.privacy import ERASE, EXPORT, PrivacyRequest
from mailgate.core.model.change import Change, Journal, SetDue, SetStatus, Tag
from mailgate.core.model.content import Notice
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience, Outbound, Purpose, Urgency
from mailgate.core.model.policy import Role
from mailgate.core.model.said import said
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.text.folding import fold
from mailgate.core.worktime import promise

GO = "go"
# English, Finnish, Polish, Latvian, Swedish, German, Estonian; folded.
_WORDS: Mapping[str, frozenset[str]] = {
    EXPORT: frozenset(["export", "copy", "kopio", "kopia", "kopija", "kopie", "koopia"]),
    ERASE: frozenset(["erase", "forget", "poista", "usun", "dzest", "radera", "loschen", "kustuta"]),
    GO: frozenset([GO]),
}


def privacy_request(context: TicketContext) -> Judgement:
    """The person is asked; once they have confirmed it, a lead's `#privacy go` carries it out."""
    first, *rest = fold(context.argument).split() or [""]
    what, of = _meant(first), _meant(" ".join(rest)) if rest else ""
    if what is None or of is None or (rest and (what != GO or of == GO)):
        return Refusal("no_privacy", (EXPORT, ERASE), {"text": context.argument})
    known = _known(context)
    return _carry_out(context, known, of) if what == GO else _ask(context, what, known)


def _meant(word: str) -> str | None:
    return next((name for name, known in _WORDS.items() if word in known), None)


def is_open(context: TicketContext) -> bool:
    """True while a request waits for its end here."""
    known = _known(context)
    return known is not None and not known.done


def _known(context: TicketContext) -> PrivacyRequest | None:
    return privacy.request((one.kind, one.old, one.new, one.actor, None) for one in context.world.events)


def _ask(context: TicketContext, what: str, known: PrivacyRequest | None) -> Judgement:
    """A letter to the address we know, the deadline of the law, and a word to the lead and the admin."""
    ticket, moment = context.ticket, context.world.moment
    if known and not known.done and (known.what == what or known.ordered):
        return context.granted_already("already_privacy", address=ticket.requester.addr)
    if known and not known.done:
        return Refusal("privacy_open")
    if not status_letters.attended(moment, ticket):
        return Refusal("nobody_to_confirm")
    held = _held(context, what)
    if held:
        return held
    zone = ZoneInfo(promise.zone_of(context.policy, ticket.department))
    due = privacy.month_later(ticket.last_customer_at or ticket.created_at, zone)
    letter = Outbound(
        PrivacyLetter(stage=f"ask_{what}"), Audience.CUSTOMER, (ticket.requester,), purpose=Purpose.STAGE,
        department=ticket.department, language=ticket.language, urgency=Urgency.NOTICE,
    )  # fmt: skip
    lead = readers.lead_here(moment, ticket.department)
    others = lead is not None and lead.name != context.agent.name
    told = (context.letter(lead, Notice(why="privacy_asked")),) if lead and others else ()
    return context.granted(
        "privacy_asked", Journal("privacy", privacy.ASKED, what), Tag(add=(privacy.TAG,)), SetDue("manual", due),
        outbound=(letter, *told, *to_admin(moment, ticket, privacy.ASKED)),
        address=ticket.requester.addr, at=context.in_their_time(due),
    )  # fmt: skip


def _carry_out(context: TicketContext, known: PrivacyRequest | None, wanted: str) -> Judgement:
    """What they asked for, by a lead or an admin, after the proof that it is the person.

    `wanted` is what a tap names: the button for a copy erases nobody, however old its letter is.
    """
    if not context.leads:
        return Refusal("role", params={"role": Role.LEAD.value})
    if known is None:
        return Refusal("no_privacy_request")
    if wanted not in ("", known.what):
        return Refusal("privacy_unproven", params={"address": context.ticket.requester.addr})
    if known.ordered:
        return Granted("privacy_ordered")
    if not known.proven:
        return Refusal("privacy_unproven", params={"address": context.ticket.requester.addr})
    held = _held(context, known.what)
    return held or context.granted("privacy_ordered", Journal("privacy", privacy.ORDERED, known.what))


def _held(context: TicketContext, what: str) -> Refusal | None:
    """What a court may ask for is erased by nobody but the admin, who is asked again."""
    if what != ERASE or privacy.LEGAL not in context.ticket.tags:
        return None
    return context.ask_first("legal_hold") if context.agent.role is Role.ADMIN else Refusal("legal_hold")


def answered(ticket: Ticket) -> tuple[Change, ...]:
    """What was asked for is done, and a letter says so: the ticket is solved without another."""
    return () if ticket.status.done else (SetStatus(Status.SOLVED, why="privacy"),)


def to_admin(moment: Moment, ticket: Ticket, state: str) -> tuple[Outbound, ...]:
    """The admin hears that somebody asks, and that they have confirmed it."""
    tag = moment.policy.tag(ticket.number)
    asked, proven = said("alarm.privacy_asked"), said("alarm.privacy_proven", tag=tag)
    title, remedy = said("alarm.privacy", tag=tag), f"mailgate tickets show {ticket.number}"
    text = asked if state == privacy.ASKED else proven
    return readers.alarm(moment, f"privacy:{ticket.number}:{state}", title, text, remedy)
