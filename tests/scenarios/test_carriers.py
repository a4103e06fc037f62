"""Every token that stands in a letter, written into every other place where tokens are read: it proves nothing there (P-01)."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, opened, running, whole

from mailgate.core.proof import token

ANNA = "Anna Virtanen <anna@staff.example>"
MAIJA = "maija@customer.example"
WRITTEN = r"[a-z0-9]+\.[0-9]+\.[acxm][0-9]*[a-z]\.[a-z2-7]{8}\.[a-z2-7]{16}"
NUMBER = 1001
HEADERS = ("in_reply_to", "references", "message_id")
PLACES = (*HEADERS, "an address", "the mark", "a link", "a bounce address")
LETTERS = {  # what stands where in our letters -> the places it is made for
    "the id of a notice": {"in_reply_to", "references"},
    "a reply address": {"an address"},
    "the mark in a notice": {"the mark"},
    "a link in a notice": {"a link"},
    "the id of an answer": set(),
    "the survey in an answer": set(),
    "a bounce address": set(),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(
        tmp_path_factory.mktemp("carriers"),
        smtp='trusted_networks = ["127.0.0.0/8"]',
        more='[limits]\nacks_per_hour = 5000\n[letters]\nsurvey = true\n[[identity.border]]\nid = "mx.acme.example"\n',
    ) as found:
        yield found


@pytest.fixture(scope="module")
def written(desk: Desk) -> Mapping[str, str]:
    """One ticket with letters of every kind, and the tokens in them."""
    assert opened(desk).number == NUMBER
    from_agent(desk, "#solve\nSolved.", notice_to(desk, "anna", NUMBER))
    answer = only(desk.letters(MAIJA, "answer"))
    survey = re.findall(rf"mg:{WRITTEN}", unquote(whole(answer)))[0]
    desk.send(mail(f"Re: [#{NUMBER}] Broken lamp", "It is broken again.\n"))
    notice = notice_to(desk, "anna", NUMBER)
    links = [unquote(one) for one in re.findall(r"mailto:[^\"\s>]+", whole(notice))]
    policy, identifier = desk.gateway.in_force.policy, str(notice["Message-ID"])
    known = token.in_message_id(identifier, policy.keys)
    assert known is not None
    found = {
        "the id of a notice": identifier,
        "a reply address": token.mint(policy.keys[0], known, "address"),
        "the mark in a notice": re.findall(rf"mg:{WRITTEN}", whole(notice))[0],
        "a link in a notice": next(one for one in links if "#solve" in one),
        "the id of an answer": str(answer["Message-ID"]),
        "the survey in an answer": survey,
        "a bounce address": token.bounce_address(
            identifier, "support@acme.example", "+", policy.keys, 1, "anna@staff.example"
        ),
    }
    tokens = {where: re.findall(WRITTEN, one)[0] for where, one in found.items()}
    assert len(set(tokens.values())) == len(LETTERS) == len(tokens)
    return tokens


def carrying(one: str, place: str, sender: str, words: str, command: str = "#solve") -> tuple[bytes, str]:
    """A mail with a token in that place, and the address it goes to."""
    to = {"an address": f"support+{one}@acme.example", "a bounce address": f"support+b.{one}.aaaa@acme.example"}
    at = to.get(place, "support@acme.example")
    subject = f"[#{NUMBER}] {command}" if place == "a link" else "Re: Broken lamp"
    text = f"{words}\n\n{'> ' if place == 'the mark' else ''}mg:{one}\n" if place in ("the mark", "a link") else words
    message = mail(
        subject, text, sender=sender, to=at, **({place: f"<mg.{one}@acme.example>"} if place in HEADERS else {})
    )
    return message.as_bytes(policy=email.policy.SMTP), at


@pytest.mark.parametrize("place", PLACES)
def test_p01_a_token_of_one_carrier_in_another_place_moves_nothing_and_sends_nothing(
    desk: Desk, written: Mapping[str, str], place: str
) -> None:
    """In the agent's own name and in a stranger's: it waits, or is somebody's first mail; it never is an answer."""
    before, heard = desk.ticket(NUMBER), len(desk.letters(MAIJA))
    for at, (where, one) in enumerate(written.items()):
        if place in LETTERS[where]:
            continue
        raw, to = carrying(one, place, ANNA, "#solve\nA new bulb is on its way.")
        assert desk.fate(desk.send(raw, to=[to])) == "parked", where
        if (where, place) in (("the id of an answer", "in_reply_to"), ("the id of an answer", "references")):
            continue  # a customers' id: a stranger's words are filed there as unverified
        if (where, place) == ("the mark in a notice", "a link"):
            continue  # a mark wherever in the text it stands: in a stranger's mail it is revoked
        raw, to = carrying(one, place, f"s{at}@{PLACES.index(place)}.example", "#solve\nA new bulb is on its way.")
        number = desk.send(raw, to=[to])
        assert desk.fate(number) == "parked" or desk.of_mail(number).number != NUMBER, where
    after = desk.ticket(NUMBER)
    assert (after.status, after.owner, after.tags, after.entries) == (
        before.status, before.owner, before.tags, before.entries,
    )  # fmt: skip
    assert len(desk.letters(MAIJA)) == heard


def test_p01_each_token_works_in_the_place_it_was_made_for(desk: Desk, written: Mapping[str, str]) -> None:
    """So the table above fails for the place alone."""
    border = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=staff.example\r\n"
    for where, places in LETTERS.items():
        for place in sorted(places - {"a link"}):
            raw, to = carrying(written[where], place, ANNA, f"#tag +{place.replace(' ', '')}")
            desk.send((border if place == "the mark" else b"") + raw, to=[to])
    assert set(desk.ticket(NUMBER).tags) == {"in_reply_to", "references", "anaddress", "themark"}
    raw, to = carrying(written["a link in a notice"], "a link", ANNA, "", "#solve")
    desk.send(raw, to=[to])
    assert desk.ticket(NUMBER).status == "solved"
