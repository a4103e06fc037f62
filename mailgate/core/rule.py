"""Ordered rules over a Pattern protocol: the first hit wins, and every rule tried leaves a trace."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mailgate.core.mail import Address, InboundMail, canonical
from mailgate.core.ticket import Priority, Status
from mailgate.core.words import fold, holds, spaced

TEXT_CAP = 64 * 1024  # characters of a mail's text that rules see
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,20}")


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

    key: str  # a key of ON_MAIL or ON_CIRCUMSTANCES, or "header.NAME"
    wanted: tuple[Wanted, ...]
    negated: bool = False

    @property
    def name(self) -> str:
        """The condition as the admin wrote it."""
        return f"when.not.{self.key}" if self.negated else f"when.{self.key}"


@dataclass(frozen=True, slots=True)
class Actions:
    """What a rule that hits asks for; None and empty leave it as it is."""

    department: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    assign: str | None = None  # an agent's name, "round-robin" or "least-busy"
    sla: str | None = None
    language: str | None = None
    ack: str | bool | None = None  # a template's name, or False for none
    fields: Mapping[str, Pattern] = field(default_factory=dict)
    requester: Pattern | str | None = None  # a pattern over the text, or "reply-to"
    call: Pattern | None = None
    notify: tuple[str, ...] = ()  # agents' names, "lead", addresses
    forward: tuple[str, ...] = ()
    note: str | None = None
    drop: str | None = None  # the reason
    park: str | None = None  # the reason
    go_on: bool = False  # `continue = true`


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule; `mail` conditions need the mail alone, `circumstances` what the store and the clock know."""

    name: str
    mail: tuple[Condition, ...] = ()
    circumstances: tuple[Condition, ...] = ()
    then: Actions = Actions()
    file: str = ""
    line: int = 0

    @property
    def unconditional(self) -> bool:
        """True when it hits every mail."""
        return not self.mail and not self.circumstances


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule may ask beside the mail itself."""

    department: str = ""  # the one the recipients name
    language: str = "en"  # the mail's, or the department's when unsure
    new: bool = True  # the mail would open a ticket
    agent: bool = False  # the author is an agent
    authenticated: bool = False  # by a border's pass or a proof
    automatic: bool = False
    ticket_status: Status | None = None
    ticket_department: str | None = None
    in_hours: Mapping[str, bool] | Callable[[str], bool] = field(default_factory=dict)  # calendar -> open now?

    def inside(self, calendar: str) -> bool:
        """True inside that calendar's hours."""
        return self.in_hours(calendar) if callable(self.in_hours) else self.in_hours.get(calendar, False)


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule in the trace."""

    name: str
    hit: bool
    why: str  # the first condition that failed, what held, or the error


@dataclass(frozen=True, slots=True)
class Route:
    """What the rules together ask for; None leaves a thing as it is (`department`: as the recipients say)."""

    department: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    assign: str | None = None
    sla: str | None = None
    language: str | None = None
    ack: str | bool | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    requester: Address | None = None
    call: str | None = None
    notify: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()
    note: str | None = None
    drop: str | None = None
    park: str | None = None
    broken: str | None = None  # the rule that failed: nothing of any rule is done, people are told in `note`
    trace: tuple[Tried, ...] = ()

    @property
    def rule(self) -> str | None:
        """The name of the rule that ended it, None when none did."""
        return self.trace[-1].name if self.trace and self.trace[-1].hit else None


@dataclass(frozen=True, slots=True)
class Findings:
    """What one rule's conditions and patterns make of the mail alone."""

    hit: bool
    why: str
    fields: Mapping[str, str] = field(default_factory=dict)
    requester: Address | None = None
    call: str | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """The findings of every rule that may matter, in order; rules behind a certain end are left out."""

    findings: tuple[Findings, ...] = ()


class _Seen:
    """A mail as the conditions look at it: capped, and folded at most once."""

    def __init__(self, mail: InboundMail, subaddress: str) -> None:
        self.mail = mail
        self.text = mail.text[:TEXT_CAP]
        self._subaddress = subaddress
        self._words: str | None = None

    @property
    def words(self) -> str:
        """The folded words of subject and text."""
        if self._words is None:
            self._words = spaced(f"{self.mail.subject}\n{self.text}")
        return self._words

    @property
    def whole(self) -> str:
        """Subject and text, for patterns that take something out of them."""
        return f"{self.mail.subject}\n{self.text}"

    def recipients(self) -> set[str]:
        """Every address the mail was sent to, with and without its plus part."""
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


def _attachment(seen: _Seen, wanted: tuple[Wanted, ...]) -> bool:
    for file in seen.mail.attachments:
        for value in (fold(file.name), fold(file.original_name), file.type.lower()):
            if value and any(fnmatch.fnmatchcase(value, str(entry)) for entry in wanted):
                return True
    return False


def _header(seen: _Seen, name: str, wanted: tuple[Wanted, ...]) -> bool:
    values = seen.mail.all(name)
    if wanted in ((True,), (False,)):
        return bool(values) is wanted[0]
    return any(_patterns(value[:TEXT_CAP], wanted) for value in values)


def _numbers(value: float | None, wanted: tuple[Wanted, ...]) -> bool:
    return value is not None and any(entry.holds(value) for entry in wanted if isinstance(entry, AtLeast))


# What a condition on the mail alone asks; outside any transaction.
ON_MAIL: Mapping[str, Callable[[_Seen, tuple[Wanted, ...]], bool]] = {
    "to": lambda seen, wanted: _addresses(seen.recipients(), wanted),
    "from": lambda seen, wanted: _addresses({seen.mail.author.key} if seen.mail.author else set(), wanted),
    "reply_to": lambda seen, wanted: _addresses({a.key for a in seen.mail.reply_to}, wanted),
    "subject": lambda seen, wanted: _patterns(seen.mail.subject, wanted),
    "body": lambda seen, wanted: _patterns(seen.text, wanted),
    "words": lambda seen, wanted: any(holds(seen.words, str(entry)) for entry in wanted),
    "attachment": _attachment,
    "has_attachment": lambda seen, wanted: any(not a.inline for a in seen.mail.attachments) in wanted,
    "size": lambda seen, wanted: _numbers(seen.mail.size, wanted),
    "spam": lambda seen, wanted: seen.mail.spam in wanted,
    "spam.score": lambda seen, wanted: _numbers(seen.mail.spam_score, wanted),
}

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


def examine(rules: Sequence[Rule], mail: InboundMail, subaddress: str = "+") -> Examined:
    """What each rule's conditions on the mail alone say; runs before the transaction, for `route` to use in it."""
    seen = _Seen(mail, subaddress)
    found: list[Findings] = []
    for rule in rules:
        try:
            found.append(_look(rule, seen))
        except Exception as error:
            found.append(Findings(False, "", error=f"{type(error).__name__}: {error}"[:200]))
        certain = found[-1].hit and not rule.circumstances and not rule.then.go_on
        if certain or found[-1].error:
            break
    return Examined(tuple(found))


def _look(rule: Rule, seen: _Seen) -> Findings:
    for condition in rule.mail:
        if condition.key.startswith("header."):
            held = _header(seen, condition.key.removeprefix("header."), condition.wanted)
        else:
            held = ON_MAIL[condition.key](seen, condition.wanted)
        if held is condition.negated:
            return Findings(False, f"{condition.name} does not hold")
    then = rule.then
    return Findings(
        True,
        ", ".join(condition.name for condition in rule.mail),
        {name: value for name, pattern in then.fields.items() if (value := _taken(pattern, seen.whole))},
        _requester(then.requester, seen),
        _taken(then.call, seen.whole) if then.call else None,
    )


def _taken(pattern: Pattern, text: str) -> str:
    """The first group of the first match (the whole match when the pattern has no group), on one line."""
    found = pattern.search(text)
    if not found:
        return ""
    return " ".join((found.group(1 if pattern.groups else 0) or "").split())[:500]


def _requester(how: Pattern | str | None, seen: _Seen) -> Address | None:
    if how is None:
        return None
    if isinstance(how, str):
        return next(iter(seen.mail.reply_to), None)
    taken = _taken(how, seen.whole)
    found = _ADDRESS.search(taken)
    if not found:
        return None
    name = taken[: found.start()].strip(" <\"'")
    return Address(found.group().rstrip("."), name)


def requester(rules: Sequence[Rule], examined: Examined) -> Address | None:
    """Whose mail a contact form's mail really is; asked before guard and limits, so by the mail's own conditions."""
    for rule, found in zip(rules, examined.findings, strict=False):
        if found.hit and rule.then.requester is not None and found.requester:
            return found.requester
    return None


def route(rules: Sequence[Rule], examined: Examined, circumstances: Circumstances) -> Route:
    """What the rules ask for: the first hit ends it, `continue = true` adds to what is there.

    Of rules that go on, the earlier one wins where two set the same thing; tags, fields, notify and forward add up.
    A rule that fails stops everything: the mail goes where its recipients say, and `broken` and `note` tell people.
    """
    trace: list[Tried] = []
    hits: list[tuple[Actions, Findings]] = []
    for rule, found in zip(rules, examined.findings, strict=False):
        error = found.error
        why = found.why
        hit = found.hit
        if hit and not error:
            try:
                hit, why = _holds(rule, circumstances, why)
            except Exception as failure:
                error = f"{type(failure).__name__}: {failure}"[:200]
        if error:
            trace.append(Tried(rule.name, False, f"failed: {error}"))
            note = f"Rule '{rule.name}' failed ({error}); this mail was filed without rules."
            return Route(broken=rule.name, note=note, trace=tuple(trace))
        trace.append(Tried(rule.name, hit, why))
        if hit:
            hits.append((rule.then, found))
            if not rule.then.go_on:
                break
    return _together(hits, tuple(trace))


def _holds(rule: Rule, circumstances: Circumstances, why: str) -> tuple[bool, str]:
    for condition in rule.circumstances:
        if ON_CIRCUMSTANCES[condition.key](circumstances, condition.wanted) is condition.negated:
            return False, f"{condition.name} does not hold"
    held = [name for name in (why, *(condition.name for condition in rule.circumstances)) if name]
    return True, ", ".join(held) or "no conditions"


def _together(hits: Sequence[tuple[Actions, Findings]], trace: tuple[Tried, ...]) -> Route:
    actions = [then for then, _ in hits]
    fields: dict[str, str] = {}
    for _, found in hits:
        fields = {**found.fields, **fields}
    return Route(
        department=next((then.department for then in actions if then.department), None),
        priority=next((then.priority for then in actions if then.priority), None),
        tags=_all(then.tags for then in actions),
        assign=next((then.assign for then in actions if then.assign), None),
        sla=next((then.sla for then in actions if then.sla), None),
        language=next((then.language for then in actions if then.language), None),
        ack=next((then.ack for then in actions if then.ack is not None), None),
        fields=fields,
        requester=next((found.requester for _, found in hits if found.requester), None),
        call=next((found.call for _, found in hits if found.call), None),
        notify=_all(then.notify for then in actions),
        forward=_all(then.forward for then in actions),
        note="\n".join(then.note for then in actions if then.note) or None,
        drop=next((then.drop for then in actions if then.drop), None),
        park=next((then.park for then in actions if then.park), None),
        trace=trace,
    )


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry for entries in lists for entry in entries))
