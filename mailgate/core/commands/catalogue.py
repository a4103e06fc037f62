"""Every command there is: its names, what it takes, and who may use it; what it does is said in `wire.words`."""

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
    """One command as it is read; `command.NAME` of `wire.words` says what it does."""

    name: str
    group: str  # who, state, facts, words, threads, self, questions
    takes: str = ""  # as shown in help: "NAME", "[WHEN]"; "" is nothing
    most: int | None = None  # words at most after it; None is any number
    only: tuple[str, ...] = ()  # the words that alone may stand after it; () is any
    prose: bool = False  # what it takes is free text, hashtags included
    asks: int = -1  # with at most so many words after it, it only asks
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

    def may_take(self, argument: str) -> bool:
        """True when these words may stand after it: no more than it takes, and of a choice one that there is."""
        short = self.most is None or len(argument.split()) <= self.most
        return bool(self.takes) and short and (not self.only or fold(argument) in self.only)

    def allows(self, role: Role) -> bool:
        """True when an agent of that role may use it."""
        return RANKS.index(role) >= RANKS.index(self.role)


# What may stand after `#spam`: "always", alone or with "domain", in the languages of the house.
_ALWAYS = ("always", "aina", "zawsze", "vienmēr", "alltid", "immer", "alati")
_DOMAIN = ("domain", "verkkotunnus", "domena", "domēns", "domän", "domeen")
DOMAIN = frozenset(map(fold, _DOMAIN))
ALWAYS = tuple(fold(f"{always}{more}") for always in _ALWAYS for more in ("", *(f" {word}" for word in _DOMAIN)))

COMMANDS: tuple[Word, ...] = (
    # who
    Word("take", "who", aliases=("ota", "biorę", "ņemu", "överta", "übernehmen", "võtan")),
    Word("assign", "who", "NAME", prose=True,
         aliases=("siirrä", "przekaż", "nodot", "tilldela", "zuweisen", "määra"),
         role=Role.AGENT, example="#assign bo"),
    Word("unassign", "who", aliases=("release",)),
    Word("move", "who", "DEPARTMENT [why]", prose=True,
         aliases=("to",), role=Role.AGENT, example="#move billing wants an invoice"),
    Word("watch", "who", "[+tag]", example="#watch +refund"),
    Word("unwatch", "who", "[+tag]", example="#unwatch +refund"),
    Word("ask", "who",
         "ADDRESS [question]", prose=True, role=Role.AGENT, example="#ask lab@tester.example is this the fuse?"),
    Word("forward", "who", "ADDRESS-OR-NAME [words]", prose=True,
         aliases=("välitä", "prześlij", "pārsūtīt", "vidarebefordra", "weiterleiten", "edasta"),
         role=Role.AGENT, example="#forward billing to be paid by Friday"),
    Word("cc", "who", "+A -B", role=Role.AGENT, example="#cc +boss@home.example -old@home.example"),
    Word("requester", "who", "ADDRESS", most=1, role=Role.AGENT, example="#requester maija@home.example"),
    # state
    Word("open", "state"),
    Word("wait", "state", aliases=("odota", "czekaj", "gaidīt", "vänta", "warten", "ootel")),
    Word("hold", "state", "[WHEN]",
         aliases=("pidä", "odłóż", "atlikt", "pausa", "zurückstellen", "lükka"),
         example="#hold fri 14:00"),
    Word("solve", "state", "[tell]", only=("tell",), role=Role.AGENT,
         aliases=("close", "done", "valmis", "sulje", "gotowe", "zamknij", "gatavs", "aizvērt",
                  "klar", "stäng", "erledigt", "schließen", "lahendatud", "sulge")),
    Word("file", "state", role=Role.AGENT,
         aliases=("arkistoi", "archiwizuj", "arhivēt", "arkivera", "ablegen", "arhiveeri")),
    Word("reopen", "state", role=Role.AGENT),
    Word("spam", "state", "[always] [domain]", most=2, only=ALWAYS,
         aliases=("roskaposti", "mēstule", "skräppost", "rämpspost"), role=Role.AGENT, example="#spam always"),
    Word("notspam", "state",
         aliases=("ei-roskaposti", "nie-spam", "nav-mēstule", "inte-skräppost", "kein-spam", "pole-rämpspost"),
         role=Role.AGENT),
    Word("quiet", "state", "[off]", only=("off",), role=Role.AGENT),
    # facts
    Word("priority", "facts", "PRIORITY", most=1, example="#priority high"),
    Word("due", "facts", "WHEN", example="#due 1.12."),
    Word("remind", "facts", "WHEN [text]", prose=True, example="#remind 2d call the courier"),
    Word("tag", "facts", "+a -b", example="#tag +refund -lamp"),
    Word("subject", "facts", "TEXT", prose=True, example="#subject Broken lamp, order 1234"),
    Word("field", "facts", "KEY=VALUE", prose=True, example="#field order=1234"),
    Word("privacy", "facts", "export|erase|go", most=2, role=Role.AGENT, example="#privacy export",
         aliases=("tietosuoja", "prywatność", "privātums", "integritet", "datenschutz", "privaatsus")),
    Word("spent", "facts", "TIME", most=4, example="#spent 20min",
         aliases=("työaika", "zajęło", "patērēts", "arbetstid", "aufwand", "kulus")),
    # words
    Word("note", "words", "[text]", prose=True,
         aliases=("muistio", "notatka", "piezīme", "anteckning", "notiz", "märkus")),
    Word("reply", "words", "[text]", prose=True),
    Word("only", "words", "[ADDRESS]", most=1, example="#only maija@home.example"),
    Word("via", "words", "mail|CHANNEL", most=1, example="#via mail"),
    Word("use", "words", "NAME [key=value]", example="#use refund days=5"),
    Word("draft", "words", "NUMBER", most=1, example="#draft 1017"),
    Word("page", "words", "[off]", only=("off",), role=Role.AGENT),
    Word("save", "words", "NAME", most=1, role=Role.AGENT, example="#save refund"),
    Word("article", "words", "NAME", most=1, role=Role.AGENT, example="#article bulb"),
    Word("publish", "words", "NAME", most=1, role=Role.LEAD, example="#publish bulb"),
    Word("kb", "words", "WORDS", prose=True, example="#kb battery swap"),
    Word("call", "words", "[ADDRESS-OR-NUMBER]", example="#call +358 40 123 4567"),
    Word("new", "words", "ADDRESS [title]", prose=True,
         aliases=("to-customer",), role=Role.AGENT, example="#new maija@home.example"),
    # threads
    Word("merge", "threads", "NUMBER [both|same-person]", most=2, role=Role.AGENT, example="#merge 1042"),
    Word("split", "threads", role=Role.AGENT),
    Word("link", "threads", "NUMBER", most=1, example="#link 1042"),
    # many at once
    Word("news", "many", "[DEPARTMENT] [UNTIL text]", prose=True, asks=0,
         aliases=("tiedote", "komunikat", "paziņojums", "meddelande", "mitteilung", "teade"),
         example="#news fri 18:00 Our telephones are down"),
    Word("answer", "many", "+NAME [text]", prose=True, role=Role.AGENT,
         aliases=("vastaa", "odpowiedz", "atbildēt", "svara", "antworten", "vasta"),
         example="#answer +vpn It works again."),
    Word("incident", "many", "[NAME] [WORDS|over]", prose=True, asks=1, role=Role.AGENT,
         aliases=("häiriö", "awaria", "traucējums", "störning", "störung", "rike"),
         example="#incident vpn vpn connection"),
    # self
    Word("away", "self", "[NAME] [FROM..UNTIL] [cover NAME]", example="#away 2026-12-20..2027-01-06 cover bo"),
    Word("back", "self", "[NAME]", most=1),
    Word("undo", "self", aliases=("peru", "cofnij", "atsaukt", "ångra", "rückgängig", "tühista")),
    Word("send", "self", "[words]", most=1, role=Role.AGENT),
    Word("return", "self", "[words]", prose=True,
         aliases=("palauta", "zwróć", "atgriezt", "återlämna", "zurückgeben", "tagasta"),
         role=Role.AGENT, example="#return please greet her first"),
    Word("drop", "self", "[N]", most=20),
    Word("yes", "self", "[N] [always]", most=20),
    Word("board", "self", "[off]", most=1, only=("off",)),
    # questions
    Word("desk", "questions"),
    Word("next", "questions", aliases=("seuraava", "następny", "nākamais", "nästa", "nächstes", "järgmine")),
    Word("mine", "questions", aliases=("omat", "moje", "mani", "mina", "meine", "minu")),
    Word("list", "questions", "[FILTER]", example="#list waiting @anna +refund"),
    Word("overdue", "questions", "[FILTER]"),
    Word("find", "questions", "WORDS", prose=True, example="#find broken lamp"),
    Word("show", "questions", "[NUMBER]", most=1, example="#show 1042"),
    Word("files", "questions", "[NUMBER]", most=1),
    Word("customer", "questions", "[ADDRESS|NUMBER|PHONE]", most=6, example="#customer K-2041"),
    Word("report", "questions", "[PERIOD] [@agent] [DEPARTMENT]", most=3, example="#report 7d @anna"),
    Word("templates", "questions", "[WORDS]", prose=True),
    Word("why", "questions"),
    Word("help", "questions", "[COMMAND]", most=1, aliases=("apua", "pomoc", "palīgā", "hjälp", "hilfe", "juhend"),
         example="#help hold"),
)  # fmt: skip

# What a customer may write on their own ticket, and the agents' command it stands for ("" only asks).
CUSTOMER_WORDS: Mapping[str, str] = {"status": "", "close": "solve", "reopen": "reopen", "confirm": ""}
# Finnish, Polish, Latvian, Swedish, German, Estonian; each folded name leads to the word of `CUSTOMER_WORDS`.
_CUSTOMERS_SAY: Mapping[str, tuple[str, ...]] = {
    "status": ("status", "tilanne", "stan", "statuss", "stand", "seis"),
    "close": ("close", "sulje", "zamknij", "aizvērt", "stäng", "schließen", "sulge"),
    "reopen": ("reopen", "avaa", "otwórz", "atvērt", "öppna", "öffnen", "ava"),
    "confirm": ("confirm", "vahvistan", "potwierdzam", "apstiprinu", "bekräftar", "bestätigen", "kinnitan"),
}
CUSTOMER_NAMES: Mapping[str, str] = {fold(known): word for word, names in _CUSTOMERS_SAY.items() for known in names}

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


def as_meant(written: str, name: str, aliases: Mapping[str, str]) -> str:
    """The name or alias of a command that a mistyped word is nearest to: `close` of `solve` for `clsoe`."""
    word = fold(written)
    own = (alias.lstrip("#") for alias, meant in aliases.items() if _SHIPPED.get(fold(meant.lstrip("#"))) == name)
    known = (name, *BY_NAME[name].aliases, *own)
    return min(known, key=lambda one: (misspellings(word, fold(one), 2), not fold(one).startswith(word)))


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
