"""What a process remembers of nearly the same mail: how many in ten minutes, and after a start what the store has."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from cases import NOW, mail

from mailgate.app.intake import waves as memory
from mailgate.app.intake.waves import Waves, words_of
from mailgate.core.model.desk_rows import Opening, Wave
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.model.policy import Limits
from mailgate.wire.mime.parse import parse

M = timedelta(minutes=1)
TEXT = "Dear {}, your account has been selected for a payout of {} EUR, please confirm your details here https://{}.example/"
OTHER = "Hello, my parcel should have come on Monday and the courier says that it is still in the depot. Where is it?"


def raw(text: str) -> bytes:
    head = "From: aino@home.example\nSubject: Re: Sale\nContent-Type: text/plain; charset=utf-8\n\n"
    return f"{head}{text}".encode()


class Store:
    """A store that has these waves and openings, and counts how often it is asked."""

    def __init__(self, waves: Any = (), openings: Any = ()) -> None:
        self.asked = 0
        self.waves = SimpleNamespace(lately=lambda since: list(waves), openings=lambda since: list(openings))

    def read(self, job: Any) -> Any:
        self.asked += 1
        return job(self)


def spam(n: int) -> Any:
    return mail(TEXT.format(f"Name{n}", n, f"w{n}"), subject="Payout")


def spam_words(n: int) -> Any:
    return words_of(spam(n))


def fed(known: Waves, count: int, at: Any = NOW, department: str = "support") -> list[int]:
    found = []
    for n in range(count):
        seen = known.look(spam_words(n), department, n, at)
        assert seen is not None
        found.append(seen.count)
        known.note(seen, department, n, 1000 + n, at, held=False)
    return found


def test_they_are_counted_by_department_within_ten_minutes() -> None:
    known = Waves(Store())  # type: ignore[arg-type]
    known.count_again(NOW)
    assert fed(known, 20) == list(range(20))
    assert [known.look(spam_words(99), "support", 99, NOW + after).count for after in (9 * M, 10 * M)] == [20, 0]  # type: ignore[union-attr]
    assert known.look(spam_words(99), "sales", 99, NOW).count == 0  # type: ignore[union-attr]
    assert known.look(words_of(mail(OTHER)), "support", 99, NOW).count == 0  # type: ignore[union-attr]
    assert known.look(words_of(mail("Where is my parcel?")), "support", 99, NOW) is None
    assert known.look(spam_words(3), "support", 3, NOW).count == 19, "a mail that is decided anew is no second one"  # type: ignore[union-attr]
    assert len(known.members("support:0")) == 20 and known.members("nothing") == ()


def test_a_verdict_is_followed_for_an_hour_and_then_it_is_a_new_wave() -> None:
    known = Waves(Store())  # type: ignore[arg-type]
    fed(known, 20)
    known.note(known.look(spam_words(20), "support", 20, NOW), "support", 20, 1020, NOW, held=True)  # type: ignore[arg-type]
    assert known.look(spam_words(21), "support", 21, NOW + 20 * M).verdict == "asked"  # type: ignore[union-attr]
    sketch = known.look(spam_words(0), "support", 99, NOW).sketch  # type: ignore[union-attr]
    known.learn([Wave("support:0", "support", sketch, NOW, NOW, "spam", NOW + 20 * M)])
    assert known.look(spam_words(22), "support", 22, NOW + 79 * M).verdict == "spam"  # type: ignore[union-attr]
    later = known.look(spam_words(23), "support", 23, NOW + 80 * M)
    assert later is not None and (later.key, later.count, later.verdict) == ("support:23", 0, "")


def test_after_a_start_the_store_is_asked_once_and_its_waves_go_on() -> None:
    openings = [
        Opening(1000 + n, n, "support", "Payout", TEXT.format(f"Name{n}", n, f"w{n}"), NOW - M) for n in range(19)
    ]
    store = Store(openings=openings)
    known = Waves(store)  # type: ignore[arg-type]
    for _ in range(2):
        known.count_again(NOW)
    assert store.asked == 2
    assert known.look(spam_words(50), "support", 50, NOW).count == 19  # type: ignore[union-attr]
    sketch = known.look(spam_words(0), "support", 99, NOW).sketch  # type: ignore[union-attr]
    again = Waves(Store(waves=[Wave("support:0", "support", sketch, NOW, NOW)]))  # type: ignore[arg-type]
    again.count_again(NOW)
    assert again.look(spam_words(50), "support", 50, NOW).verdict == "asked"  # type: ignore[union-attr]


def test_answers_to_one_newsletter_are_no_wave() -> None:
    """They quote the same words, whatever their writers' programs make of them; what they say themselves differs."""
    answers = ["Please send me two of these.", "Hei, onko tämä vielä voimassa?", "I never ordered this, stop it."]
    styles = [
        "\n\nOn Fri, 27 Nov 2026, Acme wrote:\n> {}\n",
        "\n\n-----Original Message-----\nFrom: Acme\nSubject: Sale\n\n{}\n",
    ]
    texts = [answers[n % 3] + styles[n % 2].format(OTHER) for n in range(6)]
    parsed = [parse(raw(text), Envelope("", (), Source.PIPE), Limits()) for text in texts]
    assert [words_of(one) for one in parsed] == [()] * 6
    openings = [Opening(n, n, "support", "Re: Sale", text, NOW) for n, text in enumerate(texts)]
    known = Waves(Store(openings=openings))  # type: ignore[arg-type]
    known.count_again(NOW)
    assert known.look(spam_words(1), "support", 9, NOW).count == 0 and not known._kinds  # type: ignore[union-attr]


def test_the_memory_is_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr(memory, "MOST", 3)
    known = Waves(Store())  # type: ignore[arg-type]
    for n in range(9):
        text = " ".join(f"{chr(97 + n)}{chr(97 + at)}" for at in range(20))
        known.note(known.look(words_of(mail(text)), "support", n, NOW), "support", n, n, NOW, held=False)  # type: ignore[arg-type]
    assert len(known._kinds) == 3 and len(known._by_hash) <= 3 * 24


def test_what_comes_no_more_is_forgotten_but_not_what_the_lead_was_asked_about() -> None:
    known = Waves(Store())  # type: ignore[arg-type]
    fed(known, 20)
    known.note(known.look(spam_words(20), "support", 20, NOW), "support", 20, 20, NOW, held=True)  # type: ignore[arg-type]
    other = known.look(words_of(mail(OTHER)), "support", 30, NOW)
    known.note(other, "support", 30, 30, NOW, held=False)  # type: ignore[arg-type]
    new = known.look(words_of(mail("Another thing altogether " + OTHER[60:])), "sales", 31, NOW + 10 * M)
    known.note(new, "sales", 31, 31, NOW + 10 * M, held=False)  # type: ignore[arg-type]
    assert set(known._kinds) == {"support:0", "sales:31"}
