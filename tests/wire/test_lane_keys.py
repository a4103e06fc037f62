"""Keys told from a raw header: what related mails share, and what strangers cannot be made to share (law 3)."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.policy import Agent, Department, Key, Policy
from mailgate.core.proof import token
from mailgate.core.quoting.answered import Answered
from mailgate.wire.mime.lane_keys import Keys, keys

KEY = Key("k1", b"x" * 32)
POLICY = Policy(
    "Acme", "acme.example", (Department("support", ("support@acme.example",), Address("support@acme.example")),), (KEY,)
)
TOKEN = token.Token(1042, "customer", 0, "words", "abcdefgh")
SIGNED = token.message_id(token.mint(KEY, TOKEN, "id"), "acme.example")
FORGED = SIGNED.replace(".abcdefgh.", ".abcdefgi.")


def read(*lines: str, sender: str = "", to: str = "support@acme.example", history: bool = False) -> Keys:
    raw = "\r\n".join([*lines, "", "Words: <body@id>", "References: <body@id>"]).encode()
    return keys(raw, Envelope(sender, (to,), history=history), POLICY)


def related(one: Keys, other: Keys) -> bool:
    return bool((one.ids | one.others) & (other.ids | other.others))


def by_ids(one: Keys, other: Keys) -> bool:
    return bool(one.ids & other.ids)


PARENT = ("Message-ID: <1@a.example>", "From: Maija <maija@a.example>", "Subject: Lamp")


@pytest.mark.parametrize(
    ("lines", "shared"),
    [
        (("In-Reply-To: <1@a.example>",), "id"),
        (("References: <0@a.example> <1@a.example>",), "id"),
        (("References: <1@a.example>", *[f" <{n}@b.example>" for n in range(60)]), "id"),  # among the first two
        (("References:", *[f" <{n}@b.example>" for n in range(60)], " <1@a.example>"), "id"),
        (("In-Reply-To: Your mail <1@a.example> of Monday",), "id"),
        (("message-id: <1@a.example>",), "id"),  # the same mail once more
        (("From: maija@a.example",), "hint"),
        (("From: MAIJA@A.example", "Subject: other"), "hint"),
        (('From: "maija@b.example" <maija@a.example>',), "hint"),
        (("From: kari@a.example", "Subject: Lamp"), ""),
        (("From: =?utf-8?q?M=C3=A4ija?= <maija@a.example>",), "hint"),
        ((), ""),
    ],
)
def test_what_a_mail_shares_with_an_earlier_one(lines: tuple[str, ...], shared: str) -> None:
    one, other = read(*PARENT), read(*lines)
    assert related(one, other) is bool(shared)
    assert by_ids(one, other) is (shared == "id")


def test_the_ticket_of_a_signed_id_meets_the_number_in_a_subject() -> None:
    tagged = read("Subject: Re: [#1042] Lamp")
    assert related(read(f"In-Reply-To: {SIGNED}"), tagged)
    assert related(read(f"In-Reply-To: {SIGNED.upper().replace('@ACME', '@acme')}"), tagged)
    assert not related(read(f"In-Reply-To: {FORGED}"), tagged)
    assert not related(read(f"In-Reply-To: {SIGNED}"), read("Subject: Re: [#1043] Lamp"))
    written = token.mint(KEY, TOKEN, "address")
    assert related(read(to=f"support+{written}@acme.example"), tagged)
    assert not related(read(to=f"support+{SIGNED[4:].partition('@')[0]}@acme.example"), tagged)


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?b?UmU6IFsjMTA0Ml0gTGFtcA==?=",
        "=?utf-8?q?Re:_[=231042]?=",
        "=?iso-8859-1?q?L=E4mp?= [#1042]",
        "VS: [#1042]",
    ],
)
def test_a_number_is_read_from_the_decoded_subject(subject: str) -> None:
    assert related(read("Subject: [#1042]"), read(f"Subject: {subject}"))


def test_at_most_three_marks_of_a_subject_count() -> None:
    greedy = read("Subject: " + " ".join(f"[#{n}]" for n in range(1001, 1050)))
    assert len(greedy.others) == 3


@pytest.mark.parametrize(
    ("lines", "sender", "key"),
    [
        (("From: a@b.example",), "bounce+1@list.example", "a@b.example"),
        ((), "a@b.example", "a@b.example"),
        (("From: ",), "a@b.example", "a@b.example"),
        (("From: undisclosed",), "a@b.example", ""),
        ((), "", ""),
        (("From: support@acme.example",), "", ""),
        (("From: Support+42@Acme.example",), "", ""),
        (("From: MAILER-DAEMON@mx.example",), "", ""),
        (("From: Postmaster <postmaster@mx.example>",), "", ""),
        (("From: MAILER-DAEMON",), "a@b.example", ""),
    ],
)
def test_the_sender_is_a_person_and_no_daemon_and_never_we(lines: tuple[str, ...], sender: str, key: str) -> None:
    found = read(*lines, sender=sender)
    assert len(found.others) == bool(key)
    if key:
        assert related(found, read(f"From: {key}"))


def test_history_and_live_mail_share_nothing_and_history_knows_other_systems_marks() -> None:
    assert not related(read(*PARENT), read(*PARENT, history=True))
    assert related(read(*PARENT, history=True), read("In-Reply-To: <1@a.example>", history=True))
    assert related(read("Subject: [rt #45] Lamp", history=True), read("Subject: AW: [rt #45] x", history=True))
    assert related(read("Subject: [#4711] Lamp", history=True), read("Subject: Re: [#4711] x", history=True))
    assert not related(read("Subject: [#4711] Lamp", history=True), read("Subject: [#4711] Lamp"))


def test_the_body_and_what_lies_beyond_the_first_64_kib_are_not_looked_at() -> None:
    assert not related(read("Subject: x"), read("In-Reply-To: <body@id>"))
    far = keys(b"X-Fill: " + b"x" * 70_000 + b"\r\nIn-Reply-To: <1@a.example>\r\n\r\n", Envelope("", ()), POLICY)
    assert not related(far, read(*PARENT))


HOSTILE = [
    b"Subject: " + b"=?utf-8?b?YQ==?= " * 4000,
    b"From: " + b"<" * 60_000,
    b"From: " + b"a" * 60_000,
    b"From: " + b"a@" * 30_000,
    b"References: " + b"<a" * 30_000,
    b"References: " + SIGNED.encode() * 1000,
    b"Subject: " + b"[" * 60_000,
    b"Subject: " + b"[rt " * 15_000,
    b"Subject: \xff\xfe" + b"\xe4" * 60_000,
    b"\n" * 64_000,
    b"x\n" * 32_000,
    b"a: b\n" * 16_000,
    b"\0" * 64_000,
    b"Message-ID: <\xff\xfe@x>\r\nIn-Reply-To: <mg.\xff>",
    b"",
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_header_raises_and_twice_the_octets_are_no_more_work_than_the_cut(raw: bytes) -> None:
    began = time.process_time()
    found = keys(raw + b"\r\n\r\n", Envelope("", ()), POLICY)
    assert time.process_time() - began < 5.0, "this runs in the daemon's own process"
    assert len(found.ids | found.others) <= 70


# --- what it may quote ------------------------------------------------------------------------------------------------

OTHER = token.Token(1042, "agent", 2, "customer", "bbbbbbbb")
NOTICE = token.message_id(token.mint(KEY, OTHER, "id"), "acme.example")
REPLY_TO = f"support+{token.mint(KEY, TOKEN, 'address')}@acme.example"
ANNA = Agent(1, "anna", "anna@staff.example")
STAFFED = replace(POLICY, agents=(ANNA,))


def answered(*lines: str, to: str = "support@acme.example", history: bool = False) -> Answered:
    raw = "\r\n".join(["X-Top: 1", *lines, "", "In-Reply-To: <body@id>"]).encode()
    return keys(raw, Envelope("", (to,), history=history), STAFFED).answered


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), Answered()),
        (("Subject: A new one", "From: maija@a.example"), Answered()),
        ((f"In-Reply-To: {SIGNED}",), Answered((TOKEN.letter,), (), (1042,))),
        ((f"In-Reply-To: {NOTICE}", f"References: <1@a.example> {SIGNED} {NOTICE}"),
         Answered((OTHER.letter, TOKEN.letter), ("<1@a.example>",), (1042,))),
        ((f"References: {SIGNED} {NOTICE}",), Answered((OTHER.letter, TOKEN.letter), (), (1042,))),
        (("Subject: Re: [#1042] Lamp and [#7]",), Answered((), (), (1042, 7))),
        ((f"In-Reply-To: {FORGED}",), Answered()),
        ((f"Message-ID: {SIGNED}",), Answered((), (), (1042,))),
        (("In-Reply-To: <9@a.example>", "References: <1@a.example> <2@a.example> <3@a.example> <4@a.example> <5@a.example>"),
         Answered((), ("<9@a.example>", "<5@a.example>", "<4@a.example>", "<3@a.example>"))),
        ((f"In-Reply-To: {SIGNED}", "From: Anna <anna@staff.example>"), Answered((TOKEN.letter,), (), (1042,), "anna")),
    ],
)  # fmt: skip
def test_what_a_mail_may_quote_is_told_nearest_first(lines: tuple[str, ...], expected: Answered) -> None:
    assert answered(*lines) == expected
    assert bool(expected) == bool(expected.letters or expected.ids or expected.tickets)


def test_a_reply_address_names_its_ticket_and_old_mail_quotes_nothing_of_ours() -> None:
    assert answered("Subject: Lamp", to=REPLY_TO) == Answered((), (), (1042,))
    assert not answered(f"In-Reply-To: {SIGNED}", "Subject: [#1042] Lamp", history=True)


def test_however_many_ids_there_are_few_are_looked_for() -> None:
    written = [
        token.message_id(token.mint(KEY, replace(TOKEN, nonce="abcdefg" + letter), "id"), "acme.example")
        for letter in "abcdefghijklmnop"
    ]
    found = answered(
        f"In-Reply-To: {' '.join(written)}", f"References: {' '.join(f'<{n}@a.example>' for n in range(90))}"
    )
    assert (len(found.letters), len(found.ids), found.letters[0]) == (8, 4, replace(TOKEN, nonce="abcdefga").letter)
