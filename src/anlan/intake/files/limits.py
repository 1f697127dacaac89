"""How much of a file is read before it is imported: what only looks small is refused at the door, and a look ends."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from anlan.core.refusals import Refused

MOST_RATIO: Final = 100  # sheets of offices unpack to some ten times their size, one of a single cell repeated to 1,000
SMALL_BYTES: Final = 20_000_000  # what unpacks to no more harms nobody
WORDS_BYTES: Final = 300_000_000  # texts of a workbook, which are held in memory all at once
JSON_BYTES: Final = 100_000_000  # one JSON value is held in memory whole; lines and other tables are streams
LINE_BYTES: Final = 4_000_000
LOOK_S: Final = 180.0
EACH_ROWS: Final = 5_000
Progress = Callable[[int, int | None], None]


def require_bounded(path: Path) -> None:
    """Refuse a file that would grow beyond measure when it is read, before it is."""
    with path.open("rb") as file:
        start = file.read(LINE_BYTES)
    if start.startswith(b"PK\x03\x04"):
        _require_packed_alike(path)
    elif path.stat().st_size > JSON_BYTES and _is_one_value(start):
        raise Refused("json_too_large", most=JSON_BYTES // 1_000_000)


def _require_packed_alike(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except zipfile.BadZipFile:
        return  # the reader says what is wrong with it
    for member in members:
        grown = member.file_size > SMALL_BYTES and member.file_size > MOST_RATIO * max(member.compress_size, 1)
        if grown and member.filename.startswith("xl/"):  # other archives hold tables of blanks, and are read as streams
            raise Refused("unpacks_too_far", times=MOST_RATIO)
        if member.filename.endswith("sharedStrings.xml") and member.file_size > WORDS_BYTES:
            raise Refused("too_many_words", most=WORDS_BYTES // 1_000_000)


def _is_one_value(start: bytes) -> bool:
    """Whether a file is one JSON value and not an object a line."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith((b"{", b"[")):
        return False
    try:
        return not isinstance(json.loads(text.partition(b"\n")[0]), dict)
    except (ValueError, RecursionError):
        return True


class Watch:
    """Tells now and then how far a look is, and ends one that takes too long."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.began = progress, time.monotonic()

    def __call__(self, done: int, total: int | None = None) -> None:
        """Tell that so many rows were read; called for each row or batch."""
        if done % EACH_ROWS and done != total:
            return
        if time.monotonic() - self.began > LOOK_S:
            raise Refused("look_too_long", minutes=round(LOOK_S / 60))
        self.progress(done, total)
