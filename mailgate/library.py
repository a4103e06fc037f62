"""Canned answers and articles: Markdown files of the admin's, read once, each problem with file and line.

`templates/replies/refund.fi.md` is the Finnish text of `#use refund`; `templates/articles/*.md` are for `#kb`. A file
may begin with `title:`, `language:`, `url:` and `public:` lines up to a line `---`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from mailgate.core.model.canned import Article
from mailgate.errors import ConfigError, Problem

KEYS = ("title", "language", "url", "public")
TRUTH = {"yes": True, "true": True, "no": False, "false": False}
LARGEST = 64 * 1024  # octets of one text


def load(folder: Path, languages: Iterable[str]) -> tuple[Mapping[str, Mapping[str, str]], tuple[Article, ...]]:
    """(canned answers: name -> language -> text, articles). Raises ConfigError with every problem."""
    problems: list[Problem] = []
    known = tuple(languages)
    replies: dict[str, dict[str, str]] = {}
    for one in _read(folder / "replies", known, problems):
        replies.setdefault(one.name, {})[one.language] = one.text
    articles = tuple(_read(folder / "articles", known, problems))
    if problems:
        raise ConfigError(problems)
    return replies, articles


def _read(folder: Path, languages: tuple[str, ...], problems: list[Problem]) -> list[Article]:
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob("*.md")):
        try:
            text = path.read_bytes()[: LARGEST + 1].decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(str(path), "", f"cannot be read as UTF-8 text: {error}"))
            continue
        if len(text) > LARGEST:
            problems.append(Problem(str(path), "", f"is longer than {LARGEST} characters"))
            continue
        found.append(_one(path, text, languages, problems))
    return found


def _one(path: Path, text: str, languages: tuple[str, ...], problems: list[Problem]) -> Article:
    name, _, suffix = path.stem.partition(".")
    head: dict[str, str] = {"title": name, "language": suffix or languages[0], "url": "", "public": "yes"}
    lines = text.split("\n")
    if "---" in [line.strip() for line in lines[: len(KEYS) + 1]]:
        end = [line.strip() for line in lines].index("---")
        for number, line in enumerate(lines[:end], start=1):
            key, colon, value = line.partition(":")
            if not colon or key.strip() not in KEYS:
                problems.append(Problem(str(path), key.strip(), f"unknown; allowed are {', '.join(KEYS)}", number))
            head[key.strip()] = value.strip()
        lines = lines[end + 1 :]
    if head["language"] not in languages:
        text = f"{head['language']!r} is no language here; there are {', '.join(languages)}"
        problems.append(Problem(str(path), "language", text))
    public = TRUTH.get(head["public"].lower())
    if public is None:
        problems.append(Problem(str(path), "public", f"{head['public']!r} is neither yes nor no"))
    since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    text = "\n".join(lines).strip()
    return Article(name, head["title"], head["language"], text, head["url"], since, public=public is not False)
