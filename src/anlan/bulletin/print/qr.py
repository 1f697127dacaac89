"""A verification code as a square that a phone reads."""

from __future__ import annotations

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel


def modules(text: str) -> list[list[bool]]:
    """Return the dark and light modules of a QR code."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    return [[bool(dark) for dark in row] for row in code.modules]


def path(text: str) -> tuple[str, int]:
    """Return the SVG path of the dark modules, and how many modules a side has."""
    rows = modules(text)
    return "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark), len(rows)
