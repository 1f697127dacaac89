"""Every measure of the city, by the stage whose rows it counts; importing them registers them."""

from __future__ import annotations

from importlib import import_module
from typing import Final

STAGES: Final = (
    "triage",
    "dispatch",
    "hotspots",
    "intake",
    "prevention",
    "voice",
)  # in which plans list their measures

for _stage in STAGES:
    import_module(f"{__name__}.{_stage}")
