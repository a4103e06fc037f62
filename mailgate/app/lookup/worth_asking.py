"""About whom a mail is a reason to ask: a customer who may get an answer to it, and nobody else."""

from __future__ import annotations

from mailgate.core.customers.question import Person
from mailgate.core.letters import addressee
from mailgate.core.mails import guard
from mailgate.core.model.change import Decision, Facts
from mailgate.core.model.content import Question
from mailgate.core.model.mail import InboundMail, MailKind
from mailgate.core.model.policy import Policy


def asked_for(decision: Decision, facts: Facts) -> tuple[str, ...]:
    """The customers about whom an agent's mail asks (`#customer`): by name, else that of the ticket it is about."""
    found: list[str] = []
    for letter in decision.letters:
        content = letter.content
        if not isinstance(content, Question) or not content.ask:
            continue
        about = facts.tickets.get(next(iter(content.numbers or ()), 0))
        own = about.requester.addr if about else ""
        found += [one.argument.strip() or own for one in content.ask if one.name == "customer"]
    return tuple(filter(None, found))


def person(mail: InboundMail, policy: Policy) -> Person | None:
    """Whoever wrote it; None for a mail of a program, an agent or a department, and for history."""
    if mail.envelope.history or mail.spam or mail.kind is not MailKind.PLAIN or guard.null_sender(mail):
        return None
    if guard.declares_itself_automatic(mail) or (mail.author and policy.colleague_at(mail.author.addr)):
        return None
    answered = addressee.of(mail, policy)[:1]
    if not answered or addressee.robot(answered[0].addr) or policy.colleague_at(answered[0].addr):
        return None
    found = Person(answered[0].key)
    return found if found.key else None
