"""What hostile or odd content can do to the people who read our letters, and mail that others have rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, opened, running, whole
from scenarios.turns import serving, turn

MAIJA = "maija@customer.example"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("content"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def html_of(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


# --- content (threats C) ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "page.xhtml", "picture.png"])
def test_c04_a_file_that_could_run_stays_an_opaque_attachment(desk: Desk, name: str) -> None:
    message = mail(sender="files@customer.example")
    kind = "png" if name.endswith("png") else "html"
    message.add_attachment(b"<script>alert(1)</script>", maintype="image", subtype=kind, filename=name)
    ticket = desk.of_mail(desk.send(message))
    for letter in desk.letters():
        for part in letter.walk():
            if part.get_filename():
                assert part.get_content_disposition() == "attachment"
                assert part.get_content_type() not in ("text/html", "image/svg+xml", "application/xhtml+xml")
            elif part.get_content_maintype() == "text":
                assert "<script" not in str(part.get_content())
    assert [file.name for file in ticket.entries[0].attachments] == [name]


@pytest.mark.parametrize(
    "subject", ["<script>alert(1)</script>", "</title><img src=x onerror=alert(1)>", "{{ 7*7 }}", "<b>[#1001]</b>"]
)
def test_c05_a_subject_is_text_in_every_letter(desk: Desk, subject: str) -> None:
    opened(desk, subject, sender="titles@customer.example")
    for letter in desk.letters():
        page = html_of(letter)
        assert "<script" not in page and "<img src=x" not in page and "<b>[#1001]" not in page
        assert ">49<" not in page


def test_c07_a_display_name_and_a_file_name_are_text_too(desk: Desk) -> None:
    message = mail(sender='"<img src=x onerror=alert(1)>" <maija@customer.example>')
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename='<a href="//evil.example">x</a>.pdf')
    desk.send(message)
    for letter in desk.letters():
        assert "<img src=x" not in html_of(letter) and 'href="//evil.example"' not in html_of(letter)


def test_c07_a_display_name_that_advertises_is_not_greeted(desk: Desk) -> None:
    opened(desk, sender='"Buy at https://evil.example now" <victim@customer.example>')
    ack = only(desk.letters("victim@customer.example"))
    assert "evil.example" not in "".join(str(part.get_content()) for part in ack.walk() if not part.is_multipart())


def test_c10_a_large_file_is_named_in_the_notice_and_not_sent_on(tmp_path: Path) -> None:
    with running(tmp_path, more="[notices]\nattach_max = '100KB'\n") as desk:
        message = mail()
        message.add_attachment(b"x" * 300_000, maintype="application", subtype="pdf", filename="large.pdf")
        ticket = desk.of_mail(desk.send(message))
        notice = notice_to(desk, "anna", ticket.number)
        assert "large.pdf" in whole(notice)
        assert len(notice.as_bytes()) < 100_000 and list(notice.iter_attachments()) == []


@pytest.mark.parametrize("form", ["message/rfc822", "thread.eml", "thread.txt"])
def test_a_notice_that_an_agent_attaches_to_their_answer_never_reaches_the_customer(desk: Desk, form: str) -> None:
    first = opened(desk)
    asked = notice_to(desk, "anna", first.number)
    from_agent(desk, "#note He will not pay.\n", notice_to(desk, "bo", first.number), "bo")
    notice = notice_to(desk, "anna", first.number)
    assert "He will not pay" in whole(notice)
    answer = mail(f"Re: {asked['Subject']}", "Try the other switch.\n", sender="anna@staff.example",
                  to=str(asked["Reply-To"]), in_reply_to=str(asked["Message-ID"]))  # fmt: skip
    if form == "message/rfc822":  # what Outlook does when told to attach what it answers
        answer.add_attachment(notice)
    elif form == "thread.eml":
        answer.add_attachment(notice.as_bytes(), maintype="application", subtype="octet-stream", filename=form)
    else:
        body = notice.get_body(("plain",))
        assert body is not None
        answer.add_attachment(str(body.get_content()), filename=form)
    answer.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="manual.pdf")
    assert desk.of_mail(desk.send(answer)).number == first.number
    sent = only(desk.letters(MAIJA, "answer"))
    assert [part.get_filename() for part in sent.iter_attachments()] == ["manual.pdf"]
    assert len(desk.ticket(first.number).entries[-1].attachments) == 2, "it stays with the ticket"


# --- identity, as far as customers go (threats A) ---------------------------------------------------------------------


def test_a02_a_reply_to_of_an_agent_gives_no_authority_and_gets_no_letter(desk: Desk) -> None:
    first = opened(desk)
    sender, subject = "evil@stranger.example", f"[#{first.number}] #solve"
    number = desk.send(mail(subject, "#solve\n", sender=sender, reply_to="anna@staff.example"))
    assert desk.of_mail(number).number != first.number
    assert desk.ticket(first.number).status == "new"
    assert desk.letters("anna@staff.example", "ack") == []
    only(desk.letters("evil@stranger.example", "ack"))


def test_a08_an_agents_token_in_a_customers_hands_does_nothing_and_is_revoked(desk: Desk) -> None:
    first = opened(desk)
    notice = notice_to(desk, "anna", first.number)
    leaked = mail(f"Re: {notice['Subject']}", "#solve\n\nThanks for the copy.\n", to=str(notice["Reply-To"]),
                  in_reply_to=str(notice["Message-ID"]))  # fmt: skip
    assert desk.of_mail(desk.send(leaked)).number == first.number
    after = desk.ticket(first.number)
    assert (after.status, after.entries[-1].kind) == ("new", "customer")
    events = desk.gateway.store.read(lambda read: read.tickets.events(first.number))
    assert ("revoked", "leaked") in [(event.kind, event.new) for event in events]
    from_agent(desk, "#solve\n", notice)
    assert desk.ticket(first.number).status == "new", "the leaked notice proves nothing any more"


@pytest.mark.parametrize("name", ["anna@staff.example", "Anna Virtanen via Support"])
def test_a10_a_display_name_of_an_agent_is_only_a_name(desk: Desk, name: str) -> None:
    first = opened(desk)
    number = desk.send(mail(f"[#{first.number}] #solve", "#solve\n", sender=f'"{name}" <evil@stranger.example>'))
    other = desk.of_mail(number)
    assert other.number != first.number and other.requester.key == "evil@stranger.example"
    assert desk.ticket(first.number).status == "new"
    assert "evil@stranger.example" in whole(notice_to(desk, "anna", other.number)), "agents see the address"


@pytest.mark.parametrize(
    "raw_from",
    [
        b"From: anna@staff.example\r\nFrom: evil@stranger.example",
        b"From: evil@stranger.example\r\nFrom: anna@staff.example",
        b"From: anna@staff.example, evil@stranger.example",
        b"From: <anna@staff.example> <evil@stranger.example>",
        b"From: anna@staff.example (evil@stranger.example)",
        b"From: =?utf-8?q?anna=40staff.example?=@evil.example",
        "From: аnna@staff.example".encode(),
        "From: anna＠staff.example".encode(),
    ],
)
def test_a11_to_a17_no_trick_in_from_makes_an_agent(desk: Desk, raw_from: bytes) -> None:
    first = opened(desk)
    notice = notice_to(desk, "anna", first.number)
    raw = (
        raw_from
        + (
            f"\r\nTo: {notice['Reply-To']}\r\nSubject: Re: [#{first.number}] #solve\r\nMessage-ID: <x@y.example>\r\n"
            "\r\n#solve\r\n"
        ).encode()
    )
    desk.send(raw, sender="evil@stranger.example", to=["support@acme.example"])
    assert desk.ticket(first.number).status == "new"
    assert all("solved" not in str(letter["Subject"]).lower() for letter in desk.letters(MAIJA))


def test_a23_an_agents_mail_played_again_has_no_second_effect(desk: Desk) -> None:
    first = opened(desk)
    notice = notice_to(desk, "anna", first.number)
    answer = mail(f"Re: {notice['Subject']}", "All done.\n", sender="anna@staff.example", to=str(notice["Reply-To"]),
                  in_reply_to=str(notice["Message-ID"]))  # fmt: skip
    assert desk.fate(desk.send(answer)) == "filed"
    answer["Received"] = "from evil.example by mx.acme.example; Sun, 22 Nov 2026 10:00:00 +0000"
    assert desk.fate(desk.send(answer)) == "duplicate"
    desk.clock.ahead += timedelta(minutes=5)
    only(desk.letters(MAIJA, "answer"))


# --- mail that others have rewritten ----------------------------------------------------------------------------------


def test_a_google_group_before_a_department_hides_nobody(tmp_path: Path) -> None:
    with running(tmp_path, support='via = "google-group"') as desk:
        group = {
            "x_original_from": "Liisa Ek <liisa@customer.example>", "list_id": "<support.acme.example>",
            "precedence": "list", "mailing_list": "list support@acme.example",
        }  # fmt: skip
        first = opened(desk, "Lamp", "Dark.\n", sender="'Liisa Ek' via Support <support@acme.example>", **group)
        assert (first.requester.key, first.requester.name) == ("liisa@customer.example", "Liisa Ek")
        only(desk.letters("liisa@customer.example", "ack"))
        again = opened(
            desk, f"Re: [#{first.number}] Lamp", "Still.\n",
            sender="'Liisa Ek' via Support <support@acme.example>", **group,
        )  # fmt: skip
        assert again.number == first.number


def test_an_external_banner_is_no_part_of_the_title(desk: Desk) -> None:
    assert opened(desk, "[EXTERNAL] Re: Broken chair").subject == "Broken chair"


def test_an_answer_converted_by_exchange_finds_its_ticket_by_the_thread(desk: Desk) -> None:
    first = opened(desk)
    ack = only(desk.letters(MAIJA))
    converted = EmailMessage()
    converted["From"], converted["To"] = "Maija Virtanen <MAIJA@customer.example>", "support@acme.example"
    converted["Subject"] = "VS: Kiitos"
    converted["Thread-Topic"], converted["Thread-Index"] = "Kiitos", "AQHZabc="
    converted["In-Reply-To"] = f"{ack['Message-ID']}"
    converted["References"] = f"<other@customer.example>,{ack['Message-ID']}"
    converted["Message-ID"] = "<HE1PR01MB1234@HE1PR01MB1234.eurprd01.prod.exchangelabs.com>"
    converted.set_content("<html><body><p>It is <b>still</b> dark.</p></body></html>", subtype="html", cte="base64")
    ticket = desk.of_mail(desk.send(converted))
    assert ticket.number == first.number and "still" in ticket.entries[-1].text
    assert not ticket.entries[-1].unverified


def test_an_answer_that_names_the_relays_own_id_finds_the_ticket(own: Desk) -> None:
    first = opened(own, cc="kari@customer.example")
    own.letters()
    store = own.gateway.store
    [ack] = [row for row in store.read(lambda read: read.outbox.deliveries(("sent",))) if row.template == "ack"]
    given = "0102018f-1a2b-4c5d-000000"
    store.write(lambda tx: tx.outbox.mark(ack.id, "sent", own.clock(), remote_id=given)).result()
    named = f"<{given}@eu-west-1.amazonses.com>"
    assert opened(own, "Re: no tag", "It was Maija.\n", in_reply_to=named).number == first.number
    eve = opened(own, "Re: no tag", "It was Eve.\n", sender="eve@stranger.example", in_reply_to=named)
    assert eve.number != first.number, "that id is no secret and proves nothing"
