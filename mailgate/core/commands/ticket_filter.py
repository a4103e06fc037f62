"""Which tickets somebody wants to see: `new open waiting overdue spam quiet watched @anna +tag department`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mailgate.core.model.ticket import QUIET, Status
from mailgate.core.text.folding import fold

_STATUS: Mapping[str, Status] = {status.value: status for status in Status}
_TAGS = frozenset({"spam", QUIET})  # that are known without their mark
_NOBODY = frozenset({"nobody", "none", "-"})
_ME = frozenset({"me", "mine"})


class NotAFilter(ValueError):
    """A word of the filter is neither a status, a tag, an agent nor a department; `word` says which."""

    def __init__(self, word: str, why: str) -> None:
        self.word = word
        self.why = why  # "unknown", "twice": two departments or owners
        super().__init__(f"{why}: {word}")


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold; several statuses are any of them."""

    status: tuple[Status, ...] = ()
    overdue: bool = False
    owner: str | None = None  # an agent's name
    unowned: bool = False
    tags: tuple[str, ...] = ()
    department: str | None = None
    customer: str | None = None  # an address
    watched: bool = False  # by the asking agent, themselves or by a tag


def parse(text: str, *, departments: Collection[str], agents: Collection[str], me: str = "") -> Filter:
    """Read a filter; `@me` is the asking agent, `@nobody` means unowned. Raises NotAFilter."""
    named = {fold(name): name for name in departments}
    people = {fold(name): name for name in agents}
    status: list[Status] = []
    tags: list[str] = []
    overdue = unowned = watched = False
    owner = department = customer = None
    for word in text.replace(",", " ").split():
        plain = fold(word.lstrip("#"))
        name = plain.removeprefix("@")
        if plain == "overdue":
            overdue = True
        elif plain == "watched" and me:
            watched = True
        elif plain in _STATUS:
            status.append(_STATUS[plain])
        elif plain in _TAGS or (plain.startswith("+") and plain != "+"):
            tags.append(word.lstrip("#").removeprefix("+").lower())
        elif plain.startswith("@") and name in _NOBODY and owner is None:
            unowned = True
        elif plain.startswith("@") and (name in people or (name in _ME and me)):
            if unowned or owner not in (None, people.get(name, me)):
                raise NotAFilter(word, "twice")
            owner = people.get(name, me)
        elif "@" in plain[1:] and customer is None:
            customer = word
        elif plain in named:
            if department not in (None, named[plain]):
                raise NotAFilter(word, "twice")
            department = named[plain]
        else:
            raise NotAFilter(word, "unknown")
    over = (
        tuple(Status) if "spam" in fold(text).replace(",", " ").split() else ()
    )  # spam is, as soon as it is called that
    tags.sort(key=lambda one: one != "spam")
    return Filter(
        tuple(dict.fromkeys(status)) or over, overdue, owner, unowned, tuple(tags), department, customer, watched
    )
