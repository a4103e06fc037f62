"""A headed letter and its words -> the bytes of an RFC 5322 message."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailgate.core.letters import on_channels
from mailgate.core.letters.letter import Letter
from mailgate.core.letters.on_channels import ChatForm
from mailgate.core.model.content import Welcome
from mailgate.wire import words
from mailgate.wire.letters import chat, mime_out, own_words, render, shorten, spoken

LONGEST_SUBJECT = 255
REFERENCES = 20


@dataclass(frozen=True, slots=True)
class File:
    """A file that travels with a letter; `content_id` without angle brackets is what its HTML shows it by."""

    name: str
    type: str
    data: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class ComposedLetter:
    """A finished message; `problems` are for the admin: their template failed (`costly`: slowly) and ours was used.

    `words` is its fingerprint, `notes` that of the notes in it, `b""` when it has none.
    """

    raw: bytes
    subject: str
    problems: tuple[str, ...] = ()
    costly: bool = False
    words: bytes = b""
    notes: bytes = b""


def write(
    letter: Letter, now: datetime, templates: str | None = None, files: Sequence[File] = (), key: bytes = b""
) -> ComposedLetter:
    """The letter worded and composed; `templates` is the admin's folder of overrides, `key` that of fingerprints.

    Words of more than 64 KiB are shortened and go along as a file.

    Raises Permanent when an address cannot be written, Temporary when the built-in template fails as well.
    """
    moment = max(now, letter.owed_at)
    letter, whole = shorten.shortened(spoken.spoken(letter), moment)
    if letter.chat is not None:
        files, unsent = _sorted_out(files, letter.chat)
        page = chat.page(letter, letter.chat, moment, unsent)
    else:
        page = render.page(letter, moment, templates)
    subject = subject_line(page.subject or words.said(letter.language, letter.subject), letter.tag)
    enclosed = (
        *_logo(letter, page.html),
        *files,
        *(File(one.name, one.type, one.data) for one in whole),
        *_card(letter),
    )
    raw = b"".join((_head(letter, subject, now), body(letter.message_id, page.text, page.html, enclosed)))
    prints = own_words.fingerprints_of(letter, page, key) if key else own_words.LetterPrints()
    return ComposedLetter(raw, subject, page.problems, page.costly, prints.words, prints.notes)


def _sorted_out(files: Sequence[File], there: ChatForm) -> tuple[list[File], list[str]]:
    """The files that a channel takes, and the names of the others."""
    left = on_channels.left_out([len(one.data) for one in files], there)
    kept = [one for at, one in enumerate(files) if at not in left]
    return kept, [files[at].name for at in left]


def subject_line(text: str, tag: str) -> str:
    """One line of at most 255 characters that carries the tag."""
    text = mime_out.one_line(text)
    if tag and tag not in text:
        text = f"{tag} {text}"
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1].rstrip() + "…"


def _head(letter: Letter, subject: str, now: datetime) -> bytes:
    references = letter.references
    if len(references) > REFERENCES:
        references = (references[0], *references[1 - REFERENCES :])
    fields = [
        mime_out.mailboxes("From", [letter.from_]),
        mime_out.mailboxes("To", letter.to),
        mime_out.mailboxes("Cc", letter.cc),
        mime_out.mailboxes("Reply-To", [letter.reply_to] if letter.reply_to else []),
        mime_out.field("Subject", subject),
        mime_out.field("Date", format_datetime(now)),
        mime_out.ids("Message-ID", [letter.message_id]),
        mime_out.ids("In-Reply-To", [letter.in_reply_to]),
        mime_out.ids("References", references),
        *(mime_out.field(name, words.said(letter.language, value)) for name, value in letter.marks),
        b"MIME-Version: 1.0\r\n",
    ]
    return b"".join(fields)


def body(identity: str, text: str, html: str, files: Sequence[File] = ()) -> bytes:
    """Text, HTML and files as the fewest nested parts; `identity` makes boundaries that are the same each time."""
    seed = hashlib.sha256(identity.encode()).hexdigest()[:24]
    shown = [one for one in files if one.inline and one.content_id and f"cid:{one.content_id}" in html]
    rest = [one for one in files if one not in shown]
    content = mime_out.text_part("plain", text)
    if html:
        page = mime_out.text_part("html", html)
        if shown:
            page = mime_out.multipart("related", f"r{seed}", [page, *map(_file, shown)], '; type="text/html"')
        content = mime_out.multipart("alternative", f"a{seed}", [content, page])
    if rest:
        content = mime_out.multipart("mixed", f"m{seed}", [content, *map(_file, rest)])
    return content


def _logo(letter: Letter, html: str) -> tuple[File, ...]:
    """The picture for the head of letters, where this one shows it."""
    logo = letter.logo
    if logo is None or f"cid:{logo.content_id}" not in html:
        return ()
    return (File(f"logo.{logo.type.partition('/')[2]}", logo.type, logo.data, logo.content_id, inline=True),)


def _card(letter: Letter) -> tuple[File, ...]:
    """An agent's own address for their address book, with their first letter: a vCard (RFC 6350)."""
    content = letter.view.content
    address = content.desk_address if isinstance(content, Welcome) else ""
    if not address:
        return ()
    name = letter.view.gateway or "mailgate"
    for mark in ("\\", ",", ";"):
        name = name.replace(mark, f"\\{mark}")
    text = f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{mime_out.one_line(name)}\r\nEMAIL:{address}\r\nEND:VCARD\r\n"
    return (File("desk.vcf", "text/vcard", text.encode()),)


def _file(one: File) -> bytes:
    return mime_out.file_part(one.name, one.type, one.data, one.content_id, one.inline)
