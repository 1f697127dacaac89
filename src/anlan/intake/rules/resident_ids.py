"""Resident-ID numbers: their first digits are origin, the rest is the person everywhere."""

from __future__ import annotations

import re
import unicodedata

MASK = "*" * 18
# As people part it: into groups, by dashes and points of any width, over two lines, by characters that nobody sees.
_GAP = r"[\s\-.·_/—–－‐‑‒−．／・•~～,，、\u00ad\u200b-\u200f\u2060\ufeff]{0,3}"
_RESIDENT_ID = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXxＸｘХх](?!\d)")  # of any script: \d is every digit
_X = str.maketrans("xＸｘХх", "XXXXX")  # the last two are Cyrillic
_YEARS = range(1850, 2101)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_resident_ids(text: str) -> str:
    """Replace what looks like a resident-ID number in a text, also with a mistyped check digit: it names a person."""
    pieces, last = [], 0
    for found in _RESIDENT_ID.finditer(text):
        if _looks_like_one(found.group()):
            pieces += [text[last : found.start()], MASK]
            last = found.end()
    return "".join([*pieces, text[last:]]) if pieces else text


def holds_resident_id(text: str) -> bool:
    """Whether a text holds a number that is a resident-ID number by its check digit."""
    return any(is_resident_id(found.group()) for found in _RESIDENT_ID.finditer(text))


def is_resident_id(text: str) -> bool:
    """Whether 18 digits are a resident-ID number: a birth date inside, and the check digit of GB 11643.

    So a number of a system's own is told from one: region, day and serial number make 18 digits as well.
    """
    digits = _digits(text)
    if not _looks_like_one(digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == digits[17]


def _looks_like_one(text: str) -> bool:
    """Whether 18 digits hold a day on which somebody may be born where a resident-ID number has it."""
    digits = _digits(text)
    if len(digits) != 18 or not digits[:17].isdecimal():
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    return year in _YEARS and 1 <= month <= 12 and 1 <= day <= 31


def _digits(text: str) -> str:
    kept = re.sub(r"[^\dX]", "", text.translate(_X))
    return "".join(str(unicodedata.decimal(each, each)) for each in kept)
