"""Standard Webhooks' signatures, both ways."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from mailgate.core.asking.signing import key_of, signed, verified

# The vector of the specification's own libraries (their test suites have it in every language).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
KNOWN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "another secret, plain"


def test_the_bytes_are_those_of_the_specification() -> None:
    found = signed([SECRET], ID, AT, BODY)
    assert found == {"webhook-id": ID, "webhook-timestamp": str(AT), "webhook-signature": KNOWN}


def test_w40_two_secrets_sign_twice_so_that_either_verifies() -> None:
    both = signed([OTHER, SECRET], ID, AT, BODY)
    assert both["webhook-signature"].split()[1] == KNOWN
    for secrets in ([SECRET], [OTHER], [SECRET, OTHER], ["third", OTHER]):
        assert verified(secrets, both, BODY, AT) == ID


FORGED: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "another id": lambda sent: {**sent, "webhook-id": "msg_2"},
    "another time": lambda sent: {**sent, "webhook-timestamp": str(AT + 1)},
    "no signature": lambda sent: {**sent, "webhook-signature": ""},
    "no headers": lambda sent: {},
    "another version": lambda sent: {**sent, "webhook-signature": KNOWN.replace("v1,", "v1a,")},
    "no time": lambda sent: {**sent, "webhook-timestamp": "now"},
    "digits of another script": lambda sent: {**sent, "webhook-timestamp": "١٦١٤٢٦٥٣٣٠"},
    "a huge time": lambda sent: {**sent, "webhook-timestamp": "1" * 4000},
    "a letter of it changed": lambda sent: {**sent, "webhook-signature": KNOWN.replace("g0h", "g0H")},
    "no ASCII": lambda sent: {**sent, "webhook-signature": "v1,\udcff\u00fc"},
}


@pytest.mark.parametrize("case", FORGED)
def test_w40_what_was_changed_is_not_believed(case: str) -> None:
    sent = signed([SECRET], ID, AT, BODY)
    assert verified([SECRET], FORGED[case](sent), BODY, AT) is None
    assert verified([SECRET], sent, BODY + b" ", AT) is None
    assert verified([OTHER], sent, BODY, AT) is None


@pytest.mark.parametrize(("now", "good"), [(AT - 300, True), (AT + 300, True), (AT + 301, False), (AT - 301, False)])
def test_w40_what_is_replayed_later_is_not_believed(now: float, good: bool) -> None:
    assert verified([SECRET], signed([SECRET], ID, AT, BODY), BODY, now) == (ID if good else None)


def test_a_secret_is_base64_after_its_prefix_and_else_itself() -> None:
    assert key_of(SECRET) == base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key_of("plain") == b"plain"
    for bad in ("", "whsec_", "whsec_!!!", "whsec_abc"):
        with pytest.raises(ValueError, match=r"base64|empty"):
            key_of(bad)
