"""The counter at which the window asks: which verb is answered by what, and how much is answered at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from mailgate.app.programs import bearer, calls, chats, lookup, messages, tickets
from mailgate.app.window import acts, articles, board, customers, forms, lists, login, report, settings, thread
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.app.window.rate import Rate, Rates
from mailgate.core.pages.window import Refusal

ANSWERS: Final[Answers] = {
    **settings.ANSWERS,
    **board.ANSWERS,
    **forms.ANSWERS,
    **articles.ANSWERS,
    **customers.ANSWERS,
    **lists.ANSWERS,
    **thread.ANSWERS,
    **acts.ANSWERS,
    **report.ANSWERS,
    **login.ANSWERS,
    **bearer.ANSWERS,
    **tickets.ANSWERS,
    **messages.ANSWERS,
    **chats.ANSWERS,
    **calls.ANSWERS,
    **lookup.ANSWERS,
}

# The window counts by peer and is the first to say no. These hold for whoever has taken it over as well.
ALL: Final = (120, 1.0)  # verbs of all kinds in so many seconds
FORMS: Final = (20, 60.0)
SEARCHES: Final = (10, 1.0)  # in all articles: the one question of anybody that takes the processor some hundredths
A_TOKEN: Final = (60, 60.0)  # of `status` for each token, of `act` for each session
ACTS: Final = (240, 60.0)
A_PROGRAM: Final = (300, 60.0)  # of all `api_` verbs, for each token
SAYS: Final = (20, 600.0)  # of `say`, for each token
UNKNOWN: Final = (10, 60.0)  # tokens that are none; after that
PAUSE: Final = 1.0  # seconds until it is said of the next
TOKENS: Final = 10_000  # tokens that are counted at once; the longest unasked is forgotten first
LONGEST: Final = 200  # characters by which they are told apart
GONE: Final = frozenset({"gone", "login_none", "login_wrong", "bearer"})  # codes by which a token is said to be none


class Counter:
    """Answers the window; callable in any thread. `tick` tells monotonic seconds."""

    def __init__(
        self, desk: WindowDesk, tick: Callable[[], float] = time.monotonic, answers: Answers = ANSWERS
    ) -> None:
        self._desk, self._tick, self._answers = desk, tick, answers
        self._guard = threading.Lock()
        self._all, self._forms, self._acts, self._unknown = Rate(*ALL), Rate(*FORMS), Rate(*ACTS), Rate(*UNKNOWN)
        self._searches = Rate(*SEARCHES)
        self._tokens = Rates(TOKENS)

    def __call__(self, verb: str, asked: Any) -> tuple[object, float]:
        """A page or a Refusal, and for how many seconds it is to be kept back."""
        wait = self._wait(verb, asked)
        if wait:
            return Refusal("slow", wait=wait), 0.0
        said = self._answers[verb](self._desk, asked)
        if isinstance(said, Refusal) and said.code in GONE:
            with self._guard:
                return said, 0.0 if self._unknown.takes(self._tick()) else PAUSE
        return said, 0.0

    def _wait(self, verb: str, asked: Any) -> int:
        """For how many seconds this has to wait; 0: not at all."""
        with self._guard:
            now = self._tick()
            rates = [self._all]
            if verb == "form":
                rates.append(self._forms)
            if verb == "articles" and asked.words:
                rates.append(self._searches)
            if verb == "status":
                rates.append(self._token(asked.token))
            if verb == "say":
                rates.append(self._token(f"say {asked.token}", SAYS))
            if verb == "act":
                rates += [self._acts, self._token(asked.session)]
            if verb.startswith("api_"):
                rates.append(self._token(f"api {asked.bearer}", A_PROGRAM))
            for rate in rates:
                if not rate.takes(now):
                    return rate.wait(now)
            return 0

    def _token(self, token: str, most: tuple[int, float] = A_TOKEN) -> Rate:
        """How often it was asked with a token."""
        return self._tokens.of(token[:LONGEST], *most)
