"""The operator's page of the city folder: read by the worker, shown line by line, loaded as it was shown."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.core import jobs, ledger
from anlan.core.city import areas
from anlan.core.city.reload import look
from anlan.core.ledger.writes import write
from anlan.core.models import (
    Area,
    AreaVersion,
    City,
    ClockRule,
    Holiday,
    LedgerEntry,
    LedgerPosition,
    Organisation,
)
from anlan.core.people.actors import system
from anlan.core.time import targets
from anlan.core.time.clock import frozen, stamp
from anlan.dispatch.models import Unit
from anlan.intake.models import Category
from tests import make
from tests.make import AT, CITIES

pytestmark = pytest.mark.django_db
PAGE = "/operator/city/"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The small city, loaded; its folder is the operator's setting and free to be changed."""
    settings.CITY_FOLDER = shutil.copytree(CITIES / "small", tmp_path / "small")
    make.city(settings.CITY_FOLDER)
    return Path(settings.CITY_FOLDER)


@pytest.fixture
def operator(folder: Path) -> Client:
    return make.browser(make.person("operator"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def seen(operator: Client) -> dict[str, Any]:
    """Press Read again, let the worker do it, and return what the page shows."""
    assert operator.post(f"{PAGE}read").status_code == 302
    jobs.drain()
    shown: dict[str, Any] = operator.get(PAGE).context["seen"]
    return shown


def load(operator: Client, shown: dict[str, Any], **more: str) -> dict[str, Any]:
    assert operator.post(f"{PAGE}load", {"seen": shown["digest"]} | more).status_code == 302
    jobs.drain()
    after: dict[str, Any] = operator.get(PAGE).context["seen"]
    return after


def lines(shown: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return what becomes of which row, by file."""
    return {each["file"]: [(row["key"], row["what"]) for row in each["changes"]] for each in shown["changed"]}


def loads() -> list[dict[str, Any]]:
    found = LedgerEntry.objects.filter(kind="core.city_loaded").order_by("id").values_list("payload", flat=True)
    return [json.loads(payload) for payload in found]


def test_what_changed_is_shown_file_by_file_and_loaded_with_one_entry(operator: Client, folder: Path) -> None:
    """New, changed, closed; unchanged files in one line; the entry counts what became of which file."""
    with (folder / "organisations.csv").open("a", encoding="utf-8") as file:
        file.write("parks,园林处,Parks office,works,control,small\n")
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    change(folder / "units.csv", "mobile-2,机动二队,Mobile team 2,mobile,control,25,119.99,31.78\n", "")
    shown = seen(operator)
    assert lines(shown) == {
        "organisations.csv": [("parks", "new")], "units.csv": [("mobile-2", "closed"), ("pump-1", "changed")],
    }  # fmt: skip
    assert ["people", "6", "5"] in shown["changed"][1]["changes"][1]["fields"]
    assert shown["same"] == ["city.toml", "areas.geojson", "holidays.csv", "clocks.csv", "acts.csv", "categories.csv",
                             "key_questions.csv"]  # fmt: skip
    assert not Organisation.objects.filter(code="parks").exists(), "looking stores nothing"
    assert len(loads()) == 1
    after = load(operator, shown)
    assert (after["loaded"], after["changes"], after["changed"]) == (3, 0, [])
    assert Unit.objects.get(code="pump-1").people == 5
    assert not Unit.objects.get(code="mobile-2").active
    assert loads()[1:] == [loads()[1]]
    assert loads()[1]["files"] == {"organisations.csv": {"new": 1}, "units.csv": {"changed": 1, "closed": 1}}
    entry = LedgerEntry.objects.filter(kind="core.city_loaded").latest("id")
    assert entry.actor.startswith("person:")


def test_what_was_changed_after_it_was_shown_is_not_loaded(operator: Client, folder: Path) -> None:
    """It says so, and shows what would change now."""
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    shown = seen(operator)
    change(folder / "units.csv", "works,drains,5", "works,drains,9")
    after = load(operator, shown)
    assert after["refused"]
    assert lines(after) == {"units.csv": [("pump-1", "changed")]}
    assert ["people", "6", "9"] in after["changed"][0]["changes"][0]["fields"]
    assert Unit.objects.get(code="pump-1").people == 6
    assert len(loads()) == 1
    assert load(operator, after)["loaded"] == 1
    assert Unit.objects.get(code="pump-1").people == 9


def test_what_was_loaded_meanwhile_is_not_loaded_twice(operator: Client, folder: Path) -> None:
    """A page that was left open finds that the city is another one than it showed."""
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    shown = seen(operator)
    assert load(operator, shown)["loaded"] == 1
    assert load(operator, shown)["refused"]
    assert len(loads()) == 2


def test_every_fault_is_shown_with_file_line_and_column_and_nothing_is_loaded(operator: Client, folder: Path) -> None:
    """Of every file at once, so that one walk to the server mends them all; in the reader's language."""
    change(folder / "organisations.csv", "works,control,small", "works,nobody,small")
    change(folder / "holidays.csv", "2016-06-10", "10/6/2016")
    change(folder / "areas.geojson", '"kind": "zone"', '"kind": "planet"')
    shown = seen(operator)
    places = [(fault["file"], fault["line"], fault["column"]) for fault in shown["faults"]]
    assert places == [("areas.geojson", 5, "kind"), ("organisations.csv", 3, "parent"), ("holidays.csv", 3, "date")]
    page = operator.get(PAGE, HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "nobody" in page
    assert "organisation of this file" not in page
    assert f'action="{PAGE}load"' not in page
    assert load(operator, {"digest": "0" * 64})["faults"]
    assert len(loads()) == 1


def test_faults_of_the_stages_files_are_shown_together(operator: Client, folder: Path) -> None:
    """Two lines of units and one of categories; a code that stands twice; a name too long for its column."""
    change(folder / "units.csv", "mobile,control,26", "mobile,control,many")
    change(folder / "units.csv", "works,drains,6", "works,0499,6")
    change(folder / "categories.csv", "theft,盗窃", f"theft,{'盗' * 81}")
    with (folder / "clocks.csv").open("a", encoding="utf-8") as file:
        file.write("react,反应,React,dispatch.unit_dispatched,dispatch.unit_acknowledged,60,all,,,\n")
    places = {(fault["file"], fault["line"], fault["column"]) for fault in seen(operator)["faults"]}
    last = len((folder / "clocks.csv").read_text(encoding="utf-8").splitlines())
    assert places == {("units.csv", 2, "people"), ("units.csv", 4, "organisation"), ("categories.csv", 8, "name"),
                      ("clocks.csv", last, "code")}  # fmt: skip


def test_a_folder_that_is_not_there_is_said_so(operator: Client, folder: Path) -> None:
    """The reading ends well, and the page names the folder that the operator set."""
    shutil.rmtree(folder)
    assert [fault["file"] for fault in seen(operator)["faults"]] == ["small"]
    assert str(folder) in operator.get(PAGE).content.decode()


def test_an_area_that_cannot_be_is_a_fault(operator: Client, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what only a database refuses is told as well: the reading does not fail for it."""
    change(folder / "areas.geojson", '"valid_to": null', '"valid_to": "1801-01-01"')
    assert {fault["column"] for fault in seen(operator)["faults"]} == {"valid_to"}
    change(folder / "areas.geojson", '"valid_to": "1801-01-01"', '"valid_to": null')
    change(folder / "areas.geojson", '"population": 90000', '"population": -1')
    assert {fault["column"] for fault in seen(operator)["faults"]} == {"population"}
    monkeypatch.setattr("anlan.core.city.area_rows._fit", lambda *_row: None)
    assert [fault["file"] for fault in seen(operator)["faults"]] == ["small"]


def test_a_fault_of_an_area_is_told_by_its_feature(operator: Client, folder: Path) -> None:
    """An outline is no line of a file."""
    change(folder / "areas.geojson", '"valid_to": null', '"valid_to": "1801-01-01"')
    seen(operator)
    page = " ".join(operator.get(PAGE, headers={"Accept-Language": "en"}).content.decode().split())
    assert ">Line</th>" in page
    assert "> Feature 1 </td>" in page


def test_what_a_page_changed_stays_until_it_is_taken_back(operator: Client, folder: Path) -> None:
    """A clock edited here differs from the folder; loading something else keeps it, a tick takes it back."""
    rule = ClockRule.objects.get(code="end_danger")
    held = {name: getattr(rule, name) for name in ("name", "target_s", "start", "stop", "counting", "scope")}
    edited = operator.post(
        f"/admin/core/clockrule/{rule.pk}/change/", held | {"name_en": "Danger over", "active": "on"}
    )
    assert edited.status_code == 302
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    shown = seen(operator)
    assert (shown["changes"], shown["on_pages"]) == (1, 1)
    clock = shown["changed"][0]["changes"][0]
    assert (clock["key"], clock["on_page"], clock["fields"]) == (
        "end_danger",
        True,
        [["name_en", "Danger over", "End the danger"]],
    )
    after = load(operator, shown)
    assert (after["loaded"], after["on_pages"]) == (1, 1)
    assert loads()[-1]["kept"] == {"clocks.csv": ["end_danger"]}
    rule.refresh_from_db()
    assert rule.name_en == "Danger over"
    assert load(operator, after, over_pages="on")["on_pages"] == 0
    rule.refresh_from_db()
    assert rule.name_en == "End the danger"


def test_the_kind_of_an_area_that_a_page_changed_stays(operator: Client, folder: Path) -> None:
    """It stands with the area and not with its versions, and is kept and taken back with them."""
    area = Area.objects.get(code="small")
    edited = operator.post(f"/admin/core/area/{area.pk}/change/", {"code": area.code, "kind": "county_city"})
    assert edited.status_code == 302
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    shown = seen(operator)
    assert (shown["changes"], shown["on_pages"]) == (1, 1)
    after = load(operator, shown)
    area.refresh_from_db()
    assert area.kind == "county_city"
    load(operator, after, over_pages="on")
    area.refresh_from_db()
    assert area.kind == "city"


def test_what_a_page_changed_counts_from_when_it_was_committed(operator: Client, folder: Path) -> None:
    """On PostgreSQL a page that began before the load and ended after it has the lower id."""
    rule = ClockRule.objects.get(code="end_danger")
    values = {"kind": "core.clockrule_edited", "actor": "test", "at": stamp(AT), "subject": f"clockrule:{rule.pk}"}
    with write():
        ClockRule.objects.filter(pk=rule.pk).update(name_en="Danger over")
        entry = LedgerEntry.objects.create(pk=-7, payload="{}", **values)
        LedgerPosition.objects.create(position=ledger.head_position() + 1, entry=entry)
    shown = seen(operator)
    assert [row["on_page"] for file in shown["changed"] for row in file["changes"]] == [True]


def test_areas_that_are_taken_back_are_another_state(
    operator: Client, folder: Path, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Other processes read them again, and this one also once it is stored."""
    area = AreaVersion.objects.get(area__code="west")
    held = {name: getattr(area, name) or "" for name in ("name", "valid_from", "valid_to", "population", "geometry",
            "west", "south", "east", "north")} | {"area": area.area_id, "parent": area.parent_id or ""}  # fmt: skip
    edited = operator.post(f"/admin/core/areaversion/{area.pk}/change/", held | {"name_en": "Elsewhere"})
    assert edited.status_code == 302
    shown = seen(operator)
    assert (shown["changes"], shown["on_pages"]) == (0, 1)
    before, forgotten = areas.state(), []
    monkeypatch.setattr("anlan.core.city.folder.forget", lambda: forgotten.append(True))
    with django_capture_on_commit_callbacks() as after_commit:
        load(operator, shown, over_pages="on")
    area.refresh_from_db()
    assert area.name_en != "Elsewhere"
    assert areas.state() != before
    forgotten.clear()
    for callback in after_commit:
        callback()
    assert forgotten


def test_a_time_set_on_the_page_of_clocks_is_told_beside_the_folders(operator: Client, folder: Path) -> None:
    """It goes on when something else is loaded; a line of the folder that says another time is shown, then holds."""
    with frozen(AT):
        day = (AT + dt.timedelta(days=1)).date()
        targets.set_targets(targets={"end_danger": 360}, valid_from=day, reason="令", actor=system("test"), at=AT)
    with frozen(AT + dt.timedelta(days=2)):
        change(folder / "units.csv", "works,drains,6", "works,drains,5")
        shown = seen(operator)
        assert (shown["changes"], shown["on_pages"], len(shown["apart"])) == (1, 0, 1)
        load(operator, shown)
        rule = ClockRule.objects.get(code="end_danger")
        assert rule.timing(AT + dt.timedelta(days=2)).target_s == 360
        change(folder / "clocks.csv", "dispatch.unit_resolved,300", "dispatch.unit_resolved,400")
        shown = seen(operator)
        assert lines(shown) == {"clocks.csv": [("end_danger", "changed")]}
        assert len(shown["apart"]) == 1
        assert load(operator, shown)["apart"] == []
        assert ClockRule.objects.get(code="end_danger").timing(AT + dt.timedelta(days=3)).target_s == 400


def test_a_telephone_is_never_shown(operator: Client, folder: Path) -> None:
    """Neither on the page nor in the job or an entry: only that one is given."""
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write('hotline = "0519-86123456"\n')
    shown = seen(operator)
    fields = shown["changed"][0]["changes"][0]["fields"]
    assert fields == [["hotline", {"given": False}, {"given": True, "other": False}]]
    load(operator, shown)
    told = [
        *LedgerEntry.objects.values_list("payload", flat=True),
        *jobs_results(),
        operator.get(PAGE).content.decode(),
    ]
    assert City.objects.get().option("hotline") == "0519-86123456"
    assert not [text for text in told if "86123456" in text]


def jobs_results() -> list[str]:
    from anlan.core.models import Job

    return [result or "" for result in Job.objects.values_list("result", flat=True)]


def test_nothing_that_records_refer_to_is_deleted(operator: Client, folder: Path) -> None:
    """A folder stripped to the least leaves every row where it is: closed, or as it was."""
    report = make.report(category="theft")
    before = {model: set(model.objects.values_list("pk", flat=True))
              for model in (Organisation, Category, Unit, ClockRule, Holiday)}  # fmt: skip
    for name in ("units.csv", "categories.csv", "clocks.csv", "holidays.csv", "organisations.csv"):
        first, *rest = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join([first, *rest[:1]]) + "\n", encoding="utf-8")
    load(operator, seen(operator))
    assert len(loads()) == 2
    assert {model: set(model.objects.values_list("pk", flat=True)) for model in before} == before
    report.refresh_from_db()
    assert not report.category.active
    assert Organisation.objects.get(code="drains").active, "what is not in the folder stays as it is here"


def test_only_operators_read_and_load(folder: Path) -> None:
    """And no path comes from a browser: what is typed into the form is not read."""
    analyst = make.browser(make.person("analyst"))
    assert analyst.get(PAGE).status_code == 403
    assert analyst.post(f"{PAGE}read").status_code == 403
    operator = make.browser(make.person("operator"))
    operator.post(f"{PAGE}read", {"folder": "/etc", "path": "/etc"})
    jobs.drain()
    assert operator.get(PAGE).context["seen"]["faults"] == []


def test_a_reading_that_waits_is_not_asked_for_twice(operator: Client) -> None:
    """The page says that it waits."""
    for _press in range(2):
        operator.post(f"{PAGE}read")
    assert operator.get(PAGE).context["waits"]
    assert LedgerEntry.objects.filter(kind="core.city_folder_asked").count() == 1


def test_a_load_that_is_pressed_while_a_reading_waits_comes_after_it(operator: Client, folder: Path) -> None:
    """It is not taken for the reading; pressed twice it is loaded once, and says so."""
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    digest = seen(operator)["digest"]
    operator.post(f"{PAGE}read")
    for _press in range(2):
        operator.post(f"{PAGE}load", {"seen": digest})
    jobs.drain()
    assert operator.get(PAGE).context["seen"]["loaded"] == 1
    assert Unit.objects.get(code="pump-1").people == 5
    asked = LedgerEntry.objects.filter(kind="core.city_folder_asked").order_by("id").values_list("payload", flat=True)
    assert [json.loads(payload)["load"] for payload in asked] == [False, False, True]


def test_the_same_folder_shows_no_change(folder: Path) -> None:
    """Loaded once, nothing of it is new, whatever the databases make of numbers and days."""
    assert look(folder)["changes"] == look(folder)["on_pages"] == 0
