"""Letters to an agent about a mail of their own: what was done, what was not, and what they can answer to that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailgate.core.commands.judging import Refusal
from mailgate.core.commands.reader import Command, Doubt
from mailgate.core.commands.receipt_words import sentences
from mailgate.core.letters import readers
from mailgate.core.mails.case import Case
from mailgate.core.model.change import Decision, Fate, Outbound, WhyParked
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.policy import Agent, Policy

AUTOMATIC = "automatic"  # why a mail waits that reads like a program's
EXCERPT = 500  # characters of a mail in a question about it
FORGED_ALARM = 10  # unproven mails in one agent's name within an hour that the admin hears of


def park(
    case: Case,
    agent: Agent,
    why: str,
    *,
    commands: Sequence[Command] = (),
    problems: Sequence[Doubt] = (),
    refused: Iterable[dict[str, Any]] = (),
    **context: Any,
) -> Decision:
    """Nothing of the mail happens; the agent is told what was understood and gets three one-tap answers."""
    understood = [str(command) for command in commands]
    doubts = [*(_doubt(problem, agent.language) for problem in problems), *refused]
    if why in sentences.WHY:
        said = sentences.of_reason(why, agent.language)
        doubts.append({"text": case.mail.subject or "?", "why": said, "nearest": ""})
    number = case.match.ticket.number if case.match.ticket else None
    letter = receipt_letter(
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
    return case.decided(
        Fate.PARKED,
        why,
        parking=WhyParked(why, agent.name, understood=tuple(understood)),
        letters=(letter,),
        trace={**case.trace(), "commands": [*understood, *(f"?{problem.word}" for problem in problems)]},
    )


def again(case: Case, agent: Agent, asked: SentLetter) -> Decision:
    """The same question once more, in a letter of today: its links are good, and it shows what they would do."""
    letter = receipt_letter(
        case, agent, "receipt", purpose="release", mail=asked.mail, context={**asked.context, "parked": True},
        dedupe=f"again:{asked.mail}:{case.now:%Y-%m-%dT%H}",
    )  # fmt: skip
    return case.decided(Fate.FILED, "old_receipt", letters=(letter,))


def _doubt(problem: Doubt, language: str) -> dict[str, Any]:
    nearest = ", ".join(f"#{name}" for name in problem.nearest[:3])
    return {
        "text": problem.line[:200] or problem.word,
        "why": sentences.of_trouble(problem, language),
        "nearest": nearest,
    }


def refused_line(command: Command, refused: Refusal, language: str) -> dict[str, Any]:
    """A command that was understood and not granted."""
    nearest = refused.nearest[0] if refused.nearest else ""
    return {"text": str(command), "why": sentences.of_refusal(refused, language), "nearest": nearest}


def was_it_you(case: Case, agent: Agent, why: str) -> Decision:
    """Somebody wrote in an agent's name without proof: the configured address is asked, and once in ten minutes.

    While a question is open the mail waits for the next one, which names it (`question`).
    """
    asked = _may_ask(case, agent, why)
    letters = (_question(case, agent), *_many_forged(case, agent)) if asked else _many_forged(case, agent)
    return case.decided(Fate.PARKED, why, parking=_in_doubt(case, agent, why, asked), letters=letters)


def automatic_reply_receipt(case: Case, agent: Agent) -> Decision:
    """A mail that reads like a program's in the agent's name waits; they are asked once an hour, for it may be one."""
    if not case.authority.steer:
        return was_it_you(case, agent, case.authority.why or AUTOMATIC)
    asked = _may_ask(case, agent, AUTOMATIC)
    decision = park(case, agent, AUTOMATIC)
    doubt = _in_doubt(case, agent, AUTOMATIC, asked)
    return replace(decision, parking=doubt, letters=decision.letters if asked else ())


def pause(why: str) -> timedelta:
    """How long after a question that is still open the next one waits."""
    return timedelta(hours=1) if why == AUTOMATIC else timedelta(minutes=10)


def _may_ask(case: Case, agent: Agent, why: str) -> bool:
    last = case.facts.asked_at.get(agent.name)
    return last is None or case.now - last >= pause(why)


def _in_doubt(case: Case, agent: Agent, why: str, asked: bool) -> WhyParked:
    return WhyParked(why, agent.name, doubt=True, asked=asked, text=case.mail.fresh[:EXCERPT])


def _question(case: Case, agent: Agent) -> Outbound:
    about = {"subject": case.mail.subject, "at": case.arrived_at.isoformat(), "text": case.mail.fresh[:EXCERPT],
             "address": case.author.key if case.author else "", "mails": [], "vouch": _vouch(case.policy)}  # fmt: skip
    return receipt_letter(case, agent, "was_it_you", purpose="release", context=about)


def question(policy: Policy, agent: Agent, waiting: Sequence[Mapping[str, Any]], more: int = 0) -> Outbound:
    """One question about every mail that waits: rows of `doubted`, and how many `more` it does not name.

    Its answers settle those it names and no other; `#yes 2` and `#drop 1 3` some of them.
    """
    about = [
        {"n": n, "mail": row["mail"], "subject": row["subject"], "at": row["arrived_at"].isoformat(),
         "text": row["text"], "address": row["author"]}
        for n, row in enumerate(waiting, start=1)
    ]  # fmt: skip
    return readers.to_agent(
        policy, agent, "was_it_you", purpose="release", subject=str(about[0]["subject"]), mail=int(waiting[0]["mail"]),
        context={**_named(about, more), "vouch": _vouch(policy)},
    )  # fmt: skip


def _vouch(policy: Policy) -> str:
    """Who has to vouch for the answer too, "" when our own token in it is enough: else they would say yes for ever."""
    borders = [border.id or "Exchange Online" for border in policy.identity.borders]
    return "" if policy.identity.accept == "token" else " / ".join(borders)


def _named(about: Sequence[Mapping[str, Any]], more: int = 0) -> dict[str, Any]:
    """What the letter says of one mail, or of several; in a row too, for an admin's template that knows of one."""
    first = about[0]
    if len(about) == 1 and not more:
        return {**first, "mails": []}
    texts = (f"{one['n']}. {one['subject']}\n{one['text']}" for one in about)
    addresses = ", ".join(dict.fromkeys(str(one["address"]) for one in about))
    return {**first, "text": "\n\n".join(texts), "address": addresses, "mails": list(about), "more": more}


def settled(asked: SentLetter, argument: str) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    """The mails that `#yes`, `#yes 2`, `#drop 1 3` is about, and their addresses; None when that is unclear."""
    named = list(asked.context.get("mails") or ())
    if len(named) < 2:
        mail = named[0]["mail"] if named else asked.mail
        return ((mail,), (str(asked.context.get("address") or ""),)) if mail else None
    words = [word for word in argument.lower().replace(",", " ").split() if word != "always"]
    if not all(word.isascii() and word.isdigit() and 1 <= int(word[:4]) <= len(named) for word in words):
        return None
    wanted = [named[int(word[:4]) - 1] for word in words] or named
    return tuple(one["mail"] for one in wanted), tuple(dict.fromkeys(str(one["address"]) for one in wanted))


def _many_forged(case: Case, agent: Agent) -> tuple[Outbound, ...]:
    """The admin hears once an hour of somebody who keeps trying an agent's name (threats A-26)."""
    waiting = case.facts.unproven_sender_hour + 1
    if waiting < FORGED_ALARM:
        return ()
    title = f"Many mails in the name of {agent.shown_name} without proof"
    text = (
        f"{waiting} mails or more came within an hour. Nothing of them was done; they wait to be released or dropped."
    )
    return readers.alarm(case.moment, f"forged:{agent.name}", title, text, "mailgate parked")


def done_receipt(
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
        receipt_letter(
            case, agent, "receipt", purpose="note", context={"done": list(lines), "numbers": list(numbers), **context}
        ),
    )


def receipt_letter(case: Case, agent: Agent, template: str, **parts: Any) -> Outbound:
    """A letter to the agent's configured address, threaded under their mail; never to a Reply-To."""
    answers = case.mail.message_id
    return readers.to_agent(
        case.policy,
        agent,
        template,
        in_reply_to=answers,
        references=(answers,) if answers else (),
        subject=parts.pop("subject", case.mail.subject),
        **parts,
    )
