"""Tells one hook the next thing it is owed, and writes down what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from mailgate import crash
from mailgate.app.health.alarm import Alarms
from mailgate.app.in_force import Clock, InForce
from mailgate.config.tree import Config, Webhook
from mailgate.core.asking.http import Answer, Failure, Why
from mailgate.core.hooks.hook import Hook
from mailgate.core.hooks.retry import verdict
from mailgate.core.hooks.rows import HookRow, HookState, HookWords
from mailgate.core.hooks.told import Told, Type
from mailgate.core.model.policy import Mode, Policy
from mailgate.core.model.said import said
from mailgate.errors import ConfigError, Permanent
from mailgate.store.base import Read, Store
from mailgate.wire.told import Place, body


class Posts(Protocol):
    """One program's door (edge/http/post.py)."""

    def post(self, message_id: str, body: bytes) -> Answer | Failure:
        """Signed, within its limits; raises nothing."""

    def hang_up(self) -> None: ...


OpenDoor = Callable[[str, tuple[str, ...], str], Posts]  # URL, secrets, a file of authorities or ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test: `seconds` it took, `error` "" when it was taken."""

    status: int
    seconds: float
    error: str


def door(webhook: Webhook, open_door: OpenDoor) -> Posts:
    """The door of a webhook. Raises ConfigError when a secret of it is not to be had."""
    url = webhook.url.reveal() if webhook.url else ""
    return open_door(url, tuple(one.reveal() for one in webhook.secrets), str(webhook.ca_file or ""))


@dataclass(slots=True)
class Sender:
    """Says one thing to one hook; whoever runs it says when."""

    store: Store
    in_force: InForce
    alarms: Alarms
    clock: Clock

    def turn(self, webhook: Webhook, posts: Posts) -> datetime | None:
        """Tell what is due next. Returns when to come again: now for more, None for "when there is something new"."""
        hook, now = webhook.hook, self.clock()
        state, row, octets, next_at = self.store.read(partial(self._due, hook, now))
        if state is None or state.off or self.in_force.policy.mode is not Mode.LIVE:
            return None
        if state.rests_until and state.rests_until > now:
            return state.rests_until
        if row is None:
            return next_at
        if not octets:  # words that never left: nobody was answered
            number = row.id
            self.store.write(lambda tx: tx.hooks.drop(number, now)).result()
            return now
        outcome = posts.post(row.uid, octets)
        crash.point("after-hook")
        if isinstance(outcome, Failure) and outcome.why is Why.STOPPED:
            return None  # it is told again after a start
        self._judged(state, row, outcome)
        return now

    def _due(
        self, hook: Hook, now: datetime, read: Read
    ) -> tuple[HookState | None, HookRow | None, bytes, datetime | None]:
        """How the hook is, what it is to be told next with its octets, and when there is something to tell.

        No octets for words that were taken back.
        """
        state = read.hooks.get(hook.name)
        row = read.hooks.next(hook.name, now)
        told = row is not None and not read.hooks.taken_back(row)
        octets = body_of(hook, self.in_force.policy, read, row, now) if row and told else b""
        return state, row, octets, None if row else read.hooks.next_at(hook.name)

    def _judged(self, state: HookState, row: HookRow, outcome: Answer | Failure) -> None:
        now = self.clock()
        found = verdict(outcome, row.attempts + 1, now - row.created_at, state.rests + 1)
        text = outcome.text if isinstance(outcome, Failure) else ""
        if found.sent:
            self.store.write(lambda tx: tx.hooks.sent(row, now)).result()
            return
        if found.failed:
            if self.store.write(lambda tx: tx.hooks.failed(row, now, text)).result():
                self._tell("failed", state.name, text, f"mailgate outbox show h{row.id}")
            return
        if found.off:
            if self.store.write(lambda tx: tx.hooks.switch(state.name, text, now)).result():
                self._tell("off", state.name, text, f"mailgate hook on {state.name}")
            return
        again = now + (found.again or timedelta())
        self.store.write(lambda tx: tx.hooks.again(row, again, text)).result()
        if found.rest is not None:
            until = now + found.rest
            self.store.write(lambda tx: tx.hooks.rest(state.name, until, text)).result()

    def _tell(self, what: str, name: str, why: str, remedy: str) -> None:
        if what == "failed":
            title, told = said("alarm.hook_failed", name=name), said("alarm.hook_failed_text", name=name, why=why)
        else:
            title, told = said("alarm.hook_off", name=name), said("alarm.hook_off_text", name=name)
        self.alarms.tell(f"hook {what} {name}", title, told, remedy)

    def test(self, webhook: Webhook, open_door: OpenDoor) -> Tried:
        """A signed `test` event, at once and whatever the hook's state; nothing is kept of it.

        Raises Permanent in mode "watch": then nothing leaves.
        """
        if self.in_force.policy.mode is Mode.WATCH:
            raise Permanent('in mode "watch" nothing leaves, not even a test')
        now = self.clock()
        told = Told(Type.TEST, now, None)
        try:
            posts = door(webhook, open_door)
        except ConfigError as error:
            return Tried(0, 0.0, str(error))
        began = time.monotonic()
        octets = body(webhook.hook, told, None, place(self.in_force.policy, told, now))
        outcome = posts.post(f"msg_test_{round(now.timestamp() * 1e6)}", octets)
        seconds = round(time.monotonic() - began, 3)
        if isinstance(outcome, Answer):
            return Tried(outcome.status, seconds, "")
        return Tried(outcome.status if outcome.why is Why.STATUS else 0, seconds, outcome.text)


def body_of(hook: Hook, policy: Policy, read: Read, row: HookRow, now: datetime) -> bytes:
    """The octets of a row as they would leave now: words are read where they stand, so what was erased is gone."""
    words = read.hooks.words(row) if hook.words else None
    if words:
        words = _without_agents(words, policy)
    return body(hook, row.told, words, place(policy, row.told, now))


def _without_agents(words: HookWords, policy: Policy) -> HookWords:
    """The same with no agent's own address, whoever wrote it."""
    return replace(
        words,
        subject=policy.without_agents(words.subject),
        requester="" if policy.colleague_at(words.requester) else words.requester,
        text=None if words.text is None else policy.without_agents(words.text),
    )


def worded(config: Config, read: Read, row: HookRow, now: datetime) -> bytes:
    """The same, for whoever only looks; of a hook that is configured no more in our own form and without words."""
    hook = next((one.hook for one in config.webhooks if one.hook.name == row.hook), Hook(row.hook))
    return body_of(hook, config.policy, read, row, now)


def place(policy: Policy, told: Told, now: datetime) -> Place:
    """Where an event is told: the board's page if there is one, and the department's language."""
    department = policy.department(told.department)
    web = policy.web
    link = f"{web.url}/board/tickets/{told.ticket}" if web.on and web.board and web.url and told.ticket else ""
    return Place(link, department.language or policy.language, policy.timezone, now)
