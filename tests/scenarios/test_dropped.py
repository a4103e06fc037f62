"""Nothing a person may have written is only dropped: every reason to drop, and the same with somebody's words (S-00)."""

from __future__ import annotations

import ast
import email
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import Desk, from_agent, mail, notice_to, only, opened, running, whole

from mailgate.core.mails.decide import ANYBODY, decide, needs
from mailgate.core.model.change import Decision, Fate
from mailgate.core.model.facts import SentLetter
from mailgate.core.model.mail import Envelope, Source
from mailgate.core.proof import token
from mailgate.wire.mime.parse import parse

MAIJA, US, ANNA, BO = "maija@customer.example", "support@acme.example", "anna@staff.example", "bo@staff.example"
CORE = Path(__file__).parents[2] / "mailgate" / "core"
RULES = """
[[rule]]
name = "adverts"
when.from = ["@adverts.example"]
then.drop = "adverts"

[[rule]]
name = "contact form"
when.from = ["noreply@web.example"]
then.requester = 'E-mail: (\\S+)'

[[rule]]
name = "everything else"
"""
SMTP_NULL = Envelope("", (US,), Source.SMTP)


@dataclass
class World:
    """A gateway with one answered ticket, and the letters reports may be about."""

    desk: Desk
    ticket: int
    answer: str  # Message-ID of a letter to the customer
    notice: str  # of a notice to an agent
    alarm: str  # of a letter of ours without a ticket
    gone: str  # of one whose ticket nobody knows
    hers: str  # of a notice to Anna


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("dropped"), RULES) as desk:
        ticket = opened(desk)
        from_agent(desk, "Here is your answer.\n", notice_to(desk, "anna", ticket.number))
        answer = str(desk.letters(MAIJA, "answer")[-1]["Message-ID"])
        notice = str(notice_to(desk, "bo", ticket.number)["Message-ID"])
        number = desk.send(report(notice, BO), sender="")
        assert desk.fate(number) == "dropped"
        policy = desk.gateway.in_force.policy
        read = token.in_message_id(answer, policy.keys)
        assert read is not None
        alarm, gone = (
            token.message_id(token.mint(policy.keys[0], replace(read, ticket=ticket), "id"), policy.domain)
            for ticket in (None, 424242)
        )
        desk.gateway.store.write(lambda tx: tx.people.ban("banned@customer.example", None, "", desk.clock())).result()
        hers = str(notice_to(desk, "anna", ticket.number)["Message-ID"])
        yield World(desk, ticket.number, answer, notice, alarm, gone, hers)


def judged(world: World, raw: bytes, envelope: Envelope, released_as: str = "") -> Decision:
    """What would become of a mail, without doing it."""
    desk = world.desk
    snapshot = desk.gateway.in_force.snapshot
    parsed = parse(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), envelope, snapshot.policy.limits)
    now = desk.clock()
    facts = desk.gateway.store.read(lambda read: read.facts(needs(parsed, snapshot.policy, now), now))
    made = ((world.alarm, None, "admin"), (world.gone, 424242, "customer"))
    known = {one: SentLetter(1, one, ticket, "answer", audience, "", "words", now) for one, ticket, audience in made}
    facts = replace(facts, letters={**known, **facts.letters})
    return decide(parsed, snapshot.moment(now, facts), snapshot.rules, released_as=released_as)


# --- the mails --------------------------------------------------------------------------------------------------------


def report(
    about: str,
    recipient: str = "nobody@x.example",
    *,
    sender: str = "Mail Delivery System <MAILER-DAEMON@mx.example>",
    subject: str = "Undelivered Mail Returned to Sender",
    text: str = "I'm sorry to have to inform you that your message could not be delivered.",
    action: str = "failed",
    more: str = "",
    head: str = "",
) -> bytes:
    """A delivery report as Postfix writes it (RFC 3464); `more` is a further part."""
    return (
        f"From: {sender}\nTo: {US}\nSubject: {subject}\nMIME-Version: 1.0\n{head}"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n{more}"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {about}\nSubject: x\n\n--b--\n"
    ).encode()


def receipt(sender: str, text: str) -> bytes:
    return (
        f"From: {sender}\nTo: {US}\nSubject: Read: hello\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822; a@customer.example\nOriginal-Message-ID: <x@y.example>\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"
    ).encode()


def feedback(text: str) -> bytes:
    return (
        f"From: abuse@isp.example\nTo: {US}\nSubject: Abuse report\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n--b\nContent-Type: message/feedback-report\n\n"
        "Feedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\nSubject: x\n\ny\n--b--\n"
    ).encode()


def reaction(sender: str, text: str) -> bytes:
    return (
        f"From: {sender}\nTo: {US}\nSubject: Re: Offer\nIn-Reply-To: <offer@elsewhere.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"
        '--b\nContent-Type: text/vnd.google.email-reaction+json\n\n{"emoji": "x", "version": 1}\n\n--b--\n'
    ).encode()


def calendar(text: str, method: str = "REPLY") -> bytes:
    return (
        f"From: {ANNA}\nTo: {US}\nSubject: Accepted: Visit\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n\n"
        f"--b\nContent-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\n"
        f"SUMMARY:Visit\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANNA}\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
    ).encode()


def plain(sender: str, text: str, subject: str = "Hello", **headers: str) -> bytes:
    return mail(subject, text, sender=sender, **headers).as_bytes(policy=email.policy.SMTP)


def loop(world: World, sender: str, **headers: str) -> bytes:
    policy = world.desk.gateway.in_force.policy
    mark = token.loop_mark(policy.instance or policy.name, policy.keys[0])
    own = {"message_id": world.answer} | headers
    return plain(sender, "The lamp is on its way.\n", x_mailgate_loop=mark, **own)


def own_words() -> str:
    return "--b\nContent-Type: text/plain\n\nI got this back, what do I do now? My lamp is still broken.\n\n"


SENT = Envelope(US, (US,), Source.IMAP, mailbox="support", folder="Sent", uid=7, uidvalidity=1, sent=True)
Mail = Callable[[World], tuple[bytes, Envelope]]


def by(sender: str, raw: bytes) -> tuple[bytes, Envelope]:
    return raw, Envelope(sender, (US,))


# reason -> (a mail that is dropped for it, the same with a person's words in it or beside it)
TABLE: dict[str, tuple[Mail, Mail]] = {
    "unsolicited_dsn": (
        lambda w: (report("<x@y.example>"), SMTP_NULL),
        lambda w: (report("<x@y.example>", more=own_words()), SMTP_NULL),
    ),
    "bounce_without_ticket": (
        lambda w: (report(w.alarm, ANNA), SMTP_NULL),
        lambda w: by(MAIJA, report(w.alarm, ANNA, sender=MAIJA, subject="Strange", text="Is this from you?")),
    ),
    "bounce_ticket_gone": (
        lambda w: (report(w.gone), SMTP_NULL),
        lambda w: by(MAIJA, report(w.gone, sender=MAIJA, subject="Strange", text="Is this from you?")),
    ),
    "delivered": (
        lambda w: (report(w.answer, MAIJA, action="delivered", text="Your message was successfully delivered; no error."), SMTP_NULL),
        lambda w: by(MAIJA, report(w.answer, MAIJA, action="delivered", sender=MAIJA, text="It says delivered. Where is it?")),
    ),
    "bounce_of_notice": (
        lambda w: (report(w.notice, BO), SMTP_NULL),
        lambda w: by(BO, report(w.notice, BO, sender=BO, subject="Mail trouble", text="My mailbox was full, now it works.")),
    ),
    "self_loop": (lambda w: by(US, loop(w, US)), lambda w: by(MAIJA, loop(w, MAIJA))),
    "banned": (
        lambda w: by("banned@customer.example", plain("banned@customer.example", "Me again.\n")),
        lambda w: by(MAIJA, plain(MAIJA, "banned@customer.example wrote to me, too.\n")),
    ),
    "rule: adverts": (
        lambda w: by("a@adverts.example", plain("a@adverts.example", "Buy!\n")),
        lambda w: by(MAIJA, plain(MAIJA, "a@adverts.example writes to me. Do you know them?\n")),
    ),
    "receipt": (
        lambda w: by(MAIJA, receipt(MAIJA, "Your message was read on Friday.\n\n To: Support\n Subject: hello")),
        lambda w: by(MAIJA, receipt(MAIJA, "Your message was read on Friday.\n\nBut my lamp is still broken.")),
    ),
    "feedback": (
        lambda w: by("abuse@isp.example", feedback("This is an email abuse report for a message received from 192.0.2.1.")),
        lambda w: by("abuse@isp.example", feedback("This is an abuse report. Please call me about it, Kari.")),
    ),
    "reaction": (
        lambda w: by("k@customer.example", reaction("k@customer.example", "👍 Kari reacted via Gmail")),
        lambda w: by("k@customer.example", reaction("k@customer.example", "👍 Kari reacted via Gmail\n\nBut where is it?")),
    ),
    "sent": (
        lambda w: (plain(US, "I am away.\n", "Automatic reply: Offer", auto_submitted="auto-replied", to="k@customer.example"), SENT),
        lambda w: (plain(US, "Shall we have lunch?\n", "Lunch", to="k@customer.example"), SENT),
    ),
    "agent: auto_reply": (
        lambda w: by(ANNA, plain(ANNA, "I am away.\n", "Automatic reply: Hello", auto_submitted="auto-replied")),
        lambda w: by(ANNA, plain(ANNA, "I am out of the office until 5 May. In urgent cases please call Bo.\n", "Re: Lamp")),
    ),
    "agent: calendar": (
        lambda w: by(ANNA, calendar("Anna has accepted this invitation.")),
        lambda w: by(ANNA, calendar("Anna has accepted this invitation.\nCould we make it an hour later?")),
    ),
    "agent: receipt": (
        lambda w: by(ANNA, receipt(ANNA, "This is a return receipt for your message.")),
        lambda w: by(ANNA, receipt(ANNA, "Tell her that the lamp is on its way.")),
    ),
    "agent: reaction": (
        lambda w: by(ANNA, reaction(ANNA, "👍 Anna reacted via Gmail")),
        lambda w: by(ANNA, reaction(ANNA, "👍 Anna reacted via Gmail\nI will call her.")),
    ),
    "agent: feedback": (
        lambda w: by(ANNA, feedback("This is an abuse report.").replace(b"abuse@isp.example", ANNA.encode())),
        lambda w: by(ANNA, feedback("She says this is spam. I called her.").replace(b"abuse@isp.example", ANNA.encode())),
    ),
}  # fmt: skip
# Reasons no word of a person can change: an admin's own ban or rule. There the second mail is somebody else's.


@pytest.mark.parametrize("reason", TABLE)
def test_s00_what_only_a_program_wrote_may_be_dropped(world: World, reason: str) -> None:
    decision = judged(world, *TABLE[reason][0](world))
    assert (decision.fate, decision.reason) == (Fate.DROPPED, reason.removeprefix("agent: "))


@pytest.mark.parametrize("reason", TABLE)
def test_s00_the_same_with_a_persons_words_is_filed_or_parked(world: World, reason: str) -> None:
    decision = judged(world, *TABLE[reason][1](world))
    assert decision.fate in (Fate.FILED, Fate.PARKED), (decision.fate, decision.reason)


def test_s00_the_table_has_every_reason_for_dropping() -> None:
    """Read from the sources, so that nobody adds a reason without its second column."""
    found: set[str] = set()
    for path in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = [ast.unparse(one) for one in node.args]
            if given[:1] == ["Fate.DROPPED"] or (given[:1] == ["case"] and ast.unparse(node.func) == "_settled"):
                found.add(given[1].strip("'"))
    computed = {"UNSOLICITED", "reason", "case.verdict.kind", "f'rule: {case.route.drop}", "f'rule: {case.route.drop}'"}
    elsewhere = {"bounce_of_another"}  # wants a letter to two: test_bounced_answers.py, test_r08_…_alone
    assert computed & found and found - computed - elsewhere <= {reason.removeprefix("agent: ") for reason in TABLE}


# --- words that look like a program's ---------------------------------------------------------------------------------

SAID = {
    "sorry": "Hi, sorry to bother you. Your parcel arrived broken and I want my money back. Please call 040 123. Piotr",
    "rejected": "Your message was rejected by the moderator with these comments:\n\nSend the quote to purchasing@k.example.",
    "error": "I left the company. My lamp order 7781 has an error in it, please cancel it. Liisa",
    "unknown recipient": "Unknown recipient? I do not understand, could you tell me where my lamp is?",
    "read": "I have read your mail and I want my money back.",
    "label": "Problem: the lamp burned my house and I need help\nTelephone: 040 1234",
    "opened": "I opened the parcel. The lamp inside burns my hand. I acknowledge the notification by mail.",
    "finnish": "Olen lukenut viestinne. Lamppu on poistettu pakkauksesta ja avattu, haluan rahat takaisin.",
    "polish": "Przeczytałem wiadomość, lampa nie działa i żądam zwrotu pieniędzy potwierdzam.",
    "latvian": "Izlasīju jūsu vēstuli, lampa nedarbojas, lūdzu atdodiet naudu.",
    "chinese": "我的灯坏了。 请帮助我",
    "numbers": "12 34 040-1234567 !!",
    "few": "1 2 3",
    "after the program's words": "Your message was read on Friday.\nThe lamp is broken.",
    "in the same line": "Your message was read on Friday, and the lamp is broken.",
    "before the program's words": "The lamp is broken. Your message was read on Friday.",
    "reacted": "I am very angry that my lamp burned and nobody reacted to your message",
    "spam": "You sent me spam. I report you to the police unless you pay 100 EUR for the junk lamp received.",
    "reason": "Reason: I never ordered a lamp and I want my money",
    "accepted": "I accept the visit but the customer has not paid, please move it to Friday at 10",
}  # fmt: skip
BARE = {"receipt": "Your message was read.", "feedback": "This is an email abuse report.", "reaction": "👍",
        "calendar": "Anna has accepted this invitation.", "bounce": "This is the mail system at host mx.example."}  # fmt: skip
MADE: dict[str, Callable[[str], bytes]] = {
    "receipt": lambda text: receipt(ANNA, text),
    "feedback": lambda text: feedback(text).replace(b"abuse@isp.example", ANNA.encode()),
    "reaction": lambda text: reaction(ANNA, text),
    "calendar": calendar,
    "bounce": lambda text: report("<x@y.example>", sender=ANNA, text=text),
}
WHO = {"a customer": MAIJA, "an agent": ANNA, "a postmaster": "Piotr Nowak <postmaster@small.example>"}
WAYS = {"smtp": "someone", "smtp null": "smtp null", "pipe": "pipe", "imap": "imap"}


def as_html(raw: bytes) -> bytes:
    """The same report whose words stand in HTML alone."""
    head, _, rest = raw.partition(b"--b\nContent-Type: text/plain")
    options, blank, rest = rest.partition(b"\n\n")
    text, bound, after = rest.partition(b"\n\n")
    return head + b"--b\nContent-Type: text/html" + options + blank + b"<p>" + text + b"</p>" + bound + after


def utf8(raw: bytes) -> bytes:
    return raw.replace(b"Content-Type: text/plain\n", b"Content-Type: text/plain; charset=utf-8\n")


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("said", SAID)
def test_s00_a_sentence_no_program_writes_is_never_only_dropped(world: World, said: str, who: str, kind: str) -> None:
    text = utf8(MADE[kind](SAID[said]))
    forms = (text, as_html(text)) if list(SAID).index(said) % 2 else (as_html(text), text)
    for at, way in enumerate(WAYS):  # either form by each way, with every other sentence
        raw = forms[at % 2].replace(ANNA.encode(), WHO[who].encode(), 1)
        envelope = DOORS[way] if way != "smtp" else Envelope(email.utils.parseaddr(WHO[who])[1], (US,), Source.SMTP)
        decision = judged(world, raw, envelope)
        assert decision.fate in (Fate.FILED, Fate.PARKED), (way, decision.fate, decision.reason)


# Where words may stand beside a program's own sentence; `%s` is the kind's machine part.
BESIDE: dict[str, Callable[[bytes], bytes]] = {
    "before the first part": lambda raw: raw.replace(b"--b\n", b"My lamp is broken, help!\n--b\n", 1),
    "after the last part": lambda raw: raw + b"My lamp is broken, help!\n",
    "in the subject": lambda raw: b"Subject: My lamp is broken, please send help\n" + _without(raw, b"Subject: "),
    "in a file": lambda raw: _with(raw, 'application/pdf; name="complaint.pdf"\nContent-Disposition: attachment', "JVBERi0="),
    "in a text file": lambda raw: _with(raw, 'text/plain; name="letter.txt"\nContent-Disposition: attachment; filename="letter.txt"', "Your message was read."),
    "in a second text": lambda raw: _with(raw, "text/plain", "My lamp is broken."),
    "in HTML beside": lambda raw: _with(raw, "text/html", "<p>My lamp is broken.</p>"),
    "in a picture's text": lambda raw: _with(raw, "text/html", '<img src="cid:a" alt="the lamp is broken, please help">'),
    "in a mail of theirs": lambda raw: _with(raw, "message/rfc822", f"From: {ANNA}\nSubject: y\n\nPlease help my lamp"),
    "in a mail that calls itself text": lambda raw: _with(raw, "text/rfc822", f"From: {ANNA}\nSubject: y\n\nPlease help my lamp"),
    "below what are to be headers": lambda raw: _with(raw, "text/rfc822-headers", f"From: {ANNA}\nSubject: y\n\nPlease help my lamp"),
    "below a blank that is not empty": lambda raw: _with(raw, "text/rfc822-headers", f"From: {ANNA}\nSubject: y\n \nPlease help my lamp"),
    "in a mail without a sender": lambda raw: _with(raw, "message/rfc822", "X-Nothing: y\n\nPlease help my lamp"),
    "below what are to be headers, as a mail": lambda raw: _with(raw, "message/rfc822-headers", f"From: {ANNA}\nSubject: y\n\nPlease help my lamp"),
    "in a drawing": lambda raw: _with(raw, "text/html", "<svg><text>My lamp is broken</text></svg>"),
    "in a picture": lambda raw: _with(raw, "text/html", '<p><img src="data:image/png;base64,iVBORw0KGgo="></p>'),
    "in octets that are not what they say": lambda raw: _with(raw, "text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", "灯坏了"),
    "behind a megabyte": lambda raw: _with(_with(raw, "text/rfc822-headers", "X-Long: " + "a\n " * 400_000), "text/plain", "My lamp is broken."),
    "in one of many texts": lambda raw: _with(raw, "text/plain", "\n--b\nContent-Type: text/plain\n\n".join([""] * 30)),
}  # fmt: skip


def _without(raw: bytes, name: bytes) -> bytes:
    return b"\n".join(line for line in raw.split(b"\n") if not line.startswith(name))


def _with(raw: bytes, kind: str, text: str) -> bytes:
    """A further part, before the last bound."""
    head, _, _ = raw.rpartition(b"--b--")
    return head + f"--b\nContent-Type: {kind}\n\n{text}\n--b--\n".encode()


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("place", BESIDE)
def test_s00_words_in_any_place_of_a_report_are_never_only_dropped(world: World, place: str, kind: str) -> None:
    raw = utf8(MADE[kind](BARE[kind]))
    if kind != "bounce":
        assert judged(world, raw, Envelope(ANNA, (US,))).fate is Fate.DROPPED
    for envelope in (Envelope(ANNA, (US,)), SMTP_NULL):
        decision = judged(world, BESIDE[place](raw), envelope)
        assert decision.fate in (Fate.FILED, Fate.PARKED), (decision.fate, decision.reason)


COMMENTS = {
    "a comment": "COMMENT:I come at 14",
    "of a language": "COMMENT;LANGUAGE=fi:Tulen klo 14",
    "folded": "COMMENT;LANGUAGE=en-\n US:I come at 14",
    "folded at the colon": "COMMENT\n :I come at 14",
    "on the next line": "COMMENT:\n \\nI come at 14",
    "a description": "DESCRIPTION:I come at 14",
    "in HTML": "X-ALT-DESC;FMTTYPE=text/html:<p>I come at 14</p>",
    "beside the name": 'ATTENDEE;PARTSTAT=ACCEPTED;X-RESPONSE-COMMENT="I come at 14":mailto:x@y.example',
    "a frown beside the name": 'ATTENDEE;X-RESPONSE-COMMENT=":-( at 14":mailto:x@y.example',
    "so beside the name": "ATTENDEE;X-RESPONSE-\n COMMENT=tomorrow:mailto:x@y.example",
}


@pytest.mark.parametrize("said", COMMENTS)
def test_s00_the_comment_of_a_calendar_answer_is_never_only_dropped(world: World, said: str) -> None:
    raw = calendar("Anna has accepted this invitation.").replace(
        b"END:VEVENT", f"{COMMENTS[said]}\nEND:VEVENT".encode()
    )
    assert judged(world, raw, Envelope(ANNA, (US,))).fate is Fate.PARKED


@pytest.mark.parametrize("empty", ["COMMENT:", "COMMENT:\\n", "DESCRIPTION;LANGUAGE=fi:\\n\\n"])
def test_an_empty_comment_says_nothing(world: World, empty: str) -> None:
    raw = calendar("Anna has accepted this invitation.").replace(b"END:VEVENT", f"{empty}\nEND:VEVENT".encode())
    assert judged(world, raw, Envelope(ANNA, (US,))).fate is Fate.DROPPED


def test_s00_a_calendar_answer_is_about_the_events_own_title(world: World) -> None:
    """Outlook lets its user write into the subject."""
    for title, fate in (
        ("Accepted: Visit", Fate.DROPPED),
        ("Accepted: Visit @ Wed Mar 4, 2026 10am - 11am (EET) (anna@staff.example)", Fate.DROPPED),
        ("Accepted: Visit - I can come Monday at 14, gate code 99", Fate.PARKED),
        ("Accepted: I can come Monday", Fate.PARKED),
    ):
        raw = calendar(f"{title}\n").replace(b"Subject: Accepted: Visit", f"Subject: {title}".encode())
        assert judged(world, raw, Envelope(ANNA, (US,))).fate is fate, title


@pytest.mark.parametrize("to", ["answer", "notice", "alarm", "gone"])
@pytest.mark.parametrize("action", ["delivered", "relayed", "failed", "delayed"])
def test_s00_words_beside_a_report_about_a_letter_of_ours_reach_somebody(world: World, action: str, to: str) -> None:
    text = "Please tell Anna that the lamp burned down the house. Maija"
    for raw in (
        report(getattr(world, to), MAIJA, action=action, text=text),
        report(getattr(world, to), MAIJA, action=action, text="Delivered.", more=own_words()),
    ):
        decision = judged(world, raw, SMTP_NULL)
        assert decision.fate is (Fate.FILED if to == "answer" else Fate.PARKED), (decision.fate, decision.reason)
        if decision.fate is Fate.FILED:
            assert [letter for step in decision.steps for letter in step.outbound], "nobody was told"


HALF_AUTOMATIC = {
    "feedback-id": "1:ses", "precedence": "bulk", "x-auto-response-suppress": "All", "x-loop": "x",
    "x-autoreply": "yes", "x-autorespond": "yes", "x-vacation": "1",
    "x-post-messageclass": "9; Autoresponder",
}  # fmt: skip


@pytest.mark.parametrize("name", HALF_AUTOMATIC)
def test_s00_an_agents_answer_with_a_robots_field_on_it_waits_for_their_word(world: World, name: str) -> None:
    """Some mail programs and gateways put these on what a person typed."""
    raw = plain(
        ANNA,
        "The lamp is on its way, it arrives on Tuesday.\n",
        "Re: lamp",
        **{name.replace("-", "_"): HALF_AUTOMATIC[name]},
    )
    assert judged(world, raw, Envelope(ANNA, (US,))).fate in (Fate.FILED, Fate.PARKED)
    answer = plain(
        ANNA,
        "The lamp is on its way.\n",
        "Re: lamp",
        in_reply_to=world.hers,
        **{name.replace("-", "_"): HALF_AUTOMATIC[name]},
    )
    assert judged(world, answer, Envelope(ANNA, (US,))).fate is Fate.PARKED, (
        "it must not end beside the customer's words"
    )


@pytest.mark.parametrize("place", ["signature", "quote", "subject"])
def test_s00_words_of_an_absence_are_told_wherever_they_stand(desk: Desk, place: str) -> None:
    ticket = opened(desk)
    notice = notice_to(desk, "bo", ticket.number)
    said = {"signature": "-- \nThe office is on fire.", "quote": "> The office is on fire.", "subject": ""}[place]
    raw = plain(
        BO, f"I am away until 5.12.\n\n{said}\n", "The office is on fire." if place == "subject" else f"Re: {notice['Subject']}",
        to=str(notice["Reply-To"]), in_reply_to=str(notice["Message-ID"]), auto_submitted="auto-replied",
    )  # fmt: skip
    desk.send(raw, sender="")
    [told] = absences_told(desk)
    assert "The office is on fire." in whole(told)


@pytest.mark.parametrize(
    "headers",
    [{"reply_to": MAIJA}, {"sender_": MAIJA}, {"x_original_from": MAIJA}, {"x_original_sender": MAIJA}, {"resent_from": MAIJA}],
)  # fmt: skip
def test_s00_our_mark_on_a_mail_with_a_persons_name_waits_for_a_person(world: World, headers: dict[str, str]) -> None:
    headers = {name.rstrip("_"): value for name, value in headers.items()}
    raw = loop(world, US)
    for name, value in headers.items():
        raw = f"{name.replace('_', '-')}: {value}\r\n".encode() + raw
    assert judged(world, raw, Envelope(US, (US,))).fate is Fate.PARKED
    via = loop(world, f'"Maija via Support" <{US}>')
    assert judged(world, via, Envelope(US, (US,))).fate is Fate.PARKED


def answered_by_itself(desk: Desk, agent: str, words: str, letter: EmailMessage) -> int:
    """What an agent's mailbox sends while they are away."""
    raw = plain(
        f"{agent}@staff.example", words, f"Automatic reply: {letter['Subject']}", to=str(letter["Reply-To"]),
        in_reply_to=str(letter["Message-ID"]), auto_submitted="auto-replied",
    )  # fmt: skip
    return desk.send(raw, sender="")


def absences_told(desk: Desk) -> list[EmailMessage]:
    desk.settle()
    return [letter for letter in desk.letters() if "seems to be away" in str(letter["Subject"])]


def test_s00_each_wording_of_an_agents_absence_is_told_to_their_lead_once(desk: Desk) -> None:
    ticket = opened(desk)
    notice = notice_to(desk, "bo", ticket.number)
    for words in ("Bring the lamp to Maija.", "The code is 7.", "Bring the lamp to Maija."):
        away = answered_by_itself(desk, "bo", f"I am away until Monday. {words}\n", notice)
        assert desk.fate(away) == "dropped"
    told = absences_told(desk)
    assert [letter["To"].addresses[0].addr_spec for letter in told] == [ANNA, ANNA]
    assert "lamp to Maija" in whole(told[0]) and "code is 7" in whole(told[1])


def test_s00_two_who_are_away_do_not_keep_each_other_writing(desk: Desk) -> None:
    """The lead's own mailbox answers the alarm: that waits, and tells nobody, however it is worded."""
    ticket = opened(desk)
    answered_by_itself(desk, "bo", "I am away, ask Anna.\n", notice_to(desk, "bo", ticket.number))
    [alarm] = absences_told(desk)
    for turn in range(3):
        number = answered_by_itself(desk, "anna", f"I am away too, turn {turn}.\n", alarm)
        assert desk.fate(number) == "parked"
    assert len(absences_told(desk)) == 1


# --- customers' words that sound like a bounce ------------------------------------------------------------------------

COURIER = "Hello,\n\ncould not deliver: the courier says the address does not exist. What now?\n\nMaija\n"
QMAIL = (
    "I got this back, what do I do?\n\nHi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to "
    "deliver your message to the following addresses.\n\n<support@acme.exmaple>:\nSorry, no such domain. (#5.1.2)\n"
)
EXIM = (
    "Hi, see below.\n\nThis message was created automatically by mail delivery software.\nA message that you sent could "
    "not be delivered to one or more of its recipients. This is a permanent error.\n\n  lamp@acme.example\n    550 5.1.1 "
    "user unknown\n"
)
EXCHANGE = (
    "What does it mean?\n\nDelivery has failed to these recipients or groups:\n\nlamp@acme.example\nThe email address you "
    "entered couldn't be found.\n\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found\n"
)
WORDS = {
    "courier": ("Delivery problem", COURIER),
    "status": ("Delivery Status Notification", COURIER),
    "failed": ("Mail delivery failed", "The parcel was returned to sender: address unknown. Please send it again.\n"),
    "finnish": ("Toimitus epäonnistui", "Pakettia ei voitu toimittaa, osoite on tuntematon. Mitä nyt tehdään?\n"),
    "polish": ("Nie dostarczono", "Kurier pisze: nie można doręczyć, adres nie istnieje. Co dalej?\n"),
    "latvian": ("Piegādes kļūda", "Kurjers raksta, ka neizdevās piegādāt, adrese nav zināma. Ko darīt?\n"),
    "german": ("Paket unzustellbar", "Das Paket konnte nicht zugestellt werden, Empfänger unbekannt. Was nun?\n"),
    "swedish": ("Leveransstatus", "Paketet kunde inte levereras, adressen är okänd.\n"),
    "qmail quoted": ("failure notice", QMAIL),
    "exim quoted": ("Mail delivery failed: returning message to sender", EXIM),
    "exchange quoted": ("Undeliverable: Lamp", EXCHANGE),
    "forward": ("FW: Undeliverable: Lamp", EXCHANGE),
    "forward by hand": ("Fwd: Undelivered Mail Returned to Sender", EXIM),
    "no subject": ("", COURIER),
    "mailbox full": ("Mailbox full", "Error: user unknown, mailbox full. I cannot log in to your shop, sorry.\n"),
}
DOORS = {
    "smtp": Envelope(MAIJA, (US,), Source.SMTP),
    "smtp null": SMTP_NULL,
    "lmtp": Envelope(MAIJA, (US,), Source.LMTP),
    "lmtp null": Envelope("", (US,), Source.LMTP),
    "imap": Envelope("", (US,), Source.IMAP, mailbox="support", folder="INBOX", uid=9, uidvalidity=1),
    "pipe": Envelope("", (), Source.PIPE),
    "import": Envelope("", (), Source.IMPORT, history=True),
}
PEOPLE = (
    "Maija Virtanen <maija@customer.example>", "Bounce House Hire <info@bouncehouse.example>",
    "Currency Exchange <office@exchange.example>", "Postmaster <postmaster@smallfirm.example>",
    "Mail Delivery Ltd <mailer-daemon@couriers.example>",
)  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("words", WORDS)
def test_s00_words_that_sound_like_a_bounce_are_never_only_dropped(world: World, words: str, door: str) -> None:
    subject, text = WORDS[words]
    for sender in PEOPLE:
        decision = judged(world, plain(sender, text, subject), DOORS[door])
        assert decision.fate in (Fate.FILED, Fate.PARKED), (sender, decision.fate, decision.reason)


@pytest.mark.parametrize("door", [door for door in DOORS if "null" not in door])
@pytest.mark.parametrize("words", WORDS)
def test_s00_a_customers_complaint_is_an_ordinary_mail_at_every_door(world: World, words: str, door: str) -> None:
    subject, text = WORDS[words]
    for sender in PEOPLE[:1]:
        decision = judged(world, plain(sender, text, subject), DOORS[door])
        assert decision.fate is Fate.FILED
        assert decision.trace.guard in ("human", "human: not_named"), decision.trace.guard


def with_attached(inner: bytes, kind: str, subject: str) -> bytes:
    parts = inner.decode()
    attached = (
        f"Content-Type: message/rfc822\n\n{parts}" if kind == "rfc822" else parts.partition("MIME-Version: 1.0\n")[2]
    )
    return (
        f"From: {MAIJA}\nTo: {US}\nSubject: {subject}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="o"\n\n'
        f"--o\nContent-Type: text/plain\n\nI got this back, what do I do?\n\n--o\n{attached}\n--o--\n"
    ).encode()  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "subject", ["FW: Undeliverable: Lamp", "Undelivered Mail Returned to Sender", "Help", "Re: Lamp"]
)
@pytest.mark.parametrize("kind", ["rfc822", "report"])
def test_s00_a_bounce_passed_on_by_a_person_is_their_mail(world: World, kind: str, subject: str, door: str) -> None:
    for about in ("<x@y.example>", world.answer):
        decision = judged(world, with_attached(report(about), kind, subject), DOORS[door])
        assert decision.fate in (Fate.FILED, Fate.PARKED), (decision.fate, decision.reason)
        if "null" not in door:
            assert decision.reason != "bounce"
            texts = [change.text for step in decision.steps for change in step.changes if hasattr(change, "text")]
            assert any("what do I do?" in text for text in texts)


@pytest.mark.parametrize("door", DOORS)
def test_s00_a_report_redirected_or_forwarded_whole_is_never_only_dropped_unless_nobody_sent_it(
    world: World, door: str
) -> None:
    raw = report("<x@y.example>")
    redirected = report("<x@y.example>", sender=MAIJA, head=f"Resent-From: {MAIJA}\n")
    forwarded = report("<x@y.example>", sender=MAIJA, subject="Fwd: Undelivered Mail Returned to Sender")
    assert (judged(world, raw, DOORS[door]).fate is Fate.DROPPED) is ("null" in door)
    for one in (redirected, forwarded):
        assert judged(world, one, DOORS[door]).fate in (Fate.FILED, Fate.PARKED)


def test_s00_a_report_that_nobody_may_have_sent_waits_for_a_person_and_writes_to_nobody(world: World) -> None:
    """An agent's mailbox that bounces notices without our id must not open a ticket, which would be a notice again."""
    raw = report("<x@y.example>", head="Return-Path: <>\n")
    decision = judged(world, raw, DOORS["imap"])
    assert (decision.fate, decision.reason, decision.letters, decision.steps) == (
        Fate.PARKED,
        "unsolicited_dsn",
        (),
        (),
    )


@pytest.mark.parametrize("door", ["smtp null", "lmtp null", "imap", "pipe"])
def test_s00_a_real_bounce_of_our_letter_is_recognised_at_every_door(world: World, door: str) -> None:
    decision = judged(world, report(world.answer, MAIJA), DOORS[door])
    assert (decision.fate, decision.reason, [step.ticket for step in decision.steps]) == (
        Fate.FILED,
        "bounce",
        [world.ticket],
    )


def test_s00_a_customers_complaint_read_by_imap_opens_a_ticket_and_is_acknowledged(desk: Desk) -> None:
    raw = plain(MAIJA, COURIER, "Delivery problem")
    number = desk.gateway.intake.receive(raw, DOORS["imap"]).result(100).number
    desk.wait(lambda: number in desk.settled, "no fate")
    assert desk.fate(number) == "filed"
    only(desk.letters(MAIJA, "ack"))
    assert "courier" in desk.of_mail(number).entries[0].text


@pytest.mark.parametrize(
    "sender", ["Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>",
               "System Administrator <admin@corp.example>", "Mail Delivery System <mail@corp.example>"],
)  # fmt: skip
def test_s00_a_report_by_nobody_opens_no_ticket_whatever_it_calls_itself(world: World, sender: str) -> None:
    """Agents would be told of that ticket, and the reports about those notices would open the next."""
    raw = report("<x@y.example>", sender=sender, text="Ihre Post kam nicht an.")
    assert judged(world, raw, SMTP_NULL).fate is Fate.PARKED


def test_the_same_report_of_a_letter_is_told_once_a_day(desk: Desk) -> None:
    ticket = opened(desk)
    from_agent(desk, "Here is your answer.\n", notice_to(desk, "anna", ticket.number))
    answer = str(desk.letters(MAIJA, "answer")[-1]["Message-ID"])
    before = len(desk.letters())
    for turn in range(3):
        desk.send(
            report(answer, MAIJA, action="delayed", text=f"Die Post ist noch unterwegs, Versuch {turn}."), sender=""
        )
    desk.settle()
    assert len(desk.letters()) == before + 1  # to the owner
    for text, status in (
        ("Maija has moved, please call her at 040 123.", "4.4.1"),
        ("Die Post ist noch unterwegs.", "4.2.2"),
    ):
        another = report(answer, MAIJA, action="delayed", text=text).replace(
            b"Status: 5.1.1", f"Status: {status}".encode()
        )
        desk.send(another, sender="")
    desk.settle()
    assert len(desk.letters()) == before + 3, "other words, and another reason"
    assert len([entry for entry in desk.ticket(ticket.number).entries if entry.kind == "bounce"]) == 5


def test_s00_our_mark_on_new_words_waits_for_a_person(world: World) -> None:
    """Mail programs that send a letter of ours again as new keep the fields they do not know."""
    again = loop(world, US, message_id="<new@acme.example>")
    assert judged(world, again, Envelope(US, (US,))).fate is Fate.PARKED
    nobody = loop(world, US).replace(f"From: {US}\r\n".encode(), b"")
    assert judged(world, nobody, Envelope(US, (US,))).fate is Fate.PARKED


def test_s00_an_absence_with_words_in_the_sent_folder_is_kept(world: World) -> None:
    raw = plain(
        US,
        "I am away. 40 lamps cost 400 EUR, I reserved them.\n",
        "Automatic reply: Offer",
        auto_submitted="auto-replied",
    )
    assert judged(world, raw, SENT).fate is Fate.FILED


@pytest.mark.parametrize(("words", "subject"), [
    ("I am away.\n", "40 lamps cost 400 EUR"), ("I am away.\n\n> Which ones?\n\nThe red ones.\n", "Automatic reply: Offer"),
])  # fmt: skip
def test_s00_the_sent_folder_asks_what_an_agents_absence_is_asked(world: World, words: str, subject: str) -> None:
    """Words in its subject or below a quotation were dropped there, and kept where they came by mail."""
    raw = plain(US, words, subject, auto_submitted="auto-replied")
    assert judged(world, raw, SENT).fate is Fate.FILED


def test_s00_a_copy_is_known_however_often_it_was_dropped_before(desk: Desk) -> None:
    raw = plain(MAIJA, "Please help me.\n")
    desk.gateway.store.write(lambda tx: tx.people.ban(MAIJA, None, "", desk.clock())).result()
    for turn in range(55):
        desk.send(f"X-Hop: {turn}\r\n".encode() + raw)
    desk.settle()
    desk.gateway.store.write(lambda tx: tx.people.unban(MAIJA)).result()
    assert desk.fate(desk.send(b"X-Hop: a\r\n" + raw)) == "filed"
    assert desk.fate(desk.send(b"X-Hop: b\r\n" + raw)) == "duplicate"


@pytest.mark.parametrize("author", [f"From: {US}\r\n", ""], ids=["ourselves", "nobody"])
def test_l_mail_from_ourselves_or_nobody_fills_no_desk(desk: Desk, author: str) -> None:
    """A mailbox that sends our notices back without our marks made a ticket and three letters a round, without end."""
    limit = desk.gateway.in_force.policy.limits.tickets_per_sender_hour
    for turn in range(limit + 3):
        raw = (
            f"{author}To: {US}\r\nSubject: [#{turn}] lamp\r\nMessage-ID: <{turn}@back.example>\r\n\r\nBack {turn}.\r\n"
        )
        desk.send(raw.encode(), sender="someone@back.example")
    desk.settle()
    assert len(desk.tickets()) == limit


def test_s00_what_was_dropped_may_come_again(desk: Desk) -> None:
    """Somebody was banned by mistake: the same mail, given in again, was a duplicate of what no ticket has."""
    raw = plain(MAIJA, "Please help me.\n")
    desk.gateway.store.write(lambda tx: tx.people.ban(MAIJA, None, "", desk.clock())).result()
    assert desk.fate(desk.send(raw)) == "dropped"
    desk.gateway.store.write(lambda tx: tx.people.unban(MAIJA)).result()
    by_another_way = b"Received: from a.example by b.example; Wed, 4 Mar 2026 10:00:00 +0200\r\n" + raw
    assert desk.fate(desk.send(raw)) == "filed"
    desk.send(by_another_way)
    desk.settle()
    assert len(desk.tickets()) == 1


def test_s00_a_bare_receipt_that_a_person_says_to_file_is_filed(world: World) -> None:
    raw, envelope = TABLE["receipt"][0](world)
    assert judged(world, raw, envelope).fate is Fate.DROPPED
    assert judged(world, raw, envelope, released_as=ANYBODY).fate is Fate.FILED


def test_s00_an_agents_answer_that_reads_like_an_absence_waits_for_their_word(desk: Desk) -> None:
    ticket = opened(desk)
    words = "I am out of the office until 5 May. In urgent cases please call Bo, and your lamp is on its way.\n"
    number = from_agent(desk, words, notice_to(desk, "anna", ticket.number))
    assert desk.fate(number) == "parked" and desk.letters(MAIJA, "answer") == []
    asked = only(desk.letters(ANNA, "receipt"))
    from_agent(desk, "#send\n", asked)
    desk.settle()
    assert "lamp is on its way" in str(only(desk.letters(MAIJA, "answer")).get_body(("plain",)))
    for turn in range(3):  # a program that answers everything gets no further question within the hour
        from_agent(desk, f"{words}{turn}\n", notice_to(desk, "anna", ticket.number))
    assert len(desk.letters(ANNA, "receipt")) <= 2


def test_s00_a_mail_sent_past_us_is_kept_as_a_quiet_solved_ticket_that_its_answer_finds(desk: Desk) -> None:
    raw = mail("Your order", "It is ready.\n", sender=US, to=MAIJA)
    number = desk.gateway.intake.receive(raw.as_bytes(policy=email.policy.SMTP), SENT).result(100).number
    desk.wait(lambda: number in desk.settled, "no fate")
    ticket = desk.of_mail(number)
    assert (desk.fate(number), ticket.status, ticket.requester.addr) == ("filed", "solved", MAIJA)
    assert desk.letters() == []
    answer = desk.of_mail(desk.send(mail("Re: Your order", "I come today.\n", in_reply_to=str(raw["Message-ID"]))))
    assert (answer.number, answer.status) == (ticket.number, "new")


def test_s00_an_old_report_is_filed_where_the_letter_it_is_about_is(desk: Desk) -> None:
    """An import states no sender: a report in it is kept, in the thread of what it gives back."""
    first = mail("Lamp", "Hello.\n")
    raws = [first.as_bytes(policy=email.policy.SMTP), report(str(first["Message-ID"]))]
    for raw in raws:
        number = desk.gateway.intake.receive(raw, DOORS["import"]).result(100).number
        desk.wait(lambda number=number: number in desk.settled, "no fate")
        assert desk.fate(number) == "filed"
    [ticket] = desk.tickets()
    assert [entry.kind for entry in desk.ticket(ticket.number).entries] == ["customer", "bounce"]
    assert desk.letters() == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("words", WORDS)
def test_s00_a_contact_form_is_the_persons_whatever_the_words_sound_like(world: World, words: str, door: str) -> None:
    """Web servers send with the null sender, and a rule says whose words these are."""
    subject, text = WORDS[words]
    decision = judged(world, plain("noreply@web.example", f"E-mail: {MAIJA}\n\n{text}", subject), DOORS[door])
    assert decision.fate is Fate.FILED
    assert decision.actor == MAIJA, decision.trace.guard
