"""Claimed letters -> bytes ready to leave: headed here, worded in a child, kept so that a retry is the same bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.app.children import Children
from mailgate.app.enrich import enriched
from mailgate.app.live import Live, Snapshot
from mailgate.core import token
from mailgate.core.letter import DueLetter, Letter, head
from mailgate.errors import ChildDied, MailgateError
from mailgate.store.base import Store

log = logging.getLogger(__name__)

Problem = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that can leave; `subject` is set when its bytes are new and have to be kept."""

    due: DueLetter
    raw: bytes
    null: bool  # must not be bounced
    bounce: str  # where its delivery reports are understood
    subject: str | None = None

    @property
    def utf8(self) -> bool:
        """True when its header needs SMTPUTF8 (RFC 6531)."""
        return not self.raw.partition(b"\r\n\r\n")[0].isascii()


class Wording:
    """Finds the words of letters; a template that fails is told to the admin through `on_problem`."""

    def __init__(self, store: Store, children: Children, live: Live, on_problem: Problem) -> None:
        self._store, self._children, self._live, self._on_problem = store, children, live, on_problem

    def ready(self, batch: Sequence[DueLetter], now: datetime) -> Iterator[tuple[DueLetter, Ready | MailgateError]]:
        """Each letter of the batch, in order, ready or with what kept it from being so; all are worded at once."""
        snapshot = self._live.snapshot
        policy = snapshot.policy
        told = self._store.read(lambda read: [enriched(due, read, policy, now) for due in batch])
        begun = [(due, *self._begin(due, snapshot, now)) for due in told]
        for due, letter, bounce, asked in begun:
            null = letter.envelope == "null"
            if asked is None:
                yield due, Ready(due, due.rendered or b"", null, bounce)
                continue
            try:
                written = self._written(due, letter, snapshot, now, asked)
            except MailgateError as error:
                log.error("no words for a letter", extra={"letter": due.id, "error": str(error)})
                self._on_problem(f"a letter cannot be worded (template {due.template}): {error}")
                yield due, error
            else:
                for problem in written.problems:
                    self._on_problem(problem)
                yield due, Ready(due, written.raw, null, bounce, written.subject)

    def _begin(self, due: DueLetter, snapshot: Snapshot, now: datetime) -> tuple[Letter, str, Future[Any] | None]:
        """Head a letter and ask a child for its words, unless they are kept from an earlier attempt."""
        policy = snapshot.policy
        desk = policy.department(due.department or (due.ticket.department if due.ticket else ""))
        bounce = token.bounce_address(due.message_id, desk.from_.addr, policy.identity.subaddress)
        mark = token.loop_mark(policy.instance, policy.keys[0])
        letter = head(due, policy, loop_mark=mark, bounce=bounce)
        if due.rendered is not None:
            return letter, bounce, None
        return letter, bounce, self._ask(due, letter, snapshot.templates, now)

    def _ask(self, due: DueLetter, letter: Letter, templates: str | None, now: datetime) -> Future[Any]:
        if not due.attachments:
            return self._children.submit("mailgate.wire.compose:write", letter, now, templates)
        parts: dict[int, list[str]] = {}
        for mail, part in due.attachments:
            parts.setdefault(mail, []).append(part)
        raws = []
        for mail in list(parts):
            try:
                raws.append(self._store.read(lambda read, mail=mail: read.raw(mail)))  # type: ignore[misc]
            except KeyError:
                log.warning("attachments are gone", extra={"letter": due.id, "mail": mail})
                del parts[mail]
        return self._children.submit("mailgate.wire.enclose:write", letter, now, templates, list(parts.values()), *raws)

    def _written(self, due: DueLetter, letter: Letter, snapshot: Snapshot, now: datetime, asked: Future[Any]) -> Any:
        """The child's answer; when the admin's template killed the child, ours has a try (threats G-07)."""
        try:
            return asked.result()
        except ChildDied as death:
            if snapshot.templates is None:
                raise
            written = self._ask(due, letter, None, now).result()
            self._on_problem(f"template {letter.template}: it took too much ({death.reason}), and ours was used")
            return written
