"""Verbs about people, their roles, and partner systems."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Final
from unicodedata import normalize

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import ApiClient, Membership, Organisation, Person
from anlan.core.people.actors import Actor
from anlan.core.people.keys import new_key
from anlan.core.people.roles import DESK, OF_A_HOUSE, Role
from anlan.core.people.sign_ins import close_listed, end_sessions
from anlan.core.refusals import Refused

CONTROL_ROOM: Final = "control_room"  # as kind of an organisation
LOG_IN: Final = re.compile(r"[\w.@+-]+")


@verb("core.people.add_person")
def add_person(
    *, username: str, name: str, password: str, role: str, organisation: str, language: str = "", actor: Actor,
    at: dt.datetime,
) -> int:  # fmt: skip
    """Add somebody who signs in, with a first role in an organisation; return the id."""
    actor.require(Role.OPERATOR)
    username = normalize("NFKC", username)  # as the log-in page reads it: full-width letters are the plain ones
    if not LOG_IN.fullmatch(username):
        raise Refused("login_odd", "username")
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused("login_taken", "username", username=username)
    if language not in {"", *dict(settings.LANGUAGES)}:
        raise Refused("unknown_language", "language", language=language, known=", ".join(dict(settings.LANGUAGES)))
    person = Person(username=username, name=name or username, language=language)
    give_password(person, password)
    _require_fitting(person)
    person.save()
    ledger.append("core.person_added", actor=actor, at=at, subject=f"person:{person.pk}", payload={})
    grant(person_id=person.pk, role=role, organisation=organisation, actor=actor, at=at)
    return person.pk


@verb("core.people.grant")
def grant(*, person_id: int, role: str, organisation: str, actor: Actor, at: dt.datetime) -> None:
    """Give a person a role in an organisation."""
    actor.require(Role.OPERATOR)
    if role not in Role.values:
        raise Refused("unknown_role", "role", role=role, known=", ".join(Role.values))
    person, body = Person.objects.select_for_update().get(pk=person_id), house_of(role, organisation)
    if Membership.objects.get_or_create(person=person, organisation=body, role=role)[1]:
        payload = {"role": role, "organisation": body.code}
        ledger.append("core.role_granted", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)


@verb("core.people.revoke")
def revoke(*, person_id: int, role: str, organisation: str, actor: Actor, at: dt.datetime) -> None:
    """Take a role away."""
    actor.require(Role.OPERATOR)
    body = house_of(role, organisation)
    if role == Role.OPERATOR and not _operators().filter(person=person_id).exclude(organisation=body).exists():
        _require_another_operator(person_id)
    if not Membership.objects.filter(person_id=person_id, organisation=body, role=role).delete()[0]:
        raise Refused("role_not_held", "role", role=role, organisation=body.code)
    payload = {"role": role, "organisation": body.code}
    ledger.append("core.role_revoked", actor=actor, at=at, subject=f"person:{person_id}", payload=payload)


@verb("core.people.switch_off")
def switch_off(*, person_id: int, actor: Actor, at: dt.datetime) -> None:
    """Let a person in no more and end their sessions; what they did keeps their number."""
    actor.require(Role.OPERATOR)
    person = Person.objects.select_for_update().get(pk=person_id)
    _require_another_operator(person_id)
    if person.is_active:
        person.is_active = False
        person.save(update_fields=["is_active"])
        ledger.append("core.person_switched_off", actor=actor, at=at, subject=f"person:{person_id}", payload={})
        end_sessions(person_id=person_id, actor=actor, at=at)


@verb("core.people.switch_on")
def switch_on(*, person_id: int, actor: Actor, at: dt.datetime) -> None:
    """Let a person in again."""
    actor.require(Role.OPERATOR)
    if Person.objects.select_for_update().filter(pk=person_id, is_active=False).update(is_active=True):
        ledger.append("core.person_switched_on", actor=actor, at=at, subject=f"person:{person_id}", payload={})


@verb("core.people.set_password")
def set_password(*, person_id: int, password: str, actor: Actor, at: dt.datetime) -> None:
    """Set a person's password; sessions opened with the old one end."""
    actor.require(Role.OPERATOR)
    person = Person.objects.select_for_update().get(pk=person_id)
    give_password(person, password)
    person.save()
    close_listed(person_id, keep="", at=at)
    ledger.append("core.password_set", actor=actor, at=at, subject=f"person:{person_id}", payload={})


@verb("core.people.add_partner")
def add_partner(*, name: str, organisation: str, channel: str, actor: Actor, at: dt.datetime) -> dict[str, str | int]:
    """Add a partner system and return its key, which is shown this once."""
    actor.require(Role.OPERATOR)
    if ApiClient.objects.filter(name=name).exists():
        raise Refused("partner_taken", "name", name=name)
    key, hashed = new_key()
    body = organisation_of(organisation)
    client = ApiClient(name=name, organisation=body, channel=channel, key_hash=hashed, created_at=at)
    _require_fitting(client)
    client.save()
    payload = {"organisation": body.code, "channel": channel}
    ledger.append("core.partner_added", actor=actor, at=at, subject=f"client:{client.pk}", payload=payload)
    return {"id": client.pk, "key": key}


@verb("core.people.renew_key")
def renew_key(*, name: str, actor: Actor, at: dt.datetime) -> dict[str, str | int]:
    """Give a partner system a new key; the old one ends at once."""
    actor.require(Role.OPERATOR)
    client = ApiClient.objects.select_for_update().filter(name=name).first()
    if client is None:
        raise Refused("unknown_partner", "name", name=name)
    key, client.key_hash = new_key()
    client.active = True
    client.save()
    ledger.append("core.partner_key_renewed", actor=actor, at=at, subject=f"client:{client.pk}", payload={})
    return {"id": client.pk, "key": key}


def new_password() -> str:
    """Return a password that nobody guesses and a person can type."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def house_of(role: str, code: str) -> Organisation:
    """Return where somebody holds a role: as named; else the desk in the only control room, others in the first one.

    Where that is a guess it is refused with what to choose from: a dispatcher in the city government sees no desk.
    """
    active = Organisation.objects.filter(active=True).order_by("code")
    if code or role not in DESK | OF_A_HOUSE or active.count() == 1:
        return organisation_of(code)
    rooms = list(active.filter(kind=CONTROL_ROOM)) if role in DESK else []
    if len(rooms) == 1:
        return rooms[0]
    known = ", ".join(body.code for body in rooms or active)
    raise Refused("organisation_missing", "organisation", role=role, known=known)


def organisation_of(code: str) -> Organisation:
    """Return the organisation with this code; with none given, the only or first one."""
    found = Organisation.objects.filter(code=code).first() if code else Organisation.objects.order_by("pk").first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True)[:12])
        if not known:
            raise Refused("no_organisations", "organisation", organisation=code)
        raise Refused("unknown_organisation_code", "organisation", organisation=code, known=known)
    return found


def _require_fitting(record: Person | ApiClient) -> None:
    """Refuse what is empty or too long: PostgreSQL would fail on it, and SQLite would keep it."""
    try:
        record.clean_fields()
    except ValidationError as error:
        reasons = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
        raise Refused("unfit", next(iter(error.message_dict)), reason=reasons) from error


def _operators() -> QuerySet[Membership]:
    """Return the memberships of operators who can sign in; locked, so that the last two do not leave at once."""
    return Membership.objects.select_for_update().filter(role=Role.OPERATOR, person__is_active=True)


def _require_another_operator(person_id: int) -> None:
    """Refuse to let the last operator go: nobody could let anybody in any more but by the command line."""
    held = set(_operators().values_list("person_id", flat=True))
    if held == {person_id}:
        raise Refused("last_operator")


def give_password(person: Person, password: str) -> None:
    """Set a password that is not guessed easily; the caller stores the row."""
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused("unfit", "password", reason=" ".join(error.messages)) from error
    person.set_password(password)
