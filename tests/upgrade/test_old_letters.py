"""What letters that 0.1.0 signed may still do: customers' as before, agents' for a while, and no old receipt sends (P-01)."""

from __future__ import annotations

import email.policy
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from reports import report

from mailgate.app.gateway import Gateway
from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Key
from mailgate.core.proof import token
from mailgate.store.sqlite.store import SqliteStore
from mailgate.wiring import build

ANNA, MAIJA = "anna@staff.example", "maija@customer.example"
BORDER = '\n[[identity.border]]\nid = "mx.acme.example"\n'
PASS = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=staff.example\r\n"
ACK, NOTICE = 22, 23  # letters to Maija and to Anna about 1005
ASKED, RECEIPT, ANSWER = 26, 27, 8  # to Anna about two mails that wait, and to Maija in 1001
WEEK = timedelta(days=7)


class Old:
    """The folder some time after the upgrade; nothing waits any more that was open before."""

    def __init__(self, folder: Path, later: timedelta, old_letters: str = "7d") -> None:
        config = folder / "mailgate.toml"
        config.write_text(
            config.read_text().replace("[identity]\n", f'[identity]\nold_letters = "{old_letters}"\n') + BORDER
        )
        self.database, self.turn = folder / "data" / "mailgate.db", count()
        self.ids = dict(self.rows("SELECT id, message_id FROM letter"))
        [entry] = json.loads((folder / "data" / "keys.json").read_text())["keys"]
        self.key = Key(entry["kid"], entry["secret"].encode())
        SqliteStore(self.database).close()
        [[last]] = self.rows("SELECT max(accepted_at) FROM mail")
        self.upgraded = datetime.fromtimestamp(int(str(last)) / 1_000_000, UTC)
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute("UPDATE _sqlite_migrations SET applied_at = ?", (str(self.upgraded),))
        self.config = config
        self.gateway = self.run(later)
        while self.gateway.store.write(lambda tx: tx.backfill(1000)).result() is not None:
            pass
        self.gateway.intake.work_off()

    def run(self, later: timedelta) -> Gateway:
        """The gateway so long after the upgrade."""
        return build(self.config, children=1, clock=lambda: self.upgraded + later)

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(statement, values).fetchall()

    def written(self, letter: int) -> str:
        """The token of a letter, which 0.1.0 wrote alike into id, address, mark and bounce address."""
        return str(self.ids[letter]).removeprefix("<mg.").partition("@")[0]

    def tap(self, letter: int, command: str) -> str:
        """The token of its link for that command, as 0.1.0 made it."""
        kid, ticket, kind, nonce, _ = self.written(letter).split(".")
        fields = (kid, ticket, f"{kind[:-1]}t", nonce)
        return f"mg:{'.'.join(fields)}.{token.mac(self.key, *fields, token.bound_to(command))}"

    def send(self, text: str, sender: str, subject: str, above: bytes = b"", to: str = "", answers: str = "") -> str:
        """Why a mail was filed, parked or dropped."""
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"], message["To"], message["Subject"] = sender, to or "support@acme.example", subject
        message["Message-ID"] = f"<new{next(self.turn)}@new.example>"
        if answers:
            message["In-Reply-To"] = answers
        message.set_content(text)
        kept = self.gateway.intake.receive(above + message.as_bytes(), Envelope(sender, (str(message["To"]),))).result(
            100
        )
        self.gateway.intake.work_off()
        [(fate, reason)] = self.rows("SELECT fate, reason FROM mail WHERE number = ?", kept.number)
        return f"{fate}: {reason}"

    def answers_to(self, ticket: int) -> int:
        """How many letters with agents' words its customer was owed."""
        found = "SELECT count(*) FROM letter JOIN ticket ON ticket.id = letter.ticket WHERE template = 'answer' AND number = ?"
        return int(str(self.rows(found, ticket)[0][0]))


Made = Callable[..., Old]


@pytest.fixture
def old(desk: Path) -> Iterator[Made]:
    made = []

    def make(later: timedelta = timedelta(), **parts: str) -> Old:
        made.append(Old(desk, later, **parts))
        return made[-1]

    yield make
    for each in made:
        each.gateway.close()


def test_what_is_signed_now_has_a_key_of_its_own_and_the_old_one_can_be_retired(old: Made) -> None:
    world = old()
    path = world.database.with_name("keys.json")
    new, kept = json.loads(path.read_text())["keys"]
    assert (kept["kid"], path.stat().st_mode & 0o777) == (world.key.id, 0o600)
    assert [key.id for key in world.gateway.in_force.policy.keys] == [new["kid"], world.key.id]
    assert world.send("Hello", "new@customer.example", "A new one") == "filed: new"
    [(newest,)] = world.rows("SELECT message_id FROM letter ORDER BY id DESC LIMIT 1")
    assert str(newest).startswith(f"<mg.{new['kid']}.")
    world.gateway.close()
    again = path.read_text()
    world.gateway = world.run(WEEK)
    assert path.read_text() == again, "one is enough"
    world.gateway.close()
    path.write_text(json.dumps({"keys": [new, {**kept, "retire_at": "2020-01-01"}]}))
    world.gateway = world.run(timedelta())
    assert by_id(world) == "parked: no_proof"


def by_id(world: Old, letter: int = NOTICE, above: bytes = b"") -> str:
    return world.send("It leaves today.", ANNA, "Re: [#1005] Lamp", above, answers=str(world.ids[letter]))


def by_mark(world: Old, above: bytes = b"") -> str:
    return world.send(f"It leaves today.\n\n> mg:{world.written(NOTICE)}\n", ANNA, "Re: [#1005] Lamp", above)


def by_address(world: Old, above: bytes = b"") -> str:
    return world.send(
        "It leaves today.", ANNA, "Re: [#1005] Lamp", above, to=f"support+{world.written(NOTICE)}@acme.example"
    )


def by_tap(world: Old, above: bytes = b"") -> str:
    return world.send(world.tap(NOTICE, "#take"), ANNA, "[#1005] #take", above)


CELLS = [  # carrier, in the first week, later, later with a pass
    (by_id, "filed: answer", "parked: old_letter", "filed: answer"),
    (by_mark, "parked: old_letter", "parked: old_letter", "filed: answer"),
    (by_address, "parked: old_letter", "parked: old_letter", "filed: answer"),
    (by_tap, "filed: commands", "parked: old_letter", "filed: commands"),
]


@pytest.mark.parametrize(("carrier", "week", "later", "passed"), CELLS, ids=[one[0].__name__ for one in CELLS])
def test_agents_old_letters_prove_by_id_and_link_for_a_week_and_then_need_a_pass(
    old: Made, carrier: Callable[..., str], week: str, later: str, passed: str
) -> None:
    world = old(WEEK - timedelta(hours=1))
    assert carrier(world) == week
    world.gateway.close()
    world.gateway = world.run(WEEK)
    assert carrier(world) == later
    assert carrier(world, above=PASS) == passed


def test_old_letters_may_prove_nothing_from_the_upgrade_on(old: Made) -> None:
    world = old(old_letters="0")
    assert (by_id(world), by_tap(world)) == ("parked: old_letter", "parked: old_letter")
    assert by_id(world, above=PASS) == "filed: answer"


def test_a_revoked_old_letter_is_spent_in_every_carrier(old: Made) -> None:
    world = old()
    world.gateway.store.write(lambda tx: tx.outbox.revoke_agent("anna", datetime.now(UTC))).result()
    assert [carrier(world) for carrier, *_ in CELLS] == ["parked: token_revoked"] * 4


def test_a_letter_0_1_0_never_wrote_proves_nothing(old: Made) -> None:
    world = old()
    kid, ticket, kind, *_ = world.written(NOTICE).split(".")
    forged = f"{kid}.{ticket}.{kind}.aaaaaaaa.{token.mac(world.key, kid, ticket, kind, 'aaaaaaaa', '')}"
    assert (
        world.send("Words", ANNA, "Re: [#1005] Lamp", answers=f"<mg.{forged}@acme.example>") == "parked: token_revoked"
    )


def test_customers_old_ids_votes_and_bounces_go_on(old: Made) -> None:
    world = old(timedelta(days=8), old_letters="0")
    assert world.send("Thank you!", MAIJA, "Re: lamp", answers=str(world.ids[ACK])) == "filed: reply"
    assert world.send("#close", MAIJA, "Re: lamp", answers=str(world.ids[ACK])) == "filed: #close"
    kid, ticket, _, nonce, _ = world.written(ANSWER).split(".")
    vote = f"mg:{kid}.{ticket}.cv.{nonce}.{token.mac(world.key, kid, ticket, 'cv', nonce, '')}"
    assert world.send(f"4\n\n{vote}\n", MAIJA, "[#1001] 4") == "filed: vote"
    letter = EmailMessage()
    letter["Message-ID"] = "<what.another.gateway.made@of.it.example>"
    raw = report(letter, f"support+b.{world.written(ANSWER)}@acme.example", (MAIJA, "failed", "5.1.1"))
    kept = world.gateway.intake.receive(raw, Envelope("", (f"support+b.{world.written(ANSWER)}@acme.example",))).result(
        20
    )
    world.gateway.intake.work_off()
    assert world.rows("SELECT reason FROM mail WHERE number = ?", kept.number) == [("bounce",)]


@pytest.mark.parametrize("command", ["#send", "#send words", "#drop"])
@pytest.mark.parametrize("later", [timedelta(), timedelta(days=100)], ids=["at once", "later"])
def test_a_link_of_an_old_receipt_sends_nothing_and_a_new_receipt_asks(
    old: Made, command: str, later: timedelta
) -> None:
    world = old(later)
    before = [world.answers_to(number) for number in (1004, 1005)]
    assert world.send(world.tap(RECEIPT, command), ANNA, command) == "filed: old_receipt"
    assert [world.answers_to(number) for number in (1004, 1005)] == before
    assert world.rows("SELECT fate FROM mail WHERE number = 19") == [("parked",)]
    [(newest, mail)] = world.rows(
        "SELECT message_id, mail FROM letter WHERE template = 'receipt' ORDER BY id DESC LIMIT 1"
    )
    known = token.in_message_id(str(newest), world.gateway.in_force.policy.keys)
    assert known is not None and (known.scheme, known.agent, mail) == (token.NOW, 1, 19)
    link = f"mg:{token.mint(world.gateway.in_force.policy.keys[0], known, 'tap', token.bound_to('#drop'))}"
    assert world.send(link, ANNA, "#drop") == "filed: release #drop"
    assert world.rows("SELECT fate FROM mail WHERE number = 19") == [("dropped",)]


def test_an_answer_to_an_old_receipt_sends_nothing_either(old: Made) -> None:
    world = old()
    assert world.send("#send", ANNA, "Re: parked", answers=str(world.ids[RECEIPT])) == "filed: old_receipt"
    assert world.rows("SELECT fate FROM mail WHERE number = 19") == [("parked",)]


def test_was_it_you_of_old_is_answered_for_a_week_and_its_mail_is_read_by_todays_rules(old: Made) -> None:
    world = old()
    assert world.send(world.tap(ASKED, "#yes"), ANNA, "#yes") == "filed: release #yes"
