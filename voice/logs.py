"""Logs of a voice process: ours as told, the vendors' never at a level that quotes speech."""

import json
import logging

from domain.settings import LogSettings

VENDORS = {
    "livekit": logging.INFO,
    "livekit.agents": logging.INFO,
    "asyncio": logging.WARNING,
    "temporalio": logging.INFO,
    "LiteLLM": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "openai": logging.WARNING,
    "aiohttp": logging.WARNING,
}
"""The least severe level that can't carry a sentence; livekit-agents logs text at debug."""

_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record and its `extra`."""
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """One line for people, `extra` behind it."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record and its `extra`."""
        extra = " ".join(f"{key}={value}" for key, value in _extra(record).items())
        return f"{super().format(record)} {extra}".rstrip()


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _PLAIN}


def configure(settings: LogSettings) -> None:
    """Log to stderr. Job processes inherit the levels, and send their records here."""
    handler = logging.StreamHandler()
    text = TextLines("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if settings.format == "json" else text)
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    for name, least in VENDORS.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))
