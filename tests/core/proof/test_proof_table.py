"""What each carrier of a token may do, by kind, ticket, agent, verb and scheme; the page on identity is held to it (P-01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cases import ANNA, BO, KEY, MAIJA, NOW, PASS, POLICY, D, decided, facts, letter, letters_of, made, mail, ticket

from mailgate.core.commands.catalogue import COMMANDS
from mailgate.core.mails import decide
from mailgate.core.model import change as ch
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import Address, InboundMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.proof import token

PAGE = Path(__file__).parents[3] / "docs" / "identity.md"
OURS = ticket(1042)
OTHERS = ticket(1043, entries=(Entry(9, EntryKind.AGENT, "bo", "Bo", NOW - D, "Change the fuse."),))
CARRIERS: Mapping[str, str] = {  # as the page calls them
    "Message-ID": "id", "the reply address": "address", "the mark": "mark", "a one-tap link": "tap",
}  # fmt: skip
PLACES = {carrier: name for name, carrier in CARRIERS.items()}
COLUMNS = ("by itself", "beside a pass", "of 0.1.0, for `old_letters`", "of 0.1.0, later", "spent, or a colleague's")
# What the words of a cell mean: words without the ticket's tag leave, words beside it leave, an order is done, and so
# is the one that a link is for.
MEANS: Mapping[str, tuple[bool, bool, bool, bool]] = {
    "everything": (True, True, True, True),
    "orders, and words beside the tag": (False, True, True, True),
    "its command": (False, False, False, True),
    "nothing": (False, False, False, False),
}
LINKED = "#take"


def page() -> dict[tuple[str, str], str]:
    """The table of the page: (carrier, column) -> what it may do."""
    lines = PAGE.read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("| carrier |"))
    head = [cell.strip() for cell in lines[start].strip("|").split("|")]
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = dict(zip(head, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
        found.update({(cells["carrier"], column): cells[column] for column in COLUMNS})
    return found


def signed(carrier: str, scheme: int, kind: str, to: Agent = ANNA, number: int = 1042) -> str:
    """A token as this gateway or 0.1.0 wrote it."""
    known = made(number, to, kind)
    bound = token.bound_to(LINKED) if carrier == "tap" else ""
    if scheme == token.NOW:
        return token.mint(KEY, known, carrier, bound)
    ticket_, written, nonce = (replace(known, purpose="tap") if carrier == "tap" else known).fields()
    return f"{KEY.id}.{ticket_}.{written}.{nonce}.{token.mac(KEY, KEY.id, ticket_, written, nonce, bound)}"


def carrying(written: str, carrier: str, subject: str, text: str, **parts: Any) -> InboundMail:
    """A mail in Anna's name with a token in that place."""
    if carrier == "id":
        parts["in_reply_to"] = (token.message_id(written, "acme.example"),)
    if carrier == "address":
        parts["to"] = (Address(f"support+{written}@acme.example"),)
    below = f"\n\n{'> ' if carrier == 'mark' else ''}mg:{written}" if carrier in ("mark", "tap") else ""
    return mail(text + below, by=ANNA, subject=subject, **{"fresh": text, **parts})


def outcome(written: str, carrier: str, **about: Any) -> tuple[bool, bool, bool, bool]:
    """What a token did in that place: see MEANS."""
    parts = about.pop("parts", {})
    link = f"{LINKED} " if carrier == "tap" else ""
    tries = [(f"{link}Lamp", "It leaves today."), (f"[#1042] {link}".strip(), "It leaves today."),
             ("[#1042] #solve", ""), (f"[#1042] {LINKED}", "")]  # fmt: skip
    decisions = [decided(carrying(written, carrier, *each, **parts), OURS, OTHERS, **about) for each in tries]
    sent = [any(one.template == "answer" for one in letters_of(each)) for each in decisions]
    done = [any(step.ticket == 1042 and step.changes for step in each.steps) for each in decisions]
    for decision in decisions:
        assert decision.fate is ch.Fate.FILED or letters_of(decision), "nobody waits unaware"
    return sent[0], sent[1], done[2], done[3]


def row(kind: str, to: Agent = ANNA, **parts: Any) -> SentLetter:
    return letter(1042, to, kind, **parts)


def world(column: str, kind: str) -> list[tuple[int, Agent, dict[str, Any]]]:
    """Scheme, whose token, and what is known, for each way a column can be meant."""
    passed = {"parts": {"auth": (PASS,)}}
    fresh, expired = {"signed_since": NOW - D}, {"signed_since": NOW - timedelta(days=7)}
    live = {"letters": [row(kind)]}
    return {
        "by itself": [(token.NOW, ANNA, {**live, **expired})],
        "beside a pass": [(scheme, ANNA, {**live, **expired, **passed}) for scheme in (token.NOW, token.BEFORE)],
        "of 0.1.0, for `old_letters`": [(token.BEFORE, ANNA, {**live, **fresh})],
        "of 0.1.0, later": [(token.BEFORE, ANNA, {**live, **expired}), (token.BEFORE, ANNA, live)],
        "spent, or a colleague's": [
            (scheme, to, {**fresh, "letters": known})
            for scheme, (to, known) in product(
                (token.NOW, token.BEFORE),
                ((ANNA, []), (ANNA, [row(kind, revoked=True)]), (BO, [row(kind, BO)]), (BO, [row(kind)])),
            )
        ],
    }[column]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_p01_each_carrier_may_do_what_the_page_says(carrier: str, column: str) -> None:
    said = page()[carrier, column]
    for scheme, to, about in world(column, "customer"):
        written = signed(CARRIERS[carrier], scheme, "customer", to)
        assert outcome(written, CARRIERS[carrier], **about) == MEANS[said], (scheme, to.name)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_p01_a_letter_about_a_note_sends_no_words_whatever_proves_it(carrier: str, column: str) -> None:
    """Its kind says what a plain answer does; orders are done as the page says."""
    for scheme, to, about in world(column, "note"):
        found = outcome(signed(CARRIERS[carrier], scheme, "note", to), CARRIERS[carrier], **about)
        tap = carrier == "a one-tap link" and column == "beside a pass"  # the words stand beside the tag and a pass
        assert found[:2] == (False, tap)
        assert found[2:] == MEANS[page()[carrier, column]][2:]


@pytest.mark.parametrize(("made_for", "tried"), list(product(token.Carrier, CARRIERS.values())))
def test_p01_a_token_written_into_another_carrier_does_nothing(made_for: str, tried: str) -> None:
    bound = token.bound_to(LINKED) if made_for in ("tap", "ask") else ""
    written = token.mint(KEY, made(1042, ANNA, "customer"), made_for, bound)
    found = outcome(written, tried, letters=[row("customer")], signed_since=NOW - D)
    in_text = made_for == "tap" and tried in ("tap", "mark")  # a link is a link wherever in the text it stands
    own = "its command" if in_text else page()[PLACES[tried], "by itself"] if made_for == tried else "nothing"
    assert found == MEANS[own]


@pytest.mark.parametrize("carrier", CARRIERS.values())
@pytest.mark.parametrize("scheme", [token.NOW, token.BEFORE])
@pytest.mark.parametrize("passed", [False, True])
def test_p02_none_of_them_moves_another_ticket_without_a_pass(carrier: str, scheme: int, passed: bool) -> None:
    inbound = carrying(signed(carrier, scheme, "customer"), carrier, f"[#1042] [#1043] {LINKED}", "",
                       auth=(PASS,) if passed else ())  # fmt: skip
    decision = decided(inbound, OURS, OTHERS, letters=[row("customer")], signed_since=NOW - D)
    assert {step.ticket for step in decision.steps if step.changes} == ({1042, 1043} if passed else set())


FURTHER: Mapping[str, tuple[str, str]] = {  # rows of the page -> the mail's words, what she did before
    "a further number in the subject": ("", ""),
    "`#merge 1043`": ("#merge 1043", ""),
    "`#link 1043`": ("#link 1043", ""),
    "`#draft 1043`": ("#draft 1043", ""),
    "`#undo` of a split": ("#undo", "split"),
    "`#undo` of a link": ("#undo", "link"),
    "`#undo` of a merge into it": ("#undo", "merged-in"),
    "`#split`": ("#split", ""),
}
SAID_TWICE = tuple(Entry(n, EntryKind.CUSTOMER, MAIJA.addr, "", NOW - D, "lamp") for n in (1, 2))


def further() -> dict[str, tuple[str, str]]:
    """The page's table of what a mail does to another ticket: row -> its own token alone, with more."""
    lines = PAGE.read_text().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("| to a further ticket |"))
    rows = [line for line in lines[start + 2 : start + 20] if line.startswith("| ")]
    found = {}
    for line in rows[: len(FURTHER)]:
        name, alone, both = (cell.strip() for cell in line.strip("|").split("|"))
        found[name] = (alone, both)
    return found


def test_the_page_names_every_way_to_another_ticket() -> None:
    named = {f"`#{word.name}" for word in COMMANDS if word.takes.startswith("NUMBER")}
    assert further().keys() == FURTHER.keys() and named <= {row.partition(" ")[0] for row in FURTHER}


@pytest.mark.parametrize("row_", FURTHER)
def test_p02_what_a_token_does_to_a_further_ticket_is_what_the_page_says(row_: str) -> None:
    words, before = FURTHER[row_]
    number = "[#1042] [#1043] #solve" if not words else "[#1042] Lamp"
    event = JournalLine(1, 1042, NOW, "anna", 7, before, "", "1043")
    known = {"journal": {1042: (event,) if before else ()}, "entries": {1042: SAID_TWICE}}
    mine, theirs = letter(1042, ANNA, "customer"), letter(1043, ANNA, "customer")
    ways: list[dict[str, Any]] = [{}, {"references": (theirs.message_id,)}, {"auth": (PASS,)}]
    done = []
    for parts in ways:
        inbound = mail(words, by=ANNA, subject=number, in_reply_to=(mine.message_id,), **parts)
        decision = decided(inbound, OURS, OTHERS, letters=[mine, theirs], **known)
        assert decision.fate is ch.Fate.FILED or (decision.reason, decision.steps) == ("beyond", ())
        done.append("done" if decision.fate is ch.Fate.FILED else "asked")
    alone, more = further()[row_]
    assert done == [alone, more, more]


CUSTOMERS = [  # carrier, scheme, the letter is known, a Cc is let in
    ("id", token.NOW, True, True), ("id", token.BEFORE, True, True), ("id", token.NOW, False, False),
    ("id", token.BEFORE, False, False), ("mark", token.NOW, True, False), ("mark", token.BEFORE, True, False),
    ("address", token.NOW, True, False),
]  # fmt: skip


@pytest.mark.parametrize(("carrier", "scheme", "known", "joins"), CUSTOMERS)
def test_p01_a_customers_cc_joins_by_the_id_of_a_letter_we_wrote(
    carrier: str, scheme: int, known: bool, joins: bool
) -> None:
    token_ = made(1042)
    written = token.mint(KEY, token_, carrier)
    if scheme == token.BEFORE:
        written = f"{KEY.id}.{token_.letter}.{token.mac(KEY, KEY.id, *token_.fields(), '')}"
    inbound = replace(
        carrying(written, carrier, "Re: [#1042] Lamp", "My colleague knows more.", cc=(Address("kari@c.example"),)),
        author=MAIJA,
    )
    decision = decide.decide(inbound, Moment(POLICY, facts(OURS, letters=[letter()] if known else []), NOW), ())
    assert any(isinstance(one, ch.Join) for step in decision.steps for one in step.changes) is joins
