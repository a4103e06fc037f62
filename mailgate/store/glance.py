"""Small look-ups that other commands need beside the great questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailgate.store import rows
from mailgate.store.session import Session


class Glances(Session):
    """One row or a handful, by key."""

    def agent_ids(self) -> Mapping[str, int]:
        """Every agent's name and id, as they stand in tokens."""
        return {row["name"]: row["id"] for row in self.all("SELECT name, id FROM agent", {})}

    def letters_of_mail(self, mail: int) -> list[Mapping[str, Any]]:
        """The letters a mail caused, oldest first: `id`, `template`, `to`."""
        found = self.all(
            "SELECT id, template, recipients, copies FROM letter WHERE mail = :mail ORDER BY id", {"mail": mail}
        )
        return [
            {
                "id": row["id"],
                "template": row["template"],
                "to": [one.addr for one in (*rows.addresses(row["recipients"]), *rows.addresses(row["copies"]))],
            }
            for row in found
        ]

    def letter_of_delivery(self, delivery: int) -> int | None:
        """The letter a delivery belongs to."""
        found = self.scalar("SELECT letter FROM delivery WHERE id = :id", {"id": delivery})
        return None if found is None else int(found)
