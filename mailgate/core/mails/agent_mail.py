"""An agent's mail: commands to carry out, words to relay, or a question whether it was really they who wrote."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.commands import answers, judging, reader
from mailgate.core.commands.reader import Command, CommandReading
from mailgate.core.letters import addressee, coaching, readers
from mailgate.core.mails import (
    agent_absence,
    agent_orders,
    agent_words,
    customer,
    guard,
    notices,
    receipt,
    scope,
)
from mailgate.core.mails.case import Case
from mailgate.core.mails.guard import Wrote
from mailgate.core.mails.match import Evidence, Match, subject_numbers
from mailgate.core.model.change import AddAlias, AddEntry, Decision, Effect, Fate, Step, Unpark
from mailgate.core.model.coaching import TraineesAnswer
from mailgate.core.model.content import Notice, Receipt
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import Address, MailKind
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import said
from mailgate.core.model.ticket import EntryKind, Ticket
from mailgate.core.proof import authority, session, token
from mailgate.core.proof.authority import CarriedBy, Proof, outsiders_addressed
from mailgate.core.text import quote, signature
from mailgate.core.text.subject import is_forward

# Written by a program in an agent's name: it steers nothing, whoever sent it (threats ).
AUTOMATIC = (
    Wrote.AUTO_REPLY,
    Wrote.RECEIPT,
    Wrote.CALENDAR,
    Wrote.REACTION,
    Wrote.CHALLENGE,
    Wrote.FEEDBACK,
)
RELEASES = ("send", "drop", "yes", "return")


# --- who it is --------------------------------------------------------------------------------------------------------


def handle_agent_mail(case: Case) -> Decision | None:
    """What an agent's mail does; None when it is to be treated like anybody else's (their own question)."""
    agent = case.authority.agent
    assert agent is not None
    if case.verdict.kind in AUTOMATIC:
        return agent_absence.automatic_mail(case, agent)
    marked = case.verdict.kind is Wrote.AUTO and not guard.declares_itself_automatic(case.mail)
    if marked and case.authority.strong:  # relays put such marks on what people type, too
        return receipt.automatic_reply_receipt(case, agent)
    if case.verdict.robot and case.verdict.kind is not Wrote.LIST:
        return None
    old = _old_receipt(case)
    if old:
        return receipt.again(case, agent, old)
    if not case.authority.steer:
        return receipt.was_it_you(case, agent, case.authority.why)
    if case.facts.msgid_collision:  # a mail of theirs once more, with other words in it (threats A-23)
        return receipt.was_it_you(case, agent, "msgid_collision")
    return _steer(case, agent)


def _old_receipt(case: Case) -> SentLetter | None:
    """The receipt of 0.1.0 whose link this is: it did not show all that it would send, so a new one asks again."""
    if case.authority.why in authority.DOUBTS:
        return None
    links = (one for one in case.authority.carried if one.by is CarriedBy.TAP and one.token.scheme == token.BEFORE)
    letters = (one.letter(case.facts.letters) for one in links)
    return next((one for one in letters if one and one.template == "receipt" and one.purpose == Purpose.RELEASE), None)


def foreign_token(case: Case) -> Decision | None:
    """An agent's valid token from an address nobody knows: perhaps their own, so they are asked (`#yes always`)."""
    if case.facts.known_sender or case.verdict.robot or case.match.ticket is not None:
        return None
    for carried in case.match.leaked:
        agent = case.policy.agent_by_id(carried.token.agent)
        if agent and agent.active and carried.by in (CarriedBy.MESSAGE_ID, CarriedBy.ADDRESS):
            return receipt.was_it_you(case, agent, "unknown_address")
    return None


def released_mail(case: Case, name: str, mode: str, by: str = "") -> Decision | None:
    """A parked mail somebody has vouched for, done as that agent.

    `read`: they did write ("was it you?"), so it is read like any proven mail and may be parked again for another
    reason. `all`: "do that", as it was most likely meant. `words`: without its commands. `by` is the receipt they
    answered: the words reach nobody whom it did not name.
    """
    agent = case.policy.agent(name)
    if agent is None:
        return None
    proof = Proof.CONFIRMED if mode == "read" else Proof.RELEASED
    known = replace(case.authority, agent=agent, proof=proof, why="", steer=True, failed=False, vetoed=False)
    question = case.facts.letters.get(by)
    let_go_by = question.agent if question else name if by else ""
    case = replace(case, authority=known, question=question, let_go_by=let_go_by, release_mode=mode)
    return _steer(case, agent, mode or "all")


# --- with proof -------------------------------------------------------------------------------------------------------


def _steer(case: Case, agent: Agent, mode: str = "") -> Decision | None:
    """What the mail says is done; a token that travelled beside outsiders on To or Cc is spent with it."""
    judged = agent_orders.judge_wave(case, agent, read_commands(case)) if scope.wave_asked_about(case) else None
    decision = judged or _obeyed(case, agent, mode)
    if decision is None or not outsiders_addressed(case.mail, case.policy):
        return decision
    return scope.spent_token_note(case, decision, case.authority.carried, "to_outsiders")


def _obeyed(case: Case, agent: Agent, mode: str) -> Decision | None:
    """Read everything before anything happens; one doubt parks the whole mail (design: *Two phases*)."""
    case = agent_orders.articles_by_name(case)
    forwarded = case.mail.kind is MailKind.FORWARD or is_forward(case.mail.subject)
    reading = CommandReading(rest=case.words) if forwarded else read_commands(case)
    ways = {"words": reading.without_commands, "all": reading.as_meant, "solve": reading.as_meant}
    reading = ways.get(mode, lambda: reading)()
    counted = scope.answered_list(case)
    if counted and mode != "words":
        decision = agent_orders.many(case, agent, counted)
        if decision:
            return decision
    command = _settles(case, reading)
    if command and not mode:
        return _release(case, agent, command, reading.rest)
    parked = None if forwarded or case.corrects else _corrected(case, agent)
    if parked and mode and not isinstance(parked.content, TraineesAnswer):
        case, parked = (_instead(case, parked) if _is_whole(case, reading, parked) else case), None
    if parked and not mode and _takes_back(replace(case, corrects=parked), agent, parked):
        return _release(case, agent, Command("drop"))
    if parked and _is_whole(case, reading, parked):
        return _in_its_place(case, agent, parked, mode)
    if case.corrects and case.corrects.settled_by and not mode and isinstance(case.corrects.content, TraineesAnswer):
        return agent_words.park(case, agent, "settled", reading, name=_settler(case, case.corrects))
    reading = agent_words.without_idle_doubt(case, reading)
    reading = reading if mode or forwarded else agent_words.with_doubt_of_lines(case, reading)
    if reading.problems:
        return agent_words.park(case, agent, "commands", reading)
    tickets = agent_words.undone_together(case, agent, reading) or agent_words.tickets_of(case)
    acts = any(not one.question for one in reading.commands) or bool(reading.rest.strip())
    if acts and scope.beyond_proof(case, (one.number for one in tickets)):
        return agent_words.park(case, agent, "beyond", reading)
    if acts and not mode and scope.contradicted(case, subject_numbers(case.mail.subject, case.policy)):
        return agent_words.park(case, agent, "no_ticket", reading)
    if forwarded:
        return _passed_on(case, agent, tickets) if tickets else _forward(case, agent)
    if not tickets and not reading.commands:
        return _about_nothing(case, agent, reading)
    return agent_orders.carry_out(case, agent, tickets, reading)


def _about_nothing(case: Case, agent: Agent, reading: CommandReading) -> Decision | None:
    """Words without a ticket or a command: for a letter about none, of somebody else's mail, else the agent's own."""
    if scope.answered(case):
        return agent_orders.unsaid(case, agent, reading)
    return _forward(case, agent) if _writer(case) else None


def _corrected(case: Case, agent: Agent) -> SentLetter | None:
    """The receipt of a parked mail that this mail answers, and whose first line says that a plain reply replaces it."""
    letter = scope.remembered(case)
    if letter is None or letter.agent != agent.name or letter.mail is None or letter.purpose != Purpose.RELEASE:
        return None
    return letter if isinstance(letter.content, Receipt) and letter.content.corrected else None


def _takes_back(case: Case, agent: Agent, parked: SentLetter) -> bool:
    """True for a bare `#undo` of a mail of one's own that still waits: nothing of it happened, so it is dropped."""
    about, reading = parked.content, read_commands(case)
    if not isinstance(about, Receipt) or about.author not in ("", agent.name) or reading.problems:
        return False
    ticket = case.facts.ticket(about.ticket)
    happened = ticket and any(event.mail == parked.mail for event in case.facts.journal.get(ticket.number, ()))
    alone = [one.name for one in reading.commands] == ["undo"]
    return alone and not happened and not agent_words.says_something(case, reading.without_commands())


def _is_whole(case: Case, reading: CommandReading, parked: SentLetter) -> bool:
    """True for a mail with words or files; commands alone take the place of nothing but commands."""
    acts = not reading.problems and any(not one.question for one in reading.commands)
    wordless = isinstance(parked.content, Receipt) and parked.content.wordless
    return (acts and wordless) or agent_words.says_something(case, reading.without_commands())


def _in_its_place(case: Case, agent: Agent, parked: SentLetter, mode: str) -> Decision | None:
    """This mail instead of the parked one, about the same ticket and where the receipt's first line said."""
    decision = _obeyed(_instead(case, parked), agent, mode)
    if decision is None or parked.mail is None:
        return decision
    if isinstance(parked.content, TraineesAnswer):
        return decision if parked.settled_by else _changed(case, agent, parked.mail, parked.content, decision)
    gone = Unpark(parked.mail, released=False, why="replaced")
    return replace(decision, effects=(gone, *decision.effects))


def _instead(case: Case, parked: SentLetter) -> Case:
    """This mail, about the ticket of the one whose place it takes."""
    ticket = case.facts.ticket(parked.content.ticket) if isinstance(parked.content, Receipt) else None
    match = Match(Evidence.LETTER, ticket, leaked=case.match.leaked) if ticket else case.match
    known = replace(case, corrects=parked, match=match)
    return agent_words.kept_to_one(known, parked.content) if isinstance(parked.content, Receipt) else known


def _changed(case: Case, agent: Agent, mail: int, about: TraineesAnswer, decision: Decision) -> Decision:
    """A trainee's answer with the changes of whoever may send it, and the trainee told what they are.

    Where nothing was sent (a note, a mail that waits itself) the trainee's answer waits on.
    """
    trainee, ticket = case.policy.agent(about.author), case.facts.ticket(about.ticket)
    entries = (change for step in decision.steps for change in step.changes if isinstance(change, AddEntry))
    said = next((one.text for one in entries if one.kind is EntryKind.AGENT), None)
    if trainee is None or ticket is None or said is None:
        return decision
    told = coaching.changed(case.policy, trainee, agent, ticket, about.text or "", said)
    gone = Unpark(mail, released=False, why="replaced")
    steps = (*decision.steps, Step(ticket.number, (), (told,)))
    return replace(decision, steps=steps, effects=(gone, *decision.effects))


def read_commands(case: Case) -> CommandReading:
    """The commands of a mail, the titles its ticket ever had subtracted, and the echo of a command that was refused.

    Of an act on a page the one in its subject: below it are words, whatever stands in them.
    """
    if session.is_act(case.mail):
        line = reader.parse_line(authority.command_line(case.mail.subject), case.policy.command_aliases)
        return replace(line, rest=case.words, only_commands=not case.words.strip())
    ticket = case.match.ticket
    earlier = case.facts.ticket_subjects.get(ticket.number, ()) if ticket else ()
    return reader.read_agent_mail(
        case.mail.subject,
        case.words,
        earlier_subjects=(*earlier, *_refused_echo(case)),
        aliases=case.policy.command_aliases,
        phone_signature=signature.is_all_signature,
        signature=case.mail.signature,
    )


def _refused_echo(case: Case) -> tuple[str, ...]:
    """The subject of a parked mail, where a command in it was refused: its correction need not take that out."""
    about = case.corrects.content if case.corrects else None
    if case.corrects is None or not isinstance(about, Receipt):
        return ()
    subject = case.corrects.subject
    lines = (one.text.casefold() for one in about.refused or () if one.text.startswith("#"))
    return (subject,) if any(line in subject.casefold() for line in lines) else ()


def _settles(case: Case, reading: CommandReading) -> Command | None:
    """The word about a parked mail; in the answer to a question about one, its echoed subject may stand before."""
    question = any(one.token.purpose == Purpose.RELEASE for one in case.authority.carried)
    found = reading.commands if question else reading.commands[:1]
    return next((one for one in found if one.name in RELEASES), None)


def _release(case: Case, agent: Agent, command: Command, words: str = "") -> Decision:
    """A one-tap or written answer to a question about a parked mail; only whoever was asked may give it."""
    letters = [letter for one in case.authority.carried if (letter := one.letter(case.facts.letters))]
    question = next(
        (one for one in letters if one.purpose == Purpose.RELEASE and one.agent == agent.name and one.mail), None
    )
    if question is None or question.mail is None:
        return receipt.park(case, agent, "no_parked_mail", commands=[command])
    own = isinstance(question.content, Receipt) and question.content.author in ("", agent.name)
    if not own and not command.word.allows(agent.role):
        return receipt.park(case, agent, "trainee", commands=[command])
    if question.settled_by not in ("", agent.name):
        told = answers.of_reason("settled", name=_settler(case, question))
        return case.decided(Fate.FILED, "settled", letters=receipt.done_receipt(case, agent, (), asks=(told,)))
    if command.name == "send" and _answered_since(case, question):
        return _asked_anew(case, agent, question)
    if isinstance(question.content, TraineesAnswer) and command.name in ("return", "drop"):
        return _returned(case, agent, question.mail, question.content, (command.argument, words))
    if command.name == "return":
        return receipt.park(case, agent, "no_parked_mail", commands=[command])
    about = receipt.settled(question, command.argument)
    if about is None:
        return receipt.park(case, agent, "no_parked_mail", commands=[command])
    mails, addresses = about
    effects: list[Effect]
    if command.name == "drop":
        effects = [Unpark(mail, released=False) for mail in mails]
        return case.decided(Fate.FILED, "release #drop", effects=tuple(effects))
    if question.old and command.name == "send":
        return receipt.again(case, agent, question)
    author = (question.content.author if isinstance(question.content, Receipt) else "") or agent.name
    said = command.argument.lower().split()
    mode = "read" if command.name == "yes" else next((one for one in ("words", "solve") if one in said), "all")
    effects = [Unpark(mail, released=True, as_agent=author, mode=mode, by=question.message_id) for mail in mails]
    if command.name == "yes" and "always" in said:
        effects += [AddAlias(agent.name, address) for address in addresses if address]
    return case.decided(Fate.FILED, f"release #{command.name}", effects=tuple(effects))


def _answered_since(case: Case, question: SentLetter) -> bool:
    """True when a colleague's words to the customer are newer than the letter that showed a trainee's answer."""
    about = question.content
    if not isinstance(about, TraineesAnswer):
        return False
    ticket = case.facts.ticket(about.ticket)
    if ticket is None or ticket.last_agent_at is None or ticket.last_agent_at <= question.created_at:
        return False
    return case.facts.last_words.get(ticket.number) not in (None, about.author)


def _asked_anew(case: Case, agent: Agent, question: SentLetter) -> Decision:
    """The same question in a letter that shows what was said meanwhile: nothing was sent."""
    about = question.content
    assert isinstance(about, TraineesAnswer)
    shown = replace(about, asks=(answers.of_reason("stale"),))
    letter = readers.to_agent(case.policy, agent, shown, purpose=Purpose.RELEASE, mail=question.mail)
    return case.decided(Fate.FILED, "stale", steps=(Step(about.ticket, (), (letter,)),))


def _returned(case: Case, agent: Agent, mail: int, about: TraineesAnswer, said: tuple[str, ...]) -> Decision:
    """A trainee's answer goes back to them, with a word."""
    trainee, ticket = case.policy.agent(about.author), case.facts.ticket(about.ticket)
    word = "\n\n".join(one.strip() for one in said if not signature.is_all_signature(one))
    steps: tuple[Step, ...] = ()
    if trainee and ticket:
        letter = coaching.returned(case.policy, trainee, agent, ticket, about.text or "", word)
        steps = (Step(ticket.number, (), (letter,)),)
    effects = (Unpark(mail, released=False, why="returned"),)
    return case.decided(Fate.FILED, "release #return", steps=steps, effects=effects)


def _settler(case: Case, question: SentLetter) -> str:
    """Who settled what a letter asks about, as colleagues know them."""
    agent = case.policy.agent(question.settled_by)
    return agent.shown_name if agent else case.policy.name


def _passed_on(case: Case, agent: Agent, tickets: tuple[Ticket, ...]) -> Decision:
    """A forward about a ticket stays there as a note: it steers nothing and reaches no customer (threats A-20)."""
    steps = tuple(
        Step(ticket.number, (agent_words.memo(case, agent),), notices.internal_note(case, ticket, Notice(why="note")))
        for ticket in tickets
    )
    told = (answers.of_reason("forward"),) if read_commands(case).commands else ()
    return case.decided(Fate.FILED, "forward", steps=steps, letters=receipt.done_receipt(case, agent, (), asks=told))


def _forward(case: Case, agent: Agent) -> Decision | None:
    """A mail an agent forwards to a department becomes a ticket of theirs; who seems to have written it is proposed."""
    filed = customer.file_customer_mail(case)
    if filed.fate is not Fate.FILED or not filed.steps:
        return filed
    writer = _writer(case)
    ask = said("waits.whose_ticket", address=writer) if writer else said("waits.whose_ticket_unknown")
    asked = Receipt(done=(), asks=(ask,), looks_like=writer)
    letter = receipt.receipt_letter(case, agent, asked, purpose=Purpose.NOTE)
    step = filed.steps[0]
    kept = tuple(
        replace(one, content=replace(one.content, looks_like=writer)) if isinstance(one.content, Notice) else one
        for one in step.outbound
        if one.template != "ack" and one.agent != agent.name
    )
    return replace(filed, reason="forward", steps=(replace(step, outbound=(*kept, letter)), *filed.steps[1:]))


def _writer(case: Case) -> str:
    """Who seems to have written what this mail passes on, attached or below its words; "" where it is nobody outside.

    It is a claim of a text: proposed to agents, never taken.
    """
    inside = quote.address_in(case.mail.embedded.get("from", ""))
    named = (judging.outsider(case.policy, one) for one in (inside, *quote.writers_passed_on(case.mail.text)))
    people = (one for one in named if isinstance(one, Address))
    return next((one.addr for one in people if addressee.writable(one, case.policy)), "")
