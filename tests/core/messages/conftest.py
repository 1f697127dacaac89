"""Every test here has the small town, at noon, and a data directory of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anlan.core.time.clock import frozen
from tests import make


@pytest.fixture(autouse=True)
def folder(db: Any, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The clock stands at 14:00 of the town; the simulated gateway writes here."""
    settings.DATA_DIR = tmp_path
    make.city()
    with frozen(make.AT):
        yield tmp_path
