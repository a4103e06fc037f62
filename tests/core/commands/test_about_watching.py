"""Commands about following a ticket or a tag, row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cases import POLICY, asking, ticket

from mailgate.core.commands import about_watching as on
from mailgate.core.commands.judging import Granted, Refusal
from mailgate.core.model.change import Watch, WatchTags

STRICT = replace(POLICY, tickets=replace(POLICY.tickets, tags=("Refund", "lamp")))
FULL = {"tag_watchers": {f"t{at:02}": ("bo",) for at in range(on.MOST_TAGS - 1)}}
VIP = {"tag_watchers": {"vip": ("bo", "cai"), "lamp": ("cai",)}}


def tags(*add: str, remove: tuple[str, ...] = ()) -> tuple[WatchTags, ...]:
    return (WatchTags("bo", add, remove),)


# what is decided, the command, its argument, the ticket's watchers, what else is known (Bo asks), and the outcome
ROWS: list[tuple[str, Any, str, tuple[str, ...], dict[str, Any], tuple[Any, ...]]] = [
    ("a ticket, once", on.watch, "", ("cai",), {}, ("watching", (Watch("bo"),))),
    ("and no more", on.watch, "", ("bo",), {}, ("already_watching", ())),
    ("no longer", on.unwatch, "", ("bo",), {}, ("unwatched", (Watch("bo", on=False),))),
    ("only their own", on.unwatch, "", ("cai",), {}, ("not_watching", ())),
    ("a tag, and the receipt names all", on.watch, "+Refund, +b", (), VIP, ("watching_tags", tags("refund", "b"), "+vip +refund +b")),
    ("a tag that is watched already", on.watch, "+vip", (), VIP, ("watching_tags", (), "+vip")),
    ("a tag no longer", on.unwatch, "+vip", (), VIP, ("watching_no_tags", tags(remove=("vip",)), None)),
    ("a colleague's stays theirs", on.unwatch, "+lamp", (), VIP, ("watching_tags", tags(remove=("lamp",)), "+vip")),
    ("a tag has a plus", on.watch, "refund", (), {}, ("no_tag",)),
    ("and no minus", on.watch, "-refund", (), {}, ("no_tag",)),
    ("and is a word", on.watch, "+", (), {}, ("no_tag",)),
    ("of those the admin allows", on.watch, "+refnud", (), {"policy": STRICT}, ("no_such_tag",)),
    ("as the admin spells it", on.watch, "+REFUND", (), {"policy": STRICT}, ("watching_tags", tags("Refund"), "+Refund")),
    ("one that is allowed no more is ended", on.unwatch, "+vip", (), {**VIP, "policy": STRICT},
     ("watching_no_tags", tags(remove=("vip",)), None)),
    ("as many as may be", on.watch, "+one", (), FULL, ("watching_tags", tags("one"), None)),
    ("and no more than that", on.watch, "+one +two", (), FULL, ("too_many_tags",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "command", "argument", "watchers", "world", "wanted"), ROWS, ids=[row[0] for row in ROWS]
)
def test_what_is_followed(
    what: str, command: Any, argument: str, watchers: tuple[str, ...], world: dict[str, Any], wanted: tuple[Any, ...]
) -> None:
    judged = command(asking(argument, ticket(watchers=watchers), **world))
    if isinstance(judged, Refusal):
        assert (judged.code,) == wanted
        return
    assert isinstance(judged, Granted)
    assert (judged.answer, judged.changes or judged.effects) == wanted[:2]
    if len(wanted) > 2 and wanted[2]:
        assert judged.params["tags"] == wanted[2]


def test_without_a_ticket_only_a_tag_can_be_followed() -> None:
    assert on.watch_tags(asking("")) == on.unwatch_tags(asking("")) == Refusal("no_ticket")
