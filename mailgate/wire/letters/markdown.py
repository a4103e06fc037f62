"""Canned answers are written in Markdown: their HTML for letters that have it."""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt

from mailgate.wire.text import sanitize

_READER = MarkdownIt("commonmark", {"html": False, "breaks": True})


def answer(canned: str, text: str) -> str:
    """HTML of a letter's text that begins with a canned answer; the agent's own words below it stay as they are."""
    own = text.removeprefix(canned).strip()
    below = f"<p>{escape(own, quote=False)}</p>".replace("\n", "<br>\n") if own else ""
    return sanitize.clean(_READER.render(canned) + below)
