"""Whose words each line of a letter is: every field that a template may show is classified, and the kinds come out so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, get_args, get_type_hints

import pytest

from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.letter import head
from mailgate.core.letters.row_values import TEMPLATES
from mailgate.core.letters.views import EntryView, LetterView
from mailgate.core.model.change import Audience
from mailgate.core.model.content import Answer, Content, Handover, Notice, Receipt, Reminded
from mailgate.core.model.shown import RECORDS
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.quoting import tokens
from mailgate.core.quoting.fingerprint import LetterWords, Wording
from mailgate.wire.letters import compose, own_words, samples, whose
from mailgate.wire.letters.whose import WHOSE
from mailgate.wire.text import fingerprints
from mailgate.wire.words import MARKERS

KEY = b"0123456789abcdef"
FRAME, NOTE, PUBLIC = Wording.FRAME, Wording.NOTE, Wording.PUBLIC


def held(hint: Any) -> Iterator[Any]:
    """A type and all that it is made of."""
    yield hint
    for one in get_args(hint):
        yield from held(one)


def of_text(kind: type) -> set[str]:
    """The fields of a record that hold text, in whatever list."""
    return {name for name, hint in get_type_hints(kind).items()
            if str in held(hint) and name in {one.name for one in fields(kind)}}  # fmt: skip


def reachable(kind: type, found: set[type]) -> set[type]:
    """Every record a letter may hold."""
    found.add(kind)
    for hint in get_type_hints(kind).values():
        for one in held(hint):
            if isinstance(one, type) and is_dataclass(one) and one not in found:
                reachable(one, found)
    return found


SHOWN = sorted(reachable(LetterView, {*TEMPLATES.values(), *RECORDS}), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_every_text_of_every_letter_is_classified(kind: type) -> None:
    """A new field fails here until somebody has said whose words it is; an entry's text goes by its kind."""
    texts = of_text(kind) - ({"text"} if kind is EntryView else set())
    assert set(WHOSE.get(kind, {})) == texts, f"WHOSE of wire/letters/whose.py says whose words {kind.__name__} holds"


def test_no_row_of_the_table_is_left_over() -> None:
    assert set(WHOSE) <= set(SHOWN)


@pytest.mark.parametrize(
    ("kind", "unverified", "expected"),
    [
        (kind, verified, PUBLIC if kind.public and not verified else NOTE)
        for kind in EntryKind
        for verified in (True, False)
    ],
)
def test_an_entry_is_public_when_a_customer_may_see_it(kind: EntryKind, unverified: bool, expected: Wording) -> None:
    assert whose.entry_wording(kind.value, unverified=unverified) is expected


# --- line by line -----------------------------------------------------------------------------------------------------

FIRST = "Hello there,\nmy lamp has been broken since the storm of Friday.\nMaija"
MEMO = "She has called three times already.\nDo not promise a date."
ANSWERED = "Dear Maija,\nwe are sending a new driver today by courier.\nAnna"
STRANGER = "Give me the invoice of this customer at once please."


def entries(*said: tuple[EntryKind, str, bool]) -> tuple[Entry, ...]:
    return tuple(
        Entry(n, kind, "bo", "Bo Lund", samples.NOW - timedelta(hours=9 - n), text, unverified=unverified)
        for n, (kind, text, unverified) in enumerate(said)
    )


THREAD = entries(
    (EntryKind.NOTE, MEMO, False), (EntryKind.CUSTOMER, STRANGER, True), (EntryKind.AGENT, ANSWERED, False),
    (EntryKind.CUSTOMER, FIRST, False),
)  # fmt: skip


def due(says: Content, thread: tuple[Entry, ...] = THREAD, **more: Any) -> DueLetter:
    letter = samples.due(says.template)
    assert letter.ticket is not None
    return replace(letter, content=says, ticket=replace(letter.ticket, entries=thread), **more)


def kinds(letter: DueLetter) -> Mapping[tuple[int, ...], set[int]]:
    """Each line of a letter as its hashed words, with the kinds they have, in its text and its HTML."""
    written = compose.write(head(letter, samples.POLICY, loop_mark=""), samples.NOW, key=KEY)
    words: LetterWords = fingerprints.unpack(written.words)
    found: dict[tuple[int, ...], set[int]] = {}
    for begin, end in words.lines():
        found.setdefault(tuple(words.words[begin:end]), set()).update(words.kinds[begin:end])
    return found


def of(found: Mapping[tuple[int, ...], set[int]], text: str) -> set[int]:
    """The kinds of the lines that a text has become."""
    hasher = tokens.Hasher(KEY)
    return set().union(*(found[tuple(hasher.hashes(line))] for line in text.split("\n")))


def test_a_notice_of_a_customers_words_has_its_notes_and_frames_told_apart() -> None:
    found = kinds(due(Notice(why="reply", text=FIRST)))
    assert of(found, FIRST) == of(found, ANSWERED) == {PUBLIC}
    assert of(found, MEMO) == of(found, STRANGER) == {NOTE}
    assert of(found, samples.ticket().subject) == {PUBLIC}
    assert of(found, MARKERS["en"]) == {FRAME}
    assert set().union(*found.values()) == {FRAME, NOTE, PUBLIC}


def test_a_notice_of_a_note_shows_a_note_and_one_of_a_stranger_too() -> None:
    assert of(kinds(due(Notice(why="note", text=MEMO))), MEMO) == {NOTE}
    assert of(kinds(due(Notice(why="reply", text=STRANGER, unverified=True))), STRANGER) == {NOTE}


def test_what_was_public_before_it_was_noted_is_public() -> None:
    thread = (*THREAD, *entries((EntryKind.NOTE, ANSWERED, False)))
    assert of(kinds(due(Handover(by="Bo", text=FIRST), thread)), FIRST) == {PUBLIC}
    assert of(kinds(due(Notice(why="note", text=ANSWERED), thread)), ANSWERED) == {PUBLIC}


def test_an_answer_is_public_with_its_canned_beginning_and_its_signatures() -> None:
    canned = "Thank you for writing to the lamp desk."
    found = kinds(due(Answer(text=ANSWERED, canned=canned, agent="anna"), audience=Audience.CUSTOMER))
    assert of(found, f"{canned}\n{ANSWERED}\nAcme Support") == {PUBLIC}


@pytest.mark.parametrize(
    ("says", "text"),
    [
        (Handover(by="Bo", text="Nobody but you knows this lamp well."), "Nobody but you knows this lamp well."),
        (Reminded(text="Call the courier about the second parcel."), "Call the courier about the second parcel."),
        (Receipt(parked=True, text="Your money is on its way back."), "Your money is on its way back."),
    ],
)
def test_what_agents_wrote_for_the_house_is_a_note(says: Content, text: str) -> None:
    assert of(kinds(due(says)), text) == {NOTE}


def test_long_words_that_the_thread_shortened_stay_public() -> None:
    long = "\n".join(f"line {n} of a very long console output" for n in range(1200))
    view = head(
        due(Notice(why="new", text=long), entries((EntryKind.CUSTOMER, long, False))), samples.POLICY, loop_mark=""
    ).view
    public, notes = whose.said_in(view)
    assert notes == [] or long not in notes
    assert public


def noted(letter: DueLetter) -> list[tuple[int, ...]]:
    """The lines of the fingerprint of a letter's notes."""
    packed = compose.write(head(letter, samples.POLICY, loop_mark=""), samples.NOW, key=KEY).notes
    words = fingerprints.unpack(packed) if packed else None
    return [tuple(words.words[begin:end]) for begin, end in words.lines()] if words else []


def test_the_notes_in_a_letter_have_a_fingerprint_of_their_own() -> None:
    """Issue 12: by it a note of one ticket is known in an answer about another."""
    hasher = tokens.Hasher(KEY)
    for says in (Notice(why="reply", text=FIRST), Handover(by="Bo", text=FIRST)):
        found = noted(due(says))
        assert all(tuple(hasher.hashes(line)) in found for line in MEMO.split("\n"))
        assert not any(tuple(hasher.hashes(line)) in found for line in (*FIRST.split("\n"), *ANSWERED.split("\n")))
    fields = noted(due(Notice(why="reply", text=FIRST), THREAD[2:]))
    assert all(len(line) < 3 for line in fields), "values of fields alone"
    assert noted(due(Receipt(parked=True, text=MEMO), ())) == [], "what an agent wrote for a customer is no note yet"


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_letter_has_a_fingerprint_within_its_limit(template: str) -> None:
    written = compose.write(head(samples.due(template), samples.POLICY, loop_mark=""), samples.NOW, key=KEY)
    assert 50 < len(written.words) < 2048
    assert fingerprints.unpack(written.words).sender


def test_a_letter_never_fails_for_its_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **named: object) -> LetterWords:
        raise MemoryError

    monkeypatch.setattr(own_words, "fingerprint", fails)
    written = compose.write(head(samples.due("notice"), samples.POLICY, loop_mark=""), samples.NOW, key=KEY)
    assert written.raw and written.words == b""


def test_without_a_key_there_is_none() -> None:
    assert compose.write(head(samples.due("ack"), samples.POLICY, loop_mark=""), samples.NOW).words == b""
