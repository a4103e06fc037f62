"""Every command there is: its names, what it takes, what it does, and who may use it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailgate.core.model.policy import Role
from mailgate.core.text.folding import fold

_OPTIONAL = re.compile(r"\[[^\[\]]*\]")
RANKS = (Role.TRAINEE, Role.AGENT, Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Word:
    """One command as it is read, explained and documented."""

    name: str
    group: str  # who, state, facts, words, threads, self, questions
    help: str  # one sentence; docs/commands.md holds the same
    takes: str = ""  # as shown in help: "NAME", "[WHEN]"; "" is nothing
    most: int | None = None  # words at most after it; None is any number
    prose: bool = False  # what it takes is free text, hashtags included
    aliases: tuple[str, ...] = ()
    role: Role = Role.TRAINEE  # who may use it, and everybody above
    example: str = ""

    @property
    def question(self) -> bool:
        """True when it is answered by mail and changes nothing (`#next` alone also claims)."""
        return self.group == "questions" or self.name == "kb"

    @property
    def needs(self) -> bool:
        """True when something must follow it."""
        return bool(_OPTIONAL.sub("", self.takes).strip())

    def allows(self, role: Role) -> bool:
        """True when an agent of that role may use it."""
        return RANKS.index(role) >= RANKS.index(self.role)


COMMANDS: tuple[Word, ...] = (
    # who
    Word("take", "who", "The ticket is yours.", aliases=("ota", "biorę", "ņemu")),
    Word("assign", "who", "Gives the ticket to a colleague, who gets the whole thread.", "NAME", prose=True,
         aliases=("siirrä", "przekaż", "nodot"), role=Role.AGENT, example="#assign bo"),
    Word("unassign", "who", "Gives the ticket back to the department.", aliases=("release",)),
    Word("move", "who", "Hands the ticket to another department, with the reason.", "DEPARTMENT [why]", prose=True,
         aliases=("to",), role=Role.AGENT, example="#move billing wants an invoice"),
    Word("watch", "who", "You get this ticket's notices without owning it."),
    Word("unwatch", "who", "No more notices of this ticket for you."),
    Word("ask", "who", "Sends the history and your question to a colleague or an outsider; answers return as notes.",
         "ADDRESS [question]", prose=True, role=Role.AGENT, example="#ask lab@tester.example is this the fuse?"),
    Word("cc", "who", "People who take part from now on, or no longer.", "+A -B", role=Role.AGENT,
         example="#cc +boss@home.example -old@home.example"),
    Word("requester", "who", "The ticket is somebody else's.", "ADDRESS", most=1, role=Role.AGENT,
         example="#requester maija@home.example"),
    # state
    Word("open", "state", "Somebody works on it again."),
    Word("wait", "state", "It is the customer's turn; the clocks stop.", aliases=("odota", "czekaj", "gaidīt")),
    Word("hold", "state", "Out of sight until a time, or until the customer writes; the clocks stop.", "[WHEN]",
         aliases=("pidä", "odłóż", "atlikt"), example="#hold fri 14:00"),
    Word("solve", "state", "Done; the customer may still reopen it by answering.", role=Role.AGENT,
         aliases=("close", "done", "valmis", "sulje", "gotowe", "zamknij", "gatavs", "aizvērt")),
    Word("reopen", "state", "A solved ticket is worked on again.", role=Role.AGENT),
    Word("spam", "state", "Closes the ticket without a letter, tagged `spam`.", role=Role.AGENT),
    # facts
    Word("priority", "facts", "How much it matters: low, normal, high or urgent.", "PRIORITY", most=1,
         example="#priority high"),
    Word("due", "facts", "A deadline of your own making; `off` clears it.", "WHEN", example="#due 1.12."),
    Word("remind", "facts", "A reminder to yourself; `off` clears yours.", "WHEN [text]", prose=True,
         example="#remind 2d call the courier"),
    Word("tag", "facts", "Tags added and removed.", "+a -b", example="#tag +refund -lamp"),
    Word("subject", "facts", "A better title.", "TEXT", prose=True, example="#subject Broken lamp, order 1234"),
    Word("field", "facts", "A named value; an empty one removes it.", "KEY=VALUE", prose=True,
         example="#field order=1234"),
    # words
    Word("note", "words", "The rest of the mail stays in the house.", "[text]", prose=True,
         aliases=("muistio", "notatka", "piezīme")),
    Word("reply", "words", "The rest of the mail goes to the customer, and nothing more in it is read as a command.",
         "[text]", prose=True),
    Word("use", "words", "Puts a canned answer above your own words, in the customer's language.", "NAME [key=value]",
         example="#use refund days=5"),
    Word("save", "words", "Keeps the answer you just wrote as a canned one.", "NAME", most=1, role=Role.AGENT,
         example="#save refund"),
    Word("kb", "words", "Lists articles that speak of these words.", "WORDS", prose=True, example="#kb battery swap"),
    Word("call", "words", "Files the mail as a memo of a phone call with that customer.", "ADDRESS-OR-NUMBER",
         example="#call +358 40 123 4567"),
    Word("new", "words", "Writes to a customer first: a new ticket, your words as its first letter.",
         "ADDRESS [title]", prose=True,
         aliases=("to-customer",), role=Role.AGENT, example="#new maija@home.example"),
    # threads
    Word("merge", "threads", "Puts this ticket into another; `both` when their customers differ, `same-person` also "
         "links the two addresses.", "NUMBER [both|same-person]", most=2, role=Role.AGENT, example="#merge 1042"),
    Word("split", "threads", "Makes a ticket of its own from the customer's newest mail.", role=Role.AGENT),
    Word("link", "threads", "Connects two tickets that stay apart.", "NUMBER", most=1, example="#link 1042"),
    # self
    Word("away", "self", "Your absence and who covers; a lead may name somebody else first.",
         "[NAME] FROM..UNTIL cover NAME", example="#away 2026-12-20..2027-01-06 cover bo"),
    Word("back", "self", "You are here again; a lead may name somebody else.", "[NAME]", most=1),
    Word("undo", "self", "Takes back your last command, or your last letter if it has not left.",
         aliases=("peru", "cofnij", "atsaukt")),
    Word("send", "self", "Carries out a parked mail or sends a trainee's letter; with `words`, without its commands.",
         "[words]", most=1, role=Role.AGENT),
    Word("drop", "self", "Throws a parked mail away, or those of a question that have these numbers.", "[N]", most=20),
    Word("yes", "self", "It was you who wrote; `always` also remembers the address.", "[N] [always]", most=20),
    # questions
    Word("desk", "questions", "The workload at a glance."),
    Word("next", "questions", "The most pressing ticket, claimed for you.",
         aliases=("seuraava", "następny", "nākamais")),
    Word("mine", "questions", "Your tickets, parked mail first.", aliases=("omat", "moje", "mani")),
    Word("list", "questions", "Tickets by filter.", "[FILTER]", example="#list waiting @anna +refund"),
    Word("overdue", "questions", "What is late, longest first.", "[FILTER]"),
    Word("find", "questions", "Tickets that hold these words.", "WORDS", prose=True, example="#find broken lamp"),
    Word("show", "questions", "A ticket with its thread.", "[NUMBER]", most=1, example="#show 1042"),
    Word("files", "questions", "A ticket's attachments.", "[NUMBER]", most=1),
    Word("customer", "questions", "All that is known of a customer.", "[ADDRESS]", most=1),
    Word("report", "questions", "Figures of a period.", "[PERIOD]", most=3, example="#report 7d"),
    Word("templates", "questions", "The canned answers there are.", "[WORDS]", prose=True),
    Word("why", "questions", "Why this ticket is where it is."),
    Word("help", "questions", "All commands, or one.", "[COMMAND]", most=1, aliases=("apua", "pomoc", "palīgā"),
         example="#help hold"),
)  # fmt: skip

# What a customer may write on their own ticket, and the agents' command it stands for ("" only asks).
CUSTOMER_WORDS: Mapping[str, str] = {"status": "", "close": "solve", "reopen": "reopen"}
CUSTOMER_HELP: Mapping[str, str] = {
    "status": "Where the ticket stands, answered at once.",
    "close": "Solved, thank you.",
    "reopen": "Not solved after all.",
}

BY_NAME: Mapping[str, Word] = {word.name: word for word in COMMANDS}
_SHIPPED: Mapping[str, str] = {fold(known): word.name for word in COMMANDS for known in (word.name, *word.aliases)}


@dataclass(frozen=True, slots=True)
class Lookup:
    """Names and aliases, folded, with the commands they may mean."""

    meanings: Mapping[str, tuple[str, ...]]

    def find(self, written: str) -> tuple[str, ...]:
        """The commands a word names exactly, case and accents aside: none, one, or several when an alias collides."""
        return self.meanings.get(fold(written), ())

    def nearest(self, written: str) -> tuple[str, ...]:
        """The commands a word is near to, at most one slip away (two in words of five letters and more), best first."""
        word = fold(written)
        letters = set(word)
        best: dict[str, tuple[int, bool]] = {}
        for known, names in self.meanings.items():
            if len(known) - len(word) > 2 and not known.startswith(word):
                continue
            allowed = 1 if min(len(known), len(word)) < 5 else 2
            # a slip changes the length by one and the set of letters by two at most
            far = abs(len(known) - len(word)) > allowed or len(letters ^ set(known)) > 2 * allowed
            distance = allowed + 1 if far else misspellings(word, known, allowed)
            if distance > allowed and len(word) >= 4 and known.startswith(word):
                distance = allowed  # cut short: #prio
            if distance <= allowed:
                rank = (distance, known[0] != word[0])
                for name in names:
                    best[name] = min(best.get(name, rank), rank)
        if not best:
            return ()
        least = min(distance for distance, _ in best.values())
        kept = [name for name, (distance, _) in best.items() if distance == least]
        return tuple(sorted(kept, key=lambda name: (best[name], name)))


def lookup_for(aliases: Mapping[str, str]) -> Lookup:
    """All names with the configured aliases, which come before shipped ones; a name that is taken becomes ambiguous."""
    meanings: dict[str, tuple[str, ...]] = {known: (name,) for known, name in _SHIPPED.items()}
    for alias, name in aliases.items():
        word, meant = fold(alias.lstrip("#")), _SHIPPED.get(fold(name.lstrip("#")))
        if meant is None:
            continue  # the configuration refuses an alias of no command
        own = BY_NAME.get(word)
        meanings[word] = (meant,) if own is None or own.name == meant else (own.name, meant)
    return Lookup(meanings)


def misspellings(one: str, other: str, most: int) -> int:
    """Slips of the finger between two words: a letter too many, too few, wrong, or two swapped; `most` + 1 is more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        current = [i]
        for j, b in enumerate(other, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > most + 1:
            return most + 1
        before, row = row, current
    return min(row[-1], most + 1)
