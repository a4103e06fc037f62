"""The conditions of rules: what each asks of a mail, or of the circumstances it comes in."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mailgate.core.customers.customer import Customer
from mailgate.core.model.mail import InboundMail, canonical
from mailgate.core.model.ticket import Status
from mailgate.core.text.folding import fold, has_word, with_spaces

TEXT_CAP = 64 * 1024  # characters of a mail's text that rules see
_NAME_CAP = 512  # characters of a file's name


class Match(Protocol):
    """What a pattern found."""

    def group(self, number: int = 0, /) -> str | None: ...


class Pattern(Protocol):
    """A compiled expression of an engine that works in linear time; `groups` counts its groups."""

    @property
    def groups(self) -> int: ...
    def search(self, text: str, /) -> Match | None: ...


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number compared: `op` is `<`, `<=`, `>` or `>=`."""

    op: str
    number: float

    def holds(self, value: float) -> bool:
        """True when `value` stands in that relation to the number."""
        if self.op.startswith("<"):
            return value < self.number or (self.op == "<=" and value == self.number)
        return value > self.number or (self.op == ">=" and value == self.number)


Wanted = str | bool | Pattern | AtLeast


@dataclass(frozen=True, slots=True)
class Condition:
    """One line under `when`: any of `wanted` must hold, or none of it when `negated`."""

    key: str  # a key of ON_MAIL or ON_CIRCUMSTANCES, "header.NAME", or "customer.COLUMN"
    wanted: tuple[Wanted, ...]
    negated: bool = False

    @property
    def name(self) -> str:
        """The condition as the admin wrote it."""
        return f"when.not.{self.key}" if self.negated else f"when.{self.key}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule may ask beside the mail itself."""

    language: str = "en"  # the mail's, or the department's when unsure
    new: bool = True  # the mail would open a ticket
    agent: bool = False  # the author is an agent
    authenticated: bool = False  # by a border's pass or a proof
    automatic: bool = False
    ticket_status: Status | None = None
    ticket_department: str | None = None
    customer: Customer | None = None  # what the desk was told of whoever wrote
    in_hours: Mapping[str, bool] | Callable[[str], bool] = field(default_factory=dict)  # calendar -> open now?

    def inside(self, calendar: str) -> bool:
        """True inside that calendar's hours."""
        return self.in_hours(calendar) if callable(self.in_hours) else self.in_hours.get(calendar, False)


def folded_words(mail: InboundMail) -> str:
    """The words of subject and text that `words` conditions look at; made in the child that read the mail."""
    # Cut again: one character may stand for eighteen.
    return with_spaces(f"{mail.subject}\n{mail.text[:TEXT_CAP]}")[: 2 * TEXT_CAP]


class MailForRules:
    """A mail as the conditions look at it: capped, and folded at most once."""

    def __init__(self, mail: InboundMail, subaddress: str) -> None:
        self.mail = mail
        self.text = mail.text[:TEXT_CAP]
        self._subaddress = subaddress
        self._words: str | None = None
        self._recipients: set[str] | None = None

    @property
    def words(self) -> str:
        """The folded words of subject and text; a mail off the wire brings them along."""
        if self._words is None:
            self._words = folded_words(self.mail) if self.mail.folded is None else self.mail.folded
        return self._words

    @property
    def whole(self) -> str:
        """Subject and text, for patterns that take something out of them."""
        return f"{self.mail.subject}\n{self.text}"

    def recipients(self) -> set[str]:
        """Every address the mail was sent to, with and without its plus part."""
        if self._recipients is None:
            self._recipients = self._all_recipients()
        return self._recipients

    def _all_recipients(self) -> set[str]:
        mail = self.mail
        named = (*mail.envelope.recipients, *mail.delivered_to, *(a.addr for a in (*mail.to, *mail.cc)))
        found = {canonical(addr) for addr in named}
        if self._subaddress:
            for addr in tuple(found):
                local, at, domain = addr.rpartition("@")
                found.add(f"{local.split(self._subaddress, 1)[0]}{at}{domain}")
        return found


def _addresses(found: set[str], wanted: tuple[Wanted, ...]) -> bool:
    domains = {f"@{addr.rpartition('@')[2]}" for addr in found}
    return any(entry in found or entry in domains for entry in wanted)


def _patterns(text: str, wanted: tuple[Wanted, ...]) -> bool:
    return any(entry.search(text) for entry in wanted if not isinstance(entry, str | bool | AtLeast))


def _attachment(seen: MailForRules, wanted: tuple[Wanted, ...]) -> bool:
    for file in seen.mail.attachments:
        for value in (fold(file.name[:_NAME_CAP]), fold(file.original_name[:_NAME_CAP]), file.type.lower()):
            if value and any(fnmatch.fnmatchcase(value, str(entry)) for entry in wanted):
                return True
    return False


def _header(seen: MailForRules, name: str, wanted: tuple[Wanted, ...]) -> bool:
    values = seen.mail.all(name)
    if wanted in ((True,), (False,)):
        return bool(values) is wanted[0]
    return any(_patterns(value[:TEXT_CAP], wanted) for value in values)


def _numbers(value: float | None, wanted: tuple[Wanted, ...]) -> bool:
    return value is not None and any(entry.holds(value) for entry in wanted if isinstance(entry, AtLeast))


# What a condition on the mail alone asks; outside any transaction.
ON_MAIL: Mapping[str, Callable[[MailForRules, tuple[Wanted, ...]], bool]] = {
    "to": lambda seen, wanted: _addresses(seen.recipients(), wanted),
    "from": lambda seen, wanted: _addresses({seen.mail.author.key} if seen.mail.author else set(), wanted),
    "reply_to": lambda seen, wanted: _addresses({a.key for a in seen.mail.reply_to}, wanted),
    "subject": lambda seen, wanted: _patterns(seen.mail.subject, wanted),
    "body": lambda seen, wanted: _patterns(seen.text, wanted),
    "words": lambda seen, wanted: any(has_word(seen.words, str(entry)) for entry in wanted),
    "attachment": _attachment,
    "has_attachment": lambda seen, wanted: any(not a.inline for a in seen.mail.attachments) in wanted,
    "size": lambda seen, wanted: _numbers(seen.mail.size, wanted),
    "spam": lambda seen, wanted: seen.mail.spam in wanted,
    "program": lambda seen, wanted: seen.mail.envelope.program in wanted,
    "spam.score": lambda seen, wanted: _numbers(seen.mail.spam_score, wanted),
}


def _customer(known: Customer | None, column: str, wanted: tuple[Wanted, ...]) -> bool:
    """A column as it is written, in any case and accents; `true` asks whether anything stands there."""
    if column == "known":
        return (known is not None) in wanted
    value = known.value(column) if known else ""
    return bool(value) in wanted or (bool(value) and fold(value) in wanted)


# What needs the store, the clock or the sender's proof; inside the transaction, and cheap.
ON_CIRCUMSTANCES: Mapping[str, Callable[[Circumstances, tuple[Wanted, ...]], bool]] = {
    "language": lambda now, wanted: now.language in wanted,
    "automatic": lambda now, wanted: now.automatic in wanted,
    "authenticated": lambda now, wanted: now.authenticated in wanted,
    "hours": lambda now, wanted: any(now.inside(str(calendar)) for calendar in wanted),
    "new": lambda now, wanted: now.new in wanted,
    "agent": lambda now, wanted: now.agent in wanted,
    "ticket.status": lambda now, wanted: now.ticket_status is not None and now.ticket_status.value in wanted,
    "ticket.department": lambda now, wanted: now.ticket_department in wanted,
}


def on_mail(condition: Condition, seen: MailForRules) -> bool:
    """Whether a condition on the mail alone holds, its negation considered."""
    if condition.key.startswith("header."):
        return _header(seen, condition.key.removeprefix("header."), condition.wanted) is not condition.negated
    return ON_MAIL[condition.key](seen, condition.wanted) is not condition.negated


def on_circumstances(condition: Condition, circumstances: Circumstances) -> bool:
    """Whether a condition on the circumstances holds, its negation considered."""
    if condition.key.startswith("customer."):
        column = condition.key.removeprefix("customer.")
        return _customer(circumstances.customer, column, condition.wanted) is not condition.negated
    return ON_CIRCUMSTANCES[condition.key](circumstances, condition.wanted) is not condition.negated
