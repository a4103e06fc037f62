"""Words that many new tickets share and older ones do not: something is out of order, and nobody has said so yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from mailgate.core.model.desk_rows import OpeningWords
from mailgate.core.model.outage import Incident
from mailgate.core.model.said import moment, said
from mailgate.core.model.shown import Section
from mailgate.core.text import mentions
from mailgate.core.text.folding import fold
from mailgate.core.text.language import is_common
from mailgate.core.text.stems import stem

LATELY = timedelta(hours=12)
USUALLY = timedelta(days=7)  # before that
MOST = 500  # tickets of either that are looked at, the newest
LEAST, SHARE = 8, 0.3  # so many of them, and such a part
RARER = 3  # times as rare the words usually are
_READ = 600  # characters of each mail
_CANDIDATES = 12  # words of which pairs are made
_WORD = re.compile(r"[^\W\d_]{3,32}")


@dataclass(frozen=True, slots=True)
class Outbreak:
    """What new tickets of a department share."""

    department: str
    n: int  # of them
    since: datetime  # when the first of these came
    words: tuple[str, ...]  # one or two, as most wrote them

    @property
    def order(self) -> str:
        """The command that gathers them."""
        name = max(self.words, key=len)
        return f"#incident {self.department} {name} {' '.join(self.words)}"


def find(
    department: str, lately: Sequence[OpeningWords], usually: Sequence[OpeningWords], known: Iterable[Incident] = ()
) -> Outbreak | None:
    """The words that stand in most of the new tickets and are rare in the others; None for nothing remarkable."""
    forms: dict[str, Counter[str]] = {}
    new = [_stems(one, forms) for one in lately]
    least = max(LEAST, SHARE * len(new))
    often = Counter(word for words in new for word in words)
    before = [_stems(one, {}) for one in usually]
    there = Counter(word for words in before for word in words)
    titled = Counter(word for one in lately for word in _stems(replace(one, text=""), {}))
    rare = [
        word for word, n in often.items() if n >= least and there[word] * RARER * len(new) < n * max(1, len(before))
    ]
    rare.sort(key=lambda word: (-often[word], -titled[word], -len(word), word))
    pairs = Counter(
        pair for words in new for pair in combinations([one for one in rare[:_CANDIDATES] if one in words], 2)
    )
    pair, n = max(pairs.items(), key=lambda each: each[1], default=((), 0))
    chosen: tuple[str, ...] = pair if n >= least else tuple(rare[:1])
    words = tuple(min(forms[word], key=lambda form: (-forms[word][form], len(form), form)) for word in chosen)
    if not mentions.is_telling(words) or any(set(mentions.words_of(one.words)) & set(words) for one in known):
        return None
    those = [one for one, words_of in zip(lately, new, strict=True) if words_of.issuperset(chosen)]
    return Outbreak(department, len(those), min(one.at for one in those), words)


def _stems(one: OpeningWords, forms: dict[str, Counter[str]]) -> frozenset[str]:
    """The stems of what a ticket was opened with, without the words that everybody uses."""
    found = set()
    for word in set(_WORD.findall(f"{one.subject}\n{one.text[:_READ]}".lower())):
        if not is_common(word):
            known = stem(word, one.language)
            forms.setdefault(known, Counter())[fold(word)] += 1
            found.add(known)
    return frozenset(found)


def section(outbreak: Outbreak, zone: ZoneInfo, now: datetime) -> Section:
    """What a letter says of it."""
    since = moment(outbreak.since.astimezone(zone), now.astimezone(zone))
    title = said(
        "list.outbreak", n=outbreak.n, department=outbreak.department, since=since, words=", ".join(outbreak.words)
    )
    return Section(title, text=said("list.outbreak_how", command=outbreak.order))
