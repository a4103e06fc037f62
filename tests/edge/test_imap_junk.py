"""How one mail is taken to another folder, and what is done where nothing can be moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from imapclient.exceptions import IMAPClientError

from mailgate.edge.imap import junk
from mailgate.edge.imap.box import Mailbox, Password
from mailgate.store.base import Original

ONE = Original(5, True, "INBOX", 7, 3, "<a@b>", 10, "digest")


class Server:
    """A client with some of the extensions, which notes what it is told."""

    def __init__(self, *able: str, folders: Sequence[Any] = ()) -> None:
        self.able, self.folders, self.told = able, folders, []

    def has_capability(self, name: str) -> bool:
        return name in self.able

    def list_folders(self) -> Sequence[Any]:
        return self.folders

    def folder_exists(self, name: str) -> bool:
        raise IMAPClientError("busy")

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self.told.append(name)


@pytest.mark.parametrize(
    ("able", "told"),
    [
        (("MOVE", "UIDPLUS"), ["move"]),
        (("UIDPLUS",), ["copy", "delete_messages", "uid_expunge"]),
        ((), []),  # EXPUNGE would take others' deleted mail along
    ],
)
def test_i19_one_mail_alone_is_moved(able: tuple[str, ...], told: list[str]) -> None:
    server = Server(*able)
    assert bool(junk._take(server, 3, "Junk")) is not bool(told)  # type: ignore[arg-type]
    assert server.told == told


class Noted:
    def __init__(self) -> None:
        self.said: list[str] = []

    def due(self, mailbox: str) -> Sequence[Original]:
        return [] if self.said else [ONE]

    def same(self, raw: bytes, original: Original) -> bool:
        return True

    def settle(self, mail: int) -> None:
        self.said.append("settled")

    def put_off(self, mail: int) -> bool:
        self.said.append("put off")
        return False


BUSY = [((b"\\HasNoChildren",), b"/", "INBOX"), ((b"\\Junk",), b"/", "Roskaposti")]


@pytest.mark.parametrize(
    ("folders", "junk_folder", "watching", "said"),
    [
        ([], "", False, ["settled"]),  # no folder that the server or the admin calls junk
        (BUSY, "", False, ["put off"]),
        ([], "Junk", False, ["put off"]),
        (BUSY, "", True, []),
    ],
)
def test_what_cannot_be_moved_is_left_or_tried_again(
    folders: Any, junk_folder: str, watching: bool, said: list[str]
) -> None:
    box = Mailbox(
        "support", "support@acme.example", "imap.example", "support", lambda: Password(""), junk=junk_folder,
        moves=lambda: not watching,
    )  # fmt: skip
    noted = Noted()
    junk.JunkMoves(box, noted).carry_out(Server(folders=folders))  # type: ignore[arg-type]
    assert noted.said == said
