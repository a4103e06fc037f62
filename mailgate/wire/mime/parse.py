"""Octets off the wire to an InboundMail: pure, tolerant of anything, never raising."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.errors import MessageError

from mailgate.core.model.mail import (
    AUTH_AS,
    Attachment,
    AuthResults,
    Envelope,
    InboundMail,
    MailKind,
    Source,
)
from mailgate.core.model.policy import Limits
from mailgate.core.proof import visitor
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import MailParts
from mailgate.core.rules.condition import folded_words
from mailgate.core.text import language, quote, signature, subject
from mailgate.wire import words
from mailgate.wire.mime import attachment, body, cms, fields, header, invitation, structure, winmail
from mailgate.wire.mime.authentication import read_authentication
from mailgate.wire.mime.enclosed import FileInWords
from mailgate.wire.mime.header import HeaderBlock
from mailgate.wire.mime.structure import Part, Tree
from mailgate.wire.report import bare, reading
from mailgate.wire.text import fresh, sanitize, typed

MAX_SUBJECT = 255
MAX_TEXT = 4 * 1024 * 1024  # characters of words in a ticket; the rest is in a file beside them
WHOLE_TEXT = "message.txt"  # its name
MAX_REPORT = 1024 * 1024  # of a report only the top is read: what it returns may be large

# What the standard parser raises on hostile mail.
_UNREADABLE = (MessageError, RecursionError, LookupError, ValueError, AttributeError, TypeError)
_BOMBS = frozenset({"too_many_parts", "nesting", "header_too_large", "too_many_headers"})
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED = "1/signed/"  # before the part numbers of a mail inside an opaque signature
_REPORT_TYPES = frozenset({
    "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
    "message/feedback-report", "text/vnd.google.email-reaction+json",
})  # fmt: skip
_MACHINE = re.compile(r"(?i)mailer-?daemon|post_?master|interscan|mail delivery|\bbounce|majordomo|mail ?administrator")
_FAILURE = re.compile(
    r"(?i)undeliver|deliver|return|fail|bounce|unzustellbar|unknown|error|notification|warning|reject|delay|"
    r"mail system|not sent|no delivery|nondeliver|niedostarcz|nepiegād|toimit|challenge|confirm|配信|届け"
)


def parse(raw: bytes, envelope: Envelope, limits: Limits, known: KnownLetters | None = None) -> InboundMail:
    """Read a message (RFC 5322, MIME); `known` is what it may quote.

    Nothing it contains raises: the last resort is a mail flagged `unparseable`.
    """
    try:
        return _parse(raw, envelope, limits, known)
    except Exception:  # hostile input must become a mail, whatever it broke
        return _unparseable(raw, envelope)


def files(raw: bytes) -> Iterator[tuple[Attachment, bytes]]:
    """The attachments `parse` tells of, each with its octets; the mail is read once, whoever asks for how many."""
    words = body.choose(_open(structure.read_structure(raw).root))
    text = body.read(words)[0] if len(raw) > MAX_TEXT else ""
    yield from attachment.opened((*words.files, *body.unshown(words)), set(), (*body.inside(words), *_too_long(text)))


def _too_long(text: str) -> list[FileInWords]:
    """Words that are too many for a ticket, as a file."""
    return [("text", WHOLE_TEXT, "text/plain", text.encode("utf-8", "replace"))] if len(text) > MAX_TEXT else []


def _open(root: Part) -> Part:
    """What holds the words: the message itself, or the one inside an opaque signature."""
    content = cms.signed_content(root.content) if root.type in _PKCS7 else None
    if content is None:
        return root
    inner = structure.read_structure(content).root
    for part in inner.walk():
        part.number = _SIGNED + part.number
    return inner


def _unparseable(raw: bytes, envelope: Envelope) -> InboundMail:
    digest = hashlib.sha256(raw).hexdigest()
    text = raw[:65536].decode("utf-8", "replace").replace("\0", "").replace("\r\n", "\n")
    flags = frozenset({"unparseable"})
    mail = InboundMail(
        envelope,
        len(raw),
        digest,
        author=None,
        text=text,
        shown=text,
        fresh=text,
        newest=text,
        flags=flags,
    )
    return replace(mail, folded=folded_words(mail))


def _parse(raw: bytes, envelope: Envelope, limits: Limits, known: KnownLetters | None = None) -> InboundMail:
    tree = structure.read_structure(raw, limits.parts, limits.nesting, limits.header_bytes)
    head, flags = tree.root.head, tree.flags
    author, clean = fields.author(head, flags)
    title = head.shown("subject")[:MAX_SUBJECT].strip()
    if header.smuggles(head.first("subject")):
        flags.add("bare_cr_header")
    root = _open(tree.root)
    words = body.choose(root)
    text, pages = body.read(words)
    inside = (*body.inside(words), *_too_long(text))
    files = attachment.describe([*words.files, *body.unshown(words)], flags, inside)
    embedded, inner = _embedded(words.files)
    passed_on = not text.strip() and bool(inner)
    text = inner if passed_on else text
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]}\n\n[… {WHOLE_TEXT}]"
    is_spam, score = fields.spam(head)
    mail = InboundMail(
        envelope=envelope,
        size=len(raw),
        content_digest=_content_digest(head, text, files, envelope.source),
        author=author,
        author_clean=clean,
        sender=next(iter(fields.addresses(head, "sender", flags)), None),
        reply_to=fields.addresses(head, "reply-to", flags),
        to=fields.addresses(head, "to", flags),
        cc=fields.addresses(head, "cc", flags),
        delivered_to=fields.delivered_to(head),
        subject=title,
        date=fields.date(head, envelope),
        message_id=fields.message_id(head),
        in_reply_to=fields.message_ids(head, "in-reply-to")[: fields.MAX_REFERENCES],
        references=fields.references(head),
        headers=_headers(head, envelope.source),
        auth=_authentication(head),
        text=text,
        attachments=files,
        spam=is_spam,
        spam_score=score,
        embedded=embedded,
        flags=frozenset(flags),
    )
    forward = passed_on or subject.is_forward(title)
    return _kind(_split(visitor.by_its_door(mail), pages, known, forward=forward), tree, raw, forward=forward)


def _headers(head: HeaderBlock, source: Source) -> tuple[tuple[str, str], ...]:
    """Every field decoded, but our own marks: whoever sends us those is not us (threats A-09).

    What the daemon wrote itself has them.
    """
    ours = source.written_down
    return tuple(
        (name, header.text(value) if name == AUTH_AS else header.decoded(value, head.charset))
        for name, value in head.fields
        if not name.startswith("x-mailgate-") or name == "x-mailgate-loop" or ours
    )


def _authentication(head: HeaderBlock) -> tuple[AuthResults, ...]:
    """What borders say about the sender; without such a field there is nothing to read."""
    wanted = (
        "authentication-results",
        "authentication-results" + header.ODD,
        AUTH_AS,
        AUTH_AS + header.ODD,
        "received",
    )
    seen = [(name, value) for name, value in head.fields if name in wanted]
    return read_authentication(seen) if any(name != "received" for name, _ in seen) else ()


def _split(mail: InboundMail, pages: list[str], known: KnownLetters | None, *, forward: bool) -> InboundMail:
    """Tell what its author typed from what is quoted, in the text and in the HTML, and guess the language of that."""
    guess = quote.split_history(mail.text, openings=words.OPENINGS, forward=forward)
    if mail.envelope.history:  # other people's threads: we sent none of it, and what it quotes came before it
        shown = f"{guess.fresh}\n\n{guess.signature}".strip()
        mail = replace(mail, shown=shown, quoted=guess.quoted, fresh=guess.fresh, signature=guess.signature)
    else:
        mail = _typed(mail, MailParts(mail.text, "", mail.text) if forward else typed.typed(mail.text, known))
    page = "\n".join(pages)
    html = sanitize.clean(page) if pages else ""
    fresh_html, own = html, page
    if html and mail.quoted:
        new, old = fresh.split_fresh_html(page)
        fresh_html, own = (sanitize.clean(new), new) if old else ("", page)
    own = fresh.without_signature(own, mail.signature)
    files = tuple(_placed(one, page, own) for one in mail.attachments)
    return replace(
        mail,
        newest=guess.fresh,
        language=language.guess(guess.fresh),
        html=html,
        fresh_html=fresh_html,
        attachments=files,
        folded=folded_words(mail),
    )


def _placed(file: Attachment, page: str, own: str) -> Attachment:
    """With whether its author shows it; aside are pictures of a quote or a signature, and any winmail.dat."""
    if file.type in winmail.TYPES or file.name.lower() == "winmail.dat":
        return replace(file, aside=True)
    mark = f"cid:{file.content_id}" if file.inline and file.content_id else ""
    placed = bool(mark) and mark in own
    return replace(file, placed=placed, aside=file.aside or (bool(mark) and mark in page and not placed))


def _typed(mail: InboundMail, parts: MailParts) -> InboundMail:
    """Take the signature off what is shown, and off what may leave; into a page nobody types one."""
    if mail.envelope.source.written_down:
        sendable = parts.sendable if parts.held else ""
        return _cut(mail, parts, parts.shown.strip("\n"), "", sendable.strip("\n"))
    who = (mail.author.name, mail.author.addr) if mail.author else ()
    sendable = _signed(parts.sendable, who)[0] if parts.held else ""
    return _cut(mail, parts, *_signed(parts.shown, who), sendable)


def _cut(mail: InboundMail, parts: MailParts, fresh_words: str, signed: str, sendable: str) -> InboundMail:
    return replace(
        mail,
        shown=parts.shown,
        quoted=parts.folded,
        fresh=fresh_words,
        signature=signed,
        sendable=sendable,
        held=parts.held,
        note_words=parts.note_words,
        unsent=parts.unsent,
    )


def _signed(text: str, who: Sequence[str]) -> tuple[str, str]:
    lines, cut = text.split("\n"), list[str]()
    for _ in range(2):  # a phone may sign below words that stand below a signature
        begin, end = signature.signed_block(lines, who)
        if begin == end:
            break
        cut += lines[begin:end]
        lines[begin:end] = []
    return "\n".join(lines).strip("\n"), "\n".join(cut).strip("\n")


def _kind(mail: InboundMail, tree: Tree, raw: bytes, *, forward: bool) -> InboundMail:
    """Say what sort of message it is, with what a report or an invitation tells."""
    method, summary = _invitation(tree.root)
    if method in invitation.ITIP and not (method == "request" and invitation.asks(mail.fresh)):
        answer = method == "reply" and not tree.flags & _BOMBS and _bare_answer(raw)
        return replace(mail, kind=MailKind.CALENDAR, summary=summary, bare=answer)
    mail = replace(mail, summary=summary) if summary else mail
    if not tree.flags & _BOMBS and _may_report(mail, tree.root):
        found = _report(raw, mail)
        if found is not None:
            return replace(mail, kind=found.kind, bounced=found.bounced, bounced_ids=found.ids, bare=found.bare)
    return replace(mail, kind=MailKind.FORWARD) if forward else mail


def _bare_answer(raw: bytes) -> bool:
    """True for an answer to an invitation that a calendar wrote by itself."""
    try:
        return len(raw) <= MAX_REPORT and bare.is_bare(email.message_from_bytes(raw), MailKind.CALENDAR)
    except _UNREADABLE:
        return False


def _invitation(root: Part) -> tuple[str, str]:
    for part in root.walk():
        if part.type == "text/calendar" and not part.children:
            method, summary = invitation.read(body.plain(part))
            return part.parameters.get("method", method).lower(), summary
    return "", ""


def _may_report(mail: InboundMail, root: Part) -> bool:
    """Worth reading as a report: by structure, by the null sender, or by the words robots use."""
    if root.type == "multipart/report" or any(part.type in _REPORT_TYPES for part in root.walk()):
        return True
    if _null_sender(mail) or mail.header("x-failed-recipients"):
        return True
    answers = bool(mail.in_reply_to or mail.references) or subject.is_reply(mail.subject)
    if answers and reading.is_worded_like_one(mail.text):
        return True
    who = f"{mail.author.name} {mail.author.addr}" if mail.author else mail.header("from")
    return _MACHINE.search(who) is not None or _FAILURE.search(mail.subject) is not None


def _null_sender(mail: InboundMail) -> bool:
    """True when no sender was stated on the way, which is more than not knowing the one that was (RFC 5321, 4.5.5)."""
    return mail.envelope.null or mail.header("return-path").strip() == "<>"


def _report(raw: bytes, mail: InboundMail) -> reading.Report | None:
    try:
        message = email.message_from_bytes(raw[:MAX_REPORT])
        found = reading.read_report(message, mail.text, null_sender=_null_sender(mail), fresh=mail.newest)
        return replace(found, bare=found.bare and len(raw) <= MAX_REPORT) if found else None
    except _UNREADABLE:
        return None


def _embedded(files: list[Part]) -> tuple[dict[str, str], str]:
    """The essentials of the first mail inside the mail, and its text."""
    part = next((each for each in files if each.type in ("message/rfc822", "message/global")), None)
    if part is None:
        return {}, ""
    tree = structure.read_structure(part.content)
    head = tree.root.head
    found = {"from": head.shown("from"), "subject": head.shown("subject"), "message-id": fields.message_id(head)}
    text, _ = body.read(body.choose(tree.root))
    top = "\n".join(f"{name.title()}: {found[name]}" for name in ("from", "subject") if found[name])
    return {name: value for name, value in found.items() if value}, f"{top}\n\n{text}".strip()


_LATER = ("reply-to", visitor.AFTER.lower())  # fields that came to count later


def _content_digest(head: HeaderBlock, text: str, files: tuple[Attachment, ...], source: Source) -> str:
    """What makes two mails the same mail, however they travelled; what the daemon wrote down never travelled."""
    digest = hashlib.sha256(source.encode() if source.written_down else b"")
    # A list may rewrite a subject and Reply-To on the way; without a Message-ID they are all that tells two alarms, or
    # two people who fill in a form, apart; and what stood last tells two answers on a customer's page.
    named = ("from", "date", "message-id") if head.shown("message-id") else ("from", "date", "subject", *_LATER)
    for name in named:
        value = head.shown(name)
        if value or name not in _LATER:  # without one the digest is as it was before it counted
            digest.update(value.encode("utf-8", "replace") + b"\n")
    digest.update(text.encode("utf-8", "replace"))
    for each in files:
        if "/msg/" in each.part:  # the same file once more, to read
            continue
        digest.update(b"\n" + each.digest.encode())
    return digest.hexdigest()
