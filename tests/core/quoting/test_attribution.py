"""What a mail program puts around a quote: known by our From in it, a day and a colon, fields, or a rule."""

from __future__ import annotations

import pytest
from answers import HASHER, SENDER

from mailgate.core.quoting import attribution, tokens

OURS = frozenset(HASHER.hashes(SENDER))
WHOM = "Maija via Support <support@acme.example>"

# what is said, the lines, and the line where what ends at the last one begins (None: it is no attribution)
ROWS: list[tuple[str, str, int | None]] = [
    ("a line with our From, a day and a colon", f"On 27.11.2026 {WHOM} wrote:", 0),
    ("in whatever language", f"27.11.2026 {WHOM} a scris：", 0),
    ("over two lines", f"On 27.11.2026 {WHOM}\nwrote:", 0),
    ("over four", "On Fri, 27\nNov 2026 Maija via\nSupport <support@acme.example>\nwrote:", 0),
    ("words of the answer above are none of it", f"Yes, it is.\n\nOn 27.11.2026 {WHOM} wrote:", 2),
    ("nor are those right above", f"Yes, it is.\nOn 27.11.2026 {WHOM} wrote:", 1),
    ("a day broken off above belongs to it", f"Am Fr., 27.\nNov. 2026 schrieb {WHOM}:", 0),
    ("without a day", f"On Friday {WHOM} wrote:", None),
    ("without a colon", f"On 27.11.2026 {WHOM} wrote", None),
    ("of somebody else", "On 27.11.2026 Eve <eve@elsewhere.example> wrote:", None),
    ("two words of our From are not enough", "On 27.11.2026 Maija via wrote:", None),
    ("Gmail's day and name alone", f"2026/11/27 {WHOM}", 0),
    ("of one with a word of ours beside it", f"2026/11/27 {WHOM} is in", None),
    ("a header block", f"From: {WHOM}\nSent: Friday\nTo: Anna\nSubject: Lamp", 0),
    ("with its rule above", f"-----Original Message-----\nFrom: {WHOM}\nSent: Friday\nSubject: Lamp", 0),
    ("of somebody else is what was typed", "From: Helsinki\nSent: Friday\nSubject: Lamp", None),
    ("two fields are no block", f"From: {WHOM}\nSubject: Lamp", None),
    ("a row of dashes", "_____________", 0),
    ("a named rule", "----- Alkuperäinen viesti -----", 0),
    ("three dashes part text", "---", None),
    ("nothing", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "begins"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_where_an_attribution_begins(text: str, begins: int | None) -> None:
    lines = text.split("\n")
    for mark in ("", "> "):
        read = tokens.read([mark + line for line in lines], HASHER)
        if "___" in text and mark:
            continue
        assert attribution.begin(read, len(lines) - 1, OURS) == begins, mark


def test_nobody_is_named_where_our_from_is_not_known() -> None:
    read = tokens.read([f"On 27.11.2026 {WHOM} wrote:", "-------"], HASHER)
    assert attribution.begin(read, 0, frozenset()) is None
    assert attribution.begin(read, 1, frozenset()) == 1
    assert attribution.begin(read, -1, OURS) is None


@pytest.mark.parametrize(("line", "bare", "dated"), [
    ("On Monday Support wrote:", True, False), ("On 27.11. Support wrote:", True, True), ("On Monday Eve wrote:", False, False),
    ("On 27.11. Eve wrote:", False, True), ("Support wrote", False, False), ("", False, False), ("*On 27.11. Support wrote:*", True, True),
    ("support " * 16 + ":", True, False), ("support " * 17 + ":", False, False),
])  # fmt: skip
def test_an_attribution_that_proves_less(line: str, bare: bool, dated: bool) -> None:
    read = tokens.read([line], HASHER)
    assert (attribution.is_bare(read, 0, OURS), attribution.is_dated(read, 0)) == (bare, dated)
    assert not attribution.is_bare(read, -1, OURS) and not attribution.is_dated(read, -1)


@pytest.mark.parametrize(("line", "banner"), [
    ("[EXTERNAL] This mail came from outside.", True), ("[ Ulkoinen viesti ]", True), ("CAUTION: be careful", True),
    ("Do not click links", True), ("You don't often get email from maija@home.example", True), ("This message is from outside", True),
    ("The lamp is outside.", False), ("[internal] lamp", False), ("Click the switch.", False), ("", False), ("x" * 600 + "[external]", False),
])  # fmt: skip
def test_a_scanners_warning(line: str, banner: bool) -> None:
    assert attribution.is_banner(line) is banner
