"""An operator's bad days: what cannot be read, written or found is told in a sentence, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from anlan.core.ledger.writes import NotStored, one_writer
from tests import make
from tests.conftest import Cli, own_database


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANLAN_LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("ANLAN_DATABASE_URL", "postgresql://anlan@db:port/anlan", "host:5432/name"),
        ("ANLAN_DATABASE_URL", "mysql://anlan@db/anlan", "host:5432/name"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named_with_what_to_write(anlan, name, value, said):
    """Status 2 and one line, whatever the command."""
    anlan.environ[name] = value
    told = anlan("status", status=2).stderr
    assert name in told
    assert said in told
    assert "Traceback" not in told


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "command", [["status"], ["init", "--city", make.CITIES / "small"], ["serve", "--port", "1"], ["restore"]]
)
def test_a_database_that_is_none_is_refused_and_left_as_it_is(anlan, command):
    """A file of something else under our name: which file, what may be wrong, and no byte of it changed."""
    anlan.data.mkdir()
    file = anlan.data / "anlan.sqlite3"
    file.write_text("a shopping list that somebody saved under this name " * 20)
    before = file.read_bytes()
    if command == ["restore"]:
        with zipfile.ZipFile(anlan.data / "copy.zip", "w") as archive:
            archive.writestr("manifest.json", '{"format": 1}')
        command = ["restore", anlan.data / "copy.zip"]
    told = anlan(*command, status=2).stderr
    assert f"{file} cannot be opened" in told
    assert "Traceback" not in told
    assert file.read_bytes() == before


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_a_data_directory_that_cannot_be_made_is_named(anlan, tmp_path):
    """A file stands where the directory should: its name and the machine's reason."""
    anlan.data = tmp_path / "notes.txt"
    anlan.data.write_text("mine")
    told = anlan("init", "--city", make.CITIES / "small", status=1).stderr
    assert told == f"anlan: {anlan.data}: File exists\n"
    assert anlan.data.read_text() == "mine"


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_an_empty_secret_key_is_said_and_never_used(anlan):
    """Whoever put an empty file there hears of it; a deleted one is made anew, whole and for its owner only."""
    anlan("init", "--city", make.CITIES / "small")
    key = anlan.data / "secret.key"
    assert len(key.read_text()) > 40
    assert key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in anlan.data.glob("secret*")] == ["secret.key"]
    key.write_text("")
    assert "secret.key is empty" in anlan("status", status=2).stderr
    key.unlink()
    anlan("status")
    assert len(key.read_text()) > 40


@pytest.mark.slow
def test_people_and_partners_that_do_not_fit_are_refused(anlan):
    """The same on both databases: nothing is kept of them."""
    anlan("init", "--city", make.CITIES / "small")
    for words, said in [
        (["user", "add", "x" * 65, "--role", "analyst"], "username"),
        (["user", "add", "", "--role", "analyst"], "log-in name"),
        (["user", "add", "li", "--role", "analyst", "--name", "李" * 81], "name"),
        (["user", "add", "li", "--role", "analyst", "--language", "fr"], "en, zh-hans"),
        (["user", "key", "k" * 81], "name"),
    ]:
        told = anlan(*words, status=2).stderr
        assert said in told
        assert "Traceback" not in told
    assert json.loads(anlan("user", "list", "--json").stdout) == {"people": [], "partners": []}


@pytest.mark.slow
def test_a_damaged_backup_is_refused_and_the_directory_stays_free(anlan, tmp_path):
    """One changed byte: the file is named, nothing of it stays, and the whole copy can still be restored there."""
    anlan("init", "--city", make.CITIES / "small")
    whole, bad = tmp_path / "whole.zip", tmp_path / "bad.zip"
    anlan("backup", whole)
    with zipfile.ZipFile(whole) as archive:
        at = archive.getinfo("core_areaversion.ndjson").header_offset + 120
    data = bytearray(whole.read_bytes())
    data[at] ^= 255
    bad.write_bytes(data)
    with own_database() as environ:
        other = Cli(tmp_path / "other", os.environ | environ)
        told = other("restore", bad, status=2).stderr
        assert f"{bad}: the file was damaged" in told
        other("restore", whole)
        other("ledger", "verify")


@pytest.mark.pure
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030"])
def test_a_console_that_cannot_write_chinese_gets_it_escaped(anlan, encoding):
    """The help ends with status 0 on each."""
    anlan.environ["PYTHONIOENCODING"] = encoding
    done = subprocess.run(anlan.command("--help"), capture_output=True, env=anlan.env, timeout=60)
    assert done.returncode == 0
    assert ("安澜" if encoding == "gb18030" else "\\u5b89\\u6f9c") in done.stdout.decode(encoding)


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_a_directory_that_may_not_be_written_stores_nothing_and_says_so(tmp_path: Path, monkeypatch):
    """Its lock cannot be opened: the verb is told in words, not with an error of the machine."""
    monkeypatch.setattr("anlan.core.ledger.writes._lock_folder", lambda: tmp_path / "gone")
    with pytest.raises(NotStored, match=r"cannot be written \(No such file"), one_writer():
        raise AssertionError("nobody may write here")


@pytest.mark.slow
@pytest.mark.only_on("sqlite")
def test_a_data_directory_may_be_called_memory(anlan, tmp_path):
    """Only a test's database lies in memory: a directory of that name is locked like any other."""
    anlan.data = tmp_path / "memory-lane"
    anlan("init", "--city", make.CITIES / "small")
    assert (anlan.data / "write.lock").exists()
