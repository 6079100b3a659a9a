"""Logging for every process: static messages, their values beside them, and nothing private.

Write `log.info("call answered", extra={"call": call_id})`. Tokens, API keys and telephone
numbers are masked in whatever is written, tracebacks of libraries included.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from domain.settings import LogSettings

SECRETS = re.compile(
    r"eyJ[\w-]{8,}(?:\.[\w-]+)*"  # JSON web tokens
    r"|\bsk-[\w-]{8,}"  # API keys as model vendors make them
    r"|(?<!\w)\+[1-9][0-9]{6,14}\b"  # telephone numbers, E.164
)
MASK = "***"
STANDARD = set(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
LOUD = (
    *("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai"),
    *("httpx", "httpcore", "aiohttp.access", "uvicorn.access"),
)
"""Loggers that quote requests or answers: addresses, and people's private words."""


def masked(text: str) -> str:
    """Replace what looks like a secret."""
    return SECRETS.sub(MASK, text)


class TextFormatter(logging.Formatter):
    """One line for people: time, level, logger, message, values."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds")
        values = "".join(f" {name}={value}" for name, value in _values(record).items())
        line = f"{at} {record.levelname:<7} {record.name}: {record.getMessage()}{values}"
        return masked(f"{line}\n{trace}" if (trace := _trace(self, record)) else line)


class JsonFormatter(logging.Formatter):
    """One JSON object per line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_values(record),
        }
        if trace := _trace(self, record):
            line["trace"] = trace
        return masked(json.dumps(line, default=str, ensure_ascii=False))


def setup_logging(settings: LogSettings) -> None:
    """Log to standard error as the settings say; whatever was set up before is replaced."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level)
    hush()


def hush() -> None:
    """Let libraries that quote private words say nothing."""
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _values(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info else []
    if record.stack_info:
        parts.append(record.stack_info)
    return "\n".join(parts)
