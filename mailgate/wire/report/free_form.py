"""Bounces that keep to no standard: who they are from, whom they could not reach, and whether that lasts."""

from __future__ import annotations

import logging
import re
from email.header import decode_header, make_header
from email.message import Message

from flufl.bounce import all_failures

from mailgate.core.model.mail import BouncedRecipient
from mailgate.core.text import subject as subjects
from mailgate.wire.report import phrases as words
from mailgate.wire.report import recipients as report_recipients
from mailgate.wire.report.recipients import ADDRESS

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it prints a traceback for every detector a mail upsets

_TEXT = 65_536  # characters looked at
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:/-])([45][0-7]\d)(?=[ -][A-Za-z<(#5\d])")
_COPY = re.compile(
    r"^[^\n]{0,6}(?:-{2,}[^\n]{0,10}(?:below this line is a copy|this is a copy|original message"
    r"|returned message|message (?:header|text|content)s?|copy of|the (?:header|body|original)|unsent message"
    r"|forwarded message|start of (?:original|returned)|transcript of header)[^\n]{0,60}"
    r"|return-path:[^\n]*|received: from [^\n]*|the (?:original"
    r"|first \d+ lines of the) message [^\n]{0,40}(?:follows|was|is attached|received)"
    r"|(?:your )?original message(?: headers?)?(?: follows?)?\s?:?\s*|message headers follow)",
    re.IGNORECASE | re.MULTILINE,
)


_CHALLENGE_HEADERS = (
    "x-tmda-confirm", "x-tmda-fingerprint-confirm", "x-challenge", "x-spamarrest", "x-spamarrest-id", "x-mailblocks",
    "x-bluebottle-request", "x-uolantispam", "x-choicemail-registration-request",
)  # fmt: skip


def subject(message: Message) -> str:
    """The subject as people read it."""
    return " ".join(readable(str(message.get("subject", ""))[:1000]).split())


def readable(value: str) -> str:
    """A field with its encoded words decoded; as it stands where they cannot be."""
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return value


def _sender(message: Message) -> str:
    return f"{message.get('from', '')} {message.get('sender', '')}"[:1000]


def by_machine(message: Message, *, null_sender: bool = False) -> bool:
    """True when the header says that no person sent this: a mail system's name, the null sender, an automatic mail."""
    submitted = str(message.get("auto-submitted", "no")).strip().lower()
    sender = _sender(message)
    return (
        null_sender
        or str(message.get("return-path", "x")).strip() == "<>"
        or words.SENDERS.search(sender) is not None
        or not ADDRESS.search(sender)
        or not submitted.startswith("no")
    )


def by_daemon(message: Message) -> bool:
    """True when the sender is called what mail systems call themselves."""
    return words.DAEMONS.search(_sender(message)) is not None


def is_bounce(message: Message, text: str, *, null_sender: bool = False) -> bool:
    """True when a mail system wrote this about a mail it could not deliver; mail *about* a bounce is not one.

    Words alone never suffice: something must say that no person sent it.
    """
    title = subject(message)
    passed_on = subjects.is_reply(title) or subjects.is_forward(title)
    if message.get("x-failed-recipients") or _report_type(message) == "delivery-status":
        return not passed_on or by_machine(message, null_sender=null_sender)
    sender = _sender(message)
    daemon = by_daemon(message)
    system = daemon or words.SENDERS.search(sender) is not None or not ADDRESS.search(sender)
    null = null_sender or str(message.get("return-path", "x")).strip() == "<>"
    if not (system or null):
        return False
    named = not subjects.is_reply(title) and words.SUBJECTS.search(title) is not None
    opening = _report_text(text[:_TEXT])
    says = words.FAILED.search(opening) is not None or words.DELAYED.search(opening) is not None
    program = daemon or null or words.PROGRAMS.search(sender) is not None or not ADDRESS.search(sender)
    program = program or words.SIGNED.search(opening) is not None
    if not program and not _STATUS.search(opening) and not any(_failures(message)):
        return False  # "Bounce House Hire" is a customer who may well write of a failed delivery
    if system and named and (says or any(_failures(message))):
        return True
    if system and says and words.SIGNED.search(opening):
        return True
    evidence = 2 * daemon + (system and not daemon) + null + named + says
    return evidence >= 2 and (says or daemon) and (evidence >= 3 or any(_failures(message)))


def _failures(message: Message) -> tuple[set[bytes], set[bytes]]:
    """Addresses the library reads out of the formats it knows: delayed and failed."""
    try:
        temporary, permanent = all_failures(message)
    except Exception:  # its readers take some structures for granted
        return set(), set()
    return set(temporary), set(permanent)


def _report_type(message: Message) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return str(message.get_param("report-type", "")).lower()


def is_challenge(message: Message, text: str) -> bool:
    """True when a filter asks the sender to prove that they are a person."""
    if any(message.get(name) for name in _CHALLENGE_HEADERS):
        return True
    opening = text[:4000]
    if not words.CHALLENGE_BODY.search(opening):
        return False
    if words.CHALLENGE_SURE.search(opening) and words.CHALLENGE_ABOUT.search(opening):
        return True
    agent = f"{message.get('x-delivery-agent', '')} {message.get('x-mailer', '')}".lower()
    automatic = bool(message.get("auto-submitted") or message.get("precedence")) or "tmda" in agent
    automatic = automatic or str(message.get("return-path", "x")).strip() == "<>"
    named = words.CHALLENGES.search(subject(message)) is not None
    return automatic and named and words.CHALLENGES.search(opening) is not None


def recipients(message: Message, text: str, ids: tuple[str, ...] = ()) -> tuple[BouncedRecipient, ...]:
    """Whom a free-form bounce is about, with what can be told of status and cause; `ids` are Message-IDs, no people."""
    temporary, permanent = (sorted(_text(address) for address in found) for found in _failures(message))
    told = text[:_TEXT]
    head = _report_text(told)
    late = _is_delay(head, subject(message))
    found = report_recipients.named(message, head, [*temporary, *permanent], ids)
    delayed = {address.lower() for address in temporary}
    lasting = {address.lower() for address in permanent}
    return tuple(
        _recipient(address, address.lower() in delayed or (late and address.lower() not in lasting), head)
        for address in found
    )


def _text(address: bytes | str) -> str:
    found = address.decode("utf-8", "replace") if isinstance(address, bytes) else str(address)
    return found.strip().strip("<>\"'")


def _report_text(text: str) -> str:
    """What the mail system itself wrote, without the mail it gives back."""
    copy = _COPY.search(text, 20)
    return text[: copy.start()] if copy else text


def _is_delay(text: str, title: str) -> bool:
    about = f"{title}\n{text}"
    return words.DELAYED.search(about) is not None and words.FINAL.search(text) is None


def _recipient(address: str, delayed: bool, text: str) -> BouncedRecipient:
    at = text.lower().find(address.lower())
    near = text[max(0, at - 200) : at + 1200] if at >= 0 else text[:4000]
    after = text[at : at + 1200] if at >= 0 else near
    status = _STATUS.search(after) or _STATUS.search(near)
    code = _REPLY.search(after) or _REPLY.search(near)
    found = status[1] if status else f"{code[1][0]}.0.0" if code else ""
    if found and not delayed and found[0] == "2":
        found = ""
    action = "delayed" if delayed else "failed"
    line = next((line.strip() for line in after.split("\n")[1:12] if line.strip()), "")
    return BouncedRecipient(address, action, found, line[:500])
