"""Retention: raw mail leaves by way of the archive, then words; a crash between loses and doubles nothing."""

import contextlib
import mailbox
from datetime import UTC, datetime, timedelta

import pytest
from conftest import mail, running

from mailgate.app.jobs import retention
from mailgate.core.model import change as ch
from mailgate.core.model.ticket import Status
from mailgate.errors import Temporary

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


@pytest.mark.parametrize(
    ("sender", "shown"), [("A@B.example", b"a@b.example"), ("", b"MAILER-DAEMON"), ("a b@c\n", b"MAILER-DAEMON")]
)
def test_an_mbox_entry_begins_with_a_line_nobody_can_forge(sender, shown):
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    entry = retention.mbox_entry(b"Subject: x\r\n\r\nFrom me\r\n", sender, at)
    assert entry == b"From " + shown + b" Sun Mar 01 09:00:00 2026\nSubject: x\n\n>From me\n\n"
