"""A call as a mail of the daemon's own making: what it says to agents, and the marks by which it is filed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from mailgate.app.calls.callers import Callers
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Policy
from mailgate.core.programs.called import KnownCall
from mailgate.core.programs.ringing import named
from mailgate.core.proof import exchange, visitor
from mailgate.core.worktime import promise
from mailgate.wire.mime.typed import typed_mail


@dataclass(frozen=True, slots=True)
class Memo:
    """What is filed of a call."""

    call: KnownCall
    department: str
    callers: Callers = field(default_factory=Callers)
    agent: str = ""  # by name, where one of ours spoke with them
    earlier: tuple[str, ...] = ()  # Message-IDs of memos it may join, the newest first
    ticket: int | None = None  # what it is about


def message_id(call: KnownCall, domain: str, part: str = "") -> str:
    """By what the mail about a call is known; the same for the same call, so that it is filed once."""
    digest = hashlib.sha256(f"{call.program}\0{call.id}\0{part}".encode()).hexdigest()[:32]
    return f"<call.{digest}@{domain}>"


def mail_of(moment: Moment, memo: Memo) -> tuple[bytes, Envelope]:
    """The memo of a call that nobody answered, or that is over."""
    call, words = memo.call, _Words(moment, memo.department)
    text = words.text(call, memo.agent)
    people, several = ", ".join(map(named, memo.callers.people)), memo.callers.several
    if people and several:
        text += "\n\n" + words.own_words("ticket.call_several", names=people)
    elif people:
        text += "\n\n" + words.own_words("ticket.call_known", names=people)
    who = _one_of_theirs(moment.policy, memo.callers)
    marks = [
        ("Message-ID", message_id(call, moment.policy.domain)),
        *([(exchange.CALLER, who)] if who else []),
        *([(exchange.AGENT, memo.agent)] if memo.agent else []),
        *([(exchange.TICKET, str(memo.ticket))] if memo.ticket else []),
    ]
    return _written(moment, memo, words.title(call), text, marks)


def _one_of_theirs(policy: Policy, callers: Callers) -> str:
    """The address of the one person it can be; of one of us, or of a department, a call is nobody's."""
    found = callers.people[0].addresses if callers.people and not callers.several else ()
    ours = any(policy.colleague_at(one) or policy.department_at(one) for one in found)
    return found[0] if found and not ours else ""


def recording_of(moment: Moment, memo: Memo, file: tuple[str, bytes] | None) -> tuple[bytes, Envelope]:
    """The recording as a file beside its memo; None for the file: where it is, since it could not be fetched."""
    call, words = memo.call, _Words(moment, memo.department)
    text = words.own_words("ticket.call_recording")
    if file is None:
        text = words.own_words("ticket.call_no_recording", url=call.recording)
    marks = [("Message-ID", message_id(call, moment.policy.domain, "recording")), (exchange.PART, "recording")]
    return _written(moment, memo, words.title(call), text, marks, [file] if file else [])


def _written(
    moment: Moment,
    memo: Memo,
    title: str,
    text: str,
    marks: list[tuple[str, str]],
    files: Sequence[tuple[str, bytes]] = (),
) -> tuple[bytes, Envelope]:
    policy = moment.policy
    home = policy.department(memo.department)
    author, to = exchange.author(memo.call.number), home.addresses[0]
    marks = [
        *marks,
        (exchange.NUMBER, memo.call.number),
        (visitor.LANGUAGE, home.language or policy.language),
        *([("References", " ".join(reversed(memo.earlier)))] if memo.earlier else []),
    ]
    raw = typed_mail(author, to, title, text, files, marks)
    return raw, Envelope("", (to,), Source.CALL, peer="")


class _Words:
    """What is worded of a call in a department's language and time."""

    def __init__(self, moment: Moment, department: str) -> None:
        self._policy, self._department = moment.policy, department
        self._language = moment.policy.department(department).language or moment.policy.language
        self._zone = ZoneInfo(promise.zone_of(moment.policy, department))

    def own_words(self, key: str, **values: str) -> str:
        """One sentence."""
        return self._policy.own_words(key, self._language, **values)

    def title(self, call: KnownCall) -> str:
        """What a ticket about it is called."""
        if call.missed:
            return self.own_words("ticket.call_missed", number=self._number(call))
        return self.own_words("ticket.call_taken", number=self._number(call))

    def text(self, call: KnownCall, agent: str) -> str:
        """When it was, who called whom, and for how long."""
        if call.missed:
            return self.own_words("ticket.call_missed_text", **self._details(call, agent))
        return self.own_words("ticket.call_taken_text", **self._details(call, agent))

    def _number(self, call: KnownCall) -> str:
        return call.number or self.own_words("ticket.call_hidden")

    def _details(self, call: KnownCall, agent: str) -> dict[str, str]:
        at = call.at.astimezone(self._zone)
        who = self._policy.agent(agent)
        seconds = call.seconds or 0
        return {
            "day": self._policy.own_words(f"day.{at.month}", self._language, day=at.day),
            "time": f"{at:%H:%M}",
            "number": self._number(call),
            "called": call.called or self._department,
            "agent": who.shown_name if who else call.agent or "?",
            "length": f"{seconds // 60}:{seconds % 60:02}",
        }
