"""What can be wrong with a letter that nobody looks at: another language's word, its size, a variable never filled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import mailgate
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.letter import Letter, head
from mailgate.core.letters.row_values import ITEMS, TEMPLATES, VARIABLES
from mailgate.core.model import shown
from mailgate.core.model.content import Alarm
from mailgate.core.model.said import Said
from mailgate.core.text.subject import without_prefixes
from mailgate.languages import LANGUAGES
from mailgate.wire import words
from mailgate.wire.letters import compose, render, samples, spoken
from mailgate.wire.letters.sample_words import words_of

LARGEST = 60 * 1024  # octets of a letter without files of others: Gmail cuts a page at 102 KB, and a phone waits for it
DOCS = Path(__file__).parents[1] / "docs" / "templates.md"


@dataclass(frozen=True)
class Sample:
    """One letter to look at; `n` counts the samples of its template from 0."""

    template: str
    language: str
    n: int
    due: DueLetter

    @property
    def name(self) -> str:
        """What it is called in a complaint, and its picture: `notice-fi`, `notice-fi-2`."""
        return f"{self.template}-{self.language}" + (f"-{self.n + 1}" if self.n else "")

    @property
    def letter(self) -> Letter:
        """It headed, as it would go out."""
        return head(self.due, samples.POLICY, loop_mark="")


def every(templates: Iterable[str] = VARIABLES, languages: Iterable[str] = LANGUAGES) -> Iterator[Sample]:
    """Every sample of these templates in these languages."""
    for template in templates:
        for language in languages:
            for n, due in enumerate(samples.cases(template, language)):
                yield Sample(template, language, n, due)


def complaints(sample: Sample) -> Iterator[str]:
    """What is wrong with one letter, a line each."""
    strangers = foreign(sample)
    if strangers:
        yield f"{sample.name}: not in {sample.language}: {', '.join(strangers)}"
    octets = len(compose.write(sample.letter, samples.NOW).raw)
    if octets > LARGEST:
        yield f"{sample.name}: {octets / 1024:.0f} KB, at most {LARGEST // 1024} KB"


# --- a word of another language ---------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+")
# What is in no language: addresses, commands and tags, tokens, names of files and of hosts.
_NO_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|[#+]\w[\w-]*|\bmg:\S+|\b\w[\w -]*\.(?:jpg|pdf)\b|\bmx\.\S+"
    r"|\b\d\s(?:take|hold\sfri|assign\sbo)\b"  # lines that answer a list
)
_HIDDEN = re.compile(r"<style>.*?</style>|<!--.*?-->|<[^>]*>", re.DOTALL)
_UNITS = frozenset({"min", "h", "d", "kb", "nps", "re"})
# Records whose fields are names of people and things, and what customers wrote; the others' are ours to say.
_NAMES: Mapping[type, tuple[str, ...]] = {
    shown.Person: ("name",), shown.TicketRow: ("subject", "who", "department", "owner", "language"),
}  # fmt: skip


def foreign(sample: Sample) -> list[str]:
    """The words in it that neither its language has in `wire.words` nor anybody of the sample has said."""
    letter = sample.letter
    page = render.page(letter, samples.NOW)
    told = spoken.spoken(letter)
    said = (
        f"{without_prefixes(str(told.subject))}\n{page.subject}\n{page.text}\n{unescape(_HIDDEN.sub(' ', page.html))}"
    )
    return sorted(set(strangers(sample.language, said)) - _names(sample.due))


def strangers(language: str, text: str, names: str = "") -> list[str]:
    """The words of a text that are neither the language's, as `_language` has it, nor among these names."""
    return sorted(_words(text) - _language(language) - _words(names))


def _words(text: str) -> set[str]:
    return {found.casefold() for found in _WORD.findall(_NO_WORDS.sub(" ", text))}


@cache
def _language(language: str) -> frozenset[str]:
    """Every word of our phrases in a language, its days and months, and what the people of the samples say in it."""
    found: set[str] = set(_UNITS)
    for phrase in words.CATALOGUES[language].values():
        for form in (phrase,) if isinstance(phrase, str) else phrase.values():
            found |= _words(re.sub(r"\{\w+\}", " ", form))
    dates = words.dates_of(language)
    found |= _words(" ".join(name for names in (dates.weekdays, dates.on, *dates.open) for name in names))
    found |= _words(" ".join(dates.cldr.interval_formats["yMMMd"]["d"]).replace("'", " "))  # "gada"
    for names in (dates.cldr.months, dates.cldr.days):
        found |= {
            word for kind in names.values() for width in kind.values() for word in _words(" ".join(width.values()))
        }
    return frozenset(
        found.union(*(_words(getattr(words_of(language), one.name)) for one in fields(words_of(language))))
    )


def _names(due: DueLetter) -> set[str]:
    """Names, which are in no language, and what a shell understands."""
    policy = samples.POLICY
    people = (*(one.full_name for one in policy.agents), *(one.name for one in policy.agents), samples.MAIJA.name)
    houses = (
        policy.name,
        *(one.name for one in policy.channels),
        *(f"{one.name} {one.signature} {one.from_.name}" for one in policy.departments),
    )
    ticket = due.ticket
    kept = (*ticket.tags, *ticket.fields, *ticket.fields.values()) if ticket else ()
    shell = due.content.remedy if isinstance(due.content, Alarm) else ""
    receiver = (one.name for one in due.to)
    row = due.customer
    table = (row.name, row.company, row.number, row.tier, *row.links, *row.fields, *row.fields.values()) if row else ()
    told = (*people, *houses, *kept, *table, *receiver, *_named(due.content), shell if isinstance(shell, str) else "")
    return _words(" ".join(told))


def _named(value: Any) -> Iterator[str]:
    """The names in a record and in those within it."""
    if isinstance(value, Said):
        yield from (one for one in value.params.values() if isinstance(one, str))
    elif isinstance(value, tuple):
        for one in value:
            yield from _named(one)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, name) for name in _NAMES.get(type(value), ()))
        for one in fields(value):
            yield from _named(getattr(value, one.name))


# --- a variable never filled ------------------------------------------------------------------------------------------


def unfilled() -> list[str]:
    """Documented variables that are empty in every sample, `template.variable` or `record.variable`."""
    filled: set[str] = set()
    letters = replace(samples.POLICY.letters, logo="https://acme.example/logo.png")
    for sample in every(languages=["en"]):
        letter = head(sample.due, replace(samples.POLICY, letters=letters), loop_mark="")
        context = render.full_context(spoken.spoken(letter), samples.NOW)
        filled |= {f"{sample.template}.{name}" for name in VARIABLES[sample.template] if context.get(name)}
        filled |= set(_filled("every", context))
    own = [f"{template}.{name}" for template, names in VARIABLES.items() for name in names]
    records = [f"{record}.{name}" for record, names in ITEMS.items() for name in names]
    return [name for name in (*own, *records, *_documented()) if name not in filled]


def _filled(holder: str, value: Any) -> Iterator[str]:
    """Every name in a context that holds something, behind the name of the record or list that it stands in."""
    if isinstance(value, dict):
        for name, held in value.items():
            if held:
                yield f"{holder}.{name}"
            yield from _filled(name, held)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _filled(holder, one)


_RECORDS = ("department", "reader", "ticket", "ticket.entries")  # rows that say what they hold


def _documented() -> Iterator[str]:
    """What docs/templates.md says that every letter and every letter to agents may show."""
    page = DOCS.read_text(encoding="utf-8")
    part = page.partition("## What every template may use")[2].partition("## The templates")[0]
    for names, holds in re.findall(r"^\| ((?:`[\w.]+`(?:, )?)+) \| (.*?) \|$", part, re.MULTILINE):
        for name in re.findall(r"`([\w.]+)`", names):
            yield name if "." in name else f"every.{name}"
            if name in _RECORDS:
                inside = re.sub(r"\(.*?\)", "", holds.partition(";")[0])
                yield from (f"{name.rpartition('.')[2]}.{one}" for one in re.findall(r"`(\w+)`", inside))
    agents = part.partition("Letters to agents have more of the ticket:")[2].partition("They also have")[0]
    yield from (f"ticket.{name}" for name in re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", agents)))


def never_given() -> list[str]:
    """Variables that the program itself gives no letter and no record, whatever the samples show."""
    given = _given()
    kinds = {**{kind.__name__: kind for kind in TEMPLATES.values()}, **{one.__name__: one for one in shown.RECORDS}}
    return [
        f"{name}.{one.name}"
        for name, kind in kinds.items()
        for one in fields(kind)
        if not one.metadata.get("hidden") and not given & {f"{name}.{one.name}", f"replace.{one.name}"}
    ]


@cache
def _given() -> set[str]:
    """What the program's calls name or place: `Notice.why`, and `replace.text` for whichever record."""
    found: set[str] = set()
    orders = {one.__name__: [field.name for field in fields(one)] for one in (*TEMPLATES.values(), *shown.RECORDS)}
    for path in Path(mailgate.__file__).parent.rglob("*.py"):
        if path.stem.startswith("sample"):
            continue
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            found |= {f"{name}.{one.arg}" for one in call.keywords if one.arg}
            found |= {f"{name}.{one}" for one, _ in zip(orders.get(name, ()), call.args, strict=False)}
    return found
