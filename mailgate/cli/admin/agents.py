"""`mailgate agents`: the people who answer tickets, and what an admin does for them."""

from __future__ import annotations

import time
from typing import Any

import click

from mailgate.cli import at, show

CARRIERS = ("message-id", "address", "marker", "tap")
STEP = 2.0  # seconds between two looks


@click.group(invoke_without_command=True)
@click.pass_context
def agents(ctx: click.Context) -> None:
    """The people who answer tickets."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, as_json=False)


@agents.command("list")
@show.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Everybody configured, whether they are here, and how many tickets lie on their desk."""
    from mailgate.app.admin import people, staff

    with at.reading(ctx) as (config, store):
        policy = people.known(config.policy, store)
        rows = store.read(lambda read: staff.listed(policy, read, at.now()))
    if as_json:
        show.print_json(rows)
        return
    cells = [
        (r["name"], r["full_name"], r["address"], ", ".join(r["departments"]), r["role"], _standing(r), r["tickets"])
        for r in rows
    ]
    head = ("name", "full name", "address", "departments", "role", "", "tickets")
    show.table(head, cells, stretch=3, empty="No agent is configured.")


def _standing(row: dict[str, Any]) -> str:
    if row["left"]:
        return "has left"
    if not row["active"]:
        return "not active"
    if row["cover"] is None and row["away_until"] is None:
        return ""
    until = f" until {row['away_until']:%Y-%m-%d}" if row["away_until"] else ""
    return f"away{until}" + (f", {row['cover']} covers" if row["cover"] else "")


@agents.command("test")
@click.argument("agent")
@click.option("--wait", "seconds", type=float, default=0.0, metavar="SECONDS", help="Wait so long for the answer.")
@show.json_option
@click.pass_context
def test_(ctx: click.Context, agent: str, seconds: float, as_json: bool) -> int:
    """Prove an agent's whole path: send them a question and see by what proof their answer is known."""
    begun = at.ask(ctx, "agent_test", agent=agent)
    if not as_json:
        click.echo(f"A letter is on its way to {begun['address']}. Answer it with #help on the first line.")
    seen: dict[str, Any] = at.ask(ctx, "agent_tested", letter=begun["letter"])
    end = time.monotonic() + seconds
    while seen["answer"] is None and time.monotonic() < end:
        time.sleep(min(STEP, max(end - time.monotonic(), 0.0)))
        seen = at.ask(ctx, "agent_tested", letter=begun["letter"])
    proven = bool(seen["answer"] and seen["answer"]["proof"])
    if as_json:
        show.print_json({**begun, **seen})
    else:
        _report(seen, waited=seconds > 0)
    return 0 if proven or not seconds else 1


def _report(seen: dict[str, Any], *, waited: bool) -> None:
    click.echo(f"letter:    {seen['state']}" + (f" ({show.clean(seen['error'])})" if seen["error"] else ""))
    answer = seen["answer"]
    if answer is None:
        click.echo("answer:    none yet" + ("" if waited else "; --wait 120 waits for it"))
        return
    click.echo(f"answer:    mail {answer['mail']}, {answer['fate']}")
    click.echo(f"proof:     {answer['proof'] or 'none: ' + str(answer['why'])}")
    for carrier in CARRIERS[:3]:
        click.echo(f"{carrier + ':':<11}{'survived' if carrier in answer['carriers'] else 'lost on the way'}")


@agents.command("desk")
@click.argument("agent")
@click.option("--revoke", is_flag=True, help="Make a new address; the old one is worth nothing from now on.")
@click.pass_context
def desk(ctx: click.Context, agent: str, revoke: bool) -> None:
    """An agent's own address, for questions and commands outside any thread."""
    click.echo(at.ask(ctx, "agent_desk", agent=agent, revoke=revoke))


@agents.command("welcome")
@click.argument("agent")
@click.pass_context
def welcome(ctx: click.Context, agent: str) -> None:
    """Send an agent their first letter, with their desk address as a card; who had left is back."""
    click.echo(f"a welcome is on its way to {at.ask(ctx, 'agent_welcome', agent=agent)}")


@agents.command("train")
@click.argument("agent")
@click.pass_context
def train(ctx: click.Context, agent: str) -> None:
    """Send an agent ten mails to practise with, in a department whose letters reach nobody but agents."""
    tickets = at.ask(ctx, "agent_train", agent=agent)
    click.echo(f"{len(tickets)} mails to practise with are on their way to {agent}: #{tickets[0]} to #{tickets[-1]}")


@agents.command("away")
@click.argument("agent")
@click.argument("words", metavar="[FROM..UNTIL] [cover NAME]", nargs=-1)
@click.pass_context
def away(ctx: click.Context, agent: str, words: tuple[str, ...]) -> None:
    """Note an absence, until the end of their day without FROM..UNTIL: what is theirs goes to the cover, if any."""
    if len(words) > 1 and ".." in words[0] and words[1] != "cover":
        words = (words[0], "cover", *words[1:])
    for line in at.ask(ctx, "agent_away", agent=agent, words=" ".join(words)):
        click.echo(show.clean(line))


@agents.command("back")
@click.argument("agent")
@click.pass_context
def back(ctx: click.Context, agent: str) -> None:
    """End an absence early."""
    for line in at.ask(ctx, "do", number=None, text="#back", agent=agent):
        click.echo(show.clean(line))


@agents.command("leave")
@click.argument("agent")
@click.option("--to", metavar="AGENT", default="", help="Who takes over; else each ticket returns to its department.")
@click.pass_context
def leave(ctx: click.Context, agent: str, to: str) -> None:
    """An agent's last day: their proofs die at once, their work goes on, their name stays in the figures."""
    done = at.ask(ctx, "agent_leave", agent=agent, to=to)
    where = f"to {to}" if to else "back to their departments"
    click.echo(
        f"{len(done['tickets'])} tickets went {where}; {done['revoked']} letters of {agent}'s prove nothing now."
    )
    click.echo(
        f"Nothing {agent} sends is obeyed from now on. Take [[agent]] {agent!r} out of the configuration too, and"
    )
    click.echo("lock the mailbox: what still arrives there are copies of old notices.")
