"""The beginning of a text for a place with little room."""

from __future__ import annotations


def beginning(text: str, most: int) -> str:
    """The text, or of a longer one whole words within its first `most` characters and an ellipsis."""
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"
