"""How far a proof reaches, and when it ends: a token moves its own ticket, a list's those it named, nothing beyond."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailgate.core.commands.workflow import Plan
from mailgate.core.mails.case import Case
from mailgate.core.mails.match import Evidence
from mailgate.core.model.change import (
    Decision,
    Effect,
    Fate,
    LinkTo,
    MergeInto,
    RevokeLists,
    RevokeTokens,
    Step,
    Unlink,
    Unmerge,
)
from mailgate.core.model.content import Content, Digest, Question, Receipt
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.letter_kinds import Ringing
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.shown import Section, TicketRow
from mailgate.core.model.ticket import Ticket
from mailgate.core.proof import visitor
from mailgate.core.proof.authority import CarriedBy, CarriedToken, Proof


def beyond_proof(case: Case, tickets: Iterable[int]) -> tuple[int, ...]:
    """The numbers among `tickets` that the sender's proof says nothing about; none where a border or a person vouched.

    A token is for one ticket (law 4): a further number, in the subject or behind a command, is a claim until a pass or
    a token of its own stands beside it. A letter about no ticket reaches those it named, and the one whose mail it
    answers.
    """
    if case.authority.proof not in (Proof.TOKEN, Proof.TAP, Proof.SESSION) or case.authority.passed:
        return ()
    reached: set[int] = set()
    if case.authority.proof is Proof.SESSION and case.match.ticket:  # the one whose page it was
        reached.add(case.match.ticket.number)
    for one in case.authority.strong:
        reached.update(_named(case, one))
        if one.token.ticket is None and case.match.by is Evidence.REFERENCE and case.match.ticket:
            reached.add(case.match.ticket.number)
    home = {case.facts.merged.get(number, number) for number in reached}
    return tuple(number for number in tickets if case.facts.merged.get(number, number) not in home)


def further_tickets(plan: Plan) -> tuple[int, ...]:
    """Every other ticket that commands write on: found in what they change, so that no new command is forgotten.

    What had come into a ticket, and is taken out of it again, was a part of it.
    """
    steps = [step for step in plan.elsewhere if not all(isinstance(one, Unmerge) for one in step.changes)]
    changes = [*plan.changes, *(change for step in steps for change in step.changes)]
    named = [one.number for one in changes if isinstance(one, MergeInto | LinkTo | Unlink)]
    return tuple(dict.fromkeys((*named, *(step.ticket for step in steps if step.ticket is not None))))


def contradicted(case: Case, tagged: Iterable[int]) -> bool:
    """True when the letter answered is one ticket's and the subject names others: whose customer is meant?"""
    named = {case.facts.merged.get(number, number) for number in tagged} & set(case.facts.tickets)
    answered = case.match.ticket if case.match.by is Evidence.LETTER else None
    return answered is not None and bool(named) and answered.number not in named


def is_of(case: Case, carried: CarriedToken, ticket: Ticket) -> bool:
    """True when a token was made for this ticket, or for one that went into it."""
    number = carried.token.ticket
    return number is not None and case.facts.merged.get(number, number) == ticket.number


def lets_in(case: Case, ticket: Ticket) -> bool:
    """True when a mail proves for this ticket's customers: a border's word, or the id of a letter we wrote to them.

    It proves their orders and lets their Cc in. From their page the daemon itself writes the id down.
    """
    carried = case.authority.carried
    if visitor.is_from_page(case.mail) and any(is_of(case, one, ticket) for one in carried):
        return True
    return case.authority.passed or any(
        one.by is CarriedBy.MESSAGE_ID and answers_customers_letter(case, one, ticket) for one in case.authority.carried
    )


def answers_customers_letter(case: Case, carried: CarriedToken, ticket: Ticket) -> bool:
    """True for a token of a letter to this ticket's customers, made after the last of them was taken off it.

    Whoever leaves, or gives the ticket to another, keeps the ids they had; those prove nothing any more (P-03).
    """
    letter = carried.letter(case.facts.letters)
    if letter is None or carried.token.audience != Audience.CUSTOMER or not is_of(case, carried, ticket):
        return False
    left = case.facts.left_at.get(carried.token.ticket or ticket.number)
    return left is None or letter.created_at > left


def _named(case: Case, carried: CarriedToken) -> Iterable[int]:
    if carried.token.ticket is not None:
        return (carried.token.ticket,)
    letter = carried.letter(case.facts.letters)
    return numbers(letter.content) if letter else ()


def numbers(content: Content) -> tuple[int, ...]:
    """Every ticket a letter about no ticket speaks of, in its order."""
    found: Iterable[int | None] = ()
    match content:
        case Question(rows=rows, sections=parts, numbers=named):
            found = [row.number for row in (*(rows or ()), *_rows(parts or ()))] + [*(named or ())]
        case Digest(sections=sections):
            found = [row.number for row in _rows(sections)]
        case Ringing(open_tickets=tickets):
            found = [one.number for one in tickets]
        case Receipt(numbers=named, ticket=ticket):
            found = [*(named or ()), ticket]
    return tuple(dict.fromkeys(number for number in found if number))


def wave_asked_about(case: Case) -> str:
    """The wave about which the letter asks that this mail answers, by its own token or one of its links; "" of none."""
    letters = (one.letter(case.facts.letters) for one in case.authority.strong)
    asked = (one.content.wave for one in letters if one is not None and isinstance(one.content, Question))
    return next(filter(None, asked), "")


def receipt_of_several(case: Case) -> tuple[int, tuple[Ticket, ...]] | None:
    """The mail whose receipt this mail answers, and the tickets it moved, where those were several or from a list."""
    letter = remembered(case)
    if letter is None or letter.mail is None or letter.purpose != Purpose.NOTE or letter.ticket is not None:
        return None
    named = numbers(letter.content) if isinstance(letter.content, Receipt) else ()
    found = (case.facts.ticket(number) for number in named)
    return (letter.mail, tuple(one for one in found if one)) if named else None


def _rows(sections: Iterable[Section]) -> Iterable[TicketRow]:
    return (row for one in sections for row in one.rows or ())


def answered(case: Case) -> CarriedToken | None:
    """The letter of ours this mail answers: by its ids, else by the address, else by what it quotes.

    A marker in the text may be anybody's who wrote into the thread, so a list's counts only where no other stands.
    """
    carried = case.authority.carried
    ids = [one for one in carried if one.by in (CarriedBy.MESSAGE_ID, CarriedBy.ADDRESS)]
    quoted = [one for one in carried if one.by is CarriedBy.MARKER]
    return next(iter((*ids, *(one for one in quoted if one.token.ticket), *quoted)), None)


def remembered(case: Case) -> SentLetter | None:
    """The letter that `answered` finds, as far as we remember it."""
    one = answered(case)
    return one.letter(case.facts.letters) if one else None


def letter_answered(case: Case) -> SentLetter | None:
    """The letter of ours that this mail answers, or whose link it is, as far as we remember it."""
    letters = (one.letter(case.facts.letters) for one in case.authority.carried)
    return next((letter for letter in letters if letter is not None), None)


def answered_list(case: Case) -> tuple[int, ...]:
    """The tickets of the list this mail answers, in its order; proven or not (see `may_count`)."""
    letter = remembered(case)
    if letter is None or letter.purpose != Purpose.TABLES or not isinstance(letter.content, Question):
        return ()
    return tuple(row.number for row in letter.content.rows or () if row.number)


def listed_articles(case: Case) -> Question | None:
    """The list of articles that this mail answers and whose lines count here; None when it answers none."""
    letter = remembered(case)
    if letter is None or not isinstance(letter.content, Question) or not letter.content.texts:
        return None
    return letter.content if may_count(case) else None


def may_count(case: Case) -> bool:
    """True when numbered lines act: by the list's own Message-ID, or by the word of a border or a person.

    A list is forwarded with its marker and its links in it; its Message-ID stays behind.
    """
    known = case.authority
    if known.passed or known.proof in (Proof.LOGIN, Proof.CONFIRMED, Proof.RELEASED):
        return True
    one = answered(case)
    return one is not None and one.by is CarriedBy.MESSAGE_ID and one in known.strong


def spent_token_note(case: Case, decision: Decision, tokens: Iterable[CarriedToken], why: str) -> Decision:
    """The decision about a filed mail, with each token revoked where it was issued: there, not where the mail went."""
    if decision.fate is not Fate.FILED:
        return decision
    steps: dict[Step, None] = {}
    effects: dict[Effect, None] = {}
    for carried in tokens:
        agent = case.policy.agent_by_id(carried.token.agent)
        number = carried.token.ticket
        if agent is None or carried.token.audience != Audience.AGENT:
            continue
        if number is None:
            effects[RevokeLists(agent.name)] = None
        elif case.facts.merged.get(number, number) in case.facts.tickets:
            steps[Step(number, (RevokeTokens(agent.name, why),))] = None
    # first, so that what is written to the agent now carries a token that is good
    return replace(decision, steps=(*steps, *decision.steps), effects=(*decision.effects, *effects))
