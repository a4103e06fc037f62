"""What a lead tells everybody who writes, for a while: a department's news, and whose words a reader gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LONGEST_NEWS = 1000  # characters in a language


@dataclass(frozen=True, slots=True)
class News:
    """What acknowledgements of a department say above all else, until a time."""

    department: str
    until: datetime  # aware UTC
    texts: tuple[tuple[str, str], ...]  # language and words; the first is what there is for anybody
    by: str = ""  # the lead who said so

    def words(self, *languages: str) -> str:
        """The words in the first of these languages that they were said in, else in any."""
        said = dict(self.texts)
        return next((said[one] for one in languages if one in said), self.texts[0][1])


def news_of(known: Iterable[News], department: str, *languages: str) -> str:
    """What a department tells a reader of these languages at the moment; "" for nothing."""
    return next((one.words(*languages) for one in known if one.department == department), "")


def in_force(known: Iterable[News], now: datetime) -> tuple[News, ...]:
    """Those that have not ended."""
    return tuple(one for one in known if one.until > now)


# --- as the store keeps them ------------------------------------------------------------------------------------------


def news_to_plain(known: Iterable[News]) -> list[dict[str, Any]]:
    """As values of JSON."""
    return [
        {"department": one.department, "until": one.until.isoformat(), "texts": [*map(list, one.texts)], "by": one.by}
        for one in known
    ]


def news_from_plain(kept: Sequence[Mapping[str, Any]]) -> tuple[News, ...]:
    """What `news_to_plain` made of them."""
    return tuple(
        News(
            department=one["department"],
            until=datetime.fromisoformat(one["until"]),
            texts=tuple((language, text) for language, text in one["texts"]),
            by=one["by"],
        )
        for one in kept
    )
