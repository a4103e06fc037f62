"""A call as a mail of the daemon's own making: what it says to agents, and the marks by which it is filed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mailgate.app.calls.callers import named
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.moment import Moment
from mailgate.core.programs.called import MOST, Caller, KnownCall
from mailgate.core.proof import exchange, visitor
from mailgate.core.worktime import promise
from mailgate.wire.mime.typed import typed_mail


@dataclass(frozen=True, slots=True)
class Memo:
    """What is filed of a call."""

    call: KnownCall
    department: str
    callers: tuple[Caller, ...] = ()
    agent: str = ""  # by name, where one of ours spoke with them
    earlier: tuple[str, ...] = ()  # Message-IDs of memos it may join, the newest first
    ticket: int | None = None  # what it is about


def message_id(call: KnownCall, domain: str, part: str = "") -> str:
    """By what the mail about a call is known; the same for the same call, so that it is filed once."""
    digest = hashlib.sha256(f"{call.program}\0{call.id}\0{part}".encode()).hexdigest()[:32]
    return f"<call.{digest}@{domain}>"


def mail_of(moment: Moment, memo: Memo) -> tuple[bytes, Envelope]:
    """The memo of a call that nobody answered, or that is over."""
    call, said = memo.call, _Words(moment, memo.department)
    title = said("missed" if call.missed else "taken", number=said.number(call))
    text = said("missed_text" if call.missed else "taken_text", **said.details(call, memo.agent))
    people = ", ".join(map(named, memo.callers[:MOST]))
    if people:
        text += "\n\n" + said("several" if len(memo.callers) > 1 else "known", names=people)
    alone = memo.callers[0] if len(memo.callers) == 1 else None
    marks = [
        ("Message-ID", message_id(call, moment.policy.domain)),
        *([(exchange.CALLER, alone.addresses[0])] if alone and alone.addresses else []),
        *([(exchange.AGENT, memo.agent)] if memo.agent else []),
        *([(exchange.TICKET, str(memo.ticket))] if memo.ticket else []),
    ]
    return _written(moment, memo, title, text, marks, refers=memo.earlier)


def recording_of(moment: Moment, memo: Memo, file: tuple[str, bytes] | None) -> tuple[bytes, Envelope]:
    """The recording as a file beside its memo; None for the file: where it is, since it could not be fetched."""
    call, said = memo.call, _Words(moment, memo.department)
    title = said("missed" if call.missed else "taken", number=said.number(call))
    text = said("recording") if file else said("no_recording", url=call.recording)
    marks = [("Message-ID", message_id(call, moment.policy.domain, "recording")), (exchange.PART, "recording")]
    refers = (message_id(call, moment.policy.domain),)
    return _written(moment, memo, title, text, marks, [file] if file else [], refers)


def _written(
    moment: Moment,
    memo: Memo,
    title: str,
    text: str,
    marks: list[tuple[str, str]],
    files: list[tuple[str, bytes]] | None = None,
    refers: tuple[str, ...] = (),
) -> tuple[bytes, Envelope]:
    policy = moment.policy
    home = policy.department(memo.department)
    author, to = exchange.author(memo.call.number), home.addresses[0]
    marks = [
        *marks,
        (exchange.NUMBER, memo.call.number),
        (visitor.LANGUAGE, home.language or policy.language),
        *([("References", " ".join(reversed(refers)))] if refers else []),
    ]
    raw = typed_mail(author, to, title, text, files or (), marks)
    return raw, Envelope("", (to,), Source.CALL, peer="")


class _Words:
    """What is said of a call in a department's language and time."""

    def __init__(self, moment: Moment, department: str) -> None:
        self._policy, self._department = moment.policy, department
        self._language = moment.policy.department(department).language or moment.policy.language
        self._zone = ZoneInfo(promise.zone_of(moment.policy, department))

    def __call__(self, key: str, **values: str) -> str:
        return self._policy.own_words(f"ticket.call_{key}", self._language, **values)

    def number(self, call: KnownCall) -> str:
        """As it can be dialled, or that it was hidden."""
        return call.number or self("hidden")

    def details(self, call: KnownCall, agent: str) -> dict[str, str]:
        """The holes of a memo's text."""
        at = call.at.astimezone(self._zone)
        who = self._policy.agent(agent)
        seconds = call.seconds or 0
        return {
            "day": self._policy.own_words(f"day.{at.month}", self._language, day=at.day),
            "time": f"{at:%H:%M}",
            "number": self.number(call),
            "called": call.called or self._department,
            "agent": who.shown_name if who else call.agent or "?",
            "length": f"{seconds // 60}:{seconds % 60:02}",
        }
