"""Phrases, plurals, moments and promises as people say them, and every phrase in use."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import mailgate
from mailgate.core.commands.workflow import CUSTOMER_WORDS
from mailgate.wire import words
from mailgate.wire.letters.sandbox import built_in_folder
from mailgate.wire.words import CATALOGUES, Phrases, reasons, size

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
OFFICE = [{"days": [0, 1, 2, 3, 4], "spans": [[540, 1020]]}]


def speech(language: str) -> Phrases:
    return Phrases(language, "Europe/Helsinki", NOW)


def test_every_phrase_is_used_and_every_used_one_exists() -> None:
    folder = Path(mailgate.__file__).parent
    pages = [
        re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        for path in (*built_in_folder().glob("*.html"), *(folder / "window" / "templates").glob("*.html"))
    ]
    code = [path.read_text() for path in folder.rglob("*.py") if path.parent.name not in CATALOGUES]
    text = "\n".join((*pages, *code))
    named = set(re.findall(r"""\b(?:t|self\.say|speech\.say|said|own_words)\(\s*["']([\w.]+)["'](?! ~)""", text))
    families = set(re.findall(r"""\bt\("([\w]+)\." ~""", text)) | set(
        re.findall(r"""(?:phrase|_family)\("(\w+)\"""", text)
    )
    named -= {"en"}  # the language of the shell
    families |= set(re.findall(r"""f"([\w.]+)\.\{""", text))
    known = {*CATALOGUES["en"], *reasons.OUTSIDE}
    assert named <= known
    plain = set(re.findall(r"""["']([\w.]+)["']""", text))
    chosen = re.findall(r"""\bt\("([\w.]+[._])" ~""", text)
    chosen += re.findall(r"""f"(\w+\.[\w.]+_)\{""", text)
    pages_to_come = ("page.common", "page.help", "page.wall")
    begun = (*chosen, *(f"{family}." for family in (*families, "within", *pages_to_come)))
    unused = {key for key in known - named - plain if not key.startswith(begun)}
    assert unused == set()


def test_every_reason_for_a_notice_is_in_words() -> None:
    """`You get this because: vote` names no reason."""
    core = "\n".join(path.read_text() for path in (Path(mailgate.__file__).parent / "core").rglob("*.py"))
    given = set(re.findall(r"""\bNotice\((?:[^()]|\([^()]*\))*?why="(\w+)\"""", core)) | {"reply", *CUSTOMER_WORDS}
    assert given > {"vote", "note", "answered", "new"}
    assert {reason for reason in given if f"why.{reason}" not in CATALOGUES["en"]} == set()


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 1, "1 ticket"), ("en", 2, "2 tickets"), ("fi", 1, "1 tiketti"), ("fi", 5, "5 tikettiä"),
        ("pl", 1, "1 zgłoszenie"), ("pl", 3, "3 zgłoszenia"), ("pl", 5, "5 zgłoszeń"), ("pl", 22, "22 zgłoszenia"),
        ("pl", 12, "12 zgłoszeń"), ("lv", 0, "0 pieteikumu"), ("lv", 1, "1 pieteikums"), ("lv", 2, "2 pieteikumi"),
        ("lv", 11, "11 pieteikumu"), ("lv", 21, "21 pieteikums"),
    ],
)  # fmt: skip
def test_plurals_follow_the_language(language: str, n: int, said: str) -> None:
    assert speech(language).say("tickets", n=n) == said


@pytest.mark.parametrize(
    ("language", "at", "said"),
    [
        ("en", timedelta(hours=2), "Mon 23 Nov 13:30"), ("fi", timedelta(hours=2), "ma 23.11. klo 13.30"),
        ("pl", timedelta(days=1), "wt. 24.11 11:30"), ("lv", timedelta(days=-1), "svētd. 22.11. plkst. 11:30"),
        ("en", timedelta(days=7), "Mon 30 Nov 11:30"), ("fi", timedelta(days=7), "ma 30.11. klo 11.30"),
        ("pl", timedelta(days=7), "pon. 30.11 11:30"), ("fi", timedelta(days=-2, hours=-4), "la 21.11. klo 7.30"),
        ("en", timedelta(days=-400), "19 Oct 2025 12:30"),
    ],
)  # fmt: skip
def test_moments_are_said_as_people_say_them(language: str, at: timedelta, said: str) -> None:
    assert speech(language).when(NOW + at) == said
    assert speech(language).when((NOW + at).isoformat()) == said


def test_no_moment_is_no_words() -> None:
    assert speech("en").when(None) == speech("en").day("") == speech("en").ago(None) == ""
    assert not speech("en").past(None)


@pytest.mark.parametrize(("minutes", "said"), [(5, "5 min"), (95, "1 h"), (47 * 60, "47 h"), (50 * 60, "2 d")])
def test_how_long_ago(minutes: int, said: str) -> None:
    assert speech("en").ago(NOW - timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("language", "promise", "said"),
    [
        ("en", {"seconds": 10800, "usual": True, "hours": OFFICE}, "We usually answer within 3 working hours. We are open Mon–Fri 9–17."),
        ("fi", {"seconds": 10800, "usual": True, "hours": OFFICE}, "Vastaamme yleensä 3 työtunnin kuluessa. Palvelemme ma–pe klo 9–17."),
        ("pl", {"seconds": 3600, "usual": False, "hours": OFFICE}, "Odpowiemy w ciągu 1 godziny roboczej. Pracujemy pon.–pt. 9–17."),
        ("lv", {"seconds": 9000, "usual": True, "hours": OFFICE}, "Parasti mēs atbildam 3 darba stundu laikā. Strādājam no pirmdienas līdz piektdienai plkst. 9–17."),
        ("en", {"seconds": 57600, "usual": False, "hours": OFFICE}, "We will answer within 2 working days. We are open Mon–Fri 9–17."),
        ("en", {"seconds": 1500, "usual": False, "hours": []}, "We will answer within 25 minutes."),
        ("en", {"seconds": 90000, "usual": True, "hours": []}, "We usually answer within 25 hours."),
        ("en", {"seconds": 259200, "usual": True, "hours": []}, "We usually answer within 3 days."),
        ("fi", {"seconds": 0, "usual": False, "hours": [
            {"days": [0, 1, 3], "spans": [[540, 720], [780, 990]]}, {"days": [5], "spans": [[600, 840]]}]},
         "Vastaamme sinulle niin pian kuin mahdollista. Palvelemme ma–ti, to klo 9–12, 13–16.30, la klo 10–14."),
        ("lv", "", "Mēs atbildēsim, cik drīz vien iespējams."), ("en", None, "We will answer you as soon as we can."),
        ("en", "Tomorrow.", "Tomorrow."),
    ],
)  # fmt: skip
def test_a_promise_is_said_in_the_customers_language(language: str, promise: object, said: str) -> None:
    assert speech(language).promised(promise) == said  # type: ignore[arg-type]


def test_an_unknown_language_is_english_and_an_unknown_phrase_an_error() -> None:
    assert Phrases("xx", "UTC", NOW).say("due") == "Due"
    with pytest.raises(KeyError):
        speech("fi").say("no.such.phrase")
    assert speech("fi").phrase("why", "owner") != "owner"
    assert speech("fi").phrase("why", "because of the moon") == "because of the moon"


@pytest.mark.parametrize(
    ("octets", "said"), [(12, "12 B"), (2048, "2 KB"), (3_500_000, "3.3 MB"), (10 * 2**20, "10 MB")]
)
def test_sizes_are_short(octets: int, said: str) -> None:
    assert size(octets) == said


AGAIN = ("receipt.to_customer", "receipt.to_nobody", "receipt.to_note", "receipt.to_wait")


@pytest.mark.parametrize("language", CATALOGUES)
def test_what_a_notice_says_first_is_known_again_in_a_quote(language: str) -> None:
    opening = words.OPENINGS[list(CATALOGUES).index(language)]
    assert len(opening.split()) >= 2 and opening.endswith(" ")
    for does in ("notice.to_customer", "notice.to_note", "notice.to_nobody", *AGAIN):
        said = CATALOGUES[language][does]
        assert isinstance(said, str) and said.startswith(opening)
