"""Who is on a channel writes by its bridge and by no other door, and no mail goes there (an answer reaches their phone)."""

import pytest

from mailgate.core.channels.channel import Channel
from mailgate.core.letters import addressee
from mailgate.core.model.mail import Address, Envelope, Source
from mailgate.core.model.policy import Department, Limits, Policy
from mailgate.core.pages import form
from mailgate.edge.out.maildir import FolderTransport
from mailgate.edge.out.smtp import Relay, SmtpTransport
from mailgate.errors import Permanent
from mailgate.wire.mime.parse import parse

MAIJA = "lines.77@chat.invalid"
DESK = Department("support", ("support@acme.example",), Address("support@acme.example"))
POLICY = Policy("Acme", "acme.example", (DESK,), channels=(Channel("lines", "support"),))


def raw(**fields: str) -> bytes:
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\nHello"


@pytest.mark.parametrize("source", [one for one in Source if one is not Source.CHAT])
def test_by_any_other_door_nobody_is_on_a_channel(source: Source) -> None:
    written = raw(
        From=MAIJA,
        Sender=MAIJA,
        Reply_To=MAIJA,
        To=f"support@acme.example, {MAIJA}",
        Cc=f"<{MAIJA}>",
        X_Original_From=MAIJA,
    )
    mail = parse(written, Envelope(MAIJA, ("support@acme.example",), source), Limits())
    assert mail.author is None and mail.sender is None and (mail.reply_to, mail.cc) == ((), ())
    assert [one.addr for one in mail.to] == ["support@acme.example"]
    assert addressee.writer(mail, POLICY) is None and addressee.of(mail, POLICY) == ()


def test_whom_a_form_or_a_list_names_is_not_on_a_channel() -> None:
    written = raw(From="support@acme.example", X_Original_From=f"Maija <{MAIJA}>", To="support@acme.example")
    mail = parse(written, Envelope("", ("support@acme.example",)), Limits())
    found = addressee.writer(mail, POLICY)
    assert found is not None and found.addr == "support@acme.example"


def test_by_the_bridge_it_is_their_own() -> None:
    mail = parse(raw(From=f"Maija <{MAIJA}>"), Envelope(MAIJA, ("support@acme.example",), Source.CHAT), Limits())
    assert mail.author == Address(MAIJA, "Maija")


@pytest.mark.parametrize(
    ("addr", "may"),
    [
        (MAIJA, True),
        ("gone.77@chat.invalid", False),
        ("lines@chat.invalid", False),
        ("lines.77@x.chat.invalid", False),
        ("a@b.invalid", False),
    ],
)
def test_only_where_there_is_a_channel_can_somebody_be_written_to(addr: str, may: bool) -> None:
    assert addressee.writable(Address(addr), POLICY) is may


def test_nobody_types_a_chat_into_a_form() -> None:
    asked = form.FormAsked(name="Maija", address=MAIJA, topic="support", subject="Lamp", text="Hello")
    wrong = form.wrong(asked, POLICY, form.offered(POLICY)[0], lambda field, answer: True)
    assert [(one.field, one.code) for one in wrong if one.field == "address"] == [("address", "address")]


@pytest.mark.parametrize("addr", [MAIJA, "LINES.77@Chat.Invalid", "x@chat.invalid.", "a@b.chat.invalid"])
def test_no_mail_goes_to_a_chat_whatever_is_decided(addr: str, tmp_path: object) -> None:
    """A law of the transports themselves: no relay is called, no file is written."""
    with pytest.raises(Permanent, match="no mail goes to a chat"):
        SmtpTransport(Relay("127.0.0.1", 9)).send("", addr, b"x")
    with pytest.raises(Permanent, match="no mail goes to a chat"):
        FolderTransport(tmp_path).send("", addr, b"x")  # type: ignore[arg-type]
