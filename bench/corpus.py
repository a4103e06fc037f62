"""How well mail is understood: the corpus of other programs' test mails, scored against what those programs expect."""

from __future__ import annotations

import argparse
import csv
import fnmatch
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailgate.core.mails import guard
from mailgate.core.model.mail import Address, Attachment, Envelope, InboundMail, MailKind, Source
from mailgate.core.model.policy import Department, Limits, Policy
from mailgate.core.text import quote
from mailgate.wire.mime import parse
from mailgate.wire.text import fresh, sanitize

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
RECORD = ROOT / "bench" / "corpus-score.json"
DESK = "support@mailgate.test"
POLICY = Policy("corpus", "mailgate.test", (Department("support", (DESK,), Address(DESK)),))

# What we want to reach, and where the sources' own expectations keep us below it (docs/corpus.md).
AIMS = {
    "subject": 0.98, "sender": 0.98, "attachments": 0.97, "bounce recipients": 0.97,
    "automatic": 0.98, "reply text": 0.90,
}  # fmt: skip
EXPLAINED = frozenset({"sender", "attachments"})


@dataclass(frozen=True)
class Check:
    """One expectation and what became of it."""

    path: str
    source: str
    kind: str
    passed: bool
    expected: object
    actual: object


def checks(corpus: Path = CORPUS) -> Iterator[Check]:
    """Every expectation of the corpus that speaks about something we do."""
    with (corpus / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    for row in rows:
        stated = corpus / (row["path"] + ".expected.json")
        if not stated.exists():
            continue
        expected = json.loads(stated.read_text(encoding="utf-8"))
        raw = (corpus / row["path"]).read_bytes()
        source = row["path"].partition("/")[0]
        for kind, passed, wanted, found in _judge(row["form"], raw, expected):
            yield Check(row["path"], source, kind, passed, wanted, found)


Judgement = tuple[str, bool, object, object]


def _judge(form: str, raw: bytes, expected: dict[str, Any]) -> Iterator[Judgement]:
    if form == "body-text":
        yield from _reply(quote.split_history(raw.decode("utf-8", "replace"), markers=_markers(expected)), expected)
    elif form == "body-html":
        new, _ = fresh.split_fresh_html(raw.decode("utf-8", "replace"))
        yield from _reply(quote.split_history(sanitize.to_text(sanitize.clean(new))), expected)
    elif form == "message":
        mail = parse.parse(raw, Envelope("someone@example.org", (DESK,), Source.SMTP), Limits())
        markers = _markers(expected)
        forward = mail.kind is MailKind.FORWARD and not markers
        split = quote.split_history(mail.text, markers=markers, forward=forward)
        yield from _reply(split, expected)
        yield from _bounce(mail, expected)
        yield from _fields(mail, expected)


def _markers(expected: dict[str, Any]) -> tuple[str, ...]:
    return tuple(expected.get("reply_markers", {}).values())


def _plain(text: str, *, loose: bool = False) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\u00a0", " ").strip().split("\n")]
    return "".join(text.split()) if loose else "\n".join(lines)


def _reply(split: quote.WordsAndHistory, expected: dict[str, Any]) -> Iterator[Judgement]:
    """The new words; where a source keeps the signature in them, new words and signature together."""
    both = f"{split.fresh}\n\n{split.signature}" if split.signature else split.fresh
    if "reply_text" in expected:
        wanted = expected["reply_text"]
        passed = any(_plain(text, loose=True) == _plain(wanted, loose=True) for text in (split.fresh, both))
        yield "reply text", passed, wanted, split.fresh
    contains, excludes = expected.get("reply_contains", ()), expected.get("reply_excludes", ())
    if contains or excludes:
        flat = " ".join(both.split())
        passed = all(" ".join(part.split()) in flat for part in contains)
        flat = " ".join(split.fresh.split())
        passed = passed and not any(" ".join(part.split()) in flat for part in excludes)
        yield "reply text", passed, (contains, excludes), split.fresh
    if "signature" in expected and "reply_text" not in expected:
        wanted = _plain(expected["signature"], loose=True)
        yield (
            "signature",
            _plain(split.signature, loose=True).lstrip("-") == wanted.lstrip("-"),
            wanted,
            split.signature,
        )


def _bounce(mail: InboundMail, expected: dict[str, Any]) -> Iterator[Judgement]:
    verdict = guard.inspect(mail, POLICY, lambda _value: False)
    if "auto" in expected:
        yield "automatic", verdict.robot == expected["auto"], expected["auto"], verdict
    bounce = expected.get("bounce")
    if not bounce:
        return
    is_bounce = bounce.get("is_bounce", bool(bounce.get("recipients")))
    named = {each.address.lower() for each in mail.bounced if each.action in ("failed", "delayed")}
    if "is_bounce" in bounce:
        found = verdict.kind == "bounce" and (not mail.bounced or bool(named))
        yield "bounce", found == is_bounce, is_bounce, (verdict.kind, mail.bounced)
        if is_bounce:
            yield "automatic", verdict.robot, True, verdict
    if "recipients" in bounce:
        wanted = {address.lower() for address in bounce["recipients"]}
        if bounce.get("temporary"):
            named -= {each.address.lower() for each in mail.bounced if not each.failed}
        yield "bounce recipients", named == wanted, sorted(wanted), sorted(named)
    if is_bounce and "temporary" in bounce and mail.bounced:
        lasting = any(each.failed for each in mail.bounced)
        yield "bounce lasting", lasting != bounce["temporary"], not bounce["temporary"], mail.bounced


def _fields(mail: InboundMail, expected: dict[str, Any]) -> Iterator[Judgement]:
    if "subject" in expected:
        wanted = " ".join(str(expected["subject"]).split())
        yield "subject", " ".join(mail.subject.split()) == wanted[:255].strip(), wanted, mail.subject
    author = mail.author or Address("")
    if "from_email" in expected:
        yield "sender", author.addr.lower() == str(expected["from_email"]).lower(), expected["from_email"], author
    if "from_name" in expected:
        yield "sender name", author.name == expected["from_name"], expected["from_name"], author.name
    if "attachments" in expected:
        wanted_names = [str(name) for name in expected["attachments"]]
        yield (
            "attachments",
            _same_files(mail.attachments, wanted_names),
            wanted_names,
            [each.name for each in mail.attachments],
        )
    elif "attachment_count" in expected:
        count = expected["attachment_count"]
        yield "attachments", count in _counts(mail.attachments), count, len(mail.attachments)


def _counts(files: tuple[Attachment, ...]) -> tuple[int, int]:
    """All files, and those that are not shown within the text: sources count one or the other."""
    return len(files), sum(not each.inline for each in files)


def _same_files(files: tuple[Attachment, ...], wanted: list[str]) -> bool:
    """As many files, and every name the sender gave among those expected; nameless ones are named as each likes."""
    files = tuple(each for each in files if each.name != "smime.p7s" or "smime.p7s" in wanted)
    patterns = [fnmatch.translate(name.replace("[", "?").replace("\ufffd", "?")) for name in wanted]
    named = [each for each in files if each.original_name]
    known = all(any(re.match(p, n) for p in patterns for n in (each.name, each.original_name)) for each in named)
    outside = [each for each in files if not each.inline]
    return (known and len(wanted) in _counts(files)) or sorted(each.name for each in outside) == sorted(wanted)


def score(found: list[Check]) -> dict[str, dict[str, list[int]]]:
    """Passed and asked, by kind and source, with "total" beside the sources."""
    table: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for check in found:
        for source in (check.source, "total"):
            cell = table[check.kind][source]
            cell[0] += check.passed
            cell[1] += 1
    return {kind: dict(sorted(by_source.items())) for kind, by_source in sorted(table.items())}


def _size(value: object) -> str:
    return f"{len(value)} characters" if isinstance(value, str) else type(value).__name__


def main() -> int:
    """Print the score; with `--record` keep it, with `--misses` list what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="list the mails that were not understood as expected")
    parser.add_argument("--verbose", action="store_true", help="with --misses: print contents, personal data too")
    parser.add_argument("--record", action="store_true", help="keep this score as the one that may not fall")
    options = parser.parse_args()
    if not CORPUS.is_dir():
        print("the corpus is not here; nothing to score")
        return 0
    found = list(checks())
    table = score(found)
    for kind, by_source in table.items():
        passed, asked = by_source["total"]
        print(f"{kind:<18} {passed:>4} of {asked:>4}  {passed / asked:6.1%}")
        for source, (some, of) in by_source.items():
            if source != "total":
                print(f"    {source:<28} {some:>4} of {of:>4}")
    if options.misses or options.verbose:
        for check in found:
            if not check.passed:
                wanted, actual = (
                    (repr(check.expected), repr(check.actual))
                    if options.verbose
                    else (_size(check.expected), _size(check.actual))
                )
                print(f"{check.kind}: {check.path}\n    expected {wanted}\n    found    {actual}")
    if options.record:
        totals = {kind: by_source["total"] for kind, by_source in table.items()}
        RECORD.write_text(json.dumps(totals, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
