"""Commands about whole threads: merge, split, link, and taking back what was done last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from mailgate.core.commands import about_privacy
from mailgate.core.commands.judging import Event, Granted, Judgement, Refusal, TicketContext
from mailgate.core.model.change import (
    Assign,
    Ban,
    CancelLetters,
    Change,
    Join,
    Journal,
    Leave,
    LinkContacts,
    LinkKind,
    LinkTo,
    MergeInto,
    Move,
    OpenTicket,
    Remind,
    SetDue,
    SetField,
    SetPriority,
    SetRequester,
    SetStatus,
    SetSubject,
    SplitOff,
    Step,
    Tag,
    Unlink,
    Unmerge,
    Watch,
    Withdraw,
)
from mailgate.core.model.coaching import TraineesAnswer
from mailgate.core.model.mail import Address
from mailgate.core.model.ticket import QUIET, EntryKind, Priority, Status
from mailgate.core.proof import page

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WAYS = ("both", "same-person")


def merge(context: TicketContext) -> Judgement:
    """This ticket's thread goes into another; people who could then read each other's mail are asked about."""
    number, *ways = context.argument.removeprefix("into ").split()
    target = context.other_ticket(number)
    if isinstance(target, Refusal):
        return target
    if any(way not in _WAYS for way in ways):
        return Refusal("no_way_to_merge", _WAYS, {"text": " ".join(ways)})
    if context.policy.training(context.ticket.department) != context.policy.training(target.department):
        return Refusal("training")
    if about_privacy.is_open(context):
        return Refusal("privacy_open")
    one, other = context.ticket.requester, target.requester
    differ = one.key != other.key
    if differ and not ways:
        question = context.ask_first("requesters_differ", one=one.addr, other=other.addr, number=str(target.number))
        if question:
            return question
    there: list[Change] = [Tag(add=(QUIET,))] if context.ticket.quiet and not target.quiet else []
    if target.status.done and not context.ticket.status.done:
        there.append(SetStatus(Status.OPEN if target.owner else Status.NEW, why="merge"))
    elsewhere = (Step(target.number, tuple(there)),) if there else ()
    effects = (LinkContacts(one.key, other.key),) if differ and "same-person" in ways else ()
    return Granted("merged", (MergeInto(target.number),), elsewhere=elsewhere, effects=effects,
                   params={"number": str(target.number)})  # fmt: skip


def split(context: TicketContext) -> Judgement:
    """The customer's newest words become a ticket of their own."""
    said = [entry for entry in context.world.entries or context.ticket.entries if entry.kind is EntryKind.CUSTOMER]
    if len(said) < 2:
        return Refusal("only_words")
    newest = said[-1]
    ticket = context.ticket
    people = (ticket.requester, *ticket.participants)
    author = next((one for one in people if one.key == newest.author), Address(newest.author, newest.author_name))
    opens: tuple[Change, ...] = (
        OpenTicket(
            newest.title or ticket.subject,
            ticket.department,
            author,
            language=ticket.language,
            priority=ticket.priority,
        ),
        LinkTo(ticket.number, LinkKind.SPLIT),
        Assign(context.agent.name),
        SetStatus(Status.OPEN, why="split"),
        *((Tag(add=(QUIET,)),) if ticket.quiet else ()),
    )
    return Granted("split", (SplitOff(newest.id),), opens)


def link(context: TicketContext) -> Judgement:
    """Two tickets that belong together and stay apart."""
    other = context.other_ticket(context.argument)
    if isinstance(other, Refusal):
        return other
    number = str(other.number)
    if other.number in context.ticket.links:
        return context.granted_already("already_linked", number=number)
    return context.granted("linked", LinkTo(other.number), number=number)


def undo_change(context: TicketContext) -> Judgement:
    """Reverse what the writer's last mail did here, or the one whose receipt they answer; its letters do not leave.

    A mail whose letter has gone can no longer take back the words, only what it changed. A second `#undo` goes one
    mail further back. In answer to a trainee's answer that the writer has let go it is that one.
    """
    me, let_go = context.agent.name, _let_go(context)
    undone = {event.new for event in context.world.events if event.kind == "undo"}
    mine = [
        event
        for event in context.world.events
        if (event.actor == me or event.mail == let_go) and event.mail is not None and str(event.mail) not in undone
    ]
    undoing = {event.mail for event in mine if event.kind == "undo"}
    last = next((event.mail for event in reversed(mine) if event.mail not in undoing), None)
    meant = let_go if context.world.undoes is None else context.world.undoes
    if meant is not None:
        last = meant if any(event.mail == meant for event in mine) else None
    if last is None:
        return Refusal("nothing_to_undo")
    events = [event for event in mine if event.mail == last]
    letters = context.world.unsent.get(last, ())
    said = any(_left_the_house(event) for event in events)
    changes = _reversed(events)
    practised = context.policy.training(context.ticket.department)  # nothing leaves there, so all can be taken back
    taken = {EntryKind.CALL, *((EntryKind.AGENT,) if letters or practised else ())}
    withdrawn = [event for event in events if event.kind == "entry" and event.new in taken]
    changes += [Withdraw(int(event.old)) for event in withdrawn]
    apart = tuple(
        Step(int(event.new), (MergeInto(context.ticket.number),) if event.kind == "split" else (Unmerge(),))
        for event in events
        if event.kind in ("split", "merged-in")
    )
    if not (changes or letters or apart):
        return Refusal("too_late_to_undo" if said else "nothing_to_undo")
    kept = said and not letters and not practised
    return Granted(
        "undone_but_sent" if kept else "undone",
        (*changes, Journal("undo", str(last))),
        elsewhere=apart,
        effects=(CancelLetters(letters),) if letters else (),
    )


def _let_go(context: TicketContext) -> int | None:
    """The trainee's mail that the writer has let go, where this answers the letter that asked for it."""
    asked = context.world.replied
    own = asked and isinstance(asked.content, TraineesAnswer) and asked.settled_by == context.agent.name
    return asked.mail if asked and own else None


def _left_the_house(event: Event) -> bool:
    """True for words to a customer or an outsider: once their letter is gone, nothing calls it back."""
    return event.kind in ("asked", "forwarded") or (event.kind == "entry" and event.new == EntryKind.AGENT)


def _reversed(events: Sequence[Event]) -> list[Change]:
    """The opposite of each event, the last first; deadlines follow from the rest."""
    until = next((_moment(event.old) for event in events if event.kind == "until"), None)
    merged = any(event.kind == "merged" for event in events)  # taking that apart restores the status too
    changes: list[Change] = []
    for event in reversed(events):
        if event.kind == "status" and not merged:
            changes.append(SetStatus(Status(event.old), until, why="undo"))
        elif event.kind in _OPPOSITES:
            changes.append(_OPPOSITES[event.kind](event.old, event.new))
    return changes


def _second(words: str) -> str:
    return words.partition(" ")[2]


def _moment(micros: str) -> datetime | None:
    return _EPOCH + timedelta(microseconds=int(micros)) if micros else None


_OPPOSITES: Mapping[str, Callable[[str, str], Change]] = {
    "owner": lambda old, new: Assign(old or None),
    "department": lambda old, new: Move(old, "undo"),
    "priority": lambda old, new: SetPriority(Priority(old)),
    "tag": lambda old, new: Tag(remove=(new,)) if new else Tag(add=(old,)),
    "field": lambda old, new: SetField(old.partition("=")[0], old.partition("=")[2]),
    "subject": lambda old, new: SetSubject(old),
    "watch": lambda old, new: Watch(new or old, on=not new),
    "due-manual": lambda old, new: SetDue("manual", _moment(old)),
    "join": lambda old, new: Leave(new),
    "leave": lambda old, new: Join(Address(old)),
    "requester": lambda old, new: SetRequester(Address(old)),
    "link": lambda old, new: Unlink(int(new)),
    "remind": lambda old, new: Remind(old, None),
    "merged": lambda old, new: Unmerge(),
    "ban": lambda old, new: Ban(_second(new), None) if new else Ban(_second(old), _moment(old.partition(" ")[0])),
    "privacy": lambda old, new: Journal("privacy", "withdrawn" if new in ("asked", "ordered") else new, old),
    "page": lambda old, new: Journal("page", page.ON if new == page.OFF else page.OFF),
    "spent": lambda old, new: Journal("spent", str(-int(new))),
}
