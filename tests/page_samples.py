"""A desk on a busy Friday, as its pages are told of it: for pictures, and for states that no gateway is in so soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailgate.core.model.desk_rows import Load
from mailgate.core.pages import board
from mailgate.core.pages.board import BoardPage, DeskRows, Held, Pressing
from mailgate.core.pages.form import ShownTopic, TopicsPage
from mailgate.core.pages.status import EntryShown, FileShown, StatusPage
from mailgate.core.pages.wall import WallPage
from mailgate.core.pages.window import WindowSettings

TOKEN = "a" * 37

NOW = datetime(2026, 11, 27, 12, 2, tzinfo=UTC)  # a Friday, 14:02 in Helsinki
AGENTS = {"anna": "Anna Virtanen", "bo": "Bo Ek", "ilze": "Ilze Kalniņa", "marek": "Marek Nowak"}
DEPARTMENTS = ("support", "sales", "billing")
_OWED = "0" * 11 + "2" + "3142 5231 1000 0000 0024 4210".replace(" ", "")  # by the hour; twelve are over
_CAME = (4, 6, 34, 30, 28, 33, 26, 5, 3, 36, 31, 29, 35, 19)
_SOLVED = (2, 1, 29, 31, 30, 28, 30, 2, 1, 29, 34, 30, 33, 17)
_LOAD = (
    ("new", "support", None, 4, 0), ("open", "support", "anna", 7, 1), ("open", "support", "ilze", 5, 0),
    ("waiting", "support", "anna", 6, 0), ("hold", "support", "ilze", 2, 0), ("new", "sales", None, 2, 1),
    ("open", "sales", "bo", 4, 0), ("waiting", "sales", "bo", 5, 0), ("open", "billing", "marek", 3, 0),
    ("waiting", "billing", "marek", 2, 0), ("hold", "billing", None, 1, 0),
)  # fmt: skip
_PRESSING = (
    (1042, "The lamp over the till flickers", "Maija Virtanen", "fi", "support", "anna", "open", "high", -42),
    (1051, "Reservdel till kaffekvarnen", "Karin Lund", "sv", "sales", "", "new", "normal", -11),
    (1047, "Cannot log in since Tuesday", "Tom Hale", "en", "support", "ilze", "open", "normal", 34),
    (1055, "Rēķins par novembri", "Jānis Bērziņš", "lv", "billing", "marek", "open", "normal", 75),
    (1039, "Two chairs arrived, one is broken", "Agnieszka Maj", "pl", "support", "anna", "open", "urgent", 128),
    (1058, "Angebot für 40 Leuchten", "Jonas Weber", "de", "sales", "bo", "open", "normal", 190),
    (1060, "Garantii teise lambi kohta", "Kadri Tamm", "et", "support", "", "new", "normal", 245),
)


def _rows(at: datetime) -> DeskRows:
    first: dict[str, list[Pressing]] = {}
    for *said, minutes in _PRESSING:
        one = Pressing(*said, due=at + timedelta(minutes=minutes))  # type: ignore[arg-type]
        first.setdefault(one.department, []).append(replace(one, owner=AGENTS.get(one.owner, one.owner)))
    days = range(len(_CAME))
    midnight = at.replace(hour=22, minute=0) - timedelta(days=1)
    return DeskRows(
        at,
        tuple(Load(*said[:4], at - timedelta(hours=30), said[4]) for said in _LOAD),
        tuple(("support", hour - board.PAST, int(n)) for hour, n in enumerate(_OWED) if n != "0"),
        tuple((midnight - timedelta(days=13 - n), {"support": _CAME[n]}, {"support": _SOLVED[n]}) for n in days),
        first,
        Held(parked=2, bounced=1, oldest=at - timedelta(minutes=48)),
    )


def board_page(at: datetime = NOW, language: str = "en") -> BoardPage:
    """The board of a lead."""
    rows = _rows(at)
    return BoardPage(at, "a", "", 0, language, board.tiles(rows), board.promises(rows), board.pressing(rows),
                     board.by_department(rows, (), DEPARTMENTS), board.by_agent(rows, (), AGENTS),
                     board.day_rows(rows))  # fmt: skip


def empty_board(at: datetime = NOW) -> BoardPage:
    """The board of a desk where nothing lies."""
    rows = DeskRows(at, days=tuple((at - timedelta(days=13 - n), {}, {}) for n in range(14)))
    return BoardPage(at, "b", "", 0, "en", board.tiles(rows), board.promises(rows), departments=board.by_department(
        rows, (), DEPARTMENTS), days=board.day_rows(rows))  # fmt: skip


def wall_page(at: datetime = NOW, language: str = "en") -> WallPage:
    """The wall of that desk, with first names."""
    rows, firsts = _rows(at), {name: shown.split()[0] for name, shown in AGENTS.items()}
    return WallPage(at, "a", language, board.tiles(rows), board.promises(rows),
                    board.by_department(rows, (), DEPARTMENTS), board.by_agent(rows, (), firsts),
                    board.day_rows(rows))  # fmt: skip


def status_page(at: datetime = NOW) -> StatusPage:
    """A customer's own page, in the middle of it."""
    day = timedelta(days=1)
    said = (
        ("you", "Maija", at - day, "The lamp over our till flickers since this morning, also with a new bulb.\nOrder 20417."),
        ("us", "Anna", at - day + timedelta(hours=2), "Hello Maija, that sounds like the transformer. Could you send us "
         "a picture of the plate below it?"),
        ("you", "Maija", at - timedelta(hours=3), "Here it is."),
    )  # fmt: skip
    entries = [EntryShown(whose, name, when, text) for whose, name, when, text in said]
    entries[-1] = replace(entries[-1], files=(FileShown("plate.jpg", 412_000, 1),))
    return StatusPage(
        "en", "Europe/Helsinki", "[#1042]", "The lamp over the till flickers", "Acme Support", "open", at - day, "Anna",
        by=at + timedelta(hours=69, minutes=58), entries=tuple(entries), own=True, may_close=True,
    )  # fmt: skip


def topics_page() -> TopicsPage:
    """A form with three topics."""
    named = {"repair": "A repair", "quote": "A quote", "bill": "A bill"}
    return TopicsPage(tuple(ShownTopic(name, text, f"{name}@acme.example") for name, text in named.items()), help=True)


def pages() -> dict[str, Any]:
    """What a desk answers, by verb."""
    settings = WindowSettings("Acme", "en", ("en", "fi"), "Europe/Helsinki", board=True, status=True, form=True,
                              help=True, files=5, size=10 * 1024**2)  # fmt: skip
    return {"settings": settings, "board": board_page(), "wall": wall_page(), "status": status_page(),
            "topics": topics_page()}  # fmt: skip
