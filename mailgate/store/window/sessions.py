"""Who has logged in: what was asked for, which sessions stand, and the walls; secrets are kept as digests alone."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.pages.login import LoginAsk, Session, Wall
from mailgate.store import rows, session
from mailgate.store.session import Room
from mailgate.store.settings import Settings

ASKED = "INSERT INTO web_login (letter, agent, browser, at) VALUES (:letter, :agent, :browser, :at)"
# One that was asked for by mail has no row before it is tried.
KEPT = """
INSERT INTO web_login (letter, agent, browser, at) SELECT id, agent, '', created_at FROM letter WHERE id = :letter
ON CONFLICT (letter) DO NOTHING
"""
ASKED_SINCE = "SELECT at FROM web_login WHERE agent = :agent AND at > :since ORDER BY at"
_LOGIN = """letter.id AS letter, letter.message_id, letter.agent, letter.created_at AS at, letter.revoked_at,
  coalesce(web_login.browser, '') AS browser, coalesce(web_login.tries, 0) AS tries, web_login.spent_at,
  (SELECT value FROM setting WHERE key = 'sessions-ended:' || letter.agent) AS ended_at
"""
BY_BROWSER = f"""SELECT {_LOGIN} FROM web_login JOIN letter ON letter.id = web_login.letter
WHERE web_login.browser = :key AND web_login.browser <> '' ORDER BY web_login.at DESC LIMIT 1"""  # noqa: S608
BY_TOKEN = f"""SELECT {_LOGIN} FROM letter_token JOIN letter ON letter.id = letter_token.letter
LEFT JOIN web_login ON web_login.letter = letter.id
WHERE letter_token.token = :key AND letter.template = 'login'"""  # noqa: S608
TRIED = "UPDATE web_login SET tries = tries + 1 WHERE letter = :letter"
SPENT = "UPDATE web_login SET spent_at = :at WHERE letter = :letter AND spent_at IS NULL"
OLD_LOGINS = "DELETE FROM web_login WHERE at < :before"
BEGUN = "INSERT INTO web_session (digest, agent, at, until) VALUES (:digest, :agent, :at, :until)"
SESSION = "SELECT agent, at, until FROM web_session WHERE digest = :digest"
SESSIONS = "SELECT agent, at, until FROM web_session WHERE agent = :agent AND until > :now ORDER BY at"
OLD_SESSIONS = "DELETE FROM web_session WHERE until <= :now"
ENDED = "DELETE FROM web_session WHERE digest = :digest"
ENDED_ALL = "DELETE FROM web_session WHERE agent = :agent"
COUNTED = (
    "INSERT INTO counter (name, value) VALUES ('sessions-ended', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
)
COUNT = "SELECT value FROM counter WHERE name = 'sessions-ended'"
PUT_UP = (
    "INSERT INTO wall (name, digest, agents, at) VALUES (:name, :digest, :agents, :at) "
    "ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, agents = excluded.agents, at = excluded.at"
)
WALLS = "SELECT name, agents, at FROM wall ORDER BY name"
WALL = "SELECT name, agents, at FROM wall WHERE digest = :digest"
TAKEN_DOWN = "DELETE FROM wall WHERE name = :name"


def end_all(session: session.Session, agent: str, now: int) -> None:
    """No session of this agent stands any more, and no letter written to them before `now` (microseconds) logs in."""
    session.run(ENDED_ALL, {"agent": agent})
    Settings(session).set(f"sessions-ended:{agent}", str(now))
    session.run(COUNTED, {})


class Sessions(Room):
    """Each one or two statements."""

    def asked(self, letter: int, agent: str, browser: str, now: datetime) -> None:
        """See `window_asked.SessionsTx.asked`."""
        self.session.run(ASKED, {"letter": letter, "agent": agent, "browser": browser, "at": rows.micros(now)})

    def asked_since(self, agent: str, since: datetime) -> list[datetime]:
        """See `window_asked.SessionsRead.asked_since`."""
        found = self.session.all(ASKED_SINCE, {"agent": agent, "since": rows.micros(since)})
        return [rows.time_of(row["at"]) for row in found]

    def login_of_browser(self, browser: str) -> LoginAsk | None:
        """See `window_asked.SessionsRead.login_of_browser`."""
        return _login(self.session.one(BY_BROWSER, {"key": browser}))

    def login_of_token(self, token: str) -> LoginAsk | None:
        """See `window_asked.SessionsRead.login_of_token`."""
        return _login(self.session.one(BY_TOKEN, {"key": token}))

    def tried(self, letter: int) -> None:
        """See `window_asked.SessionsTx.tried`."""
        self.session.run(KEPT, {"letter": letter})
        self.session.run(TRIED, {"letter": letter})

    def spend(self, letter: int, now: datetime) -> bool:
        """See `window_asked.SessionsTx.spend`."""
        self.session.run(KEPT, {"letter": letter})
        return self.session.run(SPENT, {"letter": letter, "at": rows.micros(now)}) > 0

    def begin(self, digest: str, agent: str, now: datetime, until: datetime) -> None:
        """See `window_asked.SessionsTx.begin`."""
        params = {"digest": digest, "agent": agent, "at": rows.micros(now), "until": rows.micros(until)}
        self.session.run(BEGUN, params)

    def get(self, digest: str) -> Session | None:
        """See `window_asked.SessionsRead.get`."""
        row = self.session.one(SESSION, {"digest": digest})
        return None if row is None else _session(row)

    def of_agent(self, agent: str, now: datetime) -> list[Session]:
        """See `window_asked.SessionsRead.of_agent`."""
        return [_session(row) for row in self.session.all(SESSIONS, {"agent": agent, "now": rows.micros(now)})]

    def end(self, digest: str) -> None:
        """See `window_asked.SessionsTx.end`."""
        if self.session.run(ENDED, {"digest": digest}):
            self.session.run(COUNTED, {})

    def end_all(self, agent: str, now: datetime) -> None:
        """See `window_asked.SessionsTx.end_all`."""
        end_all(self.session, agent, rows.micros(now))

    def ended(self) -> int:
        """See `window_asked.SessionsRead.ended`."""
        return int(self.session.scalar(COUNT, {}) or 0)

    def tidy(self, now: datetime, before: datetime) -> None:
        """See `window_asked.SessionsTx.tidy`."""
        self.session.run(OLD_SESSIONS, {"now": rows.micros(now)})
        self.session.run(OLD_LOGINS, {"before": rows.micros(before)})

    # --- walls --------------------------------------------------------------------------------------------------------

    def put_up(self, name: str, digest: str, now: datetime, *, agents: bool) -> None:
        """See `window_asked.SessionsTx.put_up`."""
        self.session.run(PUT_UP, {"name": name, "digest": digest, "agents": int(agents), "at": rows.micros(now)})

    def take_down(self, name: str) -> bool:
        """See `window_asked.SessionsTx.take_down`."""
        return self.session.run(TAKEN_DOWN, {"name": name}) > 0

    def walls(self) -> list[Wall]:
        """See `window_asked.SessionsRead.walls`."""
        return [_wall(row) for row in self.session.all(WALLS, {})]

    def wall(self, digest: str) -> Wall | None:
        """See `window_asked.SessionsRead.wall`."""
        row = self.session.one(WALL, {"digest": digest})
        return None if row is None else _wall(row)


def _login(row: rows.Row | None) -> LoginAsk | None:
    if row is None:
        return None
    return LoginAsk(
        row["letter"],
        row["message_id"],
        row["agent"],
        row["browser"],
        rows.time_of(row["at"]),
        row["tries"],
        row["spent_at"] is not None,
        row["revoked_at"] is not None or int(row["ended_at"] or 0) > row["at"],
    )


def _session(row: rows.Row) -> Session:
    return Session(row["agent"], rows.time_of(row["at"]), rows.time_of(row["until"]))


def _wall(row: rows.Row) -> Wall:
    return Wall(row["name"], bool(row["agents"]), rows.time_of(row["at"]))
