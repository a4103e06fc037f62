"""Pictures of what is quoted or of a signature, and empty shells, are no files of the answer (W-18)."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest
from cases import ANNA, NOW, case, letter, ticket

from mailgate.core.mails import agent_answer
from mailgate.core.model.mail import Address, Attachment, Envelope, InboundMail
from mailgate.core.model.policy import Limits
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.quoting.known import KnownLetters
from mailgate.wire.letters import own_words
from mailgate.wire.mime.parse import parse

KEY = b"a key of sixteen"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
QUOTE = '<blockquote type="cite" class="gmail_quote"><p>Maija wrote:</p><p>It looks like this, as you can see in the picture below</p>{}</blockquote>'
QUOTED = "\n\nOn Fri, 27 Nov 2026 at 10:00, Maija wrote:\n> It looks like this, as you can see in the picture below\n"
SHOT, LOGO = '<img src="cid:shot@maija">', '<img src="cid:logo@acme">'
PAGES = [
    ("the answer's own picture", f"<p>Look here</p>{SHOT}", True),
    ("its own above a quote", f"<p>Look here</p>{SHOT}{QUOTE.format('')}", True),
    ("the customer's, quoted", f"<p>Look here</p>{QUOTE.format(SHOT)}", False),
    ("the customer's, quoted and shown again", f"<p>Look here</p>{SHOT}{QUOTE.format(SHOT)}", True),
    ("of Gmail's signature", f'<p>Look here</p><div class="gmail_signature">Anna {SHOT}</div>{QUOTE.format("")}', False),
    ("of Outlook's signature", f'<p>Look here</p><div id="Signature"><p>Anna</p>{SHOT}</div>', False),
    ("of a signature that only reads like one", f"<p>Look here</p><p>-- <br>Anna Virtanen</p><p>{SHOT}</p>", False),
    ("shown nowhere", "<p>Look here</p>", True),
    ("in a text without HTML", "", True),
]  # fmt: skip

SAID = "It looks like this, as you can see in the picture below"
KNOWN = KnownLetters(KEY, (own_words.packed(SAID, "", Address("support@acme.example", "Maija"), KEY, [SAID], []),))


def answer(
    page: str, *, name: str = "shot.png", kind: tuple[str, str] = ("image", "png"), data: bytes = PNG
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "anna@staff.example",
        "support@acme.example",
        "Re: [#1042] lamp",
    )
    message["Message-ID"] = "<a1@staff.example>"
    signed = "\n\n-- \nAnna Virtanen\n" if "Anna" in page else ""
    message.set_content("Look here\n" + signed + (QUOTED if "blockquote" in page else ""))
    if page:
        message.add_alternative(f"<html><body>{page}</body></html>", subtype="html")
        message.get_payload()[1].add_related(data, *kind, cid="<shot@maija>", filename=name, disposition="inline")
    else:
        message.add_attachment(data, *kind, filename=name, disposition="inline")
    return message


def read(message: EmailMessage) -> InboundMail:
    return parse(message.as_bytes(), Envelope("anna@staff.example", ("support@acme.example",)), Limits(), KNOWN)


def sent(message: EmailMessage, *there: Attachment) -> list[str]:
    """The parts of an agent's mail that go along with the words; the ticket has the files `there`."""
    about = (
        ticket(entries=(Entry(1, EntryKind.NOTE, "bo", "Bo", NOW, "see", attachments=there),)) if there else ticket()
    )
    outbound = agent_answer.answer_letter(case(read(message), about, letters=[letter()]), about, ANNA, "Look here")
    assert outbound is not None
    return [part for _, part in outbound.attachments]


@pytest.mark.parametrize(("page", "goes"), [c[1:] for c in PAGES], ids=[c[0] for c in PAGES])
def test_w18_a_picture_goes_where_its_words_go(page: str, goes: bool) -> None:
    assert bool(sent(answer(page))) is goes


def test_w18_the_empty_shell_of_outlook_stays() -> None:
    shell = b"\x78\x9f\x3e\x22\x01\x00"
    message = answer("")
    message.add_attachment(shell, "application", "ms-tnef", filename="winmail.dat")
    assert len(sent(message)) == 1, "the picture alone"


BROUGHT_BACK = [
    ("a picture under the name of the agent's own", f"<p>Look here</p>{SHOT}{QUOTE.format(SHOT)}", True),
    ("a picture no page shows", "<p>Look here</p>", False),
]


@pytest.mark.parametrize(("page", "own"), [one[1:] for one in BROUGHT_BACK], ids=[one[0] for one in BROUGHT_BACK])
def test_w18_a_picture_of_the_ticket_is_known_by_what_it_is(page: str, own: bool) -> None:
    """It was judged by its Content-ID alone, and went to the customer where two had one or the page did not name it."""
    [there] = read(answer(PAGES[0][1])).attachments
    message = answer(page)
    if own:
        message.get_payload()[1].add_related(
            PNG + b"mine", "image", "png", cid="<shot@maija>", filename="mine.png", disposition="inline"
        )
    assert len(sent(message, there)) == own
    assert len(sent(message, replace(there, digest="another"))) == 1 + own


def test_w18_a_picture_of_the_ticket_that_the_agent_shows_or_attaches_anew_goes() -> None:
    [there] = read(answer(PAGES[0][1])).attachments
    assert len(sent(answer(PAGES[0][1]), there)) == 1
    attached = answer("<p>Look here</p>")
    attached.add_attachment(PNG, "image", "png", filename="again.png")
    assert [read(attached).attachments[at].inline for at in (0, 1)] == [True, False]
    assert len(sent(attached, there)) == 1, "as a file"


def test_w18_what_outlook_packed_and_nobody_can_read_stays_and_its_agent_is_told() -> None:
    """An unreadable winmail.dat went to the customer in silence."""
    message = answer("")
    message.add_attachment(
        b"\x78\x9f\x3e\x22\x01\x00" + b"broken" * 9, "application", "ms-tnef", filename="winmail.dat"
    )
    assert "winmail_unread" in read(message).flags
    assert len(sent(message)) == 1, "the picture alone"


def test_w18_all_of_them_are_kept_in_the_ticket() -> None:
    mail = parse(
        answer(PAGES[2][1]).as_bytes(), Envelope("anna@staff.example", ("support@acme.example",)), Limits(), KNOWN
    )
    assert [one.name for one in mail.attachments] == ["shot.png"]
