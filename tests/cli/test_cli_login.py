"""`mailgate login` and `check --connect` as a person types them, against a provider and relays on loopback."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result
from conftest import RULES
from idp import GRANTED, Identity

from mailgate.cli import cli
from mailgate.config.load import load
from mailgate.edge.out import oauth
from mailgate.edge.out.oauth import StoredTokens, TokenFile
from mailgate.ends import relay_settings
from mailgate.errors import MailgateError, Permanent

CONFIG = """
[gateway]
name = "Acme"
domain = "acme.example"
data = "data"
admin = "root@admin.example"

[smtp]
listen = ""

[[imap]]
name = "support"
address = "support@acme.example"
host = "{imap_host}"
port = {imap_port}
tls = "none"
user = "support@acme.example"
oauth = "microsoft"
client_id = "cid"
{imap}

[[outgoing]]
name = "relay"
transport = "smtp"
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
user = "support@acme.example"
oauth = "google"
client_id = "gid"
client_secret = "file:google.secret"

[[department]]
name = "support"
addresses = ["support@acme.example"]
from = "Acme Support <support@acme.example>"

[[agent]]
name = "anna"
address = "anna@staff.example"
departments = ["support"]
"""
DEVICE = {"device_code": "dc", "user_code": "WDJB", "verification_uri": "https://x/link", "interval": 0}


class Shell:
    """The command line on a folder of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.tokens = place / "data" / "tokens"
        self.lay_out()

    def lay_out(self, **parts: object) -> None:
        given = {"imap_host": "127.0.0.1", "imap_port": 1, "smtp_port": 1, "imap": "", **parts}
        (self.place / "mailgate.toml").write_text(CONFIG.format(**given))
        (self.place / "google.secret").write_text("shh\n")
        (self.place / "google.secret").chmod(0o600)
        (self.place / "rules").mkdir(exist_ok=True)
        (self.place / "rules" / "90.toml").write_text(RULES)
        (self.place / "templates").mkdir(exist_ok=True)

    def run(self, *args: str, says: str | None = None) -> Result:
        config = str(self.place / "mailgate.toml")
        return CliRunner().invoke(cli, ["--config", config, *args], input=says, standalone_mode=False)


@pytest.fixture
def shell(tmp_path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr(oauth, "provider", lambda name, tenant="common": identity.like(name))
    return Shell(tmp_path)


def test_login_by_device_code_keeps_the_token_from_other_eyes(shell: Shell, identity: Identity) -> None:
    identity.answers = [(200, DEVICE), (400, {"error": "authorization_pending"}), (200, GRANTED)]
    done = shell.run("login", "support")
    assert done.exception is None, done.exception
    assert "Open https://x/link\nand enter the code WDJB\n" in done.stdout
    assert "mailgate check --connect" in done.stdout
    assert "at-1" not in done.output
    file = shell.tokens / "support.json"
    assert json.loads(file.read_text())["refresh"] == "rt-1"
    assert (file.stat().st_mode & 0o777, shell.tokens.stat().st_mode & 0o777) == (0o600, 0o700)


def test_login_by_authorization_code_asks_for_the_address_the_browser_ended_at(
    shell: Shell, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: "v" * size)  # so that the person's answer is known here
    identity.answers = [(200, GRANTED)]
    done = shell.run("login", "relay", says=f"http://127.0.0.1:1/?code=4/abc&state={'v' * 16}\n")
    assert done.exception is None, done.exception
    link = urlsplit(next(line for line in done.stdout.splitlines() if line.startswith("Open ")).removeprefix("Open "))
    assert parse_qs(link.query)["client_id"] == ["gid"]
    assert parse_qs(link.query)["access_type"] == ["offline"]
    assert identity.asked[0][1]["code"] == "4/abc"
    assert TokenFile(shell.tokens / "relay.json").load() is not None


@pytest.mark.parametrize(
    ("name", "answers", "text"),
    [
        ("nobody", [], "no [[imap]] or [[outgoing]] 'nobody' has oauth; there are: support, relay"),
        ("support", [(200, DEVICE), (400, {"error": "access_denied", "error_description": "No."})], "No."),
        ("support", [(400, {"error": "x", "error_description": "AADSTS700016: not found\r\nTrace"})], "AADSTS700016"),
    ],
)
def test_a_login_that_fails_says_why_and_keeps_nothing(
    shell: Shell, identity: Identity, name: str, answers: list[tuple[int, object]], text: str
) -> None:
    identity.answers = answers
    done = shell.run("login", name)
    assert isinstance(done.exception, MailgateError)
    assert text in str(done.exception)
    assert not shell.tokens.exists() or list(shell.tokens.iterdir()) == []


def test_an_application_with_its_own_secret_has_nothing_to_log_in_to(shell: Shell, identity: Identity) -> None:
    shell.lay_out(imap='client_secret = "file:google.secret"')
    done = shell.run("login", "support")
    assert isinstance(done.exception, Permanent)
    assert "nothing to log in to" in str(done.exception)
    assert identity.asked == []


def test_a_relays_token_is_renewed_in_use(shell: Shell, identity: Identity) -> None:
    config = load(shell.place / "mailgate.toml")
    file = TokenFile(shell.tokens / "relay.json")
    file.save(StoredTokens("old", "rt-0", datetime.now(UTC) + timedelta(minutes=1)))
    identity.answers = [(200, {"access_token": "new", "expires_in": 3600})]
    token = relay_settings(config.outgoing[0], config).token
    assert token is not None
    assert (token(), token()) == ("new", "new")
    assert len(identity.asked) == 1
    assert identity.asked[0][1]["client_secret"] == "shh"
    kept = file.load()
    assert kept is not None
    assert (kept.access, kept.refresh) == ("new", "rt-0")


# --- check --connect --------------------------------------------------------------------------------------------------------


@pytest.fixture
def scripted() -> Iterator[Callable[..., int]]:
    """Servers that greet, then answer each line by the first word it has; returns the port."""
    servers: list[tuple[socketserver.ThreadingTCPServer, threading.Thread]] = []

    def start(greeting: str, answer: Callable[[str], str]) -> int:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(greeting.encode() + b"\r\n")
                for line in self.rfile:
                    self.wfile.write(answer(line.decode().rstrip("\r\n")).encode() + b"\r\n")

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return int(server.server_address[1])

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join(100)


def imap(**verdicts: str) -> Callable[[str], str]:
    """An IMAP server that says NO or BAD, with these words, to the verbs named."""

    def answer(line: str) -> str:
        tag, _, rest = line.partition(" ")
        verb = rest.partition(" ")[0].upper()
        if verb == "CAPABILITY":
            return f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\n{tag} OK done"
        if verb == "AUTHENTICATE" and rest.upper() == "AUTHENTICATE XOAUTH2":
            answer.tag = tag  # type: ignore[attr-defined]
            return "+ "
        if not rest:
            tag, verb = answer.tag, "AUTHENTICATE"  # type: ignore[attr-defined]
        if verb == "LIST":
            return f'* LIST () "/" INBOX\r\n{tag} OK done'
        return f"{tag} {verdicts.get(verb, 'OK done')}"

    return answer


def smtp(**verdicts: str) -> Callable[[str], str]:
    """A relay that says these words to the verbs named."""

    def answer(line: str) -> str:
        verb = line.partition(" ")[0].upper()
        default = {"EHLO": "250-relay\r\n250 AUTH XOAUTH2", "AUTH": "235 welcome", "QUIT": "221 bye"}
        return verdicts.get(verb, default.get(verb, "250 ok"))

    return answer


def logged_in(shell: Shell) -> None:
    for name in ("support", "relay"):
        TokenFile(shell.tokens / f"{name}.json").save(StoredTokens("at", "rt", datetime.now(UTC) + timedelta(hours=1)))


def test_check_connect_finds_all_ends_well(shell: Shell, scripted: Callable[..., int]) -> None:
    shell.lay_out(imap_port=scripted("* OK ready", imap()), smtp_port=scripted("220 relay", smtp()))
    logged_in(shell)
    done = shell.run("check", "--connect")
    assert done.return_value == 0, done.output
    assert "lets us send as support@acme.example" in done.stdout
    assert "lets support@acme.example in" in done.stdout


@pytest.mark.parametrize(
    ("inbox", "relay", "says"),
    [
        ({"AUTHENTICATE": "NO AUTHENTICATE failed."}, {}, ["imap.support", "IMAP.AccessAsUser.All"]),
        ({"EXAMINE": "BAD User is authenticated but not connected."}, {}, ["imap.support", "ImapEnabled"]),
        (
            {"AUTHENTICATE": "NO [ALERT] Your account is not enabled for IMAP use."},
            {},
            ["imap.support", "IMAP is off for this account"],
        ),
        ({"AUTHENTICATE": "NO [UNAVAILABLE] Try again later"}, {}, ["imap.support", "busy"]),
        (
            {},
            {"AUTH": "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."},
            ["outgoing.relay", "Set-CASMailbox"],
        ),
        (
            {},
            {"MAIL": "553 5.7.1 <support@acme.example>: Sender address rejected: not owned by user x"},
            ["outgoing.relay", "Send As"],
        ),
        ({}, {"RCPT": "554 5.2.252 SendAsDenied; x not allowed to send as y"}, ["outgoing.relay", "Send As"]),
    ],
)
def test_check_connect_names_the_missing_permission(
    shell: Shell, scripted: Callable[..., int], inbox: dict[str, str], relay: dict[str, str], says: list[str]
) -> None:
    shell.lay_out(imap_port=scripted("* OK ready", imap(**inbox)), smtp_port=scripted("220 relay", smtp(**relay)))
    logged_in(shell)
    done = shell.run("check", "--connect")
    assert done.return_value == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert [word for word in says if word not in line] == []


def test_check_connect_names_a_host_that_does_not_resolve_and_a_login_nobody_made(
    shell: Shell, scripted: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def no_network(host: str, *more: Any, **options: Any) -> Any:
        """The machine's own answer, without asking a name server for what cannot be."""
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    shell.lay_out(imap_host="imap.acme.invalid", smtp_port=scripted("220 relay", smtp()))
    done = shell.run("check", "--connect")
    assert done.return_value == 1
    assert "imap.support: imap.acme.invalid does not resolve" in done.stderr
    assert "nobody has logged in yet: mailgate login relay" in done.stderr


def test_check_connect_renews_tokens_as_the_owner_of_the_data(
    shell: Shell, scripted: Callable[..., int], identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.lay_out(imap_port=scripted("* OK ready", imap()), smtp_port=scripted("220 relay", smtp()))
    logged_in(shell)
    file = TokenFile(shell.tokens / "relay.json")
    file.save(StoredTokens("old", "rt", datetime.now(UTC)))
    identity.answers = [(200, {"access_token": "new", "expires_in": 3600})]
    became: list[tuple[Path, str]] = []

    def become(data: Path) -> None:
        kept = file.load()
        assert kept is not None
        became.append((data, kept.access))

    monkeypatch.setattr("mailgate.cli.at.take_eyes", become)
    assert shell.run("check", "--connect").return_value == 0
    assert became == [(shell.place / "data", "old")]  # before anything is written
    kept = file.load()
    assert kept is not None
    assert kept.access == "new"
