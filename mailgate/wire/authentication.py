"""Authentication-Results (RFC 8601) as values; whether to believe them is decided in `core.authority`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import authres

from mailgate.core.mail import AuthResults

_BY = re.compile(r"\bby\s+\[?([^\s;\])]{1,255})", re.IGNORECASE)
_METHOD = re.compile(r"(?:^|;)\s*(dmarc|dkim|spf|auth)\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_FROM = re.compile(r"\bheader\.from=([^\s;]{1,255})", re.IGNORECASE)
MOST = 20


def read_authentication(headers: Iterable[tuple[str, str]]) -> tuple[AuthResults, ...]:
    """Every Authentication-Results field, topmost first, each with the hosts of the Received fields above it.

    `headers` are (lower-case name, unfolded value) in order. Fields that cannot be read are left out: absent trust
    is the safe side. Exchange Online writes the field without an authserv-id; it is returned with `id=""`.
    """
    hops: list[str] = []
    found: list[AuthResults] = []
    for name, value in headers:
        if name == "received":
            by = _BY.search(value)
            hops.append(by.group(1).lower() if by else "")
        elif name == "authentication-results" and len(found) < MOST:
            results = _standard(value) or _without_id(value)
            if results is not None:
                found.append(AuthResults(results[0], results[1], tuple(hops)))
    return tuple(found)


def _standard(value: str) -> tuple[str, tuple[tuple[str, str, str], ...]] | None:
    if len(value) > 8192:
        return None
    try:
        header = authres.AuthenticationResultsHeader.parse("Authentication-Results: " + value)
        version = getattr(header, "version", None)
        if version not in (None, "1", 1):
            return None
        results = tuple(
            (str(result.method).lower(), str(result.result).lower(), _property(result)) for result in header.results
        )
        return str(header.authserv_id).lower(), results
    except Exception:  # authres raises whatever its parser meets; an unreadable field proves nothing
        return None


def _property(result: authres.AuthenticationResult) -> str:
    wanted = {
        "dmarc": ("header", "from"),
        "dkim": ("header", "d"),
        "auth": ("smtp", "auth"),
        "spf": ("smtp", "mailfrom"),
    }
    kind, name = wanted.get(str(result.method).lower(), ("", ""))
    for prop in result.properties:
        if prop.type == kind and prop.name == name:
            return str(prop.value).strip('"').lower()
    return ""


def _without_id(value: str) -> tuple[str, tuple[tuple[str, str, str], ...]] | None:
    """The shape of Exchange Online: `spf=pass (...) smtp.mailfrom=...; dkim=...; dmarc=pass ... header.from=...`."""
    if len(value) > 8192 or not _METHOD.match(value.lstrip()):
        return None
    bare = _without_comments(value)
    from_ = _FROM.search(bare)
    domain = from_.group(1).lower() if from_ else ""
    return "", tuple(
        (found.group(1).lower(), found.group(2).lower(), domain if found.group(1).lower() == "dmarc" else "")
        for found in _METHOD.finditer(bare)
    )


def _without_comments(value: str) -> str:
    """The value without comments and quoted strings: nothing inside them is a result (threats A-16)."""
    kept: list[str] = []
    depth, quoted = 0, False
    for char in value:
        if char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return "".join(kept)
