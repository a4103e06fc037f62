"""How much the daemon answers a window that somebody else has taken over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from mailgate.app.window.counter import ANSWERS, PAUSE, Counter, Rate
from mailgate.app.window.desk import WindowDesk
from mailgate.core.pages.help import ArticlesAsked
from mailgate.core.pages.window import Refusal
from mailgate.edge.window.verbs import VERBS


@dataclass
class Asked:
    token: str = "t"


class Tick:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def counter(tick: Tick, said: object = "page") -> Counter:
    answers = {verb: lambda desk, asked: said for verb in ("settings", "form", "status", "articles", "say")}
    return Counter(cast(WindowDesk, None), tick, answers)


def refused(answer: tuple[object, float]) -> Any:
    return answer[0] if isinstance(answer[0], Refusal) else None


def test_every_verb_has_an_answer_and_a_way_to_cross() -> None:
    assert ANSWERS.keys() == VERBS.keys()


def test_w35_so_many_in_a_second_and_no_more() -> None:
    tick = Tick()
    ask = counter(tick)
    assert not [one for one in (ask("settings", None) for _ in range(120)) if refused(one)]
    assert refused(ask("settings", None)) == Refusal("slow", wait=1)
    tick.now += 1
    assert not refused(ask("settings", None))


def test_w35_twenty_forms_a_minute_and_everything_else_goes_on() -> None:
    tick = Tick()
    ask = counter(tick)
    assert not [one for one in (ask("form", None) for _ in range(20)) if refused(one)]
    tick.now += 12.5
    assert refused(ask("form", None)) == Refusal("slow", wait=48)
    assert not refused(ask("settings", None))
    tick.now += 47.5
    assert not refused(ask("form", None))


def test_w35_ten_searches_a_second_and_pages_go_on() -> None:
    tick = Tick()
    ask = counter(tick)
    assert not [one for one in (ask("articles", ArticlesAsked("en", "lamp")) for _ in range(10)) if refused(one)]
    assert refused(ask("articles", ArticlesAsked("en", "lamp"))) == Refusal("slow", wait=1)
    assert not refused(ask("articles", ArticlesAsked("en")))


def test_w35_a_token_is_asked_for_sixty_times_a_minute() -> None:
    tick = Tick()
    ask = counter(tick)
    for _ in range(60):
        assert not refused(ask("status", Asked()))
    assert refused(ask("status", Asked()))
    assert not refused(ask("status", Asked("another")))
    assert [bool(refused(ask("say", Asked()))) for _ in range(21)] == [False] * 20 + [True]


def test_w03_after_ten_unknown_tokens_each_waits_a_second() -> None:
    tick = Tick()
    ask = counter(tick, Refusal("gone"))
    pauses = [ask("status", Asked(str(number)))[1] for number in range(12)]
    assert pauses == [0.0] * 10 + [PAUSE] * 2
    tick.now += 60
    assert ask("status", Asked())[1] == 0.0


def test_room_comes_back_as_it_was_used_up() -> None:
    rate = Rate(2, 10.0)
    assert [rate.takes(at) for at in (0.0, 9.0, 9.5, 10.0, 10.0, 19.0)] == [True, True, False, True, False, True]
    assert rate.wait(19.5) == 1
