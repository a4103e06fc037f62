"""S-12: whatever we write is new, goes through no link that somebody laid, and is ours alone, whatever the umask."""

import ast
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import mail, running

from mailgate import newfile
from mailgate.cli import cli
from mailgate.edge.apart import heir
from mailgate.edge.out.maildir import FolderTransport
from mailgate.edge.out.oauth import StoredTokens, TokenFile

ROOT = Path(__file__).parents[2] / "mailgate"


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def run(folder, *args):
    done = CliRunner().invoke(cli, ["--config", str(folder / "mailgate.toml"), *args])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def theirs(folder, but=()):
    """What in a folder somebody else may read, write or enter."""
    found = [folder, *folder.rglob("*")]
    return [path.name for path in found if path.lstat().st_mode & 0o077 and path.name not in but]


@pytest.fixture
def victim(tmp_path):
    """A file nobody may write to by way of a link, and one that is not there yet."""
    file = tmp_path / "important"
    file.write_text("do not touch")
    yield file
    assert file.read_text() == "do not touch"
    assert not (tmp_path / "missing").exists()


def test_a_backup_goes_through_no_link_and_is_ours_alone(desk, tmp_path, victim):
    desk.send(mail())
    backups = tmp_path / "backups"
    backups.mkdir(mode=0o777)
    (backups / "b.tar.gz.partial").symlink_to(victim)
    (backups / "b.tar.gz.snapshot").symlink_to(victim)
    (backups / "b.tar.gz").symlink_to(victim)
    prepared = backups / "c.tar.partial"
    prepared.touch(0o666)
    run(desk.folder, "backup", str(backups / "b.tar.gz"))
    run(desk.folder, "backup", str(backups / "c.tar"))
    for name in ("b.tar.gz", "c.tar"):
        file = backups / name
        assert not file.is_symlink()
        assert file.stat().st_mode & 0o777 == 0o600
    assert prepared.stat().st_size == 0
    assert not list(backups.glob(".*"))


def test_a_backup_clears_away_what_a_killed_one_of_that_name_left(desk, tmp_path, victim):
    left, busy, linked = (tmp_path / f".b.tar.{name}.making" for name in ("left", "busy", "linked"))
    left.mkdir()
    (left / "mailgate.db").write_bytes(b"half")
    busy.mkdir()
    linked.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    handle = os.open(busy, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        run(desk.folder, "backup", str(tmp_path / "b.tar"))
    finally:
        os.close(handle)
    assert not left.exists()
    assert busy.exists()
    assert (tmp_path / "elsewhere").exists()


def test_letters_in_a_folder_are_ours_alone(tmp_path):
    folder = tmp_path / "new" / "outgoing"
    FolderTransport(folder).send("a@b.example", "c@d.example", b"Subject: x\r\n\r\nhello\r\n")
    assert theirs(tmp_path / "new") == []


def test_attachments_are_written_beside_what_is_there_never_through_a_link(desk, tmp_path, victim):
    message = mail()
    for _ in range(2):
        message.add_attachment(b"THROUGH", maintype="text", subtype="plain", filename="link.txt")
    number = desk.of_mail(desk.send(message)).number
    target = tmp_path / "files" / "deep"
    newfile.folder(target)
    (target / "link.txt").symlink_to(tmp_path / "missing")
    (target / "link-2.txt").symlink_to(victim)
    said = run(desk.folder, "tickets", "files", str(number), str(target)).splitlines()
    assert [Path(one).name for one in said] == ["link-3.txt", "link (2).txt"]
    assert (target / "link-3.txt").read_bytes() == b"THROUGH"
    assert theirs(tmp_path / "files", but=("link.txt", "link-2.txt")) == []


def test_a_person_is_exported_into_a_folder_that_is_ours_alone(desk, tmp_path, victim):
    desk.send(mail())
    run(desk.folder, "export", "maija@customer.example", "--to", str(tmp_path / "deep" / "handed"))
    assert theirs(tmp_path / "deep") == []
    (tmp_path / "link").symlink_to(tmp_path / "missing")
    done = CliRunner().invoke(
        cli,
        ["--config", str(desk.folder / "mailgate.toml"), "export", "maija@customer.example", "--to", str(tmp_path / "link")],
    )  # fmt: skip
    assert done.exit_code == 1 and "exists already" in str(done.exception)


def test_a_first_configuration_is_ours_alone_and_follows_no_link(tmp_path, victim):
    target = tmp_path / "etc" / "mailgate"
    newfile.folder(target)
    (target / "config.example.toml").symlink_to(tmp_path / "missing")
    done = CliRunner().invoke(cli, ["init", str(target)])
    assert done.exit_code == 0, done.output
    assert theirs(tmp_path / "etc", but=("config.example.toml",)) == []


def test_the_ready_file_gives_way_to_no_link(tmp_path, victim):
    ready = tmp_path / "ready.json"
    ready.symlink_to(victim)
    (tmp_path / "ready.json.new").symlink_to(victim)
    with running(tmp_path / "desk") as desk:
        desk.daemon.ready_file = ready
        desk.daemon._write_ready_file()
        assert not ready.is_symlink()
        assert ready.stat().st_mode & 0o777 == 0o600


def test_everything_in_the_data_folder_is_ours_alone(desk):
    big = mail()
    big.add_attachment(os.urandom(90_000), maintype="image", subtype="png", filename="a.png")
    desk.send(big)
    desk.letters()
    assert theirs(desk.folder / "data") == []


def test_the_lock_of_desk_and_listener_is_ours_alone_and_no_link(tmp_path, victim):
    os.close(heir.inherit(tmp_path))
    assert theirs(tmp_path, but=(victim.name,)) == []
    (tmp_path / heir.NAME).unlink()
    (tmp_path / heir.NAME).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        heir.inherit(tmp_path)


def test_a_token_gives_way_to_no_link(tmp_path, victim):
    from datetime import UTC, datetime

    path = tmp_path / "tokens" / "relay.json"
    newfile.folder(path.parent)
    path.symlink_to(victim)
    path.with_suffix(".new").symlink_to(victim)
    TokenFile(path).save(StoredTokens("access", "refresh", datetime(2030, 1, 1, tzinfo=UTC)))
    assert not path.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600


# Where else a file comes into being, and why.
ELSEWHERE = {
    "store/sqlite/store.py": 1,  # the database, which an admin may have laid elsewhere by a link
    "store/sqlite/connection.py": 1,  # the lock beside it
    "store/sqlite/backup.py": 1,  # an archive in a file that is there
    "store/blobs.py": 2,  # `incoming/`, to write and to try whether there is room, but not the data folder once it has vanished
    "cli/admin/people.py": 1,  # a folder that must be new
    "app/children/child.py": 1,  # the kernel's
}


def made(path):
    """Calls in a file that make files or folders otherwise than by `newfile`."""
    count = 0
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in ("O_CREAT", "touch", "write_text", "write_bytes", "mkdir"):
            count += 1
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            modes = [
                one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            count += name == "open" and any(mode[:1] in ("w", "a", "x") and len(mode) < 4 for mode in modes)
            count += name in ("makedirs", "copyfile", "copytree", "copy2")
    return count


def test_nothing_else_makes_files():
    found = {str(path.relative_to(ROOT)): made(path) for path in ROOT.rglob("*.py") if path.name != "newfile.py"}
    assert {name: count for name, count in found.items() if count} == ELSEWHERE
