"""Forty-four ways to answer, with words above, between and below: what was written arrives, and nothing else (issue 12)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from answering import PROGRAMS, VARIANTS, Written, lines
from conftest import Desk, from_agent, mail, notice_to, running

from mailgate.wire.text import html_text

OPENED = "Hello,\n\nthe lamp I bought from you last week flickers in the evening.\nIs the bulb to blame?\n\nOr the socket?\n\nRegards\nMaija\n"
WROTE = (
    "One more thing, it also hums a little.\nCan I leave it on at night?\n\n-- \nMaija\n* * *\nVuorikatu 3, Kuopio\n"
)
NOTE = "She is a known complainer and wants a refund every time; do not offer one.\nAsk Bo first."
NIGHT, BULB = "Can I leave it on at night?", "Is the bulb to blame?"
INSIDE = re.compile(
    r"mg:|anna@staff|bo@staff|write your reply|plain reply|complainer|Ask Bo|nobody yet|#take|Take\b|Not ours|Earlier in|"
    r"internal note|You get this|new ticket in|support · |mailto:support|Sent from|Get Outlook|K-9|wrote|kirjoitti|"
    r"Sent:|Lähetetty|Virtanen \("
)
PLACES = ("above", "between", "below")


@dataclass(frozen=True)
class Played:
    """What became of one answer."""

    written: Written
    fate: str
    why: str
    letter: EmailMessage | None


Cases = dict[tuple[str, ...], tuple[EmailMessage, Written]]
Outcomes = dict[tuple[str, ...], Played]


def written(place: str, number: int) -> Written:
    """A few lines nobody else wrote; the number tells one letter from another."""
    words = f"Dear Maija,\n\nplease press the switch for {number} seconds, then:\n- take the bulb out\n- wait\n\nBest wishes\nAnna"
    if place == "above":
        return Written(above=words)
    if place == "below":
        return Written(below=words)
    return Written(f"See below, answer {number}.", ((NIGHT, "Better not."), (BULB, f"No, never up to {number} W.")))


def expected(one: Written) -> list[str]:
    """The lines of the letter: an answer between quoted lines keeps what it answers above it."""
    asked = {NIGHT: ["> One more thing, it also hums a little.", f"> {NIGHT}"],
             BULB: ["> the lamp I bought from you last week flickers in the evening.", f"> {BULB}"]}  # fmt: skip
    found = lines(one.above)
    for line, said in one.between:
        found += [*asked[line], said]
    return found + lines(one.below)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("table"), smtp='trusted_networks = ["127.0.0.0/8"]') as found:
        yield found


@pytest.fixture(scope="module")
def notice(desk: Desk) -> EmailMessage:
    """Of the customer's second mail: with the first, a colleague's note and the frame around them."""
    ticket = desk.of_mail(desk.send(mail("Lamp flickers", OPENED))).number
    from_agent(desk, f"#note\n\n{NOTE}\n", notice_to(desk, "bo", ticket), "bo")
    desk.send(mail(f"Re: [#{ticket}] Lamp flickers", WROTE))
    return [one for one in desk.letters("anna@staff.example", "notice") if "hums" in str(one.get_body(("plain",)))][-1]


def play(desk: Desk, cases: Cases) -> Outcomes:
    """Post them all, and find the letter each became by its number."""
    numbers = desk.post([message for message, _ in cases.values()])
    sent = desk.letters("maija@customer.example", "answer")
    said = {str(one.get_body(("plain",)).get_content()): one for one in sent}  # type: ignore[union-attr]
    found = {}
    for (key, (_, words)), number in zip(cases.items(), numbers, strict=True):
        mark = re.findall(r"(?:answer|for) \d+", words.above + words.below)[-1]
        row = desk.gateway.store.read(lambda read, at=number: read.mail.row(at))
        own = [letter for text, letter in said.items() if re.search(rf"{mark}\b", text)]
        assert len(own) < 2, "one answer, one letter"
        found[key] = Played(words, desk.fate(number), str(row and row.reason), own[0] if own else None)
    return found


@pytest.fixture(scope="module")
def table(desk: Desk, notice: EmailMessage) -> Outcomes:
    """Every variant with words in every place."""
    cases: Cases = {}
    for name, (program, form) in VARIANTS.items():
        for place in PLACES:
            words = written(place, 100 + len(cases))
            cases[name, place] = program.answer(notice, words, form), words
    return play(desk, cases)


def said_in(letter: EmailMessage) -> tuple[str, str]:
    """The text of a letter, and its HTML as a reader sees it."""
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and html is not None
    return str(plain.get_content()), html_text.render(str(html.get_content()))


def faults(one: Played) -> list[str]:
    """What is wrong with a letter."""
    if one.letter is None:
        return [f"{one.fate}: {one.why}"]
    found = []
    for name, text in zip(("plain", "html"), said_in(one.letter), strict=True):
        if lines(text) != expected(one.written):
            found.append(f"{name}: {lines(text)}")
    raw = "\n".join(str(part.get_content()) for part in one.letter.walk() if part.get_content_maintype() == "text")
    raw = re.sub(r"<style>.*?</style>", "", raw, flags=re.DOTALL)
    return found + [f"leaks {leak[0]!r}" for leak in INSIDE.finditer(raw)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", VARIANTS)
def test_what_was_written_arrives_and_nothing_else(table: Outcomes, name: str, place: str) -> None:
    assert faults(table[name, place]) == []


@pytest.mark.parametrize("name", VARIANTS)
def test_an_answer_between_the_lines_shows_them_as_quotations_in_html(table: Outcomes, name: str) -> None:
    letter = table[name, "between"].letter
    page = letter and letter.get_body(("html",))
    assert page is not None
    html = str(page.get_content())
    assert html.count("<blockquote") == 2 and "&gt;" not in html


def test_of_honest_answers_at_most_one_in_a_hundred_waits(table: Outcomes) -> None:
    assert len(VARIANTS) == 44 and len(PROGRAMS) == 16
    waiting = [key for key, one in table.items() if one.fate != "filed"]
    assert len(waiting) <= len(table) / 100, waiting


# --- what stands between the client and us ----------------------------------------------------------------------------

LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+")
BANNER = "[EXTERNAL] This message came from outside of the company. Do not click links unless you know the sender."
PAGE_BANNER = f'<div style="background:#ffeb9c;border:1px solid #9c6500"><b>CAUTION:</b> {BANNER}</div>'
FOOT = "This e-mail is confidential and meant for its intended recipient alone. Acme Staff Ltd, Helsinki, anna@staff.example"


def changed(message: EmailMessage, change: Callable[[str, bool], str]) -> EmailMessage:
    """The same answer, its texts changed by what stood on the way."""
    for part in message.walk():
        if part.get_content_maintype() == "text":
            part.set_content(
                change(str(part.get_content()), part.get_content_subtype() == "html"),
                subtype=part.get_content_subtype(),
            )
    return message


def safe_links(text: str, html: bool) -> str:
    """Every address of the web as Microsoft's scanner writes it."""
    del html
    return LINK.sub(lambda found: "https://eur03.safelinks.protection.outlook.com/?url=" + quote(found[0], safe="")
                    + "&data=05%7C02%7C&reserved=0" if found[0].startswith("http") else found[0], text)  # fmt: skip


def defended(text: str, html: bool) -> str:
    """As Proofpoint writes it."""
    del html
    return LINK.sub(lambda found: "https://urldefense.com/v3/__" + found[0] + "__;!!Ab12Cd!x$"
                    if found[0].startswith("http") else found[0], text)  # fmt: skip


def quoted_banner(text: str, html: bool) -> str:
    """A warning at the top of the letter that is quoted."""
    if html:
        return re.sub(r'(<div class="preheader")', PAGE_BANNER.replace("\\", "") + r"\1", text, count=1)
    found = re.search(r"^([> |]*)(?:\[#\d+\] support|A plain reply)", text, re.MULTILINE)
    assert found is not None
    return f"{text[: found.start()]}{found[1]}{BANNER}\n{found[1].rstrip()}\n{text[found.start() :]}"


WAYS = {"safe links": safe_links, "urldefense": defended, "banner": quoted_banner}


@pytest.fixture(scope="module")
def scanned(desk: Desk, table: object) -> Outcomes:
    """Every variant once more, on the way through something; the customer's words have links in them."""
    del table
    ticket = desk.of_mail(
        desk.send(mail("Links", f"Look at https://shop.example/lamp?id=7&ref=mail please.\n\n{WROTE}"))
    ).number
    linked = notice_to(desk, "anna", ticket)
    cases: Cases = {}
    for at, (name, (program, form)) in enumerate(VARIANTS.items()):
        way = list(WAYS)[(at + at // len(WAYS)) % len(WAYS)]
        words = written("above", 500 + at)
        cases[name, way] = changed(program.answer(linked, words, form), WAYS[way]), words
    return play(desk, cases)


def test_scanners_on_the_way_cost_no_word_and_let_none_out(scanned: Outcomes) -> None:
    """Of honest answers past banners and rewritten links at most one in fifty waits."""
    wrong = {key: found for key, one in scanned.items() if one.letter is not None and (found := faults(one))}
    assert wrong == {}
    waiting = [(*key, one.why) for key, one in scanned.items() if one.letter is None]
    assert len(waiting) <= len(scanned) / 50, waiting


# --- what people paste ------------------------------------------------------------------------------------------------


PASTED = ("Outlook, both", "Gmail, html", "Thunderbird, plain", "mutt, plain")


@pytest.fixture(scope="module")
def pasted(desk: Desk, notice: EmailMessage, table: Outcomes) -> Outcomes:
    """An earlier answer of one's own, or a colleague's note, above and below the quote."""
    earlier = table["Gmail, both", "above"].written.above
    cases: Cases = {}
    for name in PASTED:
        program, form = VARIANTS[name]
        for what, words in (("own", earlier), ("note", f"Our notes say:\n\n{NOTE}")):
            for place in ("above", "below"):
                one = Written(**{place: f"{words}\n\nAs told, answer {700 + len(cases)}."})
                cases[name, what, place] = program.answer(notice, one, form), one
    return play(desk, cases)


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("name", PASTED)
def test_an_own_earlier_answer_pasted_again_leaves_again(pasted: Outcomes, name: str, place: str) -> None:
    """What was answered before stands in a letter we know, and was typed all the same, below a quote too."""
    assert faults(pasted[name, "own", place]) == []


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize("name", PASTED)
def test_a_colleagues_note_pasted_waits_wherever_it_stands(pasted: Outcomes, name: str, place: str) -> None:
    found = pasted[name, "note", place]
    assert (found.fate, found.why, found.letter) == ("parked", "note_words", None)


def test_a_letter_that_retention_took_waits_and_nothing_of_it_leaves(desk: Desk, notice: EmailMessage) -> None:
    """Its words are gone, and so are those of all others of the ticket: only the fixed frame is known."""
    program, form = VARIANTS["Gmail, both"]
    ticket = desk.of_mail(desk.send(mail("Gone", WROTE))).number
    gone = notice_to(desk, "anna", ticket)

    def purge(tx: Any) -> None:
        tx.session.run("DELETE FROM letter_words WHERE letter IN (SELECT id FROM letter WHERE ticket = "
                       "(SELECT id FROM ticket WHERE number = :number))", {"number": ticket})  # fmt: skip

    desk.gateway.store.write(purge)
    one = Written(above="Dear Maija, answer 1300.")
    found = play(desk, {(): (program.answer(gone, one, form), one)})[()]
    assert found.fate == "parked" and found.why in ("unknown_letter", "edited") and found.letter is None
    from_agent(desk, "#send\n", desk.letters("anna@staff.example", "receipt")[-1])
    desk.settle()
    [letter] = [one for one in desk.letters("maija@customer.example", "answer") if "answer 1300." in said_in(one)[0]]
    assert lines(said_in(letter)[0]) == lines(one.above) and INSIDE.search(said_in(letter)[1]) is None
