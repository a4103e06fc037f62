"""What is said to somebody on a channel: an agent's words or one short sentence of ours, and the files it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailgate.core.letters.letter import Letter
from mailgate.core.letters.on_channels import ChatForm
from mailgate.core.model.content import Ack, Answer, Solved
from mailgate.wire import words
from mailgate.wire.letters import render, variables
from mailgate.wire.letters.render import RenderedLetter


def page(letter: Letter, there: ChatForm, now: datetime, unsent: Sequence[str]) -> RenderedLetter:
    """The words alone; `unsent` are the names of files that stay behind.

    Raises Temporary like `render.page` for what has a template, and no shorter words of ours.
    """
    content = letter.view.content
    say = words.Phrases(letter.language, letter.timezone, now)
    tag = letter.tag
    match content:
        case Answer():
            parts = [content.text, letter.view.agent_signature if there.signature else ""]
        case Ack():
            promise = variables.of_letter(letter.view).get("promise")
            parts = [f"{say.say('chat.ack', tag=tag)} {say.promised(promise)}", content.news]
        case Solved():
            parts = [say.say("chat.solved", tag=tag)]
        case _:
            parts = [render.page(letter, now).text]
    if unsent:
        parts.append(say.say("chat.unsent", files=", ".join(unsent)))
    return RenderedLetter("", "", "\n\n".join(part.strip() for part in parts if part.strip()))
