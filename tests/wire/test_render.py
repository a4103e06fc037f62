"""Templates are worded in every language, cannot harm anybody, and fall back to ours when they fail."""

import gc
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import StrEnum
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from mailgate.core.letters import row_values
from mailgate.core.letters.letter import Letter, head
from mailgate.core.letters.row_values import VARIABLES
from mailgate.core.model.change import Audience
from mailgate.core.model.content import Answer, Notice
from mailgate.core.model.mail import Address
from mailgate.core.model.shown import Person
from mailgate.core.model.ticket import Entry, EntryKind
from mailgate.core.pages.policy import WebPolicy
from mailgate.core.quoting.known import KnownLetters
from mailgate.core.quoting.parts import Held
from mailgate.errors import Temporary
from mailgate.languages import LANGUAGES
from mailgate.wire.letters import inline_styles, plain, render, sample_words, samples, variables
from mailgate.wire.letters.sandbox import LONGEST, built_in_folder, environment
from mailgate.wire.text import typed

EVIL = "<script>alert(1)</script></title><img src=x onerror=alert(2)>\"'{{ 7*7 }}{% raw %}[a](javascript:b)"
VOID = {"meta", "img", "br", "hr"}


def letter(template: str, language: str = "en", **parts: object) -> Letter:
    return head(replace(samples.due(template, language), **parts), samples.POLICY, loop_mark="")  # type: ignore[arg-type]


def page(template: str, language: str = "en", folder: Path | None = None, **parts: object) -> render.RenderedLetter:
    return render.page(letter(template, language, **parts), samples.NOW, str(folder) if folder else None)


class Tags(HTMLParser):
    """Whether every tag is closed in order, and what the page would fetch or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.active: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("script", "link", "iframe", "object", "img"):
            self.active.append(tag)
        self.active += [
            name for name, value in attrs if name.startswith("on") or "javascript:" in (value or "").lower()
        ]

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


# --- every template ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", list(VARIABLES))
def test_every_letter_reads_well_formed_in_every_language(template: str, language: str) -> None:
    for one in (page(template, language), page(template, language, content=row_values.from_plain(template, {}))):
        tags = Tags(one.html)
        assert not tags.open and not tags.active
        assert f'lang="{language}"' in one.html
        assert "data-text" not in one.html
        assert one.text.strip() and "{" not in one.text
        assert all(len(line) <= 130 for line in one.text.splitlines())
        assert "color-scheme" in one.html and "prefers-color-scheme: dark" in one.html


def _spiced(value: object) -> object:
    """The same with what HTML has to escape in every word and address."""
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return value.replace("a", "a'&", 1) if "a" in value and not value.startswith("<mg.") else value
    if isinstance(value, tuple):
        return tuple(map(_spiced, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _spiced(getattr(value, one.name)) for one in fields(value) if one.init})
    return value


@pytest.mark.parametrize("template", sorted(VARIABLES))
def test_r03_nothing_in_the_text_or_the_html_of_a_letter_is_escaped_twice(template: str) -> None:
    """`o'brien@` stood as `o&#39;brien@` in the first line of a notice."""
    due = samples.due(template)
    people = (due.ticket.requester, Address("o'brien@c.example"), Address("r&d@c.example")) if due.ticket else ()
    about = replace(due.ticket, participants=people, subject="R&D's lamp") if due.ticket else None
    made = page(template, ticket=about, content=_spiced(due.content))
    assert not re.search(r"&(?:#\d+|amp|lt|gt|quot);", made.text), made.text
    assert not re.search(r"&amp;(?:#\d+|amp|lt|gt|quot);", re.sub(r'href="[^"]*"', "", made.html))
    if template == "notice":
        assert "o'brien@c.example" in made.text and "r&d@c.example" in made.text


def test_lists_are_filled_up_so_that_templates_may_rely_on_them() -> None:
    one = row_values.from_plain("digest", {"sections": [{"title": "Mine", "rows": [{"number": 5}]}]})
    section = variables.of_content(one)["sections"][0]
    assert (section["text"], section["facts"]) == ("", [])
    assert section["rows"][0] == {
        "n": 0, "number": 5, "subject": "", "who": "", "department": "", "status": "", "owner": "", "priority": "", "due": None,
        "quiet": False,
        "language": "",
    }  # fmt: skip


@pytest.mark.parametrize("template", list(VARIABLES))
def test_a_template_gets_every_variable_whatever_the_row_lacks(template: str) -> None:
    """Lists are lists and words are words, so that a template may go through them."""
    empty = variables.of_content(row_values.from_plain(template, {}))
    assert tuple(empty) == VARIABLES[template]
    assert {name for name, value in empty.items() if value is None} <= {"until", "score", "at", "due_at", "answer_by"}
    assert json.loads(json.dumps(empty)) == empty


@pytest.mark.parametrize("template", list(VARIABLES))
def test_a_letter_fetches_nothing_from_anywhere(template: str) -> None:
    html = page(template).html
    assert not re.search(r"""(?:src|background)\s*=|url\(|@import""", html)
    logo = replace(samples.POLICY, letters=replace(samples.POLICY.letters, logo="https://acme.example/logo.png"))
    with_logo = render.page(head(samples.due("ack"), logo, loop_mark=""), samples.NOW).html
    assert '<img src="https://acme.example/logo.png" alt="Acme Support"' in with_logo


def test_an_acknowledgement_names_the_privacy_notice_where_there_is_one() -> None:
    assert re.search(r'href="https://acme\.example/privacy"[^>]*>How we handle your data</a>', page("ack").html)
    assert "https://acme.example/privacy" in page("ack").text
    assert "acme.example/privacy" not in page("answer").html
    without = replace(samples.POLICY, letters=replace(samples.POLICY.letters, privacy=""))
    assert "How we handle" not in render.page(head(samples.due("ack"), without, loop_mark=""), samples.NOW).html


@pytest.mark.parametrize("template", list(VARIABLES))
def test_c05_c07_markup_in_a_mail_is_only_text(template: str) -> None:
    ticket = samples.ticket()
    entries = (
        Entry(1, EntryKind.CUSTOMER, EVIL, EVIL, samples.NOW, EVIL),
        Entry(2, EntryKind.AGENT, "anna", EVIL, samples.NOW, EVIL),
    )
    poisoned = replace(ticket, subject=EVIL, requester=Address("a@b.example", EVIL), entries=entries, tags=(EVIL,))
    says = json.loads(json.dumps(row_values.to_plain(samples.content(template))))
    for key, value in says.items():
        says[key] = (
            EVIL if isinstance(value, str) and key not in ("at", "due_at", "answer_by", "until", "which") else value
        )
    about = None if samples.due(template).ticket is None else poisoned
    tags = Tags(page(template, ticket=about, content=row_values.from_plain(template, says)).html)
    assert not tags.open and not tags.active
    assert "49" not in "".join(tags.texts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "template", [name for name in VARIABLES if samples.audience(name) in (Audience.CUSTOMER, Audience.EXPERT)]
)
def test_no_canary_reaches_a_customer_or_an_outsider(template: str, language: str) -> None:
    entries = (
        Entry(1, EntryKind.CUSTOMER, "a@b.example", "Maija", samples.NOW, "Public question"),
        *(Entry(n, kind, "anna", "anna@acme.example", samples.NOW, f"CANARY-{kind}", html="<b>CANARY-HTML</b>")
          for n, kind in enumerate((EntryKind.NOTE, EntryKind.CALL, EntryKind.AUTO, EntryKind.BOUNCE, EntryKind.EVENT), 2)),
        Entry(8, EntryKind.CUSTOMER, "s@t.example", "CANARY-NAME", samples.NOW, "CANARY-STRANGER", unverified=True),
        Entry(9, EntryKind.AGENT, "anna", "anna@acme.example", samples.NOW, "Public answer", quoted="CANARY-QUOTE",
              html="<p>CANARY-AGENT-HTML</p>"),
    )  # fmt: skip
    ticket = replace(
        samples.ticket(language), entries=entries, owner="anna", watchers=("CANARY",), tags=("CANARY",),
        fields={"CANARY": "CANARY"}, departments=("CANARY",), sla="CANARY",
    )  # fmt: skip
    poison = dict.fromkeys(("note", "mark", "reply_to", "recipients", "thread", "taps", "nonce", "why"), "CANARY")
    kept = {"question": "Is it known?"} if template == "expert" else {"survey": "scale"} if template == "solved" else {}
    shown = page(template, language, ticket=ticket, content=row_values.from_plain(template, {**poison, **kept}))
    everything = f"{shown.subject} {shown.html} {shown.text}"
    assert "CANARY" not in everything
    assert "anna@acme.example" not in everything and "bo@acme.example" not in everything
    assert "%23take" not in everything and "mg%3As1.1042.a" not in everything
    if template == "answer":
        assert "Public answer" in shown.text


@pytest.mark.parametrize("late", [False, True])
def test_d09_a_customer_reads_who_has_it_by_when_they_hear_and_what_we_said_last(late: bool) -> None:
    about = samples.ticket()
    due = replace(about.due, first_response=samples.NOW + timedelta(hours=-1 if late else 2))
    text = page("status", ticket=replace(about, due=due)).text
    assert "Handled by: Anna Korhonen" in text
    assert ("When to expect an answer" in text, "taking longer" in text) == (not late, late)
    last = text.index("Our last message: Anna Korhonen")
    assert sample_words.words_of("en").asked.split("\n")[0] in text[last:]
    assert sample_words.words_of("en").reply.split("\n")[0] not in text


# --- what agents see --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("comment", ["", "Far too slow."])
def test_d07_the_notice_of_a_vote_has_the_vote_its_comment_and_the_whole_thread(comment: str) -> None:
    vote = Notice(why="vote", from_=Person("Maija Virtanen", samples.MAIJA.addr), notes=("2/10",), text=comment)
    spoken = Entry(1, EntryKind.AGENT, "anna", "Anna Korhonen", samples.NOW, "It is solved, is it not?")
    text = page("notice", content=vote, ticket=replace(samples.ticket(), entries=(spoken,))).text
    above, _, below = text.partition("Earlier in this ticket")
    assert "2/10" in above and "Maija Virtanen" in above and comment in above
    assert "It is solved" not in above and "(no text)" not in above
    assert below.index("Anna Korhonen") < below.index("It is solved, is it not?")


def test_a_notice_begins_with_what_a_reply_does_and_previews_the_customers_words() -> None:
    shown = page("notice")
    assert shown.text.splitlines()[0] == "A plain reply goes to the customer: maija.virtanen@customer.example"
    assert "## Please write your reply above this line ##" in shown.text
    assert shown.html.index("Yes, it clicks") < shown.html.index("A plain reply")  # the preheader
    internal = page("notice", purpose="note").text.splitlines()[0]
    assert internal == "A plain reply stays internal, as a note."


def test_the_thread_stands_below_the_new_words_newest_first() -> None:
    text = page("notice").text
    places = [text.index(words) for words in ("Yes, it clicks", "Does the switch click", "Same batch", "Can you help?")]
    assert places == sorted(places)


def test_a_long_address_breaks_before_it_makes_a_letter_wider_than_a_phone() -> None:
    """`make letters` saw notices, alarms and the welcome letter of up to 513 pixels; this is what holds them."""
    assert re.search(r"<body [^>]*word-break: break-word", page("welcome").html)


def test_a_reports_bars_are_table_cells_as_wide_as_their_share() -> None:
    shown = page("report")
    assert re.findall(r'class="bar"[^>]*width="(\d+)%"', shown.html)[:3] == ["100", "73", "59"]
    assert "Mon  ██████████████████████████████  41" in shown.text


def test_a_reports_tables_are_records_that_fit_a_phone_and_a_terminal() -> None:
    shown = page("report")
    assert "<th" not in shown.html and "Anna Korhonen\nArrived 64 · Solved 61 · Unsolved 12 ·" in shown.text
    assert re.search(r"(?m)^First answer, median +1 h 12 min  before: 1 h 40 min$", shown.text)
    assert max(map(len, shown.text.splitlines())) <= plain.WIDTH + 20


def test_question_rows_hang_under_their_number_in_text() -> None:
    lines = page("question").text.splitlines()
    at = lines.index("1  #1042 The lamp does not light up")
    assert lines[at + 1].startswith("   Maija Virtanen · support · open")


# --- the admin's own --------------------------------------------------------------------------------------------------


def test_an_override_extends_ours(tmp_path: Path) -> None:
    (tmp_path / "ack.html").write_text(
        '{% extends "!base/ack.html" %}{% block heading %}Ahoy {{ reader.first_name }}{% endblock %}'
    )
    shown = page("ack", folder=tmp_path)
    assert "Ahoy Maija" in shown.text and "within 3 working hours" in shown.text and not shown.problems


def test_an_override_for_one_language_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "ack.fi.html").write_text("<html><body><p>Terve!</p></body></html>")
    assert page("ack", "fi", folder=tmp_path).text == "Terve!\n"
    assert "Labdien" in page("ack", "lv", folder=tmp_path).text


def test_an_override_that_is_new_takes_effect_at_once_and_goes_when_it_is_deleted(tmp_path: Path) -> None:
    """A child that had worded such a letter by ours went on with ours until it was replaced."""
    ours = page("ack", folder=tmp_path).html
    (tmp_path / "style.css").write_text(".title { color: #123456; }")
    assert "#123456" in page("ack", folder=tmp_path).html
    (tmp_path / "ack.html").write_text("<p>Ahoy!</p>")
    assert page("ack", folder=tmp_path).text == "Ahoy!\n"
    for name in ("ack.html", "style.css"):
        (tmp_path / name).unlink()
    assert page("ack", folder=tmp_path).html == ours


def test_a_style_sheet_of_the_admins_own_takes_effect_at_once(tmp_path: Path) -> None:
    sheet = tmp_path / "style.css"
    sheet.write_text(".title { color: #123456; }")
    assert "#123456" in page("ack", folder=tmp_path).html
    sheet.write_text(".title { color: #654321; }")
    os.utime(sheet, (2_000_000_000, 2_000_000_000))
    assert "#654321" in page("ack", folder=tmp_path).html


def test_a_rules_own_acknowledgement_is_an_ack_in_other_words(tmp_path: Path) -> None:
    (tmp_path / "ack-vip.html").write_text('{% extends "ack.html" %}{% block heading %}Welcome back{% endblock %}')
    assert "Welcome back" in page("ack-vip", folder=tmp_path).text
    assert "We have your message" in page("ack-vip").text


BROKEN = {
    "g04 unknown variable": ("<p>{{ nope }}</p>", "ack.html:1: 'nope' is undefined"),
    "g04 syntax": ("<p>\n{% if %}</p>", "ack.html:2: Expected an expression"),
    "g04 unknown attribute": ("\n\n{{ ticket.nope }}", "ack.html:3: 'dict object' has no attribute 'nope'"),
    "g04 missing parent": ('{% extends "none.html" %}', "none.html"),
    "g07 bomb": ("{{ 'a' * 1000000000 }}", "multiplied beyond reason"),
    "g07 power": ("{{ 10 ** 10000000 }}", "power beyond reason"),
    "g07 flood": ("{% for a in range(9999) %}{% for b in range(9999) %}xxxxxxxxxx{% endfor %}{% endfor %}", "256 KiB"),
    "g07 range": ("{% for a in range(1000000000) %}{% endfor %}", "Range too big"),
    "sandbox": ("{{ ''.__class__.__mro__ }}", "unsafe"),
    "sandbox format": ("{{ '{0.__class__}'.format(ticket) }}", "unsafe"),
    "mutation": ("{% if ticket.update({'number': 1}) %}{% endif %}", "unsafe"),
    "outside": ('{% include "../config.example.toml" %}', "config.example.toml"),
    "not utf-8": (b"<p>\xff\xfe</p>", "decode"),
    # Stand, item 5: what an enemy among the admins would try.
    "itself": ('{% include "ack.html" %}', "recursion"),
    "its own parent": ('{% extends "ack.html" %}', "recursion"),
    "a macro of itself": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
    "a loop of itself": ("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", "recursion"),
    "brackets": ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "recursion"),
    "numbers": ("{% set ns = namespace(x=9**60) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}", "number beyond reason"),
    "powers": ("{{ (((10**60)**60)**60)**60 }}", "power beyond reason"),
    "rounded": ("{{ 1.5 | round(1000000000, 'ceil') }}", "rounded beyond reason"),
    "a flood in the subject": ("{% block subject %}" + "{% for a in range(9999) %}" * 2 + "xx" + "{% endfor %}" * 2 + "{% endblock %}", "256 KiB"),
    "larger than any": ("x" * 2_000_000, "ack.html is larger than 1024 KiB"),
    "by attr": ("{{ '' | attr('__class__') }}", "unsafe"),
    "by a bound method": ("{{ t.__self__ }}", "unsafe"),
    "by a function": ("{{ lipsum.__globals__['os'].environ }}", "unsafe"),
    "by a method's format": ("{% set f = '{0.__class__}'.format %}{{ f(1) }}", "unsafe"),
    "by itself": ("{{ self._TemplateReference__context }}", "unsafe"),
    "a module": ("{% import 'os' as os %}", "os is not there"),
    "an absolute path": ("{% include '/etc/hostname' %}", "/etc/hostname is not there"),
    "a link": ("{% include 'link' %}", "link is a link to what is no template"),
    "a link that calls itself a template": ("{% include 'link.html' %}", "link.html is a link to what is no template"),
    "raising": ("{{ 1 / 0 }}", "ack.html:1: ZeroDivisionError"),
}  # fmt: skip
SECRET = "an old key"


@pytest.mark.parametrize(("source", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_g04_g07_a_broken_override_gives_way_to_ours_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | bytes, why: str
) -> None:
    monkeypatch.setattr(
        render, "COSTLY", 30.0
    )  # none of these goes on for ever; how long a fault takes is the machine's
    raw = source if isinstance(source, bytes) else source.encode()
    secret, folder = tmp_path / "old_keys", tmp_path / "templates"
    secret.write_text(SECRET)
    folder.mkdir()
    for name in ("link", "link.html"):
        (folder / name).symlink_to(secret)
    (folder / "ack.html").write_bytes(raw)
    shown = page("ack", folder=folder)
    assert shown.html == page("ack").html and not shown.costly
    assert len(shown.problems) == 1 and why in shown.problems[0]


ENDLESS = {
    "loops in loops": "\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a macro that calls itself twice": "\n{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(90) }}",
    "slices of nothing": "\n{% for a in [1] | slice(1000000000) %}{% endfor %}",
    "words of no meaning": "\n{{ lipsum(n=100000, max=100000, min=99999) }}",
    "in the subject": "{% block subject %}\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{% endblock %}",
}  # fmt: skip


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Without hypothesis' callback at each collection, which would take the interruption for a fault of its own."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_template_that_never_ends_is_ended_with_its_line_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    assert render.PATIENCE == 3.0  # docs/templates.md says so, and elsewhere children are told another (impatient.py)
    monkeypatch.setattr(render, "PATIENCE", 0.2)
    monkeypatch.setattr(render, "COSTLY", 0.1)
    (tmp_path / "ack.html").write_text(source)
    shown = page("ack", folder=tmp_path)
    assert shown.html == page("ack").html and shown.costly
    assert shown.problems == ("ack.html:2: it takes more than 0.2 seconds",)


def test_a_link_from_one_template_to_another_is_followed(tmp_path: Path) -> None:
    """Folders are laid out by links often enough: by configuration management, by Kubernetes."""
    for folder in ("elsewhere", "templates", "templates/..data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "elsewhere" / "mine.html").write_text("<p>Ahoy!</p>{% include 'foot' %}")
    (tmp_path / "templates" / "ack.html").symlink_to("../elsewhere/mine.html")
    (tmp_path / "templates" / "..data" / "x").write_text("<p>Bye!</p>")
    (tmp_path / "templates" / "foot").symlink_to("..data/x")
    shown = page("ack", folder=tmp_path / "templates")
    assert shown.text.split() == ["Ahoy!", "Bye!"] and not shown.problems


@pytest.mark.usefixtures("uncollected")
def test_after_a_template_that_never_ends_the_next_letter_has_all_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "PATIENCE", 0.1)
    (tmp_path / "ack.html").write_text(ENDLESS["loops in loops"])
    assert page("ack", folder=tmp_path).problems
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    monkeypatch.undo()  # all the time of a letter: a slow machine needs more than the endless one was given
    began = time.process_time()
    while time.process_time() < began + 0.2:
        assert not page("solved", folder=tmp_path).problems


def test_when_ours_fails_too_the_letter_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "of_letter", lambda view: {"reader": {}})
    with pytest.raises(Temporary, match=r"base\.html:\d+: 'department' is undefined"):
        render.page(letter("ack"), samples.NOW)


def test_a_long_answer_is_not_a_bomb() -> None:
    text = "\n".join(f"{n}: <some log line> & more" for n in range(20_000))
    shown = page("answer", content=Answer(text=text))
    assert len(shown.html) > LONGEST and shown.text.startswith(text[:1000])


# --- check ------------------------------------------------------------------------------------------------------------


def test_our_own_templates_have_nothing_to_complain_of() -> None:
    assert render.check(built_in_folder()) == []


CHECKED = {
    "g05 safe filter": ("ack.html", "<p>\n{{ ticket.subject | safe }}</p>", "ack.html:2: `|safe` lets HTML in a mail through as it is"),
    "g05 escaping off": ("ack.html", "{% autoescape false %}x{% endautoescape %}", "ack.html:1: escaping is switched off here"),
    "unknown variable": ("solved.html", "\n{{ surwey }}", "solved.html:2: no variable 'surwey' here; did you mean 'survey'?"),
    "never reached": ("ack.html", "{% if false %}{{ nope }}{% endif %}", "ack.html:1: no variable 'nope' here"),
    "syntax": ("notice.html", "{{ a", "notice.html:1: unexpected end of template"),
    "misspelt file": ("solvd.html", "x", "nothing is called 'solvd'; did you mean solved.html?"),
    "one language only": ("ack.html", '{% if language == "lv" %}{{ ticket.nope }}{% endif %}', "ack.html:1: 'dict object' has no attribute 'nope'"),
    "another's variable": ("ack.html", "{{ due_at }}", "ack.html:1: no variable 'due_at' here"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "source", "said"), CHECKED.values(), ids=CHECKED.keys())
def test_check_names_what_is_wrong_with_file_and_line(tmp_path: Path, name: str, source: str, said: str) -> None:
    (tmp_path / name).write_text(source)
    assert said in "\n".join(map(str, render.check(tmp_path)))


@pytest.mark.usefixtures("uncollected")
def test_check_ends_whatever_templates_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "TRIAL", 0.25)
    (tmp_path / "ack.html").write_text(ENDLESS["loops in loops"])
    (tmp_path / "alarm.html").write_text("{{ nope }}")
    os.mkfifo(tmp_path / "notice.html")
    (tmp_path / "taken.html").symlink_to("/dev/zero")
    (tmp_path / "solved.html").symlink_to(__file__)
    said = [str(one) for one in render.check(tmp_path)]
    assert "ack.html:2: it takes more than 0.25 seconds" in said and "alarm.html:1: 'nope' is undefined" in said
    assert [one for one in said if one.startswith("solved")] == [
        "solved.html: solved.html is a link to what is no template"
    ]
    (tmp_path / "letter.html").write_text(ENDLESS["loops in loops"])
    assert str(render.check(tmp_path)[-1]) == f"{tmp_path}: the templates after these were not tried"


def test_check_accepts_a_sound_override_and_a_folder_without_any(tmp_path: Path) -> None:
    assert render.check(tmp_path) == []
    (tmp_path / "ack.html").write_text(
        '{% extends "!base/ack.html" %}{% block heading %}{{ promised(promise) }}{% endblock %}'
    )
    assert render.check(tmp_path) == []
    assert [str(one) for one in render.check(tmp_path / "none")] == [
        f"{tmp_path}/none: this folder of templates is not there"
    ]


def test_our_templates_are_compiled_once_whatever_folder_lies_above_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.cache_clear()  # a test before may have styled ours with another sheet: the last one is remembered
    ours = page("ack").html
    (tmp_path / "notice.html").write_text("<p>Ahoy!</p>")
    real, compiled = Environment.compile, []
    monkeypatch.setattr(
        Environment,
        "compile",
        lambda env, source, name, path: (compiled.append(name), real(env, source, name, path))[1],
    )
    assert page("ack", folder=tmp_path).html == ours
    assert "Ahoy!" in page("notice", folder=tmp_path).html
    assert compiled == ["notice.html"]


def test_g05_escaping_is_on_whatever_a_file_is_called() -> None:
    env = environment(None)
    assert env.autoescape is True
    assert env.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


# --- parts ------------------------------------------------------------------------------------------------------------


def test_classes_become_styles_and_nothing_else_changes() -> None:
    rules, media = inline_styles.split(
        "/* x */ .a { color: red; } .b, .c { margin: 0 }\n@media print { .a { color: black } }"
    )
    assert rules == {"a": "color: red", "b": "margin: 0", "c": "margin: 0"}
    assert media == "@media print { .a { color: black } }"
    source = '{% for x in y %}\n<td class="a b">{{ x }}</td>{% endfor %}<p class="z" title="a > b">'
    styled = inline_styles.styled(source, rules)
    assert (
        styled
        == '{% for x in y %}\n<td class="a b" style="color: red; margin: 0">{{ x }}</td>{% endfor %}<p class="z" title="a > b">'
    )


def test_every_class_in_our_templates_has_a_rule_or_a_meaning() -> None:
    rules, _ = inline_styles.split((built_in_folder() / "style.css").read_text())
    used = {
        name
        for path in built_in_folder().glob("*.html")
        for found in re.findall(r'class="([^"]*)"', path.read_text())
        for name in found.split()
    }
    assert used - set(rules) == {"asis", "cols", "gap"}
    assert not set(rules) - used


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


PAIRS = [
    ("card", "card"), ("muted", "card"), ("label", "facts"), ("facts-cell", "facts"), ("foot", "outer"), ("brand", "outer"),
    ("does", "does"), ("mark", "card"), ("alert", "alert"), ("alert-calm", "alert-calm"), ("button", "button"),
    ("button-main", "button-main"), ("entry-head", "entry"), ("entry-head", "entry-note"), ("late", "card"),
    ("priority-high", "card"), ("priority-urgent", "card"), ("link", "card"), ("scale-link", "scale-link"), ("bar-label", "card"),
]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_words_have_contrast_by_day_and_night(front: str, back: str, dark: bool) -> None:
    rules, media = inline_styles.split((built_in_folder() / "style.css").read_text())
    if dark:
        block = media[media.index("prefers-color-scheme") :]
        night: dict[str, str] = {}
        for selectors, declarations in re.findall(r"((?:\.[a-z-]+,? ?)+)\{ ([^}]*)\}", block):
            for name in re.findall(r"\.([a-z-]+)", selectors):
                night[name] = night.get(name, "") + declarations
        rules = {name: rules[name] + "; " + night.get(name, "") for name in rules}
    colour = re.findall(r"(?<![a-z-])color: (#[0-9a-f]{6})", rules[front])[-1]
    ground = re.findall(r"background-color: (#[0-9a-f]{6})", rules[back])[-1]
    light, dim = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    assert (light + 0.05) / (dim + 0.05) >= 4.5


PLAIN = [
    ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree\n"),
    ("<ul><li>a</li><li>b <b>c</b></li></ul>", "- a\n- b c\n"),
    ('<p><a href="https://x.example/">here</a></p>', "here <https://x.example/>\n"),
    ('<p><a href="https://x.example/">https://x.example/</a></p>', "https://x.example/\n"),
    ('<p><a href="mailto:a@b">Take</a></p>', "Take\n"),
    ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"),
    ('<div data-text="">gone</div><div data-text="said">shown</div>', "said\n"),
    ("<style>x</style><!-- c --><p>a</p>", "a\n"),
    ("<p>" + "word " * 30 + "</p>", ("word " * 15).strip() + "\n" + ("word " * 15).strip() + "\n"),
    ('<p class="asis">' + "word " * 30 + "</p>", ("word " * 30).strip() + "\n"),
    ('<table class="cols"><tr><td>a</td><td class="num">1</td><td>x</td></tr><tr><td>bcd</td><td class="num">22</td><td>y</td></tr></table>',
     "a     1  x\nbcd  22  y\n"),
    ("<table><tr><td><p>a</p></td></tr><tr><td>b</td></tr></table>", "a\n\nb\n"),
    ('<table class="cols"><tr><td>#take</td><td>' + "word " * 20 + "</td></tr></table>",
     "#take  " + "word " * 13 + "word\n       " + ("word " * 6).strip() + "\n"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "text"), PLAIN)
def test_text_reads_as_if_written_by_hand(html: str, text: str) -> None:
    assert plain.text(f"<html><body>{html}</body></html>") == text


# --- what the admin configures for letters ----------------------------------------------------------------------------


def signed(agents: str, departments: str) -> str:
    policy = replace(
        samples.POLICY,
        agents=tuple(replace(one, signature=agents if one.name == "anna" else "Bo") for one in samples.POLICY.agents),
        departments=(replace(samples.POLICY.departments[0], signature=departments),),
        web=WebPolicy(),
    )
    shown = render.page(head(samples.due("answer"), policy, loop_mark=""), samples.NOW)
    assert ("&lt;Ann&gt;" in shown.html) is ("<Ann>" in agents)
    return shown.text.partition("Anna\n")[2].strip()


def test_below_an_answer_stands_the_agents_signature_above_the_departments() -> None:
    assert signed("<Ann> K.\nLamps", "Acme Support") == "-- \n<Ann> K.\nLamps\nAcme Support"
    assert signed("<Ann> K.", "") == "-- \n<Ann> K."
    assert signed("", "Acme Support") == "-- \nAcme Support"
    assert signed("", "") == ""


def test_fields_of_a_ticket_are_links_to_agents_and_to_nobody_else() -> None:
    links = {
        "order": "https://shop.example/{order}?of={who}",
        "crm": "https://crm.example/{who}",
        "bill": "https://b.example/{bill}",
    }
    policy = replace(samples.POLICY, letters=replace(samples.POLICY.letters, links=links))
    about = replace(samples.ticket(), fields={"order": 'A/7 "&x', "who": "ä"})
    letters = {
        template: render.page(
            head(replace(samples.due(template), ticket=about), policy, loop_mark=""), samples.NOW
        ).html
        for template in ("notice", "escalation", "answer", "expert")
    }
    for template, html in letters.items():
        inside = template in ("notice", "escalation")
        assert ('href="https://shop.example/A%2F7%20%22%26x?of=%C3%A4"' in html) is inside
        assert ('href="https://crm.example/%C3%A4"' in html) is inside
        assert ("order A/7 &#34;&amp;x</a>" in html) is inside and "b.example" not in html


@pytest.mark.parametrize("template", ["notice", "receipt", "handover", "digest"])
def test_a_quoted_letter_that_nobody_looked_up_yet_is_not_too_much_to_look_through(template: str) -> None:
    """W-12: the fixed words of all letters cost comparisons too; an answer with the mark alone waited as `too_much`."""
    said = page(template).text
    answer = "#take\n\nOn Fri, 27 Nov 2026 at 10:00, Acme wrote:\n" + "\n".join(
        f"> {line}" for line in said.split("\n")
    )
    found = typed.typed(answer, KnownLetters(b"a key of sixteen"))
    assert found.held in (Held.UNKNOWN_LETTER, Held.NOTHING) and "#take" in found.shown


def test_no_letter_asks_whether_a_template_of_ours_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = head(samples.due("ack", "fi"), samples.POLICY, loop_mark="")
    before = render.page(letter, samples.NOW)

    def asked(path: str, *_: object, **__: object) -> None:
        raise AssertionError(f"asked after {path}")

    with monkeypatch.context() as patched:
        for name in ("stat", "lstat", "open"):
            patched.setattr(os, name, asked)
        after = render.page(letter, samples.NOW)
    assert after == before
