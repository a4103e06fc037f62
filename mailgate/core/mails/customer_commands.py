"""What a customer's mail asks beside its words: `#status`, `#close`, `#reopen`, or their answer to the survey."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.core.commands import about_privacy, answers, reader, workflow
from mailgate.core.commands.catalogue import CUSTOMER_NAMES
from mailgate.core.commands.judging import Granted, KnownWorld
from mailgate.core.commands.line import STOPS
from mailgate.core.letters import privacy, readers
from mailgate.core.mails import guard, notices, scope
from mailgate.core.mails.case import Case
from mailgate.core.model import changed
from mailgate.core.model.canned import Article, in_language
from mailgate.core.model.change import Audience, Change, Journal, Outbound, SetStatus, Urgency, Vote
from mailgate.core.model.content import ArticleSent, Notice, StatusReport, VoteThanks, asks_how_it_went
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.said import Words
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import token, visitor
from mailgate.core.proof.authority import CarriedBy
from mailgate.core.text import signature
from mailgate.core.text.folding import fold

_SCORE = re.compile(r"[ \t]{0,8}(10|[0-9])( ?/ ?10)?(?![\w/]|[.,]\d)[ \t.!,:;–—-]{0,8}")
# "of 10" and "points" behind it, as our languages say them: the letter of thanks says "9 of 10" itself.
_MEASURE = re.compile(
    r"(?:(?:out of|of|von|av|z|na|no) 10\b)?[ \t]{0,8}"
    r"(?:(?:points?|pistettä|punkt(?:en?|y|ów|i|id|us?)?|pkt|poäng|bal(?:le|les|li))\b)?[ \t.!,:;–—-]{0,8}",
    re.IGNORECASE,
)
_IN_SUBJECT = re.compile(r"(?:^|\s)(10|[0-9])[ \t]*$")
LOW = 6  # a score up to this reaches the lead


@dataclass(frozen=True, slots=True)
class Asked:
    """An order or a vote: one step of filing the mail it stands in, like any reply of theirs."""

    why: str  # "vote", or the first order's word: why agents hear of it
    text: str  # the entry's words, "" when there is nothing to keep
    changes: tuple[Change, ...] = ()
    letters: tuple[Outbound, ...] = ()  # to whoever asked, and of a low score to the lead
    effects: tuple[Vote, ...] = ()
    orders: tuple[str, ...] = ()
    aloud: bool = True  # whoever follows the ticket hears of it
    beside: str = ""  # words of an ordinary reply that stand beside the order, and count as one
    title: str = ""  # what a link of ours put into the subject

    @property
    def in_subject(self) -> tuple[str, ...]:
        """What of the subject is the order or the vote, and no title."""
        return tuple(fold(self.title).split()) or _written(self.orders) or tuple(str(one.score) for one in self.effects)

    @property
    def reason(self) -> str:
        """The decision's, and what `explain` says."""
        return f"#{self.why}" if self.orders else self.why


def asked(case: Case, ticket: Ticket) -> Asked | None:
    """What the mail asks for; None when it is words alone, or may ask for nothing.

    Where all is quiet agents read what others would have answered at once: an order and a vote are words like any. That
    it was they who want their data is answered by nobody, and stays a proof.
    """
    if case.verdict.robot or case.authority.vetoed or not case.match.verified:
        return None
    if ticket.quiet:
        return _confirmed(case, ticket)
    return _confirmed(case, ticket) or _vote(case, ticket) or _article(case, ticket) or _orders(case, ticket)


def _confirmed(case: Case, ticket: Ticket) -> Asked | None:
    """The word of the person whose data it is, in answer to the letter that asked them at the address we know."""
    letters = (
        one.letter(case.facts.letters)
        for one in case.authority.carried
        if scope.answers_customers_letter(case, one, ticket)
    )
    asking = next((one for one in letters if one and isinstance(one.content, PrivacyLetter) and one.content.asks), None)
    if asking is None or not isinstance(asking.content, PrivacyLetter) or case.author is None:
        return None
    if case.author.key != ticket.requester.key or "confirm" not in _words(case, ticket):
        return None
    what, moment = asking.content.asks, case.moment
    lead = readers.lead_here(moment, ticket.department)
    told = () if lead is None else (
        readers.to_agent(case.policy, lead, Notice(why=f"privacy_{what}"), purpose=Purpose.NOTE,
                         dedupe=f"privacy:{asking.id}:{lead.name}"),
    )  # fmt: skip
    return Asked(
        "confirm",
        case.mail.shown.strip("\n") or case.mail.fresh.strip() or "#confirm",
        (Journal("privacy", privacy.PROVEN, what),),
        (*told, *about_privacy.to_admin(moment, ticket, privacy.PROVEN)),
        orders=("confirm",),
    )


def _vote(case: Case, ticket: Ticket) -> Asked | None:
    """A signed 0-10 answer, or a bare number in answer to the letter that asked."""
    voted = _score(case.mail.fresh)
    if not _may_vote(case, ticket, bare=voted is not None):
        return None
    voted = voted or _score_of_subject(case)
    if voted is None:
        return None
    score, comment = voted
    letters: list[Outbound] = [_thanks(case, ticket, score)] if case.fresh_mail else []
    lead = readers.lead_here(case.moment, ticket.department) if score <= LOW else None
    if lead:
        voter = notices.shown_person(ticket.requester)
        about = Notice(from_=voter, why="vote", notes=(f"{score}/10",), text=comment)
        letters.append(
            readers.to_agent(
                case.policy, lead, about, purpose=Purpose.CUSTOMER, attachments=notices.files(case),
                not_before=readers.at_work(case.moment, lead, ticket.priority, ticket.department),
            )
        )  # fmt: skip
    files = bool(case.mail.attachments)
    said = f"{score}/10: {comment}" if comment else f"{score}/10" if files else ""
    return Asked(
        "vote",
        said,
        (Journal("survey", str(score)),),
        tuple(letters),
        (Vote(ticket.number, score, comment),),
        aloud=not lead and (files or bool(comment and not guard.thanks_only(comment))),
    )


def _score(text: str) -> tuple[int, str] | None:
    """The vote of a first line and the words behind it; a number that counts something else is none."""
    line, _, below = text.strip().partition("\n")
    found = _SCORE.match(line)
    if found is None:
        return None
    measure = _MEASURE.match(line, found.end())
    rest = line[measure.end() if measure else found.end() :].strip()
    if rest and not (found[2] or guard.thanks_only(rest) or guard.praise_only(rest)):
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
        if bare and asks_how_it_went(letter.content):
            return True
    return False


def _thanks(case: Case, ticket: Ticket, score: int) -> Outbound:
    answers, thread = case.thread()
    return Outbound(
        VoteThanks(score=score), Audience.CUSTOMER, (case.author or ticket.requester,), language=ticket.language,
        purpose=Purpose.STAGE, in_reply_to=answers, references=thread, urgency=Urgency.ACK,
        dedupe=f"vote:{ticket.number}:{case.now:%Y-%m-%d}",
    )  # fmt: skip


def _article(case: Case, ticket: Ticket) -> Asked | None:
    """A tap on an article that a letter about this very ticket named: it comes at once, or it has solved the matter."""
    links = (one for one in case.authority.carried if one.by is CarriedBy.ARTICLE)
    link = next((one for one in links if scope.answers_customers_letter(case, one, ticket)), None)
    if link is None or case.author is None:
        return None
    about, _, name = link.about.partition(" ")
    article = in_language(case.policy.articles, name, ticket.language)
    assert article is not None  # the link was signed for one that is there
    words = case.mail.fresh.strip()
    beside = "" if signature.is_all_signature(words) or guard.thanks_only(words) else words
    if about == token.ARTICLE:
        letters, noted = _enclosed(case, ticket, article), (Journal("article", name),)
        return Asked("reply", beside, noted, letters, aloud=bool(beside), beside=beside, title=article.title)
    judged = workflow.customer_asks("close", ticket, workflow.Actor(customer=case.author), KnownWorld(case.moment))
    if not isinstance(judged, Granted):
        return Asked("close", beside, (), _status(case, ticket, answers.of_refusal(judged)), title=article.title)
    changes = (SetStatus(Status.SOLVED, why="article"),) if judged.changes else ()
    said = case.policy.own_words("ticket.helped", ticket.language, title=article.title)
    text = "\n\n".join(part for part in (said, beside) if part)
    return Asked("close", text, changes, _status(case, ticket, ""), orders=("close",), title=article.title)


def _enclosed(case: Case, ticket: Ticket, article: Article) -> tuple[Outbound, ...]:
    """The article itself: once a ticket, and within the limits of acknowledgements."""
    if case.author is None or _often(case):
        return ()
    answers, thread = case.thread()
    return (
        Outbound(
            ArticleSent(name=article.name, title=article.title, text=article.whole), Audience.CUSTOMER, (case.author,),
            language=ticket.language, purpose=Purpose.STAGE, in_reply_to=answers, references=thread,
            urgency=Urgency.ACK, dedupe=f"article:{ticket.number}:{article.name}",
        ),
    )  # fmt: skip


def _orders(case: Case, ticket: Ticket) -> Asked | None:
    """`#status`, `#close` or `#reopen` of the requester, with the proof of a customers' id or a pass."""
    if case.author is None or not ("#" in case.mail.subject + case.mail.fresh or visitor.order(case.mail)):
        return None
    words = tuple(one for one in _words(case, ticket) if one != "confirm")
    if not words or not scope.lets_in(case, ticket):
        return None
    actor = workflow.Actor(customer=case.author)
    world = KnownWorld(case.moment)
    changes: list[Change] = []
    refused: Words = ""
    moved, page = False, visitor.is_from_page(case.mail)
    for word in words:
        if page and word == "status":  # whoever takes part may ask for the letter that brings their link
            continue
        judged = workflow.customer_asks(word, changed.ticket_after(ticket, changes, case.now), actor, world)
        if isinstance(judged, Granted):
            changes += judged.changes
            moved = moved or word == "close" or bool(judged.changes)  # `#reopen` of what is open moves nothing
        else:
            refused = answers.of_refusal(judged)
    orders = _written(words)
    lines = "\n".join(line for line in case.mail.fresh.split("\n") if fold(line.strip(STOPS + " ")) not in orders)
    beside = "" if moved or signature.is_all_signature(lines) or guard.thanks_only(lines) else lines
    said = case.mail.text if page else case.mail.shown.strip("\n") or case.mail.fresh.strip() or f"#{words[0]}"
    return Asked(
        words[0],
        said.strip("\n"),
        tuple(changes),
        _status(case, ticket, refused),
        orders=words,
        aloud=set(words) != {"status"} or bool(beside or case.mail.attachments),
        beside=beside,
    )


def _words(case: Case, ticket: Ticket) -> tuple[str, ...]:
    """The orders of a mail, in its words; from their page it is a button that was pressed, and words are words."""
    if visitor.is_from_page(case.mail):
        pressed = visitor.order(case.mail)
        return (pressed,) if pressed else ()
    earlier = case.facts.ticket_subjects.get(ticket.number, ())
    return reader.read_customer(
        case.mail.subject, case.mail.fresh, earlier_subjects=earlier, phone_signature=signature.is_all_signature
    )


def _written(orders: tuple[str, ...]) -> tuple[str, ...]:
    """How these orders may have been written, folded."""
    return tuple(f"#{name}" for name, word in CUSTOMER_NAMES.items() if word in orders)


def _often(case: Case) -> bool:
    """True where one more letter that nobody wrote would be too many, or comes too late to be an answer."""
    limits, facts = case.policy.limits, case.facts
    often = facts.acks_sender_hour >= limits.acks_per_sender_hour or facts.acks_sender_day >= limits.acks_per_sender_day
    return often or not case.fresh_mail


def _status(case: Case, ticket: Ticket, refused: Words) -> tuple[Outbound, ...]:
    """Where the ticket stands, answered within the limits of acknowledgements."""
    if case.author is None or _often(case):
        return ()
    answers, thread = case.thread()
    wanted = visitor.file(case.mail)
    return (
        Outbound(
            StatusReport(refused=refused, show_subject=True), Audience.CUSTOMER, (case.author,), purpose=Purpose.STAGE,
            language=ticket.language, in_reply_to=answers, references=thread, urgency=Urgency.ACK,
            attachments=(wanted,) if wanted else (),
        ),
    )  # fmt: skip
