"""Mail that machines write about mail: delivery reports, receipts, reactions, and which letters they mean."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message

from mailgate.core.model.mail import BouncedRecipient, MailKind
from mailgate.core.text import subject as subjects
from mailgate.wire.report import bare as report_bare
from mailgate.wire.report import free_form
from mailgate.wire.report import phrases as words

MAX_RECIPIENTS = 200
MAX_IDS = 20
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")
_ID_FIELD = re.compile(
    r"^[ \t>|]{0,4}(?:Message-ID|X-Mailgate-[A-Za-z-]{1,30}"
    r"|X-Original-Message-ID)\s?:[ \t]*(?:\r?\n[ \t>]+)?(<[^<>\s@]{1,250}@[^<>\s@]{1,250}>)",
    re.IGNORECASE | re.MULTILINE,
)
_ENVELOPE_ID = re.compile(r"(?<![<\w.])mg\.[a-z0-9.]{20,120}@[\w.-]{1,255}", re.ASCII)
_RETURNED_HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/rfc822")
_ALONE = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine says about mail: of what kind, which recipients, which Message-IDs."""

    kind: MailKind
    bounced: tuple[BouncedRecipient, ...] = ()
    ids: tuple[str, ...] = ()
    bare: bool = field(default=False, compare=False)  # a program wrote all of it: no words of a person stand beside it


def is_worded_like_one(text: str) -> bool:
    """True when the words alone make a message worth `read_report`: a reaction, or a filter's challenge."""
    opening = text[:4000]
    lowered = opening.lower()
    challenge = any(hint in lowered for hint in words.CHALLENGE_HINTS) and words.CHALLENGE_SURE.search(opening)
    return bool(challenge) or words.is_reaction(text)


def read_report(message: Message, text: str, *, null_sender: bool = False, fresh: str | None = None) -> Report | None:
    """The report a message is, None for ordinary mail; `text` is its readable text, `null_sender` the envelope's `<>`.

    Structure decides first (RFC 3464, 8098, 5965, 5546), then what free-form bounces look like. `fresh` is what is new
    in the text, when history has been told from it.
    """
    new = text if fresh is None else fresh
    found = _read(message, text, null_sender, new)
    if found is None:
        return None
    return replace(found, bare=report_bare.is_bare(message, found.kind))


def _read(message: Message, text: str, null_sender: bool, fresh: str) -> Report | None:
    parts = list(_parts(message))
    sent = _is_sent_as_report(message, null_sender)
    for part in parts:
        kind = part.get_content_type()
        if sent and kind in ("message/delivery-status", "message/global-delivery-status"):
            return _delivery(message, parts, text)
        if sent and kind in ("message/disposition-notification", "message/global-disposition-notification"):
            return _receipt(message, part, parts, text)
        if sent and kind == "message/feedback-report":
            return Report(MailKind.FEEDBACK, (), _ids(message, parts, text))
        if kind == "text/vnd.google.email-reaction+json" and words.only_reaction(fresh):
            return Report(MailKind.REACTION, (), _ids(message, parts, ""))
        if kind == "text/calendar" and _method(part) == "reply":
            return Report(MailKind.CALENDAR, (), _ids(message, parts, ""))
    if words.is_reaction(text) and words.only_reaction(fresh):
        return Report(MailKind.REACTION, (), _ids(message, parts, ""))
    if free_form.is_challenge(message, text):
        return Report(MailKind.CHALLENGE, (), _ids(message, parts, text))
    if free_form.is_bounce(message, text, null_sender=null_sender):
        ids = _ids(message, parts, text)
        return Report(MailKind.DSN, free_form.recipients(message, text, ids)[:MAX_RECIPIENTS], ids)
    return None


def _is_sent_as_report(message: Message, null_sender: bool) -> bool:
    """True for a mail that *is* a report; one that a person passes on or attaches is that person's mail."""
    title = free_form.subject(message)
    passed_on = subjects.is_reply(title) or subjects.is_forward(title)
    if free_form.by_machine(message, null_sender=null_sender):
        return not passed_on or null_sender or free_form.by_daemon(message)
    return message.get_content_type() in ("multipart/report", *_ALONE) and not passed_on


def _receipt(message: Message, part: Message, parts: list[Message], text: str) -> Report:
    """A receipt (RFC 8098); Dovecot and Sieve refuse mail by one that says rejected, which is a failed delivery."""
    ids = _ids(message, parts, text)
    for group in _groups(part):
        disposition = group.get("disposition", "").lower()
        named = _address(group.get("final-recipient", ""))
        if named and "delet" in disposition and re.search(r"\breject|\brefus|quota", text[:2000], re.IGNORECASE):
            return Report(MailKind.DSN, (BouncedRecipient(named, "failed", "", " ".join(text[:300].split())),), ids)
    return Report(MailKind.MDN, (), ids)


def _parts(message: Message) -> Iterator[Message]:
    """The parts of this message, but not those of a mail it carries: a report inside a forward is not ours."""
    stack: list[Message] = [message]
    seen = 0
    while stack and seen < 1000:
        part = stack.pop()
        seen += 1
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            stack.extend(each for each in reversed(payload) if isinstance(each, Message))


def _method(part: Message) -> str:
    found = str(part.get_param("method", "") or "").lower()
    if found:
        return found
    calendar = re.search(rb"^METHOD:\s?([A-Za-z]+)", _bytes(part)[:4096], re.MULTILINE | re.IGNORECASE)
    return calendar[1].decode("ascii").lower() if calendar else ""


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _delivery(message: Message, parts: list[Message], text: str) -> Report:
    bounced: list[BouncedRecipient] = []
    for part in parts:
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            for group in _groups(part):
                if (recipient := _recipient(group)) and recipient not in bounced:
                    bounced.append(recipient)
    if any(words.CHALLENGE_SURE.search(each.diagnostic) for each in bounced):
        return Report(MailKind.CHALLENGE, (), _ids(message, parts, text))
    if not bounced:
        bounced = list(free_form.recipients(message, text, _ids(message, parts, text)))
    return Report(MailKind.DSN, tuple(bounced[:MAX_RECIPIENTS]), _ids(message, parts, text))


def _groups(part: Message) -> Iterator[dict[str, str]]:
    """The groups of fields of a delivery-status part, lower-case names, however the part was encoded."""
    payload = part.get_payload()
    if isinstance(payload, list):
        text = "\n\n".join(_block(each) for each in payload[: MAX_RECIPIENTS + 1] if isinstance(each, Message))
        encoding = str(part.get("content-transfer-encoding", "")).lower()
        if encoding in ("base64", "quoted-printable"):
            text = _decoded(text, encoding)
    else:
        text = _bytes(part).decode("utf-8", "replace")
    for block in re.split(r"\n[ \t\r]*\n", text.replace("\r\n", "\n")):
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                key = name.strip().lower()
                if key == "final-recipient" and key in fields:
                    yield fields
                    fields = {}
                fields.setdefault(key, value.strip())
        if fields:
            yield fields


def _block(fields: Message) -> str:
    """The fields of one group as they were written; what the standard parser took for a body stands below."""
    body = fields.get_payload()
    lines = [f"{name}: {value}" for name, value in fields.raw_items()]
    lines.append(body if isinstance(body, str) else "")
    return "\n".join(lines).encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()


def _decoded(text: str, encoding: str) -> str:
    try:
        raw = text.encode("utf-8", "replace")
        return (base64.b64decode(raw) if encoding == "base64" else quopri.decodestring(raw)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


def _recipient(fields: dict[str, str]) -> BouncedRecipient | None:
    """One per-recipient group (RFC 3464 section 2.3): the address we wrote to rather than what it became."""
    named = ""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        named = _address(fields.get(name, ""))
        if named:
            break
    if not named:
        return None
    status = _STATUS.search(fields.get("status", ""))
    diagnostic = fields.get("diagnostic-code", "")
    code = status[0] if status else ""
    action = re.split(r"[^a-z]", fields.get("action", "").lower(), maxsplit=1)[0]
    if action not in _ACTIONS:
        action = {"2": "delivered", "4": "delayed"}.get(code[:1], "failed")
    if code in ("", "5.0.0", "4.0.0", "2.0.0") and (better := _STATUS.search(diagnostic)):
        code = better[0]
    return BouncedRecipient(named, action, code, diagnostic.partition(";")[2].strip()[:500] or diagnostic[:500])


def _address(value: str) -> str:
    """`rfc822; <someone@example.org>` -> `someone@example.org`; "" for anything else."""
    kind, semicolon, rest = value.partition(";")
    found = (rest if semicolon else kind).strip().strip("<>\"' ")
    if found.endswith(")"):
        before, opened, comment = found.rpartition("(")
        if opened and ")" not in comment[:-1]:
            found = before.strip("<> \t")
    if found.lower().startswith(("smtp:", "mailto:")):
        found = found.partition(":")[2]
    return found if re.fullmatch(r"[^\s<>@][^\s<>]{0,254}", found) and "@" in found else ""


def _ids(message: Message, parts: list[Message], text: str) -> tuple[str, ...]:
    """The Message-IDs a report is about: in the returned mail, in its own fields, at last in its thread."""
    found: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind in (*_RETURNED_HEADERS, "message/global") and isinstance(
            payload, list
        ):  # headers alone, read as a mail
            inside = [inner for inner in payload[:3] if isinstance(inner, Message)]
            found += [each for inner in inside for each in _returned(inner)]
            encoded = str(part.get("content-transfer-encoding", "")).strip().lower()
            if encoded in ("base64", "quoted-printable"):  # what RFC 6533 section 6 allows, the parser takes for a body
                bodies = [_decoded(str(inner.get_payload())[:65_536], encoded) for inner in inside]
                found += [each for body in bodies for each in _ID_FIELD.findall(body)]
        elif kind in _RETURNED_HEADERS:
            found += _ID_FIELD.findall(_bytes(part)[:65_536].decode("utf-8", "replace"))
        elif kind.startswith("message/"):
            found += [each for group in _groups(part) for each in _referred(group)]
    found += _ID_FIELD.findall(text[:262_144])
    for name in ("in-reply-to", "x-original-message-id", "references"):
        found += _ID.findall(str(message.get(name, "")))
    return tuple(dict.fromkeys(found))[:MAX_IDS]


def _returned(inner: Message) -> list[str]:
    """The id of a returned mail, and those in our own marks on it."""
    values = [str(value) for name, value in inner.items() if name.lower().startswith("x-mailgate-")]
    return [each for value in (str(inner.get("message-id", "")), *values) for each in _ID.findall(value)]


def _referred(group: dict[str, str]) -> list[str]:
    """The ids in a group's own fields; an envelope id (RFC 3461 section 4.4) may carry ours without brackets."""
    named = " ".join(group.get(name, "") for name in ("original-message-id", "original-envelope-id"))
    return _ID.findall(named) + [f"<{bare}>" for bare in _ENVELOPE_ID.findall(named)]
