"""S-19: a certificate that cannot be used is refused with a sentence, and one that is renewed badly is not taken."""

from __future__ import annotations

import os
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from mailgate.config.certificate import Certificate, doubt, load
from mailgate.errors import Permanent

NOW = datetime.now(UTC)


def issue(folder: Path, name: str = "one", ends: datetime | None = None) -> tuple[Path, Path]:
    """A certificate of an authority of its own; returns the files of certificate and key."""
    made = trustme.CA().issue_cert("mx.acme.example", not_after=ends)
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    made.cert_chain_pems[0].write_to_path(cert)
    made.private_key_pem.write_to_path(key)
    return cert, key


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return issue(tmp_path, ends=NOW + timedelta(days=90))


def test_a_good_one_is_taken_and_its_end_known(files: tuple[Path, Path]) -> None:
    found = load(*files)
    assert abs(found.ends - NOW - timedelta(days=90)) < timedelta(days=1)
    assert found.begins < NOW
    assert doubt(found, files[0], NOW) == ""


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("no certificate", "one.pem: it holds no PEM certificate"),
        ("half a certificate", "one.pem: it holds no PEM certificate"),
        ("nothing", "one.pem: it holds no PEM certificate"),
        ("a certificate of zeros", "one.pem: it holds no PEM certificate"),
        ("no key", "one.key: it holds no PEM key that can be read without a passphrase"),
        ("another key", "one.key: the key does not belong to the certificate"),
        ("a locked key", "one.key: it is locked with a passphrase, which nobody can type here"),
        ("a folder", "one.pem: Is a directory"),
        ("gone", "one.key: No such file or directory"),
    ],
)
def test_s19_one_that_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, files: tuple[Path, Path], harm: str, said: str
) -> None:
    cert, key = files
    match harm:
        case "no certificate":
            cert.write_text("garbage")
        case "half a certificate":
            cert.write_text(cert.read_text()[:200])
        case "nothing":
            cert.write_bytes(b"")
        case "a certificate of zeros":
            cert.write_text("-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAA\n-----END CERTIFICATE-----\n")
        case "no key":
            key.write_text("garbage")
        case "another key":
            issue(tmp_path, "other")[1].replace(key)
        case "a locked key":
            lock = ["openssl", "pkey", "-aes256", "-passout", "pass:secret", "-in", str(key), "-out", str(key) + ".new"]
            if subprocess.run(lock, check=False, capture_output=True).returncode:
                pytest.skip("needs the openssl command")
            Path(str(key) + ".new").replace(key)
        case "a folder":
            cert.unlink()
            cert.mkdir()
        case "gone":
            key.unlink()
    with pytest.raises(Permanent) as refused:
        load(cert, key)
    assert str(refused.value) == f"{tmp_path}/{said}"


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "has expired on"), (0.5, "expires on"), (13.5, "expires on"), (14.5, ""), (400, "")]
)
def test_s19_one_that_expires_soon_or_has_expired_is_told(tmp_path: Path, days: float, said: str) -> None:
    cert, key = issue(tmp_path, ends=NOW + timedelta(days=days))
    found = doubt(load(cert, key), cert, NOW)
    assert said in found
    assert bool(found) is bool(said)


def test_one_from_the_future_is_told(files: tuple[Path, Path]) -> None:
    found = load(*files)
    assert "not valid before" in doubt(found, files[0], found.begins - timedelta(hours=1))


def test_a_renewed_one_is_used_at_once(tmp_path: Path, files: tuple[Path, Path]) -> None:
    used = Certificate(*files)
    before = used.context()
    assert used.context() is before
    for new, old in zip(issue(tmp_path, "new", NOW + timedelta(days=80)), files, strict=True):
        new.replace(old)
    assert used.context() is not before
    assert used.trouble(NOW) == ""


def test_s19_one_renewed_badly_is_not_taken_and_told_until_it_is_mended(files: tuple[Path, Path]) -> None:
    used = Certificate(*files)
    before, good = used.context(), files[0].read_bytes()
    files[0].write_text("garbage")
    assert used.context() is before
    assert "it holds no PEM certificate; the one read before is still in use, until" in used.trouble(NOW)
    assert not used.expired(NOW)
    assert used.expired(NOW + timedelta(days=91))
    files[0].unlink()
    assert used.context() is before
    assert "No such file" in used.trouble(NOW)
    files[0].write_bytes(good)
    os.utime(files[0])
    assert isinstance(used.context(), ssl.SSLContext)
    assert used.trouble(NOW) == ""
