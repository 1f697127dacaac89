"""Files that come with a mapping of their own: a later stage reads them, and registers here how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Protocol

from django.core.files.uploadedfile import UploadedFile

from anlan.core.refusals import Refused
from anlan.intake.files.counts import Counts

MOST_CHARACTERS: Final = 200_000


@dataclass(frozen=True)
class Preview:
    """A first look: what is wrong, or how many records there are and what became of the first when they were tried."""

    problem: Sequence[str] = ()  # words of the catalogue, one after the other, with their limits
    limits: Mapping[str, Any] = field(default_factory=dict)
    records: int = 0
    tried: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    counts: Counts | None = None


class Reader(Protocol):
    """What reads such files."""

    def preview(self, path: Path, *, name: str, mapping: str, at: dt.datetime, watch: Callable[[int], None]) -> Preview:
        """Try the first records, and store nothing; `watch` is told of each row, and may end it."""

    def run(
        self, path: Path, *, name: str, mapping: str, at: dt.datetime, key: str, refused_to: IO[str],
        progress: Callable[[int, int], None],
    ) -> Counts:  # fmt: skip
        """Import the file; with the key each batch is stored once, however often it is run."""


def text_of(upload: UploadedFile[bytes] | None) -> str:
    """Return the text of an uploaded mapping; none where there is none."""
    if upload is None:
        return ""
    if not upload.size or upload.size > 4 * MOST_CHARACTERS:
        raise unread()
    try:
        text = bytes(upload.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unread() from error
    if not text.strip() or len(text) > MOST_CHARACTERS:
        raise unread()
    return text


def unread() -> Refused:
    """Return that what was uploaded is no text of a fitting length."""
    return Refused("mapping_unread", most=f"{MOST_CHARACTERS:,}")


_readers: list[Reader] = []


def reads_mappings(reader: Reader) -> None:
    """Register what reads files with a mapping."""
    _readers.append(reader)


def reader() -> Reader:
    """Return what reads files with a mapping."""
    return _readers[0]
