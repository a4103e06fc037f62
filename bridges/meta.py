"""What Meta's two platforms share: how a webhook is proved, how the Graph API is asked, and where files may be fetched.

Sources, as Meta's documentation had them in 2026: "Webhooks: Getting started" (verification requests, validating
payloads), "Graph API: Handling errors", "WhatsApp error codes", "Messenger Platform: Common error codes".
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from chat import File, document
from ends import Answer, Asked, Away, Refusal, call, post

GRAPH = "https://graph.facebook.com/v24.0"
FILES = (".fbcdn.net", ".fbsbx.com", ".facebook.com", ".whatsapp.net")  # hosts of Meta's that files are fetched from
BUSY = {4, 17, 32, 341, 613, 80007, 130429, 131048, 131056, 133016}  # limits of a rate, of both platforms
TROUBLE = {1, 2, 131000, 131016, 131057, 133004}  # "try again", theirs or ours for a while
# The token or the account is the matter, and no customer's: mailgate keeps the letter, the admin sees the log.
ACCOUNT = {0, 3, 102, 190, 368, 131005, 131031, 131042, 131045, 133010}


def hello(query: Mapping[str, str], token: str) -> str:
    """The answer to Meta's verification request: its challenge, for who knows the token."""
    given = query.get("hub.verify_token", "").encode()
    if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, token.encode()):
        raise Refusal(403, "the verify token does not fit")
    return query.get("hub.challenge", "")[:200]


def proved(asked: Asked, app_secret: str) -> dict[str, Any]:
    """The document of a webhook that Meta signed: HMAC-SHA256 with the app's secret over the octets as they came."""
    ours = "sha256=" + hmac.new(app_secret.encode(), asked.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(asked.headers.get("x-hub-signature-256", "").encode(), ours.encode()):
        raise Refusal(401, "the signature does not fit")
    return document(asked.body)


def refused(answer: Answer, closed: set[tuple[int, int]]) -> Exception:
    """An error of the Graph API as mailgate is to hear it. `closed` are (code, subcode) of a window that is over."""
    said = answer.document().get("error")
    error = said if isinstance(said, dict) else {}
    code, subcode = (each if isinstance(each := error.get(key), int) else 0 for key in ("code", "error_subcode"))
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else ""
    why = str(details or error.get("message") or "no reason given")[:300]
    words = f"{why} ({code}/{subcode})" if subcode else f"{why} ({code})"
    if (code, subcode) in closed or (code, 0) in closed:
        return Refusal(422, f"the time in which an answer is allowed is over: {words}")
    if answer.status == 429 or code in BUSY:
        return Refusal(429, words, answer.after or 60)
    if answer.status >= 500 or code in TROUBLE:
        return Away(words, answer.after)
    if answer.status == 401 or code in ACCOUNT or (200 <= code < 300) or not error:
        return Away(f"the provider does not accept this bridge: {words}", answer.after)
    return Refusal(422, words)


class Graph:
    """The Graph API with a token; `closed` as above."""

    def __init__(self, base: str, token: str, closed: set[tuple[int, int]]) -> None:
        self.base, self.closed = base.rstrip("/"), closed
        self.bearer = {"Authorization": f"Bearer {token}"}

    def _ok(self, answer: Answer) -> dict[str, Any]:
        read = answer.document()
        if answer.status != 200 or "error" in read:
            raise refused(answer, self.closed)
        return read

    def get(self, path: str) -> dict[str, Any]:
        return self._ok(call("GET", f"{self.base}/{path}", self.bearer))

    def post(self, path: str, body: object) -> dict[str, Any]:
        return self._ok(post(f"{self.base}/{path}", body, self.bearer))

    def upload(self, path: str, fields: Mapping[str, str], part: str, file: File) -> dict[str, Any]:
        """multipart/form-data with one file."""
        headers, body = file.form(fields, part, secrets.token_hex(16))
        headers |= self.bearer
        return self._ok(call("POST", f"{self.base}/{path}", headers, body, seconds=60))

    def fetch(self, url: str, limit: int, *, bearer: bool) -> bytes:
        """A file of Meta's. Neither the token nor we go to any other host, whatever an answer names."""
        ours, theirs = urlsplit(self.base), urlsplit(url)
        host = theirs.hostname or ""
        at_home = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
        if not at_home and not (theirs.scheme == "https" and theirs.port in (None, 443) and host.endswith(FILES)):
            raise Refusal(422, "lies on a host that is none of Meta's, and was not fetched")
        answer = call("GET", url, self.bearer if bearer else {}, limit=limit, seconds=60)
        if not answer.whole:
            raise Refusal(413, f"larger than {limit >> 20} MB, and was not fetched")
        if answer.status >= 500 or answer.status in (401, 403, 429):
            raise Away(f"the file was not to be had: {answer.status}", answer.after)
        if answer.status != 200:
            raise Refusal(422, f"is not to be had any more ({answer.status})")
        return answer.body
