"""What the kinds of a line are, in groups that leave none out and name none twice."""

from __future__ import annotations

from mailgate.core.quoting.line import FOLDED, OF_QUOTE, OURS, LineKind


def test_what_an_author_typed_is_in_no_group_of_a_quote() -> None:
    assert set(LineKind) - set(OF_QUOTE) == {LineKind.EMPTY, LineKind.TYPED, LineKind.UNKNOWN}
    assert set(OURS) | set(FOLDED) == set(OF_QUOTE)
    assert set(OURS) & set(FOLDED) == {LineKind.QUOTED}, (
        "what was changed is ours and is not folded: it may be an answer"
    )
