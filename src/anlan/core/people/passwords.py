"""Verbs of one's own password, and of the link by which somebody who has lost it sets a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int, int_to_base36

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Person
from anlan.core.people.actions import give_password
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.people.sign_ins import close_listed
from anlan.core.refusals import Refused
from anlan.core.time.clock import wall


class Links(PasswordResetTokenGenerator):
    """Makes links that hold for a day (`PASSWORD_RESET_TIMEOUT`) and until they are used or somebody signs in."""

    key_salt = "anlan.reset-link"

    def _now(self) -> dt.datetime:
        return wall().replace(tzinfo=None)


LINKS: Final = Links()


@verb("core.people.change_password")
def change_password(*, password: str, keep: str, actor: Actor, at: dt.datetime) -> None:
    """Set one's own password; all other sessions end. The caller has asked for the old one."""
    assert actor.person_id is not None
    person = Person.objects.select_for_update().get(pk=actor.person_id)
    give_password(person, password)
    person.save(update_fields=["password"])
    ended = close_listed(person.pk, keep=keep, at=at)
    payload = {"sessions_ended": ended}
    ledger.append("core.password_changed", actor=actor, at=at, subject=f"person:{person.pk}", payload=payload)


@verb("core.people.make_reset_link")
def make_reset_link(*, person_id: int, actor: Actor, at: dt.datetime) -> str:
    """Return the path by which a person sets a new password once, within a day."""
    actor.require(Role.OPERATOR)
    person = Person.objects.get(pk=person_id)
    if not person.is_active:
        raise Refused("person_off")
    ledger.append("core.reset_link_made", actor=actor, at=at, subject=f"person:{person_id}", payload={})
    return f"/login/reset/{int_to_base36(person.pk)}/{LINKS.make_token(person)}/"


@verb("core.people.reset_password")
def reset_password(*, person: str, token: str, password: str, actor: Actor, at: dt.datetime) -> int:
    """Set a new password by a link; all sessions end. Return whose it was."""
    found = person_of_link(person, token)
    if found is None:
        raise Refused("reset_link_spent")
    locked = Person.objects.select_for_update().get(pk=found.pk)
    if not LINKS.check_token(locked, token):  # used meanwhile
        raise Refused("reset_link_spent")
    give_password(locked, password)
    locked.save(update_fields=["password"])
    payload: dict[str, Any] = {"sessions_ended": close_listed(locked.pk, keep="", at=at)}
    ledger.append("core.password_reset", actor=actor, at=at, subject=f"person:{locked.pk}", payload=payload)
    return locked.pk


def person_of_link(person: str, token: str) -> Person | None:
    """Return whose link this is; nobody's once it is used, old or made up."""
    try:
        found = Person.objects.filter(pk=base36_to_int(person), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return found if found and LINKS.check_token(found, token) else None
