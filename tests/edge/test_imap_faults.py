"""Faults a good IMAP server does not commit, told by a scripted one: the reader loses no mail and believes no lie."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import trustme
from edge.imap_script import Hangup, Story, Talk, for_body, hang_up, refuse, times

from mailgate.edge.imap.box import AccessToken, Password, ReaderState
from mailgate.errors import Permanent, Temporary
from mailgate.store.base import Cursor


def test_a_quiet_server_is_read_once(story: Story) -> None:
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.uids() == [3, 4, 9]
    assert story.envelopes[0].arrived_at == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert story.troubles() == []


@pytest.mark.parametrize("cut", [b"* 4 FETCH (UID 4 BODY[] {5000}\r\nSubject: half", b"* 4 FETCH (UID 4 BO"])
def test_i01_a_mail_cut_off_is_fetched_again(story: Story, cut: bytes) -> None:
    def half(talk: Talk, tag: str, rest: str) -> None:
        talk.client.sendall(cut)
        raise Hangup

    story.server.on["UID FETCH"] = for_body(4, half, 1)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert sorted(story.uids()) == [3, 4, 9]
    assert story.aside == []
    assert story.server.connections == 2


def test_i02_a_stalled_mail_times_out_and_is_fetched_again(story: Story) -> None:
    def stall(talk: Talk, tag: str, rest: str) -> None:
        talk.client.sendall(b"* 4 FETCH (UID 4 BODY[] {5000}\r\nSubject: half")
        talk.lines.readline()

    story.server.on["UID FETCH"] = for_body(4, stall, 1)
    story.read(timeout=0.3)
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.troubles()[0].kind == "network"
    assert sorted(story.uids()) == [3, 4, 9]


EMPTY: dict[str, Callable[[Talk, str, str], None]] = {
    "nothing": lambda talk, tag, rest: talk.say(f"{tag} OK done"),
    "nil": lambda talk, tag, rest: talk.say(f"* 4 FETCH (UID 4 BODY[] NIL)\r\n{tag} OK done"),
    "another uid": lambda talk, tag, rest: talk.say(f"* 4 FETCH (UID 5 BODY[] {{2}}\r\nhi)\r\n{tag} OK done"),
    "an empty text": lambda talk, tag, rest: talk.say(f'* 4 FETCH (UID 4 BODY[] "")\r\n{tag} OK done'),
    "flags only": lambda talk, tag, rest: talk.say(f"* 4 FETCH (UID 4 FLAGS (\\Seen))\r\n{tag} OK done"),
}


@pytest.mark.parametrize("what", EMPTY)
def test_i03_a_mail_that_does_not_come_is_tried_five_times_and_set_aside(story: Story, what: str) -> None:
    asked: list[int] = []

    def empty(talk: Talk, tag: str, rest: str) -> None:
        asked.append(1)
        EMPTY[what](talk, tag, rest)

    story.server.on["UID FETCH"] = for_body(4, empty)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert len(asked) == 5
    assert story.aside == [(4, "the server sends no text")]
    assert story.uids() == [3, 9]
    story.server.mails[10] = b"Subject: later\r\n\r\n"
    story.until(lambda: story.uids() == [3, 9, 10])


def test_i03_a_mail_that_comes_at_the_second_try_is_taken(story: Story) -> None:
    story.server.on["UID FETCH"] = for_body(4, EMPTY["nothing"], 1)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert sorted(story.uids()) == [3, 4, 9]
    assert story.aside == []


def test_i03_the_cursor_waits_for_a_mail_that_has_not_come(story: Story) -> None:
    story.server.on["UID FETCH"] = for_body(4, EMPTY["nothing"])
    seen: list[Cursor | None] = []
    story.unfetchable = lambda *place: seen.append(story.cursor)  # type: ignore[method-assign]
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert seen == [Cursor(7, 3)]


def test_i04_exchanges_substitute_is_no_mail(story: Story) -> None:
    substitute = (
        b"From: Exchange\r\nSubject: x\r\n\r\nRetrieval using the IMAP4 protocol failed for the following message: 4"
    )
    honest = story.server.mails[4]
    story.server.mails[4] = substitute
    story.server.mails[9] = b"Received: from a by b\r\n" + substitute  # somebody asks us what that means
    story.read()
    story.until(lambda: len(story.mails) == 2)
    assert story.uids() == [3, 9]
    story.server.mails[4] = honest
    story.until(lambda: story.cursor == Cursor(7, 9) or bool(story.aside))
    assert story.aside == [] or story.aside[0][0] == 4


@pytest.mark.parametrize(
    ("verb", "script", "kind"),
    [
        ("AUTHENTICATE", refuse("[AUTHENTICATIONFAILED] wrong"), "login"),
        ("AUTHENTICATE", refuse("[UNAVAILABLE] later"), "busy"),
        ("AUTHENTICATE", refuse("Too many simultaneous connections."), "busy"),
        ("AUTHENTICATE", lambda talk, tag, rest: talk.say("* BYE session expired"), "network"),
        ("UID SEARCH", lambda talk, tag, rest: talk.say("* BYE session expired"), "busy"),
        ("UID SEARCH", refuse("[UNAVAILABLE] later"), "busy"),
        ("UID SEARCH", lambda talk, tag, rest: talk.say(f"* SEARCH x y\r\n{tag} OK done"), "protocol"),
        ("UID SEARCH", lambda talk, tag, rest: talk.say(f"{tag} BAD what?"), "protocol"),
        ("EXAMINE", hang_up, "protocol"),
    ],
)
def test_i09_troubles_are_told_apart_and_survived(
    story: Story, verb: str, script: Callable[[Talk, str, str], None], kind: str
) -> None:
    def once_and_close(talk: Talk, tag: str, rest: str) -> None:
        script(talk, tag, rest)
        raise Hangup

    story.server.on[verb] = times(1, once_and_close)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert [report.kind for report in story.troubles()] == [kind]
    assert "secret" not in story.troubles()[0].error


def test_i09_busy_servers_never_pause_a_mailbox(story: Story) -> None:
    story.server.on["AUTHENTICATE"] = times(8, refuse("[UNAVAILABLE] later"))
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert ReaderState.PAUSED not in {report.state for report in story.reports}


def test_i09_an_expired_token_is_refused_five_times_then_it_pauses(story: Story) -> None:
    story.server.on["AUTHENTICATE"] = refuse("[AUTHENTICATIONFAILED] token expired")
    ends = datetime(2026, 11, 1, tzinfo=UTC)
    story.read(credentials=lambda: AccessToken("ya29.secret", ends))
    story.until(lambda: bool(story.reports) and story.reports[-1].state is ReaderState.PAUSED)
    assert len(story.reports) == 5
    assert "ya29" not in "".join(report.error for report in story.reports)
    assert [line for line in story.server.log if line.startswith("AUTHENTICATE")] == ["AUTHENTICATE XOAUTH2"] * 5


def test_i09_a_token_that_works_is_reported_with_its_end(story: Story) -> None:
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    story.read(credentials=lambda: AccessToken("t", ends))
    story.until(lambda: story.cursor == Cursor(7, 9) and story.reports[-1].state is ReaderState.IDLE)
    assert story.reports[-1].token_expires == ends


@pytest.mark.parametrize(("error", "kind"), [(Permanent("no refresh token"), "login"), (Temporary("later"), "store")])
def test_i09_credentials_that_cannot_be_had_are_trouble(story: Story, error: Exception, kind: str) -> None:
    def credentials() -> Password:
        raise error

    story.read(credentials=credentials)
    assert story.until_trouble().kind == kind


@pytest.mark.parametrize("tls", ["none", "starttls"])
def test_i11_preauth_is_refused(story: Story, tls: str) -> None:
    story.server.greeting = "* PREAUTH welcome back"
    story.read(tls=tls)
    assert "PREAUTH" in story.until_trouble().error
    assert not any(line.startswith(("AUTH", "LOGIN", "EXAMINE")) for line in story.server.log)


def test_i11_a_stripped_starttls_is_refused(story: Story) -> None:
    story.read(tls="starttls")
    assert "STARTTLS" in story.until_trouble().error
    assert not any(line.startswith(("AUTH", "LOGIN")) for line in story.server.log)


def test_i11_a_line_injected_before_the_handshake_is_refused(story: Story) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    story.server.tls = context
    story.server.capabilities += " STARTTLS"

    def inject(talk: Talk, tag: str, rest: str) -> None:
        talk.client.sendall(f"{tag} OK begin\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n".encode())
        talk.client = context.wrap_socket(talk.client, server_side=True)
        talk.lines = talk.client.makefile("rb")

    story.server.on["STARTTLS"] = times(1, inject)
    story.read(tls="starttls", ssl_context=trusting)
    assert "between STARTTLS" in story.until_trouble().error
    story.until(lambda: story.cursor == Cursor(7, 9))  # the honest second connection


def test_i13_mail_is_found_although_idle_never_tells(story: Story) -> None:
    story.read()
    story.until(lambda: "IDLE" in story.server.log)
    story.server.mails[12] = b"Subject: unheard\r\n\r\n"
    story.until(lambda: story.uids() == [3, 4, 9, 12])


def test_i13_news_told_while_we_looked_are_heard(story: Story) -> None:
    looks: list[str] = []

    def search(talk: Talk, tag: str, rest: str) -> None:
        if rest.endswith("10:*"):
            looks.append(rest)
        if len(looks) == 2:  # the look right before IDLE: the mail comes after the result, the news of it before the OK
            looks.append("")
            talk.say("* SEARCH")
            story.server.mails[10] = b"Subject: 10\r\n\r\nhello\r\n"
            talk.say(f"* 4 EXISTS\r\n{tag} OK done")
        else:
            talk.answer(tag, rest)

    story.server.on["UID SEARCH"] = search
    story.read(poll=300.0)
    story.until(lambda: story.cursor == Cursor(7, 10))
    assert story.uids() == [3, 4, 9, 10]
    assert story.server.connections == 1  # and not by the server's hanging up


def test_i13_news_in_the_packet_of_the_continuation_are_heard(story: Story) -> None:
    def at_once(talk: Talk, tag: str, rest: str) -> None:
        story.server.mails[12] = b"Subject: early\r\n\r\n"
        talk.say("+ idling\r\n* 4 EXISTS")
        talk.lines.readline()
        talk.say(f"{tag} OK done")

    story.server.on["IDLE"] = times(1, at_once)
    story.read(poll=500)
    story.until(lambda: story.uids() == [3, 4, 9, 12])


@pytest.mark.parametrize("how", ["closes", "says BYE"])
def test_i13_a_connection_that_dies_in_idle_is_noticed(story: Story, how: str) -> None:
    def die(talk: Talk, tag: str, rest: str) -> None:
        talk.say("+ idling")
        if how == "says BYE":
            time.sleep(0.05)
            talk.say("* BYE idle for too long")
        raise Hangup

    story.server.on["IDLE"] = times(1, die)
    story.read(poll=500)
    story.until(lambda: story.server.connections == 2 and story.reports[-1].state is ReaderState.IDLE)


def test_i14_an_announced_size_over_the_limit_is_not_fetched(story: Story) -> None:
    def large(talk: Talk, tag: str, rest: str) -> None:
        if "SIZE" in rest:
            talk.say('* 2 FETCH (UID 4 RFC822.SIZE 2147483648 INTERNALDATE "01-Nov-2026 10:00:00 +0200")')
            talk.fetched(3, False)
            talk.fetched(9, False)
            talk.say(f"{tag} OK done")
        else:
            talk.answer(tag, rest)

    story.server.on["UID FETCH"] = large
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.aside == [(4, "too_large")]
    assert not any("FETCH 4 (BODY" in line for line in story.server.log)


def test_i14_an_impossible_literal_is_set_aside_after_five_tries(story: Story) -> None:
    def huge(talk: Talk, tag: str, rest: str) -> None:
        talk.say("* 2 FETCH (UID 4 BODY[] {9999999999999999}")
        talk.lines.readline()

    story.server.on["UID FETCH"] = for_body(4, huge)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.aside == [(4, "the server announced an impossible size")]
    assert sorted(story.uids()) == [3, 9]


def test_i16_the_same_mail_in_two_folders_is_handed_in_from_both_places(story: Story) -> None:
    story.server.mails = {3: b"Subject: once\r\n\r\n"}
    story.read(folders=("INBOX", "Label"))
    story.until(lambda: len(story.mails) == 2)
    assert [envelope.folder for envelope in story.envelopes] == ["INBOX", "Label"]  # the store knows its bytes


def test_i17_mail_expunged_by_somebody_else_is_passed_over(story: Story) -> None:
    def expunged(talk: Talk, tag: str, rest: str) -> None:
        story.server.mails.pop(4, None)
        talk.answer(tag, rest)

    story.server.on["UID FETCH"] = expunged
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.uids() == [3, 9]
    assert story.aside == []
    assert story.troubles() == []


@pytest.mark.parametrize("refusal", ["[TRYCREATE] no such folder", "[OVERQUOTA] mailbox is full"])
def test_i18_mail_that_cannot_be_moved_stays_and_holds_nobody_up(story: Story, refusal: str) -> None:
    story.server.on["UID MOVE"] = times(3, refuse(refusal))
    story.read(done_folder="Done")
    trouble = story.until_trouble()
    assert trouble.kind == "folder"
    assert "Done" in trouble.error
    assert story.cursor in (None, Cursor(7, 2))
    story.server.mails[12] = b"Subject: next\r\n\r\n"
    story.until(lambda: story.cursor == Cursor(7, 12))
    assert story.uids() == [3, 4, 9, 12]
    assert sorted(set(story.server.moved)) == [3, 4, 9, 12]


def test_the_envelope_sender_is_the_return_path(story: Story) -> None:
    story.server.mails = {
        1: b"Return-Path: <bounce+1@b.example>\r\nSubject: a\r\n\r\n",
        2: b"return-path: <>\r\nSubject: b\r\n\r\n",
        3: b"Subject: c\r\n\r\nReturn-Path: <evil@b.example>\r\n",
    }
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 3))
    assert [envelope.sender for envelope in story.envelopes] == ["bounce+1@b.example", "", ""]


def test_a_rebuilt_folder_is_read_from_its_start(story: Story) -> None:
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    story.server.validity = 8
    story.server.mails = {1: b"Subject: new life\r\n\r\n"}
    story.until(lambda: story.cursor == Cursor(8, 1))
    assert story.uids() == [3, 4, 9, 1]


def test_s06_a_folder_that_gives_its_uids_anew_under_the_same_uidvalidity_is_read_from_its_start(story: Story) -> None:
    """S-06, a sibling: it was laid back while nobody looked, and only UIDNEXT tells."""
    story.server.uidnext = 10
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    story.server.mails = {1: b"Subject: new life\r\n\r\n"}
    story.server.uidnext = 2
    story.until(lambda: story.cursor == Cursor(7, 1))
    assert story.uids() == [3, 4, 9, 1]
