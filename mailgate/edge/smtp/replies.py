"""Every reply the SMTP and LMTP door can give, in one place, so that a test can hold the door to it."""

from __future__ import annotations

from typing import Final

BYE: Final = b"221 2.0.0 Bye"
OK: Final = b"250 2.0.0 Ok"
SENDER_OK: Final = b"250 2.1.0 Ok"
RECIPIENT_OK: Final = b"250 2.1.5 Ok"
CANNOT_VERIFY: Final = b"252 2.5.2 Cannot verify, send the mail and see"
START_TLS: Final = b"220 2.0.0 Ready to start TLS"
GO_AHEAD: Final = b"354 End data with <CR><LF>.<CR><LF>"
AUTHENTICATED: Final = b"235 2.7.0 Authentication successful"
HELP: Final = b"214 2.0.0 See RFC 5321"

SHUTTING_DOWN: Final = b"421 4.3.2 Shutting down, try again soon"
IDLE: Final = b"421 4.4.2 Timeout"
TOO_BUSY: Final = b"421 4.7.0 Too many connections, try again later"
TOO_MANY_ERRORS: Final = b"421 4.7.0 Too many errors"
TOO_MANY_COMMANDS: Final = b"421 4.7.0 Too many commands without mail"

TOO_FAST: Final = b"450 4.7.1 Too many mails a minute, try again later"
LOCAL_PROBLEM: Final = b"451 4.3.0 Temporary local problem"
NO_SPACE: Final = b"452 4.3.1 Insufficient system storage"
TOO_MANY_RECIPIENTS: Final = b"452 4.5.3 Too many recipients"
TOO_MANY_GUESSES: Final = b"454 4.7.0 Too many failed logins, try again later"
NO_TLS: Final = b"454 4.7.0 TLS not available"

UNKNOWN_COMMAND: Final = b"500 5.5.1 Unknown command"
LINE_TOO_LONG: Final = b"500 5.5.6 Command line too long"
BAD_ARGUMENT: Final = b"501 5.5.4 Syntax error in arguments"
BAD_BASE64: Final = b"501 5.5.2 Cannot decode base64"
AUTH_ABORTED: Final = b"501 5.7.0 Authentication aborted"
NOT_IMPLEMENTED: Final = b"502 5.5.1 Command not implemented"
BAD_SEQUENCE: Final = b"503 5.5.1 Bad sequence of commands"
UNKNOWN_MECHANISM: Final = b"504 5.5.4 Unrecognized authentication type"
NEEDS_TLS: Final = b"530 5.7.0 Must issue a STARTTLS command first"
NEEDS_AUTH: Final = b"530 5.7.0 Authentication required"
BAD_CREDENTIALS: Final = b"535 5.7.8 Authentication credentials invalid"
NEEDS_ENCRYPTION: Final = b"538 5.7.11 Encryption required for authentication"
UNKNOWN_RECIPIENT: Final = b"550 5.1.1 No such address here"
FOREIGN_RECIPIENT: Final = b"550 5.7.1 Relaying denied"
BLOCKED: Final = b"550 5.7.1 Blocked"
TOO_BIG: Final = b"552 5.3.4 Message too big"
BAD_ADDRESS: Final = b"553 5.1.3 Bad address syntax"
NO_RECIPIENTS: Final = b"554 5.5.1 No valid recipients"
TLS_BROKEN: Final = b"554 5.7.0 TLS already active"
TOO_MANY_HOPS: Final = b"554 5.4.6 Too many hops"
BAD_PARAMETER: Final = b"555 5.5.4 Parameter not recognized"

FIXED: Final = frozenset(value for name, value in list(globals().items()) if name.isupper())


def queued(number: int) -> bytes:
    """The reply to a mail that is committed and fsynced under this number."""
    return b"250 2.0.0 Ok: queued as %d" % number


def duplicate(number: int) -> bytes:
    """The reply to a mail that repeats an earlier one byte for byte."""
    return b"250 2.0.0 Ok: duplicate of %d" % number
