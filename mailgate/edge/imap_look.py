"""Looks into a mailbox without taking anything: for `check --connect` and for the reconciliation of `audit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from mailgate.edge.imap_box import Mailbox, Trouble
from mailgate.edge.imap_connect import close, connect, sorted_troubles


@dataclass(frozen=True, slots=True)
class Held:
    """What one folder holds now."""

    folder: str
    uidvalidity: int
    uids: tuple[int, ...]


def try_mailbox(mailbox: Mailbox) -> str:
    """Log in and look for every configured folder; one line that says what was found. Raises Trouble, MailgateError."""
    client, _ = connect(mailbox)
    try:
        with sorted_troubles():
            missing = [name for name in mailbox.every_folder if not client.folder_exists(name)]
            if missing:
                known = sorted(name for _, _, name in client.list_folders())
                there = ", ".join(known[:20])
                raise Trouble("folder", f"no folder {', '.join(map(repr, missing))}; there are: {there}")
            able = [name for name in ("IDLE", "MOVE", "UIDPLUS") if client.has_capability(name)]
            return f"{mailbox.host}:{mailbox.port} lets {mailbox.user} in ({', '.join(able) or 'no extensions'})"
    finally:
        close(client)


def inventory(mailbox: Mailbox, since: datetime | None = None) -> list[Held]:
    """The UIDs in each folder, `done_folder` left out (it has UIDs of its own); `since` by day of arrival.

    Raises Trouble, MailgateError.
    """
    client, _ = connect(mailbox)
    try:
        with sorted_troubles():
            held = []
            for name in mailbox.every_folder:
                answer = client.select_folder(name, readonly=True)
                wanted = ["ALL"] if since is None else ["SINCE", since.astimezone(UTC).date()]
                uids = tuple(sorted(client.search(wanted)))
                held.append(Held(name, int(answer.get(b"UIDVALIDITY", 0)), uids))
            return held
    finally:
        close(client)
