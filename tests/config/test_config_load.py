"""What a good mailgate.toml becomes: defaults, parsed values, dates, files that cannot be used."""

import dataclasses
import os
from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import get_args

import pytest

from mailgate.config import load as config
from mailgate.config.model import LettersModel
from mailgate.config.tree import Config
from mailgate.core.letters.status_letters import STAGES
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Mode, Role
from mailgate.errors import ConfigError

TODAY = date(2026, 11, 22)
MINIMAL = """\
[[outgoing]]
name = "out"
transport = "folder"
[[department]]
name = "support"
addresses = ["Support@Acme.Example"]
"""


def load(tmp_path: Path, text: str = MINIMAL) -> Config:
    path = tmp_path / "mailgate.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return config.load(path, env={}, today=TODAY)


def test_one_department_is_enough(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.gateway.domain == loaded.gateway.name == loaded.policy.instance == "acme.example"
    assert loaded.gateway.mode is Mode.LIVE
    assert loaded.gateway.data == tmp_path / "data"
    assert loaded.store.path == tmp_path / "data" / "mailgate.db"
    assert [str(listen) for listen in loaded.smtp.listen] == ["127.0.0.1:8025"]
    assert loaded.smtp.max_size == 26_214_400
    assert loaded.lmtp.listen == loaded.submission.listen == loaded.metrics.listen == ()
    assert loaded.outgoing[0].folder == tmp_path / "data" / "outbox"
    assert loaded.rules_folder == tmp_path / "rules"
    assert loaded.templates_folder == tmp_path / "templates"
    (department,) = loaded.policy.departments
    assert department.addresses == ("support@acme.example",)
    assert department.from_ == Address("support@acme.example", "acme.example")


def test_values_are_parsed_at_load(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """\
[gateway]
name = "Acme"
timezone = "Europe/Helsinki"
language = "fi"
alarm_command = "/usr/bin/logger -t 'mail gate'"
[smtp]
listen = ["127.0.0.1:0", "[::1]:8025"]
max_size = "1.5MB"
trusted_networks = ["10.0.0.0/8", "2001:db8::1"]
[lmtp]
listen = "run/lmtp.sock"
[tickets]
reopen_within = "2w"
[commands]
undo_window = "0"
aliases = { tehty = "solve" }
[letters]
quiet_hours = "21:00-07:00"
survey = "https://forms.example/{number}"
[retention]
raw = "365d"
[[outgoing]]
name = "relay"
host = "smtp.acme.example"
rate = "2/s"
tls = "tls"
[[department]]
name = "support"
from = "Acme Tuki <support@acme.example>"
addresses = ["support@acme.example", "tuki@päivä.example"]
calendar = "office"
sla = "gold"
nudge = "3d"
[[agent]]
name = "anna"
address = "Anna@Agents.Example"
full_name = "Änna"
role = "trainee"
calendar = "always"
[[sla]]
name = "gold"
first_response = "4h"
resolve = "1w 2d 30m"
escalate = [{ at = 1.5, priority = "urgent", release = true }, { at = 1.0, notify = ["lead", "boss@ops.example"] }]
[[calendar]]
name = "office"
monday = "09:00-12:00, 13:00-17:00"
tuesday = ["10:00-12:00"]
sunday = "00:00-24:00"
""",
    )
    policy = loaded.policy
    assert loaded.gateway.alarm_command == ("/usr/bin/logger", "-t", "mail gate")
    assert [str(listen) for listen in loaded.smtp.listen] == ["127.0.0.1:0", "[::1]:8025"]
    assert loaded.smtp.max_size == 1_572_864
    assert loaded.smtp.trusted_networks == (ip_network("10.0.0.0/8"), ip_network("2001:db8::1"))
    assert loaded.lmtp.listen[0].path == tmp_path / "run/lmtp.sock"
    assert policy.tickets.reopen_within == timedelta(days=14)
    assert policy.undo_window == timedelta()
    assert policy.command_aliases == {"tehty": "solve"}
    assert policy.letters.quiet_hours == (21 * 60, 7 * 60)
    assert policy.letters.survey == "https://forms.example/{number}"
    assert loaded.retention.raw == timedelta(days=365) and loaded.retention.text is None
    assert (loaded.outgoing[0].port, loaded.outgoing[0].rate) == (465, 120.0)
    assert policy.department("support").addresses[1] == "tuki@xn--piv-qlac.example"
    assert policy.department("support").nudge == timedelta(days=3)
    (agent,) = policy.agents
    assert (agent.id, agent.address, agent.role) == (0, "anna@agents.example", Role.TRAINEE)
    assert (agent.language, agent.timezone, agent.calendar) == ("fi", "Europe/Helsinki", "always")
    (gold,) = (one for one in policy.slas if one.name == "gold")
    assert gold.first_response == timedelta(hours=4)
    assert [step.at for step in gold.escalate] == [1.0, 1.5]
    assert gold.escalate[0].notify == ("lead", "boss@ops.example")
    calendar = policy.calendar("office")
    assert calendar and calendar.timezone == "Europe/Helsinki"
    assert calendar.week == (((540, 720), (780, 1020)), ((600, 720),), (), (), (), (), ((0, 1440),))


@pytest.mark.parametrize(
    "calendar, days, expected",
    [
        ("", "2d", timedelta(hours=48)),
        ('[[calendar]]\nname = "c"\nmonday = "09:00-17:00"\nfriday = "09:00-15:00"', "2d", timedelta(hours=16)),
        ('[[calendar]]\nname = "c"\nmonday = "08:00-12:00,13:00-16:30"', "1w", timedelta(hours=37.5)),
    ],
)
def test_a_day_of_a_promise_is_a_working_day(tmp_path: Path, calendar: str, days: str, expected: timedelta) -> None:
    head = MINIMAL + ('calendar = "c"\n' if calendar else "") + 'sla = "s"\n'
    loaded = load(tmp_path, f'{head}[[sla]]\nname = "s"\nresolve = "{days}"\n{calendar}\n')
    (sla,) = loaded.policy.slas
    assert sla.resolve == expected


def test_holidays_are_dates_from_last_year_to_three_years_ahead(tmp_path: Path) -> None:
    text = MINIMAL + (
        '[[calendar]]\nname = "c"\nmonday = "09:00-17:00"\nholidays = ["FI", "DE-BY"]\n'
        'closed = ["2026-12-31", 2027-01-04]\nopen = ["2026-12-24", "2026-12-12"]\n'
    )
    calendar = load(tmp_path, text).policy.calendar("c")
    assert calendar
    assert {date(2026, 12, 6), date(2025, 6, 20), date(2029, 12, 25)} <= calendar.closed  # Finland
    assert date(2027, 6, 3) not in calendar.closed and date(2027, 5, 27) in calendar.closed  # Corpus Christi, Bavaria
    assert {date(2026, 12, 31), date(2027, 1, 4)} <= calendar.closed
    assert date(2026, 12, 24) not in calendar.closed
    assert calendar.opened == {date(2026, 12, 24), date(2026, 12, 12)}


@pytest.mark.parametrize("place", ["FI", "PL", "LV", "SE", "DE", "EE", "LT", "NO", "US"])
def test_the_neighbours_holidays_are_known(tmp_path: Path, place: str) -> None:
    text = f'{MINIMAL}[[calendar]]\nname = "c"\nmonday = "09:00-17:00"\nholidays = "{place}"\n'
    calendar = load(tmp_path, text).policy.calendar("c")
    assert calendar and date(2026, 12, 25) in calendar.closed


def test_the_tree_cannot_be_changed(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.smtp.max_size = 1  # type: ignore[misc]


def _directory(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


G03 = {
    "removed": (lambda path: None, "there is no such file"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "blank": (lambda path: path.write_bytes(b" \n\t\n"), "is empty"),
    "a folder": (_directory, "is a folder, not a file"),
    "a symlink to itself": (_loop, "cannot be read: Too many levels of symbolic links"),
    "a pipe": (_fifo, "is not a regular file"),
    "a symlink to nothing": (lambda path: path.symlink_to("nowhere"), "there is no such file"),
    "cut in the middle of a table": (lambda path: path.write_text(MINIMAL + "[[agen"), "Expected ']]'"),
    "cut in the middle of a value": (lambda path: path.write_text('[gateway]\nname = "Ac'), "Unterminated string"),
    "cut in the middle of a letter": (lambda path: path.write_bytes(b'[gateway]\nname = "\xc3'), ":2: is not UTF-8 text"),
    "binary": (lambda path: path.write_bytes(b"\x00" * 100), "Invalid statement"),
    "huge": (lambda path: path.write_bytes(b"# x\n" * 1_100_000), "is larger than 4 MB"),
    "nested deeply": (lambda path: path.write_text("a = " + "[" * 30_000), "nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("break_it, expected", G03.values(), ids=G03)
def test_g03_a_file_that_cannot_be_used_says_why(tmp_path: Path, break_it, expected: str) -> None:
    path = tmp_path / "mailgate.toml"
    break_it(path)
    with pytest.raises(ConfigError) as caught:
        config.load(path, env={}, today=TODAY)
    assert str(path) in str(caught.value) and expected in str(caught.value)


def test_the_admin_may_choose_every_stage_that_there_is() -> None:
    (stages,) = get_args(LettersModel.model_fields["stages"].annotation)
    assert set(get_args(stages)) == set(STAGES), "`stages` in config/model.py, STAGES in core/letters/status_letters.py"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_g03_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_text(MINIMAL)
    path.chmod(0)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        config.load(path, env={}, today=TODAY)


def test_g01_a_syntax_error_has_its_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, MINIMAL + "sla = = 5\n")
    assert str(caught.value) == f"{tmp_path}/mailgate.toml:7: Invalid value, at column 7"
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, MINIMAL + 'sla = "gold\n')
    assert str(caught.value) == f"{tmp_path}/mailgate.toml:7: a text has no quote at its end"
