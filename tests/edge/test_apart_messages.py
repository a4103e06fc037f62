"""What crosses between listener and desk: typed, whole, and nothing but that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mailgate.edge.apart import frames, messages
from mailgate.edge.apart.frames import FrameLine
from mailgate.edge.apart.messages import FRAME, Answer, Beat, Full, Guessed, Mail, Nonsense, Place, Settings, Started
from mailgate.edge.smtp.admission import Admission, Verifier
from mailgate.edge.smtp.limits import SmtpLimits

ADMISSION = Admission(
    frozenset({"a@b.example"}), frozenset({"b.example"}), "+", {"bo": Verifier(b"s", b"d")}, {"b@c.example": "bo"}
)
SETTINGS = Settings(
    (Place("lmtp", (3, 4), tls=True, implicit_tls=False, proxy_protocol=True),),
    SmtpLimits(max_size=7), "mx.example", ("10.0.0.0/8",), "cert", "key", "data", 5, "INFO", "json", ADMISSION,
)  # fmt: skip
MAIL = Mail(1, "smtp", "", ("a@b.example", "\u00e9@b.example"), "::1", "bo", b"\x00\xff\r\n", "")
OF_DESK = [
    SETTINGS,
    messages.Generation(2, ADMISSION),
    Answer(1, 5, 3),
    Answer(9, refused="space"),
    Beat(),
    messages.Stop(1.5),
]
OF_LISTENER = [
    MAIL,
    Started(),
    messages.Taken(2),
    messages.Unwritten(9, "why"),
    Guessed("account", "::1", "bo"),
    Full(24),
    Beat(),
]


@pytest.mark.parametrize("message", OF_DESK, ids=lambda one: type(one).__name__)
def test_what_the_desk_says_arrives(message: Any) -> None:
    assert messages.of_desk(messages.frame(message)[FRAME.size :]) == message


@pytest.mark.parametrize("message", OF_LISTENER, ids=lambda one: type(one).__name__)
def test_what_the_listener_says_arrives(message: Any) -> None:
    assert messages.of_listener(messages.frame(message)[FRAME.size :]) == message


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xc1",
        b"\x91\xa7Unknown",
        b"\x80\x04K\x01.",  # a pickle
        messages.frame(MAIL)[FRAME.size : -1],
        messages.frame(Answer(1, 2))[FRAME.size :],  # the desk's to say
        messages.frame(MAIL)[FRAME.size :].replace(b"\xa4smtp", b"\xa4imap"),
        messages.frame(Guessed("account", "::1", "bo"))[FRAME.size :].replace(b"bo", b"\xff\xfe"),
        *(
            messages.frame(each)[FRAME.size :]
            for each in (
                Guessed("account", "::1", "b" * 321),
                Guessed("account", "1" * 321, "bo"),
                Full(-1),
                Full(2**31),
                messages.Unwritten(-1, "why"),
                messages.Unwritten(1, "w" * 501),
                replace(MAIL, raw=b"r" * 65_537),
                replace(MAIL, peer="1" * 321),
                replace(MAIL, file="f" * 321),
            )
        ),
    ],
)
def test_nothing_else_is_heard_from_a_listener(octets: bytes) -> None:
    with pytest.raises(Nonsense):
        messages.of_listener(octets)


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda more: b"\x99\xa4Mail\x01\xa4smtp" + more))
def test_s18c_whatever_octets_come_they_are_a_message_or_nonsense(octets: bytes) -> None:
    try:
        messages.of_listener(octets)
    except Nonsense:
        pass


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.out = b""
        self.gone = False

    def write(self, data: Any) -> None:
        self.out += bytes(data)

    def abort(self) -> None:
        self.gone = True


def talk(pieces: list[bytes], largest: int = 10_000) -> tuple[list[Any], Wire]:
    heard: list[Any] = []
    wire = Wire()

    async def speak() -> None:
        line = FrameLine(messages.of_listener, heard.append, lambda: None, largest)
        line.connection_made(wire)
        for piece in pieces:
            line.data_received(piece)

    asyncio.run(speak())
    return heard, wire


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_frames_are_whole_however_they_are_cut(size: int) -> None:
    octets = b"".join(map(messages.frame, OF_LISTENER))
    heard, wire = talk([octets[at : at + size] for at in range(0, len(octets), size)])
    assert heard == OF_LISTENER and not wire.gone


def test_s18c_a_frame_that_is_too_long_or_none_ends_the_line_and_nothing_behind_it_is_heard() -> None:
    good = messages.frame(Started())
    for bad in (FRAME.pack(10_001), FRAME.pack(3) + b"\xc1\xc1\xc1"):
        heard, wire = talk([good + bad + good])
        assert heard == [Started()] and wire.gone


def test_all_that_is_said_in_one_turn_of_the_loop_goes_together() -> None:
    async def speak() -> Wire:
        line = FrameLine(messages.of_desk, lambda message: None, lambda: None, 100)
        wire = Wire()
        line.connection_made(wire)
        line.send(Answer(1, 1))
        line.send(Answer(2, 2))
        assert wire.out == b""
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return wire

    assert asyncio.run(speak()).out == messages.frame(Answer(1, 1)) + messages.frame(Answer(2, 2))


def test_the_other_side_is_silent_after_so_many_beats_unanswered_and_not_by_the_clock() -> None:
    async def listen() -> None:
        line = FrameLine(messages.of_desk, lambda message: None, lambda: None, 100)
        line.unanswered = frames.SILENT - 1
        assert not line.silent
        line.unanswered += 1
        assert line.silent
        line.data_received(messages.frame(Beat()))
        assert not line.silent

    asyncio.run(listen())
