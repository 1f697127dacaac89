"""The law by day: what happened is judged by the act that was in force on that day."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from anlan.city.town.folder import TABLES
from anlan.core.city import acts
from anlan.core.city.folder import CityFolderError
from anlan.core.city_parts import load_acts
from anlan.core.models import City, LegalAct
from tests import make
from tests.conftest import Cli

HEAD = "code,name,name_en,kind,in_force_from,until,replaces\n"
DAY = dt.timedelta(days=1)


def law(folder: Path, rows: str) -> None:
    (folder / "acts.csv").write_text(HEAD + rows, encoding="utf-8")
    load_acts(folder, City())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "before", "of", "after"),
    [
        (dt.date(2006, 3, 1), None, "治安管理处罚法", "治安管理处罚法"),
        (dt.date(2026, 1, 1), "治安管理处罚法", "治安管理处罚法（2025年修订）", "治安管理处罚法（2025年修订）"),
    ],
)
def test_an_act_begins_and_ends_with_its_day(day: dt.date, before: str | None, of: str, after: str) -> None:
    """The reference city's law of public order: the day before, the day itself, the day after."""
    load_acts(TABLES, City())
    found = [acts.in_force("public_order", on=on) for on in (day - DAY, day, day + DAY)]
    assert [act and act.name for act in found] == [before, of, after]


@pytest.mark.django_db
def test_what_was_not_yet_in_force_does_not_exist_on_that_day(tmp_path: Path) -> None:
    """In the reference city's years there is no law against fraud by telephone; an act may also end for good."""
    load_acts(TABLES, City())
    assert acts.in_force("anti_fraud", on=dt.date(2016, 6, 28)) is None
    assert [act.code for act in acts.on(dt.date(2016, 6, 28))] == ["public_order"]
    assert [act.code for act in acts.on(dt.date(2024, 11, 1))] == [
        "anti_fraud", "emergency_response", "government_supervision", "public_order"
    ]  # fmt: skip
    law(tmp_path, "old,旧,Old,rule,2001-01-01,2003-01-01,\nnew,新,New,rule,2003-01-01,,old\n")
    assert [[act.code for act in acts.on(dt.date(2003, 1, 1) + n * DAY)] for n in (-1, 0, 1)] == [
        ["old"], ["new"], ["new"]
    ]  # fmt: skip
    assert acts.in_force("no_such", on=dt.date(2016, 1, 1)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("a,甲,A,law,1.3.2006,,\n", "acts.csv:2: '1.3.2006' is no day"),
        ("a,甲,A,law,,,\n", "acts.csv:2: an act needs"),
        ("a,甲,A,law,2006-03-01,2006-03-01,\n", "acts.csv:2: until: .*a later `until`"),
        ("a,甲,A,law,2006-03-01,,b\n", "acts.csv:2: replaces: There is no act 'b'"),
        (
            "a,甲,A,law,2006-03-01,,\na,甲,A,law,2012-01-01,,\n",
            "a 2006-03-01 is still in force when a 2012",
        ),
        ("a,甲,A,law,2006-03-01,2013-01-01,\na,甲,A,law,2012-01-01,,\n", "is still in force"),
        ("a,甲,A,law,2006-03-01,,\n" * 2, "is still in force"),
        (f"{'a' * 33},甲,A,law,2006-03-01,,\n", "acts.csv:2: code: .*at most 32"),
        (f"a,{'甲' * 121},A,law,2006-03-01,,\n", "acts.csv:2: name: .*at most 120"),
    ],
)
def test_an_act_that_cannot_be_is_refused(tmp_path: Path, rows: str, why: str) -> None:
    """With its line, before anything of it is stored."""
    with pytest.raises(CityFolderError, match=why):
        law(tmp_path, rows)
    assert not LegalAct.objects.exists()


@pytest.mark.django_db
def test_a_folder_loaded_again_has_its_acts_and_no_others(tmp_path: Path) -> None:
    """One without the file leaves them as they are."""
    law(tmp_path, "a,甲,A,law,2006-03-01,,\n")
    law(tmp_path, "b,乙,B,law,2006-03-01,,\n")
    load_acts(make.CITIES / "norfolk", City())
    assert [act.code for act in LegalAct.objects.all()] == ["b"]


@pytest.mark.slow
def test_the_command_prints_the_law_of_a_day(anlan: Cli, tmp_path: Path) -> None:
    """In words and as JSON; what is no day is refused."""
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "small")
    shutil.copy(TABLES / "acts.csv", folder)
    anlan("init", "--city", folder)
    assert anlan("city", "acts", "--on", "2016-06-28").stdout.split()[:2] == ["public_order", "治安管理处罚法"]
    found = json.loads(anlan("city", "acts", "--on", "2026-01-01", "--json").stdout)["acts"]
    assert [act["in_force_from"] for act in found] == [
        "2022-12-01", "2024-11-01", "2021-02-01", "2026-01-01"
    ]  # fmt: skip
    assert "write it as" in anlan("city", "acts", "--on", "June", status=2).stderr
