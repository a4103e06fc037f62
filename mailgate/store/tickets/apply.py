"""A decision written whole: its tickets, its letters, its effects, and the mail's one fate."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import assert_never

from mailgate.core.letters.on_channels import apart
from mailgate.core.model import trace
from mailgate.core.model.change import (
    AddAlias,
    CancelLetters,
    Decision,
    Effect,
    EndSessions,
    Fate,
    JudgeWave,
    KeepArticle,
    LinkContacts,
    OpenTicket,
    RevokeLists,
    SaveReply,
    SetAway,
    Step,
    Unpark,
    Vote,
    WatchTags,
)
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.outage import AnswerAll, SetIncident, SetNews, StopAnswers
from mailgate.store import rows
from mailgate.store.mail import statements as mail_sql
from mailgate.store.outages import Outages
from mailgate.store.outbox import statements as outbox_sql
from mailgate.store.outbox.letters import Outbox
from mailgate.store.people import statements as people_sql
from mailgate.store.session import Room, Session
from mailgate.store.tickets import promised, waves
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.changes import TicketChanges
from mailgate.store.tickets.merging import split
from mailgate.store.tickets.ticket_writer import DecisionWriting
from mailgate.store.values import Applied, Ids, Stamp
from mailgate.store.window.sessions import end_all

_EVER = 2**63 - 1  # microseconds: after all there is


class Applying(Room):
    """Writes decisions."""

    def __init__(self, session: Session, outbox: Outbox) -> None:
        super().__init__(session)
        self._outbox = outbox

    def apply(
        self,
        mail: int | None,
        decision: Decision,
        now: datetime,
        ids: Ids,
        stamp: Stamp | None = None,
        hold: bool = False,
    ) -> Applied:
        """See `base.Tx.apply`. Raises KeyError for a mail or ticket that does not exist: then nothing is written."""
        writing = self._writing(mail, decision, now)
        letters: list[int] = []
        for step in decision.steps:
            desk = self._step(step, writing)
            for outbound in chain.from_iterable(map(apart, step.outbound)):
                letters += self._outbox.write_letter(outbound, desk, writing, ids, hold)
            self._outbox.flush(writing)
        for origin, entry in writing.split:
            if writing.opened:
                split(origin, entry, writing.opened[0])
        for outbound in chain.from_iterable(map(apart, decision.letters)):
            letters += self._outbox.write_letter(outbound, None, writing, ids, hold)
        self._outbox.flush(writing)
        for effect in decision.effects:
            self._effect(effect, writing)
        if mail is not None:
            self._file(mail, decision, writing, stamp)
        self.session.many(sql.EVENT, writing.events)
        promised.write(self.session, writing)
        return Applied(tickets=tuple(dict.fromkeys(page.number for page in writing.touched)), letters=tuple(letters))

    def _writing(self, mail: int | None, decision: Decision, now: datetime) -> DecisionWriting:
        at = rows.micros(now)
        arrived, history = at, False
        if mail is not None:
            times = self.session.mail_times.get(mail) or self.session.one(mail_sql.MAIL_TIMES, {"number": mail})
            if times is None:
                raise KeyError(mail)
            arrived, history = min(times[0], at), times[1] == "history"
        return DecisionWriting(mail=mail, actor=rows.clean(decision.actor), now=at, arrived=arrived, history=history)

    def _step(self, step: Step, writing: DecisionWriting) -> TicketChanges:
        row = None
        if step.ticket is not None:
            found = self.session.one(sql.TICKET, {"number": step.ticket})
            if found is None:
                raise KeyError(step.ticket)
            row = dict(found)
        elif not step.changes or not isinstance(step.changes[0], OpenTicket):
            raise ValueError("a step without a ticket must open one first")
        desk = TicketChanges(self.session, writing, row)
        for change in step.changes:
            desk.write(change)
        desk.flush()
        writing.touched.append(desk)
        return desk

    def _file(self, mail: int, decision: Decision, writing: DecisionWriting, stamp: Stamp | None) -> None:
        """The fate, and every id the filed mail knows of, ancestors never seen included."""
        if decision.parking is not None:
            parking = decision.parking
            self.session.run(
                mail_sql.PARK,
                {"mail": mail, "why": parking.why, "agent": parking.agent,
                 "understood": rows.dumps(parking.understood), "at": writing.now, "doubt": int(parking.doubt),
                 "asks": int(parking.asked), "asked_at": writing.now if parking.asked else None,
                 "text": rows.clean(parking.text)},
            )  # fmt: skip
        params = {
            "number": mail,
            "fate": decision.fate.value,
            "reason": decision.reason,
            "trace": rows.dumps(trace.to_plain(decision.trace)),
            "now": writing.now,
            "duplicate_of": decision.trace.duplicate_of if decision.fate is Fate.DUPLICATE else None,
        }
        if stamp is None:
            self.session.run(mail_sql.DECIDED, params)
        else:
            params |= {
                "content_digest": stamp.content_digest or None,
                "message_id": rows.clean(stamp.message_id),
                "author": rows.clean(stamp.author),
                "author_name": rows.clean(stamp.author_name),
                "subject": rows.clean(stamp.subject),
                "date": rows.micros_or_none(stamp.date),
                "departments": rows.dumps(stamp.departments),
                "flags": rows.dumps(stamp.flags) if stamp.flags else "",
            }
            self.session.run(mail_sql.STAMPED, params)
        home = writing.filed or (writing.touched[0].id if writing.touched else None)
        if home is None or decision.fate is Fate.PARKED:  # a letter of the ticket may ask about it; it is not there yet
            return
        if writing.filed is None:
            self.session.run(mail_sql.FILE_MAIL, {"mail": mail, "ticket": home})
        if stamp is not None and decision.fate is Fate.FILED:
            known = dict.fromkeys(i for i in (stamp.message_id, *stamp.ids) if i)
            self.session.many(mail_sql.OWN_ID, [{"id": rows.clean(i), "ticket": home} for i in known])

    def _effect(self, effect: Effect, writing: DecisionWriting) -> None:
        now = writing.now
        match effect:
            case Unpark():
                self.session.run(mail_sql.SETTLE, {"mail": effect.mail, "now": now, "by": writing.actor})
                if effect.released:
                    params = {"mail": effect.mail, "agent": effect.as_agent, "mode": effect.mode, "by": effect.by}
                    self.session.run(mail_sql.RELEASE_MAIL, params)
                else:
                    self.session.run(mail_sql.DROP_MAIL, {"number": effect.mail, "reason": effect.why, "now": now})
            case SetAway():
                self._away(effect, now)
            case AddAlias() | SaveReply() | KeepArticle():
                self._learn(effect, now)
            case WatchTags() | EndSessions():
                self._of_agent(effect, now)
            case Vote():
                self._vote(effect, writing)
            case LinkContacts():
                self._link_contacts(effect, writing)
            case RevokeLists():
                self.session.run(outbox_sql.REVOKE_LISTS, {"agent": effect.agent, "now": now})
            case JudgeWave() | CancelLetters():
                self._settled(effect, now)
            case SetNews() | SetIncident() | AnswerAll() | StopAnswers():
                self._outage(effect, writing)
            case _ as unknown:
                assert_never(unknown)

    def _of_agent(self, effect: WatchTags | EndSessions, now: int) -> None:
        if isinstance(effect, EndSessions):
            end_all(self.session, effect.agent, now)
        else:
            self._watch_tags(effect, now)

    def _learn(self, effect: AddAlias | SaveReply | KeepArticle, now: int) -> None:
        if isinstance(effect, KeepArticle):
            self._keep_article(effect, now)
            return
        if isinstance(effect, AddAlias):
            params = {"address": rows.clean(canonical(effect.address)), "agent": effect.agent, "now": now}
            self.session.run(sql.ADD_ALIAS, params)
            return
        self.session.run(
            sql.SAVE_REPLY,
            {"name": effect.name, "language": effect.language, "text": rows.clean(effect.text),
             "agent": effect.agent, "now": now},
        )  # fmt: skip

    def _keep_article(self, effect: KeepArticle, now: int) -> None:
        params = {
            "name": effect.name, "language": effect.language, "title": rows.clean(effect.title),
            "text": rows.clean(effect.text), "agent": effect.agent, "now": now, "stands": int(effect.stands),
        }  # fmt: skip
        self.session.run(people_sql.KEEP_ARTICLE, params)
        if effect.stands:
            self.session.run(people_sql.DROP_ASKED_ARTICLE, {"name": effect.name, "language": effect.language})

    def _outage(self, effect: SetNews | SetIncident | AnswerAll | StopAnswers, writing: DecisionWriting) -> None:
        at, room = rows.time_of(writing.now), Outages(self.session)
        if isinstance(effect, AnswerAll):
            room.begin(replace(effect.mailing, mail=writing.mail or 0), effect.numbers)
            return
        if isinstance(effect, StopAnswers):
            room.end(effect.mail)
            return
        if isinstance(effect, SetNews):
            before, kind = room.set_news(effect.department, effect.news, at), "news"
            told = effect.news.words() if effect.news else ""
        else:
            before, kind = room.set_incident(effect.department, effect.name, effect.incident, at), "incident"
            told = f"{effect.name} {effect.incident.words}" if effect.incident else ""
        self._journal(writing, None, kind, before, f"{effect.department}: {told}" if told else "")

    def _settled(self, effect: JudgeWave | CancelLetters, now: int) -> None:
        if isinstance(effect, JudgeWave):
            self.session.run(waves.SAID, {"wave": effect.wave, "verdict": effect.verdict, "now": now})
            return
        self.session.many(sql.CANCEL_LETTER, [{"letter": letter, "why": effect.why} for letter in effect.letters])

    def _away(self, effect: SetAway, now: int) -> None:
        until = rows.micros_or_none(effect.until)
        last = _EVER if until is None else until
        if effect.start is None:
            self.session.run(sql.END_ABSENCE, {"agent": effect.agent, "now": now, "before": last})
            return
        start = rows.micros(effect.start)
        self.session.run(sql.GIVE_WAY, {"agent": effect.agent, "start": start, "until": last})
        params = {"agent": effect.agent, "start": start, "until": until, "cover": effect.cover}
        self.session.run(sql.ABSENT, params)

    def _watch_tags(self, effect: WatchTags, now: int) -> None:
        if effect.every:
            self.session.run(people_sql.UNWATCH_TAGS, {"agent": effect.agent})
        for name in effect.remove:
            self.session.run(people_sql.UNWATCH_TAG, {"agent": effect.agent, "tag": rows.clean(name)})
        for name in effect.add:
            self.session.run(people_sql.WATCH_TAG, {"agent": effect.agent, "tag": rows.clean(name), "now": now})

    def _vote(self, effect: Vote, writing: DecisionWriting) -> None:
        row = self.session.one(sql.OWNER_OF, {"number": effect.ticket})
        if row is None:
            raise KeyError(effect.ticket)
        self.session.run(
            sql.VOTE,
            {"ticket": row["id"], "score": effect.score, "comment": rows.clean(effect.comment),
             "agent": row["owner"], "at": writing.moment},
        )  # fmt: skip
        self._journal(writing, row["id"], "vote", "", str(effect.score))

    def _link_contacts(self, effect: LinkContacts, writing: DecisionWriting) -> None:
        """The other address's contact becomes the one's, everywhere; the move is journalled."""
        _, keep = self.session.person(Address(effect.one), writing.now)
        _, gone = self.session.person(Address(effect.other), writing.now)
        if keep == gone:
            return
        params = {"keep": keep, "gone": gone}
        self.session.run(sql.MOVE_ADDRESSES, params)
        self.session.run(sql.DROP_DOUBLE_PART, params)
        self.session.run(sql.MOVE_PART, params)
        self._journal(writing, None, "contact-linked", canonical(effect.other), canonical(effect.one))

    def _journal(self, writing: DecisionWriting, ticket: int | None, kind: str, old: str, new: str) -> None:
        writing.events.append(
            {"ticket": ticket, "at": writing.moment, "actor": writing.actor, "mail": writing.mail, "kind": kind,
             "old": rows.clean(old), "new": rows.clean(new)}
        )  # fmt: skip
