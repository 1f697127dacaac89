"""What an operator installs: units that systemd takes, commands that exist, settings that are documented."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from anlan.cli import COMMANDS, load
from tests.architecture.source import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("anlan-*.*"))
PROGRAM = "/opt/anlan/bin/anlan"
EXPOSED = 20  # tenths of what `systemd-analyze security` gives the most open unit (100) and the most closed one (0)

pytestmark = pytest.mark.pure


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as a machine has them on which Anlan is installed."""
    if shutil.which("systemd-analyze") is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("systemd-analyze is missing (bin/system-packages systemd)")
    shutil.copytree(DEPLOY / "systemd", tmp_path, dirs_exist_ok=True)
    for unit in tmp_path.glob("*.service"):
        unit.write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    return tmp_path


def analyzed(*words: object) -> str:
    """Ask systemd; whatever it warns of is told on stderr."""
    done = subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False)
    return f"{done.returncode}: {done.stderr}"


def understood(words: list[str]) -> None:
    """Parse what follows `anlan` as the command would; a wrong word or option is an error."""
    command: Any = load(words[0], COMMANDS[words[0]])
    context = command.make_context(words[0], list(words[1:]))
    if left := [*getattr(context, "_protected_args", []), *context.args]:
        name, inner, rest = command.resolve_command(context, left)
        inner.make_context(name, rest, parent=context)


def test_systemd_takes_every_unit_and_finds_it_closed(units: Path) -> None:
    """No unknown line, and each service is about as closed as systemd can count."""
    files = sorted([*units.glob("*.service"), *units.glob("*.timer")])
    assert len(files) == 7
    assert analyzed("verify", "--man=no", *files) == "0: "
    for unit in units.glob("*.service"):
        assert analyzed("security", "--offline=true", f"--threshold={EXPOSED}", unit).startswith("0:"), unit.name


def test_a_unit_that_is_wrong_or_open_would_be_seen(units: Path) -> None:
    """The check is not blind."""
    unit = units / "anlan-web.service"
    unit.write_text(unit.read_text().replace("Restart=always", "Restart=sometimes"))
    assert "sometimes" in analyzed("verify", "--man=no", unit)
    shutil.rmtree(units / "anlan-.service.d")
    assert not analyzed("security", "--offline=true", f"--threshold={EXPOSED}", unit).startswith("0:")


def test_the_worker_may_write_heads_where_the_settings_put_them() -> None:
    """Its unit sees everything else read only, and a head that is not written would be a line in the log."""
    (heads,) = re.findall(r"^#ANLAN_HEADS_FILE=(.+)/[^/]+$", (DEPLOY / "anlan.env").read_text(), re.M)
    may_write = re.findall(r"^ReadWritePaths=-(.+)$", (DEPLOY / "systemd/anlan-worker.service").read_text(), re.M)
    assert may_write == [heads]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_run_commands_that_exist(unit: Path) -> None:
    """With options that they have; timers start a service that is there."""
    text = unit.read_text(encoding="utf-8") if unit.is_file() else ""
    for line in re.findall(rf"^ExecStart={PROGRAM} (.+)$", text, re.M):
        understood(shlex.split(line))
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
    for name in re.findall(r"^OnFailure=([a-z-]+@)", text, re.M):
        assert DEPLOY / "systemd" / f"{name}.service" in UNITS


def test_compose_is_whole() -> None:
    """Anlan's commands exist, every volume is declared, nothing runs as root that need not, secrets are asked for."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"web", "worker", "backup", "db", "proxy"}
    ours = [services[name] for name in ("web", "worker", "backup")]
    for service in ours:
        if "command" in service:
            understood(service["command"])
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    for service in services.values():
        assert service["logging"]["options"]["max-size"]
        assert service["image"].partition(":")[2]
        for source in (volume.partition(":")[0] for volume in service.get("volumes", [])):
            assert source in compose["volumes"] or source.startswith("./")
    assert "ports" not in services["web"] | services["db"]
    assert "POSTGRES_PASSWORD:?" in services["web"]["environment"]["ANLAN_DATABASE_URL"]


def test_the_container_file_builds_from_what_is_here() -> None:
    """Its targets, options and commands exist, it ends without root, and it serves where the proxy looks."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in makefile for target in re.findall(r"^RUN make (\w+)$", text, re.M))
    for command, options in re.findall(r"^RUN \.venv/bin/uv (\w+) (.+)$", text, re.M):
        usage = subprocess.run([ROOT / ".venv/bin/uv", command, "--help"], capture_output=True, text=True).stdout
        assert not [option for option in re.findall(r"--[a-z-]+", options) if option not in usage]
    (words,) = re.findall(r'^CMD \["(.+)"\]$', text, re.M)
    understood(words.split('", "'))
    assert text.index("\nUSER anlan") > text.index("useradd")
    assert not (ROOT / ".dockerignore").exists() or "src" not in (ROOT / ".dockerignore").read_text().split()
    assert "UPSTREAM: web:8000" in (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert "EXPOSE 8000" in text


def test_the_proxy_logs_no_addresses_and_leads_to_anlan() -> None:
    """Braces in pairs; an access log would hold tracking codes; numbers and health are for the inside."""
    lines = [line.partition("#")[0].strip() for line in (DEPLOY / "Caddyfile").read_text().splitlines()]
    depth = [sum(line.endswith("{") - (line == "}") for line in lines[:n]) for n in range(len(lines) + 1)]
    assert (min(depth), depth[-1]) == (0, 0)
    assert not [line for line in lines if line.split()[:1] == ["log"]]
    assert [line for line in lines if line.startswith("reverse_proxy {$UPSTREAM:127.0.0.1:8000}")]
    assert "path /metrics /healthz" in lines


def test_every_setting_and_file_that_deploy_names_is_there() -> None:
    """Settings stand on their page; what the guide copies lies in the folder."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    texts = {path: path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file()}
    named = {name for text in texts.values() for name in re.findall(r"\bANLAN_[A-Z_]+\b", text)}
    assert len(named) >= 6
    assert not [name for name in named if f"`{name}`" not in page]
    guide = (ROOT / "docs/howto/deploy.md").read_text(encoding="utf-8")
    copied = re.findall(r"\bdeploy/[\w@./*-]+", re.sub(r"\]\([^)]*\)", "", guide))
    assert len(copied) >= 4
    assert not [path for path in copied if not list(ROOT.glob(path.rstrip("/")))]
