"""What a mail means: needs(mail) asks, decide(mail, facts) answers with data and touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from mailgate.core.commands import about_spam, named, reader
from mailgate.core.letters import addressee, instead
from mailgate.core.letters.addressee import NOBODY
from mailgate.core.mails import agent_mail, agent_orders, bounce, customer, guard, match, notices, sent_folder, unwanted
from mailgate.core.mails.case import Case, known_as
from mailgate.core.mails.guard import Wrote
from mailgate.core.model.change import Decision, Fate, Needs, Step, Tell, WhyParked
from mailgate.core.model.mail import Address, Attachment, InboundMail, Source
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import LOGO_LARGEST, Agent, Policy, logo_id
from mailgate.core.proof import authority, exchange, session, token, visitor
from mailgate.core.proof.authority import Proof
from mailgate.core.rules import rule
from mailgate.core.rules.rule import Circumstances, MailFindings, Rule
from mailgate.core.worktime import skills

CLOCKS_SET = 2000  # a Date before that year is of a printer whose clock nobody has set
# Who stands in these sent a mail of ours on by hand, or wrote one that a group put our name on.
_PASSED_ON = ("resent-from", "resent-sender", "x-original-from", "x-original-sender", "x-google-original-from")
MOST_ANSWERED = 3  # of Reply-To: what the desk was told of them
ANYBODY = "*"  # `released_as` of a parked mail that is to be filed like anybody's


def needs(
    mail: InboundMail,
    policy: Policy,
    arrived_at: datetime,
    examined: MailFindings | None = None,
    released_as: str = "",
    released_by: str = "",
) -> Needs:
    """The questions to the store that this mail raises; pure, made outside the transaction. See `decide`."""
    tokens = authority.carried_tokens(mail, policy)
    bounces = _bounces(mail, policy)
    reported = tuple(i for i in mail.bounced_ids if token.in_message_id(i, policy.keys))
    letters = (*(key for one in tokens for key in one.letters), *reported, *(one.letter for one, _ in bounces))
    letters = (released_by, *letters) if released_by else letters
    page = visitor.is_from_page(mail)
    form, author = None if page else rule.requester(examined), addressee.writer(mail, policy)
    through, author = author.key if form and author else "", form or author
    claims = [one.addr for one in (mail.author, None if form else author) if one]
    agent = policy.agent(released_as) or next((one for one in map(policy.colleague_at, claims) if one), None)
    told = f"{mail.subject}\n{mail.fresh[:4096]}"
    told = reader.as_commands(told) if agent else told
    orders = agent is not None and "#" in told + mail.fresh
    pictures = agent is not None and any(one.inline for one in mail.attachments)  # are they the ticket's own?
    spam = orders and (bool(released_as) or named.may_hold(told, about_spam.SPAM, policy.command_aliases))
    called = exchange.call(mail)
    numbers = (
        *((called.ticket,) if called and called.ticket else ()),
        *(reader.line_numbers(told) if orders else ()),
        *(c.token.ticket for c in tokens if c.token.ticket),
        *(one.ticket for one, _ in bounces if one.ticket),
        *(() if mail.envelope.history or page else match.subject_numbers(mail.subject, policy)),
    )
    return Needs(
        content_digest=mail.content_digest,
        message_id=mail.message_id,
        ids=tuple(dict.fromkeys((*match.referred_ids(mail), *mail.bounced_ids)))[:30],
        numbers=tuple(dict.fromkeys(numbers))[:20],
        sender=author.key if author else "",
        requester=NOBODY.key if author is None or policy.department_at(author.addr) else "",
        departments=departments(mail, policy),
        arrived_at=arrived_at,
        letters=tuple(dict.fromkeys(letters))[:200],
        reported=tuple(dict.fromkeys(one.letter for one, _ in bounces))[:10],
        orders=orders or pictures,
        queue_of=agent.name if agent and orders else "",
        queue_in=agent.departments if agent else (),
        queue_by_arrival=policy.by_arrival(agent.departments if agent else ()),
        queue_languages=skills.own_and_others(policy, agent) if agent and orders else ((), ()),
        named=bool(mail.message_id) or (mail.date is not None and mail.date.year >= CLOCKS_SET),
        asked=_asked(agent, tokens, policy),
        phones=_phones(mail, examined, orders),
        people=named.people(told) if orders else (),
        through=through,
        customers=tuple(one.key for one in mail.reply_to[:MOST_ANSWERED]),
        senders=spam,
        ways=orders and named.may_hold(told, "via", policy.command_aliases),
        forwards=orders and (bool(released_as) or named.may_hold(told, "forward", policy.command_aliases)),
        on_page=session.is_act(mail),
        domain=spam and about_spam.names_a_domain(told),
    )


def _asked(agent: Agent | None, tokens: Iterable[authority.CarriedToken], policy: Policy) -> tuple[str, ...]:
    """Whom a "was this you?" could go to: the agent in From, and those whose tokens the mail carries."""
    carried = (policy.agent_by_id(c.token.agent) for c in tokens if c.token.audience == Audience.AGENT)
    return tuple(dict.fromkeys(one.name for one in (agent, *carried) if one))[:5]


def _phones(mail: InboundMail, examined: MailFindings | None, orders: bool) -> tuple[str, ...]:
    """Lines whose caller matters: found by a rule's `call`, or named by an agent after `#call`."""
    found = [finding.call for finding in examined.findings if finding.call] if examined else []
    if orders:
        found += named.numbers(f"{mail.subject}\n{mail.fresh[:4096]}")
    return named.lines(found)


def _old(moment: Moment) -> bool:
    """True while letters that 0.1.0 signed are still believed."""
    since = moment.facts.signed_since
    return since is not None and moment.now < since + moment.policy.identity.old_letters


def _bounces(mail: InboundMail, policy: Policy) -> list[tuple[token.Token, str]]:
    """Tokens of signed bounce addresses the mail was sent to, each with the delivery it names."""
    plus, keys = policy.identity.subaddress, policy.keys
    hits = (token.in_bounce_address(addr, plus, keys) for addr in authority.recipients(mail))
    return [hit for hit in hits if hit]


def departments(mail: InboundMail, policy: Policy) -> tuple[str, ...]:
    """Every department the mail was sent to, in order; the first one of all when it names none of ours.

    One to practise in comes last: what goes to another as well is no exercise, and its sender waits for an answer.
    """
    named = [policy.department_at(addr) for addr in authority.recipients(mail)]
    found = dict.fromkeys(name for name in named if name)
    return tuple(sorted(found, key=policy.training)) or (policy.departments[0].name,)


def decide(
    mail: InboundMail,
    moment: Moment,
    rules: tuple[Rule, ...],
    *,
    examined: MailFindings | None = None,
    in_hours: Callable[[str], bool] = lambda calendar: True,
    released_as: str = "",
    release_mode: str = "",
    released_by: str = "",
) -> Decision:
    """The decision about one mail. Pure: the same arguments give the same answer, always.

    `examined` is what `rule.match_mail` says of it, made ahead outside the transaction. `released_as` names the agent
    who has vouched for a parked mail by a signed answer, `release_mode` what of it they want done, and `released_by`
    the Message-ID of the receipt they answered.
    """
    case = look(mail, moment, rules, examined, in_hours)
    return instead.passed_on(moment, _decided(case, released_as, release_mode, released_by))


def _decided(case: Case, released_as: str, release_mode: str, released_by: str) -> Decision:
    mail = case.mail
    if released_as == ANYBODY:
        return customer.file_customer_mail(case, released=True)
    if released_as:
        decision = agent_mail.released_mail(case, released_as, release_mode, released_by)
        return decision or customer.file_customer_mail(case, released=True)
    if case.facts.duplicate_of is not None or (case.facts.msgid_collision and visitor.is_chat_message(mail)):
        return _again(case)
    if case.authority.proof is Proof.SESSION:  # before anybody looks whether a program may have written it
        return agent_orders.done_on_page(case, agent_mail.read_commands(case))
    if case.verdict.kind is Wrote.SELF:
        return _come_home(case)
    if mail.envelope.sent and not mail.envelope.history:
        return sent_folder.file_sent_answer(case)
    if case.facts.banned:
        return case.decided(Fate.DROPPED, "banned")
    if case.verdict.kind is Wrote.BOUNCE:
        decision = bounce.handle_report(case, _bounces(mail, case.policy))
        if decision is not None:
            return decision
    if mail.envelope.history:
        return customer.file_customer_mail(case)
    if case.authority.agent:
        decision = agent_mail.handle_agent_mail(case)
        if decision is not None:
            return decision
        case = case if case.authority.steer else _as_stranger(case)
    unasked = unwanted.file_as_spam(case) if case.facts.shut_out else None
    return unasked or agent_mail.foreign_token(case) or unwanted.weighed(case, customer.file_customer_mail(case))


def _come_home(case: Case) -> Decision:
    """A letter of ours that comes back is dropped; with another's name on it, or sent on by hand, it may have changed.

    Then it waits for a person rather than in a ticket: the notices of that might come home in the same way.
    """
    mail, policy = case.mail, case.policy
    senders = {desk.from_.key for desk in policy.departments}
    named = [one for one in (mail.author, mail.sender, *mail.reply_to) if one]
    ours = mail.author is not None and token.in_message_id(mail.message_id, policy.keys) is not None
    ours = ours and all(policy.department_at(one.addr) is not None or one.key in senders for one in named)
    if ours and not any(mail.header(name) for name in _PASSED_ON) and not _written_via(mail.author):
        return case.decided(Fate.DROPPED, "self_loop")
    return case.decided(Fate.PARKED, "self_loop", parking=WhyParked("self_loop"))


def _written_via(author: Address | None) -> bool:
    """True for "Maija via Support", as groups write it on what others send through them."""
    return author is not None and " via " in f" {author.name.lower()} "


def _as_stranger(case: Case) -> Case:
    """A program's mail in an agent's name, which proves nothing: it is anybody's."""
    known = replace(case.authority, agent=None)
    found = match.find(case.mail, case.author, known, case.moment)
    return replace(case, authority=known, match=found)


def _without_logo(mail: InboundMail, policy: Policy) -> InboundMail:
    """The mail without the picture of our letters that programs bring back in what they quote.

    Anybody can reckon the Content-ID of a logo for a file of theirs: it hides no more than a small picture.
    """
    logo = policy.letters.logo_file.digest if policy.letters.logo_file else None

    def ours(file: Attachment) -> bool:
        known = file.digest == logo or file.content_id == logo_id(file.digest, policy.domain)
        picture = file.type.startswith("image/") and file.size <= LOGO_LARGEST
        return known and picture and not file.placed and (file.inline or file.aside)

    if not any(map(ours, mail.attachments)):
        return mail
    return replace(mail, attachments=tuple(one for one in mail.attachments if not ours(one)))


def look(
    mail: InboundMail,
    moment: Moment,
    rules: tuple[Rule, ...],
    examined: MailFindings | None,
    in_hours: Callable[[str], bool],
) -> Case:
    """Everything there is to see before deciding: author, robot or not, authority, match, rules."""
    policy = moment.policy
    mail = _without_logo(mail, policy)
    mail = replace(mail, language="") if mail.envelope.source is Source.CALL else mail  # its words are ours
    examined = examined or rule.match_mail(rules, mail, policy.identity.subaddress)
    page = visitor.is_from_page(mail)
    form = None if page else rule.requester(examined)
    author = form or addressee.writer(mail, policy)
    verdict = guard.inspect(mail, policy, _ours(policy))
    if form and (verdict.kind in (Wrote.AUTO, Wrote.HUMAN, Wrote.NO_SENDER) or not verdict.sure):
        verdict = guard.Verdict(robot=False, kind=Wrote.HUMAN, reason="contact_form", ack=True)
    by_desk_key, old = authority.desk_keys(mail, policy), _old(moment)
    known = authority.identify(mail, policy, moment.facts.letters, by_desk_key, old=old)
    known = visitor.authority_of(mail, policy) if page else known
    vouched = known.passed
    colleague = policy.colleague_at(author.addr) if author and not (form or page) and known.agent is None else None
    if colleague:  # named by a field that stands for From, which proves less still
        known = authority.claimed(known, colleague)
    if mail.author and author != mail.author:  # the pass is the form's or our own domain's, not that of who is named
        known, vouched = replace(known, passed=False), vouched and form is not None
    found = match.find(mail, author, known, moment)
    named = departments(mail, policy)
    ticket = found.ticket
    called = exchange.call(mail)
    answers_to = (form,) if form else addressee.of(mail, policy, denied=known.vetoed and not mail.envelope.history)
    route = rule.route_mail(
        () if policy.training(named[0]) else rules,
        examined,
        Circumstances(
            new=ticket is None,
            agent=known.agent is not None,
            authenticated=vouched or known.steer,
            automatic=verdict.robot,
            ticket_status=ticket.status if ticket else None,
            ticket_department=ticket.department if ticket else None,
            customer=known_as(moment.facts, author, answers_to),
            in_hours=in_hours,
            language=mail.language,
        ),
    )
    if called:
        route = replace(route, call=called.number, assign=route.assign or called.agent or None)
    arrived = mail.envelope.arrived_at or moment.now
    return Case(mail, moment, author, verdict, known, found, named, route, arrived, answers_to)


def _ours(policy: Policy) -> Callable[[str], bool]:
    def ours(value: str) -> bool:
        return token.is_loop_mark(value, policy.instance or policy.name, policy.keys) or (
            token.in_message_id(value, policy.keys) is not None
        )

    return ours


def _again(case: Case) -> Decision:
    """The same content once more: nothing, or, for another department, that department is told (threats T-14)."""
    if case.facts.duplicate_of is None:  # the same message of a channel, whatever its bridge says is in it now
        return case.decided(Fate.DUPLICATE, "msgid_collision")
    fresh = tuple(name for name in case.departments if name not in case.facts.duplicate_departments)
    number = case.facts.duplicate_ticket
    ticket = None if number is None else case.facts.tickets.get(number)
    trace = replace(case.trace(), duplicate_of=case.facts.duplicate_of)
    if not fresh or ticket is None or not _addressed(case) or case.mail.envelope.history:
        return case.decided(Fate.DUPLICATE, f"mail {case.facts.duplicate_of}", trace=trace)
    told = tuple(Tell(name) for name in fresh)
    step = Step(ticket.number, told, notices.to_departments(case, ticket, fresh))
    return case.decided(
        Fate.DUPLICATE, f"mail {case.facts.duplicate_of}, told {', '.join(fresh)}", steps=(step,), trace=trace
    )


def _addressed(case: Case) -> bool:
    """True when the mail really names a department of ours, so that the first one is not merely assumed."""
    return any(case.policy.department_at(addr) for addr in authority.recipients(case.mail))
