"""Pages for developers lead where they say: every link, every row of "to change X, open Y", every word of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.source import ROOT, SOURCES

pytestmark = pytest.mark.pure
LINK = re.compile(r"\[([^]]+)]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
QUOTED = re.compile(r"`([^`]+)`")
CONTRIBUTE, LIFE = ROOT / "docs/howto/contribute.md", ROOT / "docs/explain/life-of-a-report.md"
LINES_OF_CONTRIBUTE, LINES_OF_A_DECISION, ROWS = 150, 40, 24


class Row(NamedTuple):
    """One line of the table: files to open, names to look for in each, and the test."""

    change: str
    files: list[Path]
    names: list[list[str]]
    tests: list[Path]


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def leads_to(page: Path, text: str) -> list[Path]:
    return [page.parent / target for _, target in LINK.findall(text)]


def table() -> list[Row]:
    text = CONTRIBUTE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ") and line.count(" | ") == 3]
    cells = [line.strip("| ").split(" | ") for line in lines[1:]]
    return [
        Row(
            change,
            leads_to(CONTRIBUTE, files),
            [QUOTED.findall(part) for part in names.split(", ")],
            leads_to(CONTRIBUTE, tests),
        )
        for change, files, names, tests in cells
        if set(change) != {"-"} and files.strip()
    ]


def holds(path: Path, name: str) -> bool:
    """Whether a name stands in a file as a whole word."""
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", path.read_text(encoding="utf-8")))


def faults(row: Row) -> Iterator[str]:
    """Yield what is wrong with a row."""
    if not row.files or len(row.files) != len(row.names) or not all(row.names):
        yield "each file has a name to look for"
    yield from (f"no file {path}" for path in [*row.files, *row.tests] if not path.is_file())
    pairs = [(path, name) for path, names in zip(row.files, row.names, strict=False) for name in names]
    yield from (f"no {name} in {path}" for path, name in pairs if path.is_file() and not holds(path, name))
    tests = [path.read_text(encoding="utf-8") for path in row.tests if path.is_file()]
    if not any("def test_" in text for text in tests):
        yield "no test"


def test_every_link_of_a_page_leads_to_something() -> None:
    """Within the repository; who follows one finds a file or a folder."""
    found = [(page, target) for page in pages() for target in leads_to(page, page.read_text(encoding="utf-8"))]
    assert len(found) > 150
    assert not [f"{page.relative_to(ROOT)}: {target}" for page, target in found if not target.exists()]


def test_whoever_opens_what_the_table_names_finds_the_place() -> None:
    """Each file exists and holds the name to look for, and the test beside it is one."""
    rows = table()
    assert len(rows) >= ROWS
    assert len({row.change for row in rows}) == len(rows)
    assert not {row.change: wrong for row in rows if (wrong := list(faults(row)))}


@pytest.mark.parametrize(
    ("files", "names", "tests"),
    [
        (["cli.py"], ["no_such_name"], ["test_pages.py"]),
        (["no_such_file.py"], ["COMMANDS"], ["test_pages.py"]),
        (["cli.py"], ["COMMANDS"], ["source.py"]),
        (["cli.py"], [], ["test_pages.py"]),
    ],
)
def test_a_row_that_is_wrong_would_be_seen(files: list[str], names: list[str], tests: list[str]) -> None:
    """A name, a file or a test that is gone."""
    row = Row(
        "x",
        [SOURCES / name for name in files],
        [[name] for name in names],
        [Path(__file__).with_name(name) for name in tests],
    )
    assert list(faults(row))


def test_what_the_table_calls_a_file_is_its_path() -> None:
    """A label that names another folder sends its reader to the wrong place."""
    lines = [line for line in CONTRIBUTE.read_text(encoding="utf-8").splitlines() if line.count(" | ") == 3]
    links = [(label, (CONTRIBUTE.parent / target).resolve()) for line in lines for label, target in LINK.findall(line)]
    assert len(links) > 2 * ROWS
    assert not [(label, str(path)) for label, path in links if not str(path).endswith(f"/{label}")]


def test_the_life_of_a_report_names_what_is_there() -> None:
    """What stands as code in a link to a file stands in that file."""
    links = [(QUOTED.findall(words), LIFE.parent / target) for words, target in LINK.findall(LIFE.read_text("utf-8"))]
    named = [(name, path) for names, path in links for name in names if path.is_file()]
    assert len(named) >= 12
    assert not [f"no {name} in {path}" for name, path in named if not holds(path, name)]


def test_every_term_of_the_glossary_that_is_written_as_code_stands_in_the_code() -> None:
    """First column of the tables by stage; a word that nothing carries is written plainly."""
    text = (ROOT / "CONTEXT.md").read_text(encoding="utf-8").partition("## core")[2].partition("## Writing rules")[0]
    terms = [term for line in text.splitlines() for term in QUOTED.findall(line.split(" | ")[0])]
    files = [path for kind in ("py", "html", "csv", "toml") for path in SOURCES.rglob(f"*.{kind}")]
    known = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in files)))
    assert len(terms) > 100
    assert not [term for term in terms if term not in known]


def test_pages_that_must_be_short_are() -> None:
    """Who looks for a place reads no book, and a decision is read in one go."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in pages()}
    assert lengths[CONTRIBUTE] <= LINES_OF_CONTRIBUTE
    decisions = {path: n for path, n in lengths.items() if path.parent.name == "adr" and path.name != "README.md"}
    assert not [path for path, n in decisions.items() if n > LINES_OF_A_DECISION]
