"""Authentication-Results (RFC 8601) as values; whether to believe them is decided in `core.proof.authority`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import authres

from mailgate.core.model.mail import AUTH_AS, EXCHANGE_SAYS, AuthResults
from mailgate.wire.mime import header

MOST = 20  # fields read of one mail
LONGEST = 8192  # octets read of one field

Result = tuple[str, str, str]  # method, result, the property that matters

# All of these read a value without comments, its white space and what stands in quotes made harmless (`_bare`).
_BY = re.compile(r"(?:^| )by \[?([^ ;\[\]]{1,255})", re.IGNORECASE)
_PLAIN = re.compile(rb"[\t -~]*")
_ID = re.compile(r' ?"?([^ ;="]{1,255})"?(?=[ ;]|$)')
_METHOD = re.compile(r" ?([a-z0-9-]{1,40})(?: ?/ ?1)? ?= ?([a-z-]{1,20})(?= |$)", re.IGNORECASE)
_REASON = re.compile(r' reason ?= ?(?:"[^"]*"|[^ ;"]+)(?= |$)', re.IGNORECASE)
_PROPERTY = re.compile(r' ([a-z-]{1,40}) ?\. ?([a-z0-9_-]{1,80}) ?= ?("[^"]*"|[^ ;"]+)(?= |$)', re.IGNORECASE)
_EXCHANGES_OWN = re.compile(r" action ?= ?[a-z.]{1,40}(?= |$)", re.IGNORECASE)
_VOUCHES = {"dmarc": ("header", "from"), "auth": ("smtp", "auth")}
_EXCHANGE = ("dmarc", "dkim", "spf", "auth", "compauth")  # what a field without an authserv-id begins with


def read_authentication(headers: Iterable[tuple[str, bytes]]) -> tuple[AuthResults, ...]:
    """Every Authentication-Results field, topmost first, each with the hosts of the Received fields above it.

    `headers` are (lower-case name, unfolded octets) in order. Exchange Online writes the field without an
    authserv-id; it is returned with `id=""`, and its header AUTH_AS under EXCHANGE_SAYS. A field that is odd keeps
    nothing but its fails, and hides those of the same id below it but for their fails: absent trust is the safe side.
    Odd is what RFC 8601 section 2.2 does not let a border write, a comment before the authserv-id, a space before the
    colon, and whatever stands below a Received that does not say by whom.
    """
    hops: list[str] = []
    odd = False
    found: list[AuthResults] = []
    for name, value in headers:
        if name == "received":
            by = _BY.findall(_bare(value)[0].partition(";")[0])
            odd = odd or len(by) != 1  # RFC 5321 section 4.4: exactly one host took it
            hops += [by[0].lower()] if len(by) == 1 else []
        elif len(found) < MOST and name.startswith(AUTH_AS):
            word = "" if odd or name.endswith(header.ODD) else header.text(value)
            found.append(AuthResults(EXCHANGE_SAYS, ((AUTH_AS, word, ""),), tuple(hops)))
        elif len(found) < MOST:
            results = _read(value, odd=odd or name.endswith(header.ODD))
            found += [AuthResults(results[0], results[1], tuple(hops))] if results else []
    return tuple(_with_fails_below(found))


def _with_fails_below(found: list[AuthResults]) -> Iterator[AuthResults]:
    """The fields; one that says nothing, since it was odd, says what those of its id below say against the sender."""
    for at, one in enumerate(found):
        below = [result for each in found[at + 1 :] if each.id == one.id for result in _fails(each.results)]
        yield AuthResults(one.id, tuple(below[:1]), one.hops) if below and not one.results else one


def _fails(results: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(one for one in results if one[:2] == ("dmarc", "fail"))


def _read(value: bytes, *, odd: bool) -> tuple[str, tuple[Result, ...]] | None:
    """(authserv-id, results) of one field; None when it tells neither whose it is nor anything against the sender."""
    bare, closed = _bare(value)
    without_id = _METHOD.match(bare)
    if without_id and without_id[1].lower() in _EXCHANGE:
        name, pieces = "", bare.split(";")
        strict = all(_about(piece, _EXCHANGES_OWN) is not None for piece in pieces)
    else:
        named = _ID.match(bare)
        name, pieces = named[1].lower() if named else "", bare.split(";")[1:]
        strict = _is_standard(value, name) and all(_about(piece) is not None for piece in pieces)
    methods = ((_METHOD.match(piece), _about(piece, _EXCHANGES_OWN)) for piece in pieces)
    results = tuple((one[1].lower(), one[2].lower(), about or "") for one, about in methods if one)
    if odd or not strict or not closed or len(value) > LONGEST or not _PLAIN.fullmatch(value):
        results = _fails(results)
    return (name, results) if name or results or without_id else None


def _is_standard(value: bytes, name: str) -> bool:
    """True for a field as RFC 8601 section 2.2 has it that begins with that very authserv-id."""
    if len(value) > LONGEST:  # it is believed in nothing but its fails, and authres would read it for seconds
        return False
    try:
        parsed = authres.AuthenticationResultsHeader.parse("Authentication-Results: " + value.decode("ascii"))
    except Exception:  # authres raises whatever its parser meets
        return False
    begins = value.lower().startswith(name.encode())
    return begins and getattr(parsed, "version", None) in (None, "1", 1) and str(parsed.authserv_id).lower() == name


def _about(piece: str, besides: re.Pattern[str] | None = None) -> str | None:
    """Whom a result vouches for, "" for nobody; None when it would, but anything in it is odd or said twice.

    `besides` is what may stand between its properties although the standard has no such thing.
    """
    method = _METHOD.match(piece)
    wanted = _VOUCHES.get(method[1].lower()) if method else None
    if method is None or wanted is None:
        return "" if method or piece.strip().lower() == "none" else None
    reason = _REASON.match(piece, method.end())
    at = reason.end() if reason else method.end()
    about = []
    while found := _PROPERTY.match(piece, at) or (besides.match(piece, at) if besides else None):
        if found.re is _PROPERTY and (found[1].lower(), found[2].lower()) == wanted:
            about.append(found[3].strip('"').lower())
        at = found.end()
    return None if piece[at:].strip() or len(about) > 1 else "".join(about)


def _bare(value: bytes) -> tuple[str, bool]:
    """A value without its comments (RFC 5322 section 3.2.2), and whether each of them and each quoted string is closed.

    Nothing inside them is a result (threats A-16): what would part a quoted string becomes an underscore.
    """
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value[:LONGEST].decode("ascii", "replace"):
        if escaped:
            escaped = False
        elif char == "\\" and (depth or quoted):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
            kept.append(char)
        elif quoted:
            kept.append("_" if char in "();= \t" else char)
        elif char == "(":
            depth += 1
            kept.append(" ")
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return " ".join("".join(kept).replace("\0", " ").split()), not depth and not quoted
