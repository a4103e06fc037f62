"""Lines of a ticket's journal as sentences: a phrase for each kind, with times, states and reasons put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from mailgate.core.model.desk_rows import JournalLine
from mailgate.core.model.policy import Policy
from mailgate.core.model.said import Said, Words, said
from mailgate.core.model.ticket import EntryKind
from mailgate.wire.words import Phrases

MOST = 120  # characters of a value in people's own words


class JournalWords:
    """The journal as one reader reads it."""

    def __init__(self, policy: Policy, speech: Phrases) -> None:
        self.policy, self.speech = policy, speech

    def line(self, event: JournalLine) -> Words:
        """`Sat 28 Nov 14:05 · Anna Virtanen: status: new → open`."""
        at = self.speech.when(event.at)
        return said("event.line", at=at, actor=self.somebody(event.actor), what=self.what(event))

    def what(self, event: JournalLine) -> Words:
        """What happened, without who did it and when."""
        kind = event.kind.replace("-", "_")
        if not (event.old or event.new) and kind not in BARE:
            return said("event.forgotten")
        if kind in TOLD:
            return TOLD[kind](self, event)
        old, new = KINDS.get(kind, (JournalWords.as_it_stands, JournalWords.as_it_stands))
        turn = "_ended" if event.old and not event.new else "_begun" if event.new and not event.old else ""
        code = next((one for one in (f"event.{kind}{turn}", f"event.{kind}") if self.speech.knows(one)), "event.other")
        values = (("old", old, event.old), ("new", new, event.new))
        return Said(code, {name: how(self, value) for name, how, value in values if value})

    # --- values -------------------------------------------------------------------------------------------------------

    def as_it_stands(self, value: str) -> Words:
        """People's own words, on one line and not all of many."""
        text = " ".join(value.split())
        return text if len(text) <= MOST else f"{text[:MOST].rsplit(None, 1)[0]} …"

    def somebody(self, value: str) -> Words:
        """An agent by the name people know, anybody else as they stand."""
        agent = self.policy.agent(value)
        return agent.shown_name if agent else self.as_it_stands(value)

    def moment(self, value: str) -> Words:
        """Microseconds since 1970 as the reader writes times."""
        if not (value.isascii() and value.isdigit()):
            return self.as_it_stands(value)
        return self.speech.when(datetime.fromtimestamp(int(value) // 1_000_000, UTC))

    def of_family(self, family: str, value: str) -> Words:
        """A code of ours in words; of another's, as it stands."""
        code, sign, what = value.partition(":")
        key = f"{family}.{code}"
        if not self.speech.knows(key):
            return self.as_it_stands(value)
        return said(key, what=what) if sign else said(key)

    # --- kinds that are no plain change from one value to another -----------------------------------------------------

    def _entry(self, event: JournalLine) -> Words:
        own = said("event.customers") if event.new == EntryKind.CUSTOMER else None
        return said("event.entry", new=own or self.of_family("kind", event.new))

    def _field(self, event: JournalLine) -> Words:
        name, _, new = event.new.partition("=")
        old = event.old.partition("=")[2]
        turn = "" if old and new else "_begun" if new else "_ended"
        return said(f"event.field{turn}", name=name, old=self.as_it_stands(old), new=self.as_it_stands(new))

    def _escalation(self, event: JournalLine) -> Words:
        level, _, due = event.new.partition(":")
        if level == "0":
            return said("event.escalation_ended")
        if not due:
            return said("event.escalation_plain", level=level)
        return said("event.escalation", level=level, at=self.moment(due))

    def _ban(self, event: JournalLine) -> Words:
        until, _, address = (event.new or event.old).partition(" ")
        if not event.new:
            return said("event.ban_ended", address=self.as_it_stands(address))
        return said("event.ban", address=self.as_it_stands(address), at=self.moment(until))

    def _link(self, event: JournalLine) -> Words:
        key = f"event.link_{event.old}"
        return said(key if self.speech.knows(key) else "event.link", new=event.new)


How = Callable[[JournalWords, str], Words]


def _family(name: str) -> How:
    return lambda told, value: told.of_family(name, value)


PLAIN, WHO, TIME = JournalWords.as_it_stands, JournalWords.somebody, JournalWords.moment
STATUS, BECAUSE = _family("status"), _family("because")
# How the old and the new value of a kind are said; of any other kind both stand as they are.
KINDS: Mapping[str, tuple[How, How]] = {
    "status": (STATUS, STATUS),
    "reopened": (STATUS, STATUS),
    "priority": (_family("priority"), _family("priority")),
    "why": (PLAIN, BECAUSE),
    "until": (TIME, TIME),
    "due_first_response": (TIME, TIME),
    "due_resolve": (TIME, TIME),
    "due_manual": (TIME, TIME),
    "first_response": (PLAIN, TIME),
    "owner": (WHO, WHO),
    "privacy": (_family("stage"), _family("stage")),
    "page": (PLAIN, _family("stage")),
    "watch": (WHO, WHO),
    "asked": (PLAIN, WHO),
    "remind": (WHO, TIME),
    "revoked": (WHO, BECAUSE),
    "flag": (PLAIN, _family("flag")),
    "away": (JournalWords.somebody, JournalWords.somebody),
}
TOLD: Mapping[str, Callable[[JournalWords, JournalLine], Words]] = {
    "entry": JournalWords._entry,
    "field": JournalWords._field,
    "escalation": JournalWords._escalation,
    "link": JournalWords._link,
    "ban": JournalWords._ban,
}
BARE = frozenset(("unmerge_refused",))  # kinds that have no values, ever
