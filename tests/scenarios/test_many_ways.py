"""Answers after much has happened: long threads, other owners, merged tickets, receipts, disclaimers; every word arrives (issue 12)."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from answering import VARIANTS, Written
from click.testing import CliRunner
from conftest import Desk, confirm, from_agent, mail, notice_to, reply, running
from mailclients import plain_of

from mailgate.app.jobs.schedule import run_job
from mailgate.cli import cli
from mailgate.core.letters import readers
from mailgate.core.model.change import AddEntry, Decision, Fate, Step
from mailgate.core.model.content import Notice
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind
from mailgate.wire.text import html_text

MAIJA, ANNA = "maija@customer.example", "anna@staff.example"
NOTE = "She is a known complainer and wants a refund every time; do not offer one."
INSIDE = re.compile(
    r"mg:|mg%3A|staff\.example|complainer|write your reply|plain reply|You get this|support · |internal note|nobody yet"
)
WAYS = ("Outlook, both", "Outlook in Finnish, plain", "Gmail, html", "mutt, plain")
FOOT = "This e-mail and its files are confidential and meant for the intended recipient alone. If you are not the intended recipient, delete it."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("ways"), smtp='trusted_networks = ["127.0.0.0/8"]') as found:
        yield found


def opened(
    desk: Desk, subject: str, words: str = "My lamp flickers in the evening.\nIs the bulb to blame?\n"
) -> EmailMessage:
    """A ticket with a colleague's note; Anna's newest notice of it."""
    ticket = desk.of_mail(desk.send(mail(subject, words))).number
    from_agent(desk, f"#note\n\n{NOTE}\n", notice_to(desk, "bo", ticket), "bo")
    desk.send(mail(f"Re: [#{ticket}] {subject}", "It hums as well.\n"))
    return notice_to(desk, "anna", ticket)


def number(notice: EmailMessage) -> int:
    return int(str(notice["X-Mailgate-Ticket"]))


def fate(desk: Desk, number: int) -> tuple[str, str]:
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None
    return row.fate, row.reason


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.replace("\r", "").split("\n") if line.strip()]


def sent(desk: Desk, word: str) -> EmailMessage:
    """The letter to the customer with that word, among the newest."""
    desk.letters(MAIJA, "no such template")
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent",)))
    for row in [row for row in rows if (row.to, row.template) == (MAIJA, "answer")][:-4:-1]:
        raw = desk.gateway.store.read(lambda read, one=row.letter: read.outbox.letter(one)).raw
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        if re.search(rf"\b{word}\b", plain_of(letter)):
            return letter
    raise AssertionError(f"no letter with {word}")


def arrives(desk: Desk, answer: EmailMessage, said: str, word: str) -> None:
    """The answer leaves, with what was said and nothing else."""
    assert fate(desk, desk.send(answer)) == ("filed", "answer")
    letter = sent(desk, word)
    page = str(letter.get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert lines(plain_of(letter)) == lines(said)
    assert lines(html_text.render(page)) == lines(said)
    assert not INSIDE.search(plain_of(letter)) and not INSIDE.search(
        re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    )


def words(name: str, kind: str) -> tuple[str, str]:
    word = f"q{kind}{list(WAYS).index(name)}q"
    return f"Dear Maija, {word}.\n\nPress the switch, then:\n- take the bulb out\n- wait\n\nAnna", word


# --- a long thread ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long(desk: Desk) -> EmailMessage:
    """Anna's notice in a thread of two hundred entries, each of its own words."""
    notice = opened(desk, "A long story")
    kinds = (EntryKind.CUSTOMER, EntryKind.AGENT, EntryKind.NOTE)
    entries = tuple(
        AddEntry(kinds[n % 3], MAIJA if n % 3 == 0 else "anna", "Maija" if n % 3 == 0 else "Anna",
                 f"Word{n} of part{n} about lamp{n}:\nit flickers{n} and hums{n} in room{n} since day{n}.\n\nRegards{n}", of_mail=False)
        for n in range(200)
    )  # fmt: skip
    policy = desk.gateway.in_force.snapshot.policy
    anna = policy.agent("anna")
    assert anna is not None
    letter = readers.to_agent(policy, anna, Notice(why="reply", text="It hums, still."), purpose=Purpose.CUSTOMER)
    decision = Decision(Fate.FILED, "test", (Step(number(notice), entries, (letter,)),))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.clock(), desk.gateway.ids)).result()
    return notice_to(desk, "anna", number(notice))


@pytest.mark.parametrize("name", WAYS)
def test_answers_in_a_thread_of_two_hundred_entries_arrive(desk: Desk, long: EmailMessage, name: str) -> None:
    program, form = VARIANTS[name]
    said, word = words(name, "long")
    assert "Word198 of part198" in plain_of(long)
    arrives(desk, program.answer(long, Written(above=said), form), said, word)


def test_an_old_note_of_a_long_thread_that_the_notice_shows_waits(desk: Desk, long: EmailMessage) -> None:
    shown = re.findall(r"it flickers(\d+) and", plain_of(long))
    noted = max(int(n) for n in shown if int(n) % 3 == 2)
    answer = reply(
        long, f"Anna <{ANNA}>", f"We know:\nit flickers{noted} and hums{noted} in room{noted} since day{noted}."
    )
    assert fate(desk, desk.send(answer)) == ("parked", "note_words")


# --- what happened in between -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(desk: Desk) -> EmailMessage:
    """A notice of a ticket that has another owner, priority, tag and title since."""
    notice = opened(desk, "Changed")
    from_agent(desk, "#assign bo #priority high #tag +urgent\n#subject Another title altogether\n", notice)
    return notice


@pytest.mark.parametrize("name", WAYS)
def test_the_owner_priority_and_title_changed_since_the_notice(desk: Desk, changed: EmailMessage, name: str) -> None:
    program, form = VARIANTS[name]
    said, word = words(name, "owner")
    arrives(desk, program.answer(changed, Written(above=said), form), said, word)


@pytest.fixture(scope="module")
def merged(desk: Desk) -> tuple[EmailMessage, int]:
    """A notice of a ticket that was merged away, and where to."""
    home, gone = opened(desk, "Home"), opened(desk, "Gone")
    confirm(desk, from_agent(desk, f"#merge {number(home)} both\n", gone))
    return gone, number(home)


@pytest.mark.parametrize("name", WAYS)
def test_an_answer_to_a_letter_of_a_ticket_that_was_merged_away(
    desk: Desk, merged: tuple[EmailMessage, int], name: str
) -> None:
    gone, home = merged
    program, form = VARIANTS[name]
    said, word = words(name, "merged")
    arrives(desk, program.answer(gone, Written(above=said), form), said, word)
    assert any(word in entry.text for entry in desk.ticket(home).entries)


@pytest.mark.parametrize("name", ["Outlook, both", "Gmail, html", "mutt, plain"])
def test_a_whole_answer_to_a_receipt(desk: Desk, changed: EmailMessage, name: str) -> None:
    desk.send(reply(changed, f"Anna <{ANNA}>", f"Old words {name}, never to be sent.\n\n#colse"))
    receipt = desk.letters(ANNA, "receipt")[-1]
    program, form = VARIANTS[name]
    said, word = words(name, "receipt")
    arrives(desk, program.answer(receipt, Written(above=said), form), said, word)


# --- what companies put around mail -------------------------------------------------------------------------------------

FEET = {
    "English": FOOT,
    "Finnish": "Tämä viesti ja sen liitteet ovat luottamuksellisia ja tarkoitettu vain vastaanottajalle. Jos et ole vastaanottaja, poista viesti.",
    "Polish": "Wiadomość jest poufna i przeznaczona wyłącznie dla adresata. Jeśli nie są Państwo adresatem, prosimy ją usunąć.",
    "German": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie diese Mail.",
    "a card above": f"Anna Virtanen | Acme Staff Ltd | {ANNA} | +358 40 123 4567\n\n{FOOT}",
}


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("foot", FEET)
def test_a_disclaimer_costs_no_word_and_lets_none_of_ours_out(
    desk: Desk, changed: EmailMessage, foot: str, place: str
) -> None:
    word = f"qfoot{list(FEET).index(foot)}{place}q"
    said = f"Dear Maija, {word}.\n\nPress the switch.\n\nAnna"
    program, form = VARIANTS["Outlook, both"]
    one = Written(above=f"{said}\n\n{FEET[foot]}") if place == "above" else Written(above=said, below=FEET[foot])
    assert fate(desk, desk.send(program.answer(changed, one, form))) == ("filed", "answer")
    text = plain_of(sent(desk, word))
    assert lines(text)[: len(lines(said))] == lines(said) and not INSIDE.search(text)


# --- customers' programs ------------------------------------------------------------------------------------------------

THEIRS = (
    "Outlook, html",
    "Outlook on a phone, both",
    "Gmail app in Finnish, html",
    "iPhone, html",
    "K-9, both",
    "Notes, html",
    "mutt, plain",
)


@pytest.fixture(scope="module")
def heard(desk: Desk) -> tuple[EmailMessage, EmailMessage]:
    """An acknowledgement and an answer to another customer."""
    ticket = desk.of_mail(desk.send(mail("Heard", "My lamp hums.\n", sender="Ville <ville@phone.example>"))).number
    desk.send(reply(notice_to(desk, "anna", ticket), f"Anna <{ANNA}>", "Dear Ville,\n\nis it warm?\n\nAnna"))
    return desk.letters("ville@phone.example", "ack")[-1], desk.letters("ville@phone.example", "answer")[-1]


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("name", THEIRS)
def test_of_a_customers_answer_all_that_we_wrote_is_folded_and_nothing_else(
    desk: Desk, heard: tuple[EmailMessage, EmailMessage], name: str, place: str
) -> None:
    """A label and its value ran into each other where a program hid the colon between: "answerWe" was no word of ours."""
    program, form = VARIANTS[name]
    for at, letter in enumerate(heard):
        said = f"It is cold, q{at}{place}{THEIRS.index(name)}q.\nI did three things.\n\nVille"
        answer = program.answer(letter, Written(**{place: said}), form)
        answer.replace_header("From", "Ville <ville@phone.example>")
        entry = desk.of_mail(desk.send(answer)).entries[-1]
        assert lines(entry.text) == lines(said)


# --- a customer who writes what we write --------------------------------------------------------------------------------

OURS = """My code is mg:6ffff7.1042.a1c.m3fmub64.qzl3jcoeb3ebaqln and so on.
support · new · nobody yet
## Please write your reply above this line ##
A plain reply goes to the customer: maija@customer.example
Bo Ek · Mon 23 Nov 23:13 · internal note
On 27.11.2026 at 10:00, Acme Support <support@acme.example> wrote:
You get this because: new words in a ticket you follow
What of it?"""


@pytest.fixture(scope="module")
def copied(desk: Desk) -> EmailMessage:
    """A notice of a mail with lines of our letters to the house in it, though it is a customer's."""
    ticket = desk.of_mail(desk.send(mail("Copied", OURS)))
    assert lines(ticket.entries[0].text) == lines(OURS), "shown whole"
    from_agent(desk, f"#note\n\n{NOTE}\n", notice_to(desk, "bo", ticket.number), "bo")
    desk.send(mail(f"Re: [#{ticket.number}] Copied", f"Once more:\n\n{OURS.partition(chr(10))[2]}"))
    later = desk.ticket(ticket.number).entries[-1]
    assert lines(later.text) == ["Once more:", *lines(OURS)[1:]] and not later.quoted
    return notice_to(desk, "anna", ticket.number)


@pytest.mark.parametrize("name", WAYS)
def test_a_customers_words_that_are_ours_hold_up_no_answer_and_let_no_note_out(
    desk: Desk, copied: EmailMessage, name: str
) -> None:
    program, form = VARIANTS[name]
    said, word = words(name, "copied")
    arrives(desk, program.answer(copied, Written(above=said), form), said, word)


# --- where what was written can be read ---------------------------------------------------------------------------------

FIRST = """Hello,

my router says:

> ping zebra7: 100 % packet loss
| eth0 quokka8 | down |
    indented walrus9 line

On Monday 23.11.2026 Ann Other <ann@partner.example> wrote:
> buy a new gnu10

From: Helsinki okapi11
To: Tampere
--
Maija Virtanen
+358 40 765 4321 tapir12"""
SECOND = "I tried it yesterday, llama13.\n\n-- \nMaija Virtanen\nCustomer number 99 ibis14"


@pytest.fixture(scope="module")
def story(desk: Desk) -> int:
    """A ticket with a first mail full of what looks like history, an answer between lines, and a reply with a quote."""
    ticket = desk.of_mail(desk.send(mail("Router", FIRST, sender="Maija Virtanen <maija@router.example>"))).number
    notice = notice_to(desk, "anna", ticket)
    answer = reply(
        notice, f"Anna <{ANNA}>", "Is the cable in, heron15?\n\n--\nAnna Virtanen, Acme emu16\nanna@staff.example"
    )
    assert desk.fate(desk.send(answer)) == "filed"
    letter = desk.letters("maija@router.example", "answer")[-1]
    assert desk.fate(desk.send(reply(letter, "Maija Virtanen <maija@router.example>", SECOND))) == "filed"
    return ticket


def command(desk: Desk, *args: str) -> str:
    found = CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), *args])
    assert found.exit_code == 0, found.output
    return found.output


WRITTEN = [*lines(FIRST), *lines(SECOND), "Is the cable in, heron15?"]


def test_every_line_stands_in_tickets_show_and_its_json(desk: Desk, story: int) -> None:
    shown = lines(command(desk, "tickets", "show", str(story)))
    assert [line for line in WRITTEN if line not in shown] == []
    assert any(re.fullmatch(r"\d+ quoted or signature lines \(--json has them\)", line) for line in shown), (
        "the agent's"
    )
    found = json.loads(command(desk, "tickets", "show", str(story), "--json"))["entries"]
    kept = [line for entry in found for line in lines(f"{entry['text']}\n{entry['quoted']}")]
    assert [line for line in (*WRITTEN, "Anna Virtanen, Acme emu16") if line not in kept] == []
    assert any("> Is the cable in, heron15?" in entry["quoted"] for entry in found), "and what was folded"


def test_every_line_stands_in_the_answer_to_show(desk: Desk, story: int) -> None:
    from_agent(desk, "#show\n", notice_to(desk, "anna", story))
    shown = " ".join(plain_of(desk.letters(ANNA, "question")[-1]).replace("|", " ").split())
    missing = [line for line in WRITTEN if " ".join(line.replace("|", " ").split()) not in shown]
    assert missing == []


def test_every_word_is_found(desk: Desk, story: int) -> None:
    run_job(desk.gateway, "index", desk.clock())
    words = re.findall(r"[a-z]+\d+", " ".join(WRITTEN))
    assert len(words) >= 9
    found = desk.gateway.store.read(
        lambda read: {word: [one.number for one in read.tickets.find(word)] for word in words}
    )
    assert {word for word, tickets in found.items() if story not in tickets} == set()


def test_every_line_of_theirs_stands_in_what_is_handed_over_and_nothing_of_the_house(desk: Desk, story: int) -> None:
    folder = desk.folder / "handed"
    command(desk, "export", "maija@router.example", "--to", str(folder))
    files = [path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()]
    person = next(path for path in folder.rglob("person.json")).read_text()
    kept = json.dumps(json.loads(person), ensure_ascii=False)
    assert [
        line
        for line in (*lines(FIRST), *lines(SECOND))
        if json.dumps(line, ensure_ascii=False)[1:-1] not in kept and not any(line in one for one in files)
    ] == []
    assert not any(
        word in one for one in files for word in ("staff.example", "nobody yet", "write your reply", "emu16")
    )
