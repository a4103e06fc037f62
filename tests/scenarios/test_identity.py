"""Who may steer: every row of group A of the threats through real SMTP, in every mode of `[identity] accept`."""

from __future__ import annotations

import email.policy
import email.utils
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from conftest import Desk, from_agent, mail, notice_to, only, opened, reply, running, whole
from scenarios.turns import tap

from mailgate.core.model.ticket import Ticket
from mailgate.core.proof import token
from mailgate.edge.smtp import guesses

ANNA = "Anna Virtanen <anna@staff.example>"
BO = "Bo Ek <bo@staff.example>"
BORDER = '[[identity.border]]\nid = "mx.acme.example"\n'
PASS = (
    "Authentication-Results: mx.acme.example;\r\n\tdkim=pass header.d=staff.example header.s=2026 header.b=q1w2e3r4;\r\n"
    "\tspf=pass (mx.acme.example: domain of anna@staff.example designates 192.0.2.7 as permitted sender)"
    " smtp.mailfrom=anna@staff.example;\r\n\tdmarc=pass (policy=reject) header.from=staff.example"
)
TRUSTED = 'trusted_networks = ["127.0.0.0/8"]'
FAIL = "Authentication-Results: mx.acme.example; dmarc=fail (p=none dis=none) header.from=staff.example"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A gateway behind a border, which believes a token or a pass."""
    with running(
        tmp_path_factory.mktemp("guarded"), smtp=TRUSTED, more=f"[limits]\nacks_per_hour = 5000\n{BORDER}"
    ) as desk:
        yield desk


@pytest.fixture(params=["token", "token+pass", "pass"], scope="module")
def mode(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """Gateways for each way of proof, behind the same border."""
    more = f'[identity]\naccept = "{request.param}"\n{BORDER}'
    with running(tmp_path_factory.mktemp("mode"), more=more) as desk:
        yield request.param, desk


def sent(desk: Desk, message: EmailMessage, *above: str, sender: str | None = None, to: list[str] | None = None) -> int:
    """A mail with fields a border wrote above it; they may be such that Python finds no address below them."""
    head = "".join(f"{field}\r\n" for field in above).encode()
    sender = email.utils.parseaddr(str(message["From"]))[1] if sender is None else sender
    to = to or [addr for _, addr in email.utils.getaddresses([str(message["To"])])]
    return desk.send(head + message.as_bytes(policy=email.policy.SMTP), sender=sender, to=to)


def fresh(desk: Desk, name: str) -> Ticket:
    """A new ticket of somebody nobody has heard of."""
    return opened(desk, "Broken lamp", sender=f"{name}@customer.example")


def said(desk: Desk, ticket: Ticket) -> list[EmailMessage]:
    """Agents' words that reached the customer."""
    return desk.letters(ticket.requester.addr, "answer")


def untouched(desk: Desk, ticket: Ticket) -> None:
    """Nothing was done to the ticket and nothing relayed."""
    now = desk.ticket(ticket.number)
    assert (now.status, now.owner, now.tags) == ("new", None, ())
    assert said(desk, ticket) == []


def parked(desk: Desk, number: int) -> str:
    """Why a mail waits."""
    return next(row.why for row in desk.gateway.store.read(lambda read: read.mail.parked()) if row.mail == number)


def order(ticket: Ticket, *, sender: str = ANNA, subject: str = "", **headers: str) -> EmailMessage:
    """A mail of commands to the plain address: no token in it."""
    return mail(subject or f"[#{ticket.number}] #close", "#tag +done\n", sender=sender, **headers)


# --- the three ways of proof ------------------------------------------------------------------------------------------


def test_what_each_mode_believes(mode: tuple[str, Desk]) -> None:
    accept, desk = mode
    seen = {}
    for name, in_reply, above in (
        ("nothing", False, []), ("token", True, []), ("pass", False, [PASS]), ("both", True, [PASS]), ("fail", True, [FAIL]),
    ):  # fmt: skip
        ticket = fresh(desk, f"mode-{name}")
        notice = notice_to(desk, "anna", ticket.number)
        message = reply(notice, ANNA, "#solve") if in_reply else order(ticket)
        sent(desk, message, *above)
        seen[name] = desk.ticket(ticket.number).status == "solved"
    expected = {
        "token": {"nothing": False, "token": True, "pass": True, "both": True, "fail": False},
        "token+pass": {"nothing": False, "token": False, "pass": False, "both": True, "fail": False},
        "pass": {"nothing": False, "token": False, "pass": True, "both": True, "fail": False},
    }
    assert seen == expected[accept]


def test_no_mode_gives_a_stranger_or_a_colleague_anothers_authority(mode: tuple[str, Desk]) -> None:
    _, desk = mode
    ticket = fresh(desk, "mode-bo")
    sent(
        desk,
        reply(notice_to(desk, "anna", ticket.number), BO, "#solve"),
        "Authentication-Results: mx.acme.example; none",
    )
    sent(desk, order(ticket, sender="evil@customer.example"), PASS)
    untouched(desk, ticket)


# --- group A ----------------------------------------------------------------------------------------------------------


def test_a01_a_forged_agent_steers_nothing_and_the_real_one_is_asked_once(guarded: Desk) -> None:
    ticket = fresh(guarded, "a01")
    guarded.clock.ahead += timedelta(minutes=11)
    before = len(guarded.letters("anna@staff.example", "was_it_you"))
    for turn in range(3):
        number = guarded.send(order(ticket, x_turn=str(turn)))
        assert (guarded.fate(number), parked(guarded, number)) == ("parked", "no_proof")
    untouched(guarded, ticket)
    assert 1 <= len(guarded.letters("anna@staff.example", "was_it_you")) - before <= 2, "one in ten minutes"


def test_a01_words_in_an_agents_name_reach_nobody(guarded: Desk) -> None:
    ticket = fresh(guarded, "a01w")
    number = guarded.send(
        mail(f"Re: [#{ticket.number}] Broken lamp", "Send your password to x@evil.example\n", sender=ANNA)
    )
    assert guarded.fate(number) == "parked"
    untouched(guarded, ticket)


def test_a02_reply_to_is_no_identity_and_gets_no_answer(guarded: Desk) -> None:
    ticket = fresh(guarded, "a02")
    before = len(guarded.letters("anna@staff.example", "receipt"))
    guarded.send(order(ticket, sender="evil@a02.example", reply_to="anna@staff.example"))
    untouched(guarded, ticket)
    only(guarded.letters("evil@a02.example", "ack"))
    assert len(guarded.letters("anna@staff.example", "receipt")) == before


def test_a03_a_pass_executes_and_relays_words_only_with_the_subject_tag(guarded: Desk) -> None:
    ticket = fresh(guarded, "a03")
    sent(guarded, mail(f"[#{ticket.number}] Broken lamp #tag +seen", "A new bulb is on its way.\n", sender=ANNA), PASS)
    assert guarded.ticket(ticket.number).tags == ("seen",)
    assert "new bulb" in whole(only(said(guarded, ticket)))
    numbers = {one.number for one in guarded.tickets()}
    sent(guarded, mail("About a lamp", "Words for nobody in particular.\n", sender=ANNA), PASS)
    assert len(said(guarded, ticket)) == 1
    [new] = [one for one in guarded.tickets() if one.number not in numbers]
    assert new.requester.key == "anna@staff.example", "a question of their own"


def test_a04_an_explicit_fail_of_a_border_vetoes_a_valid_token(guarded: Desk) -> None:
    ticket = fresh(guarded, "a04")
    number = sent(guarded, reply(notice_to(guarded, "anna", ticket.number), ANNA, "#close"), FAIL)
    assert (guarded.fate(number), parked(guarded, number)) == ("parked", "dmarc_fail")
    untouched(guarded, ticket)


@pytest.mark.parametrize("damage", ["changed", "truncated", "empty", "another ticket", "another agent"])
def test_a05_a_damaged_token_is_no_token(guarded: Desk, damage: str) -> None:
    ticket = fresh(guarded, f"a05-{damage[:4]}-{damage[-3:]}".replace(" ", ""))
    identifier = str(notice_to(guarded, "anna", ticket.number)["Message-ID"])
    written, _, domain = identifier[1:-1].rpartition("@")
    parts = written.split(".")
    broken = {
        "changed": ".".join([*parts[:-1], ("b" if parts[-1][0] != "b" else "c") + parts[-1][1:]]),
        "truncated": written[:-1],
        "empty": ".".join([*parts[:-1], ""]),
        "another ticket": ".".join([*parts[:2], str(ticket.number + 1), *parts[3:]]),
        "another agent": ".".join([*parts[:3], parts[3].replace("a1", "a2"), *parts[4:]]),
    }[damage]
    assert broken != written
    message = mail("Broken lamp", "#close\n", sender=ANNA, in_reply_to=f"<{broken}@{domain}>")
    assert guarded.fate(guarded.send(message)) == "parked"
    untouched(guarded, ticket)


def test_a05_a_token_in_capitals_is_the_same_token(guarded: Desk) -> None:
    ticket = fresh(guarded, "a05-case")
    identifier = str(notice_to(guarded, "anna", ticket.number)["Message-ID"])
    guarded.send(mail("Re: Broken lamp", "#close\n", sender=ANNA, in_reply_to=identifier.upper()))
    assert guarded.ticket(ticket.number).status == "solved"


def test_a05_a_wrong_address_token_of_a_customer_falls_back_to_the_department(guarded: Desk) -> None:
    number = guarded.send(
        mail(sender="a05@customer.example"), to=["support+k1.1001.a1c.aaaaaaaa.bbbbbbbbbbbbbbbb@acme.example"]
    )
    assert guarded.of_mail(number).department == "support"


def test_a06_fields_cannot_run_into_each_other(guarded: Desk) -> None:
    key = guarded.gateway.in_force.policy.keys[0]
    one, other = token.Token(104, "agent", 27, "customer", "a" * 8), token.Token(1042, "agent", 7, "customer", "a" * 8)
    assert token.mint(key, one, "id").rpartition(".")[2] != token.mint(key, other, "id").rpartition(".")[2]


def test_a07_a_retired_key_proves_nothing_and_a_rotated_one_goes_on(tmp_path: Path) -> None:
    import json

    with running(tmp_path) as desk:
        first, second = fresh(desk, "a07"), fresh(desk, "a07b")
        notices = [notice_to(desk, "anna", one.number) for one in (first, second)]
    path = tmp_path / "data" / "keys.json"
    keys = json.loads(path.read_text())["keys"]
    newer = {"kid": "new1", "created": "2199-01-01", "retire_at": None, "secret": "5" * 64}
    path.write_text(json.dumps({"keys": [*keys, newer]}))
    with running(tmp_path) as desk:
        desk.send(reply(notices[0], ANNA, "#solve"))
        assert desk.ticket(first.number).status == "solved", "a key that no longer signs still verifies"
        third = fresh(desk, "a07c")
        assert ".new1." in "." + str(notice_to(desk, "anna", third.number)["Message-ID"]).removeprefix("<mg.")
    path.write_text(json.dumps({"keys": [{**keys[0], "retire_at": "2020-01-01"}, newer]}))
    with running(tmp_path) as desk:
        assert desk.fate(desk.send(reply(notices[1], ANNA, "#solve"))) == "parked"
        assert desk.ticket(second.number).status == "new"


def test_a07_an_inactive_agents_token_steers_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = fresh(desk, "a07d")
        notice = notice_to(desk, "bo", ticket.number)
    with running(tmp_path, more="active = false\n") as desk:
        notices = len(desk.letters("bo@staff.example", "notice"))
        number = desk.send(reply(notice, BO, "#solve\n\nHello"))
        assert desk.fate(number) == "filed", "kept like anybody's words"
        untouched(desk, ticket)
        assert len(desk.letters("bo@staff.example", "notice")) == notices, "and they hear of nothing"


def test_a08_a_token_a_customer_answers_to_is_revoked_and_the_words_are_filed(guarded: Desk) -> None:
    ticket = fresh(guarded, "a08")
    leaked = notice_to(guarded, "anna", ticket.number)
    customer = mail(
        "Re: Broken lamp", "Thanks all! #close\n", sender="a08@customer.example", in_reply_to=str(leaked["Message-ID"])
    )
    assert guarded.of_mail(guarded.send(customer)).number == ticket.number
    untouched(guarded, ticket)
    kinds = {(row.kind, row.old) for row in guarded.gateway.store.read(lambda read: read.tickets.events(ticket.number))}
    assert ("revoked", "anna") in kinds
    number = guarded.send(reply(leaked, ANNA, "#close"))
    assert (guarded.fate(number), parked(guarded, number)) == ("parked", "token_revoked")
    sent(guarded, reply(leaked, ANNA, "#tag +late"), PASS)
    assert guarded.ticket(ticket.number).tags == ("late",), "it still matches the ticket, with a pass"
    guarded.send(reply(notice_to(guarded, "anna", ticket.number), ANNA, "#close"))
    assert guarded.ticket(ticket.number).status == "solved", "the notice after it carries a new one"


def test_a08_an_answer_to_all_with_outsiders_is_handled_and_spends_its_token(guarded: Desk) -> None:
    ticket = fresh(guarded, "a08b")
    notice = notice_to(guarded, "anna", ticket.number)
    first = reply(notice, ANNA, "#tag +one")
    first["Cc"] = "friend@elsewhere.example"
    guarded.send(first)
    assert guarded.ticket(ticket.number).tags == ("one",)
    assert guarded.fate(guarded.send(reply(notice, ANNA, "#tag +two"))) == "parked"
    assert guarded.fate(guarded.send(tap(notice, "#solve", ANNA))) == "parked", "the links in it are spent too"
    assert guarded.ticket(ticket.number).status == "new"


def test_a_one_tap_mail_does_what_its_link_says_and_nothing_else(guarded: Desk) -> None:
    ticket = fresh(guarded, "tap")
    notice = notice_to(guarded, "anna", ticket.number)
    changed = tap(notice, "#take", ANNA)
    changed.replace_header("Subject", str(changed["Subject"]).replace("#take", "#solve"))
    assert guarded.fate(guarded.send(changed)) == "parked"
    assert guarded.fate(guarded.send(tap(notice, "#take", BO))) == "parked"
    untouched(guarded, ticket)
    guarded.send(tap(notice, "#take", ANNA))
    assert guarded.ticket(ticket.number).owner == "anna"


def test_a_one_tap_mail_never_posts_words_to_a_customer(guarded: Desk) -> None:
    ticket = fresh(guarded, "tapw")
    notice = notice_to(guarded, "anna", ticket.number)
    guarded.send(tap(notice, "#take", ANNA, "Words typed above the mark.\n\n"))
    assert said(guarded, ticket) == []


def test_a09_header_fields_of_our_own_from_outside_do_nothing(guarded: Desk) -> None:
    ticket = fresh(guarded, "a09")
    evil = mail(f"[#{ticket.number}] Hi", sender="evil@a09.example", x_mailgate_agent="1", x_mailgate_command="close",
                x_mailgate_ticket=str(ticket.number))  # fmt: skip
    new = guarded.of_mail(guarded.send(evil))
    assert new.number != ticket.number
    untouched(guarded, ticket)


@pytest.mark.parametrize("shown", ['"anna@staff.example"', '"Anna Virtanen via Support"', "Anna Virtanen"])
def test_a10_a_display_name_is_no_address(guarded: Desk, shown: str) -> None:
    ticket = fresh(guarded, f"a10-{len(shown)}")
    who = f"evil{len(shown)}@a10.example"
    new = guarded.of_mail(guarded.send(order(ticket, sender=f"{shown} <{who}>")))
    untouched(guarded, ticket)
    assert new.requester.key == who
    assert who in whole(notice_to(guarded, "anna", new.number)), "agents see the address itself"


def with_from(desk: Desk, ticket: Ticket, *fields: str) -> bytes:
    """A notice answered with these From fields: the token is valid, the author is in doubt."""
    message = reply(notice_to(desk, "anna", ticket.number), ANNA, "#close")
    raw = message.as_bytes(policy=email.policy.SMTP)
    written = b"From: Anna Virtanen <anna@staff.example>\r\n"
    assert written in raw
    return raw.replace(written, "".join(f"{field}\r\n" for field in fields).encode(), 1)


UNCLEAN = {
    "a11 two fields": ["From: anna@staff.example", "From: evil@x.example"],
    "a11 two fields, reversed": ["From: evil@x.example", "From: anna@staff.example"],
    "a11 the same twice": ["From: anna@staff.example", "From: anna@staff.example"],
    "a12 two mailboxes": ["From: anna@staff.example, evil@x.example"],
    "a12 two mailboxes with a sender": ["From: anna@staff.example, evil@x.example", "Sender: anna@staff.example"],
    "a12 the agent second": ["From: evil@x.example, anna@staff.example", "Sender: anna@staff.example"],
    "a13 two angles": ["From: <anna@staff.example> <evil@x.example>"],
    "a13 a comment": ["From: anna@staff.example (evil@x.example)"],
    "a13 a route": ["From: <@x.example:anna@staff.example>"],
    "a13 a bracket": ["From: anna@staff.example)evil@x.example"],
    "a13 a group": ["From: Agents: anna@staff.example;"],
    "a13 a space": ["From: anna @staff.example"],
    "a13 an unfinished angle": ["From: Anna <anna@staff.example"],
    "a14 an encoded address": ["From: =?utf-8?q?anna=40staff.example?=@evil.x.example"],
    "a14 an encoded mailbox": ["From: =?utf-8?q?anna=40staff=2Eexample?="],
    "a17 a Kelvin sign's like": ["From: <ann\u0430@staff.example>"],
    "a17 full width": ["From: <\uff41nna\uff20staff.example>"],
    "a17 a Cyrillic first letter": ["From: <\u0430nna@staff.example>"],
    "a17 a domain of Cyrillic letters": ["From: <anna@xn--80ak6aa92e.example>"],
    "a17 a soft hyphen": ["From: <an\u00adna@staff.example>"],
}  # fmt: skip


@pytest.mark.parametrize("fields", UNCLEAN.values(), ids=UNCLEAN)
def test_a11_to_a17_a_doubtful_from_has_no_authority_even_with_a_token(guarded: Desk, fields: list[str]) -> None:
    ticket = fresh(guarded, f"from{list(UNCLEAN.values()).index(fields)}")
    raw = with_from(guarded, ticket, *fields)
    guarded.send(PASS.encode() + b"\r\n" + raw, sender="anna@staff.example", to=["support@acme.example"])
    untouched(guarded, ticket)


def test_a15_a_bare_cr_in_the_header_takes_all_authority_away(guarded: Desk) -> None:
    ticket = fresh(guarded, "a15")
    smuggled = b"X-Foo: a\r" + PASS.replace("\r\n\t", " ").encode() + b"\r\n"
    guarded.send(smuggled + order(ticket).as_bytes(policy=email.policy.SMTP))
    answer = reply(notice_to(guarded, "anna", ticket.number), ANNA, "#close").as_bytes(policy=email.policy.SMTP)
    number = guarded.send(smuggled + answer)
    untouched(guarded, ticket)
    assert parked(guarded, number) == "bare_cr_header"


FOREIGN = "Received: from mx.acme.example by mx.evil.example with ESMTP; Sun, 22 Nov 2026 10:00:00 +0000"
FORGED = {
    "a16 below a foreign hop": [FOREIGN, PASS],
    "a16 a longer name": [PASS.replace("mx.acme.example;", "mx.acme.example.evil.example;", 1)],
    "a16 another name": [PASS.replace("mx.acme.example;", "mx.evil.example;", 1)],
    "a16 in a comment": ["Authentication-Results: mx.acme.example; spf=fail (dmarc=pass header.from=staff.example)"],
    "a16 in a quoted string": ['Authentication-Results: mx.acme.example; spf=fail reason="; dmarc=pass header.from=staff.example"'],
    "a16 without a name": ["Authentication-Results: spf=pass smtp.mailfrom=staff.example; dmarc=pass header.from=staff.example"],
    "a16 the word of Exchange": ["X-MS-Exchange-Organization-AuthAs: Internal"],
    "a16 below the border's own word": [
        "Authentication-Results: mx.acme.example; dmarc=none header.from=staff.example", PASS],
    "a16 another domain": ["Authentication-Results: mx.acme.example; dmarc=pass header.from=evil.example"],
    "a16 a later version": [PASS.replace("mx.acme.example;", "mx.acme.example 2;", 1)],
    "a25 dkim alone": ["Authentication-Results: mx.acme.example; dkim=pass header.d=staff.example header.b=q1w2e3r4"],
    "a25 spf alone": ["Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom=anna@staff.example"],
    "p07 a space before the colon": [PASS.replace("Results:", "Results :", 1)],
    "p07 a tab before the colon": [PASS.replace("Results:", "Results\t:", 1)],
    "p07 a name behind a comment": [PASS.replace("mx.acme.example;", "(of course) mx.acme.example;", 1)],
    "p07 a name behind a comment on a line of its own": [PASS.replace("mx.acme.example;", "(x)\r\n\tmx.acme.example;", 1)],
    "p07 below a Received that names nobody": ["Received: from x.example; Sun, 22 Nov 2026 10:00:00 +0000", PASS],
    "p07 below a Received that names us in a comment": ["Received: from x.example (by mx.acme.example) with ESMTP id 4X", PASS],
    "p07 below a Received that names two": ["Received: from x.example by mx.acme.example by mx.evil.example; now", PASS],
    "p07 below an odd field of the border": ["Authentication-Results: mx.acme.example; dmarc=none; ((", PASS],
    "p07 two domains": [PASS + " header.from=evil.example"],
    "p07 with something behind it": [PASS + " junk"],
    "p07 a name in quotes": [PASS.replace("mx.acme.example;", '"mx.acme.example";', 1)],
    "p07 an encoded name": [PASS.replace("mx.acme.example;", "=?us-ascii?q?mx.acme.example?=;", 1)],
    "p07 a mark that is not seen": [PASS.replace("mx.acme.example;", "mx.acme\u200e.example;", 1)],
    "p07 a line that lost its indentation": [
        "Authentication-Results: mx.acme.example;\r\ndmarc=pass header.from=staff.example"],
    "a login of somebody else": ["Authentication-Results: mx.acme.example; auth=pass smtp.auth=bo@staff.example"],
}  # fmt: skip


ODD_FAILS = {
    "a space before the colon": [FAIL.replace("Results:", "Results :", 1)],
    "a name behind a comment": [FAIL.replace("mx.acme.example;", "(of course) mx.acme.example;", 1)],
    "below a Received that names nobody": ["Received: from x.example; Sun, 22 Nov 2026 10:00:00 +0000", FAIL],
    "unreadable behind it": [FAIL + "; ((garbage"],
    "a later version": [FAIL.replace("mx.acme.example;", "mx.acme.example 2;", 1)],
    "below an odd pass": [PASS.replace("Results:", "Results :", 1), FAIL],
    "below an empty one": ["Authentication-Results: mx.acme.example; ((", FAIL],
}


@pytest.mark.parametrize("above", ODD_FAILS.values(), ids=ODD_FAILS)
def test_p07_an_explicit_fail_counts_however_oddly_it_is_written(guarded: Desk, above: list[str]) -> None:
    ticket = fresh(guarded, f"oddfail{list(ODD_FAILS.values()).index(above)}")
    number = sent(guarded, reply(notice_to(guarded, "anna", ticket.number), ANNA, "#close"), *above)
    assert (guarded.fate(number), parked(guarded, number)) == ("parked", "dmarc_fail")
    untouched(guarded, ticket)


@pytest.mark.parametrize("above", FORGED.values(), ids=FORGED)
def test_a16_a25_what_is_not_the_borders_own_word_is_no_pass(guarded: Desk, above: list[str]) -> None:
    ticket = fresh(guarded, f"forged{list(FORGED.values()).index(above)}")
    assert guarded.fate(sent(guarded, order(ticket), *above)) == "parked"
    untouched(guarded, ticket)


GENUINE = {
    "rspamd": [PASS],
    "OpenDMARC": ["Authentication-Results: mx.acme.example; dmarc=pass (p=none dis=none) header.from=staff.example"],
    "behind a hop inside": [
        "Received: from mx.acme.example (mx.acme.example [192.0.2.9]) by mda.acme.example (Postfix) with LMTP id 4X;"
        " Sun, 22 Nov 2026 10:00:00 +0000", PASS],
    "behind the local host": ["Received: from localhost by localhost (Dovecot) with LMTP id 4X", PASS],
    "a login at the border": ["Authentication-Results: mx.acme.example;\r\n\tauth=pass smtp.auth=anna@staff.example"
                              " smtp.mailfrom=anna@staff.example"],
}  # fmt: skip


@pytest.mark.parametrize("above", GENUINE.values(), ids=GENUINE)
def test_a16_the_borders_word_counts_in_every_shape_it_is_written(guarded: Desk, above: list[str]) -> None:
    ticket = fresh(guarded, f"genuine{list(GENUINE.values()).index(above)}")
    sent(guarded, order(ticket), *above)
    assert guarded.ticket(ticket.number).status == "solved"


GMAIL = (
    "Authentication-Results: mx.google.com;\r\n"
    "       dkim=pass header.i=@staff.example header.s=google header.b=AbCdEfGh;\r\n"
    "       spf=pass (google.com: domain of anna@staff.example designates 209.85.220.41 as permitted sender)"
    " smtp.mailfrom=anna@staff.example;\r\n"
    "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=staff.example;\r\n"
    "       dara=pass header.i=@acme.example"
)
GOOGLE_HOPS = (
    "Delivered-To: support@acme.example",
    "Received: by 2002:a05:7300:fb8c:b0:119:9e6c:4c3a with SMTP id ol12csp1; Sun, 22 Nov 2026 02:00:00 -0800 (PST)",
    "X-Received: by 2002:a05:6402:35c3:b0:5ce:dfd0:b63 with SMTP id z3mr1; Sun, 22 Nov 2026 02:00:00 -0800 (PST)",
)


def test_gmails_word_is_read_in_its_own_shape_and_not_from_below_a_foreign_hop(tmp_path: Path) -> None:
    with running(tmp_path, more='[[identity.border]]\nid = "mx.google.com"\n') as desk:
        ticket = fresh(desk, "gmail")
        hop = "Received: from mx.google.com by relay.evil.example with ESMTP"
        assert desk.fate(sent(desk, order(ticket), hop, GMAIL)) == "parked"
        assert desk.fate(sent(desk, order(ticket), GMAIL.replace("dmarc=pass", "dmarc=fail"))) == "parked"
        untouched(desk, ticket)
        sent(desk, order(ticket), *GOOGLE_HOPS, GMAIL)
        assert desk.ticket(ticket.number).status == "solved"


EXCHANGE = (
    "Authentication-Results: spf=pass (sender IP is 40.107.22.1)\r\n smtp.mailfrom=staff.example; dkim=pass (signature"
    " was\r\n verified) header.d=staff.example;dmarc=pass action=none\r\n header.from=staff.example;compauth=pass reason=100"
)
EXCHANGE_HOPS = (
    "Received: from AS8PR04MB1234.eurprd04.prod.outlook.com (2603:10a6:20b::1) by\r\n"
    " DB9PR04MB5678.eurprd04.prod.outlook.com with HTTPS; Sun, 22 Nov 2026 10:00:02 +0000",
    "Received: from DU2PR04CA0001.eurprd04.prod.outlook.com (2603:10a6:10::1) by\r\n"
    " AS8PR04MB1234.eurprd04.prod.outlook.com (2603:10a6:20b::1) with Microsoft SMTP Server",
)


def test_exchange_onlines_word_is_read_without_an_id_and_its_own_people_are_internal(tmp_path: Path) -> None:
    with running(tmp_path, more='[[identity.border]]\nformat = "exchange-online"\n') as desk:
        one, other, third = fresh(desk, "exo1"), fresh(desk, "exo2"), fresh(desk, "exo3")
        sent(desk, order(one), *EXCHANGE_HOPS, EXCHANGE)
        assert desk.ticket(one.number).status == "solved"
        sent(desk, order(other), *EXCHANGE_HOPS, "X-MS-Exchange-Organization-AuthAs: Internal")
        assert desk.ticket(other.number).status == "solved"
        hop = "Received: from mail.outlook.com by relay.evil.example with ESMTP"
        for above in (
            [hop, EXCHANGE],
            [PASS],
            ["X-MS-Exchange-Organization-AuthAs: Anonymous", "X-MS-Exchange-Organization-AuthAs: Internal"],
            ["X-MS-Exchange-Organization-AuthAs : Internal"],  # P-07
            ["X-MS-Exchange-Organization-AuthAs: =?us-ascii?q?Internal?="],
            [*EXCHANGE_HOPS, EXCHANGE.replace("Results:", "Results :")],
            [
                *EXCHANGE_HOPS,
                EXCHANGE.replace("dmarc=pass action=none", "dmarc=pass action=none header.from=evil.example"),
            ],
            [*EXCHANGE_HOPS, EXCHANGE.replace("dmarc=pass action=none", "dmarc=fail action=quarantine")],
            [*EXCHANGE_HOPS, EXCHANGE.replace("header.from=staff.example", "header.from=evil.example")],
        ):
            assert desk.fate(sent(desk, order(third), *above)) == "parked", above
        untouched(desk, third)


def test_a18_an_agents_out_of_office_changes_no_ticket_and_asks_their_lead(guarded: Desk) -> None:
    ticket = fresh(guarded, "a18")
    away = reply(
        notice_to(guarded, "bo", ticket.number), BO, "I am away.", subject=f"Automatic reply: [#{ticket.number}] #close"
    )
    away["Auto-Submitted"] = "auto-replied"
    number = sent(guarded, away, PASS.replace("anna@", "bo@"))
    assert guarded.fate(number) == "dropped"
    untouched(guarded, ticket)
    proposal = guarded.letters("anna@staff.example", "alarm")[-1]
    assert "#away bo" in whole(proposal)


def test_a19_receipts_and_calendar_answers_of_an_agent_steer_nothing(guarded: Desk) -> None:
    ticket = fresh(guarded, "a19")
    notice = notice_to(guarded, "anna", ticket.number)
    head = (
        f"From: {ANNA}\r\nTo: support@acme.example\r\nIn-Reply-To: {notice['Message-ID']}\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <%s@staff.example>\r\nSubject: %s: [#{ticket.number}] #close\r\n"
    )
    receipt = head % ("a19r", "Read") + (
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\n#close\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; anna@staff.example\r\nOriginal-Message-ID: {notice['Message-ID']}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    )
    accepted = head % ("a19c", "Accepted") + (
        "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        "UID:1\r\nSUMMARY:#close\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@staff.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for raw in (receipt, accepted):
        guarded.send(PASS.encode() + b"\r\n" + raw.encode(), sender="anna@staff.example")
        untouched(guarded, ticket)


def test_a20_a_forward_steers_nothing_and_reaches_no_customer(guarded: Desk) -> None:
    ticket = fresh(guarded, "a20")
    notice = notice_to(guarded, "anna", ticket.number)
    text = (
        "#close\n\nFYI, from another customer.\n\n---------- Forwarded message ---------\n"
        "From: Kari <kari@elsewhere.example>\nDate: Sun, 22 Nov 2026\nSubject: Lamp\nTo: <anna@staff.example>\n\n"
        "#solve\n\nSECRET of Kari\n"
    )
    message = mail(f"Fwd: [#{ticket.number}] #close", text, sender=ANNA, in_reply_to=str(notice["Message-ID"]))
    sent(guarded, message, PASS)
    after = guarded.ticket(ticket.number)
    assert after.status == "new" and said(guarded, ticket) == []
    assert after.entries[-1].kind == "note"


def test_a21_no_letter_carries_a_command_and_a_command_given_twice_is_no_mistake(guarded: Desk) -> None:
    ticket = fresh(guarded, "a21")
    notice = notice_to(guarded, "anna", ticket.number)
    guarded.send(reply(notice, ANNA, "All done.", subject=f"Re: [#{ticket.number}] Broken lamp #close"))
    assert guarded.ticket(ticket.number).status == "solved"
    assert "#close" not in whole(only(said(guarded, ticket)))
    again = reply(notice, ANNA, "", subject=f"Re: Re: [#{ticket.number}] Broken lamp #close")
    assert guarded.fate(guarded.send(again)) == "filed"
    assert guarded.ticket(ticket.number).status == "solved" and len(said(guarded, ticket)) == 1


def test_a22_commands_in_quotes_attached_mail_hidden_text_and_smuggled_subjects_are_none(guarded: Desk) -> None:
    ticket = fresh(guarded, "a22")
    notice = notice_to(guarded, "anna", ticket.number)
    guarded.send(reply(notice, ANNA, "#note\nI look at it.\n\n> #close\n> #solve"))
    attached = reply(notice, ANNA, "#note\nSee the mail attached.")
    attached.add_attachment(order(ticket, sender="kari@elsewhere.example"))
    guarded.send(attached)
    hidden = reply(notice, ANNA, "#note\nNothing to see.")
    hidden.add_alternative('<p>#note</p><p>Nothing to see.</p><p style="display:none">#close</p>', subtype="html")
    guarded.send(hidden)
    raw = reply(notice, ANNA, "#note\nTwo lines.", subject=f"[#{ticket.number}] Lamp").as_bytes(
        policy=email.policy.SMTP
    )
    smuggled = f"Subject: [#{ticket.number}] =?utf-8?Q?Lamp=0D=0ASubject:_=23close?=".encode()
    guarded.send(raw.replace(f"Subject: [#{ticket.number}] Lamp".encode(), smuggled, 1))
    assert guarded.ticket(ticket.number).status == "new"
    assert said(guarded, ticket) == []


def test_a23_the_same_mail_again_has_no_second_effect(guarded: Desk) -> None:
    ticket = fresh(guarded, "a23")
    message = reply(notice_to(guarded, "anna", ticket.number), ANNA, "#close\n\nDone.")
    first = guarded.send(message)
    guarded.send(mail(f"Re: [#{ticket.number}] Broken lamp", "Not at all!\n", sender="a23@customer.example"))
    assert guarded.ticket(ticket.number).status == "open"
    second = guarded.send(b"X-Replayed: later\r\n" + message.as_bytes(policy=email.policy.SMTP))
    assert (guarded.fate(first), guarded.fate(second)) == ("filed", "duplicate")
    assert guarded.ticket(ticket.number).status == "open" and len(said(guarded, ticket)) == 1


def test_a23_another_mail_under_a_known_message_id_steers_nothing(guarded: Desk) -> None:
    ticket = fresh(guarded, "a23b")
    message = reply(notice_to(guarded, "anna", ticket.number), ANNA, "#tag +one")
    guarded.send(message)
    changed = message.as_bytes(policy=email.policy.SMTP).replace(b"#tag +one", b"#close\n")
    assert guarded.fate(guarded.send(changed)) == "parked"
    assert guarded.ticket(ticket.number).status == "new"


def test_a24_a_colleagues_token_proves_nothing_though_both_are_known(guarded: Desk) -> None:
    ticket = fresh(guarded, "a24")
    number = guarded.send(reply(notice_to(guarded, "anna", ticket.number), BO, "#close"))
    assert (guarded.fate(number), parked(guarded, number)) == ("parked", "token_agent_mismatch")
    untouched(guarded, ticket)


def test_a26_guessing_gets_the_same_answer_as_knowing_and_one_question_in_ten_minutes(guarded: Desk) -> None:
    ticket = fresh(guarded, "a26")
    guarded.clock.ahead += timedelta(minutes=11)
    asked = len(guarded.letters("anna@staff.example", "was_it_you"))
    replies = set()
    with smtplib.SMTP("127.0.0.1", guarded.port, timeout=100) as client:
        client.ehlo()
        for turn in range(30):
            guess = f"<mg.k1.{ticket.number}.a1c.{turn:08d}.aaaaaaaaaaaaaaaa@acme.example>".translate(
                str.maketrans("0189", "abcd")
            )
            client.mail("anna@staff.example")
            client.rcpt("support@acme.example")
            code, text = client.data(
                mail("Lamp", "#close\n", sender=ANNA, in_reply_to=guess).as_bytes(policy=email.policy.SMTP)
            )
            replies.add((code, text.rstrip(b".0123456789")))
        good = str(notice_to(guarded, "anna", ticket.number)["Message-ID"])
        client.mail("anna@staff.example")
        client.rcpt("support@acme.example")
        code, text = client.data(
            mail("Lamp", "#tag +x\n", sender=ANNA, in_reply_to=good).as_bytes(policy=email.policy.SMTP)
        )
        replies.add((code, text.rstrip(b".0123456789")))
    guarded.settle()
    assert len(replies) == 1, "no oracle"
    assert len(guarded.letters("anna@staff.example", "was_it_you")) - asked <= 2
    assert guarded.ticket(ticket.number).tags == ("x",)


def test_a26_many_unproven_mails_in_one_name_alarm_the_admin_once(tmp_path: Path) -> None:
    with running(tmp_path, smtp=TRUSTED, more=BORDER) as desk:
        ticket = opened(desk)
        for turn in range(9):
            desk.send(order(ticket, x_turn=str(turn)))
        assert desk.letters("root@admin.example", "alarm") == []
        for turn in range(9, 12):
            assert desk.fate(desk.send(order(ticket, x_turn=str(turn)))) == "parked"
        told = only(desk.letters("root@admin.example", "alarm"))
        assert "Anna Virtanen" in str(told["Subject"]) and "mailgate parked" in whole(told)


def test_a26_a_peer_that_is_no_front_of_ours_is_slowed_down(tmp_path: Path) -> None:
    raw = mail(sender="a26@customer.example").as_bytes(policy=email.policy.SMTP)
    codes = []
    with running(tmp_path) as desk, smtplib.SMTP("127.0.0.1", desk.port, timeout=100) as client:
        client.ehlo()
        while 450 not in codes and len(codes) <= 121:  # two minutes' worth, wherever the minute began
            codes.append(client.mail("a26@customer.example")[0])
            if codes[-1] == 250:
                client.rcpt("support@acme.example")
                client.data(raw)
        desk.settle()
    assert codes[:60] == [250] * 60 and codes[-1] == 450


# --- the other doors --------------------------------------------------------------------------------------------------


def test_an_agent_who_logs_in_on_the_submission_listener_needs_no_token(tmp_path: Path) -> None:
    authority = trustme.CA()
    tmp_path.joinpath("cert.pem").touch()
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "cert.pem")
    smtp = 'tls_cert = "cert.pem"\ntls_key = "cert.pem"\n'
    more = 'password = "bo-knows-it"\n[submission]\nlisten = "127.0.0.1:0"\n'
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with running(tmp_path, smtp=smtp, more=more) as desk:
        one, other = fresh(desk, "sub1"), fresh(desk, "sub2")
        port = int(desk.daemon.door.bound["submission"][0].rpartition(":")[2])
        with smtplib.SMTP("localhost", port, timeout=100) as client:
            with pytest.raises(smtplib.SMTPException):
                client.login("bo", "bo-knows-it")  # never in the clear
            client.starttls(context=context)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("bo", "wrong")
            client.login("bo@staff.example", "bo-knows-it")
            client.send_message(order(one, sender=BO))
            client.send_message(order(other, sender=ANNA))
        desk.settle()
        assert desk.ticket(one.number).status == "solved"
        untouched(desk, other)


def test_p10_who_guesses_passwords_is_refused_and_the_admin_hears_of_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "LONGEST", 0.01)
    authority = trustme.CA()
    tmp_path.joinpath("cert.pem").touch()
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "cert.pem")
    smtp = 'tls_cert = "cert.pem"\ntls_key = "cert.pem"\n'
    more = 'password = "bo-knows-it"\n[submission]\nlisten = "127.0.0.1:0"\n'
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with running(tmp_path, smtp=smtp, more=more) as desk:
        port = int(desk.daemon.door.bound["submission"][0].rpartition(":")[2])
        codes = []
        for turn in range(25):
            with smtplib.SMTP("localhost", port, timeout=100, source_address=("127.0.0.1", 0)) as client:
                client.starttls(context=context)
                client.ehlo()
                codes.append(client.docmd("AUTH", "PLAIN " + b64encode(f"\0bo\0guess{turn}".encode()).decode())[0])
        assert codes == [535] * 10 + [454] * 15
        with smtplib.SMTP("localhost", port, timeout=100, source_address=("127.0.0.9", 0)) as client:
            client.starttls(context=context)
            client.login("bo", "bo-knows-it")
        desk.settle()
        told = only(desk.letters("root@admin.example", "alarm"))
        assert "127.0.0.1" in whole(told) and "bo" in whole(told) and "guess" not in whole(told).replace("guesses", "")


def desk_address(desk: Desk, name: str) -> str:
    """An agent's own address, as `mailgate agents desk NAME` prints it."""
    agent = desk.gateway.in_force.policy.agent(name)
    assert agent is not None
    return f"support+{name}.{token.desk_key(desk.gateway.in_force.policy.keys[0], agent.id, agent.generation)}@acme.example"


def test_a_desk_address_asks_and_steers_and_never_relays_words(guarded: Desk) -> None:
    ticket = fresh(guarded, "desk")
    at = desk_address(guarded, "anna")
    guarded.send(mail("#mine", "\n", sender=ANNA, to=at))
    assert guarded.letters("anna@staff.example", "question")
    guarded.send(mail(f"[#{ticket.number}] #tag +desk", "\n", sender=ANNA, to=at))
    assert guarded.ticket(ticket.number).tags == ("desk",)
    for words in ("Dear customer, hello.", "#reply\nDear customer.", "#new x@desk.example\n\nHello",
                  "#ask lab@desk.example what is it?"):  # fmt: skip
        guarded.send(mail(f"Re: [#{ticket.number}] Broken lamp", f"{words}\n", sender=ANNA, to=at))
    assert said(guarded, ticket) == []
    assert guarded.letters("x@desk.example") == guarded.letters("lab@desk.example") == []


def test_a_colleagues_desk_address_and_a_guessed_one_prove_nothing(guarded: Desk) -> None:
    ticket = fresh(guarded, "desk2")
    at = desk_address(guarded, "anna")
    for sender, to in ((BO, at), (ANNA, at.replace("+anna.", "+anna.a")), (ANNA, "support+anna.@acme.example")):
        assert guarded.fate(guarded.send(order(ticket, sender=sender, to=to))) == "parked"
    untouched(guarded, ticket)


def test_was_it_you_always_learns_an_address(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = fresh(desk, "alias")
        notice = notice_to(desk, "anna", ticket.number)
        number = desk.send(reply(notice, "Anna <anna@home.example>", "#tag +home"))
        assert desk.fate(number) == "parked"
        [asked] = desk.letters("anna@staff.example", "was_it_you")
        assert "anna@home.example" in whole(asked)
        desk.send(tap(asked, "#yes always", ANNA))
        desk.settle()
        assert desk.ticket(ticket.number).tags == ("home",)


def test_an_answer_to_a_question_goes_to_the_configured_address_never_to_reply_to(guarded: Desk) -> None:
    ticket = fresh(guarded, "q")
    message = reply(notice_to(guarded, "anna", ticket.number), ANNA, "#show")
    message["Reply-To"] = "evil@q.example"
    guarded.send(message)
    assert guarded.letters("evil@q.example") == []
    assert f"#{ticket.number}" in whole(guarded.letters("anna@staff.example", "question")[-1])


def address_of(desk: Desk, notice: EmailMessage) -> str:
    """The reply address that leads to a letter."""
    keys = desk.gateway.in_force.policy.keys
    known = token.in_message_id(str(notice["Message-ID"]), keys)
    assert known is not None
    return f"support+{token.mint(keys[0], known, 'address')}@acme.example"


def test_a_token_found_only_in_the_address_relays_no_words_without_the_tag(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        ticket = fresh(desk, "addr")
        at = address_of(desk, notice_to(desk, "anna", ticket.number))
        number = desk.send(mail("Hello again", "Words\n", sender=ANNA, to=at))
        assert (desk.fate(number), parked(desk, number)) == ("parked", "address_only")
        desk.send(mail(f"Re: [#{ticket.number}] Lamp", "Words with the tag.\n", sender=ANNA, to=at))
        assert "with the tag" in whole(only(said(desk, ticket)))


@pytest.mark.parametrize(
    "words", ["Your parcel left today.", "#reply\nYour parcel left today.", "#ask lab@l.example\nWhy?"]
)
def test_a_pass_relays_words_only_beside_the_tickets_tag(guarded: Desk, words: str) -> None:
    """P-04: a reference says which mail is answered, and another's tag does not say it is this ticket."""
    ticket, other = (
        opened(guarded, "Lamp", sender="tagged@c.example", message_id=f"<t{n}-{len(words)}@c.example>") for n in "12"
    )
    for subject in ("Re: Lamp", f"Re: [#{other.number}] Lamp"):
        answer = mail(subject, f"{words}\n", sender=ANNA, in_reply_to=f"<t1-{len(words)}@c.example>")
        number = sent(guarded, answer, PASS)
        assert (guarded.fate(number), parked(guarded, number)) == ("parked", "untagged")
        assert "tag" in whole(guarded.letters("anna@staff.example", "receipt")[-1])
    untouched(guarded, ticket)
    assert guarded.letters("lab@l.example") == []


def test_what_stays_in_the_house_needs_no_tag_beside_a_reference(guarded: Desk) -> None:
    """P-04: orders, notes and questions about the ticket whose mail is answered."""
    ticket = opened(guarded, "Lamp", sender="inside@c.example", message_id="<inside@c.example>")
    for words in ("#tag +inside", "#note\nI know this lamp.", "#show"):
        number = sent(guarded, mail("Re: Lamp", f"{words}\n", sender=ANNA, in_reply_to="<inside@c.example>"), PASS)
        assert guarded.fate(number) == "filed"
    assert guarded.ticket(ticket.number).tags == ("inside",)
    assert said(guarded, ticket) == []


def test_untagged_words_leave_when_their_author_says_so(guarded: Desk) -> None:
    """P-04: the receipt shows the ticket they would go to, and "Do that" sends them there."""
    ticket = opened(guarded, "Lamp", sender="saysso@c.example", message_id="<saysso@c.example>")
    sent(guarded, mail("Re: Lamp", "It left today.\n", sender=ANNA, in_reply_to="<saysso@c.example>"), PASS)
    receipt = guarded.letters("anna@staff.example", "receipt")[-1]
    guarded.send(tap(receipt, "#send", ANNA))
    guarded.settle()
    assert "It left today." in whole(only(said(guarded, ticket)))


def test_a_token_found_only_in_the_quoted_marker_needs_a_pass(guarded: Desk) -> None:
    ticket = fresh(guarded, "mark")
    answer = reply(notice_to(guarded, "anna", ticket.number), ANNA, "#tag +quoted", subject="Re: Lamp")
    del answer["In-Reply-To"], answer["References"]
    answer.replace_header("To", "support@acme.example")
    assert guarded.fate(guarded.send(answer)) == "parked"
    untouched(guarded, ticket)
    answer.replace_header("Message-ID", "<another@staff.example>")
    sent(guarded, answer, PASS)
    assert guarded.ticket(ticket.number).tags == ("quoted",)


def test_from_agent_is_the_plain_case(guarded: Desk) -> None:
    ticket = fresh(guarded, "plain")
    from_agent(guarded, "Hello there.\n", notice_to(guarded, "anna", ticket.number))
    assert "Hello there." in whole(only(said(guarded, ticket)))
