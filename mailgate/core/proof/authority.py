"""Who is this sender, by what proof, and what may they do?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import AUTH_AS, EXCHANGE_SAYS, AuthResults, InboundMail
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Agent, Border, Policy
from mailgate.core.proof import session, token
from mailgate.core.proof.token import Carrier, Token

WITH_TAPS = (
    Purpose.RELEASE,
    Purpose.CUSTOMER,
    Purpose.NOTE,
    Purpose.TABLES,
    Purpose.QUESTION,
)  # purposes of letters 0.1.0 printed links in

WITH_VOTES = (Purpose.WORDS, Purpose.STAGE)  # and the survey's scale


class CarriedBy(StrEnum):
    """Where in a mail a token of ours stood."""

    MESSAGE_ID = "message-id"  # in In-Reply-To or References
    ADDRESS = "address"  # the mail was sent to it
    MARKER = "marker"  # quoted with a notice
    TAP = "tap"  # in a one-tap link's mail, beside its command
    VOTE = "vote"  # in the answer to a survey
    ARTICLE = "article"  # in what a suggested article is asked for with


class Proof(StrEnum):
    """What proves that an agent wrote a mail."""

    NONE = ""
    TOKEN = "token"  # noqa: S105 - a letter's Message-ID or reply address
    TAP = "tap"  # a one-tap link
    DESK = "desk"  # their own address at the desk
    PASS = "pass"  # noqa: S105 - a border's word for their domain
    LOGIN = "login"  # they logged in at our submission port
    SESSION = "session"  # they did it on a page, logged in there: see `core.proof.session`
    CONFIRMED = "confirmed"  # they answered that they wrote it
    RELEASED = "released"  # they let a parked mail go


NEED_PASS = (Proof.TOKEN, Proof.TAP, Proof.DESK)  # under `accept = "token+pass"`


@dataclass(frozen=True, slots=True)
class CarriedToken:
    """A valid token and what it came by."""

    token: Token
    by: CarriedBy
    letters: tuple[str, ...]  # what its letter may be known by, in `Facts.letters`
    about: str = ""  # of an article's link what it is good for: see `one_tap.article_link`

    def letter(self, known: Mapping[str, SentLetter]) -> SentLetter | None:
        """The letter it was made for; None when we never wrote it."""
        return next((known[key] for key in self.letters if key in known), None)


@dataclass(frozen=True, slots=True)
class Authority:
    """What is known of the sender: an agent with or without proof, or somebody with or without a pass."""

    agent: Agent | None = None
    proof: Proof = Proof.NONE
    why: str = ""  # when there is no proof: "no_proof", "dmarc_fail", "token_agent_mismatch", "unclean_from", ...
    steer: bool = False
    passed: bool = False  # an aligned pass of a border for the author's domain
    failed: bool = False  # a border's explicit fail
    vetoed: bool = False  # and that border's fail holds for customers too: nobody joins, orders or votes by this mail
    carried: tuple[CarriedToken, ...] = field(default=())
    strong: tuple[
        CarriedToken, ...
    ] = ()  # those of them that prove: live, and no marker unless a border vouches beside it

    @property
    def by(self) -> tuple[CarriedBy, ...]:
        """The carriers of this agent's own tokens."""
        return tuple(carried.by for carried in self.carried)


def carried_tokens(mail: InboundMail, policy: Policy) -> tuple[CarriedToken, ...]:
    """Every valid token in a mail: In-Reply-To, References from the right, addresses, what is quoted."""
    found: list[CarriedToken] = []
    for identifier in (*mail.in_reply_to, *reversed(mail.references)):
        known = token.in_message_id(identifier, policy.keys)
        if known:
            found.append(CarriedToken(known, CarriedBy.MESSAGE_ID, (known.letter, identifier.strip().lower())))
    for addr in recipients(mail):
        hit = token.in_address(addr, policy.identity.subaddress, policy.keys)
        if hit:
            found.append(CarriedToken(hit, CarriedBy.ADDRESS, (hit.letter,)))
    command = token.bound_to(command_line(mail.subject))
    found += [one for written in token.in_text(mail.text) if (one := _in_text(written, command, policy))]
    first: dict[tuple[Token, CarriedBy], CarriedToken] = {}
    for one in found:
        first.setdefault((one.token, one.by), one)
    return tuple(first.values())


def _in_text(written: str, command: str, policy: Policy) -> CarriedToken | None:
    """What a token in the text is: quoted with a notice, sent by a link with its command, or the answer to a survey."""
    for carrier, by in ((Carrier.MARK, CarriedBy.MARKER), (Carrier.VOTE, CarriedBy.VOTE)):
        known = token.read(written, policy.keys, carrier)
        if known:
            return CarriedToken(known, by, _printed_in(known, policy))
    known = token.read(written, policy.keys, Carrier.TAP, command)
    if known:
        return CarriedToken(known, CarriedBy.TAP, _printed_in(known, policy))
    known = token.read(written, policy.keys, Carrier.ASK, command)
    if known:
        return CarriedToken(replace(known, ticket=None), CarriedBy.TAP, (known.letter,))
    for name in dict.fromkeys(one.name for one in policy.articles):
        for about in (f"{token.ARTICLE} {name}", f"{token.HELPED} {name}"):
            known = token.read(written, policy.keys, Carrier.ARTICLE, about)
            if known:
                return CarriedToken(known, CarriedBy.ARTICLE, _printed_in(known, policy), about)
    return None


def _printed_in(known: Token, policy: Policy) -> tuple[str, ...]:
    """Its letter; links of 0.1.0 have the nonce of the letter they were printed in, not its purpose."""
    purposes = {Purpose.TAP: WITH_TAPS, Purpose.VOTE: WITH_VOTES}.get(known.purpose, (known.purpose,))
    letters = [replace(known, purpose=purpose) for purpose in purposes]
    found = tuple(letter.letter for letter in letters)
    if known.scheme == token.NOW:
        return found
    ids = (token.written_before(key, letter) for key in policy.keys for letter in letters)  # those not found so yet
    return (*found, *(token.message_id(written, policy.domain) for written in ids))


def desk_keys(mail: InboundMail, policy: Policy) -> dict[str, int]:
    """Valid desk addresses (`support+anna.KEY@...`) among the recipients, with the agents they belong to."""
    found: dict[str, int] = {}
    separator = policy.identity.subaddress
    for addr in recipients(mail):
        name, dot, key = token.detail(addr, separator).rpartition(".")
        agent = next((one for one in policy.agents if one.name.lower() == name), None) if dot else None
        if agent and any(token.desk_key(known, agent.id, agent.generation) == key for known in policy.keys):
            found[addr] = agent.id
    return found


def recipients(mail: InboundMail) -> tuple[str, ...]:
    """Where the mail was sent: envelope first, then To, Cc and what delivery agents noted."""
    named = (*mail.envelope.recipients, *mail.delivered_to, *(a.addr for a in (*mail.to, *mail.cc)))
    return tuple(dict.fromkeys(named))


def command_line(subject: str) -> str:
    """The command line of a one-tap mail's subject: everything from its first `#` that is not a number's."""
    at = subject.find("#")
    while at >= 0 and not subject[at + 1 : at + 2].isalpha():
        at = subject.find("#", at + 1)
    return subject[at:] if at >= 0 else ""


def outsiders_addressed(mail: InboundMail, policy: Policy) -> tuple[str, ...]:
    """Header recipients who are neither ours nor agents: a token beside them has leaked."""
    return tuple(
        a.addr for a in (*mail.to, *mail.cc) if not policy.department_at(a.addr) and not policy.colleague_at(a.addr)
    )


def identify(
    mail: InboundMail,
    policy: Policy,
    letters: Mapping[str, SentLetter],
    by_desk_key: Mapping[str, int],
    *,
    old: bool = False,
) -> Authority:
    """The sender's authority (design: *Who may steer*).

    `letters` are the letters of ours the mail refers to, by what they may be known by; `by_desk_key` maps valid desk
    keys to agent ids. `old`: ids and links of letters that 0.1.0 signed are still believed (`[identity] old_letters`).
    """
    tokens = carried_tokens(mail, policy)
    passed, failed, vetoed = border_verdicts(mail, policy)
    agent = policy.agent_at(mail.author.addr) if mail.author else None
    colleague = agent or (policy.colleague_at(mail.author.addr) if mail.author else None)
    if agent is None or colleague is None:  # `anna+shop@` is theirs and proves nothing until they say so
        known = Authority(colleague, passed=passed, failed=failed, vetoed=vetoed, carried=tokens)
        return _because(known, "unknown_address") if colleague else known
    if session.is_act(mail):  # what is quoted in it, and what headers it has, is the page's and proves nothing
        known = Authority(agent=agent)
        theirs = session.is_theirs(mail, agent) and policy.web.act != "none"
        return _proven(known, Proof.SESSION) if theirs else _because(known, "no_proof")
    own = _own(tokens, agent)
    known = Authority(agent=agent, passed=passed, failed=failed, vetoed=vetoed, carried=own)
    doubt = _doubt(mail, failed)
    if doubt:
        return _because(known, doubt)
    if mail.envelope.login == agent.name:
        return _proven(known, Proof.LOGIN)
    live = tuple(c for c in own if (letter := c.letter(letters)) is not None and not letter.revoked)
    strong = tuple(c for c in live if proves(c, old=old))
    strong = strong or (live if passed else ())
    known = replace(known, strong=strong)
    shown = Proof.DESK if agent.id in by_desk_key.values() else Proof.NONE
    if strong:
        shown = Proof.TAP if strong[0].by is CarriedBy.TAP else Proof.TOKEN
    return _weigh(known, shown, tokens, own, policy.identity.accept, _why_unproven(own, live))


def claimed(known: Authority, agent: Agent) -> Authority:
    """That of a mail which another field than From calls an agent's (a group's `X-Original-From`): they are asked."""
    return _because(replace(known, agent=agent, carried=_own(known.carried, agent), strong=()), "no_proof")


def _own(tokens: Iterable[CarriedToken], agent: Agent) -> tuple[CarriedToken, ...]:
    return tuple(c for c in tokens if c.token.audience == Audience.AGENT and c.token.agent == agent.id)


def _why_unproven(own: tuple[CarriedToken, ...], live: tuple[CarriedToken, ...]) -> str:
    """What keeps an agent's own tokens from proving: none, spent, signed by 0.1.0, or only quoted, without a pass."""
    if any(one.token.scheme == token.BEFORE for one in live):
        return "old_letter"
    return "mark_alone" if live else "token_revoked" if own else "no_proof"


def proves(carried: CarriedToken, *, old: bool) -> bool:
    """True when a live token is proof by itself; else it needs a pass beside it.

    A forward carries the marker too. What 0.1.0 wrote into a marker it wrote everywhere else as well, so of its letters
    an id and a link are believed for a while, and an address is not.
    """
    if carried.token.scheme == token.NOW:
        return carried.by in (CarriedBy.MESSAGE_ID, CarriedBy.ADDRESS, CarriedBy.TAP)
    return old and carried.by in (CarriedBy.MESSAGE_ID, CarriedBy.TAP)


def _weigh(
    known: Authority,
    shown: Proof,
    tokens: tuple[CarriedToken, ...],
    own: tuple[CarriedToken, ...],
    accept: str,
    why: str,
) -> Authority:
    if accept == "pass":
        return _proven(known, Proof.PASS) if known.passed else _because(known, "no_pass")
    if shown and (accept == "token" or known.passed):
        return _proven(known, shown)
    if known.passed and accept == "token":
        return _proven(known, Proof.PASS)
    if tokens and not own:
        return _because(known, "token_agent_mismatch")
    if accept == "token+pass" and shown:
        return _because(known, "no_pass")
    if accept == "token+pass" and known.passed and not own:
        return _because(known, "no_token")
    return _because(known, why)


DOUBTS = ("bare_cr_header", "unclean_from", "dmarc_fail")  # about the mail itself, whatever it carries


def _doubt(mail: InboundMail, failed: bool) -> str:
    if "bare_cr_header" in mail.flags:
        return "bare_cr_header"
    if not mail.author_clean:
        return "unclean_from"
    return "dmarc_fail" if failed else ""


def _proven(known: Authority, proof: Proof) -> Authority:
    return replace(known, proof=proof, why="", steer=True)


def _because(known: Authority, why: str) -> Authority:
    return replace(known, proof=Proof.NONE, why=why, steer=False)


def border_verdicts(mail: InboundMail, policy: Policy) -> tuple[bool, bool, bool]:
    """(an aligned pass, an explicit fail, a fail that holds for customers) by the configured borders.

    A pass is for the one well-formed author's own domain; a fail counts however odd the From is.
    """
    author = None if "bare_cr_header" in mail.flags or not mail.author_clean else mail.author
    passed = failed = vetoed = False
    for border in policy.identity.borders:
        results = _topmost(mail.auth, border)
        said = results.results if results else ()
        if any(each[:2] == ("dmarc", "fail") for each in said):
            failed, vetoed = True, vetoed or border.veto == "all"
        if author is not None and not _doubted(said, border):
            about = {"dmarc": author.domain, "auth": author.key}
            passed = passed or any(word == "pass" and whom == about.get(method) for method, word, whom in said)
            passed = passed or _is_internal(mail.auth, border)
    return passed and not failed, failed, vetoed


def _doubted(said: Iterable[tuple[str, str, str]], border: Border) -> bool:
    """Exchange Online's own sum of all it knows may be against the sender although DMARC is not."""
    return border.format == "exchange-online" and any(each[:2] == ("compauth", "fail") for each in said)


def _is_internal(fields: tuple[AuthResults, ...], border: Border) -> bool:
    """Exchange Online says of its own people's mail that it is internal: once, and with no foreign hop above."""
    said = [one for one in fields if one.id == EXCHANGE_SAYS]
    if border.format != "exchange-online" or len(said) != 1:
        return False
    return said[0].results == ((AUTH_AS, "Internal", ""),) and all(_ours(host, border) for host in said[0].hops)


def _topmost(fields: tuple[AuthResults, ...], border: Border) -> AuthResults | None:
    """The topmost field of a border, when no foreign hop stands above it (RFC 8601 section 5, threats A-16)."""
    wanted = border.id.lower() if border.format == "rfc8601" else ""
    for results in fields:
        if results.id == wanted:
            return results if all(_ours(host, border) for host in results.hops) else None
    return None


def _ours(host: str, border: Border) -> bool:
    """True when the host of a Received field belongs to the border's own domain or to this machine's network."""
    if border.format == "exchange-online":
        return host.endswith((".outlook.com", ".outlook.cn", ".office365.us"))
    own = border.id.lower()
    parent = own.partition(".")[2]
    domain = parent if "." in parent else own
    inner = host in ("localhost", "127.0.0.1", "") or "." not in host or ":" in host
    return inner or host == domain or host.endswith("." + domain)
