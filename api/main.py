"""The api's process: settings in, a server up, until it is asked to stop."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Self, TypeVar

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from adapters.livekit import open_livekit
from adapters.logs import setup_logging
from adapters.sealing import Sealer
from adapters.speech import make_speech
from adapters.sql import open_record
from adapters.summaries import ModelSummaries
from api.app import create_app, description
from api.auth import ApiTokens
from api.deadline import ANSWER, left
from api.gateway import Gateway
from api.services import Services
from api.tailer import Tailer
from domain.errors import Refused
from domain.names import DEFAULT_TENANT
from domain.phases import Role
from domain.settings import (
    ApiSettings,
    DatabaseSettings,
    LiveKitSettings,
    LogSettings,
    ModelSettings,
    SecretSettings,
    explain,
)
from durable.connect import connect
from durable.search_attributes import missing_search_attributes

S = TypeVar("S", bound=BaseSettings)

GRACE = timedelta(seconds=3)
"""For requests under way when the server is asked to stop; streams end at once."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WRONG_SETTINGS = 2


class Misconfigured(Exception):
    """Settings are missing or wrong; the text has one line for each."""


@dataclass(frozen=True)
class Settings:
    """Everything this process is told by its environment."""

    api: ApiSettings
    database: DatabaseSettings
    livekit: LiveKitSettings
    logs: LogSettings
    models: ModelSettings
    secret: SecretSettings

    @classmethod
    def load(cls) -> Self:
        """Read the environment.

        Raises:
            Misconfigured: something is missing or wrong.
        """
        wrong: list[str] = []
        found = {
            name: _load(kind, wrong)
            for name, kind in (
                ("api", ApiSettings),
                ("database", DatabaseSettings),
                ("livekit", LiveKitSettings),
                ("logs", LogSettings),
                ("models", ModelSettings),
                ("secret", SecretSettings),
            )
        }
        if wrong:
            raise Misconfigured("\n".join(wrong))
        return cls(**found)  # type: ignore[arg-type]


def _load(kind: type[S], wrong: list[str]) -> S | None:
    try:
        return kind()
    except ValidationError as error:
        wrong.append(explain(error))
        return None


class FrontDoor(uvicorn.Server):
    """A server that ends its event streams first: they would hold it up for ever."""

    def __init__(self, config: uvicorn.Config, close: Callable[[], None]) -> None:
        super().__init__(config)
        self._close = close

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, even one that a shell's background job was told to ignore."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.stop)
        yield

    def stop(self) -> None:
        """Stop; asked twice, don't wait for anybody."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._close()


async def serve(settings: Settings) -> None:
    """Serve until a signal comes."""
    secret = settings.secret.secret_key.get_secret_value()
    async with (
        open_livekit(settings.livekit) as livekit,
        open_record(settings.database.url, limit=ANSWER, left=left) as db,
    ):
        temporal = await connect(lazy=True)
        gateway = Gateway(temporal)

        async def search_attributes() -> None:
            if missing := await missing_search_attributes(temporal):
                raise Refused(f"not registered: {', '.join(sorted(missing))}")

        app = create_app(
            Services(
                settings=settings.api,
                livekit_url=settings.livekit.browser_url,
                tokens=ApiTokens(secret),
                sealer=Sealer(secret),
                record=db,
                tailer=Tailer(db),
                gateway=gateway,
                rooms=livekit.rooms,
                webhooks=livekit.webhooks,
                summaries=ModelSummaries(settings.models),
                briefings=db,
                speech=make_speech(settings.models),
                probes={
                    "database": db.ping,
                    "temporal": gateway.ping,
                    "livekit": livekit.check,
                    "search_attributes": search_attributes,
                },
            )
        )
        await server_of(settings.api, app).serve()


def server_of(settings: ApiSettings, app: FastAPI) -> FrontDoor:
    """Make the server of an app; what is private stays out of its log."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        server_header=False,
        timeout_graceful_shutdown=round(GRACE.total_seconds()),
    )
    return FrontDoor(config, app.state.close)


async def make_token(name: str, role: Role, valid: timedelta) -> str:
    """Make a token from the command line, for AUTH_MODE=keys; whoever is on shift stays so.

    Says on stderr if it is for somebody who is known already.
    """
    wrong: list[str] = []
    secret, database = _load(SecretSettings, wrong), _load(DatabaseSettings, wrong)
    if secret is None or database is None:
        raise Misconfigured("\n".join(wrong))
    async with open_record(database.url) as record:
        person, is_new = await record.enrol(DEFAULT_TENANT, role, name)
    if not is_new:
        sys.stderr.write(
            f"{name} is known already: this token is for the same person, {person.id}."
            " Two people need two names.\n"
        )
    return ApiTokens(secret.secret_key.get_secret_value()).make(person, valid=valid)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.command == "token":
            valid = timedelta(days=asked.days)
            token = asyncio.run(make_token(asked.name, Role(asked.role), valid))
            sys.stdout.write(f"{token}\n")
        elif asked.command == "openapi":
            sys.stdout.write(json.dumps(description(), indent=2, ensure_ascii=False) + "\n")
        else:
            settings = Settings.load()
            setup_logging(settings.logs)
            asyncio.run(serve(settings))
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m api", description="Warm Transfer's front door."
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("serve", help="serve until told to stop (the default)")
    token = commands.add_parser("token", help="make a token for a person, for AUTH_MODE=keys")
    token.add_argument("--name", required=True)
    token.add_argument("--role", required=True, choices=[Role.AGENT, Role.SUPERVISOR])
    token.add_argument("--days", type=float, default=30)
    commands.add_parser("openapi", help="print the api's description")
    return parser
