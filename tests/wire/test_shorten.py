"""Letters show the beginning of very long words, say so in the reader's language, and have the whole as a file."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from dataclasses import replace
from email.message import EmailMessage

import pytest

from mailgate.core.letters.letter import Letter, head
from mailgate.core.model.content import Answer, Notice, Receipt
from mailgate.wire.letters import compose, samples
from mailgate.wire.letters.shorten import LONGEST

LINE = "2026-11-26 10:00:00 INFO something happened in module {}\n"
LOG = "See the log:\n" + "".join(LINE.format(number) for number in range(30_000)) + "LAST LINE E40"


def letter(template: str, language: str = "en", **says: str) -> Letter:
    due = samples.due(template, language)
    return head(replace(due, content=replace(due.content, **says)), samples.POLICY, loop_mark="")  # type: ignore[type-var]


def written(one: Letter) -> EmailMessage:
    raw = compose.write(one, samples.NOW).raw
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def files_of(message: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in message.iter_attachments()}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "This text is shortened. All of it (1.7 MB) is in the file message.zip."),
        ("fi", "Tekstiä on lyhennetty. Kokonaan (1.7 MB) se on tiedostossa message.zip."),
        ("pl", "Tekst został skrócony. Całość (1.7 MB) jest w pliku message.zip."),
        ("lv", "Teksts ir saīsināts. Pilns teksts (1.7 MB) ir failā message.zip."),
    ],
)
def test_w14_a_long_log_is_shortened_with_a_sentence_and_goes_along_whole(language: str, sentence: str) -> None:
    message = written(letter("notice", language, text=LOG))
    assert "See the log:" in text_of(message) and sentence in text_of(message)
    assert len(message.as_bytes()) < 400_000
    archive = zipfile.ZipFile(io.BytesIO(files_of(message)["message.zip"]))
    assert archive.read("message.txt").decode() == LOG


def test_w14_words_a_little_too_long_go_along_as_plain_text() -> None:
    words = "Päivää! " * 9_000 + "The end."
    message = written(letter("notice", text=words))
    assert files_of(message)["message.txt"].decode() == words
    assert "The end." not in text_of(message) and "message.txt" in text_of(message)


@pytest.mark.parametrize("content", [Notice(text="x" * LONGEST), Answer(text="y" * LONGEST)])
def test_w14_words_of_64_kib_are_shown_whole_and_nothing_goes_along(content: Notice | Answer) -> None:
    message = written(letter(content.template, text=content.text))
    assert content.text in text_of(message).replace("\n", "")
    assert "message.txt" not in files_of(message)


def test_w14_the_words_end_with_a_whole_line() -> None:
    shown = text_of(written(letter("notice", text=LOG)))
    before = shown[: shown.index("This text is shortened")].rstrip().splitlines()[-1]
    assert before in LOG.splitlines()


def test_w14_a_customer_gets_an_agents_long_answer_whole_too() -> None:
    message = written(letter("answer", text=LOG, html=f"<p>{LOG}</p>", canned=""))
    assert "This text is shortened" in text_of(message) and len(message.as_bytes()) < 400_000
    assert list(files_of(message)) == ["message.zip"]


def test_w14_a_receipt_has_both_long_texts() -> None:
    due = samples.due("receipt")
    assert isinstance(due.content, Receipt)
    message = written(letter("receipt", text=LOG, newer="z" * (LONGEST + 1)))
    assert set(files_of(message)) == {"message.zip", "message-2.txt"} or set(files_of(message)) == {
        "message.txt", "message-2.zip",
    }  # fmt: skip


def test_w14_the_same_letter_is_the_same_octets_each_time() -> None:
    one = letter("notice", text=LOG)
    assert compose.write(one, samples.NOW).raw == compose.write(one, samples.NOW).raw
