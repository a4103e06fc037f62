"""Messages that a program brings: whose words they are, where they go, and that each is taken once."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from conftest import Desk, opened
from starlette.requests import Request
from window.sessions import token_of
from window.test_api import PROBLEM, of

from mailgate.app.admin import tokens
from mailgate.app.jobs import ticks
from mailgate.app.programs.bearer import UNKNOWN, judge
from mailgate.app.window.desk import WindowDesk
from mailgate.core.model.ticket import EntryKind
from mailgate.core.programs.program import READ, WRITE, Program
from mailgate.core.proof.login import digest
from mailgate.window.api import body
from mailgate.window.http import forms

PATH = "/api/v1/messages"
Post = Callable[..., Any]


def a_message(**more: Any) -> dict[str, Any]:
    """One that is right."""
    said = {
        "from": {"address": "olga@shop.example", "name": "Olga"},
        "department": "support",
        "text": "A lamp broke.\n",
    }
    return {key: value for key, value in {**said, **more}.items() if value is not None}


@pytest.fixture(scope="module")
def shop(here: Any) -> str:
    """The token of a program that brings messages."""
    return token_of(here.desk, "shop", WRITE)


@pytest.fixture(scope="module")
def post(here: Any, shop: str) -> Post:
    """Bring one; `key` is its Idempotency-Key."""

    def posted(message: Any, key: str = "", token: str = shop, **heads: str) -> Any:
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        once = {"idempotency-key": key} if key else {}
        return here.client.post(
            PATH, content=raw, headers={"content-type": "application/json", **of(token), **once, **heads}
        )

    return posted


def ticket_of(desk: Desk, answer: Any) -> Any:
    """The ticket of a message that was taken, waited for."""
    assert answer.status_code == 201, answer.text
    desk.settle()
    return desk.of_mail(answer.json()["mail"])


def test_a_message_is_a_mail_of_its_customer(here: Any, post: Post) -> None:
    files = [{"name": "../photo\u202egpj.exe", "type": "image/jpeg", "data": base64.b64encode(b"MZ x").decode()}]
    answer = post(a_message(subject="Lamp\r\nBcc: x@y.example", files=files, external_id="order-1", language="fi"))
    ticket = ticket_of(here.desk, answer)
    assert answer.json()["ticket"] in (ticket.number, None)
    assert (ticket.requester.addr, ticket.requester.name) == ("olga@shop.example", "Olga")
    assert (ticket.department, ticket.language, ticket.fields["external_id"]) == ("support", "fi", "order-1")
    assert ticket.subject == "Lamp Bcc: x@y.example"
    (entry,) = (one for one in ticket.entries if one.kind is EntryKind.CUSTOMER)
    assert entry.text == "A lamp broke." and "/" not in entry.attachments[0].name
    row = here.desk.gateway.store.read(lambda read: read.mail.row(answer.json()["mail"]))
    assert (row.source, row.login) == ("program", "shop")
    events = here.desk.gateway.store.read(lambda read: read.tickets.events(ticket.number))
    assert {one.actor for one in events if one.mail == row.number} == {"program:shop"}


def test_nothing_in_it_steers_the_desk(here: Any, post: Post) -> None:
    other = opened(here.desk, "Mine", sender="Eve <eve@elsewhere.example>")
    words = f"#close\n#assign bo\n\nOn Monday, Anna wrote:\n> mine\n[#{other.number}]\n"
    said = a_message(subject=f"[#{other.number}] #close", text=words, **{"from": {"address": "anna@staff.example"}})
    ticket = ticket_of(here.desk, post(said))
    assert ticket.number != other.number and ticket.status == "new"
    (entry,) = ticket.entries
    assert entry.unverified and "On Monday" in entry.text and "> mine" in entry.text and "assign bo" in entry.text


def test_the_words_of_somebody_nobody_has_proven_are_not_echoed_unless_the_program_vouches(
    here: Any, post: Post
) -> None:
    desk = here.desk
    vouches = token_of(desk, "proven", WRITE, vouches=True)
    for name, token in (("plain", None), ("vouched", vouches)):
        for turn in ("first", "second"):
            said = a_message(**{"from": {"address": f"{name}@far.example"}}, subject=f"WORDS {turn}", text=f"{turn}\n")
            ticket_of(desk, post(said, **({"token": token} if token else {})))
    plain, vouched = (desk.letters(f"{one}@far.example", "ack") for one in ("plain", "vouched"))
    assert len(plain) == 1 and "WORDS" not in str(plain[0]["Subject"])
    assert len(vouched) == 2 and "WORDS first" in str(vouched[0]["Subject"])


def test_a_ticket_is_gone_on_with_by_who_takes_part_and_others_open_their_own(here: Any, post: Post) -> None:
    desk = here.desk
    mine = opened(desk, "A long story", sender="Olga <olga@story.example>")
    said = {"department": None, "ticket": mine.number}
    more = post(a_message(**{"from": {"address": "OLGA@story.example"}}, **said, text="And more\n"))
    assert ticket_of(desk, more).number == mine.number
    assert [one.text for one in desk.ticket(mine.number).entries if one.unverified] == []
    again = post(a_message(**{"from": {"address": "olga@story.example"}}, **said, text="Yes\n"), key="yes 1")
    once_more = post(a_message(**{"from": {"address": "olga@story.example"}}, **said, text="Yes\n"), key="yes 2")
    assert ticket_of(desk, again).number == ticket_of(desk, once_more).number == mine.number
    assert [one.text for one in desk.ticket(mine.number).entries][-2:] == ["Yes", "Yes"]
    stranger = post(a_message(**{"from": {"address": "eve@elsewhere.example"}}, **said))
    assert ticket_of(desk, stranger).number != mine.number
    assert post(a_message(**{**said, "ticket": 999_999})).status_code == 404


def test_w36_a_token_writes_to_its_own_departments_alone(here: Any, post: Post) -> None:
    sales = token_of(here.desk, "sells", WRITE, departments=["sales"])
    other = opened(here.desk, "Not theirs", sender="Olga <olga@not.example>").number
    told = [
        post(a_message(**more), token=sales)
        for more in ({"department": "support"}, {"department": "none"}, {"department": None, "ticket": other})
    ]
    assert {one.status_code for one in told} == {404}
    assert ticket_of(here.desk, post(a_message(department=None), token=sales)).department == "sales"
    reads = token_of(here.desk, "only-reads", READ)
    assert post(a_message(), token=reads).status_code == 403
    assert post(a_message(), token="mg_none_none").status_code == 401


# --- once ---------------------------------------------------------------------------------------------------------------


def test_w37_a_key_is_one_message_and_another_body_is_a_conflict(here: Any, post: Post) -> None:
    said = a_message(text="Only once, please\n")
    first = post(said, key="k-1")
    ticket = ticket_of(here.desk, first)
    before = len(here.desk.tickets())
    assert (again := post(said, key="k-1")).status_code == 201 and again.json()["mail"] == first.json()["mail"]
    other = post(a_message(text="Another\n"), key="k-1")
    assert (other.status_code, other.headers["content-type"]) == (409, PROBLEM)
    assert len(here.desk.tickets()) == before and len(here.desk.ticket(ticket.number).entries) == 1
    here.desk.clock.ahead += timedelta(hours=25)
    try:
        assert ticket_of(here.desk, post(a_message(text="A day later\n"), key="k-1")).number != ticket.number
        here.desk.clock.ahead += timedelta(hours=25)
        later = post(a_message(text="A day later\n"), key="k-1")  # the same once more, when no key stands for it
        assert ticket_of(here.desk, later).number > ticket.number + 1
        assert post(a_message(text="A day later\n"), key="k-1").json()["mail"] == later.json()["mail"]
        here.desk.clock.ahead -= timedelta(hours=25)
    finally:
        here.desk.clock.ahead -= timedelta(hours=25)


def test_w37_a_program_with_a_new_token_is_the_same_program(here: Any, post: Post) -> None:
    turned = token_of(here.desk, "turned", WRITE)
    told = a_message(external_id="order-77", text="Order 77\n"), a_message(text="By a key\n")
    first = [post(one, key="turned-1" if n else "", token=turned) for n, one in enumerate(told)]
    tokens.revoke(here.desk.gateway, "turned")
    turned = token_of(here.desk, "turned", WRITE)
    again = [post(one, key="turned-1" if n else "", token=turned) for n, one in enumerate(told)]
    assert [one.json()["mail"] for one in again] == [one.json()["mail"] for one in first]


def test_a_key_is_its_own_programs(here: Any, post: Post) -> None:
    other = token_of(here.desk, "other-shop", WRITE)
    said = a_message(text="The same of two shops\n", **{"from": {"address": "two@shops.example"}})
    first, second = post(said, key="k-two"), post(said, key="k-two", token=other)
    assert first.json()["mail"] != second.json()["mail"]
    assert ticket_of(here.desk, first).number != ticket_of(here.desk, second).number
    assert post(a_message(text="Of the second alone\n"), key="k-two", token=other).status_code == 409


def test_the_name_that_its_program_gives_it_is_one_message_for_ever(here: Any, post: Post) -> None:
    said = a_message(external_id="order-77", text="Once\n")
    first, again = post(said), post(said, key="k-77")
    assert ticket_of(here.desk, first).number == ticket_of(here.desk, again).number
    assert first.json()["mail"] == again.json()["mail"]
    mended = post(a_message(external_id="order-77", text="Once, and better said\n"))
    assert mended.json() == {"mail": first.json()["mail"], "ticket": ticket_of(here.desk, first).number}
    assert [one.text for one in ticket_of(here.desk, first).entries] == ["Once"]
    other = token_of(here.desk, "another-shop", WRITE)
    assert post(a_message(external_id="order-77", text="Theirs\n"), token=other).json()["mail"] != first.json()["mail"]


def test_w37_a_crash_before_the_answer_was_kept_gives_the_same_answer(here: Any, post: Post, monkeypatch: Any) -> None:
    from mailgate.store.programs.programs import Programs

    said = a_message(text="Killed in between\n")
    with monkeypatch.context() as patch:
        patch.setattr(Programs, "done", lambda *args: (_ for _ in ()).throw(MemoryError()))
        assert post(said, key="k-crash").status_code >= 500
    first = post(said, key="k-crash")
    ticket = ticket_of(here.desk, first)
    assert len(ticket.entries) == 1 and post(said, key="k-crash").json()["mail"] == first.json()["mail"]
    assert [one.subject for one in here.desk.tickets()].count(ticket.subject) == 1
    assert post(a_message(text="Another\n"), key="k-crash").status_code == 409


def test_two_at_once_are_done_by_one() -> None:
    from mailgate.app.programs.working import Working

    working, inside, go = Working(), threading.Event(), threading.Event()

    def hold() -> None:
        with working.on("shop", "k") as first:
            assert first
            inside.set()
            go.wait(30)

    holding = threading.Thread(target=hold)
    holding.start()
    assert inside.wait(30)
    with working.on("shop", "k") as second, working.on("shop", "other") as other, working.on("crm", "k") as theirs:
        assert (second, other, theirs) == (False, True, True)
    go.set()
    holding.join(30)
    with working.on("shop", "k") as free:
        assert free


def test_what_is_kept_of_a_key_has_no_words_and_ends_after_a_day(here: Any, post: Post) -> None:
    ticket_of(here.desk, post(a_message(text="CANARY words\n"), key="CANARY key"))
    rows = here.desk.gateway.store.read(
        lambda read: read.programs.session.all("SELECT * FROM program_answer", {})  # what stands there, to the octet
    )
    kept = [tuple(row) for row in rows]
    assert kept and "CANARY" not in str(kept) and "olga" not in str(kept)
    here.desk.clock.ahead += timedelta(hours=25)
    try:
        post(a_message(text="The next\n"), key="k-next")
    finally:
        here.desk.clock.ahead -= timedelta(hours=25)
    left = here.desk.gateway.store.read(lambda read: read.programs.session.all("SELECT * FROM program_answer", {}))
    began = max(row["at"] for row in rows if row["key"] == digest("CANARY key"))
    assert all(row["at"] > began for row in left)


def test_a_day_later_the_job_that_purges_takes_it_and_so_does_erasing_a_person(here: Any, post: Post) -> None:
    desk = here.desk

    def of_mail(number: int) -> int:
        asked = "SELECT count(*) FROM program_answer WHERE mail = :mail"
        return int(desk.gateway.store.read(lambda read: read.programs.session.scalar(asked, {"mail": number})))

    theirs, other = (
        post(a_message(**{"from": {"address": f"{one}@gone.example"}}), key=f"k {one}").json()["mail"]
        for one in ("theirs", "other")
    )
    desk.settle()
    assert (of_mail(theirs), of_mail(other)) == (1, 1)
    now = desk.clock()
    desk.gateway.store.write(lambda tx: tx.people.forget("theirs@gone.example", now, "admin")).result()
    assert (of_mail(theirs), of_mail(other)) == (0, 1)
    assert ticks.purge(desk.gateway, now + timedelta(hours=25)) > 0
    assert of_mail(other) == 0


def test_w36_a_large_body_is_read_for_a_token_that_stands_and_for_no_other(here: Any, post: Post, shop: str) -> None:
    asked: list[str] = []
    desk = here.client.app.state.window.desk
    ask = desk.ask

    async def heard(verb: str, question: object) -> Any:
        asked.append(verb)
        return await ask(verb, question)

    desk.ask = heard
    try:
        large = a_message(files=[{"name": "a.txt", "data": base64.b64encode(b"x" * 600_000).decode()}])
        assert post(large, token="mg_none_none").status_code == 401
        assert [one for one in asked if one != "settings"] == ["api_bearer"]
        asked.clear()
        ticket = ticket_of(here.desk, post(large))
        assert [one for one in asked if one != "settings"] == ["api_bearer", "api_message"]
        assert ticket.entries[0].attachments[0].size == 600_000
    finally:
        desk.ask = ask


@pytest.mark.parametrize("length", [True, False])
def test_w36_a_large_body_finds_room_however_many_pieces_it_comes_in(
    monkeypatch: pytest.MonkeyPatch, length: bool
) -> None:
    monkeypatch.setattr(forms, "_held", forms.Held(4 * 2**20))
    left = 20

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": left > 0}

    heads = [(b"content-length", b"%d" % (left * 65_536))] if length else []
    request = Request({"type": "http", "method": "POST", "headers": heads, "client": ("192.0.2.1", 1)}, receive)

    async def read() -> bytes:
        with body.room(request) as room:
            return await body.read(request, 2**21, room)

    assert asyncio.run(read()) == b"x" * 20 * 65_536


def test_w36_networks_are_those_of_the_peer_however_it_is_written(here: Any) -> None:
    near = token_of(here.desk, "near", READ, networks=["10.0.0.0/8", "2001:db8::/32"])

    def judged(peer: str) -> Any:
        return judge(WindowDesk(here.desk.gateway), near, peer, READ)

    for peer in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7", "2001:db8::7%eth0"):
        assert isinstance(judged(peer), Program), peer
    for peer in ("11.1.2.3", "::ffff:11.1.2.3", "2001:db9::7", "unix", "", "10.1.2.3, 11.1.2.3"):
        assert judged(peer) == UNKNOWN, peer


# --- what is wrong ------------------------------------------------------------------------------------------------------

DEEP = b'{"from":' + b"[" * 20_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nonsense", 400),
        (b"\xff\xfe", 400),
        (DEEP, 400),
        (b'{"from": {"address": "a@b.example"}, "text": "\\ud800"}', 400),
        (b"[]", 422),
        (b"null", 422),
        (json.dumps(a_message(colour="red")).encode(), 422),
        (json.dumps(a_message(text=7)).encode(), 422),
        (json.dumps(a_message(text=None)).encode(), 422),
        (json.dumps(a_message(text="  \n")).encode(), 422),
        (json.dumps(a_message(text="x" * 100_001)).encode(), 422),
        (json.dumps(a_message(department=None)).encode(), 422),
        (json.dumps(a_message(ticket=1)).encode(), 422),
        (json.dumps(a_message(department=None, ticket=2**70)).encode(), 422),
        (json.dumps(a_message(department=None, ticket=True)).encode(), 422),
        (json.dumps(a_message(department=None, ticket="1")).encode(), 422),
        (json.dumps(a_message(department=None, ticket=float("nan"))).encode(), 422),
        (json.dumps(a_message(external_id="x" * 201)).encode(), 422),
        (json.dumps(a_message(files=[{"name": "a", "data": "not base64!"}])).encode(), 422),
        (json.dumps(a_message(files=[{"name": "a", "data": "YQ=="}] * 6)).encode(), 422),
        (
            json.dumps(a_message(files=[{"name": "a", "data": base64.b64encode(b"x" * 10_500_000).decode()}])).encode(),
            422,
        ),
        (json.dumps(a_message(files=[{"name": "a", "data": "A" * 20_000_000}])).encode(), 413),
        *(
            (json.dumps(a_message(**{"from": {"address": address}})).encode(), 422)
            for address in (
                "",
                "nobody",
                "support@acme.example",
                "a@b.example\r\nBcc: c@d.example",
                "a@b",
                "a@[127.0.0.1]",
                "x" * 300,
            )
        ),
    ],
    ids=lambda one: f"{one[:60]!r}" if isinstance(one, bytes) else str(one),
)
def test_w37_what_is_wrong_is_a_problem_and_nothing_of_it_is_kept(
    here: Any, post: Post, body: bytes, status: int
) -> None:
    before = here.desk.gateway.store.read(lambda read: read.mail.since(here.desk.clock() - timedelta(days=2)))
    answer = post(body, key=f"wrong {hash(body)}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert len(answer.content) < 4000 and answer.json()["detail"]
    after = here.desk.gateway.store.read(lambda read: read.mail.since(here.desk.clock() - timedelta(days=2)))
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("heads", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"idempotency-key": "x" * 201}, 400),
        ({"idempotency-key": "a\tb"}, 400),
    ],
)
def test_w37_heads_that_are_wrong_are_problems_too(post: Post, heads: Mapping[str, str], status: int) -> None:
    answer = post(a_message(), **heads)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


def test_what_cannot_be_done_is_told_by_its_field(post: Post) -> None:
    answer = post(a_message(**{"from": {"address": "support@acme.example"}}, department="none"))
    told = {one["field"]: one["why"] for one in answer.json()["errors"]}
    assert told.keys() == {"from.address"} or told.keys() == {"from.address", "department"}
    assert " " in told["from.address"]
    typo = post(a_message(department="suport")).json()["errors"]
    assert [one["field"] for one in typo] == ["department"] and "department" in typo[0]["why"]


def test_w31_a_program_that_asks_under_another_name_hears_under_which(here: Any, shop: str) -> None:
    answer = here.client.get("/api/v1/tickets", headers={**of(shop), "host": "127.0.0.9:8080"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    assert f"ask under {here.desk.gateway.in_force.policy.web.url}" in answer.json()["detail"]


def test_w36_a_token_is_asked_for_so_often_and_no_more(here: Any) -> None:
    from mailgate.app.window.counter import A_PROGRAM, Counter
    from mailgate.app.window.desk import WindowDesk
    from mailgate.core.pages.window import Refusal
    from mailgate.core.programs.ticket import ApiTicketAsked

    now = [0.0]
    counter = Counter(WindowDesk(here.desk.gateway), lambda: now[0])
    told = []
    for _ in range(A_PROGRAM[0] + 1):
        told.append(counter("api_ticket", ApiTicketAsked("mg_a_b", "127.0.0.1", 1))[0])
        now[0] += 0.1
    assert {one.code for one in told[:-1]} == {"bearer"}
    assert isinstance(told[-1], Refusal) and (told[-1].code, told[-1].wait > 0) == ("slow", True)
    assert counter("api_ticket", ApiTicketAsked("mg_a_c", "127.0.0.1", 1))[1] == 1.0  # unknown ones are kept back
