"""What is pasted into somebody's page: small, in a language, and with nothing of ours that breaks out of it."""

from __future__ import annotations

import re
from dataclasses import replace

from cases import POLICY

from mailgate.core.pages.policy import FormPolicy, Topic, TopicField, WebPolicy
from mailgate.window import snippet

ORDER = TopicField("order", {"en": 'Order "number"', "fi": "Tilausnumero"}, required=True)
RETURNS = Topic("returns", {"en": "A <return>", "fi": "Palautus"}, "support", (ORDER,))
QUOTE = Topic("quote", {"en": "A quote"}, "sales")
DESK = replace(POLICY, web=WebPolicy(url="https://help.acme.example", form=FormPolicy(topics=(RETURNS, QUOTE))))


def test_the_frame_names_the_form_and_its_script_is_short() -> None:
    html = snippet.frame(DESK, "returns", "fi")
    assert (
        'src="https://help.acme.example/contact/embed?topic=returns&amp;lang=fi" title="Kirjoita meille" loading="lazy"'
        in html
    )
    (script,) = re.findall(r"<script>(.*)</script>", html, re.DOTALL)
    assert len(script) < 300 and 'e.origin === "https://help.acme.example"' in script
    assert 'src="https://help.acme.example/contact/embed" ' in snippet.frame(DESK)


def test_the_plain_form_has_the_fields_of_ours() -> None:
    html = snippet.plain(DESK, "returns", "fi")
    assert (
        '<form action="https://help.acme.example/contact?lang=fi" method="post" enctype="multipart/form-data"' in html
    )
    assert re.findall(r' name="([^"]+)"', html) == [
        "name",
        "address",
        "topic",
        "field.order",
        "subject",
        "text",
        "files",
    ]
    assert (
        '<input type="hidden" name="topic" value="returns">' in html
        and "Tilausnumero" in html
        and "<script" not in html
    )
    every = snippet.plain(DESK)
    assert (
        '<option value="returns">A &lt;return&gt;</option><option value="quote">A quote</option>' in every
        and "field.order" not in every
    )
