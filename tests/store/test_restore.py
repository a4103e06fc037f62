"""S-21: nothing of a file that calls itself a backup is believed before it is proved, and a refused one leaves nothing."""

import gzip
import io
import os
import sqlite3
import tarfile
from contextlib import closing

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.errors import ConfigError
from mailgate.store import blobs
from mailgate.store.sqlite import restore as restoring
from mailgate.store.sqlite import schema, shape
from mailgate.store.sqlite.backup import backup
from mailgate.store.sqlite.restore import restore

ENVELOPE = Envelope("a@b.example", ("support@desk.example",))


def plain(name, data):
    member = tarfile.TarInfo(name)
    member.size = len(data)
    return member, data


def special(name, kind, link=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member, b""


@pytest.fixture(scope="module")
def good():
    """The members of a good backup, once it is made."""
    return []


@pytest.fixture
def parts(good, request, tmp_path):
    """The members of a good backup with one large mail."""
    if not good:
        good += backed_up(request.getfixturevalue("bench"), tmp_path)
    return [plain(member.name, data) for member, data in good]


def backed_up(bench, tmp_path):
    bench.open()
    raw = os.urandom(90_000)
    incoming = blobs.write(bench.store.data, raw)
    bench.write(lambda tx: tx.mail.keep(raw, ENVELOPE, "large", bench.now, incoming))
    backup(bench.store.path, tmp_path / "good.tar")
    with tarfile.open(tmp_path / "good.tar") as tar:
        return [plain(member.name, tar.extractfile(member).read()) for member in tar.getmembers()]


def put(path, members):
    with tarfile.open(path, "w") as tar:
        for member, data in members:
            tar.addfile(member, io.BytesIO(data))
    return path


def refused(tmp_path, file, why):
    with pytest.raises(ConfigError, match=why):
        restore(file, tmp_path / "again" / "mailgate.db")
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["mailgate.lock"]


def changed(data, *statements):
    """The database after somebody's statements."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        if data:
            copy.deserialize(data)
        for statement in statements:
            copy.execute(statement)
        return copy.serialize()


def test_its_parts_put_together_again_are_restored(parts, tmp_path):
    assert [member.name.split("/")[0] for member, _ in parts] == [
        "mailgate.json",
        "mailgate.db",
        "blobs",
        "mailgate.end",
    ]
    done = restore(put(tmp_path / "again.tar", parts), tmp_path / "again" / "mailgate.db")
    assert (done.mails, done.blobs, done.missing) == (2, 1, 0)


DATABASES = {
    "empty": (lambda data: b"", "is empty"),
    "not SQLite": (lambda data: b"x" * 5000, "no SQLite database"),
    "cut": (lambda data: data[:-4096], "is cut, or padded"),
    "padded": (lambda data: data + bytes(1 << 20), "is cut, or padded"),
    "foreign": (lambda data: changed(b"", "CREATE TABLE a (b)"), "is not mailgate's"),
    "foreign, of a version": (
        lambda data: changed(b"", "CREATE TABLE a (b)", "PRAGMA user_version = 2"), "is not mailgate's",
    ),
    "in name alone": (
        lambda data: changed(
            b"", "CREATE TABLE a (b)", "PRAGMA user_version = 2", f"PRAGMA application_id = {schema.APPLICATION_ID}"
        ),
        "is missing",
    ),
    "newer": (lambda data: changed(data, "PRAGMA user_version = 9999"), "9999"),
    "with a trigger": (
        lambda data: changed(data, "CREATE TRIGGER t AFTER UPDATE ON delivery BEGIN DELETE FROM mail; END"),
        "trigger t is not mailgate's",
    ),
    "with another trigger of our name": (
        lambda data: changed(
            data, "DROP TRIGGER event_is_append_only",
            "CREATE TRIGGER event_is_append_only BEFORE DELETE ON event BEGIN DELETE FROM mail; END",
        ),
        "trigger event_is_append_only is not as mailgate makes it",
    ),
    "with a view": (lambda data: changed(data, "CREATE VIEW v AS SELECT 1"), "view v is not mailgate's"),
    "with a virtual table": (
        lambda data: changed(data, "CREATE VIRTUAL TABLE more USING fts5(x)"), "table more is not mailgate's",
    ),
    "with a view for a table": (
        lambda data: changed(data, "ALTER TABLE tally RENAME TO other", "CREATE VIEW tally AS SELECT * FROM other"),
        "table tally is missing",
    ),
    "with another column": (
        lambda data: changed(data, "ALTER TABLE tally ADD COLUMN more TEXT"), "table tally is not as mailgate makes it",
    ),
    "with an index that refuses": (
        lambda data: changed(data, "CREATE UNIQUE INDEX u ON mail(peer, number)"), "index u is not mailgate's",
    ),
    "with a step undone": (lambda data: changed(data, "DELETE FROM _sqlite_migrations WHERE id = 2"), "migrations"),
    "damaged": (lambda data: data[:8192] + os.urandom(8192) + data[16384:], "damaged|missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_that_is_not_ours_is_refused_with_a_sentence(parts, tmp_path, name):
    change, why = DATABASES[name]
    parts[1] = plain("mailgate.db", change(parts[1][1]))
    refused(tmp_path, put(tmp_path / "odd.tar", parts), why)


def test_an_index_for_somebodys_reports_does_no_harm(parts, tmp_path):
    parts[1] = plain("mailgate.db", changed(parts[1][1], 'CREATE INDEX mine ON ticket(subject, "status")'))
    assert restore(put(tmp_path / "odd.tar", parts), tmp_path / "again" / "mailgate.db").mails == 2


EXTRA = {
    "upwards": plain("../../evil", b"x"),
    "absolute": plain("/var/tmp/evil", b"x"),
    "keys": plain("keys.json", b"{}"),
    "a socket's name": plain("control.sock", b""),
    "no digest": plain("blobs/aa/-rf", b"x"),
    "a digest of another folder": plain("blobs/aa/" + "b" * 64, b"x"),
    "a digest nobody speaks of": plain("blobs/aa/" + "a" * 64, b"x"),
    "a link": special("blobs/aa/" + "a" * 64, tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link": special("blobs/aa/" + "a" * 64, tarfile.LNKTYPE, "mailgate.json"),
    "a folder that is a link": special("blobs", tarfile.SYMTYPE, "/var/tmp"),
    "a device": special("blobs/aa/" + "a" * 64, tarfile.CHRTYPE),
    "a pipe": special("blobs/aa/" + "a" * 64, tarfile.FIFOTYPE),
    "a folder nobody may open": special("blobs/ab", tarfile.DIRTYPE),
    "a second database": plain("mailgate.db", b"x"),
}


@pytest.mark.parametrize("name", EXTRA)
def test_what_no_backup_holds_is_refused(parts, tmp_path, name):
    parts.insert(2, EXTRA[name])
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "which no backup does|does not speak of")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_database_that_is_no_plain_file_is_refused(parts, tmp_path, kind):
    parts[1] = special("mailgate.db", kind, "/etc/passwd")
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "not the second file")


def test_large_mail_that_was_changed_is_refused(parts, tmp_path):
    member, data = parts[2]
    parts[2] = member, b"y" + data[1:]
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "has been changed")


def test_large_mail_that_came_twice_is_refused(parts, tmp_path):
    refused(tmp_path, put(tmp_path / "odd.tar", [*parts[:3], *parts[2:]]), "does not speak of")


def test_an_archive_that_lost_its_end_is_refused(parts, tmp_path):
    refused(tmp_path, put(tmp_path / "odd.tar", parts[:2]), "it is cut")


def test_what_follows_the_end_is_refused(parts, tmp_path):
    refused(tmp_path, put(tmp_path / "odd.tar", [*parts, plain("more", b"x")]), "follows its end")
    file = put(tmp_path / "odd.tar", parts)
    file.write_bytes(file.read_bytes() + bytes(1 << 20))
    refused(tmp_path, file, "follows its end")


def test_a_small_file_that_swells_lays_down_nothing(parts, tmp_path):
    """32 KB of .gz with a large mail of 16 MB that the database does not speak of: judged before it is written."""
    huge = plain("blobs/aa/" + "a" * 64, bytes(1 << 24))
    file = put(tmp_path / "bomb.tar", [*parts[:2], huge])
    packed = tmp_path / "bomb.tar.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    refused(tmp_path, packed, "does not speak of")


def test_a_header_that_swells_is_not_read(parts, tmp_path):
    long = tarfile.TarInfo("././@LongLink")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 1 << 20
    parts.insert(1, (long, bytes(1 << 20)))
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "longer than any backup's")


@pytest.mark.parametrize(("named", "why"), [("octets", "needs 9000.0 GB"), ("schema", "newer"), ("format", "newer")])
def test_the_index_is_believed_when_it_asks_too_much(parts, tmp_path, named, why):
    words = parts[0][1].decode().replace("}", f', "{named}": 9000000000000}}')
    parts[0] = plain("mailgate.json", words.encode())
    refused(tmp_path, put(tmp_path / "odd.tar", parts), why)


@pytest.mark.parametrize("words", [b"", b"[]", b"{", b'{"octets": "x"}', b"x" * 70_000])
def test_an_index_that_cannot_be_read_is_refused(parts, tmp_path, words):
    parts[0] = plain("mailgate.json", words)
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "cannot be read|does not begin with")


def test_what_needs_more_room_than_there_is_is_refused_before_it_is_written(parts, tmp_path, monkeypatch):
    monkeypatch.setattr(restoring, "SPARE", 1 << 62)
    refused(tmp_path, put(tmp_path / "good.tar", parts), "there is room for 0 MB")


def test_every_octet_of_a_compressed_backup_is_covered(bench, tmp_path):
    backup(bench.store.path, tmp_path / "b.tar.gz")
    data = bytearray((tmp_path / "b.tar.gz").read_bytes())
    data[-8] ^= 1  # of the checksum alone
    (tmp_path / "b.tar.gz").write_bytes(data)
    refused(tmp_path, tmp_path / "b.tar.gz", "damaged")


def test_a_backup_that_restore_would_refuse_says_so(bench, tmp_path):
    bench.close()
    with closing(sqlite3.connect(bench.store.path)) as other:
        other.execute("CREATE VIEW mine AS SELECT 1")
    assert backup(bench.store.path, tmp_path / "b.tar").odd == ("view mine is not mailgate's",)


def test_what_a_killed_restore_left_is_taken_away(parts, tmp_path):
    (tmp_path / "again" / ".restore-old" / "blobs").mkdir(parents=True)
    (tmp_path / "again" / ".restore-old" / "blobs" / "x").write_bytes(b"x")
    restore(put(tmp_path / "good.tar", parts), tmp_path / "again" / "mailgate.db")
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == ["blobs", "mailgate.db", "mailgate.lock"]


def test_every_version_is_known_by_its_shape():
    shapes = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as one:
        for version in range(1, schema.VERSION + 1):
            schema.migrate(one, version)
            assert shape.oddities(one, version) == []
            shapes[version] = shape.shape_of(one)
    for version, found in shapes.items():
        assert [other for other, wanted in shapes.items() if not shape.differences(found, wanted)] == [version]


def test_headers_nested_without_end_are_refused(parts, tmp_path):
    """Each long name announces the next header, and the reader of archives goes a level deeper."""
    long = special("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    refused(tmp_path, put(tmp_path / "odd.tar", [parts[0], *[long] * 3000, *parts[1:]]), "nested")


@pytest.mark.parametrize("words", [b'{"octets": 1e999}', b"[" * 60_000, b'{"schema": ' + b"9" * 5000 + b"}"])
def test_an_index_that_breaks_its_reader_is_refused(parts, tmp_path, words):
    parts[0] = plain("mailgate.json", words)
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "cannot be read")


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a" * 63, "A" * 64, "b" * 64 + "\n", ""])
def test_a_database_that_names_large_mail_as_we_never_do_is_refused(parts, tmp_path, name):
    """A purge would unlink the file of that name, and an agent would be shown it."""
    quoted = name.replace("'", "''")
    parts[1] = plain("mailgate.db", changed(parts[1][1], f"UPDATE mail SET blob = '{quoted}' WHERE number = 1"))
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "names large mail")


def test_no_file_elsewhere_is_cut_because_a_backup_says_so(parts, tmp_path):
    """What was being archived when the copy was made is no business of the archive as it is now."""
    said = '{"/home/somebody/important": 0}'
    parts[1] = plain("mailgate.db", changed(parts[1][1], f"INSERT INTO setting VALUES ('archiving', '{said}')"))
    restore(put(tmp_path / "odd.tar", parts), tmp_path / "again" / "mailgate.db")
    with closing(sqlite3.connect(tmp_path / "again" / "mailgate.db")) as laid:
        assert laid.execute("SELECT count(*) FROM setting WHERE key = 'archiving'").fetchone() == (0,)


def test_a_table_of_the_index_that_is_a_machine_is_refused(parts, tmp_path):
    parts[1] = plain(
        "mailgate.db",
        changed(
            parts[1][1],
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = 'CREATE VIRTUAL TABLE words_config USING fts5(k, v)', rootpage = 0 "
            "WHERE name = 'words_config'",
        ),
    )
    refused(tmp_path, put(tmp_path / "odd.tar", parts), "words_config is not as mailgate makes it")
