"""Short ways to say, for tables: a mail, a ticket, a letter of ours, a case, and a clock that stands where it is put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailgate.core.commands.judging import Judgement, KnownWorld, Refusal, TicketContext
from mailgate.core.commands.reader import Command
from mailgate.core.mails import decide
from mailgate.core.mails.case import Case
from mailgate.core.mails.match import Match
from mailgate.core.model.change import Decision
from mailgate.core.model.content import Answer, Notice
from mailgate.core.model.facts import Facts, SentLetter
from mailgate.core.model.mail import Address, AuthResults, Envelope, InboundMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Border, Calendar, Department, Identity, Key, Policy, Role, Sla
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import token
from mailgate.core.proof.authority import Authority, CarriedBy, CarriedToken
from mailgate.core.proof.token import Token
from mailgate.core.rules.rule import RuleEffects
from mailgate.wire import words

H, D = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday
KEY = Key("k1", b"a secret of thirty-two octets ...")
MAIJA = Address("maija@customer.example", "Maija")
VALDIS = Address("valdis@customer.example", "Valdis")
STRANGER = Address("eve@elsewhere.example", "Eve")
ANNA = Agent(1, "anna", "anna@staff.example", full_name="Anna Virtanen", role=Role.LEAD, departments=("support",))
BO = Agent(2, "bo", "bo@staff.example", full_name="Bo Ek", departments=("support", "sales"))
CAI = Agent(3, "cai", "cai@staff.example", full_name="Cai Lind", departments=("support",), role=Role.TRAINEE)
OFFICE = Calendar("office", "UTC", (((480, 960),),) * 5 + ((), ()))
POLICY = Policy(
    "Acme",
    "acme.example",
    (
        Department("support", ("support@acme.example",), Address("support@acme.example", "Acme Support"), lead="anna"),
        Department("sales", ("sales@acme.example",), Address("sales@acme.example", "Acme Sales")),
    ),
    keys=(KEY,),
    instance="acme",
    agents=(ANNA, BO, CAI),
    identity=Identity(borders=(Border("mx.acme.example"),)),
    slas=(Sla("standard", first_response=4 * H, resolve=16 * H),),
    calendars=(OFFICE,),
    kept=words.kept(),
)
PASS = AuthResults("mx.acme.example", (("dmarc", "pass", "customer.example"), ("dmarc", "pass", "staff.example")))
FAIL = AuthResults("mx.acme.example", (("dmarc", "fail", "staff.example"),))


def mail(text: str = "The lamp is broken.", *, by: Address | Agent = MAIJA, **parts: Any) -> InboundMail:
    """A mail to support as it is after parsing; `text` is its new words."""
    author = Address(by.address, by.shown_name) if isinstance(by, Agent) else by
    plain = InboundMail(
        envelope=Envelope(author.addr, ("support@acme.example",)),
        size=1000,
        content_digest="digest",
        author=author,
        author_clean=True,
        to=(Address("support@acme.example"),),
        subject="Broken lamp",
        message_id="<m1@customer.example>",
        text=text,
        fresh=text,
        language="en",
    )
    return replace(plain, **parts)


def ticket(number: int = 1042, **parts: Any) -> Ticket:
    """An open ticket of Maija's."""
    plain = Ticket(
        number, "Broken lamp", Status.OPEN, "support", MAIJA, NOW - D, NOW - D,
        participants=(MAIJA,), departments=("support",), status_since=NOW - D, last_customer_at=NOW - D,
    )  # fmt: skip
    return replace(plain, **parts)


def made(number: int | None = 1042, to: Agent | str = "customer", purpose: str = "words") -> Token:
    """What one of ours says."""
    reader, agent = ("agent", to.id) if isinstance(to, Agent) else (to, 0)
    return Token(number, reader, agent, purpose, "abcdefgh")


def written(
    number: int | None = 1042, to: Agent | str = "customer", purpose: str = "words", by: str = "mark", bound: str = ""
) -> str:
    """A token of ours as it is written for one carrier."""
    return token.mint(KEY, made(number, to, purpose), by, bound)


def issued(number: int | None = 1042, to: Agent | str = "customer", purpose: str = "words") -> str:
    """The Message-ID of a letter of ours."""
    return token.message_id(written(number, to, purpose, "id"), POLICY.domain)


def carried(
    number: int | None = 1042, to: Agent | str = "customer", by: str = "message-id", **parts: Any
) -> CarriedToken:
    """A valid token with its carrier."""
    known = made(number, to, **parts)
    return CarriedToken(known, CarriedBy(by), (known.letter,))


def letter(number: int | None = 1042, to: Agent | str = "customer", purpose: str = "words", **parts: Any) -> SentLetter:
    """What is remembered of that letter, an hour old."""
    name, audience = (to.name, "agent") if isinstance(to, Agent) else ("", to)
    plain = SentLetter(
        1,
        issued(number, to, purpose),
        number,
        Answer() if to == "customer" else Notice(),
        audience,
        name,
        purpose,
        NOW - H,
    )
    return replace(plain, **parts)


def facts(*tickets: Ticket, letters: Iterable[SentLetter] = (), **parts: Any) -> Facts:
    """What the store would know of these tickets and letters."""
    known = {one.number: one for one in tickets}
    found = {key: one for one in letters for key in (one.message_id, token.letter_of(one.message_id))}
    return Facts(tickets=known, letters=found, **parts)


def case(
    inbound: InboundMail | None = None,
    *tickets: Ticket,
    letters: Iterable[SentLetter] = (),
    policy: Policy = POLICY,
    now: datetime = NOW,
    known: Facts | None = None,
    match: Match | None = None,
    authority: Authority | None = None,
    route: RuleEffects | None = None,
    **about: Any,
) -> Case:
    """A mail with all that is known of it; what is given (`match`, `authority`, `route`) stands instead of what is found."""
    found = decide.look(
        inbound or mail(),
        Moment(policy, known or facts(*tickets, letters=letters, **about), now),
        (),
        None,
        lambda _: True,
    )
    given = {"match": match, "authority": authority, "route": route}
    return replace(found, **{name: value for name, value in given.items() if value is not None})


def asking(
    argument: str = "",
    about: Ticket | None = None,
    *,
    by: Agent = BO,
    policy: Policy = POLICY,
    away: Any = (),
    tag_watchers: Mapping[str, tuple[str, ...]] | None = None,
    **world: Any,
) -> TicketContext:
    """A command's argument by an agent about a ticket of nobody's, as a judging function gets it; the rest is `KnownWorld`'s."""
    gone, later = (tuple(one for one in away if (one.start > NOW) is to_come) for to_come in (False, True))
    moment = Moment(policy, Facts(away=gone, away_later=later, tag_watchers=tag_watchers or {}), NOW)
    return TicketContext(Command("it", argument), by, KnownWorld(moment, **world), about or ticket())


def outcome(judged: Judgement) -> tuple[str, tuple[Any, ...]]:
    """A judgement in short: the answer and what it changes, or the refusal and what may have been meant."""
    return (judged.code, judged.nearest) if isinstance(judged, Refusal) else (judged.answer, judged.changes)


def decided(
    inbound: InboundMail, *tickets: Ticket, policy: Policy = POLICY, now: datetime = NOW, **about: Any
) -> Decision:
    """The decision about a mail, no rules."""
    return decide.decide(inbound, Moment(policy, facts(*tickets, **about), now), ())


def changes(decision: Decision, kind: type) -> list[Any]:
    """Every change of a class, whichever ticket it is for."""
    return [one for step in decision.steps for one in step.changes if isinstance(one, kind)]


def letters_of(decision: Decision) -> list[Any]:
    """Every letter a decision owes."""
    return [one for step in decision.steps for one in step.outbound] + list(decision.letters)
