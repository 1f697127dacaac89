"""At which entries clocks can start and stop is said in words, in both languages, completely and where people look."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from anlan.city.town.folder import TABLES
from anlan.core.labels import label_of
from anlan.core.models import ClockRule
from anlan.core.models.clock import kinds_of
from anlan.core.time.deadlines import shipped
from anlan.core.time.rule_checks import scope_names
from anlan.core.time.vocabulary import DAYS, FACTS, KINDS, NAMED, scope_words, steps_of
from anlan.dispatch.rules import MOVES
from anlan.dispatch.states import Stamp
from anlan.triage.moves import INCIDENTS
from anlan.triage.words import NOTED
from tests import make
from tests.conftest import Cli

REFERENCE = Path(__file__).parents[2] / "docs/reference/city-folder.md"
ASIDE = {"dispatch.unit_backup_asked"}  # a stamp that moves nothing
UNHEARD = {"triage.incident_undone"}  # what is taken back starts and stops nothing


def heard() -> set[str]:
    """Return the kinds that the stages tell their clocks of."""
    moved = {f"triage.{move.kind(state)}" for move in INCIDENTS.moves for state in move.to if move.past}
    first = {f"triage.{move.first}" for move in INCIDENTS.moves if move.first}
    noted = {kind for kind in NOTED if kind.count(".") == 1} - UNHEARD
    stamps = {f"dispatch.unit_{step}" for steps in MOVES.values() for step in steps}
    return moved | first | noted | stamps | {"triage.incident_handed_on", "dispatch.unit_dispatched", *ASIDE}


def test_every_kind_that_clocks_hear_has_its_words_and_no_other() -> None:
    """A kind without words could be written into clocks.csv by nobody who does not read the code."""
    assert heard() == set(KINDS)
    assert set(shipped()) == set(NAMED) | set(DAYS)
    assert set(scope_names()) == set(FACTS)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_clock_of_a_city_says_its_steps_and_scope_in_words(language: str) -> None:
    """No raw kind and no unknown one, and in Chinese no English."""
    make.city()
    with override(language):
        for rule in ClockRule.objects.all():
            said = " ".join((*steps_of(rule), scope_words(rule)))
            assert not re.search(r"[a-z]+\.[a-z_]+|_", said), said
            assert language == "en" or not re.search("[A-Za-z]", said), said


def test_the_reference_city_uses_only_kinds_that_are_listed() -> None:
    """What its folder names can start and stop."""
    with (TABLES / "clocks.csv").open(encoding="utf-8") as file:
        lines = [line.split(",") for line in file.read().splitlines()[1:]]
    assert {kind for line in lines for cell in line[3:5] for kind in kinds_of(cell)} <= set(KINDS)


def test_the_command_prints_them_in_both_languages_without_a_city(anlan: Cli) -> None:
    """Whoever writes a new city's clocks.csv has no data directory yet."""
    plain, rows = anlan("city", "kinds").stdout, json.loads(anlan("city", "kinds", "--json").stdout)["kinds"]
    assert {row["kind"] for row in rows} == set(KINDS)
    row = next(row for row in rows if row["kind"] == "dispatch.unit_on_scene")
    assert (row["name"], row["name_en"]) == ("到场", "On scene")
    assert all(row["kind"] in plain and row["name"] in plain for row in rows)


def test_the_page_on_the_folder_lists_them() -> None:
    """Beside the columns in which they are written."""
    with override("en"):
        english = {kind: label_of(kind) for kind in KINDS}
    with override("zh-hans"):
        for kind in KINDS:
            assert f"| `{kind}` | {english[kind]} | {label_of(kind)} |" in REFERENCE.read_text("utf-8")


def test_a_clock_calls_its_steps_what_the_ledger_calls_them() -> None:
    """One word for one step: a milestone is its own, whoever asks."""
    with override("zh-hans"):
        for kind in KINDS:
            assert steps_of(ClockRule(code="any", start=kind, stop=kind)) == (label_of(kind), label_of(kind))
        stamped = [stamp for stamp in Stamp if f"dispatch.unit_{stamp.value}" in KINDS]
        said = [label_of(f"dispatch.unit_{stamp.value}") for stamp in stamped]
        assert said == [str(stamp.label) for stamp in stamped]
        assert {"签收", "出警", "到场", "处置完毕", "审核", "归档"} <= set(said)
