"""Our words in Swedish: a file for each kind (docs/languages.md)."""

from __future__ import annotations

AS_IN_ENGLISH: frozenset[str] = frozenset(
    {"day_unit", "event.status", "figure.nps", "priority.normal", "status", "status.state"}
)  # keys of phrases that are the very same in English
