"""`mailgate tickets do`, `next`, `call`: the same work as by mail, at the shell."""

from __future__ import annotations

import base64
import mimetypes
import sys
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

import click

from mailgate.cli import at, show
from mailgate.cli.desk.tickets import print_tickets, tickets
from mailgate.store.base import TicketFilter


@tickets.command("do")
@click.argument("number", type=int)
@click.argument("commands")
@click.option("--as", "agent", required=True, metavar="AGENT", help="Who does it.")
@click.pass_context
def do(ctx: click.Context, number: int, commands: str, agent: str) -> None:
    """Carry out COMMANDS, such as "#close #tag +refund", on a ticket: the same words as by mail."""
    for line in at.ask(ctx, "do", number=number or None, text=commands, agent=agent):
        click.echo(show.clean(line))


@tickets.command("next")
@click.option("--agent", metavar="AGENT", help="Claim it for this agent; without it, only look.")
@show.json_option
@click.pass_context
def next_(ctx: click.Context, agent: str | None, as_json: bool) -> int:
    """The top of the queue: by deadline, priority and age."""
    if agent:
        number = at.ask(ctx, "claim", agent=agent)
        wanted = TicketFilter(numbers=(number,)) if number else None
    else:
        wanted = TicketFilter(status=("new", "open"), unowned=True, limit=1)
    with at.looking(ctx) as store:
        found = store.read(lambda read: read.tickets.matching(wanted, at.now())) if wanted else []
    print_tickets(found, as_json)
    return 0 if found else 1


@tickets.command("call")
@click.option("--customer", metavar="ADDRESS", help="Who called, or their telephone number; of a ticket its requester.")
@click.option("--number", type=int, help="The ticket it was about; without it a new one is opened.")
@click.option("--department", metavar="NAME", help="Where a new ticket belongs; without it the agent's own.")
@click.option("--as", "agent", required=True, metavar="AGENT", help="Who took the call.")
@click.option("--attach", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The recording.")
@click.pass_context
def call(
    ctx: click.Context,
    customer: str | None,
    number: int | None,
    department: str | None,
    agent: str,
    attach: Path | None,
) -> None:
    """File a phone memo (text on standard input) with its recording."""
    if not customer and not number:
        raise click.UsageError("whose call was it? --customer ADDRESS, or --number of their ticket")
    message = EmailMessage()
    message["From"] = f"{agent}@localhost.invalid"
    message["Subject"] = "Phone call"
    message["Date"] = formatdate()
    message.set_content(sys.stdin.read())
    if attach is not None:
        kind = mimetypes.guess_type(attach.name)[0] or "application/octet-stream"
        major, _, minor = kind.partition("/")
        message.add_attachment(attach.read_bytes(), maintype=major, subtype=minor, filename=attach.name)
    raw = base64.b64encode(message.as_bytes(policy=policy.SMTP)).decode()
    about = {"customer": customer or "", "number": number or None, "department": department or ""}
    ticket = at.ask(ctx, "memo", agent=agent, raw=raw, **about)
    click.echo(f"filed in #{ticket}")


__all__ = ["tickets"]
