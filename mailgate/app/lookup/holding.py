"""A mail is held up for the answer about its sender: for as long as the admin said, and never longer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from mailgate.app.in_force import InForce
from mailgate.app.lookup.asking import Lookups
from mailgate.app.lookup.worth_asking import person
from mailgate.core.customers.question import Person
from mailgate.core.model.mail import InboundMail, canonical

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hold:
    """What a mail waits for."""

    done: threading.Event
    seconds: float  # at most


class Holding:
    """Has the sender of each mail asked about once it is read."""

    def __init__(self, lookups: Lookups, in_force: InForce) -> None:
        self._lookups, self._in_force = lookups, in_force

    def __call__(self, mail: InboundMail, then: Callable[[], None]) -> Hold | None:
        """What the mail waits for, None for nothing; `then` is called when it need not wait any more. Never raises."""
        if not self._lookups.settings.on:
            return None
        try:
            who = person(mail, self._in_force.policy)
            wait = self._lookups.settings.wait.total_seconds()
            question = self._lookups.about(who, then=then if wait else None) if who else None
        except Exception:  # whatever goes wrong here, the mail is decided
            log.exception("the sender of a mail was not looked up")
            return None
        return Hold(question.done, wait) if question is not None and wait else None

    def anew(self, addresses: tuple[str, ...]) -> None:
        """An agent wants to know of these people: what is said of them now is there when they ask again."""
        for address in addresses:
            self._lookups.about(Person(canonical(address)), anew=True)
