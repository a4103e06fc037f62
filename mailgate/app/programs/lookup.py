"""Who has a telephone number or an address: of tickets and the customers' file, as far as the token may see."""

from __future__ import annotations

from typing import Final

from mailgate.app.calls.callers import with_number, with_tickets
from mailgate.app.programs.bearer import judge
from mailgate.app.programs.tickets import sees
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.model.mail import canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages.window import Refusal
from mailgate.core.programs import calls, program
from mailgate.core.programs.called import MOST, Caller
from mailgate.core.programs.lookup import ApiLookupAsked, ApiLookupPage, KnownPerson
from mailgate.core.programs.program import Program
from mailgate.core.programs.tickets import Place, Wanted
from mailgate.store.base import Read


def look(desk: WindowDesk, asked: ApiLookupAsked) -> ApiLookupPage | Refusal:
    """Everybody who fits. Of departments that the program does not know it learns no person either."""
    asks = judge(desk, asked.bearer, asked.peer, program.LOOKUP)
    if isinstance(asks, Refusal):
        return asks
    moment = desk.gateway.in_force.moment(desk.gateway.clock())
    people = desk.gateway.store.read(lambda read: _people(read, moment, asks, asked))
    return ApiLookupPage(people[:MOST], len(people) > 1)


def _people(read: Read, moment: Moment, asks: Program, asked: ApiLookupAsked) -> tuple[KnownPerson, ...]:
    def shown(ticket: Ticket) -> bool:
        return sees(asks, ticket.department, moment.policy)

    if asked.phone:
        found = with_number(read, calls.number(asked.phone), moment.now, shown)
    else:
        who = _with_address(read, canonical(asked.address))
        found = (with_tickets(read, who, moment.now, shown),) if who else ()
    return tuple(one for who in found if (one := known(read, asks, who)) is not None)


def _with_address(read: Read, key: str) -> Caller | None:
    """The person with an address: of several of theirs, whichever it is."""
    known, row = read.people.addresses_of(key), read.customers.by_address(key)
    if not known and row is None:
        return None
    return Caller(row.name if row else "", row.company if row else "", tuple(dict.fromkeys((key, *known))))


def known(read: Read, asks: Program, who: Caller) -> KnownPerson | None:
    """What is told of somebody; nothing where only departments know them that the program does not."""
    newest = [
        ticket
        for address in who.addresses
        for ticket in read.programs.tickets(Wanted(Place(), 1, departments=asks.departments, customer=address)).tickets
    ]
    rows = [row for address in who.addresses if (row := read.customers.by_address(address)) is not None]
    if not newest and not rows and who.addresses:
        return None
    last = max((one.last_customer_at or one.created_at for one in newest), default=None)
    name = who.name or next((one.requester.name for one in newest if one.requester.name), "")
    number = next((row.number for row in rows if row.number), "")
    return KnownPerson(name, who.company, number, who.addresses, who.open, last)


ANSWERS: Final[Answers] = {"api_lookup": look}
