"""The picture at the head of letters: an address as it stands, or a file that is read once and travels with each."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from mailgate.core.model.policy import LOGO_LARGEST, LogoFile, logo_id

_BEGIN = (  # what a picture that mail programs show begins with, whatever the file is called
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_ADDRESS = re.compile(r"https://[A-Za-z0-9.\[:\]-]+(?:/[!#-;=?-~]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Logo:
    """What letters show a picture by, and the file it is read from, if it is one."""

    address: str = ""
    path: Path | None = None
    file: LogoFile | None = None


def find(text: str, path: Path, domain: str) -> Logo:
    """The logo a setting names; `path` is that text as a path. Raises ValueError for what letters cannot show."""
    if not text:
        return Logo()
    scheme, colon, _ = text.partition(":")
    if not colon or not scheme.isalpha():
        file = _read(path, domain)
        return Logo(f"cid:{file.content_id}", path, file)
    if scheme.lower() == "https" and _ADDRESS.fullmatch(text):
        return Logo(text)
    raise ValueError(f'found "{text}"; allowed: an address like "https://acme.example/logo.png", or the name of a file')


def _read(path: Path, domain: str) -> LogoFile:
    data = _octets(path)
    if len(data) > LOGO_LARGEST:
        raise ValueError(
            f"{path} has more than {LOGO_LARGEST // 1024} KB, and each letter would carry it: make it smaller"
        )
    kind = next((kind for begin, kind in _BEGIN if data.startswith(begin)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind:
        raise ValueError(f"{path} is no PNG, JPEG, GIF or WebP; mail programs show no other picture")
    digest = hashlib.sha256(data).hexdigest()
    return LogoFile(kind, data, digest, logo_id(digest, domain))


def _octets(path: Path) -> bytes:
    """One octet more than a logo may have at most: who waits for a pipe or a device waits for ever."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError(f"{path} is not a regular file")
            return file.read(LOGO_LARGEST + 1)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
