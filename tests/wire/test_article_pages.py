"""An article in Markdown as a page: words, lists, tables and safe links, and nothing that is fetched (W-15, W-16)."""

from __future__ import annotations

import re

import pytest

from mailgate.wire.letters.markdown import page

LINK = ' rel="noopener noreferrer nofollow"'
SHOWN = [
    ("# Title\n\n###### Deep", "<h2>Title</h2>\n<h3>Deep</h3>"), ("## a\n\n### b\n\n## c", "<h2>a</h2>\n<h3>b</h3>\n<h2>c</h2>"),
    ("### a\n\n# b\n\n### c", "<h2>a</h2>\n<h2>b</h2>\n<h3>c</h3>"),
    ("One *two* **three** `four`\nfive", "<p>One <em>two</em> <strong>three</strong> <code>four</code><br>\nfive</p>"),
    ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
    ("[us](https://acme.example/?a=1&b=2)", f'<p><a href="https://acme.example/?a=1&amp;b=2"{LINK}>us</a></p>'),
    ("<help@acme.example>", f'<p><a href="mailto:help@acme.example"{LINK}>help@acme.example</a></p>'),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "html"), SHOWN)
def test_what_is_written_is_shown(text: str, html: str) -> None:
    assert page(text) == html


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)",
    "[x](vbscript:x)", "![x](https://evil.example/pixel.png)", "[x](//evil.example)", "[x](http://evil.example)", "<iframe src=https://evil.example>",
    '[x](https://a.example "\\" onmouseover=alert(1)")', "<style>*{display:none}</style>", "[a]: javascript:alert(1)\n\n[a]", "<svg onload=alert(1)>",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_w16_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    tags = re.findall(r"<[^<>]*>", page(text))
    assert not [
        one
        for one in tags
        if re.search(r"<(?!/?(?:p|a|br)\b)|\bon\w+=|src=|style=", one.replace("&quot;", "").partition("title=")[0])
    ]
    assert all(re.match(r'<a href="(?:https|mailto):', one) for one in tags if "href" in one)


def test_w16_what_is_too_heavy_is_not_shown() -> None:
    assert page("**a** " * 10_500) == ""
