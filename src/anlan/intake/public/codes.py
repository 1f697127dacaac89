"""The tracking code: 80 bits in Crockford's base 32, told once, kept only as a hash.

The code is derived from the form's own random key with the server's secret, so a form that was sent twice gives the
same code again and the database never holds it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH = 16  # 5 bits each: 80 bits
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
FULL_WIDTH = str.maketrans({chr(0xFF01 + n): chr(0x21 + n) for n in range(94)})  # typed with a Chinese keyboard


def new_form_key() -> str:
    """Return a fresh random key for one form; it makes the report idempotent and seeds its tracking code."""
    return secrets.token_hex(16)


def code_for(form_key: str) -> str:
    """Return the tracking code that belongs to a form's key."""
    seed = hmac.new(settings.SECRET_KEY.encode(), f"tracking:{form_key}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(seed[:10], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def verb_key(form_key: str) -> str:
    """Return the idempotency key for the ledger's side: from it nobody gets back to the form's key or the code."""
    return hashlib.sha256(f"form:{form_key}".encode()).hexdigest()


def read_code(text: str) -> str | None:
    """Read a code as people type it (case, spaces, dashes, O for 0, I or L for 1), or None if it cannot be one."""
    typed = text.translate(FULL_WIDTH).upper().translate(LOOKALIKES)
    code = "".join(letter for letter in typed if letter.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def grouped(code: str) -> str:
    """Write a code in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def code_hash(code: str) -> str:
    """Return what is stored of a code; it carries 80 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(f"tracking:{code}".encode()).hexdigest()
