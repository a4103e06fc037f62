"""Letters are headed for their reader: right names, thread and marks, and nothing internal to a customer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from mailgate.core.commands import reader as command
from mailgate.core.letters import row_values
from mailgate.core.letters import views as showing
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.letter import SUPPRESS, Letter, head
from mailgate.core.letters.row_values import from_plain
from mailgate.core.model.change import Audience, Urgency
from mailgate.core.model.content import Notice, StatusReport
from mailgate.core.model.mail import Address, Attachment
from mailgate.core.model.policy import Agent, Department, Key, Policy
from mailgate.core.model.shown import Joining, NamedFile, Person
from mailgate.core.model.ticket import Due, Entry, EntryKind, Status, Ticket
from mailgate.core.proof import one_tap, token
from mailgate.wire.letters import variables

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KEY = Key("k1", b"0123456789abcdef0123456789abcdef")
POLICY = Policy(
    name="Acme",
    domain="acme.example",
    departments=(
        Department("support", ("support@acme.example",), Address("support@acme.example", "Acme Support")),
        Department("billing", ("billing@acme.example",), Address("billing@acme.example", "Acme Billing")),
    ),
    keys=(KEY,),
    agents=(Agent(7, "anna", "anna.private@home.example", full_name="Anna", timezone="Europe/Helsinki"),),
)
CUSTOMERS = [name for name in row_values.VARIABLES if name in (
    "ack", "answer", "taken", "waiting", "transferred", "reopened", "delayed", "nudge", "closing", "solved", "status",
    "vote_thanks", "article")]  # fmt: skip
FILE = Attachment("lamp.jpg", "image/jpeg", 284_113, "0" * 64, "2")
MAIJA = Address("maija@customer.example", "Maija Virtanen")
CUSTOMER = Person(MAIJA.name, MAIJA.addr)


def ticket(**parts: object) -> Ticket:
    entries = (
        Entry(1, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW, "The lamp is broken."),
        Entry(2, EntryKind.NOTE, "anna", "anna.private@home.example", NOW, "CANARY-NOTE"),
        Entry(3, EntryKind.CALL, "anna", "CANARY-CALLER", NOW, "CANARY-CALL"),
        Entry(4, EntryKind.AUTO, MAIJA.addr, "CANARY-AUTO", NOW, "CANARY-OOO"),
        Entry(5, EntryKind.BOUNCE, "mailgate", "", NOW, "CANARY-BOUNCE"),
        Entry(
            6, EntryKind.CUSTOMER, "stranger@else.example", "CANARY-STRANGER", NOW, "CANARY-UNVERIFIED", unverified=True
        ),
        Entry(7, EntryKind.AGENT, "anna", "anna.private@home.example", NOW, "Have you tried another bulb?"),
        Entry(8, EntryKind.EVENT, "mailgate", "", NOW, "CANARY-EVENT"),
    )
    given = {
        "owner": "anna", "tags": ("CANARY-TAG",), "fields": {"margin": "CANARY-FIELD"}, "entries": entries,
        "watchers": ("CANARY-WATCHER",), "participants": (MAIJA,), "sla": "CANARY-SLA",
    } | parts  # fmt: skip
    return Ticket(1042, "Broken lamp", Status.OPEN, "support", MAIJA, NOW, NOW, **given)  # type: ignore[arg-type]


def due(template: str, audience: str = "customer", **parts: object) -> DueLetter:
    agent = "anna" if audience == "agent" else ""
    purpose = {"ack": "ack", "notice": "customer"}.get(template, "note" if agent else "stage")
    reader = {"agent": 7}.get(audience, 0)
    about = parts.get("ticket", ticket())
    number = about.number if isinstance(about, Ticket) else None
    known = token.Token(number, audience, reader, purpose, "abcdefgh")
    given = {
        "id": 1, "ticket": about, "content": from_plain(template, parts.pop("says", {})), "audience": audience, "agent": agent, "purpose": purpose,
        "department": "", "language": "en", "subject": "", "in_reply_to": "", "references": (),
        "message_id": token.message_id(token.mint(KEY, known, "id"), "acme.example"), "to": (MAIJA,), "cc": (),
        "attachments": (), "urgency": Urgency.ACK if template == "ack" else Urgency.NOTICE,
        "created_at": NOW, "rendered": None,
    } | parts  # fmt: skip
    return DueLetter(**given)  # type: ignore[arg-type]


def headed(*args: object, **parts: object) -> Letter:
    return head(due(*args, **parts), POLICY, loop_mark="acme k1.mark", bounce="support+b.tok@acme.example")  # type: ignore[arg-type]


# --- what customers must never see ------------------------------------------------------------------------------------

POISON = {
    "note": "CANARY-CONTEXT", "taps": [["CANARY", "#CANARY"]], "mark": "mg:CANARY", "reply_to": "support+CANARY@acme.example",
    "why": "CANARY-WHY", "recipients": ["CANARY-RECIPIENT"], "recent": [{"subject": "CANARY-RECENT"}],
    "thread": "CANARY-THREAD", "recipients_shown": "CANARY-SHOWN", "purpose": "CANARY-PURPOSE",
}  # fmt: skip


@pytest.mark.parametrize("template", [*CUSTOMERS, "expert", "forward"])
def test_nothing_internal_reaches_a_customer_or_outsider_whatever_the_context_holds(template: str) -> None:
    audience = "expert" if template in ("expert", "forward") else "customer"
    letter = headed(template, audience, says=POISON)
    told = json.dumps(
        [
            variables.of_letter(letter.view),
            letter.subject,
            letter.marks,
            str(letter.from_),
            str(letter.reply_to),
            letter.sender,
        ],
        default=str,
    )
    assert "CANARY" not in told
    assert "anna.private" not in told
    assert "#take" not in told


@pytest.mark.parametrize("template", CUSTOMERS)
def test_customers_see_the_plain_department_address_alone(template: str) -> None:
    letter = headed(template, says={"reply_to": "support+1042.token@acme.example"})
    assert letter.from_.addr == "support@acme.example"
    assert letter.reply_to == Address("support@acme.example")
    assert "List-Id" not in dict(letter.marks)


# --- names and subjects -----------------------------------------------------------------------------------------------


def test_an_answer_comes_from_the_agent_in_the_departments_name() -> None:
    letter = headed("answer", in_reply_to="<x@y>")
    assert letter.from_ == Address("support@acme.example", "Anna, Acme Support")
    assert letter.subject == "Re: [#1042] Broken lamp"
    assert letter.view.content.text == "Have you tried another bulb?"


def test_a_letter_of_another_department_comes_from_its_address() -> None:
    assert headed("transferred", department="billing").from_ == Address("billing@acme.example", "Acme Billing")


def test_a_notice_comes_from_the_customer_at_our_address() -> None:
    letter = headed("notice", "agent", says={"from": {"name": "Timo", "address": "t@x"}})
    assert letter.from_ == Address("support@acme.example", "Timo (#1042)")
    assert letter.reply_to == Address("support@acme.example")
    assert letter.subject == "[#1042] Broken lamp"
    assert letter.timezone == "Europe/Helsinki"


def test_a_mail_an_agent_passes_on_comes_from_the_department_with_their_name_and_a_rules_from_the_department() -> None:
    told = {"agent": "anna", "from": {"name": "Maija", "address": MAIJA.addr}, "at": NOW.isoformat(), "text": "Dark."}
    for says, name, subject in (
        (told, "Anna, Acme Support", "Fwd: [#1042] Broken lamp"),
        ({}, "Anna, Acme Support", "[#1042] Broken lamp"),
    ):
        letter = headed("forward", "expert", says=says)
        assert letter.from_ == Address("support@acme.example", name) and letter.reply_to == Address(
            "support@acme.example"
        )
        assert letter.subject == subject and letter.view.agents is None
    assert headed("forward", "expert", says=told, subject="VS: Lamppu").subject == "Fwd: [#1042] Lamppu"


def test_l13_an_acknowledgement_echoes_a_subject_only_to_somebody_we_know() -> None:
    assert headed("ack", says={"show_subject": False}).subject == ""
    assert headed("ack", says={"show_subject": True}, in_reply_to="<x@y>").subject == "Re: [#1042] Broken lamp"


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Maija Virtanen", "Maija"), ("Virtanen, Maija", "Maija"), ("Jānis Bērziņš", "Jānis"), ("Dr. Ilze Kalniņa", "Ilze"),
        ("O'Brien, Sean", "Sean"), ("Anne-Marie Łuczak", "Anne-Marie"), ("'Maija Virtanen'", "Maija"), ("J. Smith", "Smith"),
        ("", ""), ("maija@customer.example", ""), ("Buy at www.evil.example", ""), ("evil.example now", ""),
        ("WIN 1000 EUR", ""), ("http://evil", ""), ("x" * 80, ""), ("<b>Maija</b>", ""), ("Maija\u202e", ""),
    ],
)  # fmt: skip
def test_l13_nobody_is_greeted_by_an_advertisement(shown: str, name: str) -> None:
    assert showing.given_name(shown) == name


def test_answers_do_not_pile_up_prefixes() -> None:
    assert headed("answer", subject="VS: Re: Lamppu", in_reply_to="<x@y>").subject == "Re: [#1042] Lamppu"


# --- marks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "audience", "marked"),
    [
        ("ack", "customer", "auto-replied"), ("solved", "customer", "auto-replied"), ("answer", "customer", None),
        ("expert", "expert", None), ("notice", "agent", "auto-generated"), ("digest", "agent", "auto-generated"),
        ("alarm", "admin", "auto-generated"),
    ],
)  # fmt: skip
def test_automatic_letters_say_so_and_a_persons_words_do_not(template: str, audience: str, marked: str | None) -> None:
    marks = dict(headed(template, audience).marks)
    assert marks.get("Auto-Submitted") == marked
    assert marks["X-Auto-Response-Suppress"] == SUPPRESS
    assert marks["X-Mailgate-Loop"] == "acme k1.mark"
    assert marks["X-Mailgate-Ticket"] == "1042"
    assert marks["X-Mailgate-Reason"]


def test_only_acknowledgements_have_a_null_sender() -> None:
    assert (headed("ack").envelope, headed("ack").sender) == ("null", "")
    assert (headed("solved").envelope, headed("solved").sender) == ("bounce", "support+b.tok@acme.example")
    assert head(due("solved"), POLICY, loop_mark="").sender == "support@acme.example"


def test_agents_filter_by_list_id_and_reason() -> None:
    marks = dict(headed("notice", "agent", says={"why": "owner"}).marks)
    assert marks["List-Id"] == "<support.tickets.acme.example>"
    assert marks["X-Mailgate-Reason"] == "owner"


def test_the_thread_is_the_customers() -> None:
    letter = headed("ack", in_reply_to="<a@b>", references=("<r@b>", "<a@b>"))
    assert (letter.in_reply_to, letter.references) == ("<a@b>", ("<r@b>", "<a@b>"))


# --- one-tap answers --------------------------------------------------------------------------------------------------


def taps(letter: Letter) -> tuple[one_tap.TapLink, ...]:
    return letter.view.agents.taps if letter.view.agents else ()


def opened(href: str) -> tuple[str, str, str]:
    """Address, subject and body of the mail that a link opens."""
    parts = urlsplit(href)
    fields = parse_qs(parts.query, strict_parsing=True)
    return parts.path, fields["subject"][0], fields["body"][0]


def test_each_tap_carries_a_token_bound_to_its_own_verb() -> None:
    links = taps(headed("notice", "agent"))
    assert {link.command for link in links} < {command for _, command in one_tap.VERBS}
    for link in links:
        address, subject, body = opened(link.href)
        assert (address, subject) == ("support@acme.example", f"[#1042] {link.command}")
        (written,) = token.in_text(body)
        known = token.read(written, POLICY.keys, "tap", token.bound_to(link.command))
        assert known is not None and (known.ticket, known.agent, known.audience) == (1042, 7, "agent")
        assert token.read(written, POLICY.keys, "mark") is None
        assert token.read(written, POLICY.keys, "tap", token.bound_to("#solve all")) is None


@pytest.mark.parametrize(
    ("about", "missing"),
    [
        ({"owner": "anna"}, {"take", "files"}), ({"owner": "bo"}, {"files"}), ({"owner": None}, {"files"}),
        ({"owner": "bo", "entries": (replace(ticket().entries[0], attachments=(FILE,)),)}, set()),
        ({"owner": "bo", "status": Status.WAITING}, {"wait", "files"}),
        ({"owner": "bo", "status": Status.SOLVED}, {"solve", "file", "wait", "hold", "spam", "files"}),
    ],
)  # fmt: skip
def test_d20_no_button_offers_what_is_so_already(about: dict[str, object], missing: set[str]) -> None:
    offered = {link.label for link in taps(headed("notice", "agent", ticket=replace(ticket(), **about)))}
    assert {label for label, _ in one_tap.VERBS} - offered == missing


@pytest.mark.parametrize(
    "line",
    [
        line
        for verbs in (one_tap.VERBS, one_tap.PARKED, one_tap.CONFIRM, one_tap.DONE, one_tap.QUESTIONS)
        for _, line in verbs
    ],
)
def test_each_tap_is_a_command_we_understand(line: str) -> None:
    reading = command.read_agent_mail(line, f"mg:{'a' * 8}")
    assert len(reading.commands) == 1 and not reading.problems


def test_parked_mail_is_answered_by_its_own_taps() -> None:
    letter = headed("receipt", "agent", says={"parked": True})
    assert [link.command for link in taps(letter)] == ["#send", "#send words", "#drop"]
    (written,) = token.in_text(opened(taps(letter)[0].href)[2])
    known = token.read(written, POLICY.keys, "tap", token.bound_to("#send"))
    assert known is not None and known.letter == token.letter_of(letter.message_id)
    other = headed("was_it_you", "agent")
    assert [link.command for link in taps(other)] == ["#yes", "#yes always", "#drop"]


def test_p01_the_marker_leads_to_the_letter_and_is_not_its_message_id() -> None:
    letter = headed("notice", "agent")
    (written,) = token.in_text(letter.view.mark)
    known = token.read(written, POLICY.keys, "mark")
    assert known == token.in_message_id(letter.message_id, POLICY.keys)
    assert token.in_message_id(token.message_id(written, "acme.example"), POLICY.keys) is None


def test_a_vote_is_one_of_eleven_mails_signed_for_the_ticket() -> None:
    scale = headed("solved", says={"survey": "scale"}).view.scale
    assert [one.score for one in scale or ()] == list(range(11))
    for one in scale or ():
        _, subject, body = opened(one.href)
        assert subject == f"[#1042] {one.score}"
        assert body.splitlines()[0] == str(one.score)
        known = token.read(token.in_text(body)[0], POLICY.keys, "vote")
        assert known is not None and (known.ticket, known.audience) == (1042, "customer")


def test_a_mailto_link_cannot_be_broken_out_of() -> None:
    href = one_tap.mailto("a+b@c.example", 'x&body=evil#"<>', "1 & 2\n3 = ä")
    assert opened(href) == ("a+b@c.example", 'x&body=evil#"<>', "1 & 2\r\n3 = ä")


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_c10_a_notice_names_attachments_without_carrying_them() -> None:
    from mailgate.core.model.mail import Attachment

    big = Attachment("film.mp4", "video/mp4", 30_000_000, "0" * 64, "2")
    entry = Entry(9, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW, "See the film.", attachments=(big,))
    letter = headed("notice", "agent", ticket=ticket(entries=(entry,)))
    assert letter.view.content.attachments == (NamedFile("film.mp4", 30_000_000),)


# Whom a notice names, why it came, what stands in it, and whose words it shows: never anybody's under another's name.
TOLD: list[tuple[str, Notice, str, str]] = [
    ("the customer's, also when a colleague has answered since", Notice(why="reply", from_=CUSTOMER), "Still dark.", MAIJA.addr),
    ("however they write their address", Notice(why="reply", from_=Person("Maija", MAIJA.addr.upper())), "Still dark.", MAIJA.addr.upper()),
    ("a colleague's note", Notice(why="note", from_=Person("Anna", "anna.private@home.example")), "Try another bulb.", "anna.private@home.example"),
    ("of who has said nothing here, the newest", Notice(why="told", from_=Person("", "x@y.example")), "Try another bulb.", "x@y.example"),
    ("where nobody is named, the newest and its writer's name", Notice(why="woken"), "Try another bulb.", ""),
    ("also where a name stands for who took the ticket", Notice(why="taken_from_you", from_=Person("Bo")), "Try another bulb.", ""),
    ("d07: a vote's comment", Notice(why="vote", from_=CUSTOMER, text="Too slow."), "Too slow.", MAIJA.addr),
    ("d07: a vote without one", Notice(why="vote", from_=CUSTOMER), "", MAIJA.addr),
]  # fmt: skip


@pytest.mark.parametrize(("notice", "text", "address"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_a_notice_shows_the_words_of_whom_it_names(notice: Notice, text: str, address: str) -> None:
    thread = (
        Entry(1, EntryKind.CUSTOMER, MAIJA.addr, MAIJA.name, NOW, "Still dark."),
        Entry(2, EntryKind.AGENT, "anna", "Anna", NOW, "Try another bulb."),
        Entry(3, EntryKind.EVENT, "mailgate", "", NOW, "CANARY"),
    )
    shown = headed("notice", "agent", content=notice, ticket=ticket(entries=thread)).view.content
    assert isinstance(shown, Notice) and shown.from_ is not None
    assert (shown.text, shown.from_.address) == (text, address)
    assert bool(address) or shown.from_.name == "Anna"


def test_a_long_thread_is_cut_at_its_old_end() -> None:
    entries = tuple(Entry(n, EntryKind.CUSTOMER, MAIJA.addr, "", NOW, f"{n} " + "x" * 20_000) for n in range(1, 6))
    views = showing.entry_views(ticket(entries=entries), Audience.AGENT, POLICY)
    assert views[0].text == entries[-1].text
    assert sum(len(view.text) for view in views) < showing.LONGEST_THREAD + 10 * len(views)


def test_a_reply_names_those_who_will_get_it() -> None:
    """The very set: nobody is left out, and ourselves and addresses that do not exist are no readers."""
    many = tuple(Address(f"p{n}@x.example", f"P{n}") for n in range(6))
    nobody = (Address("nobody@invalid.invalid"), Address("support@acme.example"))
    found = showing.receivers_shown(
        replace(ticket(), participants=(*many, *nobody)), POLICY, [Joining("p5@x.example", "t")]
    )
    assert [one.address for one in found] == [MAIJA.addr, *(one.addr for one in many)]
    assert [one.since for one in found] == [None] * 6 + ["t"]
    assert showing.receivers_shown(replace(ticket(), requester=nobody[0], participants=nobody), POLICY) == ()


def test_a_refusal_to_a_customer_stays_a_sentence() -> None:
    assert headed("status", says={"refused": "It is too late."}).view.content.refused == "It is too late."


def said(author: str, kind: EntryKind, minutes: int, text: str) -> Entry:
    return Entry(1, kind, author, "", NOW - timedelta(minutes=minutes), text)


ASKS = said(MAIJA.addr, EntryKind.CUSTOMER, 0, "#status")
OURS = said("anna", EntryKind.AGENT, 60, "Have you tried another bulb?")
SOON = NOW + timedelta(minutes=62)  # told as 90 minutes from now


@pytest.mark.parametrize(("about", "reader", "words", "by"), [
    ({"entries": (OURS, ASKS)}, MAIJA, OURS.text, None),
    ({"entries": (OURS, ASKS)}, Address("valdis@customer.example"), "", None),
    ({"entries": (ASKS,)}, MAIJA, "", None),
    ({"entries": (OURS, said("anna", EntryKind.AGENT, 0, "To be undone."), ASKS)}, MAIJA, OURS.text, None),
    ({"entries": (said("anna", EntryKind.NOTE, 60, "Between us."), ASKS)}, MAIJA, "", None),
    ({"entries": (replace(OURS, unverified=True), ASKS)}, MAIJA, "", None),
    ({"entries": (), "due": Due(first_response=SOON)}, MAIJA, "", SOON + timedelta(minutes=28)),
    ({"entries": (), "due": Due(manual=SOON)}, MAIJA, "", None),
    ({"entries": (), "due": Due(resolve=SOON), "status": Status.WAITING}, MAIJA, "", None),
])  # fmt: skip
def test_d09_where_it_stands_names_our_last_words_and_when_we_write(
    about: dict[str, object], reader: Address, words: str, by: datetime | None
) -> None:
    report = headed("status", ticket=replace(ticket(), **about), to=(reader,)).view.content
    assert isinstance(report, StatusReport)
    assert (report.text, report.author) == (words, "Anna" if words else "")
    assert report.answer_by == (by.isoformat() if by else None)


@pytest.mark.parametrize("template", CUSTOMERS)
def test_no_customers_letter_carries_a_marker(template: str) -> None:
    assert headed(template).view.mark == ""


def test_words_to_one_alone_are_shown_to_the_house_and_to_that_one() -> None:
    """A customer's `#status` has the newest words that are theirs to read, and an outsider's history none of those."""
    other = "timo@other.example"
    said = (
        Entry(1, EntryKind.CUSTOMER, MAIJA.addr, "Maija", NOW - timedelta(days=2), "It is dark."),
        Entry(2, EntryKind.AGENT, "anna", "Anna", NOW - timedelta(days=1), "To all."),
        Entry(3, EntryKind.AGENT, "anna", "Anna", NOW - timedelta(hours=5), "To Maija.", only=MAIJA.key),
        Entry(4, EntryKind.AGENT, "anna", "Anna", NOW - timedelta(hours=4), "To Timo.", only=other),
    )
    for audience, texts in (
        ("agent", ["To Timo.", "To Maija.", "To all.", "It is dark."]),
        ("expert", ["To all.", "It is dark."]),
    ):
        view = headed("expert" if audience == "expert" else "notice", audience, ticket=ticket(entries=said)).view
        assert view.ticket and [one.text for one in view.ticket.entries] == texts
        assert [one.only for one in view.ticket.entries][:2] == (
            [other, MAIJA.key] if audience == "agent" else ["", ""]
        )
    told = headed("status", ticket=ticket(entries=said), to=(MAIJA,)).view.content
    assert isinstance(told, StatusReport) and told.text == "To Maija."
