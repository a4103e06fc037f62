"""How the command line meets people: help, nearest names, completion, exit statuses, and a quick start."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import programs
import pytest
from conftest import running

from mailgate.cli import COMMANDS, cli
from mailgate.cli.demo.command import how_called

HEAVY = ("aiosmtpd", "imapclient", "apscheduler", "jinja2", "css_inline", "nh3", "selectolax", "re2", "babel", "smtplib",
         "mailparser", "flufl", "mailgate.wiring", "mailgate.daemon", "mailgate.app.gateway", "mailgate.config", "pydantic",
         "holidays", "asyncio")  # fmt: skip


def mailgate(*args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "MAILGATE_CONFIG"}
    return programs.run(list(args), cwd=cwd, env={**clean, **env})


def commands() -> list[tuple[str, click.Command]]:
    """Every command and every command of a group."""
    found: list[tuple[str, click.Command]] = []
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {one}", command.commands[one]) for one in command.commands]
    return found


def test_help_names_every_command_with_a_sentence() -> None:
    done = mailgate("--help")
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"  {name} "))
        assert len(line.split()) > 2, line


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    for name, command in commands():
        assert command.help, name
        assert command.help.split("\n\n")[0].rstrip().endswith("."), f"{name}: {command.help}"
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name != "help":
                shown = parameter.help or (parameter.show_default and parameter.default is not None)
                assert shown, f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if importlib.util.find_spec(f"mailgate.cli.{COMMANDS[name]}")]
)
def test_every_command_has_help_of_its_own(name: str) -> None:
    done = mailgate(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: {'python -m ' * (not programs.can_fork())}mailgate {name}")


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    done = mailgate("statsu")
    assert done.returncode == 2
    assert "Did you mean 'status'?" in done.stderr


def test_without_a_configuration_it_says_what_to_do(tmp_path: Path) -> None:
    done = mailgate("tickets", "list", cwd=tmp_path)
    if Path("/etc/mailgate/mailgate.toml").exists():
        pytest.skip("this machine has a mailgate of its own in /etc/mailgate")
    assert done.returncode == 1
    assert "mailgate init DIR" in done.stderr


@pytest.mark.parametrize("way", ["option", "environment", "folder"])
def test_the_configuration_is_found_by_each_of_its_ways(tmp_path: Path, way: str) -> None:
    assert mailgate("init", str(tmp_path)).returncode == 0
    config = tmp_path / "mailgate.toml"
    done = {
        "option": lambda: mailgate("--config", str(config), "tickets", "list"),
        "environment": lambda: mailgate("tickets", "list", MAILGATE_CONFIG=str(config)),
        "folder": lambda: mailgate("tickets", "list", cwd=tmp_path),
    }[way]()
    assert (done.returncode, done.stdout) == (0, "No tickets.\n")


def test_a_broken_pipe_is_no_traceback(tmp_path: Path) -> None:
    assert mailgate("init", str(tmp_path)).returncode == 0
    call = f"{sys.executable} -m mailgate --config {tmp_path}/mailgate.toml check 2>&1 >&- | cat"
    done = subprocess.run(["sh", "-c", call], capture_output=True, text=True, timeout=300, check=True)
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("mailgate tick", "tickets"), ("mailgate tickets ", "show"), ("mailgate outbox list --sta", "--state")],
)
def test_the_shell_completes(tmp_path: Path, typed: str, offered: str) -> None:
    words = typed.split(" ")
    env = {"_MAILGATE_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    code = "import sys; sys.argv = ['mailgate']; from mailgate.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert f"plain,{offered}" in done.stdout.splitlines(), done.stderr


def loading(heavy: tuple[str, ...], config: Path, *calls: list[str]) -> subprocess.CompletedProcess[str]:
    """Commands from nothing, one after the other; after each a line LOADED and the modules read whose names begin so."""
    code = (
        "import sys\n"
        "from mailgate.cli import cli\n"
        f"for call in {list(calls)!r}:\n"
        f"    cli.main(['--config', {str(config)!r}, *call], standalone_mode=False)\n"
        f"    print('LOADED', *sorted(name for name in sys.modules if name.startswith({heavy!r})), flush=True)\n"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)


def test_a_command_that_looks_loads_no_more_than_the_store(tmp_path: Path) -> None:
    assert mailgate("init", str(tmp_path)).returncode == 0
    assert mailgate("ban", "@spam.example", cwd=tmp_path).returncode == 0  # makes the database
    looks = [["tickets", "list"], ["outbox", "list"], ["bans"], ["audit"], ["desk"]]
    done = loading(HEAVY, tmp_path / "mailgate.toml", *looks)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("LOADED")] == ["LOADED"] * len(looks)


def test_what_the_daemon_is_to_change_loads_no_second_gateway(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        call = ["ban", "@spam.example"]
        done = loading(("mailgate.wiring", "mailgate.app.gateway"), desk.folder / "mailgate.toml", call)
        assert (done.returncode, done.stdout) == (0, "@spam.example is banned\nLOADED\n"), done.stderr


def test_the_queue_can_be_seen_while_the_rest_of_the_configuration_is_broken(tmp_path: Path) -> None:
    assert mailgate("init", str(tmp_path)).returncode == 0
    config = tmp_path / "mailgate.toml"
    assert mailgate("--config", str(config), "ban", "@spam.example").returncode == 0  # makes the database
    config.write_text(config.read_text().replace("[smtp]", "[smpt]"))
    assert mailgate("--config", str(config), "tickets", "list").stdout == "No tickets.\n"
    done = mailgate("--config", str(config), "check")
    assert (done.returncode, "smpt" in done.stderr) == (1, True)


def test_d23_one_mistake_in_the_file_hides_none_in_rules_and_templates(tmp_path: Path) -> None:
    assert mailgate("init", str(tmp_path)).returncode == 0
    config = tmp_path / "mailgate.toml"
    good = config.read_text()
    config.write_text(good.replace("[smtp]", "[smpt]"))
    (tmp_path / "rules" / "00-mine.toml").write_text(
        '[[rule]]\nname = "x"\nwhen.subjet = "y"\nthen.department = "support"\n'
    )
    (tmp_path / "templates" / "ack.html").write_text("{{ nobody_knows_me }}")
    done = mailgate("check", cwd=tmp_path)
    assert all(one in done.stderr for one in ("smpt", "subjet", "nobody_knows_me")), done.stderr
    config.write_text(good.replace("[[department]]\nname", "[[department]]\nnmae", 1))
    done = mailgate("check", cwd=tmp_path)
    assert "nmae" in done.stderr and "no department 'support'" not in done.stderr, (
        "nothing is judged by a name that is gone"
    )


def test_check_ends_and_names_templates_that_never_do_or_take_all_memory(tmp_path: Path) -> None:
    """Stand, item 5: it tried them in its own process, without any limit."""
    assert mailgate("init", str(tmp_path)).returncode == 0
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (tmp_path / "templates" / "ack.html").write_text(endless)
    (tmp_path / "templates" / "solved.html").write_text("\n{{ 'a'.center(10 ** 10) }}")
    done = mailgate("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "ack.html:1: it takes more than 2 seconds" in done.stderr
    assert "solved.html:2: it takes too much memory" in done.stderr


@pytest.mark.parametrize(("called", "path", "told"), [
    ("/somewhere/.venv/bin/mailgate", "", "/somewhere/.venv/bin/mailgate"), ("/a place/mailgate", "", "'/a place/mailgate'"),
    ("/somewhere/mailgate/__main__.py", "", f"{sys.executable} -m mailgate"), ("/usr/bin/mailgate", "here", "mailgate"),
])  # fmt: skip
def test_d27_the_demo_names_a_command_that_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, called: str, path: str, told: str
) -> None:
    (tmp_path / "mailgate").touch(0o755)
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setenv("PATH", str(tmp_path) if path else "/nowhere")
    assert how_called() == told


def test_d01_check_names_departments_without_a_promise(tmp_path: Path) -> None:
    assert mailgate("init", str(tmp_path)).returncode == 0
    config = tmp_path / "mailgate.toml"
    assert mailgate("check", cwd=tmp_path).stdout.endswith("(2 departments, 2 agents, mode watch)\n")
    above, _, below = config.read_text().rpartition('sla = "standard"\n')
    config.write_text((above + below).replace('mode = "watch"', 'mode = "live"'))
    done = mailgate("check", cwd=tmp_path)
    assert "warning: " in done.stderr and "gateway.privacy: acknowledgements do not say" in done.stderr, "17.15"
    config.write_text(above + below)
    done = mailgate("check", cwd=tmp_path)
    assert "privacy" not in done.stderr
    assert (done.returncode, done.stdout.rpartition("; ")[2]) == (0, "without a promise: sales)\n")


def test_the_demo_happens_whole(tmp_path: Path) -> None:
    done = mailgate("demo", "--exit", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert re.search(r"(?m)^  board +http://127\.0\.0\.1:[0-9]+/board ", done.stdout)
    assert re.search(r"(?m)^  form +http://127\.0\.0\.1:[0-9]+/contact$", done.stdout)
    assert "and the survey stands under the words" in done.stdout and "it is urgent now" in done.stdout
