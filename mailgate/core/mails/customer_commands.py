"""What a customer may ask of their own ticket: `#status`, `#close`, `#reopen`, and their answer to the survey."""

from __future__ import annotations

import re

from mailgate.core.commands import reader, workflow
from mailgate.core.commands.judging import Granted, KnownWorld
from mailgate.core.commands.receipt_words import sentences
from mailgate.core.letters import readers
from mailgate.core.mails import guard, notices, scope
from mailgate.core.mails.case import Case
from mailgate.core.model import changed
from mailgate.core.model.change import (
    AddEntry,
    Audience,
    Change,
    Decision,
    Fate,
    Journal,
    Outbound,
    Step,
    Urgency,
    Vote,
)
from mailgate.core.model.content import Answer, Content, Notice, Solved, StatusReport, VoteThanks
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.proof.authority import CarriedBy
from mailgate.core.text import quote
from mailgate.core.worktime import sla

_SCORE = re.compile(r"[ \t]{0,8}(10|[0-9])( ?/ ?10)?(?![\w/]|[.,]\d)[ \t.!,:;–—-]{0,8}")
_IN_SUBJECT = re.compile(r"(?:^|\s)(10|[0-9])[ \t]*$")
LOW = 6  # a score up to this reaches the lead


def survey_vote(case: Case, ticket: Ticket) -> Decision | None:
    """A signed 0-10 answer, or a bare number in answer to the letter that asked; None when this is neither."""
    if case.verdict.robot or case.authority.vetoed or not case.match.verified:
        return None
    voted = _score(case.mail.fresh)
    if not _may_vote(case, ticket, bare=voted is not None):
        return None
    voted = voted or _score_of_subject(case)
    if voted is None:
        return None
    score, comment = voted
    changes: list[Change] = []
    if comment or case.mail.attachments:
        changes.append(command_entry(case, f"{score}/10: {comment}" if comment else f"{score}/10"))
    changes.append(Journal("survey", str(score)))
    letters: list[Outbound] = [_thanks(case, ticket, score)] if case.fresh_mail else []
    lead = readers.lead_of(case.policy, ticket.department)
    if score <= LOW and lead:
        voter, line = notices.shown_person(ticket.requester), f"{score}/10 {comment}".strip()
        about = Notice(from_=voter, why="vote", notes=(line,))
        letters.append(readers.to_agent(case.policy, lead, about, purpose=Purpose.CUSTOMER))
    elif comment and not guard.thanks_only(comment):
        letters += notices.customers_words(case, ticket, Notice(why="vote"))
    step = Step(ticket.number, tuple(changes), tuple(letters))
    return case.decided(Fate.FILED, "vote", steps=(step,), effects=(Vote(ticket.number, score, comment),))


def _score(text: str) -> tuple[int, str] | None:
    """The vote of a first line and the words behind it; a number that counts something else is none."""
    line, _, below = text.strip().partition("\n")
    found = _SCORE.match(line)
    if found is None:
        return None
    rest = line[found.end() :].strip()
    if rest and not found[2] and not guard.thanks_only(rest):
        return None
    return int(found[1]), "\n".join(part for part in (rest, below.strip()) if part)


def _score_of_subject(case: Case) -> tuple[int, str] | None:
    """The vote a tap has put into the subject, where words stand above it."""
    found = _IN_SUBJECT.search(case.mail.subject)
    if found is None:
        return None
    lines = [line for line in case.mail.fresh.split("\n") if line.strip() != found[1]]
    return int(found[1]), "\n".join(lines).strip()


def _may_vote(case: Case, ticket: Ticket, *, bare: bool) -> bool:
    """True when a letter about this very ticket asked for the vote (law 4: a proof is for one ticket)."""
    for carried in case.authority.carried:
        letter = carried.letter(case.facts.letters)
        if letter is None or not scope.answers_customers_letter(case, carried, ticket):
            continue
        if carried.by is CarriedBy.VOTE:
            return True
        if bare and _asks(letter.content):
            return True
    return False


def _asks(content: Content) -> bool:
    return isinstance(content, Solved) or (isinstance(content, Answer) and bool(content.survey))


def _thanks(case: Case, ticket: Ticket, score: int) -> Outbound:
    answers, thread = case.thread()
    return Outbound(
        VoteThanks(score=score), Audience.CUSTOMER, (case.author or ticket.requester,), language=ticket.language,
        purpose=Purpose.STAGE, in_reply_to=answers, references=thread, urgency=Urgency.ACK,
        dedupe=f"vote:{ticket.number}:{case.now:%Y-%m-%d}",
    )  # fmt: skip


def customer_commands(case: Case, ticket: Ticket) -> Decision | None:
    """`#status`, `#close` or `#reopen` of the requester, with the proof of a customers' id or a pass; else None."""
    if (
        case.verdict.robot
        or case.authority.vetoed
        or case.author is None
        or "#" not in case.mail.subject + case.mail.fresh
    ):
        return None
    earlier = case.facts.ticket_subjects.get(ticket.number, ())
    words = reader.read_customer(
        case.mail.subject, case.mail.fresh, earlier_subjects=earlier, phone_signature=quote.is_only_signature
    )
    if not words or not case.match.verified or not scope.lets_in(case, ticket):
        return None
    actor = workflow.Actor(customer=case.author)
    world = KnownWorld(case.moment)
    changes: list[Change] = [command_entry(case, case.mail.fresh.strip() or f"#{words[0]}")]
    refused = ""
    for word in words:
        judged = workflow.customer_asks(word, changed.ticket_after(ticket, changes, case.now), actor, world)
        if isinstance(judged, Granted):
            changes += judged.changes
        else:
            refused = sentences.of_refusal(judged, ticket.language)
    changes += sla.deadlines_after(case.moment, ticket, changed.ticket_after(ticket, changes, case.now))
    letters = (*_status(case, ticket, refused), *notices.customers_words(case, ticket, Notice(why=words[0])))
    trace = {**case.trace(), "commands": [f"#{word}" for word in words]}
    return case.decided(Fate.FILED, f"#{words[0]}", steps=(Step(ticket.number, tuple(changes), letters),), trace=trace)


def _status(case: Case, ticket: Ticket, refused: str) -> tuple[Outbound, ...]:
    """Where the ticket stands, answered within the limits of acknowledgements."""
    limits, facts = case.policy.limits, case.facts
    often = facts.acks_sender_hour >= limits.acks_per_sender_hour or facts.acks_sender_day >= limits.acks_per_sender_day
    if often or not case.fresh_mail or case.author is None:
        return ()
    answers, thread = case.thread()
    return (
        Outbound(
            StatusReport(refused=refused, show_subject=True), Audience.CUSTOMER, (case.author,), purpose=Purpose.STAGE,
            language=ticket.language, in_reply_to=answers, references=thread, urgency=Urgency.ACK,
        ),
    )  # fmt: skip


def command_entry(case: Case, text: str) -> AddEntry:
    """The customer's own words in the thread."""
    author = case.author
    addr, name = (author.key, author.name) if author else ("", "")
    mail = case.mail
    return AddEntry(EntryKind.CUSTOMER, addr, name, text, mail.quoted, mail.html, mail.attachments)
