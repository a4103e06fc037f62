"""A ticket's page: all that the team sees of it, as text, in the reader's language, and for nobody else."""

from __future__ import annotations

import pytest
from conftest import mail, opened, reply
from starlette.testclient import TestClient
from window.conftest import Window
from window.team import log_in, press, seen

from mailgate.app.admin.control import do_commands

EVIL = "<script>alert(1)</script>"


def test_w15_nothing_of_a_ticket_runs_or_is_markup(window: Window, web: TestClient) -> None:
    desk = window.desk
    letter = mail(EVIL, f"{EVIL}\n<b>bold</b>", sender=f"{EVIL} <maija@customer.example>")
    letter.add_alternative(f"<p onclick='x'>{EVIL}<img src=x onerror=alert(1)></p>", subtype="html")
    letter.add_attachment(b"x", maintype="text", subtype="html", filename="<img src=x>.html")
    number = desk.of_mail(desk.send(letter)).number
    session = log_in(desk, web)
    press(web, number, "note", session, words=f'{EVIL} " onfocus=alert(1) x="')
    page = web.get(f"/board/tickets/{number}")
    assert "<script" not in page.text and "<img" not in page.text and "onclick" not in page.text.replace("&#39;", "")
    assert EVIL in seen(page) and "<b>bold</b>" in seen(page)
    assert (
        "script-src 'self'" in page.headers["content-security-policy"]
        and "'unsafe" not in page.headers["content-security-policy"]
    )
    assert page.headers["cache-control"] == "no-store"


def test_a_note_is_told_from_an_answer_by_word_and_shape_and_an_order_is_a_sentence(
    window: Window, web: TestClient
) -> None:
    desk = window.desk
    first = desk.send(mail("Lamp", "It is dark.", sender="Maija <maija@customer.example>"))
    number = desk.of_mail(first).number
    session = log_in(desk, web)
    press(web, number, "note", session, words="She called.")
    press(web, number, "file", session)
    ack = desk.letters("maija@customer.example")[0]
    desk.send(reply(ack, "Maija <maija@customer.example>", "#reopen\n\nIt is dark again."))
    page = web.get(f"/board/tickets/{number}")
    text = seen(page)
    assert 'class="note"' in page.text and "internal note" in text and "She called." in text
    assert "Maija opened it again" in text and "It is dark again." in text and "#reopen" not in text
    assert text.index("It is dark again.") < text.index("She called.") < text.index("It is dark."), "newest first"


@pytest.mark.parametrize(
    "path",
    ["/board/tickets/987654", "/board/tickets/0", "/board/tickets/x", f"/board/tickets/{10**30}", "/board/tickets/-1"],
)
def test_w21_what_there_is_not_and_what_show_would_not_show_is_the_same_page(
    window: Window, web: TestClient, path: str
) -> None:
    """Any agent may ask `#show` of any ticket, so sales sees support's; of what there is not nobody learns anything."""
    number = opened(window.desk).number
    log_in(window.desk, web, "bo")
    assert web.get(f"/board/tickets/{number}").status_code == 200
    assert web.get(path).status_code == 404


def test_the_page_of_a_ticket_that_was_merged_is_the_survivors(window: Window, web: TestClient) -> None:
    desk = window.desk
    one, two = (opened(desk, title, sender="maija@customer.example").number for title in ("First", "Second"))
    do_commands(desk.gateway, two, f"#merge {one}", "anna")
    log_in(desk, web)
    assert "First" in web.get(f"/board/tickets/{two}").text.partition("</h1>")[0]
