"""Our words in Estonian: a file for each kind (docs/languages.md)."""

from __future__ import annotations

AS_IN_ENGLISH: frozenset[str] = frozenset({"figure.nps"})  # keys of phrases that are the very same in English
