"""What no single key can know: names that must exist, addresses that must differ, texts that must fit."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from functools import partial
from typing import Any

from mailgate.config import values, web
from mailgate.config.connect import calls, channels, package
from mailgate.config.model import FileModel
from mailgate.config.tree import Config
from mailgate.config.work import Loading
from mailgate.core.commands.catalogue import COMMANDS
from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Mode
from mailgate.core.proof import token
from mailgate.core.text.folding import fold
from mailgate.tomlfile import Loc, nearest

_COMMAND = re.compile(r"[^\W\d_](?:[^\W\d_]|-)+")


def names(model: FileModel, config: Config, work: Loading) -> None:
    """Note every name, address and text that does not go with the rest."""
    _duplicates(model, work)
    _references(model, config, work)
    _addresses(model, config, work)
    _texts(model, work)
    _commands(model, work)
    _forwards(model, config, work)
    _pauses(model, work)
    _passes(config, work)
    package.wanted(model, work)
    web.names(model.web, _named("department", work), work)
    channels.names(model.channel, _named("department", work), work)
    calls.names(model.web.calls, {kind: _named(kind, work) for kind in ("agent", "department")}, work)


def _pauses(model: FileModel, work: Loading) -> None:
    """Whom a department would let go before it asks, it never asks."""
    for at, department in enumerate(model.department):
        if department.nudge and department.solve_after and department.nudge >= department.solve_after:
            text = "nobody is asked before solve_after solves their ticket: it is to be shorter than that"
            work.note(("department", at, "nudge"), text, warning=True)


def _passes(config: Config, work: Loading) -> None:
    """Where a pass is asked of agents, somebody must be there to give one."""
    accept = config.policy.identity.accept
    if (
        accept == "token"
        or config.policy.identity.borders
        or (config.submission.listen and config.submission.passwords)
    ):
        return
    text = (
        f'"{accept}" asks for a pass that nobody can give, so all agents\' mail waits: '
        "add [[identity.border]], or [submission] and passwords of agents"
    )
    work.note(("identity", "accept"), text, warning=True)


def _named(section: str, work: Loading) -> list[str]:
    """The names the file gives, those of tables with problems included."""
    tables = work.document.data.get(section)
    if not isinstance(tables, list):
        return []
    return [str(table["name"]) for table in tables if isinstance(table, dict) and "name" in table]


def _duplicates(model: FileModel, work: Loading) -> None:
    for section in ("department", "agent", "sla", "calendar", "imap", "outgoing", "webhook"):
        seen: dict[str, int] = {}
        for at, table in enumerate(getattr(model, section)):
            first = seen.setdefault(table.name.lower(), at)
            if first != at:
                line = work.document.line((section, first, "name"))
                work.note((section, at, "name"), f'"{table.name}" is taken by the [[{section}]] at line {line}')


def _known(loc: Loc, name: str | None, names: Iterable[str], what: str, work: Loading) -> None:
    names = list(names)
    if name and name not in names:
        hint = nearest(name, names) or (f"; there are: {', '.join(names)}" if names else f"; there is no {what} at all")
        work.note(loc, f'there is no {what} "{name}"{hint}')


def _references(model: FileModel, config: Config, work: Loading) -> None:
    departments, people = _named("department", work), _named("agent", work)
    calendars = _named("calendar", work)
    for at, department in enumerate(model.department):
        loc: Loc = ("department", at)
        _known((*loc, "sla"), department.sla, _named("sla", work), "SLA", work)
        _known((*loc, "calendar"), department.calendar, calendars, "calendar", work)
        _known((*loc, "lead"), department.lead, people, "agent", work)
        _known((*loc, "deputy"), department.deputy, people, "agent", work)
        if department.deputy and department.deputy == department.lead:
            work.note((*loc, "deputy"), "the lead cannot stand in for themselves: name another agent")
        _known((*loc, "outgoing"), department.outgoing, _named("outgoing", work), "relay", work)
    if any(one.training for one in model.department[:1]) and not all(one.training for one in model.department):
        work.note(
            ("department", 0, "training"), "mail that names no department is the first one's: put another before it"
        )
    for at, agent in enumerate(model.agent):
        _known(("agent", at, "calendar"), agent.calendar, [*calendars, "always"], "calendar", work)
        for name in agent.departments:
            _known(("agent", at, "departments"), name, departments, "department", work)
    for at, sla in enumerate(model.sla):
        for step_at, step in enumerate(sla.escalate):
            _readers(("sla", at, "escalate", step_at, "notify"), step.notify, ["owner", "lead", *people], config, work)
        for tag in sla.tags if model.tickets.tags else ():
            _known(("sla", at, "tags"), tag, model.tickets.tags, "tag", work)
    _readers(("digest", "to"), model.digest.to, ["agents", "lead", *people], config, work)


def _readers(loc: Loc, names: Iterable[str], known: list[str], config: Config, work: Loading) -> None:
    """Each is somebody we know, or an address outside."""
    for name in names:
        if "@" in name:
            work.tried(loc, partial(values.mailbox, name))
            _outside(loc, name, config, work)
        else:
            _known(loc, name, known, "agent", work)


def _outside(loc: Loc, addr: str, config: Config, work: Loading) -> None:
    """Letters to this address must not come back in (threats G-08)."""
    department = config.policy.department_at(addr)
    if department:
        work.note(loc, f"{addr} is an inbound address of department {department}: its mail would come back to us")


def _addresses(model: FileModel, config: Config, work: Loading) -> None:
    owner: dict[str, str] = {}
    for at, department in enumerate(model.department):
        for addr in department.addresses:
            first = owner.setdefault(addr, department.name)
            if first != department.name:
                work.note(("department", at, "addresses"), f"{addr} belongs to department {first} already")
        sender = department.from_
        if sender and not config.policy.department_at(sender.addr):
            text = f"answers go to {sender.addr}, which is no department's inbound address"
            work.note(("department", at, "from"), text, warning=True)
        elif sender and _too_long_for_reports(sender.addr, config):
            text = f"{sender.addr} is too long for signed bounce addresses: reports count by an id of ours inside alone"
            work.note(("department", at, "from"), text, warning=True)
    for at, box in enumerate(model.imap):
        if not config.policy.department_at(box.address):
            known = nearest(box.address, config.policy.inbound) or f"; there are: {', '.join(config.policy.inbound)}"
            work.note(("imap", at, "address"), f"{box.address} is no department's inbound address{known}")
    _agents(model, config, work)
    _outside(("gateway", "admin"), config.gateway.admin, config, work)
    if not config.gateway.admin and config.gateway.mode is not Mode.WATCH:
        work.note(("gateway", "admin"), "nobody will hear of faults: give the administrator's address", warning=True)
    for addr in config.gateway.pilot_to:
        _outside(("gateway", "pilot_to"), addr, config, work)


def _too_long_for_reports(addr: str, config: Config) -> bool:
    """True when a letter about a ticket of six digits would leave with the plain address (RFC 5321 4.5.3.1.1)."""
    keys, plus = config.policy.keys, config.policy.identity.subaddress
    if not keys or not plus:
        return False
    number = max(999_999, config.policy.tickets.first_number)
    words = token.Token(number, Audience.CUSTOMER, 0, Purpose.WORDS, "a" * 8)
    made = token.message_id(token.mint(keys[0], words, token.Carrier.ID), "x")
    return token.bounce_address(made, addr, plus, keys, 0, addr) == addr


def _agents(model: FileModel, config: Config, work: Loading) -> None:
    holder: dict[str, str] = {}
    for at, agent in enumerate(model.agent):
        keys = [("address", agent.address), *(("aliases", alias) for alias in agent.aliases)]
        for key, addr in keys:
            _outside(("agent", at, key), addr, config, work)
            if not addr.isascii():
                work.note(("agent", at, key), f"{addr} is not plain ASCII: it could never prove who writes")
            first = holder.setdefault(addr, agent.name)
            if first != agent.name:
                work.note(("agent", at, key), f"{addr} belongs to agent {first} already")


def _texts(model: FileModel, work: Loading) -> None:
    for key, tag in (("tag", model.tickets.tag), *(("old_tags", old) for old in model.tickets.old_tags)):
        if _holes(tag) != ["number"] or tag.strip() == "{number}":
            work.note(("tickets", key), f'found "{tag}"; a tag is text around one {{number}}, like "[#{{number}}]"')
    for name, link in model.letters.links.items():
        if _holes(link) is None or not link.startswith(("https://", "http://", "mailto:")):
            work.note(
                ("letters", "links", name),
                "a link is an address with {names} of ticket fields, like https://x.example/{order}",
            )
    privacy = model.gateway.privacy
    if privacy and not privacy.startswith("https://"):
        work.note(("gateway", "privacy"), f'found "{privacy}"; give a page of yours, "https://..."')
    survey = model.letters.survey
    if isinstance(survey, str) and (_holes(survey) is None or not survey.startswith("https://")):
        work.note(
            ("letters", "survey"), f'found "{survey}"; allowed: true, false, or a form\'s "https://...{{number}}"'
        )
    for at, border in enumerate(model.identity.border):
        if (border.format == "exchange-online") is bool(border.id):
            work.note(
                ("identity", "border", at), 'a border is either id = "mx.acme.example" or format = "exchange-online"'
            )


def _commands(model: FileModel, work: Loading) -> None:
    names = [name for word in COMMANDS for name in (word.name, *word.aliases)]
    meant = {fold(name) for name in names}
    for alias, name in model.commands.aliases.items():
        loc = ("commands", "aliases", alias)
        if fold(name.lstrip("#")) not in meant:
            hint = nearest(name, names) or "; see `mailgate tickets do --help` or #help"
            work.note(loc, f'there is no command "{name}"{hint}')
        if not _COMMAND.fullmatch(alias.lstrip("#")):
            work.note(loc, f'"{alias}" is no word for a command: two or more letters or hyphens, a letter first')
        elif fold(alias.lstrip("#")) in {word.name for word in COMMANDS} - {fold(name.lstrip("#"))}:
            work.note(loc, f'"{alias}" is the name of another command')


def _forwards(model: FileModel, config: Config, work: Loading) -> None:
    """What `#forward` calls by a name is one address outside, and the name is nobody's here."""
    first: dict[str, str] = {}
    for name, addr in model.forwards.items():
        loc: Loc = ("forwards", name)
        _outside(loc, addr, config, work)
        colleague = config.policy.colleague_at(addr)
        if colleague:
            text = (
                f"{addr} is agent {colleague.name}'s own address: #assign or #ask reach an agent, #forward never does"
            )
            work.note(loc, text)
        if first.setdefault(fold(name), name) != name:
            work.note(loc, f'"{name}" and "{first[fold(name)]}" are the same name to #forward: keep one of them')
        if fold(name) in {fold(one.name) for one in config.policy.agents}:
            work.note(
                loc, f'an agent is called "{name}": #forward {name} would seem to write to them; take another name'
            )


def _holes(text: str) -> list[Any] | None:
    """The names in `{}` of a text, None when its braces do not pair."""
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return None
