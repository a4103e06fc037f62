"""Pages of tickets for programs: each looks at a bounded part of one index, however many tickets there are.

A page of tickets that are seldom what is asked for may be short or empty and not the last: its cursor goes on behind
the last ticket that was looked at. What is at work, and what one customer wrote, is found by an index of its own.
"""

from __future__ import annotations

from mailgate.core.model.mail import canonical
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.programs.tickets import Found, Place, Wanted
from mailgate.store import rows
from mailgate.store.session import Params, Session
from mailgate.store.tickets import statements as sql
from mailgate.store.tickets.queries import Tickets

LOOKED = 2_000  # tickets of an index that one page looks at
LARGEST = 2**62
THEIRS = "(SELECT a.id FROM address AS a JOIN address AS b ON b.contact = a.contact WHERE b.canonical = :customer)"
_SUCH = f"""
  AND (:status = '' OR instr(:status, ' ' || ticket.status || ' '))
  AND iif(:departments = '', ticket.department NOT IN {sql.PRACTICE},
          instr(:departments, char(10) || ticket.department || char(10)))
  AND (:owner IS NULL OR coalesce(ticket.owner, '') = :owner)
  AND (:tag = '' OR EXISTS (SELECT 1 FROM tag WHERE tag.ticket = ticket.id AND tag.tag = :tag))
"""  # noqa: S608
_NEWEST = "ORDER BY number DESC LIMIT :limit"
LIVE = f"""{sql.TICKET_COLUMNS} WHERE ticket.id IN (
  SELECT id FROM ticket INDEXED BY ticket_live
  WHERE status NOT IN ('solved', 'archived') AND number < :number {_SUCH}
    AND (:customer = '' OR ticket.requester IN {THEIRS}) {_NEWEST}
) ORDER BY ticket.number DESC"""  # noqa: S608
OF_CUSTOMER = f"""{sql.TICKET_COLUMNS} WHERE ticket.id IN (
  SELECT id FROM ticket INDEXED BY ticket_requester WHERE requester IN {THEIRS} AND number < :number {_SUCH} {_NEWEST}
) ORDER BY ticket.number DESC"""  # noqa: S608
BY_NUMBER = f"""{sql.TICKET_COLUMNS} WHERE ticket.id IN (
  SELECT id FROM ticket WHERE number < :number AND number >= :floor {_SUCH} {_NEWEST}
) ORDER BY ticket.number DESC"""  # noqa: S608
FLOOR = "SELECT number FROM ticket WHERE number < :number ORDER BY number DESC LIMIT 1 OFFSET :looked"
BY_UPDATE = f"""{sql.TICKET_COLUMNS} WHERE ticket.id IN (
  SELECT id FROM ticket INDEXED BY ticket_updated
  WHERE (updated_at, id) > (:updated, :id) AND (updated_at, id) <= (:until, :until_id) {_SUCH}
    AND (:customer = '' OR ticket.requester IN {THEIRS}) ORDER BY updated_at, id LIMIT :limit
) ORDER BY ticket.updated_at, ticket.id"""  # noqa: S608
CEILING = """
SELECT updated_at, id FROM ticket INDEXED BY ticket_updated WHERE (updated_at, id) > (:updated, :id)
ORDER BY updated_at, id LIMIT 1 OFFSET :looked
"""


def found(session: Session, tickets: Tickets, wanted: Wanted) -> Found:
    """One page."""
    params = {
        "limit": wanted.limit + 1,  # one more says that there is more
        "status": f" {' '.join(wanted.status)} " if wanted.status else "",
        "departments": "\n".join(("", *wanted.departments, "")) if wanted.departments else "",
        "owner": wanted.owner,
        "tag": wanted.tag,
        "customer": rows.clean(canonical(wanted.customer)) if wanted.customer else "",
        "number": wanted.place.number if wanted.place.number is not None else LARGEST,
        "looked": LOOKED - 1,
    }
    if wanted.place.updated is not None:
        return _changed(session, tickets, wanted, params)
    floor = None
    if wanted.status and not any(Status(one).done for one in wanted.status):
        statement = LIVE
    elif wanted.customer:
        statement = OF_CUSTOMER
    else:
        statement, floor = BY_NUMBER, session.scalar(FLOOR, params)
    page = [tickets.bare(row) for row in session.all(statement, {**params, "floor": floor or 0})]
    return _page(wanted, page, Place(number=int(floor)) if floor else None)


def _changed(session: Session, tickets: Tickets, wanted: Wanted, params: Params) -> Found:
    assert wanted.place.updated is not None
    begins = {**params, "updated": rows.micros(wanted.place.updated), "id": wanted.place.id}
    last = session.one(CEILING, begins)
    until = {"until": last["updated_at"], "until_id": last["id"]} if last else {"until": LARGEST, "until_id": 0}
    page = session.all(BY_UPDATE, {**begins, **until})
    shown = [tickets.bare(row) for row in page[: wanted.limit]]
    if len(page) > wanted.limit:
        last = page[wanted.limit - 1]
    return Found(tuple(shown), Place(updated=rows.time_of(last["updated_at"]), id=last["id"]) if last else None)


def _page(wanted: Wanted, page: list[Ticket], looked: Place | None) -> Found:
    """Behind the last that is shown where there is more, else behind the last that was looked at."""
    shown = page[: wanted.limit]
    return Found(tuple(shown), Place(number=shown[-1].number) if len(page) > wanted.limit else looked)
