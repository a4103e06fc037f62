"""Reading commands: where they stand, what they take, what is subtracted, and what is left for the customer."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.commands import answers, catalogue, line, reader, ticket_filter
from mailgate.core.commands.reader import CommandReading, Doubt
from mailgate.core.commands.ticket_filter import Filter, NotAFilter
from mailgate.core.model.policy import Role
from mailgate.core.model.ticket import Status
from mailgate.wire.words import CATALOGUES

TITLE = "Re: [#1042] Broken lamp"


def read(body: str = "", title: str = TITLE, **options: object) -> CommandReading:
    return reader.read_agent_mail(title, body, **{"earlier_subjects": ("Broken lamp",), **options})  # type: ignore[arg-type]


def said(reading: CommandReading) -> list[str]:
    assert reading.problems == ()
    return [str(one) for one in reading.commands]


@pytest.mark.parametrize(
    ("title", "commands"),
    [
        ("Re: [#1042] Broken lamp #close", ["#solve"]),
        ("Re: [#1042] Broken lamp #close #tag +refund", ["#solve", "#tag +refund"]),
        ("AW: [#1042] VS: Broken   LAMP #Close", ["#solve"]),
        ("[#1042] [#1043] #close", ["#solve"]),
        ("Re: [#1042]Broken lamp #take", ["#take"]),
        ("#take Re: [#1042] Broken lamp", ["#take"]),
        ("[#1042] #assign bo", ["#assign bo"]),
        ("[#1042] #valmis.", ["#solve"]),
        ("[#1042] ＃take", ["#take"]),
        ("#list waiting @anna", ["#list waiting @anna"]),
        ("Re: [#1042] Broken lamp#close", ["#solve"]),
        ("Re: [#1042] Broken lamp", []),
    ],
)
def test_the_subject_is_read_after_the_known_title(title: str, commands: list[str]) -> None:
    assert said(read("Hello", title)) == commands


@pytest.mark.parametrize(
    ("earlier", "title", "commands"),
    [
        ("How do I #close my account?", "Re: [#1042] How do I #close my account?", []),
        ("How do I #close my account?", "Re: [#1042] how do I #CLOSE my  account? #take", ["#take"]),
        ("Please #close", "Re: [#1042] Please #close #close", ["#solve"]),
        ("Please #close", "[#1042] #close", ["#solve"]),  # no title came back: these words are the agent's
        ("[#1042] Re: #merge 7", "Re: [#1042] #merge 7", []),
    ],
)
def test_commands_in_the_customers_own_title_are_not_the_agents(earlier: str, title: str, commands: list[str]) -> None:
    assert said(read("Hello", title, earlier_subjects=("Lamp", earlier))) == commands


def test_a_title_that_comes_back_changed_with_a_command_in_it_is_doubted() -> None:
    reading = read(
        "Hello", "Re: [#1042] Give me #cc +evil@x.example now", earlier_subjects=("Give me #cc +evil@x.example n",)
    )
    assert [(one.kind, one.nearest) for one in reading.problems] == [("echo", ("cc",))]


@pytest.mark.parametrize(
    ("body", "commands", "rest"),
    [
        ("#take\n\nHello\nMaija", ["#take"], "Hello\nMaija"),
        ("#take\nHello", ["#take"], "Hello"),
        ("\n#take\n#tag +a\n\nHello", ["#take", "#tag +a"], "Hello"),
        ("#take\n\n#tag +a\n\nHello", ["#take", "#tag +a"], "Hello"),  # Outlook sets a blank line after each
        ("Hello\n\n#close", ["#solve"], "Hello"),
        ("Hello\n#close\n\n", ["#solve"], "Hello"),
        ("Hello\n\n#take\n\n#close", ["#take", "#solve"], "Hello"),
        (
            "#take\n\nHello\n\n  indented\n\n#close #tag +refund",
            ["#take", "#solve", "#tag +refund"],
            "Hello\n\n  indented",
        ),
        ("#take\n\n    indented\nHello", ["#take"], "    indented\nHello"),
        ("Hello\n#close\n-- \nAnna\nAcme", ["#solve"], "Hello\n\n-- \nAnna\nAcme"),
        ("Hello\n#close\n\nSent from my iPhone", ["#solve"], "Hello\n\nSent from my iPhone"),
        ("\u200b\u00a0#take\u00a0\nHello", ["#take"], "Hello"),
        ("#TAKE\r\n#Hold fri 14:00\r\n\r\nHello\r\n", ["#take", "#hold fri 14:00"], "Hello\r"),
        ("#note he called\n\nand was happy", ["#note"], "he called\n\nand was happy"),
        ("#take #note call #4711 back", ["#take", "#note"], "call #4711 back"),
        ("#reply Hello\n#close", ["#reply"], "Hello\n#close"),
        ("#take\n#reply\n#close is a word\n\n#clsoe", ["#take", "#reply"], "#close is a word\n\n#clsoe"),
        ("\\#close is a word\n\n\\#take", [], "#close is a word\n\n#take"),
        ("#subject Lamp of #4711", ["#subject Lamp of #4711"], ""),
        ("#move billing they want #lamps", ["#move billing they want #lamps"], ""),
        ("#close, #tag +a", ["#solve", "#tag +a"], ""),
        ("#tag+refund", ["#tag +refund"], ""),
        ("#close: #take", ["#solve", "#take"], ""),
    ],
)
def test_the_body_is_read_at_its_top_and_at_its_bottom(body: str, commands: list[str], rest: str) -> None:
    reading = read(body)
    assert said(reading) == commands
    assert reading.rest == rest


@pytest.mark.parametrize(
    ("body", "only"),
    [
        ("#close", True),
        ("#close\n\n", True),
        ("#close\n\nSent from my iPhone", True),
        ("#close\n\nLähetetty iPhonesta", True),
        ("#close\n\n-- \nAnna\nAcme Support", True),
        ("#close\n\nThanks", False),
        ("#note he called", False),
        ("Thanks", False),
        ("", False),
    ],
)
def test_a_mail_of_commands_alone_posts_nothing(body: str, only: bool) -> None:
    reading = read(body)
    assert reading.only_commands is only
    assert not (only and reading.rest)


@pytest.mark.parametrize(
    ("body", "kind", "nearest"),
    [
        ("Hello\n\n#close\n\nBye", "misplaced", ("solve",)),
        ("Hello\n#close\nBye", "misplaced", ("solve",)),
        ("Hello\n-- \nAnna\n#close", "misplaced", ("solve",)),
        ("Hello\n\nSent from my iPhone\n#close", "misplaced", ("solve",)),
        ("#frobnicate\n\nHello", "unknown", ()),
        ("#assign\n\nHello", "missing", ("assign",)),
        ("#close Thanks for writing\n\nHello", "extra", ("solve",)),
        ("#close thanks\n\nHello", "extra", ("solve",)),
        ("#take over\n\nHello", "extra", ("take",)),
        ("#priority high or so\n\nHello", "extra", ("priority",)),
        ("Hello\n\n#reply\n#close", "misplaced", ("reply",)),
        ("Hello\n\n- #close", "misplaced", ("solve",)),
        ("Try a new bulb. #close", "misplaced", ("solve",)),
        ("Hello\n\nThank you! #close.", "misplaced", ("solve",)),
        ("He will not pay anyway #note", "misplaced", ("note",)),
        ("!note he will not pay", "misplaced", ("note",)),
        ("# muistio: hän ei maksa", "misplaced", ("note",)),
        ("*#take*\n\nHello", "misplaced", ("take",)),
        ("#note\n#reply\n\nHello", "conflict", ("note", "reply")),
        ("#note ask about the #clsoe\n\nx", "unknown", ("solve",)),
    ],
)
def test_every_doubt_says_what_it_is_and_what_was_meant(body: str, kind: str, nearest: tuple[str, ...]) -> None:
    problem = read(body).problems[0]
    assert (problem.kind, problem.nearest) == (kind, nearest)
    assert kind == "conflict" or problem.line in body


def test_what_was_understood_is_kept_beside_the_doubt() -> None:
    reading = read("#take\n#clsoe\n\nHello")
    assert [one.name for one in reading.commands] == ["take"]
    assert (reading.rest, reading.only_commands) == ("Hello", False)


@pytest.mark.parametrize(
    ("body", "meant", "rest"),
    [
        ("#taek\n#clsoe\n\nHello", ["#take", "#solve"], "Hello"),
        ("Hello\n\n#close\n\nBye", ["#solve"], "Hello\n\n\nBye"),
        ("Hello\n\n#clsoe #tga +x\n\nBye", ["#solve", "#tag +x"], "Hello\n\n\nBye"),
        ("#hlod fri 14:00\n\nHello", ["#hold fri 14:00"], "Hello"),
        ("#noet he called\nand was happy", ["#note"], "he called\nand was happy"),
        ("#tag-refund\n\nHello", ["#tag -refund"], "Hello"),
        ("#merge1042\n\nHello", ["#merge 1042"], "Hello"),
        ("Hello\n\n- #close", ["#solve"], "Hello"),
        ("Hello\n\nThank you! #close", ["#solve"], "Hello\n\nThank you!"),
        ("He will not pay anyway #note", ["#note"], "He will not pay anyway"),
        ("!note he will not pay", ["#note"], "he will not pay"),
        ("# close\n\nHello", ["#solve"], "Hello"),
        ("@close\n\nHello", ["#solve"], "Hello"),
        ("#clsoe", ["#solve"], ""),
    ],
)
def test_do_that_does_what_was_guessedand_nothing_mistyped_is_left(body: str, meant: list[str], rest: str) -> None:
    guessed = read(body).as_meant()
    assert said(guessed) == meant
    assert guessed.rest == rest
    assert guessed.only_commands is (rest == "")


@pytest.mark.parametrize("body", ["#moe\n\nHello", "#frobnicate\n\nHello", "#assgn\n\nHello", "#close2\n\nHello"])
def test_what_cannot_be_guessed_stays_a_doubt(body: str) -> None:
    guessed = read(body).as_meant()
    assert (guessed.commands, len(guessed.problems)) == ((), 1)


def test_s15_many_doubts_in_a_long_mail_take_no_longer_than_reading_it() -> None:
    """S-15: each line was held against each doubt; 30 mistyped words above 400,000 lines took the daemon 8 s."""
    text = "\n".join(f"#blorg{number} x" for number in range(30)) + "\n\nwords\n" + "x\n\n" * 20_000 + "Thanks! #clse"
    begun = time.process_time()
    reading = read(text)
    between = time.process_time()
    rest = reading.without_commands().rest
    assert len(reading.problems) >= 20 and "#blorg" not in rest and rest.startswith("words")
    assert time.process_time() - between < 10 * (between - begun), (
        "the fault was 80 times, by the same clock on the same text"
    )


def test_sent_without_commands_a_mail_keeps_no_line_in_doubt() -> None:
    words = read("#taek\n\nHello\n#close\nBye\n\n#tag +x").without_commands()
    assert (words.commands, words.problems, words.rest) == ((), (), "Hello\nBye")


def test_configured_aliases_come_before_shipped_ones_but_never_hide_a_name() -> None:
    aliases = {"tehty": "solve", "Siirrä": "move", "take": "watch"}
    assert said(read("#TEHTY", aliases=aliases)) == ["#solve"]
    assert said(read("#siirra billing", aliases=aliases)) == ["#move billing"]
    ambiguous = read("#take", aliases=aliases).problems
    assert [(one.kind, one.nearest) for one in ambiguous] == [("ambiguous", ("take", "watch"))]
    assert read("#tehyt", aliases=aliases).problems[0].nearest[0] == "solve"


def test_every_shipped_alias_means_what_the_contract_says() -> None:
    shipped = {
        "take": "ota biorę ņemu", "solve": "valmis sulje gotowe zamknij gatavs aizvērt close done",
        "wait": "odota czekaj gaidīt", "hold": "pidä odłóż atlikt", "note": "muistio notatka piezīme",
        "assign": "siirrä przekaż nodot", "next": "seuraava następny nākamais", "mine": "omat moje mani",
        "undo": "peru cofnij atsaukt", "help": "apua pomoc palīgā", "unassign": "release", "move": "to",
        "new": "to-customer",
    }  # fmt: skip
    later = {
        "take": "överta übernehmen võtan", "solve": "klar stäng erledigt schließen lahendatud sulge", "wait": "vänta warten ootel",
        "hold": "pausa zurückstellen lükka", "note": "anteckning notiz märkus", "assign": "tilldela zuweisen määra",
        "next": "nästa nächstes järgmine", "mine": "mina meine minu", "undo": "ångra rückgängig tühista", "help": "hjälp hilfe juhend",
    }  # fmt: skip
    shipped = {name: f"{words} {later.get(name, '')}" for name, words in shipped.items()}
    names = catalogue.lookup_for({})
    for name, words in shipped.items():
        for word in words.split():
            assert names.find(word) == (name,)
    assert len(names.meanings) == sum(1 + len(word.aliases) for word in catalogue.COMMANDS)  # no two share a name


def test_questions_are_told_from_requests() -> None:
    reading = read("#desk\n#take")
    assert [one.question for one in reading.commands] == [True, False]


def test_trainees_may_less_than_agents_and_leads_may_all() -> None:
    words = catalogue.BY_NAME
    assert words["note"].allows(Role.TRAINEE) and not words["merge"].allows(Role.TRAINEE)
    assert words["merge"].allows(Role.AGENT)
    assert all(word.allows(Role.LEAD) and word.allows(Role.ADMIN) for word in catalogue.COMMANDS)


def test_an_answer_to_a_list_acts_on_its_numbers() -> None:
    numbered = reader.read_numbered("1 take\n3 hold fri 14:00\n5. assign bo\n2, 4-6 #sulje #tag +x\n\nThanks", 6)
    assert numbered.problems == ()
    assert numbered.rest == "Thanks"
    assert [(number, str(one)) for number, one in numbered.actions] == [
        (1, "#take"), (3, "#hold fri 14:00"), (5, "#assign bo"),
        (2, "#solve"), (2, "#tag +x"), (4, "#solve"), (4, "#tag +x"), (5, "#solve"), (5, "#tag +x"), (6, "#solve"), (6, "#tag +x"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "kind", "nearest"),
    [("7 take", "number", ()), ("0 take", "number", ()), ("1 taek", "unknown", ("take",)), ("1 assign", "missing", ("assign",)),
     ("2 lamps", "unknown", ())],
)  # fmt: skip
def test_a_line_of_an_answer_that_makes_no_sense_is_doubted(line: str, kind: str, nearest: tuple[str, ...]) -> None:
    problems = reader.read_numbered(line, 6).problems
    assert [(one.kind, one.nearest) for one in problems] == [(kind, nearest)]


def keys(family: str) -> set[str]:
    """The sentences of a family."""
    return {key for key in CATALOGUES["en"] if key.startswith(f"{family}.")}


def test_every_doubt_has_its_sentence() -> None:
    kinds = {"unknown", "ambiguous", "misplaced", "missing", "extra", "echo", "conflict", "number", "bare"}
    assert keys("doubt") == {answers.of_doubt(Doubt(kind, "x", (), "#x")).code for kind in kinds}


def test_the_command_line_reads_the_same_words() -> None:
    reading = reader.parse_line("#close #tag +refund #note he called")
    assert said(reading) == ["#solve", "#tag +refund", "#note he called"]
    assert reader.parse_line("close").problems[0].kind == "unknown"


@pytest.mark.parametrize(
    ("title", "body", "asked"),
    [
        ("Re: [#1042] Broken lamp", "#status", ("status",)),
        ("Re: [#1042] Broken lamp", "Thank you!\n\n#close", ("close",)),
        ("Re: [#1042] Broken lamp", "#Reopen\n\nIt broke again.\n\nSent from my iPhone", ("reopen",)),
        ("Re: [#1042] Broken lamp #close", "Thanks", ("close",)),
        ("Re: [#1042] Broken lamp", "#close my account", ()),
        ("Re: [#1042] Broken lamp", "#merge 7\n#take\n#solve", ()),
        ("Re: [#1042] Broken lamp", "Hi\n\n#close\n\nBye", ()),
        ("Re: [#1042] Broken lamp", "What is #status?", ()),
        ("Sv: [#1042] Broken lamp", "Tack!\n#stäng", ("close",)),
        ("AW: [#1042] Broken lamp", "#SCHLIESSEN\n\nDanke", ("close",)),
        ("Vast: [#1042] Broken lamp #seis", "", ("status",)),
        ("VS: [#1042] Broken lamp", "#avaa", ("reopen",)),
        ("Re: [#1042] Broken lamp", "#valmis", ()),
    ],
)
def test_a_customer_has_three_words_of_their_own(title: str, body: str, asked: tuple[str, ...]) -> None:
    assert reader.read_customer(title, body, earlier_subjects=("Broken lamp",)) == asked


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Filter()),
        ("new open", Filter(status=(Status.NEW, Status.OPEN))),
        (
            "waiting overdue @Anna +Refund billing",
            Filter((Status.WAITING,), True, "anna", False, ("refund",), "billing"),
        ),
        ("@me", Filter(owner="bo")),
        ("Watched overdue", Filter(watched=True, overdue=True)),
        ("@nobody", Filter(unowned=True)),
        ("maija@home.example", Filter(customer="maija@home.example")),
        ("Myynti", Filter(department="myynti")),
        ("spam", Filter(status=tuple(Status), tags=("spam",))),
        ("Spam new +lamp", Filter(status=(Status.NEW,), tags=("spam", "lamp"))),
    ],
)
def test_a_filter_is_read(text: str, wanted: Filter) -> None:
    assert ticket_filter.parse(text, departments=("billing", "myynti"), agents=("anna", "bo"), me="bo") == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("opne", "unknown"),
        ("watched", "unknown"),
        ("@carl", "unknown"),
        ("billing myynti", "twice"),
        ("@anna @bo", "twice"),
    ],
)
def test_a_filter_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotAFilter) as refused:
        ticket_filter.parse(text, departments=("billing", "myynti"), agents=("anna", "bo"))
    assert refused.value.why == why


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text(alphabet="#\\ \n-abcdelosu+1@{[", max_size=80),
)
def test_whatever_is_written_reading_ends_and_loses_no_word(title: str, body: str) -> None:
    reading = reader.read_agent_mail(title, body)
    if not reading.commands and not reading.problems and "\\" not in body:
        assert reading.rest == body
    reader.read_customer(title, body)
    reader.read_numbered(body, 9)


@pytest.mark.parametrize(
    "words", ["#a ", "#close ", "#tag +a ", "#a\n", "#close\n", "#tag +a\n", "Sent from my iPhone\n"]
)
def test_s17_a_mail_of_more_commands_than_a_hand_makes_is_read_in_part_and_in_doubt(words: str) -> None:
    """S-15, its sibling: a megabyte of `#a` was read word for word in the daemon, the rest of the line copied for each."""
    found = reader.read_agent_mail("[#1042] lamp", words * 20_000)
    assert len(found.commands) + len(found.problems) <= 3 * line.MOST
    assert found.problems or "#" not in words, "the rest would leave as words"
