"""Heavy HTML loses what no reader sees before it is called too heavy, in linear time."""

import time

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Limits
from mailgate.wire.mime.parse import parse
from mailgate.wire.text import sanitize
from mailgate.wire.text.lighten import lightened

ENVELOPE = Envelope("ann@example.org", ("support@acme.example",))

CUT = {
    '<p>a</p><style>p > b {x: "</p>"}</STYLE >b': "<p>a</p>b",
    '<script>if (a < b) "</p>"</script>z': "z",
    "<!-- x --><p>a<!-->b<!--->c<!--[if !mso]><!-->d<!--<![endif]--><!-- y --!>e": "<p>abcde",
    '<img src="data:image/png;base64,AAAA" alt=x>after': '<img src="" alt=x>after',
    "<img src=data:image/png;base64,AA== alt=x>": '<img src="" alt=x>',
    "<img src= data:image/png;base64,AA== alt=x>": '<img src="" alt=x>',
    "<img src=' DATA:image/png;base64,AA==' alt=x>": "<img src=' ' alt=x>",
    "<p style='background:url(data:image/png;base64,xxx)'>t": "<p style='background:url()'>t",
    "<td style=\"background: url('data:image/png;base64,xxx') no-repeat\">": (
        "<td style=\"background: url('') no-repeat\">"
    ),
}
KEPT = [
    '<a title="<style>">x</a><b title="</style>">y</b>',
    "<style>never ended",
    "<!-- never ended",
    "a < b and data: x",
    "<p>data:image/png;base64,AAAA</p>",
    '<a href="/data:sheet">the data: sheet</a>',
]


@pytest.mark.parametrize(("before", "after"), CUT.items())
def test_w14_what_nobody_sees_is_cut_out(before, after):
    assert lightened(before) == after


@pytest.mark.parametrize("page", KEPT)
def test_w14_what_somebody_sees_stays(page):
    assert lightened(page) == page


HEAVY = {
    "a picture": '<img src="data:image/png;base64,{}">'.format("iVBORw0KGgo" * 40_000),
    "a picture in wrapped lines": '<img src="data:image/png;base64,{}">'.format("iVBORw0KGgo\r\n" * 40_000),
    "a picture without quotes": "<img src=data:image/png;base64,{}>".format("iVBORw0KGgo" * 40_000),
    "a background": '<div style="background:url(data:image/gif;base64,{})"></div>'.format("R0lGODlh" * 50_000),
    "a font in a style": "<style>@font-face {{ src: url(data:font/woff;base64,{}) }}</style>".format("d09G" * 90_000),
    "styles": "<style>" + "p.MsoNormal > b { margin: 0cm; }\n" * 12_000 + "</style>",
    "a script": "<script>" + "if (a < b) { c = '<p>' }\n" * 15_000 + "</script>",
    "a comment": "<!--[if gte mso 9]>" + "<w:LatentStyle Name='heading 1'/>\n" * 12_000 + "<![endif]-->",
    "comments": "<!-- - -->" * 40_000,
}


@pytest.mark.parametrize("heavy", HEAVY.values(), ids=HEAVY)
def test_w14_words_around_something_heavy_are_all_there_is_and_are_shown(heavy):
    page = f"<p>See screenshot</p>{heavy}<p>After: <b>code E30</b>.</p>"
    found = parse(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode(), ENVELOPE, Limits())
    assert found.text.split() == ["See", "screenshot", "After:", "code", "E30."]
    assert "<b>code E30</b>" in found.html and len(found.html) < 200
    assert "message.html" not in [each.name for each in found.attachments]


def test_w14_styles_do_not_make_plain_text_look_short():
    styles = "<style><!--\n" + "p.MsoNormal { margin: 0cm; }\n" * 3_000 + "--></style>"
    assert sanitize.to_text(f"{styles}<p>It was delivered on Monday.</p>") == "It was delivered on Monday."


@pytest.mark.parametrize(
    "unit",
    ["<style>", "<style></style ", "</style ", "<!--", "<x'", "<x\"'>", '<a href="data:', "<a url(data:", "<a ="],
)
def test_w14_pages_made_to_cost_time_cost_little(unit):
    def cost(times: int) -> float:
        began = time.process_time()
        lightened("<style>" + unit * times)
        return time.process_time() - began

    assert cost(150_000) < 20.0, "a second is usual; in proportion to the square it would be hours"
