"""What a mail may ask for and whom, found before it is read: the store is asked about it outside the decision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mailgate.core.commands.catalogue import BY_NAME
from mailgate.core.model.mail import Address, canonical
from mailgate.core.text import phone
from mailgate.core.text.folding import fold

_LINE = re.compile(r"#[^\W\d_]+ +(\+?[0-9(][0-9 ()./-]{4,24})")
_PERSON = re.compile(r"#[^\W\d_]+ +<?([^\s<>@]{1,64}@[^\s<>,;@]{1,255})")
_MOST = 5


def may_hold(text: str, command: str, aliases: Mapping[str, str]) -> bool:
    """True when a mail may hold a command by any of its names, or one whose names hold those: `#notspam` with `#spam`.

    `aliases` are the admin's, with the command each stands for.
    """
    folded = fold(text)
    own = (alias.lstrip("#") for alias, meant in aliases.items() if command in fold(meant))
    return any(fold(name) in folded for name in (command, *BY_NAME[command].aliases, *own))


def lines(numbers: Iterable[str]) -> tuple[str, ...]:
    """These telephone numbers as they are dialled (`phone.number_dialled`), each once; the first five."""
    return tuple(dict.fromkeys(phone.number_dialled(one) for one in numbers if phone.number_key(one)))[:_MOST]


def numbers(text: str) -> list[str]:
    """Telephone numbers behind a command, such as `#call +358 40 123 4567`, as they are written."""
    return _LINE.findall(text)


def caller(argument: str, callers: Mapping[str, Address]) -> Address | None:
    """Whose number stands behind `#call`, of those that were found for the numbers of the whole mail."""
    return next((callers.get(phone.number_dialled(one)) for one in numbers(f"#call {argument}")), None)


def people(text: str) -> tuple[str, ...]:
    """Addresses behind a command, such as `#call maija@home.example`, canonical; the first five."""
    return tuple(dict.fromkeys(canonical(found.rstrip(".")) for found in _PERSON.findall(text)))[:_MOST]
