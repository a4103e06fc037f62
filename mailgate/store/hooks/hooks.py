"""Hooks: how far each has read the journal, and its rows; a row keeps no words, these are read when it leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from mailgate.core.hooks.rows import HookRow, HookRowState, HookState, HookWords
from mailgate.core.hooks.told import Happened, Told, Type, promised_at
from mailgate.store import rows
from mailgate.store.session import Room

HOOKS = """SELECT hook.*,
  (SELECT count(*) FROM hook_row WHERE hook = hook.name AND state = 'waiting') AS waiting
FROM hook ORDER BY name"""
NAMES = "SELECT name, seen, off FROM hook"
HOOK = "SELECT hook.*, 0 AS waiting FROM hook WHERE name = :name"
FAILED_ROWS = "SELECT hook, count(*) AS n FROM hook_row WHERE ended_at IS NOT NULL AND state = 'failed' GROUP BY hook"
JOURNAL_END = "SELECT coalesce(max(id), 0) FROM event"
FURTHEST_BEHIND = "SELECT min(seen) FROM hook"
# By the number of the line alone: an index of kinds would walk through all there ever was of them.
HAPPENED = """
SELECT event.id, event.kind, event.old, event.new, event.at, event.ticket AS ticket_id, ticket.number,
  ticket.department, ticket.status, ticket.owner, ticket.priority, ticket.language, ticket.created_at,
  ticket.due_first, ticket.due_resolve, ticket.due_manual
FROM event JOIN ticket ON ticket.id = event.ticket LEFT JOIN mail ON mail.number = event.mail
WHERE event.id > :after AND event.id <= :upto AND coalesce(mail.origin, '') <> 'history'
  AND +event.kind IN ('opened', 'owner', 'status', 'priority', 'entry', 'escalation', 'vote')
ORDER BY event.id"""
BROKEN_BEFORE = """SELECT 1 FROM event WHERE ticket = :ticket AND kind = 'escalation' AND id < :id AND at >= :due
  AND new LIKE :due_text LIMIT 1"""
NEXT = """SELECT row.* FROM hook_row AS row WHERE row.hook = :hook AND row.state = 'waiting' AND row.due_at <= :now
  AND NOT EXISTS (SELECT 1 FROM hook_row AS before WHERE before.hook = :hook AND before.ticket = row.ticket
    AND before.id < row.id AND before.state = 'waiting')
ORDER BY row.due_at, row.id LIMIT 1"""
NEXT_AT = """SELECT min(row.due_at) FROM hook_row AS row WHERE row.hook = :hook AND row.state = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM hook_row AS before WHERE before.hook = :hook AND before.ticket = row.ticket
    AND before.id < row.id AND before.state = 'waiting')"""
ROW = "SELECT * FROM hook_row WHERE id = :id"
WAITING_ROWS = "SELECT * FROM hook_row INDEXED BY hook_row_order WHERE state = 'waiting'"
ENDED_ROWS = "SELECT * FROM hook_row WHERE ended_at > 0"
WORDS = """SELECT ticket.subject, ticket.requester_name, address.addr FROM ticket
JOIN address ON address.id = ticket.requester WHERE ticket.number = :number"""
ENTRY_WORDS = """SELECT text FROM entry WHERE id = :id AND kind IN ('customer', 'agent') AND unverified = 0
  AND only_to = ''"""
TAKEN_BACK = "SELECT 1 FROM entry WHERE id = :id AND kind = 'note'"
NEW_HOOK = "INSERT INTO hook (name, seen) VALUES (:name, :seen) ON CONFLICT (name) DO NOTHING"
NO_HOOK = "DELETE FROM hook WHERE name = :name"
DROP_ALL = """UPDATE hook_row SET state = 'dropped', ended_at = :now WHERE hook = :name AND state = 'waiting'"""
READ_UP_TO = "UPDATE hook SET seen = :line WHERE seen < :line"
NEW_ROW = """INSERT INTO hook_row (hook, uid, ticket, type, at, facts, entry, state, due_at, created_at)
VALUES (:hook, :uid, :ticket, :type, :at, :facts, :entry, 'waiting', :due, :now)"""
SENT_ROW = "UPDATE hook_row SET state = 'sent', attempts = attempts + 1, ended_at = :now, error = '' WHERE id = :id"
TOOK = "UPDATE hook SET rests = 0, rests_until = NULL, error = '', told_at = :now, alarmed = 0 WHERE name = :hook"
AGAIN = "UPDATE hook_row SET attempts = attempts + 1, due_at = :at, error = :error WHERE id = :id"
GIVEN_UP = """UPDATE hook_row SET state = 'failed', attempts = attempts + 1, ended_at = :now, error = :error
WHERE id = :id"""
WRONG = "UPDATE hook SET error = :error WHERE name = :hook"
ALARMED = "UPDATE hook SET alarmed = 1 WHERE name = :hook AND alarmed = 0"
REST = "UPDATE hook SET rests = rests + 1, rests_until = :until, error = :error WHERE name = :hook"
SWITCH = """UPDATE hook SET off = :off, off_at = :now, rests = 0, rests_until = NULL
WHERE name = :hook AND (off = '') <> (:off = '')"""
SKIP = "UPDATE hook SET seen = (SELECT coalesce(max(id), 0) FROM event) WHERE name = :hook"
DUE_NOW = """UPDATE hook_row SET due_at = :now, attempts = 0, created_at = :now WHERE hook = :hook
  AND state = 'waiting'"""
RETRY = """UPDATE hook_row SET state = 'waiting', attempts = 0, due_at = :now, created_at = :now, ended_at = NULL
WHERE id = :id AND state <> 'sent'"""
RESTED = "UPDATE hook SET rests = 0, rests_until = NULL WHERE name = (SELECT hook FROM hook_row WHERE id = :id)"
DROP = "UPDATE hook_row SET state = 'dropped', ended_at = :now WHERE id = :id AND state IN ('waiting', 'failed')"
PURGE = "DELETE FROM hook_row WHERE ended_at < :before"


class Hooks(Room):
    """Each a few statements."""

    def all(self) -> list[HookState]:
        """See `hooks_asked.HooksRead.all`."""
        failed = {row["hook"]: row["n"] for row in self.session.all(FAILED_ROWS, {})}
        return [_state(row, failed.get(row["name"], 0)) for row in self.session.all(HOOKS, {})]

    def get(self, name: str) -> HookState | None:
        """See `hooks_asked.HooksRead.get`."""
        row = self.session.one(HOOK, {"name": name})
        return None if row is None else _state(row, 0)

    def behind(self) -> bool:
        """See `hooks_asked.HooksRead.behind`."""
        seen = self.session.scalar(FURTHEST_BEHIND, {})
        return seen is not None and seen < self.session.scalar(JOURNAL_END, {})

    def happened(self, limit: int) -> tuple[list[tuple[Happened, tuple[str, ...]]], int]:
        """See `hooks_asked.HooksRead.happened`."""
        hooks = [row for row in self.session.all(NAMES, {}) if not row["off"]]
        end = int(self.session.scalar(JOURNAL_END, {}))
        after = min((row["seen"] for row in hooks), default=end)
        upto = min(end, after + limit)
        found = self.session.all(HAPPENED, {"after": after, "upto": upto}) if upto > after else []
        return [
            (self._happened(row), tuple(hook["name"] for hook in hooks if hook["seen"] < row["id"])) for row in found
        ], upto

    def _happened(self, row: rows.Row) -> Happened:
        again = False
        due = promised_at(row["new"]) if row["kind"] == "escalation" else None
        if due is not None and row["at"] >= due:
            params = {"ticket": row["ticket_id"], "id": row["id"], "due": due, "due_text": f"%:{due}"}
            again = self.session.one(BROKEN_BEFORE, params) is not None
        return Happened(
            id=row["id"],
            kind=row["kind"],
            old=row["old"],
            new=row["new"],
            at=rows.time_of(row["at"]),
            number=row["number"],
            department=row["department"],
            status=row["status"],
            owner=row["owner"],
            priority=row["priority"],
            language=row["language"],
            created_at=rows.time_of(row["created_at"]),
            due_first=rows.moment(row["due_first"]),
            due_resolve=rows.moment(row["due_resolve"]),
            due_manual=rows.moment(row["due_manual"]),
            again=again,
        )

    def next(self, hook: str, now: datetime) -> HookRow | None:
        """See `hooks_asked.HooksRead.next`."""
        row = self.session.one(NEXT, {"hook": hook, "now": rows.micros(now)})
        return None if row is None else _row(row)

    def next_at(self, hook: str) -> datetime | None:
        """See `hooks_asked.HooksRead.next_at`."""
        return rows.moment(self.session.scalar(NEXT_AT, {"hook": hook}))

    def rows(self, states: Collection[HookRowState]) -> list[HookRow]:
        """See `hooks_asked.HooksRead.rows`."""
        found = self.session.all(WAITING_ROWS, {}) if HookRowState.WAITING in states else []
        if set(states) - {HookRowState.WAITING}:
            found += self.session.all(ENDED_ROWS, {})
        return sorted((_row(row) for row in found if row["state"] in states), key=lambda row: row.id)

    def row(self, number: int) -> HookRow | None:
        """See `hooks_asked.HooksRead.row`."""
        row = self.session.one(ROW, {"id": number})
        return None if row is None else _row(row)

    def words(self, row: HookRow) -> HookWords | None:
        """See `hooks_asked.HooksRead.words`."""
        found = self.session.one(WORDS, {"number": row.told.ticket})
        if found is None:
            return None
        text = self.session.scalar(ENTRY_WORDS, {"id": row.told.entry}) if row.told.entry else None
        return HookWords(found["subject"], found["requester_name"], found["addr"], text)

    def taken_back(self, row: HookRow) -> bool:
        """See `hooks_asked.HooksRead.taken_back`."""
        return row.told.entry is not None and self.session.one(TAKEN_BACK, {"id": row.told.entry}) is not None

    # --- changes ---

    def known(self, names: Sequence[str], now: datetime) -> None:
        """See `hooks_asked.HooksTx.known`."""
        there = {row["name"] for row in self.session.all(NAMES, {})}
        end = self.session.scalar(JOURNAL_END, {})
        for name in names:
            if name not in there:
                self.session.run(NEW_HOOK, {"name": name, "seen": end})
        for name in there - set(names):
            self.session.run(DROP_ALL, {"name": name, "now": rows.micros(now)})
            self.session.run(NO_HOOK, {"name": name})

    def read_up_to(self, line: int) -> None:
        """See `hooks_asked.HooksTx.read_up_to`."""
        self.session.run(READ_UP_TO, {"line": line})

    def add(self, hook: str, uid: str, told: Told, due: datetime, now: datetime) -> None:
        """See `hooks_asked.HooksTx.add`."""
        params = {"hook": hook, "uid": uid, "ticket": told.ticket, "type": told.type.value, "at": rows.micros(told.at),
                  "facts": _facts(told), "entry": told.entry, "due": rows.micros(due),
                  "now": rows.micros(now)}  # fmt: skip
        self.session.run(NEW_ROW, params)

    def sent(self, row: HookRow, now: datetime) -> None:
        """See `hooks_asked.HooksTx.sent`."""
        self.session.run(SENT_ROW, {"id": row.id, "now": rows.micros(now)})
        self.session.run(TOOK, {"hook": row.hook, "now": rows.micros(now)})

    def again(self, row: HookRow, at: datetime, error: str) -> None:
        """See `hooks_asked.HooksTx.again`."""
        params = {"id": row.id, "at": rows.micros(at), "error": rows.clean(error)}
        self.session.run(AGAIN, params)
        self.session.run(WRONG, {"hook": row.hook, "error": rows.clean(error)})

    def failed(self, row: HookRow, now: datetime, error: str) -> bool:
        """See `hooks_asked.HooksTx.failed`."""
        self.session.run(GIVEN_UP, {"id": row.id, "now": rows.micros(now), "error": rows.clean(error)})
        self.session.run(WRONG, {"hook": row.hook, "error": rows.clean(error)})
        return bool(self.session.run(ALARMED, {"hook": row.hook}))

    def rest(self, hook: str, until: datetime, error: str) -> None:
        """See `hooks_asked.HooksTx.rest`."""
        self.session.run(REST, {"hook": hook, "until": rows.micros(until), "error": rows.clean(error)})

    def switch(self, hook: str, off: str, now: datetime) -> bool:
        """See `hooks_asked.HooksTx.switch`."""
        params = {"hook": hook, "off": rows.clean(off), "now": rows.micros(now)}
        if not self.session.run(SWITCH, params):
            return False
        if not off:
            self.session.run(SKIP, {"hook": hook})
            self.session.run(DUE_NOW, {"hook": hook, "now": rows.micros(now)})
        return True

    def retry(self, number: int, now: datetime) -> bool:
        """See `hooks_asked.HooksTx.retry`."""
        if not self.session.run(RETRY, {"id": number, "now": rows.micros(now)}):
            return False
        self.session.run(RESTED, {"id": number})
        return True

    def drop(self, number: int, now: datetime) -> bool:
        """See `hooks_asked.HooksTx.drop`."""
        return bool(self.session.run(DROP, {"id": number, "now": rows.micros(now)}))

    def purge(self, before: datetime) -> int:
        """See `hooks_asked.HooksTx.purge`."""
        return self.session.run(PURGE, {"before": rows.micros(before)})


def _state(row: rows.Row, failed: int) -> HookState:
    return HookState(
        name=row["name"],
        off=row["off"],
        off_at=rows.moment(row["off_at"]),
        waiting=row["waiting"],
        failed=failed,
        rests=row["rests"],
        rests_until=rows.moment(row["rests_until"]),
        error=row["error"],
        told_at=rows.moment(row["told_at"]),
        alarmed=bool(row["alarmed"]),
    )


def _facts(told: Told) -> str:
    return rows.dumps(
        {
            "department": told.department,
            "status": told.status,
            "owner": told.owner,
            "priority": told.priority,
            "language": told.language,
            "created_at": rows.micros_or_none(told.created_at),
            "due_at": rows.micros_or_none(told.due_at),
            "was": told.was,
            "promise": told.promise,
            "score": told.score,
        }
    )


def _row(row: rows.Row) -> HookRow:
    facts = rows.loads(row["facts"], {})
    facts |= {name: rows.moment(facts[name]) for name in ("created_at", "due_at")}
    told = Told(Type(row["type"]), rows.time_of(row["at"]), row["ticket"], entry=row["entry"], **facts)
    state = HookRowState(row["state"])
    return HookRow(
        id=row["id"],
        hook=row["hook"],
        uid=row["uid"],
        state=state,
        told=told,
        attempts=row["attempts"],
        due_at=rows.time_of(row["due_at"]) if state is HookRowState.WAITING else None,
        created_at=rows.time_of(row["created_at"]),
        sent_at=rows.moment(row["ended_at"]) if state is HookRowState.SENT else None,
        error=row["error"],
    )
