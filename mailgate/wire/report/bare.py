"""Whether a report is a machine's from end to end, or words that a person may have written stand in it or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from mailgate.core.model.mail import MailKind
from mailgate.core.text import subject as subjects
from mailgate.wire.mime import charset
from mailgate.wire.report import free_form, sentences
from mailgate.wire.text import sanitize

_STATUS = {
    MailKind.DSN: ("message/delivery-status", "message/global-delivery-status"),
    MailKind.MDN: ("message/disposition-notification", "message/global-disposition-notification"),
    MailKind.FEEDBACK: ("message/feedback-report",),
}
_HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_MAILS = ("message/rfc822", "message/global", "text/rfc822")
_MARK = {
    MailKind.REACTION: ("text/vnd.google.email-reaction+json",),
    MailKind.CALENDAR: ("text/calendar", "application/ics"),
}
_PREAMBLE = re.compile(
    r"(?:This is a (?:multi-?part|MIME-encapsulated) message(?: in MIME format)?\.?|This is a MIME-formatted "
    r"message\.?(?:\s+Portions of this message may be unreadable without a MIME-capable mail program\.)?"
    r"|Content-Type: text/plain|This message is in MIME format\. ?Since your mail reader does not"
    r" understand\s+this format, some or all of this message may not be legible\.)?",
    re.IGNORECASE,
)
_SAID_IN_CALENDAR = re.compile(
    rb"^(?:COMMENT|DESCRIPTION)\b[^:\r\n]*:[ \t]*(?:\\n|\s)*[^\s\\]", re.MULTILINE | re.IGNORECASE
)


def is_bare(message: Message, kind: MailKind) -> bool:
    """True when structure says that a program wrote this, and nothing in it can be a person's own words.

    Every readable part, the subject, and what stands before and after the parts is known sentence by sentence
    (`sentences`); there is no file. A mail given back is judged by whoever knows our letters.
    """
    title = free_form.subject(message)
    if subjects.is_forward(title) and kind is not MailKind.FEEDBACK:
        return False
    if kind in _STATUS:
        sound = message.get_content_type() == "multipart/report" and _in_place(message, kind)
        sound = sound and (kind is not MailKind.DSN or free_form.by_machine(message))
    elif kind in _MARK:
        sound = _in_place(message, kind) and (kind is not MailKind.REACTION or not title or subjects.is_reply(title))
    else:
        return False
    if not sound or not sentences.is_subject(title, kind) or not _nothing_between(message):
        return False
    around = _surroundings(message, kind)
    return all(sentences.only_sentences(text, kind, around) for text in _texts(message))


def _in_place(message: Message, kind: MailKind) -> bool:
    """True when the machine's part is there, at most one mail is given back, and what else there is is text to read."""
    machine = _STATUS.get(kind) or _MARK[kind]
    parts = list(_leaves(message))
    kinds = [part.get_content_type() for part in parts]
    given_back = sum(each in _MAILS for each in kinds)
    allowed = (*machine, "text/plain", "text/html", *((*_HEADERS, *_MAILS) if kind in _STATUS else ()))
    files = any(_is_file(part, machine) for part in parts)
    if kind is MailKind.CALENDAR and any(_says(part) for part in parts if part.get_content_type() in machine):
        return False
    return any(each in machine for each in kinds) and given_back < 2 and not files and set(kinds) <= set(allowed)


def _is_file(part: Message, machine: tuple[str, ...]) -> bool:
    named = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    return named and part.get_content_type() in ("text/plain", "text/html") and part.get_content_type() not in machine


def _says(part: Message) -> bool:
    """True for an answer to an invitation that has its own field for words (RFC 5545 section 3.8.1.4) and uses it."""
    payload = part.get_payload(decode=True)
    return not isinstance(payload, bytes) or _SAID_IN_CALENDAR.search(payload) is not None


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; a mail given back is one, whatever is in it."""
    payload = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield message


def _nothing_between(part: Message) -> bool:
    """True when nothing is written where mail programs do not look: before the first part and after the last."""
    parts = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(parts, list):
        return True
    silent = _PREAMBLE.fullmatch(str(part.preamble or "").strip()) is not None and not str(part.epilogue or "").strip()
    return silent and all(_nothing_between(each) for each in parts if isinstance(each, Message))


def _texts(message: Message) -> Iterator[str]:
    for part in _leaves(message):
        kind, payload = part.get_content_type(), part.get_payload(decode=True)
        if kind in ("text/plain", "text/html") and isinstance(payload, bytes):
            text = charset.decode(payload, str(part.get_param("charset", "") or "")).replace("\r\n", "\n")
            yield sanitize.to_text(text) if kind == "text/html" else text


def _surroundings(message: Message, kind: MailKind) -> sentences.Surroundings:
    people = "\n".join(_people(message, name) for name in ("from", "to"))
    machine = [str(part) for part in _leaves(message) if part.get_content_type() in _STATUS.get(kind, ())]
    machine += [
        str(block)
        for part in message.walk()
        if part.get_content_type() in _STATUS.get(kind, ()) and isinstance(part.get_payload(), list)
        for block in part.get_payload()
    ]
    return sentences.Surroundings(free_form.subject(message), people, "\n".join(machine))


def _people(message: Message, name: str) -> str:
    found = getaddresses([_readable(str(value)[:1000]) for value in message.get_all(name, [])])
    return " ".join(f"{shown} <{address}>" for shown, address in found)


def _readable(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return value
