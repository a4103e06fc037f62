"""Logging in by mail: when a letter leaves, and what its link and digits are good for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.model.outbound import Audience, Purpose
from mailgate.core.model.policy import Key
from mailgate.core.pages import login
from mailgate.core.pages.login import LoginAsk, Session
from mailgate.core.proof import login as proof
from mailgate.core.proof import page, token
from mailgate.core.proof.token import Carrier, Token

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BROWSER = "b" * 64
KEYS = (Key("k2", b"2" * 32), Key("k1", b"1" * 32))


def ask(
    minutes: float = 1, tries: int = 0, browser: str = BROWSER, *, spent: bool = False, ended: bool = False
) -> LoginAsk:
    return LoginAsk(1, "<id>", "anna", browser, NOW - minutes * MINUTE, tries, spent, ended)


@pytest.mark.parametrize(("minutes", "leaves"), [
    ((), True), ((0.9,), False), ((1,), True), ((59, 30), True), ((59, 30, 2), False),
])  # fmt: skip
def test_w17_three_letters_an_hour_and_one_a_minute(minutes: tuple[float, ...], leaves: bool) -> None:
    assert login.may_leave([NOW - one * MINUTE for one in minutes], NOW) is leaves


@pytest.mark.parametrize(("asked", "by_link", "browser", "digits", "code"), [
    (ask(), True, BROWSER, "", ""),  # the link where it was asked for
    (ask(), True, "", "", "login_digits"),  # W-18: a scanner has the link, and nothing else
    (ask(), True, "c" * 64, "", "login_digits"),  # W-19: another browser
    (ask(), True, "", "123456", ""),
    (ask(), True, "", " 123 456 ", ""),
    (ask(), True, BROWSER, "999999", "login_wrong"),  # who types them means them
    (ask(), True, "", "999999", "login_wrong"),
    (ask(), True, "", "１２３４５６", "login_wrong"),
    (ask(), False, BROWSER, "123456", ""),
    (ask(), False, "", "123456", "login_wrong"),  # digits alone, from anywhere
    (ask(browser=""), False, "", "123456", "login_wrong"),
    (ask(browser=""), True, "", "", "login_digits"),  # `#board`: no browser asked
    (ask(15), True, BROWSER, "", ""),
    (ask(15.1), True, BROWSER, "", "login_old"),
    (ask(tries=4), True, BROWSER, "123456", ""),
    (ask(tries=5), True, BROWSER, "123456", "login_old"),
    (ask(spent=True), True, BROWSER, "123456", "login_used"),
    (ask(ended=True), True, BROWSER, "123456", "login_none"),
    (None, True, BROWSER, "123456", "login_none"),
])  # fmt: skip
def test_what_logs_in(asked: LoginAsk | None, by_link: bool, browser: str, digits: str, code: str) -> None:
    assert login.refused(asked, by_link=by_link, browser=browser, digits=digits, true_digits="123456", now=NOW) == code


@pytest.mark.parametrize(("session", "stands"), [
    (None, False),
    (Session("anna", NOW, NOW + MINUTE), True),
    (Session("anna", NOW - MINUTE, NOW), False),
])  # fmt: skip
def test_w20_a_session_ends(session: Session | None, stands: bool) -> None:
    assert login.stands(session, NOW) is stands


def letter(audience: Audience = Audience.AGENT, nonce: str = "abcdefgh") -> str:
    signed = token.mint(KEYS[0], Token(None, audience, 3, Purpose.QUESTION, nonce), Carrier.ID)
    return token.message_id(signed, "acme.example")


def test_link_and_digits_are_made_of_the_letter_and_of_nothing_else() -> None:
    link, digits = proof.written(letter(), KEYS), proof.digits(letter(), KEYS)
    found = proof.read(link, KEYS)
    assert found is not None and (found.agent, found.letter) == (3, "0.a3q.abcdefgh")
    assert len(digits) == proof.DIGITS and digits.isdigit() and digits != proof.digits(letter(nonce="abcdefga"), KEYS)
    assert (proof.written(letter(Audience.CUSTOMER), KEYS), proof.digits(letter(Audience.CUSTOMER), KEYS)) == ("", "")
    assert (proof.written("<x@y>", KEYS), proof.digits("<x@y>", KEYS)) == ("", "")


def test_w04_the_link_is_none_of_a_letters_other_tokens_nor_a_customers_page() -> None:
    link, identifier = proof.written(letter(), KEYS), letter()[4:].partition("@")[0]
    assert token.read(identifier, KEYS, Carrier.ID) is not None
    assert proof.read(identifier, KEYS) is None and token.read(link, KEYS, Carrier.ID) is None
    assert page.read(link, KEYS) is None
    assert proof.read(link[:-1] + ("a" if link[-1] != "a" else "b"), KEYS) is None
    assert proof.read(link, KEYS[1:]) is None, "its key has retired"


def test_a_secret_is_kept_as_its_digest() -> None:
    assert proof.digest("") == "" and len(proof.digest("x")) == 64 and proof.digest("x") != proof.digest("y")
