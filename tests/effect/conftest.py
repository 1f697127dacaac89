"""The town whose mending is judged."""

from __future__ import annotations

import pytest

from tests import make


@pytest.fixture
def town(db: None) -> make.MendedTown:
    """A small town with twenty places, twelve of them mended."""
    return make.mended_town()
