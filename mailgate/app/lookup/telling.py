"""What the admin hears of looking customers up: once when it fails for long, and once when it works again."""

from __future__ import annotations

from mailgate.app.health.alarm import Alarms
from mailgate.app.lookup.asking import Tells
from mailgate.app.lookup.pauses import Trouble
from mailgate.core.model.said import said


def teller(alarms: Alarms) -> Tells:
    """By a letter, and their own program."""

    def tell(trouble: Trouble | None) -> None:
        if trouble is None:
            alarms.tell("lookup_back", said("alarm.lookup_back"), said("alarm.lookup_back_text"), "mailgate status")
        else:
            text = said("alarm.lookup_text", why=trouble.why)
            alarms.tell("lookup", said("alarm.lookup"), text, "mailgate check --connect")

    return tell
