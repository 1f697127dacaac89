"""A map that is looked through: what reads it ends with the look."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from anlan.core.refusals import Refused
from anlan.intake.files.layout import look
from anlan.tables._maps import layers
from tests.tables.test_tables_maps import KML, MARK


def test_a_look_that_is_ended_ends_what_reads_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process goes on and no copy stays, however many rows are left."""
    started: list[subprocess.Popen[bytes]] = []

    def popen(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(*args, **options))
        return started[0]

    def watch(done: int) -> None:
        raise Refused("look_too_long", minutes=3)

    (spool := tmp_path / "spool").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    monkeypatch.setattr(layers, "Popen", popen)
    (tmp_path / "a.kml").write_text(KML.format("".join(MARK.format(1) for _ in range(30_000))))
    with pytest.raises(Refused) as error:
        look(tmp_path / "a.kml", name="a.kml", given={}, progress=watch)
    assert error.value.code == "look_too_long"
    assert started[0].returncode is not None
    assert not list(spool.iterdir())
