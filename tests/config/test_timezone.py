"""The machine's time zone: what TZ says, else where /etc/localtime leads, if that is a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.config import timezone

# TZ, where the link leads, the zone
ZONES: list[tuple[str | None, str | None, str]] = [
    (None, "/usr/share/zoneinfo/Europe/Helsinki", "Europe/Helsinki"),
    (None, "../usr/share/zoneinfo/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    (None, "/usr/share/zoneinfo/posix/Europe/Riga", "Europe/Riga"),
    (None, "/var/db/timezone/zoneinfo/Europe/Warsaw", "Europe/Warsaw"),
    (None, "/etc/somewhere/else", ""),
    (None, "/usr/share/zoneinfo/Europe/Atlantis", ""),
    (None, None, ""),
    ("Europe/Riga", "/usr/share/zoneinfo/Europe/Helsinki", "Europe/Riga"),
    (":Europe/Riga", None, "Europe/Riga"),
    (":/usr/share/zoneinfo/Europe/Riga", None, "Europe/Riga"),
    ("EET-2EEST,M3.5.0/3,M10.5.0/4", "/usr/share/zoneinfo/Europe/Helsinki", "Europe/Helsinki"),
    ("EET-2EEST,M3.5.0/3,M10.5.0/4", None, ""),
    ("../../etc/passwd", None, ""),
    ("", "/usr/share/zoneinfo/Etc/UTC", "Etc/UTC"),
    ("localtime", "/usr/share/zoneinfo/Europe/Riga", "Europe/Riga"),
    (":posixrules", None, ""),
    (None, "/usr/share/zoneinfo/Factory", ""),
]


@pytest.mark.parametrize(("tz", "link", "zone"), ZONES)
def test_the_zone_of_a_machine(tmp_path: Path, tz: str | None, link: str | None, zone: str) -> None:
    there = tmp_path / "localtime"
    if link is not None:
        there.symlink_to(link)
    assert timezone.of_machine({} if tz is None else {"TZ": tz}, there) == zone


def test_a_link_to_a_link_and_a_copied_file(tmp_path: Path) -> None:
    (tmp_path / "zoneinfo" / "Europe").mkdir(parents=True)
    (tmp_path / "zoneinfo" / "Europe" / "Riga").write_bytes(b"TZif2")
    (tmp_path / "middle").symlink_to("zoneinfo/Europe/Riga")
    (tmp_path / "localtime").symlink_to("middle")
    assert timezone.of_machine({}, tmp_path / "localtime") == "Europe/Riga"
    assert timezone.of_machine({}, tmp_path / "zoneinfo" / "Europe" / "Riga") == ""
