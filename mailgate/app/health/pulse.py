"""Whether mail gets anywhere: what became of the last mails, and a sample that a child has to read and to answer."""

from __future__ import annotations

import sys
from typing import Any, Final

from mailgate.app.children.pool import Children
from mailgate.app.intake.in_hand import READ
from mailgate.app.outbox.wording import WRITE
from mailgate.core.letters.letter import head
from mailgate.core.model.change import Fate
from mailgate.core.model.mail import Envelope, InboundMail, MailKind
from mailgate.errors import ChildDied, ChildFailed, ConfigError, Problem, Temporary
from mailgate.wire.letters import samples
from mailgate.wire.letters.compose import ComposedLetter

OURS: Final = ("parse_error", "bug")  # why a mail is in quarantine when the fault is in us and not in the mail
FEW: Final = 3  # mails in a row that failed by our fault: no accident any more
MANY: Final = 10  # in a row that failed for any reason: nobody writes only that
PATIENCE: Final = 90.0  # seconds for the sample at a start: a child has to start for it
BUSY: Final = 20.0  # and beside the work; longer says only that there is much of it

_SUBJECT, _TEXT = "Lamppu ei syty enää", "Lamppu ei syty enää."
_ENVELOPE: Final = Envelope("maija.virtanen@customer.example", ("support@acme.example",), arrived_at=samples.NOW)
_MAIL: Final = (
    b"From: =?utf-8?q?Maija_V=C3=A4is=C3=A4nen?= <maija.virtanen@customer.example>\r\nTo: support@acme.example\r\n"
    b"Subject: =?utf-8?q?Lamppu_ei_syty_en=C3=A4=C3=A4?=\r\nDate: Mon, 23 Nov 2026 11:30:00 +0200\r\n"
    b"Message-ID: <sample@customer.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
    b"--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Lamppu ei syty en=C3=A4=C3=A4.\r\n"
    b"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<p>Lamppu ei syty <b>en=C3=A4=C3=A4</b>.</p>\r\n--a--\r\n"
    b"--m\r\nContent-Type: image/png; name=lamp.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    b"--m--\r\n"
)


class Pulse:
    """What is known of our own work since the start."""

    def __init__(self, children: Children) -> None:
        self._children = children
        self._failed: list[str] = []  # why the last mails went into quarantine, since one did not
        self._sample = ""

    def settled(self, fate: str, reason: str) -> None:
        """A mail has its fate."""
        if fate != Fate.QUARANTINED:
            self._failed = []
        elif len(self._failed) < MANY:
            self._failed = [*self._failed, reason]

    def beat(self, patience: float = BUSY) -> str:
        """Have a child read and write the sample; returns what went wrong. A pool that is busy proves nothing."""
        try:
            self._sample = tried(self._children, patience)
        except TimeoutError:
            pass
        return self._sample

    @property
    def failed(self) -> int:
        """How many of the last mails in a row went into quarantine; it counts to ten."""
        return len(self._failed)

    def trouble(self) -> str:
        """Why no mail can be expected to be filed, `""` when all is well."""
        failed, ours = self._failed, [reason for reason in self._failed if reason in OURS]
        if self._children.down:
            return f"no child process can be started: {self._children.down}"
        if self._sample:
            return self._sample
        if len(ours) >= FEW or len(failed) >= MANY:
            return f"the last {len(failed)} mails all went into quarantine ({', '.join(dict.fromkeys(failed))})"
        return ""


def tried(children: Children, patience: float = PATIENCE) -> str:
    """What is wrong with a sample mail read and a sample letter written by a child, `""` when nothing is.

    Raises TimeoutError when no child got to it within `patience` seconds.
    """
    letter = head(samples.due("ack"), samples.POLICY, loop_mark="")
    jobs = (
        ("read a sample mail", children.submit(READ, _MAIL, _ENVELOPE, samples.POLICY.limits), _misread),
        ("write a sample letter", children.submit(WRITE, letter, samples.NOW), _miswritten),
    )
    try:
        for what, future, look in jobs:
            try:
                wrong = look(future.result(patience))
            except (ChildDied, ChildFailed) as error:
                wrong = str(error)
            if wrong:
                return f"a child cannot {what}: {wrong}"
    except Temporary:
        return ""  # no child is to be had; the pool says so itself
    finally:
        for _, future, _ in jobs:
            future.cancel()
    return ""


def _misread(found: Any) -> str:
    if not isinstance(found, InboundMail):
        return f"{type(found).__name__} came back"
    same = (found.subject, found.text.strip(), found.kind, len(found.attachments), found.envelope)
    return "" if same == (_SUBJECT, _TEXT, MailKind.PLAIN, 1, _ENVELOPE) else "its words came back changed"


def _miswritten(found: Any) -> str:
    return (
        ""
        if isinstance(found, ComposedLetter) and found.raw.startswith(b"From:")
        else f"{type(found).__name__} came back"
    )


def problem(children: Children) -> Problem | None:
    """What keeps a child from reading and writing the samples here; None when nothing does."""
    wrong = ""
    for _ in range(2):  # a child may be ended for no fault of ours
        try:
            wrong = tried(children)
        except TimeoutError:
            wrong = f"no child got to a sample mail within {PATIENCE:.0f} seconds"
        wrong = wrong or (children.down and f"no child process can be started: {children.down}")
        if not wrong:
            return None
    python = ".".join(map(str, sys.version_info[:3]))
    text = f"no mail can be read here: {wrong}; install mailgate anew, or with another Python (PYTHON=... make upgrade)"
    return Problem(sys.executable, f"Python {python}", text)


def prove(children: Children) -> None:
    """Raises ConfigError for what `problem` finds."""
    found = problem(children)
    if found:
        raise ConfigError((found,))
