"""What is said between a bridge and its provider: values, the provider's verbs, and texts cut to its size."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ends import Asked, Refusal

STRANGE = 4_000  # characters of a message of an unknown kind that are shown as they came


@dataclass(frozen=True, slots=True)
class Ref:
    """A file that is still with the provider: `where` is its id or URL there."""

    name: str
    type: str
    where: str


@dataclass(frozen=True, slots=True)
class File:
    name: str
    type: str
    data: bytes

    def form(self, fields: Mapping[str, str], part: str, mark: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of multipart/form-data: the fields, then this file. `mark` is in none of them."""
        name = "".join(letter for letter in self.name if letter.isprintable() and letter not in '"\\/') or "file"
        kind = self.type if self.type.isascii() and self.type.isprintable() else "application/octet-stream"
        head = f"--{mark}\r\nContent-Disposition: form-data; name="
        lines = [f'{head}"{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
        lines.append(f'{head}"{part}"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n')
        body = "".join(lines).encode() + self.data + f"\r\n--{mark}--\r\n".encode()
        return {"Content-Type": f"multipart/form-data; boundary={mark}"}, body


@dataclass(frozen=True, slots=True)
class Said:
    """What a person wrote. `at` is seconds since 1970, 0 when the provider does not say."""

    id: str
    person: str
    text: str
    name: str = ""
    phone: str = ""
    refs: tuple[Ref, ...] = ()
    at: float = 0
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of messages of ours: those the provider calls `theirs`, or all up to `before` (seconds).

    `state` is delivered, read or failed. `ours` is mailgate's id, where we know it ourselves.
    """

    person: str
    state: str
    ours: str = ""
    theirs: str = ""
    before: float = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Odd:
    """Something signed by the provider that names no person: it waits for somebody to look at it."""

    raw: str


Heard = Said | Receipt | Odd


class Provider(Protocol):
    """One chat provider. Every verb that calls it raises `Away` (try again) or `Refusal` (4xx: it never will)."""

    max_text: int  # UTF-16 units of one message
    polls: bool  # asks for what came instead of being told

    def hello(self, query: Mapping[str, str]) -> str:
        """The answer to a GET that proves to the provider that the address is ours."""

    def heard(self, asked: Asked) -> Sequence[Heard]:
        """What a request of the provider's says, after it was proved to be the provider's."""

    def poll(self, cursor: str) -> tuple[Sequence[Heard], str]:
        """What came since the cursor, and the next one."""

    def called(self, person: str) -> str:
        """The name of somebody whose message had none; empty when the provider does not tell."""

    def fetch(self, ref: Ref, limit: int) -> File: ...

    def say(self, person: str, text: str) -> str:
        """Sends a text; the provider's id of it."""

    def show(self, person: str, file: File) -> str:
        """Sends a file; the provider's id of it."""


def document(body: bytes) -> dict[str, Any]:
    """A body that has to be a JSON object."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "this is no JSON") from None
    if not isinstance(read, dict):
        raise Refusal(400, "this is no JSON object")
    return read


def strange(message: object) -> str:
    """A message of a kind nobody told us of: as it came, so that no word is lost."""
    return f"[a message of a kind this bridge does not know: {json.dumps(message, ensure_ascii=False)[:STRANGE]}]"


def clean(text: str, longest: int = 0) -> str:
    """A text as mailgate takes it: no halves of letters, no controls but line ends and tabs, and not too long."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = "".join(letter for letter in whole if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    return kept[:longest] if longest else kept


def pieces(text: str, limit: int) -> list[str]:
    """A text in parts of at most `limit` UTF-16 units, cut between paragraphs, lines or words where it can be."""
    parts = []
    rest = text.strip()
    while len(rest.encode("utf-16-le")) // 2 > limit:
        head = rest.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := head.rfind(mark)) > limit // 2), len(head))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def of(message: Mapping[str, Any], *path: str) -> str:
    """The words at a path of a document; empty when there are none."""
    at: Any = message
    for key in path:
        at = at.get(key) if isinstance(at, dict) else None
    return str(at) if isinstance(at, (str, int, float)) and not isinstance(at, bool) else ""
