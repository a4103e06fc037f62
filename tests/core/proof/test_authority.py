"""Who may steer: each proof within its scope, and each way it fails (S-14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, BO, FAIL, MAIJA, PASS, POLICY, issued, letter, mail, written

from mailgate.core.model.mail import Address, AuthResults, Envelope, InboundMail, Source
from mailgate.core.proof import authority, token

HERS = {"in_reply_to": (issued(to=ANNA, purpose="customer"),)}
BOS = {"in_reply_to": (issued(to=BO, purpose="customer"),)}
QUOTED = f"Yes.\n> mg:{written(to=ANNA, purpose='customer')}"
OTHER = AuthResults("mx.acme.example", (("dmarc", "pass", "elsewhere.example"),))
FOREIGN = AuthResults("mx.elsewhere.example", (("dmarc", "pass", "staff.example"),))
OVERRULED = AuthResults(
    "mx.acme.example",
    (("dmarc", "pass", "staff.example"), ("auth", "pass", "anna@staff.example")),
    ("mx.evil.example",),
)
BARE = {"flags": frozenset({"bare_cr_header"})}
LOGIN = Envelope("anna@staff.example", ("support@acme.example",), login="anna")
PAGE = Envelope("anna@staff.example", ("support@acme.example",), Source.WINDOW, login="anna")
TWO = {"author_clean": False}

CASES = [
    ("her own token", mail(by=ANNA, **HERS), "token", ""),
    ("a colleague's token", mail(by=ANNA, **BOS), "", "token_agent_mismatch"),
    ("a customers' token", mail(by=ANNA, in_reply_to=(issued(),)), "", "token_agent_mismatch"),
    ("nothing", mail(by=ANNA), "", "no_proof"),
    ("a pass", mail(by=ANNA, auth=(PASS,)), "pass", ""),
    ("a pass for another domain", mail(by=ANNA, auth=(OTHER,)), "", "no_proof"),
    ("a pass of nobody we believe", mail(by=ANNA, auth=(FOREIGN,)), "", "no_proof"),
    ("a pass below a foreign hop", mail(by=ANNA, auth=(OVERRULED,)), "", "no_proof"),
    ("her own token and a fail", mail(by=ANNA, auth=(FAIL,), **HERS), "", "dmarc_fail"),
    ("a login", mail(by=ANNA, envelope=LOGIN), "login", ""),
    ("a session on a page", mail(by=ANNA, envelope=PAGE), "session", ""),
    ("a colleague's session", mail(by=ANNA, envelope=replace(PAGE, login="bo")), "", "no_proof"),
    ("a colleague's session, her own token and a pass", mail(by=ANNA, envelope=replace(PAGE, login="bo"), auth=(PASS,), **HERS), "", "no_proof"),
    ("a session and a fail of a border's header in the page's words", mail(by=ANNA, envelope=PAGE, auth=(FAIL,)), "session", ""),
    ("a marker alone", mail(QUOTED, by=ANNA), "", "mark_alone"),
    ("a marker and a pass", mail(QUOTED, by=ANNA, auth=(PASS,)), "token", ""),
    ("a bare CR in the header", mail(by=ANNA, **HERS, **BARE), "", "bare_cr_header"),
    ("two addresses in From", mail(by=ANNA, **HERS, **TWO), "", "unclean_from"),
    ("a customer", mail(by=MAIJA, **HERS), "", ""),
]  # fmt: skip
WRITTEN = (letter(to=ANNA, purpose="customer"), letter(to=BO, purpose="customer"), letter())
LETTERS = {token.letter_of(one.message_id): one for one in WRITTEN}


@pytest.mark.parametrize(("inbound", "proof", "why"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_proves_that_it_is_her(inbound: InboundMail, proof: str, why: str) -> None:
    known = authority.identify(inbound, POLICY, LETTERS, {})
    assert (known.proof, known.why, known.steer) == (proof, why, bool(proof))


def test_a_revoked_token_proves_nothing_and_still_leads_to_its_ticket() -> None:
    revoked = {name: replace(one, revoked=True) for name, one in LETTERS.items()}
    known = authority.identify(mail(by=ANNA, **HERS), POLICY, revoked, {})  # type: ignore[arg-type]
    assert (known.steer, known.why) == (False, "token_revoked")
    assert [one.token.ticket for one in known.carried] == [1042]


def test_p01_a_token_whose_letter_is_not_found_is_spent() -> None:
    known = authority.identify(mail(by=ANNA, **HERS), POLICY, {}, {})  # type: ignore[arg-type]
    assert (known.steer, known.why) == (False, "token_revoked")


@pytest.mark.parametrize(("accept", "auth", "proof"), [
    ("token", (), "token"), ("token+pass", (), ""), ("token+pass", (PASS,), "token"), ("pass", (), ""), ("pass", (PASS,), "pass"),
])  # fmt: skip
def test_the_admin_says_what_is_enough(accept: str, auth: tuple[AuthResults, ...], proof: str) -> None:
    policy = replace(POLICY, identity=replace(POLICY.identity, accept=accept))
    assert authority.identify(mail(by=ANNA, auth=auth, **HERS), policy, LETTERS, {}).proof == proof  # type: ignore[arg-type]


def test_a_desk_address_stays_one_when_a_pass_is_asked_for_beside_it() -> None:
    """Words to one's own desk address stay in the house; with `token+pass` they went to the ticket's customer."""
    policy = replace(POLICY, identity=replace(POLICY.identity, accept="token+pass"))
    known = authority.identify(mail(by=ANNA, auth=(PASS,)), policy, {}, {"a key": ANNA.id})
    assert (known.steer, known.proof, known.passed) == (True, authority.Proof.DESK, True)


def test_who_stands_beside_a_token_and_is_neither_ours_nor_an_agent_has_seen_it() -> None:
    people = (Address("support@acme.example"), Address("bo@staff.example"), MAIJA)
    assert authority.outsiders_addressed(mail(by=ANNA, to=people), POLICY) == (MAIJA.addr,)
