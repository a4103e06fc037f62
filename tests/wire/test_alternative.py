"""Plain text beside HTML is read, unless it only points to the HTML: told by how much each says, not by a sentence."""

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Limits
from mailgate.wire.mime.alternative import fuller
from mailgate.wire.mime.parse import parse

LAMP = "<p>Order 7788 is broken, please help. It was delivered on Monday and does not turn on.</p>"
SAID = "Order 7788 is broken, please help. It was delivered on Monday and does not turn on."
LINKED = '<p>Hello,</p><p>please see <a href="https://shop.example/o/1?utm=x">my order</a> and <b>call me</b>.</p>'

STUBS = {
    "no HTML": "Your e-mail client does not support HTML.",
    "capable client": "This is an HTML message. Please use an HTML capable email client.",
    "browser": "View this email in your browser: https://shop.example/v/1",
    "logo": "[image: logo]",
    "its picture's name": "[Acme Oy]",
    "a picture's address": "[cid:image001.png@01DA1234.56789AB0]",
    "an address alone": "https://shop.example/v/1?id=123456",
    "German": "Ihr E-Mail-Programm kann keine HTML-Nachrichten anzeigen.",
    "Polish": "Ta wiadomość wymaga programu obsługującego HTML.",
    "Finnish": "Sähköpostiohjelmasi ei näytä HTML-viestejä.",
    "Japanese": "このメールはHTML形式です。対応するソフトでご覧ください。",
    "a greeting": "Hi,",
    "the beginning": "Order 7788 is broken",
    "rules": "--------------------",
}


@pytest.mark.parametrize("stub", STUBS.values(), ids=STUBS)
def test_w13_a_text_part_that_says_nothing_hides_no_html(stub):
    logo = '<img alt="Acme Oy" src="cid:image001.png@01DA1234.56789AB0">'
    assert SAID in fuller(stub, logo + LAMP)
    assert fuller(stub, LAMP) == SAID


def test_w13_a_long_sentence_about_the_html_beside_a_long_mail():
    stub = (
        "If you can see this text it means that your email client could not display our newsletter properly. "
        "Falls Sie diesen Text sehen, kann Ihr E-Mail-Programm unsere Nachricht leider nicht richtig anzeigen."
    )
    assert fuller(stub, LAMP * 5).startswith(SAID) and stub not in fuller(stub, LAMP * 5)


PLAIN = {
    "the same": (SAID, LAMP),
    "wrapped": (SAID.replace(" please", "\nplease").replace(" and", "\nand"), LAMP),
    "wrapped Japanese": ("ランプが壊れています。注文\n番号は七七八八です。", "<p>ランプが壊れています。注文番号は七七八八です。</p>"),
    "marked up": ("Hello,\n\nplease see *my order*[1] and *call me*.\n\n[1] https://shop.example/o/1?utm=x", LINKED),
    "linked": ("Hello,\nplease see my order<https://shop.example/o/1?utm=x> and call me.", LINKED),
    "without accents": ("Hyvaa paivaa, lamppu on rikki, kiitos avusta", "<p>Hyvää päivää, lamppu on rikki, kiitos avusta</p>"),
    "a tracking picture": (SAID, LAMP + '<img src="https://t.example/p?u=1" width=1 height=1 alt="Read: yes, seen by you">'),
    "hidden words": ("Please cancel it.", f'<p>Please cancel it.</p><div style="display:none">{LAMP * 9}</div>'),
    "tracking links": (SAID, LAMP + '<a href="https://t.example/' + "x" * 900 + '">.</a>'),
    "other words": ("Please cancel order 4711, I found another lamp in the cellar.", "<p>Sent with Acme Mail. Get it now!</p>"),
    "a signature more": (SAID, LAMP + "<p>Maija Virtanen<br>Lamp Street 1, Tampere</p>"),
    "pictures": ("Здравствуйте", '<img src="cid:1" alt="@Mail.Ru"><br><img src="cid:2" alt="Одноклассники">'),
    "history more": (
        "Yes, please.",
        "<p>Yes, please.</p><div>On Mon, 2 Nov 2026 at 10:00, Acme &lt;a@acme.example&gt; wrote:</div>"
        f"<blockquote type=cite>{LAMP}</blockquote>",
    ),
    "empty HTML": ("Yes", "<html><body></body></html>"),
}  # fmt: skip


@pytest.mark.parametrize(("plain", "markup"), PLAIN.values(), ids=PLAIN)
def test_w13_what_somebody_wrote_in_plain_text_stays(plain, markup):
    assert fuller(plain, markup) == plain


def test_w13_plain_text_with_a_number_of_its_own_stands_above_html_of_another_kind():
    found = fuller("Please cancel order 4711.", f"<p>Get the new catalogue!</p>{LAMP}")
    assert found == f"Please cancel order 4711.\n\nGet the new catalogue!\n\n{SAID}"


def test_w13_rules_search_and_language_see_what_the_html_says():
    page = "<p>Hyvää päivää, tilaus 7788 on rikki ja lamppu ei toimi. Kiitos avusta!</p>"
    found = parse(
        b"Content-Type: multipart/alternative; boundary=m\r\n\r\n--m\r\n\r\nView this email in your browser\r\n"
        b"--m\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode() + b"\r\n--m--\r\n",
        Envelope("ann@example.org", ("support@acme.example",)),
        Limits(),
    )
    assert found.text == found.fresh == "Hyvää päivää, tilaus 7788 on rikki ja lamppu ei toimi. Kiitos avusta!"
    assert found.language == "fi" and "lamppu" in (found.folded or "")
