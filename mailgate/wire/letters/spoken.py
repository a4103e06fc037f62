"""A letter of codes and parameters -> the same letter in the language of its reader."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from mailgate.core.letters.letter import Letter
from mailgate.core.model.said import Said
from mailgate.wire import words

T = TypeVar("T")


def spoken(letter: Letter) -> Letter:
    """The letter with nothing left to be said: subject, marks and content are words; it may be so already."""
    marks = tuple((name, words.said(letter.language, value)) for name, value in letter.marks)
    content = spoken_content(letter.view.content, letter.language)
    subject = words.said(letter.language, letter.subject)
    if content is letter.view.content and marks == letter.marks and subject == letter.subject:
        return letter
    return replace(letter, subject=subject, marks=marks, view=replace(letter.view, content=content))


def spoken_content(content: T, language: str) -> T:
    """What a letter or a part of one says, in a language."""
    told: T = _told(content, language)
    return told


def _told(value: Any, language: str) -> Any:
    if isinstance(value, Said):
        return words.said(language, value)
    if isinstance(value, tuple):
        told = tuple(_told(one, language) for one in value)
        return value if all(one is other for one, other in zip(told, value, strict=True)) else told
    found = {name: getattr(value, name) for name in _names(value.__class__)}
    changed = {name: told for name, kept in found.items() if (told := _told(kept, language)) is not kept}
    return replace(value, **changed) if changed else value


@lru_cache(256)
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a record; a type that is none has none."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()
