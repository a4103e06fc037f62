"""What can be read: every pair of colours that the sheet puts one on the other, light and dark, letters in charts too."""

import re
from itertools import product
from pathlib import Path

import pytest

import mailgate.window

CSS = re.sub(
    r"/\*.*?\*/", "", (Path(mailgate.window.__file__).parent / "static/window.css").read_text(), flags=re.DOTALL
)
ROLE = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6})")


def block(css: str, begin: str) -> tuple[str, str]:
    """What stands in the braces behind `begin`, and the sheet without it."""
    start = css.index(begin) + len(begin)
    depth, at = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(css[at], 0)
        at += 1
    return css[start : at - 1], css[: start - len(begin)] + css[at:]


def schemes() -> dict[str, dict[str, str]]:
    dark, rest = block(CSS, "@media (prefers-color-scheme: dark) {")
    printed, rest = block(rest, "@media print {")
    light = dict(ROLE.findall(rest))
    return {"light": light, "dark": light | dict(ROLE.findall(dark)), "print": light | dict(ROLE.findall(printed))}


SCHEMES = schemes()


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


GROUNDS = ("bg", "card", "tint", "late-bg", "good-bg")
# Text of each role stands on any of our grounds: cards, pages, bubbles, alarms.
TEXT = [*product(("ink", "soft", "act", "late"), GROUNDS)]
TEXT += [*product(("new", "open", "waiting", "hold", "good"), ("bg", "card", "tint"))]
TEXT += [("act-ink", "act"), ("late", "late-bg"), ("good", "good-bg")]
# Lines that tell where a field is, and what charts are drawn with (WCAG 1.4.11).
SHAPES = [*product(("field", "focus", "new", "open", "waiting", "hold", "late", "good"), ("card", "bg"))]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_read_on_every_ground(scheme: str) -> None:
    roles = SCHEMES[scheme]
    faint = {
        (ink, on): round(ratio(roles[ink], roles[on]), 2) for ink, on in TEXT if ratio(roles[ink], roles[on]) < 4.5
    }
    assert not faint


@pytest.mark.parametrize("scheme", SCHEMES)
def test_shapes_are_seen_on_every_ground(scheme: str) -> None:
    roles = SCHEMES[scheme]
    faint = {
        (ink, on): round(ratio(roles[ink], roles[on]), 2) for ink, on in SHAPES if ratio(roles[ink], roles[on]) < 3
    }
    assert not faint


def test_dark_has_every_role_of_light() -> None:
    dark, rest = block(CSS, "@media (prefers-color-scheme: dark) {")
    assert {name for name, _ in ROLE.findall(dark)} == {name for name, _ in ROLE.findall(rest)}


def test_a_colour_is_a_role_and_stands_nowhere_else() -> None:
    """What is said by a number can turn dark in no scheme, and nobody reckons its contrast."""
    rest = re.sub(r"--[a-z-]+:\s*#[0-9a-f]{6}", "", CSS)
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", rest)
    named = re.findall(
        r"(?:color|background|fill|stroke|border[a-z-]*):[^;}]*\b(white|black|gr[ae]y|red|green|blue)\b", rest
    )
    assert not named


def rules() -> list[tuple[str, str]]:
    """Selector and declarations of each rule, those inside @media too."""
    return [(one.strip(), two) for one, two in re.findall(r"([^{}@;]+)\{([^{}]*)\}", CSS)]


def test_letters_in_charts_have_roles_of_text() -> None:
    fills = {
        name
        for selector, declared in rules()
        if re.search(r"svg text|text\.", selector)
        for name in re.findall(r"fill:\s*var\(--([a-z-]+)\)", declared)
    }
    assert fills and fills <= {ink for ink, _ in TEXT}


def test_no_letter_is_smaller_than_thirteen_pixels() -> None:
    sizes = [
        (float(size), selector)
        for selector, declared in rules()
        for size in re.findall(r"font(?:-size)?:\s*(?:\d+\s+)?([\d.]+)px", declared)
        if not re.search(r"\btext\b", selector)  # in charts a pixel is one of the drawing, which is scaled
    ]
    assert len(sizes) > 10 and min(sizes)[0] >= 13, min(sizes)


def test_what_is_pressed_is_large_enough() -> None:
    """24 px is what WCAG 2.2 asks for (2.5.8); what is pressed here has more."""
    pressed = re.compile(r"(?:^|[ ,])(?:button|\.button|nav[.a-z]* a|label\.choice|summary|select|textarea|input)")
    heights = {
        selector: float(size)
        for selector, declared in rules()
        if pressed.search(selector)
        for size in re.findall(r"min-height:\s*([\d.]+)px", declared)
    }
    assert len(heights) >= 6 and min(heights.values()) >= 24, heights
