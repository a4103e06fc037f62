"""How the window is set up: the one question that is asked before any page."""

from __future__ import annotations

from typing import Final

from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.pages.window import SettingsAsked, WindowSettings, settings_of


def settings(desk: WindowDesk, asked: SettingsAsked) -> WindowSettings:
    """What holds for every page, by the policy in force."""
    return settings_of(desk.gateway.in_force.policy)


ANSWERS: Final[Answers] = {"settings": settings}
