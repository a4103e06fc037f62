"""Rules, templates and settings changed while the gateway runs: the last good set stays, and the admin hears why."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import RULES, Desk, mail, running, whole
from scenarios.process import Process, process, until
from scenarios.turns import serving
from slow_jobs import hurry

from mailgate import wiring
from mailgate.app.admin import control, reloading
from mailgate.app.health.status import status_of
from mailgate.cli import cli
from mailgate.config import files
from mailgate.config.tree import Config
from mailgate.edge.imap.box import Mailbox
from mailgate.edge.imap.folder import Folder
from mailgate.edge.imap.reader import MailboxReader
from mailgate.errors import ChildDied, ConfigError

URGENT = '[[rule]]\nname = "all"\nthen.priority = "urgent"\n'
ROOT = "root@admin.example"


def write(desk: Desk, name: str, text: str) -> None:
    """As an editor does it: whole, under another name, then in its place."""
    path = desk.folder / name
    path.with_suffix(".tmp").write_text(text)
    path.with_suffix(".tmp").replace(path)


def change_config(desk: Desk, old: str, new: str) -> None:
    text = (desk.folder / "mailgate.toml").read_text()
    assert old in text
    write(desk, "mailgate.toml", text.replace(old, new))


def priority(desk: Desk) -> str:
    return str(desk.of_mail(desk.send(mail())).priority)


def test_new_rules_hold_from_the_next_mail_on(desk: Desk) -> None:
    assert priority(desk) == "normal"
    write(desk, "rules/90-default.toml", URGENT)
    assert priority(desk) == "normal"
    assert "1 rules" in control.reload(desk.gateway)
    assert priority(desk) == "urgent"


BROKEN = {
    "a slip in the syntax": ("rules/90-default.toml", '[[rule]]\nname = "all\n', "90-default.toml:2"),
    "an unknown key": ("rules/90-default.toml", RULES + 'then.departmnt = "sales"\n', "department"),
    "half a file": ("rules/90-default.toml", "", "90-default.toml"),
    "an unknown department": ("rules/90-default.toml", RULES + 'then.department = "moon"\n', "moon"),
    "a test that fails": (
        "rules/90-default.toml",
        RULES + '[[rule.test]]\nmail = { subject = "x" }\nexpect = { department = "sales" }\n',
        "sales",
    ),
    "a broken template": ("templates/ack.html", "{% block text %}\n{{ nope }}\n{% endblock %}\n", "ack.html:2"),
    "a broken configuration": ("mailgate.toml", "[gateway]\nnme = 1\n", "mailgate.toml:2"),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    for desk in serving(tmp_path_factory.mktemp("reload")):
        write(desk, "rules/90-default.toml", URGENT)
        assert "1 rules" in control.reload(desk.gateway)
        desk.of_mail(desk.send(mail(to="sales@acme.example")))
        control.do_commands(desk.gateway, 1001, "#assign anna", "bo")
        yield desk


@pytest.fixture
def good(shared: Desk) -> Iterator[Desk]:
    """A gateway with good files, which it has again after whatever a test did to them."""
    config = (shared.folder / "mailgate.toml").read_text()
    yield shared
    for folder in ("rules", "templates"):
        shutil.rmtree(shared.folder / folder)
        (shared.folder / folder).mkdir()
    write(shared, "rules/90-default.toml", URGENT)
    write(shared, "mailgate.toml", config)
    assert "1 rules" in control.reload(shared.gateway)
    assert not shared.gateway.in_force.stale


@pytest.mark.parametrize("what", BROKEN)
def test_g01_g02_g03_what_is_broken_is_refused_with_its_place_and_the_old_set_stays(good: Desk, what: str) -> None:
    desk = good
    name, text, place = BROKEN[what]
    write(desk, name, text)
    with pytest.raises(ConfigError) as refused:
        control.reload(desk.gateway)
    assert place in str(refused.value)
    assert name.rpartition("/")[2] in desk.gateway.in_force.stale
    assert priority(desk) == "urgent"


@pytest.mark.parametrize("harm", ["removed", "a folder", "a broken link", "a pipe"])
def test_g03_rules_that_are_gone_or_no_files_any_more_leave_the_old_set_in_force(good: Desk, harm: str) -> None:
    desk = good
    path = desk.folder / "rules" / "90-default.toml"
    path.unlink()
    match harm:
        case "a folder":
            path.mkdir()
        case "a broken link":
            path.symlink_to("nowhere.toml")
        case "a pipe":
            os.mkfifo(path)
    with pytest.raises(ConfigError):
        control.reload(desk.gateway)
    assert priority(desk) == "urgent"
    assert desk.gateway.in_force.stale


def test_g01_the_admin_gets_a_letter_with_file_and_line_and_a_good_set_ends_the_trouble(tmp_path: Path) -> None:
    with running(tmp_path, more="[rules]\nreload = true\n") as desk:
        write(desk, "rules/90-default.toml", '[[rule]]\nname = "all\n')
        until(lambda: desk.gateway.in_force.stale, "the change was not noticed")
        until(lambda: desk.letters(ROOT, "alarm"), "the admin was not told")
        [alarm] = desk.letters(ROOT, "alarm")
        assert "90-default.toml:2" in alarm.get_body(("plain",)).get_content()
        assert priority(desk) == "normal"
        write(desk, "rules/90-default.toml", URGENT)
        until(lambda: not desk.gateway.in_force.stale, "the mended rules were not noticed")
        assert priority(desk) == "urgent"


def test_a_changed_template_is_tried_and_a_broken_one_told(tmp_path: Path) -> None:
    with running(tmp_path, more="[rules]\nreload = true\n") as desk:
        write(desk, "templates/ack.html", "{{ nope }}")
        until(lambda: desk.letters(ROOT, "alarm"), "the admin was not told")
        assert "ack.html:1" in desk.gateway.in_force.stale
        desk.send(mail())
        [ack] = desk.letters("maija@customer.example")
        assert "[#1001]" in ack["Subject"]


def test_templates_that_kill_the_child_that_tries_them_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(function: str, *args: object) -> object:
        raise ChildDied("memory")

    monkeypatch.setattr(desk.gateway.children, "run", dies)
    write(desk, "templates/ack.html", (files.shared("templates") / "ack.html").read_text())
    control.reload(desk.gateway)  # what we ship was tried by our own tests
    write(desk, "templates/ack.html", "<p>x</p>")
    with pytest.raises(ConfigError, match=r"templates: trying these templates took too much \(memory\)"):
        control.reload(desk.gateway)


def test_a_template_that_never_ends_costs_no_letter_and_status_names_it(desk: Desk) -> None:
    """Stand, item 5: the mail goes on being filed, the other letters leave, and ours stands in for it."""
    seconds = hurry(desk.gateway.children)
    ours = mail()
    desk.send(ours)
    [before] = desk.letters("maija@customer.example")
    write(
        desk, "templates/ack.html", "\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    )
    assert desk.fate(desk.send(mail())) == "filed"
    [_, ack] = desk.letters("maija@customer.example")
    assert ack.get_content_type() == before.get_content_type() and "We have your message" in whole(ack)
    assert len(desk.letters("anna@staff.example")) == 2
    [said] = [one for one in status_of(desk.gateway, desk.clock())["troubles"] if one["key"] == "templates"]
    assert f"ack.html:2: it takes more than {seconds:g} seconds" in said["text"]
    write(desk, "templates/ack.html", "<p>Ahoy!</p>")
    assert not [one for one in status_of(desk.gateway, desk.clock())["troubles"] if one["key"] == "templates"]
    desk.send(mail())
    assert "Ahoy!" in whole(desk.letters("maija@customer.example")[-1])


def test_without_reload_a_changed_file_waits_for_the_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "LOOK", 0.01)
    before = desk.gateway.in_force.snapshot
    write(desk, "rules/90-default.toml", URGENT)
    stop, looks = threading.Event(), []

    def counted(config: object) -> reloading.Stamp:
        looks.append(config)
        return frozenset()

    monkeypatch.setattr(reloading, "stamp", counted)
    found = reloading.Reloader(desk.gateway)
    thread = threading.Thread(target=found.run, args=(stop,))
    thread.start()
    until(lambda: priority(desk) == "normal", "no mail")
    stop.set()
    found.wake()
    thread.join(100)
    assert desk.gateway.in_force.snapshot is before
    assert len(looks) == 1  # when it was made; without the key nobody looks at files


def test_g09_a_hundred_requests_in_a_second_are_one_reload(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = []
    real = desk.gateway.load

    def counted(running: Config) -> object:
        loads.append(1)
        return real(running)

    desk.gateway.load = counted  # type: ignore[assignment]
    before = desk.gateway.in_force.snapshot
    for _ in range(100):
        desk.daemon.reloader.wake()
    until(lambda: desk.gateway.in_force.snapshot is not before, "nothing was reloaded")
    assert len(loads) <= 2


def test_g09_a_mail_is_decided_by_one_set_whatever_is_reloaded_meanwhile(desk: Desk) -> None:
    both = [
        '[[rule]]\nname = "a"\nthen.priority = "urgent"\nthen.tags = ["urgent"]\n',
        '[[rule]]\nname = "b"\nthen.priority = "low"\nthen.tags = ["low"]\n',
    ]
    stop = threading.Event()

    def keep_reloading() -> None:
        turn = 0
        while not stop.is_set():
            write(desk, "rules/90-default.toml", both[turn % 2])
            control.reload(desk.gateway)
            turn += 1

    write(desk, "rules/90-default.toml", both[0])
    control.reload(desk.gateway)
    thread = threading.Thread(target=keep_reloading)
    thread.start()
    try:
        tickets = [desk.of_mail(desk.send(mail(f"Lamp {n}", sender=f"c{n}@customer.example"))) for n in range(30)]
    finally:
        stop.set()
        thread.join(100)
    assert all(list(ticket.tags) == [str(ticket.priority)] for ticket in tickets), tickets


def test_an_agent_or_department_with_work_left_cannot_be_dropped(desk: Desk) -> None:
    desk.send(mail(to="sales@acme.example"))
    change_config(desk, 'name = "sales"', 'name = "trade"')
    change_config(desk, 'departments = ["support", "sales"]', 'departments = ["support", "trade"]')
    with pytest.raises(ConfigError, match="department 'sales' is gone but has 1 unsolved"):
        control.reload(desk.gateway)
    assert desk.gateway.in_force.policy.departments[1].name == "sales"
    change_config(desk, 'name = "trade"', 'name = "sales"')
    change_config(desk, 'departments = ["support", "trade"]', 'departments = ["support", "sales"]')
    assert "2 departments" in control.reload(desk.gateway)


def test_mode_and_way_out_follow_a_reload_and_listeners_say_that_they_need_a_restart(desk: Desk) -> None:
    change_config(desk, 'folder = "outbox"', 'folder = "elsewhere"')
    assert control.reload(desk.gateway).endswith("agents in force")
    desk.send(mail())
    assert desk.letters("maija@customer.example")
    assert list((desk.folder / "elsewhere" / "new").iterdir())
    assert not (desk.folder / "outbox").exists()

    change_config(desk, 'listen = "127.0.0.1:0"', 'listen = "127.0.0.1:0"\nmax_recipients = 7')
    change_config(desk, 'domain = "acme.example"', 'domain = "acme.example"\nmode = "watch"')
    for _ in range(2):  # it says so as long as it is true
        assert control.reload(desk.gateway).endswith("only after a restart: [smtp] max_recipients")
    desk.send(mail(sender="other@customer.example"))
    assert desk.letters("other@customer.example") == []
    assert {row.state for row in desk.gateway.store.read(lambda read: read.outbox.deliveries(("held",)))} == {"held"}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('data = "data"', 'data = "elsewhere"', r"\[gateway\] data: needs a restart: .*data, .*elsewhere$"),
        ("[smtp]", '[store]\nurl = "sqlite:elsewhere/desk.db"\n[smtp]', r"\[store\] url: needs a restart: .*desk.db$"),
    ],
)
def test_s11_another_store_is_refused_and_nothing_is_made_there(good: Desk, old: str, new: str, key: str) -> None:
    """S-11: the keys of an empty folder took the place of those that every letter sent so far was signed with."""
    desk = good
    before = desk.gateway.in_force.snapshot
    change_config(desk, old, new)
    with pytest.raises(ConfigError, match=key):
        control.reload(desk.gateway)
    assert desk.gateway.in_force.snapshot is before
    assert not (desk.folder / "elsewhere").exists()
    [said] = [one for one in status_of(desk.gateway, desk.clock())["troubles"] if one["key"] == "config"]
    assert "needs a restart" in said["text"]
    change_config(desk, new, old)
    assert control.reload(desk.gateway).endswith("agents in force")


def test_s11_what_needs_a_restart_holds_nowhere_before_it(desk: Desk) -> None:
    """S-11: the listeners kept the old domain, and the ids of letters and the relays took the new one."""
    change_config(desk, 'domain = "acme.example"', 'domain = "other.example"')
    change_config(desk, "[smtp]", "[tickets]\nfirst_number = 7\n[smtp]")
    said = control.reload(desk.gateway)
    assert said.endswith("only after a restart: [gateway] domain, [tickets] first_number")
    assert desk.gateway.in_force.policy.tickets.first_number == 1001
    desk.send(mail())
    [ack] = desk.letters("maija@customer.example")
    assert str(ack["Message-ID"]).endswith("@acme.example>")
    route = desk.gateway.dispatcher.loops["out"].route
    assert route.made_from[1] == "acme.example"


UNSUITED = {
    **{what: (name, text) for what, (name, text, _) in BROKEN.items()},
    "an agent gone who has work left": ("mailgate.toml", 'name = "anna"'),
    "a department gone that has work left": ("mailgate.toml", 'name = "sales"'),
    "a canned answer in no language of ours": ("templates/replies/refund.xx.md", "Money back.\n"),
    "a folder of templates that is not there": ("mailgate.toml", "[smtp]"),
}


@pytest.mark.parametrize("what", UNSUITED)
def test_s11_check_says_what_a_reload_would_refuse(good: Desk, what: str) -> None:
    """S-11: `check` was green where an agent with open tickets or a canned answer of no language kept a reload off."""
    desk = good
    name, text = UNSUITED[what]
    match what:
        case "an agent gone who has work left":
            change_config(desk, text, 'name = "aino"')
        case "a department gone that has work left":
            change_config(desk, text, 'name = "trade"')
            change_config(desk, '"support", "sales"', '"support", "trade"')
        case "a folder of templates that is not there":
            change_config(desk, text, '[letters]\ntemplates = "tempaltes"\n[smtp]')
        case _:
            (desk.folder / name).parent.mkdir(exist_ok=True)
            write(desk, name, text)
    with pytest.raises(ConfigError) as refused:
        control.reload(desk.gateway)
    checked = CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), "check"], standalone_mode=False)
    assert checked.return_value == 1, checked.output
    for problem in refused.value.problems:
        assert str(problem) in checked.output


def test_s11_a_gateway_without_a_folder_of_templates_is_checked_and_reloaded(desk: Desk) -> None:
    (desk.folder / "templates").rmdir()
    assert control.reload(desk.gateway).endswith("agents in force")
    checked = CliRunner().invoke(cli, ["--config", str(desk.folder / "mailgate.toml"), "check"], standalone_mode=False)
    assert checked.return_value == 0, checked.output
    assert "only ours are used" in checked.output


def test_s11_from_watch_to_live_mail_is_moved_without_a_restart(tmp_path: Path) -> None:
    """S-11: `done_folder` stayed off until a restart when the gateway had begun by watching."""
    box = (
        '[[imap]]\nname = "inbox"\naddress = "support@acme.example"\nhost = "127.0.0.1"\nport = 9\ntls = "none"\n'
        'user = "u"\npassword = "p"\ndone_folder = "Done"\n'
    )
    made: list[Mailbox] = []
    real = wiring.MailboxReader

    def reader(mailbox: Mailbox, **parts: Any) -> MailboxReader:
        made.append(mailbox)
        return real(mailbox, **parts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "MailboxReader", reader)
        with running(tmp_path, gateway='mode = "watch"', more=box) as desk:
            folder = Folder(made[0], "INBOX", _Cursors(), lambda *_: None, lambda *_: None, 1.0)  # type: ignore[arg-type,return-value]
            assert not folder._moves
            change_config(desk, 'mode = "watch"', 'mode = "live"')
            control.reload(desk.gateway)
            assert folder._moves
            change_config(desk, 'mode = "live"', 'mode = "watch"')
            control.reload(desk.gateway)
            assert not folder._moves


class _Cursors:
    def first_seen(self, mailbox: str) -> datetime:
        return datetime.now(UTC)


def test_s11_a_changed_password_of_an_agent_holds_at_the_next_login(tmp_path: Path) -> None:
    with running(tmp_path, more='password = "before"\n') as desk:
        login = desk.daemon.door.login  # type: ignore[attr-defined]
        assert login("bo", "before") == login("bo@staff.example", "before") == "bo"
        change_config(desk, '"before"', '"after"')
        assert "restart" not in control.reload(desk.gateway)
        assert login("bo", "before") is None
        assert login("bo", "after") == "bo"
        assert login("anna", "after") is None


def test_s11_a_changed_rate_and_another_first_relay_are_followed(desk: Desk) -> None:
    second = '[[outgoing]]\nname = "second"\ntransport = "folder"\nfolder = "second"\n'
    assert control.reload(desk.gateway).endswith("agents in force")
    change_config(desk, 'folder = "outbox"', 'folder = "outbox"\nrate = "30/min"')
    assert control.reload(desk.gateway).endswith("agents in force")
    lane = desk.gateway.dispatcher.loops["out"]
    with lane._busy:
        lane._change_over()
    assert (lane._allowed, lane._span) == (30, 60.0)
    change_config(desk, '[[outgoing]]\nname = "out"', second + '[[outgoing]]\nname = "out"')
    assert control.reload(desk.gateway).endswith("only after a restart: [[outgoing]] second")
    assert desk.gateway.dispatcher._first == "out"


def test_sighup_reloads_a_running_daemon_and_mailgate_reload_says_what_is_in_force(tmp_path: Path) -> None:
    with process(tmp_path) as gateway:
        gateway.start()
        (tmp_path / "rules" / "90-default.toml").write_text("[[rule]\n")
        asked = gateway.command("reload")
        assert asked.returncode == 1
        assert "90-default.toml:1" in asked.stderr and "what is in force stays in force" in asked.stderr
        (tmp_path / "rules" / "90-default.toml").write_text(URGENT)
        assert _said(gateway, "reloaded") == 0
        gateway.child.send_signal(signal.SIGHUP)  # type: ignore[union-attr]
        until(lambda: _said(gateway, "reloaded") == 1, "SIGHUP was not heard")
        asked = gateway.command("reload")
        assert (asked.returncode, asked.stdout) == (
            0,
            "reloaded: 1 rules, 1 departments, 1 agents in force\n",
        )
        config = gateway.config.read_text()
        gateway.config.write_text(config.replace('data = "data"', 'data = "elsewhere"'))
        asked = gateway.command("reload")
        assert asked.returncode == 1 and "restart" in asked.stderr, asked
        assert not (tmp_path / "elsewhere").exists()
        gateway.config.write_text(config)
        assert gateway.stop() == 0
        asked = gateway.command("reload")
        assert (asked.returncode, asked.stdout) == (1, "")
        assert "nothing is reloaded: no daemon answers" in asked.stderr


def test_s11_a_database_elsewhere_is_asked_about_where_its_daemon_is(tmp_path: Path) -> None:
    """S-11: the commands looked for the daemon beside other files than those it holds."""
    with running(tmp_path, more='[store]\nurl = "sqlite:elsewhere/desk.db"\n') as desk:
        for words in (["reload"], ["ban", "@spam.example"]):
            done = CliRunner().invoke(
                cli, ["--config", str(desk.folder / "mailgate.toml"), *words], standalone_mode=False
            )
            assert done.exception is None, done.exception


def _said(gateway: Process, event: str) -> int:
    return sum(f" {event} " in f"{line} " for line in gateway.log.read_text().splitlines())
