"""Old mail taken over: threads whole, times kept, nothing sent, nothing twice; and bans, from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Desk, mail, opened, running

from mailgate.app.admin import import_old
from mailgate.cli import cli
from mailgate.core.model.mail import Envelope

START = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)


def old(number: int, subject: str, sender: str = "maija@customer.example", **headers: str) -> bytes:
    """An old mail, one a day."""
    date = format_datetime(START + timedelta(days=number))
    lines = [f"From: {sender}", f"Subject: {subject}", f"Message-ID: <{number}@old.example>", f"Date: {date}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in {"to": "support@acme.example", **headers}.items()]
    return ("\n".join(lines) + f"\n\nWords {number}.\n").encode()


def mbox(path: Path, *mails: bytes) -> Path:
    lines = [b"From x@y.example Fri Mar  1 09:00:00 2024\n" + one.replace(b"\nFrom ", b"\n>From ") for one in mails]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def run(folder: Path, *args: str, status: int = 0) -> str:
    result = CliRunner().invoke(cli, ["--config", str(folder / "mailgate.toml"), *args], standalone_mode=False)
    if result.exception:
        raise result.exception
    assert (result.return_value or 0) == status, result.output
    return str(result.output)


def imported(desk: Desk, *paths: Path) -> str:
    """Import through the daemon and wait until every mail has its fate."""
    said = run(desk.folder, "import", *map(str, paths))
    audit = desk.gateway.store.read(lambda read: read.report.audit())
    desk.wait(
        lambda: desk.gateway.store.read(lambda read: read.report.audit())["unaccounted"] == 0,
        f"unsettled mail: {audit}",
    )
    return said.strip().splitlines()[-1]


def test_an_old_thread_is_one_solved_ticket_with_its_own_times_and_nobody_is_written_to(desk: Desk) -> None:
    box = mbox(
        desk.folder / "old.mbox",
        old(0, "Lamp"),
        old(1, "Re: Lamp", "support@acme.example", to="maija@customer.example", in_reply_to="<0@old.example>"),
        old(2, "Re: Lamp", references="<0@old.example> <1@old.example>"),
        old(3, "Chair"),
    )
    assert imported(desk, box) == "4 imported, 0 here already"
    lamp, chair = desk.tickets()
    lamp = desk.ticket(lamp.number)
    assert [(entry.kind, entry.text) for entry in lamp.entries] == [
        ("customer", "Words 0."), ("agent", "Words 1."), ("customer", "Words 2."),
    ]  # fmt: skip
    assert (lamp.status, chair.status) == ("solved", "solved")
    assert (lamp.created_at, lamp.solved_at) == (START, START + timedelta(days=2))
    assert [entry.at for entry in lamp.entries] == [START + timedelta(days=day) for day in range(3)]
    assert desk.letters() == []


def test_a_second_run_imports_nothing_and_a_longer_file_only_what_is_new(desk: Desk) -> None:
    mails = [old(number, f"Matter {number}") for number in range(5)]
    assert imported(desk, mbox(desk.folder / "a.mbox", *mails[:3])) == "3 imported, 0 here already"
    assert imported(desk, mbox(desk.folder / "a.mbox", *mails)) == "2 imported, 3 here already"
    assert imported(desk, desk.folder / "a.mbox") == "0 imported, 5 here already"
    assert len(desk.tickets()) == 5
    assert desk.gateway.store.read(lambda read: read.report.audit())["accepted"] == 5


def test_another_systems_mark_makes_one_ticket_whoever_wrote(desk: Desk) -> None:
    """The other forms are rows of `core/mails/test_foreign_threads.py`."""
    first, again, other = "[rt #45] Lamp", "AW: [rt #45] Lampe", "AW: [rt #46] Lampe"
    imported(desk, mbox(desk.folder / "a.mbox", old(0, first), old(1, again, "kari@customer.example"), old(2, other)))
    assert [len(desk.ticket(ticket.number).entries) for ticket in desk.tickets()] == [2, 1]


def test_a_bare_number_of_the_old_system_is_not_one_of_ours(desk: Desk) -> None:
    ours = opened(desk).number
    imported(desk, mbox(desk.folder / "a.mbox", old(0, f"[#{ours}] Something of 2024")))
    assert len(desk.ticket(ours).entries) == 1 and len(desk.tickets()) == 2


def test_a_customer_who_answers_an_imported_thread_today_continues_it(desk: Desk) -> None:
    imported(desk, mbox(desk.folder / "a.mbox", old(0, "[rt #45] Lamp")))
    [then] = desk.tickets()
    today = opened(desk, "Re: [rt #45] Lamp", "It is dark again.\n")
    assert today.links == (then.number,), "the window to reopen closed long ago"
    stranger = opened(desk, "Re: [rt #45] Lamp", "Show me.\n", sender="eve@stranger.example")
    assert stranger.number not in (then.number, today.number)


def test_maildirs_eml_trees_and_escaped_from_lines_are_all_read(tmp_path: Path) -> None:
    box = tmp_path / "box"
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new"):
        (box / folder).mkdir(parents=True)
    (box / "cur" / "1.host:2,S").write_bytes(old(1, "cur"))
    (box / "new" / "2.host").write_bytes(old(2, "new"))
    (box / "tmp" / "3.host").write_bytes(old(3, "half written"))
    (box / ".Sent" / "cur" / "4.host:2,S").write_bytes(old(4, "sent"))
    (box / "dovecot.index").write_bytes(b"\0\1")
    tree = tmp_path / "tree" / "deep"
    tree.mkdir(parents=True)
    (tree / "a.EML").write_bytes(old(5, "eml"))
    (tree / "notes.txt").write_text("not a mail")
    mbox(tree / "archive", old(6, "boxed") + b"\nFrom here on\n", old(7, "second"))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(import_old.find_mails([box, tmp_path / "tree"], now))
    subjects = [one.raw.partition(b"Subject: ")[2].split(b"\n")[0].decode() for one in found]
    assert sorted(subjects) == ["boxed", "cur", "eml", "new", "second", "sent"]
    assert b"\nFrom here on\n" in next(one.raw for one in found if b"boxed" in one.raw)
    assert sum(one.size for one in found) == import_old.total([box, tmp_path / "tree"])


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 01 Mar 2024 11:00:00 +0200", START),
        ("yesterday", datetime(2024, 3, 2, 9, tzinfo=UTC)),
        ("Fri, 01 Mar 2099 11:00:00 +0000", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(2024, 3, 2, 9, tzinfo=UTC)),
        ("Mon, 99 Foo 99999 99:99:99 +9999", datetime(2024, 3, 2, 9, tzinfo=UTC)),
    ],
)
def test_the_time_is_the_date_field_or_else_the_line_before_the_mail(
    tmp_path: Path, date: str, expected: datetime
) -> None:
    box = tmp_path / "a.mbox"
    box.write_bytes(f"From x@y.example Sat Mar  2 09:00:00 2024\nDate: {date}\nFrom: a@b.example\n\nHi.\n".encode())
    [one] = import_old.find_mails([box], datetime(2026, 1, 1, tzinfo=UTC))
    assert one.at == expected


def test_since_leaves_out_what_is_older_and_no_daemon_is_needed(tmp_path: Path) -> None:
    with running(tmp_path):
        pass  # it has written its files, and is gone
    box = mbox(tmp_path / "a.mbox", *(old(number, f"Matter {number}") for number in range(4)))
    assert "2 imported, 0 here already, 2 older left out" in run(tmp_path, "import", str(box), "--since", "2024-03-03")
    counted: dict[str, Any] = json.loads(run(tmp_path, "audit", "--json"))
    assert counted == {
        "accepted": 2, "filed": 2, "duplicate": 0, "dropped": 0, "parked": 0, "quarantined": 0, "unaccounted": 0,
    }  # fmt: skip


# --- bans -------------------------------------------------------------------------------------------------------------


def test_a_ban_drops_an_address_or_a_domain_until_it_ends_and_keeps_the_bytes(desk: Desk) -> None:
    run(desk.folder, "ban", "Maija@customer.example", "--why", "abuse")
    run(desk.folder, "ban", "@spam.example", "--until", f"{desk.clock() + timedelta(days=2):%Y-%m-%d}")
    listed = run(desk.folder, "bans")
    assert "maija@customer.example" in listed and "abuse" in listed and "@spam.example" in listed
    number = desk.send(mail())
    row = desk.gateway.store.read(lambda read: read.mail.row(number))
    assert row is not None and (row.fate, row.reason) == ("dropped", "banned")
    assert b"lamp" in desk.gateway.store.read(lambda read: read.mail.raw(number))
    assert desk.fate(desk.send(mail("Win", sender="any@spam.example"))) == "dropped"
    assert desk.fate(desk.send(mail("Fine", sender="any@not-spam.example"))) == "filed"
    assert desk.fate(desk.send(mail("Fine", sender="any@sub.spam.example"))) == "filed"
    desk.clock.ahead += timedelta(days=3)
    assert desk.fate(desk.send(mail("Back", sender="any@spam.example"))) == "filed"
    run(desk.folder, "unban", "maija@customer.example")
    assert desk.fate(desk.send(mail("Sorry"))) == "filed"
    assert desk.letters("any@spam.example") != [] and "maija" not in run(desk.folder, "bans")


def test_nobody_is_unbanned_twice_and_a_ban_needs_an_address(tmp_path: Path) -> None:
    from click import BadParameter

    from mailgate.errors import MailgateError

    with running(tmp_path) as desk:
        with pytest.raises(MailgateError, match="not banned"):
            run(desk.folder, "unban", "a@b.example")
        with pytest.raises(BadParameter):
            run(desk.folder, "ban", "spam.example")


# --- every mail accounted for -----------------------------------------------------------------------------------------


def test_every_mail_is_accounted_for_and_one_without_a_fate_is_named(desk: Desk) -> None:
    for number in range(3):
        desk.send(mail(f"Matter {number}"))
    assert "unaccounted" in run(desk.folder, "audit")
    lost = desk.gateway.store.write(
        lambda tx: tx.mail.keep(b"raw", Envelope("lost@a.example", ()), "d", desk.clock())
    ).result()
    assert f"mail {lost.number}: from lost@a.example" in run(desk.folder, "audit", status=1)


def test_a_mail_too_large_for_the_daemon_is_left_out_by_name_and_the_rest_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.cli.admin.import_old.LARGEST", 1000)
    box = mbox(desk.folder / "a.mbox", old(0, "Small"), old(1, "Large") + b"x" * 2000 + b"\n", old(2, "Small again"))
    assert imported(desk, box) == "2 imported, 0 here already"
    assert "left out, larger than" in run(desk.folder, "import", str(box))
