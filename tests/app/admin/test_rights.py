"""A person is erased: nothing of them is left anywhere, and every figure stays; or they are handed what is theirs."""

import sqlite3
from datetime import timedelta

import pytest
from a_person import ADDRESS, HOUR, QUIRINA, TRACES, apply, known_person, last_id, octets, solve_all, traces, write
from conftest import from_agent, mail, notice_to

from mailgate.app.admin import control, rights
from mailgate.app.jobs import retention
from mailgate.app.questions import report
from mailgate.core.model import change as ch
from mailgate.core.model.content import Answer, Solved
from mailgate.core.model.mail import Address
from mailgate.errors import Permanent, Temporary


@pytest.fixture
def known(desk):
    """She has a ticket with much about it, and takes part in somebody else's."""
    return known_person(desk)


def figures(desk):
    policy, now = desk.gateway.in_force.policy, desk.gateway.clock() + HOUR
    found = desk.gateway.store.read(lambda read: report.of_period(read, policy, now, timedelta(days=1)))
    return found.total, found.agents, found.departments, found.tags


def test_nothing_of_her_is_left_and_every_figure_stays(known):
    desk, first, other = known
    solve_all(desk)
    assert ("entry", "text") in traces(desk)
    before = figures(desk)
    events = {number: desk.gateway.store.read(lambda read, n=number: [row.kind for row in read.tickets.events(n)])
              for number in (first, other)}  # fmt: skip
    told = rights.forget(desk.gateway, ADDRESS.upper())
    assert told["erased"]
    assert traces(desk) == set()
    assert figures(desk) == before
    for number, kinds in events.items():
        assert desk.gateway.store.read(lambda read, n=number: [row.kind for row in read.tickets.events(n)]) == kinds
    audit = desk.gateway.store.read(lambda read: read.report.audit())
    assert audit["unaccounted"] == 0


def save(desk, name, text):
    apply(desk, None, effects=(ch.SaveReply(name, "en", text, "anna"),))


def test_s20_not_an_octet_of_hers_stands_in_any_file_while_the_gateway_runs(known):
    """S-20: 24 of 25 patterns still stood in the database and its log until the daemon stopped."""
    desk, _, other = known
    desk.send(mail("Re: Lamp", "Quite so.\n\n> I have a xylophone too.\n", in_reply_to=last_id(desk, other)))
    desk.send(mail("Re: Lamp", "See below.\n\n> I have a xylophone too.\n\nThat is odd.\n",
                   in_reply_to=last_id(desk, other)))  # fmt: skip
    private = mail("Xylophone, again", "xylophone\n", sender=QUIRINA, reply_to="private@zatopek.example")
    desk.send(private)
    save(desk, "instruments", "Dear Quirina,\n\nMy xylophone is broken.\n\nHave it tuned, Zatopek.\n")
    apply(desk, None, effects=(ch.KeepArticle("tuning", "en", "Of Quirina", "Ask Zatopek.", "anna", stands=True),))
    save(desk, "plain", "Dear customer,\n\nhave it tuned.\n")
    solve_all(desk)
    desk.gateway.store.write(lambda tx: tx.tickets.index(500)).result()
    data = desk.folder / "data"
    (data / "mailgate.db.schema-1").write_bytes(b"SQLite format 3\0 a copy from before an upgrade: xylophone")
    (data / "mailgate.db.schema-1.partial").write_bytes(b"xylophone")
    blob = next(path for path in (data / "blobs").rglob("*") if path.is_file())
    (data / "incoming").mkdir(exist_ok=True)
    (data / "incoming" / f"{blob.name}.0123456789abcdef").hardlink_to(blob)
    assert len({trace for _, trace in octets(desk)}) == len(TRACES)
    rights.forget(desk.gateway, ADDRESS)
    assert octets(desk) == set()
    assert traces(desk) == set()
    saved = {row.name: row.text for row in desk.gateway.store.read(lambda read: read.people.saved_replies())}
    (article,) = desk.gateway.store.read(lambda read: read.people.articles())
    assert (article.title, article.text) == ("Of [erased]", "Ask [erased].")
    assert [one.title for one in desk.gateway.in_force.policy.articles if one.saved] == ["Of [erased]"]
    assert saved["plain"] == "Dear customer,\n\nhave it tuned.\n"
    assert saved["instruments"].split() == ["Dear", "[erased],", "Have", "it", "tuned,", "[erased]."]
    said = [entry.text.strip() for entry in desk.ticket(other).entries if entry.text.strip()]
    assert said[-2:] == ["Quite so.", "See below.\n\n\nThat is odd."]


def test_s20_what_was_deleted_earlier_is_overwritten_too(known):
    """S-20: bytes that retention took stood in free pages, which nothing of hers pointed to any more."""
    desk, *_ = known
    solve_all(desk)
    mails = [
        row["number"] for row in desk.gateway.store.read(lambda read: read.session.all("SELECT number FROM mail", {}))
    ]
    blobs = desk.gateway.store.write(lambda tx: tx.mail.drop_raw(mails)).result()
    desk.gateway.store.write(lambda tx: tx.mail.drop_blobs(blobs)).result()
    desk.gateway.store.write(lambda tx: tx.tickets.drop_words([ticket.number for ticket in desk.tickets()])).result()
    rights.forget(desk.gateway, ADDRESS)
    assert octets(desk) == set()


def test_s20_erased_is_not_said_while_somebody_reads_the_database_of_before(known, monkeypatch):
    """S-20: a backup that is being made keeps the log of before; it is waited for, and then it is said."""
    desk, *_ = known
    solve_all(desk)
    monkeypatch.setattr(rights, "PAUSE", 0.01)
    monkeypatch.setattr(rights, "TRIES", 3)
    other = sqlite3.connect(desk.folder / "data" / "mailgate.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM mail").fetchone()
    with pytest.raises(Temporary, match="still reads"):
        rights.forget(desk.gateway, ADDRESS)
    other.execute("COMMIT")
    other.close()
    assert traces(desk) == set()
    retention.purge(desk.gateway, desk.gateway.clock())
    assert octets(desk) == set()


def test_the_others_in_a_thread_keep_their_words(known):
    desk, _, other = known
    solve_all(desk)
    rights.forget(desk.gateway, ADDRESS)
    ticket = desk.ticket(other)
    assert ticket.entries[0].text.strip() == "The lamp does not work."
    assert ticket.subject == "Lamp"
    assert [person.addr for person in ticket.participants] == ["maija@customer.example"]


def test_the_erasing_is_journalled_without_naming_her(known):
    desk, *_ = known
    solve_all(desk)
    rights.forget(desk.gateway, ADDRESS, actor="admin root")
    row = desk.gateway.store.read(
        lambda read: dict(read.session.one("SELECT * FROM event WHERE kind = 'forgotten'", {}))
    )
    assert (row["actor"], row["ticket"], row["old"]) == ("admin root", None, "")
    assert '"tickets":3' in row["new"]


def test_a_dry_run_says_what_it_would_touch_and_touches_nothing(known):
    desk, first, other = known
    before = traces(desk)
    told = rights.forget(desk.gateway, ADDRESS, dry_run=True)
    assert first in told["tickets"] and other in told["took_part"] and not told["erased"]
    assert len(told["mails"]) == 4
    assert traces(desk) == before


def test_somebody_we_still_work_for_is_not_erased(known):
    desk, first, _ = known
    with pytest.raises(Permanent, match=rf"\[#{first}\]"):
        rights.forget(desk.gateway, ADDRESS)
    assert ("entry", "text") in traces(desk)


def test_receipts_and_lists_about_no_ticket_name_her_no_more(known):
    """What an agent's mail that waits would have told her stood in its receipt for as long as the desk."""
    desk, first, _ = known
    from_agent(desk, "#frob\n\nDear Ms Zatopek, the xylophone is on its way.\n", notice_to(desk, "anna", first))
    other = desk.of_mail(desk.send(mail("Lamp again", "It is dark.\n"))).number
    from_agent(desk, "#frob\n\nIt is the fuse.\n", notice_to(desk, "anna", other))
    desk.letters()
    solve_all(desk)
    rights.forget(desk.gateway, ADDRESS)
    with sqlite3.connect(desk.folder / "data" / "mailgate.db") as db:
        left = [
            row[0] for row in db.execute("SELECT context FROM letter WHERE template = 'receipt' AND ticket IS NULL")
        ]
    db.close()
    assert len(left) == 2 and not any(trace in text.lower() for trace in TRACES for text in left)
    assert any("It is the fuse." in text for text in left), "what names somebody else stays"


def test_letters_that_wait_for_her_never_leave(known):
    desk, first, _ = known
    solve_all(desk)
    later = desk.gateway.clock() + HOUR
    write(desk, first, ch.Outbound(Solved(), ch.Audience.CUSTOMER, (Address(ADDRESS, "Quirina"),), not_before=later))
    rights.forget(desk.gateway, ADDRESS)
    assert {row.state for row in desk.gateway.store.read(lambda read: read.outbox.deliveries())} <= {"dead"}


def test_a_letter_others_wait_for_still_reaches_them(known):
    desk, _, other = known
    solve_all(desk)
    both = (Address("maija@customer.example"), Address(ADDRESS, "Quirina"))
    later = desk.gateway.clock() + HOUR
    write(desk, other, ch.Outbound(Answer(text="a fuse"), ch.Audience.CUSTOMER, both, not_before=later))
    rights.forget(desk.gateway, ADDRESS)
    assert traces(desk) == set()
    states = {row.to: row.state for row in desk.gateway.store.read(lambda read: read.outbox.deliveries())}
    assert states.pop("maija@customer.example") == "held"
    assert set(states.values()) == {"dead"}


def test_she_is_a_stranger_when_she_writes_again(known):
    desk, first, _ = known
    solve_all(desk)
    rights.forget(desk.gateway, ADDRESS)
    ticket = desk.of_mail(desk.send(mail("Again", sender=QUIRINA)))
    assert ticket.number > first
    assert ticket.requester.addr.lower() == ADDRESS


@pytest.mark.parametrize("address", ["nobody@nowhere.example", "anna@staff.example", "support@acme.example"])
def test_strangers_and_our_own_people_are_refused(desk, address):
    with pytest.raises(Permanent):
        rights.forget(desk.gateway, address)
    assert "error" in control.answer(desk.gateway, {"call": "forget", "args": {"address": address, "dry_run": True}})


def exported(desk, address=ADDRESS):
    policy, now = desk.gateway.in_force.policy, desk.gateway.clock()
    return dict(desk.gateway.store.read(lambda read: list(rights.export(read, policy, address, now))))


def test_she_is_handed_her_mails_our_letters_and_her_tickets_without_our_notes(known):
    desk, first, other = known
    files = exported(desk)
    person = files["person.json"]
    ticket = next(one for one in person["tickets"] if one["number"] == first)
    assert [entry["text"].split()[0] for entry in ticket["entries"]] == ["My", "Dear"]
    assert ticket["fields"] == {"instrument": "xylophone"}
    assert "she always breaks" not in str(files)
    (part,) = person["took_part"]
    assert (part["number"], [entry["text"].strip() for entry in part["entries"]]) == (
        other,
        ["I have a xylophone too."],
    )
    assert sum(name.startswith("mails/") for name in files) == 4
    assert any(b"[#" in content for name, content in files.items() if name.startswith("letters/"))
    assert "The lamp does not work." not in str(person)


def test_what_is_exported_after_erasing_is_nothing(known):
    desk, *_ = known
    solve_all(desk)
    rights.forget(desk.gateway, ADDRESS)
    with pytest.raises(Permanent):
        exported(desk)


def test_two_addresses_of_one_person_are_erased_together(known):
    desk, *_ = known
    desk.send(mail("From work", "xylophone again\n", sender="Q Z <qz@work.example>"))
    control.answer(desk.gateway, {"call": "link_contacts", "args": {"one": ADDRESS, "other": "qz@work.example"}})
    solve_all(desk)
    rights.forget(desk.gateway, "qz@work.example")
    assert traces(desk) == set()


def test_strangers_cannot_be_linked(known):
    desk, *_ = known
    answer = control.answer(desk.gateway, {"call": "link_contacts", "args": {"one": ADDRESS, "other": "x@y.example"}})
    assert "x@y.example" in answer["error"]


def test_copies_made_before_an_upgrade_hold_her_too_and_go_first(known):
    desk, *_ = known
    solve_all(desk)
    data = desk.gateway.data
    for name in ("mailgate.db.schema-1", "mailgate.db.schema-12.partial", "mailgate.db.schema-x", "mine.db.schema-1"):
        (data / name).write_bytes(ADDRESS.encode())
    dry = rights.forget(desk.gateway, ADDRESS, dry_run=True)
    assert dry["copies"] == ["mailgate.db.schema-1", "mailgate.db.schema-12.partial"]
    assert (data / "mailgate.db.schema-1").exists()
    assert rights.forget(desk.gateway, ADDRESS)["copies"] == dry["copies"]
    assert {path.name for path in data.glob("*schema*")} == {"mailgate.db.schema-x", "mine.db.schema-1"}


def test_nobody_is_erased_and_no_copy_goes_while_something_is_owed(known):
    desk, *_ = known
    copy = desk.gateway.data / "mailgate.db.schema-1"
    copy.touch()
    with pytest.raises(Permanent, match="solve"):
        rights.forget(desk.gateway, ADDRESS)
    assert copy.exists()
