"""Asks one URL once, within limits that hold whatever the other side does; what goes wrong is a value, not an error."""

from __future__ import annotations

from importlib.util import find_spec

from mailgate.core.asking.http import EXTRA, PACKAGE, Answer, Asked, Failure, Limits, Why
from mailgate.edge.http.lines import Lines


def missing() -> bool:
    """Is the package not there that this needs?"""
    return find_spec(PACKAGE) is None


class HttpClient:
    """Asks URLs, one connection each; any thread may ask, and `hang_up` ends what all of them wait for.

    No redirect is followed, no cookie kept, no proxy of the environment used; certificates are always verified, by the
    system's authorities and those in `ca_file`. Link-local and cloud metadata addresses are refused (allowed.py).
    """

    def __init__(self, limits: Limits | None = None, ca_file: str = "") -> None:
        self.limits = limits or Limits()
        self.ca_file = ca_file
        self._lines = Lines()

    def fetch(self, asked: Asked, limits: Limits | None = None) -> Answer | Failure:
        """What `asked` brought, or why nothing; returns within the limits and raises nothing."""
        if missing():
            return Failure(Why.REFUSED, f"{PACKAGE} is not installed: pip install '{EXTRA}'")
        from mailgate.edge.http.engine import talk

        return talk(asked, limits or self.limits, self.ca_file, self._lines)

    def hang_up(self) -> None:
        """End every question at once, and all that come: the program stops."""
        self._lines.hang_up()
