"""Which backups of a folder have had their time: only those that Anlan itself made of this city."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Final

from anlan.core.operator.envelope import HEAD

ZIP: Final = b"PK\x03\x04"
STAMP: Final = "%Y%m%dT%H%M%SZ"


def name_of(city: str, at: dt.datetime, *, encrypted: bool) -> str:
    """Return what the backup of a moment is called in a folder of backups."""
    return f"anlan-{city}-{at.astimezone(dt.UTC):{STAMP}}.zip{'.age' if encrypted else ''}"


def expire(folder: Path, city: str, before: dt.datetime) -> list[str]:
    """Take away this city's backups that were made before a moment; return their names."""
    old = sorted(path for path in folder.iterdir() if (made := _made_at(path, city)) and made < before)
    for path in old:
        path.unlink()
    return [path.name for path in old]


def _made_at(path: Path, city: str) -> dt.datetime | None:
    """Return when a file was made, or None where it is no backup of this city, by its name or its first bytes."""
    match = re.fullmatch(rf"anlan-{re.escape(city)}-(\d{{8}}T\d{{6}}Z)\.zip(\.age)?(\.part)?", path.name)
    if match is None or path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(len(HEAD))
    if not head.startswith(HEAD if match[2] else ZIP):
        return None
    return dt.datetime.strptime(match[1], STAMP).replace(tzinfo=dt.UTC)
