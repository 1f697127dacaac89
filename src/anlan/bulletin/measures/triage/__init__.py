"""Measures of incidents: what they were, whose they were, and how long they took."""

from __future__ import annotations

from importlib import import_module
from typing import Final

NOUNS: Final = ("categories", "diversions", "outcomes", "clocks")  # in which plans list their measures

for _noun in NOUNS:
    import_module(f"{__name__}.{_noun}")
