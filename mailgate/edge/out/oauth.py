"""OAuth 2 access tokens for mailboxes and relays: log in once by hand, refresh for ever, keep them from other eyes."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import logging
import secrets
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from mailgate import newfile
from mailgate.errors import Permanent, Temporary

log = logging.getLogger(__name__)

_TIMEOUT: Final = 30.0  # seconds
_EARLY: Final = timedelta(minutes=5)  # a token this near its end is refreshed
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_REDIRECT: Final = "http://127.0.0.1:1/"  # nothing listens: the browser's address bar is what we ask for


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider's endpoints. Without `device_url` the login is a link and the address it ends at."""

    name: str
    token_url: str
    scope: str
    device_url: str = ""
    authorize_url: str = ""
    app_scope: str = ""  # scope for an application that logs in by its own secret, without a user


def provider(name: str, tenant: str = "common") -> Provider:
    """The endpoints of `microsoft` or `google`.

    Google's device flow does not hand out the scope for IMAP, so Google's login goes by authorization code (RFC 8252).
    Raises ValueError for an unknown name.
    """
    if name == "microsoft":
        base = f"https://login.microsoftonline.com/{urllib.parse.quote(tenant, safe='')}/oauth2/v2.0"
        mail = "https://outlook.office.com"
        return Provider(
            name,
            token_url=f"{base}/token",
            device_url=f"{base}/devicecode",
            scope=" ".join([f"{mail}/IMAP.AccessAsUser.All", f"{mail}/SMTP.Send", "offline_access"]),
            app_scope="https://outlook.office365.com/.default",
        )
    if name == "google":
        return Provider(
            name,
            token_url="https://oauth2.googleapis.com/token",  # noqa: S106  # an address, not a token
            authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
            scope="https://mail.google.com/",
        )
    raise ValueError(f"unknown provider {name!r}: microsoft or google")


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Who we are to the provider: an application registered there."""

    provider: Provider
    client_id: str
    client_secret: str = field(default="", repr=False)

    @property
    def needs_login(self) -> bool:
        """False when the application's own secret is enough, and no person has to log in."""
        return not (self.client_secret and self.provider.app_scope)


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """An access token, what renews it, and when it ends (aware UTC)."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires: datetime


class Refused(Permanent):
    """The provider said no; `code` is its error code (RFC 6749 section 5.2)."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def device_login(
    client: OAuthClient,
    show: Callable[[str, str], None],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: Callable[[float], None] = time.sleep,
) -> StoredTokens:
    """Log in by device code (RFC 8628): `show(link, code)` is called once, then the provider is asked until it answers.

    Raises Permanent when the login is denied or runs out, Temporary when the provider cannot be reached.
    """
    asked = _post(client.provider.device_url, {"client_id": client.client_id, "scope": client.provider.scope})
    try:
        device, code = str(asked["device_code"]), str(asked["user_code"])
        link = str(asked.get("verification_uri") or asked["verification_url"])
    except KeyError as error:
        raise Temporary(f"{client.provider.name} answers without {error}") from None
    interval = float(asked.get("interval", 5))
    end = now() + timedelta(seconds=float(asked.get("expires_in", 900)))
    show(link, code)
    while now() < end:
        wait(interval)
        try:
            return _granted(client, {"grant_type": _DEVICE_GRANT, "device_code": device}, now())
        except Refused as refused:
            if refused.code == "slow_down":
                interval += 5
            elif refused.code != "authorization_pending":
                raise
    raise Refused("expired_token", "nobody entered the code in time")


def code_login(
    client: OAuthClient,
    show: Callable[[str], None],
    ask: Callable[[], str],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> StoredTokens:
    """Log in by authorization code with PKCE (RFC 7636, RFC 8252).

    `show(link)` is opened by a person in any browser; the browser ends at an address on 127.0.0.1 that does not answer,
    and `ask()` returns that address. Raises Permanent, Temporary.
    """
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": client.client_id,
        "redirect_uri": _REDIRECT,
        "response_type": "code",
        "scope": client.provider.scope,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "state": state,
        "access_type": "offline",
        "prompt": "consent",
    }
    show(f"{client.provider.authorize_url}?{urllib.parse.urlencode(query)}")
    answer = {name: values[0] for name, values in urllib.parse.parse_qs(urllib.parse.urlsplit(ask()).query).items()}
    if "error" in answer:
        raise Refused(answer["error"], f"{client.provider.name} refuses: {_printable(answer['error'])}")
    if not secrets.compare_digest(answer.get("state", "").encode(), state.encode()) or "code" not in answer:
        raise Refused("state", "that is not the address this login ended at")
    grant = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": _REDIRECT}
    return _granted(client, grant | {"code_verifier": verifier}, now())


def refresh(client: OAuthClient, token: StoredTokens, now: datetime) -> StoredTokens:
    """A new access token. Raises Permanent when the login has ended and must be repeated, Temporary otherwise."""
    grant = {"grant_type": "refresh_token", "refresh_token": token.refresh}
    renewed = _granted(client, grant | {"scope": client.provider.scope}, now)
    return renewed if renewed.refresh else StoredTokens(renewed.access, token.refresh, renewed.expires)


def app_token(client: OAuthClient, now: datetime) -> StoredTokens:
    """A token for the application itself (RFC 6749 section 4.4). Raises Permanent, Temporary."""
    return _granted(client, {"grant_type": "client_credentials", "scope": client.provider.app_scope}, now)


def _granted(client: OAuthClient, grant: Mapping[str, str], now: datetime) -> StoredTokens:
    fields = {"client_id": client.client_id, **grant}
    if client.client_secret:
        fields["client_secret"] = client.client_secret
    answer = _post(client.provider.token_url, fields)
    try:
        expires = now + timedelta(seconds=float(answer.get("expires_in", 3600)))
        return StoredTokens(str(answer["access_token"]), str(answer.get("refresh_token", "")), expires)
    except (KeyError, TypeError, ValueError):
        raise Temporary(f"{client.provider.name} answers without a token") from None


def _post(url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """One form post, answered in JSON. Raises Refused, Temporary; neither holds anything secret."""
    data = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(url, data, {"Accept": "application/json"})  # noqa: S310  # from Provider alone
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            return _object(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        with error:
            said = _object(error.read(1_000_000)) if error.code < 500 else {}
        if "error" not in said:
            raise Temporary(f"{urllib.parse.urlsplit(url).hostname} answers {error.code}") from None
        text = str(said.get("error_description") or said["error"]).splitlines()[0]
        raise Refused(str(said["error"]), _printable(text)) from None
    except (OSError, http.client.HTTPException) as error:
        raise Temporary(f"{urllib.parse.urlsplit(url).hostname} cannot be reached: {_printable(str(error))}") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:300]


class TokenFile:
    """Where one login's token is kept: JSON, mode 0600, replaced whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> StoredTokens | None:
        """The token, or None when there was no login yet. Raises Permanent for a file that cannot be used."""
        try:
            if self.path.stat().st_mode & 0o077:
                log.warning("token file was open to others", extra={"file": str(self.path)})
                self.path.chmod(0o600)
            found = json.loads(self.path.read_bytes())
            return StoredTokens(found["access"], found["refresh"], datetime.fromisoformat(found["expires"]))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Permanent(f"{self.path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise Permanent(f"{self.path} is not a token file: {type(error).__name__}") from None

    def save(self, token: StoredTokens) -> None:
        """Write it so that a crash leaves the old one or the new one. Raises Temporary."""
        try:
            self._write(token)
        except OSError as error:
            raise Temporary(f"{self.path} cannot be written: {error.strerror}") from None

    def _write(self, token: StoredTokens) -> None:
        newfile.folder(self.path.parent)
        text = json.dumps({"access": token.access, "refresh": token.refresh, "expires": token.expires.isoformat()})
        newfile.replace(self.path, text.encode(), lasting=True)


class TokenSource:
    """Hands out a token that is still good for five minutes; shared by the threads of a mailbox and a relay."""

    def __init__(
        self, client: OAuthClient, file: TokenFile, login: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._client = client
        self._file = file
        self._login = login  # its name in the configuration, for the message
        self._now = now
        self._lock = threading.Lock()

    def __call__(self) -> StoredTokens:
        """The token. Raises Permanent, saying what to do, when somebody must log in; Temporary otherwise."""
        with self._lock:
            token = self._file.load()
            now = self._now()
            if token is not None and token.expires - now > _EARLY:
                return token
            if not self._client.needs_login:
                renewed = app_token(self._client, now)
            elif token is None or not token.refresh:
                raise Permanent(f"nobody has logged in yet: mailgate login {self._login}")
            else:
                renewed = self._renewed(token, now)
            self._file.save(renewed)
            return renewed

    def _renewed(self, token: StoredTokens, now: datetime) -> StoredTokens:
        try:
            return refresh(self._client, token, now)
        except Refused as refused:
            if refused.code in ("invalid_grant", "interaction_required", "consent_required"):
                text = f"the login has ended ({refused}): mailgate login {self._login}"
                raise Permanent(text) from None
            raise


def command_token(command: Sequence[str]) -> str:
    """What `token_command` prints: one line, an access token. Raises Temporary when it fails, without its output."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT, check=True)  # noqa: S603
    except subprocess.CalledProcessError as error:
        raise Temporary(f"token_command {command[0]} ends with status {error.returncode}") from None
    except subprocess.TimeoutExpired:
        raise Temporary(f"token_command {command[0]} takes longer than {_TIMEOUT:.0f} s") from None
    except OSError as error:
        raise Permanent(f"token_command {command[0]} cannot be run: {error.strerror}") from None
    token = done.stdout.decode("ascii", "replace").strip()
    if not token or any(letter.isspace() or not letter.isprintable() for letter in token):
        raise Temporary(f"token_command {command[0]} prints no token")
    return token
