#!/usr/bin/env python3
"""A bridge between the WhatsApp Cloud API and mailgate: `whatsapp.py /etc/mailgate/bridges/whatsapp.toml`.

Written from Meta's documentation of 2026: "messages webhook reference" and its pages for each kind of message and for
statuses, "Media" (upload, retrieve URL, download), "Sending messages", "Business-scoped user IDs", "WhatsApp error
codes". A message is never left out for its kind: what has no text gets words in brackets, what is unknown is shown as
it came.
"""

import logging
import mimetypes
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import meta
from bridge import run
from chat import File, Heard, Odd, Receipt, Ref, Said, of, strange
from ends import Asked, Refusal

NEEDS = ("phone_number_id", "access_token", "app_secret", "verify_token")
MAY = {"graph": meta.GRAPH}

CLOSED = {(131047, 0)}  # "Re-engagement message": 24 hours since the person wrote
FILES = ("image", "document", "audio", "video", "sticker")
IMAGES = {"image/jpeg": 5, "image/png": 5}  # MB that may be sent as such; all else is a document
HEARD = {"audio/aac": 16, "audio/amr": 16, "audio/mpeg": 16, "audio/mp4": 16, "audio/ogg": 16}
SEEN = {"video/mp4": 16, "video/3gpp": 16}
DOCUMENT = 100  # MB

log = logging.getLogger("bridge")


def _place(message: Mapping[str, Any]) -> str:
    at = f"{of(message, 'location', 'latitude')}, {of(message, 'location', 'longitude')}"
    more = [of(message, "location", key) for key in ("name", "address", "url")]
    return f"[location: {', '.join(filter(None, (at, *more)))}]"


def _people(message: Mapping[str, Any]) -> str:
    """Cards of contacts: a line each, with all the numbers and addresses that are in them."""
    lines = []
    for card in message["contacts"]:
        said = [of(card, "name", "formatted_name"), of(card, "org", "company")]
        for key, part in (("phones", "phone"), ("emails", "email"), ("urls", "url")):
            said += [of(each, part) for each in card.get(key) or ()]
        for each in card.get("addresses") or ():
            said.append(" ".join(filter(None, (of(each, key) for key in ("street", "zip", "city", "country")))))
        lines.append(f"[contact: {', '.join(filter(None, said))}]")
    return "\n".join(lines)


def _order(message: Mapping[str, Any]) -> str:
    lines = [of(message, "order", "text")]
    for item in message["order"].get("product_items") or ():
        price = f"{of(item, 'item_price')} {of(item, 'currency')}"
        lines.append(f"[ordered: {of(item, 'quantity')} × {of(item, 'product_retailer_id')}, {price}]")
    return "\n".join(filter(None, lines))


def _answered(message: Mapping[str, Any]) -> str:
    """A button or a row of a list that was chosen, or a form that was filled in."""
    interactive = message["interactive"]
    reply = interactive.get(of(interactive, "type"))
    if not isinstance(reply, dict):
        return strange(message)
    title = of(reply, "title") or of(reply, "body")
    more = of(reply, "description") or of(reply, "response_json")
    return "\n".join(filter(None, (title, more))) or strange(message)


def _reaction(message: Mapping[str, Any]) -> str:
    emoji = of(message, "reaction", "emoji")
    return f"[reaction: {emoji}]" if emoji else "[a reaction was taken back]"


def _errors(holder: Mapping[str, Any]) -> str:
    """The errors of a message or a status: details where there are any, and the code."""
    said = [
        f"{of(each, 'error_data', 'details') or of(each, 'title')} ({of(each, 'code')})"
        for each in holder.get("errors") or ()
    ]
    return "; ".join(said)


def _unsupported(message: Mapping[str, Any]) -> str:
    """WhatsApp does not hand these over: that there was something, and why it is not here, is all that can be said."""
    kind = of(message, "unsupported", "type") or "kind not told"
    return f"[WhatsApp does not hand over this message ({kind}): {_errors(message) or 'no reason given'}]"


def _system(message: Mapping[str, Any]) -> str:
    return f"[WhatsApp: {of(message, 'system', 'body') or strange(message)}]"


WORDS = {
    "text": lambda message: of(message, "text", "body"),
    "button": lambda message: of(message, "button", "text"),
    "location": _place,
    "contacts": _people,
    "order": _order,
    "interactive": _answered,
    "reaction": _reaction,
    "unsupported": _unsupported,
    "system": _system,
}


def _file(message: Mapping[str, Any], kind: str) -> Ref:
    """A file by its id, which is good for seven days; the URL it stands for, for five minutes only."""
    type = of(message, kind, "mime_type").partition(";")[0].strip().lower() or "application/octet-stream"
    word = "voice" if message[kind].get("voice") else kind
    name = of(message, kind, "filename") or word + (mimetypes.guess_extension(type) or "")
    return Ref(name, type, message[kind]["id"])


def _said(message: Mapping[str, Any], names: Mapping[str, str]) -> Heard:
    number, id = of(message, "from"), of(message, "id")
    sender = number or of(message, "from_user_id")  # of somebody with a username the number may be withheld
    if not sender or not id:
        return Odd(strange(message))
    kind = of(message, "type")
    refs: tuple[Ref, ...] = ()
    try:
        if kind in FILES:
            refs, text = (_file(message, kind),), of(message, kind, "caption")
        else:
            text = WORDS[kind](message) or strange(message)
        advert = of(message, "referral", "headline") or of(message, "referral", "source_url")
        text += f"\n[came by an advertisement: {advert}]" if advert else ""
    except (KeyError, TypeError, AttributeError, ValueError):
        refs, text = (), strange(message)
    stamp = of(message, "timestamp")
    return Said(
        id=id,
        person=sender,
        text=text,
        name=names.get(sender, ""),
        phone=f"+{number}" if number.isascii() and number.isdigit() else "",
        refs=refs,
        at=float(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else 0,
        reply_to=of(message, "context", "id") or of(message, "reaction", "message_id"),
    )


def _status(status: Mapping[str, Any]) -> Heard:
    person = of(status, "recipient_id") or of(status, "recipient_user_id")
    return Receipt(person, of(status, "status"), theirs=of(status, "id"), error=_errors(status))


class WhatsApp:
    """The Cloud API for one phone number."""

    max_text = 4_096
    polls = False

    def __init__(self, own: Mapping[str, str]) -> None:
        self.number, self.app_secret, self.verify_token = own["phone_number_id"], own["app_secret"], own["verify_token"]
        self.graph = meta.Graph(own["graph"], own["access_token"], CLOSED)

    def hello(self, query: Mapping[str, str]) -> str:
        return meta.hello(query, self.verify_token)

    def heard(self, asked: Asked) -> Sequence[Heard]:
        return list(self._heard(meta.proved(asked, self.app_secret)))

    def _heard(self, told: Mapping[str, Any]) -> Iterator[Heard]:
        for entry in told.get("entry") or ():
            for change in entry.get("changes") or () if isinstance(entry, dict) else ():
                value = change.get("value") if isinstance(change, dict) and change.get("field") == "messages" else None
                # An app may serve several numbers: another's messages are another bridge's.
                if isinstance(value, dict) and of(value, "metadata", "phone_number_id") == self.number:
                    yield from self._of_value(value)

    def _of_value(self, value: Mapping[str, Any]) -> Iterator[Heard]:
        cards = [each for each in value.get("contacts") or () if isinstance(each, dict)]
        names = {
            of(each, key): of(each, "profile", "name") or of(each, "profile", "username")
            for each in cards
            for key in ("wa_id", "user_id")
        }
        if value.get("errors"):  # of the number or the account: there is no message to put them into
            log.error("WhatsApp tells of an error: %s", _errors(value))
        for message in value.get("messages") or ():
            yield _said(message, names) if isinstance(message, dict) else Odd(strange(message))
        for status in value.get("statuses") or ():
            if isinstance(status, dict) and of(status, "status") in ("delivered", "read", "failed"):
                yield _status(status)

    def poll(self, cursor: str) -> tuple[Sequence[Heard], str]:
        return (), cursor

    def called(self, person: str) -> str:
        return ""

    def fetch(self, ref: Ref, limit: int) -> File:
        if not (ref.where.isascii() and ref.where.isalnum()):
            raise Refusal(422, "has no id that can be asked for")
        told = self.graph.get(f"{ref.where}?phone_number_id={self.number}")
        size = of(told, "file_size")
        if size.isdigit() and int(size) > limit:
            raise Refusal(413, f"{int(size) >> 20} MB, larger than {limit >> 20} MB, and was not fetched")
        return File(ref.name, ref.type, self.graph.fetch(of(told, "url"), limit, bearer=True))

    def say(self, person: str, text: str) -> str:
        return self._send(person, "text", {"body": text, "preview_url": False})

    def show(self, person: str, file: File) -> str:
        kinds = (("image", IMAGES), ("audio", HEARD), ("video", SEEN))
        type = file.type.partition(";")[0].strip().lower()
        kind = next((kind for kind, may in kinds if len(file.data) <= may.get(type, 0) << 20), "document")
        if len(file.data) > DOCUMENT << 20:
            raise Refusal(413, f"{file.name}: WhatsApp takes at most {DOCUMENT} MB")
        told = self.graph.upload(f"{self.number}/media", {"messaging_product": "whatsapp", "type": type}, "file", file)
        return self._send(
            person, kind, {"id": of(told, "id")} | ({"filename": file.name} if kind == "document" else {})
        )

    def _send(self, person: str, kind: str, what: Mapping[str, Any]) -> str:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to" if person.isdigit() else "recipient": person,
            "type": kind,
            kind: what,
        }
        told = self.graph.post(f"{self.number}/messages", message)
        return of((told.get("messages") or [{}])[0], "id")


if __name__ == "__main__":
    sys.exit(run("whatsapp", WhatsApp, NEEDS, MAY))
