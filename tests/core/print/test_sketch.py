"""A sketch: outlines, places and a scale, drawn where they lie; and papers that hold them, bound in one file."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from shapely.geometry import Polygon, box

from anlan.core.print import Blanks, Bound, Drawing, Paper, Words
from anlan.core.print.press import pdf, pictures
from anlan.core.print.sketch import DEGREE_M, Mark, around, over, sketch
from anlan.core.refusals import Refused
from tests.core.print.test_print import AT, kinds_of, read, text_of

TOWN = box(119.9, 31.7, 120.0, 31.8).boundary
SVG = "{http://www.w3.org/2000/svg}"


def parts_of(drawn: str, kind: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(drawn).findall(f"{SVG}{kind}")


def test_a_place_is_drawn_in_the_middle_with_its_true_radius() -> None:
    """A view of 1,000 m to each side is 200 units wide: 100 m are ten of them."""
    view = around(119.95, 31.75, 1000)
    drawn = sketch(view, [TOWN], [Mark(119.95, 31.75, radius_m=100)])
    ring = parts_of(drawn, "circle")[0]
    assert [float(ring.attrib[name]) for name in ("cx", "cy", "r")] == pytest.approx([100, 100, 10], abs=0.1)
    assert view.unit_m == pytest.approx(10, rel=1e-3)
    assert view.high == pytest.approx(view.wide, rel=1e-3)


def test_what_lies_outside_is_not_drawn_and_lines_end_at_the_frame() -> None:
    """A street of a kilometre holds no outline of the city."""
    view = around(119.9, 31.75, 500)
    drawn = sketch(view, [TOWN], [Mark(119.95, 31.75, "7")])
    assert not parts_of(drawn, "circle")
    numbers = [float(n) for n in re.findall(r"[-\d.]+", parts_of(drawn, "path")[0].attrib["d"])]
    assert all(-0.1 <= n <= 200.1 for n in numbers)
    assert numbers[0] == pytest.approx(100, abs=0.1)


def test_the_first_mark_lies_uppermost_and_what_was_typed_is_escaped() -> None:
    """The strongest place is never hidden by a weaker one."""
    view = over([TOWN])
    drawn = sketch(view, [TOWN], [Mark(119.95, 31.75, "1"), Mark(119.95, 31.75, "<&")])
    assert [text.text for text in parts_of(drawn, "text")][:2] == ["<&", "1"]


def test_the_scale_is_a_round_length_below_a_third_of_the_width() -> None:
    """In metres, or kilometres from a thousand on."""
    for metres, words in ((200, "100 m"), (1000, "500 m"), (5000, "2 km")):
        view = around(119.95, 31.75, metres)
        drawn = sketch(view, [], [])
        assert parts_of(drawn, "text")[-1].text == words
        long = float(re.findall(r"H([\d.]+)", parts_of(drawn, "path")[-1].attrib["d"])[0]) - 10
        assert long * view.unit_m == pytest.approx({"100 m": 100, "500 m": 500, "2 km": 2000}[words], rel=0.01)


def test_a_view_of_one_place_shows_something_around_it() -> None:
    """So many metres at least, however near its points lie."""
    point = Polygon([(119.95, 31.75), (119.9501, 31.75), (119.95, 31.7501)])
    west, south, east, north = over([point], least_m=2000).bounds
    assert (north - south) * DEGREE_M == pytest.approx(2000, rel=0.01)
    assert west < 119.95 < east


def sheet(n: int, *parts: Words | Drawing | Blanks) -> Paper:
    return Paper(f"Sheet {n}", f"T-{n}", "Drains", "Drains", AT, [Words("Where", "heading"), *parts], chinese=False)


def bound(*papers: Paper) -> Bound:
    return Bound("Sheets L-1", "L-1", "Drains", AT, papers, chinese=False)


def test_papers_bound_in_one_file_each_count_their_own_pages() -> None:
    """With the title of the file, a heading a paper, and the pictures' words for who reads with their ears."""
    drawing = Drawing([(sketch(over([TOWN]), [TOWN], [Mark(119.95, 31.75, "1")]), "A place")], 40)
    file = bound(sheet(1, drawing, *[Words("x")] * 120), sheet(2, Words("Room", "room"), Blanks([(9, ["Signed"])])))
    document = pdf(file)
    found = read(document)
    pages = [page.extract_text() for page in found.pages]
    feet = [" ".join(re.findall(r"T-\d|\d / \d", page)) for page in pages]
    assert feet == ["T-1 1 / 3", "T-1 2 / 3", "T-1 3 / 3", "T-2 1 / 1"]
    assert found.metadata is not None
    assert found.metadata.title == "Sheets L-1"
    kinds = kinds_of(found.trailer["/Root"]["/StructTreeRoot"])
    assert (kinds.count("/H1"), kinds.count("/H2"), kinds.count("/Figure")) == (2, 2, 1)
    assert "Signed" in text_of(document)
    assert document == pdf(file)


def test_a_bound_file_of_one_paper_is_that_paper() -> None:
    """With its own title on the page."""
    text = text_of(pdf(bound(sheet(1))))
    assert "Sheet 1" in text
    assert "L-1" not in text
    (page,) = pictures(bound(sheet(1)))
    assert page.startswith(b"\x89PNG")


def test_a_bound_file_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer is refused by its code."""
    monkeypatch.setattr("anlan.core.print.press.MOST_PAPERS", 1)
    with pytest.raises(Refused) as error:
        pdf(bound(sheet(1), sheet(2)))
    assert error.value.code == "papers_too_many"
