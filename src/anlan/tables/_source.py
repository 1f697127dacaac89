"""The bytes of a file: looked through once for its hash, its encoding and its kind, then read by a reader."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from anlan.tables._charsets import guess_encoding, named_encoding
from anlan.tables._errors import Note, TableError

PIECE = 1 << 20
SPOOL = 64 << 20
_MAGIC = {
    b"PK\x03\x04": "packed",
    b"PAR1": "parquet",
    b"\xd0\xcf\x11\xe0": "old_excel",
    b"\x1f\x8b": "gzip",
    b"%PDF": "pdf",
    b"SQLite format 3\0": "layers",
    b"\x00\x00\x27\x0a": "layers",
}
_REFUSED_KINDS = {
    "old_excel": "is an old Excel file (.xls): save it as .xlsx or CSV",
    "gzip": "is packed (gzip): unpack it first",
    "pdf": "is a PDF: export the table itself as CSV or Excel",
}
_FOREIGN = re.compile(rb".?[\x80-\xff]", re.DOTALL)
_SAMPLE = 1 << 16


@dataclass(frozen=True)
class Opening:
    """How a file is opened, where its content alone does not say it.

    `sheet` names the sheet of a workbook, the list of a JSON file or the layer of a map; `head_row` is the row (the
    line) on which the names of the columns stand, `columns` are names for a file that has none.
    """

    sheet: str | None = None
    encoding: str | None = None
    head_row: int | None = None
    columns: tuple[str, ...] = ()
    representative_points: bool = False


AS_IT_IS = Opening()


@dataclass
class Source:
    """An open file with what a first look through all of it showed."""

    file: BinaryIO
    name: str
    kind: str
    sha256: str
    total_bytes: int
    encoding: str | None
    head: bytes
    path: Path | None = None
    notes: tuple[Note, ...] = ()


def open_source(where: str | Path | BinaryIO, name: str | None, encoding: str | None = None) -> Source:
    """Open a file, or keep a stream that cannot be read twice, and look through it once."""
    if isinstance(where, str | Path):
        file, name = _opened(Path(where)), name or Path(where).name
    else:
        file, name = _rewindable(where), name or getattr(where, "name", None) or "the file"
    try:
        source = _surveyed(file, str(name), named_encoding(encoding) if encoding else None)
    except BaseException:
        file.close()
        raise
    source.path = Path(where) if isinstance(where, str | Path) else None
    return source


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise TableError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise TableError(f"{path} is a folder; name a file") from None
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}") from None


def _rewindable(stream: BinaryIO) -> BinaryIO:
    if stream.seekable():
        stream.seek(0)
        return stream
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - the reader closes it
    while piece := stream.read(PIECE):
        kept.write(piece)
    kept.seek(0)
    return io.BufferedReader(kept) if not hasattr(kept, "readinto") else kept  # type: ignore[type-var,return-value]


def _surveyed(file: BinaryIO, name: str, named: str | None) -> Source:
    """Look through the whole file: its hash, and of a text whether it is UTF-8, else a piece to tell its encoding."""
    head = file.read(1 << 18)
    if not head:
        raise TableError(f"{name} is empty", code="empty")
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "text")
    if kind in _REFUSED_KINDS:
        raise TableError(f"{name} {_REFUSED_KINDS[kind]}", code=kind)
    known = (named or _marked(head)) if kind == "text" else None
    digest, utf8, nul = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), False
    size, valid, piece, foreign = 0, kind == "text" and known is None, head, b""
    while piece:
        digest.update(piece)
        size += len(piece)
        nul = nul or b"\0" in piece
        valid = valid and _decodes(utf8, piece)
        wanted = kind == "text" and len(foreign) < _SAMPLE and not piece.isascii()
        if wanted and (found := _FOREIGN.search(piece)):
            foreign += piece[found.start() : found.start() + _SAMPLE]
        piece = file.read(PIECE)
    file.seek(0)
    encoding = known
    notes: tuple[Note, ...] = ()
    if kind == "text":
        if nul and not (known or "").startswith(("utf-16", "utf-32")):
            raise TableError(f"{name} holds NUL bytes, so it is no text table: save it as CSV in UTF-8", code="nul")
        if known is None:
            whole = valid and _decodes(utf8, b"", final=True)
            encoding, note = ("utf-8", None) if whole else guess_encoding(foreign)
            notes = (note,) if note else ()
    return Source(file, name, kind, digest.hexdigest(), size, encoding, head, notes=notes)


def _marked(head: bytes) -> str | None:
    """Return the encoding that a byte order mark, or zeros in every second byte, tell."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = head[:4096]
    odd, even = start[1::2].count(0), start[::2].count(0)
    half = max(len(start) // 2, 1)
    if odd > half * 0.4 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and not odd else None


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True
