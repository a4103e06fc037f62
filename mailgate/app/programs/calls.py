"""Calls that exchanges tell of: one row each whatever order their events come in, a memo where one is due."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import TimeoutError as Late
from datetime import datetime
from typing import Final

from mailgate.app.calls import filing
from mailgate.app.calls.callers import may_be
from mailgate.app.calls.filing import PATIENCE, SOON, UNFILED
from mailgate.app.gateway import Gateway
from mailgate.app.programs.bearer import UNKNOWN, judge
from mailgate.app.programs.lookup import known
from mailgate.app.programs.once import Done, once
from mailgate.app.programs.tickets import sees
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.commands.by_hand import BY_HAND
from mailgate.core.customers.question import Person
from mailgate.core.letters import readers
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.mail import canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.ticket import Ticket
from mailgate.core.pages.window import Refusal
from mailgate.core.programs import called, calls, program, ringing
from mailgate.core.programs.called import ApiCallAsked, ApiCallPage, KnownCall, PushedCallAsked
from mailgate.core.programs.calls import Call, Exchange, Malformed
from mailgate.core.programs.program import Program
from mailgate.errors import MailgateError
from mailgate.store.base import Read, Tx
from mailgate.wire import pushed

WAIT: Final = 60  # seconds until it is worth telling again when the store is in trouble


def told(desk: WindowDesk, asked: ApiCallAsked) -> ApiCallPage | Refusal:
    """An event of ours: who that may be, and where the call is filed."""
    asks = judge(desk, asked.bearer, asked.peer, program.CALLS)
    if isinstance(asks, Refusal):
        return asks

    def taken(begin: Callable[[], datetime]) -> Done[ApiCallPage | Refusal] | Refusal:
        begin()
        page = _taken(desk, asks, asked.call)
        return page if isinstance(page, Refusal) else Done(page, "")

    # What a call was answered with has people's names and is not kept: the same event once more does nothing by itself.
    return once(desk, asks, asked.once, asked.digest, taken, lambda _: _taken(desk, asks, asked.call))


def told_in_its_own_shape(desk: WindowDesk, asked: PushedCallAsked) -> ApiCallPage | Refusal:
    """An event of sipgate, Placetel or 3CX, whose token stands in the address, and Placetel's signature in the head."""
    asks = judge(desk, asked.bearer, asked.peer, program.CALLS)
    if isinstance(asks, Refusal):
        return asks
    shape, secret = Exchange(asked.exchange), desk.gateway.config.calls.placetel_secret
    if shape is Exchange.PLACETEL and secret and not calls.signed(asked.body, asked.signature, secret.reveal()):
        return UNKNOWN
    try:
        call = calls.read(shape, pushed.fields(asked.type, asked.body, asked.query))
    except ValueError as error:
        return _unfit(error)
    return ApiCallPage() if call is None else _taken(desk, asks, call)


def _unfit(error: ValueError) -> Refusal:
    field = str(error) if isinstance(error, Malformed) else "body"
    return Refusal("call", (("field", field),))


def _taken(desk: WindowDesk, asks: Program, call: Call) -> ApiCallPage | Refusal:
    gateway = desk.gateway
    moment = gateway.in_force.moment(gateway.clock())
    try:
        call = calls.checked(call, moment.now)
    except Malformed as error:
        return _unfit(error)

    def keep(tx: Tx) -> tuple[KnownCall, str]:
        before = tx.calls.get(asks.name, call.id)
        after = called.after(before, call, asks.name)
        filed = tx.calls.memo(asks.name, call.id)
        if after != before:
            tx.calls.keep(after)
            if not filed and filing.wanted(moment, after):  # most exchanges tell of it once, whatever we answer
                tx.calls.fetch(asks.name, call.id, moment.now + UNFILED, 0)
            if filed and before and after.recording != before.recording:
                tx.calls.fetch(asks.name, call.id, moment.now + SOON, 0)
            if after.ringing and not (before and before.rang):
                _tell(tx, desk, moment, after)
        return after, filed

    try:
        now, filed = gateway.store.write(keep).result(PATIENCE)
        if now.ringing:
            gateway.dispatcher.wake()
        _look_up(gateway, moment, now)
        if not filed and filing.wanted(moment, now):
            filed = filing.file(gateway, moment, asks, now)
    except (MailgateError, Late):
        return Refusal("trouble", wait=WAIT)
    return gateway.store.read(lambda read: _answer(read, moment, asks, now, filed))


def _answer(read: Read, moment: Moment, asks: Program, call: KnownCall, filed: str) -> ApiCallPage:
    """Who it may be, as far as the program may know: of other departments it learns no person either."""

    def shown(ticket: Ticket) -> bool:
        return sees(asks, ticket.department, moment.policy)

    callers = may_be(read, call.number, moment.now, shown)
    people = callers.people
    if asks.departments:
        people = tuple(one for one in people if known(read, asks, one) is not None)
    several = len(people) > 1 or (callers.several and not asks.departments)
    return ApiCallPage(people, several, read.calls.ticket_of(filed) if filed else None)


def _tell(tx: Tx, desk: WindowDesk, moment: Moment, call: KnownCall) -> None:
    """One line to whoever's telephone rings, where that is wanted; in the transaction that notes the ring, so once."""
    policy, gateway = moment.policy, desk.gateway
    agent = policy.agent(filing.agent_of(moment, call)) if policy.web.calls.tell else None
    if agent is None or readers.is_away(moment, agent):
        return

    def theirs(ticket: Ticket) -> bool:
        return agent.works_in(ticket.department)

    letter = ringing.letter(policy, agent, call, may_be(tx, call.number, moment.now, theirs).people)
    decision = Decision(Fate.FILED, BY_HAND, letters=(letter,))
    tx.apply(None, decision, moment.now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)


def _look_up(gateway: Gateway, moment: Moment, call: KnownCall) -> None:
    """Have another program asked who it may be, for the next event of this call, or the next call."""
    if not (call.number and gateway.lookups.settings.on):
        return
    people = gateway.store.read(lambda read: may_be(read, call.number, moment.now, lambda _: False)).people
    addresses = people[0].addresses if people else ()
    if len(people) <= 1:
        gateway.lookups.about(Person(canonical(addresses[0]) if addresses else "", call.number))


ANSWERS: Final[Answers] = {"api_call": told, "api_call_pushed": told_in_its_own_shape}
