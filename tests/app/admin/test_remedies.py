"""Each refusal of a large provider, in its own words, is answered with what to change."""

from __future__ import annotations

import pytest

from mailgate.app.admin.remedies import remedy

WORDS = [
    ("protocol: select failed: User is authenticated but not connected.", "ImapEnabled"),
    ("login: login refused: AUTHENTICATE failed.", "IMAP.AccessAsUser.All"),
    ("login: login refused: LOGIN failed.", 'oauth = "microsoft"'),
    ("login: [ALERT] Application-specific password required: https://support.google.com/x (Failure)", "app password"),
    ("login: [ALERT] Your account is not enabled for IMAP use. Please visit your account settings page", "End User"),
    ("login: [ALERT] Please log in via your web browser: https://support.google.com/mail (Failure)", "browser"),
    ("login: [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "wrong user"),
    ("login: [AUTHENTICATIONFAILED] Authentication failed.", "wrong user"),
    ("login: [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure connections.", "starttls"),
    ("AADSTS65001: The user or administrator has not consented to use the application", "admin consent"),
    ("AADSTS7000218: The request body must contain 'client_assertion' or 'client_secret'.", "public client flows"),
    ("AADSTS7000215: Invalid client secret provided.", "value"),
    ("AADSTS7000222: The provided client secret keys are expired.", "expired"),
    ("AADSTS700016: Application with identifier 'x' was not found in the directory", "client_id and tenant"),
    ("login refused: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", "Set-CASMailbox"),
    ("554 5.2.252 SendAsDenied; a@x.example not allowed to send as b@x.example", "Send As"),
    ("553 5.7.1 <a@x.example>: Sender address rejected: not owned by user b", "Send As"),
    ("535 5.7.8 Username and Password not accepted.", "app password"),
    ("certificate: certificate not trusted: self-signed certificate", "certificate"),
    ("login: the server takes no OAuth token", "password"),
    ("certificate: the server, or somebody between, does not offer STARTTLS", "tls"),
]


@pytest.mark.parametrize(("said", "hint"), WORDS, ids=[said[:40] for said, _ in WORDS])
def test_a_known_refusal_names_what_to_change(said: str, hint: str) -> None:
    assert hint in remedy(said)


def test_words_that_tell_nothing_get_no_advice() -> None:
    assert remedy("busy: [UNAVAILABLE] Temporary failure") == ""
    assert remedy("network: Connection refused") == ""
