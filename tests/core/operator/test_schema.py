"""Bringing the tables up: what a kill leaves half done is done by the next start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anlan.core.ledger import triggers
from anlan.core.operator import schema
from anlan.core.operator.schema import State

pytestmark = pytest.mark.django_db


def test_an_upgrade_that_was_killed_before_its_triggers_came_back_is_done_again(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables fit already, and yet the next start brings them up: ledger and evidence are guarded again."""
    settings.DATA_DIR = tmp_path

    def killed(*_: object, **__: object) -> None:
        triggers.remove()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(schema, "call_command", killed)
        with pytest.raises(KeyboardInterrupt):
            schema.bring_up()
    assert triggers.faults()
    assert schema.state() is State.OLDER
    schema.bring_up()
    assert schema.state() is State.READY
    assert not triggers.faults()
