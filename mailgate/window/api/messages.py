"""Messages of customers that a program brings."""

from __future__ import annotations

import binascii
from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from mailgate.core.pages.form import LONGEST, FormFile
from mailgate.core.programs import program
from mailgate.core.programs.message import LONGEST_ID, ApiMessageAsked, ApiMessagePage
from mailgate.window import pages
from mailgate.window.api.operation import Call, Model, Operation, Unfit
from mailgate.window.api.tickets import Number
from mailgate.window.contact import sentence

MOST_FILES: Final = 100  # the desk's own limit is lower
# What the desk calls a field, as the form has them, and what it is called here.
NO_DEPARTMENT: Final = "Input should be the name of a department of yours, or `ticket` be given instead"
FIELDS: Final = {"name": "from.name", "address": "from.address", "topic": "department"}


def _octets(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("Input should be base64 in a string")
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (ValueError, UnicodeEncodeError):
        raise ValueError("Input should be base64 (RFC 4648 section 4)") from None


def _visible(text: str) -> str:
    if any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError("Input should be whole characters")
    return text


Text = Annotated[str, AfterValidator(_visible)]


class Sender(Model):
    """Whose words it is: nobody believes it unless the token was made with `--vouch`."""

    address: Text = Field(max_length=LONGEST["address"], examples=["maija@customer.example"])
    name: Text | None = Field(None, max_length=LONGEST["name"], examples=["Maija Meikäläinen"])


class Upload(Model):
    """A file that belongs to it."""

    name: Text = Field(max_length=300, examples=["photo.jpg"])
    type: str | None = Field(None, max_length=200, description="Not believed: the desk looks itself.")
    data: Annotated[bytes, PlainValidator(_octets), WithJsonSchema({"type": "string", "contentEncoding": "base64"})] = (
        Field(description="The file, in base64.", examples=["aGVsbG8K"])
    )


class Message(Model):
    """A message of a customer's, to a department or into a ticket."""

    sender: Sender = Field(alias="from")
    text: Text = Field(max_length=LONGEST["text"], examples=["My lamp flickers.\nWhat can I do?"])
    subject: Text | None = Field(None, max_length=LONGEST["subject"], examples=["The lamp"])
    department: str | None = Field(None, max_length=100, description="Whose work it is.", examples=["support"])
    ticket: Number | None = Field(
        None, description="A ticket in which `from` takes part. Anybody else's message opens one of its own."
    )
    files: tuple[Upload, ...] = Field((), max_length=MOST_FILES)
    external_id: Text | None = Field(
        None,
        min_length=1,
        max_length=LONGEST_ID,
        description="What you call it: the same from the same program is taken once, for ever. "
        "It becomes the ticket's field `external_id`.",
        examples=["order-4711"],
    )
    language: str | None = Field(None, max_length=10, description="Its language, where you know it.", examples=["fi"])

    @model_validator(mode="after")
    def _one_place(self) -> Message:
        if self.department is not None and self.ticket is not None:
            raise ValueError("give `department` or `ticket`, not both")
        return self


class Taken(Model):
    """It lies safely in the desk."""

    mail: int = Field(description="Its number: `mailgate explain` says what became of it.", examples=[3021])
    ticket: int | None = Field(
        description="The ticket it is in; null while it waits for a person or is not decided yet.", examples=[1042]
    )


async def _take(call: Call) -> object:
    message: Message = call.body
    asked = ApiMessageAsked(
        bearer=call.bearer,
        peer=call.peer,
        address=message.sender.address,
        name=message.sender.name or "",
        text=message.text,
        subject=message.subject or "",
        department=message.department or "",
        ticket=message.ticket,
        files=tuple(FormFile(one.name, one.data) for one in message.files),
        external_id=message.external_id or "",
        language=message.language or "",
        once=call.once,
        digest=call.digest,
    )
    page: ApiMessagePage = await call.ask("api_message", asked)
    if page.wrong:
        settings = await pages.settings(call.request)
        told = [(one, NO_DEPARTMENT if one.field == "topic" else sentence("en", settings, one)) for one in page.wrong]
        raise Unfit([{"field": FIELDS.get(one.field, one.field), "why": why} for one, why in told])
    return page


OPERATIONS: Final = (
    Operation(
        "sendMessage",
        "POST",
        "/api/v1/messages",
        program.WRITE,
        "Bring a customer's message",
        "It becomes a mail of that customer's, which rules and agents see like any other; nothing in it steers the "
        "desk. It is on disk when this is answered. Give an `Idempotency-Key` or an `external_id`, and ask again until "
        "you have an answer: it is taken once.",
        Taken,
        _take,
        body=Message,
        status=201,
        files=True,
    ),
)
