"""Calls in the shapes that exchanges document, and the numbers in them however they are written (W-38)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.programs import calls
from mailgate.core.programs.calls import Call, Exchange, Happened, Malformed
from mailgate.core.text import phone

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HASH = "f4591ba315d81671d7a06c2a3b4f963dafd119de39cb26edd8a6476676b2f447"


def fields(text: str) -> dict[str, tuple[str, ...]]:
    """`from=492&user[]=Alice&user[]=Bob` as a form's fields; the documents write nothing that is percent-encoded."""
    found: dict[str, tuple[str, ...]] = {}
    for one in text.split("&"):
        name, _, value = one.partition("=")
        found[name] = (*found.get(name, ()), value)
    return found


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+371 26 123 456", "+37126123456"),
        ("00371 26123456", "+37126123456"),
        ("+49 (0) 221 / 291 91 999", "+4922129191999"),
        ("+49(0)221-29191999", "+4922129191999"),
        ("(0221) 29191999", "022129191999"),
        ("0221/29191999", "022129191999"),
        ("022129191999", "022129191999"),
        ("sip:+37126123456@pbx.example", "+37126123456"),
        ("sips:+37126123456@pbx.example;transport=tls", "+37126123456"),
        ('"Maija 7" <sip:+37126123456@pbx.example>', "+37126123456"),
        ("tel:+371-2612-3456;ext=12", "+37126123456"),
        ("+371 26123456 ext. 12", "+37126123456"),
        ("+371 26123456 x12", "+37126123456"),
        ("+49 221 29191999 DW 12", "+4922129191999"),
        ("+37126123456,,4711#", "+37126123456"),
        ("12", "12"),
        ("anonymous", ""),
        ("Anonymous", ""),
        ("number withheld", ""),
        ("anonymous@anonymous.invalid", ""),
        ("sip:anonymous@anonymous.invalid", ""),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', ""),
        ("unknown", ""),
        ("Restricted", ""),
        ("", ""),
        ("/", ""),
        ("(0)", "0"),
        ("+" + "9" * 400, "+" + "9" * 99),
    ],
)
def test_w38_a_number_is_one_line_however_it_is_written(written: str, dialled: str) -> None:
    assert calls.number(written) == dialled


@pytest.mark.parametrize(
    ("dialled", "line"),
    [("+37126123456", "126123456"), ("022129191999", "129191999"), ("12", ""), ("123456", ""), ("1234567", "1234567"),
     ("", "")],
)  # fmt: skip
def test_an_extension_and_a_hidden_number_are_nobodys_line(dialled: str, line: str) -> None:
    assert phone.line(dialled) == line


@pytest.mark.parametrize(
    ("called", "means"),
    [("+4922129191999", "support"), ("022129191999", "support"), ("80", "sales"), ("81", ""), ("", ""),
     ("180", ""), ("7777abcdefg@fpbx.de", "anna")],
)  # fmt: skip
def test_numbers_and_extensions_are_found_in_the_configuration(called: str, means: str) -> None:
    named = {"+49 221 / 291 91 999": "support", "80": "sales", "7777abcdefg@fpbx.de": "anna"}
    assert calls.place(named, called) == means


LATVIA, ESTONIA = "+371 67 000 001", "+372 67000001"


@pytest.mark.parametrize(
    ("called", "named", "means"),
    [("67000001", {LATVIA: "riga"}, "riga"), ("+37167000001", {"67000001": "riga"}, "riga"),
     ("67000001", {LATVIA: "riga", ESTONIA: "tallinn"}, ""), ("+37267000001", {LATVIA: "riga", ESTONIA: "tallinn"}, "tallinn"),
     ("+37267000001", {LATVIA: "riga"}, ""), ("67000001", {LATVIA: "riga", "67000001": "desk"}, "desk")],
)  # fmt: skip
def test_a_short_national_number_is_found_with_its_country_and_without(
    called: str, named: dict[str, str], means: str
) -> None:
    assert calls.place(named, called) == means


SIPGATE = "from=492111234567&to=4915791234567&direction=in&callId=123456"
SIP_CALL = Call("123456", Happened.RINGING, "+492111234567", "+4915791234567")


@pytest.mark.parametrize(
    ("documented", "call"),
    [
        (f"event=newCall&{SIPGATE}&user[]=Alice&user[]=Bob&userId[]=w0&userId[]=w1", SIP_CALL),
        (f"event=newCall&{SIPGATE}&user[]=Alice", replace(SIP_CALL, agent="Alice")),
        (f"event=newCall&{SIPGATE}&user[]=Alice&diversion=4921199999",
         replace(SIP_CALL, agent="Alice", called="+4921199999")),
        (f"event=newCall&{SIPGATE}".replace("492111234567&to", "anonymous&to"), replace(SIP_CALL, caller="")),
        (f"event=newCall&{SIPGATE}".replace("=in", "=out"), None),
        (f"event=answer&{SIPGATE}&user=John+Doe&userId=w0", replace(SIP_CALL, event=Happened.ANSWERED, agent="John+Doe")),
        (f"event=answer&{SIPGATE}&user=voicemail", replace(SIP_CALL, event=Happened.MISSED)),
        (f"event=hangup&cause=normalClearing&{SIPGATE}", replace(SIP_CALL, event=Happened.ENDED)),
        (f"event=hangup&cause=forwarded&{SIPGATE}", replace(SIP_CALL, event=Happened.ENDED)),
        *((f"event=hangup&cause={cause}&{SIPGATE}", replace(SIP_CALL, event=Happened.MISSED))
          for cause in ("busy", "cancel", "noAnswer", "congestion", "notFound")),
        ("event=dtmf&dtmf=1&callId=123456", None),
        ("", None),
    ],
)  # fmt: skip
def test_sipgate_tells_of_a_call(documented: str, call: Call | None) -> None:
    assert calls.read(Exchange.SIPGATE, fields(documented)) == call


PLACETEL = f"from=022129191999&to=0221987654321&call_id={HASH}&direction=in"
TEL_CALL = Call(HASH, Happened.RINGING, "022129191999", "0221987654321")


@pytest.mark.parametrize(
    ("documented", "call"),
    [
        (f"event=IncomingCall&{PLACETEL}", TEL_CALL),
        (f"event=IncomingCall&{PLACETEL}".replace("022129191999", "anonymous"), replace(TEL_CALL, caller="")),
        (f"event=CallAccepted&{PLACETEL}&peer=7777abcdefg@fpbx.de",
         replace(TEL_CALL, event=Happened.ANSWERED, agent="7777abcdefg@fpbx.de")),
        (f"event=HungUp&type=accepted&duration=95&{PLACETEL}", replace(TEL_CALL, event=Happened.ENDED, seconds=95)),
        (f"event=HungUp&type=missed&duration=0&{PLACETEL}", replace(TEL_CALL, event=Happened.MISSED, seconds=0)),
        (f"event=HungUp&type=voicemail&duration=0&{PLACETEL}", replace(TEL_CALL, event=Happened.MISSED, seconds=0)),
        (f"event=HungUp&type=blocked&{PLACETEL}", replace(TEL_CALL, event=Happened.ENDED)),
        (f"event=HungUp&type=busy&{PLACETEL}".replace("=in", "=out"), None),
        (f"event=OutgoingCall&{PLACETEL}", None),
    ],
)  # fmt: skip
def test_placetel_tells_of_a_call(documented: str, call: Call | None) -> None:
    assert calls.read(Exchange.PLACETEL, fields(documented)) == call


def test_a_signature_of_placetel_is_the_one_of_its_page() -> None:
    body = b"call_id=4a4cbb39578170aed9a2761a7bec8c7e704a541f52291ef603d6f5f152980c3c&event=CallAccepted"
    body += b"&from=0123456789&to=0987654321"
    signature = "c4f823c5b8806432fe2b83b1fc2ee714422e0cdfb4b5129152a7d0bbcd7792d0"
    assert calls.signed(body, signature, "12345")
    assert calls.signed(body, signature.upper(), "12345")
    assert not calls.signed(body + b"&", signature, "12345")
    assert not calls.signed(body, signature, "12346")
    assert not calls.signed(body, "", "12345")
    assert not calls.signed(body, "ä", "12345")


JOURNAL = {
    "CallType": ("Missed",),
    "Number": ("0037126123456",),
    "Agent": ("12",),
    "QueueExtension": ("[QueueExtension]",),
    "CallStartTimeUTC": ("2026-11-27T11:58:03Z",),
    "Duration": ("00:00:21",),
    "RecordingUrl": ("[RecordingUrl]",),
}
STARTED = datetime(2026, 11, 27, 11, 58, 3, tzinfo=UTC)
REPORT = Call("+37126123456 2026-11-27T11:58:03", Happened.MISSED, "+37126123456", "12", "12", STARTED)


@pytest.mark.parametrize(
    ("different", "call"),
    [
        ({}, REPORT),
        ({"QueueExtension": ("80",)}, replace(REPORT, called="80")),
        ({"CallType": ("Inbound",)}, replace(REPORT, event=Happened.ENDED, seconds=21)),
        ({"CallType": ("Inbound",), "Duration": ("95",), "RecordingUrl": ("https://pbx.example/r/1.wav",)},
         replace(REPORT, event=Happened.ENDED, seconds=95, recording="https://pbx.example/r/1.wav")),
        ({"Number": ("anonymous",)}, replace(REPORT, id="anonymous 2026-11-27T11:58:03", caller="")),
        ({"CallStartTimeUTC": ("2026-11-27T12:58:03+01:00",)}, REPORT),
        ({"CallStartTimeUTC": ("2026-11-27 11:58:03",)}, REPORT),
        ({"CallType": ("Outbound",)}, None),
        ({"CallType": ("Notanswered",)}, None),
    ],
)  # fmt: skip
def test_3cx_reports_a_call(different: dict[str, tuple[str, ...]], call: Call | None) -> None:
    assert calls.read(Exchange.THREECX, {**JOURNAL, **different}) == call


@pytest.mark.parametrize(
    ("different", "wrong"),
    [({"CallType": ("",)}, "CallType"), ({"CallStartTimeUTC": ("[CallStartTimeUTC]",)}, "CallStartTimeUTC"),
     ({"CallStartTimeUTC": ("9999-12-31T23:59:59-12:00",)}, "CallStartTimeUTC")],
)  # fmt: skip
def test_a_report_that_names_no_call_is_none(different: dict[str, tuple[str, ...]], wrong: str) -> None:
    with pytest.raises(Malformed, match=wrong):
        calls.read(Exchange.THREECX, {**JOURNAL, **different})


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("95", 95), ("1:35", 95), ("00:01:35", 95), ("00:01:35.4", 95), ("", None), ("long", None), ("1:2:3:4", None),
     ("-1", None), ("9" * 9, None)],
)  # fmt: skip
def test_how_long_they_spoke(written: str, seconds: int | None) -> None:
    found = calls.read(Exchange.THREECX, {**JOURNAL, "CallType": ("Inbound",), "Duration": (written,)})
    assert found is not None and found.seconds == seconds


CALL = Call("1", Happened.MISSED, "+371 26 123 456", "(0221) 29 19", " anna\r\n", NOW - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (CALL, replace(CALL, caller="+37126123456", called="02212919", agent="anna")),
        (replace(CALL, at=None, caller="", called="", agent=""), Call("1", Happened.MISSED, at=NOW)),
        (replace(CALL, at=NOW + timedelta(days=1), caller="", called="", agent=""), Call("1", Happened.MISSED, at=NOW)),
        (replace(CALL, at=NOW - timedelta(days=30), caller="", called="", agent=""), Call("1", Happened.MISSED, at=NOW)),
    ],
)  # fmt: skip
def test_a_call_is_kept_within_bounds(given: Call, kept: Call) -> None:
    assert calls.checked(given, NOW) == kept


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (replace(CALL, id=""), "id"),
        (replace(CALL, id="x" * 201), "id"),
        (replace(CALL, id="a\r\nb"), "id"),
        (replace(CALL, seconds=-1), "seconds"),
        (replace(CALL, seconds=2**70), "seconds"),
        (replace(CALL, recording="https://a.example/\r\nX: y"), "recording"),
        (replace(CALL, recording="https://ä.example/"), "recording"),
        (replace(CALL, recording="https://a.example/" + "x" * 2000), "recording"),
    ],
)
def test_what_no_exchange_would_say_is_refused_by_name(given: Call, wrong: str) -> None:
    with pytest.raises(Malformed, match=wrong):
        calls.checked(given, NOW)
