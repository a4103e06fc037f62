"""A listener that was taken over hands over no mail that SMTP could not have brought in."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.apart.believed import envelope_of
from mailgate.edge.apart.messages import Mail, Nonsense
from mailgate.edge.smtp.admission import Admission, Verifier
from mailgate.edge.smtp.limits import SmtpLimits
from mailgate.errors import Temporary

LIMITS = SmtpLimits(max_recipients=2)
ADMISSION = Admission(submitters={"bo": Verifier(b"s", b"d")})
BOUND = (Source.SMTP, Source.SUBMISSION)
MAIL = Mail(1, "smtp", "a@b.example", ("support@acme.example",), "::1", "")


@pytest.mark.parametrize(
    ("said", "kind", "login"),
    [({}, Source.SMTP, ""), ({"kind": "submission", "login": "bo"}, Source.SUBMISSION, "bo")],
)
def test_what_smtp_knows_is_believed(said: dict[str, Any], kind: Source, login: str) -> None:
    found = envelope_of(replace(MAIL, **said), BOUND, LIMITS, ADMISSION)
    assert found == Envelope("a@b.example", ("support@acme.example",), kind, "::1", login)


@pytest.mark.parametrize(
    "said",
    [
        {"login": "bo"},  # it would prove an agent
        {"kind": "submission"},
        {"kind": "lmtp"},  # nobody listens there
        {"recipients": ()},
        {"recipients": ("support@acme.example",) * 3},
        {"recipients": ("a b@c",)},
        {"recipients": ("x%y@acme.example",)},
        {"sender": "a@b.example\r\nBcc: c@d"},
    ],
)
def test_s18c_nothing_else_is_believed_of_an_envelope(said: dict[str, Any]) -> None:
    with pytest.raises(Nonsense):
        envelope_of(replace(MAIL, **said), BOUND, LIMITS, ADMISSION)


def test_s18c_nobody_submits_who_has_no_password() -> None:
    with pytest.raises(Temporary):
        envelope_of(replace(MAIL, kind="submission", login="anna"), BOUND, LIMITS, ADMISSION)
