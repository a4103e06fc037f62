"""A customer's message that another program brings: what is asked, what is wrong with it, and by what it is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mailgate.core.model.policy import Policy
from mailgate.core.pages import form
from mailgate.core.pages.form import FormAsked, FormFile, Wrong
from mailgate.core.pages.policy import Topic

LONGEST_ID: Final = 200  # characters of what the other program calls it
EXTERNAL: Final = "external_id"  # the ticket's field that holds it


@dataclass(frozen=True, slots=True)
class ApiMessageAsked:
    """Words of a customer's, to a department or to a ticket in which they take part."""

    bearer: str
    peer: str
    address: str
    text: str
    name: str = ""
    subject: str = ""
    department: str = ""  # "": that of the ticket, or the only one of the token
    ticket: int | None = None
    files: tuple[FormFile, ...] = ()
    external_id: str = ""  # what the other program calls it: the same is taken once
    language: str = ""  # in which it is written, where that is known
    once: str = ""  # the Idempotency-Key
    digest: str = ""  # of what was sent


@dataclass(frozen=True, slots=True)
class ApiMessagePage:
    """It lies safely in the desk, unless something is wrong with it: then nothing of it was kept."""

    mail: int = 0
    ticket: int | None = None  # None while it is not decided, or waits for a person
    wrong: tuple[Wrong, ...] = ()


def as_form(asked: ApiMessageAsked) -> FormAsked:
    """The same as somebody would have filled in the form: it is held to what that is held to."""
    return FormAsked(
        name=asked.name,
        address=asked.address,
        topic=asked.department,
        subject=asked.subject,
        text=asked.text,
        files=asked.files,
        language=asked.language,
    )


def topic(department: str, policy: Policy) -> Topic | None:
    """What a message to a department is about; None for a department that there is not."""
    known = any(one.name == department for one in policy.departments)
    return Topic(department, {}, department) if known else None


def wrong(asked: ApiMessageAsked, policy: Policy, department: str) -> tuple[Wrong, ...]:
    """All that is wrong with a message, by the fields of the form."""
    found = form.wrong(as_form(asked), policy, topic(department, policy), lambda field, answer: True)
    long = (("n", str(LONGEST_ID)),)
    return (*found, *([Wrong(EXTERNAL, "long", long)] if len(asked.external_id) > LONGEST_ID else []))


def message_id(program: str, asked: ApiMessageAsked, domain: str, began: datetime | None = None) -> str:
    """What the mail is known by, so that it is taken once whenever it comes again; "" where nothing tells it apart.

    A name that its own program gives it counts for ever, a key for as long as a program may ask again: `began` is when
    it was asked first under that key.
    """
    named = (
        f"id {asked.external_id}"
        if asked.external_id
        else f"key {asked.once} {asked.digest} {began}"
        if asked.once
        else ""
    )
    known = hashlib.sha256(f"{program} {named}".encode()).hexdigest()[:32]
    return f"<api.{known}@{domain}>" if named else ""
