"""Personal content: salted words and files, opened for a purpose that is logged, erased for a reason with their salt.

A stage keeps its own tables and declares them sealed (`models`, `purposes`); its verbs open and erase through
`openings`, its pages through `grants` and `files`.
"""

from __future__ import annotations

from anlan.core.sealed.salts import commitment, commitments, new_salt, new_salts

__all__ = [
    "commitment",
    "commitments",
    "new_salt",
    "new_salts",
]
