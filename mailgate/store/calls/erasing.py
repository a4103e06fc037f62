"""What calls say of a person who is erased: the rows of their line, and memos of others that name them."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.core.programs import calls
from mailgate.core.text import phone
from mailgate.store.calls.calls import Calls
from mailgate.store.mail.inbox import Mail
from mailgate.store.people import statements as people_sql
from mailgate.store.people.redacting import Traces
from mailgate.store.session import Session
from mailgate.store.tickets.indexing import put_in, take_out

CALLED_BY = """
SELECT DISTINCT author FROM entry
WHERE ticket = :id AND author LIKE '%@call.invalid' AND author <> 'hidden@call.invalid'
"""
PHONES_OF = "SELECT value FROM field WHERE ticket = :id AND name = 'phone'"
MEMOS = """
SELECT entry.id, entry.text, entry.mail, entry.ticket, ticket.subject, field.value
FROM field JOIN ticket ON ticket.id = field.ticket JOIN entry ON entry.ticket = ticket.id
WHERE field.name = 'phone' AND substr(replace(replace(field.value, ' ', ''), '-', ''), -7) = :tail
  AND entry.kind = 'call'
"""


def callers_of(session: Session, tickets: Iterable[int]) -> list[str]:
    """By what names their telephones wrote on these tickets (row ids): `37126123456@call.invalid`."""
    found = (row["author"] for ticket in tickets for row in session.all(CALLED_BY, {"id": ticket}))
    return list(dict.fromkeys(found))


def numbers_of(session: Session, tickets: Iterable[int], others: Iterable[str] = ()) -> list[str]:
    """The telephone numbers that stand on these tickets (row ids), and `others`, each once."""
    found = [row["value"] for ticket in tickets for row in session.all(PHONES_OF, {"id": ticket})] + [*others]
    return list(dict.fromkeys(number for number in map(calls.number, found) if phone.line(number)))


def forget(
    session: Session, mail: Mail, numbers: Iterable[str], ids: Iterable[str], traces: Traces
) -> tuple[list[str], list[int]]:
    """Forget calls from these numbers and those with these memos; memos on others' tickets name the person no more.

    Returns the blobs that may go, for the mails of those memos named them as well, and their tickets (row ids).
    """
    wanted = list(numbers)
    Calls(session).forget(wanted, ids)
    blobs: list[str] = []
    tickets: list[int] = []
    for number in wanted:
        for row in session.all(MEMOS, {"tail": phone.line(number)[-phone.SHORTEST :]}):
            text = traces.out_of(row["text"])
            if text == row["text"] or not phone.same(row["value"], number):
                continue
            take_out(session, [row["id"]], row["subject"])
            session.run(people_sql.MEND_ENTRY, {"id": row["id"], "text": text})
            put_in(session, [row["id"]], row["subject"])
            blobs += mail.drop_raw([row["mail"]]) if row["mail"] is not None else []
            tickets.append(row["ticket"])
    return blobs, tickets
