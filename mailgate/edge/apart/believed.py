"""What the desk believes of a mail that a listener hands over: no more than SMTP could have brought in."""

from __future__ import annotations

from collections.abc import Collection

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.apart.messages import Mail, Nonsense
from mailgate.edge.smtp.address import BadAddress, check_recipient, check_sender
from mailgate.edge.smtp.admission import Admission
from mailgate.edge.smtp.limits import SmtpLimits
from mailgate.errors import Temporary


def envelope_of(mail: Mail, kinds: Collection[Source], limits: SmtpLimits, admission: Admission) -> Envelope:
    """The envelope of a mail that came in at a place of one of the `kinds` that are bound.

    A login proves an agent, so it is believed of submission alone, and of those who have a password there. Raises
    Nonsense for what no listener of ours would say, Temporary for somebody who may not submit any more.
    """
    kind = Source(mail.kind)
    if kind not in kinds:
        raise Nonsense("a mail from where nobody listens")
    if bool(mail.login) != (kind is Source.SUBMISSION):
        raise Nonsense("a login where there is none, or none where there must be")
    if not 0 < len(mail.recipients) <= limits.max_recipients:
        raise Nonsense("no recipients, or too many")
    try:  # once more: what a stranger named goes no further unless it is an address
        sender = check_sender(mail.sender, utf8=True)
        recipients = tuple(check_recipient(each, utf8=True) for each in mail.recipients)
    except BadAddress as error:
        raise Nonsense("no address in an envelope") from error
    if mail.login and mail.login not in admission.submitters:
        raise Temporary("a login that is not one any more")
    return Envelope(sender, recipients, kind, mail.peer, mail.login)
