"""`make letters`: every letter in every language, on phones and in a window, by day and by night, judged and shown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import browser as chromium
import letter_checks
import letter_looks
import letter_sheets
from letter_checks import Sample
from letter_index import index
from letter_sheets import View

from mailgate.core.letters.row_values import VARIABLES
from mailgate.wire.letters import sample_contents
from mailgate.wire.letters.sample_words import words_of

FRONT = sample_contents.plain_notice(words_of("en"))  # what the README shows
PICTURES = Path(__file__).parents[1] / "docs" / "letters"
FAULTY, UNSEEN = 1, 2  # exit codes


def main() -> int:
    """0: all is well; 1: something is wrong with a letter; 2: nobody has looked at them, for there is no browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("templates", nargs="*", choices=[*VARIABLES, []], metavar="TEMPLATE", help="these alone")
    parser.add_argument("--no-pictures", action="store_true", help="judge them, and write nothing into docs/letters")
    parser.add_argument("--all", type=Path, metavar="DIR", help="every single letter into this folder, as PNG")
    asked = parser.parse_args()
    templates = asked.templates or list(VARIABLES)
    wrong = list(unseen(templates))
    program = chromium.found()
    if program is None:
        wrong.append("no Chromium on PATH: at which width letters overflow was not looked at, and no picture was taken")
        return told(templates, wrong, UNSEEN if len(wrong) == 1 else FAULTY)
    with chromium.started(program) as browser:
        wrong += letter_looks.blind(browser)
        for template in templates:
            samples = list(letter_checks.every([template]))
            wrong += [line for one in samples for line in letter_looks.complaints(browser, one)]
            if asked.all:
                for view in letter_sheets.every_view(samples):
                    letter_sheets.kept(asked.all / f"{view.name}.png", letter_sheets.picture(browser, view))
            if not asked.no_pictures:
                front(browser, samples)
                path = PICTURES / f"{template}.webp"
                if letter_sheets.kept(path, letter_sheets.sheet(browser, samples)):
                    print(f"{path.relative_to(PICTURES.parents[1])}: {path.stat().st_size / 1024:.0f} KB")
    if not asked.no_pictures:
        letter_sheets.kept(PICTURES / "README.md", index().encode())
    return told(templates, wrong, FAULTY)


def front(browser: chromium.Browser, samples: list[Sample]) -> None:
    """The picture in the README: the plain notice of a customer's words."""
    plain = [one for one in samples if one.due.content == FRONT and one.language == "en"]
    for one in plain:
        letter_sheets.kept(PICTURES.parent / "notice.png", letter_sheets.picture(browser, View(one, 700)))


def unseen(templates: list[str]) -> Iterator[str]:
    """What is wrong without looking."""
    for sample in letter_checks.every(templates):
        yield from letter_checks.complaints(sample)
    yield from (f"{name}: documented, and empty in every sample" for name in letter_checks.unfilled())
    yield from (f"{name}: documented, and never given by the program" for name in letter_checks.never_given())


def told(templates: list[str], wrong: list[str], code: int) -> int:
    """Say what is wrong, or that nothing is."""
    letters = sum(1 for _ in letter_checks.every(templates))
    print("\n".join(wrong) if wrong else f"{letters} letters are well at {', '.join(map(str, letter_looks.WIDTHS))} px")
    return code if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
