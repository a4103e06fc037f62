"""Reload: what the admin wrote is checked whole, then swapped in, or refused and told; many requests become one."""

from __future__ import annotations

import glob
import hashlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from mailgate import systemd
from mailgate.app.children.pool import Children
from mailgate.app.gateway import Gateway
from mailgate.app.jobs import customers
from mailgate.config.tree import Config
from mailgate.core.model.said import said
from mailgate.errors import ChildDied, ConfigError, MailgateError, Problem

log = logging.getLogger(__name__)

LOOK = 2.0  # seconds between two looks at the files
QUIET = 0.3  # seconds without another request or change before we begin: an editor may still be writing
LATEST = 10  # so many quiet times at most, however often we are asked
# What a running process has bound or opened; everything else holds from the next mail or letter on.
FIXED = ("store", "smtp", "lmtp", "submission", "imap", "metrics", "web", "log")
FIXED_IN_GATEWAY = ("domain", "data", "alarm_command", "health_url")
FOLLOWED = ("path", "passwords")  # of the fixed sections: derived, and asked for at each login
WRITTEN = {"provider": "oauth"}  # where a key has another name in the file

Stamp = frozenset[tuple[str, int, int, int]]


def reload(gateway: Gateway) -> str:
    """Check and apply what is on disk; returns what is in force now and what needs a restart.

    Raises ConfigError, or Temporary when the store cannot be asked; then the last good set stays and says so.
    """
    with gateway.reloading:
        try:
            loaded = gateway.load(gateway.config)
        except MailgateError as error:
            problems = error.problems if isinstance(error, ConfigError) else ()
            gateway.in_force.keep(str(problems[0]) if problems else str(error))
            raise
        restart = [*loaded.restart, *gateway.dispatcher.adopt(loaded.routes)]
        gateway.config = loaded.config
        gateway.lookups.settings = loaded.config.lookup
        gateway.in_force.swap(loaded.snapshot)  # a listener elsewhere goes by it too when this returns
        gateway.hooks.adopt(loaded.config, threads=gateway.threaded)
    policy = loaded.snapshot.policy
    answer = (
        f"{len(loaded.snapshot.rules)} rules, {len(policy.departments)} departments, "
        f"{len(policy.agents)} agents in force"
    )
    told = (
        answer,
        *_customers(gateway),
        *([f"changed, but only after a restart: {', '.join(restart)}"] if restart else []),
    )
    return "; ".join(told)


def _customers(gateway: Gateway) -> list[str]:
    """Their file is taken in too; one that cannot be is told, and takes nothing else along."""
    try:
        done = customers.sync(gateway, gateway.clock(), again=True)
    except MailgateError as error:
        return [f"the customers known stay as they were: {str(error).splitlines()[0]}"]
    wrong = [f"{len(done.problems)} problems in their file: {done.problems[0]}"] if done.problems else []
    return [", ".join((f"{done.count} customers", *wrong))] if gateway.config.customers_file else []


def needs_restart(old: Config, new: Config) -> list[str]:
    """The keys whose change the running process does not follow, as `[section] key`."""
    changed = [
        f"[{section}] {key}"
        for section in FIXED
        if section != "imap"
        for key in _differing(getattr(old, section), getattr(new, section))
    ]
    before, after = ({box.name: box for box in config.imap} for config in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in before or name not in after:
            changed.append(f"[[imap]] {name}")
        else:
            changed += [f"[[imap]] {name} {key}" for key in _differing(before[name], after[name])]
    changed += [f"[gateway] {key}" for key in _differing(old.gateway, new.gateway) if key in FIXED_IN_GATEWAY]
    if old.policy.tickets.first_number != new.policy.tickets.first_number:
        changed.append("[tickets] first_number")
    return changed


def _differing(old: Any, new: Any) -> Iterator[str]:
    """The keys in which two parts of the configuration differ, by the names they have in the file."""
    for key in (field.name for field in fields(old)):
        one, other = getattr(old, key), getattr(new, key)
        if one == other or key in FOLLOWED:
            continue
        if type(one) is type(other) and is_dataclass(one):
            yield from _differing(one, other)
        elif key == "oauth" and (is_dataclass(one) or is_dataclass(other)):
            yield "oauth"
        else:
            yield WRITTEN.get(key, key)


def as_it_runs(old: Config, new: Config) -> Config:
    """The new configuration, with the parts that still run as they were started."""
    gateway = replace(new.gateway, **{name: getattr(old.gateway, name) for name in FIXED_IN_GATEWAY})
    kept = {field.name: getattr(old, field.name) for field in fields(old) if field.name in FIXED}
    kept["submission"] = replace(old.submission, passwords=new.submission.passwords)
    policy = replace(
        new.policy,
        domain=old.policy.domain,
        instance=old.policy.instance,
        tickets=replace(new.policy.tickets, first_number=old.policy.tickets.first_number),
    )
    return replace(new, gateway=gateway, policy=policy, **kept)


def try_templates(children: Children, folder: Path) -> list[Problem]:
    """What is wrong with the admin's templates; also that trying them is more than a child may take."""
    try:
        found: list[Problem] = children.run("mailgate.wire.letters.render:check", folder)
    except ChildDied as death:
        return [Problem(str(folder), "", f"trying these templates took too much ({death.reason})")]
    return found


class Reloader:
    """Reloads when asked by a signal, and with `[rules] reload = true` when a rule or template file changed."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._asked = threading.Event()
        self._seen = stamp(gateway.config)

    def wake(self) -> None:
        """Reload soon; a hundred requests in a second are one."""
        self._asked.set()

    def run(self, stop: threading.Event) -> None:
        """Wait for a reason until `stop`, which is to be followed by `wake`."""
        while not stop.is_set():
            asked = self._asked.wait(LOOK)
            if stop.is_set():
                return
            if not asked and not (self._gateway.config.rules_reload and stamp(self._gateway.config) != self._seen):
                continue
            self._settle()
            self._now()

    def _settle(self) -> None:
        """Wait until nobody asks and no file changes any more."""
        for _ in range(LATEST):
            self._asked.clear()
            self._seen = stamp(self._gateway.config)
            if not self._asked.wait(QUIET) and stamp(self._gateway.config) == self._seen:
                return

    def _now(self) -> None:
        systemd.tell("RELOADING=1")
        try:
            log.info("reloaded", extra={"what": reload(self._gateway)})
        except MailgateError as error:
            problems = [str(one) for one in error.problems] if isinstance(error, ConfigError) else [str(error)]
            for problem in problems:
                log.error("not reloaded", extra={"problem": problem})
            listed = "\n".join(problems[:20])
            what = "reload:" + hashlib.sha256(listed.encode()).hexdigest()[:12]
            text = said("alarm.refused_text", problems=listed)
            self._gateway.alarms.tell(what, said("alarm.refused"), text, "mailgate check")
        except Exception:
            log.exception("not reloaded")
        self._seen = stamp(self._gateway.config)
        systemd.tell("READY=1")


def stamp(config: Config) -> Stamp:
    """What tells one state of rules, templates, canned answers, articles and the logo from another."""
    templates, logo = config.templates_folder, config.logo
    picture = [(logo.parent, glob.escape(logo.name))] if logo else []
    return frozenset(_stamps((config.rules_folder, "*.toml"), (templates, "*.html"), (templates, "*/*.md"), *picture))


def _stamps(*places: tuple[Path, str]) -> Iterator[tuple[str, int, int, int]]:
    for folder, pattern in places:
        for path in folder.glob(pattern):
            try:
                found = path.stat()
            except OSError:
                yield str(path), 0, 0, 0
            else:
                yield str(path), found.st_mtime_ns, found.st_size, found.st_ino
