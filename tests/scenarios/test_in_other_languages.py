"""A customer and an agent of each language that came later: both are written to in theirs, and steer in theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Desk, mail, only, reply, running, whole

from mailgate.wire.words import say

# What the customer writes; how the agent says: take it, hold it until Friday, help; how the customer closes it.
ROUNDS = {
    "sv": ("Hej, lampan som jag köpte av er fungerar inte. Vad ska jag göra?", "#överta", "#pausa på fredag", "#hjälp", "#stäng"),
    "de": ("Guten Tag, die Lampe, die ich bei Ihnen gekauft habe, geht nicht. Was kann ich tun?", "#übernehmen",
           "#zurückstellen bis Freitag", "#hilfe", "#schließen"),
    "et": ("Tere, teilt ostetud lamp ei tööta. Mida ma pean tegema? Palun aidake.", "#võtan", "#lükka reedeni", "#juhend", "#sulge"),
}  # fmt: skip
AGENT = '[[agent]]\nname = "{0}"\naddress = "{0}@staff.example"\ndepartments = ["support"]\nlanguage = "{0}"\nreceipts = "always"\n'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(
        tmp_path_factory.mktemp("languages"), support='notify = "all"', more="".join(map(AGENT.format, ROUNDS))
    ) as found:
        yield found


@pytest.mark.parametrize("language", ROUNDS)
def test_a_round_in_a_language(desk: Desk, language: str) -> None:
    wrote, take, hold, asks_help, close = ROUNDS[language]
    customer, agent = f"eva@{language}.example", f"{language}@staff.example"
    number = desk.of_mail(desk.send(mail("Lamp", f"{wrote}\n", sender=f"Eva Berg <{customer}>"))).number
    ack = only(desk.letters(customer, "ack"))
    assert say(language, "ack.subject") in str(ack["Subject"])
    assert say(language, "ack.thanks") in " ".join(whole(ack).split())
    notice = [one for one in desk.letters(agent, "notice") if f"#{number}]" in str(one["Subject"])][-1]
    assert whole(notice).count(say(language, "notice.to_customer", who=customer)) >= 1
    desk.send(reply(notice, agent, f"{take}\n{hold}"))
    found = desk.ticket(number)
    assert (found.owner, str(found.status)) == (language, "hold")
    receipt = desk.letters(agent, "receipt")[-1]
    assert say(language, "done.taken") in whole(receipt)
    desk.send(reply(notice, agent, asks_help))
    assert any(say(language, "command.take") in whole(one) for one in desk.letters(agent))
    desk.send(reply(ack, customer, close))
    assert desk.ticket(number).status == "solved"
    assert any(say(language, "status.title") in whole(one) for one in desk.letters(customer, "status"))
