"""Odd and large bodies from the door to the agent's notice: every word and every file arrives, and is told of."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from conftest import Desk, from_agent, mail, notice_to, opened, whole
from scenarios.turns import serving, turn


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("bodies"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def with_files(count: int) -> EmailMessage:
    message = mail(text="Here they are.\n")
    for number in range(count):
        message.add_attachment(b"%d" % number, maintype="text", subtype="plain", filename=f"f{number}.txt")
    return message


def test_w15_of_120_files_all_are_kept_and_the_notice_says_how_many_it_does_not_name(desk: Desk) -> None:
    ticket = desk.of_mail(desk.send(with_files(120)))
    assert [file.name for file in ticket.entries[0].attachments] == [f"f{number}.txt" for number in range(120)]
    notice = notice_to(desk, "anna", ticket.number)
    assert "and 20 more: #files" in whole(notice)
    enclosed = [part.get_filename() for part in notice.walk() if part.get_filename()]
    assert len(enclosed) == 120
    from_agent(desk, "#files\n", notice)
    (answer,) = desk.letters("anna@staff.example", "question")
    assert "f0.txt" in whole(answer) and "f119.txt" in whole(answer)


def test_w16_a_uuencoded_file_reaches_the_agent_as_a_file(desk: Desk) -> None:
    data = bytes(range(256))
    lines = b"".join(binascii.b2a_uu(data[at : at + 45], backtick=True) for at in range(0, len(data), 45))
    ticket = opened(desk, "Fax", f"See file.\n\nbegin 644 fax.bin\n{lines.decode()}`\nend\n")
    assert ticket.entries[0].text == "See file."
    notice = notice_to(desk, "anna", ticket.number)
    assert "fax.bin (256 B)" in whole(notice)
    (file,) = [part for part in notice.walk() if part.get_filename()]
    assert (file.get_filename(), file.get_payload(decode=True)) == ("fax.bin", data)


@pytest.mark.parametrize("stub", ["Your e-mail client does not support HTML.", "[image: logo]"])
def test_w13_a_mail_whose_text_says_nothing_is_read_by_agent_rules_and_search(desk: Desk, stub: str) -> None:
    message = mail(text=stub)
    message.add_alternative("<p>Order 7788 is broken, please help. It was delivered on Monday.</p>", subtype="html")
    ticket = desk.of_mail(desk.send(message))
    assert ticket.entries[0].text == "Order 7788 is broken, please help. It was delivered on Monday."
    assert "7788" in whole(notice_to(desk, "anna", ticket.number))


def test_w14_a_long_log_is_whole_in_the_ticket_and_short_in_the_notice(desk: Desk) -> None:
    log = "See the log:\n" + "2026-11-26 10:00:00 INFO something happened\n" * 42_000 + "LAST LINE E40"
    ticket = opened(desk, "Log", log)
    assert ticket.entries[0].text == log
    notice = notice_to(desk, "anna", ticket.number)
    assert "See the log:" in whole(notice) and "This text is shortened" in whole(notice)
    assert len(notice.as_bytes()) < 400_000
    assert [part.get_filename() for part in notice.walk() if part.get_filename()] == ["message.zip"]
