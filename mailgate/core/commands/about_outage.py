"""Commands for an outage: what everybody who writes is told at once, in each reader's language."""

from __future__ import annotations

import re
from collections.abc import Collection

from mailgate.core.commands.judging import CommandContext, Granted, Judgement, Refusal
from mailgate.core.letters import readers
from mailgate.core.model.change import SetNews
from mailgate.core.model.outage import LONGEST_NEWS, News
from mailgate.core.model.policy import Department
from mailgate.core.text import language as languages
from mailgate.core.text import signature
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
    if not texts:
        return Refusal("no_words")
    longest = max(len(words) for _, words in texts)
    if longest > LONGEST_NEWS:
        return Refusal("news_long", params={"n": str(longest), "most": str(LONGEST_NEWS)})
    effect = SetNews(department.name, News(department.name, until, texts, context.agent.name))
    in_which = ", ".join(one for one, _ in texts)
    at = context.in_their_time(until)
    return Granted("news", effects=(effect,), params={**told, "until": at, "languages": in_which})


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


def _department(context: CommandContext) -> tuple[Department, str]:
    """The department that is named first, else the one the mail went to; and what stands behind its name."""
    first, _, rest = context.argument.partition(" ")
    named = next((one for one in context.policy.departments if fold(one.name) == fold(first)), None)
    return (named, rest) if named else (context.policy.department(context.world.department), context.argument)


def _leads(context: CommandContext, department: Department) -> bool:
    """True for whoever leads that department, and for leads and admins who work there."""
    lead = readers.lead_of(context.policy, department)
    chief = lead is not None and lead.name == context.agent.name
    return chief or (context.leads and context.agent.works_in(department.name))


def _unsigned(text: str) -> str:
    """Without the signature of a telephone below the words."""
    lines = text.strip().split("\n")
    while lines and signature.is_all_signature(lines[-1]):
        lines.pop()
    return "\n".join(lines).strip()
