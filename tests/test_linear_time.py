"""No text of a stranger makes us work longer than in proportion to its length (S-01, S-15, S-17)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(1500)  # CPU time is what is judged; a busy machine only takes longer
ONE_WORKER = pytest.mark.xdist_group("linear")  # each other would ask for the whole package anew
LINEAR = Path(__file__).with_name("linear_package.py")

# Patterns of 0.1.0 with which one line, or one mail, stopped the daemon; each must be found again.
PAST = {
    "S-01 a domain of MAIL FROM": [
        r"(?:[A-Za-z0-9_\u0080-\U0010ffff](?:[A-Za-z0-9_\u0080-\U0010ffff-]*)\.?)+\Z|\[[0-9A-Za-z:.\-]+\]\Z", 0, "match",
    ],
    "S-15 a score of the survey": [r"\s*(10|[0-9])(?:\s*/\s*10)?\s*[.!]?\s*(?:\n|$)", 0, "match"],
    "a range of days": [r"\.{2,}|…|\s+[-–—]\s+|[–—]|(?<=\.)-(?=[0-9])|\s+(?:to|until)\s+", re.IGNORECASE, "finditer"],
    "pieces of a length of time": ["([0-9]+)([a-z]+)", 0, "finditer"],
    "a ruled line": [r"[\s>*]*(?:_{5,}|-{5,}|={4,}|\*{5,}|[─━—–]{3,})\s*", 0, "fullmatch"],
    "a date of an absence": [r"\d{1,2}[./]|\d{1,2}(?:st|nd|rd|th)? [^\W\d_]{3,}|[^\W\d_]{3,} \d{1,2}\b", 0, "search"],
    "a robot's address": [r"(?:.*[-_.+])?(?:no|do[-_.]?not|dont)[-_.]?reply(?:[-_.+\d].*)?|root", re.IGNORECASE, "fullmatch"],
    "a line of a list": [r"\s*[#]?([0-9]{1,4}(?:\s*,\s*[0-9]{1,4})*)[.):]?\s+[#]?([^\W\d_]+(?:[-–—]+[^\W\d_]+)*.*)", 0, "fullmatch"],
    "a name and an address": [r'(?:([^<>()@,:;"]*)[ \t]*<([a-z]+@[a-z]+)>)', 0, "fullmatch"],
    "a style sheet": [r"([^{}@]+)\{([^{}]*)\}", 0, "finditer"],
    "a parameter of a calendar": [r'([A-Za-z-]+)=("[^"]*"|[^;]*)', 0, "finditer"],
}  # fmt: skip
# Shapes that books warn of, and shapes that look alike and are sound.
TEXTBOOK = [
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    r"(?:\w+\s?)+:",
    r"^\s+|\s+$",
    "a.*b.*c",
    r"(\d+,?)+;",
    "(?:a*)*b",
    "x*y*x*z",
]
SOUND = [
    r"\A\s+|\S\Z",
    "(?<!a)(?>a+)b",
    "[a-z]{1,64}@",
    r"(?<!\w)\w++:",
    r"\Aa*+b*+c",
    "(?<!b)(?:ab)*+c",
    r"[^\s@]{1,64}@[^\s@]{1,255}",
]


def judged(**asked: Any) -> dict[str, Any]:
    """What `linear_package.py` finds, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(LINEAR)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=1400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@lru_cache
def package() -> dict[str, Any]:
    """What is found in the package, asked once."""
    return judged(package=True)


@ONE_WORKER
def test_no_pattern_and_no_function_of_ours_takes_longer_than_in_proportion() -> None:
    assert package()["found"] == []


@ONE_WORKER
def test_all_of_it_was_looked_at() -> None:
    """A pattern is collected wherever it is compiled; the figures only ever need to grow."""
    assert package()["patterns"] > 200
    assert package()["functions"] > 130
    built = ["core/text/subject.py", "store/people/redacting.py", "wire/report/sentences.py"]
    assert package()["unwritten"] == built, "name it in `call_builders` too, so that it is looked at"


def test_the_patterns_that_stopped_the_daemon_are_found_again() -> None:
    found = judged(patterns=PAST)["found"]
    assert [name for name in PAST if not any(line.startswith(name) for line in found)] == []


def test_what_books_warn_of_is_found_and_what_looks_like_it_is_not() -> None:
    found = judged(patterns={pattern: [pattern, 0, "search"] for pattern in TEXTBOOK + SOUND})["found"]
    blamed = [pattern for pattern in TEXTBOOK + SOUND if any(line.startswith(pattern + " ") for line in found)]
    assert blamed == TEXTBOOK


def test_folding_a_text_by_its_characters_is_folding_it_whole() -> None:
    """S-17: NFKD sorts runs of combining marks in quadratic time; character by character nothing is sorted."""
    from mailgate.core.text.folding import _WHOLE, fold

    def whole(text: str) -> str:
        apart = unicodedata.normalize("NFKD", text.casefold())
        return "".join(c for c in apart if not unicodedata.combining(c)).casefold().translate(_WHOLE)

    characters = [chr(code) for code in range(0x80, 0x10000) if not 0xD800 <= code < 0xE000]
    text = " ".join(characters)
    assert fold(text) == whole(text)
    assert fold("a\u0301\u0323\u0f73\u0344b ｱﾞ 각 \ufdfa") == whole("a\u0301\u0323\u0f73\u0344b ｱﾞ 각 \ufdfa")


@pytest.mark.parametrize("run", ["\u0301", "\u0323\u0301", "\u0f73", "\u0344"])
def test_marks_alone_fold_to_nothing(run: str) -> None:
    from mailgate.core.text.folding import fold

    assert fold("é" + run * 500 + "x") == "ex"
