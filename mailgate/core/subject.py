"""Subjects: what is left without reply prefixes, whether it is a forward, and which ticket numbers stand in it."""

from __future__ import annotations

import re

REPLY_PREFIXES = frozenset(
    [
        "re",
        "aw",
        "antw",
        "antwort",
        "odp",
        "odpowiedź",
        "sv",
        "vs",
        "vast",
        "atb",
        "ats",
        "vá",
        "rv",
        "ynt",
        "rif",
        "ref",
        "res",
        "resp",
        "rép",
        "bls",
        "på",
        "r",
        "ad",
        "отв",
        "ответ",
        "ha",
        "回复",
        "回覆",
        "答复",
        "答覆",
        "返信",
        "回信",
        "답장",
        "svar",
    ]
)
FORWARD_PREFIXES = frozenset(
    """
    fwd fw vl pd pārs pārsūt fs edasi vb wg tr enc i rv doorst vs: vidarebefordrat per пер fwd: továbbítás persiųst
    转发 轉寄 転送 전달 przesłane överfört videresendt weitergeleitet välitetty edastatud pārsūtīts
    """.replace(":", "").split()
) - {"vs", "rv"}
_BANNERS = frozenset(
    ["external", "extern", "external", "email", "external", "sender", "ext", "ulkoinen", "ulkoinen", "viesti", "zewnętrzny", "zewnętrzna", "ārējs", "ārējais", "externe", "externo", "esterno", "ekstern", "väline", "spam", "***spam***", "suspected", "spam", "caution", "encrypt", "secure", "sec", "bulk"]
) | {
    "external email", "external sender", "external mail", "external message", "suspected spam", "ulkoinen viesti",
    "ulkoinen lähettäjä", "extern e-post", "externe mail", "wiadomość zewnętrzna", "nadawca zewnętrzny",
    "ārējs sūtītājs", "ārējais e-pasts", "väline kiri", "possible spam", "mail externe", "correo externo",
}  # fmt: skip
_LONGEST = 24  # characters a prefix may take
_PREFIX = re.compile(r"([^\W\d_]{1,16})(?: ?[\[(]\d{1,3}[\])]|\^\d{1,3}|\d{1,2})? ?[:：]")
_BANNER = re.compile(r"[\[({<]\s?([^\[\](){}<>]{2,24}?)\s?[\])}>]|\*{2,5}\s?([^*]{2,24}?)\s?\*{2,5}")


def _prefixes(subject: str) -> tuple[list[str], int]:
    """Every prefix in lower case, and where the rest begins; one pass, however many there are (threats T-04)."""
    found: list[str] = []
    at = 0
    while at < len(subject):
        if subject[at].isspace():
            at += 1
            continue
        prefix = _PREFIX.match(subject, at, at + _LONGEST)
        if prefix and (word := prefix[1].lower()) in REPLY_PREFIXES | FORWARD_PREFIXES:
            found.append(word)
            at = prefix.end()
            continue
        banner = _BANNER.match(subject, at, at + _LONGEST + 6)
        if banner and (banner[1] or banner[2]).strip().lower().rstrip(":!") in _BANNERS:
            at = banner.end()
            continue
        break
    return found, at


def base(subject: str) -> str:
    """The subject without `Re:`, `AW:`, `VS:`, `Odp:`, `Fwd:`, `[EXTERNAL]` and their like in any language."""
    _, start = _prefixes(subject)
    return subject[start:].strip()


def is_reply(subject: str) -> bool:
    """True when the outermost prefix says that this answers something."""
    found, _ = _prefixes(subject)
    return bool(found) and found[0] in REPLY_PREFIXES


def is_forward(subject: str) -> bool:
    """True when the outermost prefix says that this passes on somebody else's mail."""
    found, _ = _prefixes(subject)
    return bool(found) and found[0] in FORWARD_PREFIXES


def numbers(subject: str, tags: tuple[str, ...]) -> tuple[int, ...]:
    """Ticket numbers written by one of the templates (`[#{number}]`), leftmost first, each once, at most ten.

    Only ASCII digits count, one to ten of them, and zero is no number (threats T-03, T-04).
    """
    found: list[tuple[int, int]] = []
    for tag in tags:
        before, placeholder, after = tag.partition("{number}")
        if not placeholder or not (before.strip() or after.strip()):
            continue
        left = r"(?<!\d)" if not before or before[-1].isdigit() else r"(?<!\w)" if before[0].isalnum() else ""
        right = r"(?!\w)" if not after or after[-1].isalnum() else ""
        pattern = re.compile(left + re.escape(before) + r"([0-9]{1,10})" + re.escape(after) + right, re.IGNORECASE)
        found += [(match.start(), int(match[1])) for match in pattern.finditer(subject[:4096])]
    return tuple(dict.fromkeys(number for _, number in sorted(found) if number))[:10]
