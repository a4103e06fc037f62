"""Opens an IMAP connection that can be trusted, or says why not; sorts what the library raises."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from mailgate.edge.imap.box import AccessToken, Mailbox, MailboxTrouble, Password
from mailgate.edge.imap.talk import Client
from mailgate.errors import MailgateError, Permanent, ShortOfMemory

_BUSY: Final = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]|too many (?:simultaneous )?(?:connections|logins)|"
    r"try again|temporar|maximum number of connections|throttl",
    re.IGNORECASE,
)
_QUOTA: Final = re.compile(r"\[OVERQUOTA\]|quota", re.IGNORECASE)
_BYE: Final = re.compile(r"\bBYE\b|session expired|logged out", re.IGNORECASE)


@contextlib.contextmanager
def sorted_troubles() -> Iterator[None]:
    """Turn what imapclient, imaplib, the socket or a hostile literal raises into one Trouble."""
    try:
        yield
    except (MailboxTrouble, MailgateError):
        raise
    except ssl.SSLCertVerificationError as error:
        raise MailboxTrouble("certificate", f"certificate not trusted: {error.verify_message}") from None
    except LoginError as error:
        text = _line(error)
        if isinstance(error.__context__, imaplib.IMAP4.abort):  # it broke off, which says nothing of the password
            raise MailboxTrouble("busy" if _BYE.search(text) else "network", text) from None
        raise MailboxTrouble("busy" if _BUSY.search(text) else "login", f"login refused: {text}") from None
    except (IMAPClientError, imaplib.IMAP4.error) as error:
        text = _line(error)
        kind = "quota" if _QUOTA.search(text) else "busy" if _BUSY.search(text) or _BYE.search(text) else "protocol"
        raise MailboxTrouble(kind, text) from None
    except MemoryError:  # what a server announces takes none: it is ours that is short
        raise MailboxTrouble("memory", str(ShortOfMemory())) from None
    except OverflowError:
        raise MailboxTrouble("protocol", "the server told an impossible number") from None
    except TimeoutError:
        raise MailboxTrouble("network", "the server does not answer") from None
    except (OSError, EOFError) as error:
        raise MailboxTrouble("network", _line(error) or type(error).__name__) from None
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, AssertionError, RecursionError) as error:
        # An answer that the library could not make sense of: it guards against none of these itself.
        raise MailboxTrouble("protocol", f"unreadable answer: {type(error).__name__}") from None


def _line(error: BaseException) -> str:
    """One printable line of an error."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300].strip()


def connect(mailbox: Mailbox) -> tuple[IMAPClient, Password | AccessToken]:
    """A logged-in connection and what it was opened with. Raises Trouble, or what `credentials` raises.

    Nothing secret is sent before the certificate is verified, and never to a server that greets with PREAUTH or has
    lost its STARTTLS (RFC 3501 section 11.1, threats I-10 and I-11).
    """
    with sorted_troubles():
        client = Client(
            mailbox.host,
            port=mailbox.port,
            ssl=mailbox.tls == "tls",
            ssl_context=mailbox.ssl_context if mailbox.tls == "tls" else None,
            timeout=SocketTimeout(min(30.0, mailbox.timeout), mailbox.timeout),
        )
    try:
        with sorted_troubles():
            client.normalise_times = False  # INTERNALDATE with its zone
            _secure(client, mailbox)
            try:
                secret = mailbox.credentials()
            except Permanent as error:
                raise MailboxTrouble("login", str(error)) from None
            _log_in(client, mailbox.user, secret)
            if client.has_capability("ENABLE") and client.has_capability("UTF8=ONLY"):
                raise MailboxTrouble("protocol", "the server speaks UTF8=ONLY, which is not supported")
    except BaseException:
        close(client)
        raise
    return client, secret


def _secure(client: IMAPClient, mailbox: Mailbox) -> None:
    if client._imap.state != "NONAUTH":
        raise MailboxTrouble("protocol", "the server greets as if we were logged in already (PREAUTH): not believed")
    if mailbox.tls != "starttls":
        return
    if not client.has_capability("STARTTLS"):
        raise MailboxTrouble("certificate", "the server, or somebody between, does not offer STARTTLS")
    plain = client._imap.buffer
    client.starttls(mailbox.ssl_context)
    with contextlib.suppress(OSError, ValueError):  # the plain socket is gone: only its buffer can answer
        if plain.peek(1):
            raise MailboxTrouble("certificate", "somebody spoke between STARTTLS and the handshake")
    client._imap.untagged_responses.clear()
    client._cached_capabilities = None  # those of the plain connection may be anybody's


def _log_in(client: IMAPClient, user: str, secret: Password | AccessToken) -> None:
    if isinstance(secret, AccessToken):
        if client.has_capability("AUTH=XOAUTH2"):
            client.oauth2_login(user, secret.text)
        elif client.has_capability("AUTH=OAUTHBEARER"):
            client.oauthbearer_login(user, secret.text)
        else:
            raise MailboxTrouble("login", "the server takes no OAuth token")
    elif client.has_capability("AUTH=PLAIN"):
        client.plain_login(user, secret.text)  # LOGIN cannot say non-ASCII passwords
    elif client.has_capability("LOGINDISABLED"):
        raise MailboxTrouble("login", "the server takes no password on this connection")
    else:
        client.login(user, secret.text)


def close(client: IMAPClient) -> None:
    """Let go of the connection without waiting for the server."""
    with contextlib.suppress(Exception):
        client.socket().shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(Exception):
        client.shutdown()
