"""Verbs of log-ins: somebody came in, was refused, left; sessions are ended, and where they came from is erased."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TypedDict

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Person, SignIn, SignInOrigin
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.client import device_of
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.sealed import new_salt
from anlan.core.sealed.openings import erase, open_words

METHODS = {"sso": SignIn.Method.SSO, "passkey": SignIn.Method.PASSKEY}  # of what failed; else the password's
LOOKS_AFTER = (Role.OPERATOR, Role.AUDITOR)  # who may see the log-ins of others


class Origin(TypedDict):
    """Where a log-in comes from; personal content."""

    address: str
    agent: str


@verb("core.people.sign_in")
def sign_in(
    *, person_id: int, method: str, factor: str, session_key: str, origin: Origin, actor: Actor, at: dt.datetime
) -> int:
    """Note that somebody came in, and which session that opened. Return the id."""
    row = SignIn.objects.create(
        person_id=person_id, at=at, method=method, factor=factor, session=session_hash(session_key),
        device=device_of(origin["agent"]),
    )  # fmt: skip
    Person.objects.filter(pk=person_id).update(last_login=at)  # Django wrote the machine's time, not the city's
    payload = {"method": method, "factor": factor, "sign_in": row.pk, "origin": _sealed(row, origin)}
    ledger.append("core.logged_in", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)
    return row.pk


@verb("core.people.fail_sign_in")
def fail_sign_in(*, person_id: int | None, reason: str, origin: Origin, actor: Actor, at: dt.datetime) -> None:
    """Note a log-in that failed; of a name that nobody has nothing is kept, since people type passwords there."""
    if person_id is None:
        ledger.append("core.login_failed", actor=actor, at=at, subject="sign_in", payload={"reason": reason})
        return
    row = SignIn.objects.create(
        person_id=person_id, at=at, method=METHODS.get(reason.partition("_")[0], SignIn.Method.PASSWORD), failed=True,
        device=device_of(origin["agent"]), ended_at=at,
    )  # fmt: skip
    payload = {"reason": reason, "sign_in": row.pk, "origin": _sealed(row, origin)}
    ledger.append("core.login_failed", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)


@verb("core.people.sign_out")
def sign_out(*, person_id: int, session_key: str, actor: Actor, at: dt.datetime) -> None:
    """Note that somebody left; the caller ends the session."""
    SignIn.objects.filter(person_id=person_id, session=session_hash(session_key), ended_at=None).update(ended_at=at)
    ledger.append("core.logged_out", actor=actor, at=at, subject=f"person:{person_id}", payload={})


@verb("core.people.end_session")
def end_session(*, sign_in_id: int, actor: Actor, at: dt.datetime) -> None:
    """End one session of one's own."""
    row = SignIn.objects.select_for_update().filter(pk=sign_in_id, person=actor.person_id, failed=False).first()
    if row is None or row.ended_at:
        raise Refused("session_gone")
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    Session.objects.filter(pk__in=[key for key in live_sessions() if session_hash(key) == row.session]).delete()
    payload = {"sign_in": row.pk}
    ledger.append("core.session_ended", actor=actor, at=at, subject=f"person:{row.person_id}", payload=payload)


@verb("core.people.end_sessions")
def end_sessions(*, person_id: int, keep: str = "", actor: Actor, at: dt.datetime) -> int:
    """End all sessions of a person, but for the one that they keep; return how many were listed."""
    if actor.person_id != person_id:
        actor.require(Role.OPERATOR)
    person = Person.objects.select_for_update().get(pk=person_id)
    person.sessions_ended += 1
    person.save(update_fields=["sessions_ended"])
    ended = close_listed(person_id, keep=keep, at=at)
    payload = {"sessions": ended}
    ledger.append("core.sessions_ended", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)
    return ended


@verb("core.people.read_origins")
def read_origins(*, sign_in_ids: list[int], purpose: str, actor: Actor, at: dt.datetime) -> dict[int, Origin]:
    """Open from where log-ins came: one's own, or for operators and auditors anybody's."""
    rows = SignIn.objects.filter(pk__in=sign_in_ids)
    if not actor.is_system and not actor.roles & set(LOOKS_AFTER):
        rows = rows.filter(person=actor.person_id)
    subjects = {row.pk: f"person:{row.person_id}" for row in rows}
    if len(subjects) < len(set(sign_in_ids)):
        raise NotAllowed(f"{actor.name} may not see these log-ins")
    found = open_words(SignInOrigin, subjects, fields=("address", "agent"), purpose=purpose, actor=actor, at=at)
    return {pk: Origin(address=words["address"], agent=words["agent"]) for pk, words in found.items()}


@verb("core.people.erase_origins")
def erase_origins(
    *, person_id: int | None, before: dt.datetime | None, reason: str, actor: Actor, at: dt.datetime
) -> int:
    """Erase from where log-ins came: of one person, of those before a moment, or both; return of how many."""
    actor.require(*SignInOrigin.SEAL.erases)
    SignInOrigin.SEAL.require_reason(reason)
    whose = Q() if person_id is None else Q(sign_in__person_id=person_id)
    when = Q() if before is None else Q(sign_in__at__lt=before)
    (count,) = erase(SignInOrigin.objects.filter(whose, when), at=at)
    subject = "sign_in" if person_id is None else f"person:{person_id}"
    payload = {"reason": reason, "sign_ins": count, "before": before.isoformat() if before else None}
    ledger.append("core.login_origins_erased", actor=actor, at=at, subject=subject, payload=payload)
    return count


def close_listed(person_id: int, *, keep: str, at: dt.datetime) -> int:
    """Mark a person's listed sessions as ended, inside a verb; return how many."""
    rows = SignIn.objects.filter(person_id=person_id, ended_at=None)
    return (rows.exclude(session=session_hash(keep)) if keep else rows).update(ended_at=at)


def session_hash(key: str) -> str:
    """Return what is kept of a session's key; it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest() if key else ""


def live_sessions() -> list[str]:
    """Return the keys of sessions that have not run out."""
    return list(Session.objects.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True))


def sessions_of(person_id: int) -> list[SignIn]:
    """Return a person's sessions that are open, the latest first."""
    live = {session_hash(key) for key in live_sessions()}
    rows = SignIn.objects.filter(person_id=person_id, ended_at=None, failed=False).order_by("-pk")
    return [row for row in rows if row.session in live]


def _sealed(row: SignIn, origin: Origin) -> str:
    """Seal from where a log-in came, and return the commitment that its entry holds."""
    kept = SignInOrigin.objects.create(sign_in=row, salt=new_salt(), **origin)
    return kept.commitment()
