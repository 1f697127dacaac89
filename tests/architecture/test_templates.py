"""Templates that a person can read and a browser runs: one element a line, no inline script or style."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import SOURCES, templates

pytestmark = pytest.mark.pure
CHARACTERS_OF_A_LINE = 170


def test_no_template_has_inline_script_or_style() -> None:
    """The content policy refuses them, so they would be silently dead."""
    assert len(templates()) > 100
    dead = [f"{path.relative_to(SOURCES)}: {found}" for path in templates() for found in inline_in(path)]
    assert not dead, "\n".join(dead)


def inline_in(template: Path) -> list[str]:
    """Return what of a template the content policy refuses."""
    text = template.read_text(encoding="utf-8")
    scripts: list[str] = re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))", text)
    return scripts + re.findall(r"<style\b|\sstyle=\"|\son[a-z]+=\"", text)


def test_a_template_has_one_element_a_line() -> None:
    """The formatter breaks what it may; a tag of Django cannot be broken, so a long one is said in two."""
    lines = [(path, line) for path in templates() for line in path.read_text(encoding="utf-8").splitlines()]
    long = [f"{path.relative_to(SOURCES)}: {line.strip()}" for path, line in lines if len(line) > CHARACTERS_OF_A_LINE]
    assert not long, "\n".join(long)


def test_moments_are_written_in_the_citys_zone() -> None:
    """Django's own date filter turns an aware moment into UTC again, also after `local`."""
    wrong = re.compile(r"\|\s*local\s*\|\s*(?:date|time)\b")
    assert [str(path.relative_to(SOURCES)) for path in templates() if wrong.search(path.read_text("utf-8"))] == []
