"""Which ticket a mail belongs to, and what a stranger can learn or change: threats T-01 to T-15, from outside."""

from __future__ import annotations

import re
import smtplib
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Desk, confirm, from_agent, mail, notice_to, only, opened, running, whole
from scenarios.turns import serving, turn

from mailgate.core.model.ticket import EntryKind, Ticket

STRANGER = "Eve <eve@stranger.example>"
MAIJA = "maija@customer.example"
KARI = "kari@customer.example"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("threads"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


@pytest.mark.parametrize("prefix", ["Re: AW: ", "VS: ", "Odp: ", "SV: Re[2]: ", "[EXTERNAL] Re: ", "RE: [EXT] "])
def test_t01_a_tag_under_any_prefixes_files_the_requesters_mail_in_their_ticket(desk: Desk, prefix: str) -> None:
    first = opened(desk)
    again = opened(desk, f"{prefix}[#{first.number}] Broken lamp", "Still dark.\n")
    assert [entry.text.strip() for entry in again.entries] == ["The lamp does not work.", "Still dark."]
    assert again.number == first.number
    assert len(desk.letters(MAIJA)) == 1, "only the first mail is acknowledged"


def test_t02_a_stranger_who_quotes_a_number_gets_a_ticket_of_their_own_and_learns_no_title(desk: Desk) -> None:
    first = opened(desk, "Divorce papers")
    claim = opened(desk, f"Re: [#{first.number}]", "Please send me everything.\n", sender=STRANGER)
    assert claim.number != first.number and claim.links == (first.number,)
    assert len(desk.ticket(first.number).entries) == 1
    for letter in desk.letters("eve@stranger.example"):
        assert "Divorce" not in whole(letter) and "Maija" not in whole(letter)
        assert not re.search(rf"\b{first.number}\b", whole(letter)), "an id may hold these digits by chance"
    assert f"#{first.number}" in whole(notice_to(desk, "anna", claim.number)), "agents are told of the claim"


def test_t03_our_signed_id_beats_a_number_in_the_subject_and_the_conflict_is_noted(desk: Desk) -> None:
    first, second = opened(desk, "First"), opened(desk, "Second")
    ack = next(one for one in desk.letters(MAIJA) if f"[#{second.number}]" in one["Subject"])
    filed = opened(desk, f"[#{first.number}] First", in_reply_to=str(ack["Message-ID"]))
    assert filed.number == second.number
    events = desk.gateway.store.read(lambda read: read.tickets.events(second.number))
    assert ("flag", "conflict") in [(event.kind, event.new) for event in events]


@pytest.mark.parametrize("tag", ["[#١٠٠١]", "[#٠]", "[#-1]", "[#0]", "[#99999999999999999999]", "[# 1001]"])
def test_t04_what_is_no_number_in_a_tag_opens_a_ticket_and_harms_nothing(desk: Desk, tag: str) -> None:
    first = opened(desk)
    assert opened(desk, f"{tag} Something else").number != first.number


def test_t04_leading_zeros_and_five_hundred_tags_are_read_as_the_first_of_them(desk: Desk) -> None:
    first = opened(desk)
    assert opened(desk, f"[#000{first.number}] zeros").number == first.number
    assert opened(desk, f"[#{first.number}] " * 500).number == first.number


def test_t05_a_mail_that_borrows_anothers_message_id_is_kept_flagged_and_owns_nothing(desk: Desk) -> None:
    first = opened(desk, message_id="<one@customer.example>")
    forged = opened(desk, "Other", "Other words.\n", sender=STRANGER, message_id="<one@customer.example>")
    assert forged.number != first.number
    events = desk.gateway.store.read(lambda read: read.tickets.events(forged.number))
    assert ("flag", "msgid_collision") in [(event.kind, event.new) for event in events]
    answer = opened(desk, "no tag", "More.\n", in_reply_to="<one@customer.example>")
    assert answer.number == first.number, "the first owner keeps the id"


def test_t06_an_id_sent_ahead_by_somebody_else_does_not_swallow_the_real_mail(desk: Desk) -> None:
    forged = opened(desk, "Squatting", sender=STRANGER, message_id="<guessed@customer.example>")
    real = desk.send(mail("Real", "Real words.\n", message_id="<guessed@customer.example>"))
    assert desk.fate(real) == "filed" and desk.of_mail(real).number != forged.number


def test_t06_another_desks_mark_claimed_ahead_by_a_stranger_tears_no_thread_apart(desk: Desk) -> None:
    """First owner wins: whoever had guessed `[rt #46]` first left its desk a ticket for each of its mails."""
    opened(desk, "Re: [rt partner #46] Pump", "Mine now.\n", sender="eve@stranger.example")
    first = opened(desk, "Re: [rt partner #46] Pump", "It drips.\n", sender="rt@partner.example")
    again = opened(desk, "Re: [rt partner #46] Pump", "It still drips.\n", sender="rt@partner.example")
    other = opened(desk, "Re: [rt partner #46] Pump", "And mine.\n", sender="eve@stranger.example")
    assert again.number == first.number != other.number


def test_t07_a_cc_on_an_unproven_mail_is_not_let_in_but_shown_to_the_agents(desk: Desk) -> None:
    first = opened(desk)
    again = opened(desk, f"Re: [#{first.number}]", "Also me.\n", cc="Eve <eve@stranger.example>")
    assert again.number == first.number
    assert [who.key for who in again.participants] == [MAIJA]
    assert "#cc +eve@stranger.example" in whole(notice_to(desk, "anna", first.number))
    assert desk.letters("eve@stranger.example") == []


def test_t07_a_cc_on_a_reply_to_our_own_letter_takes_part_and_gets_the_answers(desk: Desk) -> None:
    first = opened(desk)
    ack = only(desk.letters(MAIJA))
    again = opened(desk, f"Re: {ack['Subject']}", "And Kari.\n", in_reply_to=str(ack["Message-ID"]), cc=KARI)
    assert [who.key for who in again.participants] == [MAIJA, KARI]
    from_agent(desk, "A new lamp is on its way.\n", notice_to(desk, "anna", first.number))
    desk.clock.ahead += timedelta(minutes=5)
    assert "A new lamp is on its way." in whole(only(desk.letters(KARI)))


def test_t08_somebody_elses_answer_to_our_letter_is_filed_unverified_with_a_banner(desk: Desk) -> None:
    first = opened(desk)
    ack = only(desk.letters(MAIJA))
    filed = opened(
        desk, f"Re: {ack['Subject']}", "Ticket updated.\n", sender="no-reply@chat.example",
        in_reply_to=str(ack["Message-ID"]),
    )  # fmt: skip
    assert filed.number == first.number and filed.entries[-1].unverified
    assert [who.key for who in filed.participants] == [MAIJA]
    assert "Unverified" in whole(notice_to(desk, "anna", first.number))
    assert desk.letters("no-reply@chat.example") == []


def test_t09_five_thousand_references_are_one_mail_like_any_other(desk: Desk) -> None:
    first = opened(desk, message_id="<root@customer.example>")
    many = "\r\n ".join(f"<{n}@nowhere.example>" for n in range(5000))
    raw = mail("Re: Broken lamp", "Again.\n").as_bytes().replace(b"\n", b"\r\n")
    raw = f"References: <root@customer.example>\r\n {many}\r\n".encode() + raw
    number = desk.send(raw, sender=MAIJA, to=["support@acme.example"])
    assert desk.of_mail(number).number == first.number


def test_t10_an_answer_to_a_customers_mail_by_an_outsider_opens_a_linked_ticket(desk: Desk) -> None:
    first = opened(desk, message_id="<private@customer.example>")
    other = opened(desk, "Re: Broken lamp", "Me too.\n", sender=STRANGER, in_reply_to="<private@customer.example>")
    assert other.number != first.number and other.links == (first.number,)
    assert f"#{first.number}" not in whole(only(desk.letters("eve@stranger.example")))
    assert len(desk.ticket(first.number).entries) == 1


def solved(desk: Desk, ticket: int) -> Ticket:
    from_agent(desk, "#solve\n", notice_to(desk, "anna", ticket))
    found = desk.ticket(ticket)
    assert found.status == "solved"
    return found


def test_t11_within_the_window_an_answer_reopens_and_after_it_a_linked_ticket_opens(desk: Desk) -> None:
    first = opened(desk)
    solved(desk, first.number)
    desk.clock.ahead += timedelta(days=13)
    assert opened(desk, f"[#{first.number}]", "It is dark again.\n").status == "open"
    solved(desk, first.number)
    desk.clock.ahead += timedelta(days=90)
    later = opened(desk, f"[#{first.number}]", "And once more it is dark.\n")
    assert later.number != first.number and first.number in later.links
    assert desk.ticket(first.number).status.done
    further = opened(desk, f"[#{first.number}]", "Anybody there to help me?\n")
    assert further.number == later.number, "further answers follow to the ticket that goes on"


@pytest.mark.parametrize("words", ["Thanks!\n", "Kiitos paljon!\n", "Dziękuję bardzo\n", "Paldies!\n"])
def test_t11_a_bare_thanks_reopens_nothing(desk: Desk, words: str) -> None:
    first = opened(desk)
    solved(desk, first.number)
    again = opened(desk, f"Re: [#{first.number}]", words)
    assert (again.number, again.status) == (first.number, "solved")
    assert len(again.entries) == 2, "but it is in the thread"


def test_t12_answers_to_a_merged_ticket_go_where_it_went(desk: Desk) -> None:
    first, second = opened(desk, "First"), opened(desk, "Second")
    confirm(desk, from_agent(desk, f"#merge {first.number}\n", notice_to(desk, "anna", second.number)))
    assert desk.ticket(second.number).merged_into == first.number
    assert opened(desk, f"[#{second.number}]", "More about it.\n").number == first.number
    ack = next(one for one in desk.letters(MAIJA) if f"[#{second.number}]" in one["Subject"])
    assert opened(desk, "Re: it", "And more.\n", in_reply_to=str(ack["Message-ID"])).number == first.number


def test_t12_merging_in_a_circle_is_refused(desk: Desk) -> None:
    first, second = opened(desk, "First"), opened(desk, "Second")
    confirm(desk, from_agent(desk, f"#merge {first.number}\n", notice_to(desk, "anna", second.number)))
    from_agent(desk, f"#merge {second.number}\n", notice_to(desk, "anna", first.number))
    assert desk.ticket(first.number).merged_into is None
    assert desk.ticket(second.number).merged_into == first.number


def test_t13_a_tag_sent_to_another_departments_address_finds_the_requesters_own_ticket_only(desk: Desk) -> None:
    first = opened(desk, "Salary question")
    same = opened(desk, f"[#{first.number}]", "To the wrong address.\n", to="sales@acme.example")
    assert (same.number, same.department) == (first.number, "support")
    other = opened(desk, f"[#{first.number}]", "Let me see.\n", sender=STRANGER, to="sales@acme.example")
    assert other.number != first.number and other.department == "sales"
    assert all("Salary" not in whole(letter) for letter in desk.letters("eve@stranger.example"))


def test_t14_one_mail_to_two_departments_is_one_ticket_one_acknowledgement_and_both_are_told(tmp_path: Path) -> None:
    more = '[[agent]]\nname = "cia"\naddress = "cia@staff.example"\ndepartments = ["sales"]\n'
    with running(tmp_path, more=more) as desk:
        ticket = opened(desk, to="support@acme.example, sales@acme.example")
        assert set(ticket.departments) == {"support", "sales"} and ticket.department == "support"
        only(desk.letters(MAIJA))
        only(desk.letters("cia@staff.example", "notice"))
        only(desk.letters("anna@staff.example", "notice"))


def test_t14_the_same_mail_through_a_second_mailbox_tells_that_department_and_acknowledges_once(desk: Desk) -> None:
    letter = mail(to="support@acme.example, sales@acme.example")
    first = desk.send(letter, to=["support@acme.example"])
    ticket = desk.of_mail(first)
    letter["Received"] = "from other.example by mx.acme.example; Sun, 22 Nov 2026 10:00:00 +0000"
    second = desk.send(letter, to=["sales@acme.example"])
    assert desk.fate(second) == "duplicate"
    assert len(desk.tickets()) == 1 and set(desk.ticket(ticket.number).departments) == {"support", "sales"}
    only(desk.letters(MAIJA))


def test_t14_bcc_copies_tell_the_department_they_name_only_in_the_envelope(desk: Desk) -> None:
    letter = mail()
    first = desk.send(letter)
    letter["Received"] = "from other.example by mx.acme.example; Sun, 22 Nov 2026 10:00:00 +0000"
    assert desk.fate(desk.send(letter, to=["sales@acme.example"])) == "duplicate"
    assert set(desk.of_mail(first).departments) == {"support", "sales"}


def test_t14_twenty_copies_at_once_are_one_ticket_and_one_acknowledgement(desk: Desk) -> None:
    raw = mail().as_bytes().replace(b"\n", b"\r\n")
    failures: list[BaseException] = []
    before = desk.gateway.store.read(lambda read: read.report.audit())["accepted"]

    def deliver(number: int) -> None:
        trace = f"Received: from relay{number}.example by mx.acme.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n"
        try:
            with smtplib.SMTP("127.0.0.1", desk.port, timeout=100) as client:
                client.sendmail(MAIJA, ["support@acme.example"], trace.encode() + raw)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    desk.settle()
    counted = desk.gateway.store.read(lambda read: read.report.audit())
    assert counted["accepted"] - before == 20 and len(desk.tickets()) == 1
    only(desk.letters(MAIJA))


@pytest.mark.parametrize("subject", ["", "Re:", "Re: AW: ", "   "])
def test_t15_a_mail_without_a_subject_has_a_title_all_the_same(desk: Desk, subject: str) -> None:
    assert opened(desk, subject).subject == "(no subject)"


def test_t15_no_subject_header_and_an_endless_one_are_both_read(desk: Desk) -> None:
    bare = mail("x")
    del bare["Subject"]
    assert desk.of_mail(desk.send(bare)).subject == "(no subject)"
    raw = b"Subject: " + b"long " * 200_000 + b"\r\nFrom: a@b.example\r\nTo: support@acme.example\r\n\r\nWords.\r\n"
    ticket = desk.of_mail(desk.send(raw, sender="a@b.example", to=["support@acme.example"]))
    assert 0 < len(ticket.subject) <= 255


def test_other_peoples_words_are_never_shown_to_a_participant_who_wrote_a_ticket_of_their_own(desk: Desk) -> None:
    opened(desk, "Maija's secret", "Only for support.\n")
    opened(desk, "Kari's question", "Hello.\n", sender=KARI)
    assert all("secret" not in whole(letter) for letter in desk.letters(KARI))


def test_the_notes_kind_of_an_unverified_entry_stays_the_customers(desk: Desk) -> None:
    opened(desk)
    ack = only(desk.letters(MAIJA))
    filed = opened(desk, "Re: hm", "I am not Maija.\n", sender=STRANGER, in_reply_to=str(ack["Message-ID"]))
    assert (filed.entries[-1].kind, filed.status) == (EntryKind.CUSTOMER, "new")
    assert desk.letters("eve@stranger.example") == []
