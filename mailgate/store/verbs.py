"""The verbs of each room of the store: what may be read, and what may be written beside that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailgate.core.letters.due import DueLetter
from mailgate.core.model.canned import Article
from mailgate.core.model.change import Absence
from mailgate.core.model.desk_rows import (
    Ban,
    Contact,
    JournalLine,
    PersonFound,
    SavedReply,
    Unowned,
)
from mailgate.core.model.letter_rows import (
    AgedLetter,
    CausedLetter,
    DeliveryRow,
    GatheredLetter,
    StoredLetter,
    StuckAnswer,
)
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.mail_rows import (
    AsideMail,
    OpenQuestion,
    ParkedMail,
    PurgeableMail,
    QuarantinedMail,
    StoredMail,
    TakenMail,
)
from mailgate.core.model.outbound import DeliveryState
from mailgate.core.model.policy import Agent, Department
from mailgate.core.model.ticket import Ticket
from mailgate.core.quoting.answered import Answered
from mailgate.core.quoting.known import KnownLetters
from mailgate.errors import Problem
from mailgate.store.values import Cursor, Incoming, Kept, OldLetter, Original, Reminder, TicketFilter, WaitingMail


class MailRead(Protocol):
    """Mail: as it came, where it stands, and how long it stays."""

    def row(self, number: int) -> StoredMail | None:
        """Every column of a mail's row, `tickets` and `trace` included, without its bytes."""

    def since(self, since: datetime, after: int = 0, limit: int = 500) -> list[StoredMail]:
        """Mails accepted since then, in order of arrival; `after` is the last number seen."""

    def by_message_id(self, message_id: str) -> StoredMail | None: ...

    def raw(self, number: int) -> bytes:
        """The mail byte for byte as it came; raises KeyError for an unknown number or purged bytes."""

    def head(self, number: int, octets: int) -> bytes:
        """As many octets of its beginning; raises KeyError likewise."""

    def undecided(self, limit: int) -> list[int]: ...

    def is_undecided(self, number: int) -> bool: ...

    def waiting(self, numbers: Iterable[int]) -> list[WaitingMail]:
        """Of these mails those without a fate (which `open_mails` names in order of arrival), with their raw bytes."""

    def envelope(self, number: int) -> Envelope: ...

    def quarantined(self) -> list[QuarantinedMail]: ...

    def parked(self) -> list[ParkedMail]: ...

    def taken(self, mailbox: str, folder: str, uidvalidity: int) -> Mapping[int, TakenMail]:
        """Every mail accepted from a folder by its UID, whatever became of it."""

    def misplaced(self, mailbox: str, now: datetime) -> list[Original]:
        """Mails of an IMAP mailbox that are to be moved now, to its junk folder or back; a few."""

    def has_raw(self, number: int) -> bool:
        """True while the raw bytes of a mail are kept: neither retention nor forgetting took them."""

    def older_than(
        self, before: datetime, after: int, limit: int, rested: datetime | None = None
    ) -> list[PurgeableMail]:
        """Mail decided and accepted before then, raw bytes still here.

        Its tickets are solved, since before `rested` when that is given, and no letter of it or of them waits. In order
        of number, above `after`.
        """


class MailTx(MailRead, Protocol):
    """The same, with what changes it."""

    def keep(
        self,
        raw: bytes,
        envelope: Envelope,
        raw_digest: str,
        now: datetime,
        large: Incoming | None = None,
        *,
        named: bool = True,
    ) -> Kept:
        """One row in `mail`, fate open (`duplicate` at once for the same bytes to the same recipients).

        With `large`, the bytes that `blobs.write` has put on disk get their name beside the row. The same IMAP message
        (mailbox, folder, UIDVALIDITY, UID) gives the first number and no row. A mail that is not `named`, without
        Message-ID and believable Date, repeats only what came within `AGAIN` of it.
        """

    def attempt(self, number: int) -> int:
        """A child died on this mail; returns how often that has happened. Raises KeyError for an unknown mail."""

    def deciding(self, numbers: Iterable[int], *, alone: bool = False) -> None:
        """Mark mails whose decision is about to begin, so that an unclean end is remembered with them."""

    def at_rest(self, numbers: Iterable[int]) -> None: ...

    def unfinished(self) -> list[int]:
        """At the start: mails that were being decided when a gateway ended uncleanly, those alone in hand counted."""

    def quarantine(self, number: int, reason: str, error: str, now: datetime) -> None: ...

    def retry(self, number: int) -> bool:
        """A quarantined mail is processed again from its raw bytes; False when it is not in quarantine."""

    def drop(self, number: int, reason: str, now: datetime) -> bool:
        """A quarantined or parked mail is dropped (the raw bytes stay); False when it is neither."""

    def placed(self, number: int) -> None:
        """A mail lies in its mailbox where it should, or nowhere any more."""

    def misplaced_still(self, number: int, now: datetime) -> bool:
        """It could not be moved, and is tried again later; False when that is given up."""

    def drop_raw(self, mails: Iterable[int]) -> list[str]:
        """Raw bytes and attachments go; returns the blobs these mails spoke of, for `drop_blobs` after the commit."""

    def drop_blobs(self, blobs: Iterable[str]) -> int:
        """Files of large mail that no mail speaks of any more are deleted; returns how many."""

    def drop_incoming(self, names: Iterable[str]) -> None:
        """What an unfinished keep left in `incoming/` is deleted, in `blobs/` too where no mail speaks of it."""


class TicketsRead(Protocol):
    """Tickets and their threads."""

    def get(self, number: int) -> Ticket | None:
        """The ticket with its thread, merges not followed (see `merged_into`)."""

    def matching(self, wanted: TicketFilter, now: datetime) -> list[Ticket]:
        """In working order: due first, then priority, then arrival (see `by_arrival`); without entries."""

    def count(self, wanted: TicketFilter, now: datetime) -> int: ...

    def unowned(self, departments: Sequence[str], limit: int, now: datetime, *, by_arrival: bool = ...) -> Unowned:
        """The most pressing tickets at work that nobody has in these departments, and how many there are."""

    def newly_unowned(self, departments: Sequence[str], event: int) -> bool:
        """Whether one of those has come, come back, or been written to by its customer since that journal line."""

    def come_back(self, agent: str) -> list[Ticket]:
        """The tickets at work of an agent whose newest words to or from the customer are those of a bounce."""

    def find(self, words: str, limit: int = 50, languages: Sequence[str] = ()) -> list[Ticket]:
        """Those with all these words, best first, then with forms of them in these languages (of all without any)."""

    def solved_like(self, ticket: Ticket, words: Sequence[str], limit: int) -> list[Ticket]:
        """Solved tickets of its department whose titles have two of these stems, with their threads, best first."""

    def events(self, ticket: int) -> list[JournalLine]: ...

    def late(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets at work whose next step of escalation has come, earliest first (index, no scan)."""

    def waking(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets on hold or waiting whose time has come, earliest first."""

    def solved_before(self, before: datetime, limit: int) -> list[Ticket]:
        """Tickets solved then or earlier and not archived, longest solved first."""

    def reminders(self, now: datetime, limit: int) -> list[Reminder]: ...

    def with_old_words(self, before: datetime, after: int, limit: int) -> list[int]:
        """Tickets solved or archived before then that still have words, in order of number, above `after`."""


class TicketsTx(TicketsRead, Protocol):
    """The same, with what changes it."""

    def reminded(self, reminder: int, now: datetime) -> None: ...

    def drop_words(self, numbers: Iterable[int]) -> None:
        """The words of these tickets go, from the search too; their events, people and titles stay."""

    def index(self, limit: int) -> int:
        """Feed the full text with what was filed since; returns how many entries."""


class OutboxRead(Protocol):
    """Letters we owe and their deliveries."""

    def deliveries(self, states: Sequence[str] = ()) -> list[DeliveryRow]: ...

    def letter(self, number: int) -> StoredLetter | None:
        """A letter with its rendered `raw` and its `deliveries`."""

    def gathered(self, before: datetime, whose: str = "") -> list[GatheredLetter]:
        """Notices held for an agent until then or earlier, by agent and age; for that agent every kind of letter."""

    def stuck(self, before: datetime, limit: int) -> list[StuckAnswer]:
        """Agents' words that may or may not have left, or wait since then although a relay was asked."""

    def letters_of_mail(self, mail: int) -> list[CausedLetter]: ...

    def letters_to_customers(self, ticket: int) -> list[int]: ...

    def known_letters(self, answered: Answered) -> KnownLetters | None:
        """What a mail may quote that refers to these, None when that is nothing.

        At most eight letters, those it answers first, then the newest of its ticket to customers and to the agent who
        wrote it; the notes of eight other tickets that they were told of last; and the eight newest public entries. No
        more than 512 KiB.
        """

    def old_letters(self, limit: int) -> tuple[int | None, list[OldLetter]] | None:
        """The next letters without fingerprint whose bytes are kept, and up to which letter they reach.

        That is for `OutboxTx.keep_words`, None where no letter is left; and None once it has been told so.
        """

    def old_letters_left(self) -> int:
        """How many letters are still to be looked at for those, at most; 0 when none lacks its fingerprint."""

    def letter_of_delivery(self, delivery: int) -> int | None: ...

    def by_age(self, after: int, limit: int) -> list[AgedLetter]:
        """Letters above `after` in order."""


class OutboxTx(OutboxRead, Protocol):
    """The same, with what changes it."""

    def claim(
        self, now: datetime, lease_until: datetime, limit: int,
        skip_departments: Iterable[str] = (), only: Sequence[str] = (),
    ) -> list[DueLetter]:  # fmt: skip
        """Lease what is due, most urgent first, of departments in `only` alone if any; `limit` counts deliveries."""

    def keep_rendered(
        self,
        letter: int,
        raw: bytes,
        subject: str,
        words: bytes = b"",
        notes: bytes = b"",
        *,
        promised: tuple[Address, ...] | None = None,
    ) -> None:
        """The bytes of a letter as it leaves, with its fingerprints and whom its first line names."""

    def keep_words(self, upto: int | None, words: Mapping[int, bytes]) -> None:
        """Fingerprints of letters up to that one, by letter; None: all have been looked at."""

    def mark(
        self,
        delivery: int,
        state: DeliveryState,
        now: datetime,
        *,
        due_at: datetime | None = None, error: str = "", remote_id: str = "", attempts: int | None = None,
    ) -> None: ...  # fmt: skip

    def recover(self, now: datetime) -> Mapping[str, int]:
        """At start: leased deliveries wait again; those in `sending` retry once, acks among them are `uncertain`."""

    def retry(self, delivery: int, now: datetime) -> bool:
        """A person wants it tried now, whatever state it stopped in.

        False for an unknown, sent or sending one, and for one whose words are gone: it would leave empty.
        """

    def drop(self, delivery: int, now: datetime) -> bool: ...

    def drop_words(self, letters: Iterable[int]) -> None:
        """What was written in these letters goes; to whom and when stays."""

    def hasten(self, now: datetime) -> int:
        """Letters of a job played ahead of its time may leave at once; returns how many deliveries."""

    def release(self, now: datetime, deliveries: Sequence[int] = ()) -> int:
        """Everything held may leave, or these alone; returns how many deliveries."""

    def revoke_agent(self, agent: str, now: datetime) -> int:
        """Every token in letters to this agent proves nothing any more; returns how many letters that were."""


class PeopleRead(Protocol):
    """Agents and customers; who is away, banned, or asked about a mail."""

    def bans(self, now: datetime) -> list[Ban]: ...

    def unanswered(self, again: datetime, tell: datetime, limit: int) -> list[OpenQuestion]:
        """Parked mail in doubt and not asked about, asked about once by `again`, or untold to a lead since `tell`."""

    def doubted(self, agent: str, limit: int) -> list[OpenQuestion]: ...

    def last_asked(self, agent: str) -> datetime | None: ...

    def saved_replies(self) -> list[SavedReply]: ...

    def articles(self) -> list[Article]:
        """Articles that agents wrote and a lead let stand, by name and language."""

    def articles_used(self) -> dict[str, datetime]: ...

    def aliases(self) -> Mapping[str, tuple[str, ...]]: ...

    def absences(self, now: datetime) -> tuple[Absence, ...]: ...

    def absences_over(self, since: datetime, now: datetime) -> tuple[Absence, ...]:
        """Those that ended after `since`."""

    def given_back(self, agent: str, since: datetime, now: datetime) -> tuple[int, ...]:
        """Tickets that others have, or nobody, because the agent was away."""

    def watched_tags(self, agent: str) -> tuple[str, ...]: ...

    def agent_ids(self) -> Mapping[str, int]: ...

    def gone(self, agents: Sequence[Agent], departments: Sequence[Department]) -> list[Problem]:
        """What is wrong with configuring only these: a name that was known and still has unsolved tickets."""

    def contacts(self) -> list[Contact]: ...

    def privacy_lines(self) -> list[JournalLine]:
        """What journals say of requests about people's data and of whose they are, oldest first.

        See `core.letters.privacy`.
        """

    def addresses_of(self, address: str) -> tuple[str, ...]:
        """All addresses of the person who has this one, canonical; none of somebody unknown."""

    def data_of(self, address: str) -> PersonFound | None:
        """What is kept of the person with that address, None when they are unknown.

        Keys: `addresses`, `names`, `tickets` (their numbers), `unsolved` (of these), `took_part` (of others), `mails`.
        """


class PeopleTx(PeopleRead, Protocol):
    """The same, with what changes it."""

    def ban(self, pattern: str, until: datetime | None, why: str, now: datetime) -> None: ...

    def unban(self, pattern: str) -> bool: ...

    def asked(self, mails: Iterable[int], now: datetime) -> None: ...

    def told(self, mails: Iterable[int], now: datetime) -> None: ...

    def forget(self, address: str, now: datetime, actor: str) -> tuple[Mapping[str, int], list[str]] | None:
        """Erase a person: (what was touched, blobs for `drop_blobs` after the commit); None when they are unknown."""


class SettingsRead(Protocol):
    """Small things kept by name, and how far IMAP folders have been read."""

    def get(self, key: str) -> str | None: ...

    def words_key(self) -> bytes:
        """The key of this store's fingerprints of letters, 16 octets; it is drawn once and never changes."""

    def cursor(self, mailbox: str, folder: str) -> Cursor | None: ...

    def set_aside(self, mailbox: str = "") -> list[AsideMail]: ...


class SettingsTx(SettingsRead, Protocol):
    """The same, with what changes it."""

    def set(self, key: str, value: str | None) -> None: ...

    def set_cursor(self, mailbox: str, folder: str, cursor: Cursor, now: datetime) -> None: ...

    def put_aside(
        self, mailbox: str, folder: str, uidvalidity: int, uid: int, why: str, now: datetime, size: int = 0
    ) -> int:
        """An IMAP mail that cannot be fetched; returns how often it has been tried."""

    def ran(self, job: str, now: datetime, count: int) -> None: ...
