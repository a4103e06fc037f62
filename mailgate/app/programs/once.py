"""The Idempotency-Key: what a program asks twice within a day is done once, and answered alike.

What is kept are digests of the key and of what was asked, and an answer of numbers: no words of anybody. It stands in
the store before anything is done, so that a crash in between leaves the key with this body; what is done then has to be
safe to do again by itself, as a mail with the same Message-ID is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from mailgate.app.window.desk import WindowDesk
from mailgate.core.pages.window import Refusal
from mailgate.core.programs.once import LASTS
from mailgate.core.programs.program import Program

T = TypeVar("T")
OTHER: Final = Refusal("once_other")
BUSY: Final = Refusal("once_busy", wait=1)


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What was done: the page, what is kept of it, and the mail it became."""

    page: T
    kept: str  # numbers or codes, of which `read` makes the page again; no words of anybody
    mail: int | None = None


def once(
    desk: WindowDesk,
    asks: Program,
    key: str,
    body: str,
    job: Callable[[Callable[[], datetime]], Done[T] | T | Refusal],
    read: Callable[[str], T],
) -> T | Refusal:
    """The page of `job`, or of what was kept under the key (the Idempotency-Key; "" keeps nothing).

    `body` is the digest of what was asked. `job` calls what it is handed once it is certain that it will be done, which
    answers when that was certain first, and returns `Done` when it is; anything else is not kept. `read` makes the page
    of what was kept.
    """
    store, now = desk.gateway.store, desk.gateway.clock()
    if not key:
        return _page(job(lambda: now))
    known = hashlib.sha256(key.encode()).hexdigest()
    with desk.working.on(asks.name, known) as first:
        if not first:
            return BUSY
        kept = store.read(lambda look: look.programs.kept(asks.name, known))
        began = now
        if kept is not None and now - kept.at < LASTS:
            if kept.body != body:
                return OTHER
            if kept.answer is not None:
                return read(kept.answer)
            began = kept.at

        def begin() -> datetime:
            store.write(lambda tx: tx.programs.begin(asks.name, known, body, now)).result()
            return began

        done = job(begin)
        if isinstance(done, Done):
            store.write(lambda tx: tx.programs.done(asks.name, known, done.mail, done.kept)).result()
        return _page(done)


def _page(done: Done[T] | T | Refusal) -> T | Refusal:
    return done.page if isinstance(done, Done) else done
