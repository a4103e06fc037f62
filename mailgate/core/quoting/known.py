"""What the child that reads a mail is told of the letters it may quote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """Public words of the ticket that no letter of ours brought: somebody wrote them to all who take part."""

    text: str
    author: str  # name and address, as an attribution has them


@dataclass(frozen=True, slots=True)
class KnownLetters:
    """The letters a mail may quote, the likeliest first."""

    key: bytes  # that their words are hashed with
    letters: tuple[bytes, ...] = ()  # packed fingerprints
    notes: tuple[bytes, ...] = ()  # the same of the notes in letters about other tickets that the agent has read
    entries: tuple[KnownEntry, ...] = ()  # newest first
    senders: tuple[str, ...] = ()  # names and addresses our letters come from
    house: bool = True  # an agent may have written it: letters to the house are known too
