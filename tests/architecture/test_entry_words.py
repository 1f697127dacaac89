"""Every kind of ledger entry and every fault of the ledger has words, and the words are Chinese on a Chinese page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import translation

from anlan.boards.queries.audit import erasings, openings
from anlan.core.labels import EDITS, has_label, known_kinds, label_of
from anlan.core.ledger.faults import is_known
from anlan.core.models.message import Message
from anlan.core.words import HAN
from anlan.dispatch.states import Stamp
from anlan.prevention.moves import EXTENSIONS, PROBLEMS, TASKS
from anlan.triage.moves import INCIDENTS
from tests.architecture.source import SOURCES, code_files, tree

KIND = re.compile(r"[a-z]+\.[a-z_]+")
APPEND = {"ledger.append", "ledger.row_of"}
HELPERS = {"entry", "_entry", "_append", "_tell"}
SHORT = {"intake": "intake.import_{}", "prevention": "prevention.{}", "core": "core.{}"}  # what helpers complete
KEPT = {"KIND", "COPIED", "PASSED", "BEGUN", "STEP_DONE", "PUBLISHED", "VALIDITY", "ERASED", "PHOTO", "ANSWERED",
        "ADDED", "CALLED", "ESCALATED", "SHIFT_BEGAN"}  # fmt: skip
BY_NAME = {"intake.report_received"}  # kept under a name that a verb's has too
HEARD = {"triage.incident_handed_on"}  # a clock hears it of whom a handing over leaves; it is no entry of its own
BESIDE = ("received", "entered")  # stamps that a report's own entry tells
EVIDENCE = [
    "core/ledger/verification.py", "core/ledger/heads.py", "intake/evidence.py", "prevention/queries/evidence.py",
    "voice/evidence.py", "core/messages/evidence.py", "core/people/evidence.py",
    "core/time/evidence.py",
]  # fmt: skip


def appended() -> Iterator[str]:
    """Yield what is given as a kind to whatever appends entries, and each kind that a module keeps by a name."""
    for path in code_files():
        stage = path.relative_to(SOURCES).parts[0]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and (kind := _text(node.args[0] if node.args else None)):
                said = ast.unparse(node.func)
                if said in APPEND or (said in HELPERS and stage in SHORT):
                    yield kind if said in APPEND else SHORT[stage].format(kind)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                if isinstance(target, ast.Name) and target.id in KEPT and KIND.fullmatch(_text(node.value)):
                    yield _text(node.value)
            elif isinstance(node, ast.keyword) and node.arg == "personal" and _text(node.value):
                yield _text(node.value)


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def calls_of(name: str) -> set[str]:
    """Return the first texts that are given to a function."""
    calls = [node for path in code_files() for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    return {_text(call.args[0]) for call in calls if call.args and ast.unparse(call.func) == name}


def kinds() -> set[str]:
    """Return every kind: appended by name, left by a move, by a stamp, by a message, by what is opened and erased."""
    moves = {
        f"{cycle.stage}.{kind}"
        for cycle in (INCIDENTS, PROBLEMS, TASKS, EXTENSIONS) for move in cycle.moves
        for kind in [*(move.kind(to) for to in move.to), move.first] if kind
    }  # fmt: skip
    stamps = {f"dispatch.unit_{stamp}" for stamp in Stamp.values if stamp not in BESIDE}
    told = {
        f"core.message_{field.name.removesuffix('_at')}" for field in Message._meta.fields if field.name.endswith("_at")
    }
    sealed = {kind for asked in (openings(), erasings()) for _name, value in asked.children for kind in value}
    factors = {f"core.factor_{what}" for what in ("added", "removed")}
    noted = {f"triage.{kind}" for kind in calls_of("INCIDENTS.note")} | {f"triage.{INCIDENTS.undone}"}
    return {*appended()} | moves | stamps | told | sealed | factors | noted | BY_NAME


@pytest.mark.pure
def test_every_kind_has_words_in_both_languages() -> None:
    """No entry shows as its raw kind, on a Chinese page none in English."""
    found = kinds()
    assert len(found) > 100
    assert sorted(kind for kind in found if not has_label(kind)) == []
    with translation.override("zh-hans"):
        assert sorted(kind for kind in found if not HAN.search(label_of(kind))) == []


@pytest.mark.pure
def test_no_words_are_left_of_a_kind_that_nothing_appends() -> None:
    """What a stage calls a kind is a kind."""
    assert sorted(known_kinds() - kinds()) == sorted(HEARD)


def writes(page: admin.ModelAdmin[Any]) -> bool:
    """Whether a page of the back office changes anything: none of ours refuses it."""
    return type(page).has_change_permission is admin.ModelAdmin.has_change_permission


@pytest.mark.pure
def test_what_an_operator_edits_has_words() -> None:
    """Each record that the back office changes has its word, and each way of changing it."""
    pages = [page for page in admin.site._registry.values() if writes(page)]
    inlines = [inline.model for page in pages for inline in page.inlines]
    models = [*(page.model for page in pages), *inlines]
    ours = [model for model in models if model in {*apps.get_models()} and model.__module__.startswith("anlan.")]
    kinds = [f"{model._meta.app_label}.{model._meta.model_name}_{what}" for model in ours for what in EDITS]
    assert ours
    assert [kind for kind in kinds if not has_label(kind)] == []


def texts(path: str) -> Iterator[str]:
    """Yield each text of a file that may be blamed, in each of its forms."""
    for node in ast.walk(tree(SOURCES / path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("blame"):
            yield from forms(node.args[0], path)
        elif isinstance(node, ast.Yield) and node.value is not None:
            yield from forms(node.value, path)


def forms(node: ast.AST, path: str) -> list[str]:
    """Return what an expression may say; what stands in it by name is a fault of its own, or a number."""
    if isinstance(node, ast.Constant):
        return [str(node.value)] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.IfExp):
        return [*forms(node.body, path), *forms(node.orelse, path)]
    if isinstance(node, ast.FormattedValue):
        inner = "is gone" if path == "core/people/evidence.py" else "its row is gone"
        named = inner if ast.unparse(node.value) == "fault" else "7"
        return forms(node.value, path) if isinstance(node.value, ast.IfExp) else [named]
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in product(*(forms(part, path) for part in node.values))]
    return []


@pytest.mark.pure
@pytest.mark.parametrize("path", EVIDENCE)
def test_every_fault_has_words(path: str) -> None:
    """What the verification blames is said on the auditor's page in the reader's language."""
    found = set(texts(path))
    assert found
    assert sorted(text for text in found if not is_known(text)) == []
