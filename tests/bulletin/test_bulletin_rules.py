"""Pure decisions of print, and the arithmetic of somebody else's bulletin."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.bulletin import rules
from anlan.bulletin.checking import check, read
from anlan.bulletin.measuring import Drawn, value_of
from anlan.bulletin.rows import hash_of, packed, unpacked
from tests.conftest import Cli

pytestmark = pytest.mark.pure


@given(st.lists(st.tuples(st.integers(1, 10**7), st.floats(-1e6, 1e6)), unique_by=lambda row: row[0]))
def test_rows_come_back_as_they_were_packed(rows: list[tuple[int, float]]) -> None:
    """Ids and contributions, whatever they are."""
    rows.sort()
    drawn = Drawn(np.array([pk for pk, _ in rows], np.int64), np.array([value for _, value in rows]))
    back = unpacked(packed(drawn))
    assert (back.ids == drawn.ids).all()
    assert (back.values == drawn.values).all()
    assert hash_of(packed(drawn)) == hash_of(packed(back))


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 30), min_size=2, max_size=8))
def test_no_small_cell_can_be_worked_out_from_the_total(cells: dict[str, int]) -> None:
    """Whatever is hidden, at least two cells share what the total leaves, unless there is only one with anything."""
    hidden = rules.suppressed(cells)
    assert all(not 0 < value < rules.LEAST for name, value in cells.items() if name not in hidden)
    assert len(hidden) != 1 or sum(1 for value in cells.values() if value > 0) == 1


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
