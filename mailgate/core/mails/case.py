"""One mail with all that is known of it: what every part of a decision looks at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailgate.core.customers.customer import Customer
from mailgate.core.mails.guard import Verdict, Wrote
from mailgate.core.mails.match import Match, neutral_title
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.facts import Facts, SentLetter
from mailgate.core.model.mail import Address, InboundMail
from mailgate.core.model.moment import Moment
from mailgate.core.model.outbound import Audience
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Ticket
from mailgate.core.model.trace import AuthorityTrace, MatchTrace, Outcome, Trace
from mailgate.core.proof import authority, token, visitor
from mailgate.core.proof.authority import Authority, Proof
from mailgate.core.quoting.parts import Held
from mailgate.core.rules.rule import RuleEffects
from mailgate.core.text import phone
from mailgate.core.text.folding import fold

MOST_PARTICIPANTS = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A mail, the facts about it, and what was made of them so far."""

    mail: InboundMail
    moment: Moment
    author: Address | None  # the person, after contact forms and rewriting lists are seen through
    verdict: Verdict
    authority: Authority
    match: Match
    departments: tuple[str, ...]  # every department the mail was sent to, its own first
    route: RuleEffects
    arrived_at: datetime
    answers_to: tuple[Address, ...] = ()  # whom agents' answers go to; () when nobody is left
    corrects: SentLetter | None = None  # the receipt of a parked mail whose place this one takes
    release_mode: str = ""  # of a released mail: what of it is to be done (`change.Unpark`)
    question: SentLetter | None = None  # of a released mail: the receipt whose answer let it go
    only: Address | None = None  # whom alone its words reach (`#only`)
    let_go_by: str | None = None  # of a released mail: the agent who was asked; "" where the admin did it; None: waits

    @property
    def policy(self) -> Policy:
        """All the admin decided."""
        return self.moment.policy

    @property
    def facts(self) -> Facts:
        """All the store knows that matters for this mail."""
        return self.moment.facts

    @property
    def now(self) -> datetime:
        """When it is decided, aware UTC."""
        return self.moment.now

    @property
    def words(self) -> str:
        """What an agent wrote; of a mail that waited for a word, what may leave the house by whatever button."""
        return self.may_leave if self.authority.proof is Proof.RELEASED else self.mail.fresh

    @property
    def held(self) -> Held:
        """Why an agent's words cannot leave as they are; a letter whose words nobody kept is an unknown one too."""
        return Held.UNKNOWN_LETTER if self._quotes_unworded else self.mail.held

    @property
    def may_leave(self) -> str:
        """What of an agent's words may leave the house, by whatever button."""
        return self.mail.newest if self._quotes_unworded else self.mail.may_leave

    @property
    def _quotes_unworded(self) -> bool:
        """True for what nothing holds but that a letter it seems to quote has no words that are known."""
        if self.mail.held:
            return False
        letters = (one.letter(self.facts.letters) for one in self.authority.carried)
        unworded = any(letter is not None and not letter.worded for letter in letters)
        return unworded and self.mail.newest.strip() != self.mail.fresh.strip()

    @property
    def customer(self) -> Customer | None:
        """What the desk was told of whoever wrote, or called; None where it is nothing."""
        if self.route.call is None:
            return known_as(self.facts, self.author, self.answers_to)
        return known_as(self.facts, self.facts.callers.get(phone.number_dialled(self.route.call)), ())

    @property
    def fresh_mail(self) -> bool:
        """True when the mail is young enough to be answered by a robot."""
        old = self.now - self.arrived_at > self.policy.limits.ack_max_age
        return not old and not self.mail.envelope.history

    @property
    def only_named(self) -> bool:
        """True when Reply-To, Sender or the envelope alone names whom answers go to: anybody could name a victim.

        Whom a form's rule or a Google group names and who is acknowledged to is taken for who wrote.
        """
        wrote = (self.mail.author, self.author if self.verdict.ack else None)
        return bool(self.answers_to) and self.answers_to[0].key not in {one.key for one in wrote if one}

    @property
    def language(self) -> str:
        """Language of letters to this sender: by rule, department, the mail's own, what stands for it, the desk."""
        department = self.policy.department(self.route.department or self.departments[0])
        told = self.customer.language if self.customer else ""
        written = self.mail.language or visitor.language(self.mail) or told
        own = self.policy.language_for.get(written, written)
        spoken = (self.route.language, department.language, own, self.policy.language)
        return next((lang for lang in spoken if lang in self.policy.languages), "en")

    def title(self, subject: str) -> str:
        """What a ticket that a mail of this subject opens is called, never ""."""
        return neutral_title(subject, self.policy) or self.policy.own_words("ticket.untitled", self.language)

    def newcomers(self) -> tuple[Address, ...]:
        """To and Cc people who are neither ours, nor agents, nor the author; each once, bounded."""
        found: dict[str, Address] = {}
        mine = self.author.key if self.author else ""
        for addr in (*self.mail.to, *self.mail.cc):
            key = addr.key
            local, at, domain = key.partition("@")
            if not at or not local or not domain or key == mine or self.policy.colleague_at(addr.addr):
                continue
            if self.policy.department_at(addr.addr) is None:
                found.setdefault(key, addr)
        return tuple(found.values())[:MOST_PARTICIPANTS]

    def new_subject(self, ticket: Ticket, asked: tuple[str, ...] = ()) -> str:
        """What a person made the subject of a mail to this ticket, `""` where it is one we or the ticket had.

        Prefixes, our tag, white space and case make no other subject, nor do `asked`: the words of an order in it.
        """
        title = neutral_title(self.mail.subject, self.policy)
        kept = " ".join(word for word in title.split() if fold(word) not in asked)
        if self.verdict.robot or not kept:
            return ""
        answered = (one.letter(self.facts.letters) for one in self.authority.carried)
        known = (
            ticket.subject,
            *self.facts.ticket_subjects.get(ticket.number, ()),
            *self.facts.letter_subjects.get(ticket.number, ()),
            *(one.subject for one in answered if one is not None),
        )
        return "" if fold(kept) in {fold(neutral_title(one, self.policy)) for one in known} else kept

    def thread(self) -> tuple[str, tuple[str, ...]]:
        """In-Reply-To and References of an answer to this mail (RFC 5322 section 3.6.4); no agent's id among them."""
        if not self.mail.message_id:
            return "", ()
        shown = [i for i in self.mail.references if not self._internal(i)]
        kept = shown[:1] + shown[1:][-10:]
        return self.mail.message_id, (*kept, self.mail.message_id)

    def _internal(self, identifier: str) -> bool:
        known = token.in_message_id(identifier, self.policy.keys)
        return known is not None and known.audience != Audience.CUSTOMER

    def decided(self, fate: Fate, reason: str, **parts: Any) -> Decision:
        """A decision about this mail, with the trace that `explain` shows."""
        agent = self.authority.agent
        actor = agent.name if agent and self.authority.steer else (self.author.key if self.author else "mailgate")
        program = self.mail.envelope.program
        actor = f"program:{program}" if program else actor
        return Decision(fate=fate, reason=reason, actor=actor, **{"trace": self.trace(), **parts})

    def _proof(self) -> str:
        both = self.policy.identity.accept == "token+pass" and self.authority.proof in authority.NEED_PASS
        return f"{self.authority.proof}+pass" if both else self.authority.proof

    def trace(self, commands: Iterable[str] = ()) -> Trace:
        """What was seen on the way: guard, match, authority, rules (contract: `explain --json`)."""
        agent = self.authority.agent
        return Trace(
            guard=self.verdict.kind + ("" if self.verdict.kind is Wrote.HUMAN else f": {self.verdict.reason}"),
            match=MatchTrace(
                by=self.match.by,
                ticket=self.match.ticket.number if self.match.ticket else None,
                verified=self.match.verified,
                mentions=tuple(self.match.mentions),
                conflict=self.match.conflict,
            ),
            authority=AuthorityTrace(
                agent=agent.name if agent else None,
                proof=self._proof() or None,
                why=self.authority.why or None,
                passed=self.authority.passed,
                carriers=tuple(dict.fromkeys(self.authority.by)),
            ),
            rules=self.route.trace,
            outcome=outcome(self.route),
            commands=tuple(commands),
            only_named=self.only_named,
            looked=True,
        )


def known_as(facts: Facts, author: Address | None, answers_to: Iterable[Address]) -> Customer | None:
    """What the desk was told of the first of these of whom it was told anything."""
    people = (one.key for one in (author, *answers_to) if one)
    return next((facts.customers[key] for key in people if key in facts.customers), None)


def outcome(route: RuleEffects) -> Outcome:
    """What of a route an admin would notice."""
    return Outcome(
        rules=", ".join(tried.name for tried in route.trace if tried.hit),
        department=route.department,
        priority=str(route.priority) if route.priority else None,
        tags=", ".join(route.tags),
        assign=route.assign,
        drop=route.drop,
        park=route.park,
    )
