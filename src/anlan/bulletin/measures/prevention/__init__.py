"""Measures of problems, tasks, results and lists."""

from __future__ import annotations

from importlib import import_module
from typing import Final

NOUNS: Final = ("problems", "sites", "tasks", "lists", "origins", "deadlines")  # in which plans list their measures

for _noun in NOUNS:
    import_module(f"{__name__}.{_noun}")
