"""Logging in by mail: the same answer for every address, a letter only to who works here, a session for its reader."""

from __future__ import annotations

import logging
import secrets
from concurrent.futures import Future
from datetime import timedelta
from typing import Final

from mailgate.app.gateway import Gateway
from mailgate.app.window.desk import Answers, WindowDesk
from mailgate.core.commands import about_watching
from mailgate.core.commands.by_hand import BY_HAND
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.policy import Agent
from mailgate.core.pages import login as rules
from mailgate.core.pages.login import ByeAsked, ByePage, EnterAsked, EnterPage, LoginAsked, LoginPage
from mailgate.core.pages.window import Refusal
from mailgate.core.proof import login as proof
from mailgate.store.base import Tx

log = logging.getLogger(__name__)
KEPT: Final = timedelta(days=1)  # what was asked for
OCTETS: Final = 24  # of a secret


def login(desk: WindowDesk, asked: LoginAsked) -> LoginPage:
    """What the browser is known by; whether a letter leaves is decided behind its back, in the same time for all."""
    gateway, browser = desk.gateway, secrets.token_urlsafe(OCTETS)
    agent = gateway.in_force.policy.agent_at(asked.address.strip())
    gateway.store.write(lambda tx: _write(gateway, tx, agent, browser)).add_done_callback(
        lambda job: _done(gateway, job)
    )
    return LoginPage(browser, int(rules.LASTS.total_seconds()))


def _write(gateway: Gateway, tx: Tx, agent: Agent | None, browser: str) -> bool:
    now = gateway.clock()
    if agent is None or not gateway.in_force.policy.web.board:
        return False
    if not rules.may_leave(tx.sessions.asked_since(agent.name, now - rules.HOUR), now):
        return False
    tx.sessions.tidy(now, now - KEPT)
    letter = about_watching.way_in(gateway.in_force.policy, agent)
    decision = Decision(Fate.FILED, BY_HAND, letters=(letter,))
    applied = tx.apply(None, decision, now, gateway.ids, None, hold=gateway.in_force.snapshot.letters_wait)
    tx.sessions.asked(applied.letters[0], agent.name, proof.digest(browser), now)
    return True


def _done(gateway: Gateway, job: Future[bool]) -> None:
    if job.cancelled() or (error := job.exception()) is None:
        gateway.dispatcher.wake()
    else:
        log.error("a letter that logs in was not written", extra={"error": str(error)})


def enter(desk: WindowDesk, asked: EnterAsked) -> EnterPage | Refusal:
    """A session for whoever has the letter: by its link where it was asked for, else by its digits as well."""
    gateway, secret = desk.gateway, secrets.token_urlsafe(OCTETS)
    lasts = gateway.in_force.policy.web.session
    code = gateway.store.write(lambda tx: _enter(gateway, tx, asked, secret, lasts)).result()
    return Refusal(code) if code else EnterPage(secret, int(lasts.total_seconds()))


def _enter(gateway: Gateway, tx: Tx, asked: EnterAsked, secret: str, lasts: timedelta) -> str:
    """Begin it and spend the letter; the code of the refusal where it is none."""
    policy, now = gateway.in_force.policy, gateway.clock()
    browser = proof.digest(asked.browser)
    signed = proof.read(asked.link, policy.keys)
    found = tx.sessions.login_of_token(signed.letter) if signed else None
    if not asked.link:
        found = tx.sessions.login_of_browser(browser)
    agent = policy.agent(found.agent) if found else None
    if agent is None or not agent.active or not policy.web.board:
        found = None
    code = rules.refused(
        found,
        by_link=signed is not None,
        browser=browser,
        digits=asked.digits,
        true_digits=proof.digits(found.message_id, policy.keys) if found else "",
        now=now,
    )
    if found and code == "login_wrong":
        tx.sessions.tried(found.letter)
    if found and not code:
        tx.sessions.spend(found.letter, now)
        tx.sessions.begin(proof.digest(secret), found.agent, now, now + lasts)
    return code


def bye(desk: WindowDesk, asked: ByeAsked) -> ByePage:
    """The session is over."""
    desk.gateway.store.write(lambda tx: tx.sessions.end(proof.digest(asked.session))).result()
    return ByePage()


ANSWERS: Final[Answers] = {"login": login, "enter": enter, "bye": bye}
