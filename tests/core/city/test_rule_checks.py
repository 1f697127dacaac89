"""A clock rule or an act that cannot be is refused in the same words by the admin and by the city's folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from anlan.core.city.folder import CityFolderError
from anlan.core.city_parts import load_clocks
from anlan.core.models import City, ClockRule, LegalAct
from anlan.core.time.deadlines import shipped
from anlan.core.time.expiry import EXPIRIES
from anlan.core.time.rule_checks import LONGEST_S, scope_names
from anlan.dispatch.models import Assignment
from anlan.dispatch.queries.clocks import facts_of
from tests import make
from tests.conftest import Cli

COLUMNS = "code,name,name_en,start,stop,target_s,counting,owner,scope,ladder,effect"
GOOD = {"code": "x", "name": "某", "name_en": "Some", "target_s": "60",
        "start": "triage.incident_opened", "stop": "triage.incident_closed", "counting": "hours",
        "owner": "", "scope": "", "ladder": "", "effect": "", "active": "on"}  # fmt: skip
UNFIT = [
    ({"scope": "fire"}, "Write scope as name=value"),
    ({"scope": "category="}, "Write scope as name=value"),
    ({"scope": "=fire"}, "Write scope as name=value"),
    ({"scope": "colour=red"}, "No clock is told of 'colour'"),
    ({"start": "triage.incident_opened|triage.incident_close"}, "No entry is called triage.incident_close;"),
    ({"stop": "triage.incident_close"}, "No entry is called triage.incident_close;"),
    ({"effect": "nonsense"}, "There is no effect 'nonsense'"),
    ({"target_s": "9223372036854775807"}, "A target is from 0 to 315619200 seconds"),
    ({"target_s": str(LONGEST_S + 1)}, "A target is from 0 to 315619200 seconds"),
    ({"target_s": "100", "counting": "working"}, "whole days"),
    ({"target_s": "100", "counting": "days"}, "whole days"),
    ({"stop": ""}, "needs a stop"),
    ({"owner": "nobody"}, "There is no organisation 'nobody'"),
    ({"ladder": "nonsense"}, "is no ladder"),
    ({"code": "c" * 33}, "at most 32 characters"),
    ({"name": "名" * 81}, "at most 80 characters"),
    ({"name_en": ""}, "cannot be blank|is required"),
]
NAMED = [{name: "triage.incident_opened"} for name in ("start", "stop", "scope", "effect")]
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    make.city()
    client.force_login(make.person("operator"))
    return client


def words_of(page: Any) -> str:
    """Return what a form of the admin refuses, in the words of its errors."""
    assert page.status_code == 200, "it was stored"
    return " ".join(str(why) for whys in page.context["adminform"].form.errors.values() for why in whys)


def folder_words(folder: Path, *found: dict[str, str]) -> str:
    """Return in which words a folder with these clocks is refused."""
    names = COLUMNS.split(",")
    lines = [COLUMNS, *(",".join(values[name] for name in names) for values in found)]
    (folder / "clocks.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CityFolderError) as refused:
        load_clocks(folder, City())
    return str(refused.value)


@pytest.mark.parametrize(("change", "why"), UNFIT)
def test_admin_and_folder_refuse_the_same(operator: Client, tmp_path: Path, change: dict[str, str], why: str) -> None:
    """A new rule that a later move would fail on, or that one of the databases could not hold."""
    before = ClockRule.objects.count()
    page = words_of(operator.post("/admin/core/clockrule/add/", GOOD | change))
    folder = folder_words(tmp_path, GOOD | change)
    assert any(part in page for part in why.split("|")), page
    assert any(part in folder for part in why.split("|")), folder
    assert "clocks.csv:2: " in folder
    assert ClockRule.objects.count() == before


@pytest.mark.parametrize("change", NAMED)
def test_what_verbs_start_takes_no_entries_of_its_own(operator: Client, tmp_path: Path, change: dict[str, str]) -> None:
    """Neither in the admin, where the code cannot be typed anew, nor in the folder."""
    rule = ClockRule.objects.get(code="problem_assigned")
    shown = GOOD | {"start": "", "stop": "", "target_s": "259200", "counting": "working"}
    address = f"/admin/core/clockrule/{rule.pk}/change/"
    assert "leave start, stop, scope and effect empty" in words_of(operator.post(address, shown | change))
    named = shown | change | {"code": "problem_assigned"}
    assert "leave start, stop, scope and effect empty" in folder_words(tmp_path, named)
    assert operator.post(address, shown | {"code": "renamed"}).status_code == 302
    assert ClockRule.objects.get(pk=rule.pk).code == "problem_assigned"


@pytest.mark.parametrize("code", ["first_look", "call_back", "reporter_objects"])
def test_a_clock_by_which_work_is_found_stays_on(operator: Client, tmp_path: Path, code: str) -> None:
    """Without it the queue would be empty, and nobody would know; another named clock may be switched off."""
    values = GOOD | {"start": "", "stop": "", "active": ""}
    rule = ClockRule.objects.get(code=code)
    assert "stays on" in words_of(operator.post(f"/admin/core/clockrule/{rule.pk}/change/", values | {"code": code}))
    other = ClockRule.objects.get(code="problem_assigned")
    assert operator.post(f"/admin/core/clockrule/{other.pk}/change/", values).status_code == 302
    ClockRule.objects.filter(code=code).update(active=False)
    (tmp_path / "clocks.csv").write_text(f"{COLUMNS}\n", encoding="utf-8")
    load_clocks(tmp_path, City())
    assert ClockRule.objects.get(code=code).active


@pytest.mark.parametrize(
    "change", [{}, {"target_s": str(LONGEST_S)}, {"target_s": "0"}, {"scope": "unit_kind=mobile zone=a,b"},
               {"owner": "control"}, {"stop": "", "effect": "test.thaw"}],
)  # fmt: skip
def test_a_rule_that_can_be_is_stored_by_both(
    operator: Client, tmp_path: Path, change: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no bound is too narrow."""
    monkeypatch.setitem(EXPIRIES, "test.thaw", None)
    values = GOOD | change
    assert operator.post("/admin/core/clockrule/add/", values).status_code == 302
    by_admin = ClockRule.objects.get(code="x")
    ClockRule.objects.filter(code="x").delete()
    cells = ",".join(f'"{values[name]}"' for name in COLUMNS.split(","))
    (tmp_path / "clocks.csv").write_text(f"{COLUMNS}\n{cells}", encoding="utf-8")
    load_clocks(tmp_path, City())
    by_folder = ClockRule.objects.get(code="x")
    assert all(getattr(by_admin, name) == getattr(by_folder, name) for name in COLUMNS.split(","))


@pytest.mark.parametrize("target", ["86400²", "８６４００", "٣", "-1", "1.5", "9" * 5000])
def test_a_target_is_written_in_plain_digits(tmp_path: Path, target: str) -> None:
    """Whatever Python takes for a digit."""
    assert "clocks.csv:2: a clock needs" in folder_words(tmp_path, GOOD | {"target_s": target})


def test_a_code_stands_once(tmp_path: Path) -> None:
    """Both lines are named."""
    other = GOOD | {"code": "y"}
    assert "clocks.csv:4: x stands in line 2 already" in folder_words(tmp_path, GOOD, other, GOOD)


def test_refusals_come_in_chinese_too(operator: Client) -> None:
    """As whoever reads the admin in Chinese sees them."""
    wrong = GOOD | {"scope": "fire", "effect": "nonsense", "owner": "nobody", "target_s": "999999999", "ladder": "no"}
    page = operator.post("/admin/core/clockrule/add/", wrong, headers={"Accept-Language": "zh-hans"})
    found = words_of(page)
    assert all(part in found for part in ("没有到期效力", "没有单位", "十年", "阶梯")), found


def test_scopes_ask_for_what_moves_tell() -> None:
    """Every name that the stages declare is told of a crew, and every name that is told is declared."""
    make.city()
    assert scope_names() == sorted(facts_of(Assignment.objects.get(pk=make.assignment())))


def test_the_shipped_rules_pass() -> None:
    """Which the folder does not check."""
    for values in shipped().values():
        ClockRule(**values).full_clean(validate_unique=False)


ACT = {"code": "a", "name": "甲", "name_en": "A", "kind": "law", "number": "", "in_force_from": "2006-03-01",
       "until": "", "replaces": "", "source": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why", "chinese"),
    [
        ({"in_force_from": "2012-01-01"}, "a 2006-03-01 is still in force when a 2012-01-01 begins", "仍在施行"),
        ({"in_force_from": "2001-01-01", "until": "2006-03-02"}, "a 2001-01-01 is still in force when", "仍在施行"),
        ({"code": "b", "replaces": "no_such"}, "There is no act 'no_such'", "没有法规"),
        ({"code": "b", "until": "2006-03-01"}, "a later `until`", "更晚"),
    ],
)
def test_the_admin_refuses_an_act_as_the_folder_does(
    operator: Client, change: dict[str, str], why: str, chinese: str
) -> None:
    """A version beside another of its act, an act that is not there to be replaced, and days that are none."""
    assert operator.post("/admin/core/legalact/add/", ACT).status_code == 302
    address = "/admin/core/legalact/add/"
    assert why in words_of(operator.post(address, ACT | change))
    assert chinese in words_of(operator.post(address, ACT | change, headers={"Accept-Language": "zh-hans"}))
    assert LegalAct.objects.count() == 1


def test_the_admin_stores_the_next_version_of_an_act(operator: Client) -> None:
    """Once the one before has its end; one that is edited is not held against itself."""
    operator.post("/admin/core/legalact/add/", ACT)
    first = LegalAct.objects.get()
    address = f"/admin/core/legalact/{first.pk}/change/"
    assert operator.post(address, ACT | {"until": "2012-01-01"}).status_code == 302
    new = ACT | {"in_force_from": "2012-01-01", "replaces": "a"}
    assert operator.post("/admin/core/legalact/add/", new).status_code == 302


@pytest.mark.slow
def test_init_names_the_line_that_it_refuses(anlan: Cli, tmp_path: Path) -> None:
    """With status 2, nothing of the folder loaded."""
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "small")
    clocks = folder / "clocks.csv"
    kept = clocks.read_text(encoding="utf-8")
    count = len(kept.splitlines())
    for row in ("z,某,Z,a.b,a.c,86400²,,,,", f"{'z' * 33},某,Z,a.b,a.c,60,,,,", "z,某,Z,a.b,a.c,60,,nobody,,",
                "z,某,Z,a.b,a.c,60,,,colour=red,", "sign,某,Z,a.b,a.c,60,,,,"):  # fmt: skip
        clocks.write_text(f"{kept.rstrip()}\n{row}\n", encoding="utf-8")
        said = anlan("init", "--city", folder, status=2).stderr
        assert f"clocks.csv:{count + 1}: " in said
        assert "Traceback" not in said
    clocks.write_text(kept, encoding="utf-8")
    head = "code,name,name_en,kind,in_force_from,replaces\n"
    (folder / "acts.csv").write_text(
        f"{head}a,甲,A,law,2006-03-01,\nb,{'乙' * 121},B,law,2006-03-01,\n", encoding="utf-8"
    )
    assert "acts.csv:3: name: " in anlan("init", "--city", folder, status=2).stderr
    (folder / "acts.csv").write_text(f"{head}a,甲,A,law,2006-03-01,\n", encoding="utf-8")
    anlan("init", "--city", folder)


def test_words_of_a_refusal_follow_the_language() -> None:
    """Of the model, whoever asks it."""
    with override("zh-hans"):
        rule = ClockRule(**{name: GOOD[name] for name in ("code", "name", "name_en", "start")}, target_s=1)
        with pytest.raises(Exception, match="须有终点"):
            rule.full_clean(validate_unique=False)


def test_a_scope_that_is_none_holds_for_nothing() -> None:
    """Stored by an older version, it breaks no move."""
    assert not ClockRule(scope="fire").applies_to({"category": "fire"})
