"""Resident-ID numbers: their first digits are origin, the rest is the person everywhere."""

from __future__ import annotations

import re

MASK = "*" * 18
_RESIDENT_ID = re.compile(r"(?<![0-9])[0-9](?:[ \-.]?[0-9]){16}[ \-.]?[0-9Xx](?![0-9])")
_FULL_WIDTH = str.maketrans({chr(0xFF10 + n): str(n) for n in range(10)} | {"Ｘ": "X", "ｘ": "x", "　": " ", "－": "-"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def mask_resident_ids(text: str) -> str:
    """Replace the resident-ID numbers in a text."""
    plain = text.translate(_FULL_WIDTH)
    pieces, last = [], 0
    for found in _RESIDENT_ID.finditer(plain):
        if is_resident_id(found.group()):
            pieces += [text[last : found.start()], MASK]
            last = found.end()
    return "".join([*pieces, text[last:]]) if pieces else text


def is_resident_id(text: str) -> bool:
    """Whether 18 digits are a resident-ID number: a birth date inside, and the check digit of GB 11643."""
    digits = re.sub(r"[^0-9Xx]", "", text).upper()
    if len(digits) != 18 or not digits[:17].isascii():
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    if not (1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == digits[17]
