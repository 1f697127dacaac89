"""A file of personal content on its way in and out: as pixels only, sent to be looked at and kept by nobody."""

from __future__ import annotations

from typing import Any, Final, Protocol

from django.http import HttpResponse

from anlan.core.ledger.verbs import asked_as
from anlan.core.sealed.salts import new_salt

JPEG: Final = b"\xff\xd8\xff"
HEADERS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PhotoBytes(Protocol):
    """A photo that was re-encoded already."""

    @property
    def jpeg(self) -> bytes:
        """The bytes to keep."""

    @property
    def width(self) -> int:
        """Pixels across."""

    @property
    def height(self) -> int:
        """Pixels down."""

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""


def columns_of(photo: PhotoBytes) -> dict[str, Any]:
    """Return what a sealed row keeps of a photo, with a salt of its own."""
    return {
        "salt": new_salt(),
        "verb_key": asked_as(),
        "jpeg": photo.jpeg,
        "width": photo.width,
        "height": photo.height,
        "sha256": photo.sha256,
    }


def sent(jpeg: bytes, name: str) -> HttpResponse:
    """Answer with an opened photo: our own JPEG, in a sandbox, never sniffed, stored or told to other sites."""
    if not jpeg.startswith(JPEG):
        raise ValueError(f"{name}: stored bytes that are no JPEG are sent to nobody")
    disposition = {"Content-Disposition": f'inline; filename="{name}.jpg"'}
    return HttpResponse(jpeg, content_type="image/jpeg", headers=HEADERS | disposition)
