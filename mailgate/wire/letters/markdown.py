"""Canned answers and articles are written in Markdown: their HTML for letters that have it, and for pages."""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt

from mailgate.wire.text import sanitize

_READER = MarkdownIt("commonmark", {"html": False, "breaks": True})
# A picture of a page would be fetched by whoever reads it: its text and its address stay.
_PAGES = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
_LOWEST = 6  # of HTML's headings


def answer(canned: str, text: str) -> str:
    """HTML of a letter's text that begins with a canned answer; the agent's own words below it stay as they are."""
    own = text.removeprefix(canned).strip()
    below = f"<p>{escape(own, quote=False)}</p>".replace("\n", "<br>\n") if own else ""
    return sanitize.clean(_READER.render(canned) + below)


def page(text: str) -> str:
    """HTML of an article for everybody: nothing fetched or scripted, its headings in steps below the page's own."""
    tokens = _PAGES.parse(text)
    headings = [one for one in tokens if one.type in ("heading_open", "heading_close")]
    levels = sorted({one.tag for one in headings})
    level = 1
    for one in headings:
        level = min(levels.index(one.tag) + 2, level + (one.type == "heading_open"), _LOWEST)
        one.tag = f"h{level}"
    return sanitize.clean_page(_PAGES.renderer.render(tokens, _PAGES.options, {}))
