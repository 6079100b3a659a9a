"""docker-compose.yml asks for nothing that the code does not have.

No container engine runs here, so the file is held against Compose's own schema and the code.
"""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from domain import settings as _settings  # noqa: F401
from stack.bootstrap import ROOT
from stack.parts import PRODUCT
from stack.ports import PORTS

COMPOSE = ROOT / "docker-compose.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}

# Read by the vendors' own libraries: Temporal's client, LiteLLM.
VENDORS = {
    *("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"),
}


def _fields() -> dict[str, type[BaseSettings]]:
    """Every environment variable that the product reads, with the class that reads it."""
    return {
        f"{cls.model_config.get('env_prefix', '')}{name}".upper(): cls
        for cls in BaseSettings.__subclasses__()
        for name in cls.model_fields
    }


def _filled(value: str | None) -> str:
    """A value as Compose would fill it in where every required variable is set."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value or "")
    return re.sub(r"\$\{\w+:\?[^}]*\}", "0123456789abcdef" * 4, text)


def test_compose_accepts_the_file() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, COMPOSE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_process_of_the_product_is_there_and_each_command_exists() -> None:
    assert set(OURS) == {*PRODUCT, "migrate"}
    for service in OURS.values():
        python, option, module, *_ = service["command"]
        assert (python, option) == ("python", "-m")
        assert find_spec(f"{module}.__main__"), module


@pytest.mark.parametrize("kind", ["host", "briefer"])
def test_voice_processes_are_called_as_on_this_machine(kind: str) -> None:
    assert OURS[kind]["command"] == ["python", "-m", "voice", kind]


def test_every_mounted_file_exists() -> None:
    named = set(yaml.safe_load(COMPOSE.read_text())["volumes"])
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in named or (ROOT / source).is_file(), (name, source)


def test_every_variable_is_read_by_the_code() -> None:
    known = {*_fields(), *VENDORS}
    for name, service in OURS.items():
        assert set(service["environment"]) <= known, name


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_complete_and_right(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for field in _fields():
        monkeypatch.delenv(field, raising=False)
    for field, value in OURS[name]["environment"].items():
        if value is not None:
            monkeypatch.setenv(field, _filled(value))
    for cls in set(_fields().values()):
        cls()


def test_the_example_settings_are_read_by_the_code() -> None:
    assigned = re.findall(r"^# (\w+)=", (ROOT / ".env.example").read_text(), re.M)
    own = {port.setting for port in PORTS}
    assert assigned
    assert set(assigned) <= {*_fields(), *VENDORS, *own}


def test_every_secret_must_be_given() -> None:
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("SECRET|PASSWORD|PWD", name):
                assert ":?" in value, name


def test_ports_are_those_that_the_processes_open() -> None:
    livekit = yaml.safe_load((ROOT / "deploy" / "livekit.yaml").read_text())
    assert {port.rsplit(":", 1)[1] for port in SERVICES["livekit"]["ports"]} == {
        str(livekit["port"]),
        str(livekit["rtc"]["tcp_port"]),
        f"{livekit['rtc']['udp_port']}/udp",
    }
    opened = OURS["api"]["environment"]["PORT"]
    assert OURS["api"]["ports"][0].endswith(f":{opened}")
    assert f":{opened}/webhooks/livekit" in livekit["webhook"]["urls"][0]
    assert f":{opened}/readyz" in OURS["api"]["healthcheck"]["test"][-1]
    for voice in ("host", "briefer"):
        health = f":{OURS[voice]['environment']['VOICE_PORT']}/"
        assert health in OURS[voice]["healthcheck"]["test"][-1]


def test_every_server_says_whether_it_is_well_and_nobody_waits_for_one_that_cannot() -> None:
    for name, service in SERVICES.items():
        once = service["restart"].startswith("on-failure")
        assert once or "healthcheck" in service or name == "temporal-ui", name
        for other, wanted in service.get("depends_on", {}).items():
            lasts = not SERVICES[other]["restart"].startswith("on-failure")
            expected = "service_healthy" if lasts else "service_completed_successfully"
            assert wanted == {"condition": expected}, (name, other)


def test_the_image_holds_the_product_and_no_development_package() -> None:
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert [path for path in kept if not (ROOT / path).exists()] == []
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packages = set(tools["importlinter"]["root_packages"]) - {"stack", "robots", "chaos"}
    locks = {"requirements/bootstrap.txt", "requirements/main.txt"}
    assert kept == {*packages, *locks, "migrations", "deploy/worker_health.py", "web"}
    recipe = (ROOT / "Dockerfile").read_text()
    assert "-r /requirements/main.txt" in recipe
    assert recipe.count("--require-hashes") == 2


def test_containers_run_as_nobody_in_particular_and_change_nothing_in_the_image() -> None:
    assert re.findall(r"^USER (.*)$", (ROOT / "Dockerfile").read_text(), re.M) == ["product"]
    for service in OURS.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_the_health_of_a_worker_is_asked_by_a_file_of_the_image() -> None:
    python, path = OURS["worker"]["healthcheck"]["test"][1:]
    assert python == "python"
    assert Path(ROOT, path).is_file()
