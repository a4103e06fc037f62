"""Versions of SQLite with faults that matter to us."""

from __future__ import annotations

import sqlite3

# The WAL-reset race (https://sqlite.org/wal.html#walresetbug): fixed in 3.51.3 and, backported, in these.
_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def sqlite_fault(version: tuple[int, int, int] | None = None) -> str:
    """What is wrong with this version of SQLite and how we live with it, `""` when nothing is (threats D-16)."""
    major, minor, patch = version or sqlite3.sqlite_version_info[:3]
    fixed = (major, minor, patch) >= (3, 51, 3) or patch >= _BACKPORTS.get((major, minor), 1_000_000)
    if fixed or (major, minor, patch) < (3, 7, 0):
        return ""
    return (
        f"SQLite {major}.{minor}.{patch} is safe here as long as no other program writes to the database: two writers "
        "at once can corrupt its log, and mailgate has one (sqlite.org/wal.html#walresetbug)"
    )
