"""The operator's page of the city folder as people see it: faults, changes, loaded; on a telephone and on a desk."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from anlan.core import jobs
from anlan.core.time.clock import frozen
from anlan.dispatch.models import Unit
from tests import make
from tests.make import AT, CITIES

pytestmark = pytest.mark.django_db(transaction=True)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGE = "/operator/city/"


def change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (1440, "en"), (360, "zh-hans"), (1440, "zh-hans")])
def test_an_operator_reads_the_folder_mends_it_and_loads_it(
    width: int, language: str, page_at: Any, shot: Any, settings: Any, tmp_path: Path
) -> None:
    """By two keys; nothing runs over, and the page comes again by itself when the worker has read."""
    folder = settings.CITY_FOLDER = shutil.copytree(CITIES / "small", tmp_path / "small")
    make.city(folder)
    operator = make.person("operator")
    with frozen(AT + dt.timedelta(days=1)):
        page = page_at(f"{PAGE}?lang={language}", width, cookies=make.cookies(operator))
        for name, old, new in FAULTY:
            change(folder / name, old, new)
        page.keyboard.press(".")
        page.locator("#reading").wait_for()
        shot(page, f"city-folder-waits-{width}-{language}")
        jobs.drain()
        page.locator("tbody tr").nth(1).wait_for()
        assert page.evaluate(OVERFLOW) == 0
        shot(page, f"city-folder-faults-{width}-{language}")
        for name, old, new in [*((name, new, old) for name, old, new in FAULTY), *CHANGES]:
            change(folder / name, old, new)
        page.keyboard.press(".")
        page.locator("#reading").wait_for()
        jobs.drain()
        page.locator(".diff").wait_for()
        assert page.evaluate(OVERFLOW) == 0
        shot(page, f"city-folder-changes-{width}-{language}")
        page.keyboard.press("l")
        page.locator("#reading").wait_for()
        jobs.drain()
        page.locator("p.notice[role=status]").wait_for()
        assert Unit.objects.get(code="pump-1").people == 5
        shot(page, f"city-folder-loaded-{width}-{language}")
        for name in ("organisations", "categories"):
            page.goto(page.url.split("/operator")[0] + f"{PAGE}{name}/")
            page.locator("tbody tr").nth(1).wait_for()
            assert page.evaluate(OVERFLOW) == 0
            shot(page, f"city-folder-{name}-{width}-{language}")


FAULTY = [
    ("units.csv", "works,drains,6", "works,0499,6"),
    ("categories.csv", "theft,盗窃,Theft,alarm", "theft,盗窃,Theft,feast"),
]
CHANGES = [
    ("units.csv", "works,drains,6", "works,drains,5"),
    ("units.csv", "mobile-2,机动二队,Mobile team 2,mobile,control,25,119.99,31.78\n", ""),
    ("organisations.csv", "drains,排水处",
     "parks,园林绿化管理处,Parks and greenery office,works,control,small\ndrains,排水处"),
    ("city.toml", "synthetic = true", 'synthetic = true\nhotline = "0519-86123456"'),
    ("clocks.csv", "end_danger,解决,End the danger,dispatch.unit_on_scene,dispatch.unit_resolved,300",
     "end_danger,解决,End the danger,dispatch.unit_on_scene,dispatch.unit_resolved,360"),
    ("areas.geojson", "31.7", "31.70001"),
]  # fmt: skip
