"""The contact form: what it asks, what is wrong with an answer, and what an answer becomes as a mail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailgate.core.channels.whereabouts import is_chat
from mailgate.core.letters import addressee
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Policy
from mailgate.core.pages.policy import Topic, TopicField
from mailgate.core.text import address as addresses

LONGEST: Final[Mapping[str, int]] = {"name": 80, "address": 254, "subject": 150, "text": 100_000}  # characters
LONGEST_ANSWER: Final = 200  # of a topic's own field
BRIEF: Final = 2000  # milliseconds in which nobody fills in a form
OWN: Final = "field."  # before the name of a topic's own field, where all fields are named
# A command, to whoever reads the first lines of a mail: what was typed at a line's beginning is none.
_COMMAND: Final = re.compile(r"^([ \t>|*_~\u2022-]{0,20})([#\uff03\ufe5f])(?=[^\W\d_])", re.MULTILINE)
_HARMLESS: Final = "\u200b"  # in front of its `#`: seen by nobody
# What has no business in words: controls but tab and line end, marks that turn the direction of text, half characters.
_UNSEEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TopicsAsked:
    """What does the form ask?"""

    language: str  # of the reader


@dataclass(frozen=True, slots=True)
class ShownField:
    """One more thing that a topic asks for."""

    key: str
    text: str
    required: bool


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """What somebody can write about."""

    name: str
    text: str
    address: str  # who would rather write a mail writes there
    fields: tuple[ShownField, ...] = ()
    by: datetime | None = None  # when an answer to what is written now is promised


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """The form as it stands at the moment."""

    topics: tuple[ShownTopic, ...]
    closed: bool = False  # the mail addresses are shown in its place
    news: tuple[str, ...] = ()  # of what is out of order
    help: bool = False  # there are articles to read first


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file that came with the form."""

    name: str  # as the browser says it
    data: bytes


@dataclass(frozen=True, slots=True)
class FormAsked:
    """The form, filled in."""

    name: str
    address: str
    topic: str
    subject: str
    text: str
    fields: tuple[tuple[str, str], ...] = ()  # of the topic: key -> answer
    files: tuple[FormFile, ...] = ()
    language: str = ""  # of the page
    peer: str = ""  # who sent it: an IPv4 address, or the /64 of an IPv6 one
    took: int = -1  # milliseconds from the page to the form; -1: nobody knows
    hidden: bool = False  # a field was filled in that nobody sees


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field; the sentence is `page.form.wrong.CODE`."""

    field: str  # "address", "field.order"
    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FormTaken:
    """The form lies safely in the desk, unless something is wrong with it: then nothing of it was kept."""

    wrong: tuple[Wrong, ...] = ()


def offered(policy: Policy) -> tuple[Topic, ...]:
    """What can be written about: the admin's topics, else a department each but those to practise in."""
    if policy.web.form.topics:
        return policy.web.form.topics
    return tuple(
        Topic(one.name, {policy.language: one.from_.name or one.name}, one.name)
        for one in policy.departments
        if not one.training
    )


def shown(topic: Topic, policy: Policy, language: str, by: datetime | None = None) -> ShownTopic:
    """A topic in the reader's language."""
    return ShownTopic(
        topic.name,
        in_words(topic.text, policy, language) or topic.name,
        address_of(topic, policy),
        tuple(ShownField(one.key, label(one, policy, language), one.required) for one in topic.fields),
        by,
    )


def label(field: TopicField, policy: Policy, language: str) -> str:
    """What a topic's own field is called to this reader."""
    return in_words(field.text, policy, language) or field.key


def in_words(texts: Mapping[str, str], policy: Policy, language: str) -> str:
    """The text in the reader's language, else the desk's, else any."""
    return texts.get(language) or texts.get(policy.language) or next(iter(texts.values()), "")


def address_of(topic: Topic, policy: Policy) -> str:
    """Where mail about it is sent: the address that customers see of its department."""
    home = policy.department(topic.department)
    seen = home.from_.addr
    return seen if policy.department_at(seen) == home.name else home.addresses[0]


def wrong(
    asked: FormAsked, policy: Policy, topic: Topic | None, fits: Callable[[TopicField, str], bool]
) -> tuple[Wrong, ...]:
    """All that is wrong with a form, in the order of its fields; `fits` says whether an answer has its pattern."""
    found = [
        *_too_long("name", asked.name),
        *_address(typed_address(asked.address), policy),
        *([] if topic else [Wrong("topic", "topic")]),
        *(_own(topic, asked, policy, fits) if topic else ()),
        *_too_long("subject", asked.subject),
        *(_too_long("text", asked.text) if asked.text.strip() else [Wrong("text", "text")]),
        *files_wrong([(one.name, len(one.data)) for one in asked.files], policy.web.form.files, policy.web.form.size),
    ]
    return tuple(found)


def _too_long(field: str, answer: str) -> list[Wrong]:
    most = LONGEST[field]
    return [Wrong(field, "long", (("n", str(most)),))] if len(answer) > most else []


def _address(typed: str, policy: Policy) -> list[Wrong]:
    """An address that can be answered: well-formed, in the world, and none of ours."""
    if not typed:
        return [Wrong("address", "no_address")]
    parts = addresses.parts(typed)
    unseen = any(unicodedata.category(one) == "Cf" for one in typed)
    if unseen or parts is None or "." not in parts[1] or parts[1].startswith("[") or parts[0].startswith('"'):
        return [Wrong("address", "address")]
    if policy.department_at(typed) is not None:
        return [Wrong("address", "ours")]
    if is_chat(typed):  # nobody is written to there who has not written from there
        return [Wrong("address", "address")]
    return [] if addressee.writable(Address(typed), policy) else [Wrong("address", "address")]


def _own(topic: Topic, asked: FormAsked, policy: Policy, fits: Callable[[TopicField, str], bool]) -> Iterable[Wrong]:
    answers = dict(asked.fields)
    for one in topic.fields:
        answer = " ".join(answers.get(one.key, "").split())
        named = (("field", label(one, policy, asked.language)),)
        if not answer:
            if one.required:
                yield Wrong(OWN + one.key, "no_answer", named)
        elif len(answer) > LONGEST_ANSWER:
            yield Wrong(OWN + one.key, "long", (("n", str(LONGEST_ANSWER)),))
        elif one.pattern and not fits(one, answer):
            yield Wrong(OWN + one.key, "pattern", named)


def files_wrong(files: Iterable[tuple[str, int]], most: int, octets: int) -> list[Wrong]:
    """What is wrong with the files, names and sizes in octets: the limit is named, and the largest of them."""
    found = list(files)
    if len(found) > most:
        return [Wrong("files", "many_files", (("n", str(most)),))]
    if sum(size for _, size in found) > octets:
        return [Wrong("files", "large_files", (("file", max(found, key=lambda one: one[1])[0][:80]),))]
    return []


def trap(asked: FormAsked, alike: bool) -> str:
    """What looks like a program's work; `alike`: the same words came in from other addresses before."""
    if asked.hidden:
        return "hidden"
    if 0 <= asked.took < BRIEF:
        return "fast"
    return "alike" if alike else ""


# --- what it becomes --------------------------------------------------------------------------------------------------


def answers(topic: Topic, asked: FormAsked) -> dict[str, str]:
    """The topic's own fields as the ticket's: what was answered, a line each."""
    given = dict(asked.fields)
    found = {one.key: line(given.get(one.key, "")) for one in topic.fields}
    return {key: answer for key, answer in found.items() if answer}


def body(topic: Topic, asked: FormAsked, policy: Policy) -> str:
    """The words of the mail: the answers by their names, then what was written, none of it a command."""
    given = answers(topic, asked)
    named = [f"{label(one, policy, asked.language)}: {given[one.key]}" for one in topic.fields if one.key in given]
    text = harmless(asked.text)
    return harmless("\n".join(named)) + "\n\n" + text if named else text


def title(topic: Topic, asked: FormAsked, policy: Policy) -> str:
    """The subject: what was typed, else the beginning of the words."""
    first = next((one for one in asked.text.split("\n") if one.strip()), "")
    return harmless(line(asked.subject) or line(first)[:80] or in_words(topic.text, policy, asked.language))


def typed_address(text: str) -> str:
    """An address without the unseen characters around it that come along when it is copied from a page."""
    seen = [at for at, one in enumerate(text) if not one.isspace() and unicodedata.category(one) != "Cf"]
    return text[seen[0] : seen[-1] + 1] if seen else ""


def harmless(text: str) -> str:
    """Words as they were typed, with no line that begins like a command and nothing in them that cannot be seen."""
    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _COMMAND.sub(rf"\1{_HARMLESS}\2", plain)


def line(text: str) -> str:
    """One line of visible characters."""
    return " ".join(_UNSEEN.sub(" ", text).split())
