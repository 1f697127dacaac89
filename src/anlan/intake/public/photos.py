"""Photos as evidence: checked by content, bounded before decoding, re-encoded, without the data about their maker."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from anlan.core.refusals import Refused

MAX_BYTES = 10_000_000
MAX_PIXELS = {"JPEG": 170_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}  # a large JPEG is decoded at a fraction
MAX_SIDE = 20_000
LONG_SIDE = 2048
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True)
class Photo:
    """A re-encoded photo: JPEG in sRGB, upright, at most 2048 px on its long side, nothing but pixels."""

    jpeg: bytes
    width: int
    height: int
    sha256: str

    def __str__(self) -> str:
        """Spell it as the fingerprints of earlier keyed calls have it, whatever the class is called by now."""
        return f"Photo(jpeg={self.jpeg!r}, width={self.width}, height={self.height}, sha256={self.sha256!r})"


def reencode(upload: BinaryIO) -> Photo:
    """Turn what somebody uploaded into a photo, or refuse it."""
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused("too_big")
    kind = _kind(data)
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            return _keep(_pixels(image, kind))
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except Exception as error:  # decoders raise many kinds for damaged files
        raise Refused("broken") from error


def reencoded(upload: UploadedFile[bytes] | None) -> Photo | None:
    """Return the photo behind a form's upload; a form error says why it cannot be kept."""
    if not upload:
        return None
    try:
        return reencode(upload)  # type: ignore[arg-type]
    except Refused as refused:
        raise ValidationError(str(refused)) from refused


def _kind(data: bytes) -> str:
    """Tell the format by the first bytes; names and declared types are not believed."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    raise Refused("heic" if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS else "not_photo")


def _pixels(image: Image.Image, kind: str) -> Image.Image:
    """Decode within bounds: the header's size is checked first, a large JPEG is decoded at a fraction of it."""
    width, height = image.size
    if width * height > MAX_PIXELS[kind] or max(width, height) > MAX_SIDE:
        raise Refused("too_many_pixels")
    image.draft("RGB", (LONG_SIDE, LONG_SIDE))
    image.load()
    upright = _upright(image)
    upright.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return upright


def _upright(image: Image.Image) -> Image.Image:
    """Apply the orientation that the camera wrote; a damaged note about it is no reason to refuse the photo."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # whatever a hostile EXIF block raises
        return image.copy()


def _keep(image: Image.Image) -> Photo:
    """Encode the pixels alone; transparent parts become white."""
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image.convert("RGB"), mask=image.convert("RGBA").getchannel("A"))
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85, optimize=True)
    jpeg = out.getvalue()
    return Photo(jpeg, clean.width, clean.height, hashlib.sha256(jpeg).hexdigest())
