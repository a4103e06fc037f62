"""The gateway's figures in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Figures of one name: `gauge` or `counter`, and a value for each set of labels."""

    name: str
    kind: str
    help: str
    values: tuple[tuple[Labels, float], ...]


def one(name: str, kind: str, text: str, value: float) -> Family:
    """A family with one figure and no labels."""
    return Family(name, kind, text, (((), value),))


def by(label: str, name: str, kind: str, text: str, values: Mapping[str, float]) -> Family:
    """A family with one label."""
    return Family(name, kind, text, tuple((((label, str(key)),), value) for key, value in values.items()))


def exposition(families: Iterable[Family]) -> str:
    """The text format of Prometheus, version 0.0.4."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        for labels, value in family.values:
            inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
            lines.append(f"{family.name}{'{' + inside + '}' if inside else ''} {_number(value)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
