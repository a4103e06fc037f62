"""Ids of channels as they stand in addresses and Message-IDs: what is written is read back."""

import pytest

from mailgate.core.channels import escaped

PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")


@pytest.mark.parametrize(
    ("identity", "made"),
    [("abc1", "abc1"), ("", ""), ("A_b", "_41_5fb"), ("_5f", "_5f5f"), ("é", "_c3_a9"), ("a\r\n", "a_0d_0a")],
)
def test_what_is_written_is_read_back(identity: str, made: str) -> None:
    assert escaped.written(identity.encode(), PLAIN) == made
    assert escaped.read(made) == identity


def test_what_nobody_wrote_like_this_is_read_all_the_same() -> None:
    assert escaped.read("_ff") == "\ufffd"
    assert escaped.read("_zz") == "_zz"
