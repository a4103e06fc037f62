"""Channels: what bridges hand over, and what they tell of our messages (docs/channels.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, PlainValidator, WithJsonSchema

from mailgate.core.pages.form import FormFile
from mailgate.core.programs.chats import (
    LARGEST,
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_PERSON,
    LONGEST_TEXT,
    MOST_FILES,
    ApiChatAsked,
    ApiChatPage,
    ApiReceiptAsked,
)
from mailgate.core.programs.program import CHATS
from mailgate.window.api.messages import Taken, Text, Upload
from mailgate.window.api.operation import Call, Model, Operation, Unfit, in_utc

SCOPE: Final = f"{CHATS}CHANNEL"
WHY: Final[Mapping[str, str]] = {
    "id": "visible characters, 200 at most",
    "person": "too long for an address: with the channel's name 64 octets, of which any but a-z, 0-9 and - take three",
    "long": "too long",
    "empty": "neither words nor a file",
    "files": f"{MOST_FILES} at most",
    "size": "all of them together are too large",
}


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("Input should be a time in a string, like 2026-11-28T12:00:00Z")
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("Input should say its offset from UTC")
    return in_utc(found)


At = Annotated[AwareDatetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


class Channel(Model):
    """Which channel."""

    channel: str = Field(max_length=100, description="The name of a `[[channel]]`.", examples=["lines"])


class Chatter(Model):
    """Who says it."""

    id: Text = Field(max_length=LONGEST_PERSON, description="Whose account it is there, for ever.", examples=["77"])
    name: Text = Field("", max_length=LONGEST_NAME, examples=["Maija Virtanen"])
    phone: Text = Field("", max_length=40, examples=["+358401234567"])
    address: Text = Field("", max_length=254, description="What they say their address of mail is; proves nothing.")


class ChatMessage(Model):
    """What somebody says on a channel."""

    id: Text = Field(min_length=1, max_length=LONGEST_ID, description="Its own id there: the same is taken once.")
    person: Chatter
    text: Text = Field("", max_length=LONGEST_TEXT, examples=["The lamp is broken"])
    files: tuple[Upload, ...] = Field((), max_length=MOST_FILES)
    at: At | None = Field(None, description="When it was written.", examples=["2026-11-28T12:00:00Z"])
    reply_to: Text = Field("", max_length=LONGEST_ID, description="The `id` of the message of ours that it answers.")


class Receipt(Model):
    """What became of a message of ours."""

    id: Text = Field(min_length=1, max_length=LONGEST_ID, description="Its `id`, or the one that your 2xx told.")
    state: Literal["delivered", "read", "failed"]
    error: Text = Field("", max_length=1000, description="Why it failed: the agent reads that.")


class Known(Model):
    """Whether it is a message of ours."""

    known: bool


async def _said(call: Call) -> object:
    said: ChatMessage = call.body
    asked = ApiChatAsked(
        bearer=call.bearer,
        peer=call.peer,
        channel=call.inputs.channel,
        id=said.id,
        person=said.person.id,
        text=said.text,
        name=said.person.name,
        phone=said.person.phone,
        address=said.person.address,
        files=tuple(FormFile(one.name, one.data) for one in said.files),
        at=said.at,
        reply_to=said.reply_to,
    )
    page: ApiChatPage = await call.ask("api_chat", asked)
    if page.wrong:
        raise Unfit([{"field": one.field, "why": WHY.get(one.code, one.code)} for one in page.wrong])
    return page


async def _heard(call: Call) -> object:
    told: Receipt = call.body
    asked = ApiReceiptAsked(call.bearer, call.peer, call.inputs.channel, told.id, told.state, told.error)
    return await call.ask("api_receipt", asked)


OPERATIONS: Final = (
    Operation(
        "bringChatMessage",
        "POST",
        "/api/v1/chats/{channel}/messages",
        SCOPE,
        "Bring what somebody says on a channel",
        "It becomes a mail of that person's in their newest ticket on the channel, or in a new one; nothing in it "
        "steers the desk. It is on disk when this is answered. The same `id` again is the same message, for ever.",
        Taken,
        _said,
        inputs=Channel,
        body=ChatMessage,
        status=201,
        files=True,
        most_files=LARGEST,
    ),
    Operation(
        "tellChatReceipt",
        "POST",
        "/api/v1/chats/{channel}/receipts",
        SCOPE,
        "Tell what became of a message of ours",
        "`failed` is what a bounce is in mail: a note on the ticket, and the agent is told, once.",
        Known,
        _heard,
        inputs=Channel,
        body=Receipt,
        status=202,
    ),
)
