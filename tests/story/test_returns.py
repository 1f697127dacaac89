"""Handed-over work comes back as often as the city allows, then the arbiter decides; the same in every stage."""

from __future__ import annotations

import importlib
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from anlan.core.city import folder as cityfolder
from anlan.core.city.folder import CityFolderError
from anlan.core.holding import Held, returns_allowed
from anlan.core.models import City
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.prevention import actions as prevention
from anlan.prevention.models import Problem
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make
from tests.flat import flat
from tests.make.city import AT, CITIES
from tests.make.problems import Town, day

ME = system("test")


def allow(returns: int) -> None:
    """Let the city allow so many returns."""
    here = City.objects.get()
    City.objects.update(settings=json.dumps(json.loads(here.settings) | {"returns_allowed": returns}))


@pytest.fixture
def town(db: None) -> Town:
    """A small town with places to mend."""
    return make.town()


def incident_returned(times: int) -> tuple[Incident, list[str]]:
    """Hand an incident over and return it, so many times; return it and where it stood each time."""
    number, stood = make.incident(), []
    for _ in range(times):
        triage.hand_over(number=number, to="drains", actor=ME, at=AT)
        stood.append(triage.return_incident(number=number, reason="Not ours", actor=ME, at=AT)["state"])
    return Incident.objects.get(number=number), stood


def problem_returned(town: Town, times: int) -> tuple[Problem, list[str]]:
    """Instruct a lead to answer for a problem that returns it, so many times; return it and where it stood."""
    number, stood = town.raised(1)[0], []
    for n in range(times):
        town.instruct(number, at=day(n))
        stood.append(prevention.return_problem(problem=number, reason="Not ours", actor=ME, at=day(n))["state"])
    return Problem.objects.get(number=number), stood


@pytest.mark.parametrize("allowed", [None, 0, 1, 3])
def test_the_arbiter_decides_after_the_returns_that_the_city_allows(town: Town, allowed: int | None) -> None:
    """Without a word of the city the second return goes to the arbiter, for incidents and for problems."""
    if allowed is not None:
        allow(allowed)
    most = returns_allowed()
    assert most == (1 if allowed is None else allowed)
    stood = ["returned"] * most + ["disputed"]
    assert incident_returned(most + 1)[1] == stood
    assert problem_returned(town, most + 1)[1] == stood


@pytest.mark.parametrize("allowed", [0, 1, 3])
def test_pages_say_what_the_city_allows(town: Town, allowed: int) -> None:
    """No page counts the returns as another city does."""
    allow(allowed)
    problem, incident = problem_returned(town, allowed + 1)[0].number, incident_returned(allowed + 1)[0].number
    for path, said in (
        (f"/problems/?p={problem}", f"at most {allowed} return{'s' * (allowed != 1)}; the next goes to the arbiter"),
        (f"/incidents/{incident}/", "; the arbiter decides"),
    ):
        for language, found in (("en", said), ("zh-hans", "裁定人决定")):
            desk = make.browser(make.actor("supervisor", at="control"))
            page = flat(desk.get(path, HTTP_ACCEPT_LANGUAGE=language))
            assert found in page
            assert re.findall("second return|second time|第二次", page) == []


def test_the_arbiters_word_stands_whatever_the_city_allows_later(town: Town) -> None:
    """It is kept with the record and not read off the count of returns."""
    incident, problem = incident_returned(2)[0], problem_returned(town, 2)[0]
    triage.arbitrate(number=incident.number, to="drains", reason="Pipe", actor=ME, at=AT)
    prevention.arbitrate(problem=problem.number, lead="drains", reason="Pipe", actor=ME, at=day(3))
    allow(5)
    for back in (
        lambda: triage.return_incident(number=incident.number, reason="x", actor=ME, at=AT),
        lambda: prevention.return_problem(problem=problem.number, reason="x", actor=ME, at=day(4)),
    ):
        with pytest.raises(Refused) as refused:
            back()
        assert refused.value.code == "arbiter_has_decided"


def test_fewer_returns_take_nobodys_return_away(town: Town) -> None:
    """What came back twice and was not decided on may come back once more, to the arbiter."""
    allow(3)
    incident, problem = incident_returned(2)[0], problem_returned(town, 2)[0]
    allow(1)
    triage.hand_over(number=incident.number, to="drains", actor=ME, at=AT)
    town.instruct(problem.number, at=day(5))
    triage.return_incident(number=incident.number, reason="x", actor=ME, at=AT)
    prevention.return_problem(problem=problem.number, reason="x", actor=ME, at=day(6))
    incident.refresh_from_db()
    problem.refresh_from_db()
    assert incident.state == problem.state == "disputed"


@pytest.mark.parametrize("value", ["-1", '"twice"', "true", "1.5"])
def test_a_folder_with_no_number_of_returns_is_refused(tmp_path: Path, value: str) -> None:
    """The message names what to write."""
    shutil.copytree(CITIES / "small", tmp_path / "city")
    with (tmp_path / "city/city.toml").open("a", encoding="utf-8") as file:
        file.write(f"\nreturns_allowed = {value}\n")
    with pytest.raises(CityFolderError, match="returns_allowed as a whole number"):
        cityfolder.read(tmp_path / "city")


def test_both_stages_keep_it_in_columns_of_their_own() -> None:
    """No table of core holds what a stage handed over."""
    assert Held._meta.abstract
    stages = {model for model in Held.__subclasses__() if model.__module__.startswith("anlan.")}
    assert stages == {Incident, Problem}


def test_decisions_of_before_are_marked_by_the_upgrade(town: Town) -> None:
    """What came back twice and waits for the arbiter no more was decided; what waits, or came back once, was not."""
    decided = make.incidents.arbitrated()
    waiting, once = incident_returned(2)[0].number, incident_returned(1)[0].number
    Incident.objects.update(arbitrated=False)
    step = importlib.import_module("anlan.triage.migrations.0005_arbitrated")
    step.note_decisions(apps, SimpleNamespace(connection=connection))
    marked = dict(Incident.objects.values_list("number", "arbitrated"))
    assert marked == {decided: True, waiting: False, once: False}
