"""Recordings of calls, fetched in the background from where the admin allows it; and memos that are still owed."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from mailgate.app.calls import filing, memo
from mailgate.app.calls.filing import UNFILED
from mailgate.app.calls.memo import Memo
from mailgate.app.gateway import Gateway
from mailgate.config.tree import Recordings
from mailgate.core.asking.http import Answer, Asked, Failure, Limits, Why
from mailgate.core.programs.called import KnownCall
from mailgate.errors import Temporary
from mailgate.store.calls_asked import RecordingDue

log = logging.getLogger(__name__)

MOST: Final = 3  # in one turn of the job
PAUSES: Final = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240))  # after a try that failed
GIVEN_UP: Final = timedelta(days=2)  # a memo that is nowhere by then, dropped or parked, gets no recording
SECONDS: Final = 120.0  # for all of a recording
PATIENCE: Final = 60.0  # seconds for the mail to be on disk
FOR_GOOD: Final = frozenset((Why.TOO_LARGE, Why.REFUSED))
GONE: Final = frozenset((401, 403, 410, 451))
_UP: Final = re.compile(r"(?:[/\\]|%2f|%5c)(?:\.|%2e){2}(?:[/\\?#]|%2f|%5c|\Z)", re.IGNORECASE)
ENDINGS: Final = {
    "audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav",
    "audio/ogg": "ogg", "audio/opus": "opus", "audio/mp4": "m4a", "audio/x-m4a": "m4a", "audio/aac": "aac",
    "audio/flac": "flac", "audio/webm": "weba", "audio/amr": "amr",
}  # fmt: skip


def fetch(gateway: Gateway, now: datetime) -> int:
    """Fetch what is due; returns how many were filed, or said to be where they are."""
    due = gateway.store.read(lambda read: read.calls.due(now, MOST))
    return sum(_one(gateway, now, one) for one in due if not gateway.stopping.is_set())


def _file(gateway: Gateway, now: datetime, due: RecordingDue) -> bool:
    """The memo of a call that could not be kept when the exchange told of it, which it does once."""
    moment, call = gateway.in_force.moment(now), due.call
    if now - call.at > GIVEN_UP or not filing.wanted(moment, call):
        _next(gateway, due, None, due.tries)
        return False
    programs = gateway.store.read(lambda read: read.programs.all())
    filing.file(gateway, moment, next((one for one in programs if one.name == call.program), None), call)
    return True


def _one(gateway: Gateway, now: datetime, due: RecordingDue) -> bool:
    if not due.message_id:
        return _file(gateway, now, due)
    number = gateway.store.read(lambda read: read.calls.ticket_of(due.message_id))
    ticket = None if number is None else gateway.store.read(lambda read: read.tickets.get(number))
    if ticket is None:
        _next(gateway, due, None if now - due.call.at > GIVEN_UP else now + UNFILED, due.tries)
        return False
    outcome = _fetched(gateway, due.call)
    if isinstance(outcome, Failure) and outcome.why is Why.STOPPED:
        return False  # it is due after the next start
    if isinstance(outcome, Failure) and not _for_good(outcome) and due.tries < len(PAUSES):
        _next(gateway, due, now + PAUSES[due.tries], due.tries + 1)
        return False
    file = None
    if isinstance(outcome, Answer):
        file = (f"{due.call.at:%Y-%m-%d-%H%M}.{ENDINGS.get(outcome.type, 'audio')}", outcome.body)
    else:
        log.warning("recording not fetched", extra={"ticket": ticket.number, "why": outcome.text})
    whole = Memo(due.call, ticket.department, earlier=(due.message_id,))
    raw, envelope = memo.recording_of(gateway.in_force.moment(now), whole, file)
    gateway.intake.receive(raw, envelope).result(PATIENCE)  # killed before the next line it is the same mail again
    _next(gateway, due, None, due.tries + 1)
    return True


def _next(gateway: Gateway, due: RecordingDue, at: datetime | None, tries: int) -> None:
    call = due.call
    gateway.store.write(lambda tx: tx.calls.fetch(call.program, call.id, at, tries)).result(PATIENCE)


def _for_good(failure: Failure) -> bool:
    return failure.why in FOR_GOOD or failure.status in GONE


def _fetched(gateway: Gateway, call: KnownCall) -> Answer | Failure:
    """The recording, or why there is none; nothing is asked of a host that is not listed."""
    calls = gateway.config.calls
    url = "" if _UP.search(call.recording) else call.recording  # `..` would lead out of what is allowed
    place = next((one for one in calls.recordings if url.startswith(one.url)), None)
    if place is None:
        return Failure(Why.REFUSED, f"{urlsplit(call.recording).hostname} is not in [web.calls] recordings")
    if gateway.http is None:
        raise Temporary("nothing is asked by HTTP in this process")
    limits = Limits(total=SECONDS, octets=calls.recording_max, whole=True)
    outcome = gateway.http.fetch(Asked("GET", call.recording, _headers(place)), limits)
    if isinstance(outcome, Answer) and not (outcome.type.startswith("audio/") and outcome.body):
        return Failure(Why.REFUSED, f"what came is no recording but {outcome.type[:80] or 'nothing'}")
    return outcome


def _headers(place: Recordings) -> dict[str, str]:
    secret = place.secret.reveal() if place.secret else ""
    return {"Accept": "audio/*", **({"Authorization": f"Bearer {secret}"} if secret else {})}
