"""The town whose places are mended."""

from __future__ import annotations

import pytest

from tests import make


@pytest.fixture
def town(db: None) -> make.Town:
    """A small town with two places to mend and everybody who deals with them."""
    return make.town()
