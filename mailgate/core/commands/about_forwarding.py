"""One command that passes a customer's mail on: to whom it may go, and what of it goes."""

from __future__ import annotations

from mailgate.core.commands.about_status import is_private
from mailgate.core.commands.judging import Judgement, Refusal, TicketContext, nearest
from mailgate.core.model.change import AddEntry, Audience, Journal, Outbound, Urgency
from mailgate.core.model.content import Forwarded
from mailgate.core.model.mail import Address, Attachment, canonical
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.shown import Person
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.text.folding import fold

_MEGABYTE = 1024 * 1024


def forward(context: TicketContext) -> Judgement:
    """The customer's newest mail, its words and its very files, to an outsider; the answer comes back as a note.

    What the agent writes stands above it, and files of theirs go along. No notes, no history and no link of ours do.
    """
    world, policy, ticket = context.world, context.policy, context.ticket
    whom, _, rest = context.argument.partition(" ")
    receiver = _receiver(context, whom)
    if isinstance(receiver, Refusal):
        return receiver
    newest = _newest(world.entries or ticket.entries)
    if newest is None:
        return Refusal("nothing_to_forward")
    files = [one for one in newest.attachments if not one.ours]
    octets = sum(one.size for one in (*files, *world.passed_files))
    if octets > policy.attach_max:
        sizes = {"size": str(-(-octets // _MEGABYTE)), "most": str(policy.attach_max // _MEGABYTE)}
        return Refusal("too_large", params=sizes)
    words = "\n\n".join(part for part in (rest.strip(), world.passed_on.strip()) if part)
    if is_private(words, policy):
        return Refusal("private_words")
    question = context.ask_first("came_back", address=receiver.addr) if _came_back(context, receiver) else None
    if newest.mail in world.moment.facts.purged:
        question = question or context.ask_first("files_gone")
    before = _passed_on(context, receiver, newest)
    if before:
        question = question or context.ask_first("forwarded_before", name=before, address=receiver.addr)
    if world.replied is not None and newest.at > world.replied.created_at:  # a mail its sender may not have read
        question = question or context.ask_first("wrote_since")
    if question:
        return question
    told = policy.own_words("ticket.forwarded", policy.language, address=receiver.addr)
    note = AddEntry(
        EntryKind.NOTE, context.agent.name, context.agent.shown_name, f"{told}\n\n{words}".strip(),
        attachments=world.passed_files, of_mail=bool(world.passed_files),
    )  # fmt: skip
    return context.granted(
        "forwarded",
        Journal("forwarded", receiver.key),
        note,
        outbound=[_letter(context, receiver, newest, files, words)],
        whom=receiver.addr,
        n=str(len(files)),
    )


def _letter(context: TicketContext, receiver: Address, mail: Entry, files: list[Attachment], words: str) -> Outbound:
    """The letter: what it says is kept as it is now, whatever the customer writes until it leaves."""
    world, policy = context.world, context.policy
    theirs = tuple((mail.mail, one.part) for one in files if mail.mail)
    return Outbound(
        Forwarded(
            expert=receiver.key,
            why="forward",
            agent=context.agent.name,
            above=words,
            from_=Person(mail.author_name, mail.author),
            at=mail.at.isoformat(),
            text=mail.text,
        ),
        Audience.EXPERT,
        (receiver,),
        purpose=Purpose.EXPERT,
        language=policy.language,
        attachments=(*theirs, *((0, one.part) for one in world.passed_files)),
        urgency=Urgency.WORDS,
        not_before=world.now + policy.undo_window if policy.undo_window else None,
    )


def _receiver(context: TicketContext, whom: str) -> Address | Refusal:
    """The outsider meant, by address or by a name of `[forwards]`; never somebody who takes part."""
    names = {fold(name): addr for name, addr in context.policy.forwards.items()}
    named = names.get(fold(whom.rstrip(".,:;")))
    if named is None and "@" not in whom:
        near = nearest(fold(whom), {fold(name): name for name in context.policy.forwards})
        return Refusal("no_such_forward", near or tuple(context.policy.forwards), {"name": whom})
    receiver = context.person(named or whom)
    people = (context.ticket.requester, *context.ticket.participants)
    if isinstance(receiver, Address) and any(receiver.key == one.key for one in people):
        return Refusal("has_it", params={"address": receiver.addr})
    return receiver


def _newest(thread: tuple[Entry, ...]) -> Entry | None:
    """The customer's newest words that are proven to be theirs as far as a ticket asks for it."""
    return next((one for one in reversed(thread) if one.kind is EntryKind.CUSTOMER and not one.unverified), None)


def _passed_on(context: TicketContext, receiver: Address, mail: Entry) -> str:
    """Who has passed this very mail on to them already, and not taken it back; "" where nobody has."""
    events = context.world.events
    undone = {event.new for event in events if event.kind == "undo"}
    by = [
        event.actor
        for event in events
        if event.kind == "forwarded" and event.new == receiver.key and str(event.mail) not in undone
        if event.mail is not None and mail.mail is not None and event.mail > mail.mail
    ]
    agent = context.policy.agent(by[-1]) if by else None
    return agent.shown_name if agent else next(iter(by), "")


def _came_back(context: TicketContext, receiver: Address) -> bool:
    """True when the last that is known of this address here is that a letter could not be delivered."""
    bounces = (event.new.partition(" ")[0] for event in context.world.events if event.kind == "bounced")
    return any(canonical(one) == receiver.key for one in bounces)
