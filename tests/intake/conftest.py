"""The desk at which calls are taken."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make


@pytest.fixture
def desk(db: None, client: Client) -> Client:
    """A signed-in call-taker of the small town."""
    make.city()
    return make.sign_in(client, "call_taker")
