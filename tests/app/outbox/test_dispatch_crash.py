"""Kill -9 while letters leave: no letter missing, doubles only in the one window physics leaves, under the same id."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.app.children.pool import Children
from mailgate.app.in_force import InForce, Snapshot
from mailgate.app.outbox.dispatch import Dispatcher, Route
from mailgate.app.outbox.ids import SignedIds
from mailgate.core.model.change import Audience, Decision, Fate, OpenTicket, Outbound, Step, Urgency
from mailgate.core.model.content import Ack, Answer
from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Department, Key, Policy
from mailgate.edge.out.maildir import FolderTransport
from mailgate.store.sqlite.store import SqliteStore

POLICY = Policy(
    "Acme", "acme.example", (Department("support", ("support@acme.example",), Address("support@acme.example")),),
    keys=(Key("k1", b"k" * 32),), instance="acme",
)  # fmt: skip
LETTERS = 30

SCRIPT = """
    import os, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from mailgate.app.children.pool import Children
    from mailgate.app.outbox.dispatch import Dispatcher, Route
    from mailgate.app.in_force import InForce, Snapshot
    from mailgate.core.model.mail import Address
    from mailgate.core.model.policy import Department, Key, Policy
    from mailgate.edge.out.maildir import FolderTransport
    from mailgate.store.sqlite.store import SqliteStore

    folder, left, after = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "after"

    class Deadly(FolderTransport):
        def send(self, *letter, **options):
            global left
            left -= 1
            if not left and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            name = super().send(*letter, **options)
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            return name

    policy = Policy(
        "Acme", "acme.example", (Department("support", ("support@acme.example",), Address("support@acme.example")),),
        keys=(Key("k1", b"k" * 32),), instance="acme",
    )
    store = SqliteStore(folder / "mailgate.db")
    Dispatcher(store, Children(1), InForce(Snapshot(policy, ())), lambda: datetime.now(UTC),
               {"out": Route("out", lambda: Deadly(folder / "out"))}).drain()
"""


def owe(store: SqliteStore, in_force: InForce) -> None:
    """Half acknowledgements, half words."""
    for number in range(LETTERS):
        who, ack = Address(f"c{number}@customer.example"), number % 2 == 0
        outbound = Outbound(
            Ack() if ack else Answer(text="words"), Audience.CUSTOMER, (who,), purpose="ack" if ack else "words",
            urgency=Urgency.ACK if ack else Urgency.WORDS,
        )  # fmt: skip
        decision = Decision(Fate.FILED, "new", steps=(Step(None, (OpenTicket("Lamp", "support", who),), (outbound,)),))
        store.write(lambda tx, one=decision: tx.apply(None, one, datetime.now(UTC), SignedIds(in_force))).result()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 9, 17, 30])
def test_o13_killed_at_the_nth_letter(tmp_path: Path, at: int, when: str) -> None:
    in_force = InForce(Snapshot(POLICY, ()))
    store = SqliteStore(tmp_path / "mailgate.db")
    store.sync_people(POLICY.agents, POLICY.departments)
    owe(store, in_force)
    store.close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path), str(at), when]
    assert subprocess.run(command, env=environment, check=False).returncode == -9

    store, children = SqliteStore(tmp_path / "mailgate.db"), Children(1)
    try:
        store.write(lambda tx: tx.outbox.recover(datetime.now(UTC))).result()
        routes = {"out": Route("out", lambda: FolderTransport(tmp_path / "out"))}
        Dispatcher(store, children, in_force, lambda: datetime.now(UTC), routes).drain()
        rows = store.read(
            lambda read: read.outbox.deliveries(("waiting", "leased", "sending", "sent", "uncertain", "dead"))
        )
    finally:
        children.close()
        store.close()
    files = [path.read_bytes() for path in (tmp_path / "out" / "new").iterdir()]
    copies = Counter(content.split(b"\nDelivered-To: ")[1].split(b"\n")[0].decode() for content in files)
    doubled = {recipient for recipient, count in copies.items() if count > 1}
    uncertain = {row.to for row in rows if row.state == "uncertain"}
    everybody = {f"c{number}@customer.example" for number in range(LETTERS)}
    acks = {f"c{number}@customer.example" for number in range(0, LETTERS, 2)}
    assert {row.state for row in rows} <= {"sent", "uncertain"}
    assert copies.keys() | uncertain == everybody  # nothing is missing without a person being told
    assert uncertain <= acks
    assert not doubled & acks  # an acknowledgement never twice
    assert max(copies.values()) <= 2
    assert len(set(files)) == len(files) - len(doubled)  # a double is the same bytes, so the same Message-ID
