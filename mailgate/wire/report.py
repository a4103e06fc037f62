"""Delivery reports, receipts and other mail that machines write about mail: what they say and which letters they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from mailgate.core.mail import BouncedRecipient, MailKind

_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine says about mail of ours."""

    kind: MailKind
    bounced: tuple[BouncedRecipient, ...] = ()
    ids: tuple[str, ...] = ()


def read_report(message: Message, text: str) -> Report | None:
    """The report a message is, None for ordinary mail; never raises on what a message may contain."""
    kind = message.get_content_type()
    groups = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if groups:
        return Report(MailKind.DSN, tuple(_recipients(groups[0])), _ids(message))
    for part in message.walk():
        content = part.get_content_type()
        if content == "message/disposition-notification":
            return Report(MailKind.MDN, (), _ids(message))
        if content == "message/feedback-report":
            return Report(MailKind.FEEDBACK, (), _ids(message))
        if content == "text/vnd.google.email-reaction+json":
            return Report(MailKind.REACTION)
        if content == "text/calendar" and str(part.get_param("method", "")).lower() == "reply":
            return Report(MailKind.CALENDAR)
    if kind != "multipart/report":
        temporary, permanent = all_failures(message)
        found = [(address, "delayed", "4.0.0") for address in temporary]
        found += [(address, "failed", "5.0.0") for address in permanent]
        if found:
            bounced = tuple(BouncedRecipient(address.decode("ascii", "replace"), *rest) for address, *rest in found)
            return Report(MailKind.DSN, bounced, _ids(message))
    return None


def _recipients(part: Message) -> list[BouncedRecipient]:
    found = []
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        address = str(block.get("final-recipient") or block.get("original-recipient") or "").partition(";")[2].strip()
        action = str(block.get("action", "")).strip().lower()
        if address and action:
            status = str(block.get("status", "")).strip()[:10]
            found.append(
                BouncedRecipient(address.strip("<>"), action, status, str(block.get("diagnostic-code", ""))[:500])
            )
    return found


def _ids(message: Message) -> tuple[str, ...]:
    found: list[str] = []
    for part in message.walk():
        if part is not message:
            found += _ID.findall(str(part.get("message-id", "")))
        if part.get_content_type() == "text/rfc822-headers":
            for line in str(part.get_payload()).splitlines():
                if line.lower().startswith("message-id:"):
                    found += _ID.findall(line)
    return tuple(dict.fromkeys(found))[:20]
