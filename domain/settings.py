"""Settings, one class per vendor, under the vendors' own variable names.

Only `*/main.py` builds these. A missing or wrong one is named in one line, see `explain`.
"""

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PLACEHOLDERS = {"secret", "changeme", "change-me", "devsecret", "password"}


class FromEnvironment(BaseSettings):
    """What all of these share: a variable that is there but empty is not set."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)


class LiveKitSettings(FromEnvironment):
    """Where rooms live: LIVEKIT_URL and its key and secret, spelled as LiveKit's own tools do."""

    model_config = SettingsConfigDict(env_prefix="LIVEKIT_")

    url: str = Field(pattern=r"^wss?://", description="how our processes reach LiveKit")
    public_url: str | None = Field(None, pattern=r"^wss?://", description="how browsers reach it")
    api_key: str = Field(min_length=1)
    api_secret: SecretStr = Field(min_length=32)

    @property
    def browser_url(self) -> str:
        """Where browsers and robots connect to."""
        return self.public_url or self.url


class DatabaseSettings(FromEnvironment):
    """The record: an SQLite file by default, Postgres by URL."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_")

    url: str = Field(
        "sqlite+aiosqlite:///.run/record.db",
        pattern=r"^(sqlite\+aiosqlite|postgresql\+asyncpg)://",
    )


class SecretSettings(FromEnvironment):
    """The installation's one secret: signs API tokens, and seals what must not be readable."""

    secret_key: SecretStr = Field(min_length=32)

    @model_validator(mode="after")
    def _no_placeholder(self) -> Self:
        secret = self.secret_key.get_secret_value().lower()
        if len(set(secret)) < 8 or any(secret.startswith(word) for word in PLACEHOLDERS):
            raise ValueError("SECRET_KEY is a placeholder; make one with `openssl rand -hex 32`")
        return self


class ModelSettings(FromEnvironment):
    """Which models write and speak; none by default, and everything still works."""

    llm_model: str | None = Field(None, description="any LiteLLM chat model, e.g. openai/gpt-5")
    llm_fallbacks: str = Field("", description="more models, in order, separated by commas")
    llm_timeout_s: float = Field(6.0, gt=0, le=60, description="for all models together")
    tts_model: str | None = Field(None, description="any LiteLLM speech model; espeak-ng if unset")
    tts_voice: str = "alloy"

    @property
    def models(self) -> tuple[str, ...]:
        """The chat models to try, in order; none means rules only."""
        named = (self.llm_model or "", *self.llm_fallbacks.split(","))
        return tuple(name.strip() for name in named if name.strip())


class LogSettings(FromEnvironment):
    """How much is logged, and how."""

    model_config = SettingsConfigDict(env_prefix="LOG_")

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["text", "json"] = "text"


class ApiSettings(FromEnvironment):
    """The front door."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    auth_mode: Literal["dev", "keys"] = "dev"
    cors_origins: str = Field("", description="other origins that may call, separated by commas")
    callers_see_agents: bool = True
    rehearsal_url: str | None = Field(
        None, pattern=r"^http://", description="robots to try it alone with, in development"
    )
    pages_dir: Path = Field(Path("web/dist"), description="the built web pages")
    signals_decide: bool | None = Field(
        None, description="decisions by Temporal signal; by default in development only"
    )
    calls_per_minute: int = Field(20, gt=0, description="new calls per client address")

    forwarded_allow_ips: str = Field(
        "", description="reverse proxies, as addresses and networks separated by commas"
    )
    """Whose `X-Forwarded-For` is believed; the name is uvicorn's. Without one all callers behind a
    proxy share its limits."""
    metrics_token: SecretStr | None = Field(
        None, min_length=16, description="opens /metrics; without it, open in development only"
    )

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _proxies_have_addresses(cls, named: str) -> str:
        for name in named.split(",") if named else ():
            try:
                ip_network(name.strip())
            except ValueError:
                # With `*`, which uvicorn takes, every caller could write any address.
                raise ValueError(f"{name.strip()!r} is no address or network") from None
        return named

    @model_validator(mode="after")
    def _dev_sign_in_stays_home(self) -> Self:
        if self.auth_mode == "dev" and not _is_loopback(self.host):
            raise ValueError(
                f"AUTH_MODE=dev signs anybody in, so it runs on loopback only, not on "
                f"HOST={self.host}; set HOST=127.0.0.1 or AUTH_MODE=keys"
            )
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class VoiceSettings(FromEnvironment):
    """A voice process."""

    model_config = SettingsConfigDict(env_prefix="VOICE_")

    port: int = Field(0, ge=0, le=65535, description="health port on loopback; 0: any free one")
    max_jobs: int = Field(10, gt=0)
    idle_processes: int = Field(2, ge=1, description="kept warm, so that a job starts at once")
    hold_audio: str | None = Field(None, description="a file to play instead of the built-in one")
    hold_lines_every_s: float = Field(
        25.0, ge=0, description="between lines spoken over hold audio, the first sooner; 0: none"
    )
    hold_message: str = Field("", max_length=300, description="said after each of these lines")


class SweepSettings(FromEnvironment):
    """The sweeper of what has outlived its owner."""

    model_config = SettingsConfigDict(env_prefix="SWEEP_")

    every_s: float = Field(300, ge=10, le=86_400, description="from one sweep to the next")


def explain(error: ValidationError) -> str:
    """Say in one line per setting what is wrong with the environment."""
    lines = []
    for problem in error.errors():
        if problem["loc"]:
            prefix = _prefix_of(error.title)
            name = f"{prefix}{problem['loc'][0]}".upper()
            lines.append(f"{name}: {problem['msg']}")
        else:
            lines.append(str(problem["msg"]).removeprefix("Value error, "))
    return "\n".join(lines)


def _prefix_of(title: str) -> str:
    found = next((c for c in FromEnvironment.__subclasses__() if c.__name__ == title), None)
    return str(found.model_config.get("env_prefix", "")) if found else ""
