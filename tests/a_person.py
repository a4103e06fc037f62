"""A person with something of theirs everywhere: their tickets, others' tickets, letters, notes, files; and their traces."""

import sqlite3
from datetime import timedelta

from conftest import mail

from mailgate.core.customers.answer import Answer as LookedUp
from mailgate.core.customers.answer import Outcome
from mailgate.core.customers.customer import Customer
from mailgate.core.model import change as ch
from mailgate.core.model.content import Answer, Handover
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import Purpose
from mailgate.core.model.ticket import EntryKind, Status
from mailgate.store.customers_asked import CustomersTaken

QUIRINA = "Quirina Zatopek <Quirina@zatopek.example>"
ADDRESS = "quirina@zatopek.example"
TRACES = ("quirina", "zatopek", "xylophone")
HOUR = timedelta(hours=1)


def apply(desk, ticket, *changes, effects=(), actor="anna"):
    decision = ch.Decision(
        ch.Fate.FILED, "test", (ch.Step(ticket, changes),) if changes else (), effects=effects, actor=actor
    )
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()


def traces(desk):
    """(table, column) of everything in the database and beside it that still speaks of her."""
    desk.gateway.store.write(lambda tx: tx.tickets.index(500)).result()
    found = set()
    with sqlite3.connect(desk.folder / "data" / "mailgate.db") as db:
        db.execute("CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, words, 'row')")
        tables = [
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words%'")
        ]
        for table in [*tables, "temp.seen"]:
            cursor = db.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if any(trace in text.lower() for trace in TRACES):
                        found.add((table, name))
    db.close()
    for path in (desk.folder / "data" / "blobs").rglob("*"):
        if path.is_file() and any(trace in path.read_text(errors="replace").lower() for trace in TRACES):
            found.add(("blobs", path.name))
    return found


def write(desk, ticket, letter):
    decision = ch.Decision(ch.Fate.FILED, "test", (ch.Step(ticket, (), (letter,)),))
    desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.gateway.clock(), desk.gateway.ids)).result()


def octets(desk):
    """(file, trace) of every octet in the data folder that still speaks of her, the gateway running."""
    found = set()
    for path in (desk.folder / "data").rglob("*"):
        if path.is_file():
            data = path.read_bytes().lower()
            found |= {(path.name, trace) for trace in TRACES if trace.encode() in data}
    return found


def known_person(desk):
    """She has a ticket with much about it, and takes part in somebody else's: (the desk, the two tickets)."""
    text = "My xylophone is broken.\n\nQuirina Zatopek\n"
    first = desk.of_mail(desk.send(mail("Xylophone", text, sender=QUIRINA))).number
    with_file = mail("Photo", "See the xylophone.\n", sender=QUIRINA)
    with_file.add_attachment(b"xylophone", maintype="image", subtype="png", filename="xylophone.png")
    desk.send(with_file)
    desk.send(mail("Large", ("xylophone " + "z" * 64 + "\n") * 950, sender=QUIRINA))
    other = desk.of_mail(desk.send(mail("Lamp"))).number
    apply(desk, other, ch.Join(Address("Quirina@zatopek.example", "Quirina Zatopek")))
    desk.send(mail("Re: Lamp", "I have a xylophone too.\n", sender=QUIRINA, in_reply_to=last_id(desk, other)))
    answer = ch.AddEntry(EntryKind.AGENT, "anna", "Anna", "Dear Quirina, which xylophone?", of_mail=False, only=ADDRESS)
    note = ch.AddEntry(EntryKind.NOTE, "bo", "Bo", "she always breaks xylophones", of_mail=False)
    apply(desk, first, answer, note, ch.Assign("anna"), ch.SetField("instrument", "xylophone"), ch.Tag(("music",)),
          ch.SetSubject("Broken xylophone"), ch.Remind("anna", desk.gateway.clock() + HOUR, "call Quirina"),
          ch.Join(Address("friend@other.example", "A friend")))  # fmt: skip
    both = (Address("maija@customer.example"), Address(ADDRESS, "Quirina"))
    write(desk, other, ch.Outbound(Answer(text="a fuse"), ch.Audience.CUSTOMER, both[:1], both[1:]))
    apply(desk, None, effects=(ch.Vote(first, 9, "Thanks for the xylophone"),))
    owned = (Address("anna@staff.example", "Anna"),)
    write(desk, first, ch.Outbound(Handover(), ch.Audience.AGENT, owned, agent="anna", purpose=Purpose.NOTE))
    row = Customer(
        (ADDRESS,), "Quirina Zatopek", "Xylophones", "X-1", ("+420 123 456 789",), "de", "gold", "anna",
        {"X": "https://crm.example/xylophone"}, {"instrument": "xylophone"},
    )  # fmt: skip
    told = CustomersTaken(1, "", 1, desk.gateway.clock())
    desk.gateway.store.write(lambda tx: (tx.customers.add(1, [(1, row)]), tx.customers.take(told))).result()
    looked_up = LookedUp(Outcome.PERSON, row)
    desk.gateway.store.write(lambda tx: tx.lookups.keep(ADDRESS, looked_up, told.at, told.at + HOUR)).result()
    desk.letters()
    return desk, first, other


def last_id(desk, number):
    mails = [entry.mail for entry in desk.ticket(number).entries if entry.mail]
    return desk.gateway.store.read(lambda read: read.mail.row(mails[-1])).message_id


def solve_all(desk):
    for ticket in desk.tickets():
        apply(desk, ticket.number, ch.SetStatus(Status.SOLVED))
    desk.letters()
