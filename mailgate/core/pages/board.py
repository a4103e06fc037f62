"""The team's board: what lies on the desk now, as figures, a strip of promises and the most pressing tickets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailgate.core.model.desk_rows import Load
from mailgate.core.model.policy import Agent, Policy
from mailgate.core.model.ticket import Status

HOUR = timedelta(hours=1)
PAST, AHEAD = 12, 24  # hours of promises that are shown on either side of now
LATE = timedelta(minutes=30)  # what we hold for longer is red
DAYS = 14
MOST = 9  # pressing tickets


@dataclass(frozen=True, slots=True)
class BoardAsked:
    """The board of whoever this session is of."""

    session: str


@dataclass(frozen=True, slots=True)
class Pressing:
    """A ticket that is owed an answer, the earliest first."""

    number: int
    subject: str
    requester: str  # a name, else an address
    language: str
    department: str
    owner: str  # as it is shown; "" for nobody
    status: str
    priority: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What lies with one department or agent; "" is nobody."""

    name: str
    unowned: int = 0
    in_hand: int = 0
    waiting: int = 0
    hold: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Mail that waits for one of us to say something: how many of each kind."""

    parked: int = 0
    trapped: int = 0  # parked, by the traps of the form
    quarantined: int = 0  # could not be read
    uncertain: int = 0  # may have left, or not
    bounced: int = 0  # tickets at work whose newest words came back
    oldest: datetime | None = None

    @property
    def kinds(self) -> tuple[int, ...]:
        """How many of each."""
        return self.parked, self.trapped, self.quarantined, self.uncertain, self.bounced


@dataclass(frozen=True, slots=True)
class Tiles:
    """The figures above all."""

    unowned: int
    in_hand: int
    waiting: int
    hold: int
    late: int
    solved: int  # today
    came: int  # today
    held: int
    held_late: bool = False  # something of that waits too long
    kinds: tuple[int, ...] = (0, 0, 0, 0, 0)  # of that: parked, trapped, quarantined, uncertain, bounced


@dataclass(frozen=True, slots=True)
class Promises:
    """Answers owed, by the hour: `hours[past]` is the hour that begins now, those before it were broken."""

    hours: tuple[int, ...] = ()
    past: int = PAST
    older: int = 0  # broken before the first of them
    soon: int = 0  # owed within a day


@dataclass(frozen=True, slots=True)
class Day:
    """What came and went on a day of the desk."""

    at: datetime  # when it began
    came: int
    solved: int


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One look at the desk; all whose `scope` is the same see the same page."""

    at: datetime
    mark: str  # another one when anything but `at` is
    scope: str  # departments it is of, "" for all
    ended: int  # how many sessions have ended so far: when it changes every session is to be asked for anew
    language: str  # of whoever asked
    tiles: Tiles
    promises: Promises
    pressing: tuple[Pressing, ...] = ()
    departments: tuple[Share, ...] = ()
    agents: tuple[Share, ...] = ()
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskRows:
    """What the store says of the desk at one moment; departments of trainees are left out."""

    at: datetime
    load: tuple[Load, ...] = ()
    due: tuple[tuple[str, int, int], ...] = ()  # department, hour from now (less than -PAST: before), tickets
    days: tuple[tuple[datetime, Mapping[str, int], Mapping[str, int]], ...] = ()  # came, solved, by department
    pressing: Mapping[str, Sequence[Pressing]] = field(default_factory=dict)  # the first of each department
    held: Held = Held()


def scope_of(policy: Policy, agent: Agent) -> tuple[str, ...]:
    """The departments whose board an agent sees; () is all: those of leads and admins, and of who works in all."""
    if agent.chief:
        return ()
    return tuple(one.name for one in policy.departments if one.name in agent.departments)


def tiles(rows: DeskRows, scope: Collection[str] = ()) -> Tiles:
    """The figures of these departments; () is all. What we hold is everybody's."""
    every = _share("", [one for one in rows.load if _within(one.department, scope)])
    today = day_rows(rows, scope)[-1:]
    oldest = rows.held.oldest
    return Tiles(
        unowned=every.unowned,
        in_hand=every.in_hand,
        waiting=every.waiting,
        hold=every.hold,
        late=every.late,
        solved=sum(one.solved for one in today),
        came=sum(one.came for one in today),
        held=sum(rows.held.kinds),
        held_late=oldest is not None and rows.at - oldest > LATE,
        kinds=rows.held.kinds,
    )


def promises(rows: DeskRows, scope: Collection[str] = ()) -> Promises:
    """The strip of hours of these departments."""
    hours = [0] * (PAST + AHEAD)
    older = 0
    for department, hour, tickets in rows.due:
        if _within(department, scope):
            if hour < -PAST:
                older += tickets
            elif hour < AHEAD:
                hours[hour + PAST] += tickets
    return Promises(tuple(hours), PAST, older, sum(hours[PAST : PAST + 24]))


def day_rows(rows: DeskRows, scope: Collection[str] = ()) -> tuple[Day, ...]:
    """The days of these departments, the oldest first."""

    def among(counted: Mapping[str, int]) -> int:
        return sum(n for name, n in counted.items() if _within(name, scope))

    return tuple(Day(at, among(came), among(solved)) for at, came, solved in rows.days)


def by_department(rows: DeskRows, scope: Collection[str], names: Iterable[str]) -> tuple[Share, ...]:
    """A line for each of the departments of these names, in their order, also where nothing lies."""
    return tuple(
        _share(name, [one for one in rows.load if one.department == name]) for name in names if _within(name, scope)
    )


def by_agent(rows: DeskRows, scope: Collection[str], shown: Mapping[str, str]) -> tuple[Share, ...]:
    """A line for each who has something, who has most first; `shown` is what each is called."""
    of: dict[str, list[Load]] = {}
    for one in rows.load:
        if one.owner and _within(one.department, scope):
            of.setdefault(one.owner, []).append(one)
    found = [_share(shown.get(name, name), theirs) for name, theirs in of.items()]
    return tuple(sorted(found, key=lambda one: (-one.in_hand, -one.late, -one.waiting, one.name)))


def pressing(rows: DeskRows, scope: Collection[str] = ()) -> tuple[Pressing, ...]:
    """The first of all tickets at work in these departments: by due time, then those that are owed nothing."""
    found = [one for name, theirs in rows.pressing.items() if _within(name, scope) for one in theirs]
    undue = max((one.due for one in found if one.due), default=rows.at) + HOUR
    return tuple(sorted(found, key=lambda one: (one.due is None, one.due or undue, one.number))[:MOST])


def _within(department: str, scope: Collection[str]) -> bool:
    return not scope or department in scope


def _share(name: str, load: Iterable[Load]) -> Share:
    unowned = in_hand = waiting = hold = late = 0
    for one in load:
        late += one.overdue
        if one.status == Status.WAITING:
            waiting += one.tickets
        elif one.status == Status.HOLD:
            hold += one.tickets
        elif one.owner:
            in_hand += one.tickets
        else:
            unowned += one.tickets
    return Share(name, unowned, in_hand, waiting, hold, late)
