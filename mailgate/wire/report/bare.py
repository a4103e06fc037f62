"""Whether a report is a machine's from end to end, or words that a person may have written stand beside it."""

from __future__ import annotations

import re
from email.message import Message

from mailgate.core.model.mail import MailKind
from mailgate.core.text import subject as subjects
from mailgate.wire.report import free_form
from mailgate.wire.report import phrases as words

_TEXT = 4_000  # characters of what a program writes above its report; a longer one is read no further and believed less
_STATUS = {
    MailKind.DSN: ("message/delivery-status", "message/global-delivery-status"),
    MailKind.MDN: ("message/disposition-notification", "message/global-disposition-notification"),
    MailKind.FEEDBACK: ("message/feedback-report",),
}
_RETURNED = ("text/rfc822-headers", "text/rfc822", "message/")  # what a report gives back of the mail it is about
_REACTION = "text/vnd.google.email-reaction+json"
# One of these stands in every sentence a mail program writes above a receipt, an answer to an invitation, a complaint.
_SAID = {
    MailKind.MDN: re.compile(
        r"\b(?:read|receipt|display|delet|open(?:ed)?\b|dispos|acknowledg|notification|not been|no guarantee"
        r"|your (?:message|e-?mail|mail)\b"
        r"|luet|lukukuittaus|poist|näyte|kuittaus|avattu|przeczyt|odczyt|wyświetl|usunięt|potwierdz|otwart"
        r"|izlasīt|lasīt|dzēst|atvērt|apstiprin|gelesen|gelöscht|geöffnet|lesebestätigung|empfangsbestätigung|angezeigt"
        r"|läst|läskvitto|raderat|visat|loetud|kustutatud|lugemis|lu\b|lue\b|accusé|affiché|leído|eliminado|acuse"
        r"|gelezen|verwijderd|leesbevestiging|letto|eliminato|conferma|lest\b|læst)",
        re.IGNORECASE,
    ),
    MailKind.CALENDAR: re.compile(
        r"\b(?:accept|declin|tentativ|invitation|hyväksy|hylkä|kutsu|alustava|zaakceptow|zaproszeni|odrzuc"
        r"|wstępn|pieņem|noraid|uzaicināj|zugesagt|abgesagt|angenommen|abgelehnt|vorbehalt|einladung|accepterat"
        r"|avböj|inbjudan|preliminär|aktsepteeri|keeldus|kutse)",
        re.IGNORECASE,
    ),
    MailKind.FEEDBACK: re.compile(
        r"\b(?:abuse|spam|junk|report|complain|feedback|unsolicited|received|unsubscri|format|arf\b|more information)",
        re.IGNORECASE,
    ),
}  # fmt: skip
_LABELLED = re.compile(r"[^\W\d_][^\n:?]{0,28}:(?:\s[^?]*)?$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_LINK = re.compile(r"<?(?:https?://|mailto:)\S+>?")


def is_bare(message: Message, kind: MailKind, text: str) -> bool:
    """True when structure says that a program wrote this, and nothing in it can be a person's own words.

    Words alone never suffice: what a mail system writes in free form, anybody may have written. `text` is the readable
    text of the mail.
    """
    if kind is MailKind.REACTION:
        has_mark = any(part.get_content_type() == _REACTION for part in message.walk())
        return has_mark and words.only_reaction(text)
    if kind not in _STATUS or not _nothing_beside(message, _STATUS[kind]):
        return False
    if subjects.is_forward(free_form.subject(message)):
        return False
    if kind is MailKind.DSN:
        return free_form.by_machine(message) and (not text.strip() or words.says_undelivered(text[:_TEXT]))
    return says_only(text, kind)


def says_only(text: str, kind: MailKind) -> bool:
    """True when every sentence is one of those that programs write of a receipt, an invitation, a complaint."""
    if len(text) > _TEXT or "?" in _LINK.sub("", text):
        return False
    sentences = (sentence.strip() for sentence in _SENTENCE.split(_LINK.sub("", text)))
    said = _SAID[kind]
    return all(
        said.search(sentence) or _LABELLED.match(sentence) or not re.search(r"[^\W\d_]{2}", sentence)
        for sentence in sentences
    )


def _nothing_beside(message: Message, status: tuple[str, ...]) -> bool:
    """A `multipart/report` of one readable part, the report and what it gives back, no more (RFC 6522 section 3)."""
    parts = message.get_payload()
    if message.get_content_type() != "multipart/report" or not isinstance(parts, list):
        return False
    readable = [part for part in parts if not _given_back(part, status)]
    if len(readable) > 1 or not any(part.get_content_type() in status for part in parts if isinstance(part, Message)):
        return False
    return all(_one_text(part) for part in readable)


def _given_back(part: object, status: tuple[str, ...]) -> bool:
    if not isinstance(part, Message):
        return False
    kind = part.get_content_type()
    return kind in status or kind.startswith(_RETURNED)


def _one_text(part: object) -> bool:
    """True for a text, or the same text in several forms."""
    if not isinstance(part, Message):
        return False
    if part.get_content_type() in ("multipart/alternative", "multipart/related"):
        inner = part.get_payload()
        return isinstance(inner, list) and all(_one_text(each) for each in inner)
    return part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"
