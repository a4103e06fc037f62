"""What the sample letters say: of every template one that shows most, and more where it cannot show all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from mailgate.core.letters import row_values
from mailgate.core.model.canned import ArticleDrafted, Drafted
from mailgate.core.model.coaching import Coached, TraineesAnswer
from mailgate.core.model.content import (
    Ack,
    Alarm,
    Answer,
    ArticleSent,
    Content,
    Delayed,
    Digest,
    Escalated,
    ExpertAsked,
    Forwarded,
    Handover,
    Notice,
    Nudge,
    PeriodLetter,
    Question,
    Receipt,
    Reminded,
    Solved,
    StatusReport,
    VoteThanks,
    WasItYou,
    Welcome,
)
from mailgate.core.model.letter_kinds import PrivacyLetter, Ringing
from mailgate.core.model.said import day, said
from mailgate.core.model.shown import (
    ArticleLink,
    Bar,
    CallersTicket,
    Chart,
    Fact,
    FigureTable,
    LetterFigure,
    MailInDoubt,
    NamedFile,
    OpeningHours,
    Passage,
    Person,
    PromisedAnswer,
    RecentTicket,
    RefusedLine,
    Section,
    SolvedBefore,
    TicketRow,
    WholeArticle,
)
from mailgate.core.text.difference import difference
from mailgate.wire import words
from mailgate.wire.letters.sample_words import SampleWords, words_of

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday
MAIJA = Person("Maija Virtanen", "maija.virtanen@customer.example")
FORM = "https://acme.example/how-was-it?ticket={number}"

_LAMP = NamedFile("lamp.jpg", 284_113)
_PROMISE = PromisedAnswer(3 * 3600, usual=True, hours=(OpeningHours((0, 1, 2, 3, 4), ((540, 1020),)),))
_HELP = "https://acme.example/help/lamp"
_ORDER = "#tag +refund"
# As `app.questions.report` shows them: each with the value before; and what a table has.
_MONDAY, _WEEK = datetime(2026, 11, 16), timedelta(days=7)  # noqa: DTZ001 - on the reader's clock
_FIGURES = (
    ("arrived", "128", "117"),
    ("solved", "131", "109"),
    ("filed", "23", "19"),
    ("reopened", "4", "6"),
    ("backlog", "31", "34"),
    ("first_median", "1 h 12 min", "1 h 40 min"),
    ("first_p90", "5 h 20 min", "7 h"),
    ("solve_median", "1 d 2 h", "1 d 6 h"),
    ("first_kept", "94 %", "91 %"),
    ("nps", "70", "64"),
)
_COLUMNS = ("name", "arrived", "solved", "backlog", "first_median", "solve_median", "first_kept", "nps")


@lru_cache
def contents(language: str) -> Mapping[str, tuple[Content, ...]]:
    """Template -> what its samples say in a language, the fullest first; none for one that says nothing of its own."""
    spoken = words_of(language)
    found: dict[str, tuple[Content, ...]] = {}
    for one in (
        *_to_customers(spoken),
        *_of_tickets(spoken),
        *_asking(spoken),
        *_of_trainees(spoken),
        *_of_the_desk(spoken),
        _period(language),
    ):
        found[one.template] = (*found.get(one.template, ()), one)
    return found


def first(template: str, language: str = "en") -> Content:
    """The fullest sample of a template."""
    known = contents(language).get(template)
    return known[0] if known else row_values.from_plain(template, {})


def _at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


def _rows(spoken: SampleWords) -> tuple[TicketRow, ...]:
    return (
        TicketRow(1, 1042, spoken.subject, MAIJA.name, "support", "open", "Anna Korhonen", "urgent", _at(-2)),
        TicketRow(2, 1047, "Faktura za październik – prośba o korektę", "Łukasz Żak", "support", "new", "", "normal",
                  _at(5)),
        TicketRow(3, 1051, "Jautājums par piegādi uz Rīgu", "Jānis Bērziņš", "support", "waiting", "Bo Lund", "high",
                  quiet=True, language="lv"),
    )  # fmt: skip


def _to_customers(spoken: SampleWords) -> tuple[Content, ...]:
    return (
        Ack(promise=_PROMISE, show_subject=True, articles=(ArticleLink(spoken.article, _HELP, "17"),)),
        Ack(promise=replace(_PROMISE, usual=False, by=_at(3.5)), news=spoken.news),
        Answer(text=spoken.sent, agent="anna"),
        Answer(text=spoken.sent, canned=spoken.sent, agent="anna", survey="scale"),
        Answer(text=spoken.sent, html=_html(spoken.sent), agent="bo", survey=FORM),
        Delayed(due_at=_at(1.6), answer_by=_at(2)),
        Delayed(due_at=_at(1.6)),
        Delayed(due_at=_at(-2), answer_by=_at(-1.5)),
        Nudge(until=_at(96)),
        Solved(survey="scale"),
        Solved(survey=FORM, reopen_days=1),
        StatusReport(show_subject=True),
        StatusReport(refused=said("refused.not_yours")),
        VoteThanks(score=9),
        ArticleSent(name="17", title=spoken.article, text=spoken.sent),
        *(PrivacyLetter(stage=stage) for stage in ("ask_erase", "ask_export", "copy", "erased")),
    )


def _html(text: str) -> str:
    return "".join(f"<p>{part}</p>" for part in text.split("\n\n"))


def plain_notice(spoken: SampleWords) -> Notice:
    """What an agent gets most: a customer's new words, and nothing odd about them."""
    return Notice(why="reply", from_=MAIJA, text=spoken.reply)


def _of_tickets(spoken: SampleWords) -> tuple[Content, ...]:
    return (
        Notice(
            why="reply", from_=MAIJA, mentions=(1017,), proposed=("timo@customer.example",),
            attachments=(_LAMP,), articles=(ArticleLink(spoken.article, _HELP, "17"), ArticleLink(spoken.article)),
            solved_before=(SolvedBefore(1017, spoken.article, "Bo Lund", spoken.reply, "mailto:support@acme.example"),),
            recent=(RecentTicket(1017, spoken.article, "archived", _at(-960)),),
        ),
        Notice(why="unverified", from_=Person("", "timo@customer.example"), text=spoken.reply, unverified=True),
        Notice(why="new", from_=MAIJA, text=spoken.first, failed=True, automatic="auto-replied"),
        Notice(why="reply", from_=MAIJA, text=spoken.reply, came_from="maija@home.example"),
        Notice(why="reply", from_=MAIJA, text=spoken.reply, asks_for="maija@home.example"),
        Notice(why="new", from_=Person("Bo Lund", "bo@acme.example"), text=spoken.first, looks_like=MAIJA.address),
        plain_notice(spoken),
        Notice(why="bounce", notes=("maija.virtanen@customer.example: 5.1.1",)),
        Handover(by="Bo Lund", why=spoken.why, text=spoken.note, attachments=(_LAMP,)),
        Handover(by="Bo Lund", to="support", text=spoken.note),
        Escalated(due_at=_at(-1.6), notes=("priority_urgent", "released")),
        Escalated(which="resolve", due_at=_at(1), notes=("priority_high", "reassigned")),
        Reminded(text=spoken.memo, why=""),
        ExpertAsked(question=spoken.question, by="Anna Korhonen"),
        Forwarded(),
        Forwarded(agent="anna", above=spoken.why, from_=MAIJA, at=_at(-2), text=spoken.first),
    )  # fmt: skip


def _asking(spoken: SampleWords) -> tuple[Content, ...]:
    doubted = (
        MailInDoubt(1, 4711, f"Re: [#1042] {spoken.subject} #close", _at(-1), spoken.sent, "anna@home.example"),
        MailInDoubt(2, 4712, f"Re: [#1042] {spoken.subject}", _at(0), spoken.note, "anna@acme.example"),
    )
    return (
        Receipt(parked=True, understood=(_ORDER,), text=spoken.sent, to=("maija@customer.example",),
                meant=(_ORDER, "#close"),
                refused=(RefusedLine("#colse", said("doubt.unknown"), "#close"),)),
        Receipt(parked=True, understood=(_ORDER,), text=spoken.sent, corrected="customer",
                corrected_to=("maija.virtanen@customer.example",),
                refused=(RefusedLine("#assign timo", said("refused.no_such_agent", name="timo")),)),
        Receipt(parked=True, text=spoken.sent, corrected="waits", understood=(_ORDER,)),
        Receipt(parked=True, corrected="customer", corrected_to=(MAIJA.address,), coach="Anna Korhonen"),
        Receipt(done=(said("done.line", command="#take", what=said("done.taken")),
                      said("done.line", command=_ORDER, what=said("done.tagged", tags="+refund"))),
                newer=spoken.reply),
        Receipt(parked=True, corrected="waits", wordless=True, meant=("#incident lamp",), rows=_rows(spoken), more=4,
                refused=(RefusedLine("#incident lamp", said("refused.incident_asks", name="lamp")),)),
        Receipt(done=(), asks=(said("waits.whose_ticket", address=MAIJA.address),), looks_like=MAIJA.address),
        Question(title=said("tap.mine"), rows=_rows(spoken), more=4),
        Question(title=said("tap.desk"), intro=said("asked.desk_today", mails=41, opened=12, solved=15, overdue=1),
                 facts=(Fact("support", "12"), Fact("Anna Korhonen", "5"), Fact(said("somebody.none"), "2")),
                 rows=_rows(spoken)[:2], sections=(Section(said("tap.next"), _rows(spoken)[:1], text=spoken.first),
                                                   Section(said("files"), facts=(Fact("lamp.jpg", "277 KB"),)))),
        ArticleDrafted(name="17", title=spoken.article, text=spoken.sent),
        ArticleDrafted(name="17", title=spoken.article, text=spoken.sent, by="Bo Lund"),
        Drafted(source=1017, who="Bo Lund", text=spoken.sent),
        Question(title=f"#1042 {spoken.subject}", text=spoken.first, actions=False),
        Question(title=said("asked.kb"), intro=said("asked.kb_use", who=MAIJA.address), numbers=(1042,),
                 texts=(WholeArticle(1, "17", spoken.article, spoken.sent),)),
        WasItYou(vouch="mx.acme.example", subject=doubted[0].subject, address="anna@acme.example", at=_at(0),
                 text=spoken.sent),
        WasItYou(subject=doubted[0].subject, address="anna@home.example", at=_at(0), text=spoken.sent, mails=doubted,
                 more=3),
    )  # fmt: skip


def _of_trainees(spoken: SampleWords) -> tuple[Content, ...]:
    waits = TraineesAnswer(
        parked=True, by="Bo Lund", customer=MAIJA.name, text=spoken.sent, author="bo", to=(MAIJA.address,),
        corrected="customer", corrected_to=(MAIJA.address,), signature="Bo Lund\nAcme", attachments=(_LAMP,),
    )  # fmt: skip
    about = Coached(by="Anna Korhonen", customer=MAIJA.name)
    changes = tuple(Passage(*one) for one in difference(spoken.asked, spoken.sent))
    return (
        waits,
        replace(
            waits, understood=(_ORDER,), meant=(_ORDER,), signature="", attachments=(), asks=(said("waits.stale"),)
        ),
        replace(waits, corrected="nobody", corrected_to=(), to=None),
        replace(about, outcome="changed", text=spoken.sent, changes=changes),
        replace(about, outcome="changed", text=spoken.sent, own=spoken.asked),
        about,
        replace(about, outcome="returned", word=spoken.note, own=spoken.sent),
    )


def _of_the_desk(spoken: SampleWords) -> tuple[Content, ...]:
    rows = _rows(spoken)
    load = (
        Fact("Anna Korhonen", said("list.load", open=5, overdue=1)),
        Fact("Bo Lund", said("list.load", open=4, overdue=0)),
    )
    return (
        Digest(
            title=said("list.day", n=2),
            sections=(
                Section(said("list.overdue"), rows[:1], more=3),
                Section(said("list.today", day=day(_MONDAY, _MONDAY)), rows[1:2]),
                Section(said("list.team", department="support"), facts=load),
                Section(said("list.kudos"), facts=(Fact("#1017 · Anna Korhonen", "10/10: ★★★"),)),
                Section(said("list.overload", department="support"),
                        text=said("list.overload_what", missed=6, backlog=31)),
            ),
            accounted=said("list.accounted", day=day(_MONDAY, _MONDAY), total=41, known=41),
        ),
        Alarm(title=said("alarm.quarantine"), text=said("list.in_quarantine", n=1),
              remedy="mailgate quarantine retry 4711",
              facts=(Fact(said("list.from"), MAIJA.address), Fact(said("list.department"), "support"))),
        Welcome(desk_address="support+anna.k7q2m4x5c9wz@acme.example", coach="Anna Korhonen", practice="support"),
        Welcome(desk_address="support+anna.k7q2m4x5c9wz@acme.example"),
        Ringing(caller="+37126123456", called="+37167000001", people=(f"Maija ({MAIJA.address})", "Anna Korhonen"),
                open_tickets=(CallersTicket(1042, rows[0].subject, "Maija"), CallersTicket(1051, "", "Anna Korhonen"))),
    )  # fmt: skip


def _period(language: str) -> PeriodLetter:
    """A week's figures; what they are called is in the reader's language before the letter is decided on."""

    def name(key: str) -> str:
        return words.say(language, f"figure.{key}")

    def chart(key: str, *bars: tuple[str, int]) -> Chart:
        most = max(count for _, count in bars)
        return Chart(name(key), tuple(Bar(label, f"{count}", count / most) for label, count in bars))

    weekdays = zip(name("weekdays").split(), (41, 30, 24, 18, 15, 0, 0), strict=True)
    ages = zip(("age_day", "age_3days", "age_week", "age_month", "age_older"), (9, 11, 7, 3, 1), strict=True)
    return PeriodLetter(
        title=f"{name('report')}: support", period=words.span(language, _MONDAY, _MONDAY + _WEEK),
        before=words.span(language, _MONDAY - _WEEK, _MONDAY), why="",
        figures=(*(LetterFigure(name(key), *values) for key, *values in _FIGURES),
                 LetterFigure(name("oldest"), f"34 {name('days')}")),
        charts=(chart("by_weekday", *weekdays), chart("by_hour", ("09", 31), ("10", 28), ("13", 12), ("16", 6)),
                chart("by_age", *((name(key), count) for key, count in ages))),
        tables=(FigureTable(name("agents"), tuple(map(name, _COLUMNS)),
                            (("Anna Korhonen", "64", "61", "12", "58 min", "1 d 3 h", "97 %", "72"),
                             ("Bo Lund", "58", "55", "15", "1 h 31 min", "1 d 7 h", "91 %", "68"))),),
    )  # fmt: skip
