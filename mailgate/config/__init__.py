"""mailgate.toml -> frozen Config; every problem at once, each with its file, line and key."""

from mailgate.config.files import init, shared
from mailgate.config.load import load
from mailgate.config.secrets import Secret
from mailgate.config.tree import (
    Config,
    Gateway,
    ImapBox,
    Listen,
    Lmtp,
    Log,
    Login,
    Metrics,
    OAuth,
    Relay,
    Retention,
    Smtp,
    StoreAt,
    Submission,
)

__all__ = [
    "Config", "Gateway", "ImapBox", "Listen", "Lmtp", "Log", "Login", "Metrics", "OAuth", "Relay", "Retention",
    "Secret", "Smtp", "StoreAt", "Submission", "init", "load", "shared",
]  # fmt: skip
