"""New and quoted HTML: the marks of every mail program, and attributions where there are none."""

from __future__ import annotations

import pytest

from mailgate.wire.text.fresh import split_fresh_html

NEW = "<p>Uusi vastaus</p>"
OLD = "<p>Old text</p>"
ATTRIBUTION = 'pe 20. marrask. 2026 klo 10.15 Support (<a href="mailto:s@x.test">s@x.test</a>) kirjoitti:'
HEADERS = "<b>Lähettäjä:</b> Support &lt;s@x.test&gt;<br><b>Lähetetty:</b> perjantai 20.11.2026<br><b>Vastaanottaja:</b> M<br><b>Aihe:</b> hi"
PAGES = {
    "gmail": f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{ATTRIBUTION}<br></div><blockquote class="gmail_quote">{OLD}</blockquote></div>',
    "old gmail": f'{NEW}<div class="gmail_extra"><br><div class="gmail_quote">{ATTRIBUTION}<br><blockquote class="gmail_quote">{OLD}</blockquote></div></div>',
    "outlook windows": f'<div class=WordSection1>{NEW}<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal>{HEADERS}</p></div></div>{OLD}</div>',
    "outlook 2007": f'<div>{NEW}<div style="border:none;border-top:solid #B5C4DF 1.0pt"><p>{HEADERS}</p></div>{OLD}</div>',
    "outlook web": f'<div>{NEW}</div><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg" dir="ltr">{HEADERS}</div><div>{OLD}</div>',
    "outlook phone": f'{NEW}<div id="ms-outlook-mobile-reference-message"><hr>{HEADERS}</div>{OLD}',
    "outlook nested": f'<div><div>{NEW}<div id="appendonsend"></div></div><div>{HEADERS}{OLD}</div></div>',
    "apple": f'{NEW}<br><div><br><blockquote type="cite"><div>{ATTRIBUTION}</div>{OLD}</blockquote></div>',
    "thunderbird": f'{NEW}<div class="moz-cite-prefix">{ATTRIBUTION}<br></div><blockquote type="cite" cite="mid:x">{OLD}</blockquote>',
    "yahoo": f'<div class="yahoo-style-wrap">{NEW}</div><div class="yahoo_quoted"><div>{ATTRIBUTION}</div>{OLD}</div>',
    "proton": f'<div>{NEW}</div><div class="protonmail_quote">{ATTRIBUTION}<blockquote class="protonmail_quote" type="cite">{OLD}</blockquote></div>',
    "bare attribution": f"{NEW}<p>{ATTRIBUTION}</p>{OLD}",
    "bare headers": f"<div>{NEW}<p>{HEADERS}</p>{OLD}</div>",
    "bare rule": f"{NEW}<div>-----Original Message-----<br>From: Support<br>Sent: Friday</div>{OLD}",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_history_is_cut_and_kept_and_the_new_words_stay(page: str) -> None:
    new, quoted = split_fresh_html(f"<html><body>{page}</body></html>")
    assert "Uusi vastaus" in new and "Old text" not in new and "Lähett" not in new and "kirjoitti" not in new
    assert "Old text" in quoted and "Uusi vastaus" not in quoted


def test_answers_inside_gmails_container_are_new() -> None:
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">On Fri, X wrote:<br></div><blockquote class="gmail_quote">Old Q1</blockquote>'
        f'{NEW}<blockquote class="gmail_quote">Old Q2</blockquote><div>toinen</div></div>'
    )
    new, quoted = split_fresh_html(page)
    assert "Uusi vastaus" in new and "toinen" in new and "Old" not in new
    assert "Old Q1" in quoted and "Old Q2" in quoted


@pytest.mark.parametrize("page", [
    f"{NEW}<p>Lähettäjä on outo</p>", "", "<p>x", f'<blockquote type="cite">{OLD}</blockquote>', "<blockquote>my own poem</blockquote>",
    f'<div class="gmail_quote">---------- Forwarded message ---------<br>From: A{OLD}</div>',
])  # fmt: skip
def test_what_cannot_be_told_apart_stays_whole(page: str) -> None:
    assert split_fresh_html(page) == (page, "")


def test_a_picture_alone_is_something_new() -> None:
    new, quoted = split_fresh_html(f'<img src="cid:1"><blockquote type="cite">{OLD}</blockquote>')
    assert "cid:1" in new and "Old text" in quoted


@pytest.mark.parametrize("page", [
    "<div>" * 250 + NEW, "<blockquote type=cite>" * 3000, "<div style='border-top:x'>a</div>" * 3000, "<span>" * 8000,
    "<div class=gmail_quote>a" * 300, "<p>On 2020 at 10:10 a@b.test x</p>" * 5000, "<div id=appendonsend>" * 2000, "x" * 300_000,
])  # fmt: skip
def test_hostile_pages_are_read_without_harm(page: str) -> None:
    new, quoted = split_fresh_html(page)
    assert new or quoted == ""
