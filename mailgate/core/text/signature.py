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
