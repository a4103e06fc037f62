"""The phrases of our letters in Polish."""
# ruff: noqa: E501 - a phrase a line

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "when": "{day} {clock}",
    "today": "dziś",
    "yesterday": "wczoraj",
    "tomorrow": "jutro",
    "day_unit": "d",
    "greeting": "Dzień dobry, {name}!",
    "greeting_plain": "Dzień dobry,",
    "number": "Numer zgłoszenia",
    "regards": "Z poważaniem",
    "automatic": "To jest automatyczna wiadomość dotycząca zgłoszenia {tag}.",
    "keep": "Aby coś dodać, wystarczy odpowiedzieć na tę wiadomość albo zachować {tag} w temacie kolejnej.",
    "ack.subject": "Otrzymaliśmy Państwa wiadomość",
    "ack.title": "Mamy Państwa wiadomość",
    "ack.thanks": "Dziękujemy za wiadomość. Dotarła do nas i wkrótce się nią zajmiemy.",
    "ack.thanks_subject": "Dziękujemy za wiadomość „{subject}”. Dotarła do nas i wkrótce się nią zajmiemy.",
    "ack.expect": "Kiedy odpowiemy",
    "ack.soon": "Odpowiemy tak szybko, jak to możliwe.",
    "ack.articles": "To może pomóc już teraz",
}
