"""A dead man's switch: one GET of the admin's own address while all is well."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

TIMEOUT = 10.0  # seconds


class _Stay(urllib.request.HTTPRedirectHandler):
    """An answer that sends us elsewhere is an answer; we do not go there."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def beat(url: str) -> str:
    """Ask for `url` (http or https) once; returns what went wrong, `""` when it answered. Never raises."""
    if not url.startswith(("http://", "https://")):
        return "not an http or https address"
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "mailgate"})  # noqa: S310  # checked above
        with urllib.request.build_opener(_Stay).open(request, timeout=TIMEOUT) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        error.close()
        return "" if error.code < 400 else f"status {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return type(error).__name__
    return ""
