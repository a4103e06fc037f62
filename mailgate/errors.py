"""The errors a caller can act on: try again, give up, or tell the admin what to change."""

from __future__ import annotations

from dataclasses import dataclass


class MailgateError(Exception):
    """Base of every error mailgate raises on purpose."""


class Temporary(MailgateError):
    """It may work later: answer 451, keep the letter, look at it again."""


class Permanent(MailgateError):
    """It will never work as it stands: answer 5xx, mark the delivery dead."""


class Later(Temporary):
    """The other side says when it is worth trying again."""

    def __init__(self, text: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(text)


class OutOfSpace(Temporary):
    """The disk or a memory budget is full: answer 452."""


class ShortOfMemory(Temporary):
    """This process has no memory left: never the fault of the mail in hand."""

    def __init__(self) -> None:
        super().__init__("mailgate itself is short of memory")


class RouteDown(Temporary):
    """The relay itself refuses or cannot be reached: pause the route, not the letter."""

    def __init__(self, text: str, *, null_sender_refused: bool = False, on_letter: bool = False) -> None:
        self.null_sender_refused = null_sender_refused  # it refused `MAIL FROM:<>` and may take another sender
        self.on_letter = on_letter  # it said so when it saw this letter's envelope: another may fare better
        super().__init__(text)


class Uncertain(MailgateError):
    """The connection died after the final dot: the letter may or may not have been taken."""


class ChildDied(MailgateError):
    """The child working on this died or hit a limit; `reason` is `cpu`, `memory`, `wall`, `size` or `signal`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ChildFailed(MailgateError):
    """A function raised in a child; `kind` is the exception's type name, `text` its shortened message."""

    def __init__(self, kind: str, text: str = "") -> None:
        self.kind = kind
        self.text = text
        super().__init__(f"{kind}: {text}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing an admin has to change, and where it stands."""

    file: str
    key: str
    text: str
    line: int | None = None
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.text}" if place else f"{key} {self.text}".strip()


class ConfigError(MailgateError):
    """The configuration, rules or templates cannot be used; carries every problem at once."""

    def __init__(self, problems: tuple[Problem, ...] | list[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = (Problem("", "", problems),)
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NoHours(ConfigError):
    """A calendar has too little working time to count with."""

    def __init__(self, calendar: str, years: int) -> None:
        text = f"has too few working hours within {years} years to count with"
        super().__init__((Problem("", f"calendar.{calendar}", text),))


class Older(ConfigError):
    """The database was made by an earlier version, or its upgrade is not finished: a start brings it up to date."""
