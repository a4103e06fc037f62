#!/usr/bin/env python3
"""A bridge between a Telegram bot and mailgate, and the example for one's own: `telegram.py telegram.toml`.

Written from Telegram's "Bot API" of 2026: getUpdates, setWebhook, Update, Message, sendMessage, sendPhoto,
sendDocument, getFile, "Making requests" (`ok`, `error_code`, `description`, `parameters.retry_after`). Without a
`webhook_secret` it asks Telegram for what came, and needs no address on the internet; with one it is told by Telegram.
Private chats only: a group has many people, and one answer would go to all of them.
"""

import hmac
import mimetypes
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bridge import run
from chat import File, Heard, Odd, Ref, Said, document, of, strange
from ends import Answer, Asked, Away, Refusal, call, post

NEEDS = ("token",)
MAY = {"api": "https://api.telegram.org", "webhook_secret": ""}

WAIT = 25  # seconds for which Telegram holds a question when there is nothing
FILES = {"document": "", "photo": "image/jpeg", "voice": "audio/ogg", "audio": "audio/mpeg", "video": "video/mp4",
         "video_note": "video/mp4", "animation": "video/mp4", "sticker": "image/webp"}  # fmt: skip
LARGEST = 50 << 20  # octets of a file that a bot may send


def _place(message: Mapping[str, Any]) -> str:
    at = ", ".join(of(message, "location", key) for key in ("latitude", "longitude"))
    more = [of(message, "venue", key) for key in ("title", "address")]
    return f"[location: {', '.join(filter(None, (at, *more)))}]"


def _card(message: Mapping[str, Any]) -> str:
    return f"[contact: {' '.join(of(message, 'contact', key) for key in ('first_name', 'last_name', 'phone_number'))}]"


def _ref(message: Mapping[str, Any]) -> Ref | None:
    for kind, usual in FILES.items():
        if kind in message and not (kind == "document" and "animation" in message):
            # a photo comes in several sizes, the largest last
            file = message[kind][-1] if kind == "photo" else message[kind]
            type = of(file, "mime_type") or usual or "application/octet-stream"
            name = of(file, "file_name") or kind + (mimetypes.guess_extension(type) or "")
            return Ref(name, type, file["file_id"])
    return None


def _said(update: Mapping[str, Any]) -> Heard | None:
    """A message, or nothing: what is not said in a private chat is no customer's."""
    kind = next((key for key in ("message", "edited_message") if isinstance(update.get(key), dict)), "")
    message = update.get(kind) or {}
    person, id = of(message, "chat", "id"), of(message, "message_id")
    if not kind or of(message, "chat", "type") != "private":
        return None
    if not person or not id:
        return Odd(strange(update))
    try:
        ref = _ref(message)
        text = of(message, "text") or of(message, "caption")
        if not text and ref is None:
            words = _place if "location" in message else _card if "contact" in message else strange
            text = words(message)
    except (KeyError, TypeError, AttributeError, IndexError):
        ref, text = None, strange(message)
    edited = kind == "edited_message"
    sender = message.get("from") or {}
    about = of(message, "reply_to_message", "message_id") or (id if edited else "")
    return Said(
        id=f"{person}.{id}" + (f".{of(message, 'edit_date')}" if edited else ""),
        person=person,
        text=f"[changed to:] {text}" if edited else text,
        name=" ".join(filter(None, (of(sender, "first_name"), of(sender, "last_name")))),
        # Whoever shares their own card has given their number; another's is another's.
        phone=of(message, "contact", "phone_number") if of(message, "contact", "user_id") == person else "",
        refs=(ref,) if ref else (),
        at=float(of(message, "date") or 0),
        reply_to=f"{person}.{about}" if about else "",
    )


class Telegram:
    """The Bot API for one bot."""

    max_text = 4_096

    def __init__(self, own: Mapping[str, str]) -> None:
        self.base, self.files = f"{own['api']}/bot{own['token']}", f"{own['api']}/file/bot{own['token']}"
        self.webhook_secret = own["webhook_secret"]
        self.polls = not self.webhook_secret

    def _ok(self, answer: Answer) -> Any:
        """The `result`; Telegram's errors as mailgate is to hear them. Never with the URL: the token is in it."""
        told = answer.document()
        if told.get("ok") is True:
            return told.get("result")
        code, words = int(of(told, "error_code") or answer.status), of(told, "description") or "no reason given"
        if code == 429:
            raise Refusal(429, words, int(of(told, "parameters", "retry_after") or 30))
        if code in (401, 404) or code >= 500 or not told:
            raise Away(f"{words} ({code})", unsure=answer.status == 200)
        raise Refusal(422, f"{words} ({code})")

    def _ask(self, method: str, body: Mapping[str, Any], seconds: float = 20) -> Any:
        return self._ok(post(f"{self.base}/{method}", body, {}, seconds=seconds))

    def hello(self, query: Mapping[str, str]) -> str:
        raise Refusal(404, "Telegram does not ask so")

    def heard(self, asked: Asked) -> Sequence[Heard]:
        given = asked.headers.get("x-telegram-bot-api-secret-token", "").encode()
        if not self.webhook_secret or not hmac.compare_digest(given, self.webhook_secret.encode()):
            raise Refusal(401, "the secret token does not fit")
        said = _said(document(asked.body))
        return [] if said is None else [said]

    def poll(self, cursor: str) -> tuple[Sequence[Heard], str]:
        wanted = {"timeout": WAIT, "allowed_updates": ["message", "edited_message"], "offset": int(cursor or 0)}
        updates = self._ask("getUpdates", wanted, WAIT + 10) or []
        said = [heard for update in updates if (heard := _said(update)) is not None]
        return said, str(max((update["update_id"] + 1 for update in updates), default=int(cursor or 0)))

    def called(self, person: str) -> str:
        return ""

    def fetch(self, ref: Ref, limit: int) -> File:
        told = self._ask("getFile", {"file_id": ref.where})
        path = of(told, "file_path")
        answer = call("GET", f"{self.files}/{path}", {}, limit=limit, seconds=60)
        if not answer.whole:
            raise Refusal(413, f"larger than {limit >> 20} MB, and was not fetched")
        if answer.status != 200:
            raise Away(f"the file was not to be had: {answer.status}")
        return File(ref.name, ref.type, answer.body)

    def say(self, person: str, text: str) -> str:
        told = self._ask(
            "sendMessage", {"chat_id": person, "text": text, "link_preview_options": {"is_disabled": True}}
        )
        return f"{person}.{of(told, 'message_id')}"

    def show(self, person: str, file: File) -> str:
        if len(file.data) > LARGEST:
            raise Refusal(413, f"{file.name}: Telegram takes at most {LARGEST >> 20} MB")
        return f"{person}.{of(self._upload(person, file), 'message_id')}"

    def _upload(self, person: str, file: File) -> Any:
        headers, body = file.form({"chat_id": person}, "document", secrets.token_hex(16))
        return self._ok(call("POST", f"{self.base}/sendDocument", headers, body, seconds=60))


if __name__ == "__main__":
    sys.exit(run("telegram", Telegram, NEEDS, MAY))
