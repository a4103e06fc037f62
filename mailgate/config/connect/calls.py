"""The section `[web.calls]`: whose telephone is whose, which calls become memos, and where recordings may come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator

from mailgate.config import tree
from mailgate.config.kinds import AgentName, Line, Model, Name, Size
from mailgate.config.work import Loading
from mailgate.core.pages.policy import CallsPolicy
from mailgate.tomlfile import Loc

LARGEST: Final = 60 * 1024**2  # octets of a recording
_URL: Final = re.compile(r"https://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?/[!-~]{0,500}")


def _prefix(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError('recordings come from an address that begins like "https://pbx.example/": https, host and a /')
    return value


def _largest(value: int) -> int:
    if not 0 < value <= LARGEST:
        raise ValueError(f"a recording has {LARGEST // 1024**2} MB at most, and more than nothing")
    return value


def _places(value: Any) -> Any:
    return [{"url": one} if isinstance(one, str) else one for one in value] if isinstance(value, list) else value


class RecordingsModel(Model):
    url: Annotated[str, AfterValidator(_prefix)]
    secret: str = ""


class CallsModel(Model):
    tell: bool = False
    memo: Literal["missed", "ended"] = "missed"
    agents: dict[Line, AgentName] = {}
    numbers: dict[Line, Name] = {}
    recordings: Annotated[list[RecordingsModel], BeforeValidator(_places)] = []
    recording_max: Annotated[Size, AfterValidator(_largest)] = 25 * 1024**2
    placetel_secret: str = ""


def place(given: CallsModel, work: Loading) -> tree.Calls:
    """What exchanges and their recordings are asked and believed by."""
    return tree.Calls(
        recordings=tuple(
            tree.Recordings(one.url, work.secret(("web", "calls", "recordings", at, "secret"), one.secret))
            for at, one in enumerate(given.recordings)
        ),
        recording_max=given.recording_max,
        placetel_secret=work.secret(("web", "calls", "placetel_secret"), given.placetel_secret),
    )


def policy(given: CallsModel) -> CallsPolicy:
    """What is done with calls."""
    return CallsPolicy(tell=given.tell, ended=given.memo == "ended", agents=given.agents, numbers=given.numbers)


def names(given: CallsModel, known: Mapping[str, list[str]], work: Loading) -> None:
    """Note every telephone whose agent, and every number whose department, there is not."""
    for section, kind, named in (("agents", "agent", given.agents), ("numbers", "department", given.numbers)):
        for number, name in named.items():
            if name not in known[kind]:
                loc: Loc = ("web", "calls", section, number)
                listed = ", ".join(known[kind])
                work.note(loc, f'there is no {kind} "{name}"' + (f"; there are: {listed}" if listed else ""))
