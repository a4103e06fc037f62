"""What first responses really took lately, kept so that the acknowledgement can promise what is true."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from mailgate.app.gateway import Gateway
from mailgate.app.questions.report import REACH, meters
from mailgate.core.figures.tally import usual_first_response

PERIOD = timedelta(days=30)
LEAST = 20  # first responses below which the past says nothing about the future


def promises(gateway: Gateway, now: datetime) -> int:
    """Keep what first responses really took lately, for the acknowledgement; returns how many departments have it."""
    since = now - PERIOD
    meter = meters(gateway.in_force.policy, since - REACH, now)
    found = gateway.store.read(lambda read: usual_first_response(read.report.first_responses(since, now), meter, LEAST))
    text = json.dumps(found)
    if text != gateway.store.read(lambda read: read.settings.get("promises")):
        gateway.store.write(lambda tx: tx.settings.set("promises", text)).result()
    return len(found)
