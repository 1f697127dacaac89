"""Builds the reference city's folder: its areas from outlines in npm packages, the rest from tables beside the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from anlan.city.town.areas import NAMES, OUTLINES, areas, bounds_of, collection
from anlan.city.town.units import units_csv

TABLES: Final = Path(__file__).parents[1] / "data/folder"


def installed_packages() -> Path:
    """Return node_modules here, or that of the checkout this code runs from."""
    here = Path("node_modules")
    return here if here.is_dir() else Path(__file__).resolve().parents[4] / "node_modules"


class PackagesMissing(FileNotFoundError):
    """The npm packages with the outlines are not installed."""

    exit_status = 2


def build(target: Path, packages: Path) -> Path:
    """Write the reference city's folder; the same packages give the same bytes."""
    if not (packages / OUTLINES).is_file() or not (packages / NAMES).is_file():
        raise PackagesMissing(f"{packages}: no outlines there; run `make setup` in the repository (npm brings them)")
    target.mkdir(parents=True, exist_ok=True)
    found = areas(packages)
    city = (TABLES / "city.toml").read_text(encoding="utf-8").format(bounds=bounds_of(found))
    (target / "city.toml").write_text(city, encoding="utf-8")
    (target / "areas.geojson").write_text(json.dumps(collection(found), ensure_ascii=False), encoding="utf-8")
    (target / "units.csv").write_text(units_csv(), encoding="utf-8")
    for table in TABLES.glob("*.csv"):
        (target / table.name).write_bytes(table.read_bytes())
    return target
