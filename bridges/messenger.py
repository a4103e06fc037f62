#!/usr/bin/env python3
"""A bridge between a Facebook page's Messenger and mailgate: `messenger.py /etc/mailgate/bridges/messenger.toml`.

Written from Meta's documentation of 2026: "Messenger Platform: Webhook Events Reference" with the pages for messages,
message_edits, message_reactions, message_deliveries, message_reads, messaging_postbacks and message_echoes, "Send API",
"Attachment Upload", "Common Error Codes". What the page itself sent (echoes) and what another app has in hand
(`standby`) is left to those who have it.
"""

import json
import mimetypes
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import meta
from bridge import run
from chat import File, Heard, Odd, Receipt, Ref, Said, of, strange
from ends import Asked, Refusal

NEEDS = ("page_id", "access_token", "app_secret", "verify_token")
MAY = {"graph": meta.GRAPH}

# "This message is sent outside of allowed window": 24 hours since the person wrote
CLOSED = {(10, 2018278)}
FILES = {"image": "image/jpeg", "sticker": "image/png", "audio": "audio/mp4", "video": "video/mp4",
         "reel": "video/mp4", "ig_reel": "video/mp4", "file": "application/octet-stream"}  # fmt: skip
LARGEST = 25 << 20  # octets of a file that is sent


def _ref(kind: str, url: str) -> Ref:
    name = PurePosixPath(unquote(urlsplit(url).path)).name[-100:]
    type = mimetypes.guess_type(name)[0] or FILES[kind]
    return Ref(name if "." in name else kind + (mimetypes.guess_extension(type) or ""), type, url)


def _attached(attachment: Mapping[str, Any]) -> tuple[str, Ref | None]:
    """Words for an attachment, or the file it is."""
    kind, url = of(attachment, "type"), of(attachment, "payload", "url") or of(attachment, "url")
    if kind in FILES and url:
        return "", _ref(kind, url)
    if kind == "location":
        at = (of(attachment, "payload", "coordinates", key) for key in ("lat", "long"))
        return f"[location: {', '.join(at)}]", None
    title = of(attachment, "payload", "title") or of(attachment, "title")
    if title or url:
        return f"[{kind or 'shared'}: {' '.join(filter(None, (title, url)))}]", None
    return strange(attachment), None


def _message(message: Mapping[str, Any]) -> tuple[str, tuple[Ref, ...]]:
    text, refs = [of(message, "text")], {}
    for attachment in message.get("attachments") or ():
        words, ref = _attached(attachment)
        text.append(words)
        if ref is not None:
            refs[ref.where] = ref  # a sticker comes twice: as itself and as an image
    payload = of(message, "quick_reply", "payload")
    if payload and payload != of(message, "text"):
        text.append(f"[quick reply: {payload}]")
    return "\n".join(filter(None, text)) or ("" if refs else strange(message)), tuple(refs.values())


def _postback(event: Mapping[str, Any]) -> str:
    title, payload = of(event, "postback", "title"), of(event, "postback", "payload")
    return f"{title}\n[button: {payload}]" if title and payload != title else title or f"[button: {payload}]"


def _reaction(event: Mapping[str, Any]) -> str:
    if of(event, "reaction", "action") == "unreact":
        return "[a reaction was taken back]"
    return f"[reaction: {of(event, 'reaction', 'emoji') or of(event, 'reaction', 'reaction')}]"


class Messenger:
    """The Messenger Platform for one page."""

    max_text = 2_000
    polls = False

    def __init__(self, own: Mapping[str, str]) -> None:
        self.page, self.app_secret, self.verify_token = own["page_id"], own["app_secret"], own["verify_token"]
        self.graph = meta.Graph(own["graph"], own["access_token"], CLOSED)

    def hello(self, query: Mapping[str, str]) -> str:
        return meta.hello(query, self.verify_token)

    def heard(self, asked: Asked) -> Sequence[Heard]:
        told = meta.proved(asked, self.app_secret)
        if told.get("object") != "page":
            raise Refusal(404, "this bridge is for a page")
        return [heard for entry in told.get("entry") or () for heard in self._entry(entry)]

    def _entry(self, entry: object) -> Iterator[Heard]:
        if not isinstance(entry, dict) or of(entry, "id") != self.page:
            return  # another page of the same app: another bridge's
        for event in entry.get("messaging") or ():
            sender = of(event, "sender", "id") if isinstance(event, dict) else ""
            if not sender:
                yield Odd(strange(event))
            elif sender != self.page and not (
                isinstance(event.get("message"), dict) and event["message"].get("is_echo")
            ):
                yield from self._event(event, sender)

    def _event(self, event: Mapping[str, Any], sender: str) -> Iterator[Heard]:
        stamp = event.get("timestamp")
        at = stamp / 1000 if isinstance(stamp, int) and 0 < stamp < 10**14 else 0.0
        if "delivery" in event:
            for mid in event["delivery"].get("mids") or ():
                yield Receipt(sender, "delivered", theirs=str(mid))
        elif "read" in event:
            yield Receipt(sender, "read", before=float(of(event, "read", "watermark") or 0) / 1000)
        else:
            yield self._said(event, sender, at)

    def _said(self, event: Mapping[str, Any], sender: str, at: float) -> Said:
        refs: tuple[Ref, ...] = ()
        known = next((key for key in ("message", "message_edit", "postback", "reaction") if key in event), "")
        mid = of(event, known, "mid")
        id = mid if mid and known in ("message", "postback") else f"{known} {mid} {sender} {at}"
        try:
            if known == "message":
                text, refs = _message(event["message"])
            elif known == "message_edit":
                id = f"{mid} edit {of(event, known, 'num_edit')}"
                text = f"[changed to:] {of(event, known, 'text')}"
            else:
                text = {"postback": _postback, "reaction": _reaction}.get(known, strange)(event)
        except (KeyError, TypeError, AttributeError, ValueError):
            refs, text = (), strange(event)
        about = of(event, "message", "reply_to", "mid") or (mid if known in ("reaction", "message_edit") else "")
        return Said(id=id, person=sender, text=text, refs=refs, at=at, reply_to=about)

    def poll(self, cursor: str) -> tuple[Sequence[Heard], str]:
        return (), cursor

    def called(self, person: str) -> str:
        """The person's name, which no webhook has ("User Profile API")."""
        told = self.graph.get(f"{person}?fields=first_name,last_name") if person.isascii() and person.isdigit() else {}
        return " ".join(filter(None, (of(told, "first_name"), of(told, "last_name"))))

    def fetch(self, ref: Ref, limit: int) -> File:
        return File(ref.name, ref.type, self.graph.fetch(ref.where, limit, bearer=False))

    def say(self, person: str, text: str) -> str:
        sent = {"recipient": {"id": person}, "messaging_type": "RESPONSE", "message": {"text": text}}
        return of(self.graph.post("me/messages", sent), "message_id")

    def show(self, person: str, file: File) -> str:
        if len(file.data) > LARGEST:
            raise Refusal(413, f"{file.name}: Messenger takes at most {LARGEST >> 20} MB")
        kind = file.type.partition("/")[0]
        message = {"attachment": {"type": kind if kind in ("image", "audio", "video") else "file", "payload": {}}}
        fields = {"recipient": {"id": person}, "message": message}
        sent = {key: json.dumps(value) for key, value in fields.items()} | {"messaging_type": "RESPONSE"}
        return of(self.graph.upload("me/messages", sent, "filedata", file), "message_id")


if __name__ == "__main__":
    sys.exit(run("messenger", Messenger, NEEDS, MAY))
