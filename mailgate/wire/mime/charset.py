"""Octets to text: what the sender declared, else what it most likely is, never an exception."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Labels seen in mail that Python does not know, or knows as something narrower than what is really sent.
_ALIASES = {
    "us-ascii": "utf-8",  # labelled by default and often wrong: 8-bit text goes through the guess
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "unknown-8bit": "",
    "x-unknown": "",
    "default": "",
    "iso-8859-1": "cp1252",  # as the WHATWG encoding standard: C1 controls are never meant
    "latin1": "cp1252",
    "l1": "cp1252",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "dos-874": "cp874",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "cp-850": "cp850",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-big5": "big5hkscs",
    "big5": "big5hkscs",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "utf-16": "utf-16",
}
# Only these are ever decoded. UTF-7 turns plain ASCII into markup, the rest of Python's codecs are not charsets at all.
_ALLOWED = frozenset(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "koi8-r", "koi8-u",
     "koi8-t", "gb18030", "gb2312", "gbk", "big5", "big5hkscs", "euc_jp", "euc_jis_2004", "euc_kr", "shift_jis",
     "cp932", "cp949", "cp950", "johab", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3",
     "iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr", "tis-620", "mac-roman", "mac-cyrillic", "mac-greek",
     "mac-latin2", "mac-turkish", "mac-iceland", "ptcp154", "cp437", "cp737", "cp775", "cp850", "cp852", "cp855",
     "cp857", "cp858", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp866", "cp869", "cp874"]
    + [f"cp{number}" for number in range(1250, 1259)]
    + [f"iso8859-{number}" for number in range(1, 17)]
)  # fmt: skip
_ONE_OCTET = frozenset(
    {*(f"cp{number}" for number in range(1250, 1259)), *(f"iso8859-{number}" for number in range(1, 17))}
)
_STATEFUL = re.compile(rb"\x1b[$(]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_HIGH = re.compile(rb"[\x80-\xff]")
# Letters that speak for a code page when text carries no usable label; what scores best is taken, Western on a tie.
# The dot that our letters part facts with is quoted in most answers.
_TELLING = {
    "cp1252": "äöåÄÖÅéèüßÜñçàâêîôûæøÆØÉëïùœõãá’“”–€„»«í…·",
    "cp1257": "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽąęėįųĄĘĖĮŲõäöüÕÄÖÜ’“”–„€·",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčěřšťůžýáíéúďňČŘŠŽľôäőűöü’“”–„€·",
    "iso8859-2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčěřšťůžýáíéúďňČŘŠŽľôäőűöü",
    "cp1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯёЁіїєІЇЄ",
    "koi8-r": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯёЁ",
}
_ALSO_BALTIC = frozenset("çâêîíïùûÂÇÎ")  # at the places of Latvian's long vowels and soft consonants
_CYRILLIC = frozenset({"cp1251", "koi8-r"})


@lru_cache(maxsize=256)
def codec(label: str) -> str:
    """The Python codec for a charset label, `""` when it is unknown or not fit for mail; never raises."""
    label = label.strip().strip("\"'").lower()
    label = _ALIASES.get(label, label)
    if not label or not label.isascii() or len(label) > 40 or "\0" in label:
        return ""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    return name if name in _ALLOWED else ""


def decode(data: bytes, label: str = "") -> str:
    """Text of `data`: declared charset, then UTF-8, then the likeliest 8-bit code page; NUL is taken out.

    Never raises. U+FFFD stands where every step failed, and for single stray octets in what is UTF-8 otherwise; UTF-8
    declared as a code page of single octets is UTF-8 all the same.
    """
    name = codec(label) if label else ""
    text = _misnamed(data) if name in _ONE_OCTET else None
    if text is None and name:
        text = _strict(data, name)
    if text is None:
        text = _unlabelled(data, declared=name == "utf-8")
    return text.replace("\0", "") if "\0" in text else text


def _strict(data: bytes, name: str) -> str | None:
    if name == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        name = "utf-16-be"  # RFC 2781 section 4.3
    if name == "utf-8" and _STATEFUL.search(data):
        name = "iso2022_jp_ext"
    try:
        text = data.decode(name)
    except (UnicodeError, ValueError):
        return _japanese(data) if name.startswith("iso2022_jp") else None
    return text.removeprefix("\ufeff")


def _japanese(data: bytes) -> str | None:
    """ISO-2022-JP with the characters Windows adds to it (CP50221), which Python has only as Shift_JIS."""
    out = bytearray()
    for number, run in enumerate(re.split(rb"\x1b([$(][@BJI])", b"\x1b(B" + data)):
        if number % 2:
            double = run in (b"$B", b"$@")
            continue
        if not number:
            continue
        if not double:
            out += run
            continue
        for first, second in zip(run[::2], run[1::2], strict=False):
            if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
                return None
            out.append(((first + 1) >> 1) + (0x70 if first < 0x5F else 0xB0))
            out.append(second + 0x7E if not first & 1 else second + (0x1F if second < 0x60 else 0x20))
    try:
        return out.decode("cp932")
    except UnicodeDecodeError:
        return None


def _unlabelled(data: bytes, *, declared: bool = False) -> str:
    text = _strict(data, "utf-8")
    if text is None:
        text = mostly_utf8(data, declared=declared)
    return guess(data) if text is None else text


def mostly_utf8(data: bytes, *, declared: bool = False) -> str | None:
    """UTF-8 with U+FFFD for what is none in it; None when more is none than is.

    Octets of another code page are almost never well-formed UTF-8, so a few characters that are tell what it is.
    """
    text = data.decode("utf-8", "replace")
    stray = text.count("\ufffd")
    sound = sum(char > "\x7f" for char in text) - stray if not text.isascii() else 0
    return text.removeprefix("\ufeff") if sound > stray or (declared and sound and sound == stray) else None


def _misnamed(data: bytes) -> str | None:
    """UTF-8 that says it is something else: well-formed sequences of several octets, which no words make by chance."""
    if data.isascii():
        return None
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def guess(data: bytes) -> str:
    """Text of 8-bit data that is not UTF-8, by the code page whose letters fit best."""
    if _is_chinese(data):
        return data.decode("gb18030", "replace")
    sample = b"".join(_words(data))
    clustered = sum(map(len, runs := _HIGH_RUN.findall(sample))) > 2.5 * len(runs)
    names = (name for name in _TELLING if clustered or name not in _CYRILLIC)
    return data.decode(max(names, key=lambda name: _score(sample, name)), "replace")


def _is_chinese(data: bytes) -> bool:
    """True when high octets come in pairs and most begin one of GB 2312's common characters."""
    runs = [match[0] for match, _ in zip(_HIGH_RUN.finditer(data), range(200), strict=False)]
    pairs = [run[at : at + 2] for run in runs for at in range(0, len(run), 2)]
    if len(pairs) < 4 or any(len(run) % 2 or min(run) < 0xA1 for run in runs):
        return False
    common = sum(0xB0 <= pair[0] <= 0xD7 for pair in pairs)
    cyrillic = sum(0xC0 <= octet <= 0xDF for pair in pairs for octet in pair)  # KOI8-R's small letters
    return common >= 0.6 * len(pairs) and cyrillic < 1.5 * len(pairs)


def _words(data: bytes) -> list[bytes]:
    """The neighbourhood of the first high octets: enough to judge, whatever the size of the whole."""
    spans = [match.start() for match, _ in zip(_HIGH.finditer(data), range(400), strict=False)]
    return [data[max(0, at - 1) : at + 2] for at in spans]


def _score(sample: bytes, name: str) -> float:
    text = sample.decode(name, "replace")
    high = [char for char in text if char > "\x7f"]
    telling = _TELLING[name]
    fits = float(sum(1 for char in high if char in telling))
    if name in _CYRILLIC and fits < 0.9 * len(high):
        return -2.0 * len(high)
    if name in _CYRILLIC:
        fits -= 0.5 * sum(1 for char in high if char.isupper())  # what is small in one is capital in the other
    elif name == "cp1252":
        fits -= 0.1 * sum(1 for char in high if char in _ALSO_BALTIC)
    return fits - 1.5 * sum(1 for char in high if char == "\ufffd" or not (char.isalpha() or char in telling))
