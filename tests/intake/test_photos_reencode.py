"""Photos: judged by content, bounded before decoding, re-encoded, nothing but pixels kept."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from anlan.core.refusals import Refused
from anlan.intake.public import photos

pytestmark = pytest.mark.pure


def encoded(image: Image.Image, kind: str, **options: object) -> io.BytesIO:
    """Encode a picture as an upload."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def refusal(data: bytes) -> str:
    """Return why an upload is refused."""
    with pytest.raises(Refused) as refused:
        photos.reencode(io.BytesIO(data))
    return refused.value.code


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, mode) for kind in ("JPEG", "PNG", "WEBP") for mode in ("RGB", "L")]
    + [(kind, mode) for kind in ("PNG", "WEBP") for mode in ("RGBA", "P")]
    + [("JPEG", "CMYK"), ("PNG", "I;16")],
)
def test_every_common_picture_becomes_a_plain_jpeg(kind, mode):
    """Whatever its format and colour model, a picture ends as an RGB JPEG with its own hash."""
    photo = photos.reencode(encoded(Image.new(mode, (64, 48)), kind))
    with Image.open(io.BytesIO(photo.jpeg)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (64, 48))
    assert len(photo.sha256) == 64


def test_where_and_with_what_it_was_taken_is_gone():
    """Position, camera and comments in the upload are not in what is kept."""
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAM"
    exif.get_ifd(0x8825)[1] = "N"
    upload = encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif, comment=b"SECRETNOTE")
    photo = photos.reencode(upload)
    assert b"SECRET" not in photo.jpeg
    assert b"Exif" not in photo.jpeg
    with Image.open(io.BytesIO(photo.jpeg)) as kept:
        assert not dict(kept.getexif())


def test_it_is_turned_upright():
    """A phone held upright writes an orientation; the kept pixels are turned."""
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = photos.reencode(encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif))
    assert (photo.width, photo.height) == (40, 60)


def test_a_large_photo_is_scaled_to_evidence_size():
    """The long side is at most 2048 px."""
    photo = photos.reencode(encoded(Image.new("RGB", (5000, 2500)), "JPEG"))
    assert (photo.width, photo.height) == (2048, 1024)


def test_a_script_behind_a_picture_is_not_kept():
    """Of a file that is picture and script at once, only the picture's pixels are kept."""
    upload = encoded(Image.new("RGB", (60, 40)), "JPEG").getvalue() + b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in photos.reencode(io.BytesIO(upload)).jpeg


def test_the_same_upload_gives_the_same_bytes():
    """Re-encoding is deterministic, so a form sent twice is the same report."""
    upload = encoded(Image.effect_noise((200, 100), 40).convert("RGB"), "PNG").getvalue()
    assert photos.reencode(io.BytesIO(upload)) == photos.reencode(io.BytesIO(upload))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_photo"),
        (b"<!doctype html><script>alert(1)</script>", "not_photo"),
        (b"GIF89a/*", "not_photo"),
        (b"%PDF-1.7", "not_photo"),
        (b"PK\x03\x04", "not_photo"),
        (b"\0\0\0\x20ftypheic\0\0\0\0mif1", "heic"),
        (b"\xff\xd8\xff\xe0" + b"x" * 200, "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 200, "broken"),
        (b"RIFF\0\0\0\0WEBP" + b"x" * 200, "broken"),
        (b"\xff\xd8\xff" + bytes(photos.MAX_BYTES), "too_big"),
    ],
)
def test_what_is_no_photo_is_refused_with_its_reason(data, code):
    """The first bytes decide, not the name; each refusal has a code of its own."""
    assert refusal(data) == code


def test_a_bomb_is_refused_by_its_header():
    """A small PNG that claims 60,000 x 60,000 pixels is refused before a pixel is decoded."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b"")):
        bomb += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    assert refusal(bomb) == "too_many_pixels"


def test_a_cut_off_photo_is_refused():
    """A photo whose transfer broke off is not kept half grey."""
    whole = encoded(Image.effect_noise((400, 300), 60).convert("RGB"), "JPEG").getvalue()
    assert refusal(whole[: len(whole) // 2]) == "broken"
