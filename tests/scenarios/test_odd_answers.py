"""Answers of agents with something of ours where no mail program puts it: none of it leaves, and no typed word is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import quote

import pytest
from conftest import Desk, from_agent, mail, notice_to, running
from mailclients import plain_of

from mailgate.wire.text import html_text

OPENED = (
    "Hello,\n\nthe lamp I bought from you last week flickers in the evening.\nIs the bulb to blame?\n\nRegards\nMaija\n"
)
WROTE = "One more thing, it also hums a little.\nCan I leave it on at night?\n\nMaija\n"
NOTE = "She is a known complainer and wants a refund every time; do not offer one.\nAsk Bo first."
ANNA = "Anna Virtanen <anna@staff.example>"


class House(NamedTuple):
    """A gateway with a notice of a customer's second mail, and the token in that."""

    desk: Desk
    notice: EmailMessage
    token: str

    @property
    def attribution(self) -> str:
        return f"On Sun, Nov 22, 2026 at 12:00 PM {self.notice['From']} wrote:"

    @property
    def lines(self) -> list[str]:
        """Those of the notice."""
        return plain_of(self.notice).replace("\r\n", "\n").strip().split("\n")

    def answer(self, text: str, html: str = "") -> EmailMessage:
        """An answer to the notice."""
        subject, to, ident = (str(self.notice[name]) for name in ("Subject", "Reply-To", "Message-ID"))
        made = mail(f"Re: {subject}", text, sender=ANNA, to=to, in_reply_to=ident, references=ident)
        if html:
            made.set_content(html, subtype="html")
        return made

    def letter(self, answer: EmailMessage, word: str) -> tuple[str, str, str]:
        """The fate of an answer and why, and all the customer has got with that word: text, and HTML, as read and as sent."""
        number = self.desk.send(answer)
        row = self.desk.gateway.store.read(lambda read: read.mail.row(number))
        return self.desk.fate(number), str(row and row.reason), self.sent(word)

    def sent(self, word: str) -> str:
        """All the customer has got with that word."""
        letters = self.desk.letters("maija@customer.example", "answer")
        pages = [str(one.get_body(("html",)).get_content()) for one in letters]  # type: ignore[union-attr]
        return "\n".join("\n".join((plain_of(one), html_text.render(page), page))
                         for one, page in zip(letters, pages, strict=True) if re.search(rf"\b{word}\b", page))  # fmt: skip

    def released(self, word: str) -> str:
        """What the customer gets when the agent presses "do that" on the newest receipt."""
        from_agent(self.desk, "#send\n", self.desk.letters("anna@staff.example", "receipt")[-1])
        self.desk.settle()
        return self.sent(word)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    smtp = 'trusted_networks = ["127.0.0.0/8"]'
    with running(tmp_path_factory.mktemp("odd"), smtp=smtp) as desk:
        ticket = desk.of_mail(desk.send(mail("Lamp flickers", OPENED))).number
        from_agent(desk, f"#note\n\n{NOTE}\n", notice_to(desk, "bo", ticket), "bo")
        desk.send(mail(f"Re: [#{ticket}] Lamp flickers", WROTE))
        notice = notice_to(desk, "anna", ticket)
        found = re.search(r"mg:(\S+)", plain_of(notice))
        assert found is not None
        yield House(desk, notice, found[1])


SPELLINGS = {
    "of a link": lambda token: f"mg%3A{token}",
    "of a button": lambda token: f"mailto:support@acme.example?subject=%5B%231001%5D%20%23take&body=mg%3A{token}",
    "of a scanned link": lambda token: "https://safe.example/?url=" + quote(f"mailto:x@y.example?body=mg%3A{token}", safe=""),
    "broken over lines": lambda token: f"mg:{token[:15]}\n{token[15:]}",
    "in marked lines": lambda token: f"> mg:{token[:15]}\n> {token[15:]}",
    "in capitals": lambda token: f"MG:{token.upper()}",
    "with soft hyphens": lambda token: f"mg:{token[:5]}\u00ad{token[5:]}",
    "as an id": lambda token: f"<mg.{token}@acme.example>",
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_token_never_leaves_however_it_is_spelled_and_the_words_around_it_do(house: House, spelling: str) -> None:
    """Issue 12: whoever has it steers in the agent's name; only a plain `mg:` was looked for."""
    word = f"q{list(SPELLINGS).index(spelling)}q"
    text = f"Dear Maija, {word}.\n\n{SPELLINGS[spelling](house.token)}\n\nPress the switch {word}.\n"
    fate, why, sent = house.letter(house.answer(text), word)
    assert (fate, why) == ("filed", "answer")
    assert f"Dear Maija, {word}." in sent and f"Press the switch {word}." in sent
    assert house.token[-16:] not in sent.lower() and house.token[:15] not in sent.lower()


def test_a_button_dragged_into_an_answer_loses_its_address(house: House) -> None:
    """Issue 12: in HTML alone its words stayed, with the link and the token in it."""
    page = str(house.notice.get_body(("html",)).get_content())  # type: ignore[union-attr]
    button = re.search(r'<a class="button".*?</a>', page, re.DOTALL)
    assert button is not None
    html = f"<div>Dear Maija, qbuttonq.</div><div>{button[0]}</div><div>Press the switch.</div>"
    fate, _, sent = house.letter(house.answer("", html), "qbuttonq")
    assert fate == "filed" and "Press the switch." in sent and "mg%3A" not in sent and "mg:" not in sent


@pytest.mark.parametrize("html", [False, True], ids=["plain", "HTML"])
def test_no_button_sends_a_line_with_a_private_address_and_the_receipt_shows_it_without(
    house: House, html: bool
) -> None:
    """Issue 12: "send" of what waited for a colleague's address sent just that."""
    word = f"qaddress{html}q".lower()
    said = [f"Dear Maija, {word}.", "You may write to bo@staff.example as well.", f"Press the switch {word}."]
    answer = house.answer("\n\n".join(said), "".join(f"<p>{line}</p>" for line in said) if html else "")
    assert house.letter(answer, word) == ("parked", "address", "")
    shown = plain_of(house.desk.letters("anna@staff.example", "receipt")[-1])
    assert said[0] in shown and said[2] in shown and "bo@staff.example" not in shown
    sent = house.released(word)
    assert said[0] in sent and said[2] in sent
    assert "bo@staff.example" not in sent


def test_words_that_are_nothing_but_a_private_address_wait_on(house: House) -> None:
    before = len(house.desk.letters("maija@customer.example", "answer"))
    number = house.desk.send(house.answer("Write to bo@staff.example, please."))
    house.released("nothing")
    assert house.desk.fate(number) == "parked"
    assert len(house.desk.letters("maija@customer.example", "answer")) == before


def test_a_receipt_says_how_many_lines_no_button_sends(house: House) -> None:
    """Issue 12: what was typed inside a changed quote stood nowhere, and nothing said so."""
    quoted = "\n".join(f"> {line}" for line in house.lines).replace("a refund every time", "a refund at any time")
    answer = house.answer(f"Yes, qinsideq.\n\n{house.attribution}\n{quoted}\n> typed in there\n")
    assert house.letter(answer, "qinsideq") == ("parked", "edited", "")
    shown = " ".join(plain_of(house.desk.letters("anna@staff.example", "receipt")[-1]).split())
    assert "lines of your mail that are not shown here: 1; no button sends them" in shown
    assert "typed in there" not in house.released("qinsideq")


FACTS = ("sales · waiting · Anna Virtanen · urgent", "myynti · käsittelyssä · ei vielä kukaan", "wsparcie · czeka na klienta · jeszcze nikt",
         "support · atlikts · vēl neviens", "tuki · pidossa · ei vielä kukaan", "> support · open · Bo Ek", "Bo Ek · today 23:13 · internal note", "Bo Ek · šodien 23:13 · iekšēja piezīme")  # fmt: skip


@pytest.mark.parametrize("line", FACTS)
def test_facts_about_a_ticket_pasted_alone_wait(house: House, line: str) -> None:
    """Issue 12: a line of four words is too short for a run; of another ticket's letter nobody knew it."""
    word = f"qfacts{FACTS.index(line)}q"
    assert house.letter(house.answer(f"Dear Maija, {word}.\n\n{line}\n"), word) == ("parked", "unknown_letter", "")
    assert line.strip("> ") not in house.released(word)


def test_facts_of_the_own_notice_go_and_the_words_around_leave(house: House) -> None:
    [line] = [one for one in house.lines if one.startswith("support ·")]
    fate, _, sent = house.letter(house.answer(f"Dear Maija, qownfactsq.\n\n{line}\n\nPress the switch."), "qownfactsq")
    assert fate == "filed" and "Press the switch." in sent and "nobody yet" not in sent


LINKS = {
    "Take<mailto:support@acme.example?subject=%5B%231001%5D%20%23take>": "",
    "Take it, or <mailto:support@acme.example?subject=%5B%231001%5D%20%23take> leave it": "Take it, or leave it",
    "Write to support@acme.example<mailto:support@acme.example> please.": "Write to support@acme.example please.",
    "Write to Ann<mailto:ann@home.example> please.": "Write to Ann<mailto:ann@home.example> please.",
}


@pytest.mark.parametrize("line", LINKS)
def test_what_a_program_writes_behind_a_link_to_the_desk_does_not_leave(house: House, line: str) -> None:
    """Issue 12: a button pasted as text showed its address."""
    word = f"qlink{list(LINKS).index(line)}q"
    said = house.letter(house.answer(f"Dear Maija, {word}.\n\n{line}\n\nPress the switch."), word)[2]
    assert LINKS[line] in said and "Press the switch." in said
    assert "mailto:support" not in said.partition("<html")[0] and "Take<" not in said


def test_lines_below_the_agents_own_address_leave_and_what_is_cut_is_kept(house: House) -> None:
    """Issue 12: "See you on Monday" below it vanished with the signature, and a sentence there parked the mail."""
    text = "Dear Maija, qcardq.\n\nAnna Virtanen\nanna@staff.example\nAcme Staff Ltd, Helsinki\nSee you on Monday\n\nPress the switch for ten seconds, please.\n"
    fate, _, sent = house.letter(house.answer(text), "qcardq")
    assert fate == "filed" and "See you on Monday" in sent and "Press the switch" in sent
    assert "anna@staff.example" not in sent and "Acme Staff" not in sent
    entry = next(one for one in house.desk.ticket(1001).entries if "qcardq" in one.text)
    assert "Anna Virtanen\nanna@staff.example\nAcme Staff Ltd, Helsinki" in entry.quoted


def test_an_unreadable_winmail_is_said_and_not_sent(house: House) -> None:
    """W-18: it went to the customer in silence."""
    answer = house.answer("Dear Maija, qwinmailq, the form is attached.")
    answer.add_attachment(b"\x78\x9f\x3e\x22\x01\x00" + b"broken" * 9, "application", "ms-tnef", filename="winmail.dat")
    assert house.letter(answer, "qwinmailq")[0] == "filed"
    [letter] = [one for one in house.desk.letters("maija@customer.example", "answer") if "qwinmailq" in str(one)]
    assert not list(letter.iter_attachments())
    told = " ".join(plain_of(house.desk.letters("anna@staff.example", "receipt")[-1]).split())
    assert "winmail.dat was written by Outlook, and nobody else can read it: the files in it were not sent" in told


def test_a_notes_picture_that_a_program_brought_back_is_no_file_of_the_answer(house: House) -> None:
    """W-18: it was judged by its Content-ID alone, and went where the answer's page did not name it."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(60)
    note = house.answer("#note\n\nThis is their house.")
    note.add_attachment(picture, "image", "png", filename="house.png")
    house.desk.send(note)
    answer = house.answer("Dear Maija, qpictureq.")
    answer.add_attachment(
        picture, "image", "png", filename="image001.png", disposition="inline", cid="<image001.png@01DC5F>"
    )
    assert house.letter(answer, "qpictureq")[0] == "filed"
    [letter] = [one for one in house.desk.letters("maija@customer.example", "answer") if "qpictureq" in str(one)]
    assert not list(letter.iter_attachments())
