"""Whether a text is whole sentences of a known program from end to end, with nothing else between them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property

from mailgate.core.model.mail import MailKind
from mailgate.core.text.quote_words import table
from mailgate.wire.report import known

MOST = 24_000  # characters; no program writes more around its report
# Names of months and days in full and as clients shorten them: English, Finnish, Polish, Latvian, German, Swedish, ...
_NAMES = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)(?:kuu(?:ta|n)?)?"
    r"|(?:maanantai|tiistai|torstai|perjantai|lauantai|sunnuntai)(?:na)?|keskiviikko(?:na)?|ma|ti|ke|to|pe|la|su"
    r"|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
    r"|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|pon|wt|śr|czw|pt|sob|niedz"
    r"|janvār(?:is|ī)|februār(?:is|ī)|mart(?:s|ā)|aprīl(?:is|ī)|maij(?:s|ā)|jūnij(?:s|ā)|jūlij(?:s|ā)|august(?:s|ā)"
    r"|septembr(?:is|ī)|oktobr(?:is|ī)|novembr(?:is|ī)|decembr(?:is|ī)"
    r"|(?:pirm|otr|treš|ceturt|piekt|sest|svēt)dien(?:a)?"
    r"|januar|februar|märz|mai|juni|juli|september|oktober|dezember|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|januari|februari|mars|maj|augusti|december|(?:mån|tis|ons|tors|fre|lör|sön)dag|(?:jaanuar|veebruar|märts|aprill|juuni|juuli)"
    r"|janvier|février|avril|juin|juillet|août|septembre|octobre|novembre|décembre|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
# What Windows calls its time zones.
_ZONES = (
    "Helsinki|Kyiv|Kiev|Riga|Sofia|Tallinn|Vilnius|Amsterdam|Berlin|Bern|Rome|Stockholm|Vienna|Belgrade|Bratislava|Budapest"
    "|Ljubljana|Prague|Sarajevo|Skopje|Warsaw|Zagreb|Brussels|Copenhagen|Madrid|Paris|Dublin|Edinburgh|Lisbon|London"
    "|Athens|Bucharest|Istanbul|Moscow|St\\. Petersburg|Minsk|Kaliningrad|Monrovia|Reykjavik|Coordinated Universal Time"
    "|(?:Eastern|Central|Mountain|Pacific) Time \\(US (?:&|and) Canada\\)"
)
_TOKEN = (
    r"(?:(?:\d{1,2}(?:st|nd|rd|th|\.)?|(?:19|20)\d\d\.?|\d{1,2}[:.]\d\d(?:[:.]\d\d)?|[-+]\d\d:?\d\d"
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:T[\d:.]{5,15}(?:Z|[-+]\d\d:?\d\d)?)?),?(?![^\s.,;)])"
    rf"|(?:{_NAMES})\b\.?,?"
    r"|(?:at|klo|kl|um|o|godz|plkst|uhr|om|am|pm|a\.m|p\.m|gada|r)\b\.?,?"
    r"|(?:utc|gmt|eet|eest|cet|cest|est|edt|pst|pdt|jst|sgt|bst)(?:[-+][\d:]{1,6})?\b"
    r"|\((?:utc|gmt)?[-+]?[\d:]{0,6}[a-z]{0,5}\)"
    rf"(?: (?:{_ZONES})(?:, (?:{_ZONES})){{0,6}})?"
    r"|\((?:Indochina|Central European|Eastern European|Pacific|Eastern|Greenwich Mean|British|Japan)"
    r"(?: Standard| Summer| Daylight)? Time\))"
)  # fmt: skip
_SPACE = r"(?: |\n ?)"  # texts are matched with each run of white space as one
_NEXT = r"(?: |\n ?(?=\d{1,2}[:.]\d\d|[^\W\d_]|[-+(]))"  # a date may go on in the next line
_ADDRESS = r"<?(?:mailto:|smtp:)?[^\s<>@,;:()]{1,64}@[\w.\-\[\]:]{0,250}\w\]?>?"
SLOTS = {
    "date": rf"(?:(?=\D{{0,40}}\d){_TOKEN}(?:{_NEXT}{_TOKEN}){{0,11}}|(?:mon|tues|wednes|thurs|fri|satur|sun)day)",
    "span": rf"(?:\d[\d.]{{0,6}}|a|an|one){_SPACE}(?:second|minute|hour|day)(?:s|\(s\))?",
    "unit": r"(?:second|minute|hour|day)(?:s|\(s\))?",
    "number": r"\d{1,6}",
    "recipient": _ADDRESS,
    "who": r"(?P<who>[^\n:!?]{1,120})",
    "person": rf"(?P<person>[^\n:!?<>(]{{0,60}}[(< ]{{0,3}}{_ADDRESS}\)?(?: ?{_ADDRESS})?)",
    "name": r"(?P<name>[^\n:!?]{1,60}?)",
    "title": r"(?P<title>[^\n]{1,250})",
    "quoted": r"(?P<title>[^\"]{1,250})",
    "host": r"(?:https?://)?[A-Za-z0-9_.\-\[\]:]{1,250}"
            r"(?: ?[\[(][A-Za-z0-9_./:\-]{1,80}(?: \[[A-Za-z0-9_.:\-]{1,60}\])?[\])])?",
    "hostname": r"[A-Za-z0-9_.\-]{1,80}",
    "reply": r"(?P<reply>[^\n](?:[^\n]|\n ){0,1500})",
    "coded": r"(?P<reply>\#?<?[245]\d\d[ -][^\n]{1,600})",
    "verb": r"(?:end of )?(?:RCPT TO|MAIL FROM|DATA|HELO|EHLO|STARTTLS|AUTH|RSET|QUIT|RCPT|MAIL)"
            r"(?:[: ]?<[^\s>]{0,250}>)?",
    "token": r"[!-?A-~]{1,80}",
    "link": r"<?https?://(?:www\.google\.com/gmail|support\.google\.com|mail\.google\.com|www\.mipassoc\.org|mipassoc\.org|"
            r"tools\.ietf\.org|www\.ietf\.org|go\.microsoft\.com|aka\.ms)(?:/[\w./?=&%#-]{0,200})?>?",
    "emoji": r"(?P<emoji>\S{1,12})",
    "rest": r".{0,255}",
    "nothing": "",
}  # fmt: skip
_PIECE = re.compile(r"\{(\w+)\}|(\[)|(\])|(‹)|(›)|(\|)|(\s+)|([^{}\[\]‹›|\s]+)")
_DECORATION = re.compile(r"(?:\s|[-–—_=*#~•·|]|\.{3})+")
_ONE_ADDRESS = re.compile(_ADDRESS)
_NO_WORDS = re.compile(rf"{_ADDRESS}|https?://\S+|\b[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}\b|\[[\w.:]*\]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"(?: ?\n)+")  # an indent stays: it continues a server's answer
_WORD = re.compile(r"[^\W_]+")
_PRONOUNS = frozenset(
    table("""
    nobody | noone | no | none | everybody | everyone | somebody | someone | anybody | i | we | you | he | she |
    they | it | my | your | his | her | our | their | who | kukaan | joku | kaikki | minä | me | sinä | te | hän |
    nikt | ktoś | wszyscy | ja | ty | wy | on | ona | oni | neviens | kāds | visi | es | mēs | tu | jūs | niemand |
    jemand | alle | ich | wir | du | ihr | er | sie | ingen | någon | alla | jag | vi | ni
""")
)
# What a mail server says after its code, and nothing a person would tell anybody with.
_SMTP = frozenset(
    table("""
    user | users | unknown | recipient | recipients | address | addresses | rejected | mailbox | mailboxes |
    unavailable | not | found | full | over | quota | exceeded | no | such | does | exist | exists | account |
    disabled | inactive | is | in | the | to | for | this | that | a | an | by | name | with | local | table | relay
    | relaying | denied | access | message | size | exceeds | limit | too | large | connection | timed | out |
    refused | host | domain | error | errors | temporary | failure | permanent | deferred | need | rcpt | command |
    data | mail | invalid | valid | syntax | requested | action | taken | here | sorry | known | system | server |
    busy | try | later | again | bad | destination | unrouteable | delivery | failed | delivered | email | reply |
    resolver | adr | rst | recipientnotfound | recipsizelimit | smtp | esmtp | dsn | lookup | dns | mx | record |
    service | type | type=mx | loop | detected | many | hops | spam | policy | blocked | virus | ok | queued |
    sender | verify | gsmtp
""")
)


@dataclass(frozen=True)
class Surroundings:
    """What a slot may be filled with: the report's own subject, the words of its people, what its machine part says."""

    title: str = ""
    people: str = ""  # the From and To fields as they are read
    machine: str = ""  # the text of the delivery-status part

    @cached_property
    def flat_title(self) -> str:
        """The subject as it is compared."""
        return _flat(self.title)

    @cached_property
    def flat_machine(self) -> str:
        """The machine's part as it is compared."""
        return _flat(self.machine)

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the people's names and addresses."""
        return frozenset(_words(self.people))

    @cached_property
    def author_has_name(self) -> bool:
        """True when From says more than an address."""
        return re.search(r"[^\W\d_]", _ONE_ADDRESS.sub(" ", self.people.partition("\n")[0])) is not None


def only_sentences(text: str, kind: MailKind, around: Surroundings = Surroundings()) -> bool:
    """True when known whole sentences of this kind of report cover `text`, white space and rules apart."""
    if len(text) > MOST:
        return False
    return _covered(_LINE_ENDS.sub("\n", _BLANKS.sub(" ", text)), known.SENTENCES[kind], around)


def is_subject(title: str, kind: MailKind) -> bool:
    """True for a subject that programs write; behind their words stands that of the mail the report is about."""
    patterns = _patterns(known.SUBJECTS[kind]) if kind in known.SUBJECTS else ()
    return kind not in known.SUBJECTS or any(pattern.fullmatch(title.strip()) for pattern in patterns)


def _covered(text: str, sentences: str, around: Surroundings) -> bool:
    at = 0
    patterns = _patterns(sentences)
    while True:
        skipped = _DECORATION.match(text, at)
        at = skipped.end() if skipped else at
        if at >= len(text):
            return True
        if headers := _HEADERS.match(text, at):
            at = headers.end()
            continue
        end = max(_end(pattern, text, at, around) for pattern in patterns)
        if end == at:
            return False
        at = end


_HEADERS = re.compile(
    r"Original message headers:\s*\n"
    r"(?:(?:Received|From|To|Cc|Subject|Date|Message-I[Dd]|MIME-Version|Content-[\w-]+|X-[\w-]+"
    r"|References|In-Reply-To|Thread-[\w-]+|Accept-Language|DKIM-[\w-]+|DomainKey-[\w-]+|Authentication-Results|ARC-[\w-]+"
    r"|Return-Path|Received-SPF|Sender|Reply-To|List-[\w-]+|Importance|Auto-Submitted|Precedence|User-Agent):[^\n]*"
    r"(?:\n|\Z)|[ \t]+[^\n]*(?:\n|\Z)|\s*\n)*",
    re.ASCII,
)


def _end(pattern: re.Pattern[str], text: str, at: int, around: Surroundings) -> int:
    """Where a sentence that begins at `at` ends, when its slots hold what they may; `at` when none begins."""
    found = pattern.match(text, at)
    slots = found.groupdict().items() if found else ()
    held = all(_CHECKS[slot](value, around) for slot, value in slots if value is not None)
    return found.end() if found and held else at


@cache
def _patterns(sentences: str) -> tuple[re.Pattern[str], ...]:
    lines = (line.strip() for line in sentences.strip().split("\n"))
    return tuple(re.compile(rf"{_regex(line)}(?=\s|\Z)", re.IGNORECASE) for line in lines if line)


def _regex(template: str) -> str:
    """A template as a pattern; a slot that is checked and stands twice is checked once, where it stands first."""
    written: list[str] = []
    named: set[str] = set()
    for slot, optional, optional_end, choice, choice_end, or_, space, literal in _PIECE.findall(template):
        if slot:
            piece = SLOTS[slot]
            name = re.match(r"\(\?P<(\w+)>", piece)
            if name and name[1] in named:
                raise ValueError(f"twice {{{slot}}}: {template}")
            named |= {name[1]} if name else set()
        else:
            piece = (optional or choice) and "(?:"
            piece = piece or (optional_end and ")?") or (choice_end and ")") or (or_ and "|")
            piece = piece or (space and _SPACE) or re.escape(literal)
        written.append(piece)
    return "".join(written)


def _is_title(value: str, around: Surroundings) -> bool:
    return _flat(value) in around.flat_title


def _is_somebody(value: str, around: Surroundings) -> bool:
    """Addresses, and names that stand in From or To."""
    rest = _ONE_ADDRESS.sub(" ", value)
    return around.names.issuperset(_words(rest))


def _is_name(value: str, around: Surroundings) -> bool:
    """The name that From gives; where it gives none, up to three words that begin like a name's."""
    if _is_somebody(value, around):
        return True
    said = _WORD.findall(value)
    like = all(word[0].isupper() and word.isalpha() and word.casefold() not in _PRONOUNS for word in said)
    return not around.author_has_name and 0 < len(said) <= 3 and like


def _is_person(value: str, around: Surroundings) -> bool:
    """An address, and before it at most four words that begin like a name's."""
    said = _WORD.findall(_ONE_ADDRESS.sub(" ", value))
    return len(said) <= 4 and all(word[0].isupper() and word.casefold() not in _PRONOUNS for word in said)


def _is_reply(value: str, around: Surroundings) -> bool:
    """What another server answered: the report's machine part has it, or it is nothing but what servers say."""
    if _flat(value) in around.flat_machine:
        return True
    rest = _NO_WORDS.sub(" ", value)
    return "?" not in rest and all(word in _SMTP or (word.isdigit() and len(word) <= 8) for word in _words(rest))


def _is_emoji(value: str, around: Surroundings) -> bool:
    return all(unicodedata.category(each) in ("So", "Sk", "Mn", "Cf", "Me", "Co") for each in value)


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


_CHECKS = {
    "title": _is_title,
    "who": _is_somebody,
    "name": _is_name,
    "person": _is_person,
    "reply": _is_reply,
    "emoji": _is_emoji,
}
