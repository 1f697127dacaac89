"""Pure decisions of print, and the arithmetic of somebody else's bulletin."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.bulletin import rules
from anlan.bulletin.checking import check, read
from anlan.bulletin.measuring import Drawn, value_of
from anlan.bulletin.rows import hash_of, packed, unpacked
from tests.conftest import Cli

pytestmark = pytest.mark.pure
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test measures time


@patient
@given(st.lists(st.tuples(st.integers(1, 10**7), st.floats(-1e6, 1e6)), unique_by=lambda row: row[0]))
def test_rows_come_back_as_they_were_packed(rows: list[tuple[int, float]]) -> None:
    """Ids and contributions, whatever they are."""
    rows.sort()
    drawn = Drawn(np.array([pk for pk, _ in rows], np.int64), np.array([value for _, value in rows]))
    back = unpacked(packed(drawn))
    assert (back.ids == drawn.ids).all()
    assert (back.values == drawn.values).all()
    assert hash_of(packed(drawn)) == hash_of(packed(back))


counts = st.lists(st.integers(0, 30), min_size=6, max_size=6)


@patient
@given(counts)
def test_no_small_cell_can_be_worked_out_from_the_total(counts: list[int]) -> None:
    """Whatever is hidden, the shown cells and their total leave more than one answer for each small cell."""
    cells = dict(zip("abcdef", counts, strict=True))
    told = cells | {"all": sum(cells.values())}
    hidden = rules.suppressed(told, [("all", list(cells))])
    assert all(not 0 < value < rules.LEAST for name, value in told.items() if name not in hidden)
    assert len(hidden) != 1
    assert not hidden or any(0 < told[name] < rules.LEAST for name in hidden)


@patient
@given(counts, st.lists(st.integers(3, 63), max_size=4))
def test_no_small_cell_can_be_worked_out_from_several_sums(counts: list[int], groups: list[int]) -> None:
    """Sums that overlap are solved together: property less robbery and theft is fraud."""
    cells = dict(zip("abcdef", counts, strict=True))
    chosen = [[name for bit, name in enumerate(cells) if group >> bit & 1] for group in groups]
    sums = [(f"sum{n}", names) for n, names in enumerate(chosen) if len(names) > 1]
    told: dict[str, float] = cells | {name: sum(cells[one] for one in parts) for name, parts in sums}
    hidden = rules.suppressed(told, sums)
    shown = set(told) - hidden
    names = sorted(hidden)
    rows = [[(one == whole) - (one in parts) for one in names] for whole, parts in sums]
    for one in (one for one in names if 0 < told[one] < rules.LEAST):
        assert one not in shown
        if rows:
            free = np.linalg.svd(np.array(rows, float))[2][np.linalg.matrix_rank(np.array(rows, float)) :]
            assert np.abs(free[:, names.index(one)]).max(initial=0) > 1e-9, (told, sums, hidden)


def test_a_share_of_many_hides_the_few_on_either_side() -> None:
    """3 of 4,000 is a small cell as much as 3 is, and so are all but 3; none and all are not."""
    assert rules.is_small("share", 100 * 3 / 4000, 4000)
    assert rules.is_small("share", 100 * 3997 / 4000, 4000)
    assert rules.is_small("share", 50, 4)
    assert not rules.is_small("share", 0, 4000)
    assert not rules.is_small("share", 100, 4000)
    assert not rules.is_small("share", 50, 4000)
    assert rules.is_small("median", 17, 4)


def test_rows_packed_by_the_first_version_are_still_read() -> None:
    """An issue of then verifies as it did."""
    ids, values = np.array([3, 7, 2000], "<i8"), np.array([0.5, 1.25, 3.0], "<f8")
    steps = np.diff(ids, prepend=0).astype("<i8").tobytes()
    old = b"3 0\n" + zlib.compress(steps + values.tobytes(), 6)
    back = unpacked(old)
    assert (back.ids == ids).all()
    assert (back.values == values).all()
    assert (unpacked(b"3 1\n" + zlib.compress(steps)).values == 1).all()


def test_whole_seconds_come_back_bit_for_bit_in_whatever_unit() -> None:
    """Stored as whole numbers, in two bytes or so each."""
    seconds = np.arange(1, 40_001) * 7 % 86_399
    for per in (1, 60, 3600, 86_400):
        drawn = Drawn(np.arange(40_000) * 3 + 1, seconds / per)
        told = packed(drawn)
        assert (unpacked(told).values == drawn.values).all()
        assert len(told) < 4 * 40_000


def test_a_manifold_prints_as_times_and_from_nothing_there_is_no_percentage() -> None:
    """x39 from 5 to 195, not +3800 %."""
    assert rules.change("count", 195, 5) == rules.Change("times", 39)
    assert rules.change("count", 3, 0).amount is None
    assert rules.change("share", 41.8, 57.3).kind == "points"
    assert rules.change("count", 316, 364).amount == pytest.approx(-13.19, abs=0.01)
    assert rules.change("median", None, 3).amount is None


def test_without_rows_a_count_is_zero_and_a_share_is_missing() -> None:
    """Missing is not zero."""
    nothing = np.empty(0)
    assert value_of("count", nothing) == 0
    assert value_of("share", nothing) is None
    assert value_of("median", nothing) is None


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bulletin.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_parts_that_do_not_sum_and_percentages_that_do_not_follow_are_named(tmp_path: Path) -> None:
    """The published table of the reference city: 38-fold is x39, and one sum that was broken on purpose."""
    path = written(
        tmp_path,
        """name,value,base,change_percent,part_of,percent,percent_of
promotions,879,,,,24.7,force
exceptional,10,,,promotions,,
merit,20,,,promotions,,
by rank,848,,,promotions,,
force,3555,,,,,
prosecutions,195,5,3800,,,
fires,887,1000,-11.3,,,
calls,759,1000,-25,,,
areas off,28,,,,90.3,areas
areas,31,,,,,
""",
    )
    faults = {(one.line, one.name, one.code) for one in check(read(path))}
    assert faults == {(2, "promotions", "parts_do_not_sum"), (9, "calls", "change_does_not_follow")}
    one = next(fault for fault in check(read(path)) if fault.line == 2)
    assert one.follows == "10 + 20 + 848 = 878"


def test_a_percentage_without_a_base_and_one_of_zero_are_faults(tmp_path: Path) -> None:
    """Ask for the base."""
    path = written(tmp_path, "name,value,base,change_percent\nfood,195,,3800\ndrugs,3,0,300\n")
    assert [one.code for one in check(read(path))] == ["no_base", "base_zero"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("name,wert\na,1\n", "missing: value"), ("name,value\na,many\n", ":2: value 'many' is no number"),
     ("name,value\n,3\n", ":2: a figure needs a name"), ("name,value,colour\na,1,red\n", "unknown: colour")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    """Line, column and what to change."""
    with pytest.raises(rules.BulletinRefused, match=said):
        read(written(tmp_path, text))


def test_the_command_checks_a_file(anlan: Cli, tmp_path: Path) -> None:
    """Status 1 with the faults named; status 0 for one that adds up."""
    bad = written(tmp_path, "name,value,part_of\nall,5,\na,2,all\nb,2,all\n")
    told = json.loads(anlan("bulletin", "check", bad, "--json", status=1).stdout)
    assert told["faults"] == [
        {"line": 2, "name": "all", "code": "parts_do_not_sum", "printed": "5", "follows": "2 + 2 = 4"}
    ]
    good = written(tmp_path, "name,value,part_of\nall,4,\na,2,all\nb,2,all\n")
    assert "0 faults" in anlan("bulletin", "check", good).stderr
