"""About whom a mail is a reason to ask: a customer who may get an answer to it, and nobody else."""

from __future__ import annotations

from mailgate.core.customers.question import Person
from mailgate.core.letters import addressee
from mailgate.core.mails import guard
from mailgate.core.model.mail import InboundMail, MailKind
from mailgate.core.model.policy import Policy


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
