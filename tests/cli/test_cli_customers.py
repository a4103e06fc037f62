"""`mailgate contacts import` and `export`, `check` and `reload` with a table of customers, as the admin types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.test_cli_people import MAIJA, solved
from click.testing import CliRunner, Result
from conftest import running

from mailgate.cli import cli

ROWS = "address,name,tier\nmaija@shop.example,Maija,gold\nbo@shop.example,Bo,\nwrong,Nobody,\n"


def run(desk: Any, *args: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(Path(desk.folder) / "mailgate.toml"), *args])


def addresses(desk: Any) -> list[str]:
    told = json.loads(run(desk, "contacts", "export", "--json").output)
    return sorted(key for one in told for key in one["addresses"])


def test_a_table_is_brought_in_added_to_and_taken_out_again(tmp_path: Path) -> None:
    given = tmp_path / "export.csv"
    given.write_text(ROWS)
    with running(tmp_path, more='[customers]\nfile = "customers.csv"\n') as desk:
        done = run(desk, "contacts", "import", str(given))
        assert done.exit_code == 0, done.output
        assert "2 added, 0 in the place of others, 2 in all" in done.output and "2 customers in force" in done.output
        assert "export.csv:4" in done.stderr
        given.write_text("E-Mail;Name\nbo@shop.example;Bo Ek\nnew@shop.example;New\n")
        again = run(desk, "contacts", "import", str(given))
        assert "1 added, 1 in the place of others, 3 in all; the former is" in again.output
        former = (tmp_path / "customers.csv.before").read_text("utf-8-sig")
        assert "Bo Ek" not in former and "bo@shop.example" in former
        assert addresses(desk) == ["bo@shop.example", "maija@shop.example", "new@shop.example"]
        sheet = run(desk, "contacts", "export").output
        assert sheet.splitlines()[0].lstrip("\ufeff").startswith("address,name,company")
        (tmp_path / "customers.csv").write_text("address\nmaija@shop.example\nwrong\n")
        told = run(desk, "reload")
        assert told.exit_code == 0 and "1 customers, 2 problems in their file" in told.output
        checked = run(desk, "check")
        assert checked.exit_code == 0 and "customers.csv:3" in checked.stderr
        refused = run(desk, "contacts", "import", str(given))
        assert refused.exit_code == 1 and "mend these first" in str(refused.exception)
        (tmp_path / "customers.csv").write_text("nothing\n")
        told = run(desk, "reload")
        assert "the customers known stay as they were" in told.output and addresses(desk) == ["maija@shop.example"]
        assert "1 problem to mend" in run(desk, "check").stderr
        assert "customers.csv:1: has no column" in run(desk, "status").output


def test_a_table_that_is_a_link_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    given, real = tmp_path / "export.csv", tmp_path / "real.csv"
    given.write_text(ROWS)
    real.write_text("address\nold@shop.example\n")
    (tmp_path / "customers.csv").symlink_to(real)
    with running(tmp_path, more='[customers]\nfile = "customers.csv"\n') as desk:
        done = run(desk, "contacts", "import", str(given))
        assert done.exit_code == 1 and str(real) in str(done.exception)
        assert (tmp_path / "customers.csv").is_symlink() and "old@" in real.read_text()
        assert run(desk, "contacts", "import", str(tmp_path / "customers.csv")).exit_code == 0  # itself, to be read
        assert addresses(desk) == ["old@shop.example"]


def test_without_a_configured_file_the_line_to_add_is_said(desk: Any, tmp_path: Path) -> None:
    given = tmp_path / "export.csv"
    given.write_text(ROWS)
    done = run(desk, "contacts", "import", str(given))
    assert done.exit_code == 0, done.output
    place = desk.gateway.data / "customers.csv"
    assert f'[customers]\nfile = "{place}"' in done.output and place.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["there-is-none.csv", "customers.toml"])
def test_what_cannot_be_brought_in_is_said(desk: Any, tmp_path: Path, name: str) -> None:
    done = run(desk, "contacts", "import", str(tmp_path / name))
    assert done.exit_code == 1 and f"{name}: " in str(done.exception)


def test_a_person_who_is_erased_or_handed_their_data_is_named_in_the_admins_own_table(tmp_path: Path) -> None:
    rows = "address,company\nbo@shop.example,Bo\nmaija@customer.example,Shop Oy\n"
    with running(tmp_path, more='[customers]\nfile = "customers.csv"\n') as desk:
        (tmp_path / "customers.csv").write_text(rows)
        run(desk, "reload")
        solved(desk)
        place = f"{tmp_path / 'customers.csv'}:3"
        handed = run(desk, "export", MAIJA, "--to", str(tmp_path / "handed"))
        assert f"your own table has them too: {place}" in handed.output
        told = json.loads((tmp_path / "handed" / "person.json").read_text())
        assert [one["company"] for one in told["customer"]] == ["Shop Oy"]
        dry = run(desk, "forget", MAIJA, "--dry-run")
        assert f"take {place} out by hand, else it comes back with the file" in dry.output
        done = json.loads(run(desk, "forget", MAIJA, "--yes", "--json").output)
        assert done["erased"] and done["listed"] == [place]
        assert addresses(desk) == ["bo@shop.example"]
        stranger = run(desk, "forget", "bo@shop.example", "--yes")
        assert "has never written: take them out of" in str(stranger.exception)
