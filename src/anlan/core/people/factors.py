"""The second factor: who has one, who must, and the verbs that note what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Person
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.env import EnvError

REQUIRED: Final = frozenset(settings.SECOND_FACTOR)
if unknown := REQUIRED - set(Role.values):
    raise EnvError(f"ANLAN_SECOND_FACTOR: no role {', '.join(sorted(unknown))}; write {', '.join(Role.values)}")
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # codes on paper stand in for these
FACTOR: Final = "factor"  # in the session: that a second factor stands behind it


def has_factor(person: Person) -> bool:
    """Whether a person has a second factor."""
    return bool(Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists())


def without_factor(role: str) -> int:
    """Count who signs in with this role by a password alone."""
    held = Authenticator.objects.filter(type__in=FACTORS).values("user")
    people = Person.objects.filter(is_active=True, memberships__role=role).exclude(pk__in=held)
    return people.distinct().count()


def must_have_factor(roles: frozenset[str]) -> bool:
    """Whether the operator asks a second factor of whoever holds one of these roles."""
    return bool(roles & REQUIRED)


def may_lose(authenticator: Authenticator) -> bool:
    """Whether a factor may go: the last one stays with whom the operator asks one of."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS).exclude(pk=authenticator.pk)
    return bool(others.exists()) or not must_have_factor(authenticator.user.roles)


@verb("core.people.note_factor")
def note_factor(*, what: str, kind: str, person_id: int, actor: Actor, at: dt.datetime) -> None:
    """Leave the entry of a factor that was added or removed, or of codes that were made anew."""
    payload = {"factor": kind}
    ledger.append(f"core.factor_{what}", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)


@verb("core.people.remove_factors")
def remove_factors(*, person_id: int, actor: Actor, at: dt.datetime) -> int:
    """Take all factors from somebody who lost them, codes on paper too; return how many there were."""
    actor.require(Role.OPERATOR)
    count = int(Authenticator.objects.filter(user_id=person_id).delete()[0])
    payload = {"factors": count}
    ledger.append("core.factors_removed", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)
    return count
