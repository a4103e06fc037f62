"""`mailgate report`: tables for people, JSON and CSV for machines."""

import csv
import io
import json
from pathlib import Path

from click.testing import CliRunner
from conftest import mail

from mailgate.cli import cli
from mailgate.cli.desk.report import safe
from mailgate.core.figures.tally import FIGURES
from mailgate.core.model import change as ch


def run(desk, *args):
    return CliRunner().invoke(cli, ["--config", str(Path(desk.folder) / "mailgate.toml"), "report", *args])


def tagged(desk, tag):
    number = desk.of_mail(desk.send(mail("=HYPERLINK lamp"))).number
    decision = ch.Decision(ch.Fate.FILED, "test", (ch.Step(number, (ch.Tag((tag,)),)),))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()


def test_people_get_tables_and_bars(desk):
    tagged(desk, "lamp")
    done = run(desk)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert any(line.split() == ["Arrived", "1", "0"] for line in lines)
    assert any(line.startswith("lamp ") for line in lines)
    assert "█" * 30 in done.output


def test_json_has_every_figure_and_null_for_nothing(desk):
    tagged(desk, "lamp")
    told = json.loads(run(desk, "--json", "--since", "2w", "--department", "support").output)
    assert set(told["total"]) == set(told["before"]) == set(FIGURES)
    assert (told["department"], told["total"]["arrived"], told["total"]["nps"]) == ("support", 1, None)
    assert told["since"].endswith("Z")
    assert told["agents"][0]["name"] is None


def test_c11_a_cell_that_a_spreadsheet_would_calculate_is_text(desk):
    tags = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)")
    for tag in tags:
        tagged(desk, tag)
    lines = list(csv.reader(io.StringIO(run(desk, "--csv").output)))
    assert sorted(line[1] for line in lines if line[0] == "tag") == sorted(("'=HYPERLINK(1)", "'+1", "-1", "'@SUM(A1)"))


def test_c11_numbers_stay_numbers_and_control_characters_go():
    assert (safe(-12), safe(0.5), safe("a=b"), safe("\t=1"), safe("a\nb")) == (-12, 0.5, "a=b", "' =1", "a b")


def test_wrong_usage_is_named(desk):
    for args, word in (
        (["--since", "soon"], "30d"), (["--since", "0d"], "nothing"), (["--department", "ghost"], "support, sales"),
        (["--csv", "--json"], "not both"),
    ):  # fmt: skip
        done = run(desk, *args)
        assert done.exit_code == 2, args
        assert word in done.output
