"""What a program or a room of people gets of an event: the whole body, in each form and in the department's language."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailgate.core.hooks.hook import Format, Hook
from mailgate.core.hooks.rows import HookWords
from mailgate.core.hooks.told import Told, Type
from mailgate.languages import LANGUAGES
from mailgate.wire.told import Place, body

AT = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)
LINK = "https://help.acme.example/board/tickets/1042"
PLACE = Place(LINK, "en", "Europe/Helsinki", AT)
SLACK, TEAMS = Hook("room", format=Format.SLACK), Hook("room", format=Format.TEAMS)
TOLD = Told(Type.OPENED, AT, 1042, "support", "open", "anna", "urgent", "fi", AT, AT)
NASTY = HookWords("<!channel> *a* & [x](http://evil.example)\r\n<at>b</at>", "Maija", "maija@customer.example")


def line(told: Told, hook: Hook = SLACK, words: HookWords | None = None, place: Place = PLACE) -> str:
    return str(json.loads(body(hook, told, words, place))["text"])


LINES = {
    "opened": (TOLD, "new ticket (urgent)"),
    "owned": (replace(TOLD, type=Type.OWNED, was=None), "owner: anna"),
    "given back": (replace(TOLD, type=Type.OWNED, owner=None, was="bo"), "no owner any more (bo had it)"),
    "status": (replace(TOLD, type=Type.STATUS, status="waiting", was="open"), "status: open → waiting"),
    "priority": (replace(TOLD, type=Type.PRIORITY, was="normal"), "priority: normal → urgent"),
    "in": (replace(TOLD, type=Type.IN, entry=7), "the customer wrote"),
    "out": (replace(TOLD, type=Type.OUT, entry=8), "we answered"),
    "due": (replace(TOLD, type=Type.DUE, promise="resolve"), "promised by Fri 6 Nov 12:00"),
    "broken": (replace(TOLD, type=Type.BROKEN, promise="resolve"), "the promise is broken: it was due Fri 6 Nov 12:00"),
    "vote": (replace(TOLD, type=Type.VOTE, score=4), "the customer gave 4 of 10"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_room_reads_one_line_and_has_one_link(case: str) -> None:
    told, what = LINES[case]
    assert line(told) == f"<{LINK}|#1042> · support: {what}"
    assert line(told, place=replace(PLACE, link="")) == f"#1042 · support: {what}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("type_", Type)
def test_every_event_can_be_said_in_every_language(language: str, type_: Type) -> None:
    told = replace(TOLD, type=type_, was="normal" if type_ is Type.PRIORITY else "open", score=3)
    said = line(replace(told, ticket=None) if type_ is Type.TEST else told, place=replace(PLACE, language=language))
    assert said and "{" not in said and "hook." not in said


def test_a_title_calls_nobody_and_is_no_markup() -> None:
    assert line(TOLD, words=NASTY) == (
        f"<{LINK}|#1042> &lt;!channel&gt; *a* &amp; [x](http://evil.example) &lt;at&gt;b&lt;/at&gt; · support: new ticket (urgent)"
    )
    assert len(line(TOLD, words=replace(NASTY, subject="x" * 5000))) < 250


def test_teams_gets_an_adaptive_card() -> None:
    told = json.loads(body(TEAMS, TOLD, NASTY, PLACE))
    assert told["type"] == "message"
    [card] = told["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    [text] = card["content"]["body"]
    assert (text["type"], text["wrap"]) == ("TextBlock", True)
    assert text["text"] == (
        r"#1042 ‹!channel› \*a\* & \[x\](http://evil.example) ‹at›b‹/at› · support: new ticket (urgent)"
    )
    assert card["content"]["actions"] == [{"type": "Action.OpenUrl", "title": "#1042", "url": LINK}]
    bare = json.loads(body(TEAMS, TOLD, None, replace(PLACE, link="")))["attachments"][0]["content"]
    assert "actions" not in bare and (bare["type"], bare["version"]) == ("AdaptiveCard", "1.4")


def test_a_test_says_whose_it_is() -> None:
    test = Told(Type.TEST, AT, None)
    assert line(test) == "a test of the webhook room"
    assert json.loads(body(Hook("crm"), test, None, PLACE)) == {
        "type": "test", "timestamp": "2026-11-06T10:00:00.000000Z", "data": {}
    }  # fmt: skip


def test_ours_has_what_its_kind_has() -> None:
    def data(**parts: object) -> set[str]:
        told = json.loads(body(Hook("crm"), replace(TOLD, **parts), None, PLACE))  # type: ignore[arg-type]
        return set(told["data"]) - {
            "ticket", "department", "status", "owner", "priority", "language", "created_at", "due_at", "url"
        }  # fmt: skip

    assert data() == set()
    assert data(type=Type.STATUS, was="open") == {"was"}
    assert data(type=Type.BROKEN, promise="resolve") == {"promise"}
    assert data(type=Type.VOTE, score=0) == {"score"}
    assert data(type=Type.IN, entry=7) == {"entry"}
