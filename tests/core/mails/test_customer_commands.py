"""What a customer's mail asks beside its words: which orders and votes count, what is kept, and who hears (beside `test_asked`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from cases import (
    ANNA,
    MAIJA,
    NOW,
    PASS,
    POLICY,
    STRANGER,
    VALDIS,
    D,
    case,
    issued,
    letter,
    mail,
    ticket,
    written,
)

from mailgate.core.mails import customer_commands
from mailgate.core.mails.customer_commands import Asked
from mailgate.core.model.canned import Article
from mailgate.core.model.change import SetStatus, Vote
from mailgate.core.model.content import Ack, Answer, ArticleSent, Solved, StatusReport
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import Attachment, AuthResults, Envelope, InboundMail
from mailgate.core.model.ticket import Status, Ticket
from mailgate.core.proof import authority, one_tap, token

SOLVED = letter(purpose="stage", content=Solved(survey="scale"))
PLAIN = letter(content=Answer())
SURVEY = letter(content=Answer(survey="scale"))
BY_ID = {"in_reply_to": (issued(),)}
VOTING: dict[str, Any] = {"in_reply_to": (SOLVED.message_id,)}
DENIED = AuthResults("mx.acme.example", (("dmarc", "fail", "customer.example"),))
FILE = Attachment("lamp.jpg", "image/jpeg", 10, "d", "2")
TWO = ticket(participants=(MAIJA, VALDIS))


def asked(
    inbound: InboundMail, about: Ticket | None = None, letters: Any = (SOLVED, PLAIN), **known: Any
) -> Asked | None:
    about = about or ticket()
    return customer_commands.asked(case(inbound, about, letters=letters, **known), about)


# what is decided, the mail, the ticket, what else is known, and the orders that count
ORDERS: list[tuple[str, InboundMail, Ticket, dict[str, Any], tuple[str, ...]]] = [
    ("words", mail("Please close it.", **BY_ID), ticket(), {}, ()),
    ("an order alone", mail("#close", **BY_ID), ticket(), {}, ("close",)),
    ("two, in their order", mail("#status\n#close", **BY_ID), ticket(), {}, ("status", "close")),
    ("a word that only looks like one", mail("close", **BY_ID), ticket(), {}, ()),
    ("a mail nobody signed", mail("#close", author=None, envelope=Envelope("", ()), auth=(PASS,), **BY_ID), ticket(), {}, ()),
    ("in the subject", mail("", subject="Re: [#1042] #close", **BY_ID), ticket(), {}, ("close",)),
    ("an agents' order is words", mail("#take", **BY_ID), ticket(), {}, ()),
    ("in Swedish, in the subject too", mail("Tack!\n#stäng", subject="Sv: Lamp #stäng", **BY_ID), ticket(), {}, ("close",)),
    ("a hash in the words", mail("Our order #4711", **BY_ID), ticket(), {}, ()),
    ("by the number alone", mail("#close", subject="[#1042]"), ticket(), {}, ()),
    ("by a border's word", mail("#close", subject="[#1042]", auth=(PASS,)), ticket(), {}, ("close",)),
    ("though a border denies it", mail("#close", auth=(DENIED,), **BY_ID), ticket(), {}, ()),
    ("by a program", mail("#close", headers=(("auto-submitted", "auto-replied"),), **BY_ID), ticket(), {}, ()),
    ("by somebody who takes no part", mail("#close", by=STRANGER, **BY_ID), ticket(), {}, ()),
    ("by an id from before somebody left", mail("#close", **BY_ID), ticket(), {"left_at": {1042: NOW}}, ()),
    ("by a letter that nobody wrote", mail("#close", **BY_ID), ticket(), {"letters": ()}, ()),
    ("by an id that stands in the references", mail("#close", references=(issued(),)), ticket(), {}, ("close",)),
    ("by a mark that anybody can quote", mail(f"#close\n\nmg:{written()}", fresh="#close", subject="[#1042]"), ticket(), {}, ()),
    ("the echo of an earlier subject", mail("", subject="Re: Lamp #close", **BY_ID), ticket(),
     {"ticket_subjects": {1042: ("Lamp #close",)}}, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "about", "known", "orders"), [row[1:] for row in ORDERS], ids=[row[0] for row in ORDERS]
)
def test_which_orders_of_a_customer_count(
    inbound: InboundMail, about: Ticket, known: dict[str, Any], orders: tuple[str, ...]
) -> None:
    found = asked(inbound, about, **known)
    assert (found.orders if found else ()) == orders
    assert found is None or (found.reason == f"#{orders[0]}" and set(found.in_subject) >= {f"#{one}" for one in orders})


# --- articles ---------------------------------------------------------------------------------------------------------

FUSE = Article("fuse", "Changing the fuse", "en", "Unplug the lamp.", "https://acme.example/fuse")
KNOWING = replace(POLICY, articles=(FUSE,))
SUGGESTING = letter(purpose="ack", content=Ack(writer=MAIJA.key))


def tapped(about: str = token.ARTICLE, name: str = "fuse", words: str = "", **parts: Any) -> InboundMail:
    """The mail that a customer's link writes, sent as it is or with words above the token."""
    home = POLICY.departments[0].from_.addr
    link = one_tap.article_link(SUGGESTING.message_id, ticket(), about, name, FUSE.title, home, KNOWING)
    body = unquote(link.partition("body=")[2])
    return mail(f"{words}{body}", fresh=words, **{"subject": f"[#1042] {FUSE.title}", **parts})


# what is decided, the mail, the ticket, what else is known; the letter, the statuses, and whether agents hear of it
TAPS: list[tuple[str, InboundMail, Ticket, dict[str, Any], str | None, list[Status], bool]] = [
    ("it comes at once, and disturbs nobody", tapped(), ticket(), {}, "article", [], False),
    ("with words, which are an answer", tapped(words="Is it the same for A-17?"), ticket(), {}, "article", [], True),
    ("with thanks", tapped(words="Thank you!"), ticket(), {}, "article", [], False),
    ("to somebody who takes part", tapped(by=VALDIS), TWO, {}, "article", [], False),
    ("within the limits of acknowledgements", tapped(), ticket(), {"acks_sender_hour": 100}, "", [], False),
    ("it solved the matter", tapped(token.HELPED), ticket(owner="bo"), {}, "status", [Status.SOLVED], True),
    ("it solved another's matter", tapped(token.HELPED, by=VALDIS), TWO, {}, "status", [], True),
    ("it is solved already", tapped(token.HELPED), ticket(status=Status.SOLVED), {}, "status", [], True),
    ("a program", tapped(headers=(("auto-submitted", "auto-replied"),)), ticket(), {}, None, [], False),
    ("from before somebody left", tapped(), ticket(), {"left_at": {1042: NOW}}, None, [], False),
    ("an article that is gone", tapped(name="bulb"), ticket(), {}, None, [], False),
    ("a letter that nobody wrote", tapped(), ticket(), {"letters": ()}, None, [], False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "about", "known", "letter_", "statuses", "aloud"), [r[1:] for r in TAPS], ids=[r[0] for r in TAPS]
)
def test_a_tap_on_an_article_brings_it_or_solves_the_matter(
    inbound: InboundMail, about: Ticket, known: dict[str, Any], letter_: str | None, statuses: list[Status], aloud: bool
) -> None:
    found = asked(inbound, about, **{"letters": (SUGGESTING,), "policy": KNOWING, **known})
    if letter_ is None:
        assert found is None
        return
    assert found is not None and [one.template for one in found.letters] == ([letter_] if letter_ else [])
    assert [one.status for one in found.changes if isinstance(one, SetStatus)] == statuses
    assert all(one.why == "article" for one in found.changes if isinstance(one, SetStatus))
    assert found.aloud is aloud
    assert set(found.in_subject) == {"changing", "the", "fuse"}, "its title is no new one of the ticket"


def test_a_link_in_the_hands_of_somebody_else_is_about_no_ticket() -> None:
    assert case(tapped(by=STRANGER), ticket(), letters=(SUGGESTING,), policy=KNOWING).match.ticket is None
    assert case(tapped(subject="x"), ticket(), letters=(SUGGESTING,), policy=KNOWING).match.ticket == ticket()


def test_an_article_goes_out_once_a_ticket_whole() -> None:
    (sent,) = (asked(tapped(), letters=(SUGGESTING,), policy=KNOWING) or Asked("", "")).letters
    assert sent.dedupe == "article:1042:fuse" and sent.to == (MAIJA,)
    assert sent.content == ArticleSent(name="fuse", title=FUSE.title, text=FUSE.whole)


def test_a_link_is_good_for_its_own_article_and_act() -> None:
    asks, helped = tapped(), tapped(token.HELPED)
    found = [authority.carried_tokens(one, KNOWING) for one in (asks, helped)]
    assert [[one.about for one in each] for each in found] == [["article fuse"], ["helped fuse"]]
    assert not authority.carried_tokens(asks, replace(POLICY, articles=(replace(FUSE, name="bulb"),)))


# --- what orders do ---------------------------------------------------------------------------------------------------

# what is decided, who writes what, the ticket, the new status, the words that count as an answer, and the refusal's begin
DONE: list[tuple[str, InboundMail, Ticket, list[Status], str, bool]] = [
    ("close", mail("#close", **BY_ID), ticket(), [Status.SOLVED], "", False),
    ("close what is closed", mail("#close", **BY_ID), ticket(status=Status.SOLVED), [], "", False),
    ("close and reopen", mail("#close\n#reopen", **BY_ID), ticket(owner="bo"), [Status.SOLVED, Status.OPEN], "", False),
    ("words beside a close are none", mail("It works.\n\n#close", **BY_ID), ticket(), [Status.SOLVED], "", False),
    ("words beside a question are an answer", mail("It works not.\n\n#status", **BY_ID), ticket(), [], "It works not.\n", False),
    ("thanks beside a question are none", mail("Thank you!\n\n#status", **BY_ID), ticket(), [], "", False),
    ("a signature beside it is none", mail("#status\n\nSent from my iPhone", **BY_ID), ticket(), [], "", False),
    ("it is written with a stop", mail("#status!\n\nbye Maija now", **BY_ID), ticket(), [], "\nbye Maija now", False),
    ("words beside two orders, one of which moves it", mail("#close\n#status\n\nIt works.", **BY_ID), ticket(), [Status.SOLVED], "", False),
    ("another's ticket", mail("#close", by=VALDIS, **BY_ID), TWO, [], "", True),
    ("too long ago", mail("#reopen", **BY_ID), ticket(status=Status.SOLVED, solved_at=NOW - 15 * D), [], "", True),
    ("just in time", mail("#reopen", **BY_ID), ticket(status=Status.SOLVED, solved_at=NOW - 14 * D), [Status.NEW], "", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "about", "statuses", "beside", "refused"), [row[1:] for row in DONE], ids=[row[0] for row in DONE]
)
def test_what_an_order_of_a_customer_does(
    inbound: InboundMail, about: Ticket, statuses: list[Status], beside: str, refused: bool
) -> None:
    found = asked(inbound, about)
    assert found is not None
    assert [one.status for one in found.changes if isinstance(one, SetStatus)] == statuses
    assert found.beside.strip("\n") == beside.strip("\n")
    (report,) = found.letters
    assert (report.template, bool(report.content.refused), report.content.show_subject) == ("status", refused, True)
    assert found.text == inbound.fresh.strip()


@pytest.mark.parametrize(("text", "parts", "aloud"), [
    ("#status", {}, False), ("#status\n\nSent from my iPhone", {}, False), ("Thank you!\n\n#status", {}, False),
    ("It works not.\n\n#status", {}, True), ("#status", {"attachments": (FILE,)}, True), ("#status\n#close", {}, True),
    ("#close", {}, True), ("#reopen", {}, True),
])  # fmt: skip
def test_d09_who_only_asks_where_it_stands_disturbs_no_agent(text: str, parts: dict[str, Any], aloud: bool) -> None:
    found = asked(mail(text, **parts, **BY_ID))
    assert found is not None and found.aloud is aloud


OLD = Envelope(MAIJA.addr, ("support@acme.example",), arrived_at=NOW - 2 * D)
LIMITS = POLICY.limits


@pytest.mark.parametrize(("parts", "known", "reports"), [
    ({}, {}, 1),
    ({}, {"acks_sender_hour": LIMITS.acks_per_sender_hour - 1, "acks_sender_day": LIMITS.acks_per_sender_day - 1}, 1),
    ({}, {"acks_sender_hour": LIMITS.acks_per_sender_hour}, 0),
    ({}, {"acks_sender_day": LIMITS.acks_per_sender_day}, 0),
    ({"envelope": OLD}, {}, 0),
])  # fmt: skip
def test_where_it_stands_is_answered_as_often_as_mails_are_acknowledged(
    parts: dict[str, Any], known: dict[str, Any], reports: int
) -> None:
    found = asked(mail("#close", **parts, **BY_ID), **known)
    assert found is not None and found.changes
    assert len(found.letters) == reports


SCALE = f"\n\nmg:{written(purpose='stage', by='vote')}"
# what is decided, the mail, the letters that are known, the score and the comment (None: no vote), and what is kept
VOTES: list[tuple[str, InboundMail, tuple[SentLetter, ...], tuple[int, str] | None, str]] = [
    ("a number is kept by the survey alone", mail("9", **VOTING), (SOLVED,), (9, ""), ""),
    ("with a file it is an entry too", mail("9", attachments=(FILE,), **VOTING), (SOLVED,), (9, ""), "9/10"),
    ("with words it is one", mail("9/10 well done\n\nAnd quick!", **VOTING), (SOLVED,), (9, "well done\nAnd quick!"), "9/10: well done\nAnd quick!"),
    ("a tap alone", mail("8" + SCALE, fresh="8", subject="[#1042] 8"), (SOLVED,), (8, ""), ""),
    ("a tap with other words above", mail("Fine, I think.\n8" + SCALE, fresh="Fine, I think.\n8", subject="[#1042] 8"), (SOLVED,),
     (8, "Fine, I think."), "8/10: Fine, I think."),
    ("a tap with nothing but its subject", mail(SCALE, fresh="", subject="[#1042] 10"), (SOLVED,), (10, ""), ""),
    ("a subject's number above ten", mail(SCALE, fresh="", subject="[#1042] 11"), (SOLVED,), None, ""),
    ("a subject's number without its token", mail("", subject="Re: lamp 9", **VOTING), (SOLVED,), None, ""),
    ("a date", mail("3.5. it broke again", **VOTING), (SOLVED,), None, ""),
    ("a room", mail("7/3 is the room", **VOTING), (SOLVED,), None, ""),
    ("the letter that asked is of another ticket", mail("9", in_reply_to=(issued(7, purpose="stage"),), subject="[#1042]"),
     (letter(7, purpose="stage", content=Solved(survey="scale")),), None, ""),
    ("an answer that asked", mail("9", in_reply_to=(SURVEY.message_id,)), (SURVEY,), (9, ""), ""),
    ("an order's letter asks no vote", mail("9", **BY_ID), (letter(content=StatusReport()),), None, ""),
    ("a number of something, as people write it", mail("2 lamps", **VOTING), (SOLVED,), None, ""),
    ("the letter asked nothing", mail("9", **BY_ID), (PLAIN,), None, ""),
    ("one of two letters asked", mail("9", in_reply_to=(issued(),), references=(SOLVED.message_id,)), (PLAIN, SOLVED), (9, ""), ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "letters", "vote", "kept"), [row[1:] for row in VOTES], ids=[row[0] for row in VOTES]
)
def test_what_counts_as_a_vote_and_what_is_kept_of_it(
    inbound: InboundMail, letters: tuple[SentLetter, ...], vote: tuple[int, str] | None, kept: str
) -> None:
    found = asked(inbound, letters=letters)
    if vote is None:
        assert found is None or not found.effects
        return
    assert found is not None and found.effects == (Vote(1042, *vote),)
    assert (found.text, found.reason, found.in_subject) == (kept, "vote", (str(vote[0]),))


@pytest.mark.parametrize(("text", "led", "told", "aloud"), [
    ("6", True, ["anna"], False), ("7", True, [], False), ("0/10 never again", True, ["anna"], False), ("6", False, [], False),
    ("7/10 a bit slow", True, [], True), ("8/10", True, [], False), ("9 thanks", True, [], False), ("6/10 a bit slow", False, [], True),
])  # fmt: skip
def test_a_low_vote_reaches_the_lead_and_words_reach_somebody(
    text: str, led: bool, told: list[str], aloud: bool
) -> None:
    crew = POLICY.agents if led else tuple(one for one in POLICY.agents if one.name != ANNA.name)
    found = asked(mail(text, **VOTING), policy=replace(POLICY, agents=crew))
    assert found is not None
    assert [one.agent for one in found.letters if one.template == "notice"] == told
    assert found.aloud is aloud


def test_thanks_for_a_vote_go_out_once_a_day_and_not_for_old_mail() -> None:
    found, old = asked(mail("9", **VOTING)), asked(mail("9", envelope=OLD, **VOTING))
    assert found is not None and old is not None
    assert [(one.dedupe, one.to) for one in found.letters] == [("vote:1042:2026-03-04", (MAIJA,))]
    assert old.letters == () and old.effects


@pytest.mark.parametrize(
    ("status", "beside"), [(Status.WAITING, "It broke again."), (Status.HOLD, "It broke again."), (Status.SOLVED, "")]
)
def test_words_beside_an_order_that_moves_nothing_are_a_reply(status: Status, beside: str) -> None:
    """A ticket that waited for its customer went on waiting, and was solved as unanswered, when they began with `#reopen`."""
    about = ticket(status=status, owner="anna", solved_at=NOW - D if status is Status.SOLVED else None)
    found = asked(mail("#reopen\n\nIt broke again.", **BY_ID), about)
    assert found is not None and found.beside.strip() == beside
