"""Which unit is offered: the kind that can do something about the matter, before the one that stands nearest."""

from __future__ import annotations

import pytest

from anlan.core.city.folder import CityFolderError
from anlan.core.people.actors import system
from anlan.dispatch.city_parts import require_kinds
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.console import chosen
from anlan.dispatch.queries.units import candidates
from anlan.intake.models import Category
from anlan.triage.models import Incident
from tests import make

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()


def offered(units: str, **place) -> list[str]:
    Category.objects.filter(code="waterlogging").update(units=units)
    incident = Incident.objects.get(number=make.incident(**place))
    return [near.unit.code for near in candidates(incident, AT, ME)]


@pytest.mark.parametrize(
    ("units", "codes"),
    [
        ("", ["mobile-1", "pump-1", "mobile-2"]),
        ("works", ["pump-1", "mobile-1", "mobile-2"]),
        ("fire|works", ["pump-1", "mobile-1", "mobile-2"]),
        ("fire", ["mobile-1", "pump-1", "mobile-2"]),
    ],
)
def test_the_kind_follows_the_category(units, codes):
    """The first kind of which one is free comes first; where none is, the nearest of all."""
    assert offered(units, lon=119.961, lat=31.751) == codes


def test_the_usual_next_move_sends_that_kind():
    """`n` on the console offers the pump crew for flooding, although a team stands nearer."""
    offered("works", lon=119.961, lat=31.751)
    shown = chosen(Incident.objects.get(), ME, AT, "")
    assert shown.next
    assert shown.next.fields == {"verb": "send", "unit": "pump-1", "seen": "new"}


def test_the_last_keys_are_left_to_the_nearest_of_any_kind():
    """Nine crews of the right kind far off do not hide who stands round the corner."""
    home = Unit.objects.get(code="pump-1")
    for n in range(2, 10):
        Unit.objects.create(code=f"pump-{n}", name="x", name_en="x", kind="works", organisation=home.organisation,
                            lon=119.99, lat=31.79)  # fmt: skip
    assert offered("works", lon=119.961, lat=31.751)[:8][-2:] == ["mobile-1", "mobile-2"]


def test_a_category_that_asks_for_an_unknown_kind_is_refused():
    """When the folder is loaded, not when somebody waits for help."""
    Category.objects.filter(code="waterlogging").update(units="works|boats")
    with pytest.raises(CityFolderError, match="boats"):
        require_kinds(make.CITIES / "small", make.city())
