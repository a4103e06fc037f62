"""How mailboxes and relays prove who they are: a password, a command that prints a token, or OAuth kept fresh."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from mailgate.config.tree import Config, Login
from mailgate.edge import oauth
from mailgate.edge.imap_box import OAuthToken, Password
from mailgate.errors import Permanent


def credentials(login: Login, name: str, data: Path) -> Callable[[], Password | OAuthToken]:
    """What a mailbox logs in with, asked before every login; the call raises Temporary or Permanent."""
    token = token_of(login, name, data)
    if token is not None:
        return token
    if login.password is None:
        raise Permanent(f"{name} has no password, token_command or oauth")
    password = login.password
    return lambda: Password(password.reveal())


def token_of(login: Login | None, name: str, data: Path) -> Callable[[], OAuthToken] | None:
    """A call that gives an access token, None when this login has a password."""
    if login is None:
        return None
    if login.token_command:
        command = login.token_command
        return lambda: OAuthToken(oauth.command_token(command))
    if login.oauth is not None:
        source = oauth.TokenSource(client(login), token_file(data, name), name)
        return partial(_fresh, source)
    return None


def _fresh(source: oauth.TokenSource) -> OAuthToken:
    token = source()
    return OAuthToken(token.access, token.expires)


def client(login: Login) -> oauth.Client:
    """Who we are to the login's identity provider."""
    assert login.oauth is not None
    secret = login.oauth.client_secret
    found = oauth.provider(login.oauth.provider, login.oauth.tenant or "common")
    return oauth.Client(found, login.oauth.client_id, secret.reveal() if secret else "")


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
