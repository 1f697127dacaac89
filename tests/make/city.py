"""The small town and its organisations."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from anlan.core.city import folder as cityfolder
from anlan.core.models import City, Organisation
from anlan.core.people.actors import system

AT = dt.datetime(2016, 6, 28, 6, 0, tzinfo=dt.UTC)
CITIES = Path(__file__).parents[1] / "cities"


def city(folder: Path | str = "small", *, at: dt.datetime = AT) -> City:
    """Load a city's folder and return the city."""
    cityfolder.load(CITIES / folder, actor=system("test"), at=at)
    return City.objects.get()


def organisation(code: str = "control", **values: Any) -> Organisation:
    """Return the organisation with this code, made if the city has none such."""
    defaults = {"name": code, "name_en": code, "kind": "works"} | values
    return Organisation.objects.get_or_create(code=code, defaults=defaults)[0]
