"""Logging set up once: one line an event, to the console or as JSON, with nothing in it that could forge a line."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_NOISY = ("mail.log", "aiosmtpd", "mailparser", "apscheduler", "imapclient", "asyncio")


def set_up(level: str = "INFO", form: str = "console") -> None:
    """Send every record to stderr; `form` is `console` or `json`. Libraries may only warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Console())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def clean(value: Any, most: int = 500) -> Any:
    """A value fit for one line: control characters escaped, long text cut (threats C-12)."""
    if isinstance(value, str):
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in value[:most])
    if isinstance(value, list | tuple):
        return [clean(one, most) for one in value[:20]]
    return value if isinstance(value, int | float | bool | type(None)) else clean(str(value), most)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {key: clean(value) for key, value in record.__dict__.items() if key not in _PLAIN}


def _trouble(record: logging.LogRecord) -> str:
    """The innermost frames of an exception on one line, without its values' text beyond the message."""
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    trace, frames = record.exc_info[2], []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    error = record.exc_info[1]
    return f"{type(error).__name__}: {clean(str(error), 300)} at {' < '.join(reversed(frames[-6:]))}"


class _Console(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{key}={value}" for key, value in _extras(record).items())
        trouble = _trouble(record)
        parts = (
            self.formatTime(record, "%Y-%m-%d %H:%M:%S"),
            f"{record.levelname.lower():7}",
            record.name.removeprefix("mailgate."),
            clean(record.getMessage()),
            extras,
            f"error={trouble}" if trouble else "",
        )
        return " ".join(part for part in parts if part)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        trouble = _trouble(record)
        line = {
            **_extras(record),
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": clean(record.getMessage()),
            **({"trouble": trouble} if trouble else {}),
        }
        return json.dumps(line, ensure_ascii=False)
