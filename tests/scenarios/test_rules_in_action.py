"""Every action a rule may ask for, carried out by a running gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Desk, from_agent, mail, notice_to, only, opened, running, whole
from scenarios.turns import serving, turn

from mailgate.app.admin import control
from mailgate.cli import cli
from mailgate.core.rules.condition import Condition
from mailgate.core.rules.rule import Actions, Rule

MAIJA = "maija@customer.example"
GOLD = '[[sla]]\nname = "gold"\nfirst_response = "1h"\n'
HOURS = "".join(f'{day} = "08:00-16:00"\n' for day in ("monday", "tuesday", "wednesday", "thursday", "friday"))
OFFICE = f'[[calendar]]\nname = "office"\ntimezone = "UTC"\n{HOURS}'
BORDER = '[[identity.border]]\nid = "mx.acme.example"\n'
LAST = '\n[[rule]]\nname = "everything else"\n'


def rule(then: str, when: str = 'when.subject = ["(?i)invoice"]', name: str = "r") -> str:
    return f'[[rule]]\nname = "{name}"\n{when}\n{then}\n'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from serving(tmp_path_factory.mktemp("rules"), more=GOLD + OFFICE + BORDER)


def under(shared: Desk, rules: str) -> Desk:
    """The gateway as if it had just begun with these rules."""
    (shared.folder / "rules" / "90-default.toml").write_text(rules)
    control.reload(shared.gateway)
    return turn(shared)


def invoice(desk: Desk, text: str = "Order 4711 is wrong.\n", **headers: str) -> int:
    """The number of the ticket an invoice mail opens."""
    return opened(desk, "Invoice", text, **headers).number


# --- first mails ------------------------------------------------------------------------------------------------------


def test_department_priority_tags_and_fields_stand_in_the_new_ticket(shared: Desk) -> None:
    then = (
        'then.department = "sales"\nthen.priority = "high"\nthen.tags = ["money", "q4"]\n'
        "then.fields.order = '(?i)order (\\d+)'"
    )
    desk = under(shared, rule(then) + LAST)
    ticket = desk.ticket(invoice(desk))
    assert (ticket.department, ticket.priority, set(ticket.tags)) == ("sales", "high", {"money", "q4"})
    assert dict(ticket.fields) == {"order": "4711"}
    assert only(desk.letters(MAIJA))["From"].addresses[0].addr_spec == "sales@acme.example"
    assert desk.letters("anna@staff.example") == [], "she does not work in sales"


@pytest.mark.parametrize(("separator", "detail", "hit"), [
    ("+", "support+orders@acme.example", True), ("-", "support-a-b@acme.example", True),
])  # fmt: skip
def test_a_recipients_detail_is_no_part_of_the_address_whatever_sets_it_off(
    tmp_path: Path, separator: str, detail: str, hit: bool
) -> None:
    """With another separator than + rules saw another address than the tests of rules did; explain and replay too."""
    rules = rule('then.tags = ["hit"]', 'when.to = ["support@acme.example"]') + LAST
    with running(tmp_path, rules, more=f'[identity]\nsubaddress = "{separator}"\n') as desk:
        number = desk.send(mail(to=detail), to=[detail])
        assert ("hit" in desk.of_mail(number).tags) is hit
        config = str(desk.folder / "mailgate.toml")
        eml = tmp_path / "again.eml"
        eml.write_bytes(mail("Another", to=detail).as_bytes())
        shown = CliRunner().invoke(cli, ["--config", config, "explain", str(eml), "--to", detail, "--json"])
        assert [one["hit"] for one in json.loads(shown.stdout)["rules"] if one["name"] == "r"] == [hit]
        again = CliRunner().invoke(cli, ["--config", config, "rules", "diff", "--since", "1d", "--json"])
        assert json.loads(again.stdout) == [], again.output


def test_assign_gives_the_ticket_an_owner_who_alone_is_told(shared: Desk) -> None:
    desk = under(shared, rule('then.assign = "bo"') + LAST)
    ticket = desk.ticket(invoice(desk))
    assert (ticket.owner, ticket.status) == ("bo", "open")
    assert desk.letters("anna@staff.example") == []
    only(desk.letters("bo@staff.example", "notice"))


def test_round_robin_takes_turns_and_least_busy_looks_at_the_load(tmp_path: Path) -> None:
    turns = rule('then.assign = "round-robin"') + rule(
        'then.assign = "least-busy"', 'when.subject = ["(?i)any"]', "busy"
    )
    with running(tmp_path, turns + LAST) as desk:
        owners = [desk.ticket(invoice(desk, f"Number {turn}.\n")).owner for turn in range(4)]
        assert sorted(owners[:2]) == sorted(owners[2:]) == ["anna", "bo"]
        extra = next(t for t in desk.tickets() if t.owner == "anna")
        from_agent(desk, "#solve\n", notice_to(desk, "anna", extra.number))
        assert opened(desk, "Any", "Whoever is free.\n").owner == "anna"


def test_ack_false_is_silent_and_a_named_template_speaks_instead(tmp_path: Path) -> None:
    rules = rule("then.ack = false") + rule('then.ack = "vip"', 'when.from = ["vip@customer.example"]', "vip") + LAST
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "vip.html").write_text(
        '{% extends "ack.html" %}{% block words %}<p>Your own person calls you within the hour.</p>{% endblock %}'
    )
    with running(tmp_path, rules) as desk:
        invoice(desk)
        assert desk.letters(MAIJA) == []
        opened(desk, sender="vip@customer.example")
        assert "Your own person calls you within the hour." in whole(only(desk.letters("vip@customer.example")))


def test_language_decides_the_language_of_our_letters(shared: Desk) -> None:
    desk = under(shared, rule('then.language = "fi"') + LAST)
    assert desk.ticket(invoice(desk)).language == "fi"
    assert only(desk.letters(MAIJA))["Content-Language"] in (None, "fi")
    assert "Kiitos" in whole(only(desk.letters(MAIJA)))


RUSSIAN = "Здравствуйте, не работает лампа, которую я у вас купил. Подскажите, что делать?\n"


def test_mail_in_a_language_we_only_read_meets_its_rule_and_is_answered_in_what_stands_for_it(tmp_path: Path) -> None:
    rules = rule('then.tags = ["russian"]', 'when.language = "ru"') + LAST
    with running(tmp_path, rules, gateway='language_for = { ru = "lv" }') as desk:
        found = opened(desk, "Лампа", RUSSIAN)
        assert (found.language, set(found.tags)) == ("lv", {"russian"})
        assert "Paldies" in whole(only(desk.letters(MAIJA)))


def test_sla_is_the_promise_of_the_ticket(shared: Desk) -> None:
    desk = under(shared, rule('then.sla = "gold"') + LAST)
    ticket = desk.ticket(invoice(desk))
    assert ticket.sla == "gold" and ticket.due.first_response is not None


def test_notify_tells_the_lead_a_named_agent_and_an_outside_address(shared: Desk) -> None:
    then = 'then.department = "sales"\nthen.notify = ["lead", "boss@elsewhere.example"]'
    desk = under(shared, rule(then) + LAST)
    number = invoice(desk)
    assert notice_to(desk, "anna", number), "the lead hears of it though she does not work in sales"
    told = only(desk.letters("boss@elsewhere.example"))
    assert "Order 4711 is wrong." in whole(told) and "maija@customer.example" in whole(told)
    assert told["Auto-Submitted"] == "auto-generated"


def test_forward_sends_the_words_and_files_outside_and_the_answer_is_a_note(shared: Desk) -> None:
    desk = under(shared, rule('then.forward = ["books@elsewhere.example"]') + LAST)
    message = mail("Invoice", "Please book this.\n")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bill.pdf")
    number = desk.of_mail(desk.send(message)).number
    copy = only(desk.letters("books@elsewhere.example"))
    assert "Please book this." in whole(copy)
    assert [part.get_filename() for part in copy.iter_attachments()] == ["bill.pdf"]
    answer = mail(
        f"Re: {copy['Subject']}", "Booked.\n", sender="books@elsewhere.example", in_reply_to=str(copy["Message-ID"])
    )
    assert desk.of_mail(desk.send(answer)).number == number
    assert (desk.ticket(number).entries[-1].kind, desk.ticket(number).entries[-1].text.strip()) == (
        "note", "Booked.",
    )  # fmt: skip
    assert all("Booked." not in whole(letter) for letter in desk.letters(MAIJA))


def test_note_stands_in_the_ticket_and_in_the_notice_and_never_before_the_customer(shared: Desk) -> None:
    desk = under(shared, rule('then.note = "Ask for the customer number."') + LAST)
    number = invoice(desk)
    assert [(e.kind, e.text) for e in desk.ticket(number).entries][1:] == [("note", "Ask for the customer number.")]
    assert "Ask for the customer number." in whole(notice_to(desk, "anna", number))
    assert "customer number" not in whole(only(desk.letters(MAIJA)))


def test_drop_and_park_keep_the_bytes_and_write_to_nobody(tmp_path: Path) -> None:
    rules = (
        rule('then.drop = "newsletter"') + rule('then.park = "look at this"', 'when.subject = ["odd"]', "odd") + LAST
    )
    with running(tmp_path, rules) as desk:
        dropped, parked = desk.send(mail("Invoice")), desk.send(mail("odd"))
        assert (desk.fate(dropped), desk.fate(parked)) == ("dropped", "parked")
        rows = [desk.gateway.store.read(lambda read, n=n: read.mail.row(n)) for n in (dropped, parked)]
        assert [row.reason for row in rows] == ["rule: newsletter", "look at this"]
        assert b"lamp" in desk.gateway.store.read(lambda read: read.mail.raw(dropped))
        assert desk.letters() == [] and desk.tickets() == []


# --- contact forms and calls ------------------------------------------------------------------------------------------


def test_a_contact_forms_mail_is_the_customers_with_their_name(shared: Desk) -> None:
    when = 'when.from = ["form@acme-web.example"]'
    desk = under(shared, rule("then.requester = 'Sender: ([^\\n]+)'", when) + LAST)
    form = mail("Contact form", "Sender: Liisa Ek <liisa@customer.example>\n\nHelp me.\n",
                sender="form@acme-web.example", auto_submitted="auto-generated")  # fmt: skip
    ticket = desk.of_mail(desk.send(form))
    assert (ticket.requester.key, ticket.requester.name) == ("liisa@customer.example", "Liisa Ek")
    only(desk.letters("liisa@customer.example", "ack"))
    assert desk.letters("form@acme-web.example") == []
    reply = opened(desk, f"Re: [#{ticket.number}]", "It is me.\n", sender="liisa@customer.example")
    assert reply.number == ticket.number


def test_a_contact_form_may_name_its_customer_in_reply_to(shared: Desk) -> None:
    desk = under(shared, rule('then.requester = "reply-to"', 'when.from = ["form@web.example"]') + LAST)
    ticket = opened(desk, sender="form@web.example", reply_to="Liisa <liisa@customer.example>")
    assert ticket.requester.key == "liisa@customer.example"
    stranger = opened(desk, "Hi", sender="other@web.example", reply_to="Liisa <liisa@customer.example>")
    assert stranger.requester.key == "liisa@customer.example", "agents' answers follow Reply-To (R-03)"
    assert len(desk.letters("liisa@customer.example", "ack")) == 1, "a robot's to the form's alone: others could lie"


VOUCHED = {"authentication-results": "mx.acme.example; dmarc=pass header.from=web.example"}


@pytest.mark.parametrize("finds", ['"reply-to"', "'E-mail: (\\S+)'"])
def test_whoever_fills_in_a_form_is_nobody_proven_and_is_limited_by_the_name_they_give(
    tmp_path: Path, finds: str
) -> None:
    """P-03, P-06: a border vouches for the form; who stands in it anybody may have typed. L-13 counts their letters."""
    vic = "vic@customer.example"
    rules = rule(f"then.requester = {finds}", 'when.from = ["form@web.example"]') + LAST
    with running(tmp_path, rules, more=BORDER) as desk:

        def form(subject: str, text: str = "", **more: str) -> int:
            fields = {"sender": "form@web.example", "reply_to": vic, **more, **VOUCHED}
            return desk.send(mail(subject, f"{text}\n\nE-mail: {fields['reply_to']}\n", **fields))

        mine = opened(desk, sender=vic).number
        said = form(f"Re: [#{mine}] lamp", "#close", cc="mallory@evil.example")
        ticket = desk.of_mail(said)
        assert (ticket.number, ticket.status) == (mine, "new"), (
            "their words are filed where they say, and order nothing"
        )
        assert "mallory@evil.example" not in [one.key for one in ticket.participants]
        for number in range(7):
            desk.of_mail(form(f"BUY {number}", reply_to="stranger@elsewhere.example"))
        acks = desk.letters("stranger@elsewhere.example", "ack")
        assert len(acks) == 5, "as many as to any sender in an hour"
        assert not any("BUY" in str(one["Subject"]) + whole(one) for one in acks)
        CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), "ban", "banned@elsewhere.example"])
        assert desk.fate(form("Hi", reply_to="banned@elsewhere.example")) == "dropped"
        CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), "ban", "form@web.example"])
        assert desk.fate(form("Hi", reply_to="other@elsewhere.example")) == "dropped", "and a form, whoever it names"


def test_a_call_is_a_phone_memo_of_whoever_had_that_number_last(tmp_path: Path) -> None:
    when = 'when.from = ["exchange@pbx.example"]'
    more = rule("then.fields.phone = '(?i)my number is ([+0-9 ]+)'", 'when.words = ["my number"]', "phone")
    with running(tmp_path, rule("then.call = 'Caller: ([+0-9 ()-]+)'", when) + more + LAST) as desk:
        first = opened(desk, "Missed call", "Caller: 040-123 4567\n", sender="exchange@pbx.example")
        assert (first.entries[0].kind, first.fields["phone"]) == ("call", "0401234567")
        assert first.requester.addr == "nobody@invalid.invalid", "R-04: the exchange reads no answer"
        assert desk.letters("exchange@pbx.example") == []
        opened(desk, "Please call", "My number is +358 40 123 4567\n")
        known = opened(desk, "Missed call", "Caller: 040-123 4567 again\n", sender="exchange@pbx.example")
        assert known.requester.key == MAIJA and known.entries[0].kind == "call"
        other = opened(desk, "Missed call", "Caller: 040-765 4321\n", sender="exchange@pbx.example")
        assert (other.requester.addr, other.requester.name) == ("nobody@invalid.invalid", "0407654321")
        assert len(desk.letters(MAIJA)) == 1, "a call is not acknowledged by mail"


def test_an_agent_who_names_a_number_files_the_memo_with_the_caller(tmp_path: Path) -> None:
    rules = rule("then.fields.phone = '(?i)my number is ([+0-9 ]+)'", 'when.words = ["my number"]') + LAST
    with running(tmp_path, rules) as desk:
        first = opened(desk, "Please call", "My number is +358 40 123 4567\n").number
        other = opened(desk, "Other", sender="kari@customer.example").number
        from_agent(desk, "#call 040 123 4567\n\nShe wants two lamps.\n", notice_to(desk, "anna", other))
        memo = next(ticket for ticket in desk.tickets() if ticket.number not in (first, other))
        assert memo.requester.key == MAIJA
        entry = desk.ticket(memo.number).entries[0]
        assert (entry.kind, entry.text.strip()) == ("call", "She wants two lamps.")
        assert len(desk.letters(MAIJA)) == 1, "a memo is nobody's letter"


# --- when a rule fails ------------------------------------------------------------------------------------------------


class Bomb:
    """A pattern that fails."""

    groups = 0

    def search(self, text: str, /) -> None:
        raise MemoryError("out of matching memory")


def test_a_rule_that_fails_stops_all_rules_and_people_are_told(desk: Desk) -> None:
    broken = Rule("fragile", (Condition("subject", (Bomb(),)),), then=Actions(department="sales", tags=("x",)))
    in_force = desk.gateway.in_force
    in_force.swap(replace(in_force.snapshot, rules=(broken, *in_force.snapshot.rules)))
    ticket = opened(desk)
    assert (ticket.department, ticket.tags) == ("support", ())
    assert "'fragile' failed" in ticket.entries[-1].text and ticket.entries[-1].kind == "note"
    assert "'fragile' failed" in whole(notice_to(desk, "anna", ticket.number)).replace("&#39;", "'")
    events = desk.gateway.store.read(lambda read: read.tickets.events(ticket.number))
    assert ("flag", "broken_rule:fragile") in [(event.kind, event.new) for event in events]
    assert "fragile" not in whole(only(desk.letters(MAIJA)))


# --- answers to tickets -----------------------------------------------------------------------------------------------


def test_on_an_answer_tags_and_fields_add_up_and_the_ticket_stays_where_it_is(shared: Desk) -> None:
    then = 'then.department = "sales"\nthen.priority = "high"\nthen.assign = "bo"\nthen.tags = ["money"]\n'
    fields = "then.fields.order = '(?i)order (\\d+)'"
    desk = under(shared, rule(then + fields, 'when.words = ["invoice"]') + LAST)
    number = opened(desk, "Lamp", "It is dark.\n").number
    after = opened(desk, f"Re: [#{number}] Lamp", "See the invoice of order 99.\n")
    assert (after.department, after.priority, after.owner) == ("support", "normal", None)
    assert (after.tags, dict(after.fields)) == (("money",), {"order": "99"})


def test_a_rule_for_answers_moves_raises_assigns_and_notes(shared: Desk) -> None:
    then = (
        'then.department = "sales"\nthen.priority = "urgent"\nthen.assign = "bo"\nthen.note = "Angry."\n'
        'then.notify = ["lead"]\nthen.forward = ["boss@elsewhere.example"]'
    )
    desk = under(shared, rule(then, 'when.new = false\nwhen.words = ["lawyer"]') + LAST)
    number = opened(desk, "Lamp", "My lawyer says so.\n").number
    assert desk.ticket(number).priority == "normal", "it is not for first mails"
    after = opened(desk, f"Re: [#{number}] Lamp", "My lawyer says so again.\n")
    assert (after.department, after.priority, after.owner) == ("sales", "urgent", "bo")
    assert "Angry." in [entry.text for entry in after.entries if entry.kind == "note"]
    assert "again" in whole(notice_to(desk, "anna", number)), "the lead hears of it"
    assert "again" in whole(only(desk.letters("boss@elsewhere.example")))


def test_park_and_drop_stop_answers_too(shared: Desk) -> None:
    desk = under(shared, rule('then.park = "look"', 'when.words = ["virus"]') + LAST)
    number = opened(desk).number
    assert desk.fate(desk.send(mail(f"Re: [#{number}]", "A virus for you.\n"))) == "parked"
    assert len(desk.ticket(number).entries) == 1


def test_continue_adds_up_and_the_earlier_rule_wins(shared: Desk) -> None:
    rules = (
        rule('then.priority = "high"\nthen.tags = ["a"]\nthen.continue = true', name="one")
        + rule('then.priority = "low"\nthen.tags = ["b"]\nthen.department = "sales"', name="two")
        + LAST
    )
    desk = under(shared, rules)
    ticket = desk.ticket(invoice(desk))
    assert (ticket.priority, set(ticket.tags), ticket.department) == ("high", {"a", "b"}, "sales")


def test_hours_are_asked_of_the_clock(shared: Desk) -> None:
    rules = rule('then.tags = ["night"]', 'when.not.hours = ["office"]') + LAST
    desk = under(shared, rules)
    now = desk.clock()
    desk.clock.ahead += timedelta(days=7 - now.weekday(), hours=12 - now.hour)  # a Monday at noon
    assert opened(desk, "Noon").tags == ()
    desk.clock.ahead += timedelta(hours=10)
    assert opened(desk, "Night").tags == ("night",)
