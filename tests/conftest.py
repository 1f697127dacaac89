"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(os.environ.get("ANLAN_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return the path of a real input file; where it is absent, skip naming it (under CI=true: fail)."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            say(f"real data missing: {path} (set ANLAN_TEST_DATA)")
        return path

    return find
