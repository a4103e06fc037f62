"""A desk that was laid back from its backup knows the letters it had sent, and what answers quote of them (issue 12)."""

from __future__ import annotations

import shutil
from pathlib import Path

from conftest import from_agent, mail, notice_to, opened, reply, running

from mailgate.store.sqlite.backup import backup
from mailgate.store.sqlite.restore import restore


def test_what_an_answer_quotes_of_a_letter_from_before_a_restore_stays_here(tmp_path: Path) -> None:
    with running(tmp_path / "old") as desk:
        ticket = opened(desk, "Lamp", "It hums.\nCan I leave it on?\n").number
        from_agent(desk, "#note\nShe complains every week.", notice_to(desk, "bo", ticket), "bo")
        desk.send(mail(f"Re: [#{ticket}] Lamp", "It smells as well.\n"))
        notice = [one for one in desk.letters("anna@staff.example", "notice") if "smells" in one.as_string()][-1]
        assert "complains" in notice.as_string()
        backup(desk.gateway.store.path, tmp_path / "copy.tar")
        data = desk.gateway.data
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    fresh = tmp_path / "new" / data.relative_to(tmp_path / "old")
    for file in fresh.glob("mailgate.db*"):
        file.unlink()
    restore(tmp_path / "copy.tar", fresh / "mailgate.db")
    with running(tmp_path / "new") as desk:
        number = desk.send(reply(notice, "anna@staff.example", "Pull the plug, please."))
        assert desk.fate(number) == "filed" and desk.of_mail(number).number == ticket
        [letter] = desk.letters("maija@customer.example", "answer")
        said = letter.as_string()
        assert "Pull the plug" in said
        assert not [word for word in ("complains", "mg:", "write your reply", "smells") if word in said]
