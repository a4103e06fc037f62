"""Letters to an agent about a mail of their own: what was done, what was not, and what they can answer to that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mailgate.core import answers, notice, unreadable
from mailgate.core.case import Case
from mailgate.core.change import Decision, Fate, Outbound, Parking
from mailgate.core.command import Command, Trouble
from mailgate.core.order import Refusal
from mailgate.core.policy import Agent

FORGED_ALARM = 10  # unproven mails in one agent's name within an hour that the admin hears of


def parked(
    case: Case,
    agent: Agent,
    why: str,
    *,
    commands: Sequence[Command] = (),
    problems: Sequence[Trouble] = (),
    refused: Iterable[dict[str, Any]] = (),
    **context: Any,
) -> Decision:
    """Nothing of the mail happens; the agent is told what was understood and gets three one-tap answers."""
    understood = [str(command) for command in commands]
    doubts = [*(_doubt(problem, agent.language) for problem in problems), *refused]
    if why in answers.WHY:
        said = answers.of_reason(why, agent.language)
        doubts.append({"text": case.mail.subject or "?", "why": said, "nearest": ""})
    number = case.match.ticket.number if case.match.ticket else None
    letter = to(
        case,
        agent,
        "receipt",
        purpose="release",
        context={
            "parked": True,
            "ticket": number,
            "understood": understood,
            "refused": doubts,
            "text": case.mail.fresh[:2000],
            **context,
        },
    )
    return case.end(
        Fate.PARKED,
        why,
        parking=Parking(why, agent.name, understood=tuple(understood)),
        letters=(letter,),
        trace={**case.trace(), "commands": [*understood, *(f"?{problem.word}" for problem in problems)]},
    )


def _doubt(problem: Trouble, language: str) -> dict[str, Any]:
    nearest = ", ".join(f"#{name}" for name in problem.nearest[:3])
    return {
        "text": problem.line[:200] or problem.word,
        "why": answers.of_trouble(problem, language),
        "nearest": nearest,
    }


def refusal(order: Command, refused: Refusal, language: str) -> dict[str, Any]:
    """A command that was understood and not granted."""
    nearest = refused.nearest[0] if refused.nearest else ""
    return {"text": str(order), "why": answers.of_refusal(refused, language), "nearest": nearest}


def was_it_you(case: Case, agent: Agent, why: str) -> Decision:
    """Somebody wrote in an agent's name without proof: the configured address is asked, at most once in ten minutes."""
    bucket = f"{case.now:%Y-%m-%dT%H}{case.now.minute // 10}"
    letter = to(
        case,
        agent,
        "was_it_you",
        purpose="release",
        dedupe=f"was_it_you:{agent.name}:{bucket}",
        context={"subject": case.mail.subject, "at": case.arrived_at.isoformat(), "text": case.mail.fresh[:500],
                 "address": case.author.key if case.author else ""},
    )  # fmt: skip
    letters = (letter, *_many_forged(case, agent))
    return case.end(Fate.PARKED, why, parking=Parking(why, agent.name), letters=letters)


def automatic(case: Case, agent: Agent) -> Decision:
    """A mail that reads like a program's in the agent's name waits; they are asked once an hour, for it may be one."""
    if not case.authority.steer:
        return was_it_you(case, agent, case.authority.why or "automatic")
    decision = parked(case, agent, "automatic")
    dedupe = f"automatic:{agent.name}:{case.now:%Y-%m-%dT%H}"
    return replace(decision, letters=tuple(replace(letter, dedupe=dedupe) for letter in decision.letters))


def _many_forged(case: Case, agent: Agent) -> tuple[Outbound, ...]:
    """The admin hears once an hour of somebody who keeps trying an agent's name (threats A-26)."""
    waiting = case.facts.unproven_sender_hour + 1
    if waiting < FORGED_ALARM:
        return ()
    title = f"Many mails in the name of {agent.shown_name} without proof"
    text = (
        f"{waiting} mails or more came within an hour. Nothing of them was done; they wait to be released or dropped."
    )
    return unreadable.alarm(case.policy, case.now, f"forged:{agent.name}", title, text, "mailgate parked")


def done(
    case: Case,
    agent: Agent,
    lines: Sequence[str],
    *,
    always: bool = False,
    numbers: Sequence[int] = (),
    **context: Any,
) -> tuple[Outbound, ...]:
    """A receipt of what was done, for agents who want one always, or when there is something they must know."""
    if not always and agent.receipts != "always" and not any(context.values()):
        return ()
    return (
        to(case, agent, "receipt", purpose="note", context={"done": list(lines), "numbers": list(numbers), **context}),
    )


def to(case: Case, agent: Agent, template: str, **parts: Any) -> Outbound:
    """A letter to the agent's configured address, threaded under their mail; never to a Reply-To."""
    answers = case.mail.message_id
    return notice.to_agent(
        case.policy,
        agent,
        template,
        in_reply_to=answers,
        references=(answers,) if answers else (),
        subject=parts.pop("subject", case.mail.subject),
        **parts,
    )
