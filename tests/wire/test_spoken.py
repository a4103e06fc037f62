"""HTML of an agent's answer says what its plain text says, and nothing else."""

from __future__ import annotations

import pytest

from mailgate.wire.text.spoken import cut_to_said

TEXT = "Dear Maija,\n\nthe lamp is here.\n\nBye now!"
BODY = "<p>Dear <b>Maija</b>,</p><p>the lamp is <i>here</i>.</p><p>Bye <b>now</b>!</p>"


@pytest.mark.parametrize(
    ("html", "text", "said"),
    [
        (BODY, TEXT, BODY),
        (f"<p>#close #tag +x</p>{BODY}", TEXT, BODY),
        (f"{BODY}<p>#close</p>", TEXT, BODY),
        (f'{BODY}<p>-- <br>Anna<br>anna@staff.example<img src="cid:logo"></p>', TEXT, BODY),
        (f'{BODY}<div class="gmail_signature">Anna</div>', TEXT, BODY),
        (f'{BODY}<img src="cid:photo"><p>Anna Virtanen</p>', TEXT, f'{BODY}<img src="cid:photo">'),
        ('<p>See <a href="https://x.example/a">this</a></p>', "See this <https://x.example/a>",
         '<p>See <a href="https://x.example/a">this</a></p>'),
        ('<p>Write <a href="mailto:anna@staff.example">me</a></p>', "Write me", "<p>Write <a>me</a></p>"),
        ('<p>A <a href="mailto:lab@x.example">lab@x.example</a></p>', "A lab@x.example",
         '<p>A <a href="mailto:lab@x.example">lab@x.example</a></p>'),
        ('<p title="anna@staff.example">A</p>', "A", "<p>A</p>"),
    ],
)  # fmt: skip
def test_what_the_text_does_not_say_is_cut_off(html: str, text: str, said: str) -> None:
    assert cut_to_said(html, text) == said


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Dear Maija,</p><p>CANARY</p><p>the lamp is here.</p><p>Bye now!</p>", TEXT),  # more in the middle
        ("<p>Dear Maija,</p><p>Bye now!</p><p>CANARY</p>", TEXT),  # less in the middle
        ("<p>Something else</p>", TEXT),
        ("", TEXT),
        (BODY, ""),
        ("<p>Dear Maija,</p><p>the lamp is here.</p>", TEXT),  # the end is missing
    ],
)
def test_html_that_says_something_else_is_not_used(html: str, text: str) -> None:
    assert cut_to_said(html, text) == ""


def test_a_page_of_many_pieces_takes_no_time() -> None:
    words = " ".join(f"word{number}" for number in range(4000))
    html = "".join(f"<b>{word}</b> " for word in words.split())
    assert "word3999" in cut_to_said(html, words)
    assert cut_to_said("<b>x</b>" * 6000, "x" * 6000) == ""
