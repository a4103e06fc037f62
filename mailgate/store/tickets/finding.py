"""What people look for as queries of the full text: words, forms of them, and titles that speak of the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise

from mailgate.core.text import stems
from mailgate.store.tickets.indexing import folded

FIND = """
SELECT max(entry.at) AS at, coalesce(home.number, ticket.number) AS number, min(found.rank) AS score
FROM (SELECT rowid, rank FROM words WHERE words MATCH :query ORDER BY rank LIMIT 1000) AS found
JOIN entry ON entry.id = found.rowid JOIN ticket ON ticket.id = entry.ticket
LEFT JOIN ticket AS home ON home.id = ticket.merged_into
GROUP BY 2 ORDER BY 3, 1 DESC LIMIT :limit
"""
# The newest entries alone: bounded however old the desk is.
SOLVED_LIKE = """
SELECT ticket.number, min(found.rank) AS score
FROM (SELECT rowid, rank FROM words WHERE words MATCH :query AND rowid > :floor ORDER BY rank LIMIT 100) AS found
JOIN entry ON entry.id = found.rowid JOIN ticket ON ticket.id = entry.ticket
WHERE ticket.department = :department AND ticket.number <> :number AND ticket.merged_into IS NULL
  AND ticket.status IN ('solved', 'archived')
GROUP BY 1 ORDER BY 2 LIMIT :limit
"""
WORD = re.compile(r"[^\W_]+")
_CHAIN = re.compile(r"[^\W_]+(?:-[^\W_]+){0,4}")
_EDGE = re.compile(r"(?<=[0-9])(?=[^\W0-9_])|(?<=[^\W0-9_])(?=[0-9])")  # between a letter and a digit
_EDGES = 3  # of a word, where it may have been written apart
LATELY = 200_000  # entries in which tickets like another are looked for


def query(words: str) -> str:
    """What a person typed as an FTS5 query: every word, or its beginning, must occur; `""` when there is no word.

    A number of letters and digits is found with a hyphen in it or without, however it was typed.

    Words in "double quotes" must stand together. Nothing typed is read as FTS5 syntax.
    """
    parts: list[str] = []
    for number, piece in enumerate(folded(words).split('"')):
        found = WORD.findall(piece)[:20]
        if number % 2 and found:
            parts.append('"' + " ".join(found) + '"')
        else:
            parts += [_as_typed(chain) for chain in _CHAIN.findall(piece)[:20]]
    return " AND ".join(parts[:20])


def _as_typed(chain: str) -> str:
    """Words joined by hyphens: each of them, or what has a digit in it also in one word."""
    found = WORD.findall(chain)
    each = " AND ".join(_numbered(word) for word in found)
    if len(found) == 1 or not any(char in "0123456789" for char in chain):
        return each
    return f'(({each}) OR "{"".join(found)}"*)'


def _numbered(word: str) -> str:
    """A word by its beginning; one of letters and digits also as it stands with a hyphen: `A17` for `A-17`."""
    edges = [one.start() for one in _EDGE.finditer(word)]
    if not 0 < len(edges) <= _EDGES:
        return f'"{word}"*'
    ways = [cut for count in range(len(edges) + 1) for cut in combinations(edges, count)]
    return "(" + " OR ".join(f'"{_apart(word, cut)}"*' for cut in ways) + ")"


def _apart(word: str, cuts: Sequence[int]) -> str:
    return " ".join(word[start:end] for start, end in pairwise((0, *cuts, len(word))))


def wider_query(words: str, languages: Sequence[str]) -> str:
    """The same for every form of each word, in whatever case or number; `""` where that finds no more.

    A stem of three letters is a whole word and no beginning: so many words begin with any three that ranking them takes
    seconds.
    """
    parts: list[str] = []
    wider = False
    for number, piece in enumerate(folded(words).split('"')):
        found = WORD.findall(piece)[:20]
        if number % 2 and found:
            parts.append('"' + " ".join(found) + '"')
            continue
        for word in found:
            forms = stems.beginnings(word, languages)
            wider = wider or forms != (word,)
            asked = [f'"{one}"' + "*" * (len(one) > stems.SHORT) for one in forms] + [_numbered(word)]
            parts.append(f"({' OR '.join(asked)})")
    return " AND ".join(parts[:20]) if wider else ""


def titles_with_two_of(words: Sequence[str], language: str) -> str:
    """An FTS5 query for titles that have two of these stems, in whatever form; `""` with fewer than two."""
    groups = []
    for word in words:
        forms = [f'"{one}"' + "*" * (len(one) > stems.SHORT) for one in stems.beginnings(word, (language,))]
        groups.append(f"({' OR '.join(forms)})")
    pairs = [f"({one} AND {other})" for one, other in combinations(groups, 2)]
    return f"subject : ({' OR '.join(pairs)})" if pairs else ""
