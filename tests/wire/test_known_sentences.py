"""Known whole sentences: a text is a program's when they cover it from end to end, and not with one word more (S-00)."""

from __future__ import annotations

import pytest

from mailgate.core.model.mail import MailKind
from mailgate.wire.report import known, sentences
from mailgate.wire.report.sentences import Surroundings, is_subject, only_sentences

POSTFIX = """This is the mail system at host mx.shop.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

<nobody@k.example>: host mail.k.example[192.0.2.7] said: 550 5.1.1
    <nobody@k.example>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  nobody@k.example
    Unrouteable address
"""
QMAIL = """Hi. This is the qmail-send program at mx.shop.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<nobody@k.example>:
192.0.2.7 does not like recipient.
"""
SENDMAIL = """The original message was received at Wed, 4 Mar 2026 10:00:00 +0200
from mx.shop.example [192.0.2.7]

   ----- The following addresses had permanent fatal errors -----
<nobody@k.example>
    (reason: 550 5.1.1 User unknown)

   ----- Transcript of session follows -----
... while talking to mail.k.example.:
>>> RCPT To:<nobody@k.example>
<<< 550 5.1.1 User unknown
550 5.1.1 <nobody@k.example>... User unknown
"""
THUNDERBIRD = """This is a Return Receipt for the mail that you sent to maija@customer.example.

Note: This Return Receipt only acknowledges that the message was displayed on the recipient's computer. There is no guarantee that the recipient has read or understood the message contents.
"""
OUTLOOK = """Your message

   To: Acme Support
   Subject: Your lamp
   Sent: Wednesday, March 4, 2026 10:00:00 AM (UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius

was read on Wednesday, March 4, 2026 11:12:13 AM (UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius.
"""
OUTLOOK_FI = """Viesti

   Vastaanottaja: Acme Support
   Aihe: Your lamp
   Lähetetty: 4. maaliskuuta 2026 10:00:00

luettiin 4. maaliskuuta 2026 11:12:13.
"""
PEOPLE = "Maija Virtanen <maija@customer.example>\nAcme Support <support@acme.example>"
PROGRAMS = {
    "postfix": (MailKind.DSN, POSTFIX),
    "exim": (MailKind.DSN, EXIM),
    "sendmail": (MailKind.DSN, SENDMAIL),
    "thunderbird": (MailKind.MDN, THUNDERBIRD),
    "outlook": (MailKind.MDN, OUTLOOK),
    "outlook in Finnish": (MailKind.MDN, OUTLOOK_FI),
    "gmail": (MailKind.REACTION, "👍 Maija Virtanen reacted via Gmail <https://www.google.com/gmail/about/?utm_source=x>"),
    "calendar": (MailKind.CALENDAR, "Maija Virtanen has accepted this invitation."),
    "calendar in Polish": (MailKind.CALENDAR, "Maija Virtanen przyjęła zaproszenie."),
    "complaint": (MailKind.FEEDBACK, "This is an email abuse report for an email message received from IP 192.0.2.1 on Wed, 04 Mar 2026 10:00:00 +0200.\nFor more information about this format please see http://www.mipassoc.org/arf/."),
    "nothing": (MailKind.MDN, " \n\n"),
}  # fmt: skip
AROUND = Surroundings("Read: Your lamp", PEOPLE, "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_program_writes_is_covered(name: str) -> None:
    kind, text = PROGRAMS[name]
    assert only_sentences(text, kind, AROUND)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("words", ["Thanks.", "ok", "?", "The lamp is broken", "040 123 456", "Soita minulle", "X"])
def test_s00_one_word_more_in_any_line_is_not(name: str, words: str) -> None:
    kind, text = PROGRAMS[name]
    lines = text.split("\n")
    for at in range(len(lines) + 1):
        if at and lines[at - 1].rstrip().endswith((":", "To", "(reason")) and words[0].isdigit():
            continue
        more = "\n".join([*lines[:at], words, *lines[at:]])
        assert not only_sentences(more, kind, AROUND), more


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (MailKind.MDN, "Your message was read by me and nobody else"),
        (MailKind.MDN, "Your message to the man in the shop was read."),
        (MailKind.MDN, 'Your mail "but the lamp is broken" has been read'),
        (MailKind.MDN, "Subject: another thing"),
        (MailKind.CALENDAR, "Somebody has declined this invitation: too late for me"),
        (MailKind.CALENDAR, "Everybody has accepted your invitation."),
        (MailKind.REACTION, "Nobody reacted to your message"),
        (MailKind.REACTION, "I reacted to your message"),
        (MailKind.DSN, "nobody@k.example: please write to my wife instead"),
        (MailKind.DSN, "550 please write to my wife instead"),
        (MailKind.DSN, "<a@k.example>: host mx said: 550 call 040 123 when you read this"),
        (MailKind.FEEDBACK, "This message was reported as spam by the user who hates you"),
    ],
)
def test_s00_a_slot_holds_no_words_of_a_person(kind: MailKind, text: str) -> None:
    assert not only_sentences(text, kind, AROUND)


def test_a_servers_words_may_stand_where_its_own_part_has_them() -> None:
    said = "550 5.7.1 Our glorious policy forbids it, see your provider"
    text = f"<a@k.example>: host mx.k.example[192.0.2.7] said: {said}"
    assert not only_sentences(text, MailKind.DSN)
    assert only_sentences(text, MailKind.DSN, Surroundings("", "", f"Diagnostic-Code: smtp; {said}"))


@pytest.mark.parametrize("kind", known.SENTENCES)
def test_every_template_can_be_read_and_stands_once(kind: MailKind) -> None:
    lines = [line.strip() for line in known.SENTENCES[kind].strip().split("\n")]
    assert len(set(lines)) == len(lines), [line for line in lines if lines.count(line) > 1]
    assert all(line.count("[") == line.count("]") and line.count("‹") == line.count("›") for line in lines)
    only_sentences("x", kind)


@pytest.mark.parametrize("kind", known.SUBJECTS)
def test_a_subject_is_a_programs_or_nothing(kind: MailKind) -> None:
    assert is_subject("", kind)
    assert not is_subject("My lamp is broken, please send help", kind)
    assert not is_subject("Please read: my lamp is broken", kind)


def test_a_text_longer_than_any_programs_is_not_read() -> None:
    assert not only_sentences("Your message was read.\n" * 2000, MailKind.MDN)
    assert sentences.only_sentences("Your message was read.\n" * 200, MailKind.MDN)
