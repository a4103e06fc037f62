"""What somebody sends by a form: fields and files within named limits, in memory alone, and words that are never lost.

Too much is said before all of it is read: the fields of our forms stand before the files, so the page that says so has
them (W-28). Nothing is written to a disk, which this process has none of.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from mailgate.core.pages.window import Refusal
from mailgate.window import pages
from mailgate.window.desk import Refused
from mailgate.window.http import cookies
from mailgate.wire import words

FIELDS: Final = 60  # of one form
WORDS: Final = 1_000_000  # octets of all that is no file, with the frame of a multipart body
FIELD: Final = WORDS  # of one field: that a message is too long is said beside it, with all of its words
HELD: Final = 64 * 2**20  # octets of files that this process holds at once


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent; its name is the sender's own and proves nothing."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: the last of each field, without the spaces around it, and the files."""

    fields: Mapping[str, str]
    files: tuple[Upload, ...] = ()

    def get(self, name: str) -> str:
        """The text of a field, "" when it was not sent."""
        return self.fields.get(name, "")


class _Multipart(MultiPartParser):
    spool_max_size = HELD  # never to a file

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """What is too much for a field is refused with its beginning kept, however large the pieces are that come."""
        part = self._current_part
        room = self.max_part_size - len(part.data)
        if part.file is None and end - start > room:
            part.data.extend(data[start : start + room])
        super().on_part_data(data, start, end)

    def words(self) -> dict[str, str]:
        """The fields so far, of one that was too much for us its beginning."""
        found = {name: text for name, text in self.items if isinstance(text, str)}
        part = self._current_part
        if part.file is None and part.field_name and part.data:
            found.setdefault(part.field_name, part.data.decode("utf-8", "ignore"))
        return found


class _Encoded(FormParser):
    def words(self) -> dict[str, str]:
        """The fields so far."""
        return {name: text for name, text in self._items if isinstance(text, str)}


class TooMuch(Exception):
    """More octets than this form may have."""


class Held:
    """Octets of files that are in memory now, of everybody together; who has some is not given a quarter of it all."""

    def __init__(self, most: int = HELD) -> None:
        self._most, self._now = most, 0
        self._of: dict[str, int] = {}

    def take(self, octets: int, client: str = "", own: int = 0) -> None:
        """`own` of the client's octets are of what grows. Raises Refused when there is no room at the moment."""
        has = self._of.get(client, 0)
        if self._now + octets > self._most or (has > own and has + octets > self._most // 4):
            raise Refused(Refusal("slow", wait=30))
        self._now += octets
        self._of[client] = has + octets

    def free(self, octets: int, client: str = "") -> None:
        """They are gone."""
        self._now -= octets
        left = self._of.pop(client, 0) - octets
        if left > 0:
            self._of[client] = left


class Room:
    """What one form has of it: at once as its length was told, else as it comes."""

    def __init__(self, client: str) -> None:
        self._held, self._client, self._octets = _held, client, 0

    def grow(self, octets: int) -> None:
        """Have so much in all. Raises Refused."""
        if octets > self._octets:
            self._held.take(octets - self._octets, self._client, self._octets)
            self._octets = octets

    def free(self) -> None:
        """Give it back."""
        self._held.free(self._octets, self._client)
        self._octets = 0


_held = Held()


async def read(request: Request, *, files: int = 0, size: int = 0, shown: str = "text") -> Form:
    """A form of at most `files` files of `size` octets together; `shown` is the field that a failure shows.

    Raises HTTPException 400 for what is no form, 413 for too much; Refused "files" and "size" for what people can mend.
    What was read until then is kept for the page that says so.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise HTTPException(400)
    most, declared, multipart = WORDS + size, length_of(request), kind == "multipart/form-data"
    room = Room(pages.client(request))
    # Of what is too large, or comes while there is no room, only the beginning is looked at, where the words are.
    try:
        try:
            room.grow(min(declared, most) if declared > WORDS else 0)
        except Refused:
            with suppress(Refused, HTTPException):
                await _read(request, multipart, files, size, shown, WORDS // 2, room)
            raise
        return await _read(request, multipart, files, size, shown, WORDS // 2 if declared > most else most, room)
    finally:
        room.free()


async def _read(request: Request, multipart: bool, files: int, size: int, shown: str, most: int, room: Room) -> Form:
    stream = _up_to(request, most, room)
    parser = (
        _Multipart(request.headers, stream, max_files=max(files, 1), max_fields=FIELDS, max_part_size=FIELD)
        if multipart
        else _Encoded(request.headers, stream, max_fields=FIELDS, max_part_size=FIELD)
    )
    try:
        async with aclosing(stream):
            sent = await parser.parse()
    except TooMuch:
        _keep(request, parser.words(), shown, files)
        raise Refused(_size(size)) from None
    except Refused:
        _keep(request, parser.words(), shown, files)
        raise
    except MultiPartException as error:
        _keep(request, parser.words(), shown, files)
        if "Too many files" in error.message:
            raise Refused(Refusal("files", (("n", str(files)),))) from None
        raise HTTPException(413 if "maximum" in error.message else 400) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    _keep(request, parser.words(), shown, files)
    uploads = tuple([await _file(one) for _, one in sent.multi_items() if isinstance(one, UploadFile) and one.filename])
    await sent.close()
    if uploads and not files:
        raise HTTPException(400)
    if sum(len(one.data) for one in uploads) > size:
        raise Refused(_size(size))
    return Form({name: text.strip() for name, text in parser.words().items()}, uploads)


def _size(size: int) -> Refusal:
    return Refusal("size", (("size", words.size(size)),))


def _keep(request: Request, fields: dict[str, str], shown: str, files: int) -> None:
    pages.keep(request, {name: text for name, text in fields.items() if name != cookies.FIELD}, shown, files=files > 0)


async def _file(sent: UploadFile) -> Upload:
    return Upload(sent.filename or "", sent.content_type or "application/octet-stream", await sent.read())


def length_of(request: Request) -> int:
    """How many octets a body is said to have, 0 where nothing is said."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else 0


async def _up_to(request: Request, most: int, room: Room) -> AsyncGenerator[bytes, None]:
    """The body as it comes, of more than so many octets the beginning. Raises TooMuch behind them, and Refused."""
    seen = 0
    async for chunk in request.stream():
        if seen + len(chunk) > WORDS:
            try:
                room.grow(min(seen + len(chunk), most))
            except Refused:
                yield chunk[: max(0, WORDS // 2 - seen)]  # the words stand at the beginning
                raise
        yield chunk[: most - seen]
        seen += len(chunk)
        if seen > most:
            raise TooMuch
