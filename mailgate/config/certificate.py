"""The certificate of the listeners: read, told in a sentence when it cannot be used, followed when it is renewed."""

from __future__ import annotations

import re
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailgate.errors import Permanent

SOON = timedelta(days=14)  # before its end somebody is told
_REASONS = {
    "KEY_VALUES_MISMATCH": "the key does not belong to the certificate",
    "EE_KEY_TOO_SMALL": "its key is too small",
    "CA_MD_TOO_WEAK": "its signature is too weak",
}
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A certificate that can be used; times are aware UTC."""

    context: ssl.SSLContext
    begins: datetime
    ends: datetime


def load(cert: Path, key: Path) -> Loaded:
    """A server's context from PEM files. Raises Permanent with a sentence that names the file at fault."""
    begins, ends = _dates(cert)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(cert, key, password=_locked)
    except ssl.SSLError as error:
        why = _REASONS.get(error.reason or "", "it holds no PEM key that can be read without a passphrase")
        raise Permanent(f"{key}: {why}") from None
    except OSError as error:
        raise Permanent(f"{key}: {error.strerror}") from None
    except ValueError:  # a passphrase was asked for
        raise Permanent(f"{key}: it is locked with a passphrase, which nobody can type here") from None
    return Loaded(context, begins, ends)


def _locked() -> str:
    raise ValueError


def _dates(cert: Path) -> tuple[datetime, datetime]:
    """From when until when the first certificate of a file, the server's own, is valid."""
    try:
        found = _PEM.search(cert.read_text(encoding="ascii", errors="replace"))
    except OSError as error:
        raise Permanent(f"{cert}: {error.strerror}") from None
    try:
        if found is None:
            raise ValueError
        der = ssl.PEM_cert_to_DER_cert(found.group())
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)  # is it one at all?
        return _validity(der)
    except (ValueError, IndexError, ssl.SSLError):
        raise Permanent(f"{cert}: it holds no PEM certificate") from None


def _validity(der: bytes) -> tuple[datetime, datetime]:
    """notBefore and notAfter of a certificate (RFC 5280 section 4.1), which the standard library does not tell."""
    [(_, certificate)] = _elements(der)
    (_, signed), *_ = _elements(certificate)
    fields = _elements(signed)
    if fields[0][0] == 0xA0:  # the version, which the first version does not have
        del fields[0]
    begins, ends = (_moment(tag, content) for tag, content in _elements(fields[3][1]))
    return begins, ends


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """DER elements one after another: tag and content."""
    found, at = [], 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start], "big")
        found.append((data[at], data[start : start + length]))
        at = start + length
    return found


def _moment(tag: int, value: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == 0x17 else "%Y%m%d%H%M%SZ"  # UTCTime, GeneralizedTime
    return datetime.strptime(value.decode("ascii"), form).replace(tzinfo=UTC)


class Certificate:
    """The one in use: a renewed file is used from the next handshake on, a broken one is not, and that is told."""

    def __init__(self, cert: Path, key: Path) -> None:
        """Raises Permanent when it cannot be used."""
        self.cert, self.key = cert, key
        self._stamp = self._now()
        self._loaded = load(cert, key)
        self._trouble = ""
        self._guard = threading.Lock()

    def context(self) -> ssl.SSLContext:
        """For the next handshake; the last good one when the files cannot be used."""
        self._follow()
        return self._loaded.context

    def trouble(self, now: datetime) -> str:
        """What is wrong with it, or soon will be; `""` when nothing is."""
        self._follow()
        if self._trouble:
            return f"{self._trouble}; the one read before is still in use, until {self._loaded.ends:%Y-%m-%d}"
        return doubt(self._loaded, self.cert, now)

    def expired(self, now: datetime) -> bool:
        """True when nobody who looks will trust the one in use."""
        return not self._loaded.begins <= now <= self._loaded.ends

    def _follow(self) -> None:
        with self._guard:
            stamp = self._now()
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                self._loaded, self._trouble = load(self.cert, self.key), ""
            except Permanent as error:
                self._trouble = str(error)

    def _now(self) -> tuple[int, ...]:
        stamp: list[int] = []
        for path in (self.cert, self.key):
            try:
                found = path.stat()
            except OSError:
                stamp += [0, 0, 0]
            else:
                stamp += [found.st_mtime_ns, found.st_size, found.st_ino]
        return tuple(stamp)


def doubt(found: Loaded, cert: Path, now: datetime) -> str:
    """Why a certificate that can be used is not trusted, or soon will not be; `""` when it is."""
    if now < found.begins:
        return f"{cert}: the certificate is not valid before {found.begins:%Y-%m-%d %H:%M} UTC"
    if now > found.ends:
        return f"{cert}: the certificate has expired on {found.ends:%Y-%m-%d}"
    if found.ends - now < SOON:
        return f"{cert}: the certificate expires on {found.ends:%Y-%m-%d %H:%M} UTC"
    return ""
