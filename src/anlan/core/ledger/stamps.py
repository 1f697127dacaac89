"""Time stamps of others (RFC 3161): that a head was there at a moment, signed by an authority of the operator's."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings

WAIT_S = 10.0
LARGEST = 100_000
QUERY = "application/timestamp-query"


class NoStamp(RuntimeError):
    """The authority gave no stamp, or one that does not hold."""


def stamp_of(text: str) -> bytes:
    """Ask the authority for a stamp of a text and check it; it learns a hash of the text alone."""
    tsp = _library()
    asked = tsp.TimestampRequestBuilder().data(text.encode()).hash_algorithm(tsp.HashAlgorithm.SHA256).build()
    request = urllib.request.Request(  # noqa: S310 - settings allow http and https
        settings.TSA_URL, asked.as_bytes(), {"Content-Type": QUERY, "User-Agent": "Anlan"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
            stamp: bytes = answer.read(LARGEST)
    except (OSError, ValueError, HTTPException) as error:
        raise NoStamp(f"the time-stamping authority does not answer: {type(error).__name__}") from None
    _check(stamp, text, asked.nonce)
    return stamp


def fault_of(stamp: bytes, text: str) -> str:
    """Say what is wrong with a stamp of a text; nothing where it holds."""
    try:
        _check(stamp, text, None)
    except NoStamp as error:
        return str(error)
    return ""


def _check(stamp: bytes, text: str, nonce: int | None) -> None:
    from cryptography import x509

    tsp = _library()
    try:
        roots = x509.load_pem_x509_certificates(Path(settings.TSA_CERTIFICATE or "").read_bytes())
        trusted = tsp.VerifierBuilder(roots=list(roots), nonce=nonce).build()
        trusted.verify_message(tsp.decode_timestamp_response(stamp), text.encode())
    except (tsp.VerificationError, ValueError, OSError) as error:
        raise NoStamp(f"the time stamp does not hold: {error}") from None


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise NoStamp("time stamps want `pip install 'anlan[timestamps]'`") from None
    return rfc3161_client
