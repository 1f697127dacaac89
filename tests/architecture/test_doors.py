"""What the platform can do, somebody can do: every verb is reached from a page, a command, a job or a follower."""

from __future__ import annotations

import ast

from tests.architecture.source import SOURCES, stored_names, tree
from tests.architecture.source import verbs as every_verb

DOORS = {"urls.py", "views", "views.py", "commands", "jobs.py", "follows.py", "slots.py"}
ONLY_SIMULATED = {"finish_tasks", "verify_tasks", "strike_off_tested", "answer_all", "write_rota",  # hundreds at once
                  "live_from", "mark_copy"}  # a time of its own  # fmt: skip


def identifiers(node: ast.AST) -> set[str]:
    """Return every name and attribute that code mentions."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def code() -> tuple[dict[str, set[str]], set[str], set[str]]:
    """Return what each module-level name mentions, which of them are verbs, and what the doors mention."""
    mentions: dict[str, set[str]] = {}
    verbs, doors = set(), set()
    for path in SOURCES.rglob("*.py"):
        inside = path.relative_to(SOURCES).parts
        if inside[0] == "city" or "migrations" in inside:
            continue
        module = tree(path)
        doors |= identifiers(module) if DOORS.intersection(inside) else set()
        for node in module.body:
            for name in names_of(node):
                mentions.setdefault(name, set()).update(identifiers(node) - {name})
            if stored_names(node):
                verbs.add(names_of(node)[0])
                doors |= {names_of(node)[0]} if is_pressed(node) else set()
    return mentions, verbs, doors


def is_pressed(node: ast.stmt) -> bool:
    """Whether pages reach a verb through the door of its life cycle: `@PROBLEMS.door("instruct", ...)`."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(
        isinstance(part, ast.Attribute) and part.attr == "door" for each in decorators for part in ast.walk(each)
    )


def names_of(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [part.id for part in targets if isinstance(part, ast.Name)]


def reached(mentions: dict[str, set[str]], doors: set[str]) -> set[str]:
    """Return all that can be reached from the doors by mention."""
    seen: set[str] = set()
    waiting = set(doors)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= mentions.get(name, set()) - seen
    return seen


def test_every_verb_has_a_door() -> None:
    """A verb that only tests and the simulation call is nothing that a city can do."""
    mentions, verbs, doors = code()
    assert len(verbs) > 60
    assert verbs - reached(mentions, doors) == ONLY_SIMULATED


def test_a_verb_without_a_door_would_be_seen() -> None:
    """The check is not blind."""
    mentions, verbs, doors = code()
    hidden = {name: said - {"divert"} for name, said in mentions.items()}
    assert "hand_over" in verbs
    assert "hand_over" in reached(hidden, doors)
    assert "bury_report" not in reached(mentions | {"bury_report": {"receive_report"}}, doors)


def test_the_stored_names_of_verbs_are_unique_and_begin_with_their_stage() -> None:
    """The key of one verb must never find the answer of another."""
    found = [(name, path.relative_to(SOURCES).parts[0]) for name, path, _function in every_verb()]
    assert len(found) > 60
    assert len({name for name, _stage in found}) == len(found)
    assert not [name for name, stage in found if not name.startswith(f"{stage}.")]
