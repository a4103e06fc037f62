"""`make fuzz`: mutated mails through parser, guard, rules and decision for a bounded time; prints what broke.

Each mutant is made from a seed, so that a failure can be had again: `bench/fuzz.py --seed N --rounds 1`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from mailgate.config.files import shared
from mailgate.core.mails.decide import decide, needs
from mailgate.core.model.facts import Facts
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Agent, Department, Key, Policy
from mailgate.rulebook import load as rulebook
from mailgate.wire.mime.parse import parse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = Policy(
    name="Fuzz",
    domain="acme.example",
    departments=(
        Department("support", ("support@acme.example",), Address("support@acme.example", "Support")),
        Department("sales", ("sales@acme.example",), Address("sales@acme.example", "Sales")),
    ),
    keys=(Key("k1", b"k" * 32),),
    agents=(Agent(1, "anna", "anna@staff.example"),),
)
PIECES = (
    b"\r", b"\n", b"\0", b"\x80", b"\xff\xfe", b"=?utf-8?q?", b"?=", b"<", b">", b"\"", b"(", b")", b"@", b";", b"--",
    b"[#1042]", b"#close", b"<div>", b"<a ", b"&#x41;", b"Content-Type: multipart/mixed; boundary=b\r\n", b"\r\n\r\n",
    b"\xe2\x80\xae", b"+ADw-", b"begin 644 x\n", b"%", b"A" * 3000,
)  # fmt: skip
SEED = (
    b"From: Maija <maija@customer.example>\r\nTo: support@acme.example\r\nSubject: =?utf-8?q?L=C3=A4mp=C3=B6?=\r\n"
    b"Message-ID: <1@customer.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Hei!\r\n\r\nOn Mon, x wrote:\r\n> old\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Hei!</p>\r\n--x--\r\n"
)


def mutant(seeds: list[bytes], chance: random.Random) -> bytes:
    """One damaged mail."""
    raw = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(5):
            case 0:
                raw[at:at] = chance.choice(PIECES) * chance.choice((1, 1, 1, 50))
            case 1:
                del raw[at : at + chance.randint(1, 200)]
            case 2:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                raw[at:at] = other[start : start + chance.randint(1, 2000)]
            case _:
                raw = raw[:at] or raw
    return bytes(raw[:200_000])


def main() -> int:
    """Exit status 1 when any mutant raised or took longer than two seconds of CPU."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--rounds", type=int, default=10_000_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--corpus", type=Path, default=Path(__file__).parents[2] / "shared" / "corpus")
    given = asked.parse_args()
    seeds = [SEED, *(path.read_bytes() for path in sorted(given.corpus.glob("*/*.eml"))[::7])]
    seeds = [seed for seed in seeds if seed]
    rules = rulebook.load(shared("rules"), POLICY).rules
    end, done, broken = time.monotonic() + given.seconds, 0, 0
    while time.monotonic() < end and done < given.rounds:
        raw = mutant(seeds, random.Random(given.seed + done))
        start = time.process_time()
        try:
            mail = parse(raw, Envelope("a@b.example", ("support@acme.example",)), POLICY.limits)
            needs(mail, POLICY, NOW)
            decide(mail, Moment(POLICY, Facts(), NOW), rules)
        except Exception as error:
            broken += 1
            print(f"seed {given.seed + done}: {type(error).__name__}: {error}")
        if time.process_time() - start > 2.0:
            broken += 1
            print(f"seed {given.seed + done}: {time.process_time() - start:.1f} s of CPU")
        done += 1
    print(f"{done} mutants of {len(seeds)} mails, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
