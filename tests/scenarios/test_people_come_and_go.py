"""Agents renamed, deactivated and gone, keys retired, desk addresses guessed: what still counts, and who gets the work."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from conftest import CONFIG, Desk, from_agent, mail, notice_to, opened, reply, running

from mailgate.core.proof import token
from mailgate.errors import ConfigError

BO, ANNA = "Bo Ek <bo@staff.example>", "Anna Virtanen <anna@staff.example>"
RENAMED = CONFIG.replace('name = "bo"', 'name = "robert"')


def taken(desk: Desk, name: str = "bo") -> int:
    """A ticket of that agent's."""
    ticket = opened(desk, sender="maija@customer.example")
    from_agent(desk, "#take\n", notice_to(desk, name, ticket.number), name)
    assert desk.ticket(ticket.number).owner == name
    return ticket.number


def told(desk: Desk, ticket: int) -> set[str]:
    """Who got a notice about it."""
    found = desk.letters(template="notice")
    return {
        str(one["To"]).rpartition("<")[2].partition("@")[0] for one in found if one["X-Mailgate-Ticket"] == str(ticket)
    }


def test_a_renamed_agents_work_may_not_vanish_and_the_refusal_says_how(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        taken(desk)
    with pytest.raises(ConfigError) as refused, running(tmp_path, config=RENAMED):
        pass
    said = str(refused.value.problems[0])
    assert "'bo'" in said and "1 unsolved" in said and "active = false" in said


def test_under_a_new_name_old_letters_prove_nothing_and_new_ones_do(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = opened(desk)
        old = notice_to(desk, "bo", ticket.number)
        desk.letters()
    with running(tmp_path, config=RENAMED) as desk:
        number = desk.send(reply(old, BO, "#solve"))
        assert (desk.fate(number), desk.ticket(ticket.number).status) == ("parked", "new")
        assert len(desk.letters("bo@staff.example", "was_it_you")) == 1, "they are asked, under their new name"
        desk.send(mail(f"Re: [#{ticket.number}] Lamp", "More.\n", sender="maija@customer.example"))
        desk.send(
            reply(notice_to(desk, "robert", ticket.number), BO, "#take")
            if False
            else reply(
                [
                    one
                    for one in desk.letters("bo@staff.example", "notice")
                    if one["X-Mailgate-Ticket"] == str(ticket.number)
                ][-1],
                BO,
                "#take",
            )
        )
        assert desk.ticket(ticket.number).owner == "robert"


def test_who_gets_a_gone_colleagues_address_gets_none_of_their_proofs(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = opened(desk)
        old = notice_to(desk, "bo", ticket.number)
    heir = CONFIG.replace(
        'address = "anna@staff.example"', 'address = "anna@staff.example"\naliases = ["bo@staff.example"]'
    )
    heir = heir.replace('name = "bo"', 'name = "cai"').replace(
        '\naddress = "bo@staff.example"', '\naddress = "cai@staff.example"'
    )
    with running(tmp_path, config=heir) as desk:
        number = desk.send(reply(old, BO, "#solve"))
        assert (desk.fate(number), desk.ticket(ticket.number).status) == ("parked", "new")


def test_a_deactivated_agents_tickets_are_heard_of_by_the_others(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = taken(desk)
    with running(tmp_path, more="active = false") as desk:
        before = told(desk, ticket)
        bos = len(desk.letters("bo@staff.example"))
        number = desk.send(mail(f"Re: [#{ticket}] Broken lamp", "Is anybody there?\n", sender="maija@customer.example"))
        assert desk.of_mail(number).number == ticket
        annas = [one for one in desk.letters("anna@staff.example", "notice") if "Is anybody there?" in str(one)]
        assert annas, f"only {before} heard"
        assert len(desk.letters("bo@staff.example")) == bos


def test_nothing_is_given_to_a_deactivated_agent(tmp_path: Path) -> None:
    with running(tmp_path, more="active = false") as desk:
        ticket = opened(desk)
        number = from_agent(desk, "#assign bo\n", notice_to(desk, "anna", ticket.number))
        assert (desk.fate(number), desk.ticket(ticket.number).owner) == ("parked", None)
        number = from_agent(desk, "#watch\n#ask bo@staff.example what is it?\n", notice_to(desk, "anna", ticket.number))
        assert not desk.letters("bo@staff.example", "notice")


def test_a_deactivated_agents_desk_address_and_answers_steer_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = opened(desk)
        agent = desk.gateway.in_force.policy.agent("bo")
        assert agent is not None
        at = f"support+bo.{token.desk_key(desk.gateway.in_force.policy.keys[0], agent.id, agent.generation)}@acme.example"
        notice = notice_to(desk, "bo", ticket.number)
    with running(tmp_path, more="active = false") as desk:
        for message in (
            mail(f"[#{ticket.number}] #solve", "\n", sender=BO, to=at),
            reply(notice, BO, "#solve\n\nBye."),
        ):
            desk.send(message)
            assert desk.ticket(ticket.number).status == "new"
        assert (
            desk.letters("maija@customer.example", "answer") == []
            and desk.letters("bo@staff.example", "question") == []
        )


def test_a_guessed_desk_address_proves_nothing_and_tells_nothing(tmp_path: Path) -> None:
    with running(tmp_path, smtp='trusted_networks = ["127.0.0.0/8"]') as desk:
        ticket = opened(desk)
        policy = desk.gateway.in_force.policy
        agent = policy.agent("anna")
        assert agent is not None
        key = token.desk_key(policy.keys[0], agent.id, agent.generation)
        other = next(c for c in string.ascii_lowercase if c != key[0])
        guesses = [f"anna.{other}{key[1:]}", f"anna.{key[:-1]}", f"anna.{key}x", "anna.", "anna", f"bo.{key}", f"nobody.{key}",
                   f".{key}", f"anna.{key}.{key}", f"anna..{key}"]  # fmt: skip
        for guess in guesses:
            number = desk.send(
                mail(f"[#{ticket.number}] #solve", "\n", sender=ANNA, to=f"support+{guess}@acme.example")
            )
            assert desk.ticket(ticket.number).status == "new", guess
            assert desk.fate(number) == "parked", guess
        number = desk.send(
            mail(f"[#{ticket.number}] #solve", "\n", sender="evil@x.example", to=f"support+anna.{key}@acme.example")
        )
        assert desk.ticket(ticket.number).status == "new" and desk.of_mail(number).number != ticket.number
        desk.send(mail(f"[#{ticket.number}] #solve", "\n", sender=ANNA, to=f"support+anna.{key.upper()}@acme.example"))
        assert desk.ticket(ticket.number).status == "solved", "its own works, in any case of letters"


def test_with_a_key_retired_desk_addresses_links_and_bounces_of_it_end_and_customers_still_find_their_ticket(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as desk:
        ticket = opened(desk)
        policy = desk.gateway.in_force.policy
        agent = policy.agent("anna")
        assert agent is not None
        at = f"support+anna.{token.desk_key(policy.keys[0], agent.id, agent.generation)}@acme.example"
        [ack] = desk.letters("maija@customer.example", "ack")
    path = tmp_path / "data" / "keys.json"
    [first] = json.loads(path.read_text())["keys"]
    newer = {"kid": "new1", "created": "2026-01-01", "retire_at": None, "secret": "5" * 64}
    path.write_text(json.dumps({"keys": [{**first, "retire_at": "2020-01-01"}, newer]}))
    with running(tmp_path) as desk:
        assert desk.fate(desk.send(mail(f"[#{ticket.number}] #solve", "\n", sender=ANNA, to=at))) == "parked"
        answer = reply(ack, "maija@customer.example", "One more thing.", subject="Another subject")
        answer.replace_header("To", "support@acme.example")
        assert desk.of_mail(desk.send(answer)).number == ticket.number
        stranger = mail("Hi", "Me too\n", sender="eve@x.example", in_reply_to=str(ack["Message-ID"]))
        assert desk.of_mail(desk.send(stranger)).number != ticket.number, "an id of a retired key is nobody's proof"
        assert desk.ticket(ticket.number).status == "new"
