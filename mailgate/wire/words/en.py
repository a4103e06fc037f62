"""The phrases of our letters in English."""
# ruff: noqa: E501 - a phrase a line

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "when": "{day} {clock}",
    "today": "today",
    "yesterday": "yesterday",
    "tomorrow": "tomorrow",
    "day_unit": "d",
    "greeting": "Hello {name},",
    "greeting_plain": "Hello,",
    "number": "Your ticket",
    "regards": "Kind regards",
    "automatic": "This is an automatic message about ticket {tag}.",
    "keep": "To add something, simply reply to this message, or keep {tag} in the subject when you write to us.",
    "ack.subject": "We have received your message",
    "ack.title": "We have your message",
    "ack.thanks": "Thank you for writing to us. Your message has arrived and we are looking into it.",
    "ack.thanks_subject": "Thank you for writing to us. Your message “{subject}” has arrived and we are looking into it.",
    "ack.expect": "When to expect an answer",
    "ack.soon": "A member of our team will answer you as soon as possible.",
    "ack.articles": "These may help in the meantime",
}
