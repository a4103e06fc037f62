"""Lists of tickets as pages: the words of `#list` and `#find`, pages that are turned, nothing of a stranger's that runs."""

from __future__ import annotations

from conftest import mail, opened
from starlette.testclient import TestClient
from window.conftest import Window
from window.team import log_in, press, seen

from mailgate.core.pages.lists import MOST

EVIL = "<script>alert(1)</script>"


def test_who_is_not_logged_in_is_led_there(web: TestClient) -> None:
    for path in ("/board/list", "/board/tickets/1001", "/board/reports", "/board/reports.csv"):
        answer = web.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login"), path
        web.cookies.set("mailgate-session", "guessed")
        assert web.get(path).headers["location"] == "/login", path
        web.cookies.clear()


def test_a_list_is_filtered_as_by_mail_and_says_who_wrote_and_what_is_late(window: Window, web: TestClient) -> None:
    desk = window.desk
    lamp = opened(desk, f"Lamp {EVIL}", sender=f"Maija {EVIL} <maija@customer.example>").number
    offer = opened(desk, "An offer", to="sales@acme.example").number
    session = log_in(desk, web)
    press(web, lamp, "take", session)
    press(web, lamp, "tag", session, argument="+refund")

    def shown(query: str) -> set[int]:
        page = web.get(f"/board/list?{query}")
        assert page.status_code == 200 and "<script" not in page.text
        return {number for number in (lamp, offer) if f'href="/board/tickets/{number}"' in page.text}

    assert shown("") == {lamp, offer}
    assert shown("words=%40me") == shown("owner=me") == shown("tag=refund") == shown("department=support") == {lamp}
    assert shown("owner=nobody") == shown("status=new") == shown("words=new+sales") == {offer}
    assert shown("status=open&status=new") == {lamp, offer}
    desk.gateway.store.write(lambda tx: tx.tickets.index(100)).result()
    assert shown("find=offer") == {offer} and shown("find=nowhere") == set()
    assert shown("words=solved") == shown("overdue=1") == set()
    text = seen(web.get("/board/list"))
    assert f"Lamp {EVIL}" in text and "+refund" in text and "Anna Virtanen" in text
    wrong = web.get("/board/list?words=wating")
    assert "“wating” is no status" in seen(wrong) and 'aria-invalid="true"' in wrong.text
    assert "Well done" in seen(web.get("/board/list?words=overdue"))


def test_long_lists_are_turned_page_by_page(window: Window, web: TestClient) -> None:
    desk = window.desk
    desk.post([mail(f"Case {n}", sender=f"c{n}@customer.example") for n in range(MOST + 5)])
    log_in(desk, web)
    first = web.get("/board/list")
    assert first.text.count('<th scope="row">') == MOST and f"1–{MOST} of {MOST + 5}" in seen(first)
    second = web.get(first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&"))
    assert (
        second.text.count('<th scope="row">') == 5 and 'rel="prev"' in second.text and 'rel="next"' not in second.text
    )
    assert web.get("/board/list?after=999999999").status_code == 200


def test_what_of_ones_own_has_not_arrived_is_a_list_of_its_own(window: Window, web: TestClient) -> None:
    desk = window.desk
    parked = desk.send(mail("[#7777] #solve", "x", sender="anna@staff.example"))
    assert desk.fate(parked) == "parked"
    log_in(desk, web)
    assert "#solve" in seen(web.get("/board/list?words=held"))
    log_in(desk, web, "bo")
    assert "#solve" not in seen(web.get("/board/list?words=held"))
