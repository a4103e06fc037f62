"""Tickets for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from mailgate.core.programs import program
from mailgate.core.programs.ticket import ApiTicketAsked, ApiTicketPage
from mailgate.core.programs.tickets import MOST, ApiTicketsAsked
from mailgate.window.api.operation import Call, Model, Moment, Operation

Status = Literal["new", "open", "waiting", "hold", "solved", "archived"]
Number = Annotated[int, Field(ge=1, le=2**53, description="The number of a ticket.", examples=[1042])]


class Person(Model):
    """Somebody who takes part."""

    address: str = Field(description="Their address.", examples=["maija@customer.example"])
    name: str | None = Field(None, description="Their name as they write it.", examples=["Maija Meikäläinen"])


class Due(Model):
    """What is owed until when; null where nothing is, or it has been done."""

    first_response: datetime | None = Field(None, description="When the first answer is due.")
    resolve: datetime | None = Field(None, description="When the solution is due.")
    manual: datetime | None = Field(None, description="The date that an agent set.")


class File(Model):
    """A file that came with a contribution, by its name: the API hands out none."""

    name: str = Field(examples=["photo.jpg"])
    type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Octets.", examples=[48211])


class Entry(Model):
    """One contribution to a thread."""

    id: int
    kind: Literal["customer", "agent", "note", "call", "auto", "bounce", "event"] = Field(
        description="Whose it is. `note` and `call` (a memo) are the house's own."
    )
    author: str = Field(description="A customer's address, an agent's name, or `mailgate`.")
    at: datetime
    text: str = Field(description="What is new in it, without what it quotes.")
    unverified: bool = Field(False, description="It claims to be from somebody whom nothing proves.")
    attachments: tuple[File, ...] = ()
    mail: int | None = Field(None, description="The number of the mail that brought it.")


def _mapping(value: Any) -> Any:
    return value if value is None else dict(value)


class Ticket(Model):
    """A ticket as it stands. Times are RFC 3339 in UTC; what there is not is null and never missing."""

    number: Number
    subject: str = Field(examples=["The lamp flickers"])
    status: Status
    department: str = Field(examples=["support"])
    owner: str | None = Field(description="The name of the agent who has it.", examples=["anna"])
    priority: Literal["low", "normal", "high", "urgent"]
    language: str = Field(description="In which its customer is written to.", examples=["fi"])
    requester: Person
    participants: tuple[str, ...] = Field(description="The addresses of all who take part, the requester's first.")
    created_at: datetime
    updated_at: datetime
    first_response_at: datetime | None
    solved_at: datetime | None
    due: Due
    overdue: bool
    links: tuple[int, ...] = Field(description="Numbers of tickets that belong to it.")
    merged_into: int | None = Field(None, description="The ticket it was merged into, where all goes on.")
    tags: tuple[str, ...] | None = Field(None, description="Null without the scope `tickets:words`.")
    fields: Annotated[dict[str, str] | None, BeforeValidator(_mapping)] = Field(
        None, description="Null without the scope `tickets:words`."
    )
    entries: tuple[Entry, ...] | None = Field(None, description="Its thread, oldest first; null if not asked for.")


class Tickets(Model):
    """One page of a list."""

    items: tuple[Ticket, ...] = Field(description="Without their threads.")
    next: str | None = Field(
        description="The `after` of the next page; null on the last. A page may be short, or empty, and not the last.",
        examples=["n1042"],
    )


class ManyTickets(Model):
    """Which tickets: all that is given must hold."""

    status: tuple[Status, ...] = Field((), description="One of these; repeat it for more.")
    department: str = Field("", max_length=100, description="Whose work they are.", examples=["support"])
    owner: str = Field("", max_length=100, description="An agent's name, or `nobody`.", examples=["anna"])
    tag: str = Field("", max_length=100, description="Needs the scope `tickets:words`.")
    customer: str = Field("", max_length=254, description="Their address.", examples=["maija@customer.example"])
    updated_since: Moment | None = Field(
        None,
        description="Changed since then, in the order of their changes. Ask for a minute more than you think: what is "
        "being written carries the time at which that began.",
        examples=["2026-11-28T12:00:00Z"],
    )
    after: str = Field("", max_length=60, description="The `next` of the page before.")
    limit: int = Field(MOST, ge=1, le=MOST, description="Tickets of a page.")


class OneTicket(Model):
    """Which ticket, and how much of it."""

    number: Number
    entries: Literal["none", "public", "all"] = Field(
        "none",
        description="`public`: what its customer may read. `all`: notes, memos and what is unverified as well, "
        "which needs the scope `tickets:words`.",
    )


async def _one(call: Call) -> object:
    asked = ApiTicketAsked(call.bearer, call.peer, call.inputs.number, call.inputs.entries)
    page: ApiTicketPage = await call.ask("api_ticket", asked)
    return page.ticket


async def _many(call: Call) -> object:
    asked: ManyTickets = call.inputs
    return await call.ask(
        "api_tickets",
        ApiTicketsAsked(
            bearer=call.bearer,
            peer=call.peer,
            status=asked.status,
            department=asked.department,
            owner=asked.owner,
            tag=asked.tag,
            customer=asked.customer,
            updated_since=asked.updated_since,
            after=asked.after,
            limit=asked.limit,
        ),
    )


OPERATIONS: Final = (
    Operation(
        "listTickets",
        "GET",
        "/api/v1/tickets",
        program.READ,
        "Tickets",
        "The newest first, at most 100 a page; with `updated_since` in the order in which they changed. A page begins "
        "behind the last ticket of the one before, so none is left out or shown twice while others come.",
        Tickets,
        _many,
        inputs=ManyTickets,
    ),
    Operation(
        "readTicket",
        "GET",
        "/api/v1/tickets/{number}",
        program.READ,
        "One ticket",
        "A ticket of a department that the token may see, by its number; with `entries` its thread. "
        "`ETag` and `If-None-Match` spare the body where nothing has changed (304).",
        Ticket,
        _one,
        inputs=OneTicket,
    ),
)
