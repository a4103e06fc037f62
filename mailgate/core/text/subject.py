"""Subjects: what is left without reply prefixes, whether it is a forward, and which ticket numbers stand in it."""

from __future__ import annotations

import re

from mailgate.core.text.quote_words import table

_REPLIES = frozenset(
    table("""
    re | aw | antw | antwort | odp | odpowiedź | sv | svar | vs | vast | vastus | atb | atbilde | ats |
    vá | ynt | rif | ref | res | resp | rép | bls | r | ad | отв | ответ | відп | відповідь | ha | 回复 |
    回覆 | 答复 | 答覆 | 返信 |
    回信 | 답장
""")
)
_FORWARDS = frozenset(
    table("""
    fwd | fw | vl | pd | pārs | pārsūt | pārsūtīts | fs | edasi | edastatud | vb | wg | tr | enc | i |
    rv | doorst | vidarebefordrat | пер | пересл | továbbítás | persiųst | przesłane | podaj dalej | välitetty |
    videresendt | weitergeleitet | 转发 | 轉寄 | 転送 | 전달
""")
)
_BANNERS = frozenset(
    table("""
    ext | extern | external | external email | external e-mail | external sender | external mail |
    external message | outside | ulkoinen | ulkoinen viesti | ulkoinen lähettäjä | ulkopuolinen |
    zewnętrzny | zewnętrzna | zewnętrzne | wiadomość zewnętrzna | nadawca zewnętrzny | ārējs | ārējais |
    ārējs sūtītājs | ārējais e-pasts | externe | externe mail | extern e-post | externt |
    externer absender | mail externe | externo | correo externo | esterno | ekstern | väline |
    väline kiri | spam | suspected spam | possible spam | caution | encrypt | encrypted | secure | sec |
    bulk | внешний | внешняя почта | внешнее письмо | зовнішній | зовнішня пошта | зовнішній лист
""")
)
_PREFIXES = _REPLIES | _FORWARDS
_LONGEST = 24  # characters a prefix may take
_PREFIX = re.compile(r"([^\W\d_]{1,16})(?: ?[\[(]\d{1,3}[\])]|\^\d{1,3}|\d{1,2})?\.? ?[:：]")
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
        if prefix and (word := prefix[1].lower()) in _PREFIXES:
            found.append(word)
            at = prefix.end()
            continue
        banner = _BANNER.match(subject, at, at + _LONGEST + 6)
        if banner and (banner[1] or banner[2]).strip().lower().rstrip(":!") in _BANNERS:
            at = banner.end()
            continue
        break
    return found, at


def without_prefixes(subject: str) -> str:
    """The subject without `Re:`, `AW:`, `VS:`, `Odp:`, `Fwd:`, `[EXTERNAL]` and their like in any language."""
    _, start = _prefixes(subject)
    return subject[start:].strip()


def is_reply(subject: str) -> bool:
    """True when the outermost prefix says that this answers something."""
    found, _ = _prefixes(subject)
    return bool(found) and found[0] in _REPLIES


def is_forward(subject: str) -> bool:
    """True when the outermost prefix says that this passes on somebody else's mail."""
    found, _ = _prefixes(subject)
    return bool(found) and found[0] in _FORWARDS


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
