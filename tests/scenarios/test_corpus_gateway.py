"""Every mail of the corpus through a whole gateway: each gets its fate, none harms a child, and the raw bytes stay."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from conftest import running

from mailgate.core.model.mail import Envelope

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
AHEAD = 64  # mails handed in before their fates are waited for


def corpus() -> list[bytes]:
    """The mails as they lie there, every other one with the other line ends."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not at ../shared/corpus")
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        paths = [row["path"] for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert len(paths) == 2077
    raws = [(CORPUS / path).read_bytes() for path in paths]
    return [raw if at % 2 else _other_ends(raw) for at, raw in enumerate(raws)]


def _other_ends(raw: bytes) -> bytes:
    lf = raw.replace(b"\r\n", b"\n")
    return lf if lf != raw else raw.replace(b"\n", b"\r\n")


@pytest.mark.timeout(1500)  # two thousand mails: how long it takes says nothing
def test_no_mail_of_the_corpus_is_lost_changed_or_in_quarantine(tmp_path: Path) -> None:
    limits = "[limits]\ntickets_per_sender_hour = 10000\n"
    with running(tmp_path, more=limits, support='notify = "owner"') as desk:  # two thousand notices say nothing more
        raws = corpus()
        kept: dict[int, bytes] = {}
        for start in range(0, len(raws), AHEAD):
            taken = [
                (
                    raw,
                    desk.gateway.intake.receive(
                        raw, Envelope(f"s{at % 90}@customer.example", ("support@acme.example",))
                    ),
                )
                for at, raw in enumerate(raws[start : start + AHEAD])
            ]
            for raw, done in taken:
                number = done.result(100).number
                kept.setdefault(number, raw)  # the first of two that are the same
            desk.settle()
        audit = desk.gateway.store.read(lambda read: read.report.audit())
        assert (audit["accepted"], audit["unaccounted"], audit["quarantined"]) == (len(kept), 0, 0)
        assert audit["filed"] > 1000
        for number, raw in kept.items():
            stored = desk.gateway.store.read(lambda read, one=number: read.mail.raw(one))
            assert stored == raw, number
