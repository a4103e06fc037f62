"""The small languages of values: what they mean, and what is none of them."""

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from mailgate.config import values
from mailgate.config.calendars import closed_days
from mailgate.core.model.mail import Address

CASES = [
    (values.size, "25MB", 26_214_400),
    (values.size, "1.5 KB", 1536),
    (values.size, "10b", 10),
    (values.size, "2GB", 2 * 1024**3),
    (values.duration, "90s", timedelta(seconds=90)),
    (values.duration, "1d 12h", timedelta(hours=36)),
    (values.duration, "2w", timedelta(days=14)),
    (values.duration, "500ms", timedelta(milliseconds=500)),
    (values.working, "1w 1d 2h", values.WorkingTime(6, timedelta(hours=2))),
    (values.clock, "8:05", 485),
    (values.clock, "08.30", 510),
    (values.clock, "24:00", 1440),
    (values.span, "21:00–07:00", (1260, 420)),
    (values.hours, "13:00-17:00, 09:00-12:00", ((540, 720), (780, 1020))),
    (values.hours, "", ()),
    (values.hours, ["09:00-12:00"], ((540, 720),)),
    (values.address, "Ann <A@B.Example>", Address("a@b.example", "Ann")),
    (values.address, '"Acme, Inc." <a@b.example>', Address("a@b.example", "Acme, Inc.")),
    (values.address, "<a@b.example>", Address("a@b.example")),
    (values.mailbox, "päivi@päivä.example", "päivi@xn--piv-qlac.example"),
    (values.sender, "@Acme.Example", "@acme.example"),
    (values.sender, "A@acme.example", "a@acme.example"),
    (values.rate, "30/min", 30.0),
    (values.rate, "2 / s", 120.0),
    (values.rate, "600/hour", 10.0),
    (values.rate, "", 0.0),
    (values.command, "/bin/a 'b c' d", ("/bin/a", "b c", "d")),
    (values.command, ["/bin/a", "b c"], ("/bin/a", "b c")),
    (values.command, "", ()),
]  # fmt: skip


@pytest.mark.parametrize("parse, text, expected", CASES)
def test_a_value_means(parse, text, expected) -> None:
    assert parse(text) == expected


WRONG = [
    *((values.size, text) for text in ("", "25", "MB", "-1MB", "1TB", "٢MB", "1e9MB")),
    *((values.duration, text) for text in ("", "5", "h", "-1h", "5 minutes", "1h and 5m", "٣h", "1mo")),
    *((values.clock, text) for text in ("", "8", "24:01", "8:60", "8:5", "08:30:00", "-1:00")),
    *((values.span, text) for text in ("", "8:00", "8:00-", "-8:00", "8-17")),
    *((values.hours, text) for text in ("17:00-09:00", "09:00-09:00", "9:00-12:00, 11:00-13:00")),
    *((values.day, value) for value in ("24.12.2026", "2026-13-01", "", 20261224, None)),
    *((values.address, text) for text in ("", "a", "a@", "@b", "a@b c", "a@b.example, c@d.example", "A\r\nB <a@b.example>", "Ann")),
    *((values.mailbox, text) for text in ("Ann <a@b.example>", "a@b@c.example")),
    *((values.sender, text) for text in ("@", "acme.example", "*@acme.example,", "*@acme.example", "a*@acme.example", "*.acme.example")),
    *((values.network, text) for text in ("", "10.0.0.0/33", "10.0.0.1/8", "localhost")),
    *((values.zone, text) for text in ("", "Nowhere", "../../etc/passwd", "/etc/localtime", "UTC\x00")),
    *((values.rate, text) for text in ("30", "0/min", "30/day", "-1/s")),
]  # fmt: skip


REMEDIES = [
    (values.hours, "9-17", '"9:00-17:00"'), (values.span, "22-7:30", '"22:00-7:30"'),
    (values.address, "Acme, Support <a@b.example>", '\'"Acme, Support" <a@b.example>\''),
    (lambda text: values.listen(text, Path("/")), "lmtp.sock", '"./lmtp.sock"'),
    (values.sender, "*@shop.example", '"@shop.example"'),
    (partial(closed_days, today=date(2026, 1, 1)), ["Finland"], "did you mean 'FI'"),
    (partial(closed_days, today=date(2026, 1, 1)), ["united states"], "did you mean 'US'"),
]  # fmt: skip


@pytest.mark.parametrize("parse, text, said", REMEDIES)
def test_d28_what_is_wrong_is_told_with_what_was_meant(parse, text, said) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert said in str(caught.value)


def test_d28_a_country_in_another_language_is_like_no_code() -> None:
    with pytest.raises(ValueError) as caught:
        closed_days(["Suomi"], date(2026, 1, 1))
    assert "UMI" not in str(caught.value) and "codes of countries" in str(caught.value)


@pytest.mark.parametrize("parse, text", WRONG)
def test_a_value_that_is_none_is_refused_with_an_example_of_one(parse, text) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("127.0.0.1:8025", "127.0.0.1:8025"),
        ("localhost:0", "localhost:0"),
        ("[::1]:25", "[::1]:25"),
        ("run/x.sock", "/etc/mailgate/run/x.sock"),
        ("/run/x.sock", "/run/x.sock"),
        ("unix:/run/x.sock", "/run/x.sock"),
    ],
)
def test_a_listener_is_a_host_and_port_or_a_socket(text: str, expected: str) -> None:
    assert str(values.listen(text, Path("/etc/mailgate"))) == expected


@pytest.mark.parametrize("text", ["", "8025", ":8025", "host:", "host:x", "host:65536", "host:٢"])
def test_a_listener_without_host_or_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a listener is a host and port"):
        values.listen(text, Path("/"))
