"""What a proven mail of an agent does: every command on every ticket, then its words, or the lines of a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailgate.core.channels.channel import MAIL
from mailgate.core.commands import about_answers, answers, catalogue, reader, workflow
from mailgate.core.commands.line import MARK, NAME
from mailgate.core.commands.reader import Command, CommandReading
from mailgate.core.letters import readers, status_letters
from mailgate.core.mails import agent_answer, agent_words, receipt, scope
from mailgate.core.mails.case import Case
from mailgate.core.mails.match import Evidence, Match, subject_numbers
from mailgate.core.model import changed
from mailgate.core.model.change import AddEntry, Change, Decision, Effect, Fate, JudgeWave, Outbound, Step
from mailgate.core.model.content import Handover, Question, Receipt
from mailgate.core.model.facts import WhyParked
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import Said, Words, said
from mailgate.core.model.shown import AskedFor, Gathering
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import session, token
from mailgate.core.proof.authority import Proof
from mailgate.core.text import marks
from mailgate.core.worktime import sla

# What an agent hears of whether they want receipts or not.
_ALOUD = frozenset(
    {"undone_but_sent", "answer_undone", "news", "news_off", "no_news", "incident", "incident_over", "no_incident"}
)
_USED = re.compile(rf"\s*[{MARK}]?([0-9]{{1,3}})[.):]?\s+[{MARK}]?((?>{NAME}))(.*)")


@dataclass(slots=True)
class CarriedOut:
    """What has been decided so far, ticket by ticket."""

    steps: list[Step] = field(default_factory=list)
    lines: list[Words] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    letters: list[Outbound] = field(default_factory=list)  # those that belong to no ticket
    overtaken: bool = False  # the customer has written since the letter that was answered
    asks: tuple[Words, ...] | None = None  # what else the agent must hear although all went well
    receipt: bool = False  # and that there is a receipt, whether they want one or not
    listed: bool = False  # the mail answers a list, not a letter about one ticket
    several: bool = False  # it is about more than one: each line of the receipt says about which
    crowd: frozenset[str] = frozenset()  # commands of a list's answer that are for more than one of its lines


# --- commands and words -----------------------------------------------------------------------------------------------


def carry_out(case: Case, agent: Agent, tickets: tuple[Ticket, ...], reading: CommandReading) -> Decision:
    """Every command on every ticket, then the words; the first refusal parks the mail whole."""
    done = CarriedOut(several=len(tickets) > 1)
    weak = agent_words.lacks_proof(case)
    if weak and not agent_words.link_is_enough(case, weak, reading.commands):
        return agent_words.park(case, agent, weak, reading)
    speaks = agent_words.speaks(reading.commands) or reading.has_command("answer")
    if case.held and case.authority.proof is not Proof.RELEASED and speaks:
        return agent_words.park(case, agent, str(case.held), reading)
    commands = [one for one in reading.commands if not one.question]
    for ticket in tickets or (None,):
        stopped = _on_ticket(_now_known(case, done), agent, ticket, commands, reading, done)
        if stopped:
            return stopped
    questions = [one for one in reading.commands if one.question]
    letters = (*done.letters, *_question_letter(case, agent, questions, tickets, done))
    letters += receipt.done_receipt(
        case,
        agent,
        done.lines,
        always=done.receipt,
        numbers=_numbers(done),
        newer="overtaken" if done.overtaken else "",
        asks=done.asks,
    )
    trace = case.trace(str(one) for one in reading.commands)
    reason = "commands" if reading.only_commands else "answer"
    return case.decided(
        Fate.FILED, reason, steps=tuple(done.steps), letters=letters, effects=tuple(done.effects), trace=trace
    )


def _now_known(case: Case, done: CarriedOut) -> Case:
    """The case as the ticket before has left it."""
    letters = done.steps[-1].outbound if done.steps else ()
    return replace(case, moment=status_letters.having_asked(case.moment, letters))


def _on_ticket(
    case: Case, agent: Agent, ticket: Ticket | None, commands: list[Command], reading: CommandReading, done: CarriedOut
) -> Decision | None:
    crowd = any(one.name in done.crowd for one in commands)
    world = agent_words.world_of(case, ticket, reading, crowd=crowd)
    if ticket and agent_words.to_customer(case, reading) and agent_answer.goes_by_mail(case, ticket, commands):
        commands = [*commands, Command("via", MAIL)] if reading.rest.strip() else commands
    plan = workflow.plan(commands, ticket, workflow.Actor(agent=agent), world)
    about = case.policy.tag(ticket.number) if ticket is not None and done.several else ""
    stopped = _refused(case, agent, plan, reading, about) or _kept_back(case, agent, plan, reading)
    if stopped:
        return stopped
    done.lines += [answers.of_outcome(command, outcome, about) for command, outcome in plan.granted]
    if any(outcome.answer in _ALOUD for _, outcome in plan.granted):
        done.receipt = True
    done.effects += plan.effects
    done.letters += plan.letters
    done.steps += plan.elsewhere
    outcomes = {command.name: outcome for command, outcome in plan.granted}
    again = "new" in outcomes and any(step.ticket is None for step in done.steps)
    if plan.opens and not again:  # however many tickets the subject names, it is one first letter
        done.steps.append(agent_words.new_ticket(case, agent, plan, outcomes, reading.rest))
    if ticket is None:
        taken = plan.opens or agent_words.TAKE_WORDS & outcomes.keys()
        if reading.rest.strip() and not taken and not reading.only_commands:
            return agent_words.park(case, agent, "no_ticket", reading)
        return None
    after = changed.ticket_after(ticket, plan.changes, case.now)
    said = agent_words.customer_heard(case, agent, after, reading, outcomes, plan.changes)
    if isinstance(said, Decision):
        return said
    changes = [*plan.changes, *said[0]]
    if said[0]:
        changes += sla.deadlines_after(case.moment, ticket, changed.ticket_after(ticket, changes, case.now))
        if agent_answer.customer_wrote_since(case, ticket) and any(one.template == "answer" for one in said[1]):
            done.overtaken = True
        already = agent_answer.in_agents_own_copy(case, ticket)
        if already and agent_words.to_customer(case, reading):
            done.asks = (answers.of_reason("had_already", who=", ".join(already)),)
        if any(one.template == "answer" for one in said[1]) and (left := _left_behind(case, after)):
            done.asks = (*(done.asks or ()), *left)
        gone = [] if "only" in outcomes else agent_answer.no_longer(case, after, plan.changes)
        if gone and any(one.template == "answer" for one in said[1]):
            told = answers.of_reason("no_longer", who=", ".join(gone))
            done.asks = (*(done.asks or ()), told)
    letters = (*plan.outbound, *said[1], *_thread_for(case, agent, ticket, changes, done, plan.outbound))
    done.steps.append(Step(ticket.number, tuple(changes), (*letters, *_stages(case, ticket, changes, letters))))
    return None


def _left_behind(case: Case, ticket: Ticket) -> list[Said]:
    """What of the agent's files does not go along with their answer, and why."""
    found = [answers.of_reason("winmail")] if "winmail_unread" in case.mail.flags else []
    behind = agent_answer.stays_behind(case, ticket)
    return [*found, *([answers.of_reason("chat_files", files=", ".join(behind))] if behind else [])]


def _refused(case: Case, agent: Agent, plan: workflow.Plan, reading: CommandReading, about: str) -> Decision | None:
    """Parked: a command that was not granted; None where all were."""
    if not plan.refused:
        return None
    gathers = next((why.gathers for _, why in plan.refused if why.gathers), None)
    if gathers and len(plan.refused) == 1 and plan.refused[0][1].code == "answer_asks":
        return _for_the_lead(case, agent, *plan.refused[0], gathers)
    return agent_words.park(
        case, agent, "refused", reading, about=about,
        refused=[receipt.refused_line(command, why) for command, why in plan.refused],
        gathers=gathers,
    )  # fmt: skip


def _for_the_lead(case: Case, agent: Agent, order: Command, why: workflow.Refusal, gathers: Gathering) -> Decision:
    """One answer for many waits for the department's lead, who sees its words and how many get it."""
    lead = readers.lead_here(case.moment, gathers.department) or agent
    named = replace(order, argument=f"+{gathers.name}")
    asks = Receipt(
        parked=True,
        meant=(str(named),),
        refused=(receipt.refused_line(named, why),),
        text=gathers.words,
        author=agent.name,
        corrected="waits",
        gathers=gathers,
    )
    letters = [receipt.receipt_letter(case, lead, asks, purpose=Purpose.RELEASE)]
    if lead.name != agent.name:
        what = said("mailing.waits", name=lead.shown_name)
        told = said("done.line", command=asks.meant[0], what=what)
        letters.append(receipt.receipt_letter(case, agent, Receipt(done=(told,)), purpose=Purpose.NOTE))
    parking = WhyParked("for_lead", lead.name, understood=asks.meant)
    return case.decided(Fate.PARKED, "for_lead", parking=parking, letters=tuple(letters))


def _kept_back(case: Case, agent: Agent, plan: workflow.Plan, reading: CommandReading) -> Decision | None:
    """Parked: what goes beyond the proof, and words to people who have not written with something of the house."""
    if scope.beyond_proof(case, scope.further_tickets(plan)):
        return agent_words.park(case, agent, "beyond", reading)
    speaks = any(one.name in ("new", "news", "answer") and not one.question for one in reading.commands)
    leaves = speaks or any(reading.has_command(name) for name in ("ask", "forward"))
    if leaves and marks.has_mark("\n".join((*map(str, reading.commands), reading.rest))):
        return agent_words.park(case, agent, "marks", reading, author=agent.name)
    if not speaks or case.authority.proof is Proof.RELEASED:
        return None
    own_line = any(reading.has_command(name) for name in ("news", "answer"))
    words = "\n".join((*map(str, reading.commands), reading.rest)) if own_line else reading.rest
    if token.stands_in(words, case.policy.markers):
        return agent_words.park(case, agent, "internal", reading, author=agent.name)
    if case.policy.names_an_agent(words):
        return agent_words.park(case, agent, "address", reading, author=agent.name)
    return None


def _stages(
    case: Case, ticket: Ticket, changes: Sequence[Change], letters: Iterable[Outbound] = ()
) -> tuple[Outbound, ...]:
    """What the customer is told of it, unless an answer tells them anyway."""
    after = changed.ticket_after(ticket, changes, case.now)
    elsewhere = any(isinstance(one, AddEntry) and one.only not in ("", ticket.requester.key) for one in changes)
    said = any(one.template == "answer" for one in letters) and not elsewhere
    return status_letters.letter_for_change(case.moment, ticket, after, changes, said=said, hold=True)


def _thread_for(
    case: Case, agent: Agent, ticket: Ticket, changes: Sequence[Change], done: CarriedOut, sent: Iterable[Outbound] = ()
) -> tuple[Outbound, ...]:
    """Who takes a ticket from a list has no letter of it to answer yet: they get its whole thread with its files."""
    after = changed.ticket_after(ticket, changes, case.now)
    if not done.listed or after.owner != agent.name or ticket.owner == agent.name:
        return ()
    if any(one.template == "handover" and one.agent == agent.name for one in sent):
        return ()
    return (readers.to_agent(case.policy, agent, Handover(), purpose=Purpose.CUSTOMER),)


def _numbers(done: CarriedOut) -> tuple[int, ...]:
    """The tickets a receipt speaks of: an answer to it may move them and no others."""
    return tuple(dict.fromkeys(step.ticket for step in done.steps if step.ticket is not None))


# --- lists and questions ----------------------------------------------------------------------------------------------


def unsaid(case: Case, agent: Agent, reading: CommandReading) -> Decision:
    """An answer to a letter about no ticket: its words and files wait for one, and none of either are nothing."""
    if agent_words.says_something(case, reading):
        return receipt.park(case, agent, "no_ticket")
    return case.decided(Fate.FILED, "nothing")


def many(case: Case, agent: Agent, numbers: tuple[int, ...]) -> Decision | None:
    """Lines like `1 take`, `3 hold fri` in the answer to a list act on many tickets at once; None without any."""
    found = reader.read_numbered(case.mail.fresh, len(numbers), case.policy.command_aliases)
    if not found.actions and not found.problems:
        return None
    if not scope.may_count(case):
        return receipt.was_it_you(case, agent, "list_unproven")
    if found.problems:
        return receipt.park(case, agent, "commands", problems=found.problems)
    no_words = {command: why for _, command in found.actions if (why := about_answers.from_a_list(command))}
    if no_words:
        refused = [receipt.refused_line(command, why) for command, why in no_words.items()]
        return receipt.park(case, agent, "refused", refused=refused)
    names = Counter(command.name for _, command in found.actions)
    done = CarriedOut(listed=True, several=True, crowd=frozenset(name for name, count in names.items() if count > 1))
    for number in dict.fromkeys(number for number, _ in found.actions):
        ticket = case.facts.tickets.get(numbers[number - 1])
        commands = [command for at, command in found.actions if at == number]
        if ticket is None:
            return receipt.park(case, agent, "no_ticket", commands=commands)
        known = _now_known(case, done)
        stopped = _on_ticket(known, agent, ticket, commands, CommandReading(tuple(commands), only_commands=True), done)
        if stopped:
            return stopped
    text, asks = (found.rest, (answers.of_reason("no_ticket"),)) if found.rest else (None, None)
    told = _tells_by_itself(agent, done, [command for _, command in found.actions])
    letters = receipt.done_receipt(
        case, agent, done.lines, always=not told, numbers=_numbers(done), text=text, asks=asks
    )
    letters = (*done.letters, *letters)
    return case.decided(Fate.FILED, "commands", steps=tuple(done.steps), letters=letters, effects=tuple(done.effects))


def _tells_by_itself(agent: Agent, done: CarriedOut, commands: Iterable[Command]) -> bool:
    """True when nothing but tickets was taken, each of whose threads is on its way: a receipt would say it twice."""
    threads = (
        any(one.template == "handover" and one.agent == agent.name for one in step.outbound) for step in done.steps
    )
    return all(command.name == "take" for command in commands) and bool(done.steps) and all(threads)


def articles_by_name(case: Case) -> Case:
    """The answer to a list of articles, about the ticket that one was asked on, each `1 use` written as `#use NAME`."""
    listed = scope.listed_articles(case)
    if listed is None:
        return case
    names = [one.name for one in listed.texts]
    found = catalogue.lookup_for(case.policy.command_aliases)
    fresh, sendable = (
        "\n".join(_used_by_name(line, names, found) for line in text.split("\n"))
        for text in (case.mail.fresh, case.mail.sendable)
    )
    if (fresh, sendable) == (case.mail.fresh, case.mail.sendable):
        return case
    ticket = case.facts.ticket(next(iter(listed.numbers or ()), None))
    match = Match(Evidence.LETTER, ticket, leaked=case.match.leaked) if ticket else case.match
    return replace(case, mail=replace(case.mail, fresh=fresh, sendable=sendable), match=match)


def _used_by_name(line: str, names: Sequence[str], found: catalogue.Lookup) -> str:
    numbered = _USED.fullmatch(line)
    if numbered is None or found.find(numbered[2]) != ("use",):
        return line
    at = int(numbered[1])
    return f"#use {names[at - 1] if 1 <= at <= len(names) else at}{numbered[3]}"


def judge_wave(case: Case, agent: Agent, reading: CommandReading) -> Decision | None:
    """`#spam` or `#notspam` alone in answer to the question about a wave is a word about all of it; None otherwise."""
    wave = scope.wave_asked_about(case)
    verdict = {"spam": "spam", "notspam": "real"}.get(reading.commands[0].name) if len(reading.commands) == 1 else None
    if not wave or verdict is None or reading.problems or reading.commands[0].argument:
        return None
    if not reading.commands[0].word.allows(agent.role) or agent_words.says_something(case, reading.without_commands()):
        return None
    before = case.facts.waves.get(wave, "")
    what = said(f"wave.late_{before}" if before and before != verdict else f"wave.{verdict}")
    line = said("done.line", command=str(reading.commands[0]), what=what)
    letters = receipt.done_receipt(case, agent, (), asks=(line,))  # nothing that `#undo` takes back
    return case.decided(Fate.FILED, "wave", letters=letters, effects=(JudgeWave(wave, verdict),))


def _question_letter(
    case: Case, agent: Agent, questions: list[Command], tickets: tuple[Ticket, ...], done: CarriedOut
) -> tuple[Outbound, ...]:
    """One letter that answers all questions of a mail; its rows are filled in the same transaction.

    `#next` also claims the most pressing ticket, so that two agents never get the same.
    """
    if not questions:
        return ()
    numbers = [ticket.number for ticket in tickets]
    if any(one.name == "next" for one in questions):
        first = next((one for one in case.facts.queue if one.owner is None or one.status is Status.NEW), None)
        first = first or next(iter(case.facts.queue), None)
        if first is not None:
            plan = workflow.plan(
                [Command("take")],
                first,
                workflow.Actor(agent=agent),
                agent_words.world_of(case, first, CommandReading()),
            )
            done.listed = True
            thread = _thread_for(case, agent, first, plan.changes, done)
            done.steps.append(Step(first.number, plan.changes, (*thread, *_stages(case, first, plan.changes))))
            numbers = [first.number]
    asked = tuple(AskedFor(one.name, one.argument) for one in questions)
    return (receipt.receipt_letter(case, agent, Question(ask=asked, numbers=tuple(numbers)), purpose=Purpose.TABLES),)


# --- on a page --------------------------------------------------------------------------------------------------------


def done_on_page(case: Case, reading: CommandReading) -> Decision:
    """What an agent did on a page, where `[web] act` lets pages do it; else it waits for their word by mail.

    What would leave is looked for in the decision itself, so that no command, and no setting that makes a letter of
    one, is forgotten here.
    """
    agent, ticket = case.authority.agent, case.match.ticket
    assert agent is not None
    one = reading.commands[0].name if len(reading.commands) == 1 and not reading.problems else ""
    act = case.policy.web.act
    several = len(subject_numbers(case.mail.subject, case.policy)) != 1
    if ticket is None or several or one not in session.MAY[act]:
        return agent_words.park(case, agent, "page_only", reading)
    if one == session.NOTICE and not reading.commands[0].argument:
        return _thread_again(case, agent, ticket)
    if one == "note" and not reading.rest.strip():  # it is like a letter of ours: kept, for nobody outside reads it
        case, reading = replace(case, mail=replace(case.mail, quoted="")), replace(reading, rest=case.mail.quoted)
    if one in ("note", "reply") and not reading.rest.strip():
        return agent_words.park(case, agent, "empty", reading)
    decision = carry_out(case, agent, (ticket,), reading)
    if decision.fate is Fate.FILED and not session.stays(decision, ticket.number, speaks=act == "all"):
        return agent_words.park(case, agent, "page_only", reading)
    return decision


def _thread_again(case: Case, agent: Agent, ticket: Ticket) -> Decision:
    """The whole thread in a letter whose answer goes to the customer; once a minute, however often it is asked for."""
    once = f"page:{ticket.number}:{agent.name}:{case.now:%Y-%m-%dT%H:%M}"
    letter = readers.to_agent(case.policy, agent, Handover(), purpose=Purpose.CUSTOMER, dedupe=once)
    return case.decided(Fate.FILED, "commands", steps=(Step(ticket.number, (), (letter,)),))
