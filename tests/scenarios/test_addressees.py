"""Whom answers reach, through the front door: nobody's mail parks them, Reply-To leads them (R-01 to R-04)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import RULES, Desk, confirm, from_agent, mail, notice_to, reply, running, whole
from scenarios.turns import serving, turn

MAIJA = "maija@customer.example"
ANNA = "anna@staff.example"
FIA = "fia@home.example"
WORDS = "The pump costs 40 EUR."


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("addressees"))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As if it had just begun."""
    return turn(shared)


def without_from(**fields: str) -> EmailMessage:
    message = mail(**fields)
    del message["From"]
    return message


def filed(desk: Desk, message: EmailMessage, envelope: str) -> int:
    return desk.of_mail(desk.send(message, sender=envelope)).number


def first_line(desk: Desk, number: int) -> str:
    """What the newest notice says above its marker line, however its lines are wrapped."""
    said = " ".join(whole(notice_to(desk, "anna", number)).split())
    return said[said.index("A plain reply") : said.index("## Please")]


def shown(letter: EmailMessage) -> str:
    return " ".join(whole(letter).split())


def test_r01_mail_without_from_is_answered_at_its_sender_or_envelope(desk: Desk) -> None:
    for fields, reader in (({}, "dora@home.example"), ({"sender_": "x"}, "ella@home.example")):
        message = without_from()
        if fields:
            message["Sender"] = reader
        number = filed(desk, message, reader if not fields else "relay@elsewhere.example")
        assert reader in first_line(desk, number)
        from_agent(desk, WORDS, notice_to(desk, "anna", number))
        [letter] = desk.letters(reader)
        assert WORDS in whole(letter), "the answer and no acknowledgement"


def test_r01_with_nobody_left_the_notice_says_so_and_the_answer_parks_until_somebody_is_named(desk: Desk) -> None:
    number = filed(desk, without_from(), "bounces+1@elsewhere.example")
    assert "reaches nobody" in first_line(desk, number)
    answer = from_agent(desk, WORDS, notice_to(desk, "anna", number))
    assert desk.fate(answer) == "parked" and desk.ticket(number).status == "new"
    assert "#requester ADDRESS" in whole(desk.letters(ANNA, "receipt")[-1])
    from_agent(desk, f"#requester {FIA}\n\n{WORDS}", notice_to(desk, "anna", number))
    [letter] = desk.letters(FIA, "answer")
    assert WORDS in whole(letter) and desk.ticket(number).status == "waiting"


def test_r02_a_form_that_sends_as_the_desk_is_answered_at_its_reply_to(desk: Desk) -> None:
    number = filed(desk, mail(sender="support@acme.example", reply_to=f"Fia <{FIA}>"), "www@shop.example")
    assert desk.letters(FIA) == [], "whoever fills in the form may have named a victim"
    assert FIA in first_line(desk, number)
    from_agent(desk, WORDS, notice_to(desk, "anna", number))
    assert WORDS in whole(desk.letters(FIA, "answer")[-1])


def test_r03_answers_follow_reply_to_and_one_tap_changes_it(desk: Desk) -> None:
    number = filed(desk, mail(reply_to=FIA), MAIJA)
    assert [desk.letters(FIA), len(desk.letters(MAIJA, "ack"))] == [[], 1]
    assert FIA in first_line(desk, number) and MAIJA not in first_line(desk, number)
    notice = notice_to(desk, "anna", number)
    assert f"#requester {MAIJA}" in shown(notice) and "Other address" in shown(notice)
    from_agent(desk, WORDS, notice)
    assert WORDS in whole(desk.letters(FIA, "answer")[-1]) and desk.letters(MAIJA, "answer") == []
    ack = desk.letters(MAIJA, "ack")[-1]
    again = desk.of_mail(desk.send(mail("Re: Lamp", "And one more.\n", in_reply_to=str(ack["Message-ID"]))))
    assert again.number == number and not again.entries[-1].unverified, "the ack went to them"
    from_agent(desk, f"#requester {MAIJA}", notice_to(desk, "anna", number))
    assert desk.ticket(number).requester.key == MAIJA


def test_r03_a_later_reply_to_changes_nobody_and_is_offered(desk: Desk) -> None:
    number = filed(desk, mail(), MAIJA)
    filed(desk, mail(f"Re: [#{number}] Lamp", "More.\n", reply_to=FIA), MAIJA)
    assert desk.ticket(number).requester.key == MAIJA
    assert MAIJA in first_line(desk, number) and f"#requester {FIA}" in shown(notice_to(desk, "anna", number))


def test_the_first_line_names_the_very_set_an_answer_goes_to(desk: Desk) -> None:
    people = [f"p{n}@home.example" for n in range(6)]
    number = filed(desk, mail(cc=", ".join(people)), MAIJA)
    from_agent(desk, f"#cc +{FIA} -{people[0]}", notice_to(desk, "anna", number))
    filed(desk, mail(f"Re: [#{number}] Lamp", "More.\n"), MAIJA)
    said = first_line(desk, number)
    assert all(one in said for one in (MAIJA, *people[1:], FIA)) and "6 more" in said
    assert people[0] not in said and f"{FIA}, since" in said
    from_agent(desk, WORDS, notice_to(desk, "anna", number))
    letter = desk.letters(MAIJA, "answer")[-1]
    read = f"{letter['To']} {letter['Cc']}"
    assert all(one in read for one in (MAIJA, *people[1:], FIA)) and people[0] not in read


def test_an_answer_to_an_older_notice_waits_when_it_would_reach_more_than_that_named(desk: Desk) -> None:
    number = desk.of_mail(desk.send(mail())).number
    old = notice_to(desk, "anna", number)
    [ack] = desk.letters(MAIJA, "ack")
    desk.send(mail("Re: lamp", "My sister too.\n", cc=FIA, in_reply_to=str(ack["Message-ID"])))
    answer = from_agent(desk, WORDS, old)
    assert desk.letters(MAIJA, "answer") == desk.letters(FIA, "answer") == []
    asked = desk.letters(ANNA, "receipt")[-1]
    assert f"these words go to: {MAIJA}, {FIA}" in shown(asked) and f"did not name {FIA}" in shown(asked)
    desk.send(mail("Re: lamp", "And my brother.\n", cc="kari@home.example", in_reply_to=str(ack["Message-ID"])))
    from_agent(desk, "#send\n", asked)
    desk.settle()
    assert desk.fate(answer) == "parked" and desk.letters(FIA, "answer") == [], "the receipt did not name him either"
    confirm(desk, answer)
    for reader in (MAIJA, FIA, "kari@home.example"):
        assert WORDS in whole(desk.letters(reader, "answer")[-1])


def test_an_answer_to_an_older_notice_is_sent_to_those_whom_its_author_brought_in_since(desk: Desk) -> None:
    """It asked once whom the author themselves had named a minute before, by `#cc` or `#requester`."""
    number = desk.of_mail(desk.send(mail())).number
    old = notice_to(desk, "anna", number)
    from_agent(desk, f"#cc +{FIA}", old)
    from_agent(desk, WORDS, old)
    assert WORDS in whole(desk.letters(FIA, "answer")[-1])
    from_agent(desk, "#requester kari@home.example", old)
    from_agent(desk, "And the hose 5 EUR.", old)
    assert "And the hose" in whole(desk.letters("kari@home.example", "answer")[-1])


def test_an_answer_to_an_older_notice_is_sent_to_those_left_and_the_agent_hears_who_is_not(desk: Desk) -> None:
    number = desk.of_mail(desk.send(mail(cc=FIA))).number
    old = notice_to(desk, "anna", number)
    from_agent(desk, f"#cc -{FIA}\n", notice_to(desk, "bo", number), "bo")
    from_agent(desk, WORDS, old)
    assert desk.letters(FIA, "answer") == [] and len(desk.letters(MAIJA, "answer")) == 1
    assert FIA in shown(desk.letters(ANNA, "receipt")[-1])


def test_the_receipt_quotes_what_the_customer_wrote_meanwhile(desk: Desk) -> None:
    """It said "overtaken"."""
    number = desk.of_mail(desk.send(mail())).number
    old = notice_to(desk, "anna", number)
    desk.send(mail(f"Re: [#{number}] Lamp", "Wait, it is the other lamp.\n"))
    from_agent(desk, WORDS, old)
    assert len(desk.letters(MAIJA, "answer")) == 1
    said = shown(desk.letters(ANNA, "receipt")[-1])
    assert "Wait, it is the other lamp." in said and "overtaken" not in said


def test_r04_a_call_from_an_unknown_or_hidden_number_belongs_to_nobody(tmp_path: Path) -> None:
    rules = '[[rule]]\nname = "calls"\nwhen.from = ["pbx@exchange.example"]\nthen.call = \'Caller: ([+0-9 ()-]+)\'\n'
    rules += '[[rule]]\nname = "rest"\n'
    with running(tmp_path, rules) as desk:
        for caller in ("040-765 4321", "withheld"):
            message = mail("Missed call", f"Caller: {caller}\n", sender="pbx@exchange.example")
            number = filed(desk, message, "pbx@exchange.example")
            ticket = desk.ticket(number)
            assert (ticket.entries[0].kind, ticket.requester.addr) == ("call", "nobody@invalid.invalid")
            assert "reaches nobody" in first_line(desk, number)
            assert desk.fate(from_agent(desk, WORDS, notice_to(desk, "anna", number))) == "parked"
        assert desk.letters("pbx@exchange.example") == []


# --- letters no agent wrote -------------------------------------------------------------------------------------------

STAGES = '[letters]\nstages = ["taken", "waiting", "transferred", "solved", "reopened", "late"]\n'
FORM = """
[[rule]]
name = "form"
when.from = "form@shop.example"
then.requester = "reply-to"
"""


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that tells every stage."""
    with running(tmp_path_factory.mktemp("chatty"), rules=FORM + RULES, more=STAGES) as found:
        yield found


def told(desk: Desk, to: str) -> list[str]:
    """The templates of the letters somebody got, oldest first."""
    desk.letters()
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
    return [row.template for row in rows if row.to == to]


NAMED: dict[str, Callable[[Desk, str], int]] = {
    "our own address, Reply-To": lambda desk, to: filed(desk, mail(sender="support@acme.example", reply_to=to), "w@s.example"),
    "a robot, Reply-To": lambda desk, to: filed(desk, mail(sender="noreply@shop.example", reply_to=to), "w@s.example"),
    "a person, Reply-To": lambda desk, to: filed(desk, mail(reply_to=to), MAIJA),
    "no From, Sender": lambda desk, to: filed(desk, without_from(Sender=to), "relay@elsewhere.example"),
    "no From, the envelope": lambda desk, to: filed(desk, without_from(), to),
}  # fmt: skip


@pytest.mark.parametrize("how", NAMED)
def test_r03_somebody_merely_named_gets_an_agents_answer_and_no_letter_of_a_stage_until_they_write(
    chatty: Desk, how: str
) -> None:
    """R-01, R-02, R-03: anybody could name a victim, in whatever field; an agent judges, a stage does not."""
    person = f"p{list(NAMED).index(how)}@home.example"
    number = NAMED[how](chatty, person)
    assert chatty.ticket(number).requester.key == person
    from_agent(chatty, "#take", notice_to(chatty, "anna", number))
    from_agent(chatty, "#solve", notice_to(chatty, "anna", number))
    from_agent(chatty, "#reopen", notice_to(chatty, "anna", number))
    assert told(chatty, person) == [], "no agent wrote to them"
    from_agent(chatty, WORDS, notice_to(chatty, "anna", number))
    chatty.clock.ahead += timedelta(hours=2)
    from_agent(chatty, "#solve", notice_to(chatty, "anna", number))
    assert told(chatty, person) == ["answer"] and chatty.ticket(number).status == "solved"
    filed(chatty, reply(chatty.letters(person)[-1], person, "It is broken again.\n"), person)
    assert told(chatty, person) == ["answer", "reopened"], "now they wrote themselves"
    from_agent(chatty, "#solve", notice_to(chatty, "anna", number))
    assert told(chatty, person)[2:] == ["solved"]


def test_r03_what_the_one_who_names_another_writes_later_makes_no_letter_to_them(chatty: Desk) -> None:
    number = filed(chatty, mail(sender="eve@evil.example", reply_to="named@home.example"), "eve@evil.example")
    ack = chatty.letters("eve@evil.example", "ack")[-1]
    from_agent(chatty, "#solve", notice_to(chatty, "anna", number))
    assert filed(chatty, reply(ack, "eve@evil.example", "Still there.\n"), "eve@evil.example") == number
    from_agent(chatty, "#take", notice_to(chatty, "anna", number))
    assert told(chatty, "named@home.example") == []


KNOWN: dict[str, Callable[[Desk, str], int]] = {
    "From": lambda desk, to: filed(desk, mail(sender=to), to),
    "From and Reply-To": lambda desk, to: filed(desk, mail(sender=to, reply_to=f"x@home.example, {to}"), to),
    "a form's rule": lambda desk, to: filed(desk, mail(sender="form@shop.example", reply_to=to), "form@shop.example"),
}


@pytest.mark.parametrize("how", KNOWN)
def test_who_wrote_themselves_or_is_named_by_the_admins_rule_hears_of_stages(chatty: Desk, how: str) -> None:
    person = f"k{list(KNOWN).index(how)}@home.example"
    number = KNOWN[how](chatty, person)
    from_agent(chatty, "#take", notice_to(chatty, "anna", number))
    chatty.clock.ahead += timedelta(hours=1)
    assert told(chatty, person) == ["ack", "taken"]


def test_whom_an_agent_made_the_requester_hears_of_stages(chatty: Desk) -> None:
    number = filed(chatty, mail(reply_to="other@home.example"), MAIJA)
    from_agent(chatty, "#requester chosen@home.example", notice_to(chatty, "anna", number))
    from_agent(chatty, "#take", notice_to(chatty, "anna", number))
    chatty.clock.ahead += timedelta(hours=1)
    assert (told(chatty, "chosen@home.example"), told(chatty, "other@home.example")) == (["taken"], [])
