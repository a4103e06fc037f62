"""What telling our words from a mail's own costs: in time beside reading the mail at all, and in second readings."""

from __future__ import annotations

import csv
import email
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from statistics import median

from mailgate.core.letters.letter import head
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.policy import Limits
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import Held
from mailgate.wire.letters import own_words, render, samples
from mailgate.wire.mime import parse
from mailgate.wire.text import html_text, typed

KEY = b"sixteen octets.."
ENVELOPE = Envelope("anna@acme.example", ("support@acme.example",), Source.SMTP)
AIMS = {"2 KB, one letter": 0.8, "17 KB HTML, eight letters": 6.0, "quotes nothing": 0.0, "fingerprint": 1.0}


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one thread's CPU: the least and the median of many runs, and how often the yardstick fits in."""

    name: str
    least: float
    usual: float
    yardsticks: float


def costs(rounds: int = 200) -> list[Cost]:
    """What each of AIMS costs, run in turn with its yardstick: `email.message_from_bytes` and a walk of a 2 KB mail."""
    letters = [head(samples.due("notice"), samples.POLICY, loop_mark="") for _ in range(8)]
    pages = [render.page(one, samples.NOW) for one in letters]
    packed = [
        own_words.packed(page.text + "\n" + _text(9, number), page.html, letter.from_, KEY, [], [])
        for number, (page, letter) in enumerate(zip(pages, letters, strict=True))
    ]
    one = KnownLetters(KEY, (own_words.fingerprints_of(letters[0], pages[0], KEY).words,))
    eight = replace(one, letters=(*one.letters, *packed[1:]))
    plain = _text(6, 1) + "\n\nOn Friday, 27 November 2026, Acme <support@acme.example> wrote:\n"
    plain += "\n".join(f"> {line}" for line in pages[0].text.splitlines())
    plain = (plain + "\n\n" + _text(9, 2))[:2048]
    body = pages[0].html.partition("<body")[2].partition(">")[2]
    page = f"<div>{'<br>'.join(map(escape, _text(40, 3).splitlines()))}</div><blockquote type=cite>{body}</blockquote>"
    page += "".join(f"<p>{escape(line)}</p>" for line in _text(400, 4).splitlines())
    rich = html_text.render(page[:17_000])
    raw = f"From: a@b.example\r\nSubject: x\r\n\r\n{plain}".encode()
    calls: dict[str, Callable[[], object]] = {
        "2 KB, one letter": lambda: typed.typed(plain, one),
        "17 KB HTML, eight letters": lambda: typed.typed(rich, eight),
        "quotes nothing": lambda: typed.typed(_PLAIN, None),
        "fingerprint": lambda: own_words.fingerprints_of(letters[0], pages[0], KEY),
    }
    return [_cost(name, call, raw, rounds) for name, call in calls.items()]


def _cost(name: str, call: Callable[[], object], raw: bytes, rounds: int) -> Cost:
    spent, yard = list[float](), list[float]()
    call()
    for _ in range(rounds):
        yard.append(_timed(lambda: list(email.message_from_bytes(raw).walk())))
        spent.append(_timed(call))
    return Cost(name, min(spent), median(spent), median(spent) / median(yard))


def _timed(call: Callable[[], object]) -> float:
    began = time.thread_time()
    call()
    return 1000 * (time.thread_time() - began)


def _text(lines: int, seed: int) -> str:
    """Lines nobody else wrote."""
    said = ("lamp", "switch", "please", "order", "arrived", "broken", "Monday", "receipt", "cable", "thanks", "street")
    return "\n".join(
        " ".join(
            said[(seed * line + 3 * word + line) % len(said)] + ("" if word % 4 else str(line)) for word in range(9)
        )
        for line in range(lines)
    )


_PLAIN = _text(25, 5)


def second_readings(corpus: Path, limit: int | None = None) -> tuple[int, int]:
    """How many mails of the corpus there are, and how many would be read again for a letter in their body alone."""
    with (corpus / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        paths = [row["path"] for row in csv.DictReader(index, delimiter="\t")][:limit]
    held = 0
    for path in paths:
        mail = parse.parse((corpus / path).read_bytes(), ENVELOPE, Limits())
        held += mail.held is Held.UNKNOWN_LETTER
    return len(paths), held


def peak(octets: int = 64 * 1024) -> float:
    """MiB more a fresh process holds while it subtracts eight letters of so many octets from a mail of as many."""
    letter = head(samples.due("notice"), samples.POLICY, loop_mark="")
    texts = [_many(octets, number) for number in range(8)]
    known = tuple(own_words.packed(text, "", letter.from_, KEY, [], []) for text in texts)
    mail = _text(40, 6) + "\n> " + texts[0].replace("\n", "\n> ")[:octets]
    done = subprocess.run(
        [sys.executable, "-c", "import subtraction; subtraction.tell_peak()"],
        cwd=Path(__file__).parent, input=pickle.dumps((mail, known)), capture_output=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def tell_peak() -> None:
    """What a fresh process of `peak` does."""
    mail, known = pickle.load(sys.stdin.buffer)
    typed.typed("mg: nothing", KnownLetters(KEY))  # what every child has read already
    before = _held()
    typed.typed(mail, KnownLetters(KEY, known))
    print((_held() - before) / 1024)


def _held() -> int:
    """KiB this process held at most (`getrusage` tells of the one it was forked from as well)."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


def _many(octets: int, seed: int) -> str:
    """Lines of words that come again seldom."""
    said = (f"w{(seed + 7919) * at % 9001}" + ("\n" if at % 10 == 0 else "") for at in range(octets // 6))
    return " ".join(said)[:octets]
