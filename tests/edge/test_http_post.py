"""What is posted to a program, and how what it says is sorted."""

from __future__ import annotations

import pytest
from fakes_http import FakeServer, Flood, Reply, as_json, serving

from mailgate.core.asking.http import Answer, Asked, Failure, Limits, Why
from mailgate.core.asking.signing import verified
from mailgate.edge.http.fetch import HttpClient
from mailgate.edge.http.post import hand_over
from mailgate.errors import Later, MailgateError, Permanent, RouteDown, Uncertain

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CALM = Limits(connect=60, total=60)
ID, BODY = "msg_1", b'{"test": 1}'
OTHER = "another secret, plain"


SORTED: dict[str, tuple[object, type[MailgateError]]] = {
    "no such place": (Reply(404), RouteDown),
    "a wrong secret": (Reply(401), RouteDown),
    "a redirect": (Reply(302, headers={"Location": "/"}), RouteDown),
    "no such person": (Reply(422, b"no such person"), Permanent),
    "busy": (Reply(429), Later),
    "down": (Reply(503), Later),
    "lost": (Reply(raw=b"\r\n"), Uncertain),
}


@pytest.mark.parametrize("case", SORTED)
def test_what_a_program_answers_is_sorted_as_a_relays_replies_are(case: str) -> None:
    said, kind = SORTED[case]
    with serving([said]) as server, pytest.raises(kind) as raised:  # type: ignore[list-item]
        hand_over(HttpClient(CALM), server.url, [SECRET], ID, BODY)
    assert type(raised.value) is kind


def test_what_was_sent_and_never_answered_may_have_been_taken() -> None:
    class Silent:
        def fetch(self, asked: Asked, limits: Limits | None = None) -> Failure:
            return Failure(Why.LATE, "no answer in time", taken=bool(asked.body))

    with pytest.raises(Uncertain, match="no answer in time"):
        hand_over(Silent(), "http://a.example", [SECRET], ID, BODY)


def test_a_program_that_is_away_takes_the_route_with_it() -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(RouteDown, match="no connection"):
        hand_over(HttpClient(CALM), url, [SECRET], ID, BODY)


def test_what_is_handed_over_is_signed_json_and_its_answer_comes_back() -> None:
    with serving([as_json({"id": "77"})]) as server:
        answer = hand_over(HttpClient(CALM), server.url, [SECRET, OTHER], ID, BODY)
        came = server.next()
    assert isinstance(answer, Answer) and answer.body == b'{"id": "77"}'
    assert came.headers["content-type"] == "application/json"
    stamp = int(came.headers["webhook-timestamp"])
    assert verified([SECRET], came.headers, came.body, stamp) == verified([OTHER], came.headers, came.body, stamp) == ID


def test_an_answer_is_cut_and_still_an_answer() -> None:
    with serving([Flood()]) as server:
        assert isinstance(server, FakeServer)
        assert len(hand_over(HttpClient(CALM), server.url, [], ID, BODY).body) == 4096
