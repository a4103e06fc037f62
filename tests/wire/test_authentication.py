"""What is read of the word of a border, and what is too odd to be one (RFC 8601, P-07)."""

from __future__ import annotations

import pytest

from mailgate.wire.mime import authentication
from mailgate.wire.mime.authentication import read_authentication

MINE = "mx.acme.example"
FROM = "header.from=staff.example"
PASS = ("dmarc", "pass", "staff.example")

STRICT = [
    f"{MINE}; dmarc=pass {FROM}",
    f"{MINE} 1; dmarc=pass {FROM}",
    f"{MINE} (of course) ; dmarc=pass (p=none dis=none) {FROM}",
    f"{MINE.upper()};dmarc/1=PASS reason=good Header.From=Staff.Example",
    f'{MINE}; dmarc = pass reason="a; b (c)" policy.dmarc=none header . from="staff.example"',
    f"{MINE}; dmarc=pass(p=REJECT sp=REJECT) {FROM}",
    f"{MINE};\t dmarc=pass {FROM} (a (b\\) c) d)",
]


@pytest.mark.parametrize("value", STRICT)
def test_a_borders_word_is_read_in_every_shape_the_standard_gives_it(value: str) -> None:
    [found] = read_authentication([("authentication-results", value.encode())])
    assert (found.id, found.results) == (MINE, (PASS,))


ODD = [
    f"(of course) {MINE}; dmarc=pass {FROM}",
    f'"{MINE}"; dmarc=pass {FROM}',
    f"{MINE}; dmarc=pass {FROM};",
    f"{MINE};; dmarc=pass {FROM}",
    f"{MINE} dmarc=pass {FROM}",
    f"{MINE}; none; dmarc=pass {FROM}",
    f"{MINE} 2; dmarc=pass {FROM}",
    f"{MINE} 1 1; dmarc=pass {FROM}",
    f"{MINE}; dmarc/2=pass {FROM}",
    f"{MINE}; dmarc=pass {FROM} header.from=evil.example",
    f"{MINE}; dmarc=pass header.from=evil.example {FROM}",
    f"{MINE}; dmarc=pass {FROM} junk",
    f"{MINE}; dmarc=pass {FROM} d=reject",
    f"{MINE}; dmarc=pass (left open {FROM}",
    f'{MINE}; dmarc=pass reason="left open {FROM}',
    f"{MINE}; dmarc=pass header.from=<staff.example>",
    f"{MINE}; dmarc=pass {FROM} \x01",
    f"{MINE}; dmarc=pass {FROM} (ä)",
    f"{MINE}\u200e; dmarc=pass {FROM}",
    f"=?us-ascii?q?{MINE}?=; dmarc=pass {FROM}",
    f"{MINE}; dmarc=pass {FROM} ({'x' * 9000})",
    f"; {MINE}; dmarc=pass {FROM}",
    "",
]


@pytest.mark.parametrize("value", ODD)
def test_anything_odd_is_no_pass(value: str) -> None:
    found = read_authentication([("authentication-results", value.encode())])
    assert not any(PASS in each.results for each in found)


@pytest.mark.parametrize(
    "value", [one for one in ODD if one.lstrip('"(ofcurse) ').startswith(MINE) and "\u200e" not in one]
)
def test_an_odd_field_of_ours_hides_a_pass_below_it_and_no_fail(value: str) -> None:
    """Nobody writes above the border but those inside; what stands below its word was there before."""
    for below, kept in ((f"{MINE}; dmarc=pass {FROM}", ()), (f"{MINE}; dmarc=fail {FROM}", ("dmarc", "fail"))):
        fields = [("authentication-results", each.encode()) for each in (value, below)]
        first = read_authentication(fields)[0]
        assert first.id == MINE
        assert [each[:2] for each in first.results] == ([kept] if kept else [])


HOPS = [
    ("from x.example by mx.acme.example with ESMTP; now", True),
    ("by 2002:a05:7300:fb8c:b0:119:9e6c:4c3a with SMTP id ol12csp1; now", True),
    ("from x.example (helo=x by y)\tby [192.0.2.9] (by us); now", True),
    ("from x.example with ESMTP; by mx.acme.example", False),
    ("from x.example (by mx.acme.example) with ESMTP", False),
    ("(qmail 89 invoked by uid 89); now", False),
    ("from x.example by mx.acme.example by mx.evil.example; now", False),
    ("", False),
]


@pytest.mark.parametrize(("received", "says"), HOPS)
def test_below_a_received_that_does_not_say_by_whom_only_a_fail_is_believed(received: str, says: bool) -> None:
    def read(result: str) -> tuple[tuple[str, str, str], ...]:
        field = f"{MINE}; dmarc={result} {FROM}"
        return read_authentication([("received", received.encode()), ("authentication-results", field.encode())])[
            0
        ].results

    assert read("pass") == ((PASS,) if says else ())
    assert read("fail") == (("dmarc", "fail", "staff.example"),)


EXCHANGE = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=staff.example; dkim=none; dmarc=pass action=none {}; compauth=pass reason=100"


@pytest.mark.parametrize(("about", "believed"), [
    (FROM, "staff.example"), (f"{FROM} header.from=evil.example", ""), ("", ""), (f"{FROM} junk", ""),
])  # fmt: skip
def test_exchange_onlines_field_has_no_name_and_is_read_as_strictly(about: str, believed: str) -> None:
    [found] = read_authentication([("authentication-results", EXCHANGE.format(about).encode())])
    passes = [one[2] for one in found.results if one[:2] == ("dmarc", "pass") and one[2]]
    assert (found.id, passes) == ("", [believed] if believed else [])


def test_s01_a_field_longer_than_is_read_is_not_parsed_for_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight fields of 32 KB kept a child busy for 6.4 s."""
    parsed: list[int] = []
    monkeypatch.setattr(
        authentication.authres.AuthenticationResultsHeader, "parse", lambda text: parsed.append(len(text)) or None
    )
    long = b"mx.acme.example; " + b"dmarc=pass header.from=a.example (x" * 1000
    found = authentication.read_authentication([("authentication-results", long)] * 8)
    assert parsed == [] and all(one.results == () for one in found)
