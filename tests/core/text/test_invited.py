"""An invitation says its times on the desk's clock (D-18)."""

import pytest

from mailgate.core.text import invited


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Lamp\n2026-11-27 08:00 UTC – 09:30 UTC\nRoom 7", "Lamp\n2026-11-27 10:00 – 11:30 Europe/Helsinki\nRoom 7"),
        ("2026-06-30 08:00 UTC", "2026-06-30 11:00 Europe/Helsinki"),
        ("2026-11-27 21:30 UTC – 22:30 UTC", "2026-11-27 23:30 – 2026-11-28 00:30 Europe/Helsinki"),
        ("2026-11-27 08:00 UTC – 2026-11-28 08:00 UTC", "2026-11-27 10:00 – 2026-11-28 10:00 Europe/Helsinki"),
        ("2026-11-27 08:00 – 09:00 Europe/Riga", "2026-11-27 08:00 – 09:00 Europe/Riga"),
        ("2026-13-27 08:00 UTC", "2026-13-27 08:00 UTC"),
        ("We meet at 2026-11-27 08:00 UTC", "We meet at 2026-11-27 08:00 UTC"),
        ("", ""),
    ],
)
def test_d18_the_times_of_an_invitation_are_the_desks(said: str, shown: str) -> None:
    assert invited.here(said, "Europe/Helsinki") == shown
