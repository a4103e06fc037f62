"""Hands one signed JSON to a program of the admin's, and sorts what comes of it as a relay's replies are sorted."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mailgate.core.asking.http import Answer, Asked, Failure, Fetches, Limits, Why
from mailgate.core.asking.signing import signed
from mailgate.edge.http.fetch import HttpClient
from mailgate.errors import Later, Permanent, RouteDown, Temporary, Uncertain

_LATER = (408, 425, 429, 500, 502, 503, 504)
_ABOUT_US = (401, 403, 404, 405, 407, 410)  # the address, the secret or the program, never this letter


class SignedDoor:
    """One program of the admin's, told by POSTs that are signed with each of its secrets."""

    def __init__(self, url: str, secrets: Sequence[str], ca_file: str = "", limits: Limits | None = None) -> None:
        self._url, self._secrets = url, tuple(secrets)
        self._client = HttpClient(limits, ca_file)

    def post(self, message_id: str, body: bytes) -> Answer | Failure:
        """See `post_signed`."""
        return post_signed(self._client, self._url, self._secrets, message_id, body)

    def hang_up(self) -> None:
        """End what is under way, and take nothing more."""
        self._client.hang_up()


def post_signed(client: Fetches, url: str, secrets: Sequence[str], message_id: str, body: bytes) -> Answer | Failure:
    """POST `body` (JSON) to `url`; what came of it. The same id says to the other side that it is the same thing."""
    stamps = signed(secrets, message_id, int(time.time()), body) if secrets else {}
    return client.fetch(Asked("POST", url, {"Content-Type": "application/json", **stamps}, body))


def hand_over(client: Fetches, url: str, secrets: Sequence[str], message_id: str, body: bytes) -> Answer:
    """POST `body` (JSON) and return the 2xx; else raises what edge/out/smtp.py raises for a letter.

    `RouteDown`: the program cannot be reached, or refuses us. `Uncertain`: all was sent and no answer came.
    `Temporary`, `Permanent`: its answer to this one.
    """
    outcome = post_signed(client, url, secrets, message_id, body)
    if isinstance(outcome, Answer):
        return outcome
    if outcome.why is Why.STATUS:
        if outcome.status in _ABOUT_US or 300 <= outcome.status < 400:
            raise RouteDown(outcome.text, on_letter=True)
        if outcome.status in _LATER or outcome.status >= 500:
            raise Later(outcome.text, outcome.retry_after or 0.0)
        raise Permanent(outcome.text)
    if outcome.taken:
        raise Uncertain(outcome.text)
    if outcome.why is Why.STOPPED:
        raise Temporary(outcome.text)
    raise RouteDown(outcome.text)
