"""Where the signature of a text begins: below `-- `, or where a phone, a list or a dash and a name say so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailgate.core.text import quote_words as words

_LONGEST = 25  # written lines a signature may take; more are words
_DELIMITER = re.compile(r"(?:--|—|__|–)[ \t]*|#sig#.*")
_RULE = re.compile(r"[ \t]*(?:_{20,}|-{20,}|={20,})[ \t]*")
_FOOTER = re.compile(
    r"mailing ?list|listinfo|unsubscribe|sähköpostilista|lista dyskusyjna|postituslista|mailinglist", re.IGNORECASE
)
_NAME = re.compile(r"[ \t]*[-–—/~] ?[^\W\d_a-z][^\W\d_]{0,20}(?:[ -][^\W\d_a-z][^\W\d_]{0,20}){0,2}[.]?[ \t]*")
_DEVICE = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(each) + (r"(?!\w)" if len(each) < 4 else "") for each in words.DEVICES) + ")"
)
SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009"), " ") | dict.fromkeys(
    map(ord, "\u200b\ufeff\u200e\u200f"), ""
)  # what is set between words, and nobody sees
_LINK = re.compile(r"<?(?:https?://|mailto:)[^\s>]{1,300}>?|\(https?://[^\s)]{1,300}\)")


def signature_start(lines: Sequence[str]) -> int:
    """The index of the line where the signature begins, `len(lines)` when there is none."""
    end = _trimmed(lines, len(lines))
    end = _footer(lines, end)
    delimiter = _delimiter(lines, end)
    if delimiter is not None:
        end = _trimmed(lines, delimiter)
    while end and is_device(lines[end - 1], alone=end < 2 or not lines[end - 2].strip()):
        end = _trimmed(lines, end - 1)
    if delimiter is None and end > 2 and _NAME.fullmatch(lines[end - 1]) and not lines[end - 2].strip():
        end = _trimmed(lines, end - 1)
    return end if any(line.strip() for line in lines[end:]) else len(lines) if end else 0


def _trimmed(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _delimiter(lines: Sequence[str], end: int) -> int | None:
    """The topmost delimiter with a signature's worth of lines below it (RFC 3676 section 4.3)."""
    found, written = None, 0
    for at in range(end - 1, -1, -1):
        if _DELIMITER.fullmatch(lines[at]):
            found = at
        elif lines[at].strip():
            written += 1
            if written > _LONGEST:
                break
    return found


def _footer(lines: Sequence[str], end: int) -> int:
    """A rule and the few lines a mailing list adds below everything."""
    for at in range(end - 1, max(-1, end - 9), -1):
        if _RULE.fullmatch(lines[at]):
            below = "\n".join(line[:200] for line in lines[at + 1 : end])
            return _trimmed(lines, at) if _FOOTER.search(below) else end
    return end


def is_device(line: str, *, alone: bool) -> bool:
    """True for "Sent from my iPhone" and its like; a device not known by name counts when the line stands `alone`."""
    if len(line) > 400:
        return False
    bare = _LINK.sub("", line).strip(" \t*_-–—[](<>").lower()
    if not 4 < len(bare) <= 120:
        return False
    if bare.startswith(words.SENT_FROM):
        if _DEVICE.search(bare):
            return True
        return (
            alone
            and len(bare) < 60
            and bare.startswith(words.SENT_FROM_SURELY)
            and not bare.endswith((".", "?", ":", ","))
        )
    return len(bare) < 80 and bare.endswith(words.SENT_FROM_LAST) and _DEVICE.search(bare) is not None


# --- the block at the end of a mail whose author we know --------------------------------------------------------------

_BLOCK = 12  # lines of a block without a delimiter
_SENTENCE = 6  # words of a line that is read, not looked up
_POSTSCRIPT = re.compile(r"[ \t]*(?:p\.? ?p?\.? ?s\b|j\.? ?k\.?:|nb\b)", re.IGNORECASE)
_END = re.compile(r"[.!?…][\"'”»)]?[ \t]*$")
_DISCLAIMER = re.compile(
    r"confiden|luottamuks|poufn|konfiden|vertraul|privileged|intended recipient|vastaanottaj|adresat|saņēmēj"
    r"|mottagar|sekretess|empfänger|adressaadi",
    re.IGNORECASE,
)
_SAID = 3  # small words of a line that is said
_SMALL = re.compile(r"(?<![^\W_])[^\W\d_A-ZÄÖÅ][^\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_APART = re.compile(r"[|·•:]")  # what parts the pieces of a card
_FIELD = re.compile(r"[^\W\d_][\w -]{0,24}:[ \t]*\S")
_CONTACT = re.compile(r"@|https?://|www\.|\+?\d[\d ()/.-]{6,}\d")


def signed_block(lines: Sequence[str], who: Sequence[str]) -> tuple[int, int]:
    """From and to of the signature at the end of a mail by `who` (names and addresses), the same number for none.

    A row of dashes also parts text: below it stands a signature only when it names its author or says how to reach
    them, and a postscript or a sentence below is none. Without a delimiter only a block with the author's own address.
    """
    end = _trimmed(lines, len(lines))
    phone = end
    while end and is_device(lines[end - 1], alone=end < 2 or not lines[end - 2].strip()):
        end = _trimmed(lines, end - 1)
    if 0 < end < phone and lines[end - 1].rstrip() == "--":  # the phone's own
        end = _trimmed(lines, end - 1)
    names = {word for one in who for word in _LETTERS.findall(one.lower())}
    delimiter = _last_delimiter(lines, end)
    if delimiter is not None:
        until = _read_on(lines, delimiter + 1, end)
        if any(_signs(line, names) and not _is_sentence(line) for line in lines[delimiter + 1 : until]):
            return (delimiter, phone if until == end else until)
    begin, until = _own_address(lines, end, [one.lower() for one in who if "@" in one], names)
    if until < end:  # words stand below
        return begin, until
    return (begin, phone) if begin < phone else (phone, phone)


def is_all_signature(text: str, who: Sequence[str] = ()) -> bool:
    """True when nothing but a signature stands in a text ("Sent from my iPhone" in any of our languages), or nothing.

    Of a text whose author is not known, such as one line of a mail, all below a delimiter is one.
    """
    lines = text.replace("\r", "\n").translate(SPACES).split("\n")
    if not who:
        return signature_start(lines) == 0
    begin, end = signed_block(lines, who)
    return not any(line.strip() for line in (*lines[:begin], *lines[end:]))


def _last_delimiter(lines: Sequence[str], end: int) -> int | None:
    for at in range(end - 1, max(-1, end - 1 - _LONGEST), -1):
        if lines[at].rstrip() == "--":
            return at
    return None


def _read_on(lines: Sequence[str], begin: int, end: int) -> int:
    """Where below a signature words go on: at a postscript, or a sentence after a blank line."""
    for at in range(begin, end):
        line = lines[at][:1000]
        if _POSTSCRIPT.match(line):
            return at
        after_blank = at > begin and not lines[at - 1].strip()
        sentence = after_blank and len(line.split()) >= _SENTENCE and not _DISCLAIMER.search(line)
        if sentence and (_END.search(line) or not _CONTACT.search(line)):
            return at
    return end


def _signs(line: str, names: set[str]) -> bool:
    line = line[:400]
    return bool(_CONTACT.search(line)) or not names.isdisjoint(_LETTERS.findall(line.lower()))


def _is_sentence(line: str) -> bool:
    """True for what says something, and may name a person or a page too."""
    return len(line[:1000].split()) >= _SENTENCE and _END.search(line[:1000]) is not None


def _own_address(lines: Sequence[str], end: int, addresses: Sequence[str], names: set[str]) -> tuple[int, int]:
    """From and to of the last lines that are no words: the author's own address, what is above it to their name, and
    what is below it on a card; both `end` for none."""
    block = range(max(0, end - _BLOCK), end)
    found = next((at for at in block if any(one in lines[at][:400].lower() for one in addresses)), None)
    if found is None or _is_said(lines[found]) or _in_header(lines, found):
        return end, end
    if _END.search(lines[found][:1000]) and len(lines[found].split()) >= _SENTENCE:
        return end, end
    until = _on_card(lines, found + 1, end, names)
    begin = found
    while begin > 0 and lines[begin - 1].strip() and len(lines[begin - 1].split()) < _SENTENCE:
        begin -= 1
        if not names.isdisjoint(_LETTERS.findall(lines[begin][:400].lower())):
            return begin, until
    return found, until


def _on_card(lines: Sequence[str], begin: int, end: int, names: set[str]) -> int:
    """Where what stands on a visiting card ends: how to reach somebody, a place, a company, a disclaimer at last."""
    until = begin
    for at in range(begin, end):
        line = lines[at][:1000].strip()
        if not line:
            continue
        beside = at == until  # no blank line between
        if _DISCLAIMER.search(line) and len(line.split()) >= _SENTENCE:
            return end
        if not _is_of_card(line, names, beside=beside):
            break
        until = at + 1
    return until


def _is_of_card(line: str, names: set[str], *, beside: bool) -> bool:
    """True for a line of a card; one that may be anybody's short words is none: "See you", "Thanks"."""
    words = line.split()
    if _END.search(line) and (len(words) >= _SENTENCE or line[-1] in "!?…"):
        return False
    if _CONTACT.search(line) or _signs(line, names):
        return True
    said = _SMALL.search(line) or len(words) < 2
    return (
        beside
        and len(words) < _SENTENCE
        and (not said or _APART.search(line) is not None or any(map(str.isdigit, line)))
    )


def _is_said(line: str) -> bool:
    """True for words that name an address, not what it is: "you may write to anna@staff.example too"."""
    line = line[:1000]
    rest = " ".join(word for word in line.split() if "@" not in word)
    return len(_SMALL.findall(rest)) >= _SAID and not _APART.search(rest) and not _CONTACT.search(rest)


def _in_header(lines: Sequence[str], at: int) -> bool:
    """True for a line in the header block of a quoted mail: above it stands one with somebody else's address."""
    if not _FIELD.match(lines[at][:400]):
        return False
    top = at
    while top and _FIELD.match(lines[top - 1][:400]):
        top -= 1
    return at - top >= 1 and any("@" in line[:400] for line in lines[top:at])
