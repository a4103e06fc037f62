"""What an exchange posts to us, as fields: a form, a JSON object, or what stands behind the question mark."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import parse_qsl

LARGEST: Final = 16 * 2**10  # octets of a body or a query
MOST: Final = 100  # fields
LONGEST: Final = 2_000  # characters of one


def fields(type_: str, body: bytes, query: str = "") -> dict[str, tuple[str, ...]]:
    """Every field by its name, one of the body before one of the query. Raises ValueError for what is none of these."""
    if len(body) > LARGEST or len(query) > LARGEST:
        raise ValueError("size")
    kind = type_.partition(";")[0].strip().lower()
    found: dict[str, tuple[str, ...]] = {}
    for name, value in (*_of_body(kind, body), *parse_qsl(query, keep_blank_values=True, max_num_fields=MOST)):
        found[name[:LONGEST]] = (*found.get(name[:LONGEST], ()), value[:LONGEST])
    return found


def _of_body(kind: str, body: bytes) -> list[tuple[str, str]]:
    if not body.strip():
        return []
    try:
        if kind == "application/json":
            return _of_json(json.loads(body))
        if kind == "application/x-www-form-urlencoded":
            return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST)
    except (UnicodeDecodeError, RecursionError):
        pass
    raise ValueError("body")


def _of_json(value: object) -> list[tuple[str, str]]:
    """Plain values of an object; what lies deeper is none of ours."""
    if not isinstance(value, dict) or len(value) > MOST:
        raise ValueError("body")
    plain = (str, int, float)
    return [(name, str(one)) for name, one in value.items() if isinstance(one, plain) and not isinstance(one, bool)]
