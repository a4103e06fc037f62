"""What an attempt to deliver means for the delivery: sent, again later, dead, or for a person to judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import Logger

from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.letters import on_channels, status_letters
from mailgate.core.letters.due import DueDelivery, DueLetter
from mailgate.core.letters.on_channels import WhyNot
from mailgate.core.model.change import Urgency
from mailgate.core.model.content import Ack, Solved
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import canonical
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import DeliveryState
from mailgate.core.model.policy import Mode, Policy
from mailgate.errors import Later, Permanent, RouteDown, Uncertain

STEPS = (1, 5, 15, 30)  # minutes, then doubled
LONGEST = timedelta(hours=4)
JITTER = 0.2
DOUBTS = 4  # tries after which a letter that may or may not have arrived is left to a person
FEWEST = 5  # tries before giving up, so that a jump of the clock kills nothing (threats K-02)

TO_CHANNELS = {
    WhyNot.GONE: "its channel is not in the configuration any more",
    WhyNot.FOREIGN: "a letter to several, or to somebody else, goes to no channel",
    WhyNot.LATE: "the channel lets nobody answer so late",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A new state for one delivery; `failed` asks for a note on the ticket."""

    delivery: int
    state: DeliveryState
    due_at: datetime | None = None
    error: str = ""
    remote_id: str = ""
    attempts: int | None = None
    failed: bool = False


def retry_after(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts; `chance` in 0..1 spreads it by a fifth either way."""
    minutes = STEPS[attempts - 1] if attempts <= len(STEPS) else STEPS[-1] * 2 ** min(attempts - len(STEPS), 10)
    return min(timedelta(minutes=minutes), LONGEST) * (1 - JITTER + 2 * JITTER * chance)


def is_ack(due: DueLetter) -> bool:
    """True for letters that are better lost than doubled or late."""
    return due.urgency == Urgency.ACK


def why_not_tried(due: DueLetter, delivery: DueDelivery, policy: Policy, now: datetime) -> Mark | None:
    """Why a delivery is not even tried, None when it is."""
    if policy.department_at(delivery.recipient) is not None:
        return Mark(delivery.id, DeliveryState.DEAD, error="one of our own addresses: it would come back to us")
    if _practises(due, policy) and policy.colleague_at(delivery.recipient) is None:
        return Mark(delivery.id, DeliveryState.DEAD, error="trainees practise there: it leaves to nobody but agents")
    if is_chat(delivery.recipient):
        why = on_channels.why_not(due, delivery.recipient, Moment(policy, Facts(), now))
        if why is not None:  # a channel may come back; whatever else keeps an agent's words, they hear of
            held = why is WhyNot.GONE
            state = DeliveryState.HELD if held else DeliveryState.DEAD
            told = not held and not isinstance(due.content, Ack | Solved)
            return Mark(delivery.id, state, error=TO_CHANNELS[why], failed=told)
    if policy.mode is Mode.PILOT and canonical(delivery.recipient) not in map(canonical, policy.pilot_to):
        return Mark(delivery.id, DeliveryState.HELD, error="pilot: not among pilot_to")
    if due.ticket is not None and status_letters.overtaken(due.content, due.ticket, due.created_at):
        return Mark(delivery.id, DeliveryState.DEAD, error="the ticket has gone on since")
    if is_ack(due) and now - due.created_at > policy.limits.ack_max_age:
        return Mark(delivery.id, DeliveryState.DEAD, error="too old to be acknowledged")
    return None


def _practises(due: DueLetter, policy: Policy) -> bool:
    """True for a letter of a department in which trainees practise."""
    return policy.training(due.department) or (due.ticket is not None and policy.training(due.ticket.department))


def untouched(due: DueLetter, delivery: DueDelivery, why: str = "") -> Mark:
    """Back in the queue as if nobody had claimed it, in front of what is younger."""
    return Mark(delivery.id, DeliveryState.WAITING, due_at=due.created_at, error=why)


def sent(delivery: DueDelivery, remote_id: str) -> Mark:
    """The relay said 250."""
    return Mark(delivery.id, DeliveryState.SENT, remote_id=remote_id, attempts=delivery.attempts + 1)


def failed(
    error: Exception, due: DueLetter, delivery: DueDelivery, now: datetime, retry_for: timedelta, chance: float
) -> Mark:
    """The attempt raised: only Permanent ends it at once; what nobody foresaw counts as temporary."""
    attempts, text = delivery.attempts + 1, str(error) or type(error).__name__
    if isinstance(error, RouteDown):
        return untouched(due, delivery, text)
    if isinstance(error, Permanent):
        return Mark(delivery.id, DeliveryState.DEAD, error=text, attempts=attempts, failed=True)
    if isinstance(error, Uncertain) and (is_ack(due) or attempts >= DOUBTS):
        return Mark(delivery.id, DeliveryState.UNCERTAIN, error=text, attempts=attempts)
    first = delivery.first_tried_at or now
    if attempts >= FEWEST and now - first > retry_for:
        return Mark(delivery.id, DeliveryState.DEAD, error=text, attempts=attempts, failed=True)
    wait = retry_after(attempts, chance)
    if isinstance(error, Later):
        wait = max(wait, min(timedelta(seconds=error.seconds), LONGEST))
    return Mark(delivery.id, DeliveryState.WAITING, due_at=now + wait, error=text, attempts=attempts)


def record(log: Logger, event: str, due: DueLetter, delivery: DueDelivery, **more: str) -> None:
    """A line of the log about a delivery, by all that somebody may look for."""
    log.info(event, extra={"delivery": delivery.id, "letter": due.id, "to": delivery.recipient,
                           "ticket": due.ticket.number if due.ticket else None, "message_id": due.message_id,
                           **more})  # fmt: skip
