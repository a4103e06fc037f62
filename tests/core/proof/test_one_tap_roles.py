"""What those who learn may not do is offered to them by no button; what they may do is."""

from __future__ import annotations

from mailgate.core.commands.catalogue import BY_NAME
from mailgate.core.model.policy import Role
from mailgate.core.proof import one_tap


def test_the_buttons_that_trainees_lack_are_those_of_commands_they_may_not_use() -> None:
    offered = [*(label for label, _ in one_tap.VERBS), "requester", "incident"]
    assert {label for label in offered if not BY_NAME[label].allows(Role.TRAINEE)} == one_tap.NOT_TRAINEES
