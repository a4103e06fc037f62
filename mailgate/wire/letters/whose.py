"""Whose words a letter shows: of every field a template may use, whether it is frame, a note or public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from mailgate.core.letters import views
from mailgate.core.letters.views import EntryView, LetterView
from mailgate.core.model import canned, coaching, content, shown
from mailgate.core.model.letter_kinds import LoginLetter, PrivacyLetter, Ringing
from mailgate.core.model.ticket import EntryKind
from mailgate.core.proof.one_tap import TapLink, VoteLink
from mailgate.core.quoting.fingerprint import Wording

_CUT = " …"  # what `views` puts behind words that it shortened
_FRAME = Wording.FRAME
_NOTE = Wording.NOTE
_PUBLIC = Wording.PUBLIC

# Class -> its fields of text, and whose words these are. Records within are looked up by their own class; the text of
# an entry goes by its kind. A field that stands in no row is taken for a note's.
WHOSE: Mapping[type, Mapping[str, Wording]] = {
    # what every letter may show
    LetterView: {"gateway": _FRAME, "logo": _FRAME, "privacy": _FRAME, "confirm": _FRAME, "page": _FRAME,
                 "agent_name": _FRAME,
                 "agent_signature": _PUBLIC, "mark": _FRAME},
    views.DepartmentView: {"name": _FRAME, "address": _FRAME, "signature": _PUBLIC},
    views.PersonView: {"name": _FRAME, "first_name": _FRAME, "address": _FRAME},
    views.TicketView: {"tag": _FRAME, "subject": _PUBLIC, "status": _FRAME},
    EntryView: {"kind": _FRAME, "author": _FRAME, "title": _PUBLIC, "only": _FRAME},
    views.InsideView: {"department": _FRAME, "owner": _FRAME, "priority": _FRAME, "tags": _FRAME, "fields": _FRAME,
                       "language": _FRAME},
    views.CustomerCard: {"name": _FRAME, "company": _FRAME, "tier": _FRAME, "number": _FRAME, "agent": _FRAME,
                         "origin": _FRAME, "as_of": _FRAME, "looked_up": _FRAME},
    views.CustomerLink: {"label": _FRAME, "href": _FRAME}, views.CustomerColumn: {"name": _FRAME, "value": _FRAME},
    views.FieldLink: {"name": _FRAME, "value": _FRAME, "href": _FRAME},
    views.AgentsPart: {"purpose": _FRAME, "read_by": _FRAME},
    views.Receiver: {"address": _FRAME, "since": _FRAME},
    TapLink: {"label": _FRAME, "command": _FRAME, "href": _FRAME},
    VoteLink: {"href": _FRAME},
    # to customers
    content.Ack: {"named": _FRAME, "writer": _FRAME, "news": _PUBLIC},
    content.Answer: {"agent": _FRAME, "text": _PUBLIC, "html": _FRAME, "canned": _PUBLIC, "survey": _FRAME},
    content.ArticleSent: {"name": _FRAME, "title": _PUBLIC, "text": _PUBLIC, "html": _FRAME, "href": _FRAME},
    PrivacyLetter: {"stage": _FRAME},
    content.Delayed: {"due_at": _FRAME, "answer_by": _FRAME},
    content.Nudge: {"until": _FRAME},
    content.Solved: {"survey": _FRAME},
    content.StatusReport: {"refused": _FRAME, "due_at": _FRAME, "answer_by": _FRAME, "text": _PUBLIC, "author": _FRAME,
                           "at": _FRAME},
    # to agents, experts and the admin
    content.Notice: {"why": _FRAME, "text": _NOTE, "came_from": _FRAME, "asks_for": _FRAME, "looks_like": _FRAME,
                     "automatic": _FRAME, "notes": _NOTE, "proposed": _FRAME},
    content.Receipt: {"understood": _NOTE, "meant": _NOTE, "done": _NOTE, "newer": _NOTE, "text": _NOTE,
                      "author": _FRAME, "to": _FRAME, "asks": _FRAME, "corrected": _FRAME, "corrected_to": _FRAME,
                      "coach": _FRAME, "looks_like": _FRAME},
    coaching.TraineesAnswer: {"understood": _NOTE, "meant": _NOTE, "done": _NOTE, "newer": _NOTE, "text": _NOTE,
                              "author": _FRAME, "to": _FRAME, "asks": _FRAME, "corrected": _FRAME,
                              "corrected_to": _FRAME, "coach": _FRAME, "by": _FRAME, "customer": _FRAME,
                              "signature": _PUBLIC, "looks_like": _FRAME},
    coaching.Coached: {"outcome": _FRAME, "by": _FRAME, "customer": _FRAME, "word": _NOTE, "text": _PUBLIC,
                       "own": _PUBLIC},
    content.Question: {"title": _NOTE, "why": _FRAME, "intro": _NOTE, "text": _NOTE, "notes": _NOTE,
                       "wave": _FRAME, "hint": _FRAME},
    content.WasItYou: {"subject": _NOTE, "at": _FRAME, "text": _NOTE, "address": _FRAME, "vouch": _FRAME},
    canned.ArticleDrafted: {"name": _FRAME, "title": _PUBLIC, "text": _PUBLIC, "by": _FRAME, "href": _FRAME},
    canned.Drafted: {"who": _FRAME, "text": _PUBLIC, "href": _FRAME},
    content.Handover: {"by": _FRAME, "to": _FRAME, "why": _FRAME, "text": _NOTE},
    content.Escalated: {"which": _FRAME, "due_at": _FRAME, "notes": _FRAME, "why": _FRAME},
    content.Reminded: {"text": _NOTE, "why": _FRAME},
    content.ExpertAsked: {"expert": _FRAME, "question": _NOTE, "by": _FRAME},
    content.Forwarded: {"expert": _FRAME, "why": _FRAME, "agent": _FRAME, "above": _NOTE, "at": _FRAME,
                        "text": _PUBLIC},
    content.Digest: {"title": _FRAME, "why": _FRAME, "accounted": _FRAME, "hint": _FRAME},
    content.PeriodLetter: {"title": _FRAME, "period": _FRAME, "before": _FRAME, "why": _FRAME, "subject": _FRAME},
    content.Alarm: {"title": _NOTE, "text": _NOTE, "remedy": _FRAME},
    LoginLetter: {"href": _FRAME, "digits": _FRAME},
    Ringing: {"caller": _FRAME, "called": _FRAME, "people": _NOTE},
    content.Welcome: {"desk_address": _FRAME, "coach": _FRAME, "practice": _FRAME},
    # what stands in several
    shown.Person: {"name": _FRAME, "address": _FRAME},
    shown.Fact: {"label": _FRAME, "value": _NOTE},
    shown.TicketRow: {"subject": _NOTE, "who": _FRAME, "department": _FRAME, "status": _FRAME, "owner": _FRAME,
                      "priority": _FRAME, "due": _FRAME, "language": _FRAME},
    shown.CallersTicket: {"subject": _NOTE, "who": _NOTE, "href": _FRAME},
    shown.Section: {"title": _FRAME, "text": _NOTE},
    shown.ArticleLink: {"title": _PUBLIC, "url": _FRAME, "name": _FRAME, "href": _FRAME},
    shown.WholeArticle: {"name": _FRAME, "title": _PUBLIC, "text": _PUBLIC},
    shown.SolvedBefore: {"subject": _NOTE, "who": _FRAME, "line": _PUBLIC, "href": _FRAME},
    shown.PromisedAnswer: {"by": _FRAME},
    shown.NamedFile: {"name": _FRAME},
    shown.RecentTicket: {"subject": _NOTE, "status": _FRAME, "at": _FRAME},
    shown.RefusedLine: {"text": _NOTE, "why": _FRAME, "nearest": _FRAME},
    shown.MailInDoubt: {"subject": _NOTE, "at": _FRAME, "text": _NOTE, "address": _FRAME},
    shown.LetterFigure: {"label": _FRAME, "value": _FRAME, "before": _FRAME},
    shown.Bar: {"label": _FRAME, "value": _FRAME},
    shown.Chart: {"title": _FRAME},
    shown.FigureTable: {"title": _FRAME, "head": _FRAME, "rows": _FRAME},
    shown.Gathering: {"command": _FRAME, "department": _FRAME, "name": _FRAME, "words": _NOTE},
    shown.AskedFor: {"name": _FRAME, "argument": _NOTE},
    shown.Passage: {"kind": _FRAME, "text": _PUBLIC},
    shown.Joining: {"address": _FRAME, "since": _FRAME},
}  # fmt: skip


def said_in(*shown_of: object) -> tuple[list[str], list[str]]:
    """The public words in what a letter shows, and the words for the house alone; what is public is no note."""
    found: dict[Wording, dict[str, None]] = {_PUBLIC: {}, _NOTE: {}}
    for record in shown_of:
        for text, whose in _texts(record):
            found[whose][text.strip()] = None
    public = list(found[_PUBLIC])
    known = set(public)
    begun = tuple(one.removesuffix(_CUT) for one in public if one.endswith(_CUT) and len(one) > 1000)
    return public, [one for one in found[_NOTE] if one not in known and not (begun and one.startswith(begun))]


def _texts(record: Any) -> Iterator[tuple[str, Wording]]:
    """Every text in a record and in those within it that is no frame."""
    if isinstance(record, EntryView):
        wording = entry_wording(record.kind, unverified=bool(record.unverified or record.only))
        yield from ((said, wording) for said in (record.text, record.title) if said)
        return
    kind: Any = type(record)
    for name, usually in _fields(kind):
        whose = usually if name != "text" or not _customers_own(record) else _PUBLIC
        value = getattr(record, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, str):
                if each and whose is not _FRAME:
                    yield each, whose
            elif is_dataclass(each):
                yield from _texts(each)


@lru_cache(maxsize=256)
def _fields(kind: type) -> tuple[tuple[str, Wording], ...]:
    """The fields of a class, and whose words these are."""
    known = WHOSE.get(kind, {})
    return tuple((one.name, known.get(one.name, _NOTE)) for one in fields(kind))


def _customers_own(record: Any) -> bool:
    """True for what may be said to the customer again: the receipt of an answer, and what stood beside a vote."""
    waits = isinstance(record, content.Receipt) and record.corrected == "customer"
    return waits or (isinstance(record, content.Notice) and record.why == "vote")


def entry_wording(kind: str, *, unverified: bool) -> Wording:
    """Whose an entry's words are in a letter; those of who does not take part, or for one alone, are for the house."""
    return _PUBLIC if EntryKind(kind).public and not unverified else _NOTE
