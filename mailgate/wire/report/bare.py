"""Whether a report is a machine's from end to end, or words that a person may have written stand in it or beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses
from itertools import chain, islice

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
_MAILS = ("message/rfc822", "message/global")
_MOST_TEXTS = 20  # parts to read; no program writes more around its report
_MOST_PEOPLE = 4_000  # characters of From and To
_MOST_AROUND = 65_536  # characters of the machine's part that are looked at
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
_SAID_IN_CALENDAR = (b"COMMENT", b"DESCRIPTION", b"X-ALT-DESC")
_SAID_BESIDE_NAME = re.compile(rb'X-RESPONSE-COMMENT=(?:"[^"]|[^";:])', re.IGNORECASE)  # Google's
_FOLDS = re.compile(rb"\r?\n[ \t]")  # RFC 5545 section 3.1
_DRAWN = re.compile(r"<svg|\bsrc {0,3}= {0,3}[\"']? {0,3}data:", re.IGNORECASE)  # words may stand in a picture


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
        sound = _in_place(message, kind) and _is_about_the_same(title, message, kind)
    else:
        return False
    if not sound or not sentences.is_subject(title, kind) or not _nothing_between(message):
        return False
    texts = list(islice(_texts(message), _MOST_TEXTS + 1))
    if len(texts) > _MOST_TEXTS or sum(len(text) for text in texts) > sentences.MOST:
        return False
    around = _surroundings(message, kind)
    return all(sentences.only_sentences(text, kind, around) for text in texts)


def _in_place(message: Message, kind: MailKind) -> bool:
    """True when the machine's part is there, at most one mail is given back, and what else there is is text to read."""
    machine = _STATUS.get(kind) or _MARK[kind]
    parts = list(_leaves(message))
    kinds = [part.get_content_type() for part in parts]
    given_back = sum(each in _MAILS for each in kinds)
    allowed = (*machine, "text/plain", "text/html", *((*_HEADERS, *_MAILS) if kind in _STATUS else ()))
    files = any(_is_file(part, machine) or _goes_on(part) for part in parts)
    if kind is MailKind.CALENDAR and any(_says(part) for part in parts if part.get_content_type() in machine):
        return False
    return any(each in machine for each in kinds) and given_back < 2 and not files and set(kinds) <= set(allowed)


def _is_file(part: Message, machine: tuple[str, ...]) -> bool:
    named = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    return named and part.get_content_type() in ("text/plain", "text/html") and part.get_content_type() not in machine


def _goes_on(part: Message) -> bool:
    """True when a body stands below what is to be the headers of a mail alone."""
    payload = part.get_payload()
    if part.get_content_type() in _MAILS:  # whose mail it is, its headers say
        inside = [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []
        return not any(inner["from"] for inner in inside)
    if part.get_content_type() not in _HEADERS:
        return False
    if isinstance(payload, list):
        return any(str(inner.get_payload() or "").strip() for inner in payload if isinstance(inner, Message))
    lines = [line.strip() for line in _octets(part).strip().splitlines()]
    return b"" in lines


def _is_about_the_same(title: str, message: Message, kind: MailKind) -> bool:
    """True for the subject of what is reacted to or answered; clients let their user write another."""
    if kind is MailKind.REACTION:
        return not title or subjects.is_reply(title)
    written = title.partition(":")[2].strip().casefold()
    events = [_property(part, b"SUMMARY") for part in _leaves(message) if part.get_content_type() in _MARK[kind]]
    named = [" ".join(event.split()).casefold() for event in events]
    return not written or any(written == name or (name and written.startswith(f"{name} @ ")) for name in named)


def _lines(part: Message) -> list[bytes]:
    """The lines of a calendar, unfolded."""
    return _FOLDS.sub(b"", _octets(part)).splitlines()


def _property(part: Message, wanted: bytes) -> str:
    found = (line.partition(b":") for line in _lines(part) if line[: len(wanted)].upper() == wanted)
    value = next((value for _, _, value in found), b"").decode("utf-8", "replace")
    return value.replace("\\n", " ").replace("\\,", ",").replace("\\;", ";")


def _says(part: Message) -> bool:
    """True for an answer to an invitation that has its own field for words (RFC 5545 section 3.8.1.4) and uses it."""
    for line in _lines(part):
        name = line.partition(b":")[0].partition(b";")[0].upper()
        words = line.partition(b":")[2].replace(b"\\n", b"").strip()
        if (name in _SAID_IN_CALENDAR and words) or (name == b"ATTENDEE" and _SAID_BESIDE_NAME.search(line)):
            return True
    return False


def _octets(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


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
        if part.get_content_type() not in ("text/plain", "text/html"):
            continue
        text = charset.decode(_octets(part), str(part.get_param("charset", "") or "")).replace("\r\n", "\n")
        if (not text and str(part.get_payload()).strip()) or _DRAWN.search(text):
            yield "?"  # what cannot be read is no sentence
        yield sanitize.to_text(text) if part.get_content_type() == "text/html" else text


def _surroundings(message: Message, kind: MailKind) -> sentences.Surroundings:
    people = "\n".join(_people(message, name) for name in ("from", "to"))
    machine = [part for part in _leaves(message) if part.get_content_type() in _STATUS.get(kind, ())]
    blocks = [block for part in machine if isinstance(part.get_payload(), list) for block in part.get_payload()]
    said = "\n".join(str(block) for block in islice(chain(machine, blocks), _MOST_TEXTS))[:_MOST_AROUND]
    return sentences.Surroundings(free_form.subject(message), people[:_MOST_PEOPLE], said)


def _people(message: Message, name: str) -> str:
    found = getaddresses([free_form.readable(str(value)[:1000]) for value in message.get_all(name, [])])
    return " ".join(f"{shown} <{address}>" for shown, address in found)
