"""Who may open an address and what its page lists."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.exceptions import PermissionDenied

from anlan.core.web.access import declared
from anlan.core.web.middleware.access import Access
from tests.architecture.line import addresses, own_models
from tests.architecture.ratchet import only_falls
from tests.architecture.source import code_files, short, tree

# Reads without `visible_to`: how many of each, and why.
UNSCOPED: Final = {
    # is itself the scope: what a crew of the actor is at
    ("dispatch/slots", "Assignment.objects.open.filter.values"): 1,
    # a period to begin with, on a form of those who see every study
    ("effect/views", "Study.objects.adopted.last"): 1,
    ("hotspots/studies", "Study.objects.adopted.last"): 1,
    # the rain that tests a site: a figure of the place, shown also to who sees the site and not its problem
    ("prevention/slots", "Problem.objects.filter.values_list.first"): 1,
    # categories of a report of clocks, counted and not listed
    ("triage/slots", "Incident.objects.filter.values_list"): 1,
}


def test_every_address_says_who_may_open_it() -> None:
    """An address without declared access would be refused at run time; it fails here first."""
    every = list(addresses())
    assert len(every) > 20
    assert not [address for address, pattern in every if declared(pattern.callback) is None]


@pytest.mark.django_db
def test_the_middleware_refuses_what_is_not_declared(rf: Any) -> None:
    """Forgetting a declaration closes a page; it never opens one."""
    request = rf.get("/")
    with pytest.raises(PermissionDenied):
        Access(lambda request: request).process_view(request, lambda request: None, [], {})


def scoped_models() -> set[str]:
    return {model.__name__ for model in own_models() if hasattr(model._default_manager.all(), "visible_to")}


def view_files() -> list[Path]:
    """Return what shows rows on pages, wherever in a stage: `views.py`, `slots.py`, `*_views.py`, all in `views/`."""
    return [path for path in code_files() if shows(path)]


def shows(path: Path) -> bool:
    return {"views", "slots"} & {*path.parts[:-1], path.stem} != set() or path.stem.endswith(("_views", "_slots"))


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("triage/views.py", True), ("core/web/views.py", True), ("intake/desk/views.py", True),
        ("prevention/views/problems.py", True), ("intake/desk/views/calls/new.py", True), ("boards/slots.py", True),
        ("dispatch/map_views.py", True), ("triage/queries.py", False), ("boards/reviews.py", False),
    ],
)  # fmt: skip
def test_files_that_show_rows_are_found_wherever_they_stand(path: str, read: bool) -> None:
    """Flat and in nested rooms."""
    assert shows(Path(path)) is read


def test_models_that_pages_list_are_scoped() -> None:
    """Whatever views read in sets has `visible_to`, and views ask for it."""
    scoped, files = scoped_models(), view_files()
    assert {"Report", "Incident", "Assignment", "Study", "Site", "Problem", "Job"} <= scoped
    assert len(files) >= 40
    read = {"triage", "boards", "core", "intake", "dispatch", "hotspots", "prevention", "voice", "effect", "bulletin"}
    assert read <= {short(path).split("/")[0] for path in files}
    found = Counter((short(path), code) for path in files for code in unscoped(tree(path), scoped))
    only_falls(found, UNSCOPED)


def unscoped(module: ast.Module, scoped: set[str]) -> Iterator[str]:
    """Yield each read of a scoped model whose chain of calls never asks for `visible_to`."""
    above = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "objects"
            and ast.unparse(node.value).split(".")[-1] in scoped
        ):
            asked = chain_of(node, above)
            if "visible_to" not in asked:
                yield f"{ast.unparse(node)}.{'.'.join(asked)}"


def chain_of(node: ast.AST, above: dict[ast.AST, ast.AST]) -> list[str]:
    """Return the attributes that are asked of an expression, in their order."""
    asked: list[str] = []
    while isinstance(parent := above[node], ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is node):
        asked += [parent.attr] if isinstance(parent, ast.Attribute) else []
        node = parent
    return asked


def test_an_unscoped_read_would_be_seen() -> None:
    """Also where the chain goes over several lines."""
    module = ast.parse(
        "a = Report.objects.filter(x=1)\nb = Report.objects\\\n  .visible_to(me).filter(y=2)\nc = Report"
    )
    assert list(unscoped(module, {"Report"})) == ["Report.objects.filter"]
