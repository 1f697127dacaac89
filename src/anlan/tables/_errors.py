"""What is wrong with a file, said so that its owner can mend it."""

from __future__ import annotations


class TableError(ValueError):
    """A file that cannot be read as asked; the message says what to change."""

    def __init__(self, message: str, *, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code
