"""Photos, as phones send them and as pages hand them on."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anlan.intake.public.photos import reencode


def jpeg(width: int = 32, height: int = 24) -> bytes:
    """Return a photo as a phone takes it, with a note about its maker."""
    content, notes = io.BytesIO(), Image.Exif()
    notes[0x010F] = "PhoneMaker"
    Image.new("RGB", (width, height), "steelblue").save(content, "JPEG", exif=notes)
    return content.getvalue()


def upload(width: int = 64, height: int = 48, *, name: str = "works.jpg") -> SimpleUploadedFile:
    """Return a photo as a form sends it, with its own name."""
    return SimpleUploadedFile(name, jpeg(width, height), "image/jpeg")


def photo(width: int = 32, height: int = 24) -> Any:
    """Return a small photo as the public page hands it on."""
    return reencode(io.BytesIO(jpeg(width, height)))
