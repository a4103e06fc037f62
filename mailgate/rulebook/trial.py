"""The tests inside rule files: a mail in a few words, and what the rules are to make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailgate.core.customers.customer import COLUMNS, Customer
from mailgate.core.mails import guard
from mailgate.core.model.mail import Address, Attachment, Envelope, InboundMail, Source, canonical
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import QUIET, Status
from mailgate.core.rules.condition import Circumstances
from mailgate.core.rules.rule import Rule, RuleEffects, match_mail, requester, route_mail
from mailgate.errors import Problem
from mailgate.rulebook.reading import Names, Reading, address, one_of, text, texts, truth


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A mail and what is expected of it, checked for form."""

    rule: str  # the rule it stands under
    mail: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int | None = None


def _addresses(value: Any, names: Names) -> tuple[Address, ...]:
    return tuple(_address(entry, names) for entry in texts(value))


def _address(value: Any, names: Names) -> Address:
    written = text(value).strip()
    name, bracket, addr = written.rpartition("<")
    return Address(address(addr.removesuffix(">") if bracket else written), name.strip().strip('"'))


def _headers(value: Any, names: Names) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError('headers are a table, like { Auto-Submitted = "auto-replied" }')
    return tuple((name.lower(), one) for name, wish in value.items() for one in texts(wish))


def _files(value: Any, names: Names) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(entry, "application/octet-stream", 1000, "", str(at)) if "/" not in entry
        else Attachment("file", entry, 1000, "", str(at))
        for at, entry in enumerate(texts(value), 2)
    )  # fmt: skip


def _number(value: Any, names: Names) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("this is to be a number")
    return value


def _ticket(value: Any, names: Names) -> Mapping[str, str]:
    if not isinstance(value, dict) or not set(value) <= {"status", "department"}:
        raise ValueError('the ticket it answers is a table, like { status = "solved", department = "billing" }')
    return {
        "status": one_of(value.get("status", "open"), list(Status), "status"),
        "department": one_of(value.get("department", names.departments[0]), names.departments, "department"),
    }


def _customer(value: Any, names: Names) -> Customer:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError('what the desk was told of whoever wrote is a table, like { tier = "gold", contract = "A" }')
    own = {name: one for name, one in value.items() if name in COLUMNS}
    return Customer(**own, fields={name: one for name, one in value.items() if name not in COLUMNS})


def _calendars(value: Any, names: Names) -> tuple[str, ...]:
    return tuple(one_of(entry, names.calendars, "calendar") for entry in texts(value))


def _words(value: Any, names: Names) -> str:
    if not isinstance(value, str):
        raise ValueError("this is to be text in quotes")
    return value


def _flag(value: Any, names: Names) -> bool:
    return truth(value)


MAIL: Mapping[str, Callable[[Any, Names], Any]] = {
    "from": _address, "to": _addresses, "cc": _addresses, "reply_to": _addresses, "subject": _words, "body": _words,
    "headers": _headers, "attachments": _files, "size": _number, "language": _words, "spam": _flag,
    "spam_score": _number, "automatic": _flag, "authenticated": _flag, "program": _words, "agent": _flag,
    "new": _flag, "ticket": _ticket, "customer": _customer,
    "hours": _calendars,
}  # fmt: skip


def _names(value: Any, names: Names) -> tuple[str, ...]:
    return tuple(sorted(texts(value))) if value != [] else ()


def _said(value: Any, names: Names) -> str | bool:
    return value if isinstance(value, bool) else _words(value, names)


def _department(value: Any, names: Names) -> str:
    return one_of(value, names.departments, "department")


def _fields(value: Any, names: Names) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise ValueError('fields are a table, like { order = "4711" }')
    return value


EXPECT: Mapping[str, Callable[[Any, Names], Any]] = {
    "rule": _words, "department": _department, "priority": _words, "tags": _names,
    "quiet": lambda value, names: truth(value), "assign": _words, "sla": _words,
    "language": _words, "ack": _said, "fields": _fields, "requester": _words,
    "requester_name": _words, "call": _words, "notify": _names,
    "forward": _names, "note": _said, "drop": _said, "park": _said,
}  # fmt: skip


def read(table: Mapping[str, Any], place: Reading) -> RuleTest:
    """A test; what is wrong with its form is noted at its place."""
    place.unknown(table, ("mail", "expect"), "key")
    mail = _parsed(table.get("mail"), MAIL, "key of a test's mail", place.at("mail"))
    expect = _parsed(table.get("expect"), EXPECT, "expectation", place.at("expect"))
    if not expect:
        place.note("a test without `expect` proves nothing")
    return RuleTest(place.rule, mail, expect, str(place.document.path), place.document.line(place.loc))


def _parsed(
    value: Any, parsers: Mapping[str, Callable[[Any, Names], Any]], what: str, place: Reading
) -> Mapping[str, Any]:
    table = place.table(value)
    place.unknown(table, parsers, what)
    found = {}
    for key, wish in table.items():
        parsed = place.at(key).tried(parsers[key], wish, place.names) if key in parsers else None
        if parsed is not None:
            found[key] = parsed
    return found


def run(rules: Sequence[Rule], tests: Sequence[RuleTest], policy: Policy) -> list[Problem]:
    """A problem for every expectation that the rules do not meet."""
    problems: list[Problem] = []
    for test in tests:
        got = _outcome(rules, test, policy)
        for key, wanted in test.expect.items():
            if not _meets(wanted, got[key]):
                tried = f" (decided by rule '{got['rule']}')" if key != "rule" else ""
                words = f"test: expected {key} = {_shown(wanted)}, got {_shown(got[key])}{tried}"
                problems.append(Problem(test.file, f"rule '{test.rule}'", words, test.line))
    return problems


def _outcome(rules: Sequence[Rule], test: RuleTest, policy: Policy) -> dict[str, Any]:
    mail = inbound(test.mail, policy)
    examined = match_mail(rules, mail, policy.identity.subaddress)
    form = requester(examined)
    base = next((name for addr in mail.envelope.recipients if (name := policy.department_at(addr))), None)
    found = route_mail(rules, examined, _circumstances(test.mail, mail, policy))
    return _facts(found, form) | {"department": found.department or base or policy.departments[0].name}


def _facts(found: RuleEffects, form: Address | None) -> dict[str, Any]:
    return {
        "rule": found.rule, "priority": found.priority.value if found.priority else None,
        "tags": tuple(sorted(found.tags)), "quiet": QUIET in found.tags,
        "assign": found.assign, "sla": found.sla, "language": found.language,
        "ack": True if found.ack is None else found.ack, "fields": found.fields,
        "requester": form.key if form else None,
        "requester_name": form.name if form else None, "call": found.call, "notify": tuple(sorted(found.notify)),
        "forward": tuple(sorted(found.forward)), "note": found.note, "drop": found.drop, "park": found.park,
    }  # fmt: skip


def _meets(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, bool) and not isinstance(got, bool):
        return wanted is (got is not None)
    if wanted == "":
        return not got
    if isinstance(wanted, Mapping):
        return all(got.get(name) == value for name, value in wanted.items())
    return bool(wanted == got)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_shown(one)}" for name, one in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else f'"{value}"'


def inbound(given: Mapping[str, Any], policy: Policy) -> InboundMail:
    """The mail of a test; without `to` it goes to the first department."""
    to = given.get("to") or (Address(policy.departments[0].addresses[0]),)
    author = given.get("from") or Address("somebody@customer.example")
    headers = given.get("headers", ())
    body = given.get("body", "")
    return InboundMail(
        envelope=Envelope(
            author.addr,
            tuple(canonical(a.addr) for a in (*to, *given.get("cc", ()))),
            Source.PROGRAM if given.get("program") else Source.SMTP,
            login=given.get("program", ""),
        ),
        size=int(given.get("size", len(body.encode()) + 1000)),
        content_digest="",
        author=author,
        author_clean=author.addr.isascii(),
        reply_to=given.get("reply_to", ()),
        to=to,
        cc=given.get("cc", ()),
        subject=given.get("subject", ""),
        message_id="<test@customer.example>",
        headers=headers,
        text=body,
        fresh=body,
        attachments=given.get("attachments", ()),
        language=given.get("language", ""),
        spam=given.get("spam", False),
        spam_score=given.get("spam_score"),
    )


def _circumstances(given: Mapping[str, Any], mail: InboundMail, policy: Policy) -> Circumstances:
    ticket = given.get("ticket")
    return Circumstances(
        language=mail.language,
        new=given.get("new", ticket is None),
        agent=given.get("agent", mail.author is not None and policy.agent_at(mail.author.addr) is not None),
        authenticated=given.get("authenticated", False),
        automatic=given.get("automatic", guard.inspect(mail, policy, lambda value: False).robot),
        ticket_status=Status(ticket["status"]) if ticket else None,
        ticket_department=ticket["department"] if ticket else None,
        customer=given.get("customer"),
        in_hours=dict.fromkeys(given.get("hours", ()), True),
    )
