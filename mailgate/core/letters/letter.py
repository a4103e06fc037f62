"""Which letter to whom, its headers and its thread; the words are found in `wire`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.channels.whereabouts import shown
from mailgate.core.letters import addressee, on_channels, own_page, readers, views
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.links import LetterSigned, to_file_calls, to_log_in
from mailgate.core.letters.on_channels import ChatForm
from mailgate.core.letters.views import AgentsPart, DepartmentView, LetterView, Receiver
from mailgate.core.model.change import Audience, Urgency
from mailgate.core.model.coaching import Coached, TraineesAnswer
from mailgate.core.model.content import (
    Ack,
    Answer,
    Content,
    Digest,
    Forwarded,
    Handover,
    Notice,
    Question,
    Receipt,
    StatusReport,
    WasItYou,
    asks_how_it_went,
)
from mailgate.core.model.letter_kinds import LoginLetter, Ringing, why
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Department, LogoFile, Policy, Role
from mailgate.core.model.said import Words, said
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.proof import one_tap
from mailgate.core.proof.one_tap import VoteLink
from mailgate.core.text.subject import without_prefixes
from mailgate.core.worktime import promise

SUPPRESS = "OOF, AutoReply, DR, RN, NRN"
OWN_WORDS = frozenset(["answer", "expert", "forward"])  # what a person wrote is not automatic (RFC 3834 section 2)
# Letters that leave the house for a reason of their own (X-Mailgate-Reason); the others tell of the ticket.
REASONS = frozenset(["ack", "article", "answer", "status", "vote_thanks", "privacy", "expert", "forward"])


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter headed and addressed: everything but its words, its date and its bytes."""

    template: str
    audience: Audience
    language: str
    timezone: str  # of the reader, for dates
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: Address | None
    subject: Words  # tag included
    tag: str  # "[#1042]", "" when the letter belongs to no ticket
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    marks: tuple[tuple[str, Words], ...]  # further header fields, in order
    envelope: str  # "null" or "bounce"
    sender: str  # MAIL FROM; "" is the null reverse-path
    view: LetterView  # what the template may show
    owed_at: datetime  # later than the clock where time was played ahead (`job --now`): its words go by that
    logo: LogoFile | None = None  # the picture it shows, where that travels with it
    chat: ChatForm | None = None  # it goes to somebody on a channel, and is no mail


def head(due: DueLetter, policy: Policy, *, loop_mark: str, bounce: str = "") -> Letter:
    """Address a claimed letter and gather what its reader may see; pure.

    `bounce` is the signed address delivery reports go to; without one it is the department's own. A customer's letter
    carries the department's plain address alone and nothing internal, whatever the letter says.
    """
    department = policy.department(due.department or (due.ticket.department if due.ticket else ""))
    null = due.urgency == Urgency.ACK or due.template == "ack"
    return Letter(
        template=due.template,
        audience=due.audience,
        language=due.language if due.language in policy.languages else policy.language,
        timezone=_timezone(due, department, policy),
        from_=Address(department.from_.addr, _display(due, department, policy)),
        to=due.to,
        cc=due.cc,
        reply_to=Address(department.from_.addr),
        subject=_subject(due, policy),
        tag=policy.tag(due.ticket.number) if due.ticket else "",
        message_id=due.message_id,
        in_reply_to=due.in_reply_to,
        references=due.references,
        marks=_marks(due, department, policy, loop_mark),
        envelope="null" if null else "bounce",
        sender="" if null else (bounce or department.from_.addr),
        view=_view(due, department, policy),
        owed_at=due.created_at,
        logo=policy.letters.logo_file,
        chat=on_channels.form_of(due, policy),
    )


def promised(due: DueLetter, policy: Policy) -> tuple[Address, ...] | None:
    """Whom the first line of an agent's letter names as those a plain reply reaches; None where it names nobody."""
    if due.ticket is None or due.audience != Audience.AGENT or due.purpose != Purpose.CUSTOMER:
        return None
    return addressee.receivers(due.ticket, policy)


def _timezone(due: DueLetter, department: Department, policy: Policy) -> str:
    agent = policy.agent(due.agent) if due.audience == Audience.AGENT else None
    calendar = policy.calendar(department.calendar)
    return agent.timezone if agent else calendar.timezone if calendar else policy.timezone


def _display(due: DueLetter, department: Department, policy: Policy) -> str:
    """The name in From: the department, with the agent's before it on their own words; a notice has its author's."""
    name = department.from_.name
    if due.audience in (Audience.CUSTOMER, Audience.EXPERT):
        writer = author(due, policy) if due.template in OWN_WORDS else ""
        return f"{writer}, {name}" if writer and name else writer or name
    if due.ticket is None:
        return name or policy.name
    told = isinstance(due.content, Notice | Handover)
    shown = _author_shown(due) if told else name or policy.name
    return f"{shown} (#{due.ticket.number})"


def _author_shown(due: DueLetter) -> str:
    wrote = due.content.from_ if isinstance(due.content, Notice) else None
    ticket = due.ticket
    fallback = (ticket.requester.name or ticket.requester.addr) if ticket else ""
    return shown((wrote and (wrote.name or wrote.address)) or fallback)


def author(due: DueLetter, policy: Policy) -> str:
    """The name of the agent whose words a letter carries, as configured; `""` when nobody's."""
    ticket = due.ticket
    named = policy.agent((due.content.agent if isinstance(due.content, Answer | Forwarded) else "") or due.agent)
    if named or ticket is None:
        return named.shown_name if named else ""
    newest = next((entry for entry in reversed(ticket.entries) if entry.kind is EntryKind.AGENT), None)
    if newest and due.template in OWN_WORDS:
        return views.public_author(newest, policy)
    owner = policy.agent(ticket.owner)
    return owner.shown_name if owner else ""


def _subject(due: DueLetter, policy: Policy) -> Words:
    """`Re: [#1042] Broken lamp` to customers and `[#1042] Broken lamp` to agents, so that both kinds stay one thread.

    Empty where the template brings words of its own: about a trainee's answer, and an acknowledgement, which echoes no
    subject of somebody who may have forged their address (threats L-13).
    """
    ticket = due.ticket
    if ticket is None:
        return due.subject or due.content.headline
    if isinstance(due.content, TraineesAnswer | Coached):
        return ""
    if due.template not in ("answer", "notice", "status", "expert", "forward") and due.audience == Audience.CUSTOMER:
        known = isinstance(due.content, Ack | StatusReport) and due.content.show_subject
        if due.urgency == Urgency.ACK and not known:
            return ""
    title = due.subject or ticket.subject
    passed_on = isinstance(due.content, Forwarded) and bool(due.content.agent)
    if due.audience == Audience.CUSTOMER or passed_on:
        title = without_prefixes(title)
    tag = policy.tag(ticket.number)
    subject = title if tag in title else f"{tag} {title}".rstrip()
    answers = due.audience == Audience.CUSTOMER and due.in_reply_to
    return f"Re: {subject}" if answers else f"Fwd: {subject}" if passed_on else subject


def _marks(due: DueLetter, department: Department, policy: Policy, loop_mark: str) -> tuple[tuple[str, Words], ...]:
    marks: list[tuple[str, Words]] = []
    if due.template not in OWN_WORDS:
        customer = due.audience == Audience.CUSTOMER
        marks.append(("Auto-Submitted", "auto-replied" if customer else "auto-generated"))
    marks += [("X-Auto-Response-Suppress", SUPPRESS), ("X-Mailgate-Loop", loop_mark)]
    if due.ticket:
        marks.append(("X-Mailgate-Ticket", str(due.ticket.number)))
    marks.append(("X-Mailgate-Reason", _reason(due)))
    if due.audience == Audience.AGENT:
        slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in department.name.lower()).strip("-") or "desk"
        marks.append(("List-Id", f"<{slug}.tickets.{policy.domain}>"))
    return tuple(marks)


def _reason(due: DueLetter) -> Words:
    """Why somebody gets such a letter (X-Mailgate-Reason); to agents a short code, where one is known."""
    if due.audience in (Audience.CUSTOMER, Audience.EXPERT):
        return said(f"reason.{due.template if due.template in REASONS else 'ticket'}")
    return why(due.content)


def _view(due: DueLetter, department: Department, policy: Policy) -> LetterView:
    """What every template may use, and what the letter says."""
    inside = due.audience in (Audience.AGENT, Audience.ADMIN)
    links = _links(due, department, policy) if inside else None
    mark = "" if due.audience == Audience.CUSTOMER else one_tap.marker(due.message_id, policy)
    page = own_page.written_for(due, policy)
    return LetterView(
        content=own_page.with_own_links(_linked(due, department, policy), page, policy),
        gateway=policy.name,
        department=DepartmentView(department.from_.name or policy.name, department.from_.addr, department.signature),
        logo=policy.letters.logo,
        privacy=policy.letters.privacy,
        reader=_reader(due),
        agent_name=author(due, policy),
        agent_signature=_signature(due, policy),
        ticket=views.ticket_view(due.ticket, due.audience, policy, due.customer),
        mark=links.mark if links else mark,
        agents=AgentsPart(str(due.purpose), _receivers(due, policy), links.taps, links.questions, _read_by(due, policy))
        if links
        else None,
        confirm=one_tap.confirm_link(due.content, due.message_id, due.ticket, department.from_.addr, policy),
        scale=_scale(due, department, policy),
        page=own_page.address(page, policy),
    )


def _reader(due: DueLetter) -> views.PersonView:
    """Whom it greets: a customer by the name your own table has, of their very address, else by the one they wrote."""
    person = due.to[0] if due.to else Address("")
    named = due.customer.name if due.customer and due.audience == Audience.CUSTOMER else ""
    return views.person_view(Address(person.addr, named or person.name))


def _scale(due: DueLetter, department: Department, policy: Policy) -> tuple[VoteLink, ...] | None:
    """The survey's links; none in a letter that could ask and does not."""
    links = one_tap.survey_links(due.template, due.message_id, due.ticket, department.from_.addr, policy)
    return () if links and not asks_how_it_went(due.content) else links


def _signature(due: DueLetter, policy: Policy) -> str:
    agent = policy.agent(due.content.agent or due.agent) if isinstance(due.content, Answer) else None
    return agent.signature if agent else ""


def _linked(due: DueLetter, department: Department, policy: Policy) -> Content:
    filled = _filled(due, policy)
    if isinstance(filled, LoginLetter):
        return to_log_in(filled, due.message_id, policy)
    if isinstance(filled, Ringing):
        return to_file_calls(filled, due.message_id, department.from_.addr, policy)
    if due.ticket is None:
        return filled
    return LetterSigned(due.message_id, due.ticket, department.from_.addr, policy).linked(filled)


def _filled(due: DueLetter, policy: Policy) -> Content:
    """With the words and files of its ticket, where the letter says none itself, and with the name of who said them."""
    content, ticket = due.content, due.ticket
    match content:
        case Answer(text=""):
            said = next((one for one in reversed(ticket.entries if ticket else ()) if _for_all(one)), None)
            return replace(content, text=said.text if said else "")
        case StatusReport():
            return _where_it_stands(content, due, policy)
        case Handover(attachments=()):
            return replace(content, attachments=views.files_of(views.newest_entry(ticket)))
        case Notice():
            told = views.entry_told(content, ticket, policy)
            writer = content.from_
            if told and not content.text and not (writer and writer.address):
                writer = views.person_of(told, policy)
            text = content.text or (own_page.cut(told.text, policy) if told else "")
            files = content.attachments or views.files_of(told)
            return replace(content, text=text, from_=writer, attachments=files)
    return content


def _for_all(entry: Entry) -> bool:
    return entry.kind is EntryKind.AGENT and not entry.only


def _where_it_stands(report: StatusReport, due: DueLetter, policy: Policy) -> StatusReport:
    """With the time promised and our last words: for the requester alone, as who joined later was not written to then.

    Words that an agent may still take back are not said yet.
    """
    ticket = due.ticket
    if ticket is None:
        return report
    owed = promise.owed(ticket)
    if owed:
        by = promise.told(policy, ticket.department, owed, ticket.sla)
        report = replace(report, due_at=owed.isoformat(), answer_by=by.isoformat())
    if [one.key for one in due.to] != [ticket.requester.key]:
        return report
    final = due.created_at - policy.undo_window
    said = (one for one in reversed(ticket.entries) if one.kind is EntryKind.AGENT and one.at <= final)
    ours = next((one for one in said if not one.unverified and one.only in ("", ticket.requester.key)), None)
    if ours is None:
        return report
    return replace(report, text=ours.text, author=views.public_author(ours, policy), at=ours.at.isoformat())


def _read_by(due: DueLetter, policy: Policy) -> str:
    """Who reads what its reader answers before it leaves; "" where that is nobody."""
    if due.ticket is None or not _learns(due, policy):
        return ""
    lead = readers.lead_of(policy, due.ticket.department)
    return lead.shown_name if lead else ""


def _learns(due: DueLetter, policy: Policy) -> bool:
    """True for a letter to a trainee."""
    agent = policy.agent(due.agent)
    return due.audience == Audience.AGENT and agent is not None and agent.role is Role.TRAINEE


def _receivers(due: DueLetter, policy: Policy) -> tuple[Receiver, ...]:
    joined = due.content.joined if isinstance(due.content, Notice) else ()
    return views.receivers_shown(due.ticket, policy, joined)


def _to_settle(says: Receipt) -> bool:
    """True when there are words to send without their commands, or something that was done and may be taken back."""
    if isinstance(says, TraineesAnswer):
        return bool(says.meant)
    return not says.wordless if says.parked else bool(says.done or says.newer or says.text)


def _offered(says: Content) -> str:
    """Another address the ticket may belong to."""
    if isinstance(says, Notice):
        return says.came_from or says.asks_for or says.looks_like
    return says.looks_like if isinstance(says, Receipt) else ""


def _is_for_many(says: Content) -> bool:
    """True for the question whether one answer goes to many customers."""
    gathers = says.gathers if isinstance(says, Receipt) and says.parked else None
    return gathers is not None and gathers.command == "answer"


def _links(due: DueLetter, department: Department, policy: Policy) -> one_tap.LetterLinks:
    says = due.content
    return one_tap.links_of_letter(
        due.template,
        due.message_id,
        due.ticket,
        department.from_.addr,
        policy,
        parked=isinstance(says, Receipt) and says.parked,
        coached=isinstance(says, Receipt) and bool(says.coach),
        several=isinstance(says, WasItYou) and bool(says.mails),
        wave=isinstance(says, Question) and bool(says.wave),
        many=_is_for_many(says),
        hint=says.hint if isinstance(says, Digest | Question) else "",
        offer=_offered(says),
        reader=due.agent,
        learns=_learns(due, policy),
        order=says.why if isinstance(says, Notice) else "",
        files=due.ticket is not None and any(entry.attachments for entry in due.ticket.entries),
        words=not isinstance(says, Receipt) or _to_settle(says),
    )
