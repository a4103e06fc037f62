"""What an admin pastes into a page of their own: the contact form in a frame, or a plain form that posts to ours."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlencode

from mailgate.core.model.policy import Policy
from mailgate.core.pages.form import LONGEST, LONGEST_ANSWER, OWN, in_words, label, offered
from mailgate.core.pages.policy import Topic
from mailgate.wire import words

HEIGHT: Final = 980  # pixels of a frame whose page runs no scripts
# The frame says how high it is; it is believed only from where the form is.
SCRIPT: Final = """<script>addEventListener("message", (e) => {{
  if (e.origin === "{site}" && e.data.mailgate > 0)
    for (const f of document.querySelectorAll('iframe[src^="{site}/contact"]'))
      f.style.height = e.data.mailgate + 20 + "px";
}});</script>"""


def frame(policy: Policy, topic: str = "", language: str = "") -> str:
    """The form in a frame as high as it needs to be; its site has to stand in `embed_on`."""
    site, spoken = policy.web.url, language or policy.language
    asked = urlencode({name: text for name, text in (("topic", topic), ("lang", language)) if text})
    place = f"{site}/contact/embed{'?' if asked else ''}{asked}"
    title = escape(words.say(spoken, "page.form.title"))
    shown = (
        f'<iframe src="{escape(place)}" title="{title}" loading="lazy" style="width:100%;height:{HEIGHT}px;border:0">'
    )
    return f"<!-- The form in a frame -->\n{shown}</iframe>\n{SCRIPT.format(site=site)}\n"


def plain(policy: Policy, topic: str = "", language: str = "") -> str:
    """A form without frame and script: what is wrong with it is shown on our page, with all its words."""
    spoken = language or policy.language
    topics = offered(policy)
    alone = next((one for one in topics if one.name == topic), topics[0] if len(topics) == 1 else None)
    place = f"{policy.web.url}/contact{'?lang=' + language if language else ''}"
    lines = [
        "<!-- The same as a plain form -->",
        f'<form action="{escape(place)}" method="post" enctype="multipart/form-data" accept-charset="utf-8">',
        _field(words.say(spoken, "page.form.name"), "name", most=LONGEST["name"]),
        _field(words.say(spoken, "page.form.address"), "address", "email", most=LONGEST["address"], needed=True),
        *(_chosen(alone, policy, spoken) if alone else _choice(topics, policy, spoken)),
        _field(words.say(spoken, "page.form.subject"), "subject", most=LONGEST["subject"]),
        f"<p><label>{escape(words.say(spoken, 'page.common.your_words'))}<br>"
        '<textarea name="text" rows="8" required></textarea></label></p>',
        f"<p><label>{escape(words.say(spoken, 'page.common.files'))} "
        '<input type="file" name="files" multiple></label></p>',
        f"<p><button>{escape(words.say(spoken, 'page.common.send'))}</button></p>",
        "</form>",
    ]
    return "\n".join(lines)


def _field(text: str, name: str, kind: str = "text", *, most: int, needed: bool = False) -> str:
    """One line to fill in."""
    required = " required" if needed else ""
    return f'<p><label>{escape(text)}<br><input type="{kind}" name="{name}" maxlength="{most}"{required}></label></p>'


def _chosen(topic: Topic, policy: Policy, spoken: str) -> list[str]:
    """One topic, with its own fields."""
    own = [
        _field(label(one, policy, spoken), OWN + one.key, most=LONGEST_ANSWER, needed=one.required)
        for one in topic.fields
    ]
    return [f'<input type="hidden" name="topic" value="{escape(topic.name)}">', *own]


def _choice(topics: tuple[Topic, ...], policy: Policy, spoken: str) -> list[str]:
    """All topics; the own fields of the chosen one are asked for on our page."""
    options = (
        f'<option value="{escape(one.name)}">{escape(in_words(one.text, policy, spoken) or one.name)}</option>'
        for one in topics
    )
    asked = escape(words.say(spoken, "page.form.topic"))
    return [f'<p><label>{asked}<br><select name="topic">{"".join(options)}</select></label></p>']
