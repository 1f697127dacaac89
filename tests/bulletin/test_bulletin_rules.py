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
from anlan.bulletin.arithmetic.faults import check
from anlan.bulletin.arithmetic.sheet import Number, read
from anlan.bulletin.figures.drawn import Drawn, value_of
from anlan.bulletin.figures.rows import hash_of, packed, unpacked
from anlan.tables import TableError
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


spans = st.tuples(st.integers(0, 4), st.integers(1, 5)).filter(lambda span: span[0] < span[1])


@patient
@given(st.lists(st.integers(0, 12), min_size=5, max_size=5), st.lists(spans, min_size=1, max_size=9))
def test_no_small_count_of_any_days_can_be_worked_out_from_bulletins_of_several_periods(
    daily: list[int], periods: list[rules.Span]
) -> None:
    """Quarters, halves and years, one after another: what the shown ones give is never small, nor a hidden one."""
    shown: list[tuple[rules.Span, float]] = []
    hidden: set[rules.Span] = set()
    for begin, end in periods:
        value = sum(daily[begin:end])
        if (begin, end) in hidden or rules.tells_over_time(shown, hidden, (begin, end), value):
            hidden.add((begin, end))
        else:
            shown.append(((begin, end), value))
    table = np.array([[begin <= day < end for day in range(5)] for (begin, end), _value in shown], float).reshape(-1, 5)
    for begin, end in ((a, b) for a in range(5) for b in range(a + 1, 6)):
        unit = np.array([begin <= day < end for day in range(5)], float)
        given_away = len(table) and np.linalg.matrix_rank(np.vstack([table, unit])) == np.linalg.matrix_rank(table)
        if given_away:
            assert not 0 < sum(daily[begin:end]) < rules.LEAST
            assert (begin, end) not in hidden


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


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "bulletin.csv"
    path.write_bytes(text.encode(encoding))
    return path


def faults(tmp_path: Path, text: str) -> set[tuple[int, str, str]]:
    told = read(written(tmp_path, text))
    assert not told.unread
    return {(one.line, one.name, one.code) for one in check(told)}


PUBLISHED = """name,value,base,change_percent,part_of,percent,percent_of
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
"""


def test_parts_that_do_not_sum_and_percentages_that_do_not_follow_are_named(tmp_path: Path) -> None:
    """The published table of the reference city: 38-fold is x39, and one sum that was broken on purpose."""
    found = {(2, "promotions", "parts_do_not_sum"), (9, "calls", "change_does_not_follow")}
    assert faults(tmp_path, PUBLISHED) == found
    one = next(fault for fault in check(read(written(tmp_path, PUBLISHED))) if fault.line == 2)
    assert (one.printed, one.follows) == ("879", "10 + 20 + 848 = 878")


CHINESE = "\n指标,数值,单位,上年同期,同比（%）,所属,占比（%）,占比基数\n"
ROWS = """，，，，，，，
侵财警情,"1,347",起,1287,+4.7,,,
\n盗窃,８６８,起,836,＋3.8%,侵财警情,64.4%,侵财警情
电信诈骗,468,起,432,8.3％,侵财警情,34.7,侵财警情
抢劫抢夺,11,起,20,−45.0,侵财警情,0.9,侵财警情
分流,60.3万,起,,,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_read_as_chinese_offices_and_excel_write_it(tmp_path: Path, encoding: str, mark: str) -> None:
    """Chinese heads, any usual encoding and separator, blank lines, full-width digits and signs, thousands, 万."""
    text = (CHINESE + ROWS.replace("，", ",")).replace(",", mark).replace(f"1{mark}347", "1,347")
    told = read(written(tmp_path, text, encoding))
    assert not told.unread
    assert [row.line for row in told.rows] == [4, 6, 7, 8, 9]
    assert told.rows[-1].value == Number(603_000, 500)
    found = {(one.line, one.name, one.code, one.follows) for one in check(told)}
    assert found == {(8, "抢劫抢夺", "percent_does_not_follow", "11 / 1,347 = +0.82 %")}


def test_rounded_numbers_may_be_as_far_off_as_their_rounding(tmp_path: Path) -> None:
    """Thirds are 33.3 and sum to 99.9; 60.3万 after 50.0万 is +20.6 % as much as +20.4 %; whole numbers are exact."""
    head = "name,value,base,change_percent,part_of\n"
    assert not faults(tmp_path, head + "all,100,,,\na,33.3,,,all\nb,33.3,,,all\nc,33.3,,,all\nd,60.3万,50.0万,20.5,\n")
    assert faults(tmp_path, head + "all,100,,,\na,33,,,all\nb,33,,,all\nc,33,,,all\n") == {
        (2, "all", "parts_do_not_sum")
    }
    assert faults(tmp_path, head + "d,60.3万,50.0万,21.5,\n") == {(2, "d", "change_does_not_follow")}


def test_a_percentage_without_a_base_and_one_of_zero_are_faults(tmp_path: Path) -> None:
    """Ask for the base; a figure that is left out is named too."""
    text = "name,value,base,change_percent\nfood,195,,3800\ndrugs,3,0,300\nfires,—,5,20\n"
    assert [one.code for one in check(read(written(tmp_path, text)))] == ["no_base", "base_zero", "no_value"]


def test_every_cell_that_cannot_be_read_is_named_with_its_line_column_and_reason(tmp_path: Path) -> None:
    """All of them, not the first; what follows from them is not judged, the rest is."""
    text = """name,value,base,change_percent,part_of,percent_of
all,5,,,,
a,many,,,all,
b,"12,5",10,25,all,
,3,,,,
a,2,,,a,
c,nan,,,,
d,2,1,"3,800",,
e,1,2,3,4,5,6
"""
    told = read(written(tmp_path, text))
    assert [(one.line, one.field, one.told, one.reason) for one in told.unread] == [
        (3, "value", "many", "is no number"),
        (4, "value", "12,5", "write 12.5: a comma parts thousands"),
        (5, "name", "", "a figure needs a name"),
        (6, "name", "a", "stands on line 3 already"),
        (6, "part_of", "a", "a figure is no part of itself"),
        (7, "value", "nan", "is no number"),
        (9, "", "", "the line has more cells than the first one"),
    ]
    assert {(one.line, one.code) for one in check(told)} == {(8, "change_does_not_follow")}


@pytest.mark.parametrize(
    ("text", "said"),
    [("name,wert\na,1\n", "missing: value; unknown: wert"), ("name,value,colour\na,1,red\n", "unknown: colour"),
     ("name,指标,value\na,b,1\n", "there twice: name"), ("\n\n", "nothing but empty lines")],
)  # fmt: skip
def test_a_file_without_the_columns_is_refused_with_what_they_are_called(tmp_path: Path, text: str, said: str) -> None:
    """In both languages."""
    with pytest.raises(TableError, match=said):
        read(written(tmp_path, text))


@pytest.mark.slow
def test_the_command_checks_a_file(anlan: Cli, tmp_path: Path) -> None:
    """Status 1 with the faults named, 2 with the cells that cannot be read, 0 for one that adds up."""
    bad = written(tmp_path, "name,value,part_of\nall,5,\na,2,all\nb,2,all\n")
    told = json.loads(anlan("bulletin", "check", bad, "--json", status=1).stdout)
    assert told["faults"] == [
        {"line": 2, "name": "all", "code": "parts_do_not_sum", "printed": "5", "follows": "2 + 2 = 4"}
    ]
    unread = written(tmp_path, "name,value\nall,five\n")
    assert "line 2: value 'five': is no number" in anlan("bulletin", "check", unread, status=2).stdout
    good = written(tmp_path, "name,value,part_of\nall,4,\na,2,all\nb,2,all\n")
    assert "0 faults" in anlan("bulletin", "check", good).stderr
    assert "there is no file" in anlan("bulletin", "check", tmp_path / "none.csv", status=2).stderr
