"""Ordered rules over a Pattern protocol: the first hit wins, and every rule tried leaves a trace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.model.mail import Address, InboundMail
from mailgate.core.model.ticket import QUIET, Priority
from mailgate.core.model.trace import RuleTrace
from mailgate.core.rules.condition import Circumstances, Condition, MailForRules, Pattern, on_circumstances, on_mail

__all__ = [
    "Actions",
    "Circumstances",
    "MailFindings",
    "Rule",
    "RuleEffects",
    "RuleFindings",
    "RuleTrace",
    "match_mail",
    "requester",
    "route_mail",
]

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,20}")


@dataclass(frozen=True, slots=True)
class Actions:
    """What a rule that hits asks for; None and empty leave it as it is."""

    department: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    quiet: bool = False  # the tag of that name: no automatic letters
    assign: str | None = None  # an agent's name, "round-robin", "least-busy" or "customer": whoever looks after them
    sla: str | None = None
    language: str | None = None
    ack: str | bool | None = None  # a template's name, or False for none
    fields: Mapping[str, Pattern] = field(default_factory=dict)
    requester: Pattern | str | None = None  # a pattern over the text, or "reply-to"
    requester_name: Pattern | None = None  # over the text, where the name stands apart from the address
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
    def of_answers(self) -> bool:
        """True when it speaks of mails to tickets that exist: only such a rule moves a ticket about."""
        return any(
            condition.key.startswith("ticket.")
            or (condition.key == "new" and (False in condition.wanted) is not condition.negated)
            for condition in self.circumstances
        )


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """What the rules together ask for; None leaves a thing as it is (`department`: as the recipients say)."""

    department: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    assign: str | None = None
    sla: str | None = None
    language: str | None = None
    ack: str | bool | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    call: str | None = None
    notify: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()
    note: str | None = None
    drop: str | None = None
    park: str | None = None
    broken: str | None = None  # the rule that failed: nothing of any rule is done, people are told
    error: str = ""  # what it failed with
    trace: tuple[RuleTrace, ...] = ()

    @property
    def rule(self) -> str | None:
        """The name of the rule that ended it, None when none did."""
        return self.trace[-1].name if self.trace and self.trace[-1].hit else None


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """What one rule's conditions and patterns make of the mail alone."""

    hit: bool
    why: str
    fields: Mapping[str, str] = field(default_factory=dict)
    requester: Address | None = None
    call: str | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class MailFindings:
    """The findings of every rule that may matter, in order; rules behind a certain end are left out."""

    findings: tuple[RuleFindings, ...] = ()


def match_mail(rules: Sequence[Rule], mail: InboundMail, subaddress: str = "+") -> MailFindings:
    """What each rule's conditions on the mail alone say; runs before the transaction, for `route_mail` to use in it."""
    seen = MailForRules(mail, subaddress)
    found: list[RuleFindings] = []
    for rule in rules:
        try:
            found.append(_look(rule, seen))
        except Exception as error:
            found.append(RuleFindings(False, "", error=f"{type(error).__name__}: {error}"[:200]))
        certain = found[-1].hit and not rule.circumstances and not rule.then.go_on
        if certain or found[-1].error:
            break
    return MailFindings(tuple(found))


def _look(rule: Rule, seen: MailForRules) -> RuleFindings:
    for condition in rule.mail:
        if not on_mail(condition, seen):
            return RuleFindings(False, f"missed:{condition.name}")
    then = rule.then
    return RuleFindings(
        True,
        ", ".join(condition.name for condition in rule.mail),
        {name: value for name, pattern in then.fields.items() if (value := _taken(pattern, seen.whole))},
        _named(_requester(then.requester, seen), then.requester_name, seen),
        _taken(then.call, seen.whole) if then.call else None,
    )


def _taken(pattern: Pattern, text: str) -> str:
    """The first group of the first match (the whole match when the pattern has no group), on one line."""
    found = pattern.search(text)
    if not found:
        return ""
    return " ".join((found.group(1 if pattern.groups else 0) or "").split())[:500]


def _requester(how: Pattern | str | None, seen: MailForRules) -> Address | None:
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


def _named(person: Address | None, name: Pattern | None, seen: MailForRules) -> Address | None:
    found = _taken(name, seen.whole).strip(" <>\"'") if person and name else ""
    return Address(person.addr, found) if person and found else person


def requester(examined: MailFindings | None) -> Address | None:
    """Whose mail a contact form's mail really is; asked before guard and limits, so by the mail's own conditions."""
    findings = examined.findings if examined else ()
    found = next((one.requester for one in findings if one.hit and one.requester), None)
    return None if found and is_chat(found.addr) else found  # whoever types into a form has no telephone of others


def route_mail(rules: Sequence[Rule], examined: MailFindings, circumstances: Circumstances) -> RuleEffects:
    """What the rules ask for: the first hit ends it, `continue = true` adds to what is there.

    Of rules that go on, the earlier one wins where two set the same thing; tags, fields, notify and forward add up.
    A rule that fails stops everything: the mail goes where its recipients say, and `broken` and `error` tell people.
    """
    trace: list[RuleTrace] = []
    hits: list[tuple[Actions, RuleFindings]] = []
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
            trace.append(RuleTrace(rule.name, False, f"failed: {error}"))
            return RuleEffects(broken=rule.name, error=error, trace=tuple(trace))
        trace.append(RuleTrace(rule.name, hit, why))
        if hit:
            hits.append((rule.then if circumstances.new or rule.of_answers else _aside(rule.then), found))
            if not rule.then.go_on:
                break
    return _together(hits, tuple(trace))


def _aside(then: Actions) -> Actions:
    """The actions of a rule for first mails, on an answer: where a ticket stands was settled when it was opened."""
    return replace(then, department=None, priority=None, assign=None, sla=None, note=None)


def _holds(rule: Rule, circumstances: Circumstances, why: str) -> tuple[bool, str]:
    for condition in rule.circumstances:
        if not on_circumstances(condition, circumstances):
            return False, f"missed:{condition.name}"
    held = [name for name in (why, *(condition.name for condition in rule.circumstances)) if name]
    return True, ", ".join(held) or "unconditional"


def _together(hits: Sequence[tuple[Actions, RuleFindings]], trace: tuple[RuleTrace, ...]) -> RuleEffects:
    actions = [then for then, _ in hits]
    fields: dict[str, str] = {}
    for _, found in hits:
        fields = {**found.fields, **fields}
    return RuleEffects(
        department=next((then.department for then in actions if then.department), None),
        priority=next((then.priority for then in actions if then.priority), None),
        tags=_all((*then.tags, QUIET) if then.quiet else then.tags for then in actions),
        assign=next((then.assign for then in actions if then.assign), None),
        sla=next((then.sla for then in actions if then.sla), None),
        language=next((then.language for then in actions if then.language), None),
        ack=next((then.ack for then in actions if then.ack is not None), None),
        fields=fields,
        call=_called(hits),
        notify=_all(then.notify for then in actions),
        forward=_all(then.forward for then in actions),
        note="\n".join(then.note for then in actions if then.note) or None,
        drop=next((then.drop for then in actions if then.drop), None),
        park=next((then.park for then in actions if then.park), None),
        trace=trace,
    )


def _called(hits: Sequence[tuple[Actions, RuleFindings]]) -> str | None:
    """The caller's number: `""` where a rule says that the mail tells of a call and no number stands in it."""
    numbers = [found.call or "" for then, found in hits if then.call is not None]
    return next((number for number in numbers if number), "") if numbers else None


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry for entries in lists for entry in entries))
