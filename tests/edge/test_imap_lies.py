"""An IMAP server that lies or breaks, at every step: no mail lost, none twice, no busy loop, and it says what is wrong."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from collections.abc import Callable

import pytest
from edge.imap_script import Hangup, Story, Talk, for_body, hang_up, refuse, times

from mailgate.core.model.mail import Envelope
from mailgate.edge.imap import folder
from mailgate.edge.imap.box import ReaderReport, ReaderState
from mailgate.edge.imap.reader import RetryPace
from mailgate.errors import OutOfSpace
from mailgate.store.base import Cursor, Kept

Script = Callable[[Talk, str, str], None]

SLOW = RetryPace(first=300.0)  # whoever waits at all does not come back within a test: what spins all the same shows


def later(story: Story, uid: int = 12) -> None:
    story.server.mails[uid] = b"Subject: later\r\n\r\n"


def said(story: Story) -> ReaderReport:
    return story.reports[-1] if story.reports else ReaderReport(ReaderState.READING)


def pour(talk: Talk, line: bytes) -> None:
    """Say it again and again until they hang up."""
    while True:
        talk.client.sendall(line * 500)


def dribble(talk: Talk, line: bytes = b"* OK still here\r\n") -> None:
    """Say a little, for ever."""
    while True:
        talk.client.sendall(line)
        if talk.server.ended.wait(0.05):
            raise Hangup


# --- IDLE -------------------------------------------------------------------------------------------------------------


def idle_says(*lines: str, ends: bool = False, done: bool = True) -> Script:
    def play(talk: Talk, tag: str, rest: str) -> None:
        talk.say("+ idling")
        for line in lines:
            talk.say(line)
        if ends:
            talk.say(f"{tag} OK that is all")
            return
        talk.lines.readline()
        if done:
            talk.say(f"{tag} OK done")

    return play


def idle_pours(talk: Talk, tag: str, rest: str) -> None:
    talk.say("+ idling")
    pour(talk, b"* OK still here\r\n")


IDLES: dict[str, Script] = {
    "is silent": idle_says(),
    "talks without end": idle_pours,
    "tells of mail that is not there": idle_says("* 99 EXISTS"),
    "takes mail away that is not there": idle_says("* 77 EXPUNGE", "* VANISHED 1:99"),
    "ends by itself": idle_says(ends=True),
    "ends by itself with a refusal": lambda talk, tag, rest: talk.say(f"+ idling\r\n{tag} NO not now"),
    "is refused": refuse("not now"),
    "is bad": lambda talk, tag, rest: talk.say(f"{tag} BAD what?"),
    "is done at once": lambda talk, tag, rest: talk.say(f"{tag} OK done"),
    "never begins": lambda talk, tag, rest: talk.server.ended.wait(100) and None,
    "never ends": idle_says("* 99 EXISTS", done=False),
    "answers another command": idle_says("XX1 OK done"),
    "is no IMAP": idle_says("220 mx.example ESMTP"),
    "says a NUL": idle_says("\0\0\0"),
    "tells an impossible number": idle_says(f"* {'9' * 400} EXISTS"),
}


@pytest.mark.parametrize("how", IDLES)
def test_mail_is_found_whatever_idle_does(story: Story, how: str) -> None:
    story.server.on["IDLE"] = IDLES[how]
    story.read(timeout=0.4)
    story.until(lambda: story.asked("IDLE") > 0)
    later(story)
    story.until(lambda: story.cursor == Cursor(7, 12))
    story.until(lambda: story.reports[-1].state is ReaderState.IDLE)
    assert story.uids() == [3, 4, 9, 12]


@pytest.mark.parametrize("how", sorted(set(IDLES) - {"is silent", "never begins"}))
def test_an_idle_that_does_not_work_makes_nobody_spin(story: Story, how: str) -> None:
    story.server.on["IDLE"] = IDLES[how]
    story.read(pace=SLOW, poll=300.0, timeout=0.4)
    story.until(lambda: story.asked("IDLE") > 0)
    time.sleep(0.8)
    assert story.asked("IDLE") <= 5
    assert len(story.server.log) < 50


def test_an_idle_that_keeps_failing_is_said_and_asked_no_more(story: Story) -> None:
    story.server.on["IDLE"] = IDLES["is refused"]
    story.read(poll=0.02)
    story.until(lambda: bool(story.reports) and "IDLE does not work" in story.reports[-1].error)
    assert story.reports[-1].state is ReaderState.IDLE
    asked = story.asked("IDLE")
    searches = story.asked("UID SEARCH")
    story.until(lambda: story.asked("UID SEARCH") > searches + 5)
    assert story.asked("IDLE") == asked


def test_a_stop_is_heard_while_the_server_talks_without_end(story: Story) -> None:
    def talk_slowly(talk: Talk, tag: str, rest: str) -> None:
        talk.say("+ idling")
        dribble(talk)

    story.server.on["IDLE"] = talk_slowly
    reader = story.read(poll=300.0)
    story.until(lambda: story.asked("IDLE") > 0)
    reader.stop()
    reader.join(0.1)
    reader.abort()
    assert reader.join(100)


# --- answers without end ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_an_answer_without_end_is_cut_off(story: Story, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.edge.imap.talk._Metered.begin.__defaults__", (200_000, 5_000))
    story.server.on[verb] = times(1, lambda talk, tag, rest: pour(talk, b"* 4 FETCH (UID 4 FLAGS (\\Seen))\r\n"))
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert "talks without end" in story.troubles()[0].error
    assert sorted(story.uids()) == [3, 4, 9]


@pytest.mark.parametrize("what", [b"* OK still here\r\n", b"*"])
def test_an_answer_that_never_comes_to_its_end_is_given_up(story: Story, what: bytes) -> None:
    story.server.on["UID SEARCH"] = lambda talk, tag, rest: dribble(talk, what)
    story.read(timeout=0.3)
    story.until(lambda: any("never ends its answer" in trouble.error for trouble in story.troubles()))
    del story.server.on["UID SEARCH"]
    story.until(lambda: story.cursor == Cursor(7, 9))


@pytest.mark.parametrize("size", [10 * 2**30, 2**63, 10**400])
@pytest.mark.parametrize("sent", ["nothing", "something", "all of it"])
def test_a_huge_literal_takes_no_memory_and_ends_with_its_mail_set_aside(story: Story, size: int, sent: str) -> None:
    poured = [0]

    def huge(talk: Talk, tag: str, rest: str) -> None:
        talk.client.sendall(b"* 2 FETCH (UID 4 BODY[] {%d}\r\n" % size)
        if sent == "something":
            talk.client.sendall(b"Subject: big\r\n\r\n")
        while sent == "all of it":
            talk.client.sendall(b"x" * 65_536)
            poured[0] += 65_536
        talk.lines.readline()

    story.server.on["UID FETCH"] = for_body(4, huge)
    story.read(max_size=1_000_000)
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.aside == [(4, "the server announced an impossible size")]
    assert sorted(story.uids()) == [3, 9]
    assert poured[0] < 5 * 20_000_000  # what the kernel's buffers took; five times


def test_a_literal_where_no_mail_was_asked_for_is_not_read(story: Story) -> None:
    story.server.on["UID SEARCH"] = times(1, lambda talk, tag, rest: talk.say("* SEARCH {50000000}"))
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert "impossible size" in story.troubles()[0].error


def test_a_folder_of_two_hundred_thousand_mails_can_be_listed(story: Story) -> None:
    """Its list is one line of 1.6 MB; the library stops at one."""
    many = b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1_000_000, 1_200_000))

    def search(talk: Talk, tag: str, rest: str) -> None:
        talk.say(many + b"\r\n" + tag.encode() + b" OK done")

    story.server.on["UID SEARCH"] = times(1, search)
    story.server.mails = {1_000_000 + at: b"Subject: %d\r\n\r\n" % at for at in range(3)}
    story.read()
    story.until(lambda: len(story.mails) >= 3)
    assert story.uids()[:3] == [1_000_000, 1_000_001, 1_000_002]
    assert story.troubles() == []


# --- numbers that lie -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["another each time", "to and fro"])
def test_a_uidvalidity_that_never_stays_loses_no_mail_and_makes_nobody_spin(story: Story, how: str) -> None:
    selects = [0]

    def select(talk: Talk, tag: str, rest: str) -> None:
        selects[0] += 1
        story.server.validity = 100 + (selects[0] if how == "another each time" else selects[0] % 2)
        talk.answer(tag, rest)

    story.server.mails = {uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 121)}
    story.server.on["EXAMINE"] = select
    story.read(pace=SLOW)
    story.until(lambda: bool(story.troubles()))
    assert "other UIDs each time" in story.troubles()[0].error
    assert set(story.uids()) == set(range(1, 121))
    asked = len(story.server.log)
    time.sleep(0.5)
    assert len(story.server.log) == asked


@pytest.mark.parametrize("uidnext", [1, 9])
def test_a_uidnext_that_is_always_too_low_makes_nobody_read_again_and_again(story: Story, uidnext: int) -> None:
    story.server.uidnext = uidnext
    story.read(poll=0.02)
    story.until(lambda: story.cursor == Cursor(7, 9))
    story.until(lambda: story.asked("UID SEARCH") > 10)
    assert story.uids() in ([3, 4, 9], [3, 4, 9, 3, 4, 9])
    later(story)
    story.until(lambda: story.uids()[-1] == 12)


def test_uids_that_come_out_of_order_twice_or_are_none_do_no_harm(story: Story) -> None:
    def search(talk: Talk, tag: str, rest: str) -> None:
        low = int(rest.rpartition(" ")[2].partition(":")[0])
        found = [uid for uid in (9, 3, 4, 3, 9) if uid >= low]
        talk.say(f"* SEARCH {' '.join(map(str, [0, *found, 2**32, 10**30]))}\r\n{tag} OK done")

    story.server.on["UID SEARCH"] = search
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.uids() == [3, 4, 9]
    assert story.troubles() == []


def test_a_mail_under_a_uid_that_was_passed_is_found_and_taken_once(story: Story) -> None:
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9) and story.reports[-1].state is ReaderState.IDLE)
    story.server.mails[5] = b"Subject: backwards\r\n\r\n"
    story.until(lambda: 5 in story.uids())
    later(story)
    story.until(lambda: story.cursor == Cursor(7, 12))
    assert story.uids() == [3, 4, 9, 5, 12]


def test_two_mails_under_one_uid_are_two_mails(story: Story) -> None:
    first, second = b"Subject: first\r\n\r\n", b"Subject: the second\r\n\r\n"

    def twice(talk: Talk, tag: str, rest: str) -> None:
        for raw in (first, second, first):
            talk.say(b"* 2 FETCH (UID 4 BODY[] {%d}\r\n%b)" % (len(raw), raw))
        talk.say(f"{tag} OK done")

    story.server.on["UID FETCH"] = for_body(4, twice)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert [raw for uid, raw in story.mails if uid == 4] == [first, second]


def test_an_answer_without_a_uid_is_no_answer_about_our_mail(story: Story) -> None:
    """The library takes the place in the folder for the UID then: a stranger's mail was filed under ours."""

    def another(talk: Talk, tag: str, rest: str) -> None:
        talk.say(b"* 4 FETCH (BODY[] {20}\r\nSubject: stranger\r\n\r\n)")
        talk.say(f"{tag} OK done")

    story.server.on["UID FETCH"] = for_body(4, another, 1)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert dict(story.mails)[4] == b"Subject: 4\r\n\r\nhello\r\n"


@pytest.mark.parametrize(
    "listed", ['RFC822.SIZE 10 INTERNALDATE "yesterday"', 'RFC822.SIZE many INTERNALDATE "x"', "RFC822.SIZE ((("]
)
def test_one_mail_that_cannot_be_listed_holds_up_no_other(story: Story, listed: str) -> None:
    def odd(talk: Talk, tag: str, rest: str) -> None:
        if "SIZE" not in rest:
            talk.answer(tag, rest)
            return
        for uid in (3, 4, 9):
            if uid == 4:
                talk.say(f"* 2 FETCH (UID 4 {listed})")
            else:
                talk.fetched(uid, False)
        talk.say(f"{tag} OK done")

    story.server.on["UID FETCH"] = odd
    story.read()
    story.until(lambda: {3, 9} <= {*story.uids()} and (bool(story.aside) or 4 in story.uids()))
    assert sorted({*story.uids(), *(uid for uid, _ in story.aside)}) == [3, 4, 9]


# --- mail that does not come ------------------------------------------------------------------------------------------


def no_body(script: Script) -> Script:
    return lambda talk, tag, rest: script(talk, tag, rest) if "BODY" in rest else talk.answer(tag, rest)


@pytest.mark.parametrize(
    "script",
    [hang_up, refuse("[SERVERBUG] storage"), lambda talk, tag, rest: talk.say(f"{tag} OK done")],
    ids=["hangs up", "refuses", "sends nothing"],
)
def test_a_server_that_hands_out_no_mail_at_all_is_not_the_mails_fault(story: Story, script: Script) -> None:
    """Its storage was away for a quarter of a minute, and mail after mail was given up."""
    story.server.mails = {uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 5)}
    story.server.on["UID FETCH"] = no_body(script)
    story.read(pace=RetryPace(first=0.001, longest=0.002))
    story.until(lambda: len(story.troubles()) > 20)
    assert not any(report.success for report in story.reports if report.state is ReaderState.READING)
    assert story.aside == []
    del story.server.on["UID FETCH"]
    story.until(lambda: story.cursor == Cursor(7, 4))
    assert sorted(story.uids()) == list(range(1, 5))
    assert story.aside == []


def test_the_only_mail_that_breaks_each_connection_is_said_and_holds_up_no_other(story: Story) -> None:
    story.server.mails = {4: b"Subject: poison\r\n\r\n"}
    story.server.on["UID FETCH"] = for_body(4, hang_up)
    story.read()
    story.until(lambda: len(story.troubles()) > 8)
    assert story.aside == []
    later(story)
    story.until(lambda: story.uids() == [12])
    story.until(lambda: [uid for uid, _ in story.aside] == [4])
    story.until(lambda: story.cursor == Cursor(7, 12))


def test_a_mail_that_failed_and_was_deleted_is_forgotten(story: Story) -> None:
    """It was waited for without waiting: a busy loop until the next restart."""
    story.server.on["UID FETCH"] = for_body(4, lambda talk, tag, rest: talk.say(f"{tag} OK done"))
    story.read(pace=RetryPace(first=0.1, longest=0.2), poll=300.0)
    story.until(lambda: story.uids() == [3, 9] and story.asked("IDLE") > 0)
    del story.server.mails[4]
    story.until(lambda: story.cursor == Cursor(7, 9))
    asked = len(story.server.log)
    time.sleep(0.5)
    assert len(story.server.log) < asked + 20


# --- what cannot be moved ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["NO not allowed", "BAD what?"])
@pytest.mark.parametrize("verb", ["UID MOVE", "UID COPY", "UID STORE", "UID EXPUNGE", "LIST", "CREATE"])
def test_a_server_that_refuses_to_tidy_up_is_said_and_gets_no_second_copy(story: Story, verb: str, word: str) -> None:
    if verb != "UID MOVE":
        story.server.capabilities = story.server.capabilities.replace(" MOVE", "")
    if verb == "CREATE":
        story.server.on["LIST"] = lambda talk, tag, rest: talk.say(f"{tag} OK none")
    story.server.on[verb] = lambda talk, tag, rest: talk.say(f"{tag} {word}")
    story.read(done_folder="Done", poll=0.02)
    assert "cannot be moved to 'Done'" in story.until_trouble(5).error
    later(story)
    story.until(lambda: story.uids() == [3, 4, 9, 12])
    copies = [line for line in story.server.log if line.startswith("UID COPY")]
    if verb in ("UID STORE", "UID EXPUNGE"):
        story.until(lambda: story.asked("UID COPY") == 2)  # the three, and the one
        assert copies[0].startswith("UID COPY 3,4,9 ")
    del story.server.on[verb]
    story.until(lambda: story.cursor == Cursor(7, 12))
    assert story.uids() == [3, 4, 9, 12]


def test_much_that_could_not_be_moved_is_moved_in_commands_of_bearable_length(story: Story) -> None:
    story.server.mails = {uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 131)}
    story.server.on["UID MOVE"] = times(8, refuse("[OVERQUOTA] full"))
    story.read(done_folder="Done", poll=0.02)
    story.until(lambda: story.cursor == Cursor(7, 130))
    assert sorted(set(story.server.moved)) == list(range(1, 131))
    assert max(line.count(",") for line in story.server.log if line.startswith("UID MOVE")) < 50


# --- the end of it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", ["* BYE going down", "* BYE", "", "* BYE x\r\n* BYE y", "OK", "\0"])
@pytest.mark.parametrize(
    "verb", ["CAPABILITY", "AUTHENTICATE", "LIST", "SELECT", "UID SEARCH", "UID FETCH", "UID MOVE", "IDLE"]
)
def test_bye_at_every_step_is_survived(story: Story, verb: str, last: str) -> None:
    def bye(talk: Talk, tag: str, rest: str) -> None:
        talk.say(last)
        raise Hangup

    story.server.on[verb] = times(2, bye)
    story.read(done_folder="Done", poll=0.05)
    story.until(lambda: story.cursor == Cursor(7, 9) and len(story.troubles()) >= 2)
    story.until(lambda: story.reports[-1].state is ReaderState.IDLE)
    assert sorted(set(story.uids())) == [3, 4, 9]
    assert story.aside == []


@pytest.mark.parametrize("greeting", ["* BYE too busy", "", "220 smtp", "* OK " + "x" * 100_000])
def test_a_greeting_that_is_none_is_said(story: Story, greeting: str) -> None:
    story.server.greeting = greeting
    story.read()
    story.until(lambda: bool(story.troubles()) or story.cursor == Cursor(7, 9))
    story.server.greeting = "* OK ready"
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.uids() == [3, 4, 9]


def test_a_mailbox_that_vanishes_is_said_and_read_on_when_it_is_back(story: Story) -> None:
    story.read(poll=0.02)
    story.until(lambda: story.cursor == Cursor(7, 9))
    story.server.on["EXAMINE"] = refuse("[NONEXISTENT] no such folder")
    assert "folder 'INBOX' cannot be opened" in story.until_trouble().error
    asked = len(story.server.log)
    later(story)
    time.sleep(0.3)
    assert len(story.server.log) < asked + 60
    del story.server.on["EXAMINE"]
    story.until(lambda: story.cursor == Cursor(7, 12))
    assert story.uids() == [3, 4, 9, 12]


# --- progress ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("done_folder", ["", "Done"])
def test_a_connection_that_drops_after_every_ten_mails_is_slow_but_gets_there(story: Story, done_folder: str) -> None:
    """The pause doubled although mail had come: after twelve of them it was minutes, and for 5,000 mails hours."""
    story.server.mails = {uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 121)}
    fetched = [0]
    lock = threading.Lock()

    def ten(talk: Talk, tag: str, rest: str) -> None:
        if "BODY" in rest:
            with lock:
                fetched[0] += 1
                if fetched[0] % 11 == 0:
                    raise Hangup
        talk.answer(tag, rest)

    story.server.on["UID FETCH"] = ten
    pauses: list[float] = []
    told = story.report

    def report(name: str, told_now: ReaderReport) -> None:
        pauses.append(story.readers[0]._delay)
        told(name, told_now)

    story.report = report  # type: ignore[method-assign]
    story.read(pace=RetryPace(first=0.02, longest=300.0), done_folder=done_folder)
    story.until(lambda: story.cursor == Cursor(7, 120))
    assert max(pauses) == 0.02  # and not doubled eleven times
    assert story.uids() == list(range(1, 121))  # each once, in order: nothing was begun anew
    assert story.server.connections == 12
    assert story.aside == []


# --- what we cannot keep ----------------------------------------------------------------------------------------------


def test_a_mail_we_have_no_room_for_waits_there_and_holds_up_no_other(story: Story) -> None:
    """The disk was full for large mail alone, and the small mail behind it was not taken either."""
    full = [True]
    honest = story.receive

    def receive(raw: bytes, envelope: Envelope) -> concurrent.futures.Future[Kept]:
        if full[0] and len(raw) > 1000:
            refused: concurrent.futures.Future[Kept] = concurrent.futures.Future()
            refused.set_exception(OutOfSpace("no space for a mail"))
            return refused
        return honest(raw, envelope)

    story.receive = receive  # type: ignore[method-assign]
    story.server.mails[4] = b"Subject: large\r\n\r\n" + b"x" * 2000
    story.server.mails[5] = b"Subject: large too\r\n\r\n" + b"x" * 2000
    story.read()
    story.until(lambda: {*story.uids()} == {3, 9})
    waits = "UID 4 and 1 more waits there: no space for a mail"
    story.until(lambda: any(one.state is ReaderState.FAILING and waits in one.error for one in story.reports))
    later(story)
    story.until(lambda: {*story.uids()} == {3, 9, 12})
    assert story.cursor == Cursor(7, 3)
    full[0] = False
    story.until(lambda: story.cursor == Cursor(7, 12))
    assert {*story.uids()} == {3, 4, 5, 9, 12}  # what comes again after a connection that broke, the store knows
    assert story.aside == []
    story.until(lambda: story.reports[-1].state is ReaderState.IDLE)


def test_memory_of_ours_that_runs_out_sets_no_mail_aside(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """After five times it was the mail that "announced an impossible size"."""
    honest, left = folder.fetch, [12]

    def fetch(client: object, uids: list[int], items: str, *more: int) -> list[dict[bytes, object]]:
        if "BODY" in items and uids == [4] and left[0]:
            left[0] -= 1
            raise MemoryError
        return honest(client, uids, items, *more)

    monkeypatch.setattr(folder, "fetch", fetch)
    story.read()
    story.until(lambda: story.cursor == Cursor(7, 9))
    assert story.troubles()[0].kind == "memory"
    assert sorted(story.uids()) == [3, 4, 9]
    assert story.aside == []
