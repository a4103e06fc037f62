"""Answers shaped exactly as common mail programs shape them, from a letter of ours as they would show it."""

from __future__ import annotations

import email.policy
import email.utils
from collections.abc import Callable
from email.message import EmailMessage
from html import escape

WORDS = ["Dear Maija,", "please send us a photo of the lamp.", "Best wishes"]
RICH = "<b>photo</b>"


def plain_of(letter: EmailMessage) -> str:
    """The text part of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(letter: EmailMessage) -> str:
    """What stands between the body tags of its HTML part."""
    body = letter.get_body(("html",))
    assert body is not None
    page = str(body.get_content())
    return page.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]


def _head(letter: EmailMessage, sender: str, prefix: str, agent: str, domain: str) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = str(letter["Reply-To"] or letter["From"])
    message["Subject"] = f"{prefix} {letter['Subject']}"
    message["Date"] = email.utils.formatdate(localtime=False)
    message["Message-ID"] = email.utils.make_msgid(domain=domain)
    message["In-Reply-To"] = str(letter["Message-ID"])
    message["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    message["MIME-Version"] = "1.0"
    message[agent.partition(": ")[0]] = agent.partition(": ")[2]
    return message


def _lines(words: list[str]) -> str:
    return "".join(f"<div>{_marked(line)}</div>" if line else "<div><br></div>" for line in words)


def _marked(line: str) -> str:
    return escape(line, quote=False).replace("photo", RICH)


def _quoted(letter: EmailMessage) -> str:
    return "\n".join(f"> {line}".rstrip() for line in plain_of(letter).splitlines())


def outlook(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """Outlook for Windows: a ruled header block, Thread-Index, its own signature with a mailto: link."""
    message = _head(letter, sender, "RE:", "X-MS-Has-Attach: ", "AS8PR04MB8676.eurprd04.prod.outlook.com")
    message["Thread-Topic"] = str(letter["Subject"])
    message["Thread-Index"] = "AQHbPLr5vJ2JqkWzZU2m8wq0Wm1x7rK9r2Aw"
    addr = email.utils.parseaddr(sender)[1]
    block = (
        f"From: {letter['From']}\nSent: Sunday, November 22, 2026 12:00 PM\nTo: {sender}\nSubject: {letter['Subject']}"
    )
    text = "\n".join(words) + f"\n\n--\nAnna Virtanen\n{addr}<mailto:{addr}>\n\n{block}\n\n{plain_of(letter)}"
    message.set_content(text)
    paragraphs = "".join(
        f'<p class="MsoNormal">{_marked(line) or "<o:p>&nbsp;</o:p>"}<o:p></o:p></p>' for line in words
    )
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0cm}</style></head>'
        f'<body lang="FI" link="#0563C1"><div class="WordSection1">{paragraphs}<p class="MsoNormal">-- <o:p></o:p></p>'
        f'<p class="MsoNormal">Anna Virtanen<br><a href="mailto:{addr}">{addr}</a></p>'
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
        f"<b>From:</b> {escape(str(letter['From']))}<br><b>Sent:</b> Sunday, November 22, 2026 12:00 PM<br><b>To:</b> "
        f"{escape(sender)}<br><b>Subject:</b> {escape(str(letter['Subject']))}</p></div></div>{html_of(letter)}</div></body></html>"
    )
    message.add_alternative(html, subtype="html")
    return message


def outlook_web(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """Outlook on the web and on phones: #appendonsend, #divRplyFwdMsg."""
    message = _head(letter, sender, "Re:", "X-MS-Exchange-MessageSentRepresentingType: 1", "DB9PR04.outlook.com")
    rule = "_" * 32
    block = f"From: {letter['From']}\nSent: Sunday, 22 November 2026 12:00\nTo: {sender}\nSubject: {letter['Subject']}"
    message.set_content("\n".join(words) + f"\n\n{rule}\n{block}\n\n{plain_of(letter)}")
    html = (
        f'<html><head></head><body dir="ltr">{_lines(words)}<div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">'
        f"<b>From:</b> {escape(str(letter['From']))}<br><b>Sent:</b> Sunday, 22 November 2026 12:00<br><b>To:</b> "
        f"{escape(sender)}<br><b>Subject:</b> {escape(str(letter['Subject']))}</font></div>{html_of(letter)}</body></html>"
    )
    message.add_alternative(html, subtype="html")
    return message


def gmail(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """Gmail in a browser."""
    message = _head(letter, sender, "Re:", "X-Gm-Message-State: AOJu0Yz", "mail.gmail.com")
    said = f"On Sun, Nov 22, 2026 at 12:00 PM {letter['From']} wrote:"
    message.set_content("\n".join(words).replace("photo", "*photo*") + f"\n\n{said}\n\n{_quoted(letter)}\n")
    html = (
        f'<div dir="ltr">{_lines(words)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">{escape(said)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">'
        f"{html_of(letter)}</blockquote></div>\n"
    )
    message.add_alternative(html, subtype="html")
    return message


def gmail_app(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """The Gmail app, in Finnish."""
    message = _head(letter, sender, "Re:", "X-Gm-Message-State: AOJu0Yx", "mail.gmail.com")
    said = f"su 22. marrask. 2026 klo 12.00 {letter['From']} kirjoitti:"
    message.set_content("\n".join(words) + f"\n\n{said}\n\n{_quoted(letter)}\n")
    html = (
        f'<div dir="auto">{_lines(words)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{escape(said)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{html_of(letter)}</blockquote></div>'
    )
    message.add_alternative(html, subtype="html")
    return message


def apple(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """Apple Mail on a Mac."""
    message = _head(letter, sender, "Re:", "X-Mailer: Apple Mail (2.3826.200.121)", "staff.example")
    said = f"On 22 Nov 2026, at 12.00, {letter['From']} wrote:"
    message.set_content("\n".join(words) + f"\n\n> {said}\n> \n{_quoted(letter)}\n")
    html = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: '
        f'break-word;">{_lines(words)}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>'
        f'{escape(said)}</div><br class="Apple-interchange-newline"><div>{html_of(letter)}</div></blockquote></div><br></body></html>'
    )
    message.add_alternative(html, subtype="html")
    return message


def iphone(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """The mail program of an iPhone, with its signature above the quote."""
    message = _head(letter, sender, "Re:", "X-Mailer: iPhone Mail (22B91)", "staff.example")
    said = f"On 22 Nov 2026, at 12.00, {letter['From']} wrote:"
    message.set_content("\n".join(words) + f"\n\nSent from my iPhone\n\n> {said}\n> \n{_quoted(letter)}\n")
    html = (
        f'<html><body dir="auto">{_lines(words)}<div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my '
        f'iPhone</div><div dir="ltr"><br><blockquote type="cite">{escape(said)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{html_of(letter)}</div></blockquote></div></body></html>'
    )
    message.add_alternative(html, subtype="html")
    return message


def thunderbird(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """Thunderbird in HTML: HTML alone, its signature below the quote."""
    message = _head(letter, sender, "Re:", "User-Agent: Mozilla Thunderbird", "staff.example")
    said = f"On 22/11/2026 12:00, {letter['From']} wrote:"
    html = (
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>'
        f'{"".join(f"<p>{_marked(line)}</p>" if line else "<p><br></p>" for line in words)}<div class="moz-cite-prefix">'
        f'{escape(said)}<br></div><blockquote type="cite" cite="mid:x@acme.example">{html_of(letter)}</blockquote>'
        '<pre class="moz-signature" cols="72">-- \nAnna Virtanen</pre></body></html>'
    )
    message.set_content(html, subtype="html")
    return message


def thunderbird_plain(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """Thunderbird in plain text, format=flowed, the signature below the quote."""
    message = _head(letter, sender, "Re:", "User-Agent: Mozilla Thunderbird", "staff.example")
    said = f"On 22/11/2026 12:00, {letter['From']} wrote:"
    message.set_content("\n".join(words) + f"\n\n{said}\n{_quoted(letter)}\n\n-- \nAnna Virtanen\n")
    message.set_param("format", "flowed")
    return message


def k9(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """K-9 on Android: its signature stands between the words and the quote."""
    message = _head(letter, sender, "Re:", "User-Agent: K-9 Mail for Android", "staff.example")
    said = f"On 22 November 2026 12:00:00 EET, {letter['From']} wrote:"
    mark = "-- \nSent from my Android device with K-9 Mail. Please excuse my brevity."
    message.set_content("\n".join(words) + f"\n{mark}\n\n{said}\n{_quoted(letter)}\n")
    html = (
        f'<!DOCTYPE html><html><body><div dir="auto">{"<br>".join(_marked(line) for line in words)}<br></div><div '
        'class="k9mail-signature">-- <br>Sent from my Android device with K-9 Mail. Please excuse my brevity.</div>'
        f'<div class="gmail_quote">{escape(said)}<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex">'
        f"{html_of(letter)}</blockquote></div></body></html>"
    )
    message.add_alternative(html, subtype="html")
    return message


def mutt(letter: EmailMessage, sender: str, words: list[str]) -> EmailMessage:
    """mutt: plain text, quoted above, answered below."""
    message = _head(letter, sender, "Re:", "User-Agent: Mutt/2.2.9", "staff.example")
    said = f"On Sun, Nov 22, 2026 at 12:00:00PM +0200, {letter['From']} wrote:"
    message.set_content(f"{said}\n{_quoted(letter)}\n\n" + "\n".join(words) + "\n\n-- \nAnna Virtanen\n")
    return message


CLIENTS: dict[str, Callable[[EmailMessage, str, list[str]], EmailMessage]] = {
    "Outlook": outlook, "Outlook on the web": outlook_web, "Gmail": gmail, "Gmail app": gmail_app, "Apple Mail": apple,
    "iPhone": iphone, "Thunderbird": thunderbird, "Thunderbird plain": thunderbird_plain, "K-9": k9, "mutt": mutt,
}  # fmt: skip
HTML = [name for name in CLIENTS if name not in ("mutt", "Thunderbird plain")]
