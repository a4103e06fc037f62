"""Pictures of what is quoted or of a signature, and empty shells, are no files of the answer (W-18)."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from cases import ANNA, case, letter, ticket

from mailgate.core.mails import agent_answer
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.policy import Limits
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


def sent(message: EmailMessage) -> list[str]:
    """The parts of an agent's mail that go along with the words."""
    mail = parse(message.as_bytes(), Envelope("anna@staff.example", ("support@acme.example",)), Limits(), KNOWN)
    outbound = agent_answer.answer_letter(case(mail, ticket(), letters=[letter()]), ticket(), ANNA, "Look here")
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


def test_w18_all_of_them_are_kept_in_the_ticket() -> None:
    mail = parse(
        answer(PAGES[2][1]).as_bytes(), Envelope("anna@staff.example", ("support@acme.example",)), Limits(), KNOWN
    )
    assert [one.name for one in mail.attachments] == ["shot.png"]
