"""Pictures of letters: one of each at every width by day and by night, and a sheet for each template."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from browser import Browser
from letter_checks import Sample
from letter_looks import SCHEMES, WIDTHS, html

PHONE, WINDOW = 390, 1000
QUALITY = 50  # of WebP: words stay sharp, and a sheet takes some hundred KB
SHEET = 1648  # CSS pixels: four phones side by side


@dataclass(frozen=True)
class View:
    """A sample as one reader has it."""

    sample: Sample
    width: int
    scheme: str = "light"

    @property
    def name(self) -> str:
        """What its picture is called: `notice-fi-390-dark`."""
        return f"{self.sample.name}-{self.width}-{self.scheme}"


def picture(browser: Browser, view: View) -> bytes:
    """The whole letter, as PNG."""
    browser.look(view.width, view.scheme)
    browser.show(html(view.sample))
    return browser.picture(view.width)


def every_view(samples: Sequence[Sample]) -> Iterator[View]:
    """Each sample at every width by day and by night."""
    return (View(sample, width, scheme) for sample in samples for width in WIDTHS for scheme in SCHEMES)


def sheet(browser: Browser, samples: Sequence[Sample]) -> bytes:
    """One template on a sheet, as WebP: its first sample in a window, at night, in every language; then the others."""
    shown = [(view, base64.b64encode(picture(browser, view)).decode()) for view in chosen(samples)]
    figures = "".join(
        f'<figure><img width="{view.width}" src="data:image/png;base64,{data}"><figcaption>{escape(_caption(view))}'
        "</figcaption></figure>"
        for view, data in shown
    )
    browser.look(SHEET)
    browser.show(_SHEET % figures)
    browser.run("Promise.all([...document.images].map(one => one.decode()))")
    return browser.picture(SHEET, "webp", QUALITY)


def chosen(samples: Sequence[Sample]) -> list[View]:
    """What a sheet shows. The further samples take turns in language, since each differs in more than that."""
    firsts = [one for one in samples if one.n == 0]
    views = [View(firsts[0], WINDOW), View(firsts[0], WIDTHS[0], "dark"), *(View(one, PHONE) for one in firsts)]
    languages = [one.language for one in firsts]
    further = [one for one in samples if one.n and one.language == languages[one.n % len(languages)]]
    return [
        *views,
        *(View(one, PHONE, SCHEMES[one.n % len(SCHEMES)]) for one in sorted(further, key=lambda one: one.n)),
    ]


def _caption(view: View) -> str:
    return f"{view.sample.language}, {view.width} px" + (", dark" if view.scheme == "dark" else "")


_SHEET = """<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; padding: 12px; display: flex; flex-wrap: wrap; align-items: flex-start; background: #c9ced6; }
figure { margin: 8px; } img { display: block; }
figcaption { font: 14px sans-serif; color: #1f2937; padding-top: 4px; }
</style>%s"""


def kept(path: Path, data: bytes) -> bool:
    """Write a file unless it is the same already; True when it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True
