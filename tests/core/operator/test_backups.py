"""Backups by schedule: encrypted for who may open them, tried out by one command, expired with their time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests import make
from tests.conftest import Cli

OLD = "20160101T000000Z"
pytestmark = pytest.mark.slow


def test_an_encrypted_backup_opens_for_its_identity_alone_and_holds_the_secret_key(anlan: Cli, tmp_path: Path) -> None:
    """No name of a table can be read in it; a drill restores, verifies and leaves nothing; another key opens none."""
    anlan("init", "--city", make.CITIES / "small")
    folder, mine, other = tmp_path / "backups", tmp_path / "mine.txt", tmp_path / "other.txt"
    folder.mkdir()
    recipients = tmp_path / "recipients.txt"
    recipients.write_text(f"# the operator's\n{anlan('backup', 'key', mine).stdout}")
    anlan("backup", "key", other)
    assert mine.stat().st_mode & 0o777 == 0o600
    made = json.loads(anlan("backup", folder, "--recipients", recipients, "--json").stdout)
    file = Path(made["file"])
    assert made["encrypted"]
    assert not [word for word in (b"PK\x03\x04", b"ndjson", b"core_city") if word in file.read_bytes()]

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    anlan.environ["TMPDIR"] = str(scratch)
    drill = json.loads(anlan("backup", "drill", file, "--identity", mine, "--json").stdout)
    on = "postgresql" if os.environ.get("ANLAN_DATABASE_URL") else "sqlite"
    assert (drill["rows"], drill["head"], drill["database"]) == (made["rows"], made["head"], on)
    assert list(scratch.iterdir()) == []
    assert "does not open it" in anlan("backup", "drill", file, "--identity", other, status=1).stderr

    anlan.environ.pop("ANLAN_DATABASE_URL", None)  # a city moves from either database to SQLite
    new = Cli(tmp_path / "new", anlan.environ)
    new("restore", file, "--identity", mine)
    assert (new.data / "secret.key").read_bytes() == (anlan.data / "secret.key").read_bytes()


def test_only_this_citys_own_old_backups_are_taken_away(anlan: Cli, tmp_path: Path) -> None:
    """Neither what is called so and is none, nor another city's, nor a link; and one file expires nothing."""
    anlan("init", "--city", make.CITIES / "small")
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / f"anlan-small-{OLD}.zip").write_bytes(b"PK\x03\x04 and the rest")
    (folder / f"anlan-small-{OLD}.zip.age").write_bytes(b"age-encryption.org/v1\n and the rest")
    (folder / f"anlan-small-{OLD}.zip.part").write_bytes(b"PK\x03\x04 of a backup that was killed")
    kept = {
        "anlan-small-20160102T000000Z.zip": b"a letter of somebody",
        f"anlan-else-{OLD}.zip": b"PK\x03\x04",
        f"my-anlan-small-{OLD}.zip": b"PK\x03\x04",
        "anlan-small-20990101T000000Z.zip": b"PK\x03\x04",
    }
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    (folder / "anlan-small-20160103T000000Z.zip").symlink_to(folder / f"anlan-else-{OLD}.zip")
    made = json.loads(anlan("backup", folder, "--keep", "30", "--json").stdout)
    assert made["expired"] == [f"anlan-small-{OLD}.zip", f"anlan-small-{OLD}.zip.age", f"anlan-small-{OLD}.zip.part"]
    left = {path.name for path in folder.iterdir()}
    assert left == {*kept, "anlan-small-20160103T000000Z.zip", Path(made["file"]).name}
    anlan("backup", tmp_path / "one.zip", "--keep", "30", status=2)
