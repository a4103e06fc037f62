"""What a program wrote in an agent's name: it steers nothing, and what words it has somebody is told or asked about."""

from __future__ import annotations

from hashlib import sha256

from mailgate.core.letters import readers
from mailgate.core.mails import receipt
from mailgate.core.mails.case import Case
from mailgate.core.mails.guard import Wrote
from mailgate.core.model.change import Decision, Fate, Outbound, WhyParked
from mailgate.core.model.content import Alarm
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.policy import Agent
from mailgate.core.model.said import said
from mailgate.core.text import automatic_words as absences
from mailgate.core.text.subject import is_reply

_MOST_TOLD = 4_000  # characters of an automatic answer that its reader is shown


def automatic_mail(case: Case, agent: Agent) -> Decision:
    """An out-of-office of an agent changes no ticket; their lead is asked whether they are away.

    What only reads like a program's mail, or has words beside it, waits for the agent's word: it may be their answer.
    """
    if not case.verdict.sure:
        return receipt.automatic_reply_receipt(case, agent)
    if case.verdict.kind is not Wrote.AUTO_REPLY:
        return case.decided(Fate.DROPPED, case.verdict.kind)
    text, wordless = _said(case), says_no_more(case)
    hearer = _hearer(case, agent)
    away = any(one.agent == agent.name for one in case.facts.away)
    if hearer is None or (wordless and away):
        return case.decided(Fate.DROPPED, "auto_reply") if wordless else _kept(case, agent)
    if not wordless and not _answers_words(case):
        return _kept(case, agent)
    title = said("alarm.away", agent=agent.shown_name)
    remedy = said("alarm.away_remedy", agent=agent.name, day=f"{case.now:%Y-%m-%d}")
    told = "" if wordless else ":" + sha256(" ".join(text.split()).encode()).hexdigest()[:16]
    letter = readers.to_agent(
        case.policy, hearer, Alarm(title=title, text=text[:_MOST_TOLD], remedy=remedy),
        purpose=Purpose.QUESTION,
        dedupe=f"away:{agent.name}:{case.now:%G-%V}{told}",
    )  # fmt: skip
    whole = len(text) <= _MOST_TOLD and not case.mail.attachments
    return case.decided(Fate.DROPPED, "auto_reply", letters=(letter,)) if whole else _kept(case, agent, (letter,))


def says_no_more(case: Case) -> bool:
    """True for an automatic answer that says its writer is away, and nothing else anywhere in it."""
    return absences.only_absence(_said(case)) and not case.mail.attachments


def _said(case: Case) -> str:
    """All it says, below a signature and in a quotation too, and its subject where no program writes that."""
    mail = case.mail
    usual = is_reply(mail.subject) or absences.out_of_office(mail.subject, "")
    whole = mail.text if len(mail.newest) < len(mail.text) else mail.newest
    return whole if usual or not mail.subject.strip() else f"{mail.subject}\n\n{whole}"


def _hearer(case: Case, agent: Agent) -> Agent | None:
    """Who is told that an agent's mailbox answers by itself: their lead; of the lead's own, a colleague at work."""
    department = agent.home or case.departments[0]
    lead = readers.lead_here(case.moment, department)
    if lead is not None and lead.name != agent.name:
        return lead
    away = {one.agent for one in case.facts.away} | {agent.name}
    return next((one for one in case.policy.agents_of(department) if one.name not in away), None)


def _answers_words(case: Case) -> bool:
    """True when an automatic answer is to a letter of ours that is not itself about such an answer.

    Only then is anybody written to about its words: two who are away cannot keep each other's mailboxes talking.
    """
    letters = (one.letter(case.facts.letters) for one in case.authority.carried)
    return any(letter and letter.template != "alarm" for letter in letters)


def _kept(case: Case, agent: Agent, letters: tuple[Outbound, ...] = ()) -> Decision:
    """An automatic answer with words that nobody could be sent waits among the parked mail, and writes to nobody."""
    why = receipt.AUTOMATIC
    parking = WhyParked(why, agent.name, doubt=True, asked=False, text=case.mail.fresh[: receipt.EXCERPT])
    return case.decided(Fate.PARKED, why, parking=parking, letters=letters)
