"""Which encoding a text has that is no UTF-8, told by the bytes of its foreign letters."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from anlan.tables._errors import Note, TableError, note

MOST = 0.8
LEAST_WHOLE = 0.5
WITHIN_WORDS = 0.3
KNOWN = "utf-8, gb18030, big5, windows-1252, latin-1 or utf-16"


def named_encoding(name: str) -> str:
    """Return an encoding that Python can read text in, by any of its names."""
    try:
        found = codecs.lookup(name.strip())
        "".encode(found.name)
    except (LookupError, ValueError):
        raise TableError(f"--encoding {name!r} is no encoding; write {KNOWN}", code="no_encoding", named=name) from None
    return found.name


def guess_encoding(foreign: bytes) -> tuple[str, Note | None]:
    """Return the encoding of a piece of text, and what was guessed.

    Common Chinese characters have bytes of their own in GB 2312 and in Big5; letters of western Europe stand within
    words. A text that is UTF-8 but for a few bytes stays UTF-8, so that the line at fault is named.
    """
    if _whole(foreign) >= LEAST_WHOLE:
        return "utf-8", None
    pairs, within = _pairs(foreign)
    common = sum(0xB0 <= lead <= 0xD7 and trail >= 0xA1 for lead, trail in pairs) / max(len(pairs), 1)
    traditional = sum(0xA4 <= lead <= 0xC6 for lead, trail in pairs) / max(len(pairs), 1)
    if common < MOST and within < WITHIN_WORDS and traditional >= MOST and _decodes(foreign, "big5hkscs"):
        return "big5hkscs", note("encoding_guessed", encoding="Big5")
    if common >= MOST or (within < WITHIN_WORDS and _decodes(foreign, "gb18030")):
        return "gb18030", note("encoding_guessed", encoding="GB 18030")
    western = "cp1252" if _decodes(foreign, "cp1252") else "latin-1"
    shown = "Windows-1252" if western == "cp1252" else "Latin-1"
    return western, note("encoding_western", encoding=shown)


def line_of_fault(file: BinaryIO, encoding: str) -> int | None:
    """Return the line of the first byte that the encoding cannot read; None where lines cannot be told apart."""
    if encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        return None
    file.seek(0)
    for number, line in enumerate(file, 1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return number
    return None


def _whole(foreign: bytes) -> float:
    """Return the share of foreign letters that are whole in UTF-8."""
    letters = [letter for letter in foreign.decode("utf-8", errors="replace") if letter > "\x7f"]
    return sum(letter != "\ufffd" for letter in letters) / len(letters) if letters else 0.0


def _pairs(foreign: bytes) -> tuple[list[tuple[int, int]], float]:
    """Return the bytes of what would be Chinese characters, and the share of those that follow a Latin letter."""
    pairs: list[tuple[int, int]] = []
    at, before, within = 0, 0, 0
    while at + 1 < len(foreign):
        lead, trail = foreign[at], foreign[at + 1]
        if lead < 0x80:
            at, before = at + 1, lead
            continue
        within += chr(before).isalpha()
        pairs.append((lead, trail))
        at, before = at + (2 if trail >= 0x40 else 1), 0
    return pairs, within / max(len(pairs), 1)


def _decodes(foreign: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(foreign)
    except UnicodeDecodeError:
        return False
    return True
