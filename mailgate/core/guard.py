"""Is this a robot, a bounce, a list, or ourselves?  Who may be answered at all (RFC 3834, RFC 5230, RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailgate.core import automatic_words as words
from mailgate.core.mail import Address, InboundMail, MailKind, canonical
from mailgate.core.policy import Policy

_KINDS = {
    MailKind.DSN: "bounce",
    MailKind.MDN: "receipt",
    MailKind.FEEDBACK: "feedback",
    MailKind.CALENDAR: "calendar",
    MailKind.REACTION: "reaction",
    MailKind.CHALLENGE: "challenge",
}
_LIST_HEADERS = (
    "list-id", "list-unsubscribe", "list-post", "list-help", "list-subscribe", "list-owner", "list-archive", "mailing-list",
    "x-mailing-list", "x-mailman-version", "x-beenthere",
)  # fmt: skip
_REPLY_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-vacation",
    "x-autoreply-from",
)
_ROBOT_HEADERS = ("x-failed-recipients", "feedback-id", "x-loop", "x-auto-submitted", "x-auto-generated", "x-cron-env")
_ROBOTS = re.compile(
    r"(?:mailer-?daemon|postmaster|no[-_.]?reply.*|do[-_.]?not[-_.]?reply.*|noreply.*|nobody|bounces?(?:[-+_=.].*)?|.*[-_.]bounces?"
    r"|owner-.*|.*-owner|.*-request|.*[-_.+]no[-_.]?reply|listserv|majordomo|root|cron|daemon|auto-?(?:reply|responder|mailer)"
    r"|.*-noreply.*|prvs=.*mailer-daemon|symantec_.*|notifications?[-+]no[-_]?reply|eivastata|ala[-_]?vastaa.*|ei-?vastausta|nie-?odpowiadaj.*|neatbildet|keine-?antwort|svara-?inte|ne-?pas-?repondre)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What wrote this mail, why we think so, and whether an automatic answer may go out."""

    robot: bool
    kind: str  # human auto-reply auto list bounce receipt feedback calendar reaction challenge self no_sender
    reason: str
    ack: bool


def inspect(mail: InboundMail, policy: Policy, ours: Callable[[str], bool]) -> Verdict:
    """Judge a mail by structure, then headers, then words.

    `ours` says whether a header value (a loop mark or a Message-ID) bears this gateway's own signature.
    """
    if found := _itself(mail, ours):
        return Verdict(True, "self", found, False)
    if mail.kind in _KINDS:
        return Verdict(True, _KINDS[mail.kind], f"structure: {mail.kind}", False)
    submitted = _keyword(mail.header("auto-submitted"))
    if reason := _auto_reply(mail, submitted):
        return Verdict(True, "auto-reply", reason, False)
    if reason := _listed(mail):
        return Verdict(True, "list", reason, False)
    if reason := _generated(mail, submitted):
        return Verdict(True, "auto", reason, False)
    author = true_author(mail, policy)
    if author is None:
        return Verdict(False, "no_sender", "nobody to answer", False)
    if reason := _unanswerable(mail, policy, author):
        return Verdict(False, "human", reason, False)
    return Verdict(False, "human", "nothing automatic about it", True)


def _itself(mail: InboundMail, ours: Callable[[str], bool]) -> str:
    if any(ours(value) for value in mail.all("x-mailgate-loop")):
        return "x-mailgate-loop: our own signature"
    if mail.message_id and ours(mail.message_id):
        return "message-id: our own signature"
    return ""


def _keyword(value: str) -> str:
    """The keyword of an Auto-Submitted field: comments and parameters gone (RFC 3834 section 5)."""
    return re.split(r"[;(\s]", value.strip().lower(), maxsplit=1)[0] if value else ""


def _auto_reply(mail: InboundMail, submitted: str) -> str:
    """Why this is an out-of-office or other automatic answer."""
    if submitted == "auto-replied":
        return "auto-submitted: auto-replied"
    for name in _REPLY_HEADERS:
        if mail.header(name).strip().lower() not in ("", "no", "false", "0"):
            return name
    if mail.header("precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return "precedence: auto_reply"
    if "auto" in (value := mail.header("x-autoreply-domain").lower()):
        return value
    if submitted == "no":
        return ""
    return words.out_of_office(mail.subject, mail.fresh or mail.text)


def _listed(mail: InboundMail) -> str:
    for name in _LIST_HEADERS:
        if mail.header(name).strip():
            return name
    if mail.header("precedence").strip().lower() == "list":
        return "precedence: list"
    return ""


def _generated(mail: InboundMail, submitted: str) -> str:
    """Why this is mail that no person typed."""
    if submitted and submitted != "no":
        return f"auto-submitted: {submitted[:30]}"
    precedence = mail.header("precedence").strip().lower()
    if precedence in ("bulk", "junk"):
        return f"precedence: {precedence}"
    for name in _ROBOT_HEADERS:
        if mail.header(name).strip().lower() not in ("", "no"):
            return name
    suppress = {token.strip().lower() for token in re.split(r"[,;\s]+", mail.header("x-auto-response-suppress"))}
    if suppress & {"all", "oof", "autoreply"}:
        return "x-auto-response-suppress"
    if mail.author and robot_address(mail.author.addr):
        return "sender is a robot's address"
    if mail.sender and robot_address(mail.sender.addr) and not mail.reply_to:
        return "sender field is a robot's address"
    if mail.envelope.sender and robot_address(mail.envelope.sender) and not mail.envelope.history:
        return "envelope sender is a robot's address"
    if not mail.envelope.sender and mail.envelope.source in ("smtp", "lmtp"):
        return "null reverse-path"
    return ""


def robot_address(addr: str) -> bool:
    """True for local parts nobody reads: mailer-daemon, noreply, owner-x, x-request, bounce+x (RFC 3834 section 2)."""
    return _ROBOTS.fullmatch(addr.rpartition("@")[0][:80]) is not None


def _unanswerable(mail: InboundMail, policy: Policy, author: Address) -> str:
    if policy.department_at(author.addr):
        return "sender is one of our own addresses"
    named = {canonical(address.addr) for address in (*mail.to, *mail.cc)}
    named |= {canonical(addr) for addr in mail.delivered_to}
    if not any(policy.department_at(addr) for addr in named):
        return "not addressed to us by name"
    return ""


def true_author(mail: InboundMail, policy: Policy) -> Address | None:
    """Who wrote this, looking behind a Google group that puts its own address into From (`via = "google-group"`)."""
    author = mail.author
    if author is None:
        return None
    name = policy.department_at(author.addr)
    if name is None or policy.department(name).via != "google-group":
        return author
    for header in ("x-original-from", "x-original-sender"):
        if found := re.search(r"([^\s<>\"]+@[^\s<>\"]+)", mail.header(header)):
            if policy.department_at(found[1]) is None:
                shown = mail.header(header).partition("<")[0].strip(' "') if "<" in mail.header(header) else ""
                return Address(found[1], shown or _unvia(author.name))
    for address in mail.reply_to:
        if policy.department_at(address.addr) is None:
            return Address(address.addr, address.name or _unvia(author.name))
    return author


def _unvia(name: str) -> str:
    """`'Ann Example' via Support` -> `Ann Example`."""
    return re.split(r" (?:via|kautta|przez|über|caur) ", name, maxsplit=1)[0].strip(" '\"")


def thanks_only(text: str) -> bool:
    """True for a bare word of thanks, which reopens nothing."""
    return words.thanks_only(text)
