"""Other programs before the real application: tokens, tickets, and what is said to those who ask wrongly."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Desk, from_agent, notice_to, opened, reply
from window.sessions import token_of

from mailgate.app.admin import tokens
from mailgate.cli import cli
from mailgate.core.pages.window import Refusal
from mailgate.core.programs.program import READ, WORDS
from mailgate.errors import Permanent
from mailgate.window.desk import Away, Refused

PROBLEM = "application/problem+json"


def of(token: str) -> dict[str, str]:
    """The head of a program's request."""
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def thread(here: Any) -> int:
    """A ticket of support with a tag, a field, a note, an answer, and words that nothing proves."""
    desk: Desk = here.desk
    ticket = opened(desk, "The lamp flickers")
    ack = desk.letters("maija@customer.example", "ack")[-1]
    notice = notice_to(desk, "anna", ticket.number)
    for words in ("#note CANARY-NOTE\n", "#tag +canary\n#field secret=CANARY-FIELD\n#take\n", "Another bulb?\n"):
        from_agent(desk, words, notice)
    desk.send(reply(ack, "Eve <eve@elsewhere.example>", "CANARY-UNVERIFIED"))
    return ticket.number


@pytest.fixture(scope="module")
def crm(here: Any) -> str:
    """The token of a program that reads."""
    return token_of(here.desk, "crm", READ)


@pytest.fixture(scope="module")
def desk_program(here: Any) -> str:
    """The token of one that reads the house's words too."""
    return token_of(here.desk, "inside", READ, WORDS)


def test_a_program_reads_a_ticket(here: Any, thread: int, crm: str) -> None:
    answer = here.client.get(f"/api/v1/tickets/{thread}", headers=of(crm))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert (told["number"], told["subject"], told["status"]) == (thread, "The lamp flickers", "waiting")
    assert (told["department"], told["owner"], told["entries"]) == ("support", "anna", None)
    assert told["requester"] == {"address": "maija@customer.example", "name": "Maija Virtanen"}
    assert told["created_at"].endswith("Z") and told["due"].keys() == {"first_response", "resolve", "manual"}


def test_w09_what_the_house_says_comes_only_with_its_scope_and_asked_for(
    here: Any, thread: int, crm: str, desk_program: str
) -> None:
    path = f"/api/v1/tickets/{thread}"
    for query in ("", "?entries=none", "?entries=public"):
        told = here.client.get(path + query, headers=of(crm))
        assert told.status_code == 200 and "canary" not in told.text.lower() and "staff.example" not in told.text
        assert (told.json()["tags"], told.json()["fields"]) == (None, None)
    words = [one["text"] for one in here.client.get(f"{path}?entries=public", headers=of(crm)).json()["entries"]]
    assert len(words) == 2 and "Another bulb?" in words[1]
    assert here.client.get(f"{path}?entries=all", headers=of(crm)).status_code == 403
    inside = here.client.get(f"{path}?entries=all", headers=of(desk_program)).json()
    assert {one["kind"] for one in inside["entries"]} == {"customer", "agent", "note"}
    assert [one["unverified"] for one in inside["entries"] if "UNVERIFIED" in one["text"]] == [True]
    assert inside["tags"] == ["canary"] and inside["fields"]["secret"] == "CANARY-FIELD"
    public = here.client.get(f"{path}?entries=public", headers=of(desk_program)).json()
    assert {one["kind"] for one in public["entries"]} == {"customer", "agent"}


def test_who_has_it_already_is_sent_nothing_more(here: Any, thread: int, crm: str) -> None:
    path = f"/api/v1/tickets/{thread}"
    first = here.client.get(path, headers=of(crm))
    same = here.client.get(path, headers={**of(crm), "if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert here.client.get(path, headers={**of(crm), "if-none-match": '"other"'}).status_code == 200
    head = here.client.head(path, headers=of(crm))
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])


def test_w36_tokens_that_are_wrong_ended_or_from_elsewhere_get_one_answer(here: Any, thread: int) -> None:
    desk = here.desk
    far = token_of(desk, "far", READ, networks=["10.0.0.0/8"])
    brief = token_of(desk, "brief", READ, until=f"{desk.clock() + timedelta(days=1):%Y-%m-%d}")
    gone = token_of(desk, "gone", READ)
    path = f"/api/v1/tickets/{thread}"
    for token in (brief, gone):
        assert here.client.get(path, headers=of(token)).status_code == 200
    tokens.revoke(desk.gateway, "gone")
    desk.clock.ahead += timedelta(days=3)
    try:
        wrong = (far, brief, gone, f"{gone[:-1]}_", "mg_1_a", "nonsense", "mg_" + "a" * 300)
        told = [here.client.get(path, headers=of(one)) for one in wrong]
    finally:
        desk.clock.ahead -= timedelta(days=3)
    told += [here.client.get(path, headers=one) for one in ({}, {"authorization": "Basic YTpi"})]
    assert {(one.status_code, one.content, one.headers["www-authenticate"]) for one in told} == {
        (401, told[0].content, "Bearer")
    }
    assert told[0].headers["content-type"] == PROBLEM and told[0].json()["title"] == "Unauthorized"


def test_w36_a_token_does_what_it_was_made_for_in_its_departments(here: Any, thread: int) -> None:
    sales = token_of(here.desk, "sales", READ, departments=["sales"])
    reads = token_of(here.desk, "lookup", "lookup:read")
    theirs = opened(here.desk, "A quote", to="sales@acme.example", sender="Olga <olga@other.example>").number
    assert here.client.get(f"/api/v1/tickets/{theirs}", headers=of(sales)).status_code == 200
    other, none = (here.client.get(f"/api/v1/tickets/{one}", headers=of(sales)) for one in (thread, 999_999))
    assert (other.status_code, other.content) == (404, none.content)
    beyond = here.client.get(f"/api/v1/tickets/{theirs}", headers=of(reads))
    assert (beyond.status_code, beyond.headers["content-type"]) == (403, PROBLEM)


def test_w36_a_token_is_kept_as_its_digest_and_its_use_is_noted(here: Any, thread: int) -> None:
    desk = here.desk
    token = token_of(desk, "noted", READ)
    here.client.get(f"/api/v1/tickets/{thread}", headers=of(token))
    desk.gateway.store.write(lambda tx: None).result()  # notes of use are written by the same writer
    known = {one.name: one for one in desk.gateway.store.read(lambda read: read.programs.all())}["noted"]
    assert known.used_at is not None and known.id in token
    files = b"".join(one.read_bytes() for one in desk.folder.rglob("*") if one.is_file())
    assert token.encode() not in files and known.id.encode() in files


def test_w36_a_token_is_shown_once_listed_without_it_and_ended_at_once(here: Any, thread: int) -> None:
    path, told = (
        f"/api/v1/tickets/{thread}",
        ["--scope", READ, "--scope", WORDS, "--from", "127.0.0.1", "--from", "::1"],
    )
    shell = ["--config", str(here.desk.folder / "mailgate.toml"), "window", "token"]

    def typed(*words: str) -> Any:
        return CliRunner().invoke(cli, [*shell, *words])

    made = typed("add", "shell", *told, "--until", "2999-12-31", "--department", "support", "--vouch")
    assert made.exit_code == 0, made.output
    token = made.output.strip()
    assert re.fullmatch("mg_[0-9a-f]{8}_[a-z2-7]{32}", token)
    listed, as_json = typed("list"), typed("list", "--json")
    assert "shell" in listed.output and "2999-12-31" in listed.output and "support" in listed.output
    row = next(one for one in json.loads(as_json.output) if one["name"] == "shell")
    assert (row["scopes"], row["departments"], row["vouches"]) == ([READ, WORDS], ["support"], True)
    assert token not in listed.output + as_json.output and token.split("_")[2] not in as_json.output
    plain = typed("add", "plain", "--scope", READ).output.strip()
    assert here.client.get(path, headers=of(plain)).status_code == 200
    assert typed("revoke", "plain").exit_code == 0
    assert here.client.get(path, headers=of(plain)).status_code == 401
    again = typed("revoke", "plain")
    assert again.exit_code != 0 and "no program" in str(again.exception)
    for scope in ("tickets:steal", "chats:write:", "chats:write:a tickets:words", f"chats:write:{'a' * 21}"):
        assert typed("add", "wrong", "--scope", scope).exit_code != 0


def test_w36_nothing_of_a_token_stands_in_the_log(here: Any, thread: int, crm: str, caplog: Any) -> None:
    with caplog.at_level("DEBUG"):
        here.client.get(f"/api/v1/tickets/{thread}", headers=of(crm))
        here.client.get("/api/v1/tickets/x", headers=of(crm))
    written = "".join(str(vars(one)) for one in caplog.records)
    assert "/api/v1/tickets" in written and crm not in written and crm.split("_")[2] not in written


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("tickets/x", 422, "number"),
        ("tickets/0", 422, "number"),
        (f"tickets/{2**70}", 422, "number"),
        ("tickets/1?entries=some", 422, "entries"),
        ("tickets/1?colour=red", 422, "colour"),
        ("tickets?limit=101", 422, "limit"),
        ("tickets?limit=0", 422, "limit"),
        ("tickets?status=lost", 422, "status.0"),
        ("tickets?updated_since=yesterday", 422, "updated_since"),
        ("tickets?updated_since=2026-11-28T12:00:00", 422, "updated_since"),
        ("tickets?updated_since=0001-01-01T00:00:00%2B14:00", 422, "updated_since"),
        ("tickets?updated_since=9999-12-31T23:59:59-14:00", 422, "updated_since"),
        ("tickets?after=nonsense", 422, ""),
        ("nothing", 404, ""),
        ("tickets/1/", 404, ""),
    ],
)
def test_w37_what_does_not_fit_its_description_is_told_by_its_field(
    here: Any, crm: str, path: str, status: int, field: str
) -> None:
    answer = here.client.get(f"/api/v1/{path}", headers=of(crm))
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])


def test_a_program_reads_lists_page_by_page(here: Any, thread: int, crm: str, desk_program: str) -> None:
    more = [opened(here.desk, f"List {n}", sender=f"Lista <lista{n}@list.example>").number for n in range(3)]
    ask = {"headers": of(crm)}
    first = here.client.get("/api/v1/tickets?limit=2", **ask).json()
    assert [one["number"] for one in first["items"]] == more[:0:-1] and first["items"][0]["entries"] is None
    second = here.client.get(f"/api/v1/tickets?limit=2&after={first['next']}", **ask).json()
    assert second["items"][0]["number"] == more[0]
    theirs = here.client.get("/api/v1/tickets?customer=lista1@list.example&status=new&status=open", **ask).json()
    assert ([one["number"] for one in theirs["items"]], theirs["next"]) == ([more[1]], None)
    since = here.client.get("/api/v1/tickets?updated_since=2026-01-01T00:00:00%2B02:00", **ask).json()
    assert [one["number"] for one in since["items"]][-3:] == more and since["next"] is None
    assert "canary" not in str(since) and since["items"][0]["tags"] is None
    mine = here.client.get("/api/v1/tickets?owner=anna&tag=canary", headers=of(desk_program)).json()
    assert [(one["number"], one["tags"]) for one in mine["items"]] == [(thread, ["canary"])]
    assert here.client.get("/api/v1/tickets?owner=nobody", **ask).json()["items"][0]["owner"] is None


def test_w36_a_list_has_only_what_the_token_may_see(here: Any, crm: str) -> None:
    sales = token_of(here.desk, "sales-list", READ, departments=["sales"])
    quote = opened(here.desk, "Another quote", to="sales@acme.example", sender="Olga <olga@quote.example>").number
    told = here.client.get("/api/v1/tickets", headers=of(sales)).json()["items"]
    assert {one["department"] for one in told} == {"sales"} and quote in [one["number"] for one in told]
    assert here.client.get("/api/v1/tickets?department=support", headers=of(sales)).status_code == 404
    assert here.client.get("/api/v1/tickets?department=none", headers=of(crm)).status_code == 200
    assert here.client.get("/api/v1/tickets?tag=canary", headers=of(crm)).status_code == 403


def test_methods_are_named_and_no_other_origin_is_let_in(here: Any, crm: str) -> None:
    path = "/api/v1/tickets/1"
    asked = here.client.options(path, headers={"origin": "https://evil.example"})
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    wrong = here.client.delete(path, headers=of(crm))
    assert (wrong.status_code, wrong.headers["allow"], wrong.headers["content-type"]) == (
        405,
        asked.headers["allow"],
        PROBLEM,
    )
    assert not [name for one in (asked, wrong) for name in one.headers if name.startswith("access-control")]


def test_while_the_desk_is_away_programs_are_told_so(served: Any, told: Any) -> None:
    told.answers["api_ticket"] = Away("gone")
    with served(told) as client:
        answer = client.get("/api/v1/tickets/1", headers=of("mg_a_b"))
    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
    assert int(answer.headers["retry-after"]) > 0


def test_who_asks_too_often_is_told_when_to_ask_again(served: Any, told: Any) -> None:
    told.answers["api_ticket"] = Refused(Refusal("slow", wait=7))
    with served(told) as client:
        answer = client.get("/api/v1/tickets/1", headers=of("mg_a_b"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.headers["content-type"] == PROBLEM and answer.json()["title"] == "Too Many Requests"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "No Name"}, "no name of a program"),
        ({"scopes": ["tickets:steal"]}, "is no scope"),
        ({"scopes": []}, "needs a scope"),
        ({"scopes": ["chats:write:"]}, "is no scope"),
        ({"departments": ["nobody"]}, "no department"),
        ({"networks": ["here"]}, "no network"),
        ({"until": "tomorrow"}, "no date"),
        ({"until": "2020-01-01"}, "is over"),
        ({"name": "twice"}, "already"),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_a_sentence(here: Any, wrong: dict[str, Any], said: str) -> None:
    if not any(one.name == "twice" for one in here.desk.gateway.store.read(lambda read: read.programs.all())):
        token_of(here.desk, "twice", READ)
    with pytest.raises(Permanent, match=said):
        tokens.add(here.desk.gateway, **{"name": "new", "scopes": [READ], **wrong})
    with pytest.raises(Permanent, match="no program"):
        tokens.revoke(here.desk.gateway, "new")
