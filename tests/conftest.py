"""What all tests share: one of each real server, started when the first test asks for it."""

import os
from pathlib import Path

import pytest

from robots.forget import forget
from tests.api_stage import api_stage
from tests.databases import (
    database_url,
    migrated_file,
    postgres,
    postgres_url,
    record,
    sqlite_url,
)
from tests.servers import livekit_server, temporal_server
from tests.stage import client, stage
from tests.voice_stage import voice_stage

__all__ = [
    "api_stage",
    "client",
    "database_url",
    "livekit_server",
    "migrated_file",
    "postgres",
    "postgres_url",
    "record",
    "sqlite_url",
    "stage",
    "temporal_server",
    "voice_stage",
]

MEMORY = Path("/dev/shm")

if os.access(MEMORY, os.W_OK):
    # Databases too: a disk that others keep busy is not what is tested.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """Leave what was imported out of garbage collections: 390,000 objects held robots up 240 ms."""
    forget()


LEFT_OUT = ("skipped", "xfailed", "xpassed")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that left something out of what was chosen by `-k` and `-m`."""
    chosen = session.config.option.keyword or session.config.option.markexpr
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or session.exitstatus != pytest.ExitCode.OK:
        return
    kinds = LEFT_OUT if chosen else (*LEFT_OUT, "deselected")
    left_out = {kind: len(reporter.stats.get(kind, ())) for kind in kinds}
    if any(left_out.values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"A whole run leaves nothing out, this one did: {left_out}", red=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell in full why a test was played again: a machine that stalls, or a fault that is rare."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.write_sep("_", f"PLAYED AGAIN: {report.nodeid} ({report.when})")
        terminalreporter.write_line(report.longreprtext)
