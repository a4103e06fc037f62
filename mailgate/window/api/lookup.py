"""Who somebody is, for programs that have a number or an address alone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field, model_validator

from mailgate.core.programs import program
from mailgate.core.programs.calls import LONGEST
from mailgate.core.programs.lookup import ApiLookupAsked
from mailgate.window.api.operation import Call, Model, Operation


class Who(Model):
    """By one of the two."""

    phone: str = Field(
        "",
        max_length=LONGEST,
        description="In any notation, with its country and without.",
        examples=["+358 40 123 4567"],
    )
    address: str = Field("", max_length=254, description="Any of theirs.", examples=["maija@customer.example"])

    @model_validator(mode="after")
    def _one_of_them(self) -> Who:
        if bool(self.phone.strip()) == bool(self.address.strip()):
            raise ValueError("give `phone` or `address`")
        return self


class TheirTicket(Model):
    """A ticket of theirs that is not done."""

    number: int
    subject: str
    status: str
    owner: str | None
    due: datetime | None = Field(description="By when something is owed.")


class Person(Model):
    """Somebody who fits."""

    name: str = Field(description="Empty where nobody has said it.")
    company: str
    number: str = Field(description="Their number as a customer, from your file.")
    addresses: tuple[str, ...]
    open: tuple[TheirTicket, ...] = Field(description="The newest first, at most five.")
    last: datetime | None = Field(description="When they wrote last, in what the token may see.")


class People(Model):
    """Everybody who fits; nobody is chosen."""

    people: tuple[Person, ...] = Field(description="At most five.")
    ambiguous: bool = Field(description="More than one person fits.")


async def _look(call: Call) -> object:
    who: Who = call.inputs
    return await call.ask("api_lookup", ApiLookupAsked(call.bearer, call.peer, who.phone.strip(), who.address.strip()))


OPERATIONS: Final = (
    Operation(
        "lookUp",
        "GET",
        "/api/v1/lookup",
        program.LOOKUP,
        "Who somebody is",
        "Everybody who has that telephone number or that address, on tickets and in your customers' file, with their "
        "open tickets. Several people may share a number: then all are told, and `ambiguous` says so.",
        People,
        _look,
        inputs=Who,
    ),
)
