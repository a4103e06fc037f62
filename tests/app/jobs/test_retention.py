"""Retention: raw mail leaves by way of the archive, then words; a crash between loses and doubles nothing."""

import contextlib
import mailbox
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from conftest import from_agent, mail, notice_to, reply, running

from mailgate.app.admin import control
from mailgate.app.jobs import retention
from mailgate.cli import cli
from mailgate.core.model import change as ch
from mailgate.core.model.ticket import Status
from mailgate.errors import Permanent, Temporary

DAY = timedelta(days=1)
KEEP = '[retention]\nraw = "30d"\ntext = "60d"\narchive_folder = "archive"\n'


@pytest.fixture
def kept(tmp_path):
    """A desk that keeps raw mail for 30 days and words for 60."""
    with running(tmp_path, more=KEEP) as desk:
        yield desk


def solve(desk, number):
    decision = ch.Decision(ch.Fate.FILED, "test", (ch.Step(number, (ch.SetStatus(Status.SOLVED),)),))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()


def solved_mail(desk, subject="Lamp", text="It is broken.\n"):
    number = desk.send(mail(subject, text))
    desk.letters()
    solve(desk, desk.of_mail(number).number)
    return number


def raw(desk, number):
    return desk.gateway.store.read(lambda read: read.mail.raw(number))


def archived(desk):
    path = desk.folder / "archive" / f"{datetime.now(UTC).year}.mbox"
    if not path.exists():
        return []
    with contextlib.closing(mailbox.mbox(path, create=False)) as box:
        return [message.get_payload() for message in box]


def purge(desk, days):
    return retention.purge(desk.gateway, desk.gateway.clock() + days * DAY)


def test_raw_mail_goes_first_and_words_later(kept):
    number = solved_mail(kept)
    ticket = kept.of_mail(number).number
    assert purge(kept, 29) == 0
    assert raw(kept, number)
    assert purge(kept, 31) == 1
    with pytest.raises(KeyError):
        raw(kept, number)
    assert kept.ticket(ticket).entries[0].text.strip() == "It is broken."
    assert purge(kept, 61) == 1
    after = kept.ticket(ticket)
    assert (after.entries[0].text, after.subject, after.status) == ("", "Lamp", Status.SOLVED)
    assert purge(kept, 62) == 0


def test_mail_of_tickets_at_work_stays(kept):
    number = kept.send(mail())
    assert purge(kept, 900) == 0
    assert raw(kept, number)


def test_the_archive_has_each_mail_once_in_the_file_of_its_year(kept):
    text = "From here on\n>From there\nquoted is what begins so.\n"
    solved_mail(kept, text=text)
    solved_mail(kept, "Another", "Nothing special.\n")
    assert purge(kept, 31) == 2
    assert purge(kept, 31) == 0
    first, second = archived(kept)
    assert first.splitlines() == [">From here on", ">>From there", "quoted is what begins so."]
    assert second.splitlines() == ["Nothing special."]
    path = next((kept.folder / "archive").iterdir())
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_crash_between_archive_and_removal_archives_nothing_twice(kept, monkeypatch):
    number = solved_mail(kept)
    with monkeypatch.context() as crash:
        crash.setattr(retention, "_remove", lambda numbers, tx: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            purge(kept, 31)
    assert len(archived(kept)) == 1
    assert raw(kept, number)
    assert purge(kept, 31) == 1
    assert len(archived(kept)) == 1


def test_an_archive_that_cannot_be_written_keeps_the_mail(kept):
    number = solved_mail(kept)
    (kept.folder / "archive").write_text("a file where the folder should be")
    with pytest.raises(Temporary, match="archive"):
        purge(kept, 31)
    assert raw(kept, number)
    assert "archive" in kept.gateway.health["retention"]
    (kept.folder / "archive").unlink()
    assert purge(kept, 31) == 1
    assert "retention" not in kept.gateway.health


def test_large_mail_leaves_its_file(kept):
    number = solved_mail(kept, text="all work and no play\n" * 5000)
    blobs = list((kept.folder / "data" / "blobs").rglob("*"))
    assert [path for path in blobs if path.is_file()]
    assert purge(kept, 31) == 1
    assert not [path for path in (kept.folder / "data" / "blobs").rglob("*") if path.is_file()]
    with pytest.raises(KeyError):
        raw(kept, number)


def test_more_than_a_batch_goes_in_one_run(kept, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for count in range(5):
        solved_mail(kept, f"Lamp {count}")
    assert purge(kept, 61) == 10
    assert len(archived(kept)) == 5


def test_without_retention_nothing_ever_goes(desk):
    number = solved_mail(desk)
    assert purge(desk, 9999) == 0
    assert raw(desk, number)


def test_words_alone_take_the_raw_mail_that_holds_them_too(tmp_path):
    with running(tmp_path, more='[retention]\ntext = "10d"\n') as desk:
        number = solved_mail(desk)
        assert purge(desk, 11) == 2
        with pytest.raises(KeyError):
            raw(desk, number)


# --- stand, item 5: what each purge takes, when, and what it must not -------------------------------------------------


def run(desk, statement, **values):
    """Put the database into a state that only time or bad luck brings about."""
    desk.gateway.store.write(lambda tx: tx.session.run(statement, values)).result()


def row(desk, number):
    return desk.gateway.store.read(lambda read: read.mail.row(number))


def has_raw(desk, number):
    return desk.gateway.store.read(lambda read: read.mail.has_raw(number))


def shell(desk, *words):
    return CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), *words])


def test_each_goes_a_moment_after_its_time_and_not_at_it(kept):
    number = solved_mail(kept)
    accepted, tick = row(kept, number).accepted_at, timedelta(microseconds=1)
    assert retention.purge(kept.gateway, accepted + 30 * DAY) == 0
    assert retention.purge(kept.gateway, accepted + 30 * DAY + tick) == 1
    solved = max(one.at for one in kept.gateway.store.read(lambda read: read.tickets.events(1001)))
    solved = solved if isinstance(solved, datetime) else datetime.fromtimestamp(solved / 1e6, UTC)
    assert retention.purge(kept.gateway, solved + 60 * DAY - timedelta(seconds=1)) == 0
    assert retention.purge(kept.gateway, solved + 60 * DAY + timedelta(seconds=1)) == 1


def test_without_an_age_of_its_own_raw_mail_goes_with_the_words_and_not_before(tmp_path):
    """An old mail of a ticket that was solved today lost its raw bytes today, though nobody had set an age for them."""
    with running(tmp_path, more='[retention]\ntext = "10d"\n') as desk:
        number = desk.send(mail())
        desk.letters()
        desk.clock.ahead = 100 * DAY
        solve(desk, desk.of_mail(number).number)
        assert purge(desk, 9) == 0 and has_raw(desk, number)
        assert purge(desk, 11) == 2 and not has_raw(desk, number)


@pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.WAITING, Status.HOLD])
def test_a_ticket_that_is_not_done_keeps_its_words_and_its_mail(kept, status):
    number = solved_mail(kept)
    run(kept, "UPDATE ticket SET status = :status", status=str(status))
    assert purge(kept, 9999) == 0 and has_raw(kept, number)
    assert kept.ticket(1001).entries[0].text


@pytest.mark.parametrize("state", ["waiting", "leased", "sending", "held"])
def test_while_a_letter_about_a_ticket_waits_its_mails_and_its_words_stay(kept, state):
    """Its files are taken out of the raw mail when it leaves, whichever mail of the ticket brought them."""
    first = solved_mail(kept)
    second = kept.send(mail("Re: [#1001] Lamp", "Again.\n"))
    kept.letters()
    solve(kept, 1001)
    run(kept, "UPDATE delivery SET state = :state, due_at = 9000000000000000 WHERE letter IN "
              "(SELECT id FROM letter WHERE mail = :mail)", state=state, mail=second)  # fmt: skip
    assert purge(kept, 9999) == 0 and has_raw(kept, first) and has_raw(kept, second)
    run(kept, "UPDATE delivery SET state = 'sent'")
    assert purge(kept, 9999) == 3


def test_parked_and_quarantined_mail_stays_and_so_does_the_question_about_it(kept):
    number = solved_mail(kept)
    parked = kept.send(mail("[#1001] #reopen", "\n", sender="anna@staff.example"))
    assert kept.fate(parked) == "parked"
    other = kept.send(mail("Unreadable", "x\n"))
    run(kept, "UPDATE mail SET fate = 'quarantined' WHERE number = :mail", mail=other)
    run(kept, "UPDATE letter SET ticket = (SELECT id FROM ticket WHERE number = 1001) WHERE template = 'was_it_you'")
    kept.letters()
    assert purge(kept, 9999) == 1, "the raw mail of the ticket alone"
    assert (has_raw(kept, number), has_raw(kept, parked), has_raw(kept, other)) == (False, True, True)
    contexts = kept.gateway.store.read(
        lambda read: read.session.all("SELECT context FROM letter WHERE template = 'was_it_you'", {})
    )
    assert all(one["context"] != "{}" for one in contexts) and contexts


def test_an_answer_to_a_letter_that_was_purged_finds_its_ticket(kept):
    opened_by = kept.send(mail("Lamp", "It is broken.\n"))
    notice = notice_to(kept, "anna", 1001)
    from_agent(kept, "#solve\nIt is mended.", notice)
    [answer] = kept.letters("maija@customer.example", "answer")
    assert purge(kept, 9999) == 3 and not has_raw(kept, opened_by)
    assert kept.of_mail(kept.send(reply(answer, "maija@customer.example", "It broke again."))).number == 1001
    assert kept.ticket(1001).status == Status.OPEN
    from_agent(kept, "A new one is on its way.", notice)
    kept.gateway.dispatcher.drain()
    sent = [path.read_bytes() for path in (kept.folder / "outbox").rglob("*") if path.is_file()]
    assert any(b"A new one is on its way" in one for one in sent)
    assert [entry.text for entry in kept.ticket(1001).entries[:2]] == ["", ""]


@pytest.mark.parametrize("state", ["dead", "uncertain"])
def test_a_letter_whose_words_are_gone_is_not_tried_again(kept, state):
    """It would have left empty, to a customer."""
    kept.send(mail("Lamp", "It is broken.\n"))
    from_agent(kept, "#solve\nIt is mended.", notice_to(kept, "anna", 1001))
    kept.letters()
    find = (
        "SELECT delivery.id FROM delivery JOIN letter ON letter.id = delivery.letter WHERE letter.template = 'answer'"
    )
    delivery = kept.gateway.store.read(lambda read: read.session.one(find, {})["id"])
    run(kept, "UPDATE delivery SET state = :state WHERE id = :id", state=state, id=delivery)
    assert purge(kept, 31) == 2
    control.outbox_retry(kept.gateway, delivery)
    assert len(kept.letters("maija@customer.example", "answer")) == 1, "its words are still here"
    run(kept, "UPDATE delivery SET state = :state WHERE id = :id", state=state, id=delivery)
    assert purge(kept, 61) == 1
    with pytest.raises(Permanent, match="its words are gone"):
        control.outbox_retry(kept.gateway, delivery)


def contexts(desk, template):
    find = "SELECT context, (SELECT count(*) FROM rendered WHERE letter = letter.id) AS kept FROM letter WHERE template = :t"
    return [tuple(one) for one in desk.gateway.store.read(lambda read: read.session.all(find, {"t": template}))]


def test_letters_about_no_ticket_lose_their_words_by_their_age_but_for_those_still_needed(kept):
    """A list, a digest and the excerpt in a question were kept for ever, whatever `text` said."""
    anna = "anna@staff.example"
    parked = kept.send(mail("[#1001] #solve", "The words of somebody.\n", sender=anna))
    question = kept.letters(anna, "was_it_you")[0]
    from_agent(kept, "#mine", question)
    kept.letters()
    assert purge(kept, 59) == 0 and "words of somebody" in contexts(kept, "was_it_you")[0][0]
    purge(kept, 61)
    assert "words of somebody" in contexts(kept, "was_it_you")[0][0], "they may still say yes"
    control.drop_mail(kept.gateway, parked)
    for row in kept.gateway.store.read(lambda read: read.mail.parked()):
        control.drop_mail(kept.gateway, row.mail)
    purge(kept, 61)
    assert set(contexts(kept, "was_it_you")) == {("{}", 0)}
    purge(kept, 62)
    find = "SELECT delivery.id FROM delivery JOIN letter ON letter.id = delivery.letter WHERE letter.template = 'was_it_you'"
    delivery = kept.gateway.store.read(lambda read: read.session.one(find, {})["id"])
    run(kept, "UPDATE delivery SET state = 'dead' WHERE id = :id", id=delivery)
    with pytest.raises(Permanent, match="its words are gone"):
        control.outbox_retry(kept.gateway, delivery)


def test_letters_about_no_ticket_go_in_batches_and_each_once(kept, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for turn in range(5):
        kept.gateway.alarms.tell(f"w{turn}", f"Title {turn}", f"Words {turn}", "none")
    kept.letters()
    purge(kept, 61)
    assert contexts(kept, "alarm") == [("{}", 0)] * 5
    emptied = []
    monkeypatch.setattr(retention, "_empty", lambda letters, after, tx: emptied.append(letters))
    purge(kept, 62)
    assert emptied == []


def test_a_purge_that_is_stopped_goes_on_where_it_was(kept, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    numbers = [solved_mail(kept, f"Lamp {count}") for count in range(5)]
    remove = retention._remove

    def stop_after(some, tx):
        kept.gateway.stopping.set()
        return remove(some, tx)

    with monkeypatch.context() as stopped:
        stopped.setattr(retention, "_remove", stop_after)
        assert purge(kept, 61) == 2, "one batch, no more"
    kept.gateway.stopping.clear()
    assert [has_raw(kept, number) for number in numbers] == [False, False, True, True, True]
    assert purge(kept, 61) == 3 + 5 and len(archived(kept)) == 5


def test_files_that_a_crash_left_behind_go_with_the_next_purge(kept, monkeypatch):
    number = solved_mail(kept, text="all work and no play\n" * 5000)
    with monkeypatch.context() as crash:
        crash.setattr(retention, "_unlink", lambda blobs, tx: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            purge(kept, 31)
    files = [path for path in (kept.folder / "data" / "blobs").rglob("*") if path.is_file()]
    assert files and not has_raw(kept, number)
    assert purge(kept, 31) == 0
    assert not [path for path in files if path.exists()]


def test_a_file_that_another_mail_names_stays_until_that_goes_too(kept):
    number = solved_mail(kept, text="all work and no play\n" * 5000)
    other = kept.send(mail("Another"))
    run(kept, "DELETE FROM raw WHERE mail = :mail", mail=other)
    run(
        kept,
        "UPDATE mail SET blob = (SELECT blob FROM mail WHERE number = :first) WHERE number = :mail",
        first=number,
        mail=other,
    )
    kept.letters()
    assert purge(kept, 31) == 1
    assert has_raw(kept, other) and raw(kept, other), "its ticket is open"
    solve(kept, kept.of_mail(other).number)
    assert purge(kept, 31) == 1
    assert not [path for path in (kept.folder / "data" / "blobs").rglob("*") if path.is_file()]


def test_what_was_purged_is_said_to_be_gone(kept, tmp_path):
    number = solved_mail(kept)
    assert "gone" not in shell(kept, "explain", str(number)).stdout
    assert "gone" not in shell(kept, "tickets", "files", "1001", str(tmp_path / "before")).output
    assert purge(kept, 31) == 1
    assert "Its raw bytes are gone, by [retention] or forget." in shell(kept, "explain", str(number)).stdout
    assert "raw mail of 1 entries is gone" in shell(kept, "tickets", "files", "1001", str(tmp_path / "after")).output
    assert (
        "0 mails replayed, 0 would change; 1 more have no raw mail any more"
        in shell(kept, "rules", "diff", "--since", "9d").stdout
    )


@pytest.mark.parametrize(
    ("sender", "shown"), [("A@B.example", b"a@b.example"), ("", b"MAILER-DAEMON"), ("a b@c\n", b"MAILER-DAEMON")]
)
def test_an_mbox_entry_begins_with_a_line_nobody_can_forge(sender, shown):
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    entry = retention.mbox_entry(b"Subject: x\r\n\r\nFrom me\r\n", sender, at)
    assert entry == b"From " + shown + b" Sun Mar 01 09:00:00 2026\nSubject: x\n\n>From me\n\n"
