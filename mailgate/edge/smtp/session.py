"""The SMTP, LMTP and submission dialogue: which command is answered how, and when a mail is handed in."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from mailgate import crash
from mailgate.core.model.mail import Envelope, Source
from mailgate.edge.smtp import replies as reply
from mailgate.edge.smtp.address import BadAddress, Path, check_recipient, check_sender, parse
from mailgate.edge.smtp.auth import authenticate
from mailgate.edge.smtp.data import Refused, collect, hops
from mailgate.edge.smtp.house import SmtpHouse
from mailgate.edge.smtp.limits import Listener
from mailgate.edge.smtp.line import Gone, LineTooLong, SmtpConnection
from mailgate.edge.smtp.proxy import peer_behind_proxy
from mailgate.errors import OutOfSpace
from mailgate.store.values import Kept

log = logging.getLogger(__name__)

_MAX_LINE: Final = 4096  # octets of a command: 512 of RFC 5321, 255-octet paths in UTF-8, AUTH blobs
_LARGE: Final = 65_536  # a mail above this is written to a file before the commit: not in the loop's own thread
_VERBS: Final = frozenset(
    "HELO EHLO LHLO MAIL RCPT DATA RSET NOOP QUIT STARTTLS AUTH HELP VRFY EXPN".split()  # noqa: SIM905
)
_IDLE_VERBS: Final = frozenset({"RSET", "NOOP", "HELP", "VRFY", "EXPN", "HELO", "EHLO", "LHLO"})


class SmtpDialogue(SmtpConnection):
    """One peer's commands, from the greeting to QUIT."""

    def __init__(self, door: SmtpHouse, listener: Listener) -> None:
        super().__init__(door, listener)
        self.lmtp = listener.kind is Source.LMTP
        self.login = ""
        self.helo = ""
        self.extended = False
        self.sender: str | None = None  # None outside a transaction, "" is the null sender
        self.announced = 0  # SIZE of the transaction, 0 when not given
        self.utf8 = False
        self.recipients: list[str] = []
        self._errors = self._bogus = self._idle = 0

    async def converse(self) -> None:
        """Greet, then answer line by line until the peer or a limit ends it. Raises Gone."""
        if self.listener.proxy_protocol:
            real = await peer_behind_proxy(self)
            if real is None or (real != self.address and not self.door.move(self, real)):
                return
        if self.listener.implicit_tls and self.listener.tls is not None:
            await self.start_tls(self.listener.tls())
        protocol = b"LMTP" if self.lmtp else b"ESMTP"
        self.say(b"220 %b %b mailgate" % (self.door.hostname.encode(), protocol))
        while self.transport is not None and not self.ended:
            if self.door.closed:
                self.hang_up(reply.SHUTTING_DOWN)
                return
            self.wait_for_command()
            try:
                line = await self.read_line()
            except LineTooLong:
                self.hang_up(reply.LINE_TOO_LONG)
                return
            try:
                await self._obey(line)
            except Gone:
                raise
            except Exception:
                log.exception("smtp command failed", extra={"peer": self.address})
                self.say(reply.LOCAL_PROBLEM)
            if self.last[:1] == b"5" or self.last == reply.TOO_MANY_GUESSES:
                await self._count_error(line)
        if not self.ended:
            await self.flush()

    async def _count_error(self, line: bytes) -> None:
        """Slow a peer down that keeps making errors, then let it go (threats S-12).

        A trusted front only passes on what others got wrong: it may be refused as often as it likes.
        """
        limits = self.door.limits
        command = repr(line[:100]) if line[:4].upper() != b"AUTH" else "AUTH"
        log.info("smtp command refused", extra={"peer": self.address, "command": command, "reply": self.last.decode()})
        if self._bogus > limits.bogus_commands:
            self.hang_up(reply.TOO_MANY_ERRORS)
            return
        if self.door.ledger.is_trusted(self.address):
            return
        self._errors += 1
        if self._errors >= limits.hard_errors:
            self.hang_up(reply.TOO_MANY_ERRORS)
        elif self._errors >= limits.soft_errors:
            await asyncio.sleep(limits.error_delay)

    async def _obey(self, line: bytes) -> None:
        if len(line) > _MAX_LINE:
            self.say(reply.LINE_TOO_LONG)
            return
        word, _, rest = line.partition(b" ")
        verb = word.decode("ascii", "replace").upper()
        if verb not in _VERBS or (self.lmtp and verb in ("HELO", "EHLO")) or (verb == "LHLO" and not self.lmtp):
            self._bogus += verb not in _VERBS
            self.say(reply.UNKNOWN_COMMAND)
            return
        if verb in _IDLE_VERBS:
            self._idle += 1
            if self._idle > self.door.limits.idle_commands:
                self.hang_up(reply.TOO_MANY_COMMANDS)
                return
        await getattr(self, f"smtp_{verb}")(rest.decode("utf-8", "surrogateescape").strip(" \t"))

    def _reset(self) -> None:
        """End the transaction in hand, if any."""
        self.sender = None
        self.announced = 0
        self.utf8 = False
        self.recipients = []
        self.give_back()

    # -- greetings

    async def smtp_HELO(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.1."""
        if not _is_name(arg):
            self.say(reply.BAD_ARGUMENT)
            return
        self._reset()
        self.helo, self.extended = arg, False
        self.say(b"250 " + self.door.hostname.encode())

    async def smtp_EHLO(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.1, and what we can do."""
        if not _is_name(arg):
            self.say(reply.BAD_ARGUMENT)
            return
        self._reset()
        self.helo, self.extended = arg, True
        offers = [
            self.door.hostname.encode(),
            b"PIPELINING",
            b"SIZE %d" % self.door.limits.max_size,
            b"8BITMIME",
            b"SMTPUTF8",
            b"ENHANCEDSTATUSCODES",
        ]
        if self.listener.tls is not None and not self.secure:
            offers.append(b"STARTTLS")
        if self.listener.kind is Source.SUBMISSION and self.secure:
            offers.append(b"AUTH PLAIN LOGIN")
        for offer in offers[:-1]:
            self.say(b"250-" + offer)
        self.say(b"250 " + offers[-1])

    smtp_LHLO = smtp_EHLO

    async def smtp_STARTTLS(self, arg: str) -> None:
        """RFC 3207; the dialogue starts again from nothing."""
        if arg:
            self.say(reply.BAD_ARGUMENT)
        elif self.secure:
            self.say(reply.TLS_BROKEN)
        elif self.listener.tls is None:
            self.say(reply.NO_TLS)
        else:
            try:
                context = self.listener.tls()
            except Exception:
                log.exception("certificate cannot be used")
                self.say(reply.NO_TLS)
                return
            self.say(reply.START_TLS)
            await self.flush()
            self._reset()
            self.helo, self.extended = "", False
            await self.start_tls(context)

    async def smtp_AUTH(self, arg: str) -> None:
        """RFC 4954: only on the submission listener, only under TLS, once."""
        if self.listener.kind is not Source.SUBMISSION:
            self.say(reply.NOT_IMPLEMENTED)
        elif not self.secure:
            self.say(reply.NEEDS_ENCRYPTION)
        elif not self.extended or self.login or self.sender is not None:
            self.say(reply.BAD_SEQUENCE)
        else:
            self.login = await authenticate(self, arg)

    # -- small ones

    async def smtp_NOOP(self, arg: str) -> None:
        """Nothing, politely."""
        self.say(reply.OK)

    async def smtp_RSET(self, arg: str) -> None:
        """Forget the transaction."""
        if arg:
            self.say(reply.BAD_ARGUMENT)
            return
        self._reset()
        self.say(reply.OK)

    async def smtp_QUIT(self, arg: str) -> None:
        """Part as friends."""
        self.hang_up(reply.BYE)

    async def smtp_HELP(self, arg: str) -> None:
        """Names no command and no version (threats S-16)."""
        self.say(reply.HELP)

    async def smtp_VRFY(self, arg: str) -> None:
        """Tells nobody who exists."""
        self.say(reply.CANNOT_VERIFY if arg else reply.BAD_ARGUMENT)

    async def smtp_EXPN(self, arg: str) -> None:
        """Not for strangers."""
        self.say(reply.NOT_IMPLEMENTED)

    # -- the transaction

    async def smtp_MAIL(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.2."""
        path = self._path("FROM:", arg)
        if path is None:
            return
        if self.sender is not None:
            self.say(reply.BAD_SEQUENCE)
            return
        refusal = self._weigh(path)
        if refusal:
            self._refused(path.address, refusal)
            self.say(refusal)
            return
        self.utf8 = "SMTPUTF8" in path.parameters
        try:
            sender = check_sender(path.address, utf8=self.utf8)
        except BadAddress:
            self.say(reply.BAD_ADDRESS)
            return
        if sender and self.door.banned(sender):
            self.say(reply.BLOCKED)
        elif not self.door.ledger.may_send(self.address, self.loop.time()):
            self.say(reply.TOO_FAST)
        else:
            self.sender = sender
            self.announced = int(path.parameters.get("SIZE", "0"))
            self.say(reply.SENDER_OK)
            crash.point("after-mail")

    def _path(self, keyword: str, arg: str) -> Path | None:
        """What MAIL and RCPT check alike; None when a reply is already given."""
        if not self.helo:
            self.say(reply.BAD_SEQUENCE)
        elif self.listener.kind is Source.SUBMISSION and not self.secure:
            self.say(reply.NEEDS_TLS)
        elif self.listener.kind is Source.SUBMISSION and not self.login:
            self.say(reply.NEEDS_AUTH)
        elif arg[: len(keyword)].upper() != keyword or not (path := parse(arg[len(keyword) :])):
            self.say(reply.BAD_ARGUMENT)
        else:
            return path
        return None

    def _weigh(self, path: Path) -> bytes:
        """The refusal that the parameters of MAIL deserve (RFC 1870, 6152, 6531), empty when they are fine."""
        given = dict(path.parameters)
        size = given.pop("SIZE", "0")
        body = given.pop("BODY", "7BIT").upper()
        utf8 = given.pop("SMTPUTF8", "")
        given.pop("AUTH", None)  # RFC 4954 section 5: whom the peer believes is not ours to check
        if given:
            return reply.BAD_PARAMETER
        if not (size.isascii() and size.isdigit() and len(size) <= 20) or body not in ("7BIT", "8BITMIME") or utf8:
            return reply.BAD_ARGUMENT
        if int(size) > self.door.limits.max_size:
            return reply.TOO_BIG
        if not self.door.ledger.memory.fits(int(size), self.loop.time()) or not self.door.room(int(size)):
            return reply.NO_SPACE
        return b""

    async def smtp_RCPT(self, arg: str) -> None:
        """RFC 5321 section 4.1.1.3: ours, or not for us to take."""
        if self.sender is None:
            self.say(reply.BAD_SEQUENCE)
            return
        path = self._path("TO:", arg)
        if path is None:
            return
        if path.parameters:
            self.say(reply.BAD_PARAMETER)
            return
        try:
            address = check_recipient(path.address, utf8=self.utf8)
        except BadAddress:
            self.say(reply.BAD_ADDRESS)
            return
        if len(self.recipients) >= self.door.limits.max_recipients:
            self.say(reply.TOO_MANY_RECIPIENTS)
            return
        known = "ours" if address.lower() == "postmaster" else self.door.recipient(address)
        if known == "ours":
            self.recipients.append(address)
            self.say(reply.RECIPIENT_OK)
        else:
            self.say(reply.UNKNOWN_RECIPIENT if known == "unknown" else reply.FOREIGN_RECIPIENT)

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 5321 section 4.1.1.4; LMTP answers once for each recipient on every path (RFC 2033 section 4.2)."""
        if arg:
            self.say(reply.BAD_ARGUMENT)
            return
        if self.sender is None:
            self.say(reply.BAD_SEQUENCE)
            return
        if not self.recipients:
            self.say(reply.NO_RECIPIENTS)
            return
        if not self.door.ledger.memory.begin(self, self.announced, self.loop.time()):
            self._refused(self.sender, reply.NO_SPACE)
            self.say(reply.NO_SPACE)
            self._reset()
            return
        self.say(reply.GO_AHEAD)
        await self.flush()
        self.wait_for_data()
        answer = await self._take()
        self._refused(self.sender, answer)
        for _ in self.recipients if self.lmtp else ("once",):
            self.say(answer)
        self._reset()
        await self.flush()
        crash.point("after-250")

    def _refused(self, sender: str, answer: bytes) -> None:
        """A line for whoever looks for a mail that its sender still has, or has back; none for one that is taken."""
        if answer[:1] != b"2":
            log.info("mail refused", extra={"peer": self.address, "from": sender, "to": list(self.recipients),
                                            "octets": self.announced, "reply": answer.decode()})  # fmt: skip

    async def _take(self) -> bytes:
        """Read the mail, hand it in, and say what became of it; nothing but Gone comes out of here (threats F1)."""
        try:
            raw = await collect(self)
        except Refused as refused:
            return refused.line
        except Gone:
            raise
        except Exception:  # what is left of the mail must not be taken for commands
            log.exception("mail not read to its end", extra={"peer": self.address})
            self.hang_up(reply.LOCAL_PROBLEM)
            raise Gone from None
        self.busy = True
        try:
            if hops(raw) > self.door.limits.max_hops:
                return reply.TOO_MANY_HOPS
            if not self.door.room(len(raw)):
                return reply.NO_SPACE
            envelope = Envelope(
                sender=self.sender or "",
                recipients=tuple(self.recipients),
                source=self.listener.kind,
                peer=self.address,
                login=self.login,
            )
            kept = await self._keep(raw, envelope)
        except OutOfSpace:
            return reply.NO_SPACE
        except Exception:
            log.exception("mail not kept", extra={"peer": self.address})
            return reply.LOCAL_PROBLEM
        finally:
            self.busy = False
        self._idle = 0
        if kept.duplicate_of is not None:
            return reply.duplicate(kept.duplicate_of)
        return reply.queued(kept.number)

    async def _keep(self, raw: bytes, envelope: Envelope) -> Kept:
        """Hand the mail in and wait for the fsynced commit."""
        receive = self.door.receive
        if len(raw) > _LARGE:
            return await asyncio.wrap_future(await self.loop.run_in_executor(None, receive, raw, envelope))
        return await asyncio.wrap_future(receive(raw, envelope))


def _is_name(text: str) -> bool:
    """What a peer may call itself: printable ASCII, at most 255 characters; it is never used for anything."""
    return 0 < len(text) <= 255 and text.isascii() and text.isprintable()
