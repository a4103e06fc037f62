"""What an agent's words become: a letter to the customer, a note, a phone memo, or the start of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mailgate.core.commands import judging, reader, workflow
from mailgate.core.commands.judging import Granted, KnownWorld
from mailgate.core.commands.line import Doubt
from mailgate.core.commands.reader import Command, CommandReading
from mailgate.core.letters import coaching, status_letters
from mailgate.core.mails import agent_answer, notices, receipt, scope
from mailgate.core.mails.case import Case
from mailgate.core.mails.match import Evidence, neutral_title, subject_numbers
from mailgate.core.model.canned import fill_holes, in_language
from mailgate.core.model.change import AddEntry, Change, Decision, Outbound, SetStatus, Step
from mailgate.core.model.coaching import TraineesAnswer
from mailgate.core.model.content import Notice, Receipt
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.mail import Address, canonical
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent, Role
from mailgate.core.model.shown import Gathering, NamedFile, RefusedLine
from mailgate.core.model.ticket import EntryKind, Status, Ticket
from mailgate.core.proof import authority
from mailgate.core.proof.authority import CarriedBy, Proof
from mailgate.core.text import marks, signature
from mailgate.core.text.folding import fold
from mailgate.core.worktime import promise

# Commands that send words out of the house.
_SPEAKING = frozenset({"reply", "only", "new", "use", "ask", "news", "forward"})
_LINES = 999  # the last line a list may have
TAKE_WORDS = frozenset({"article", "ask", "new", "news", "answer"})  # the mail's words are theirs


def world_of(case: Case, ticket: Ticket | None, reading: CommandReading, *, crowd: bool = False) -> KnownWorld:
    """What the commands of a mail may lean on."""
    passed_on = not _has_a_way(reading)
    several = scope.receipt_of_several(case)
    return judging.world_at(
        case.moment,
        ticket,
        words=reading.rest,
        passed_on=reading.rest if passed_on else "",
        passed_files=tuple(agent_answer.enclosed(case, ticket)) if ticket and passed_on else (),
        files=any(not one.ours and not one.inline for one in case.mail.attachments),
        title="" if _is_our_title(case, reading.title) else reading.title,
        department=case.departments[0],
        confirmed=case.authority.proof is Proof.RELEASED,
        crowd=crowd,
        undoes=several[0] if several else None,
        let_go_by=case.let_go_by or "",
        solves=case.release_mode == "solve",
        replied=scope.letter_answered(case),
        asked=case.question.content.gathers if case.question and isinstance(case.question.content, Receipt) else None,
    )


def _has_a_way(reading: CommandReading) -> bool:
    """True when a command beside `#forward` says where the words go; else they stand above what is passed on."""
    return any(reading.has_command(name) for name in ("reply", "only", "note", "use", "call", *TAKE_WORDS))


def _goes_elsewhere(reading: CommandReading) -> bool:
    """True when a command takes the words of the mail away from this ticket's customer."""
    passed_on = reading.has_command("forward") and not _has_a_way(reading)
    return passed_on or any(reading.has_command(name) for name in ("call", *TAKE_WORDS))


def _is_our_title(case: Case, title: str) -> bool:
    """True for the subject of the letter answered: what a list or a digest is called is no customer's business."""
    letters = (one.letter(case.facts.letters) for one in case.authority.carried)
    ours = {fold(neutral_title(one.subject, case.policy)) for one in letters if one is not None and one.subject}
    return fold(neutral_title(title, case.policy)) in ours


def park(
    case: Case,
    agent: Agent,
    why: str,
    reading: CommandReading,
    *,
    refused: Iterable[RefusedLine] = (),
    author: str = "",
    gathers: Gathering | None = None,
    **params: str,
) -> Decision:
    """The mail waits, and its receipt names those whom its words would reach when it is let go."""
    corrected, people = _corrected(case, reading)
    return receipt.park(
        case,
        agent,
        why,
        commands=reading.commands,
        problems=reading.problems,
        refused=refused,
        author=author,
        to=_would_reach(case, reading),
        corrected=corrected,
        corrected_to=people,
        wordless=not says_something(case, reading.without_commands()),
        meant=reading.as_meant().commands,
        gathers=gathers,
        **params,
    )


def says_something(case: Case, reading: CommandReading) -> bool:
    """True when there are words or files in a mail beside its commands and a signature."""
    files = any(not one.ours and not one.inline for one in case.mail.attachments)
    return files or not signature.is_all_signature(reading.rest)


def _corrected(case: Case, reading: CommandReading) -> tuple[str, tuple[str, ...]]:
    """What the receipt of a parked mail promises of a plain reply, which takes its place, and whom that reaches."""
    tickets = tickets_of(case)
    if not tickets:
        return "waits", ()
    freed = replace(case, authority=replace(case.authority, proof=Proof.RELEASED))
    if not to_customer(freed, CommandReading()):
        return "note", ()
    people = _reached(_alone(case, reading.as_meant().commands), tickets[:1]) or _reached(case, tickets[:1])
    return ("customer", people) if people else ("nobody", ())


def _would_reach(case: Case, reading: CommandReading) -> tuple[str, ...] | None:
    """Whom the words reach by one of the receipt's buttons, by "do that" or without the commands; None: nobody."""
    freed = replace(case, authority=replace(case.authority, proof=Proof.RELEASED))
    meant = (one for one in (reading.as_meant(), reading.without_commands()) if not _goes_elsewhere(one))
    ways = [one for one in meant if to_customer(freed, one)]
    if not any(one.rest.strip() or one.has_command("use") for one in ways):
        return None
    found = (_reached(_alone(case, one.commands), tickets_of(case)) for one in ways)
    return tuple(dict.fromkeys(addr for people in found for addr in people))


def _alone(case: Case, commands: Iterable[Command]) -> Case:
    """With the one person `#only` names; whether they take part the command has judged, or will."""
    given = next((one for one in commands if one.name == "only"), None)
    if given is None:
        return case
    people = [one for ticket in tickets_of(case) for one in (ticket.requester, *ticket.participants)]
    wanted = canonical(given.argument.strip("<>.,;"))
    person = next((one for one in people if not wanted or one.key == wanted), None)
    return replace(case, only=person or Address(given.argument))


def kept_to_one(case: Case, about: Receipt) -> Case:
    """What takes the place of words for one person alone is for that one as well, as the receipt has said."""
    lines = (reader.parse_line(one).commands for one in about.meant if one.startswith("#only"))
    return _alone(case, [command for found in lines for command in found])


def _reached(case: Case, tickets: Iterable[Ticket]) -> tuple[str, ...]:
    people = {one.key: one for ticket in tickets for one in agent_answer.reached(case, ticket)}
    return tuple(one.addr for one in people.values())


def tickets_of(case: Case) -> tuple[Ticket, ...]:
    """The ticket matched, and every further one the subject names (`[#1042] [#1043] #close`)."""
    found = [case.match.ticket] if case.match.ticket else []
    numbers = subject_numbers(case.mail.subject, case.policy)
    if case.match.by is not Evidence.LETTER or len(numbers) > 1:
        named = (case.facts.merged.get(number, number) for number in numbers)
        found += [case.facts.tickets[number] for number in named if number in case.facts.tickets]
    return tuple({ticket.number: ticket for ticket in found}.values())


def undone_together(case: Case, agent: Agent, reading: CommandReading) -> tuple[Ticket, ...]:
    """For `#undo` alone in answer to a receipt about several tickets: those on which that mail still stands."""
    several = scope.receipt_of_several(case)
    alone = [one.name for one in reading.commands] == ["undo"] and not reading.problems
    if several is None or not alone or says_something(case, reading.without_commands()):
        return ()
    mail, tickets = several
    return tuple(one for one in tickets if _stands(case.facts.journal.get(one.number, ()), mail, agent))


def _stands(journal: Iterable[JournalLine], mail: int, agent: Agent) -> bool:
    theirs = [line for line in journal if line.actor == agent.name]
    undone = any(line.kind == "undo" and line.new == str(mail) for line in theirs)
    return not undone and any(line.mail == mail for line in theirs)


def customer_heard(
    case: Case,
    agent: Agent,
    ticket: Ticket,
    reading: CommandReading,
    outcomes: dict[str, Granted],
    before: tuple[Change, ...],
) -> tuple[list[Change], tuple[Outbound, ...]] | Decision:
    """What the words of the mail become: a letter, a note, a phone memo, or nothing."""
    text = reading.rest
    canned = _canned(case, ticket, outcomes)
    silent = not text.strip() and not canned
    released = case.authority.proof is Proof.RELEASED
    if _leaves(case, reading, outcomes, silent) and untagged(case, ticket) and not released:
        return park(case, agent, "untagged", reading, author=agent.name)
    if "call" in outcomes:  # with its words, or a recording alone; somebody else's call is in a ticket of its own
        return ([_memo(case, agent, EntryKind.CALL, text)] if outcomes["call"].answer == "call_here" else []), ()
    passed_on = "forward" in outcomes and not _has_a_way(reading)
    if passed_on or TAKE_WORDS & outcomes.keys() or (silent and (reading.commands or not case.mail.text.strip())):
        return [], ()
    if not to_customer(case, reading):
        return [_memo(case, agent, EntryKind.NOTE, text)], notices.internal_note(case, ticket, Notice(why="note"))
    case = _to_one(case, outcomes)
    if agent_answer.out_of_reach(ticket, case.policy, case.only):  # nor when it is released: there is still nobody
        return park(case, agent, "nobody", reading, author=agent.name)
    if marks.has_mark(canned + text):  # whatever button is pressed: somebody else's name would leave
        return park(case, agent, "marks", reading, author=agent.name)
    why = lacks_proof(case) or agent_answer.why_not_sent(case, ticket, agent, text, canned)
    if why and not released:
        return park(case, agent, why, reading, author=agent.name)
    others = agent_answer.not_named(case, ticket, before)
    if others:
        return park(case, agent, "others", reading, author=agent.name, who=", ".join(one.addr for one in others))
    text = case.policy.without_agents(text)  # that it has none, or goes without, is settled
    if released and not text.strip() and not canned:
        return park(case, agent, "address", reading, author=agent.name)
    if agent.role is Role.TRAINEE and case.let_go_by in (None, agent.name):
        return _hand_in(case, agent, ticket, reading, "\n\n".join(part for part in (canned, text.strip()) if part))
    voice = _in_whose_name(case) or agent
    keep = any(isinstance(one, SetStatus) for one in before)
    ends = not keep and case.policy.department(ticket.department).after_reply == Status.SOLVED
    solved = ends or any(isinstance(one, SetStatus) and status_letters.is_told(one) for one in before)
    changes, letters = agent_answer.entry_and_letter(
        case, ticket, voice, text, keep_status=keep, canned=canned, survey=solved
    )
    if ticket.owner not in (None, voice.name):
        letters = (*letters, *notices.internal_note(case, ticket, Notice(why="answered")))
    if agent.role is Role.TRAINEE and case.let_go_by is not None:
        letters = (*letters, coaching.sent(case.policy, agent, case.let_go_by, ticket))
    return changes, letters


def _to_one(case: Case, outcomes: Mapping[str, Granted]) -> Case:
    """With the one person whom `#only` was granted for."""
    alone = outcomes.get("only")
    return replace(case, only=Address(str(alone.params["whom"]))) if alone else case


def _hand_in(case: Case, agent: Agent, ticket: Ticket, reading: CommandReading, text: str) -> Decision:
    """A trainee's answer waits for whoever may send it, who sees all that would leave; the trainee is told so."""
    coach = coaching.coach_of(case.moment, ticket.department)
    decision = park(case, coach or agent, "trainee", reading, author=agent.name)
    asked = decision.letters[0].content
    if coach is None or not isinstance(asked, Receipt):
        return decision
    asked = replace(asked, text=text[: receipt.MOST_SHOWN])
    files = agent_answer.enclosed(case, ticket)
    named = [NamedFile(one.name, one.size) for one in files]
    fits = sum(one.size for one in files) <= case.policy.attach_max
    parts = tuple((0, one.part) for one in files) if fits else ()
    letter = coaching.handed_in(case.policy, coach, agent, ticket, asked, named, parts)
    waits = replace(asked, author="", text=None, to=None, refused=None, coach=coach.shown_name)
    told = receipt.receipt_letter(case, agent, waits, purpose=Purpose.RELEASE)
    return replace(decision, steps=(Step(ticket.number, (), (letter,)),), letters=(told,))


def _in_whose_name(case: Case) -> Agent | None:
    """The trainee whose waiting answer this mail takes the place of: a changed answer is theirs as well."""
    about = case.corrects
    if about is None or about.settled_by or not isinstance(about.content, TraineesAnswer):
        return None
    return case.policy.agent(about.content.author)


def _canned(case: Case, ticket: Ticket, outcomes: dict[str, Granted]) -> str:
    used = outcomes.get("use")
    if used is None:
        return ""
    params = {key: value for key, value in used.params.items() if isinstance(value, str)}
    name = params["name"]
    texts = case.policy.replies.get(name, {})
    article = in_language(case.policy.articles, name, ticket.language)
    text = texts.get(ticket.language) or case.facts.replies.get(name) or next(iter(texts.values()), "")
    text = text or (article.whole if article else "")
    return fill_holes(text, params)


def memo(case: Case, agent: Agent) -> AddEntry:
    """The new words of a mail as an internal note."""
    return _memo(case, agent, EntryKind.NOTE, case.mail.fresh)


def _memo(case: Case, agent: Agent, kind: EntryKind, text: str) -> AddEntry:
    mail = case.mail
    return AddEntry(kind, agent.name, agent.shown_name, text, mail.not_sent, "", mail.attachments)


def new_ticket(case: Case, agent: Agent, plan: workflow.Plan, outcomes: dict[str, Granted], text: str) -> Step:
    """A ticket opened by a command: `#new` writes to the customer first, `#call` keeps a memo, `#split` parts."""
    opening = plan.opens[0]
    ticket = agent_answer.about_to_open(case, opening)
    changes: list[Change] = list(plan.opens)
    letters: tuple[Outbound, ...] = ()
    if "new" in outcomes:
        text = case.policy.without_agents(text)
        changes.append(_memo(case, agent, EntryKind.AGENT, text))
        until = promise.waits_until(case.policy, ticket.department, case.now)
        changes.append(SetStatus(Status.WAITING, until, why="answered"))
        letter = agent_answer.answer_letter(case, ticket, agent, text)
        letters = (letter,) if letter else ()
    elif "call" in outcomes:
        changes.append(_memo(case, agent, EntryKind.CALL, text))
    return Step(None, workflow.settled_opening(case.moment, changes), letters)


def to_customer(case: Case, reading: CommandReading) -> bool:
    """A plain reply does what the letter it answers says; `#reply` and `#note` override."""
    if reading.has_command("note"):
        return False
    if _overrides(reading):
        return True
    if case.authority.proof is Proof.DESK:
        return False
    if case.corrects and isinstance(case.corrects.content, Receipt):
        return case.corrects.content.corrected in ("customer", "nobody")
    answered = scope.answered(case)
    if answered is not None:
        chosen = reading.has_command("use") and scope.listed_articles(case) is not None
        return chosen or answered.token.purpose == Purpose.CUSTOMER
    tagged = bool(subject_numbers(case.mail.subject, case.policy))
    said = case.authority.proof is Proof.RELEASED and case.match.by is Evidence.REFERENCE  # by the receipt
    return tagged or said


def with_doubt_of_lines(case: Case, reading: CommandReading) -> CommandReading:
    """Lines like `1 close` and nothing else, in answer to no list, are asked about: a customer would read them."""
    if reading.commands or not to_customer(case, reading):
        return reading
    found = reader.read_numbered(reading.rest, _LINES, case.policy.command_aliases)
    author = case.mail.author
    signed = signature.is_all_signature(found.rest, (author.name, author.addr) if author else ())
    known = (found.actions or found.problems) and all(one.kind == "missing" for one in found.problems)
    if not known or (found.rest.strip() and not signed):
        return reading
    line = reading.rest.strip().split("\n")[0]
    return replace(reading, problems=(*reading.problems, Doubt("number", line, (), line)))


def _overrides(reading: CommandReading) -> bool:
    """True when the mail itself says that its words go to the customer, or to one person of the ticket."""
    return reading.has_command("reply") or reading.has_command("only")


def without_idle_doubt(case: Case, reading: CommandReading) -> CommandReading:
    """Where the words stay in the house whatever is meant, nobody is asked whether they are a note."""
    if to_customer(case, reading) or not any(doubt.kind == "bare" for doubt in reading.problems):
        return reading
    return replace(reading, problems=tuple(doubt for doubt in reading.problems if doubt.kind != "bare"))


def _leaves(case: Case, reading: CommandReading, outcomes: Mapping[str, Granted], silent: bool) -> bool:
    """True when words of this mail would go out about its ticket, or would if only the ticket were certain."""
    if "ask" in outcomes or "forward" in outcomes:
        return True
    inside = silent or reading.has_command("note") or bool(outcomes.keys() & {"new", "news", "call"})
    return not inside and (_overrides(reading) or case.authority.proof is not Proof.DESK)


def untagged(case: Case, ticket: Ticket) -> bool:
    """True when nothing but another mail's id says which ticket is meant.

    A pass says who wrote. What the words are about, the ticket's tag says or a letter of ours that is answered; an id
    in References is written by a mail program, and stays there when the subject has become another.
    """
    tagged = {case.facts.merged.get(one, one) for one in subject_numbers(case.mail.subject, case.policy)}
    return case.match.by is Evidence.REFERENCE and not case.authority.carried and ticket.number not in tagged


def speaks(commands: Iterable[Command]) -> bool:
    """True when a command sends words out of the house."""
    return any(one.name in _SPEAKING and not one.question for one in commands)


def link_is_enough(case: Case, weak: str, commands: Iterable[Command]) -> bool:
    """True when even a proof too weak for words to customers is enough; a link is signed for its own command alone."""
    linked = reader.parse_line(authority.command_line(case.mail.subject), case.policy.command_aliases).commands
    may = {(one.name, one.argument) for one in linked}
    return all(not speaks((one,)) and (weak != "tap_only" or (one.name, one.argument) in may) for one in commands)


def lacks_proof(case: Case) -> str:
    """Why the proof of this mail sends no words out of the house, `""` when it does.

    Address books remember reply addresses, so a token found only there needs the ticket's tag beside it; a desk address
    and a one-tap link are known to whoever has seen them once.
    """
    if case.authority.passed:
        return ""
    if case.authority.proof in (Proof.DESK, Proof.TAP):
        return f"{case.authority.proof}_only"
    tagged = bool(subject_numbers(case.mail.subject, case.policy))
    proven = {one.by for one in case.authority.strong}
    return "address_only" if proven == {CarriedBy.ADDRESS} and not tagged else ""
