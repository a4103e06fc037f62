"""An agent's mail: commands to carry out, words to relay, or a question whether it was really he who wrote."""

from __future__ import annotations

from mailgate.core.authority import Carried
from mailgate.core.case import Case
from mailgate.core.change import Decision, Fate, Parking
from mailgate.core.mail import InboundMail
from mailgate.core.policy import Policy


def parked_mail(mail: InboundMail, tokens: tuple[Carried, ...], policy: Policy) -> int | None:
    """The parked mail a one-tap answer is about."""
    return None


def desk_keys(mail: InboundMail, policy: Policy) -> dict[str, int]:
    """Valid desk addresses among the recipients."""
    return {}


def answer(case: Case) -> Decision | None:
    """None when the mail is to be treated like anybody else's."""
    if not case.authority.steer:
        return case.end(Fate.PARKED, case.authority.why, parking=Parking(case.authority.why))
    return None


def released(case: Case, agent: str, mode: str) -> Decision:
    """A parked mail somebody has vouched for."""
    return case.end(Fate.DROPPED, mode)
