"""The mails trainees practise with: ten in every language, each other's than those of the last time, from nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.core.model.mail import Envelope
from mailgate.core.model.policy import Limits
from mailgate.languages import LANGUAGES
from mailgate.wire.letters import practice
from mailgate.wire.mime.content_digest import raw_digest
from mailgate.wire.mime.parse import parse

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_mails_of_a_day(language: str) -> None:
    found = [*practice.mails(language, "practice@acme.example", AT, "one")]
    read = [parse(raw, Envelope("", ("practice@acme.example",)), Limits()) for raw in found]
    assert len(read) == 10 and len({one.message_id for one in read}) == 10
    assert {one.author.domain for one in read if one.author} == {practice.DOMAIN}
    assert [len(one.attachments) for one in read] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert all(one.text.strip() and one.subject and one.subject.isprintable() for one in read)
    assert read[0].subject == read[7].subject and read[0].subject != read[9].subject, "once more, and not understood"
    assert [one.language for one in read[:1]] == [language]


def test_those_of_another_time_are_others() -> None:
    one, other = (
        {raw_digest(raw) for raw in practice.mails("en", "p@acme.example", AT, mark)} for mark in ("one", "two")
    )
    assert not one & other
