"""What pages say in English: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Skip to the content",
    "page.common.error": "Error:",
    "page.common.look_again": {
        "one": "Please look at one field again",
        "other": "Please look at {n} fields again",
    },
    "page.common.optional": "optional",
    "page.common.send": "Send",
    "page.common.again": "Send again",
    "page.common.try_again": "Try again",
    "page.common.kept": "Your message is still here",
    "page.common.kept_how": "Nothing of what you wrote is lost. Files have to be chosen again.",
    "page.common.your_words": "Your message",
    "page.common.files": "Files",
    "page.common.files_how": "up to {n}, {size} together",
    "page.common.language": "Language",
    "page.common.nobody": "nobody yet",
    "page.problem.bad": "We did not understand that",
    "page.problem.bad_how": "Go back, load the page anew and try once more.",
    "page.problem.foreign": "That did not come from our page",
    "page.problem.foreign_how": "Open the page again and send it from there.",
    "page.problem.missing": "There is no such page",
    "page.problem.missing_how": "Perhaps the address was cut off. Copy the whole of it from our letter, or answer the letter instead.",
    "page.problem.old": "This link is too old",
    "page.problem.old_how": "Answer any of our letters instead: your message reaches us just the same.",
    "page.problem.method": "That is not possible here",
    "page.problem.method_how": "Open the page again and use the buttons on it.",
    "page.problem.large": "That is too large",
    "page.problem.large_how": "Leave out a file or send a smaller one. Large files can also be sent by mail.",
    "page.problem.many": "That was a lot at once",
    "page.problem.many_how": "Please wait a few minutes and try again, or write us a mail.",
    "page.problem.broken": "That did not work",
    "page.problem.broken_how": "The fault is ours and is noted. Please try again later, or write us a mail.",
    "page.problem.away": "We are just starting anew",
    "page.problem.away_how": "It takes a minute at most. Then try again.",
    "page.refused.gone": "There is nothing under this address. Perhaps it was cut off: copy the whole of it from our letter.",
    "page.refused.old": "This link has expired. Answer any of our letters instead: your message reaches us just the same.",
    "page.refused.slow": "Please wait a moment and try again, or write us a mail.",
    "page.refused.size": "Together the files may have {size} at most. Leave one out, or send it by mail.",
    "page.refused.files": {
        "one": "Please send one file at most.",
        "other": "Please send {n} files at most.",
    },
    "page.refused.closed": "The form is closed at the moment. Please write us a mail.",
    "page.refused.login": "Please log in first.",
    "page.refused.forbidden": "There is no such page, or it is not for you.",
    "page.refused.trouble": "The fault is ours and is noted. Please try again later, or write us a mail.",
}
