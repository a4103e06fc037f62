"""Letters to an agent about a mail of their own: what was done, what was not, and what they can answer to that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from mailgate.core.commands import answers, catalogue
from mailgate.core.commands.judging import Refusal
from mailgate.core.commands.reader import Command, Doubt
from mailgate.core.letters import readers
from mailgate.core.mails.case import Case
from mailgate.core.model.change import Decision, Fate, Outbound, WhyParked
from mailgate.core.model.content import Content, Receipt, WasItYou
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail_rows import OpenQuestion
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.said import Said, Words, said
from mailgate.core.model.shown import Gathering, MailInDoubt, RefusedLine

SAID_BY_LINES = frozenset(("commands", "refused"))  # whys that each line of the receipt tells for itself
# Refusals that are questions.
ASKED = frozenset(
    (
        "refused.taken",
        "refused.away",
        "refused.away_alone",
        "refused.requesters_differ",
        "refused.incident_asks",
        "refused.answered_them",
        "refused.came_back",
        "refused.files_gone",
        "refused.wrote_since",
        "refused.forwarded_before",
    )
)
AUTOMATIC = "automatic"  # why a mail waits that reads like a program's
MOST_SHOWN = 30_000  # characters of what waits to be sent
EXCERPT = 500  # characters of a mail in a question about it
FORGED_ALARM = 10  # unproven mails in one agent's name within an hour that the admin hears of


def park(
    case: Case,
    agent: Agent,
    why: str,
    *,
    commands: Sequence[Command] = (),
    problems: Sequence[Doubt] = (),
    refused: Iterable[RefusedLine] = (),
    author: str = "",
    to: tuple[str, ...] | None = None,
    corrected: str = "",
    corrected_to: tuple[str, ...] = (),
    wordless: bool = False,
    meant: Sequence[Command] = (),
    about: str = "",
    gathers: Gathering | None = None,
    **params: str,
) -> Decision:
    """Nothing of the mail happens; the agent is told what was understood and gets three one-tap answers.

    `author` is whose words wait, where another is asked; for `to`, `corrected` and `gathers` see `content.Receipt`.
    `meant` is what the mail most likely asks for, `about` the mark of the one of its tickets that was refused.
    """
    not_done = [*(_doubt(problem, case.policy) for problem in problems), *refused]
    refused_lines = {line.text: line.why for line in not_done}
    doubts = [replace(line, text=f"{about} {line.text}") for line in not_done] if about else not_done
    understood = [line for line in map(str, commands) if line not in refused_lines]
    wanted = [line for line in map(str, meant or commands) if _may_be_done(refused_lines.get(line))]
    if why not in SAID_BY_LINES:
        doubts.append(RefusedLine(case.mail.subject or "?", answers.of_reason(why, **params)))
    if case.held and case.mail.unsent:
        unsent = answers.of_reason("unsent", n=str(case.mail.unsent))
        doubts.append(RefusedLine(case.mail.subject or "?", unsent))
    number = case.match.ticket.number if case.match.ticket else None
    letter = receipt_letter(
        case,
        agent,
        Receipt(
            parked=True,
            ticket=number,
            understood=tuple(understood),
            meant=tuple(wanted),
            refused=tuple(doubts),
            text=(case.may_leave if to is None else case.policy.without_agents(case.may_leave))[:MOST_SHOWN],
            author=author,
            to=to,
            corrected=corrected or ("note" if number else "waits"),
            corrected_to=corrected_to,
            wordless=wordless,
            gathers=gathers,
        ),
        purpose=Purpose.RELEASE,
    )
    return case.decided(
        Fate.PARKED,
        why,
        parking=WhyParked(why, agent.name, understood=tuple(understood)),
        letters=(letter,),
        trace=case.trace([*understood, *(f"?{problem.word}" for problem in problems)]),
    )


def _may_be_done(why: Words | None) -> bool:
    """True for a command that nothing stands against but a question, which a button answers."""
    return why is None or (isinstance(why, Said) and why.code in ASKED)


def again(case: Case, agent: Agent, question: SentLetter) -> Decision:
    """The same question once more, in a letter of today: its links are good, and it shows what they would do."""
    dedupe = f"again:{question.mail}:{case.now:%Y-%m-%dT%H}"
    old = question.content
    kept = old if isinstance(old, Receipt) else Receipt(text=old.text if isinstance(old, WasItYou) else None)
    letter = receipt_letter(
        case, agent, replace(kept, parked=True), purpose=Purpose.RELEASE, mail=question.mail, dedupe=dedupe
    )
    return case.decided(Fate.FILED, "old_receipt", letters=(letter,))


def _doubt(problem: Doubt, policy: Policy) -> RefusedLine:
    meant = (catalogue.as_meant(problem.word, name, policy.command_aliases) for name in problem.nearest[:3])
    nearest = ", ".join(f"#{name}" for name in meant)
    return RefusedLine(problem.line[:200] or problem.word, answers.of_doubt(problem), nearest)


def refused_line(command: Command, refused: Refusal) -> RefusedLine:
    """A command that was understood and not granted."""
    nearest = refused.nearest[0] if refused.nearest else ""
    return RefusedLine(str(command), answers.of_refusal(refused), nearest)


def was_it_you(case: Case, agent: Agent, why: str) -> Decision:
    """Somebody wrote in an agent's name without proof: the configured address is asked, and once in ten minutes.

    While a question is open the mail waits for the next one, which names it (`question`).
    """
    asks = _may_ask(case, agent, why)
    letters = (_question(case, agent), *_many_forged(case, agent)) if asks else _many_forged(case, agent)
    return case.decided(Fate.PARKED, why, parking=_in_doubt(case, agent, why, asks), letters=letters)


def automatic_reply_receipt(case: Case, agent: Agent) -> Decision:
    """A mail that reads like a program's in the agent's name waits; they are asked once an hour, for it may be one."""
    if not case.authority.steer:
        return was_it_you(case, agent, case.authority.why or AUTOMATIC)
    asks = _may_ask(case, agent, AUTOMATIC)
    decision = park(case, agent, AUTOMATIC)
    doubt = _in_doubt(case, agent, AUTOMATIC, asks)
    return replace(decision, parking=doubt, letters=decision.letters if asks else ())


def pause(why: str) -> timedelta:
    """How long after a question that is still open the next one waits."""
    return timedelta(hours=1) if why == AUTOMATIC else timedelta(minutes=10)


def _may_ask(case: Case, agent: Agent, why: str) -> bool:
    last = case.facts.asked_at.get(agent.name)
    return last is None or case.now - last >= pause(why)


def _in_doubt(case: Case, agent: Agent, why: str, asks: bool) -> WhyParked:
    return WhyParked(why, agent.name, doubt=True, asked=asks, text=case.mail.fresh[:EXCERPT])


def _question(case: Case, agent: Agent) -> Outbound:
    about = WasItYou(
        subject=case.mail.subject,
        at=case.arrived_at.isoformat(),
        text=case.mail.fresh[:EXCERPT],
        address=case.author.key if case.author else "",
        vouch=_vouch(case.policy),
    )
    return receipt_letter(case, agent, about, purpose=Purpose.RELEASE)


def question(policy: Policy, agent: Agent, waiting: Sequence[OpenQuestion], more: int = 0) -> Outbound:
    """One question about every mail that waits: rows of `doubted`, and how many `more` it does not name.

    Its answers settle those it names and no other; `#yes 2` and `#drop 1 3` some of them.
    """
    about = [
        MailInDoubt(n, row.mail, row.subject, row.arrived_at.isoformat(), row.text, row.author)
        for n, row in enumerate(waiting, start=1)
    ]
    return readers.to_agent(
        policy,
        agent,
        replace(_named(about, more), vouch=_vouch(policy)),
        purpose=Purpose.RELEASE,
        subject=about[0].subject,
        mail=about[0].mail,
    )


def _vouch(policy: Policy) -> str:
    """Who has to vouch for the answer too, "" when our own token in it is enough: else they would say yes for ever."""
    borders = [border.id or "Exchange Online" for border in policy.identity.borders]
    return "" if policy.identity.accept == "token" else " / ".join(borders)


def _named(about: Sequence[MailInDoubt], more: int = 0) -> WasItYou:
    """What the letter says of one mail, or of several; in a row too, for an admin's template that knows of one."""
    first = about[0]
    shown = WasItYou(
        n=first.n, mail=first.mail, subject=first.subject, at=first.at, text=first.text, address=first.address
    )
    if len(about) == 1 and not more:
        return shown
    texts = (f"{one.n}. {one.subject}\n{one.text}" for one in about)
    addresses = ", ".join(dict.fromkeys(one.address for one in about))
    return replace(shown, text="\n\n".join(texts), address=addresses, mails=tuple(about), more=more)


def settled(question: SentLetter, argument: str) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    """The mails that `#yes`, `#yes 2`, `#drop 1 3` is about, and their addresses; None when that is unclear."""
    content = question.content if isinstance(question.content, WasItYou) else WasItYou()
    named = content.mails
    if len(named) < 2:
        mail = named[0].mail if named else question.mail
        return ((mail,), (content.address,)) if mail else None
    words = [word for word in argument.lower().replace(",", " ").split() if word != "always"]
    if not all(word.isascii() and word.isdigit() and 1 <= int(word[:4]) <= len(named) for word in words):
        return None
    wanted = [named[int(word[:4]) - 1] for word in words] or named
    return tuple(one.mail for one in wanted), tuple(dict.fromkeys(one.address for one in wanted))


def _many_forged(case: Case, agent: Agent) -> tuple[Outbound, ...]:
    """The admin hears once an hour of somebody who keeps trying an agent's name (threats A-26)."""
    waiting = case.facts.unproven_sender_hour + 1
    if waiting < FORGED_ALARM:
        return ()
    title = said("alarm.forged", agent=agent.shown_name)
    text = said("alarm.forged_text", waiting=waiting)
    return readers.alarm(case.moment, f"forged:{agent.name}", title, text, "mailgate parked")


def done_receipt(
    case: Case,
    agent: Agent,
    lines: Sequence[Words],
    *,
    always: bool = False,
    numbers: Sequence[int] = (),
    newer: str = "",
    text: str | None = None,
    asks: tuple[Words, ...] | None = None,
) -> tuple[Outbound, ...]:
    """A receipt of what was done, for agents who want one always, or when there is something they must know."""
    if not always and agent.receipts != "always" and not (newer or text or asks):
        return ()
    about = Receipt(done=tuple(lines), numbers=tuple(numbers), newer=newer, text=text, asks=asks)
    return (receipt_letter(case, agent, about, purpose=Purpose.NOTE),)


def receipt_letter(
    case: Case, agent: Agent, content: Content, *, purpose: Purpose, mail: int | None = None, dedupe: str = ""
) -> Outbound:
    """A letter to the agent's configured address, threaded under their mail; never to a Reply-To."""
    return readers.to_agent(
        case.policy,
        agent,
        content,
        purpose=purpose,
        in_reply_to=case.mail.message_id,
        subject=case.mail.subject,
        mail=mail,
        dedupe=dedupe,
    )
