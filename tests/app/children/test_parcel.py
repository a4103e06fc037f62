"""What travels from a child to the daemon, and what a child that was taken over cannot make of it (P-05, S-02)."""

from __future__ import annotations

import io
import itertools
import os
import pickle
import socket
import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mailgate.app.children import parcel
from mailgate.app.children.child import ByteStream, TooLarge
from mailgate.app.children.pool import Children
from mailgate.core.model.change import Fate
from mailgate.core.model.mail import (
    Address,
    Attachment,
    AuthResults,
    BouncedRecipient,
    Envelope,
    InboundMail,
    MailKind,
    Source,
)
from mailgate.errors import ChildDied, ChildFailed, ConfigError, Problem, RouteDown
from mailgate.wire.letters.compose import ComposedLetter

NOON = datetime(2026, 11, 23, 12, 0, 1, 5, tzinfo=UTC)
MAIL = InboundMail(
    Envelope("a@b.example", ("support@acme.example",), Source.LMTP, arrived_at=NOON, history=True),
    7,
    "d" * 64,
    Address("a@b.example", "Änne \ud800"),
    date=NOON.astimezone(timezone(timedelta(hours=-7, minutes=-30))),
    headers=(("subject", "x"),),
    attachments=(Attachment("a.png", "image/png", 3, "e" * 64, "2.1"),),
    kind=MailKind.REACTION,
    bounced=(BouncedRecipient("x@y.example", "failed"),),
    flags=frozenset(("nesting", "bare_cr_header")),
    auth=(AuthResults("mx", (("dmarc", "pass", "acme.example"),)),),
    spam_score=0.5,
    embedded={"from": "x"},
)


@pytest.mark.parametrize(
    "value",
    [
        MAIL,
        ComposedLetter(b"\x00raw" * 1000, "subject", ("a", "b")),
        [Problem("a.html", "", "broken", 3, warning=True)],
        (None, True, -1, 2**70, 0.5, "ł", b"x", [1], {"a": {2}}, frozenset((3,)), ((),)),
        NOON,
        datetime(2026, 1, 1),
        [Address("a@b.example")] * 2,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_functions_of_ours_return_comes_back_the_same_on_every_python(value: Any) -> None:
    """S-02: on Python 3.11.2 words of an enumeration pickle as a call of `getattr`."""
    found = parcel.unpack(parcel.pack(value))
    assert found == value
    assert type(found) is type(value)


def test_words_of_an_enumeration_are_words_again() -> None:
    found = parcel.unpack(parcel.pack(MAIL))
    assert found.kind is MailKind.REACTION
    assert found.envelope.source is Source.LMTP


@pytest.mark.parametrize("value", [Fate.FILED, (Fate.FILED,), {"fate": Fate.FILED}, print, Address, Path("x")])
def test_what_is_no_plain_value_does_not_arrive(value: Any) -> None:
    with pytest.raises((TypeError, pickle.UnpicklingError)):
        parcel.unpack(parcel.pack(value))


@dataclass(frozen=True)
class Elsewhere:
    """A record of nobody's."""

    a: int = 1


@pytest.mark.parametrize("value", [Elsewhere(), OrderedDict(a=1), 3j, timedelta(1), ConfigError("x"), RouteDown("x")])
def test_records_of_others_do_not_arrive(value: Any) -> None:
    with pytest.raises((TypeError, pickle.UnpicklingError)):
        parcel.unpack(parcel.pack(value))


# --- a child that was taken over ------------------------------------------------------------------------------------


class _Stranger(pickle.Pickler):
    """Writes what no `pack` of ours would."""

    def persistent_id(self, value: Any) -> Any:
        return value.pid if isinstance(value, _Pid) else None


class _Pid:
    def __init__(self, *pid: Any) -> None:
        self.pid = pid


class _Call:
    """Pickles as a call."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> Any:
        return self.call


def forged(value: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> bytes:
    out = io.BytesIO()
    _Stranger(out, protocol).dump((value,))
    return out.getvalue()


def named(module: str, name: str) -> bytes:
    """STACK_GLOBAL of two strings, in a tuple of one."""
    texts = b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
    return b"\x80\x05" + texts + b"\x93\x85."


def changed(module: str, name: str, slot: str, value: str) -> bytes:
    """A class of ours, and BUILD with `(None, {slot: value})`: setattr on the class itself."""
    head = named(module, name)[:-2]
    state = pickle.dumps((None, {slot: value}), 2)[2:-1]
    return head + state + b"b\x85."


def address(*values: Any, module: str = "mailgate.core.model.mail", name: str = "Address") -> bytes:
    return forged(_Pid(module, name, values))


FORGED = {
    "a function": forged(_Call(print, "x")),
    "os.system": forged(_Call(os.system, "touch TAKEN")),
    "os.system, named the old way": b"cposix\nsystem\n(X\x0b\x00\x00\x00touch TAKENtR\x85.",
    "builtins.getattr": named("builtins", "getattr"),
    "the class of an exception": named("mailgate.errors", "ConfigError"),
    "an exception": forged(ConfigError("x")),
    "an exception as a record": address("x", module="mailgate.errors", name="RouteDown"),
    "a function of ours": named("mailgate.core.model.mail", "canonical"),
    "a function of ours as a record": address("x", name="canonical"),
    "a class of ours": named("mailgate.core.model.mail", "Address"),
    "a word of an enumeration": forged(_Call(Fate, "filed")),
    "an enumeration as a record": address("filed", module="mailgate.core.model.change", name="Fate"),
    "a nested attribute": named("mailgate.core.model.mail", "Address.key"),
    "a nested attribute as a record": address("x", "y", name="Address.key"),
    "a class that our module only uses": address("x", module="mailgate.wire.letters.render", name="Path"),
    "a record of another room": address("/etc/passwd", module="mailgate.app.children.child", name="FileBytes"),
    "a record that is not frozen": address([], [], "", module="mailgate.wire.mime.body", name="Words"),
    "a record by the name of a borrower": address("a@b.example", "", module="mailgate.wire.mime.fields"),
    "a module outside": address("x", module="os", name="system"),
    "a class changed for everybody": changed("mailgate.core.model.mail", "Address", "key", "anna@staff.example"),
    "an enumeration changed for everybody": changed("mailgate.core.model.change", "Fate", "FILED", "dropped"),
    "an extension": b"\x80\x05\x82\x01\x85.",
    "too few fields": address(),
    "too many fields": address("a@b.example", "", "c"),
    "fields that are no tuple": forged(_Pid("mailgate.core.model.mail", "Address", "ab")),
    "no such word": forged(_Pid("mailgate.core.model.mail", "Envelope", ("a", (), "door", *[""] * 4, 0, 0, None, *[False] * 3))),
    "a moment that is none": forged(_Pid("datetime", "yesterday")),
    "no name": forged(_Pid(1, 2, 3)),
    "a name that is a list": forged(_Pid([], "Address", ())),
    "no value at all": b"",
    "nonsense": b"nonsense",
    "a piece of an answer": parcel.pack((MAIL,))[:-20],
    "an answer that is no tuple": parcel.pack(7),
    "an empty tuple": parcel.pack(()),
    "three values": parcel.pack((1, 2, 3)),
    "a failure without words": parcel.pack((None, 1)),
}  # fmt: skip

TAKEN = """
from mailgate.app.children import child
import os, struct

frame = child.frame

def over(payload):
    "Whatever this child answers from now on is these octets, behind the mark of the job."
    child.frame = lambda answer: frame(answer[:9] + payload)

def bare(payload):
    "Whatever this child answers from now on is these octets."
    child.frame = lambda answer: frame(payload)

def late(value, once=""):
    "From now on this child answers each job with the mark of the one before."
    if once and os.path.exists(once):
        return value
    os.mkdir(once) if once else None
    child.frame = lambda answer: frame(answer[:8] + bytes([answer[8] - 1 & 255]) + answer[9:])
    return value

def long(octets):
    "A frame that says it is so long."
    child.frame = lambda answer: struct.pack("!I", octets) + b"x" * 4096
"""


@pytest.fixture
def children(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    folder = tmp_path_factory.mktemp("taken")
    (folder / "taken.py").write_text(TAKEN)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder)
    pool = Children(1, warm=())
    yield pool
    pool.close()


def test_p05_a_child_that_was_taken_over_is_refused_and_replaced_and_its_job_alone_fails(children: Children) -> None:
    """P-05: every forged answer fails its own job; the daemon goes on with another child and is unchanged."""
    before = children.run("os:getpid")
    for what, payload in FORGED.items():
        with pytest.raises(ChildFailed, match="cannot be read"):
            pytest.fail(f"{what}: {children.run('taken:over', payload)}")
        after = children.run("os:getpid")
        assert after != before, what
        before = after
    assert not Path("TAKEN").exists()
    assert Address("a@b.example").key == "a@b.example"
    assert Fate("filed") is Fate.FILED and Fate.FILED.value == "filed"


def test_p05_an_answer_without_even_a_mark_is_refused(children: Children) -> None:
    for payload in (b"", b"\x00", b"\0" * 9, b"\0" * 9 + parcel.pack((1,))):
        with pytest.raises(ChildFailed, match="cannot be read"):
            children.run("taken:bare", payload)
    assert children.run("builtins:abs", -1) == 1


def test_the_answer_to_another_job_is_given_to_nobody_and_the_job_is_done_anew_once(children: Children) -> None:
    """Seen once: a mail's reading ended with the letter that another job had written, and the mail in quarantine."""
    with pytest.raises(ChildFailed, match="cannot be read"):
        children.run("taken:late", 7)
    ahead = children.submit_many("builtins:abs", [(-n,) for n in range(10)])
    crossed = children.submit("taken:late", 7, "once")
    behind = children.submit_many("builtins:abs", [(-n,) for n in range(10, 20)])
    assert [future.result(100) for future in itertools.chain(ahead, behind)] == list(range(20))
    assert crossed.result(100) == 7


def test_p05_an_oversized_frame_is_not_waited_for_and_not_kept(children: Children) -> None:
    for octets in (2**32 - 1, 2**28 + 1):
        with pytest.raises(ChildDied) as caught:
            children.run("taken:long", octets)
        assert caught.value.reason == "size"
    assert children.run("builtins:abs", -1) == 1


def test_p05_those_behind_a_forged_answer_lose_nothing(children: Children) -> None:
    ahead = children.submit_many("builtins:abs", [(-n,) for n in range(10)])
    taken = children.submit("taken:over", b"nonsense")
    behind = children.submit_many("builtins:abs", [(-n,) for n in range(10, 20)])
    assert [future.result(100) for future in itertools.chain(ahead, behind)] == list(range(20))
    with pytest.raises(ChildFailed):
        taken.result(100)


def test_records_may_carry_words_in_tuples_and_may_lack_them() -> None:
    """Each shape of field in which words travel, and those in which they are refused when they are packed."""
    assert parcel._turn(MailKind)("plain") is MailKind.PLAIN  # type: ignore[misc]
    assert parcel._turn(tuple[MailKind, ...])(("plain",)) == (MailKind.PLAIN,)  # type: ignore[misc]
    optional = parcel._turn(MailKind | None)
    assert optional is not None and optional(None) is None and optional("dsn") is MailKind.DSN
    assert parcel._turn(tuple[str, ...]) is None
    for hint in (tuple[MailKind, str], dict[str, MailKind]):
        with pytest.raises(TypeError):
            parcel._turn(hint)


def test_the_frame_that_is_too_long_is_known_by_its_first_octets() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!I", 11))
        with pytest.raises(TooLarge):
            ByteStream(ours, 10).receive()
