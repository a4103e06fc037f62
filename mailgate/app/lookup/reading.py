"""What another program answered, read: JSON of a bounded size, or a sentence about what came instead."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from mailgate.app.lookup import mapping
from mailgate.app.lookup.mapping import Unfit
from mailgate.config.tree import Lookup
from mailgate.core.customers.answer import Answer, Outcome
from mailgate.core.customers.question import Said

LARGEST: Final = 64 * 1024  # octets of an answer


def read(said: Said | None, settings: Lookup, as_of: datetime) -> Answer:
    """Who somebody is by an answer; None is nobody. Raises Unfit with a sentence for the admin."""
    if said is None or not said.body.strip():
        return Answer(Outcome.NOBODY)
    return mapping.read(decoded(said), settings.people, settings.fields, as_of)


def decoded(said: Said) -> Any:
    """The JSON of an answer. Raises Unfit."""
    if len(said.body) > LARGEST:
        raise Unfit(f"the answer is larger than {LARGEST // 1024} KB: ask for one person, and fewer fields")
    start = said.body[:200].lstrip().lower()
    if "html" in said.type or start.startswith((b"<!doctype", b"<html")):
        raise Unfit("a page in HTML came instead of JSON: is a login before it, or the address another one?")
    try:
        return json.loads(said.body, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unfit("the answer is not UTF-8") from None
    except RecursionError:
        raise Unfit("the answer is nested too deeply") from None
    except ValueError as error:
        raise Unfit(f"the answer is no JSON: {str(error)[:100]}") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")
