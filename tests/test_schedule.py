"""What `schedule.py` asks of xdist is heard."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("schedule")
def test_xdist_reads_the_groups(request: pytest.FixtureRequest) -> None:
    """A pytest that names tests in a new way leaves an older xdist without them: it spreads a group, and says nothing."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("no groups are asked for: --dist loadgroup")
    assert request.node.nodeid.endswith("@schedule")
