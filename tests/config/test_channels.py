"""`[[channel]]`: every way it can be wrong, what is only doubted, and what is made of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded, problems

from mailgate.core.channels.channel import Channel

CHAT = (
    '[[channel]]\nname = "Lines"\nurl = "http://127.0.0.1:9/out"\nsecret = "whsec_c2VjcmV0"\ndepartment = "support"\n'
)

WRONG = {
    "no name": (CHAT.replace('name = "Lines"\n', ""), "channel[1].name: is missing"),
    "a name with a dot": (CHAT.replace("Lines", "a.b"), 'channel[1].name: found "a.b"; a channel\'s name has up to 20 letters'),
    "a name in other letters": (CHAT.replace("Lines", "žaibas"), "channel[1].name: found"),
    "mail": (CHAT.replace("Lines", "Mail"), 'channel[1].name: found "Mail"; "mail" is no channel'),
    "no place": (CHAT.replace("http://127.0.0.1:9/out", "bridge:80"), 'channel[1].url: found "bridge:80"; give the address your bridge'),
    "a user in it": (CHAT.replace("127.0.0.1:9", "a:b@127.0.0.1:9"), "channel[1].url: found"),
    "no secret": (CHAT.replace("whsec_c2VjcmV0", ""), "channel[1].secret: a bridge must know that an answer is ours"),
    "nobody's": (CHAT.replace("support", "suport"), 'channel[1].department: there is no department "suport"; there are: support'),
    "twice": (CHAT + CHAT.replace("Lines", "LINES"), 'channel[2].name: "LINES" and "Lines" are the same channel'),
    "words of a syllable": (CHAT + "max_text = 10", "channel[1].max_text: "),
    "large files": (CHAT + 'files_max = "30MB"', 'channel[1].files_max: found "30MB"; 25 MB at most'),
    "how long": (CHAT + 'window = "day"', 'channel[1].window: found "day"; a duration is'),
    "unknown": (CHAT + "windw = ''", "channel[1].windw: unknown key (did you mean 'window'?)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_key(name: str, tmp_path: Path) -> None:
    text, wanted = WRONG[name]
    found = problems(tmp_path, GOOD + text)
    assert any(wanted in problem for problem in found), found


@pytest.mark.parametrize("host", ["bridge.acme.example", "127.acme.example"])
def test_words_in_the_clear_are_doubted(host: str, tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD + CHAT.replace("127.0.0.1:9", host))
    assert [one.key for one in config.warnings if "in the clear" in one.text] == ["channel[1].url"]


def test_it_becomes_a_channel_and_a_bridge(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD + CHAT + 'window = "24h"\nfiles = 3\nlanguage = "fi"\n')
    assert config.policy.channels == (Channel("Lines", "support", "fi", files=3, window=timedelta(hours=24)),)
    assert [(one.name, one.url, one.secret.reveal()) for one in config.bridges] == [
        ("Lines", "http://127.0.0.1:9/out", "whsec_c2VjcmV0")
    ]
