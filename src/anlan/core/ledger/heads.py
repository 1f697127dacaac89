"""Heads taken out of the house by themselves: who changes the data directory must not reach them.

A kept head shows what nobody can see from inside: that the chain was cut off, or written anew as a whole.
"""

from __future__ import annotations

import base64
import datetime as dt
import errno
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import FileIO
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from anlan.core import ledger
from anlan.core.ledger import canonical, seals, stamps
from anlan.core.ledger.verbs import verb
from anlan.core.messages import actions as messages
from anlan.core.models import Contact, LedgerEntry, LedgerSeal
from anlan.core.people.actors import Actor, system
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.clock import now, stamp

KIND: Final = "core.head_kept"
PURPOSE: Final = "ledger_head"
TEMPLATE: Final = "core.ledger_head"
ME: Final = system("ledger")
log = logging.getLogger("anlan.ledger")


@dataclass(frozen=True)
class Kept:
    """One line of the file of heads: up to where, the hash of the seal, when it was kept, the stamp that it got."""

    at: str
    position: int
    head: str
    algorithm: str
    stamp: str = ""


def is_due(at: dt.datetime) -> bool:
    """Whether the last head was kept longer ago than the operator wants, and there are a head and a way out."""
    every = settings.HEADS_EVERY_H
    if not every or not _ways(at) or seals.head() is None:
        return False
    last = last_kept()
    since = at - dt.timedelta(hours=every)
    return last is None or not since < dt.datetime.fromisoformat(last.at) <= at  # one ahead: the clock was set back


def last_kept() -> LedgerEntry | None:
    """Return the entry of the head that was kept last."""
    return LedgerEntry.objects.filter(kind=KIND).order_by("-id").first()


def keep() -> bool:
    """Take the last seal out by every way that is set; return whether there was one. A way that fails is logged."""
    seal, at = seals.head(), now()
    if seal is None:
        return False
    line = Kept(stamp(at), seal.last, seal.hash, seal.algorithm, _stamped(seal.hash))
    reached = {"file": _to_file(line), "syslog": _to_syslog(line), "stamped": bool(line.stamp)}
    note_head(position=line.position, head=line.head, reached=reached, actor=ME, at=at)
    return True


@verb("core.ledger.note_head")
def note_head(*, position: int, head: str, reached: dict[str, bool], actor: Actor, at: dt.datetime) -> int:
    """Note where a head is kept, and send it to the contacts who consented to that."""
    actor.require()
    contacts = Contact.objects.consenting(PURPOSE, at).values_list("pk", flat=True)
    values = {"position": position, "head": head, "at": stamp(at)}
    payload = {"position": position, "head": head, **reached, "messages": len(contacts)}
    entry = ledger.append(KIND, actor=actor, at=at, subject="ledger:head", payload=payload)
    for contact in contacts:
        messages.send(contact_id=contact, purpose=PURPOSE, template=TEMPLATE, values=values, cause=entry, actor=actor,
                      at=at)  # fmt: skip
    return entry


@verb("core.ledger.take_head")
def take_head(*, actor: Actor, at: dt.datetime) -> dict[str, str | int]:
    """Hand the last seal to an auditor, who keeps it elsewhere by hand."""
    actor.require(Role.AUDITOR)
    seal = seals.head()
    if seal is None:
        raise Refused("nothing_sealed")
    payload: dict[str, str | int] = {"position": seal.last, "head": seal.hash}
    ledger.append("core.head_taken", actor=actor, at=at, subject="ledger:head", payload=payload)
    return {**payload, "algorithm": seal.algorithm, "at": stamp(at), "stamp": ""}


def kept(path: Path | None = None) -> Iterator[Kept | None]:
    """Yield the heads of the file in their order; None for a line that cannot be read."""
    path = path or settings.HEADS_FILE
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in filter(str.strip, file):
            try:
                yield Kept(**json.loads(line))
            except (ValueError, TypeError):
                yield None


def faults(path: Path | None = None) -> Iterator[str]:
    """Say which kept heads are no seals of this chain, and which stamps do not hold."""
    lines = 0
    for lines, line in enumerate(kept(path), start=1):
        if line is None:
            yield f"line {lines} of the kept heads cannot be read"
        elif fault := _fault_of(line):
            yield f"the head kept at {line.at}, position {line.position}: {fault}"
    last = last_kept()
    if not lines and settings.HEADS_FILE and last is not None and json.loads(last.payload)["file"]:
        yield "the file of kept heads is gone"


def _fault_of(line: Kept) -> str:
    seal = LedgerSeal.objects.filter(hash=line.head, last=line.position, algorithm=line.algorithm)
    if not seal.exists():
        return "no seal of this chain: its end was cut off, or it was written anew"
    if not line.stamp or settings.TSA_CERTIFICATE is None:
        return ""
    try:
        return stamps.fault_of(base64.b64decode(line.stamp, validate=True), line.head)
    except ValueError:
        return "its time stamp cannot be read"


def _ways(at: dt.datetime) -> bool:
    return bool(settings.HEADS_FILE or settings.HEADS_SYSLOG) or Contact.objects.consenting(PURPOSE, at).exists()


def _stamped(head: str) -> str:
    if not settings.TSA_URL:
        return ""
    try:
        return base64.b64encode(stamps.stamp_of(head)).decode()
    except stamps.NoStamp as error:
        log.error("the head was kept without a time stamp: %s", error)
        return ""


def _to_file(line: Kept) -> bool:
    """Put a line at the end of the file, whole and on disk, or not at all."""
    if settings.HEADS_FILE is None:
        return False
    try:
        with settings.HEADS_FILE.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _add(file, f"{canonical(asdict(line))}\n".encode())
    except OSError as error:
        log.error("the head was not written to ANLAN_HEADS_FILE: %s", error.strerror)
        return False
    return True


def _add(file: FileIO, line: bytes) -> None:
    before = os.fstat(file.fileno()).st_size
    try:
        if file.write(line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):  # a file that can only be added to keeps what it got
            file.truncate(before)
        raise


class _Syslog(SysLogHandler):
    def handleError(self, record: Any) -> None:  # noqa: N802 - the name that logging calls
        """Let the error out: a head that did not leave is told of."""
        raise


def _to_syslog(line: Kept) -> bool:
    if not settings.HEADS_SYSLOG:
        return False
    host, _, port = settings.HEADS_SYSLOG.rpartition(":")
    try:
        handler = _Syslog((host, int(port)) if host else settings.HEADS_SYSLOG, SysLogHandler.LOG_AUTHPRIV)
        text = f"anlan: ledger head {line.head} position {line.position} at {line.at}"
        handler.emit(logging.LogRecord("anlan.ledger", logging.NOTSET, "", 0, text, None, None))
        handler.close()
    except OSError as error:
        log.error("the head was not sent to ANLAN_HEADS_SYSLOG: %s", error.strerror or type(error).__name__)
        return False
    return True
