"""Small look-ups that other commands need beside the great questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailgate.store import rows
from mailgate.store.session import TransactionPart


class Lookups(TransactionPart):
    """One row or a handful, by key."""

    def agent_ids(self) -> Mapping[str, int]:
        """Every agent's name and id, as they stand in tokens."""
        return {row["name"]: row["id"] for row in self.all("SELECT name, id FROM agent", {})}

    def figures(self) -> Mapping[str, Mapping[str, Any]]:
        """Counts for machines: `tickets` by status, `deliveries` by state, `jobs` with the time of their last run."""
        tickets = self.all("SELECT status, count(*) AS n FROM ticket GROUP BY status", {})
        deliveries = self.all("SELECT state, count(*) AS n FROM delivery GROUP BY state", {})
        runs = self.all("SELECT name, at FROM job_run", {})
        return {
            "tickets": {row["status"]: row["n"] for row in tickets},
            "deliveries": {row["state"]: row["n"] for row in deliveries},
            "jobs": {row["name"]: rows.time_of(row["at"]) for row in runs},
        }

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

    def letters_to_customers(self, ticket: int) -> list[int]:
        """The letters about that ticket number that were written to customers, oldest first."""
        found = self.all(
            "SELECT letter.id FROM letter JOIN ticket ON ticket.id = letter.ticket "
            "WHERE ticket.number = :number AND letter.audience = 'customer' ORDER BY letter.id",
            {"number": ticket},
        )
        return [row["id"] for row in found]
