"""Commands for an outage: what everybody who writes is told, which tickets are about it, and one answer to them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from mailgate.core.commands.judging import CommandContext, Granted, Judgement, KnownWorld, Refusal, is_name
from mailgate.core.letters import readers
from mailgate.core.model.change import Step, Tag
from mailgate.core.model.content import Receipt
from mailgate.core.model.outage import (
    LASTS,
    LONGEST_NEWS,
    MOST_INCIDENTS,
    AnswerAll,
    Incident,
    Mailing,
    News,
    SetIncident,
    SetNews,
    StopAnswers,
)
from mailgate.core.model.policy import Department
from mailgate.core.model.said import Said
from mailgate.core.model.shown import Gathering
from mailgate.core.text import language as languages
from mailgate.core.text import mentions, signature
from mailgate.core.text.folding import fold
from mailgate.core.worktime import moments

# The word that ends it: English, Finnish, Polish, Latvian, Swedish, German, Estonian; folded.
_ENDS = frozenset(
    fold(word)
    for word in ("off", "over", "end", "pois", "ohi", "koniec", "beigas", "beidzies", "slut", "över", "aus", "vorbei",
                 "ende", "läbi", "lõpp")
)  # fmt: skip
_LABEL = re.compile(r"([A-Za-z]{2})[ \t]?:[ \t]*+(.*)")


def news(context: CommandContext) -> Judgement:
    """What a department's acknowledgements say until a time, or no longer; its lead alone may say so."""
    department, written = _department(context)
    if not _leads(context, department):
        return Refusal("not_lead", params={"department": department.name})
    told: dict[str, str] = {"department": department.name}
    if fold(written.strip(" .!")) in _ENDS:
        stands = any(one.department == department.name for one in context.world.moment.facts.news)
        ended = (SetNews(department.name, None),)
        return Granted("news_off", effects=ended, params=told) if stands else Granted("no_news", params=told)
    calendar = context.policy.calendar(context.agent.calendar or department.calendar)
    try:
        until, first = moments.take_moment(written, context.world.now, context.zone, calendar)
    except moments.NotAMoment as problem:
        return Refusal(f"when_{problem.reason}", params={"text": " ".join(written.split()[:3])})
    text = context.policy.without_agents("\n".join((first, context.world.words)))
    home = department.language or context.policy.language
    texts = by_language(_unsigned(text), context.policy.languages, home)
    if not texts or context.world.files:
        return Refusal("files_to_many" if context.world.files else "no_words")
    longest = max(len(words) for _, words in texts)
    if longest > LONGEST_NEWS:
        return Refusal("news_long", params={"n": str(longest), "most": str(LONGEST_NEWS)})
    effect = SetNews(department.name, News(department.name, until, texts, context.agent.name))
    in_which = ", ".join(one for one, _ in texts)
    at = context.in_their_time(until)
    return Granted("news", effects=(effect,), params={**told, "until": at, "languages": in_which})


def incident(context: CommandContext) -> Judgement:
    """Tickets that hold certain words get its name as a tag, and so do coming ones; the open ones are shown first."""
    world, (department, written) = context.world, _department(context, least=2)
    name, _, rest = written.partition(" ")
    name = fold(name.lstrip("+#"))
    told: dict[str, str | Said] = {"name": name}
    if fold(rest.strip(" .!")) in _ENDS:
        known = [one for one in world.moment.facts.incidents if one.name == name]
        ended = tuple(SetIncident(one.department, name, None) for one in known)
        return Granted("incident_over" if known else "no_incident", effects=ended, params=told)
    words = mentions.words_of(rest)
    wrong = _wrong_incident(context, department, name, words)
    if wrong:
        return wrong
    wanted = Gathering("incident", department.name, name, " ".join(words))
    asked = _agreed(world, wanted)
    if asked is None:
        return Refusal("incident_asks", params=told, gathers=wanted)
    until = world.now + LASTS
    begun = Incident(department.name, name, wanted.words, until, context.agent.name)
    tagged = tuple(Step(number, (Tag(add=(name,)),)) for number in asked.numbers or ())
    told |= {"n": str(len(tagged)), "until": context.in_their_time(until)}
    effects = (SetIncident(department.name, name, begun),)
    return Granted("incident", elsewhere=tagged, effects=effects, params=told)


def _wrong_incident(
    context: CommandContext, department: Department, name: str, words: tuple[str, ...]
) -> Refusal | None:
    if not is_name(name):
        return Refusal("no_name", params={"name": name})
    if not mentions.is_telling(words):
        return Refusal("incident_words", params={"most": str(mentions.MOST_WORDS)})
    others = [
        one for one in context.world.moment.facts.incidents if (one.department, one.name) != (department.name, name)
    ]
    if len(others) >= MOST_INCIDENTS:
        return Refusal("incidents_many", params={"n": str(len(others))})
    return None


def answer(context: CommandContext) -> Judgement:
    """One letter to every customer with a tag, each in their own ticket, once the lead has seen it."""
    world, (department, written) = context.world, _department(context)
    tag, _, rest = written.partition(" ")
    name = fold(tag.lstrip("+#"))
    if not tag.startswith("+") or not is_name(name):
        return Refusal("answer_tag")
    text = _unsigned(context.policy.without_agents("\n".join((rest, world.words))))
    if not text or world.files:
        return Refusal("files_to_many" if world.files else "no_words")
    wanted = Gathering("answer", department.name, name, text)
    asked = _agreed(world, wanted)
    if asked is None:
        return Refusal("answer_asks", params={"name": name, "by": context.agent.shown_name}, gathers=wanted)
    begins = world.now + context.policy.undo_window
    lead = context.policy.agent(world.let_go_by) or context.agent
    mailing = Mailing(0, name, department.name, context.agent.name, lead.name, text, world.solves, asked.event, begins)
    numbers = asked.numbers or ()
    counted: dict[str, str | Said] = {"n": str(len(numbers)), "at": context.in_their_time(begins)}
    what = Said("done.answer_all", counted)
    told = Receipt(done=(Said("done.line", {"command": f"#answer +{name}", "what": what}),), gathers=asked)
    both = {one.name: one for one in (context.agent, lead)}.values()
    return Granted(
        "answer_all", effects=(AnswerAll(mailing, numbers),), params=counted,
        letters=tuple(context.letter(one, told) for one in both),
    )  # fmt: skip


def take_back(context: CommandContext) -> Judgement:
    """One answer for many that has not begun to leave."""
    letter = context.world.replied
    about = letter.content if letter is not None else None
    gathers = about.gathers if isinstance(about, Receipt) and not about.parked else None
    if letter is None or letter.mail is None or gathers is None or gathers.command != "answer":
        return Refusal("no_ticket")
    if context.world.now >= letter.created_at + context.policy.undo_window:
        return Refusal("too_late_to_undo")
    return Granted("answer_undone", effects=(StopAnswers(letter.mail),), params={"name": gathers.name})


def by_language(text: str, known: Collection[str], usual: str) -> tuple[tuple[str, str], ...]:
    """The words in each language: from a line like `lv: …` on in that one, before it in the one they are written in."""
    found: dict[str, list[str]] = {"": []}
    current = ""
    for line in text.split("\n"):
        label = _LABEL.fullmatch(line.strip())
        begins = label is not None and label[1].lower() in known
        current = label[1].lower() if label and begins else current
        found.setdefault(current, []).append(label[2] if label and begins else line.rstrip())
    said = {language: "\n".join(lines).strip() for language, lines in found.items()}
    first = said.pop("")
    if first:
        own = languages.guess(first)
        own = own if own in known else usual
        said = {own: "\n\n".join(part for part in (first, said.get(own, "")) if part)} | {
            language: words for language, words in said.items() if language != own
        }
    return tuple((language, words) for language, words in said.items() if words)


def _agreed(world: KnownWorld, wanted: Gathering) -> Gathering | None:
    """What was asked about this very command and answered with yes, with the tickets found; None: it is asked first."""
    asked = world.asked
    if not world.confirmed or asked is None or replace(asked, numbers=None, event=0) != wanted:
        return None
    return asked


def _department(context: CommandContext, least: int = 0) -> tuple[Department, str]:
    """The department that is named first, else the one the mail went to; and what stands behind its name.

    With fewer than `least` words behind it the first word names no department.
    """
    first, _, rest = context.argument.partition(" ")
    named = next((one for one in context.policy.departments if fold(one.name) == fold(first)), None)
    if named is None or len(rest.split()) < least:
        return context.policy.department(context.world.department), context.argument
    return named, rest


def _leads(context: CommandContext, department: Department) -> bool:
    """True for whoever leads that department, or stands in for them, and for leads and admins who work there."""
    lead, agent = readers.lead_of(context.policy, department), context.agent
    if lead is not None and lead.name == agent.name:
        return True
    elsewhere = agent.chief and agent.works_in(department.name)
    return elsewhere or readers.stands_in(context.world.moment, agent, department)


def _unsigned(text: str) -> str:
    """Without the signature of a telephone below the words."""
    lines = text.strip().split("\n")
    while lines and signature.is_all_signature(lines[-1]):
        lines.pop()
    return "\n".join(lines).strip()
