"""Who is never answered, what a report of a failed delivery changes, and how loops end: threats L-01 to L-17."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, opened, running, whole
from reports import answered, envelopes, report
from scenarios.turns import serving, turn

MAIJA = "maija@customer.example"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("robots"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def unanswered(desk: Desk, message: EmailMessage, who: str, sender: str | None = None) -> None:
    """The mail is filed in a new ticket for the agents, and nobody outside gets a word."""
    number = desk.send(message, sender=sender)
    assert desk.fate(number) == "filed"
    assert desk.letters(who) == []


def test_l01_a_mail_from_the_null_sender_is_filed_and_never_acknowledged(desk: Desk) -> None:
    unanswered(desk, mail(sender="l01@customer.example"), "l01@customer.example", sender="")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "auto-generated"),
        ("Auto-Submitted", "auto-replied (vacation)"),
        ("Auto-Submitted", "AUTO-NOTIFIED; owner=x"),
        ("Precedence", "bulk"),
        ("Precedence", "list"),
        ("Precedence", "junk"),
        ("Precedence", "auto_reply"),
        ("List-Id", "<news.customer.example>"),
        ("List-Unsubscribe", "<mailto:off@customer.example>"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "1"),
        ("X-Loop", "somebody"),
        ("Feedback-ID", "a:b:c"),
    ],
)
def test_l02_every_mark_of_a_robot_keeps_us_silent(desk: Desk, name: str, value: str) -> None:
    who = f"l02-{name}-{len(value)}@customer.example".lower()
    message = mail(sender=who)
    message[name] = value
    unanswered(desk, message, who)


def test_l02_what_only_says_that_it_is_a_report_is_filed_and_not_answered(desk: Desk) -> None:
    unanswered(desk, mail(sender="exim@customer.example", x_failed_recipients="a@b.example"), "exim@customer.example")


@pytest.mark.parametrize("value", ["no", "No", " no ", "no (really)"])
def test_l03_auto_submitted_no_is_a_person_and_is_acknowledged(desk: Desk, value: str) -> None:
    who = f"l03-{len(value)}-{value.strip()[:1]}@customer.example"
    desk.send(mail(sender=who, auto_submitted=value))
    only(desk.letters(who, "ack"))


@pytest.mark.parametrize(
    "local", ["MAILER-DAEMON", "postmaster", "owner-x", "x-request", "noreply", "no-reply", "bounce+a=b.example"]
)
def test_l04_addresses_nobody_reads_get_no_acknowledgement(desk: Desk, local: str) -> None:
    unanswered(desk, mail(sender=f"{local}@robots.example"), f"{local}@robots.example")


def test_l04_a_robots_words_reopen_nothing(desk: Desk) -> None:
    first = opened(desk)
    ack = only(desk.letters(MAIJA))
    from_agent(desk, "#solve\n", notice_to(desk, "anna", first.number))
    desk.send(mail("Re: it", "Your parcel is on its way.\n", precedence="bulk", in_reply_to=str(ack["Message-ID"])))
    assert desk.ticket(first.number).status == "solved"


# --- delivery reports -------------------------------------------------------------------------------------------------


def test_l05_a_genuine_report_notes_the_failure_and_tells_agents_but_never_the_customer(own: Desk) -> None:
    number, letter = answered(own)
    before = own.ticket(number)
    raw = report(letter, "support@acme.example", (MAIJA, "failed", "5.1.1"))
    assert own.fate(own.send(raw, sender="", to=["support@acme.example"])) == "filed"
    after = own.ticket(number)
    assert after.entries[-1].kind == "bounce" and "5.1.1" in after.entries[-1].text
    assert (before.status, after.status) == ("waiting", "open")
    assert [one["X-Mailgate-Reason"] for one in own.letters(MAIJA)] == ["you wrote to us"], "only the old ack"
    assert "5.1.1" in whole(notice_to(own, "anna", number))
    dead = own.gateway.store.read(lambda read: read.outbox.deliveries(("dead",)))
    assert [row.to for row in dead] == [MAIJA]


def test_l05_a_report_to_the_signed_bounce_address_needs_no_id_inside(own: Desk) -> None:
    number, letter = answered(own)
    nothing = EmailMessage()
    nothing["Message-ID"] = "<unknown@mx.example>"
    raw = report(nothing, "support@acme.example", (MAIJA, "failed", "5.1.1"))
    own.send(raw, sender="", to=[envelopes(own, letter)[MAIJA]])
    assert own.ticket(number).entries[-1].kind == "bounce"


def test_l06_a_forged_report_changes_nothing_and_its_bytes_stay(desk: Desk) -> None:
    number, letter = answered(desk)
    forged = EmailMessage()
    forged["Message-ID"] = str(letter["Message-ID"]).replace("mg.", "mg.x", 1)
    entries = len(desk.ticket(number).entries)
    raw = report(forged, "support@acme.example", (MAIJA, "failed", "5.1.1"))
    mail_number = desk.send(raw, sender="", to=["support@acme.example"])
    row = desk.gateway.store.read(lambda read: read.mail.row(mail_number))
    assert row is not None and (row.fate, row.reason) == ("dropped", "unsolicited_dsn")
    assert desk.gateway.store.read(lambda read: read.mail.raw(mail_number)).endswith(raw)
    assert len(desk.ticket(number).entries) == entries and len(desk.tickets()) == 1


def test_l07_a_delay_is_noted_as_a_delay_and_alarms_nobody(desk: Desk) -> None:
    number, letter = answered(desk)
    notices = len(desk.letters(template="notice"))
    raw = report(letter, "support@acme.example", (MAIJA, "delayed", "4.4.1"))
    mail_number = desk.send(raw, sender="", to=["support@acme.example"])
    row = desk.gateway.store.read(lambda read: read.mail.row(mail_number))
    assert row is not None and (row.fate, row.reason) == ("filed", "delayed")
    assert "delayed" in desk.ticket(number).entries[-1].text
    assert desk.gateway.store.read(lambda read: read.outbox.deliveries(("dead",))) == []
    assert len(desk.letters(template="notice")) == notices


def test_l08_each_recipient_of_a_mixed_report_gets_what_is_theirs(own: Desk) -> None:
    number, letter = answered(own, "kari@customer.example", "liisa@customer.example")
    raw = report(
        letter,
        "support@acme.example",
        (MAIJA, "failed", "5.1.1"),
        ("kari@customer.example", "delayed", "4.4.1"),
        ("liisa@customer.example", "delivered", "2.0.0"),
    )
    own.send(raw, sender="", to=["support@acme.example"])
    dead = own.gateway.store.read(lambda read: read.outbox.deliveries(("dead",)))
    assert [row.to for row in dead] == [MAIJA]
    events = own.gateway.store.read(lambda read: read.tickets.events(number))
    kinds = {event.kind: event.new for event in events if event.kind in ("bounced", "delayed")}
    assert kinds["bounced"].startswith(MAIJA) and kinds["delayed"].startswith("kari@")


def test_l08_an_agent_who_cannot_be_reached_is_the_leads_business_and_not_the_tickets(own: Desk) -> None:
    first = opened(own)
    notice = notice_to(own, "bo", first.number)
    raw = report(notice, "support@acme.example", ("bo@staff.example", "failed", "5.1.1"))
    for _ in range(2):
        own.send(raw + b"\r\n", sender="", to=["support@acme.example"])
    alarm = only(own.letters("anna@staff.example", "alarm"))
    assert "bo" in alarm["Subject"]
    assert len(own.ticket(first.number).entries) == 1


# --- ourselves, absences, receipts ------------------------------------------------------------------------------------


def test_l09_our_own_letter_coming_home_is_dropped_as_a_loop(desk: Desk) -> None:
    opened(desk)
    ack = only(desk.letters(MAIJA))
    number = desk.send(ack.as_bytes().replace(b"\n", b"\r\n"), sender="support@acme.example", to=["sales@acme.example"])
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None and (row.fate, row.reason) == ("dropped", "self_loop")
    assert len(desk.tickets()) == 1


def test_l09_a_forged_loop_mark_silences_nobody(desk: Desk) -> None:
    number = desk.send(mail(x_mailgate_loop="Acme k1.aaaaaaaaaaaaaaaa"))
    assert desk.fate(number) == "filed" and len(desk.tickets()) == 1


@pytest.mark.parametrize(
    ("subject", "text", "headers"),
    [
        ("Automatic reply: Broken lamp", "I am away.", {"x_auto_response_suppress": "All", "auto_submitted": "auto-replied"}),
        ("Poissa: Broken lamp", "Olen lomalla 3.8. asti, vastaan palattuani.", {}),
        ("Out of Office: lamp", "I am out of the office until Monday.", {}),
    ],
)  # fmt: skip
def test_l10_an_out_of_office_answer_is_filed_and_reopens_nothing(
    desk: Desk, subject: str, text: str, headers: dict[str, str]
) -> None:
    first = opened(desk)
    ack = only(desk.letters(MAIJA))
    from_agent(desk, "#solve\n", notice_to(desk, "anna", first.number))
    told = len(desk.letters(MAIJA))
    desk.send(mail(subject, f"{text}\n", in_reply_to=str(ack["Message-ID"]), **headers))
    after = desk.ticket(first.number)
    assert (after.status, after.entries[-1].kind) == ("solved", "auto")
    assert len(desk.letters(MAIJA)) == told


def test_l10_a_customer_who_reopens_all_day_is_stopped_by_the_limit(tmp_path: Path) -> None:
    with running(tmp_path, more="[limits]\nreopens_per_ticket_day = 2\n") as desk:
        first = opened(desk)
        seen = []
        for turn in range(4):
            from_agent(desk, "#solve\n", notice_to(desk, "anna", first.number))
            seen.append(opened(desk, f"[#{first.number}]", f"Still broken, take {turn}, please look.\n").status)
        assert seen == ["open", "open", "solved", "solved"]


def test_l10_a_read_receipt_opens_no_ticket(desk: Desk) -> None:
    raw = (
        b"From: maija@customer.example\r\nTo: support@acme.example\r\nSubject: Read: hello\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nRead.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Final-Recipient: rfc822; maija@customer.example\r\nOriginal-Message-ID: <x@y.example>\r\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    )
    assert desk.fate(desk.send(raw, to=["support@acme.example"])) == "dropped"
    assert desk.tickets() == []


def test_l15_mail_in_the_name_of_our_own_address_is_never_acknowledged(desk: Desk) -> None:
    unanswered(desk, mail(sender="sales@acme.example"), "sales@acme.example")
    unanswered(desk, mail("Other", sender="support+x@acme.example"), "support+x@acme.example")


def test_l15_an_acknowledgement_goes_to_the_author_and_never_to_reply_to(desk: Desk) -> None:
    desk.send(mail(reply_to="victim@elsewhere.example"))
    only(desk.letters(MAIJA, "ack"))
    assert desk.letters("victim@elsewhere.example") == []


def test_l16_a_hundred_and_one_hops_are_refused_at_the_door(desk: Desk) -> None:
    import smtplib

    trace = b"Received: from a.example by b.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n"
    raw = mail().as_bytes().replace(b"\n", b"\r\n")
    with smtplib.SMTP("127.0.0.1", desk.port, timeout=100) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(MAIJA, ["support@acme.example"], trace * 101 + raw)
    assert refused.value.smtp_code == 554 and b"5.4.6" in refused.value.smtp_error
    assert desk.fate(desk.send(trace * 30 + raw)) == "filed"


def test_l17_a_blind_copy_is_filed_and_not_acknowledged(desk: Desk) -> None:
    number = desk.send(mail(to="undisclosed@elsewhere.example"), to=["support@acme.example"])
    assert desk.fate(number) == "filed" and desk.letters(MAIJA) == []
    assert desk.of_mail(number).requester.key == MAIJA


# --- limits, spam and bans --------------------------------------------------------------------------------------------


def test_a_sender_over_the_hourly_limit_is_parked_and_still_answers_their_own_tickets(tmp_path: Path) -> None:
    with running(tmp_path, more="[limits]\ntickets_per_sender_hour = 2\n") as desk:
        numbers = [desk.send(mail(f"Matter {turn}")) for turn in range(4)]
        assert [desk.fate(number) for number in numbers] == ["filed", "filed", "parked", "parked"]
        parked = desk.gateway.store.read(lambda read: read.mail.parked())
        assert {row.why for row in parked} == {"rate_limited"}
        assert desk.fate(desk.send(mail("Re: [#1001] Matter 0"))) == "filed"
        desk.clock.ahead += timedelta(hours=2)
        assert desk.fate(desk.send(mail("Later"))) == "filed"


def test_acknowledgements_to_one_sender_are_capped_and_tickets_are_not(tmp_path: Path) -> None:
    with running(tmp_path, more="[limits]\nacks_per_sender_hour = 2\n") as desk:
        for turn in range(4):
            desk.send(mail(f"Matter {turn}"))
        assert len(desk.letters(MAIJA, "ack")) == 2 and len(desk.tickets()) == 4
