"""The link to the reader's page in a customer's letter: their own, or the ticket's where several read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailgate.core.letters.addressee import known
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.status_letters import STAGE_CONTENTS
from mailgate.core.model.content import Ack, Answer, Content, StatusReport
from mailgate.core.model.facts import Facts
from mailgate.core.model.letter_kinds import PrivacyLetter
from mailgate.core.model.mail import Address
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Ticket
from mailgate.core.proof import page
from mailgate.core.proof.page import PageState


def offered(policy: Policy) -> bool:
    """True when customers have a page of their ticket."""
    return policy.web.on and policy.web.status and bool(policy.web.url)


def is_to_a_stranger(content: Content, ticket: Ticket, earlier: Iterable[Content]) -> bool:
    """True for a letter in nobody's words to an address nobody proved: its page would show a forger's words (L-13).

    `earlier`: what the ticket's letters to customers said, looked at where no agent has answered. One that echoed their
    words went to somebody who was proved or known.
    """
    if isinstance(content, Ack | StatusReport):
        return not content.show_subject
    if type(content) not in STAGE_CONTENTS or ticket.last_agent_at is not None:
        return False
    return not any(isinstance(one, Ack | StatusReport) and one.show_subject for one in earlier)


def written_for(due: DueLetter, policy: Policy) -> str:
    """The token of the link in a letter; "" in one that carries none.

    Whoever takes no part has no page: an acknowledgement may go to another address than the requester's.
    """
    ticket = due.ticket
    if due.page is None or not due.page.on or ticket is None or due.audience != Audience.CUSTOMER:
        return ""
    if not offered(policy):
        return ""
    if isinstance(due.content, PrivacyLetter) or policy.training(ticket.department):
        return ""  # it asks who they are, or says that all of it goes
    readers = {one.key for one in (*due.to, *due.cc)}
    people = {one.key: one for one in people_of(ticket)}
    if not readers or not readers <= people.keys():
        return ""
    alone = people[next(iter(readers))] if len(readers) == 1 else None
    return written(Moment(policy, Facts(), due.created_at), ticket, due.page, alone)


def people_of(ticket: Ticket) -> tuple[Address, ...]:
    """Who may have a page of their own of it, the requester first."""
    return tuple({one.key: one for one in (ticket.requester, *ticket.participants) if known(one)}.values())


def written(moment: Moment, ticket: Ticket, state: PageState, person: Address | None) -> str:
    """The token of a person's link, or of the ticket's; one that is written late lives as long as any."""
    policy = moment.policy
    until = page.lasts(ticket.done_since, policy.web.links, moment.now)
    return page.page_of(policy.keys[0], ticket.number, state, person, until)


def address(token: str, policy: Policy) -> str:
    """Where that page is; "" without a token."""
    return page.link(policy.web.url, token) if token else ""


def cut(text: str, policy: Policy) -> str:
    """The text without the links in it: it is read by others than those they are for."""
    return page.with_links(text, policy.keys) if offered(policy) else text


def with_own_links(content: Content, token: str, policy: Policy) -> Content:
    """An answer whose words name a page, which an agent passed on or copied: it is the reader's, or nobody's."""
    if not isinstance(content, Answer) or not offered(policy):
        return content
    mine = {name: page.with_links(getattr(content, name), policy.keys, token or page.CUT) for name in _SAID}
    return replace(content, **mine)


_SAID = ("text", "html", "canned")
