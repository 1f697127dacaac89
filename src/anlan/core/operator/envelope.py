"""A backup closed with age, for whoever holds the identity: it leaves no open byte on the disk it is written to."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import pyrage

HEAD: Final = b"age-encryption.org/v1"


class EnvelopeError(ValueError):
    """A key file that holds no key, or a file that this key does not open."""

    exit_status = 2


def recipients_in(path: Path) -> list[Any]:
    """Return for whom backups are closed: a line `age1...` each, as `anlan backup key` or age-keygen print it."""
    return _keys_in(path, pyrage.x25519.Recipient.from_str, "age1...")


def new_identity() -> tuple[str, str]:
    """Return a new secret identity, and the recipient that belongs to it."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_closed(path: Path) -> bool:
    """Whether a file was encrypted with age."""
    with path.open("rb") as file:
        return file.read(len(HEAD)) == HEAD


@contextmanager
def closing(file: IO[bytes], recipients: list[Any]) -> Iterator[IO[bytes]]:
    """Yield where to write what is stored encrypted in a file; without recipients that file itself."""
    if not recipients:
        yield file
        return
    read, write = os.pipe()
    with ThreadPoolExecutor(1, "anlan-age") as pool, os.fdopen(read, "rb") as source:
        done = pool.submit(_encrypt, source, file, recipients)
        try:
            with os.fdopen(write, "wb") as sink:
                yield sink
        except BrokenPipeError:
            done.result()  # says what really failed
            raise
        done.result()


@contextmanager
def opened(path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """Yield a backup to read; an encrypted one from a copy that has no name and goes with this process."""
    if not is_closed(path):
        with path.open("rb") as file:
            yield file
        return
    if identity is None:
        raise EnvelopeError(f"{path} is encrypted: name the file of its identity with --identity")
    keys = _keys_in(identity, pyrage.x25519.Identity.from_str, "AGE-SECRET-KEY-1...")
    with tempfile.TemporaryFile() as copy, path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, copy, keys)
        except (pyrage.DecryptError, OSError) as error:
            if getattr(error, "errno", None):  # the disk's
                raise
            raise EnvelopeError(f"{path}: {identity} does not open it, or it was damaged ({error})") from error
        copy.seek(0)
        yield copy


def _encrypt(source: IO[bytes], file: IO[bytes], recipients: list[Any]) -> None:
    try:
        pyrage.encrypt_io(source, file, recipients)
    except pyrage.EncryptError as error:  # which says in words what the system said
        number = next((code for code in (errno.ENOSPC, errno.EDQUOT) if f"Errno {code}]" in str(error)), errno.EIO)
        raise OSError(number, os.strerror(number)) from error
    finally:
        source.close()  # who still writes is told, and does not wait for ever


def _keys_in(path: Path, read: Any, form: str) -> list[Any]:
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        keys = [read(line) for line in lines if line and not line.startswith("#")]
    except (OSError, ValueError, pyrage.IdentityError, pyrage.RecipientError) as error:
        raise EnvelopeError(f"{path}: no key can be read there; write a line {form} each ({error})") from error
    if not keys:
        raise EnvelopeError(f"{path} holds no key; write a line {form} each")
    return keys
