"""The window put together: who runs it, what keeps it from opening, and where its faults are told; mail hears nothing."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import programs
import pytest
from conftest import PATIENCE, Desk, running

from mailgate import wiring
from mailgate.app.health import pages, status
from mailgate.config.tree import Listen, Web
from mailgate.core.pages.window import WindowState
from mailgate.edge.window.keeper import NoWindow, WindowAtSocket, WindowKeeper

AT = (Listen("127.0.0.1", 0),)


def test_w34_a_window_that_fails_is_told_and_is_no_fault_of_mail(desk: Desk) -> None:
    gateway = desk.gateway
    gateway.window = lambda: WindowState("child", False, 7, 5, "it ended with status 7")
    (trouble,) = status.status_of(gateway, gateway.clock())["troubles"]
    assert (trouble["text"], trouble["grave"]) == ("the web pages: it ended with status 7", False)
    assert pages.healthz(gateway)[0]
    figures = pages.metrics(gateway)
    assert {"mailgate_window_up 0", "mailgate_window_questions 7", "mailgate_window_starts 5"} <= {*figures.split("\n")}
    shown = programs.run(["--config", str(desk.folder / "mailgate.toml"), "status"]).stdout
    assert "window      not there (a child, started 5 times), 7 questions so far" in shown
    wiring._without_window(gateway, "it ended with status 7")
    for thread in threading.enumerate():
        if thread.name == "alarm":
            thread.join(PATIENCE)
    (alarm,) = desk.letters("root@admin.example", "alarm")
    assert alarm["Subject"] == "The web pages are down"
    assert "it ended with status 7" in alarm.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_whoever_is_to_run_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as desk:
        gateway, config = desk.gateway, desk.gateway.config
        found = {}
        for run, at in (("unit", ()), ("unit", AT), ("child", AT)):
            gateway.config = replace(config, web=Web(at, run))
            found[run, bool(at)] = type(wiring._window(gateway))
        assert found == {("unit", False): NoWindow, ("unit", True): WindowAtSocket, ("child", True): WindowKeeper}
        monkeypatch.setattr(wiring, "missing_packages", lambda: ["starlette"])
        without = wiring._window(gateway)
        gateway.config = config
    assert isinstance(without, NoWindow)
    assert without.state() == WindowState(
        "child", False, 0, 0, "starlette is not installed: pip install 'mailgate[web]'"
    )
