"""Canned answers and articles: texts with named holes, and finding the ones that speak of something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailgate.core.model.content import Content
from mailgate.core.model.shown import omitted
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.text.excerpt import beginning
from mailgate.core.text.stems import stem, telling

_HOLE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
FITS = 0.55  # measured by tests/core/model/test_suggested.py: below it what does not fit is suggested
_LINE = 80  # characters of an answer that may be "You are welcome!"
_GREETING = 3  # words of a first line that may be "Dear Mr Smith,"
_SHOWN = 120
_READ = 8192  # characters of a text that say what it is about


@dataclass(frozen=True, slots=True)
class Article:
    """A piece of knowledge in one language."""

    name: str
    title: str
    language: str
    text: str
    url: str = ""
    since: datetime | None = None  # when it was written last
    saved: bool = False  # by `#article`, not in a file of the admin's
    public: bool = True  # False: for agents alone, who may send it
    title_stems: frozenset[str] = field(init=False, repr=False, compare=False)  # what its title is about
    stems: frozenset[str] = field(init=False, repr=False, compare=False)  # and its text
    spelled: str = field(init=False, repr=False, compare=False)  # all of them, a space before each: searched at once

    def __post_init__(self) -> None:
        object.__setattr__(self, "title_stems", telling(self.title, self.language))
        object.__setattr__(self, "stems", telling(self.text[:_READ], self.language))
        object.__setattr__(self, "spelled", "".join(f" {word}" for word in sorted(self.title_stems | self.stems)))

    @property
    def whole(self) -> str:
        """Its words, with its address below them."""
        return "\n\n".join(part for part in (self.text, self.url) if part)


def in_language(articles: Iterable[Article], name: str, language: str) -> Article | None:
    """The article of that name, in that language where there is one."""
    named = [one for one in articles if one.name == name]
    return next((one for one in named if one.language == language), next(iter(named), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDrafted(Content):
    """What `#article` would keep: for its writer to go over, or for a lead whose tap keeps it."""

    TEMPLATE = "article_draft"
    name: str = ""
    title: str = ""
    text: str = ""
    by: str = omitted("")  # the agent who wrote it, where a lead is asked
    href: str = omitted("")  # publishes it, or begins a mail with it


def unused(articles: Iterable[Article], used: Mapping[str, datetime], before: datetime) -> dict[str, datetime | None]:
    """Names of articles that are older than `before` and were not used since, with when they were; oldest use first."""
    written: dict[str, datetime] = {}
    for one in articles:
        if one.since is not None:
            written[one.name] = max(one.since, written.get(one.name, one.since))
    idle = {name: used.get(name) for name, at in written.items() if max(at, used.get(name, at)) < before}
    return dict(sorted(idle.items(), key=lambda one: (one[1] is not None, one[1] or before, one[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted(Content):
    """The answer of another ticket for the agent to go over; a plain reply to it goes to the customer."""

    TEMPLATE = "draft"
    source: int = 0  # the ticket it was written on
    who: str = ""  # by whom
    text: str = ""  # what was that customer's own is marked
    href: str = omitted("")  # a mail that begins with it, where it is short enough for a link


def solution(entries: Iterable[Entry]) -> Entry | None:
    """The answer that solved a ticket: our last one of more than a line, else the longest; None without any."""
    said = (one for one in entries if one.kind is EntryKind.AGENT and not one.unverified and not one.only)
    ours = [one for one in said if one.text.strip()]
    long = [one for one in ours if len(one.text) > _LINE]
    return long[-1] if long else max(ours, key=lambda one: len(one.text), default=None)


def gist(text: str) -> str:
    """The first line of an answer that says something: no greeting."""
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    found = next((line for line in lines if len(line.split()) > _GREETING), next(iter(lines), ""))
    return beginning(found, _SHOWN)


def alike(one: str, other: str, language: str) -> bool:
    """True when two titles speak of the same: two words, and half of what the shorter says."""
    mine, theirs = telling(one, language), telling(other, language)
    shared = len(mine & theirs)
    return shared > 1 and 2 * shared >= min(len(mine), len(theirs))


def holes(text: str) -> frozenset[str]:
    """The names of the values a text needs: `{days}`."""
    return frozenset(_HOLE.findall(text))


def fill_holes(text: str, values: Mapping[str, str]) -> str:
    """The text with its holes filled; one without a value stays as it is."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), text).strip()


def fitting(articles: Iterable[Article], subject: str, text: str, language: str, most: int = 2) -> tuple[Article, ...]:
    """The articles that really answer a mail in their language, best first: of most mails none.

    How much of its title the mail speaks of, in the subject and in the text, and a little for its own text; what many
    articles speak of counts for less. One word in common is chance.
    """
    spoken = [one for one in articles if one.language == language]
    about, told = telling(subject, language), telling(text[:_READ], language)
    rare = Counter(word for one in spoken for word in one.title_stems | one.stems)
    scored = []
    for one in spoken:
        shared = (about | told) & (one.title_stems | one.stems)
        if len(shared) > 1 and shared & one.title_stems:
            titled = sum(((word in about) + (word in told)) / rare[word] for word in one.title_stems)
            beside = sum(1 / rare[word] for word in shared - one.title_stems)
            whole = sum(1 / rare[word] for word in one.title_stems)
            scored.append(((titled + beside / 4) / whole, one.name, one))
    scored.sort(key=lambda one: (-one[0], one[1]))
    return tuple(one for score, _, one in scored if score >= max(FITS, 0.6 * scored[0][0]))[:most]


def articles_with(articles: Iterable[Article], words: str, language: str, most: int) -> tuple[Article, ...]:
    """The articles that hold most of the words somebody looks for, best first; a word's beginning is enough."""
    found: list[tuple[int, int, Article]] = []
    meant: dict[str, frozenset[str]] = {}
    for one in articles:
        spoken = one.language
        if spoken not in meant:
            meant[spoken] = telling(words, spoken) or frozenset(stem(word, spoken) for word in words.split())
        there = {word for word in meant[spoken] if f" {word}" in one.spelled}
        if there:
            found.append((len(there), 3 * len(there & one.title_stems) + len(there), one))
    most_words = max((words_there for words_there, _, _ in found), default=0)
    return _best(((score, one) for count, score, one in found if 2 * count >= most_words), language, most)


def _best(scored: Iterable[tuple[int, Article]], language: str, most: int) -> tuple[Article, ...]:
    """One of each name: in this language where it is there, else the best."""
    ranked = sorted(scored, key=lambda one: (one[1].language != language, -one[0], one[1].name))
    best: dict[str, Article] = {}
    for _, article in ranked:
        best.setdefault(article.name, article)
    return tuple(best.values())[:most]
