"""How a language calls somebody by their first name: some bend it, and a name we are not sure of is better left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

# Latvian men's names whose vocative is known: foreign ones that end alike ("James", "Boris") are not bent so.
_MEN = """
    ainārs aivars aldis aleksandrs aleksis alfrēds alvis andis andrejs andris anatolijs ansis antons armands arnis
    arnolds artis arturs artūrs arvis arvīds atis augusts austris bruno dainis dāvids dāvis didzis dzintars edgars
    edmunds eduards edvards edvīns egils eižens elmārs emīls ēriks ernests ēvalds filips gatis georgs gints girts
    gundars guntars guntis gunārs gustavs haralds harijs henriks herberts igors ilgvars ilmārs imants indulis ingus
    ints intars ivars jānis jāzeps jēkabs jevgēņijs juris jurģis kārlis kaspars konstantīns kristaps krists kristiāns
    lauris leonīds leons linards ludvigs maksims mareks māris markuss mārtiņš matīss miervaldis mihails miķelis modris
    nauris nikolajs normunds oļegs olafs olģerts oskars osvalds ostaps pāvels pauls pēteris raimonds raitis raivis
    ralfs reinis rihards ričards ritvars roberts rolands romāns ronalds rūdolfs sandis sergejs staņislavs tālis toms
    uldis uģis vadims valdis valters valērijs vents viesturs viktors vilis vilnis visvaldis vitālijs vladimirs
    vladislavs voldemārs zigmārs zigmunds zigurds žanis
    """
_LATVIAN_MEN = frozenset(_MEN.split())


def _latvian(name: str) -> str:
    """`Jāni` of Jānis, `Edgar` of Edgars, `Mārtiņ` of Mārtiņš; `""` for what may be bent and is not known."""
    if name[-1:].casefold() not in ("s", "š"):
        return name  # Anna, Ilze, Bruno, and foreigners, who are called as they are named
    return name[:-1] if name.casefold() in _LATVIAN_MEN else ""


_CALLED: Mapping[str, Callable[[str], str]] = {"lv": _latvian}


def called(language: str, name: str) -> str:
    """The first name as somebody is called by it, `""` when the language bends names and we do not know this one."""
    bend = _CALLED.get(language)
    return bend(name) if bend else name
