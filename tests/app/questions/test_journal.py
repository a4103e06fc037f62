"""A ticket's journal as people read it: every kind that is written has a phrase, and no code is left in any language."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cases import ANNA, BO, POLICY

import mailgate
from mailgate.app.questions import journal
from mailgate.app.questions.journal import JournalWords
from mailgate.core.clock import collected
from mailgate.core.commands import about_absence
from mailgate.core.mails import agent_answer, agent_words, customer
from mailgate.core.mails.bounce import UNSOLICITED
from mailgate.core.mails.receipt import AUTOMATIC
from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.mail_rows import ParkedMail
from mailgate.core.proof import authority
from mailgate.core.proof.authority import DOUBTS
from mailgate.core.quoting.parts import Held
from mailgate.languages import LANGUAGES
from mailgate.store.tickets.ticket_writer import DUES
from mailgate.wire import words
from mailgate.wire.words import Phrases

NOW = datetime(2026, 11, 28, 6, 5, tzinfo=UTC)
FRIDAY = str(int(datetime(2026, 12, 4, 12, 30, tzinfo=UTC).timestamp() * 1_000_000))
# Of each kind what the store writes: (kind, old, new).
LINES = [
    ("opened", "", "support"), ("entry", "7", "customer"), ("entry", "8", "agent"), ("entry", "9", "note"), ("entry", "9", "event"),
    ("first-response", "", FRIDAY), ("withdrawn", "8", ""), ("status", "new", "open"), ("status", "waiting", "archived"),
    ("why", "", "rule"), ("why", "", "read_at_last"), ("why", "", "Maija asked for sales"), ("until", "", FRIDAY), ("until", FRIDAY, ""),
    ("until", FRIDAY, FRIDAY), ("reopened", "solved", "open"), ("owner", "", "anna"), ("owner", "anna", "bo"), ("owner", "bo", ""),
    ("department", "support", "sales"), ("told", "", "sales"), ("priority", "normal", "urgent"), ("tag", "", "refund"), ("tag", "refund", ""),
    ("field", "order=", "order=12"), ("field", "order=12", "order=13"), ("field", "order=13", "order="), ("subject", "Lamp", "Broken lamp"),
    ("sla", "", "gold"), ("sla", "gold", "silver"), ("sla", "silver", ""), ("watch", "", "bo"), ("watch", "bo", ""),
    ("due-first-response", "", FRIDAY), ("due-first-response", FRIDAY, ""), ("due-resolve", "", FRIDAY), ("due-resolve", FRIDAY, ""),
    ("due-manual", FRIDAY, FRIDAY), ("due-manual", FRIDAY, ""), ("escalation", "0", f"2:{FRIDAY}"), ("escalation", "2", "0:"), ("escalation", "0", "1:"),
    ("remind", "anna", FRIDAY), ("remind", "anna", ""), ("revoked", "anna", "leaked"), ("revoked", "anna", "to_outsiders"),
    ("bounced", "<1@x>", "m@x.example 5.1.1 no such user"), ("delayed", "<1@x>", "m@x.example 4.4.1 not yet"), ("quarantined", "", "114"),
    ("survey", "", "9"), ("vote", "", "9"), ("article", "", "fuse"), ("flag", "", "bare_cr_header"), ("flag", "", "broken_rule:vip"), ("asked", "", "bo"), ("forwarded", "", "ap@books.example"), ("only", "", "v@x.example"), ("undo", "", "114"),
    ("spent", "", "20"),
    ("ban", "", "1798797600000000 x@y.example"), ("ban", "1798797600000000 x@y.example", ""),
    ("link", "link", "1043"), ("link", "mention", "1043"), ("link", "continues", "1043"), ("link", "split", "1043"), ("unlink", "1043", ""),
    ("merged", '{"before": {"status": "new"}, "people": [1], "mails": [7]}', "1043"), ("merged-in", "", "1041"), ("merge-refused", "", "1043"),
    ("unmerged", "", "1043"), ("unmerged-from", "", "1041"), ("unmerge-refused", "", ""), ("split", "7", "1043"), ("split-from", "7", "1041"),
    ("split-refused", "", "7"), ("address", "", "m@home.example"), ("join", "", "v@x.example"), ("leave", "v@x.example", ""),
    ("requester", "m@x.example", "v@x.example"), ("owner", "", "cleared"),
    ("why", "", "privacy"),
    *(("privacy", what, state) for what in ("export", "erase") for state in ("asked", "proven", "ordered", "told", "done", "withdrawn")),
    ("page", "", "off"), ("page", "", "on"),
]  # fmt: skip
CODE = re.compile(r"_|[{}]|\d{7}|T\d\d:|\b(?:event|because|flag|kind|status|priority)\.|\?")


def told(language: str, kind: str, old: str, new: str, actor: str = "anna") -> str:
    speech = Phrases(language, "Europe/Helsinki", NOW)
    return words.said(language, JournalWords(POLICY, speech).line(JournalLine(1, 1, NOW, actor, None, kind, old, new)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_holds_a_code(language: str) -> None:
    said = {one: told(language, *one) for one in LINES}
    vague = [words.say(language, f"event.{key}") for key in ("other", "forgotten")]
    assert [one for one, line in said.items() if CODE.search(line) or any(word in line for word in vague)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_kind_is_said_like_another(language: str) -> None:
    kinds: dict[str, set[str]] = {}
    for line in LINES:
        kinds.setdefault(told(language, *line), set()).add(line[0])
    assert not [found for found in kinds.items() if len(found[1]) > 1]


SAYINGS = [
    ("en", ("status", "new", "open"), "Sat 28 Nov 08:05 · Anna Virtanen: status: new → open"),
    ("fi", ("status", "waiting", "solved"), "la 28.11. klo 8.05 · Anna Virtanen: tila: odottaa asiakasta → hoidettu"),
    ("pl", ("until", "", FRIDAY), "sob. 28.11 08:05 · Anna Virtanen: odłożone do pt. 4.12 14:30"),
    ("lv", ("owner", "", "bo"), "sestd. 28.11. plkst. 08:05 · Anna Virtanen: atbildīgais: Bo Ek"),
    ("fi", ("merged", '{"before": {}}', "1043"), "la 28.11. klo 8.05 · Anna Virtanen: yhdistetty tikettiin #1043"),
    ("en", ("escalation", "0", f"2:{FRIDAY}"), "Sat 28 Nov 08:05 · Anna Virtanen: warning 2 about the deadline Fri 4 Dec 14:30"),
    ("en", ("subject", "a", "word " * 40), f"Sat 28 Nov 08:05 · Anna Virtanen: title: “a” → “{'word ' * 23}…”"),
    ("en", ("requester", "", ""), "Sat 28 Nov 08:05 · Anna Virtanen: something that has been forgotten since"),
    ("en", ("sung", "a_b", "c_d"), "Sat 28 Nov 08:05 · Anna Virtanen: something else changed"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "line", "text"), SAYINGS)
def test_it_is_said_in_the_readers_way(language: str, line: tuple[str, str, str], text: str) -> None:
    assert told(language, *line) == text


def test_the_day_of_a_line_is_a_date_also_today() -> None:
    assert "today" not in told("en", "opened", "", "support")
    assert told("en", "opened", "", "support", "maija@home.example").startswith(
        "Sat 28 Nov 08:05 · maija@home.example: "
    )


# --- nothing is forgotten ---------------------------------------------------------------------------------------------

FOLDER = Path(mailgate.__file__).parent
OF_NO_TICKET = {"contact-linked", "forgotten", "news"}  # lines that belong to no ticket: `#why` never shows them
WRITERS = {"event": 0, "Journal": 0, "_between": 0, "_note": 2, "_journal": 2}  # name -> which argument is the kind


def _kinds_in(source: str) -> Iterator[str]:
    """Every kind that a source writes into the journal; a writer's own parameter is whatever its callers give."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        given = {one.arg for one in function.args.args}
        for call in ast.walk(function):
            name = getattr(getattr(call, "func", None), "attr", None) or getattr(getattr(call, "func", None), "id", "")
            if not isinstance(call, ast.Call) or name not in WRITERS or len(call.args) <= WRITERS[name]:
                continue
            yield from _values(call.args[WRITERS[name]], function, given)


def _values(kind: ast.expr, function: ast.FunctionDef, given: set[str]) -> Iterator[str]:
    match kind:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from (*_values(body, function, given), *_values(other, function, given))
        case ast.JoinedStr(values=[ast.Constant("due-"), _]):
            yield from (f"due-{one.replace('_', '-')}" for one in DUES)
        case ast.Name(id=name) if name not in given:
            for step in ast.walk(function):
                if isinstance(step, ast.Assign) and any(
                    isinstance(one, ast.Name) and one.id == name for one in step.targets
                ):
                    yield from _values(step.value, function, given)
        case ast.Name() | ast.Attribute(attr="kind"):
            return
        case _:
            raise AssertionError(f"a kind nobody can read from the source: {ast.unparse(kind)}")


def test_every_kind_that_is_written_is_in_the_table_above() -> None:
    rooms = [*(FOLDER / "store").rglob("*.py"), *(FOLDER / "core").rglob("*.py"), *(FOLDER / "app").rglob("*.py")]
    written = {kind for path in rooms for kind in _kinds_in(path.read_text())}
    assert len(written) > 35
    assert written - OF_NO_TICKET == {kind for kind, _, _ in LINES}


# Kinds that the source writes by a name of theirs.
NAMED = ((about_absence.GIVEN_BACK, "bo", "anna"), (about_absence.GIVEN_BACK, "bo", ""))


def test_every_phrase_of_the_journal_is_said_of_some_line() -> None:
    said = {"event.forgotten", "event.other"}
    speech = Phrases("en", "UTC", NOW)

    def note(value: object) -> None:
        if hasattr(value, "code"):
            said.add(value.code)
            for one in value.params.values():
                note(one)

    for kind, old, new in (*LINES, *NAMED):
        note(JournalWords(POLICY, speech).line(JournalLine(1, 1, NOW, "anna", None, kind, old, new)))
    assert {key for key in words.CATALOGUES["en"] if key.startswith("event.")} == {
        one for one in said if one.startswith("event.")
    }


def test_every_reason_of_a_change_is_in_words() -> None:
    given = set()
    for path in (FOLDER / "core").rglob("*.py"):
        text = path.read_text()
        given |= set(re.findall(r'SetStatus\((?:[^()]|\([^()]*\))*why="(\w+)"', text))
        given |= set(re.findall(r'Move\([^()]*, "(\w+)"\)', text))
        given |= set(re.findall(r'spent_token_note\(.*"(\w+)"\)', text)) | set(
            re.findall(r"carried, \"(\w+)\"\)", text)
        )
    given.add("unanswered")
    assert given >= {"rule", "answered", "leaked", "to_outsiders", "read_at_last"}
    assert {key.partition(".")[2] for key in words.CATALOGUES["en"] if key.startswith("because.")} == given


def test_every_flag_is_in_words() -> None:
    flags = customer._NOTED | {"msgid_collision", "conflict", "broken_rule"}
    assert {key.partition(".")[2] for key in words.CATALOGUES["en"] if key.startswith("flag.")} == flags


def test_agents_are_called_as_people_know_them() -> None:
    policy = replace(POLICY, agents=(ANNA, replace(BO, full_name="")))
    speech = Phrases("en", "UTC", NOW)
    line = JournalWords(policy, speech).line(JournalLine(1, 1, NOW, "mailgate", None, "owner", "anna", "bo"))
    assert words.said("en", line) == "Sat 28 Nov 06:05 · mailgate: owner: Anna Virtanen → bo"
    assert journal.MOST == 120


# --- parked mail ------------------------------------------------------------------------------------------------------

PARKS = {"park": 2, "WhyParked": 0, "_settled": 1, "_because": 1, "was_it_you": 2}  # name -> which argument is the code


def _parks_in(source: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        name = getattr(getattr(call, "func", None), "attr", None) or getattr(getattr(call, "func", None), "id", "")
        if isinstance(call, ast.Call) and name in PARKS and len(call.args) > PARKS[name]:
            code = call.args[PARKS[name]]
            if isinstance(code, ast.Constant):
                yield code.value


def test_every_code_that_parks_mail_is_in_words() -> None:
    codes = {code for path in (FOLDER / "core").rglob("*.py") for code in _parks_in(path.read_text())}
    codes |= set(DOUBTS) | {str(held) for held in Held if held} | {"desk_only", "tap_only", UNSOLICITED, AUTOMATIC}
    of_words = inspect.getsource(agent_answer.why_not_sent) + inspect.getsource(agent_words.lacks_proof)
    codes |= {first or second for first, second in re.findall(r'return "(\w+)"|"(\w+)" if', of_words)}
    codes |= set(
        re.findall(r'"(\w+)"', inspect.getsource(authority._why_unproven).partition('"""')[2].partition('"""')[2])
    )
    codes |= set(re.findall(r'or \("(\w+)" if', inspect.getsource(customer._stopped)))
    assert codes == collected.PARKED_FOR
    for language in LANGUAGES:
        spoken = {key.partition(".")[2] for key in words.CATALOGUES[language] if key.startswith("parked.")}
        assert spoken - {"line"} == codes


@pytest.mark.parametrize(
    ("language", "why", "subject", "text"),
    [
        ("en", "no_proof", "Lamp", "Lamp: nothing proves who wrote it (mail 114)"),
        ("fi", "no_ticket", "", "(ei aihetta): ei ole selvää, mitä tikettiä tarkoitetaan (viesti 114)"),
        ("pl", "the boss looks first", "Lamp", "Lamp: the boss looks first (wiadomość 114)"),
    ],
)
def test_a_parked_mail_says_why_it_waits(language: str, why: str, subject: str, text: str) -> None:
    row = ParkedMail(114, 114, NOW, "m@x.example", subject, "anna", why, ())
    assert words.said(language, collected.waits(row)) == text
    section = collected.waiting([row], POLICY, "Parked")
    assert section.facts is not None and section.facts[0].label == "Anna Virtanen"
