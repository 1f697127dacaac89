"""What rows are stored under keeps its name, wherever its code lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.urls import get_resolver

from anlan.bulletin.figures.measure import MEASURES
from anlan.core.jobs.queue import JOBS
from anlan.core.ledger.followers import FOLLOWERS
from tests.architecture.source import verbs

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*/names.json")), ids=lambda path: path.parent.name)
def test_no_stored_name_has_gone(path: Path) -> None:
    """Verbs, jobs, followers and measures of an earlier version are all there."""
    assert get_resolver().url_patterns  # reads the views, and with them what registers itself
    known = {"verbs": {name for name, _path, _function in verbs()}, "jobs": set(JOBS), "followers": set(FOLLOWERS),
             "measures": set(MEASURES)}  # fmt: skip
    before = json.loads(path.read_text(encoding="utf-8"))
    assert len(before["verbs"]) > 60
    assert not {name for what, names in before.items() for name in names if name not in known[what]}
