"""Which domains are everybody's."""

import pytest

from mailgate.core.text.mail_providers import PUBLIC, is_public


@pytest.mark.parametrize(
    ("domain", "public"),
    [("gmail.com", True), ("wp.pl", True), ("inbox.lv", True), ("luukku.com", True), ("mail.ee", True),
     ("spam.example", False), ("mail.gmail.com", False), ("", False)],
)  # fmt: skip
def test_a_providers_domain_is_everybodys(domain: str, public: bool) -> None:
    assert is_public(domain) is public


def test_they_are_written_as_they_are_compared() -> None:
    assert all(one == one.lower() and "@" not in one and "." in one for one in PUBLIC)
