"""`[[webhook]]`: every way it can be wrong, what is only doubted, and what a hook goes by."""

from __future__ import annotations

from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded, problems

from mailgate.config.connect import package
from mailgate.core.hooks.hook import Format, Hook, Preset

NAME, URL, SECRET = '[[webhook]]\nname = "crm"\n', 'url = "https://crm.acme.example/hook"\n', 'secret = "a secret"\n'
ON = NAME + URL + SECRET

WRONG = {
    "no name": ("[[webhook]]\n" + URL + SECRET, "webhook[1].name: "),
    "no address": (NAME + SECRET, "webhook[1].url: "),
    "no secret": (NAME + URL, "webhook[1].secret: the program could not tell our mail from anybody's"),
    "only one before": (NAME + URL + 'format = "slack"\nsecret_before = "x"', "webhook[1].secret_before: is of no use without"),
    "a secret that is none": (NAME + URL + 'secret = "whsec_!"', 'webhook[1].secret: a secret that begins with "whsec_" goes on in base64'),
    "a secret that is nowhere": (NAME + URL + 'secret = "env:NO_SUCH_NAME"', "webhook[1].secret: the environment has no variable"),
    "an address that is nowhere": (NAME + SECRET + 'url = "env:NO_SUCH_NAME"', "webhook[1].url: the environment has no variable"),
    "no URL": (NAME + SECRET + 'url = "crm.acme.example"', 'webhook[1].url: an address is like "https://crm.acme.example/hook"'),
    "a port that is none": (NAME + SECRET + 'url = "https://a.example:99999/"', "webhook[1].url: an address is like"),
    "a password in it": (NAME + SECRET + 'url = "https://me:pw@a.example/"', "webhook[1].url: a password stands in no address"),
    "in the clear": (NAME + SECRET + 'url = "http://crm.acme.example/"', "webhook[1].url: what is told would cross the network in the clear"),
    "no such event": (ON + 'events = ["ticket.opend"]', "webhook[1].events: nothing is called \"ticket.opend\" (did you mean 'ticket.opened'?)"),
    "nothing like it": (ON + 'events = ["order.*"]', "webhook[1].events: nothing is called \"order.*\"; there are: ticket.opened"),
    "a chat's": (ON + 'events = ["chat.message"]', "webhook[1].events: \"chat.message\" is what a [[channel]] is told"),
    "none at all": (ON + "events = []", "webhook[1].events: it would be told nothing"),
    "no such department": (ON + 'departments = ["suport"]', "webhook[1].departments: there is no department \"suport\" (did you mean 'support'?)"),
    "no such preset": (ON + 'presets = ["late"]', 'webhook[1].presets[1]: found "late"; allowed: urgent, overdue, low_vote'),
    "no such form": (ON + 'format = "xml"', 'webhook[1].format: found "xml"; allowed: json, slack, teams'),
    "one name twice": (ON + ON, 'webhook[2].name: "crm" is taken by the [[webhook]] at line'),
    "unknown": (ON + "word = true", "webhook[1].word: unknown key (did you mean 'words'?)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_key(name: str, tmp_path: Path) -> None:
    text, wanted = WRONG[name]
    found = problems(tmp_path, GOOD + text)
    assert any(wanted in problem for problem in found), found


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "10.1.2.3", "192.168.0.9:9000", "[::1]", "[fd12::1]"])
def test_one_s_own_network_needs_no_tls(host: str, tmp_path: Path) -> None:
    [hook] = loaded(tmp_path, GOOD + NAME + SECRET + f'url = "http://{host}/"').webhooks
    assert hook.url is not None and hook.url.reveal() == f"http://{host}/"


def test_in_the_clear_only_if_somebody_says_so(tmp_path: Path) -> None:
    text = GOOD + NAME + SECRET + 'url = "http://crm.acme.example/"\ninsecure = true'
    assert [one.hook.name for one in loaded(tmp_path, text).webhooks] == ["crm"]


def test_an_address_of_slack_is_a_secret_itself(tmp_path: Path) -> None:
    (tmp_path / "slack").write_text("https://hooks.slack.com/services/T/B/x\n")
    (tmp_path / "slack").chmod(0o600)
    elsewhere = loaded(tmp_path, GOOD + NAME + 'format = "slack"\nurl = "file:slack"')
    [hook] = elsewhere.webhooks
    assert hook.url is not None and hook.url.reveal() == "https://hooks.slack.com/services/T/B/x"
    assert "hooks.slack.com" not in repr(elsewhere) and hook.secrets == ()
    plain = loaded(tmp_path, GOOD + NAME + 'format = "slack"\nurl = "https://hooks.slack.com/services/T/B/x"')
    assert any("whoever knows this address can write there" in str(one) for one in plain.warnings)


def test_what_is_left_out_has_its_usual_value(tmp_path: Path) -> None:
    [usual] = loaded(tmp_path, GOOD + ON).webhooks
    assert usual.hook == Hook("crm") and usual.ca_file is None
    [room] = loaded(tmp_path, GOOD + ON + 'presets = ["overdue"]\nformat = "teams"\ndepartments = ["support"]').webhooks
    assert room.hook == Hook("crm", (), (Preset.OVERDUE,), ("support",), format=Format.TEAMS)


def test_without_its_package_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "PACKAGE", "no_such_package")
    [doubt] = [str(one) for one in loaded(tmp_path, GOOD + ON).warnings if "not installed" in str(one)]
    assert (
        "webhook[1].url: nobody can be called, no_such_package is not installed: pip install 'mailgate[connect]'"
        in doubt
    )


def test_w40_while_a_secret_is_changed_there_are_two(tmp_path: Path) -> None:
    [hook] = loaded(tmp_path, GOOD + ON + 'secret_before = "whsec_c2VjcmV0"\nca_file = "ca.pem"').webhooks
    assert [one.reveal() for one in hook.secrets] == ["a secret", "whsec_c2VjcmV0"]
    assert hook.ca_file == tmp_path / "ca.pem"
