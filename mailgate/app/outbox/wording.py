"""Claimed letters -> bytes ready to leave: headed here, worded in a child, kept so that a retry is the same bytes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mailgate.app.children.pool import Children
from mailgate.app.in_force import InForce, Snapshot
from mailgate.app.outbox.given_way import GivenWay
from mailgate.app.outbox.letter_facts import with_letter_facts
from mailgate.app.outbox.solved_before import SolvedLookups
from mailgate.core.letters.due import DueLetter
from mailgate.core.letters.letter import Letter, head, promised
from mailgate.core.model.content import Forwarded
from mailgate.core.model.mail import Address
from mailgate.core.model.said import Words, said
from mailgate.core.proof import token
from mailgate.errors import ChildDied, ChildFailed, MailgateError, Permanent, Temporary
from mailgate.store.base import Store
from mailgate.wire import words

log = logging.getLogger(__name__)

WRITE = "mailgate.wire.letters.compose:write"  # what a child does with a letter
PATIENCE = 0.5  # seconds the letters behind wait for the words of one before them

Problem = Callable[[Words], None]


@dataclass(frozen=True, slots=True)
class ReadyLetter:
    """A letter that can leave; `subject` is set when its bytes are new and have to be kept."""

    due: DueLetter
    raw: bytes
    null: bool  # must not be bounced
    bounces: Mapping[int, str]  # where reports about each of its deliveries are understood
    subject: str | None = None
    words: bytes = b""  # its fingerprint, kept with the bytes
    notes: bytes = b""  # that of the notes in it
    promised: tuple[Address, ...] | None = None  # whom its first line names

    @property
    def utf8(self) -> bool:
        """True when its header needs SMTPUTF8 (RFC 6531)."""
        return not self.raw.partition(b"\r\n\r\n")[0].isascii()


@dataclass(frozen=True, slots=True)
class WordingBegun:
    """A letter whose words are being found."""

    due: DueLetter
    letter: Letter | None
    bounces: Mapping[int, str] = field(default_factory=dict)
    answer: Future[Any] | None = None  # None: they are kept from an earlier attempt
    templates: str | None = None  # the admin's folder it is worded with
    instead: tuple[Words, ...] = ()  # what the admin is told when this later attempt succeeds
    promised: tuple[Address, ...] | None = None  # whom its first line names

    @property
    def done(self) -> bool:
        """True when `LetterWording.written` need not wait."""
        return self.answer is None or self.answer.done()


class LetterWording:
    """Finds the words of letters; a template that fails is told to the admin through `on_problem`."""

    def __init__(self, store: Store, children: Children, in_force: InForce, on_problem: Problem) -> None:
        self._store, self._children, self._in_force, self._on_problem = store, children, in_force, on_problem
        self.given_way = GivenWay()
        self._before = SolvedLookups()
        self._key = b""  # of fingerprints: the store's, for ever

    @property
    def longest(self) -> float:
        """Seconds within which a letter has its words, or none at all."""
        return 2 * self._children.wall

    def begin(self, batch: Sequence[DueLetter], now: datetime) -> list[WordingBegun]:
        """Ask children for the words of all of them at once. Raises Temporary when the store cannot be read."""
        snapshot = self._in_force.snapshot
        self._key = self._key or self._store.read(lambda read: read.settings.words_key())
        return [self._begin(due, snapshot, now) for due in batch]

    def ready(
        self, begun: list[WordingBegun], now: datetime, patience: float = PATIENCE
    ) -> Iterator[tuple[DueLetter, ReadyLetter | MailgateError]]:
        """Each letter, ready or with what kept it from being so, in order as far as nobody waits for a slow one.

        Takes them out of `begun`; what is still without words after `patience` seconds without any progress is left
        there: it holds up itself, and no other.
        """
        deadline = time.monotonic() + patience
        while begun:
            answer = begun[0].answer
            if answer is not None:
                wait([answer], max(0.0, deadline - time.monotonic()))
            at = next((at for at, one in enumerate(begun) if one.done), None)
            if at is None:
                futures = [one.answer for one in begun if one.answer is not None]
                if not wait(futures, patience, FIRST_COMPLETED).done:
                    return
                continue
            found = self._outcome(begun[at], now)
            if isinstance(found, WordingBegun):
                begun[at] = found
            else:
                del begun[at]
                yield found

    def _begin(self, due: DueLetter, snapshot: Snapshot, now: datetime) -> WordingBegun:
        """Head a letter and ask a child for its words, unless they are kept from an earlier attempt."""
        policy = snapshot.policy
        try:
            due = self._store.read(lambda read: with_letter_facts(due, read, policy, now, self._before))
            department = policy.department(due.department or (due.ticket.department if due.ticket else ""))
            address, separator = department.from_.addr, policy.identity.subaddress
            bounces = {
                one.id: token.bounce_address(due.message_id, address, separator, policy.keys, one.id, one.recipient)
                for one in due.deliveries
            }
            mark = token.loop_mark(policy.instance, policy.keys[0])
            letter = head(due, policy, loop_mark=mark)
            spared = self.given_way.spared(snapshot.templates, letter)
            templates = None if spared else snapshot.templates
            answer = None if due.rendered is not None else self._ask(due, letter, templates, now)
        except Temporary:
            raise
        except Exception as error:  # of this letter alone: the others are worded all the same
            log.exception("letter headers cannot be made", extra={"letter": due.id})
            return WordingBegun(due, None, answer=_failed(error))
        told = (spared,) if spared else ()
        return WordingBegun(due, letter, bounces, answer, templates, told, promised(due, policy))

    def _ask(self, due: DueLetter, letter: Letter, templates: str | None, now: datetime) -> Future[Any]:
        if not due.attachments:
            return self._children.submit(WRITE, letter, now, templates, (), self._key)
        parts: dict[int, list[str]] = {}
        for mail, part in due.attachments:
            parts.setdefault(mail, []).append(part)
        raws = []
        for mail in list(parts):
            try:
                raws.append(self._store.read(lambda read, mail=mail: read.mail.raw(mail)))  # type: ignore[misc]
            except KeyError:
                if isinstance(due.content, Forwarded):
                    return _failed(Permanent("the mail whose files it passes on is no longer stored"))
                log.warning("attachments are no longer stored", extra={"letter": due.id, "mail": mail})
                del parts[mail]
        return self._children.submit(
            "mailgate.wire.letters.enclose:write", letter, now, templates, self._key, list(parts.values()), *raws
        )

    def _outcome(
        self, one: WordingBegun, now: datetime
    ) -> tuple[DueLetter, ReadyLetter | MailgateError] | WordingBegun:
        """What a child made of a letter; when it died of it, a second attempt with less to go wrong (threats G-07)."""
        due, letter = one.due, one.letter
        null = letter is not None and letter.envelope == "null"
        if one.answer is None:
            return due, ReadyLetter(due, due.rendered or b"", null, one.bounces)
        try:
            written = one.answer.result()
        except ChildDied as death:
            return self._with_less(one, death, now) or (due, self._lost(due, death))
        except Temporary as error:  # we are stopping
            return due, error
        except Exception as error:
            return due, self._lost(due, error)
        for problem in (*written.problems, *one.instead):
            self._on_problem(problem)
        if letter is not None and written.problems:
            self.given_way.failed(one.templates, letter, written.problems[0], costly=written.costly)
        elif letter is not None:
            self.given_way.worked(one.templates, letter)
        if not written.words:
            log.warning("a letter has no fingerprint: what answers quote of it is not known", extra={"letter": due.id})
        return due, ReadyLetter(
            due, written.raw, null, one.bounces, written.subject, written.words, written.notes, one.promised
        )

    def _with_less(self, one: WordingBegun, death: ChildDied, now: datetime) -> WordingBegun | None:
        """Another attempt without the files, then without the admin's templates; None when there is neither."""
        due, letter = one.due, one.letter
        if letter is None or not (due.attachments or one.templates):
            return None
        if due.attachments and isinstance(due.content, Forwarded) and due.content.agent:
            return None  # its files are what it is sent for: who sent it hears that it did not leave
        if due.attachments:
            what = said("problem.files", template=due.template, why=death.reason)
            plain, templates = replace(due, attachments=()), one.templates
        else:
            what = said("problem.template", template=letter.template, why=death.reason)
            plain, templates = due, None
            self.given_way.failed(one.templates, letter, words.said("en", what), costly=True)
        answer = self._ask(plain, letter, templates, now)
        return replace(one, due=plain, answer=answer, templates=templates, instead=(*one.instead, what))

    def _lost(self, due: DueLetter, error: Exception) -> MailgateError:
        log.error("letter cannot be rendered", extra={"letter": due.id, "error": str(error)})
        self._on_problem(said("problem.unworded", template=due.template, why=str(error)))
        if isinstance(error, ChildFailed) and error.kind == Permanent.__name__:  # its words alone come out of a child
            return Permanent(error.text)
        return error if isinstance(error, MailgateError) else Temporary(f"{type(error).__name__}: {error}")


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
