"""Agents answer from whatever mail program they like: each one's shape reaches the customer as words, and words alone."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from conftest import Desk, notice_to, only, opened, reply, running, whole
from mailclients import CLIENTS, HTML, WORDS

from mailgate.core.model.ticket import Ticket

ANNA = "Anna Virtanen <anna@staff.example>"
BORDER = '[[identity.border]]\nid = "mx.acme.example"\n'
PASS = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=staff.example\r\n"
INSIDE = re.compile(
    r"mg:|anna@staff|Please write your reply|Kirjoita vastauksesi|mailto:support%|#take|Take it|Sent from|iPhone"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("clients"), smtp='trusted_networks = ["127.0.0.0/8"]', more=BORDER) as desk:
        yield desk


def asked(desk: Desk, name: str) -> Ticket:
    """A ticket of a customer of its own, whose name makes the letters easy to find."""
    who = re.sub(r"\W", "", name).lower()
    return opened(desk, sender=f"Maija Virtanen <{who}@customer.example>")


def said(desk: Desk, ticket: Ticket) -> list[EmailMessage]:
    return desk.letters(ticket.requester.addr, "answer")


def clean(letter: EmailMessage) -> None:
    """Every word of the agent once, and nothing else."""
    assert INSIDE.search(whole(letter)) is None, INSIDE.search(whole(letter))
    for kind in ("plain", "html"):
        part = letter.get_body((kind,))
        assert part is not None
        text = re.sub(r"<[^>]*>", "", str(part.get_content()).partition("<body")[2] or str(part.get_content()))
        for line in WORDS:
            assert text.replace("*", "").count(line) == 1, (kind, line, text)
        assert "The lamp does not work" not in text, "no history"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_reply_reaches_the_customer_as_words_alone(shared: Desk, client: str) -> None:
    ticket = asked(shared, f"a{client}")
    notice = notice_to(shared, "anna", ticket.number)
    assert shared.fate(shared.send(CLIENTS[client](notice, ANNA, WORDS))) == "filed"
    letter = only(said(shared, ticket))
    clean(letter)
    html = letter.get_body(("html",))
    assert html is not None and ("<b>photo</b>" in html.get_content()) == (client in HTML)
    after = shared.ticket(ticket.number)
    assert (after.owner, after.status) == ("anna", "waiting")


@pytest.mark.parametrize("client", CLIENTS)
def test_commands_above_and_below_are_carried_out_and_do_not_leave(shared: Desk, client: str) -> None:
    ticket = asked(shared, f"c{client}")
    notice = notice_to(shared, "anna", ticket.number)
    words = ["#tag +top", "", *WORDS, "", "#priority high"]
    assert shared.fate(shared.send(CLIENTS[client](notice, ANNA, words))) == "filed"
    after = shared.ticket(ticket.number)
    assert (after.tags, after.priority) == (("top",), "high")
    letter = only(said(shared, ticket))
    clean(letter)
    assert "#tag" not in whole(letter) and "#priority" not in whole(letter)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_mail_of_a_command_alone_posts_nothing(shared: Desk, client: str) -> None:
    ticket = asked(shared, f"o{client}")
    notice = notice_to(shared, "anna", ticket.number)
    assert shared.fate(shared.send(CLIENTS[client](notice, ANNA, ["#take"]))) == "filed"
    assert shared.ticket(ticket.number).owner == "anna" and said(shared, ticket) == []


@pytest.mark.parametrize("client", CLIENTS)
def test_without_references_the_quoted_mark_and_a_pass_are_enough(shared: Desk, client: str) -> None:
    ticket = asked(shared, f"r{client}")
    message = CLIENTS[client](notice_to(shared, "anna", ticket.number), ANNA, WORDS)
    del message["References"]
    message.replace_header("In-Reply-To", "<0100019a-rewritten@email.amazonses.com>")
    message.replace_header("To", "support@acme.example")
    raw = message.as_bytes(policy=email.policy.SMTP)
    assert shared.fate(shared.send(raw)) == "parked", "a forward carries the mark too"
    assert said(shared, ticket) == []
    another = raw.replace(b"Message-ID: <", b"Message-ID: <again-", 1)
    assert shared.fate(shared.send(PASS + another)) == "filed"
    clean(only(said(shared, ticket)))


def test_attachments_and_pictures_in_the_text_pass(shared: Desk) -> None:
    ticket = asked(shared, "files")
    notice = notice_to(shared, "anna", ticket.number)
    message = CLIENTS["Thunderbird"](notice, ANNA, WORDS)
    html = message.get_content().replace("<b>photo</b>", '<b>photo</b> <img src="cid:part1.lamp@staff.example">')
    message.clear_content()
    message.set_content("\n".join(WORDS).replace("photo", "photo [cid:part1.lamp@staff.example]"))
    message.add_alternative(html, subtype="html")
    page = message.get_payload()[1]
    page.add_related(b"\x89PNG\r\n\x1a\nlamp", "image", "png", cid="<part1.lamp@staff.example>", filename="lamp.png")
    message.add_attachment(b"%PDF-1.4 manual", maintype="application", subtype="pdf", filename="ohje ä.pdf")
    shared.send(message)
    letter = only(said(shared, ticket))
    parts = {part.get_filename(): part for part in letter.walk() if part.get_filename()}
    assert parts["ohje ä.pdf"].get_content() == b"%PDF-1.4 manual"
    assert parts["lamp.png"].get_content().startswith(b"\x89PNG")
    page_sent = letter.get_body(("html",))
    assert page_sent is not None
    assert f"cid:{str(parts['lamp.png']['Content-ID']).strip('<>')}" in page_sent.get_content()


def test_scripts_trackers_and_hidden_words_are_cleaned_out(shared: Desk) -> None:
    ticket = asked(shared, "clean")
    message = CLIENTS["Apple Mail"](notice_to(shared, "anna", ticket.number), ANNA, WORDS)
    page = message.get_payload()[1]
    evil = '<script>alert(1)</script><img src="https://t.example/pixel.gif"><p style="display:none">CANARY</p>'
    page.set_content(page.get_content().replace("<b>photo</b>", f"<b onclick='x()'>photo</b>{evil}"), subtype="html")
    shared.send(message)
    text = whole(only(said(shared, ticket)))
    assert not re.search("script|t.example|CANARY|onclick", text)


@pytest.mark.parametrize("client", CLIENTS)
def test_words_behind_the_customers_own_line_leave_with_it_w_01(shared: Desk, client: str) -> None:
    ticket = asked(shared, f"i{client}")
    message = CLIENTS[client](notice_to(shared, "anna", ticket.number), ANNA, [])
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            above, line, below = text.rpartition("The lamp does not work.")
            inside = f"{above}{line} WRITTEN INSIDE{below}"
            assert inside != text
            part.set_content(inside, subtype=part.get_content_subtype())
    assert shared.fate(shared.send(message)) == "filed"
    text = whole(only(said(shared, ticket)))
    assert "The lamp does not work. WRITTEN INSIDE" in text
    assert "mg:" not in text and "plain reply" not in text and "##" not in text


@pytest.mark.parametrize("client", CLIENTS)
def test_a_changed_line_of_the_notice_parks_and_no_button_sends_it_w_01(shared: Desk, client: str) -> None:
    ticket = asked(shared, f"e{client}")
    message = CLIENTS[client](notice_to(shared, "anna", ticket.number), ANNA, WORDS)
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            changed = text.replace("new ticket in your department", "a new ticket (which?) is in your department", 1)
            assert changed != text
            part.set_content(changed, subtype=part.get_content_subtype())
    number = shared.send(message)
    assert shared.fate(number) == "parked" and said(shared, ticket) == []
    shared.send(reply(shared.letters("anna@staff.example", "receipt")[-1], ANNA, "#send"))
    shared.settle()
    clean(only(said(shared, ticket)))


def test_one_thread_in_each_mail_program(shared: Desk) -> None:
    ticket = asked(shared, "thread")
    notice = notice_to(shared, "anna", ticket.number)
    shared.send(CLIENTS["Gmail"](notice, ANNA, WORDS))
    letter = only(said(shared, ticket))
    ack = only(shared.letters(ticket.requester.addr, "ack"))
    assert str(ack["Message-ID"]) in str(letter["References"]) or letter["In-Reply-To"]
    assert "staff.example" not in str(letter["References"])
    assert re.match(rf"Re: \[#{ticket.number}\] ", str(letter["Subject"]))


@pytest.mark.parametrize("client", ["mutt", "Thunderbird plain"])
def test_words_above_and_between_the_quoted_lines_leave_with_the_line_they_answer_w_05(
    shared: Desk, client: str
) -> None:
    ticket = asked(shared, f"b{client}")
    message = CLIENTS[client](notice_to(shared, "anna", ticket.number), ANNA, WORDS)
    text = message.get_content()
    between = text.replace("> The lamp does not work.", "> The lamp does not work.\n\nWRITTEN BETWEEN\n", 1)
    assert between != text
    message.set_content(between)
    assert shared.fate(shared.send(message)) == "filed"
    text = whole(only(said(shared, ticket)))
    assert WORDS[0] in text and re.search("> The lamp does not work.\r?\n\r?\nWRITTEN BETWEEN", text)
    assert "mg:" not in text and "plain reply" not in text and "##" not in text
