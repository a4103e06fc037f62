"""What a far end's refusal means at the large providers, and what to change there."""

from __future__ import annotations

import re
from typing import Final

_POWERSHELL: Final = "in Exchange Online PowerShell"

# The words of the far ends, as they say them; the first line that fits is told. docs/mailboxes.md has the recipes.
_TABLE: Final[tuple[tuple[str, str], ...]] = (
    (
        r"authenticated but not connected",
        "the login is good and the mailbox refuses IMAP: Set-CASMailbox -ImapEnabled $true and "
        f"Add-MailboxPermission -AccessRights FullAccess {_POWERSHELL}",
    ),
    (
        r"not enabled for IMAP",
        "IMAP is off for this account: Google Admin console, Apps, Gmail, End User Access, or the user's own settings",
    ),
    (
        r"application-specific password required|5\.7\.9\b.*google|InvalidSecondFactor",
        'Google takes no ordinary password: make an app password, or use oauth = "google"',
    ),
    (r"web ?login required|log in via your web browser", "log in once in a browser and confirm it was you"),
    (r"AADSTS65001", "nobody consented: grant admin consent for the application's permissions in Entra"),
    (r"AADSTS700016", "no such application in this directory: check client_id and tenant"),
    (r"AADSTS7000218", "allow public client flows for the application in Entra, or give its client_secret"),
    (r"AADSTS7000215", "the client_secret is wrong: give its value, not its id"),
    (r"AADSTS7000222", "the client_secret has expired: make a new one in Entra"),
    (r"AADSTS(?:50020|50128|90002)\b", "tenant is not the directory this account lives in"),
    (r"AADSTS(?:53003|50158)\b", "a Conditional Access policy of the directory forbids this login"),
    (r"invalid_scope|AADSTS70011", "the application lacks IMAP.AccessAsUser.All or SMTP.Send in Entra"),
    (r"unauthorized_client", "the application may not log in like this: see its type and permissions"),
    (
        r"SmtpClientAuthentication is disabled|5\.7\.139",
        f"Set-CASMailbox -SmtpClientAuthenticationDisabled $false {_POWERSHELL}, for the mailbox and the organization",
    ),
    (
        r"permissions? to send as|SendAsDenied|5\.7\.60|not owned by user",
        "this login may not send as that address: grant it Send As, or log in as the address itself",
    ),
    (r"PRIVACYREQUIRED|plaintext auth\w* disallowed|no password on this connection", 'use tls = "tls" or "starttls"'),
    (r"takes no OAuth token", "this server knows no OAuth: use password"),
    (
        r"LOGIN failed|basic auth\w* is (?:disabled|blocked)",
        'Microsoft takes no passwords any more: oauth = "microsoft"',
    ),
    (
        r"AUTHENTICATE failed",
        "the token is not accepted for this mailbox: IMAP.AccessAsUser.All (a person's login) or IMAP.AccessAsApp with "
        f"New-ServicePrincipal and Add-MailboxPermission {_POWERSHELL} (client_secret)",
    ),
    (r"5\.7\.8|Username and Password not accepted", "wrong user or password, or Google wants an app password"),
    (r"AUTHENTICATIONFAILED|authentication failed|invalid credentials", "wrong user, password or token"),
    (r"does not offer STARTTLS|offers no STARTTLS", 'try tls = "tls" with its own port'),
    (r"self[- ]signed|certificate not trusted|certificate verify failed", "the certificate must be good for `host`"),
)
_REMEDIES: Final = tuple((re.compile(pattern, re.IGNORECASE), remedy) for pattern, remedy in _TABLE)


def remedy(text: str) -> str:
    """What to change, given the far end's words; `""` when they tell us nothing."""
    return next((found for pattern, found in _REMEDIES if pattern.search(text)), "")
