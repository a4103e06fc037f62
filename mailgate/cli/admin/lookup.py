"""`mailgate contacts lookup`: what another program says of somebody now, and what becomes of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from mailgate.cli import at, show
from mailgate.cli.admin import customers  # its commands are of the same group
from mailgate.cli.admin.people import contacts
from mailgate.errors import Permanent

if TYPE_CHECKING:
    from mailgate.core.customers.answer import Answer
    from mailgate.core.customers.question import Said

SHOWN = 4000  # characters of an answer


@contacts.command("lookup")
@click.argument("address")
@show.json_option
@click.pass_context
def lookup(ctx: click.Context, address: str, as_json: bool) -> None:
    """Ask the program of [lookup] about ADDRESS, or a telephone number, and show what it says; nothing is kept."""
    from mailgate.app.lookup import asking, question, reading
    from mailgate.app.lookup.mapping import Unfit
    from mailgate.core.customers.question import Person
    from mailgate.core.model.mail import canonical
    from mailgate.wiring import look_up

    with at.reading(ctx) as (config, store):
        if not config.lookup.on:
            raise Permanent(f"{config.path} has no [lookup] with a url or a command")
        person = Person(canonical(address)) if "@" in address else Person(phone=address)
        if not person.key:
            raise Permanent(f"{address} is nothing to ask about: give an address, or a telephone number of 7 digits")
        person = store.read(lambda read: asking.complete(person, read))
    if not question.fits(config.lookup, person):
        raise Permanent(f"nothing of {address} is in the question of [lookup]: there is no place in {{}} for it")
    began = time.monotonic()
    said = look_up(config, person)
    took = time.monotonic() - began
    try:
        answer = reading.read(said, config.lookup, at.now())
    except Unfit as error:
        _show_said(said)
        raise Permanent(f"{error} (after {took:.2f} s)") from None
    if as_json:
        show.print_json(
            {"seconds": round(took, 3), "outcome": answer.outcome, "people": answer.count, "customer": _fields(answer)}
        )
        return
    _show_said(said)
    click.echo(f"\n{_became(answer)}, after {took:.2f} s")
    for name, value in _fields(answer).items():
        click.echo(f"  {show.clean(name)}: {show.clean(value)}")


def _show_said(said: Said | None) -> None:
    """The answer as it came, laid out where it is JSON."""
    if said is None:
        click.echo("404: nobody")
        return
    text = said.body.decode("utf-8", "replace")
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        pass
    click.echo(show.clean_lines(text[:SHOWN]) + (" …" if len(text) > SHOWN else ""))


def _became(answer: Answer) -> str:
    words = {
        "person": "One person",
        "nobody": "Nobody: none of `fields` is in it",
        "several": f"{answer.count} people: none is chosen",
    }
    return words[answer.outcome]


def _fields(answer: Answer) -> dict[str, Any]:
    one = answer.customer
    if one is None:
        return {}
    plain = {name: getattr(one, name) for name in ("name", "company", "number", "language", "tier", "agent")}
    links = {f"links.{label}": address for label, address in one.links.items()}
    found = {**plain, "phone": ", ".join(one.phones), **links, **one.fields}
    return {name: value for name, value in found.items() if value}


__all__ = ["contacts", "customers"]
