"""How each mailbox and relay is reached: from the configuration to what the edges need, logins kept fresh included."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mailgate.config import tree
from mailgate.config.tree import Config, ImapBox, Login, Relay
from mailgate.edge.imap import inspection
from mailgate.edge.imap.box import AccessToken, Mailbox, MailboxTrouble, Password
from mailgate.edge.out import dns_look, oauth, smtp
from mailgate.edge.out.channel import Bridge, ChannelTransport, Progress
from mailgate.edge.out.smtp import SmtpTransport
from mailgate.errors import Permanent


def credentials(login: Login, name: str, data: Path) -> Callable[[], Password | AccessToken]:
    """What a mailbox logs in with, asked before every login; the call raises Temporary or Permanent."""
    token = token_of(login, name, data)
    if token is not None:
        return token
    if login.password is None:
        raise Permanent(f"{name} has no password, token_command or oauth")
    password = login.password
    return lambda: Password(password.reveal())


def token_of(login: Login | None, name: str, data: Path) -> Callable[[], AccessToken] | None:
    """A call that gives an access token, None when this login has a password."""
    if login is None:
        return None
    if login.token_command:
        command = login.token_command
        return lambda: AccessToken(oauth.command_token(command))
    if login.oauth is not None:
        source = oauth.TokenSource(client(login), token_file(data, name), name)
        return partial(_fresh, source)
    return None


def _fresh(source: oauth.TokenSource) -> AccessToken:
    token = source()
    return AccessToken(token.access, token.expires)


def client(login: Login) -> oauth.OAuthClient:
    """Who we are to the login's identity provider."""
    assert login.oauth is not None
    secret = login.oauth.client_secret
    found = oauth.provider(login.oauth.provider, login.oauth.tenant or "common")
    return oauth.OAuthClient(found, login.oauth.client_id, secret.reveal() if secret else "")


def token_file(data: Path, name: str) -> oauth.TokenFile:
    """Where a login's tokens are kept: outside the database, so that backups can be shared."""
    return oauth.TokenFile(data / "tokens" / f"{name}.json")


def with_oauth(config: Config) -> dict[str, Login]:
    """Every mailbox and relay that logs in by OAuth, by its name."""
    found = {box.name: box.login for box in config.imap if box.login.oauth}
    found.update({relay.name: relay.login for relay in config.outgoing if relay.login and relay.login.oauth})
    return found


def log_in(login: Login, show: Callable[[str, str], None], ask: Callable[[], str], file: oauth.TokenFile) -> None:
    """Log in once by hand and keep the token; `show(link, code)`, `ask()` where the provider has no device code.

    Raises Permanent when it is refused, Temporary when the provider cannot be reached.
    """
    who = client(login)
    if not who.needs_login:
        raise Permanent("this login has an application's own secret: there is nothing to log in to")
    if who.provider.device_url:
        token = oauth.device_login(who, show)
    else:
        token = oauth.code_login(who, lambda link: show(link, ""), ask)
    file.save(token)


# --- mailboxes -------------------------------------------------------------------------------------------------------


def mailbox(box: ImapBox, config: Config, moves: Callable[[], bool] = lambda: True) -> Mailbox:
    """A configured mailbox as the reader wants it; `moves` says whether mail may go to `done_folder` now."""
    return Mailbox(
        name=box.name,
        address=box.address,
        host=box.host,
        user=box.login.user,
        credentials=credentials(box.login, box.name, config.gateway.data),
        port=box.port,
        tls=box.tls,  # type: ignore[arg-type]  # checked by the configuration
        folders=box.folders,
        junk=box.junk,
        sent_folder=box.sent_folder,
        done_folder=box.done_folder,
        moves=moves,
        since=datetime(box.since.year, box.since.month, box.since.day, tzinfo=UTC) if box.since else None,
        idle=box.idle,
        poll=box.poll.total_seconds(),
        max_size=config.smtp.max_size,
    )


def try_mailbox(box: ImapBox, config: Config) -> str:
    """Log in and look for every folder; nothing is read or marked. Raises MailgateError."""
    try:
        return inspection.try_mailbox(mailbox(box, config))
    except MailboxTrouble as trouble:
        raise Permanent(f"{trouble.kind}: {trouble}") from None


@contextlib.contextmanager
def looking(box: ImapBox, config: Config) -> Iterator[inspection.FolderLook]:
    """Log in to look around. Raises MailgateError."""
    try:
        with inspection.looking(mailbox(box, config)) as look:
            yield look
    except MailboxTrouble as trouble:
        raise Permanent(str(trouble)) from None


# --- channels --------------------------------------------------------------------------------------------------------


def channel(bridge: tree.Bridge, progress: Progress) -> ChannelTransport:
    """The way to a channel's bridge."""
    return ChannelTransport(Bridge(bridge.key, bridge.url, bridge.secret.reveal, bridge.max_text), progress)


class NothingYet:
    """No message has left: for whoever only asks whether a bridge is there."""

    def left(self, ids: Sequence[str], channel: str, letter: str, recipient: str) -> list[str]:
        """All of them."""
        return list(ids)

    def took(self, identity: str, remote_id: str) -> None:
        """Nobody notes it."""

    def wrote(self, ids: Sequence[str], person: str) -> list[str]:
        """None of them."""
        return []


def try_bridge(bridge: tree.Bridge) -> str:
    """One signed ping. Raises MailgateError."""
    return channel(bridge, NothingYet()).ping()


# --- relays ----------------------------------------------------------------------------------------------------------


def relay_settings(relay: Relay, config: Config) -> smtp.Relay:
    """What the transport needs to know of a configured relay."""
    login = relay.login
    token = token_of(login, relay.name, config.gateway.data)
    return smtp.Relay(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        user=login.user if login else "",
        password=login.password.reveal if login and login.password else None,
        token=(lambda: token().text) if token else None,
        helo=config.gateway.domain,
    )


def transport(relay: Relay, config: Config) -> SmtpTransport:
    """A connection to a relay, opened when it is first used."""
    return SmtpTransport(relay_settings(relay, config))


def plain_transport(host: str, port: int, *, helo: str) -> SmtpTransport:
    """A connection without TLS or login, for mail to a listener on this machine."""
    return SmtpTransport(smtp.Relay(host=host, port=port, tls="none", helo=helo))


def records(domain: str) -> dns_look.Records | None:
    """What the DNS says of a domain we write from, None for names that no public DNS knows. Raises Temporary."""
    return None if dns_look.reserved(domain) else dns_look.records(domain)


__all__ = [
    "SmtpTransport", "client", "credentials", "log_in", "looking", "mailbox", "plain_transport", "records",
    "relay_settings", "token_file", "token_of", "transport", "try_mailbox", "with_oauth",
]  # fmt: skip
