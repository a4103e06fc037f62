"""A telephone exchange before the real application: what it tells, and what a test sees of that."""

from __future__ import annotations

from typing import Any

from conftest import mail
from window.conftest import Here

from mailgate.core.model.change import Decision, Fate, SetField, Step
from mailgate.core.model.ticket import Ticket

LINE = "+371 26 123 456"


class Exchange:
    """What the tests say and see of it."""

    def __init__(self, here: Here, token: str) -> None:
        self.desk, self.client, self.token = here.desk, here.client, token
        self.count = 0

    def tells(self, event: str, call: str = "", *, status: int = 202, **about: Any) -> Any:
        self.count += not call
        told = {"id": call or f"call {self.count}", "event": event, "from": LINE, "to": "+37167000001", **about}
        answer = self.client.post("/api/v1/calls", json=told, headers={"authorization": f"Bearer {self.token}"})
        assert answer.status_code == status, answer.text
        self.desk.settle()
        return answer.json()

    def pushes(self, kind: str, fields: Any, *, token: str = "", **about: Any) -> Any:
        answer = self.client.post(f"/api/v1/calls/{kind}/{token or self.token}", **({"data": fields} | about))
        self.desk.settle()
        return answer

    def tickets(self, number: str) -> list[Ticket]:
        found = (self.desk.ticket(one.number) for one in self.desk.tickets())
        return [one for one in found if one.fields.get("phone") == number]

    def apply(self, ticket: int | None, *changes: Any) -> None:
        decision = Decision(Fate.FILED, "test", (Step(ticket, changes),), actor="anna")
        desk = self.desk
        desk.gateway.store.write(lambda tx: tx.apply(None, decision, desk.clock(), desk.gateway.ids)).result()

    def person(self, address: str, number: str, subject: str = "A lamp") -> int:
        """Somebody who wrote once, with a telephone number."""
        ticket = self.desk.of_mail(self.desk.send(mail(subject, sender=address))).number
        self.apply(ticket, SetField("phone", number))
        return ticket
