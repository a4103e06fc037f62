"""Whose mail is taken, as a listener elsewhere is told: the same answers as the policy itself gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CONFIG

from mailgate.config.load import load
from mailgate.core.model.policy import Policy
from mailgate.door import admission_of
from mailgate.edge.smtp import admission
from mailgate.edge.smtp.admission import Admission, Verifier, verifier


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    text = CONFIG.format(gateway="", smtp="", undo="0s", support="", more='aliases = ["bo@home.example"]')
    (tmp_path / "mailgate.toml").write_text(text)
    (tmp_path / "rules").mkdir()
    return load(tmp_path / "mailgate.toml").policy


def hashed(name: str, password: str) -> Verifier:
    return verifier(password)


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("support@acme.example", "ours"),
        ("SUPPORT@Acme.Example", "ours"),
        ("support@acme.example.", "ours"),
        ("support+1042.abcdef@acme.example", "ours"),
        ("myynti@acme.example", "ours"),
        ("postmaster@acme.example", "ours"),
        ("Postmaster@elsewhere.example", "ours"),
        ("postmaster", "ours"),
        ("nobody@acme.example", "unknown"),
        ("+support@acme.example", "unknown"),
        ("sup+port@acme.example", "unknown"),
        ("support@acme.example.org", "foreign"),
        ("support@elsewhere.example", "foreign"),
        ("support", "foreign"),
        ("", "foreign"),
        ("\u017fupport@acme.example", "unknown"),
    ],
)
def test_an_address_is_ours_exactly_when_the_policy_says_so(policy: Policy, address: str, owner: str) -> None:
    found = admission_of(policy, {}, hashed)
    assert found.owner(address) == owner
    if not address.lower().startswith("postmaster"):
        assert (found.owner(address) == "ours") is (policy.department_at(address) is not None)


def test_without_subaddresses_a_detail_is_another_address(policy: Policy) -> None:
    plain = replace(policy, identity=replace(policy.identity, subaddress=""))
    assert admission_of(plain, {}, hashed).owner("support+1@acme.example") == "unknown"


def test_an_agent_logs_in_by_name_and_by_every_address_and_with_no_other_password(policy: Policy) -> None:
    found = admission_of(policy, {"bo": "sesame"}, hashed)
    for user in ("bo", "bo@staff.example", "BO@staff.example", "bo@home.example"):
        assert found.login(user, "sesame") == "bo"
        assert found.login(user, "Sesame") is None
        assert found.login(user, "") is None
    for user in ("anna", "anna@staff.example", "nobody", "", "b\u00f6", "\ud800"):
        assert found.login(user, "sesame") is None


def test_nobody_logs_in_where_nobody_has_a_password() -> None:
    assert Admission().login("", "") is None


def test_who_has_left_does_not_submit(policy: Policy) -> None:
    left = replace(policy, agents=tuple(replace(agent, active=False) for agent in policy.agents))
    assert admission_of(left, {"bo": "sesame"}, hashed).login("bo", "sesame") is None


def test_a_password_cannot_be_read_from_what_verifies_it() -> None:
    one, other = verifier("sesame"), verifier("sesame")
    assert one != other and one.fits("sesame") and not one.fits("sesam")
    assert b"sesame" not in one.salt + one.digest
    assert not admission.NOBODY.fits("")
