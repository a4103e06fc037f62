"""A letter as its row keeps it, for people and jobs that look at it."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.core.letters import row_values
from mailgate.core.model.content import Answer
from mailgate.core.model.letter_rows import DeliveryOfLetter, StoredLetter, StuckAnswer
from mailgate.core.model.outbound import DeliveryState
from mailgate.core.model.ticket import Ticket
from mailgate.store import rows


def letter(row: rows.Row, deliveries: Iterable[rows.Row]) -> StoredLetter:
    """Made of a row of `LETTER_DUE` and those of `DELIVERIES_OF`."""
    return StoredLetter(
        id=row["id"],
        ticket=row["ticket_number"],
        mail=row["mail"],
        template=row["template"],
        audience=row["audience"],
        agent=row["agent"],
        purpose=row["purpose"],
        department=row["department"],
        language=row["language"],
        subject=row["rendered_subject"] or row["subject"],
        message_id=row["message_id"],
        in_reply_to=row["in_reply_to"],
        references=tuple(row["refs"].split()),
        to=rows.addresses(row["recipients"]),
        cc=rows.addresses(row["copies"]),
        content=row_values.from_plain(row["template"], rows.loads(row["context"], {})),
        attachments=tuple((mail, part) for mail, part in rows.loads(row["attachments"], [])),
        urgency=row["urgency"],
        created_at=rows.time_of(row["created_at"]),
        dedupe=row["dedupe"],
        revoked_at=rows.moment(row["revoked_at"]),
        raw=row["bytes"],
        deliveries=tuple(_delivery(each) for each in deliveries),
    )


def stuck(row: rows.Row, ticket: Ticket) -> StuckAnswer:
    """Made of a row of `STUCK`."""
    content = row_values.from_plain(row["template"], rows.loads(row["context"], {}))
    writer = content.agent if isinstance(content, Answer) else ""
    return StuckAnswer(writer or ticket.owner, ticket, row["recipient"], row["state"] == DeliveryState.UNCERTAIN)


def _delivery(row: rows.Row) -> DeliveryOfLetter:
    return DeliveryOfLetter(
        id=row["id"],
        recipient=row["recipient"],
        state=row["state"],
        attempts=row["attempts"],
        doubts=row["doubts"],
        due_at=rows.moment(row["due_at"]),
        first_tried_at=rows.moment(row["first_tried_at"]),
        sent_at=rows.moment(row["sent_at"]),
        remote_id=row["remote_id"],
        error=row["error"],
    )
