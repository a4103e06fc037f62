"""How the window is set up: the one question that is asked before any page."""

from __future__ import annotations

from typing import Final

from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.pages.window import SettingsAsked, WindowSettings


def settings(desk: WindowDesk, asked: SettingsAsked) -> WindowSettings:
    """What holds for every page, by the policy in force."""
    policy = desk.gateway.in_force.policy
    return WindowSettings(
        name=policy.name,
        language=policy.language,
        languages=policy.languages,
        timezone=policy.timezone,
        privacy=policy.letters.privacy,
    )


ANSWERS: Final[Answers] = {"settings": settings}
