"""A logo in a file travels with letters to customers, and comes back to nobody (D-03): through the front door."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import CONFIG, Desk, from_agent, mail, notice_to, only, opened, reply, running, whole

from mailgate.app.admin import control
from mailgate.errors import ConfigError

MAIJA = "maija@customer.example"
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
OTHER = b"\xff\xd8\xff\xe0" + bytes(900)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "logo.png").write_bytes(LOGO)
    with running(tmp_path, config=f'{CONFIG}\n[letters]\nlogo = "logo.png"\n') as found:
        yield found


def pictures(letter: EmailMessage) -> list[EmailMessage]:
    return [part for part in letter.walk() if part.get_content_maintype() == "image"]


def page(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def quoting(letter: EmailMessage, sender: str, words: str) -> EmailMessage:
    """An answer in HTML that quotes a letter with all its pictures, as most programs write it."""
    answer = reply(letter, sender, words)
    answer.add_alternative(f"<p>{words}</p><blockquote type='cite'>{page(letter)}</blockquote>", subtype="html")
    for picture in pictures(letter):
        data, cid = picture.get_payload(decode=True), picture["Content-ID"]
        answer.get_payload()[1].add_related(
            data, "image", "png", cid=cid, filename="image001.png", disposition="inline"
        )
    return answer


def test_d03_a_logo_travels_with_the_letter_and_comes_back_to_nobody(desk: Desk) -> None:
    ticket = opened(desk, sender=MAIJA)
    ack = only(desk.letters(MAIJA, "ack"))
    (logo,) = pictures(ack)
    assert logo.get_payload(decode=True) == LOGO and logo.get_content_disposition() == "inline"
    assert f'<img src="cid:{logo["Content-ID"][1:-1]}"' in page(ack)
    assert [part.get_content_type() for part in ack.iter_attachments()] == []  # it is of the page, and no file

    answer = quoting(ack, MAIJA, "It is the big lamp in the hall.")
    answer.add_attachment(b"%PDF-", "application", "pdf", filename="receipt.pdf")
    desk.send(answer)
    (entry,) = desk.ticket(ticket.number).entries[1:]
    assert entry.text.startswith("It is the big lamp") and [one.name for one in entry.attachments] == ["receipt.pdf"]
    notice = notice_to(desk, "anna", ticket.number)
    assert [part.get_filename() for part in notice.walk() if part.get_filename()] == ["receipt.pdf"]
    assert "image001" not in whole(notice) and not pictures(notice)

    desk.fate(from_agent(desk, "A new one is on its way.", notice))
    assert not pictures(only(desk.letters(MAIJA, "answer")))


def test_d03_a_logo_is_exchanged_at_a_reload_and_a_broken_one_leaves_the_last(desk: Desk) -> None:
    opened(desk, sender=MAIJA)
    (desk.folder / "logo.png").write_bytes(b"no picture")
    with pytest.raises(ConfigError, match="is no PNG"):
        control.reload(desk.gateway)
    opened(desk, sender="valdis@customer.example")
    assert len(desk.letters(template="ack")) == 2
    (desk.folder / "logo.png").write_bytes(OTHER)
    control.reload(desk.gateway)
    opened(desk, sender="timo@customer.example")
    shown = [only(pictures(letter)) for letter in desk.letters(template="ack")]
    assert [one.get_payload(decode=True) for one in shown] == [LOGO, LOGO, OTHER]
    assert [one.get_content_type() for one in shown] == ["image/png", "image/png", "image/jpeg"]


def test_d03_a_customer_who_sends_the_logo_as_a_file_has_sent_it(desk: Desk) -> None:
    message = mail("Your logo looks odd", sender=MAIJA)
    message.add_attachment(LOGO, "image", "png", filename="odd.png")
    ticket = desk.of_mail(desk.send(message))
    assert [one.name for one in ticket.entries[0].attachments] == ["odd.png"]
