"""What became of places: every one exactly once, whatever the order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.analysis import Outline, match_places, silent_areas

pytestmark = pytest.mark.pure
CIRCLES = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 300), st.integers(10, 100), st.integers(1, 30)), max_size=14
)


def outlines(rows: list[tuple[int, int, int, int]]) -> list[Outline]:
    return [Outline(n, float(x), float(y), float(r), float(w)) for n, (x, y, r, w) in enumerate(rows)]


@given(CIRCLES, CIRCLES, st.randoms(use_true_random=False))
def test_every_place_stands_in_one_relation_whatever_the_order(
    old: list[tuple[int, int, int, int]], new: list[tuple[int, int, int, int]], shuffle: random.Random
) -> None:
    """Total, exclusive, deterministic."""
    before, after = outlines(old), outlines(new)
    found = match_places(before, after)
    olds = [one for relation in found.relations for one in relation.old]
    news = [one for relation in found.relations for one in relation.new]
    assert sorted(olds) == list(range(len(old)))
    assert sorted(news) == list(range(len(new)))
    shuffle.shuffle(before)
    shuffle.shuffle(after)
    assert match_places(before, after).relations == found.relations


@given(CIRCLES)
def test_the_same_places_again_are_mostly_kept_and_never_new(rows: list[tuple[int, int, int, int]]) -> None:
    """Nothing vanishes that is there."""
    same = outlines(rows)
    found = match_places(same, same)
    assert not any(relation.kind in {"grown", "shrunk"} for relation in found.relations)
    far = [Outline(one.id, one.x + 1e6, one.y, one.radius_m, one.weight) for one in same]
    assert {relation.kind for relation in match_places(same, far).relations} <= {"new", "gone"}


def test_numbers_follow_the_largest_part() -> None:
    """A split's largest part carries the number on; a merge's largest part keeps its own."""
    split = match_places([Outline(1, 0, 0, 100, 20)], [Outline(1, -60, 0, 50, 4), Outline(2, 60, 0, 50, 9)])
    assert [relation.kind for relation in split.relations] == ["split"]
    assert dict(split.number_from) == {1: None, 2: 1}
    merged = match_places([Outline(1, -60, 0, 50, 4), Outline(2, 60, 0, 50, 9)], [Outline(1, 0, 0, 100, 20)])
    assert merged.kind_of_new(1) == "merged"
    assert dict(merged.successor_of) == {1: 1, 2: 1}
    assert merged.number_from[1] == 2


def test_an_area_with_people_and_no_report_is_silent_and_one_without_people_is_not() -> None:
    """Silence is said with how many reports one would expect."""
    found = silent_areas(["a", "b", "c", "d"], [1000, 2000, 0, None], [10, 0, 0, 0])
    assert [one.area for one in found] == ["b"]
    assert found[0].expected > 0
