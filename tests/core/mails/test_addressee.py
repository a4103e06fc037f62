"""Who gets an answer (R-01 to R-04): Reply-To, From, Sender, the envelope, or nobody, in one place."""

from __future__ import annotations

from typing import Any

import pytest
from cases import ANNA, MAIJA, NOW, POLICY, STRANGER, VALDIS, case, changes, decided, letters_of, mail, ticket

from mailgate.core.commands.reader import CommandReading
from mailgate.core.letters import addressee
from mailgate.core.mails import agent_answer, agent_words, decide
from mailgate.core.model import change as ch
from mailgate.core.model.mail import Address, Envelope, InboundMail
from mailgate.core.model.said import said
from mailgate.core.rules import rule
from mailgate.core.rules.rule import Actions, MailFindings, Rule, RuleFindings

US = Address("support@acme.example", "Acme")
ROBOT = Address("www-data@shop.example", "Web form")
FIA = Address("fia@home.example", "Fia")


def sent(envelope: str = "relay@elsewhere.example", **parts: Any) -> InboundMail:
    return mail(**{"envelope": Envelope(envelope, ("support@acme.example",)), **parts})


WHO: list[tuple[str, InboundMail, list[str]]] = [
    ("From", sent(), ["maija@customer.example"]),
    ("Reply-To before From", sent(reply_to=(FIA,)), ["fia@home.example"]),
    ("several in Reply-To, From's first", sent(reply_to=(FIA, MAIJA)), ["maija@customer.example", "fia@home.example"]),
    ("R-03: a robot's Reply-To is the person", sent(author=ROBOT, reply_to=(FIA,)), ["fia@home.example"]),
    ("a robot alone stays", sent(author=ROBOT), ["www-data@shop.example"]),
    ("Reply-To a robot", sent(reply_to=(Address("noreply@home.example"),)), ["maija@customer.example"]),
    ("Reply-To ourselves", sent(reply_to=(US,)), ["maija@customer.example"]),
    ("A-02: Reply-To an agent", sent(reply_to=(Address(ANNA.address),)), ["maija@customer.example"]),
    ("Reply-To no address", sent(reply_to=(Address("fia"), Address("x@y.invalid"))), ["maija@customer.example"]),
    (
        "Reply-To the list it came through",
        sent(reply_to=(Address("talk@lists.example"),), headers=(("list-post", "<mailto:talk@lists.example>"),)),
        ["maija@customer.example"],
    ),
    ("R-02: our own From", sent(author=US, reply_to=(FIA,)), ["fia@home.example"]),
    ("our own From with a part", sent(author=Address("support+x@acme.example"), reply_to=(US, FIA)), ["fia@home.example"]),
    (
        "R-02: a group without via",
        sent(author=Address("support@acme.example", "'Fia' via Support"), headers=(("x-original-from", "Fia <fia@home.example>"),)),
        ["fia@home.example"],
    ),
    ("our own From and nobody else", sent("maija@customer.example", author=US), []),
    ("R-01: Sender", sent("x@y.example", author=None, sender=VALDIS), ["valdis@customer.example"]),
    ("R-01: the envelope", sent("dora@home.example", author=None), ["dora@home.example"]),
    ("R-01: Reply-To without From", sent("dora@home.example", author=None, reply_to=(FIA,)), ["fia@home.example"]),
    ("R-01: a mail system's envelope", sent("bounces+7@home.example", author=None), []),
    ("R-01: the null envelope", sent("<>", author=None), []),
    ("R-01: our own envelope", sent("support@acme.example", author=None), []),
    ("From without a domain", sent("dora@home.example", author=Address("root")), ["dora@home.example"]),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "expected"), [c[1:] for c in WHO], ids=[c[0] for c in WHO])
def test_who_gets_an_answer(inbound: InboundMail, expected: list[str]) -> None:
    assert [one.addr for one in addressee.of(inbound, POLICY)] == expected
    [opening] = changes(decided(inbound), ch.OpenTicket)
    assert opening.requester.addr == (expected or ["nobody@invalid.invalid"])[0]
    assert [one.addr for one in opening.participants] == expected[1:]


@pytest.mark.parametrize(
    "inbound",
    [
        sent("www-data@shop.example", author=ROBOT, reply_to=(FIA,)),
        sent(author=US, reply_to=(FIA,)),
        sent("fia@home.example", author=None),
        sent(author=None, sender=FIA),
    ],
    ids=["a robot's Reply-To", "our own From", "the envelope", "Sender"],
)
def test_whom_a_stranger_may_have_named_is_not_acknowledged(inbound: InboundMail) -> None:
    """R-03: anybody could make us mail a victim."""
    assert [one.template for one in letters_of(decided(inbound)) if one.audience == "customer"] == []


def test_an_acknowledgement_goes_to_the_writer_never_to_reply_to() -> None:
    [ack] = [one for one in letters_of(decided(sent(reply_to=(FIA,)))) if one.template == "ack"]
    assert [one.addr for one in ack.to] == ["maija@customer.example"]


def test_a_pass_of_our_own_domain_vouches_for_nobody_named_elsewhere() -> None:
    """R-02: our own form signs as us, and whoever fills it in may name anybody."""
    from cases import PASS

    assert case(sent(auth=(PASS,))).authority.passed
    own = (*PASS.results, ("dmarc", "pass", "acme.example"))
    given = sent(author=US, reply_to=(MAIJA,), auth=(type(PASS)(PASS.id, own),))
    assert not case(given).authority.passed


NOTICES = [
    ("both are shown", sent(reply_to=(FIA,)), (), {"came_from": "maija@customer.example"}),
    ("a robot's too", sent(author=ROBOT, reply_to=(FIA,)), (), {"came_from": "www-data@shop.example"}),
    ("one address", sent(reply_to=(MAIJA,)), (), {}),
    ("a later wish", sent(subject="[#1042]", reply_to=(FIA,)), (ticket(),), {"asks_for": "fia@home.example"}),
]  # fmt: skip


@pytest.mark.parametrize(("inbound", "there", "said"), [c[1:] for c in NOTICES], ids=[c[0] for c in NOTICES])
def test_the_notice_shows_the_other_address(inbound: InboundMail, there: tuple[Any, ...], said: dict[str, str]) -> None:
    """R-03; the requester never changes by itself."""
    decision = decided(inbound, *there)
    shown = [one.content for one in letters_of(decision) if one.template == "notice"]
    assert shown
    for notice in shown:
        found = {"came_from": notice.came_from, "asks_for": notice.asks_for}
        assert {key: address for key, address in found.items() if address} == said
    assert not changes(decision, ch.SetRequester)


def test_nobody_takes_part_by_the_placeholders_address() -> None:
    nobodys = ticket(requester=addressee.NOBODY, participants=(addressee.NOBODY,))
    posing = case(sent(author=addressee.NOBODY, subject="[#1042]"), nobodys)
    assert posing.match.ticket is None


REACH = [
    (ticket(requester=addressee.NOBODY, participants=(addressee.NOBODY,)), True),
    (ticket(requester=US, participants=(US,)), True),
    (ticket(requester=addressee.NOBODY, participants=(addressee.NOBODY, STRANGER)), False),
    (ticket(), False),
]  # fmt: skip


@pytest.mark.parametrize(("there", "expected"), REACH)
def test_a_ticket_is_out_of_reach_when_nobody_can_be_written_to(there: Any, expected: bool) -> None:
    assert agent_answer.out_of_reach(there, POLICY) is expected


@pytest.mark.parametrize("proof", ["id", "released"])
def test_words_to_nobody_park_also_when_they_are_released(proof: str) -> None:
    """R-01: filed as an answer they would be lost in silence."""
    from mailgate.core.proof.authority import Authority

    nobodys = ticket(requester=addressee.NOBODY, participants=(addressee.NOBODY,))
    given = case(mail("It costs 40 EUR.", by=ANNA, subject="[#1042]"), nobodys,
                 authority=Authority(ANNA, proof, "", True, True))  # fmt: skip
    found = agent_words.customer_heard(given, ANNA, nobodys, CommandReading(rest="It costs 40 EUR."), {}, ())
    assert isinstance(found, ch.Decision) and found.fate is ch.Fate.PARKED and found.reason == "nobody"
    [receipt] = found.letters
    assert receipt.content.refused[0].why == said("waits.nobody")


CALLS = [
    ("unknown", "0407654321", "0407654321"),
    ("hidden", None, ""),
    ("no digits", "anonymous", ""),
]  # fmt: skip


@pytest.mark.parametrize(("number", "name"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
def test_a_call_is_a_memo_and_nobodys_whatever_number_it_shows(number: str | None, name: str) -> None:
    """R-04: the answer went to the telephone exchange, and for a hidden number it was acknowledged."""
    import re

    rules = (Rule("calls", then=Actions(call=re.compile("Caller: (.*)"))),)
    examined = MailFindings((RuleFindings(True, "", {}, None, number),))
    decision = decide.decide(
        sent("pbx@exchange.example", author=Address("pbx@exchange.example")), case().moment, rules, examined=examined
    )
    [opening] = changes(decision, ch.OpenTicket)
    assert opening.requester == Address("nobody@invalid.invalid", name)
    assert [one.kind.value for one in changes(decision, ch.AddEntry)] == ["call"]
    assert [one.audience for one in letters_of(decision) if one.audience == "customer"] == []
    assert [one.value for one in changes(decision, ch.SetField)] == ([number] if name else [])
    assert rule.route_mail(rules, examined, rule.Circumstances()).call == (number or "")


VIA = Address("support@acme.example", "'Anna' via Support")
CLAIMED = {
    "a group": mail(
        "Pay this.\n#close", author=VIA, headers=(("x-original-from", ANNA.address), ("precedence", "list"))
    ),
    "another": mail("Pay this.\n#close", author=VIA, headers=(("x-original-sender", ANNA.address),)),
    "no From": mail("Pay this.\n#close", author=None, author_clean=False, sender=Address(ANNA.address)),
    "only an envelope": mail("Pay this.", author=None, author_clean=False, envelope=Envelope(ANNA.address, (US.addr,))),
    "with the number": mail(
        "Pay this.", author=VIA, subject="[#1042] Lamp", headers=(("x-original-from", ANNA.address),)
    ),
}


@pytest.mark.parametrize("claimed", CLAIMED.values(), ids=CLAIMED)
def test_a_mail_that_another_field_than_from_calls_a_colleagues_is_theirs_once_they_say_so(
    claimed: InboundMail,
) -> None:
    """A-01: anybody may write the field; the mail stood in a ticket as Anna's words, and the answer went to her."""
    assert decide.needs(claimed, POLICY, NOW).asked == ("anna",)
    decision = decided(claimed, ticket())
    assert (decision.fate, decision.reason, decision.steps) == (ch.Fate.PARKED, "no_proof", ())
    assert [one.template for one in letters_of(decision)] == ["was_it_you"]


@pytest.mark.parametrize("bad", [
    "bad@a..example", "_evil@x.example?=", "a b@x.example", "a@", "@b.example", "x", "a@x.example>", "a@-x.example",
    "a@\u2024.example", f"{'l' * 300}@x.example", f"a@{'d' * 64}.example", "a@x.invalid",
])  # fmt: skip
def test_an_address_no_letter_can_go_to_keeps_it_from_nobody_else(bad: str) -> None:
    """R-01: one odd address on Cc, and the answer to everybody was tried in vain for days; the first line named it."""
    assert not addressee.writable(Address(bad), POLICY)
    assert addressee.receivers(ticket(participants=(MAIJA, Address(bad))), POLICY) == (MAIJA,)
    assert addressee.receivers(ticket(requester=Address(bad), participants=()), POLICY) == ()
    assert not [one for one in letters_of(decided(mail(author=Address(bad)))) if one.template == "ack"]


@pytest.mark.parametrize("good", [
    "a@b.example", '"a b"@b.example', "päivi@yhtiö.example", "a@[192.0.2.7]", f"{'l' * 70}@b.example", "o'neil+x@b.example",
])  # fmt: skip
def test_whoever_can_be_written_to_is(good: str) -> None:
    assert addressee.writable(Address(good), POLICY)
