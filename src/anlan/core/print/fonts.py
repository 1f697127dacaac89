"""The fonts that papers are set in, and which characters they have a picture of."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from anlan.core.refusals import Refused

PACKAGE = "pylopdf_fonts_zh_cn"  # Noto Sans SC and Noto Serif SC as their makers published them (OFL)
FILES = {"Noto Sans SC": "NotoSansSC-Regular.otf", "Noto Serif SC": "NotoSerifSC-Regular.otf"}
INVISIBLE = {"Cf", "Zs", "Zl", "Zp"}  # of Unicode: they have no picture and need none


def folder() -> Path:
    """Return where the fonts lie, or refuse to print without them: empty boxes would look like a paper."""
    found = find_spec(PACKAGE)
    place = Path(found.origin).parent if found and found.origin else None
    if place is None or any(not (place / name).is_file() for name in FILES.values()):
        raise Refused("print_fonts_missing")
    return place


def printable(words: str) -> str:
    """Return words with what the fonts have no picture of named by its number: nothing is dropped unseen."""
    if pictured().issuperset(words):
        return words
    return "".join(sign if _is_shown(sign) else f"[U+{ord(sign):04X}]" for sign in words)


def _is_shown(sign: str) -> bool:
    return sign in pictured() or sign in "\n\t" or unicodedata.category(sign) in INVISIBLE


@cache
def pictured() -> frozenset[str]:
    """Return the characters that every font has a picture of."""
    place = folder()
    return frozenset.intersection(*(_characters((place / name).read_bytes()) for name in FILES.values()))


def _characters(font: bytes) -> frozenset[str]:
    """Read a font's table from characters to glyphs (OpenType `cmap`, format 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    places = dict(struct.unpack_from(">4s4xI", font, 12 + 16 * n) for n in range(tables))
    cmap = places[b"cmap"]
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0]
        if struct.unpack_from(">H", font, start)[0] == 12:
            groups = struct.unpack_from(">I", font, start + 12)[0]
            spans = (struct.unpack_from(">II", font, start + 16 + 12 * group) for group in range(groups))
            return frozenset(chr(code) for first, last in spans for code in range(first, last + 1))
    raise ValueError("a font without a table of characters of format 12")
