"""What the desk is told of its customers, `[customers]`: where it stands."""

from __future__ import annotations

from mailgate.config.kinds import Model


class CustomersModel(Model):
    file: str = ""
