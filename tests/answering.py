"""How mail programs set an answer to a letter of ours, in plain text, in HTML and in both, with words anywhere in it."""

from __future__ import annotations

import email.policy
import email.utils
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from html.parser import HTMLParser

from mailclients import html_of, plain_of

ADDR = "anna@staff.example"
SENDER = f"Anna Virtanen <{ADDR}>"
FORMS = ("plain", "html", "both")
_VOID = frozenset(("br", "hr", "img", "meta", "link", "input", "col", "wbr"))
_TAG = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """What an agent types; `between` is what stands below a line of the letter."""

    above: str = ""
    between: tuple[tuple[str, str], ...] = ()
    below: str = ""

    @property
    def lines(self) -> list[str]:
        """Every typed line, in order."""
        return [one for part in (self.above, *(said for _, said in self.between), self.below) for one in _said(part)]


@dataclass(frozen=True)
class Program:
    """A mail program: what it puts above a quote, how it marks it, and its own page around all of it."""

    name: str
    head: str  # its attribution or header block, with holes {from} {to} {subject}
    page: str  # its HTML, with holes {above} {head} {quote} {below} {to}
    mark: str = "> "
    signature: str = ""  # between the words and the quote
    splits: bool = True  # an answer between the lines ends its quotation, and begins it again
    line: str = "<div>{}</div>"  # a typed line
    blank: str = "<div><br></div>"
    says: Callable[[str], str] = str  # its head, as HTML
    text: Mapping[str, str] | None = None  # how it turns HTML into text; None: it has the text part
    width: int = 0  # where it breaks quoted lines
    forms: tuple[str, ...] = FORMS
    subject: str = "Re:"

    def answer(self, letter: EmailMessage, written: Written, form: str) -> EmailMessage:
        """The answer in one of FORMS."""
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"], message["To"] = SENDER, str(letter["Reply-To"] or letter["From"])
        message["Subject"] = f"{self.subject} {letter['Subject']}"
        message["Date"] = email.utils.formatdate()
        message["Message-ID"] = email.utils.make_msgid(domain="staff.example")
        message["In-Reply-To"] = str(letter["Message-ID"])
        message["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
        html = self.html(letter, written)
        if form == "html":
            message.set_content(html, subtype="html")
            return message
        text = self.plain(letter, written, plain_of(letter) if form == "plain" or not self.text else "")
        message.set_content(text)
        if form == "both":
            message.add_alternative(html, subtype="html")
        return message

    def plain(self, letter: EmailMessage, written: Written, quoted: str) -> str:
        """The text; without `quoted`, its own rendering of the letter's HTML."""
        quoted = quoted or _Text(html_of(letter), self.text or {}).done()
        lines = []
        for line in quoted.strip().splitlines():
            broken = (
                textwrap.wrap(line, self.width, break_long_words=False, break_on_hyphens=False)
                if self.width
                else [line]
            )
            lines += [f"{self.mark}{each}".rstrip() for each in broken or [""]]
            lines += ["", said, ""] if (said := dict(written.between).get(line.strip(" >*"))) else []
        head = _filled(self.head, letter)
        above = "\n".join(part for part in (written.above, self.signature) if part)
        return (
            "\n".join(
                part for part in (f"{above}\n" if above else "", head, *lines, "", written.below) if part is not None
            )
            + "\n"
        )

    def html(self, letter: EmailMessage, written: Written) -> str:
        """The page."""
        quote = html_of(letter)
        for line, said in written.between:
            quote = _insert(quote, line, self._typed(said), split=self.splits, outer=self._wrap())
        return (
            self.page.replace("{head}", self.says(_filled(self.head, letter)))
            .replace("{above}", self._typed(written.above))
            .replace("{below}", self._typed(written.below))
            .replace("{to}", ADDR)
            .replace("{quote}", quote)
        )

    def _wrap(self) -> str:
        """The quotation that an answer between the lines must leave."""
        before = self.page.partition("{quote}")[0]
        return before[before.rfind("<blockquote") :] if "<blockquote" in before else ""

    def _typed(self, text: str) -> str:
        return (
            "".join(self.line.format(escape(one, quote=False)) if one else self.blank for one in text.split("\n"))
            if text
            else ""
        )


def lines(text: str) -> list[str]:
    """Those that say something, whatever stands before them."""
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _said(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _filled(text: str, letter: EmailMessage) -> str:
    return text.format(**{"from": letter["From"], "to": SENDER, "subject": letter["Subject"]})


def _insert(html: str, line: str, said: str, *, split: bool, outer: str) -> str:
    """Typed words below a line of the letter: within what holds the line, or with all of it ended and begun anew."""
    found = re.search(
        re.escape(escape(line, quote=False)) + r"(?:<br>\s*)?(?=\s*<|\s*\w)", html[html.index("</div>") :]
    )
    assert found is not None, line
    at = found.end() + html.index("</div>")
    if not split:
        return f"{html[:at]}{said}{html[at:]}"
    opened: list[tuple[str, str]] = []
    for tag in _TAG.finditer(outer + html[:at]):
        name = (tag[2] or "").lower()
        if not name or name in _VOID:
            continue
        if tag[1]:
            while opened and opened.pop()[0] != name:
                pass
        else:
            opened.append((name, tag[0]))
    ended = "".join(f"</{name}>" for name, _ in reversed(opened))
    return f"{html[:at]}{ended}<br>{said}<br>{''.join(tag for _, tag in opened)}{html[at:]}"


class _Text(HTMLParser):
    """HTML as text in a program's own way."""

    def __init__(self, html: str, ways: Mapping[str, str]) -> None:
        super().__init__()
        self._ways, self._out, self._depth, self._hidden = ways, [""], 0, 0
        self._href: list[str] = []
        self.feed(html)

    def done(self) -> str:
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self._out)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._hidden or "display: none" in (given.get("style") or ""):
            self._hidden += tag not in _VOID
            return
        if tag == "br":
            self._line()
        elif tag in ("p", "h1", "h2", "div", "tr", "blockquote", "table"):
            self._block(tag)
        self._depth += tag == "blockquote"
        if tag in ("b", "strong"):
            self._say(self._ways.get("bold", ""))
        if tag == "a":
            self._href.append(given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= tag not in _VOID
            return
        if tag in ("b", "strong"):
            self._say(self._ways.get("bold", ""))
        if tag == "a" and (href := self._href.pop()):
            self._say(self._ways.get("link", "").format(href, bare=href.removeprefix("mailto:")))
        if tag in ("td", "th"):
            self._say(" ")
        if tag in ("p", "h1", "h2", "div", "tr", "blockquote", "table"):
            self._block(tag)
        self._depth -= tag == "blockquote"

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._say(re.sub(r"\s+", " ", data))

    def _say(self, text: str) -> None:
        prefix = self._ways.get("quote", "") * self._depth
        if self._out[-1] in ("", prefix):
            self._out[-1] = prefix
            text = text.lstrip()
        self._out[-1] += text

    def _line(self) -> None:
        self._say("")
        self._out.append("")

    def _block(self, tag: str) -> None:
        if self._out[-1].strip(" >"):
            self._out.append("")
        if tag in ("p", "h1", "h2", "blockquote"):
            self._out.append("")


_OUTLOOK = "From: {from}\nSent: Sunday, November 22, 2026 12:00 PM\nTo: {to}\nSubject: {subject}\n"
_MS = {"link": "<{0}>"}
_GMAIL = {"bold": "*", "link": " <{bare}>", "quote": ""}


def _bold_fields(head: str) -> str:
    return "<br>".join(
        re.sub(r"^([^:]+:)", r"<b>\1</b>", escape(line, quote=False)) for line in head.strip().split("\n")
    )


def _plainly(head: str) -> str:
    return "<br>".join(escape(line, quote=False) for line in head.strip().split("\n"))


def _rows(head: str) -> str:
    rows = (line.partition(":") for line in head.strip().split("\n") if ":" in line)
    return "".join(f'<tr valign=top><td><font size=1 color=#5f5f5f face="sans-serif">{escape(name)}:</font></td><td><font size=1 face="sans-serif">{escape(value.strip())}</font></td></tr>' for name, _, value in rows)  # fmt: skip


_WORD = {"line": '<p class="MsoNormal">{}<o:p></o:p></p>', "blank": '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'}

PROGRAMS = [
    Program(
        "Outlook", _OUTLOOK,
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0cm}</style></head><body lang="FI">'
        '<div class="WordSection1">{above}<p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid '
        '#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{head}<o:p></o:p></p></div></div><p class="MsoNormal">'
        "<o:p>&nbsp;</o:p></p>{quote}{below}</div></body></html>",
        mark="", splits=False, says=_bold_fields, text=_MS, subject="RE:", **_WORD,
    ),
    Program(
        "Outlook in Finnish", "-----Alkuperäinen viesti-----\nLähettäjä: {from} \nLähetetty: sunnuntai 22. marraskuuta 2026 12.00\n"
        "Vastaanottaja: {to}\nAihe: {subject}\n",
        '<html><body lang="FI"><div class="WordSection1">{above}<div style="border:none;border-top:solid #B5C4DF 1.0pt"><p '
        'class="MsoNormal">{head}</p></div>{quote}{below}</div></body></html>',
        mark="", splits=False, says=_bold_fields, text=_MS, subject="VS:", **_WORD,
    ),
    Program(
        "Outlook for Mac", "From: {from}\nDate: Sunday, 22. November 2026 at 12.00\nTo: {to}\nSubject: {subject}\n",
        '<html><body><div class="WordSection1">{above}<div id="mail-editor-reference-message-container"><div style="border:none;'
        'border-top:solid #B5C4DF 1.0pt"><p class="MsoNormal">{head}</p></div>{quote}</div>{below}</div></body></html>',
        mark="", splits=False, says=_bold_fields, text=_MS, **_WORD,
    ),
    Program(
        "Outlook on the web", "_" * 32 + "\n" + _OUTLOOK,
        '<html><head></head><body dir="ltr">{above}<div id="appendonsend"></div><hr style="display:inline-block;width:98%" '
        'tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri" color="#000000">{head}</font><div>&nbsp;</div></div>'
        "<div>{quote}</div>{below}</body></html>",
        mark="", splits=False, says=lambda head: _bold_fields(head.partition("\n")[2]), text=_MS,
        line='<div class="elementToProof" style="font-family: Aptos">{}</div>',
    ),
    Program(
        "Outlook on a phone", "\n" + "_" * 32 + "\n" + _OUTLOOK,
        '<html><body><div dir="auto">{above}</div><div dir="auto" id="ms-outlook-mobile-signature"><div><br></div>Get <a '
        'href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr style="display:inline-block;width:98%" tabindex="-1"><div '
        'id="divRplyFwdMsg" dir="ltr">{head}<div>&nbsp;</div></div>{quote}{below}</body></html>',
        mark="", splits=False, says=lambda head: _bold_fields(head.strip().partition("\n")[2]), text=_MS,
        signature="\nGet Outlook for iOS<https://aka.ms/o0ukef>",
    ),
    Program(
        "Gmail", "On Sun, Nov 22, 2026 at 12:00\u202fPM {from}\nwrote:\n",
        '<div dir="ltr">{above}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{head}<br>'
        '</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:'
        '1ex">{quote}</blockquote></div><div dir="ltr">{below}</div>',
        says=_plainly, text=_GMAIL, width=72,
    ),
    Program(
        "Gmail app in Finnish", "su 22. marrask. 2026 klo 12.00 {from} kirjoitti:\n",
        '<div dir="auto">{above}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{head}<br></div><blockquote '
        'class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">{quote}</blockquote></div>'
        '<div dir="auto">{below}</div>',
        says=_plainly, text=_GMAIL, width=72,
    ),
    Program(
        "Gmail of years ago", "2026/11/22 {from}\n",
        '<div dir="ltr">{above}</div><div class="gmail_extra"><br><br><div class="gmail_quote">{head}<br><blockquote '
        'class="gmail_quote" style="margin:0 0 0 .8ex">{quote}</blockquote></div>{below}</div>',
        says=_plainly, text=_GMAIL, width=72,
    ),
    Program(
        "Apple Mail", "> On 22 Nov 2026, at 12.00, {from} wrote:\n> ",
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: '
        'break-word;">{above}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>{head}</div><br '
        'class="Apple-interchange-newline"><div>{quote}</div></blockquote></div>{below}</body></html>',
        says=lambda head: escape(head.strip("> \n"), quote=False), text={"link": " <{0}>", "quote": "> "},
    ),
    Program(
        "iPhone", "> On 22 Nov 2026, at 12.00, {from} wrote:\n> ",
        '<html><body dir="auto">{above}<div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div><div '
        'dir="ltr"><br><blockquote type="cite">{head}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{quote}</div>'
        "</blockquote></div>{below}</body></html>",
        says=lambda head: escape(head.strip("> \n"), quote=False), text={"link": " <{0}>", "quote": "> "},
        signature="\nSent from my iPhone",
    ),
    Program(
        "Thunderbird", "On 22/11/2026 12:00, {from} wrote:",
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>{above}<div '
        'class="moz-cite-prefix">{head}<br></div><blockquote type="cite" cite="mid:x@acme.example">{quote}</blockquote>{below}'
        "</body></html>",
        says=_plainly, line="<p>{}</p>", blank="<p><br></p>", text={"bold": "*", "link": " <{0}>", "quote": "> "},
    ),
    Program(
        "K-9", "On 22 November 2026 12:00:00 EET, {from} wrote:",
        '<!DOCTYPE html><html><head></head><body><div dir="auto">{above}</div><div class="k9mail-signature">-- <br>Sent from my '
        'Android device with K-9 Mail. Please excuse my brevity.</div><br><br><div class="gmail_quote"><div dir="auto">{head}</div>'
        '<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); padding-left: '
        '1ex;">{quote}</blockquote></div><div dir="auto">{below}</div></body></html>',
        says=_plainly, text={"quote": "> "},
        signature="-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n",
    ),
    Program(
        "Notes", "From:\t{from}\nTo:\t{to}\nDate:\t22/11/2026 12:00\nSubject:\t{subject}\n\n\n",
        '<font size=2 face="sans-serif">{above}</font><br><br><br><table>{head}</table><br><hr noshade>{quote}<br>{below}',
        mark="", splits=False, says=_rows, text={"link": ""}, line='<font size=2 face="sans-serif">{}</font><br>', blank="<br>",
    ),
    Program(
        "Notes on the web", "-----{from} wrote: -----\nTo: {to}\nFrom: {from}\nDate: 22/11/2026 12:00\nSubject: {subject}\n",
        '<font face="Default Sans Serif,Verdana,Arial,Helvetica,sans-serif" size="2">{above}<br><br><font color="#990099">{head}</font>'
        "<br><br>{quote}</font>{below}",
        mark="", splits=False, says=_plainly, text={"link": ""}, line="<div>{}</div>",
    ),
    Program("mutt", "On Sun, Nov 22, 2026 at 12:00:00PM +0200, {from} wrote:", "{quote}", forms=("plain",)),
    Program("s-nail", "{from} wrote in\n <20261122100000.a1b2@acme.example>:", "{quote}", mark=" |", forms=("plain",)),
]  # fmt: skip
VARIANTS = {f"{one.name}, {form}": (one, form) for one in PROGRAMS for form in one.forms}
