"""Tokens are had from a fake identity provider on loopback, renewed before they end, and kept from other eyes."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from idp import GRANTED, Identity

from mailgate.edge.out.oauth import (
    OAuthClient,
    Provider,
    StoredTokens,
    TokenFile,
    TokenSource,
    code_login,
    command_token,
    device_login,
    provider,
    refresh,
)
from mailgate.errors import Permanent, Temporary

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ticking() -> tuple[Callable[[], datetime], Callable[[float], None], list[float]]:
    """A clock that only waiting moves."""
    waits: list[float] = []
    return (lambda: NOW + timedelta(seconds=sum(waits))), waits.append, waits


DEVICE = (
    200,
    {"device_code": "dc", "user_code": "WDJB", "verification_uri": "https://x/link", "interval": 5, "expires_in": 60},
)


def test_a_device_login_shows_a_code_and_waits_for_the_person(identity: Identity) -> None:
    pending = (400, {"error": "authorization_pending"})
    identity.answers = [DEVICE, pending, (400, {"error": "slow_down"}), pending, (200, GRANTED)]
    now, wait, waits = ticking()
    shown: list[tuple[str, str]] = []
    token = device_login(OAuthClient(identity.provider, "cid"), lambda *words: shown.append(words), now=now, wait=wait)
    assert shown == [("https://x/link", "WDJB")]
    assert waits == [5, 5, 10, 10]
    assert token == StoredTokens("at-1", "rt-1", NOW + timedelta(seconds=30 + 3600))
    assert identity.asked[0] == ("/device", {"client_id": "cid", "scope": "mail"})
    assert identity.asked[1][1]["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"


def test_a_device_login_ends_when_it_is_denied_or_runs_out(identity: Identity) -> None:
    identity.answers = [DEVICE, (400, {"error": "access_denied", "error_description": "AADSTS1: No.\r\nTrace: 1"})]
    now, wait, _ = ticking()
    with pytest.raises(Permanent, match=r"^AADSTS1: No\.$"):
        device_login(OAuthClient(identity.provider, "cid"), lambda *words: None, now=now, wait=wait)
    identity.answers = [DEVICE, *[(400, {"error": "authorization_pending"})] * 20]
    now, wait, waits = ticking()
    with pytest.raises(Permanent, match="in time"):
        device_login(OAuthClient(identity.provider, "cid"), lambda *words: None, now=now, wait=wait)
    assert sum(waits) == 60


def test_a_code_login_takes_the_address_the_browser_ended_at(identity: Identity) -> None:
    identity.answers = [(200, GRANTED)]
    links: list[str] = []

    def ask() -> str:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(links[0]).query)
        assert query["code_challenge_method"] == ["S256"]
        return f"http://127.0.0.1:1/?state={query['state'][0]}&code=4/abc&scope=x"

    token = code_login(OAuthClient(identity.provider, "cid", "shh"), links.append, ask, now=lambda: NOW)
    assert token.refresh == "rt-1"
    path, fields = identity.asked[0]
    assert (path, fields["code"], fields["client_secret"]) == ("/token", "4/abc", "shh")
    assert len(fields["code_verifier"]) >= 43


@pytest.mark.parametrize(
    "ended", ["", "http://127.0.0.1:1/?code=4/abc&state=other", "http://127.0.0.1:1/?error=access_denied"]
)
def test_a_code_login_believes_no_other_address(identity: Identity, ended: str) -> None:
    with pytest.raises(Permanent):
        code_login(OAuthClient(identity.provider, "cid"), lambda link: None, lambda: ended)
    assert identity.asked == []


def source(identity: Identity, place: Path, **keywords: Any) -> TokenSource:
    return TokenSource(OAuthClient(identity.provider, "cid", **keywords), TokenFile(place), "support", lambda: NOW)


def test_a_token_near_its_end_is_renewed_and_kept(identity: Identity, tmp_path: Path) -> None:
    place = tmp_path / "tokens" / "support.json"
    TokenFile(place).save(StoredTokens("old", "rt-0", NOW + timedelta(minutes=4)))
    identity.answers = [(200, {"access_token": "new", "expires_in": 3600})]
    get = source(identity, place)
    assert get() == StoredTokens("new", "rt-0", NOW + timedelta(hours=1))  # no new refresh token: the old one stays
    assert get().access == "new"
    assert len(identity.asked) == 1
    assert TokenFile(place).load() == get()
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert [child.name for child in place.parent.iterdir()] == ["support.json"]


def test_a_login_that_has_ended_says_what_to_do(identity: Identity, tmp_path: Path) -> None:
    place = tmp_path / "support.json"
    with pytest.raises(Permanent, match="mailgate login support"):
        source(identity, place)()
    TokenFile(place).save(StoredTokens("old", "rt-0", NOW))
    identity.answers = [
        (400, {"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token has expired"})
    ]
    with pytest.raises(Permanent, match=r"AADSTS700082.*mailgate login support"):
        source(identity, place)()


@pytest.mark.parametrize("answer", [(503, b"busy"), (200, b"<html>"), (200, {"token": 1}), (429, b"")])
def test_a_provider_in_trouble_is_temporary(identity: Identity, answer: tuple[int, object]) -> None:
    identity.answers = [answer]
    with pytest.raises(Temporary):
        refresh(OAuthClient(identity.provider, "cid", "shh"), StoredTokens("a", "secret-rt", NOW), NOW)


def test_a_provider_that_is_not_there_is_temporary_and_nothing_secret_is_said() -> None:
    gone = Provider("gone", "http://127.0.0.1:1/token", "mail")
    with pytest.raises(Temporary) as caught:
        refresh(OAuthClient(gone, "cid", "shh"), StoredTokens("a", "secret-rt", NOW), NOW)
    assert "secret-rt" not in str(caught.value) + repr(StoredTokens("a", "secret-rt", NOW)) + repr(
        OAuthClient(gone, "cid", "shh")
    )
    assert "shh" not in repr(OAuthClient(gone, "cid", "shh"))


def test_an_application_with_a_secret_needs_no_person(identity: Identity, tmp_path: Path) -> None:
    identity.answers = [(200, {"access_token": "app", "expires_in": 3600})]
    get = source(identity, tmp_path / "support.json", client_secret="shh")
    assert get().access == "app"
    assert identity.asked[0][1]["grant_type"] == "client_credentials"


def test_a_token_file_open_to_others_is_closed_and_a_broken_one_named(tmp_path: Path) -> None:
    place = tmp_path / "support.json"
    TokenFile(place).save(StoredTokens("a", "b", NOW))
    place.chmod(0o644)
    assert TokenFile(place).load() == StoredTokens("a", "b", NOW)
    assert place.stat().st_mode & 0o777 == 0o600
    place.write_text("{")
    with pytest.raises(Permanent, match=r"support\.json is not a token file"):
        TokenFile(place).load()


def test_a_token_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "support.json").mkdir()
    with pytest.raises(Permanent, match=r"support\.json cannot be read: Is a directory"):
        TokenFile(tmp_path / "support.json").load()
    (tmp_path / "tokens").write_text("")
    with pytest.raises(Temporary, match=r"tokens/support\.json cannot be written"):
        TokenFile(tmp_path / "tokens" / "support.json").save(StoredTokens("a", "b", NOW))


def test_the_known_providers_have_https_endpoints() -> None:
    for name in ("microsoft", "google"):
        known = provider(name, "contoso.example/../x")
        urls = [known.token_url, known.device_url, known.authorize_url]
        assert all(url.startswith("https://") and "../" not in url for url in urls if url)
    with pytest.raises(ValueError, match="microsoft or google"):
        provider("yahoo")


def test_a_token_command_prints_a_token_or_is_trouble(tmp_path: Path) -> None:
    assert command_token(["printf", "ya29.abc\n"]) == "ya29.abc"
    for command in (["false"], ["true"], ["printf", "two words"]):
        with pytest.raises(Temporary, match="token_command"):
            command_token(command)
    with pytest.raises(Permanent, match="cannot be run"):
        command_token([os.fspath(tmp_path / "nothing")])
