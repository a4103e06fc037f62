"""A message from a channel: what is wrong with it, who says it, what a ticket of it is called, and when it counts as written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailgate.core.channels.channel import Channel
from mailgate.core.pages.form import FormFile
from mailgate.core.programs import chats
from mailgate.core.programs.chats import ApiChatAsked, ApiReceiptAsked

LINES = Channel("Lines", "support")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def asked(**parts: Any) -> ApiChatAsked:
    return ApiChatAsked(
        **{"bearer": "", "peer": "", "channel": "lines", "id": "m.1", "person": "77", "text": "Hello", **parts}
    )


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({}, []),
        ({"text": "", "files": (FormFile("a", b"x"),)}, []),
        ({"id": ""}, ["id"]),
        ({"id": "x" * 201}, ["id"]),
        ({"id": "a\nb"}, ["id"]),
        ({"person": ""}, ["person"]),
        ({"person": "É" * 20}, ["person"]),
        ({"text": " \n"}, ["empty"]),
        ({"text": "x" * 65_537}, ["long"]),
        ({"files": (FormFile("a", b""),) * 21}, ["files"]),
        ({"files": (FormFile("a", bytes(10 * 1024**2 + 1)),)}, ["size"]),
    ],
)
def test_what_is_wrong_is_named(parts: dict[str, Any], wrong: list[str]) -> None:
    assert [one.code for one in chats.wrong(asked(**parts), LINES)] == wrong


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"name": "Maija"}, "Maija (Lines)"),
        ({"name": "Maija\r\nBcc: x\u202e"}, "Maija Bcc: x (Lines)"),
        ({"phone": "+358 40"}, "+358 40 (Lines)"),
        ({}, "77 (Lines)"),
        ({"name": "x" * 300}, "x" * 100 + " (Lines)"),
    ],
)
def test_people_are_called_by_the_name_they_have_there(parts: dict[str, Any], name: str) -> None:
    found = chats.author(asked(**parts), LINES)
    assert (found.addr, found.name) == ("lines.77@chat.invalid", name)


def test_a_ticket_is_called_by_its_first_words_or_its_files() -> None:
    assert chats.title(asked(text="\n Lamp \nMore")) == "Lamp"
    assert chats.title(asked(text="", files=(FormFile("a.jpg", b""), FormFile("b.jpg", b"")))) == "a.jpg, b.jpg"
    assert not chats.title(asked(text="#close now")).startswith("#close")
    assert len(chats.title(asked(text="word " * 100))) <= 82


@pytest.mark.parametrize("ago", [-1, 0, 1, 24 * 7, 24 * 8])
def test_a_time_far_off_counts_as_now(ago: int) -> None:
    at = NOW - timedelta(hours=ago)
    assert chats.written_at(asked(at=at), NOW) == (at if 0 <= ago <= 24 * 7 else NOW)
    assert chats.written_at(asked(), NOW) == NOW


def test_a_state_nobody_knows_is_none() -> None:
    states = ("delivered", "read", "failed", "leaving", "taken", "")
    assert [chats.outcome(ApiReceiptAsked("", "", "lines", "x", one)) for one in states] == [
        "delivered",
        "read",
        "failed",
        "",
        "",
        "",
    ]
