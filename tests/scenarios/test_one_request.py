"""One request from its first mail to the vote, in four languages: every letter the customer gets, and no other."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Desk, from_agent, notice_to, opened, reply, running

from mailgate.app.jobs.schedule import run_job
from mailgate.wire.letters.sample_words import words_of

BENCH = Path(__file__).parents[2] / "bench"
SETTINGS = """
[[sla]]
name = "standard"
first_response = "4h"
"""
NAMES = "Acme Support Anna Virtanen Maija Jānis Jāni Bērziņš Łukasz Żak James Smith"


@dataclass(frozen=True)
class Told:
    """What a customer of one language reads, letter by letter: sentences that must stand in each."""

    person: str
    ack: tuple[str, ...]
    nudge: tuple[str, ...]
    solved: tuple[str, ...]
    thanks: tuple[str, ...]


LANGUAGES = {
    "en": Told(
        "James Smith <james@customer.example>",
        ("Hello,", "Your message has arrived", "We will answer you on ", "Kind regards"),
        ("Hello James,", "Do you still need our help?", "a short reply is enough", "we will close your request on "),
        ("Your request is solved", "within 14 days and we will open your request again", "number from 0 (not at all) to 10"),
        ("Thank you for your feedback", "Your score: 9 of 10"),
    ),
    "fi": Told(
        "Maija Virtanen <maija@customer.example>",
        ("Hei,", "Viestisi on tullut perille", "Vastaamme sinulle viimeistään ", "Ystävällisin terveisin"),
        ("Hei Maija,", "Tarvitsetko vielä apuamme?", "lyhyt vastaus riittää", "suljemme palvelupyyntösi "),
        ("Palvelupyyntösi on hoidettu", "14 päivän kuluessa", "numerolla 0 (en lainkaan) – 10 (varmasti)"),
        ("Kiitos palautteestasi", "Arvosanasi: 9/10"),
    ),
    "pl": Told(
        "Łukasz Żak <lukasz@customer.example>",
        ("Dzień dobry!", "Dotarła do nas", "Odpowiemy najpóźniej ", "Z poważaniem"),
        ("Dzień dobry!", "Czy nadal potrzebują Państwo pomocy?", "wystarczy krótka odpowiedź", "zamkniemy zgłoszenie "),
        ("Państwa sprawa została załatwiona", "w ciągu 14 dni", "liczbą od 0 (na pewno nie) do 10 (na pewno tak)"),
        ("Dziękujemy za opinię", "Państwa ocena: 9 na 10"),
    ),
    "lv": Told(
        "Jānis Bērziņš <janis@customer.example>",
        ("Labdien!", "Jūsu ziņa ir saņemta", "Mēs atbildēsim ne vēlāk kā ", "Ar cieņu"),
        ("Labdien, Jāni!", "Vai joprojām vajadzīga mūsu palīdzība?", "pietiks ar īsu atbildi", "slēgsim pieteikumu "),
        ("Jūsu pieteikums ir atrisināts", "14 dienu laikā", "skaitli no 0 (noteikti neieteikšu) līdz 10 (noteikti ieteikšu)"),
        ("Paldies par atsauksmi", "Jūsu vērtējums: 9 no 10"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    support = 'sla = "standard"\nlead = "anna"\nnotify = "lead"\nnudge = "2d"\nsolve_after = "6d"'
    folder = tmp_path_factory.mktemp("one-request")
    with running(folder, support=support, more=SETTINGS, smtp='trusted_networks = ["127.0.0.0/8"]') as found:
        yield found


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("letter_checks")


def read(letter: EmailMessage) -> str:
    """What a customer reads of a letter: its subject and its words, in one line."""
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(f"{letter['Subject']}\n{body.get_content()}".split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_request_is_in_its_customers_language_and_there_are_five(
    desk: Desk, checks: ModuleType, language: str
) -> None:
    told, said = LANGUAGES[language], words_of(language)
    addr = told.person.rpartition("<")[2].strip(">")
    ticket = opened(desk, said.subject, f"{said.first}\n", sender=told.person)
    assert desk.ticket(ticket.number).language == language

    from_agent(desk, said.asked, notice_to(desk, "anna", ticket.number))
    desk.clock.ahead += timedelta(days=2, hours=1)
    assert run_job(desk.gateway, "wake", desk.clock()) == 1
    nudge = desk.letters(addr, "nudge")[-1]
    desk.send(reply(nudge, told.person, said.reply))
    from_agent(desk, "#solve", notice_to(desk, "anna", ticket.number))
    solved = desk.letters(addr, "solved")[-1]
    desk.send(reply(solved, told.person, "9"))
    assert desk.ticket(ticket.number).status == "solved"
    run_job(desk.gateway, "wake", desk.clock() + timedelta(days=7))

    letters = desk.letters(addr)
    rows = desk.gateway.store.read(lambda read: read.outbox.deliveries(("sent", "held", "waiting")))
    assert [row.template for row in rows if row.to == addr] == ["ack", "answer", "nudge", "solved", "vote_thanks"]
    wanted = (told.ack, (" ".join(said.asked.split()),), told.nudge, told.solved, told.thanks)
    for letter, sentences in zip(letters, wanted, strict=True):
        text = read(letter)
        assert [one for one in sentences if one not in text] == [], text
        assert checks.strangers(language, text, NAMES) == []
        assert (str(letter["To"]).rpartition("<")[2].strip(">"), letter["Cc"]) == (addr, None)
