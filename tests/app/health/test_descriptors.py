"""S-08: an error that comes a thousand times a second is one line of the log, then a count."""

import errno
import resource

import pytest

from mailgate.app.health import descriptors
from mailgate.app.health.descriptors import Descriptors


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "let_in", "raised"),
    [
        (1024, 4096, 100, 100, None),
        (1024, 4096, 2000, 2000, 2074),
        (256, 256, 2000, 182, None),
        (256, 512, 2000, 438, 512),
        (64, 64, 100, 4, None),
        (64, resource.RLIM_INFINITY, 100, 100, 174),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 9000, 9000, None),
    ],
)
def test_connections_leave_descriptors_for_all_else(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, wanted: int, let_in: int, raised: int | None
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(descriptors.resource, "getrlimit", lambda kind: (soft, hard))
    monkeypatch.setattr(descriptors.resource, "setrlimit", lambda kind, pair: asked.append(pair))
    assert descriptors.affordable(wanted, 10) == let_in
    assert asked == ([] if raised is None else [(raised, hard)])


def test_it_is_said_once_counted_at_times_and_its_end_is_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    health: dict[str, str] = {}
    told = Descriptors(health)
    for tenth in range(1200):
        assert told.refused(OSError(errno.EMFILE, "Too many open files"), tenth / 10)
        told.look(tenth / 10)
    assert "LimitNOFILE" in health["descriptors"]
    assert [record.message for record in caplog.records] == ["out of file descriptors", "still out of file descriptors"]
    told_so_far = len(caplog.records)
    told.look(119.9)
    assert health
    told.look(124.9)
    assert health == {}
    told.look(200)
    assert [record.message for record in caplog.records][told_so_far:] == ["file descriptors are free again"]
    assert vars(caplog.records[-1])["refused"] == 1200
    assert told.refused(OSError(errno.ENFILE, "Too many open files in system"), 300)
    assert caplog.records[-1].message == "out of file descriptors"


@pytest.mark.parametrize("other", [OSError(errno.ECONNRESET, "reset"), ValueError("x"), None])
def test_other_errors_are_told_as_ever(other: object) -> None:
    health: dict[str, str] = {}
    assert not Descriptors(health).refused(other, 1.0)
    assert health == {}
