"""A code as a square that a phone reads."""

from __future__ import annotations

import segno


def modules(text: str) -> list[list[bool]]:
    """Return the dark and light modules of a QR code."""
    code = segno.make_qr(text, error="m", boost_error=False)
    return [[bool(dark) for dark in row] for row in code.matrix]


def path(text: str) -> tuple[str, int]:
    """Return the SVG path of the dark modules, and how many modules a side has."""
    rows = modules(text)
    return "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark), len(rows)


def svg(text: str) -> str:
    """Return a QR code as an SVG of its own."""
    drawn, side = path(text)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{drawn}"/></svg>'
