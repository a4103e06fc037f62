"""Which questions the window may ask the daemon, and how they and their answers are written down in octets."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mailgate.core.pages.acts import ActAsked, ActPage
from mailgate.core.pages.board import BoardAsked, BoardPage
from mailgate.core.pages.form import FormAsked, FormTaken, TopicsAsked, TopicsPage
from mailgate.core.pages.help import ArticleAsked, ArticlePage, ArticlesAsked, ArticlesPage
from mailgate.core.pages.lists import ListAsked, ListPage
from mailgate.core.pages.login import ByeAsked, ByePage, EnterAsked, EnterPage, LoginAsked, LoginPage
from mailgate.core.pages.report import ReportAsked, ReportPage
from mailgate.core.pages.status import Said, SayAsked, StatusAsked, StatusPage
from mailgate.core.pages.thread import ThreadAsked, ThreadPage
from mailgate.core.pages.wall import WallAsked, WallPage
from mailgate.core.pages.window import Refusal, SettingsAsked, WindowSettings
from mailgate.core.programs.called import ApiCallAsked, ApiCallPage, PushedCallAsked
from mailgate.core.programs.chats import ApiChatAsked, ApiChatPage, ApiReceiptAsked, ApiReceiptPage
from mailgate.core.programs.lookup import ApiLookupAsked, ApiLookupPage
from mailgate.core.programs.message import ApiMessageAsked, ApiMessagePage
from mailgate.core.programs.program import ApiBearerAsked, ApiBearerPage
from mailgate.core.programs.ticket import ApiTicketAsked, ApiTicketPage, ApiTicketsPage
from mailgate.core.programs.tickets import ApiTicketsAsked

FRAME: Final = struct.Struct("!II")  # octets of what follows, and the number by which an answer finds its question
SMALL: Final = 64 * 2**10  # octets of a question; a larger one carries files
LARGEST: Final = 40 * 2**20  # octets of any question
LARGEST_PAGE: Final = 8 * 2**20  # octets of any answer
NAME: Final = 20  # characters of a verb's name

# The name of each question, what is asked and what the answer is when it is no refusal. Frozen dataclasses both, of
# plain values; a moment crosses as UTC whatever zone it was in.
VERBS: Final[Mapping[str, tuple[type, type]]] = {
    "settings": (SettingsAsked, WindowSettings),
    "board": (BoardAsked, BoardPage),
    "wall": (WallAsked, WallPage),
    "login": (LoginAsked, LoginPage),
    "enter": (EnterAsked, EnterPage),
    "bye": (ByeAsked, ByePage),
    "topics": (TopicsAsked, TopicsPage),
    "form": (FormAsked, FormTaken),
    "status": (StatusAsked, StatusPage),
    "say": (SayAsked, Said),
    "articles": (ArticlesAsked, ArticlesPage),
    "article": (ArticleAsked, ArticlePage),
    "list": (ListAsked, ListPage),
    "thread": (ThreadAsked, ThreadPage),
    "act": (ActAsked, ActPage),
    "report": (ReportAsked, ReportPage),
    "api_bearer": (ApiBearerAsked, ApiBearerPage),
    "api_tickets": (ApiTicketsAsked, ApiTicketsPage),
    "api_ticket": (ApiTicketAsked, ApiTicketPage),
    "api_lookup": (ApiLookupAsked, ApiLookupPage),
    "api_message": (ApiMessageAsked, ApiMessagePage),
    "api_chat": (ApiChatAsked, ApiChatPage),
    "api_receipt": (ApiReceiptAsked, ApiReceiptPage),
    "api_call": (ApiCallAsked, ApiCallPage),
    "api_call_pushed": (PushedCallAsked, ApiCallPage),
}


class Nonsense(Exception):
    """The other side says what nobody of ours would."""


class Question(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One question as it crosses."""

    verb: str
    asked: msgspec.Raw


class Answer(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One answer as it crosses: a page, or why there is none."""

    page: msgspec.Raw
    refused: Refusal | None = None


_encoder = msgspec.msgpack.Encoder()
_question: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_answer: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_NOTHING: Final = msgspec.Raw(_encoder.encode(None))


def question(verb: str, asked: object) -> bytes:
    """The octets of a question. Raises TypeError when that is not what is asked by this verb."""
    if not isinstance(asked, VERBS[verb][0]):
        raise TypeError(f"{verb} is not asked with {type(asked).__name__}")
    return _encoder.encode(Question(verb, msgspec.Raw(_encoder.encode(asked))))


def read_question(packed: bytes) -> tuple[str, Any]:
    """The verb and what is asked, of the type that belongs to it. Raises Nonsense."""
    try:
        found = _question.decode(packed)
        if found.verb not in VERBS:
            raise Nonsense(f"no such verb: {found.verb[:NAME]!r}")
        return found.verb, msgspec.msgpack.decode(found.asked, type=VERBS[found.verb][0])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Nonsense(str(error)[:200]) from None


def answer(verb: str, said: object) -> bytes:
    """The octets of an answer. Raises TypeError when that is no answer to this verb."""
    if isinstance(said, Refusal):
        return _encoder.encode(Answer(_NOTHING, said))
    if not isinstance(said, VERBS[verb][1]):
        raise TypeError(f"{verb} is not answered with {type(said).__name__}")
    return _encoder.encode(Answer(msgspec.Raw(_encoder.encode(said))))


def read_answer(verb: str, packed: bytes) -> Any:
    """The page, or the Refusal. Raises Nonsense."""
    try:
        found = _answer.decode(packed)
        return found.refused or msgspec.msgpack.decode(found.page, type=VERBS[verb][1])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Nonsense(str(error)[:200]) from None
