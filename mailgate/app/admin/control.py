"""What other commands ask of whoever holds the data folder: the daemon by its socket, or the command itself."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from mailgate.app.admin import import_old, practice, reloading, rights, staff, tokens, walls
from mailgate.app.gateway import Gateway
from mailgate.app.health.status import of_daemon
from mailgate.app.hooks import by_hand as hooked
from mailgate.app.jobs import covering, customers
from mailgate.app.jobs.schedule import JOBS, run_job
from mailgate.app.window import forms
from mailgate.core.commands import by_hand
from mailgate.core.letters import instead
from mailgate.core.mails.decide import ANYBODY
from mailgate.core.model.change import Decision, Fate, Needs, Unpark
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import SetNews
from mailgate.core.model.policy import Agent
from mailgate.errors import ConfigError, MailgateError, Permanent
from mailgate.store.base import Incoming, Tx
from mailgate.wire.mime.content_digest import empty, is_named, raw_digest
from mailgate.wire.mime.parse import parse
from mailgate.wire.words import said

T = TypeVar("T")
SHELL = "en"  # the language that commands are answered in at the shell
Call = Callable[..., Any]
EMPTY = "the message is empty: neither a header nor words"


def answer(gateway: Gateway, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one request `{"call": NAME, "args": {...}}`; the answer has `result`, or `error` for people."""
    call = CALLS.get(str(request.get("call")))
    if call is None:
        return {"error": f"unknown request {request.get('call')!r}"}
    try:
        return {"result": call(gateway, **dict(request.get("args") or {}))}
    except ConfigError as error:
        return {"error": "\n".join(str(problem) for problem in error.problems)}
    except MailgateError as error:
        return {"error": str(error) or type(error).__name__}


def reload(gateway: Gateway) -> str:
    """Check and apply what is on disk; raises ConfigError and keeps the last good set."""
    return reloading.reload(gateway)


def take_customers(gateway: Gateway, anyway: bool = False) -> dict[str, Any]:
    """Take the customers' file in now; `anyway` also when it lost most of its rows. Raises ConfigError."""
    done = customers.sync(gateway, gateway.clock(), again=True, anyway=anyway)
    return {"count": done.count, "changed": done.changed, "problems": [str(one) for one in done.problems]}


def retry_quarantine(gateway: Gateway, number: int | None = None) -> int:
    """Run quarantined mail again; returns how many. Raises Permanent when that mail is not in quarantine."""
    waiting = [] if number else gateway.store.read(lambda read: read.mail.quarantined())
    numbers = [number] if number else [row.mail for row in waiting]
    done = sum(gateway.store.write(lambda tx: [tx.mail.retry(one) for one in numbers]).result())
    if number and not done:
        raise Permanent(f"mail {number} is not in quarantine")
    _process(gateway)
    return done


def drop_mail(gateway: Gateway, number: int, reason: str = "dropped by hand") -> bool:
    """Give up on a quarantined or parked mail; its raw bytes stay."""
    now = gateway.clock()
    if not gateway.store.write(lambda tx: tx.mail.drop(number, reason, now)).result():
        raise Permanent(f"mail {number} waits for nobody")
    return True


def outbox_retry(gateway: Gateway, delivery: int) -> bool:
    """Send a delivery again, whatever became of it before."""
    now = gateway.clock()
    if not gateway.store.write(lambda tx: tx.outbox.retry(delivery, now)).result():
        raise Permanent(
            f"there is no delivery {delivery} to retry: unknown, sent, or its words are gone ([retention], forget)"
        )
    gateway.dispatcher.wake()
    return True


def outbox_drop(gateway: Gateway, delivery: int) -> bool:
    """Never send a delivery."""
    now = gateway.clock()
    if not gateway.store.write(lambda tx: tx.outbox.drop(delivery, now)).result():
        raise Permanent(f"there is no delivery {delivery} that could be dropped")
    return True


def outbox_release(gateway: Gateway, deliveries: Sequence[int] = ()) -> int:
    """Everything held (restored, pilot, watch) may leave, or these deliveries alone."""
    now = gateway.clock()
    count = gateway.store.write(lambda tx: tx.outbox.release(now, deliveries)).result()
    gateway.dispatcher.wake()
    return count


def ban(gateway: Gateway, pattern: str, until: str | None = None, why: str = "") -> bool:
    """Drop everything from an address or @domain, until a time when given."""
    now = gateway.clock()
    end = datetime.fromisoformat(until) if until else None
    gateway.store.write(lambda tx: tx.people.ban(pattern, end, why, now)).result()
    return True


def unban(gateway: Gateway, pattern: str) -> bool:
    """Lift a ban."""
    if not gateway.store.write(lambda tx: tx.people.unban(pattern)).result():
        raise Permanent(f"{pattern} is not banned")
    return True


def end_news(gateway: Gateway, department: str) -> bool:
    """A department's acknowledgements tell no news any more."""
    now = gateway.clock()
    decision = Decision(Fate.FILED, "news", effects=(SetNews(department, None),), actor="admin")

    def end(tx: Tx) -> bool:
        told = any(one.department == department for one in tx.outage.news(now))
        if told:
            tx.apply(None, decision, now, gateway.ids)
        return told

    if not gateway.store.write(end).result():
        raise Permanent(f"{department} tells no news")
    return True


def accept(gateway: Gateway, raw: str, sender: str, recipients: list[str], source: str = "pipe", **parts: Any) -> int:
    """Keep one mail (base64) that came by a pipe; returns its number. The caller may exit 0 only after this.

    Raises Permanent for an empty one: a pipe that was given nothing has a fault its owner must see.
    """
    octets = base64.b64decode(raw)
    if empty(octets):
        raise Permanent(EMPTY)
    envelope = Envelope(sender, tuple(recipients), Source(source), **parts)
    number = gateway.intake.receive(octets, envelope).result().number
    _process(gateway)
    return number


def import_mails(gateway: Gateway, mails: list[tuple[str, str]]) -> int:
    """Keep old mails, each base64 and its time (RFC 3339), as history; returns how many were not here yet."""
    fresh = import_old.take_in(gateway, [(base64.b64decode(raw), datetime.fromisoformat(at)) for raw, at in mails])
    _process(gateway)
    return fresh


def job(gateway: Gateway, name: str, now: str | None = None) -> int:
    """Run a scheduled job by hand; `now` (RFC 3339) plays it at another time, its letters leave at once."""
    if name not in JOBS:
        raise Permanent(f"there is no job {name!r}; there are: {', '.join(JOBS)}")
    clock = gateway.clock()
    count = run_job(gateway, name, datetime.fromisoformat(now) if now else clock)
    if now:
        gateway.store.write(lambda tx: tx.outbox.hasten(clock)).result()
        gateway.dispatcher.wake()
    return count


def release_parked(gateway: Gateway, number: int, agent: str = "", mode: str = "all") -> bool:
    """A parked mail is processed after all, as that agent's when one is named."""
    if agent and gateway.in_force.policy.agent(agent) is None:
        raise Permanent(f"there is no agent {agent!r}")
    if number not in [row.mail for row in gateway.store.read(lambda read: read.mail.parked())]:
        raise Permanent(f"mail {number} is not parked")
    effect = Unpark(number, released=True, as_agent=agent or ANYBODY, mode=mode)
    decision = Decision(Fate.FILED, "released", effects=(effect,))
    now = gateway.clock()
    gateway.store.write(lambda tx: tx.apply(None, decision, now, gateway.ids)).result()
    _process(gateway)
    return True


def do_commands(gateway: Gateway, number: int | None, text: str, agent: str) -> list[str]:
    """Commands as by mail, on a ticket or on none; returns a line for each."""
    who, now = _agent(gateway, agent), gateway.clock()
    needs = by_hand.needs(gateway.in_force.moment(now), number, text, who)
    lines = _decided(gateway, needs, now, lambda moment: by_hand.decide(moment, number, text, who))
    return [said(SHELL, one) for one in lines]


def agent_away(gateway: Gateway, agent: str, words: str) -> list[str]:
    """An absence, in the words of `#away`; urgent work of somebody away from now on moves at once."""
    lines = do_commands(gateway, None, f"#away {words}", agent)
    covering.cover(gateway, gateway.clock())
    return lines


def claim_ticket(gateway: Gateway, agent: str) -> int | None:
    """The most pressing ticket, claimed for an agent in one transaction; None when nothing waits."""
    who, now = _agent(gateway, agent), gateway.clock()
    needs = by_hand.needs(gateway.in_force.moment(now), None, "", who)
    return _decided(gateway, needs, now, lambda moment: by_hand.claim(moment, who))


def _decided(gateway: Gateway, needs: Needs, now: datetime, decide: Callable[[Moment], tuple[Decision, T]]) -> T:
    """Facts, decision and its writing in one transaction, then its letters; returns what `decide` says beside it."""

    def job(tx: Tx) -> T:
        with _refused_in_words():
            moment = gateway.in_force.moment(now, tx.facts(needs, now))
            decision, beside = decide(moment)
        tx.apply(
            None,
            instead.passed_on(moment, decision),
            now,
            gateway.ids,
            None,
            hold=gateway.in_force.snapshot.letters_wait,
        )
        return beside

    beside = gateway.store.write(job).result()
    gateway.dispatcher.wake()
    return beside


@contextlib.contextmanager
def _refused_in_words() -> Iterator[None]:
    """What core refuses in a code is Permanent with the sentence of it."""
    try:
        yield
    except by_hand.NotDone as refused:
        raise Permanent(said(SHELL, refused.why)) from refused


def phone_memo(
    gateway: Gateway, agent: str, customer: str, raw: str, number: int | None = None, department: str = ""
) -> int:
    """A phone memo with its recording, as a mail of our own making (base64), filed at once; returns the ticket."""
    who, policy, now = _agent(gateway, agent), gateway.in_force.policy, gateway.clock()
    known = [one.name for one in policy.departments]
    if department and department not in known:
        raise Permanent(f"there is no department {department!r}; there are: {', '.join(known)}")
    octets = base64.b64decode(raw)
    envelope = Envelope(who.address, (), Source.PIPE)
    mail = parse(octets, envelope, policy.limits)

    def job(tx: Tx, large: Incoming | None) -> int:
        kept = tx.mail.keep(octets, envelope, raw_digest(octets), now, large, named=is_named(octets))
        needs = by_hand.needs(gateway.in_force.moment(now), number, f"#call {customer}", who)
        moment = gateway.in_force.moment(now, tx.facts(needs, now))
        with _refused_in_words():
            decision = by_hand.memo(moment, number, customer, mail.text, mail.attachments, who, department)
        return tx.apply(kept.number, decision, now, gateway.ids, None, hold=True).tickets[0]

    return gateway.intake.keeping.keep_by(octets, job).result()


def _agent(gateway: Gateway, name: str) -> Agent:
    found = gateway.in_force.policy.agent(name)
    if found is None or not found.active:
        raise Permanent(f"there is no agent {name!r}")
    return found


def ping(gateway: Gateway) -> str:
    """Prove that somebody is there."""
    return gateway.config.gateway.name


def status(gateway: Gateway) -> dict[str, Any]:
    """What only the running process knows of itself (see `app.health.status.of_daemon`)."""
    return of_daemon(gateway)


def _process(gateway: Gateway) -> None:
    """Have kept mail processed: by the daemon's own thread, else here and now."""
    gateway.intake.wake()
    if not gateway.threaded:
        gateway.intake.work_off()


CALLS: dict[str, Call] = {
    "accept": accept,
    "agent_away": agent_away,
    "agent_desk": staff.desk,
    "agent_leave": staff.leave,
    "agent_test": staff.begin_test,
    "agent_tested": staff.look_at_test,
    "agent_welcome": staff.welcome,
    "agent_train": practice.train,
    "ban": ban,
    "claim": claim_ticket,
    "customers": take_customers,
    "do": do_commands,
    "drop_mail": drop_mail,
    "import_mails": import_mails,
    "end_news": end_news,
    "forget": rights.forget,
    "job": job,
    "link_contacts": rights.link_contacts,
    "memo": phone_memo,
    "outbox_drop": outbox_drop,
    "outbox_drop_hook": hooked.drop,
    "outbox_release": outbox_release,
    "outbox_retry": outbox_retry,
    "outbox_retry_hook": hooked.retry,
    "hook_switch": hooked.switch,
    "hook_test": hooked.test,
    "ping": ping,
    "release_parked": release_parked,
    "reload": reload,
    "retry_quarantine": retry_quarantine,
    "status": status,
    "unban": unban,
    "token_add": tokens.add,
    "token_revoke": tokens.revoke,
    "wall_add": walls.add,
    "wall_revoke": walls.revoke,
    "window_form": forms.shut,
}
