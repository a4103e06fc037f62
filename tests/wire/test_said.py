"""What core decided to say is said in the reader's language; what stands already, and what nobody knows, as it stands."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mailgate
from mailgate.core.letters.letter import head
from mailgate.core.letters.row_values import from_plain
from mailgate.core.model.content import Digest, Question, Receipt
from mailgate.core.model.said import Said, Words, day, moment, said
from mailgate.core.model.shown import RefusedLine, Section
from mailgate.wire.letters import compose, render, samples
from mailgate.wire.letters.spoken import spoken, spoken_content
from mailgate.wire.words import reasons, say
from mailgate.wire.words import said as told

MONDAY, FRIDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC), datetime(2026, 11, 27, 14, 5, tzinfo=UTC)
SAYINGS: list[tuple[str, Words, str, str]] = [
    ("a sentence", said("done.taken"), "fi", "tiketti on nyt sinun"),
    ("in a language we do not speak", said("done.taken"), "xx", "the ticket is yours"),
    ("what it speaks of", said("refused.no_such_agent", name="bob"), "en", "no agent is called bob"),
    ("a number chooses the plural", said("tickets", n=3), "pl", "3 zgłoszenia"),
    ("a sentence in a sentence", said("done.line", command="#take", what=said("done.taken")), "lv", "#take: pieteikums ir Jūsu"),
    ("several are a line each", said("list.lines", lines=(said("done.opened"), "As it stands.")), "en", "the ticket is open\nAs it stands."),
    ("an empty one is nobody", said("refused.away", name="Bo", cover=""), "fi", "Bo on poissa (sijaisena ei kukaan); annetaanko tiketti silti?"),
    ("what it lacks", said("done.titled"), "en", "title: ?"),
    ("braces of somebody's own", said("done.titled", title="{n} {0.__class__}"), "en", "title: {n} {0.__class__}"),
    ("a key of a later version", said("done.sung", song="x"), "fi", "done.sung"),
    ("a moment", said("done.held_until", at=moment(FRIDAY, MONDAY)), "en", "on hold until Fri 27 Nov 14:05; deadlines are paused"),
    ("in another language", said("done.remind", at=moment(FRIDAY, MONDAY)), "fi", "muistutus: pe 27.11. klo 14.05"),
    ("a day", said("done.due", at=day(FRIDAY, MONDAY)), "pl", "termin: pt. 27.11"),
    ("a day far away", said("done.due", at=day(FRIDAY.replace(year=2027), MONDAY)), "lv", "termiņš: 27.11.2027"),
    ("words of an earlier version", "the ticket is yours", "fi", "the ticket is yours"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "day", "end"),
    [("fi", "lauantaina 28.11.", " lauantaina 28.11."), ("lv", "sestdien, 28.11.", " sestdien, 28.11."),
     ("pl", "w sobotę, 28.11.", " w sobotę, 28.11."), ("en", "on Saturday 28 November", " on Saturday 28 November.")],
)  # fmt: skip
def test_a_sentence_that_ends_in_a_date_has_one_full_stop(language: str, day: str, end: str) -> None:
    assert say(language, "nudge.until", day=day).endswith(end)
    assert told(language, said("nudge.until", day=day)).endswith(end)


@pytest.mark.parametrize(("words", "language", "text"), [one[1:] for one in SAYINGS], ids=[one[0] for one in SAYINGS])
def test_it_is_said_as_its_reader_speaks(words: Words, language: str, text: str) -> None:
    assert told(language, words) == text


def test_nothing_is_left_to_be_said_in_a_letter() -> None:
    said_of = RefusedLine("#tkae", said("doubt.unknown"), "#take")
    content = Receipt(refused=(said_of,), done=(said("done.taken"), "As it stands."))
    letter = head(replace(samples.due("receipt", "fi"), content=content), samples.POLICY, loop_mark="")
    found = spoken(letter)
    assert found.view.content == Receipt(
        refused=(RefusedLine("#tkae", "sellaista komentoa ei ole", "#take"),),
        done=("tiketti on nyt sinun", "As it stands."),
    )
    assert spoken(found) is found
    plain = Digest(title="Your day", sections=(Section("Overdue"),))
    assert spoken_content(plain, "fi") is plain


def test_a_letter_about_no_ticket_has_its_title_for_a_subject() -> None:
    due = replace(samples.due("question", "pl"), content=Question(title=said("asked.find", text="lamp")))
    written = compose.write(head(due, samples.POLICY, loop_mark=""), samples.NOW)
    assert written.subject == "Wyniki wyszukiwania: lamp"
    given = replace(due, subject="As it was given")
    assert compose.write(head(given, samples.POLICY, loop_mark=""), samples.NOW).subject == "As it was given"


def test_a_letter_that_an_earlier_version_queued_says_what_it_said() -> None:
    kept = {"parked": True, "refused": [{"text": "#tkae", "why": "there is no such command"}], "asks": ["Whose is it?"]}
    due = replace(samples.due("receipt", "fi"), content=from_plain("receipt", kept))
    text = render.page(head(due, samples.POLICY, loop_mark=""), samples.NOW).text
    assert "#tkae – there is no such command" in text and "Whose is it?" in text


def test_why_a_letter_left_the_house_is_english_whatever_its_language() -> None:
    marks = dict(spoken(head(samples.due("ack", "fi"), samples.POLICY, loop_mark="")).marks)
    assert marks["X-Mailgate-Reason"] == "you wrote to us"
    assert dict(head(samples.due("solved"), samples.POLICY, loop_mark="").marks)["X-Mailgate-Reason"] == Said(
        "reason.ticket"
    )


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("null_path", "null reverse-path"), ("auto: null_path", "auto: null reverse-path"), ("auto: header:x-loop", "auto: x-loop header"),
        ("missed:when.to", "when.to does not hold"), ("bounce_of_notice", "bounce of a notice"),
        # of earlier versions, of rules, and plain codes
        ("auto: null reverse-path", "auto: null reverse-path"), ("auto: precedence: list", "auto: precedence: list"), ("human", "human"),
        ("bounce of a notice", "bounce of a notice"), ("newsletter nobody reads", "newsletter nobody reads"), ("commands", "commands"),
        ("header", "header"), ("null_path:x", "null_path:x"), ("failed: KeyError: x", "failed: KeyError: x"), ("", ""),
    ],
)  # fmt: skip
def test_a_reason_is_shown_in_words_and_an_old_one_as_it_stands(kept: str, shown: str) -> None:
    assert reasons.shown(kept) == shown


def test_only_a_reason_of_the_journal_is_put_in_words() -> None:
    assert reasons.of_event("why", "gathered") == "gathered into one list"
    assert reasons.of_event("tag", "gathered") == "gathered"


@pytest.mark.parametrize(
    ("kind", "kept", "shown"),
    [
        ("until", "1796391000000000", "2026-12-04T13:30:00Z"), ("due-manual", "", ""), ("remind", "anna", "anna"),
        ("escalation", "2:1796391000000000", "2:2026-12-04T13:30:00Z"), ("field", "order=1796391000000000", "order=1796391000000000"),
    ],
)  # fmt: skip
def test_a_time_of_the_journal_is_shown_as_one(kind: str, kept: str, shown: str) -> None:
    assert reasons.of_event(kind, kept) == shown


def test_every_reason_is_one_that_core_or_app_gives() -> None:
    folder = Path(mailgate.__file__).parent
    text = "\n".join(path.read_text() for room in ("core", "app") for path in (folder / room).rglob("*.py"))
    assert not [code for code in reasons.WHY if not re.search(rf'"{code}[":]', text)]
