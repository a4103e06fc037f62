"""The section `[web.calls]`: what of it is wrong, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded, problems

CALLS = "[web.calls]\n"
WRONG = {
    "no such agent": (CALLS + 'agents = { "12" = "nobody-here" }', 'there is no agent "nobody-here"'),
    "no such department": (CALLS + 'numbers = { "80" = "nowhere" }', 'there is no department "nowhere"'),
    "recordings in the clear": (CALLS + 'recordings = ["http://pbx.example/"]', "recordings come from an address that begins"),
    "recordings of a host without an end": (CALLS + 'recordings = ["https://pbx.example"]', "recordings come from an address"),
    "recordings of somebody": (CALLS + 'recordings = ["https://u:p@pbx.example/"]', "recordings come from an address"),
    "recordings of nobody": (CALLS + "recordings = [{ secret = '' }]", "web.calls.recordings"),
    "too large": (CALLS + 'recording_max = "1GB"', "a recording has 60 MB at most"),
    "nothing at all": (CALLS + 'recording_max = "0B"', "a recording has 60 MB at most"),
    "another memo": (CALLS + 'memo = "always"', "web.calls.memo"),
    "no secret there": (CALLS + 'placetel_secret = "env:PLACETEL"', "the environment has no variable PLACETEL"),
    "unknown": (CALLS + "tel = true", "unknown key (did you mean 'tell'?)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    text, wanted = WRONG[name]
    found = problems(tmp_path, GOOD + text)
    assert any(wanted in one for one in found), found


def test_what_comes_of_it(tmp_path: Path) -> None:
    text = 'memo = "ended"\nrecordings = ["https://a.example/r/", { url = "https://b.example:8443/" }]\n'
    config = loaded(tmp_path, GOOD + CALLS + text + 'numbers = { "+371 67 000 001" = "support" }\n')
    assert [(one.url, one.secret) for one in config.calls.recordings] == [
        ("https://a.example/r/", None), ("https://b.example:8443/", None)
    ]  # fmt: skip
    policy = config.policy.web.calls
    assert (policy.ended, policy.tell, policy.numbers) == (True, False, {"+371 67 000 001": "support"})


def test_nothing_is_done_with_calls_unless_it_is_said(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD)
    assert (config.calls.recordings, config.calls.placetel_secret) == ((), None)
    assert not (config.policy.web.calls.tell or config.policy.web.calls.ended)
