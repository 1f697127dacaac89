"""Numbers of sites: which place carries on which, by table and by property."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.analysis import Outline
from anlan.core.refusals import Refused
from anlan.hotspots import rules

pytestmark = pytest.mark.pure


def spot(name: int, x: float, radius: float = 60, reports: float = 10) -> Outline:
    return Outline(name, x, 0.0, radius, reports)


@pytest.mark.parametrize(
    ("story", "standing", "vanished", "places", "numbers", "sites"),
    [
        (
            "a first study numbers everything anew",
            [], [], [spot(1, 0), spot(2, 500)], {1: (None, "new"), 2: (None, "new")}, {},
        ),
        ("a place that stays keeps its number", [spot(7, 0)], [], [spot(1, 5)], {1: (7, "kept")}, {}),
        ("one that grew keeps it too", [spot(7, 0, 50)], [], [spot(1, 0, 90)], {1: (7, "grown")}, {}),
        ("one that shrank as well", [spot(7, 0, 100)], [], [spot(1, 0, 60)], {1: (7, "shrunk")}, {}),
        ("one without reports is gone", [spot(7, 0)], [], [], {}, {7: ("gone", None)}),
        (
            "a split's largest part keeps the number",
            [spot(7, 0, 100)], [], [spot(1, -60, 50, 5), spot(2, 60, 50, 9)],
            {1: (None, "split"), 2: (7, "split")}, {},
        ),
        (
            "a merge's largest part keeps its own and the other points to it",
            [spot(7, -60, 50, 5), spot(8, 60, 50, 9)], [], [spot(1, 0, 100)],
            {1: (8, "merged")}, {7: ("merged", 8)},
        ),
        ("a place where a site was gone carries on its number", [], [spot(7, 0)], [spot(1, 5)], {1: (7, "kept")}, {}),
    ],
)  # fmt: skip
def test_a_place_carries_on_the_right_number(
    story: str, standing: list[Outline], vanished: list[Outline], places: list[Outline],
    numbers: dict[int, tuple[int | None, str]], sites: dict[int, tuple[str, int | None]],
) -> None:  # fmt: skip
    """Each story of the table holds."""
    found = rules.number_places(standing, vanished, places)
    assert dict(found.of_place) == numbers, story
    assert dict(found.of_site) == sites, story


SPOTS = st.lists(st.tuples(st.integers(0, 2000), st.integers(20, 100), st.integers(1, 50)), max_size=12)


@given(SPOTS, SPOTS)
def test_no_number_is_given_twice_and_no_site_is_forgotten(
    old: list[tuple[int, int, int]], new: list[tuple[int, int, int]]
) -> None:
    """Whatever the outlines: a number goes to one place at most, and each site is carried on, merged or gone."""
    standing = [Outline(100 + n, x, 0.0, r, w) for n, (x, r, w) in enumerate(old)]
    places = [Outline(n, x, 0.0, r, w) for n, (x, r, w) in enumerate(new, 1)]
    found = rules.number_places(standing, [], places)
    carried = [number for number, _ in found.of_place.values() if number is not None]
    assert len(carried) == len(set(carried))
    assert set(carried) | set(found.of_site) == {int(one.id) for one in standing}
    assert set(found.of_place) == {int(one.id) for one in places}


@pytest.mark.parametrize(
    ("since", "until", "fine"),
    [("2016-01-01", "2016-12-31", True), ("2014-01-01", "2014-12-31", False), ("2015-01-01", "2015-12-31", False),
     ("2015-06-01", "2016-05-31", True), ("2015-01-01", "2016-12-31", True), ("2014-01-01", "2016-12-31", False)],
)  # fmt: skip
def test_studies_are_adopted_in_time_order(since: str, until: str, fine: bool) -> None:
    """A period that does not come after the last adopted one is refused."""
    last = (dt.date(2015, 1, 1), dt.date(2015, 12, 31))
    period = dt.date.fromisoformat(since), dt.date.fromisoformat(until)
    if fine:
        rules.require_adoptable(*period, last)
    else:
        with pytest.raises(Refused) as refused:
            rules.require_adoptable(*period, last)
        assert (refused.value.code, refused.value.limits["until"]) == ("study_not_later", last[1])


@pytest.mark.parametrize("group", ["crime", "dispute", "domestic_violence", "other", ""])
def test_places_of_offences_and_disputes_are_not_studied(group: str) -> None:
    """The line: only water, hazards, fire and the like are ranked by place."""
    with pytest.raises(Refused) as refused:
        rules.require_analysable({"waterlogging": "flooding", "burglary": group})
    assert (refused.value.code, refused.value.limits) == ("category_not_analysable", {"refused": "burglary"})


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (["兰陵路铁路桥下", "兰陵路铁路桥下", "兰陵路铁路桥下", "别处"], "兰陵路铁路桥下"),
        (["兰陵北路桥下", "兰陵北路往南", "兰陵北路"], "兰陵北路"),
        (["花园东巷口", "花园东巷路边", "花园东巷"], "花园东巷"),
        (["张三家门口", "张三家门口", "李四"], ""),
    ],
)
def test_a_label_is_what_three_reports_share(words: list[str], label: str) -> None:
    """Words of one or two people never become a place's name."""
    assert rules.shared_label(words) == label
