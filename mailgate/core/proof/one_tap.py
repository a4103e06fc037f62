"""One-tap answers: `mailto:` links whose mail says what to do and proves who was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailgate.core.model.content import Content
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import token
from mailgate.core.proof.token import Carrier, Token

# The key of the label in `wire.words`, and the command line the mail carries.
VERBS = (
    ("take", "#take"), ("solve", "#solve"), ("file", "#file"), ("wait", "#wait"), ("hold", "#hold 1d"),
    ("note", "#note"), ("spam", "#spam"), ("files", "#files"),
)  # fmt: skip
PARKED = (("do", "#send"), ("send", "#send words"), ("drop", "#drop"))
MANY = (("send_all", "#send"), ("send_solve", "#send solve"), ("drop", "#drop"))
HANDED_IN = (("drop", "#drop"),)
COACH = (("do", "#send"), ("send", "#send words"), ("return", "#return"))
CONFIRM = (("yes", "#yes"), ("yes_always", "#yes always"), ("drop", "#drop"))
CONFIRM_ALL = (("yes_all", "#yes"), ("drop_all", "#drop"))
DONE = (("undo", "#undo"),)
WAVE = (("all_spam", "#spam"), ("are_real", "#notspam"))
QUESTIONS = (("next", "#next"), ("mine", "#mine"), ("overdue", "#overdue"), ("desk", "#desk"), ("help", "#help"))
NOT_TRAINEES = frozenset(["solve", "file", "spam", "requester", "incident"])  # what those who learn may not do
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
SCORES = range(11)
LONGEST = 1_200  # characters of a text in a link: mail programs cut addresses, and letters are three octets and more
PROPOSED = "privacy-request"  # the tag that the shipped rule gives
PRIVACY = (("privacy_copy", "#privacy export"), ("privacy_forget", "#privacy erase"))
ORDERS = ("privacy_export", "privacy_erase")  # why a notice is sent to whoever may say that it be done now


@dataclass(frozen=True, slots=True)
class TapLink:
    """A button: the key of its label in `wire.words`, the command line its mail carries, and where it leads."""

    label: str
    command: str
    href: str


@dataclass(frozen=True, slots=True)
class VoteLink:
    """A figure of the survey's scale."""

    score: int
    href: str


@dataclass(frozen=True, slots=True)
class LetterLinks:
    """What an agent's letter is answered with: the marker's token, links that act and links that ask."""

    mark: str = ""
    taps: tuple[TapLink, ...] = ()
    questions: tuple[TapLink, ...] = ()


def mailto(address: str, subject: str, body: str) -> str:
    """A `mailto:` URI (RFC 6068); every value percent-encoded."""
    return f"mailto:{quoted(address, b'@+')}?subject={quoted(subject)}&body={quoted(body)}"


def quoted(text: str, kept: bytes = b"") -> str:
    """Percent-encoded but for unreserved characters (RFC 3986 section 2.3) and those `kept`; lines end in CRLF."""
    plain = _UNRESERVED | frozenset(kept)
    octets = text.replace("\n", "\r\n").encode()
    return "".join(chr(octet) if octet in plain else f"%{octet:02X}" for octet in octets)


def marker(message_id: str, policy: Policy) -> str:
    """What the marker line carries of a letter of ours, for relays that rewrite Message-IDs; `""` for other ids."""
    known = token.in_message_id(message_id, policy.keys)
    return f"mg:{token.mint(policy.keys[0], known, Carrier.MARK)}" if known else ""


def links_of_letter(
    template: str,
    message_id: str,
    ticket: Ticket | None,
    address: str,
    policy: Policy,
    *,
    parked: bool,
    several: bool = False,
    coached: bool = False,
    many: bool = False,
    hint: str = "",
    offer: str = "",
    reader: str = "",
    files: bool = True,
    words: bool = True,
    wave: bool = False,
    learns: bool = False,
    order: str = "",
) -> LetterLinks:
    """The marker token and the links of an agent's letter; empty where its Message-ID is none of ours.

    `parked`: it asks about a mail that waits, `several`: about more than one, `coached`: another is asked about it,
    `words`: there are some, or something was done. `wave`: it asks about one, `many`: whether one answer goes to many.
    `offer`: another address the ticket may belong to. `reader`: the agent, who is not offered what is so already, nor
    what those who `learn` may not do. `files`: it has some. `hint`: a command that it proposes.
    """
    known = token.in_message_id(message_id, policy.keys)
    if known is None or known.audience != Audience.AGENT:
        return LetterLinks()
    usual = _verbs(template, ticket, reader, parked=parked, several=several, coached=coached, files=files, words=words)
    verbs = [
        *([(order, f"#privacy go {order.removeprefix('privacy_')}")] if order in ORDERS else []),
        *(MANY if many else usual),
        *(WAVE if wave else ()),
        *([("incident", hint)] if hint else []),
        *([("requester", f"#requester {offer}")] if offer else []),
    ]
    verbs = [one for one in verbs if not (learns and one[0] in NOT_TRAINEES)]
    return LetterLinks(
        mark=marker(message_id, policy),
        taps=_links(verbs, Carrier.TAP, known, policy.tag(ticket.number) if ticket else "", address, policy),
        questions=_links(QUESTIONS, Carrier.ASK, known, "", address, policy),
    )


def _verbs(
    template: str,
    ticket: Ticket | None,
    reader: str,
    *,
    parked: bool,
    several: bool,
    coached: bool,
    files: bool,
    words: bool,
) -> Sequence[tuple[str, str]]:
    if template == "was_it_you":
        return CONFIRM_ALL if several else CONFIRM
    if coached:
        return HANDED_IN
    if template in ("receipt", "trainee"):
        if parked:
            settles = COACH if template == "trainee" else PARKED
            return [verb for verb in settles if words or verb[0] != "send"]
        return DONE if words else ()
    if ticket is None or template == "coached":
        return ()
    over = ticket.status.done
    idle = {
        "take": ticket.owner == reader, "solve": over, "file": over, "wait": over or ticket.status is Status.WAITING,
        "hold": over, "spam": over, "files": not files,
    }  # fmt: skip
    proposed = () if over or PROPOSED not in ticket.tags else PRIVACY
    return [*(verb for verb in VERBS if not idle.get(verb[0])), *proposed]


def _links(
    verbs: Iterable[Sequence[str]], carrier: Carrier, known: Token, tag: str, address: str, policy: Policy
) -> tuple[TapLink, ...]:
    made = []
    for label, command in verbs:
        written = token.mint(policy.keys[0], known, carrier, token.bound_to(command))
        href = mailto(address, f"{tag} {command}".strip(), f"mg:{written}")
        made.append(TapLink(label, command, href))
    return tuple(made)


def tap_link(message_id: str, ticket: Ticket, command: str, address: str, policy: Policy) -> str:
    """A link of an agent's letter about a ticket that carries out one command line."""
    return list_link(message_id, ticket.number, command, address, policy)


def list_link(message_id: str, number: int, command: str, address: str, policy: Policy) -> str:
    """The same on a ticket that a letter about no ticket names: so far does its token reach, and no further."""
    known = token.in_message_id(message_id, policy.keys)
    if known is None or known.audience != Audience.AGENT:
        return ""
    return _links([("", command)], Carrier.TAP, known, policy.tag(number), address, policy)[0].href


def write_link(message_id: str, ticket: Ticket, text: str, address: str, policy: Policy) -> str:
    """A mail that begins with a text, for the agent to go over; "" where it is too long for a link.

    It carries what a quoted marker would, and proves as little: without a pass its writer is asked.
    """
    mark = marker(message_id, policy)
    if not mark or len(text) > LONGEST:
        return ""
    return mailto(address, f"{policy.tag(ticket.number)} {ticket.subject}", f"{text}\n\n{mark}")


def article_link(
    message_id: str, ticket: Ticket | None, about: str, name: str, title: str, address: str, policy: Policy
) -> str:
    """A customer's link from a letter about a ticket: `token.ARTICLE` asks for one, `token.HELPED` says it did."""
    known = token.in_message_id(message_id, policy.keys)
    if ticket is None or known is None or known.audience != Audience.CUSTOMER:
        return ""
    written = token.mint(policy.keys[0], known, Carrier.ARTICLE, f"{about} {name}")
    return mailto(address, f"{policy.tag(ticket.number)} {title}", f"\n\nmg:{written}")


def survey_links(
    template: str, message_id: str, ticket: Ticket | None, address: str, policy: Policy
) -> tuple[VoteLink, ...] | None:
    """The survey's scale as links, signed for this ticket: a link scanner sends no mail and so cannot vote.

    None in letters that never ask.
    """
    known = token.in_message_id(message_id, policy.keys)
    if ticket is None or known is None or template not in ("solved", "answer"):
        return None
    written = token.mint(policy.keys[0], known, Carrier.VOTE)
    tag = policy.tag(ticket.number)
    return tuple(VoteLink(score, mailto(address, f"{tag} {score}", f"{score}\n\nmg:{written}")) for score in SCORES)


def confirm_link(content: Content, message_id: str, ticket: Ticket | None, address: str, policy: Policy) -> str:
    """The mail by which a person says that it was they who asked, signed for this letter; "" for any other."""
    known = token.in_message_id(message_id, policy.keys)
    asks = isinstance(content, PrivacyLetter) and bool(content.asks)
    if ticket is None or known is None or not asks:
        return ""
    written = token.mint(policy.keys[0], known, Carrier.VOTE)
    return mailto(address, f"{policy.tag(ticket.number)} #confirm", f"#confirm\n\nmg:{written}")
