"""The signature of Standard Webhooks (https://www.standardwebhooks.com, version 1): what was sent, when, by whom."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
TOLERANCE = 300  # seconds that a timestamp may be off, in both directions


def key_of(secret: str) -> bytes:
    """The key that a secret stands for: after `whsec_` base64, else its own octets (UTF-8).

    Raises ValueError when what follows `whsec_` is no base64, or nothing.
    """
    if not secret.startswith(PREFIX):
        if not secret:
            raise ValueError("empty")
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError("base64")
    return key


def signed(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that go with `body`, signed with each of `secrets`; `timestamp` is in seconds since 1970."""
    signatures = " ".join(f"v1,{_signature(key_of(secret), message_id, timestamp, body)}" for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def verified(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: float, tolerance: float = TOLERANCE
) -> str | None:
    """The id of a message that one of `secrets` signed within `tolerance` seconds of `now`; None for any other.

    `headers` has its names in small letters. Every pair is compared, in constant time.
    """
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = [one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split()[:20] if one[:3] == "v1,"]
    if not message_id or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return None
    if abs(now - int(stamp)) > tolerance:
        return None
    good = False
    for secret in secrets:
        wanted = _signature(key_of(secret), message_id, int(stamp), body).encode()
        for one in given:
            good |= hmac.compare_digest(wanted, one.encode("utf-8", "surrogateescape"))
    return message_id if good else None


def _signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
