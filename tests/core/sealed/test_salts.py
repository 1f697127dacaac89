"""The commitment to sealed content is HMAC-SHA256 of its fields in order, one by one or many at once."""

from __future__ import annotations

import hashlib
import hmac

from anlan.core.sealed import commitment, commitments, new_salts

ROWS = [
    {"words": "路面积水", "name": "", "contact": None},
    {"words": "8:contact=-:", "name": "a%b", "contact": "x"},
    {"words": "路面积水", "name": "é", "contact": b"\x00\xff"},
]


def written(content: dict[str, str | bytes | None]) -> bytes:
    """Write fields as a commitment covers them, from its definition."""
    parts = []
    for name in sorted(content):
        value = content[name]
        data = value.encode() if isinstance(value, str) else value
        parts.append(f"{len(name)}:{name}=".encode() + (b"-:" if data is None else b"%d:" % len(data) + data))
    return b"".join(parts)


def test_many_at_once_are_each_as_one() -> None:
    """Equal contents and none at all included; no salt is drawn twice."""
    salts = new_salts(len(ROWS))
    assert [len(salt) for salt in salts] == [16, 16, 16]
    assert len(set(salts)) == len(salts)
    expected = [hmac.new(salt, written(row), hashlib.sha256).hexdigest() for salt, row in zip(salts, ROWS, strict=True)]
    assert [commitment(salt, row) for salt, row in zip(salts, ROWS, strict=True)] == expected
    assert commitments(salts, {name: [row[name] for row in ROWS] for name in ROWS[0]}) == expected
    assert (commitments([], {"words": []}), new_salts(0)) == ([], [])
