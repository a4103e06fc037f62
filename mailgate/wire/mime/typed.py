"""A mail made of what somebody typed into a page: the same words make the same octets, so that they count once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from mailgate.core.model.mail import Address
from mailgate.wire.letters import mime_out
from mailgate.wire.letters.mime_out import CRLF
from mailgate.wire.mime.attachment import safe_name, type_of


def typed_mail(
    author: Address,
    to: str,
    subject: str,
    text: str,
    files: Iterable[tuple[str, bytes]] = (),
    marks: Iterable[tuple[str, str]] = (),
    answers: str = "",
) -> bytes:
    """The octets of the mail; `marks` are further header fields, `answers` the Message-ID it is an answer to.

    It has no Message-ID and no Date: the same once more within ten minutes is the same mail (`facts.AGAIN`).
    Raises Permanent for an address that is none.
    """
    head = mime_out.mailboxes("From", [author]) + mime_out.mailboxes("To", [Address(to)])
    head += mime_out.field("Subject", subject)
    head += b"".join(mime_out.field(name, value) for name, value in marks)
    head += mime_out.ids("In-Reply-To", [answers]) if answers else b""
    head += b"MIME-Version: 1.0" + CRLF
    words = mime_out.text_part("plain", text)
    named = [(safe_name(name, "file"), data) for name, data in files]
    parts = [mime_out.file_part(name, type_of(name), data) for name, data in named]
    if not parts:
        return head + words
    boundary = hashlib.sha256(b"".join((head, words, *parts))).hexdigest()[:24]
    return head + mime_out.multipart("mixed", boundary, [words, *parts])
