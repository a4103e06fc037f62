"""`mailgate forget`, `export`, `contacts`, `kb`, and `job purge` as the admin types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import mail, running

from mailgate.cli import cli
from mailgate.core.model import change as ch
from mailgate.core.model.ticket import Status

MAIJA = "maija@customer.example"


def run(desk, *args, text=None):
    return CliRunner().invoke(cli, ["--config", str(Path(desk.folder) / "mailgate.toml"), *args], input=text)


def solved(desk):
    number = desk.send(mail())
    desk.letters()
    step = ch.Step(desk.of_mail(number).number, (ch.SetStatus(Status.SOLVED),))
    decision = ch.Decision(ch.Fate.FILED, "test", (step,))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()
    return number


def test_forgetting_asks_first_and_says_what_it_did(desk):
    solved(desk)
    dry = run(desk, "forget", MAIJA, "--dry-run")
    assert dry.exit_code == 0 and "1 tickets (0 unsolved)" in dry.output and "nothing was erased" in dry.output
    (desk.gateway.data / "mailgate.db.schema-3").touch()
    assert "mailgate.db.schema-3" in run(desk, "forget", MAIJA, "--dry-run").output
    no = run(desk, "forget", MAIJA, text="n\n")
    assert no.exit_code == 1 and "cannot be undone" in no.output
    assert desk.tickets()[0].requester.addr == MAIJA
    yes = run(desk, "forget", MAIJA, "--yes", "--json")
    told = json.loads(yes.output)
    assert told["erased"] and told["counts"]["tickets"] == 1
    assert desk.tickets()[0].requester.addr.endswith("@invalid")


def test_a_person_is_handed_a_folder_only_we_can_read(desk, tmp_path):
    number = solved(desk)
    target = tmp_path / "handed"
    done = run(desk, "export", MAIJA, "--to", str(target))
    assert done.exit_code == 0, done.output
    assert target.stat().st_mode & 0o777 == 0o700
    person = json.loads((target / "person.json").read_text())
    assert person["addresses"] == [MAIJA]
    assert b"The lamp does not work." in (target / "mails" / f"{number}.eml").read_bytes()
    assert list((target / "letters").iterdir())
    again = run(desk, "export", MAIJA, "--to", str(target))
    assert again.exit_code == 1 and "exists already" in str(again.exception)


def test_contacts_are_listed_and_linked(desk):
    solved(desk)
    desk.send(mail(sender="Maija at work <mv@work.example>"))
    assert {tuple(row["addresses"]) for row in json.loads(run(desk, "contacts", "list", "--json").output)} == {
        (MAIJA,), ("mv@work.example",)}  # fmt: skip
    assert run(desk, "contacts", "link", MAIJA, "mv@work.example").exit_code == 0
    (one,) = json.loads(run(desk, "contacts", "list", "--json").output)
    assert (sorted(one["addresses"]), one["tickets"]) == ([MAIJA, "mv@work.example"], 2)
    shown = run(desk, "contacts")
    assert "mv@work.example" in shown.output and "addresses" in shown.output


@pytest.mark.parametrize("command", [("forget", "--yes"), ("export",)])
def test_strangers_are_named_as_such(desk, command):
    done = run(desk, command[0], "nobody@nowhere.example", *command[1:])
    assert done.exit_code == 1
    assert "nobody with the address nobody@nowhere.example" in str(done.exception)


def test_purge_can_be_rehearsed_by_hand(tmp_path):
    with running(tmp_path, more='[retention]\nraw = "30d"\n') as desk:
        number = solved(desk)
        assert run(desk, "job", "purge").output == "purge: 0\n"
        later = desk.gateway.clock().replace(year=desk.gateway.clock().year + 1).isoformat()
        assert run(desk, "job", "purge", "--now", later).output == "purge: 1\n"
        with pytest.raises(KeyError):
            desk.gateway.store.read(lambda read: read.mail.raw(number))


def test_articles_are_listed_with_where_they_come_from_and_when_they_were_used(desk):
    assert "There are no articles." in run(desk, "kb").output
    effects = (ch.KeepArticle("bulb", "en", "Bulbs", "Turn it.", "anna", stands=True),
               ch.KeepArticle("fuse", "en", "Fuses", "Change it.", "bo", stands=False))  # fmt: skip
    number = desk.of_mail(desk.send(mail())).number
    step = ch.Step(number, (ch.Journal("article", "bulb"),))
    decision = ch.Decision(ch.Fate.FILED, "test", (step,), effects=effects)
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()
    assert "bulb  en        Bulbs  agent" in run(desk, "kb").output
    (row,) = json.loads(run(desk, "kb", "--json").output)
    assert (row["name"], row["saved"], bool(row["used"])) == ("bulb", True, True)
