"""The contact form at the desk: what it asks at the moment, and how an answer becomes a mail and is kept."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import TimeoutError as Late
from datetime import datetime
from functools import lru_cache
from typing import Final

from mailgate.app.gateway import Gateway
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.letters import expectation
from mailgate.core.mails.match import neutral_title
from mailgate.core.model import changed
from mailgate.core.model.change import OpenTicket
from mailgate.core.model.mail import Address, Envelope, Source
from mailgate.core.model.moment import Moment
from mailgate.core.model.outage import News, news_of
from mailgate.core.model.policy import Policy
from mailgate.core.pages import form
from mailgate.core.pages.form import FormAsked, FormTaken, TopicsAsked, TopicsPage
from mailgate.core.pages.policy import Topic, TopicField
from mailgate.core.pages.window import Refusal
from mailgate.core.proof import visitor
from mailgate.core.rules.condition import Pattern
from mailgate.errors import MailgateError
from mailgate.rulebook.patterns import whole
from mailgate.store.base import Read, Tx
from mailgate.wire.mime.typed import typed_mail

CLOSED: Final = "window.form"  # the setting: "closed" while an admin has closed the form
PATIENCE: Final = 25.0  # seconds for a mail to be on disk
WAIT: Final = 60  # seconds until it is worth trying again when the store is in trouble


# --- what it asks -----------------------------------------------------------------------------------------------------


def topics(desk: WindowDesk, asked: TopicsAsked) -> TopicsPage | Refusal:
    """The form as it stands at the moment, in the reader's language."""
    policy, now = desk.gateway.in_force.policy, desk.gateway.clock()
    if not policy.web.form.public:
        return Refusal("forbidden")

    def look(read: Read) -> TopicsPage:
        news = read.outage.news(now)
        moment = desk.gateway.in_force.snapshot.moment(now)
        offered = form.offered(policy)
        return TopicsPage(
            topics=tuple(form.shown(one, policy, asked.language, _by(moment, one)) for one in offered),
            closed=is_closed(read),
            news=told(news, policy, asked.language, (one.department for one in offered)),
            help=policy.web.help and bool(policy.articles),
        )

    return desk.gateway.store.read(look)


def told(news: tuple[News, ...], policy: Policy, language: str, departments: Iterable[str]) -> tuple[str, ...]:
    """What departments tell everybody at the moment, each text once."""
    found = (news_of(news, one, language, policy.department(one).language or policy.language) for one in departments)
    return tuple(dict.fromkeys(text for text in found if text))


def _by(moment: Moment, topic: Topic) -> datetime | None:
    """When somebody who writes now is promised an answer."""
    opening = OpenTicket("", topic.department, Address(""), sla=moment.policy.department(topic.department).sla)
    by = expectation.promised_answer(moment, changed.ticket_from_opening(opening, moment.now)).by
    return datetime.fromisoformat(by) if by else None


# --- what is answered -------------------------------------------------------------------------------------------------


def take(desk: WindowDesk, asked: FormAsked) -> FormTaken | Refusal:
    """A form that is right is committed and fsynced when this returns; nothing of a wrong one is kept."""
    gateway, policy = desk.gateway, desk.gateway.in_force.policy
    if not policy.web.form.public:
        return Refusal("forbidden")
    if gateway.store.read(is_closed):
        return Refusal("closed")
    topic = next((one for one in form.offered(policy) if one.name == asked.topic), None)
    wrong = form.wrong(asked, policy, topic, fits)
    if wrong or topic is None:
        return FormTaken(wrong)
    wait = desk.forms.wait(asked.peer[:64], *policy.web.form.rate)
    if wait:
        return Refusal("slow", wait=wait)
    address = form.typed_address(asked.address)
    raw, to = as_mail(asked, topic, policy, desk.forms.alike(asked.text, address.lower()))
    envelope = Envelope(address, (to,), Source.WINDOW, peer=asked.peer[:64])
    try:
        gateway.intake.receive(raw, envelope).result(PATIENCE)
    except (MailgateError, Late):
        return Refusal("trouble", wait=WAIT)
    return FormTaken()


def as_mail(asked: FormAsked, topic: Topic, policy: Policy, alike: bool = False) -> tuple[bytes, str]:
    """The octets of the mail that a form is, and where it goes."""
    to = policy.department(topic.department).addresses[0]
    marks = [(visitor.FIELD, f"{key}={answer}") for key, answer in form.answers(topic, asked).items()]
    trap = form.trap(asked, alike)
    raw = typed_mail(
        Address(form.typed_address(asked.address), form.line(asked.name)),
        to,
        neutral_title(form.title(topic, asked, policy), policy),
        form.body(topic, asked, policy),
        [(form.line(one.name), one.data) for one in asked.files],
        [
            *marks,
            (visitor.LANGUAGE, asked.language if asked.language in policy.languages else ""),
            *([(visitor.TRAP, trap)] if trap else []),
        ],
    )
    return raw, to


def fits(field: TopicField, answer: str) -> bool:
    """Whether the whole of an answer has its field's pattern; in an engine whose time grows with the answer alone."""
    return _whole(field.pattern).search(answer) is not None


@lru_cache(maxsize=256)
def _whole(pattern: str) -> Pattern:
    return whole(pattern)


# --- closing it in an attack ------------------------------------------------------------------------------------------


def is_closed(read: Read) -> bool:
    """True while an admin has closed the form."""
    return read.settings.get(CLOSED) is not None


def shut(gateway: Gateway, close: bool) -> bool:
    """Close the form, or open it again; it stays so over restarts. False where it was so already."""

    def job(tx: Tx) -> bool:
        before = is_closed(tx)
        tx.settings.set(CLOSED, "closed" if close else None)
        return before is not close

    return gateway.store.write(job).result()


ANSWERS: Final[Answers] = {"topics": topics, "form": take}
