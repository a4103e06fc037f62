"""Who somebody is on a channel: hostile ids make addresses that are safe, and nobody else's."""

import pytest

from mailgate.core.channels import channel, whereabouts
from mailgate.core.channels.channel import Channel
from mailgate.core.model.mail import canonical
from mailgate.core.text import address as addresses

HOSTILE = [
    "358401234567", "Maija", "maija", "@maija:matrix.example", "a.b", "a_b", "_2e", "a b", "x\r\nBcc: y@z.example", "\x00", "é", "İ",
    "../../etc", '"', "<script>", "77@chat.invalid", "noreply", "mailer-daemon", "-", "😀", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("identity", HOSTILE)
def test_a_hostile_id_makes_a_canonical_address_that_leads_back_to_it(identity: str) -> None:
    found = whereabouts.address_of("Telegram", identity)
    assert canonical(found) == found and found.isascii()
    assert addresses.parts(found) is not None
    if identity != "\ud800":  # no text of JSON that is UTF-8 holds one
        assert whereabouts.person_at(found) == ("telegram", identity)
    assert whereabouts.person_at(found.upper()) == whereabouts.person_at(found)


def test_no_two_people_share_an_address() -> None:
    found = [whereabouts.address_of(name, identity) for name in ("a", "a-b") for identity in HOSTILE]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("identity", ["", "1" * 100, "É" * 20])
def test_an_id_that_fits_no_address_is_none(identity: str) -> None:
    assert whereabouts.address_of("telegram", identity) == ""


@pytest.mark.parametrize(
    "addr",
    ["telegram@chat.invalid", "telegram.@chat.invalid", "telegram.A_2E@mail.example", "telegram._ff@chat.invalid",
     "telegram._61@chat.invalid", "tele gram.1@chat.invalid", "telegram.1@x.chat.invalid", "telegram.1.2@chat.invalid"],
)  # fmt: skip
def test_what_we_did_not_write_is_nobody(addr: str) -> None:
    assert whereabouts.person_at(addr) is None


@pytest.mark.parametrize(
    ("addr", "chat"),
    [("a.1@chat.invalid", True), ("a.1@CHAT.invalid.", True), ("a@b.chat.invalid", True), ("a@notchat.invalid", False), ("chat.invalid", True),
     ("chat.invalid@acme.example", False)],
)  # fmt: skip
def test_the_domain_is_known_however_it_is_written(addr: str, chat: bool) -> None:
    assert whereabouts.is_chat(addr) is chat


def test_a_channel_is_found_by_its_address_and_by_its_name() -> None:
    known = (Channel("Lines", "support"), Channel("b", "sales"))
    assert channel.at(known, "lines.77@chat.invalid") is known[0]
    assert channel.at(known, "gone.77@chat.invalid") is None and channel.at(known, "lines.77@acme.example") is None
    assert channel.called(known, "LINES") is known[0] and channel.called(known, "c") is None
