"""S-11: whatever key is changed, a reload applies it, or says by its name that it needs a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import trustme
from pydantic import BaseModel

from mailgate.app.admin import reloading
from mailgate.config.load import load
from mailgate.config.model import FileModel
from mailgate.config.tree import Config

# One of everything, and below it, for each key, another value that is allowed.
BASE: dict[str, Any] = {
    "gateway": {"name": "Acme", "domain": "acme.example", "admin": "root@admin.example"},
    "smtp": {"listen": "127.0.0.1:8025"},
    "imap": [{"name": "inbox", "address": "support@acme.example", "host": "imap.acme.example", "user": "u",
              "oauth": "microsoft", "client_id": "i"}],
    "outgoing": [
        {"name": "relay", "host": "smtp.acme.example", "user": "u", "oauth": "microsoft", "client_id": "i"},
        {"name": "second", "transport": "folder", "folder": "out"},
    ],
    "identity": {"border": [{"id": "mx.acme.example"}]},
    "department": [{"name": "support", "addresses": ["support@acme.example"]}],
    "agent": [{"name": "anna", "address": "anna@staff.example", "departments": ["support"]}],
    "sla": [{"name": "gold", "first_response": "1h", "escalate": [{"at": 1.0, "notify": "lead"}]}],
    "calendar": [{"name": "office", "monday": "09:00-17:00"}],
    "letters": {"links": {}},
    "webhook": [{"name": "crm", "url": "https://crm.acme.example/hook", "secret": "one secret of thirty-two octets."}],
    "channel": [{"name": "lines", "url": "http://127.0.0.1:9/out", "secret": "s", "department": "support"}],
    "web": {"listen": "127.0.0.1:8080", "url": "http://127.0.0.1:8080", "form": {"topics": [
        {"name": "quote", "text": {"en": "A quote"}, "department": "support", "fields": [{"key": "order", "text": {"en": "Order"}}]}]},
        "calls": {"recordings": [{"url": "https://pbx.example/"}]}},
}  # fmt: skip
OTHER: dict[str, Any] = {
    "gateway.name": "Other", "gateway.domain": "other.example", "gateway.data": "elsewhere",
    "gateway.timezone": "Europe/Helsinki", "gateway.language": "fi", "gateway.language_for": {"ru": "lv"}, "gateway.admin": "new@admin.example",
    "gateway.mode": "watch", "gateway.pilot_to": ["p@admin.example"], "gateway.alarm_command": ["/bin/true"],
    "gateway.health_url": "https://health.example/x", "store.url": "sqlite:other.db",
    "smtp.listen": "127.0.0.1:8026", "smtp.max_size": "9MB", "smtp.max_recipients": 9, "smtp.max_connections": 9,
    "smtp.max_connections_per_peer": 9, "smtp.timeout": "9m", "smtp.tls_cert": "other.pem", "smtp.tls_key": "other.pem",
    "smtp.trusted_networks": ["192.0.2.0/24"], "smtp.proxy_protocol": True, "lmtp.listen": "127.0.0.1:8027",
    "submission.listen": "127.0.0.1:8028",
    "imap.name": "other", "imap.address": "two@acme.example", "imap.host": "other.example", "imap.port": 9993,
    "imap.tls": "starttls", "imap.folders": ["INBOX", "Other"], "imap.junk": "Junk", "imap.sent_folder": "Sent",
    "imap.done_folder": "Done", "imap.since": date(2026, 1, 1), "imap.idle": False, "imap.poll": "9m",
    "imap.alarm_after": "9m", "imap.user": "v", "imap.password": "p", "imap.token_command": ["/bin/true"],
    "imap.oauth": "google", "imap.tenant": "t", "imap.client_id": "j", "imap.client_secret": "s",
    "channel.name": "other", "channel.url": "http://127.0.0.1:10/out", "channel.secret": "t", "channel.department": "sales",
    "channel.language": "fi", "channel.max_text": 900, "channel.files": 9, "channel.files_max": "9MB", "channel.window": "9h",
    "channel.ack": True, "channel.signature": True, "channel.retry_for": "9d",
    "outgoing.name": "other", "outgoing.transport": "folder", "outgoing.host": "other.example", "outgoing.port": 9587,
    "outgoing.tls": "tls", "outgoing.folder": "elsewhere", "outgoing.envelope": "verp", "outgoing.rate": "9/min",
    "outgoing.connections": 9, "outgoing.retry_for": "9d", "outgoing.user": "v", "outgoing.password": "p",
    "outgoing.token_command": ["/bin/true"], "outgoing.oauth": "google", "outgoing.tenant": "t",
    "outgoing.client_id": "j", "outgoing.client_secret": "s",
    "identity.accept": "pass", "identity.subaddress": "-", "identity.keys": "file:keys", "identity.old_letters": "1d",
    "identity.border.id": "mx2.acme.example", "identity.border.format": "exchange-online", "identity.border.veto": "agents",
    "limits.acks_per_sender_hour": 9, "limits.acks_per_sender_day": 9, "limits.acks_per_hour": 9,
    "limits.ack_max_age": "9h", "limits.reopens_per_ticket_day": 9, "limits.tickets_per_sender_hour": 9,
    "limits.parts": 9, "limits.nesting": 9, "limits.header_bytes": "9KB",
    "tickets.tag": "(#{number})", "tickets.old_tags": ["<{number}>"], "tickets.first_number": 9000,
    "tickets.reopen_within": "9d", "tickets.archive_after": "9d", "tickets.tags": ["one"],
    "department.name": "sales", "department.addresses": ["support@acme.example", "two@acme.example"],
    "department.from": "Us <support@acme.example>", "department.language": "fi", "department.sla": "gold",
    "department.calendar": "office", "department.lead": "anna", "department.deputy": "anna", "department.signature": "s",
    "department.outgoing": "second", "department.notify": "pull", "department.after_reply": "solved",
    "department.order": "arrival", "department.training": True,
    "department.nudge": "9d", "department.solve_after": "9d", "department.via": "google-group",
    "agent.name": "bo", "agent.address": "bo@staff.example", "agent.aliases": ["a@home.example"],
    "agent.full_name": "Anna V", "agent.departments": [], "agent.role": "lead", "agent.language": "fi", "agent.speaks": ["lv", "ru"],
    "agent.timezone": "Europe/Riga", "agent.calendar": "office", "agent.signature": "s", "agent.receipts": "always",
    "agent.active": False, "agent.password": "p",
    "sla.name": "other", "sla.first_response": "2h", "sla.next_response": "2h", "sla.resolve": "2h", "sla.warn": 0.5,
    "sla.escalate.at": 2.0, "sla.escalate.notify": ["owner"], "sla.escalate.priority": "urgent",
    "sla.escalate.release": True, "sla.escalate.reassign": True, "sla.priorities": ["high"], "sla.tags": ["one"],
    "sla.at_once": True, "sla.customers": ["a@b.example"], "sla.tier": ["gold"],
    "calendar.name": "other", "calendar.timezone": "Europe/Riga", "calendar.holidays": "FI",
    "calendar.closed": [date(2026, 12, 24)], "calendar.open": [date(2026, 12, 26)],
    **{f"calendar.{day}": "10:00-11:00" for day in
       ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")},
    "letters.templates": "elsewhere", "letters.logo": "https://acme.example/logo.png", "letters.survey": False,
    "letters.survey_every": "9d", "letters.stages": ["taken"], "letters.max_per_day": 9,
    "letters.quiet_hours": "22:00-06:00",
    "letters.suggest": True, "letters.links": {"order": "https://shop.example/{order}"},
    "notices.attach_max": "9MB", "rules.folder": "elsewhere", "rules.reload": True,
    "commands.aliases": {"tehty": "solve"}, "commands.undo_window": "9m", "forwards": {"billing": "ap@books.example"}, "customers.file": "customers.csv", "digest.at": "09:00", "digest.to": ["lead"],
    "webhook.name": "other", "webhook.url": "https://other.example/hook", "webhook.secret": "other secret of thirty-two octets",
    "webhook.secret_before": "the secret of before, of thirty-two", "webhook.events": ["ticket.*"], "webhook.presets": ["urgent"],
    "webhook.departments": ["support"], "webhook.words": True, "webhook.format": "slack", "webhook.ca_file": "other.pem",
    "webhook.insecure": True,
    "reports.spent_by_agent": True, "gateway.privacy": "https://acme.example/privacy",
    "retention.raw": "90d", "retention.text": "90d", "retention.archive_folder": "archive",
    "log.level": "debug", "log.format": "json", "metrics.listen": "127.0.0.1:8029",
    "web.listen": "127.0.0.1:8081", "web.url": "https://help.acme.example", "web.run": "child",
    "web.trusted_proxies": ["127.0.0.1/32"], "web.board": False, "web.status": False, "web.links": "9d", "web.confirm": "always",
    "web.session": "9h", "web.act": "all", "web.form.public": False, "web.form.embed_on": ["https://acme.example"],
    "web.form.files": 9, "web.form.size": "9MB", "web.form.rate": "9/1h", "web.form.topics.name": "other",
    "web.form.topics.text": {"en": "Other"}, "web.form.topics.department": "sales", "web.form.topics.fields.key": "other",
    "web.form.topics.fields.text": {"en": "Other"}, "web.form.topics.fields.required": True,
    "web.form.topics.fields.pattern": "[0-9]+", "web.help.public": False, "web.calls.tell": True, "web.calls.memo": "ended",
    "web.calls.agents": {"13": "anna"}, "web.calls.numbers": {"80": "support"}, "web.calls.recording_max": "9MB",
    "web.calls.placetel_secret": "s", "web.calls.recordings.url": "https://other.example/", "web.calls.recordings.secret": "s",
    "lookup.url": "https://other.example/{address}", "lookup.secret": "other", "lookup.header": "X-Api-Key", "lookup.command": ["/bin/true", "{address}"],
    "lookup.people": "results", "lookup.fields": {"name": "other"}, "lookup.wait": "1s", "lookup.timeout": "9s", "lookup.cache": "9h", "lookup.stale": "9d", "lookup.rate": "9/min",
}  # fmt: skip
# What stands beside a key before and after, and what has to change together with it.
BESIDE: dict[str, dict[str, Any]] = {
    "imap.address": {"department.addresses": ["support@acme.example", "two@acme.example"]},
    "imap.password": {"imap.oauth": None, "imap.password": "q"},
    "imap.token_command": {"imap.oauth": None, "imap.token_command": ["/bin/false"]},
    "outgoing.password": {"outgoing.oauth": None},
    "outgoing.token_command": {"outgoing.oauth": None},
    "outgoing.folder": {"outgoing.transport": "folder"},
    "submission.listen": {"smtp.tls_cert": "cert.pem", "smtp.tls_key": "cert.pem"},
    "smtp.tls_cert": {"smtp.tls_cert": "cert.pem", "smtp.tls_key": "cert.pem"},
    "smtp.tls_key": {"smtp.tls_cert": "cert.pem", "smtp.tls_key": "cert.pem"},
    "sla.tags": {"tickets.tags": ["one"]},
}
TOGETHER: dict[str, dict[str, Any]] = {
    "webhook.insecure": {"webhook.url": "http://crm.acme.example/hook"},
    "smtp.tls_cert": {"smtp.tls_key": "other.pem"},
    "smtp.tls_key": {"smtp.tls_cert": "other.pem"},
    "identity.border.format": {"identity.border.id": ""},
    "department.name": {
        "agent.departments": ["sales"],
        "web.form.topics.department": "sales",
        "channel.department": "sales",
    },
    "channel.department": {
        "department.name": "sales",
        "agent.departments": ["sales"],
        "web.form.topics.department": "sales",
    },
    "web.form.topics.department": {
        "department.name": "sales",
        "agent.departments": ["sales"],
        "channel.department": "sales",
    },
}
RESTART = {
    "gateway.domain", "gateway.data", "gateway.alarm_command", "gateway.health_url", "store.url", "tickets.first_number",
    "log.level", "log.format", "metrics.listen", "web.listen", "web.run", "lmtp.listen", "submission.listen", "outgoing.name", "channel.name",
    *(f"smtp.{key}" for key in ("listen", "max_size", "max_recipients", "max_connections", "max_connections_per_peer",
                                "timeout", "tls_cert", "tls_key", "trusted_networks", "proxy_protocol")),
    *(f"imap.{key}" for key in ("name", "address", "host", "port", "tls", "folders", "junk", "sent_folder",
                                "done_folder", "since", "idle", "poll", "alarm_after", "user", "password",
                                "token_command", "oauth", "tenant", "client_id", "client_secret")),
}  # fmt: skip


def keys(model: type[BaseModel] = FileModel, before: str = "") -> Iterator[str]:
    """Every key of the file, as `section.key`."""
    for name, field in model.model_fields.items():
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if _is_model(one)]
        path = f"{before}{field.alias or name}"
        if inner:
            yield from keys(inner[0], f"{path}.")
        else:
            yield path


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def written(tree: dict[str, Any]) -> str:
    """TOML."""
    text = ""
    for section, found in tree.items():
        for table in found if isinstance(found, list) else [found]:
            text += f"[[{section}]]\n" if isinstance(found, list) else f"[{section}]\n"
            text += "".join(f"{key} = {_value(value)}\n" for key, value in table.items() if value is not None)
    return text


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def changed(tree: dict[str, Any], path: str, value: Any) -> None:
    *way, key = path.split(".")
    place: Any = tree
    for step in way:
        place = place.setdefault(step, {})
        place = place[0] if isinstance(place, list) else place
    place[key] = value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("keys")
    for name in ("cert.pem", "other.pem"):
        found.joinpath(name).touch(0o600)
        trustme.CA().issue_cert("mx.acme.example").private_key_and_cert_chain_pem.write_to_path(found / name)
    found.joinpath("keys").touch(0o600)
    found.joinpath("keys").write_text("k9 " + "ab" * 32 + "\n")
    return found


def configured(folder: Path, tree: dict[str, Any]) -> Config:
    path = folder / "mailgate.toml"
    path.touch(0o600)
    path.write_text(written(tree))
    return replace(load(path), warnings=())


def test_the_table_knows_every_key() -> None:
    assert set(keys()) - set(OTHER) == set(), (
        "OTHER has another value for each key; RESTART names those not taken at once"
    )
    assert set(OTHER) - set(keys()) == set(), "OTHER names keys that are gone"
    assert set(OTHER) >= RESTART


@pytest.mark.parametrize("key", sorted(OTHER))
def test_s11_a_changed_key_is_applied_or_said_to_need_a_restart(folder: Path, key: str) -> None:
    old = deepcopy(BASE)
    for other, value in BESIDE.get(key, {}).items():
        changed(old, other, value)
    tree = deepcopy(old)
    for other, value in TOGETHER.get(key, {}).items():
        changed(tree, other, value)
    changed(tree, key, OTHER[key])
    before, after = configured(folder, old), configured(folder, tree)
    assert before != after, f"OTHER has the very value of before, or config/build.py hands {key} on to nobody"
    said = reloading.needs_restart(before, after)
    names = {one.name for one in before.outgoing} ^ {one.name for one in after.outgoing}
    said += [f"[[outgoing]] {name}" for name in names]  # as the dispatcher says
    said += [
        f"[[channel]] {name}" for name in {one.name for one in before.bridges} ^ {one.name for one in after.bridges}
    ]
    assert bool(said) is (key in RESTART), said
    if said:
        assert any(key.rpartition(".")[2] in one.split() or key.endswith(".name") for one in said), said
    else:
        assert reloading.as_it_runs(before, after) == after


def test_s11_what_needs_a_restart_is_said_until_it_is_back(folder: Path) -> None:
    tree = deepcopy(BASE)
    changed(tree, "smtp.max_recipients", 9)
    changed(tree, "imap.poll", "9m")
    changed(tree, "gateway.domain", "other.example")
    before, after = configured(folder, BASE), configured(folder, tree)
    said = ["[smtp] max_recipients", "[[imap]] inbox poll", "[gateway] domain"]
    assert reloading.needs_restart(before, after) == said
    running = reloading.as_it_runs(before, after)
    assert reloading.needs_restart(running, after) == said
    assert reloading.needs_restart(running, before) == []


def test_s11_a_mailbox_that_comes_or_goes_is_named(folder: Path) -> None:
    tree = deepcopy(BASE)
    tree["imap"] = []
    before, after = configured(folder, BASE), configured(folder, tree)
    assert reloading.needs_restart(before, after) == reloading.needs_restart(after, before) == ["[[imap]] inbox"]
