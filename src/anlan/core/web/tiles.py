"""The operator's base map, fetched by the server: its key and its host never reach a browser, nor ours its log."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from functools import lru_cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anlan.core.web.access import public

WAIT_S = 4.0
LARGEST = 2_000_000
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
# A slow source may keep a few threads waiting, never all that answer calls.
_turns = threading.BoundedSemaphore(4)


@public
@require_safe
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Return one picture of the base map; 404 where no source is set, 502 or 503 where it does not answer."""
    if not settings.TILE_URL or z > 20 or max(x, y) >= 1 << z:
        raise Http404
    if not _turns.acquire(timeout=WAIT_S / 2):
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    try:
        picture = fetched(settings.TILE_URL.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y)))
    except (OSError, ValueError):
        return HttpResponse(status=502)
    finally:
        _turns.release()
    kind = next(name for start, name in KINDS.items() if picture.startswith(start))
    return HttpResponse(picture, content_type=kind, headers={"Cache-Control": "public, max-age=86400"})


@lru_cache(maxsize=1024)
def fetched(address: str) -> bytes:
    """Fetch a picture; ValueError for an answer that is none."""
    asked = urllib.request.Request(address, headers={"User-Agent": "Anlan"})  # noqa: S310  (settings allow http and https)
    with urllib.request.urlopen(asked, timeout=WAIT_S) as answer:  # noqa: S310
        picture: bytes = answer.read(LARGEST + 1)
    if len(picture) > LARGEST or not picture.startswith(tuple(KINDS)):
        raise ValueError("the tile source answered with something that is no picture")
    return picture
