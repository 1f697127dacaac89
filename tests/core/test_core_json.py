"""What the operator's commands print with `--json` is what the reference page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests import make
from tests.conftest import Cli

PAGE = Path(__file__).parents[2] / "docs/reference/json.md"
pytestmark = pytest.mark.slow


def documented(command: str) -> set[str]:
    """Return the fields that the page names in the first column of a command's table."""
    section = re.split(r"\n## ", PAGE.read_text(encoding="utf-8").split(f"## {command}\n")[1])[0]
    return {name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)}


def test_every_field_is_documented_and_nothing_else(anlan: Cli, tmp_path: Path) -> None:
    """On a small city: the same names on the page and in the answer."""

    def told(*words: object) -> set[str]:
        answer: dict[str, object] = json.loads(anlan(*words, "--json").stdout)
        return set(answer)

    anlan("init", "--city", make.CITIES / "small")
    assert told("status") == documented("anlan status")
    assert told("ledger", "verify") == documented("anlan ledger verify")
    assert told("ledger", "head") == documented("anlan ledger head")
    assert told("backup", tmp_path / "copy.zip") == documented("anlan backup and restore")
    assert told("user", "list") == {"people", "partners"}
    assert told("user", "add", "li", "--role", "analyst") == {"id", "username", "role", "password"}
    assert told("user", "password", "li") == {"username", "password"}
    assert told("user", "key", "grid") == {"name", "id", "key"}
    assert told("study", "list") == {"studies"}


@pytest.mark.pure
def test_a_score_prints_what_the_page_names(anlan: Cli) -> None:
    """One seed, no database."""
    answer = json.loads(anlan("city", "score", "--json").stdout)
    assert set(answer) == documented("anlan city score")
