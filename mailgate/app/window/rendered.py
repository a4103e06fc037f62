"""The HTML of articles: made in a child, where a text that is too much harms nobody, and once for each text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from mailgate.app.children.pool import Children

JOB: Final = "mailgate.wire.letters.markdown:page"
MOST: Final = 500  # texts whose HTML is kept


class Rendered:
    """HTML by its Markdown; callable in any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._made: OrderedDict[str, str] = OrderedDict()

    def html(self, text: str, children: Children) -> str:
        """The HTML of a text. Raises ChildDied, ChildFailed or Temporary where there is none."""
        with self._guard:
            made = self._made.get(text)
            if made is not None:
                self._made.move_to_end(text)
                return made
        made = str(children.run(JOB, text))
        with self._guard:
            self._made[text] = made
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        return made
