"""Secrets: where they may come from, who else may see them, and that they are never shown."""

import json
import os
import pickle
import stat
from datetime import date
from pathlib import Path

import pytest

from mailgate import places
from mailgate.config import load as config
from mailgate.config.secrets import Secret
from mailgate.errors import ConfigError

TODAY = date(2026, 11, 22)
CANARY = "canary-7f3a9c"
TEXT = """\
[gateway]
admin = "admin@ops.example"
[identity]
keys = "{keys}"
[[outgoing]]
name = "relay"
host = "smtp.acme.example"
user = "u"
password = "{password}"
[[department]]
name = "support"
addresses = ["support@acme.example"]
"""


def load(
    tmp_path: Path, password: str = "env:PW", keys: str = "auto", mode: int = 0o600, write: bool = True, **env: str
):
    path = tmp_path / "mailgate.toml"
    path.write_text(TEXT.format(password=password, keys=keys))
    path.chmod(mode)
    return config.load(path, env={"PW": "x", **env}, today=TODAY, write=write)


def secret_file(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "secret"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_secrets_come_from_the_environment_a_file_and_systemd(tmp_path: Path) -> None:
    secret_file(tmp_path, "from a file\n")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "relay").write_text("from systemd")
    for source, expected in [("env:PW", "x"), ("file:secret", "from a file"), ("credential:relay", "from systemd")]:
        login = load(tmp_path, source, CREDENTIALS_DIRECTORY=str(tmp_path / "credentials")).outgoing[0].login
        assert login and login.password and login.password.reveal() == expected


@pytest.mark.parametrize(
    "source, expected",
    [
        ("env:MISSING", "the environment has no variable MISSING"),
        ("env:EMPTY", "env:EMPTY is empty"),
        ("file:missing", "cannot read {tmp}/missing: No such file or directory"),
        ("file:credentials", "{tmp}/credentials is not a regular file"),
        ("credential:relay", "needs systemd's LoadCredential=relay:"),
    ],
)
def test_a_secret_that_cannot_be_had_says_why(tmp_path: Path, source: str, expected: str) -> None:
    (tmp_path / "credentials").mkdir()
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, source, EMPTY="")
    assert expected.format(tmp=tmp_path) in str(caught.value)


def test_a_credential_stays_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    secret_file(tmp_path, CANARY)
    with pytest.raises(ConfigError, match="no slash"):
        load(tmp_path, "credential:../secret", CREDENTIALS_DIRECTORY=str(tmp_path / "credentials"))


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o666])
def test_g13_a_secret_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, CANARY, mode)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "file:secret")
    assert f"has mode {mode:04o}, others may open it: chmod 600 {path}" in str(caught.value)
    assert CANARY not in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file away")
def test_g13_a_secret_file_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(secret_file(tmp_path, CANARY), 12345, 12345)
    with pytest.raises(ConfigError, match="belongs to another user"):
        load(tmp_path, "file:secret")


def test_g13_check_warns_of_secrets_in_the_file_and_of_who_may_read_it(tmp_path: Path) -> None:
    warnings = [str(problem) for problem in load(tmp_path, CANARY, mode=0o644).warnings]
    assert any("the secret itself stands in the file" in warning for warning in warnings)
    assert any("mode 0644: others may read the secrets in it; chmod 600" in warning for warning in warnings)
    assert load(tmp_path, mode=0o644).warnings == ()


def test_g13_check_warns_of_a_file_that_others_may_change(tmp_path: Path) -> None:
    (warning,) = load(tmp_path, mode=0o662).warnings
    assert "mode 0662: others may change it; chmod go-w" in str(warning)


def test_g12_a_secret_shows_itself_nowhere(tmp_path: Path) -> None:
    key = f"{CANARY}-{'k' * 40}"
    loaded = load(tmp_path, CANARY, keys=key)
    shown = [repr(loaded), str(loaded), repr(loaded.outgoing), repr(loaded.policy.keys), f"{loaded.policy!s}"]
    shown += [str(warning) for warning in loaded.warnings]
    assert not any(CANARY in text for text in shown)
    secret = Secret(CANARY)
    assert repr(secret) == str(secret) == f"{secret}" == "Secret(***)"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    "wrong",
    [
        f'pasword = "{CANARY}"',
        f'password = ["{CANARY}"]',
        f'client_secret = {{ x = "{CANARY}" }}',
        f'password = "{CANARY}"\nport = "{25}"',
        f'password = "{CANARY}',
    ],
)
def test_g12_a_mistake_beside_a_secret_does_not_show_it(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_text(f'[[outgoing]]\nname = "x"\nhost = "h"\nuser = "u"\n{wrong}\n')
    with pytest.raises(ConfigError) as caught:
        config.load(path, env={}, today=TODAY)
    assert CANARY not in str(caught.value) and CANARY not in repr(caught.value.problems)


def test_g14_signing_keys_are_made_once_for_nobody_else_to_read(tmp_path: Path) -> None:
    (first,) = load(tmp_path).policy.keys
    path = tmp_path / "data" / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(first.secret) >= 32
    assert load(tmp_path).policy.keys == (first,)
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_keys_that_vanished_beside_a_database_are_missed(tmp_path: Path) -> None:
    assert load(tmp_path).warnings == ()
    (tmp_path / "data" / "mailgate.db").touch()
    (tmp_path / "data" / "keys.json").unlink()
    (warning,) = load(tmp_path).warnings
    assert warning.key == "identity.keys" and "no letter sent so far proves anything" in str(warning)
    assert load(tmp_path).warnings == ()


def test_a_check_makes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, write=False).policy.keys
    assert not (tmp_path / "data").exists()


def keys(tmp_path: Path, *entries: dict[str, object]) -> Path:
    (tmp_path / "data").mkdir(exist_ok=True)
    path = tmp_path / "data" / "keys.json"
    path.write_text(json.dumps({"keys": entries}))
    path.chmod(0o600)
    return path


def test_g14_the_newest_key_signs_and_an_old_one_verifies_until_it_retires(tmp_path: Path) -> None:
    old = {"kid": "old", "created": "2026-01-01", "retire_at": "2026-12-01", "secret": "o" * 32}
    new = {"kid": "new", "created": "2026-11-01", "retire_at": None, "secret": "n" * 32}
    gone = {"kid": "gone", "created": "2025-01-01", "retire_at": "2026-11-22", "secret": "g" * 32}
    keys(tmp_path, gone, old, new)
    assert [key.id for key in load(tmp_path).policy.keys] == ["new", "old"]


@pytest.mark.parametrize(
    "entry, expected",
    [
        ({"kid": "a", "secret": "s" * 31}, "is shorter than 32 bytes"),
        ({"kid": "A-1", "secret": "s" * 32}, "one to eight lower-case letters and digits"),
        ({"kid": "a"}, 'is not {"keys": [{"kid", "created", "retire_at", "secret"}]} in JSON'),
        ({"kid": "a", "secret": "s" * 32, "retire_at": "soon"}, "in JSON"),
        ({"kid": "a", "secret": "s" * 32, "retire_at": "2026-11-22"}, "has been retired: add a new one"),
    ],
)
def test_g14_a_key_that_cannot_sign_is_refused(tmp_path: Path, entry: dict[str, object], expected: str) -> None:
    keys(tmp_path, entry)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert expected in str(caught.value)


def test_g14_a_key_file_that_others_may_read_or_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = keys(tmp_path, {"kid": "a", "secret": "s" * 32})
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="others may open it"):
        load(tmp_path)
    path.chmod(0o600)
    path.write_text(path.read_text()[:20])
    with pytest.raises(ConfigError, match="in JSON"):
        load(tmp_path)


def test_a_key_may_come_from_elsewhere_and_keeps_its_id(tmp_path: Path) -> None:
    first = load(tmp_path, keys="env:KEY", KEY="k" * 40).policy.keys
    assert first == load(tmp_path, keys="env:KEY", KEY="k" * 40).policy.keys
    assert first != load(tmp_path, keys="env:KEY", KEY="j" * 40).policy.keys
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_is_a_file_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ConfigError, match="is no folder"):
        load(tmp_path)


def test_agents_passwords_are_for_the_submission_listener(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.toml"
    agent = '[[agent]]\nname = "anna"\naddress = "anna@agents.example"\npassword = "env:ANNA"\n'
    path.write_text(TEXT.format(password="env:PW", keys="auto") + agent)
    path.chmod(0o600)
    loaded = config.load(path, env={"PW": "x", "ANNA": CANARY}, today=TODAY)
    assert loaded.submission.passwords["anna"].reveal() == CANARY
    assert CANARY not in repr(loaded)


@pytest.mark.parametrize("source", ["env:MISSING", "credential:relay"])
def test_a_command_that_only_looks_does_without_the_daemons_secrets(tmp_path: Path, source: str) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_text(TEXT.format(password=source, keys="auto"))
    path.chmod(0o600)
    loaded = config.load(path, env={}, today=TODAY, strict=False)
    (warning,) = loaded.warnings
    assert warning.key == "outgoing[1].password"
    login = loaded.outgoing[0].login
    assert login and login.password
    with pytest.raises(ConfigError) as caught:
        login.password.reveal()
    assert str(caught.value) == warning.text


def test_a_command_that_only_looks_does_without_the_daemons_key(tmp_path: Path) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_text(TEXT.format(password="", keys="env:MISSING"))
    loaded = config.load(path, env={}, today=TODAY, strict=False)
    assert loaded.policy.keys == () and [warning.key for warning in loaded.warnings] == ["identity.keys"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", "data"),
        ("[gateway]\ndata = '/var/lib/x'\nqqq = 1", "/var/lib/x"),
        ("gateway = 1", None),
        ("[gateway]\ndata = 1", None),
        ("[[[", None),
    ],
)
def test_the_data_folder_is_known_before_the_rest(tmp_path: Path, text: str, expected: str | None) -> None:
    path = tmp_path / "mailgate.toml"
    path.write_text(f"# a file\n{text}\n")
    assert places.data_folder(path) == (tmp_path / expected if expected else None)
