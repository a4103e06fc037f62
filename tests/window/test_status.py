"""A customer's page through the real window: what it shows, what is done there, and what nobody can do with its link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import confirm, from_agent, mail, notice_to, opened, reply
from mailclients import plain_of
from window.sessions import page_path

from mailgate.app.window.customers import defused
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.pages import status
from mailgate.core.proof import page
from mailgate.core.proof.page import PageState
from mailgate.wire import words

LINK = re.compile(r"http://127\.0\.0\.1(/t/[a-z2-7]{37})")
OURS = "support@acme.example"


def link_in(letter: EmailMessage) -> str:
    """The path of the page that a letter leads to."""
    return LINK.findall(plain_of(letter))[-1]


def customer(here: Any, name: str, subject: str = "Broken lamp", **headers: str) -> tuple[Ticket, str]:
    """A new ticket of somebody, and the path of their page."""
    ticket = opened(here.desk, subject, sender=f"{name.title()} Virtanen <{name}@customer.example>", **headers)
    return ticket, own(here, ticket)


def own(here: Any, ticket: Ticket) -> str:
    """The path of its requester's page, as a letter to somebody proven would have it."""
    return page_path(here.desk, ticket, ticket.requester)


def shown(here: Any, path: str, **query: str) -> str:
    """The page, which is there."""
    answer = here.client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.text


def settled(here: Any, act: Callable[[], Any], mails: int = 1) -> Any:
    """What comes of an act, when every mail of it has its fate."""
    before = len(here.desk.settled)
    answer = act()
    here.desk.wait(lambda: len(here.desk.settled) >= before + mails, "nothing came of it")
    return answer


def said(here: Any, ticket: Ticket) -> list[tuple[str, str]]:
    return [(one.author, one.text.strip()) for one in here.desk.ticket(ticket.number).entries]


def say(text: str, key: str = "page.status", **values: Any) -> str:
    return words.say("en", f"{key}.{text}", **values)


# --- the life of a request --------------------------------------------------------------------------------------------


def test_a_customer_looks_writes_closes_and_opens_again(here: Any) -> None:
    ticket, path = customer(here, "maija")
    found = shown(here, path)
    assert say("new") in found and "The lamp does not work." in found and f"[#{ticket.number}]" in found
    assert say("close") in found and say("reopen") not in found
    answer = settled(
        here,
        lambda: here.client.post(
            path,
            data={"text": "#close\nIt is the fuse."},
            files=[("files", ("fuse.jpg", b"\xff\xd8\xff", "image/jpeg"))],
        ),
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=say")
    found = shown(here, answer.headers["location"])
    assert say("done.say") in found and "It is the fuse." in found and "fuse.jpg" in found
    assert here.desk.ticket(ticket.number).status is Status.NEW
    assert said(here, ticket)[-1] == ("maija@customer.example", "#\u2060close\nIt is the fuse.")
    assert [one.name for one in here.desk.ticket(ticket.number).entries[-1].attachments] == ["fuse.jpg"]
    notice = notice_to(here.desk, "anna", ticket.number)
    assert "It is the fuse." in str(notice.get_body(("plain",)))
    from_agent(here.desk, "#take\n#wait\n\nWe send another.\n", notice)
    found = shown(here, path)
    assert say("waiting") in found and "Anna" in found
    assert "We send another." in found
    settled(here, lambda: here.client.post(path, data={"act": "close"}))
    assert here.desk.ticket(ticket.number).status is Status.SOLVED
    found = shown(here, path)
    assert say("solved") in found and say("order.you_close") in found and say("reopen") in found
    settled(here, lambda: here.client.post(path, data={"act": "reopen"}))
    found = shown(here, path)
    assert say("open", who="Anna") in found and say("order.you_reopen") in found
    again = settled(here, lambda: here.client.post(path, data={"act": "close"}))
    assert again.status_code == 303 and here.desk.ticket(ticket.number).status is Status.SOLVED


def test_nothing_is_said_to_be_done_that_a_page_which_stood_open_asked_for_in_vain(here: Any) -> None:
    ticket, path = customer(here, "vain")
    from_agent(here.desk, "#quiet", notice_to(here.desk, "anna", ticket.number))
    answer = settled(here, lambda: here.client.post(path, data={"act": "close"}))
    assert say("done.close") not in shown(here, answer.headers["location"])
    assert here.desk.ticket(ticket.number).status is Status.NEW
    from_agent(here.desk, "#quiet off", notice_to(here.desk, "anna", ticket.number))
    answer = settled(here, lambda: here.client.post(path, data={"act": "close"}))
    assert say("done.close") in shown(here, answer.headers["location"])


def test_the_page_is_in_the_tickets_language_and_in_any_that_is_asked_for(here: Any) -> None:
    _, path = customer(here, "aino", text="Hei, lamppu ei toimi eikä syty. Voitteko auttaa minua tämän asian kanssa?\n")
    found = here.client.get(path)
    assert 'lang="fi"' in found.text and words.say("fi", "page.status.new") in found.text
    assert words.say("pl", "page.status.new") in shown(here, path, lang="pl")
    assert 'lang="fi"' in shown(here, path, lang="xx")
    kept = settled(here, lambda: here.client.post(f"{path}?lang=sv", data={"text": "Hej"}))
    assert kept.headers["location"] == f"{path}?done=say&lang=sv"


# --- what looking does ------------------------------------------------------------------------------------------------


def test_w01_w02_whoever_looks_changes_nothing(here: Any) -> None:
    ticket, path = customer(here, "scanned")
    before = here.desk.ticket(ticket.number)
    mails = here.desk.gateway.store.read(lambda read: read.report.audit())
    for _ in range(3):
        for method in ("GET", "HEAD"):
            assert here.client.request(method, path).status_code == 200
            for other in (f"{path}/link", f"{path}/files/1"):
                assert here.client.request(method, other).status_code in (404, 405)
    for query in ("?act=close", "?done=close", "?text=Hello&act=say"):
        assert here.client.get(path + query).status_code == 200
    assert "<script" not in shown(here, path) and "http-equiv" not in shown(here, path)
    assert here.desk.ticket(ticket.number) == before
    assert here.desk.gateway.store.read(lambda read: read.report.audit()) == mails


def test_w11_w12_a_page_is_kept_and_found_nowhere(here: Any) -> None:
    _, path = customer(here, "private")
    found = here.client.get(path)
    assert found.headers["referrer-policy"] == "no-referrer"
    assert found.headers["cache-control"] == "no-store"
    assert "noindex" in found.headers["x-robots-tag"]
    assert "set-cookie" not in found.headers
    assert path.rpartition("/")[2] not in found.headers["content-security-policy"]


def test_w15_what_people_write_is_text(here: Any) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="y">'
    ticket, path = customer(here, "evil", subject=evil, text=f"{evil}\n\njavascript:alert(2)\n")
    found = shown(here, path)
    assert "<script" not in found and "<img" not in found and "&lt;script&gt;" in found
    assert 'href="javascript' not in found and here.desk.ticket(ticket.number).subject


# --- links that are not theirs ----------------------------------------------------------------------------------------


def test_w03_w04_what_is_no_link_is_one_page(here: Any) -> None:
    ticket, path = customer(here, "liisa")
    token = path.rpartition("/")[2]
    notice = notice_to(here.desk, "anna", ticket.number)
    agents = str(notice["Message-ID"]).strip("<>").partition("@")[0].removeprefix("mg.")
    other = page.page_of(here.desk.gateway.in_force.policy.keys[0], 9_999, PageState(), None, None)
    tried = [f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}", token[:-1], agents, other]
    found = [here.client.get(f"/t/{one}") for one in tried]
    assert {one.status_code for one in found} == {404}
    assert len({re.sub(r"/t/[^\"]*", "", one.text) for one in found}) == 1
    assert here.client.post(f"/t/{tried[0]}", data={"text": "Hello"}).status_code == 404
    forged = mail(
        "Re: Lamp", "#close\n", sender="Liisa <liisa@customer.example>", in_reply_to=f"<mg.{token}@acme.example>"
    )
    assert here.desk.of_mail(here.desk.send(forged)).number != ticket.number


def test_w06_a_link_that_was_passed_on_ends_with_page_off(here: Any) -> None:
    ticket, path = customer(here, "shared")
    found = shown(here, path)
    assert "shared@customer.example" not in found
    notice = notice_to(here.desk, "anna", ticket.number)
    from_agent(here.desk, "#page off\n", notice)
    assert here.client.get(path).status_code == 404
    from_agent(here.desk, "#page\n", notice)
    fresh = link_in(here.desk.letters("anna@staff.example", "question")[-1])
    assert fresh != path and here.client.get(path).status_code == 404
    assert "The lamp does not work." in shown(here, fresh)


def test_w07_each_has_their_own_and_of_several_readers_each_the_one_that_only_shows(here: Any) -> None:
    ticket, own = customer(here, "eeva", cc="Pekka <pekka@customer.example>")
    from_agent(here.desk, "Look at the fuse.\n", notice_to(here.desk, "anna", ticket.number))
    answer = here.desk.letters("eeva@customer.example", "answer")[-1]
    both = link_in(answer)
    assert both != own and "pekka@customer.example" in str(answer["Cc"])
    found = shown(here, both)
    assert "Look at the fuse." in found and say("shows") in found
    assert "<textarea" not in found and say("close") not in found
    assert here.client.post(both, data={"text": "Hello"}).status_code == 404
    assert here.client.post(both, data={"act": "close"}).status_code == 404
    pages = [
        settled(here, lambda: here.client.post(f"{both}/link", data={"address": "Pekka@customer.example"})),
        here.client.post(f"{both}/link", data={"address": "eve@elsewhere.example"}),
        here.client.post(f"{both}/link", data={"address": "' OR 1=1"}),
    ]
    assert len({(one.status_code, one.text) for one in pages}) == 1
    theirs = link_in(here.desk.letters("pekka@customer.example", "status")[-1])
    assert not here.desk.letters("eve@elsewhere.example")
    found = shown(here, theirs)
    assert "<textarea" in found and say("close") not in found
    settled(here, lambda: here.client.post(theirs, data={"text": "I looked."}))
    assert said(here, ticket)[-1] == ("pekka@customer.example", "I looked.")
    settled(here, lambda: here.client.post(theirs, data={"act": "close"}))
    assert not here.desk.ticket(ticket.number).status.done
    assert say("order.other_close", who="Pekka") in shown(here, own)


def test_who_comes_on_by_a_copy_reads_that_very_mail_and_nothing_before(here: Any) -> None:
    ticket, _ = customer(here, "early")
    copied = reply(here.desk.letters("early@customer.example", "ack")[-1], "<early@customer.example>", "For you, too.")
    copied["Cc"] = "Late <late-one@customer.example>"
    here.desk.send(copied)
    home = here.desk.ticket(ticket.number)
    (late,) = (one for one in home.participants if one.addr.startswith("late-one"))
    found = shown(here, page_path(here.desk, home, late))
    assert "For you, too." in found and "The lamp does not work." not in found


def test_w09_an_answer_to_words_for_one_alone_is_on_no_other_page(here: Any) -> None:
    ticket, path = customer(here, "asked", cc="Boss <boss@customer.example>")
    from_agent(here.desk, "#only boss@customer.example\n\nMay I refund?\n", notice_to(here.desk, "anna", ticket.number))
    letter = here.desk.letters("boss@customer.example", "answer")[-1]
    here.desk.send(reply(letter, "Boss <boss@customer.example>", "By MAIL: no."))
    theirs = link_in(letter)
    settled(here, lambda: here.client.post(theirs, data={"text": "By PAGE: no."}))
    for page_of, reads in ((theirs, True), (path, False)):
        found = shown(here, page_of)
        assert ("refund" in found, "By MAIL" in found, "By PAGE" in found) == (reads, reads, reads)


def test_w08_a_merged_ticket_leads_to_the_other_who_takes_part_there(here: Any) -> None:
    kept, there = customer(here, "one")
    mine, lost = customer(here, "two")
    confirm(here.desk, from_agent(here.desk, f"#merge {kept.number} both\n", notice_to(here.desk, "anna", mine.number)))
    assert here.desk.ticket(mine.number).merged_into == kept.number
    assert shown(here, there)
    known = {one.addr for one in here.desk.ticket(kept.number).participants}
    assert here.client.get(lost).status_code == (200 if "two@customer.example" in known else 404)


@pytest.mark.parametrize("back", [False, True])
def test_w08_nobody_reads_what_was_said_without_them_before_a_merge(here: Any, back: bool) -> None:
    name = f"both{int(back)}"
    lamp, own_link = customer(here, name, text="LAMP words\n", cc=f"Pekka <pekka-{name}@customer.example>")
    alone = opened(here.desk, "Private", "SECRET words\n", sender=f"<{name}@customer.example>")
    one, other = (lamp, alone) if back else (alone, lamp)
    confirm(here.desk, from_agent(here.desk, f"#merge {other.number}\n", notice_to(here.desk, "anna", one.number)))
    settled(here, lambda: here.client.post(own_link, data={"text": "NEW words"}))
    home = here.desk.ticket(other.number)
    (pekka,) = (one for one in home.participants if one.addr.startswith("pekka"))
    for reader in (pekka, None):
        found = shown(here, page_path(here.desk, home, reader))
        assert ("LAMP" in found, "SECRET" in found, "NEW" in found) == (True, False, True)
    found = shown(here, own_link)
    assert ("LAMP" in found, "SECRET" in found, "NEW" in found) == (True, True, True)
    third, _ = customer(here, name, text="THIRD words\n", cc=f"Kalle <kalle-{name}@customer.example>")
    confirm(here.desk, from_agent(here.desk, f"#merge {third.number}\n", notice_to(here.desk, "anna", other.number)))
    home = here.desk.ticket(third.number)
    for reader, read in (("pekka", (True, False, False)), ("kalle", (False, False, True)), (name, (True, True, True))):
        (person,) = (one for one in home.participants if one.addr.startswith(reader))
        found = shown(here, page_path(here.desk, home, person))
        assert ("LAMP" in found, "SECRET" in found, "THIRD" in found) == read, reader


def test_a_link_stays_theirs_when_they_write_from_another_address(here: Any) -> None:
    kept, there = customer(here, "home")
    mine, mobile = customer(here, "mobile")
    merge = f"#merge {kept.number} same-person\n"
    confirm(here.desk, from_agent(here.desk, merge, notice_to(here.desk, "anna", mine.number)))
    assert say("close") in shown(here, there)
    assert say("close") in shown(here, mobile)


def test_w41_whoever_is_erased_has_no_page(here: Any) -> None:
    _, path = customer(here, "gone")
    now = here.desk.gateway.clock()
    here.desk.gateway.store.write(lambda tx: tx.people.forget("gone@customer.example", now, "admin")).result()
    assert here.client.get(path).status_code == 404


# --- errors keep the words --------------------------------------------------------------------------------------------


def test_an_empty_message_is_said_beside_the_field(here: Any) -> None:
    ticket, path = customer(here, "empty")
    answer = here.client.post(path, data={"text": " \n "})
    assert answer.status_code == 422 and say("wrong.empty") in answer.text and 'aria-invalid="true"' in answer.text
    long = here.client.post(path, data={"text": "w" * 100_001})
    assert long.status_code == 422 and "w" * 100_001 in long.text
    assert len(said(here, ticket)) == 1


def test_w28_what_is_too_much_is_named_and_the_words_stay(here: Any) -> None:
    _, path = customer(here, "large")
    files = [("files", (f"{n}.txt", b"x", "text/plain")) for n in range(6)]
    answer = here.client.post(path, data={"text": "My words."}, files=files)
    assert answer.status_code == 413 or answer.status_code == 400
    assert "My words." in answer.text
    answer = here.client.post(path, data={"text": "My words."}, files=[("files", ("l", b"x" * 10_600_000, "x/y"))])
    assert answer.status_code == 413 and "My words." in answer.text
    assert here.client.post(path, data={"act": "spam"}).status_code == 400


def test_w25_w33_pressed_twice_it_is_said_once(here: Any) -> None:
    ticket, path = customer(here, "twice")
    for _ in range(2):
        settled(here, lambda: here.client.post(path, data={"text": "Once, please."}))
    assert [text for _, text in said(here, ticket)].count("Once, please.") == 1


def test_the_same_words_to_another_question_are_said_again(here: Any) -> None:
    ticket, path = customer(here, "yes")
    settled(here, lambda: here.client.post(path, data={"text": "Yes"}))
    from_agent(here.desk, "Shall it be blue?\n", notice_to(here.desk, "anna", ticket.number))
    settled(here, lambda: here.client.post(path, data={"text": "Yes"}))
    for colour in ("Red", "Red", "No, blue", "No, blue", "Red", "Red"):  # what counts is what was said last
        settled(here, partial(here.client.post, path, data={"text": colour}))
    theirs = [text for who, text in said(here, ticket) if who != "anna"]
    assert theirs == ["The lamp does not work.", "Yes", "Yes", "Red", "No, blue", "Red"]


@pytest.mark.parametrize("unseen", ["", "\u200b", "\u2060", "\ufeff \u200e", "> ", "\u00a0"])
def test_words_that_look_like_an_order_are_shown_as_words(unseen: str) -> None:
    for order in ("close", "reopen", "status"):
        for written in (f"{unseen}#{order}", f"Hello.\n{unseen}#{order}\n"):
            assert status.parted(defused(written)) == ((), defused(written))


def test_w25_w33_files_alone_pressed_twice_are_sent_once(here: Any) -> None:
    ticket, path = customer(here, "mute")
    for name in ("fuse.jpg", "fuse.jpg", "lamp.jpg"):
        picture = [("files", (name, name.encode(), "image/jpeg"))]
        settled(here, partial(here.client.post, path, data={"text": ""}, files=picture))
    files = [one.name for entry in here.desk.ticket(ticket.number).entries for one in entry.attachments]
    assert files == ["fuse.jpg", "lamp.jpg"]


# --- files ------------------------------------------------------------------------------------------------------------


def with_a_file(name: str) -> EmailMessage:
    message = mail("Broken lamp", "See the picture.\n", sender=f"{name.title()} <{name}@customer.example>")
    message.add_attachment(b"\xff\xd8\xffpicture", maintype="image", subtype="jpeg", filename="lamp.jpg")
    return message


def test_w06_files_go_to_the_address_on_file(here: Any) -> None:
    path = own(here, here.desk.of_mail(here.desk.send(with_a_file("filed"))))
    found = shown(here, path)
    asked = re.search(r'action="([^"]*/files/\d+)"', found)
    assert asked and "picture" not in here.client.get(path).text.replace("See the picture", "")
    answer = settled(here, lambda: here.client.post(asked[1], data={"x": "1"}))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=file")
    letter = here.desk.letters("filed@customer.example", "status")[-1]
    assert [one.get_filename() for one in letter.iter_attachments()] == ["lamp.jpg"]
    assert here.client.post(f"{path}/files/99", data={"x": "1"}).status_code == 404


@pytest.mark.parametrize("confirm", ["never", "always"])
def test_what_goes_by_letter_is_the_admins_to_say(tmp_path: Path, pages_at: Any, confirm: str) -> None:
    with pages_at(tmp_path, f'confirm = "{confirm}"\n') as here:
        path = own(here, here.desk.of_mail(here.desk.send(with_a_file("maija"))))
        found = shown(here, path)
        asked = re.search(r'action="([^"]*/files/\d+)"', found)
        if confirm == "never":
            assert asked
            answer = here.client.post(asked[1], data={"x": "1"})
            assert answer.content == b"\xff\xd8\xffpicture"
            assert answer.headers["content-disposition"] == 'attachment; filename="lamp.jpg"'
            assert answer.headers["content-type"] == "application/octet-stream"
        else:
            assert asked is None and "<textarea" not in found and say("by_letter") in found
            settled(here, lambda: here.client.post(path, data={"act": "close"}))
            (ticket,) = here.desk.tickets()
            assert not ticket.status.done
            assert here.desk.letters("maija@customer.example", "status")


def test_an_answer_is_shown_once_it_cannot_be_taken_back(tmp_path: Path, pages_at: Any) -> None:
    with pages_at(tmp_path, undo="2m") as here:
        ticket, path = customer(here, "maija")
        from_agent(here.desk, "What a bore they are.\n", notice_to(here.desk, "anna", ticket.number))
        assert "bore" not in shown(here, path)
        here.desk.clock.ahead = timedelta(minutes=2, seconds=1)
        assert "bore" in shown(here, path)


# --- time -------------------------------------------------------------------------------------------------------------


def test_w08_a_link_that_is_too_old_offers_a_new_one(tmp_path: Path, pages_at: Any) -> None:
    with pages_at(tmp_path, 'links = "30d"\n') as here:
        ticket, path = customer(here, "maija")
        settled(here, lambda: here.client.post(path, data={"act": "close"}))
        here.desk.clock.ahead = timedelta(days=31)
        answer = here.client.get(path)
        assert answer.status_code == 410 and say("send_new") in answer.text
        assert "The lamp does not work." not in answer.text
        assert here.client.post(path, data={"text": "Hello"}).status_code == 410
        settled(here, lambda: here.client.post(f"{path}/link", data={"x": "1"}))
        fresh = link_in(here.desk.letters("maija@customer.example", "status")[-1])
        assert fresh != path and say("again") in shown(here, fresh)
        assert [one.number for one in here.desk.tickets()] == [ticket.number]
        here.desk.clock.ahead = timedelta(days=62)
        assert here.client.get(fresh).status_code == 410


@pytest.mark.parametrize("more", ["status = false\n", ""])
def test_without_pages_no_letter_has_a_link_and_no_link_opens(tmp_path: Path, pages_at: Any, more: str) -> None:
    with pages_at(tmp_path, more) as here:
        ticket = opened(here.desk)
        assert not LINK.search(here.desk.letters("maija@customer.example", "ack")[-1].as_string())
        from_agent(here.desk, "Look at the fuse.\n", notice_to(here.desk, "anna", ticket.number))
        letter = here.desk.letters("maija@customer.example", "answer")[-1]
        assert bool(LINK.search(letter.as_string())) is not bool(more)
        if more:
            made = page.page_of(here.desk.gateway.in_force.policy.keys[0], 1001, PageState(), None, None)
            assert here.client.get(f"/t/{made}").status_code == 404


def test_w32_while_the_daemon_is_away_the_words_stay(told: Any, served: Any) -> None:
    from mailgate.window.desk import Away

    told.answers["say"] = Away("no line")
    with served(told) as client:
        answer = client.post(f"/t/{'a' * 37}", data={"text": "My words."})
    assert answer.status_code == 503 and answer.headers["retry-after"] and "My words." in answer.text
