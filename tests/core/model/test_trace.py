"""What `explain` shows is kept as JSON and read again, that of earlier versions too."""

from __future__ import annotations

import json

import pytest

from mailgate.core.model import trace
from mailgate.core.model.trace import AuthorityTrace, MatchTrace, Outcome, RuleTrace, Trace

WHOLE = Trace(
    guard="human",
    match=MatchTrace("token", 1001, verified=True, mentions=(1002,), conflict=False),
    authority=AuthorityTrace("anna", "token", "fresh", passed=True, carriers=("message-id", "address")),
    rules=(RuleTrace("vip", True, "from is x"), RuleTrace("default", False, "no words")),
    outcome=Outcome(rules="vip", department="sales", tags="", priority="high"),
    commands=("#close",),
    looked=True,
)


@pytest.mark.parametrize(
    "seen", [WHOLE, Trace(), Trace(guard="unreadable"), Trace(guard="human", duplicate_of=7, looked=True)]
)
def test_a_trace_is_read_as_it_was_kept(seen: Trace) -> None:
    assert trace.from_plain(json.loads(json.dumps(trace.to_plain(seen)))) == seen


def test_the_trace_of_an_earlier_version_lacks_what_that_did_not_know() -> None:
    kept = {
        "guard": "human",
        "match": {"by": "subject", "ticket": 1001, "verified": False, "nearest": 3},
        "authority": {"agent": None, "proof": None},
        "rules": [{"name": "default", "hit": True}],
        "quarantine": "",
    }
    found = trace.from_plain(kept)
    assert found.looked
    assert (found.match.ticket, found.match.mentions, found.authority.carriers) == (1001, (), ())
    assert found.rules == (RuleTrace("default", True, ""),)
    assert found.outcome == Outcome()


def test_nothing_was_kept_of_a_mail_that_came_to_no_rules() -> None:
    assert trace.to_plain(Trace()) == {}
    assert trace.to_plain(Trace(guard="unreadable")) == {"guard": "unreadable"}
    assert "duplicate_of" not in trace.to_plain(WHOLE)
