"""Phrases for pages of HTML: a sentence that speaks of what is HTML already is HTML as a whole."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from mailgate.wire import words


class Sentences:
    """The sentences of the reader's language, as templates say them."""

    def __init__(self, speech: words.Phrases) -> None:
        self._speech = speech

    def say(self, key: str, n: int | None = None, **values: Any) -> str:
        """As `Phrases.say`."""
        if not any(isinstance(value, Markup) for value in values.values()):
            return self._speech.say(key, n, **values)
        holes = {name: f"\ue000{at}\ue001" for at, name in enumerate(values)}
        text = escape(self._speech.say(key, n, **holes))
        for hole, value in zip(holes.values(), values.values(), strict=True):
            text = text.replace(hole, escape(value))
        return text
