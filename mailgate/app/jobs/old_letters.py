"""Letters of earlier versions get fingerprints from the bytes that were kept: in slices, read by the children."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from mailgate.app.gateway import Gateway
from mailgate.core.letters.views import ticket_view
from mailgate.errors import ChildDied, ChildFailed
from mailgate.store.base import Read, Tx
from mailgate.store.values import OldLetter

log = logging.getLogger(__name__)

SLICE = 16  # letters read at once: the children are others' too
PRINT = "mailgate.wire.letters.own_words:of_kept"  # what a child does with a letter


def fingerprint(gateway: Gateway) -> int:
    """Go on where the last run ended; returns how many letters were read. Raises Temporary."""
    count = 0
    while not gateway.stopping.is_set():
        began = time.monotonic()
        found = gateway.store.read(_next)
        if found is None:
            break
        upto, letters = found
        gateway.store.write(partial(_keep, upto, _words(gateway, letters))).result()
        count += len(letters)
        gateway.stopping.wait(time.monotonic() - began)
    return count


def _next(read: Read) -> tuple[int | None, list[OldLetter]] | None:
    return read.outbox.old_letters(SLICE)


def _keep(upto: int | None, words: Mapping[int, bytes], tx: Tx) -> None:
    tx.outbox.keep_words(upto, words)


def _words(gateway: Gateway, letters: list[OldLetter]) -> dict[int, bytes]:
    """The fingerprint of each that has one; what takes a child's life stays a letter that is not known."""
    if not letters:
        return {}
    key = gateway.store.read(lambda read: read.settings.words_key())
    policy = gateway.in_force.policy
    calls = [(one.raw, key, one.content, ticket_view(one.ticket, one.audience, policy)) for one in letters]
    found = {}
    for one, answer in zip(letters, gateway.children.submit_many(PRINT, calls), strict=True):
        octets = _answer(one.id, answer)
        if octets:
            found[one.id] = octets
    return found


def _answer(letter: int, answer: Future[Any]) -> bytes:
    try:
        octets: bytes = answer.result()
    except (ChildDied, ChildFailed) as error:
        log.warning("an old letter has no fingerprint", extra={"letter": letter, "error": str(error)})
        return b""
    return octets
