"""The address of a customer's page: which ticket, and whose; it shows, and never proves anything in a mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Key
from mailgate.core.proof.token import NOW, base32, mac

BOUND = "window"  # what these are signed for: the MAC of a letter's token is none of a page's, nor the other way round
JOURNAL = "page"  # the kind of the lines in a ticket's journal that end its links and let new ones be written
OFF, ON = "off", "on"
LENGTH = 37
_BODY = 13  # octets: ticket 5, person 5, generation 1, day 2
_SIGNED = 16  # characters of the MAC behind it
_EPOCH = date(2020, 1, 1)
_WRITTEN = re.compile(rf"[a-z2-7]{{{LENGTH}}}", re.ASCII)
# As scanners rewrite it, too: escaped once or more often.
_LINK = re.compile(rf"((?:/|%(?:25){{0,8}}2f)t(?:/|%(?:25){{0,8}}2f))([a-z2-7]{{{LENGTH}}})", re.ASCII | re.IGNORECASE)
CUT = "…"  # what stands for the token where a link is shown to anybody else


@dataclass(frozen=True, slots=True)
class PageToken:
    """What the signature of a page's address vouches for."""

    ticket: int
    person: str = ""  # who it is, see `person_mark`; "" is the ticket's own, which only shows
    generation: int = 0  # see `PageState`
    day: date | None = None  # good until the end of this day, whatever became of the ticket; None: see `is_over`


@dataclass(frozen=True, slots=True)
class PageState:
    """What a ticket's journal says of its page."""

    on: bool = True
    generation: int = 0  # of people's own links that are good
    circle: int = 0  # of the ticket's: theirs end as well when somebody leaves, who may hold one


ANEW = (JOURNAL, "leave", "requester", "unmerged-from")  # the kinds of lines that `state_of` reads


def state_of(events: Sequence[tuple[str, str]]) -> PageState:
    """The state of a page by (kind, new) of its ticket's journal, oldest first."""
    said = [(kind, new) for kind, new in events if kind in ANEW and (kind, new) != (JOURNAL, ON)]
    last = next((new for kind, new in reversed(events) if kind == JOURNAL), ON)
    return PageState(last != OFF, min(said.count((JOURNAL, OFF)), 255), min(len(said), 255))


def together(states: Iterable[PageState]) -> PageState:
    """Of a ticket and those it went into: a link to it ends with theirs."""
    on, generation, circle = True, 0, 0
    for one in states:
        on, generation, circle = on and one.on, generation + one.generation, circle + one.circle
    return PageState(on, generation, circle)


def mint(key: Key, page: PageToken) -> str:
    """Its written form: 37 letters and digits, in which nobody reads a ticket's number or counts to the next."""
    day = (page.day - _EPOCH).days if page.day else 0
    person = base64.b32decode(page.person.upper()) if page.person else b""
    body = b"".join((page.ticket.to_bytes(5, "big"), person.ljust(5, b"\0"), bytes([page.generation]),
                     day.to_bytes(2, "big")))  # fmt: skip
    signed = _signed(key, body)
    return base32(_masked(key, signed, body)) + signed


def read(written: str, keys: Iterable[Key]) -> PageToken | None:
    """What stands in it, when its MAC holds under one of `keys`."""
    if not _WRITTEN.fullmatch(written):
        return None
    hidden, signed = written[:-_SIGNED], written[-_SIGNED:]
    octets = base64.b32decode(f"{hidden.upper()}===")
    if base32(octets) != hidden:
        return None  # a second way to write the same
    for key in keys:
        body = _masked(key, signed, octets)
        if hmac.compare_digest(_signed(key, body), signed):
            return _page(body)
    return None


def _page(body: bytes) -> PageToken:
    person, day = body[5:10], int.from_bytes(body[11:13], "big")
    return PageToken(
        ticket=int.from_bytes(body[:5], "big"),
        person=base32(person) if any(person) else "",
        generation=body[10],
        day=_EPOCH + timedelta(days=day) if day else None,
    )


def _signed(key: Key, body: bytes) -> str:
    return mac(key, str(NOW), BOUND, key.id, base32(body))


def _masked(key: Key, signed: str, body: bytes) -> bytes:
    """The body under a mask that each signature has for itself: the number is nobody's business."""
    mask = hmac.digest(key.secret, f"{BOUND} mask {signed}".encode(), hashlib.sha256)[:_BODY]
    return bytes(one ^ other for one, other in zip(body, mask, strict=True))


def person_mark(key: Key, person: Address) -> str:
    """Who a page is for: it tells the people of one ticket apart, and names nobody."""
    return mac(key, str(NOW), f"{BOUND} person", person.key)[:8]


def person_of(page: PageToken, people: Iterable[Address], keys: Iterable[Key]) -> Address | None:
    """Whose page it is, of these people; None for the ticket's own, and when that person does not take part."""
    signers = tuple(keys)
    if not page.person:
        return None
    return next((one for one in people if any(person_mark(key, one) == page.person for key in signers)), None)


def is_over(page: PageToken, solved_at: datetime | None, life: timedelta, now: datetime) -> bool:
    """True when a link is too old: `life` after the ticket was solved, or past its own day where it has one."""
    if solved_at is None or now - solved_at <= life:
        return False
    return page.day is None or now.astimezone(UTC).date() > page.day


def lasts(solved_at: datetime | None, life: timedelta, now: datetime) -> date | None:
    """The day a link that is written now is good until; None while the ticket is not solved: then its life decides."""
    return (now + life).astimezone(UTC).date() if solved_at else None


def link(url: str, written: str) -> str:
    """The address of a page on the host `url`."""
    return f"{url.rstrip('/')}/t/{written}"


def page_of(key: Key, ticket: int, state: PageState, person: Address | None, day: date | None) -> str:
    """What is written for a person, or for whoever reads with others (None), as the ticket's page stands."""
    if person is None:
        return mint(key, PageToken(ticket, "", state.circle, day))
    return mint(key, PageToken(ticket, person_mark(key, person), state.generation, day))


def is_current(page: PageToken, state: PageState) -> bool:
    """True when it was not ended since it was written."""
    return state.on and page.generation == (state.generation if page.person else state.circle)


def with_links(text: str, keys: Sequence[Key], written: str = CUT) -> str:
    """The text, every page in it led to another: each reader is given their own, and nobody's else is shown."""
    if len(text) <= LENGTH:
        return text
    return _LINK.sub(lambda found: f"{found[1]}{written}" if read(found[2].lower(), keys) else found[0], text)
