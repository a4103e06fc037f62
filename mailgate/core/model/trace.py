"""What was seen on the way to a decision: kept beside the mail, and shown by `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class MatchTrace:
    """Which ticket a mail was taken to belong to, and by what."""

    by: str | None = None
    ticket: int | None = None
    verified: bool = False
    mentions: tuple[int, ...] = ()
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class AuthorityTrace:
    """Whose word a mail was taken for, by what proof, and what carried it; None where there was none."""

    agent: str | None = None
    proof: str | None = None
    why: str | None = None
    passed: bool = False
    carriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule that was looked at: whether it was hit, and why or why not."""

    name: str
    hit: bool
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What of the rules' work an admin would notice; `rules` and `tags` are lists with commas."""

    rules: str | None = None
    department: str | None = None
    priority: str | None = None
    tags: str | None = None
    assign: str | None = None
    drop: str | None = None
    park: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of a mail; `looked` is False where it came to no rules, or was decided by an earlier version."""

    guard: str | None = None
    match: MatchTrace = MatchTrace()
    authority: AuthorityTrace = AuthorityTrace()
    rules: tuple[RuleTrace, ...] = ()
    outcome: Outcome = Outcome()
    commands: tuple[str, ...] = ()
    duplicate_of: int | None = None
    only_named: bool = False  # whom answers go to stands in Reply-To, Sender or the envelope alone
    looked: bool = False


def to_plain(trace: Trace) -> dict[str, Any]:
    """The trace as JSON keeps it; what is not known is not there."""
    if not trace.looked:
        return {} if trace.guard is None else {"guard": trace.guard}
    kept = asdict(trace)
    del kept["looked"]
    if trace.duplicate_of is None:
        del kept["duplicate_of"]
    if not trace.only_named:
        del kept["only_named"]
    return kept


def from_plain(kept: Mapping[str, Any]) -> Trace:
    """The trace again, of any version; what is missing is as in one that saw nothing."""
    match, authority, outcome = (_known(kept.get(name)) for name in ("match", "authority", "outcome"))
    return Trace(
        guard=kept.get("guard"),
        match=MatchTrace(**_only(MatchTrace, match, ("mentions",))),
        authority=AuthorityTrace(**_only(AuthorityTrace, authority, ("carriers",))),
        rules=tuple(RuleTrace(one["name"], bool(one["hit"]), one.get("why", "")) for one in kept.get("rules") or ()),
        outcome=Outcome(**_only(Outcome, outcome)),
        commands=tuple(kept.get("commands") or ()),
        duplicate_of=kept.get("duplicate_of"),
        only_named=bool(kept.get("only_named")),
        looked="rules" in kept,
    )


def _known(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _only(kind: type, kept: Mapping[str, Any], lists: tuple[str, ...] = ()) -> dict[str, Any]:
    found = {one.name: kept[one.name] for one in fields(kind) if one.name in kept}
    return found | {name: tuple(found[name] or ()) for name in lists if name in found}
