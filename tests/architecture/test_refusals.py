"""What Anlan refuses stays refused: measures, exports, units, clocks and categories are looked through as well."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from anlan.api import geojson
from anlan.bulletin import measures as declared
from anlan.bulletin.figures.kinds import KINDS
from anlan.bulletin.figures.measure import MEASURES
from anlan.city.town.folder import TABLES
from anlan.city.town.units import units_csv
from anlan.core.models import Person
from anlan.core.people.roles import Role
from anlan.dispatch.models import Shift, Unit
from tests.architecture.line import refused, words_of_measure
from tests.architecture.source import ROOT

CITIES = ROOT / "tests/cities"
assert declared.STAGES


def test_no_measure_counts_what_we_refuse() -> None:
    """Neither its code nor its words; and it counts places, matters, tasks or answers, never people."""
    assert len(MEASURES) >= 40
    named = {
        measure.code: found
        for measure in MEASURES.values()
        if (found := refused(" · ".join(words_of_measure(measure))))
    }
    assert not named
    assert not [measure.code for measure in MEASURES.values() if KINDS[measure.of].model is Person]


def test_a_measure_that_crosses_the_line_would_be_seen() -> None:
    """The check is not blind, in either language."""
    assert all(refused(word) for word in ("risk_score_of_callers", "重点人员数", "repeat_callers", "破案前科籍贯"))


def test_no_address_for_maps_carries_a_caller() -> None:
    """What GIS desktops get has no contact, words or names, and no places of crime."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path(geojson.__file__).parent.glob("*.py"))
    assert not refused(text)
    assert not [name for name in ("contact", "place_words", "personal", "phone") if name in text]


def test_crews_and_shifts_are_counts() -> None:
    """No relation from a unit or a shift to a person."""
    for model in (Unit, Shift):
        assert not [field for field in model._meta.get_fields() if field.related_model is Person]
        assert "people" in {field.name for field in model._meta.get_fields()}


def test_satisfaction_is_counted_and_never_listed() -> None:
    """Who chose what is nobody's to read."""
    assert KINDS["satisfaction"].sealed


def test_folders_of_cities_name_nothing_refused() -> None:
    """Categories, organisations, clocks and units, of the reference city and of the tests'."""
    paths = [*TABLES.glob("*.csv"), *CITIES.glob("*/*.csv")]
    texts = [units_csv(), *(path.read_text(encoding="utf-8") for path in paths)]
    assert len(texts) > 10
    assert not [text[:40] for text in texts if refused(text)]


def test_no_role_watches_people() -> None:
    """Roles are posts of the path."""
    assert not [role for role in Role.values if refused(role)]


def test_a_measure_has_no_score() -> None:
    """Nothing weighs or ranks: a measure counts, shares, or takes a median; only the heads of crews are summed."""
    assert {measure.aggregate for measure in MEASURES.values()} <= {"count", "sum", "share", "median", "p90"}
    assert {measure.code for measure in MEASURES.values() if measure.aggregate == "sum"} <= {"mobile_people"}
    assert "weight" not in {field.name for field in fields(type(next(iter(MEASURES.values()))))}
