"""Stems: what the forms of one word have in common, so that `lamppu` finds `Lampun` and `photo` finds `photos`.

A light stemmer for each of our languages, on folded words: an ending is taken off, then what inflection does to the
letters before it is evened out (Finnish and Estonian grades, Polish softenings). Decision 0019 says why it is our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from mailgate.core.text.folding import fold
from mailgate.core.text.language import says_little

_LONGEST = 32  # letters beyond which a word is an identifier and stays as it is
_WORD = re.compile(r"[^\W_]+")
_VOWELS = "aeiouy"
SHORT = 3  # letters of a stem that says too little to stand for all words which begin so


def _endings(text: str) -> tuple[str, ...]:
    return tuple(sorted(set(text.split()), key=lambda one: (-len(one), one)))


# Folded, as `fold` writes them: Finnish ä is a, Latvian ā is a, Polish ę is e. The longest that fits is taken off.
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": _endings("s es ed ing ings"),
    "fi": _endings("""
        n t a ta tta ssa sta lla lta lle ksi ne aan een iin oon uun yyn en seen siin ihin
        ien iden itten jen ita ia ja issa ista illa ilta ille iksi ni si nsa mme nne kin
        nen sen set sia sten sissa sista silla s ksen kset ksia ksessa ksesta ksella kselle kselta kseen ksien ksiin
        ksissa ksista men met mia messa mella melle nta mat vat nut neet
    """),
    "pl": _endings("""
        a e i o u y ie ia iu ii io om ow owi em iem ami ach iami iach ego emu ej ych ich ym im ymi imi
        ka ki ke ko ce ek ku kom kow kami kach kiem kowi ac aja any ana
    """),
    "lv": _endings("""
        a e i o u s is us as os es am im em iem ai ei ij ams ems ims ja jas ju jam jai jos jiem
        ais ajai ajam ajos ajiem aja ajas ajo ot et at
    """),
    "sv": _endings("a e n en et er ar or na an ens ets ers ars ors ans erna arna orna ernas arnas ornas ade ande"),
    "de": _endings("e en er es em ern n s o os ens"),
    "et": _endings("""
        t d s n le lt st ga ks ni na ta de te sse id el il eid ete ede sid dele tele dega tega dest test desse tesse
        us use ust usi uses used uste usele usega usest usel ustega ustele ustest
    """),
}  # fmt: skip
LANGUAGES = tuple(_ENDINGS)
# Where short words end in what could be an ending, four letters must be left, but for these.
_CAREFUL = frozenset({"fi", "sv", "de", "et"})
_BRIEF = frozenset({"a", "e", "en", "er", "ar", "or", "an", "es", "ia", "id", "il"})


def stem(word: str, language: str) -> str:
    """What the forms of a word have in common, folded; in a language that is none of ours the folded word."""
    return _stem(fold(word), language)


def telling(text: str, language: str) -> frozenset[str]:
    """The stems of the words that say what a text is about: no figure, no word of two letters, none that all use."""
    words = _WORD.findall(fold(text))
    return frozenset(
        _stem(word, language)
        for word in words
        if len(word) >= SHORT and not word.isdigit() and not says_little(word, language)
    )


def beginnings(word: str, languages: Iterable[str] = ()) -> tuple[str, ...]:
    """How the forms of a word begin in some of our languages (all without any), shortest first.

    One of three letters is a whole word: as a beginning it would say too little. What another begins with is left out:
    `lamp` stands for `lampp`, too.
    """
    folded = fold(word)
    found = {one for language in languages or LANGUAGES for one in _spelled(_stem(folded, language), language)}
    kept: list[str] = []
    for one in sorted(found, key=lambda one: (len(one), one)):
        if not any(len(other) > SHORT and one.startswith(other) for other in kept):
            kept.append(one)
    return tuple(kept)


def _stem(word: str, language: str) -> str:
    endings = _ENDINGS.get(language)
    if endings is None or not _is_word(word):
        return word
    for ending in endings:
        least = SHORT + (language in _CAREFUL and ending not in _BRIEF)
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word.removesuffix(ending)
            break
    even = _EVENED.get(language, _single)
    return even(word)


def _is_word(text: str) -> bool:
    return text.isalpha() and len(text) <= _LONGEST


# --- what inflection does to the letters before an ending -------------------------------------------------------------


def _single(stem: str) -> str:
    """`shipp` is `ship`."""
    return stem[:-1] if len(stem) > SHORT and stem[-1] == stem[-2] and stem[-1] not in _VOWELS else stem


def _english(stem: str) -> str:
    """`invoice` is `invoic`, `battery` is `batteri` as in `batteries`."""
    if len(stem) > SHORT and stem[-1] == "e":
        stem = stem[:-1]
    return _single(_graded(stem, _ENGLISH) if stem[-2:-1] not in _VOWELS else stem)


def _vowelless(stem: str) -> str:
    """`lampu` is `lamp`; a diphthong stays (`tilau`)."""
    if len(stem) > SHORT and stem[-1] in _VOWELS and stem[-2] not in _VOWELS:
        return stem[:-1]
    if len(stem) > SHORT and stem[-1] == stem[-2] and stem[-1] in _VOWELS:
        return stem[:-2] if len(stem) > SHORT + 2 else stem[:-1]
    return stem


def _graded(stem: str, grades: tuple[tuple[str, str], ...]) -> str:
    """The strong grade of a stem's end."""
    for weak, strong in grades:
        if stem.endswith(weak) and len(stem) - len(weak) + len(strong) >= SHORT:
            return stem.removesuffix(weak) + strong
    return stem


_FINNISH = (
    ("ng", "nk"), ("nn", "nt"), ("ll", "lt"), ("rr", "rt"), ("mm", "mp"),
    ("lv", "lp"), ("rv", "rp"), ("iv", "ip"), ("d", "t"),
)  # fmt: skip
_ESTONIAN = (("nn", "nt"), ("g", "k"), ("b", "p"), ("d", "t"))
_ENGLISH = (("y", "i"),)
_POLISH = (("rz", "r"), ("dz", "d"), ("c", "t"))
_SWEDISH = (("kel", "kl"), ("gel", "gl"), ("del", "dl"), ("pel", "pl"), ("tel", "tl"))
_GRADES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": _ENGLISH,
    "fi": _FINNISH,
    "et": _ESTONIAN,
    "pl": _POLISH,
    "sv": _SWEDISH,
}
_EVENED: Mapping[str, Callable[[str], str]] = {
    "en": _english,
    "fi": lambda stem: _single(_graded(_vowelless(stem), _FINNISH)),
    "et": lambda stem: _single(_graded(_vowelless(stem), _ESTONIAN)),
    "pl": lambda stem: _graded(stem, _POLISH),
    "sv": lambda stem: _single(_graded(stem, _SWEDISH)),
}


def _spelled(stem: str, language: str) -> list[str]:
    """How words of a stem may begin: in each grade, and of three letters with what may follow them."""
    grades = _GRADES.get(language, ())
    found = [stem] + [stem.removesuffix(strong) + weak for weak, strong in grades if stem.endswith(strong)]
    if not _is_word(stem):
        return [stem]
    return [spelling for one in found for spelling in _longer(one)]


def _longer(stem: str) -> list[str]:
    """A stem of three letters as a word, with a vowel, an s or its last letter twice behind it; others as they are."""
    return [stem, *(stem + letter for letter in (*_VOWELS, "s", stem[-1]))] if len(stem) == SHORT else [stem]
