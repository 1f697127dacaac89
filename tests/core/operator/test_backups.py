"""Backups by schedule: encrypted for who may open them, tried out by one command, expired with their time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from anlan.core.operator import archive, envelope
from tests import make
from tests.conftest import Cli
from tests.core.test_core_json import documented

OLD = "20160101T000000Z"
OURS = {  # files in a folder of backups that had their time
    f"anlan-small-{OLD}.zip": b"PK\x03\x04 and the rest",
    f"anlan-small-{OLD}.zip.age": b"age-encryption.org/v1\n and the rest",
    f"anlan-small-{OLD}.zip.part": b"PK\x03\x04 of a backup that was killed",
}
NOT_OURS = {  # what is called so and is none, another city's, what somebody else named, what is young
    "anlan-small-20160102T000000Z.zip": b"a letter of somebody",
    f"anlan-else-{OLD}.zip": b"PK\x03\x04",
    f"my-anlan-small-{OLD}.zip": b"PK\x03\x04",
    "anlan-small-20990101T000000Z.zip": b"PK\x03\x04",
}
LINK = "anlan-small-20160103T000000Z.zip"


@pytest.mark.slow
def test_a_scheduled_backup_is_closed_expires_its_own_and_passes_a_drill(anlan: Cli, tmp_path: Path) -> None:
    """No name of a table can be read in it, only this city's own old files go, and the drill leaves nothing behind."""
    anlan("init", "--city", make.CITIES / "small")
    folder, scratch, identity = tmp_path / "backups", tmp_path / "scratch", tmp_path / "identity.txt"
    folder.mkdir()
    scratch.mkdir()
    for name, content in (OURS | NOT_OURS).items():
        (folder / name).write_bytes(content)
    (folder / LINK).symlink_to(folder / f"anlan-else-{OLD}.zip")
    recipients = tmp_path / "recipients.txt"
    recipients.write_text(f"# the operator's\n{anlan('backup', 'key', identity).stdout}")
    assert identity.stat().st_mode & 0o777 == 0o600

    made = json.loads(anlan("backup", folder, "--recipients", recipients, "--keep", "30", "--json").stdout)
    file = Path(made["file"])
    assert (made["encrypted"], made["expired"]) == (True, sorted(OURS))
    assert {path.name for path in folder.iterdir()} == {*NOT_OURS, LINK, file.name}
    assert not [word for word in (b"PK\x03\x04", b"ndjson", b"core_city") if word in file.read_bytes()]

    anlan.environ["TMPDIR"] = str(scratch)
    drill = json.loads(anlan("backup", "drill", file, "--identity", identity, "--json").stdout)
    on = "postgresql" if os.environ.get("ANLAN_DATABASE_URL") else "sqlite"
    assert (drill["rows"], drill["head"], drill["database"]) == (made["rows"], made["head"], on)
    assert set(drill) == documented("anlan backup drill")
    assert list(scratch.iterdir()) == []


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, list[Any]]:
    """A file of an identity, and for whom to encrypt."""
    identity, recipient = envelope.new_identity()
    file, recipients = tmp_path / "identity.txt", tmp_path / "recipients.txt"
    file.write_text(identity)
    recipients.write_text(recipient)
    return file, envelope.recipients_in(recipients)


@pytest.mark.django_db
@pytest.mark.parametrize("encrypted", [True, False])
def test_only_an_encrypted_backup_holds_the_secret_key(
    encrypted: bool, keys: tuple[Path, list[Any]], settings: Any, tmp_path: Path
) -> None:
    """It comes back into an empty directory, and never over a key that is there."""
    make.city()
    settings.DATA_DIR, file = tmp_path, tmp_path / "anlan.backup"
    (tmp_path / "secret.key").write_text("the first")
    archive.dump(file, keys[1] if encrypted else [])
    settings.DATA_DIR = tmp_path / "new"
    settings.DATA_DIR.mkdir()
    with envelope.opened(file, keys[0]) as inside:
        archive.put_key_back(inside)
        key = settings.DATA_DIR / "secret.key"
        assert key.exists() is encrypted
        key.write_text("the second")
        archive.put_key_back(inside)
    assert key.read_text() == "the second"


@pytest.mark.django_db
def test_an_encrypted_backup_opens_for_its_identity_alone(keys: tuple[Path, list[Any]], tmp_path: Path) -> None:
    """Without one, with another one, and with one changed byte it is refused."""
    make.city()
    file, other = tmp_path / "anlan.backup", tmp_path / "other.txt"
    other.write_text(envelope.new_identity()[0])
    archive.dump(file, keys[1])
    for identity in (None, other, tmp_path / "missing.txt"):
        with pytest.raises(envelope.EnvelopeError), envelope.opened(file, identity):
            pass
    damaged = bytearray(file.read_bytes())
    damaged[-9] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(envelope.EnvelopeError), envelope.opened(file, keys[0]):
        pass


def test_a_disk_that_is_full_breaks_an_encrypted_backup_off(keys: tuple[Path, list[Any]]) -> None:
    """Who writes into it is told what failed, and does not wait for ever."""
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115
    with full, pytest.raises(OSError, match="No space"), envelope.closing(full, keys[1]) as inside:  # noqa: PT012
        for _ in range(100):
            inside.write(bytes(100_000))
