"""Links within a letter's words: which letters have them, and what each asks for."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from cases import ANNA, POLICY, letter, ticket

from mailgate.core.letters.links import LetterSigned
from mailgate.core.model.canned import ArticleDrafted, Drafted
from mailgate.core.model.content import Ack, ArticleSent, Content, Notice, Taken
from mailgate.core.model.shown import ArticleLink, SolvedBefore
from mailgate.core.proof import one_tap

TO_AGENT, TO_CUSTOMER = letter(1042, ANNA, "note").message_id, letter(1042, purpose="ack").message_id
LONG = "x" * (one_tap.LONGEST + 1)

# what it says, whose letter, and what the link's mail says ("" where there is none)
LINKS = [
    (Ack(articles=(ArticleLink("Fuses", "", "fuse"),)), TO_CUSTOMER, "[#1042] Fuses"),
    (ArticleSent(name="fuse", title="Fuses"), TO_CUSTOMER, "[#1042] Fuses"),
    (Notice(solved_before=(SolvedBefore(812),)), TO_AGENT, "[#1042] #draft #812"),
    (Drafted(text="Dear ⟦Maija⟧"), TO_AGENT, "Dear ⟦Maija⟧"),
    (Drafted(text=LONG), TO_AGENT, ""),
    (
        ArticleDrafted(name="bulb", title="Bulbs", text="Turn it."),
        TO_AGENT,
        "#article bulb\r\n\r\nBulbs\r\n\r\nTurn it.",
    ),
    (ArticleDrafted(name="bulb", by="Bo"), TO_AGENT, "[#1042] #publish bulb"),
    (ArticleSent(name="fuse", title="Fuses"), TO_AGENT, ""),
    (ArticleSent(name="fuse", title="Fuses"), "<x@y>", ""),
]


def href(content: Content) -> str:
    parts = (*getattr(content, "articles", ()), *getattr(content, "solved_before", ()), content)
    return next(one.href for one in parts if hasattr(one, "href"))


@pytest.mark.parametrize(("content", "message_id", "says"), LINKS)
def test_a_link_writes_one_mail(content: Content, message_id: str, says: str) -> None:
    found = href(LetterSigned(message_id, ticket(), "support@acme.example", POLICY).linked(content))
    assert says in unquote(found) and bool(found) is bool(says)
    assert not found or ("mg:" in unquote(found)) is (message_id != "<x@y>")


def test_other_letters_stay_as_they_are() -> None:
    signed = LetterSigned(TO_AGENT, ticket(), "support@acme.example", POLICY)
    assert signed.linked(Notice(text="lamp")) == Notice(text="lamp") and signed.linked(Taken()) == Taken()
