"""The tracking codes of simulated reporters: made from the report, of no use outside the simulation."""

from __future__ import annotations

import hashlib
from typing import Final

from anlan.intake.channels import Channel
from anlan.intake.public.codes import ALPHABET, LENGTH

CODED: Final = Channel.open()  # whoever reports there is told a code


def code_of(source: str, source_id: str) -> str:
    """Return the code that a simulated reporter holds."""
    digest = hashlib.sha256(f"{source}|{source_id}".encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])
