"""Files in which a stranger finds the way: short, few side by side, with names that say what they hold."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.offenders import FILLER_KEYS, FILLER_LOOPS, FILLER_NAMES, FULL_FOLDERS, GERUNDS, LONG_FUNCTIONS
from tests.architecture.ratchet import only_falls
from tests.architecture.source import FOLDERS, ROOT, code_files, short, stage_of, templates, tree

pytestmark = pytest.mark.pure
LINES_OF_A_FILE, LINES_OF_A_FUNCTION, FILES_OF_A_FOLDER = 400, 50, 20
UNREAD: Final = {"migrations", "__pycache__", "dist", "node_modules"}
FILLER: Final = {"told", "one"}
LOOP = re.compile(r"{%-? *for ([^%]*?) in ")
NOUNS_IN_ING: Final = {
    "finding",
    "holding",
    "mapping",
    "matching",
    "mining",
    "morning",
    "setting",
    "thing",
    "timing",
    "tracking",
    "warning",
}


def python_files() -> list[Path]:
    """Return what people write of Python, tests as well."""
    return sorted(path for path in texts() if path.suffix == ".py")


def texts() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".mo" and not UNREAD & set(path.relative_to(ROOT).parts):
                yield path


def test_no_file_is_too_long() -> None:
    """What is longer has two subjects."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert len(lines) > 400
    assert not {path: count for path, count in lines.items() if count > LINES_OF_A_FILE}


def test_no_folder_has_too_many_files_side_by_side() -> None:
    """Beyond that nobody reads the list; rooms within a stage are named by nouns."""
    numbered = ROOT / "docs/adr"  # a series of decisions, read by its numbers
    sizes = Counter(str(path.parent.relative_to(ROOT)) for path in texts() if path.parent != numbered)
    only_falls({folder: count for folder, count in sizes.items() if count > FILES_OF_A_FOLDER}, FULL_FOLDERS)


def test_a_long_function_says_why() -> None:
    """A line of its docstring begins with "Long because"."""
    unexplained = Counter(
        f"{name_of(path)}.{function.name}" for path in python_files() for function in long_functions(tree(path))
    )
    only_falls(unexplained, LONG_FUNCTIONS)


def name_of(path: Path) -> str:
    return short(path) if path.is_relative_to(ROOT / "src") else str(path.relative_to(ROOT).with_suffix(""))


def long_functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            reasons = [line for line in (ast.get_docstring(node) or "").splitlines() if line.startswith("Long because")]
            if (node.end_lineno or 0) - node.lineno >= LINES_OF_A_FUNCTION and not reasons:
                yield node


@pytest.mark.parametrize(("reason", "count"), [("", 1), ("\n    Long because it is one loop.\n    ", 0)])
def test_a_long_function_would_be_seen(reason: str, count: int) -> None:
    """Fifty-one lines are too many without a reason."""
    lines = "    x = 1\n" * (50 - reason.count("\n"))
    assert len(list(long_functions(ast.parse(f'def f():\n    """Do.{reason}"""\n{lines}')))) == count


def test_no_module_is_named_by_a_gerund() -> None:
    """`telling` says something else in each stage; a noun says what is in the file."""
    stems = [(path, path.stem.strip("_")) for path in code_files()]
    only_falls(
        Counter(short(path) for path, stem in stems if stem.endswith("ing") and stem not in NOUNS_IN_ING), GERUNDS
    )


def test_names_say_what_they_hold() -> None:
    """A local or a parameter called `told` or `one` says nothing of its value."""
    only_falls(Counter(stage_of(path) or "anlan" for path in code_files() for _ in fillers(tree(path))), FILLER_NAMES)


def fillers(module: ast.Module) -> Iterator[ast.AST]:
    """Yield each binding of a filler name; fields of classes and names of functions are no locals."""
    fields = {id(node) for kind in ast.walk(module) if isinstance(kind, ast.ClassDef) for node in targets(kind)}
    for node in ast.walk(module):
        if isinstance(node, ast.arg) and node.arg in FILLER:
            yield node
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and node.id in FILLER
            and id(node) not in fields
        ):
            yield node


def test_templates_say_what_they_show() -> None:
    """Neither `{% for one in … %}`, nor `{"told": …}` in what a view hands to its page."""
    loops = Counter(stage_of(path) for path in templates() for _ in filler_loops(path.read_text(encoding="utf-8")))
    keys = Counter(stage_of(path) for path in code_files() for _ in filler_keys(tree(path)))
    only_falls(loops, FILLER_LOOPS)
    only_falls(keys, FILLER_KEYS)


def filler_loops(template: str) -> Iterator[str]:
    """Yield each loop variable that is a filler."""
    for names in LOOP.findall(template):
        yield from FILLER.intersection(name.strip() for name in names.split(","))


def filler_keys(module: ast.Module) -> Iterator[ast.expr]:
    """Yield each key of a dict that is a filler."""
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            yield from (key for key in node.keys if isinstance(key, ast.Constant) and key.value in FILLER)


def targets(node: ast.ClassDef) -> Iterator[ast.expr]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            yield statement.target
        elif isinstance(statement, ast.Assign):
            yield from statement.targets


def test_a_filler_name_would_be_seen() -> None:
    """As parameter, as local and in a comprehension, but not as a field."""
    module = ast.parse("class A:\n  told: str\n\ndef f(told):\n  one = 1\n  return [one for one in told]")
    assert len(list(fillers(module))) == 3
    assert list(filler_loops("{% for one in all %}{% for key, told in pairs %}{% for each in all %}")) == [
        "one",
        "told",
    ]
    assert len(list(filler_keys(ast.parse('{"told": 1, "ones": 2, "one": 3}')))) == 2
