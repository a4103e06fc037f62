"""Retention: what is old enough leaves, raw mail first and by way of the archive, then words."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from pathlib import Path

from mailgate import newfile
from mailgate.app.gateway import Gateway
from mailgate.core.model.letter_rows import AgedLetter
from mailgate.core.model.mail import canonical
from mailgate.core.model.mail_rows import PurgeableMail
from mailgate.errors import OutOfSpace, Temporary
from mailgate.store.base import Read, Tx

log = logging.getLogger(__name__)

SLICE = 500  # answers of another program in one transaction
BATCH = 20  # mails or tickets in one transaction: the writer is never held long
LOOSE = "loose"  # setting: up to which letter those about no ticket have lost their words
FREEING = "freeing"  # setting: files of large mail that a batch let go of and that are to be deleted
ARCHIVING = "archiving"  # setting: how long each mbox file was before the batch in hand


def purge(gateway: Gateway, now: datetime) -> int:
    """Do what `[retention]` says; returns how many mails lost their raw bytes and tickets their words.

    Words never go before the raw mail that holds them too: without `raw`, raw mail goes when words do, `text` after its
    tickets were solved. Raises Temporary when the archive cannot be written: then nothing is removed.
    """
    try:
        count = _purge(gateway, now)
    except Temporary as error:
        gateway.health["retention"] = str(error)
        raise
    gateway.health.pop("retention", None)
    gateway.store.empty_log().result()  # what went stands there until then
    return count


def _purge(gateway: Gateway, now: datetime) -> int:
    kept = gateway.config.retention
    count = _answers(gateway, now)
    _free(gateway)
    _cut_archive(gateway)
    if kept.raw is not None:
        count += _raw_mail(gateway, now - kept.raw, None, kept.archive_folder)
    if kept.text is not None:
        count += _raw_mail(gateway, now - kept.text, now - kept.text, kept.archive_folder)
        count += _words(gateway, now - kept.text)
        _loose_letters(gateway, now - kept.text)
    return count


def _answers(gateway: Gateway, now: datetime) -> int:
    """What another program said of customers, once it is too old to count."""
    total = 0
    while count := gateway.store.write(lambda tx: tx.lookups.drop_old(now, SLICE)).result():
        total += count
    return total


def _raw_mail(gateway: Gateway, before: datetime, rested: datetime | None, archive: Path | None) -> int:
    store, after, count = gateway.store, 0, 0
    while not gateway.stopping.is_set():
        found = store.read(partial(_old_mails, before, after, rested))
        if not found:
            break
        numbers = [row.number for row in found]
        if archive is not None:
            _archive(gateway, archive, found)
        if store.write(partial(_remove, numbers)).result():
            _free(gateway)
        count += len(numbers)
        after = numbers[-1]
    return count


def _remove(numbers: list[int], tx: Tx) -> list[str]:
    """With the raw mail goes the note that it is being archived: from here on it is. Its files go after the commit."""
    tx.settings.set(ARCHIVING, None)
    blobs = tx.mail.drop_raw(numbers)
    if blobs:
        tx.settings.set(FREEING, json.dumps(blobs))
    return blobs


def _free(gateway: Gateway) -> None:
    """Delete the files that a batch let go of, this one's or one before a crash; those another mail names stay."""
    text = gateway.store.read(lambda read: read.settings.get(FREEING))
    if text is not None:
        gateway.store.write(partial(_unlink, json.loads(text))).result()
        gateway.store.write(lambda tx: tx.settings.set(FREEING, None)).result()


def _unlink(blobs: list[str], tx: Tx) -> int:
    return tx.mail.drop_blobs(blobs)


def _words(gateway: Gateway, before: datetime) -> int:
    store, after, count = gateway.store, 0, 0
    while not gateway.stopping.is_set():
        numbers = store.read(partial(_old_threads, before, after))
        if not numbers:
            break
        store.write(partial(_silence, numbers)).result()
        count += len(numbers)
        after = numbers[-1]
    return count


def _loose_letters(gateway: Gateway, before: datetime) -> None:
    """Letters about no ticket (lists, digests, "was this you?") lose their words by their own age, in their order.

    Where one is still needed the next purge goes on from there.
    """
    store = gateway.store
    after = begun = int(store.read(lambda read: read.settings.get(LOOSE)) or 0)
    while not gateway.stopping.is_set():
        found = store.read(partial(_letters, after))
        ready = list(takewhile(lambda row: row.created_at < before and not row.needed, found))
        numbers = [row.id for row in ready if row.loose]
        if ready:
            after = ready[-1].id
        if numbers:
            begun = after
            store.write(partial(_empty, numbers, after)).result()
        if len(ready) < BATCH:
            break
    if after > begun:
        store.write(partial(_empty, [], after)).result()


def _letters(after: int, read: Read) -> list[AgedLetter]:
    return read.outbox.by_age(after, BATCH)


def _empty(letters: list[int], after: int, tx: Tx) -> None:
    tx.outbox.drop_words(letters)
    tx.settings.set(LOOSE, str(after))


def _old_mails(before: datetime, after: int, rested: datetime | None, read: Read) -> list[PurgeableMail]:
    return read.mail.older_than(before, after, BATCH, rested)


def _old_threads(before: datetime, after: int, read: Read) -> list[int]:
    return read.tickets.with_old_words(before, after, BATCH)


def _silence(numbers: list[int], tx: Tx) -> None:
    tx.tickets.drop_words(numbers)


# --- the archive ------------------------------------------------------------------------------------------------------


def _archive(gateway: Gateway, folder: Path, mails: Iterable[PurgeableMail]) -> None:
    """Append each mail to the mbox file of its year, on disk before anything is removed.

    The lengths before are kept first, so that a batch cut short by a crash is not archived twice (see `_cut_archive`).
    """
    years: dict[Path, list[bytes]] = {}
    for row in mails:
        path = folder / f"{row.arrived_at.astimezone(UTC):%Y}.mbox"
        try:
            raw = gateway.store.read(partial(_raw, row.number))
        except KeyError:  # the file of a large mail was lost: there is nothing to archive
            log.warning("raw mail missing", extra={"mail": row.number})
            continue
        years.setdefault(path, []).append(mbox_entry(raw, row.sender, row.arrived_at))
    try:
        newfile.folder(folder)
        lengths = {str(path): path.stat().st_size if path.exists() else 0 for path in years}
        gateway.store.write(lambda tx: tx.settings.set(ARCHIVING, json.dumps(lengths))).result()
        for path, entries in years.items():
            _append(path, entries)
    except OSError as error:
        kind = OutOfSpace if error.errno == 28 else Temporary
        raise kind(f"the archive {folder} cannot be written: {error.strerror}") from error


def _raw(number: int, read: Read) -> bytes:
    return read.mail.raw(number)


def _append(path: Path, entries: Iterable[bytes]) -> None:
    with os.fdopen(newfile.append(path), "wb") as file:
        file.writelines(entries)
        file.flush()
        os.fsync(file.fileno())
    newfile.sync(path.parent)


def _cut_archive(gateway: Gateway) -> None:
    """A batch that was archived but not removed is taken off the archive again: it comes again."""
    text = gateway.store.read(lambda read: read.settings.get(ARCHIVING))
    if text is None:
        return
    for name, length in json.loads(text).items():
        path = Path(name)
        if path.exists() and path.stat().st_size > length:
            os.truncate(path, length)
    gateway.store.write(lambda tx: tx.settings.set(ARCHIVING, None)).result()


def mbox_entry(raw: bytes, sender: str, at: datetime) -> bytes:
    """A mail as it stands in an mboxrd file: line feeds, `From ` lines quoted so that it can be undone."""
    lines = raw.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    quoted = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
    known = canonical(sender)
    whom = known if known and known.isascii() and known.isprintable() and " " not in known else "MAILER-DAEMON"
    first = f"From {whom} {at.astimezone(UTC):%a %b %d %H:%M:%S %Y}\n".encode()
    return first + b"\n".join(quoted) + b"\n\n"
