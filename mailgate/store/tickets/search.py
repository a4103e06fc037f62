"""Full text: fed behind the mail by a cursor job, asked with whatever people type."""

from __future__ import annotations

import re

from mailgate.core.model.ticket import Ticket
from mailgate.store import rows
from mailgate.store.tickets.indexing import CURSOR, FEED, body, folded, indexed_up_to
from mailgate.store.tickets.queries import Queries

WORD = re.compile(r"[^\W_]+")

NEXT = """
SELECT entry.id, ticket.subject, entry.author, entry.author_name, entry.text FROM entry
JOIN ticket ON ticket.id = entry.ticket WHERE entry.id > :after ORDER BY entry.id LIMIT :limit
"""
FIND = """
SELECT max(entry.at) AS at, coalesce(home.number, ticket.number) AS number, min(found.rank) AS score
FROM (SELECT rowid, rank FROM words WHERE words MATCH :query ORDER BY rank LIMIT 1000) AS found
JOIN entry ON entry.id = found.rowid JOIN ticket ON ticket.id = entry.ticket
LEFT JOIN ticket AS home ON home.id = ticket.merged_into
GROUP BY 2 ORDER BY 3, 1 DESC LIMIT :limit
"""


def query(words: str) -> str:
    """What a person typed as an FTS5 query: every word, or its beginning, must occur; `""` when there is no word.

    Words in "double quotes" must stand together. Nothing typed is read as FTS5 syntax.
    """
    parts: list[str] = []
    for number, piece in enumerate(folded(words).split('"')):
        found = WORD.findall(piece)[:20]
        if number % 2 and found:
            parts.append('"' + " ".join(found) + '"')
        else:
            parts += [f'"{word}"*' for word in found]
    return " ".join(parts[:20])


class Searching(Queries):
    """Feeds and asks the index."""

    def index(self, limit: int) -> int:
        """See `base.Tx.index`."""
        found = self.all(NEXT, {"after": indexed_up_to(self), "limit": limit})
        if not found:
            return 0
        self.many(
            FEED,
            [
                {
                    "id": row["id"],
                    "subject": folded(row["subject"]),
                    "body": body(row["author"], row["author_name"], row["text"]),
                }
                for row in found
            ],
        )
        self.run(
            "INSERT INTO counter (name, value) VALUES (:name, :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            {"name": CURSOR, "value": found[-1]["id"]},
        )
        return len(found)

    def find(self, words: str, limit: int = 50) -> list[Ticket]:
        """Tickets with all these words, best first; a number alone finds its ticket first."""
        numbers: list[int] = []
        typed = words.strip().removeprefix("#").strip("[]# ")
        if typed.isascii() and typed.isdigit() and len(typed) <= 10:
            numbers.append(int(typed))
        asked = query(rows.clean(words))
        if asked:
            numbers += [row["number"] for row in self.all(FIND, {"query": asked, "limit": limit})]
        found = (self.bare_ticket(number) for number in dict.fromkeys(numbers))
        return [ticket for ticket in found if ticket is not None][:limit]
