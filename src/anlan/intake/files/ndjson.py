"""Reading JSON line by line, bounded, so that no request has to fit in memory."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from anlan.core.refusals import Refused
from anlan.core.web.json_body import read_object

READ_BYTES = 65_536
LINE_BYTES = 65_536


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


@dataclass(frozen=True)
class Line:
    """One line: its number from 1, and an object or the reason why it is none."""

    number: int
    row: dict[str, Any] | None
    refusal: Refused | None = None


def read_lines(stream: Readable) -> Iterator[Line]:
    """Read objects line by line; a line that is too long is skipped without being kept, an empty one is left out.

    A byte order mark is none of a line's own: Windows writes one before each file, and files are joined.
    """
    for number, text in enumerate(_split(stream), start=1):
        if text is None:
            yield Line(number, None, Refused("line_too_long", most=LINE_BYTES))
        elif text.removeprefix(BOM_UTF8).strip():
            try:
                yield Line(number, read_object(text.removeprefix(BOM_UTF8)))
            except Refused as error:
                yield Line(number, None, error)


def _split(stream: Readable) -> Iterator[bytes | None]:
    """Yield each line, or None for one that is longer than a line may be."""
    kept, too_long = b"", False
    while data := stream.read(READ_BYTES):
        first, *rest = data.split(b"\n")
        kept, too_long = _grown(kept + first, too_long)
        for piece in rest:
            yield None if too_long else kept
            kept, too_long = _grown(piece, False)
    if kept or too_long:
        yield None if too_long else kept


def _grown(line: bytes, too_long: bool) -> tuple[bytes, bool]:
    return (b"", True) if too_long or len(line) > LINE_BYTES else (line, False)
