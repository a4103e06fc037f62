"""A small desk and the mails of a stranger, a customer and an agent, with any text in any field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from mailgate.core.mails.decide import decide, needs
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, Attachment, Envelope, InboundMail, Source
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Department, Key, Policy
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import token
from mailgate.core.rules import rule
from mailgate.core.rules.condition import Condition
from mailgate.core.text.folding import as_wanted
from mailgate.rulebook.patterns import compiled

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
KEY = Key("k1", b"k" * 32)
DESK = Address("support@acme.example")
CUSTOMER = Address("c@c.example", "Carl")
POLICY = Policy(
    "Acme", "acme.example", (Department("support", (DESK.addr,), DESK, lead="anna"),), (KEY,),
    agents=(Agent(1, "anna", "anna@staff.example", full_name="Anna Virtanen"), Agent(2, "bo", "bo@staff.example")),
)  # fmt: skip
TICKET = Ticket(1001, "lamp", Status.OPEN, "support", CUSTOMER, NOW, NOW, owner="anna", participants=(CUSTOMER,))
VOTE = token.message_id(token.mint(KEY, token.Token(1001, "customer", 0, "words", "abcdefgh"), "id"), "acme.example")
FACTS = Facts(tickets={1001: TICKET}, by_id={VOTE: 1001}, ticket_subjects={1001: ("lamp",)})
WORDS = Condition("words", (as_wanted("lamp*"),))
RULES = (
    rule.Rule("words", (WORDS, Condition("subject", (compiled("(?i)order (.*)x"),)))),
    rule.Rule("file", (Condition("attachment", ("*.e?e*x",)),)),
    rule.Rule("form", (), then=rule.Actions(requester=compiled("(?s)from (.*)"), call=compiled(r"call ([0-9 ]+)"))),
)
BASE = InboundMail(
    Envelope("c@c.example", (DESK.addr,)), 1000, "d", CUSTOMER, author_clean=True, to=(DESK,), subject="Re: [#1001] lamp",
    message_id="<a@c.example>", in_reply_to=(VOTE,), text="words", fresh="words", language="en",
)  # fmt: skip
MAILS = {
    "a stranger's": replace(BASE, author=Address("s@s.example"), in_reply_to=(), subject="lamp"),
    "a customer's": BASE,
    "an agent's": replace(
        BASE, author=Address("anna@staff.example", "Anna"), in_reply_to=(),
        envelope=Envelope("anna@staff.example", (DESK.addr,), Source.SUBMISSION, login="anna"),
    ),
}  # fmt: skip
HEADERS = (
    "auto-submitted", "precedence", "list-id", "x-auto-response-suppress", "x-original-from", "resent-to", "return-path",
    "x-mailgate-loop", "x-loop",
)  # fmt: skip


def decisions() -> Iterator[tuple[str, Callable[[str], object]]]:
    """One function for each of these mails and each of its fields; it decides what becomes of the mail."""
    for whose, mail in MAILS.items():
        for field, filled in FIELDS.items():
            yield f"{whose} {field}", partial(_decide, mail, filled)


def _decide(mail: InboundMail, filled: Callable[[InboundMail, str], InboundMail], text: str) -> None:
    full = filled(mail, text)
    examined = rule.match_mail(RULES, full)
    needs(full, POLICY, NOW, examined)
    decide(full, Moment(POLICY, FACTS, NOW), RULES, examined=examined)


def _line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


FIELDS: dict[str, Callable[[InboundMail, str], InboundMail]] = {
    "words": lambda mail, text: replace(mail, text=text, fresh=text),
    "quoted words": lambda mail, text: replace(mail, text=f"hello\n{text}", fresh="hello", quoted=text),
    "signature": lambda mail, text: replace(mail, text=f"hello\n{text}", fresh="hello", signature=text),
    "subject": lambda mail, text: replace(mail, subject=_line(text)),
    "subject after the tag": lambda mail, text: replace(mail, subject=f"[#1001] {_line(text)}"),
    "name": lambda mail, text: replace(mail, author=Address(mail.author.addr if mail.author else "", _line(text))),
    "address": lambda mail, text: replace(mail, author=Address(_line(text))),
    "recipients": lambda mail, text: replace(mail, to=(DESK, Address(_line(text), _line(text)))),
    "ids": lambda mail, text: replace(mail, message_id=text, in_reply_to=(*mail.in_reply_to, text), references=(text,)),
    "file": lambda mail, text: replace(mail, attachments=(Attachment(text, "a/b", 1, "d", "2", original_name=text),)),
    "headers": lambda mail, text: replace(mail, headers=tuple((name, _line(text)) for name in HEADERS)),
}
