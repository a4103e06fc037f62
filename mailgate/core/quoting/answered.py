"""What a mail refers to in its raw header: by it the letters that it may quote are looked up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """What is told by ids, reply addresses, the subject and who wrote it; false when that is nothing."""

    letters: tuple[str, ...] = ()  # letters of ours, as `Token.letter`, the nearest first
    ids: tuple[str, ...] = ()  # Message-IDs of others, the nearest first
    tickets: tuple[int, ...] = ()  # numbers in ids and reply addresses of ours, and in the subject
    agent: str = ""  # whose address stands in From, "" for anybody's else

    def __bool__(self) -> bool:
        return bool(self.letters or self.ids or self.tickets or self.agent)


NOTHING = Answered()
