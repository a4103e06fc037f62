"""Templates as earlier versions shipped them: a copy that nobody changed is no override, ours of today is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from jinja2 import BaseLoader, Environment, TemplateNotFound

# File -> the first 128 bits of SHA-256 of each text it had in a release, in the order of releases. `mailgate init`
# copies all of them into the admin's folder, where they would stand above ours for ever.
SHIPPED: Mapping[str, tuple[str, ...]] = {
    "ack.html": ("13a8eb971344f1daf410154a05dd6c9a",),
    "alarm.html": ("3c4c060c0d8c6495608839e6f4c81fbc",),
    "answer.html": ("354056be93d09c33d47d0987c0b2d983",),
    "bare.html": ("38b1dc61c8764c23c5f564949b889f59",),
    "base.html": ("3ccacecf093a35225eae5b1c92a447ba",),
    "closing.html": ("cba7e9e48a149c22bd9d4a60a29fe7ae",),
    "delayed.html": ("ac8636ca4b89a6bc1bac7ce5f7c0f090",),
    "desk.html": ("114f2238ee551be47d853092754efdd6",),
    "digest.html": ("fa6d641f689edfe6562a117de5aef5f3",),
    "escalation.html": ("33ea885dfcc324b2662e3c2375502cfe",),
    "expert.html": ("a0825ef7b5a721bfeb1b22ec8e2a82c2",),
    "forward.html": ("1a131431077aa06d9c089178988a7d98",),
    "handover.html": ("05821b921d4e540f38067c2584dcbbd0",),
    "letter.html": ("ba4d7f998e7421ab45c84ce74d59746f",),
    "notice.html": ("243070456d71a58f4cefc01c55e69a23",),
    "nudge.html": ("45d82d191ae489049b683d5fb10798d6",),
    "parts.html": ("4359f7909527c36bc42a9d7bbc22a50a",),
    "question.html": ("f6418c92414b21ebf3d34abc628246b0",),
    "receipt.html": ("d8d9923aabee9dd7dd348047c73ac3e3",),
    "reminder.html": ("511cdcb7f470e6faf1b5860cc0a5dfc9",),
    "reopened.html": ("d2d5719f1debc2ee69941b8b18fb129e",),
    "report.html": ("fbd80d2e892c93032132ccd2a5dddafb",),
    "solved.html": ("ac355b89b254c30a6871d6054ac4f45c",),
    "status.html": ("7de8ccc7efecd354d1b3b1da033e083f",),
    "style.css": ("3648ef5c14bfa0d1cf66001b6cae1cd7",),
    "taken.html": ("e89e21e0162f7df8094b76863ac25d39",),
    "transferred.html": ("977968efb21f47d36ba0c9de76c6a750",),
    "vote_thanks.html": ("5d034b4d04dfe3bdeb34c0c8745039b2",),
    "waiting.html": ("a02ba1451c346d6b5a1749896cc81086",),
    "was_it_you.html": ("ae70ccfa89f3b2e13d79462679a0051a",),
    "welcome.html": ("5033934a6405a1913063489ea2ff5621",),
}


def untouched(name: str, text: str) -> bool:
    """Whether `text` is a template of that name just as a release shipped it."""
    return hashlib.sha256(text.encode()).hexdigest()[:32] in SHIPPED.get(name, ())


class Own(BaseLoader):
    """The admin's folder above ours: what it has not, or has as an old copy of ours, is ours of today."""

    def __init__(self, theirs: BaseLoader, ours: BaseLoader) -> None:
        self.theirs, self.ours = theirs, ours

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Source, path, and whether both files are still as they were. Raises TemplateNotFound."""
        try:
            source, path, fresh = self.theirs.get_source(environment, template)
        except TemplateNotFound:
            source, path, too = self.ours.get_source(environment, template)
            return source, path, lambda: (too is None or too()) and not self._has(environment, template)
        if not untouched(template, source):
            return source, path, fresh
        source, path, too = self.ours.get_source(environment, template)
        return source, path, lambda: (fresh is None or fresh()) and (too is None or too())

    def _has(self, environment: Environment, template: str) -> bool:
        try:
            self.theirs.get_source(environment, template)
        except TemplateNotFound:
            return False
        except ValueError:  # loading it says why
            pass
        return True
