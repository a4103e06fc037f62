"""A message off the wire, as plain values: nothing here can raise, fetch or execute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailgate.core.quoting.parts import Held
from mailgate.core.text.address import LONGEST_DOMAIN


class Source(StrEnum):
    """The door a mail came in by."""

    SMTP = "smtp"
    LMTP = "lmtp"
    SUBMISSION = "submission"
    IMAP = "imap"
    PIPE = "pipe"
    IMPORT = "import"
    WINDOW = "window"  # written on a page: the form, or a customer's own page
    CHAT = "chat"  # said on a channel; a bridge handed it over
    PROGRAM = "program"  # a customer's message that another program brought by the API
    CALL = "call"  # what a telephone exchange tells of a call, written down by the daemon

    @property
    def written_down(self) -> bool:
        """True where the daemon itself wrote the mail, of what came in another way: our own marks in it are ours."""
        return self in (Source.WINDOW, Source.PROGRAM, Source.CALL, Source.CHAT)


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox (RFC 5322 section 3.4): display name and addr-spec as written, without control characters."""

    addr: str
    name: str = ""

    @property
    def key(self) -> str:
        """The canonical form that identifies a person: see `canonical`."""
        return canonical(self.addr)

    @property
    def domain(self) -> str:
        """The canonical domain, `""` when there is none."""
        return self.key.rpartition("@")[2]


def canonical(addr: str) -> str:
    """Lower-case ASCII only, the domain as A-label, trailing dot gone; a non-ASCII local part stays as it is.

    Only A-Z is lowered, so that a Kelvin sign or a full-width letter never equals an ASCII one (threats F10, A-17).
    """
    local, at, domain = addr.strip().rpartition("@")
    if not at:
        return _lower(addr.strip())
    domain = domain.rstrip(".")
    if not domain.isascii() and len(domain) <= LONGEST_DOMAIN:  # the codec normalises, which takes its time
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            pass
    return f"{_lower(local)}@{_lower(domain)}"


def without_detail(addr: str, separator: str) -> str:
    """An address without its detail (RFC 5233): `support+1042.x@a` -> `support@a`; canonical. `""` parts nothing."""
    local, at, domain = canonical(addr).rpartition("@")
    if separator and at:
        local = local.split(separator, 1)[0]
    return f"{local}{at}{domain}"


def _lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport said, apart from the message itself (RFC 5321 section 2.3.1)."""

    sender: str  # "" by SMTP or LMTP is the null reverse-path; by any other door nobody has told us
    recipients: tuple[str, ...]
    source: Source = Source.SMTP
    peer: str = ""  # IP address or "unix"
    login: str = ""  # SMTP AUTH identity on the submission listener; the agent of a page, or the program
    mailbox: str = ""  # configured name of the IMAP mailbox
    folder: str = ""
    uid: int = 0
    uidvalidity: int = 0
    arrived_at: datetime | None = None  # INTERNALDATE, aware UTC; None: now
    history: bool = False  # imported or older than `since`: filed, never answered
    junk: bool = False  # found in the mailbox's junk folder: parked for a person
    sent: bool = False  # found in the mailbox's sent folder: an agent's answer, written past us

    @property
    def program(self) -> str:
        """The name of the program that brought it by the API, "" for what came in another way."""
        return self.login if self.source is Source.PROGRAM else ""

    @property
    def null(self) -> bool:
        """True when the null reverse-path is known from `MAIL FROM:<>`; an unknown sender is not a null one."""
        return self.source in (Source.SMTP, Source.LMTP) and self.sender in ("", "<>")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; its bytes stay in the raw mail, found by `part`."""

    name: str  # safe to show and to write: no path, no control or bidi characters, never empty
    type: str  # "image/png"
    size: int  # octets, decoded
    digest: str  # sha256 hex of the decoded octets
    part: str  # "2.1": which MIME part of the raw mail; "1/winmail/3" inside a container
    inline: bool = False
    content_id: str = ""  # without angle brackets
    original_name: str = ""  # as the sender wrote it, decoded
    ours: bool = False  # it holds a letter of ours, like "attach the original" does
    aside: bool = False  # a picture of what is quoted or the signature alone, Outlook's shell, or a copy to read
    placed: bool = False  # its author's own words show it


class MailKind(StrEnum):
    """What sort of message the structure says this is (not whether a robot wrote it)."""

    PLAIN = "plain"
    DSN = "dsn"  # delivery status notification, RFC 3464, or a free-form bounce
    MDN = "mdn"  # read receipt, RFC 8098
    FEEDBACK = "feedback"  # abuse report, RFC 5965
    CALENDAR = "calendar"  # iTIP reply or invitation, RFC 5546
    REACTION = "reaction"  # a mail client's thumbs-up
    FORWARD = "forward"  # somebody else's mail, passed on
    CHALLENGE = "challenge"  # challenge-response filter asking for a confirmation


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient of a delivery report (RFC 3464 section 2.3)."""

    address: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str = ""  # "5.1.1"
    diagnostic: str = ""

    @property
    def failed(self) -> bool:
        """True when delivery has failed for good, whatever the status says of the cause (RFC 3464 section 2.3.3)."""
        return self.action == "failed"


AUTH_AS = "x-ms-exchange-organization-authas"  # the header in which Exchange says by what right somebody wrote
EXCHANGE_SAYS = ";authas"  # under what its word is kept: no authserv-id can be that


@dataclass(frozen=True, slots=True)
class AuthResults:
    """One Authentication-Results field (RFC 8601) as it stood, not yet believed."""

    id: str  # the authserv-id, lower case; "" in Exchange Online's own form
    results: tuple[tuple[str, str, str], ...]  # (method, result, the property that matters: domain or login)
    hops: tuple[str, ...] = ()  # the `by` hosts of the Received fields above it, topmost first


@dataclass(frozen=True, slots=True)
class InboundMail:
    """A message off the wire: decoded, unfolded, free of CR, LF and NUL in headers, envelope included."""

    envelope: Envelope
    size: int
    content_digest: str  # sha256 hex over From, Date, Message-ID, decoded text and attachment digests
    author: Address | None  # the single From mailbox, None when missing or unreadable
    author_clean: bool = False  # exactly one From field with one canonical ASCII mailbox: fit to carry authority
    sender: Address | None = None  # the Sender field
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To, Envelope-To
    subject: str = ""  # decoded, one line, at most 255 characters
    date: datetime | None = None  # aware UTC; informational only
    message_id: str = ""  # with angle brackets; "" when missing or unusable
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # oldest first, at most 20
    headers: tuple[tuple[str, str], ...] = ()  # lower-case name, decoded value, in order of appearance
    text: str = ""  # the whole readable text of the message (HTML turned into text when there is no plain part)
    folded: str | None = None  # the folded words of subject and text, as far as rules see them; None: not made yet
    shown: str = ""  # the text but for what is folded: nothing in a mail that quotes no letter or entry of its ticket
    quoted: str = ""  # what is folded: lines of ours and of the ticket, and what a mail program put around them
    fresh: str = ""  # `shown` without the author's signature block
    signature: str = ""
    held: Held = Held.NOTHING  # why its words cannot leave the house as they are, when an agent wrote it
    sendable: str = ""  # then: what may, by whatever button
    note_words: int = 0  # typed words that stand in a note too
    unsent: int = 0  # lines with words that may be its author's, and that no button sends
    newest: str = ""  # what seems new by the shapes of quotes: good for guessing a language or a program's mail
    html: str = ""  # sanitised, complete HTML; "" when the mail has none
    fresh_html: str = ""  # sanitised HTML of the new part only; "" when it could not be told apart
    attachments: tuple[Attachment, ...] = ()
    language: str = ""  # best guess (ISO 639-1), written by us or not, "" when unsure
    kind: MailKind = MailKind.PLAIN
    bounced: tuple[BouncedRecipient, ...] = ()
    bounced_ids: tuple[str, ...] = ()  # Message-IDs of the letters a report is about
    bare: bool = False  # a report by its structure, with no words beside it that a person may have written
    summary: str = ""  # calendar: who, when, where; otherwise ""
    flags: frozenset[str] = frozenset()  # "bare_cr_header", "multiple_from", "too_many_parts", "nesting", ...
    auth: tuple[AuthResults, ...] = ()
    spam: bool = False
    spam_score: float | None = None
    embedded: Mapping[str, str] = field(default_factory=dict)  # forwarded mail: its from, subject, message-id

    @property
    def may_leave(self) -> str:
        """What of an agent's words may leave the house, by whatever button."""
        return self.sendable if self.held else self.fresh

    @property
    def not_sent(self) -> str:
        """What of an agent's mail goes to nobody, and is kept beside their words: what is folded, and the signature."""
        return "\n\n".join(part for part in (self.quoted, self.signature) if part.strip())

    def header(self, name: str) -> str:
        """The first value of a header, `""` when absent; `name` in any case."""
        wanted = name.lower()
        for key, value in self.headers:  # asked some sixty times a mail: a generator costs twice as much
            if key == wanted:
                return value
        return ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, topmost first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)
