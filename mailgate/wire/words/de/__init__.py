"""Our words in German: a file for each kind (docs/languages.md)."""

from __future__ import annotations

AS_IN_ENGLISH: frozenset[str] = frozenset(
    {
        "column.name",
        "figure.name",
        "figure.nps",
        "page.list.ticket",
        "page.list.title",
        "priority.normal",
        "status",
        "tap.spam",
    }
)  # keys of phrases that are the very same in English
