"""Buttons of a ticket's page become mails, are decided like any, and do no more than the admin lets pages do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, opened, reply, running, whole
from mailclients import plain_of
from starlette.testclient import TestClient
from window.conftest import Asking, Window, browser, window_of
from window.team import after, log_in, press, pressed, seen

from mailgate.app.window import acts
from mailgate.core.model.mail import Source
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.core.pages.acts import ActAsked
from mailgate.window.desk import Away, Refused
from mailgate.window.http import cookies
from mailgate.wire.words import say


@contextmanager
def desk_with(folder: Path, more: str) -> Iterator[tuple[Desk, Window, TestClient]]:
    """A desk whose configuration ends in that, and a browser before its pages."""
    with running(folder, more=more) as desk, window_of(desk) as window, browser(window) as web:
        yield desk, window, web


def mails(desk: Desk) -> list[str]:
    """What pages have had written down: the subjects of mails by that door."""
    start = desk.clock().replace(year=2020)
    return [
        one.subject
        for one in desk.gateway.store.read(lambda read: read.mail.since(start))
        if one.source == Source.WINDOW
    ]


def to_customers(desk: Desk) -> list[str]:
    return [str(one["Subject"]) for one in desk.letters("maija@customer.example")]


def test_a_button_is_a_mail_that_is_decided_before_the_page_comes_back(window: Window, web: TestClient) -> None:
    desk = window.desk
    number = opened(desk, sender="Maija <maija@customer.example>").number
    session = log_in(desk, web)
    before = to_customers(desk)
    told = after(web, press(web, number, "take", session))
    assert desk.ticket(number).owner == "anna" and "Done" in told and "Anna Virtanen" in told
    after(web, press(web, number, "hold", session, argument="2d"))
    after(web, press(web, number, "tag", session, argument="+refund -lamp"))
    after(web, press(web, number, "priority", session, argument="low"))
    after(web, press(web, number, "undo", session))
    after(web, press(web, number, "priority", session, argument="high"))
    after(web, press(web, number, "note", session, words="#solve\n\nShe <b>called</b>.\n-- \nbo"))
    found = desk.ticket(number)
    assert (found.status, found.tags, found.priority) == (Status.HOLD, ("refund",), "high")
    assert (found.entries[-1].kind, found.entries[-1].author) == (EntryKind.NOTE, "anna")
    assert found.entries[-1].text.startswith("#solve\n\nShe <b>called</b>.")
    assert press(web, number, "undo", session).status_code == 422, "a note stays"
    after(web, press(web, number, "assign", session, argument="bo"))
    assert desk.ticket(number).owner == "bo"
    after(web, press(web, number, "file", session))
    assert desk.ticket(number).status is Status.SOLVED and to_customers(desk) == before
    assert mails(desk)[:2] == [f"[#{number}] #take", f"[#{number}] #hold 2d"]
    row = desk.gateway.store.read(lambda read: read.mail.since(desk.clock().replace(year=2020)))[-1]
    assert (row.login, row.trace.authority.proof, row.fate) == ("anna", "session", "filed")


def test_what_would_be_refused_is_said_at_once_and_written_nowhere(window: Window, web: TestClient) -> None:
    desk = window.desk
    number = opened(desk, sender="Maija <maija@customer.example>").number
    session = log_in(desk, web, "bo")
    after(web, press(web, number, "take", session))
    session = log_in(desk, web)
    written = mails(desk)
    for command, argument in (
        ("hold", "sometime"),
        ("assign", "nobody-here"),
        ("tag", "+"),
        ("hold", "fri #solve"),
        ("take", ""),
        ("take", "1043"),
    ):
        answer = press(web, number, command, session, argument=argument)
        assert answer.status_code == 422 and "Not done" in seen(answer), command
        assert "<title>Error:" in answer.text
    assert "sometime" in press(web, number, "hold", session, argument="sometime").text, "what was typed is kept"
    for command in ("reply", "forward", "ask", "privacy", "merge", "spam", "new", "nonsense", "subject"):
        assert press(web, number, command, session, argument="x", words="x").status_code == 404, command
    assert mails(desk) == written and desk.ticket(number).owner == "bo"
    assert press(web, 987654, "take", session).status_code == 404


@pytest.mark.parametrize(
    "about",
    [
        {"data": {"token": ""}},
        {"data": {"token": cookies.token("somebody's")}},
        {"headers": {"sec-fetch-site": "cross-site"}},
        {"headers": {"sec-fetch-site": "same-site"}},
        {"headers": {"origin": "https://evil.example"}},
    ],
)
def test_w13_a_button_on_somebody_elses_page_does_nothing(
    window: Window, web: TestClient, about: dict[str, dict[str, str]]
) -> None:
    desk = window.desk
    number = opened(desk).number
    session = log_in(desk, web)
    form = {"command": "take", "token": cookies.token(session), **about.get("data", {})}
    answer = web.post(f"/board/tickets/{number}", data=form, headers=about.get("headers", {}))
    assert answer.status_code == 403 and desk.ticket(number).owner is None and mails(desk) == []
    web.cookies.clear()
    assert press(web, number, "take", session).headers["location"] == "/login"
    assert web.get(f"/board/tickets/{number}?command=take&token={cookies.token(session)}").status_code == 303
    assert mails(desk) == []


def test_w35_whoever_has_the_window_acts_for_nobody_without_a_session_and_never_beyond_the_setting(
    tmp_path: Path,
) -> None:
    with desk_with(tmp_path, '[web]\nact = "none"') as (desk, window, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        letters = to_customers(desk)
        for asked in (
            ActAsked(session, number, "take"), ActAsked("", number, "take"), ActAsked("guessed", number, "take"),
            ActAsked(session, number, "reply", words="Send money."), ActAsked(session, number, "note", words="x"),
        ):  # fmt: skip
            with pytest.raises(Refused, match=r"forbidden|login"):
                window.ask("act", asked)
        assert 'name="command"' not in web.get(f"/board/tickets/{number}").text
        assert mails(desk) == [] and to_customers(desk) == letters
        desk.gateway.store.write(lambda tx: tx.sessions.end_all("anna", desk.clock())).result()
        with pytest.raises(Refused, match="login"):
            window.ask("act", ActAsked(session, number, "take"))


def test_w35_buttons_are_counted_by_the_daemon(window: Window, web: TestClient) -> None:
    session = log_in(window.desk, web)
    for _ in range(60):
        with pytest.raises(Refused, match="forbidden"):
            window.ask("act", ActAsked(session, 1, "take"))
    with pytest.raises(Refused, match="slow"):
        window.ask("act", ActAsked(session, 1, "take"))


def test_a_change_the_customer_would_hear_of_is_refused_and_done_where_pages_may_answer(tmp_path: Path) -> None:
    with desk_with(tmp_path, '[letters]\nstages = ["solved", "taken"]\n[web]\nact = "steer"') as (desk, _, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        page = web.get(f"/board/tickets/{number}").text
        assert 'value="solve"' not in page and 'value="file"' in page
        letters = to_customers(desk)
        for command in ("solve", "take"):
            answer = press(web, number, command, session)
            assert answer.status_code == 422 and "no customer hears of" in seen(answer)
        assert mails(desk) == [] and desk.ticket(number).owner is None and to_customers(desk) == letters


def test_reply_sends_the_notice_again_and_its_answer_goes_to_the_customer(window: Window, web: TestClient) -> None:
    desk = window.desk
    number = opened(desk, sender="Maija <maija@customer.example>").number
    session = log_in(desk, web)
    desk.clock.ahead = timedelta(seconds=60 - desk.clock().second)  # a minute begins: both are pressed within it
    for _ in range(2):
        after(web, press(web, number, "show", session))
    desk.settle()
    again = desk.letters("anna@staff.example", "handover")
    assert len(again) == 1, "once a minute, however often it is pressed"
    from_agent(desk, "It leaves today.", again[0])
    desk.settle()
    assert any("It leaves today." in whole(one) for one in desk.letters("maija@customer.example"))


def test_pages_that_may_answer_have_a_reply_box_that_waits_like_any_answer(tmp_path: Path) -> None:
    with desk_with(tmp_path, '[web]\nact = "all"') as (desk, _, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        made = drawn(web, number, "seen")
        told = after(web, press(web, number, "reply", session, words="It leaves today.", seen=made, once="a"))
        assert "Done" in told
        desk.settle()
        assert sum("It leaves today." in whole(one) for one in desk.letters("maija@customer.example")) == 1
        after(web, press(web, number, "reply", session, words="It leaves today.", seen=made, once="a"))
        assert len([one for one in desk.ticket(number).entries if one.kind is EntryKind.AGENT]) == 1, (
            "pressed twice is once"
        )
        other = log_in(desk, web, "bo")
        told = after(web, press(web, number, "reply", other, words="Something else.", seen=made, once="b"))
        assert "waits until you decide" in told and len(desk.letters("bo@staff.example", "receipt")) == 1
        desk.send(reply(desk.letters("maija@customer.example")[-1], "maija@customer.example", "Thanks!"))
        assert [one.text for one in desk.ticket(number).entries if one.kind is EntryKind.AGENT] == ["It leaves today."]


def test_what_became_of_a_mail_is_told_to_whoever_wrote_it_on_a_page(window: Window, web: TestClient) -> None:
    desk = window.desk
    sent = desk.send(mail("Broken lamp", "Secret words of a customer."))
    number = desk.of_mail(sent).number
    session = log_in(desk, web)
    mine = int(press(web, number, "take", session).headers["location"].rpartition("=")[2])
    log_in(desk, web, "bo")
    for other in (sent, mine, 999_999, 10**30):
        assert "Done" not in seen(web.get(f"/board/tickets/{number}?act={other}"))
    assert notice_to(desk, "anna", number) is not None


def test_what_is_not_decided_in_time_is_said_to_be_in_hand(
    window: Window, web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = window.desk
    number = opened(desk).number
    session = log_in(desk, web)
    monkeypatch.setattr(acts, "DECIDED", 0.01)
    with monkeypatch.context() as held:
        held.setattr(desk.gateway.intake.hand, "choose", lambda *asked: [])
        answer = pressed(web, number, "take", session)
        assert say("en", "page.thread.hand") in after(web, answer)
        assert desk.ticket(number).owner is None
    desk.gateway.intake.wake()
    desk.settle()
    assert "Done" in after(web, answer) and desk.ticket(number).owner == "anna"


def drawn(web: TestClient, number: int, name: str) -> str:
    """What a ticket's page carries along in a hidden field."""
    return web.get(f"/board/tickets/{number}").text.split(f'name="{name}" value="')[1].split('"')[0]


def test_an_answer_reaches_nobody_whom_its_page_did_not_name(tmp_path: Path) -> None:
    """A colleague has let somebody in since: what is typed for one is not for two."""
    with desk_with(tmp_path, '[web]\nact = "all"') as (desk, _, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        old = {"seen": drawn(web, number, "seen"), "named": drawn(web, number, "named")}
        from_agent(desk, "#cc +lawyer@other.example", notice_to(desk, "bo", number), "bo")
        told = after(web, press(web, number, "reply", session, words="Between us: 4711.", **old))
        desk.settle()
        assert "lawyer@other.example" in told and "waits until you decide" in told
        assert not any("4711" in whole(one) for one in desk.letters(template="answer"))
        now = {"seen": drawn(web, number, "seen"), "named": drawn(web, number, "named")}
        after(web, press(web, number, "reply", session, words="For both: 4712.", **now))
        desk.settle()
        assert ["4712" in whole(one) for one in desk.letters("lawyer@other.example", "answer")] == [True]


@pytest.mark.parametrize(
    "words", ["Sent from my iPhone", "Ask him.\n\n--\nAnna Virtanen\n+358 40 123 4567", "Bye,\n\n- Anna"]
)
def test_what_is_typed_is_no_signature(tmp_path: Path, words: str) -> None:
    with desk_with(tmp_path, '[web]\nact = "all"') as (desk, _, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        for command, kind in (("note", EntryKind.NOTE), ("reply", EntryKind.AGENT)):
            after(web, press(web, number, command, session, words=words))
            newest = desk.ticket(number).entries[-1]
            assert (newest.kind, newest.text, newest.quoted) == (kind, words, "")


def test_a_pasted_notice_is_kept_as_a_note_and_no_answer(tmp_path: Path) -> None:
    with desk_with(tmp_path, '[web]\nact = "all"') as (desk, _, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        pasted = plain_of(notice_to(desk, "anna", number))
        after(web, press(web, number, "note", session, words=pasted))
        newest = desk.ticket(number).entries[-1]
        assert newest.kind is EntryKind.NOTE and "The lamp does not work." in newest.text
        told = after(web, press(web, number, "reply", session, words=pasted))
        assert "waits until you decide" in told and desk.ticket(number).entries[-1] == newest


@pytest.mark.parametrize("command", ["wait", "hold", "solve", "file"])
def test_nothing_is_laid_aside_over_words_that_came_since(tmp_path: Path, command: str) -> None:
    with desk_with(tmp_path, '[web]\nact = "all"') as (desk, _, web):
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)
        old = drawn(web, number, "seen")
        desk.send(reply(desk.letters("maija@customer.example")[-1], "maija@customer.example", "Now it burns!"))
        answer = press(web, number, command, session, seen=old)
        assert answer.status_code == 422 and "wrote in the meantime" in seen(answer) and "Now it burns!" in seen(answer)
        assert desk.ticket(number).status is Status.NEW and mails(desk) == []
        again = answer.text.split('name="seen" value="')[1].split('"')[0]
        assert press(web, number, command, session, seen=again).status_code == 303
        assert desk.ticket(number).status is not Status.NEW


def test_the_same_answer_from_another_page_is_said_once_and_anew_after_it_was_taken_back(tmp_path: Path) -> None:
    parts = {"more": '[web]\nact = "all"', "undo": "60s"}
    with running(tmp_path, **parts) as desk, window_of(desk) as window, browser(window) as web:
        number = opened(desk, sender="Maija <maija@customer.example>").number
        session = log_in(desk, web)

        def answers() -> list[str]:
            return [one.text for one in desk.ticket(number).entries if one.kind is EntryKind.AGENT]

        after(web, press(web, number, "take", session))
        for once in ("a", "b", "a"):
            told = after(web, press(web, number, "reply", session, words="It leaves\r\n\r\ntoday.", once=once))
            assert "added: answer" in told and len(answers()) == 1
        for _ in range(2):  # the same button twice takes one thing back
            after(web, press(web, number, "undo", session, once="u"))
        assert answers() == [] and desk.ticket(number).owner == "anna"
        after(web, press(web, number, "reply", session, words="It leaves\r\n\r\ntoday.", once="a"))
        assert len(answers()) == 1, "the page said that it is done"
        after(web, press(web, number, "reply", session, words="It leaves tomorrow.", once="a"))
        assert len(answers()) == 2
        desk.clock.ahead += timedelta(minutes=11)
        after(web, press(web, number, "reply", session, words="It leaves tomorrow.", once="c"))
        assert len(answers()) == 3


def test_words_outlive_the_session_in_which_they_were_begun(window: Window, web: TestClient) -> None:
    desk = window.desk
    number = opened(desk).number
    session = log_in(desk, web)
    desk.gateway.store.write(lambda tx: tx.sessions.end_all("anna", desk.clock())).result()
    for _ in range(2):  # ended at the desk, then forgotten by the browser as well
        answer = pressed(web, number, "note", session, words="An hour of thought.")
        assert answer.status_code == 401 and "An hour of thought." in answer.text and 'href="/login"' in answer.text
        assert pressed(web, number, "take", session).headers["location"] == "/login", "nothing was typed"
        web.cookies.clear()
    assert mails(desk) == []


def test_w32_what_was_typed_while_the_desk_was_away_is_sent_by_the_page_that_kept_it(tmp_path: Path) -> None:
    with desk_with(tmp_path, "[web]") as (desk, _, web):
        number = opened(desk).number
        session = log_in(desk, web)
        asked = Asking.ask

        async def away(self: Asking, verb: str, what: object) -> object:
            if verb == "act":
                raise Away("no line")
            return await asked(self, verb, what)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Asking, "ask", away)
            answer = pressed(web, number, "note", session, words="She called.", once="a")
            taken = pressed(web, number, "take", session, once="b")
        assert answer.status_code == taken.status_code == 503 and "She called." in answer.text
        kept = say("en", "page.common.kept")
        assert kept in answer.text and kept not in taken.text, "a button has no words to keep"
        carried = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', answer.text))
        assert carried["command"] == "note" and "words" not in carried
        form = {**carried, "words": "She called."}
        assert web.post(f"/board/tickets/{number}", data=form).status_code == 303
        assert desk.ticket(number).entries[-1].text == "She called."
        foreign = web.post(f"/board/tickets/{number}", data=form, headers={"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403 and carried["token"] not in foreign.text, "nobody else's page gets one"
