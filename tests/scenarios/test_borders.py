"""What makes a pass, read at the front door under each way of proof, and what an agent hears whose mail has none (stand, 5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Desk, mail, notice_to, only, opened, reply, running, whole
from scenarios.test_identity import ANNA, BORDER, EXCHANGE, EXCHANGE_HOPS, FAIL, FOREIGN, PASS, parked, sent

EXCHANGE_BORDER = '[[identity.border]]\nformat = "exchange-online"\n'
SMTP = 'trusted_networks = ["127.0.0.0/8"]'
INTERNAL = "X-MS-Exchange-Organization-AuthAs: Internal"
NONE = EXCHANGE.replace("dmarc=pass action=none", "dmarc=none action=none")


def door(folder: Path, more: str) -> Iterator[Desk]:
    with running(folder, smtp=SMTP, more=f"[limits]\nacks_per_hour = 5000\n{more}") as desk:
        opened(desk)
        yield desk


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from door(tmp_path_factory.mktemp("exchange"), EXCHANGE_BORDER)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from door(tmp_path_factory.mktemp("named"), BORDER)


def changed(old: str, new: str) -> str:
    assert old in EXCHANGE
    return EXCHANGE.replace(old, new)


BELIEVED = {
    "what it writes": [*EXCHANGE_HOPS, EXCHANGE],
    "in capitals": [changed("header.from=staff.example", "header.from=Staff.Example")],
    "in China": ["Received: from a.partner.outlook.cn by b.prod.partner.outlook.cn with HTTPS; now", EXCHANGE],
    "for a government": ["Received: from a.office365.us by b.mail.protection.office365.us with HTTPS; now", EXCHANGE],
    "softly": [changed("compauth=pass reason=100", "compauth=softpass reason=201")],
    "its own people": [*EXCHANGE_HOPS, INTERNAL],
    "its own people, unsigned": [*EXCHANGE_HOPS, INTERNAL, NONE],
}  # fmt: skip
UNBELIEVED = {
    "nothing": [],
    "no DMARC": [*EXCHANGE_HOPS, NONE],
    "the best guess": [changed("dmarc=pass", "dmarc=bestguesspass")],
    "an error that will pass": [changed("dmarc=pass", "dmarc=temperror")],
    "an error that will not": [changed("dmarc=pass", "dmarc=permerror")],
    "its sum against it": [changed("compauth=pass reason=100", "compauth=fail reason=601")],
    "its sum alone": ["Authentication-Results: compauth=pass reason=100"],
    "spf and dkim": ["Authentication-Results: spf=pass smtp.mailfrom=staff.example; dkim=pass header.d=staff.example;compauth=pass reason=109"],
    "a subdomain": [changed("header.from=staff.example", "header.from=mail.staff.example")],
    "a longer domain": [changed("header.from=staff.example", "header.from=staff.example.evil.example")],
    "no domain": [changed("\r\n header.from=staff.example", "")],
    "below its own word": [NONE, EXCHANGE],
    "below a foreign hop": [FOREIGN, EXCHANGE],
    "below a hop that sounds like it": ["Received: from a by mail.evil-outlook.com with ESMTP; now", EXCHANGE],
    "with an id": [PASS],
    "with its own name as an id": [EXCHANGE.replace("Results: ", "Results: outlook.com; ")],
    "with a spelled out id": ["Authentication-Results: ;authas; x-ms-exchange-organization-authas=Internal"],
    "by ARC": [EXCHANGE.replace("Authentication-Results:", "ARC-Authentication-Results: i=1;")],
    "by ARC that passed": [changed("dmarc=pass action=none", "arc=pass oda=1 ltdi=0; dmarc=none action=none")],
    "as it came": [EXCHANGE.replace("Authentication-Results:", "Authentication-Results-Original:")],
    "as Exchange keeps it": [EXCHANGE.replace("Authentication-Results:", "X-MS-Exchange-Authentication-Results:")],
    "internal, twice": [INTERNAL, INTERNAL],
    "internal, and anonymous below": [INTERNAL, "X-MS-Exchange-Organization-AuthAs: Anonymous"],
    "internal, and oddly again": [INTERNAL, "X-MS-Exchange-Organization-AuthAs : Internal"],
    "internal, below a foreign hop": [FOREIGN, INTERNAL],
    "internal, below a hop that names nobody": ["Received: from x.example; now", INTERNAL],
    "internal, its sum against it": [INTERNAL, NONE.replace("compauth=pass reason=100", "compauth=fail reason=601")],
    "internal, in small letters": [INTERNAL.replace("Internal", "internal")],
    "internal, with a comment": [f"{INTERNAL} (really)"],
    "internal in another tenant": ["X-MS-Exchange-CrossTenant-AuthAs: Internal"],
    "partner": [INTERNAL.replace("Internal", "Partner")],
    "by its source": ["X-MS-Exchange-Organization-AuthSource: AS8PR04MB1234.eurprd04.prod.outlook.com"],
}  # fmt: skip


def tags(desk: Desk, name: str, *above: str) -> bool:
    """Whether an order of Anna's without a token is carried out with these fields above it."""
    tag = name.lower().replace(" ", "-").replace(",", "")
    number = sent(desk, mail(f"[#1001] #tag +{tag}", "\n", sender=ANNA), *above)
    done = tag in desk.ticket(1001).tags
    assert done or desk.fate(number) == "parked", desk.fate(number)
    return done


@pytest.mark.parametrize("name", BELIEVED)
def test_exchange_onlines_word_is_a_pass(exchange: Desk, name: str) -> None:
    assert tags(exchange, name, *BELIEVED[name])


@pytest.mark.parametrize("name", UNBELIEVED)
def test_what_only_looks_like_exchange_onlines_word_is_none(exchange: Desk, name: str) -> None:
    assert not tags(exchange, name, *UNBELIEVED[name])


NO_PASS = {
    "none": ["Authentication-Results: mx.acme.example; none"],
    "the best guess": [PASS.replace("dmarc=pass", "dmarc=bestguesspass")],
    "softfail": [PASS.replace("dmarc=pass", "dmarc=softfail")],
    "neutral": [PASS.replace("dmarc=pass", "dmarc=neutral")],
    "by ARC": [PASS.replace("Authentication-Results:", "ARC-Authentication-Results: i=1;")],
    "by ARC that passed": ["Authentication-Results: mx.acme.example; arc=pass smtp.remote-ip=192.0.2.1"],
    "all but DMARC": [PASS.replace("dmarc=pass (policy=reject) header.from=staff.example", "dmarc=none")],
    "by Exchange": [*EXCHANGE_HOPS, EXCHANGE], "of its own people": [INTERNAL],
    "as it came": [PASS.replace("Authentication-Results:", "Authentication-Results-Original:")],
    "another's login": ["Authentication-Results: mx.acme.example; auth=pass smtp.auth=staff.example"],
}  # fmt: skip


@pytest.mark.parametrize("name", NO_PASS)
def test_what_a_named_border_does_not_say_is_no_pass(named: Desk, name: str) -> None:
    assert not tags(named, name, *NO_PASS[name])


# token or not, the fields above -> why it waits in each mode, "" when it is carried out
WORDS = {"pass": [PASS], "none": [], "fail": [FAIL], "forged": [FOREIGN, PASS], "doubled": [PASS, FAIL]}
WHY = {
    "token+pass": {
        ("token", "pass"): "", ("token", "none"): "no_pass", ("token", "fail"): "dmarc_fail", ("token", "forged"): "no_pass",
        ("token", "doubled"): "", ("", "pass"): "no_token", ("", "none"): "no_proof", ("", "fail"): "dmarc_fail",
        ("", "forged"): "no_proof", ("", "doubled"): "no_token",
    },
    "pass": {
        ("token", "pass"): "", ("token", "none"): "no_pass", ("token", "fail"): "dmarc_fail", ("token", "forged"): "no_pass",
        ("token", "doubled"): "", ("", "pass"): "", ("", "none"): "no_pass", ("", "fail"): "dmarc_fail",
        ("", "forged"): "no_pass", ("", "doubled"): "",
    },
}  # fmt: skip


@pytest.mark.parametrize("accept", WHY)
def test_each_mode_says_what_is_missing_and_whose_word_the_yes_needs(tmp_path: Path, accept: str) -> None:
    for desk in door(tmp_path, f'[identity]\naccept = "{accept}"\n{BORDER}'):
        notice, found = notice_to(desk, "anna", 1001), {}
        for turn, (carried, word) in enumerate(WHY[accept]):
            order = f"#tag +t{turn}"
            message = reply(notice, ANNA, order) if carried else mail(f"[#1001] {order}", "\n", sender=ANNA)
            number = sent(desk, message, *WORDS[word])
            done = f"t{turn}" in desk.ticket(1001).tags
            found[carried, word] = "" if done else parked(desk, number)
        assert found == WHY[accept]


@pytest.mark.parametrize("accept", WHY)
def test_an_agent_without_a_pass_learns_that_their_yes_needs_it_and_it_does(tmp_path: Path, accept: str) -> None:
    """They said yes again and again, in vain, and no letter told them why."""
    for desk in door(tmp_path, f'[identity]\naccept = "{accept}"\n{BORDER}'):
        sent(desk, reply(notice_to(desk, "anna", 1001), ANNA, "#solve"))
        question = only(desk.letters("anna@staff.example", "was_it_you"))
        assert "only when mx.acme.example vouches for it" in " ".join(whole(question).split())
        assert desk.fate(sent(desk, reply(question, ANNA, "#yes"))) == "parked"
        assert desk.ticket(1001).status == "new"
        sent(desk, reply(question, ANNA, "#yes\n"), PASS)
        desk.settle()
        assert desk.ticket(1001).status == "solved"


def test_where_a_token_is_enough_the_question_speaks_of_no_border(named: Desk) -> None:
    sent(named, mail("[#1001] #solve", "\n", sender="Bo Ek <bo@staff.example>"))
    assert "vouches" not in whole(only(named.letters("bo@staff.example", "was_it_you")))
