"""docker-compose.yml asks for nothing that the code does not have.

No container engine runs here, so the file is held against Compose's own schema and the code.
"""

import re
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.settings import FromEnvironment
from stack.bootstrap import ROOT
from stack.parts import PRODUCT
from stack.ports import PORTS

COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}

# Read by the vendors' own libraries: Temporal's client, LiteLLM.
VENDORS = {
    *("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"),
}

INSIDE = "between containers; `ports` says what it is outside"
A_SERVER = "the server is a container too"
UNMOVED = {
    **{"HOST": INSIDE, "PORT": INSIDE, "VOICE_PORT": INSIDE},
    **{"LIVEKIT_URL": A_SERVER, "LIVEKIT_API_KEY": A_SERVER, "DATABASE_URL": A_SERVER},
    "AUTH_MODE": "`dev` stays on loopback, which nobody outside a container reaches",
    "PAGES_DIR": "the image has them where the api looks by itself",
    "REHEARSAL_URL": "robots are for development, and not in the image",
}
"""Settings that `.env` doesn't move in containers, and why."""


def _name(cls: type[FromEnvironment], field: str) -> str:
    return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


SETTINGS = {_name(c, field) for c in FromEnvironment.__subclasses__() for field in c.model_fields}


def _read_by(service: str) -> list[type[FromEnvironment]]:
    """The settings that the process of a service reads: its main imports them."""
    module = OURS[service]["command"][2]
    main = f"{module}.main" if find_spec(f"{module}.main") else f"{module}.__main__"
    found = vars(import_module(main)).values()
    return [c for c in found if isinstance(c, type) and issubclass(c, FromEnvironment)]


def _variables(service: str) -> set[str]:
    return {_name(cls, field) for cls in _read_by(service) for field in cls.model_fields}


def _filled(value: str | None) -> str:
    """A value as Compose would fill it in where every required variable is set."""
    text, before = value or "", None
    while text != before:  # one may be the default of another
        text, before = re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", text), text
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


@pytest.mark.parametrize("name", OURS)
def test_a_container_is_told_nothing_that_it_does_not_read(name: str) -> None:
    assert set(OURS[name]["environment"]) <= {*_variables(name), *VENDORS}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_reaches_the_containers_that_read_it(name: str) -> None:
    told = OURS[name]["environment"]
    for setting in _variables(name) - set(UNMOVED):
        assert setting in told
        assert told[setting] is None or f"${{{setting}:" in told[setting], setting


@pytest.mark.parametrize("unset", [None, ""], ids=["absent", "empty"])
@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_complete_and_right(
    name: str, unset: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting, raising=False)
    for setting, value in OURS[name]["environment"].items():
        given = unset if value is None else _filled(value)
        if given is not None:
            monkeypatch.setenv(setting, given)
    for cls in _read_by(name):
        cls()


def test_every_setting_is_described() -> None:
    described = (ROOT / "README.md").read_text()
    known = {*SETTINGS, *(port.setting for port in PORTS)}
    assert {name for name in known if f"`{name}`" not in described} == set()


def test_the_example_names_settings_that_are_read_and_all_that_compose_requires() -> None:
    assigned = set(re.findall(r"^# (\w+)=", EXAMPLE.read_text(), re.M))
    filled_in = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))
    assert assigned <= {*SETTINGS, *VENDORS, *filled_in, *(port.setting for port in PORTS)}
    assert set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text())) <= assigned


def test_parts_are_as_many_as_the_environment_says_and_hosts_have_a_spare_one() -> None:
    for part, usual in {"worker": "1", "host": "2", "briefer": "1"}.items():
        replicas = OURS[part]["deploy"]["replicas"]
        assert (f"${{{part.upper()}_REPLICAS:" in replicas, _filled(replicas)) == (True, usual)


def test_browsers_are_sent_to_the_port_that_livekit_has_outside() -> None:
    outside = SERVICES["livekit"]["ports"][0].removeprefix("127.0.0.1:").rsplit(":", 1)[0]
    assert f"ws://localhost:{outside}" in OURS["api"]["environment"]["LIVEKIT_PUBLIC_URL"]


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
