"""A request about a person's data, from the mail that asks to the copy, and to nothing left of them."""

from __future__ import annotations

import io
import json
import re
import urllib.parse
import zipfile
from email.message import EmailMessage

import pytest
from a_person import octets, traces
from conftest import Desk, from_agent, mail, notice_to

from mailgate.app.admin import control, rights
from mailgate.app.jobs import privacy as job
from mailgate.core.model.ticket import Status

QUIRINA = "Quirina Zatopek <quirina@zatopek.example>"
ADDRESS = "quirina@zatopek.example"


def do(desk: Desk, number: int, text: str, agent: str = "anna") -> list[str]:
    lines: list[str] = control.do_commands(desk.gateway, number, text, agent)
    return lines


def run(desk: Desk) -> int:
    return job.carry_out(desk.gateway, desk.gateway.clock())


def plain(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def confirmed(desk: Desk, number: int, what: str, sender: str = QUIRINA) -> None:
    """She is asked, and taps."""
    do(desk, number, f"#privacy {what}")
    [asking] = desk.letters(ADDRESS, "privacy")
    tap(desk, asking, "confirm", sender)


def tap(desk: Desk, letter: EmailMessage, word: str, sender: str) -> int:
    """The mail that a link with this word opens, sent as it is; returns its number."""
    page = letter.get_body(("html",))
    assert page is not None
    found = re.findall(rf'href="(mailto:[^"]*{word}[^"]*)"', page.get_content())
    link = urllib.parse.urlsplit(found[0].replace("&amp;", "&"))
    said = urllib.parse.parse_qs(link.query)
    return desk.send(mail(said["subject"][0], said["body"][0], sender=sender, to=urllib.parse.unquote(link.path)))


@pytest.fixture
def hers(desk: Desk) -> tuple[Desk, int]:
    return desk, desk.of_mail(desk.send(mail("My data", "Please erase my xylophone.\n", sender=QUIRINA))).number


def test_a_copy_goes_to_the_person_once_they_have_confirmed_and_a_lead_has_said_so(hers: tuple[Desk, int]) -> None:
    desk, number = hers
    confirmed(desk, number, "export")
    assert run(desk) == 0, "nobody has ordered it"
    told = desk.letters("anna@staff.example", "notice")[-1]
    assert "Send the copy to the person" in str(told.get_body(("html",)))
    tap(desk, told, "privacy%20go", "Anna <anna@staff.example>")
    assert run(desk) == 1 and run(desk) == 0
    letter = desk.letters(ADDRESS, "privacy")[-1]
    [archive] = letter.iter_attachments()
    files = zipfile.ZipFile(io.BytesIO(archive.get_content()))
    person = json.loads(files.read("person.json"))
    assert person["addresses"] == [ADDRESS] and "xylophone" in str(person)
    assert any(name.startswith("mails/") for name in files.namelist())
    assert desk.ticket(number).status is Status.SOLVED
    assert not desk.letters(ADDRESS, "solved"), "the letter with the copy says it"


def test_a_copy_too_large_for_a_letter_lies_in_the_data_folder_and_goes_with_them(
    hers: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number = hers
    confirmed(desk, number, "export")
    do(desk, number, "#privacy go")
    monkeypatch.setattr(rights, "packed", lambda files: b"x" * 20_000_000)
    run(desk)
    path = desk.gateway.data / "copies" / f"{number}.zip"
    assert path.stat().st_size == 20_000_000 and path.stat().st_mode & 0o077 == 0
    assert len(desk.letters(ADDRESS, "privacy")) == 1, "the question alone"
    do(desk, number, "#solve")
    rights.forget(desk.gateway, ADDRESS)
    assert not path.exists()


def test_erasing_says_so_solves_its_own_ticket_and_leaves_nothing(hers: tuple[Desk, int]) -> None:
    desk, number = hers
    confirmed(desk, number, "erase")
    do(desk, number, "#privacy go")
    desk.letters()
    run(desk)
    assert "It is the last one" in plain(desk.letters(ADDRESS, "privacy")[-1])
    assert traces(desk), "the letter leaves first"
    run(desk)
    assert traces(desk) == set() and octets(desk) == set()
    ticket = desk.ticket(number)
    assert ticket.status is Status.SOLVED and ticket.subject == "[erased]"
    events = desk.gateway.store.read(lambda read: [one for one in read.tickets.events(number) if one.kind == "privacy"])
    assert [(one.actor, one.new) for one in events][-3:] == [("anna", "ordered"), ("anna", "told"), ("anna", "done")]
    assert run(desk) == 0


def test_it_waits_for_what_is_owed_to_them_and_can_be_ordered_again(hers: tuple[Desk, int]) -> None:
    desk, number = hers
    other = desk.of_mail(desk.send(mail("Lamp", "It is dark.\n", sender=QUIRINA))).number
    confirmed(desk, number, "erase")
    do(desk, number, "#privacy go")
    run(desk)
    assert run(desk) == 0 and traces(desk)
    assert desk.ticket(number).status is not Status.SOLVED
    do(desk, other, "#solve")
    do(desk, number, "#privacy go")
    run(desk)
    desk.letters()
    run(desk)
    assert traces(desk) == set()


@pytest.mark.parametrize("sender", ["Eve <eve@elsewhere.example>", "Maija <maija@customer.example>"])
def test_nobody_else_can_confirm_it(hers: tuple[Desk, int], sender: str) -> None:
    desk, number = hers
    confirmed(desk, number, "erase", sender)
    with pytest.raises(control.Permanent, match="has not confirmed"):
        do(desk, number, "#privacy go")


def test_words_without_the_word_confirm_nothing(hers: tuple[Desk, int]) -> None:
    desk, number = hers
    do(desk, number, "#privacy erase")
    [asking] = desk.letters(ADDRESS, "privacy")
    desk.send(
        mail(
            f"Re: {asking['Subject']}", "No, that was not me!\n", sender=QUIRINA, in_reply_to=str(asking["Message-ID"])
        )
    )
    with pytest.raises(control.Permanent, match="has not confirmed"):
        do(desk, number, "#privacy go")
    desk.send(mail(f"Re: {asking['Subject']}", "#confirm\n", sender=QUIRINA, in_reply_to=str(asking["Message-ID"])))
    do(desk, number, "#privacy go")


def test_a_proof_is_for_nobody_else(hers: tuple[Desk, int]) -> None:
    """Between her word and the lead's an agent makes somebody else the customer: that one would have been erased."""
    desk, number = hers
    desk.send(mail("Lamp"))
    confirmed(desk, number, "erase")
    do(desk, number, "#privacy go")
    do(desk, number, "#requester maija@customer.example")
    assert run(desk) == 0
    with pytest.raises(control.Permanent, match="nobody has asked"):
        do(desk, number, "#privacy go")


def ordered(desk: Desk, number: int) -> None:
    confirmed(desk, number, "erase")
    do(desk, number, "#privacy go")
    desk.letters()


def carried_out(desk: Desk) -> None:
    run(desk)
    desk.letters()
    run(desk)


@pytest.mark.parametrize("when", ["before", "after the order", "after the last letter"])
def test_words_that_a_court_may_want_are_erased_by_no_request_on_another_ticket(
    hers: tuple[Desk, int], when: str
) -> None:
    """The tag of the request's own ticket alone was looked at, and at the order alone."""
    desk, number = hers
    claim = desk.of_mail(desk.send(mail("Claim", "My xylophone killed the cat.\n", sender=QUIRINA))).number
    do(desk, claim, "#solve")
    if when == "before":
        do(desk, claim, "#tag +legal")
    ordered(desk, number)
    if when == "after the last letter":
        run(desk)
    if when != "before":
        do(desk, claim, "#tag +legal")
    carried_out(desk)
    assert desk.ticket(claim).subject == "Claim" and desk.ticket(claim).entries[0].text
    assert f"legal: [#{claim}]" in plain(desk.letters("root@admin.example", "alarm")[-1])
    do(desk, claim, "#tag -legal")
    do(desk, number, "#privacy go")
    carried_out(desk)
    assert traces(desk) == set()


def test_the_admin_hears_of_every_copy_that_lies_and_every_request_that_stopped(
    hers: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second within an hour went by: nobody knew where that copy was."""
    desk, number = hers
    second = desk.of_mail(desk.send(mail("Me too", "A copy, please.\n"))).number
    monkeypatch.setattr(rights, "packed", lambda files: b"x" * 20_000_000)
    for one, address in ((number, ADDRESS), (second, "maija@customer.example")):
        do(desk, one, "#privacy export")
        tap(desk, desk.letters(address, "privacy")[0], "confirm", address)
        do(desk, one, "#privacy go")
        run(desk)
    told = [plain(one) for one in desk.letters("root@admin.example", "alarm")]
    assert all(any(f"{one}.zip" in text for text in told) for one in (number, second))


def test_the_letter_that_asks_is_referred_to_in_no_letter_to_others(desk: Desk) -> None:
    """Its id is the proof: whoever takes part would have had it in the References of the next answer."""
    number = desk.of_mail(desk.send(mail("Lamp", sender=QUIRINA, cc="Eve <eve@elsewhere.example>"))).number
    do(desk, number, "#privacy erase")
    [asking] = desk.letters(ADDRESS, "privacy")
    from_agent(desk, "A new lamp is on its way.\n", notice_to(desk, "anna", number))
    told = desk.letters("eve@elsewhere.example", "answer")
    assert told and not any(str(asking["Message-ID"]) in str(one) for one in told)


def test_the_button_for_a_copy_erases_nobody(hers: tuple[Desk, int]) -> None:
    """Asked for both, she confirmed both; the lead tapped on "Send the copy", and she was erased."""
    desk, number = hers
    confirmed(desk, number, "export")
    copy = desk.letters("anna@staff.example", "notice")[-1]
    with pytest.raises(control.Permanent, match="still open"):
        do(desk, number, "#privacy erase")
    do(desk, number, "#privacy go")
    run(desk)
    do(desk, number, "#privacy erase")
    tap(desk, desk.letters(ADDRESS, "privacy")[-1], "confirm", QUIRINA)
    again = tap(desk, copy, "privacy%20go", "Anna <anna@staff.example>")
    assert desk.fate(again) == "parked" and run(desk) == 0
    erase = desk.letters("anna@staff.example", "notice")[-1]
    tap(desk, erase, "privacy%20go", "Anna <anna@staff.example>")
    desk.letters()
    carried_out(desk)
    assert traces(desk) == set()


@pytest.mark.parametrize("when", ["first", "after the question", "after the proof"])
def test_what_they_have_a_right_to_reaches_them_where_all_is_quiet(hers: tuple[Desk, int], when: str) -> None:
    """The copy was made, its letter died, and the ticket was solved; a proof there was words like any."""
    desk, number = hers
    if when == "first":
        do(desk, number, "#quiet")
    do(desk, number, "#privacy export")
    [asking] = desk.letters(ADDRESS, "privacy")
    if when == "after the question":
        do(desk, number, "#quiet")
    tap(desk, asking, "confirm", QUIRINA)
    if when == "after the proof":
        do(desk, number, "#quiet")
    do(desk, number, "#privacy go")
    run(desk)
    assert list(desk.letters(ADDRESS, "privacy")[-1].iter_attachments())
