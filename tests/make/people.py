"""Who signs in, and which systems send."""

from __future__ import annotations

import datetime as dt
import itertools

from django.test import Client

from anlan.core.models import ApiClient, Membership, Person
from anlan.core.people.actors import Actor, system
from anlan.core.people.keys import new_key
from anlan.core.people.members import actor_of
from anlan.core.people.passwords import make_reset_link
from anlan.core.time.clock import now
from tests.make.city import organisation

PASSWORD = "small-town-2016"
_numbers = itertools.count(1)


def person(role: str | None = "analyst", *, username: str | None = None, at: str = "control") -> Person:
    """Return somebody who signs in with `PASSWORD` and holds one role in an organisation."""
    somebody = Person(username=username or f"{role or 'nobody'}-{next(_numbers)}", name="Somebody")
    somebody.set_password(PASSWORD)
    somebody.save()
    if role:
        Membership.objects.create(person=somebody, organisation=organisation(at), role=role)
    return somebody


def actor(role: str | None = "analyst", *, username: str | None = None, at: str = "control") -> Actor:
    """Return somebody with a role as an actor."""
    return actor_of(person(role, username=username, at=at))


def browser(who: Actor | Person) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(who if isinstance(who, Person) else Person.objects.get(pk=who.person_id))
    return client


def sign_in(client: Client, role: str, at: str = "control") -> Client:
    """Sign somebody with a role in, in a browser that is there already."""
    client.force_login(person(role, at=at))
    return client


def cookies(who: Actor | Person) -> list[dict[str, str]]:
    """Return the cookies by which a browser is signed in."""
    return [{"name": "sessionid", "value": browser(who).cookies["sessionid"].value}]


def reset_link(*, at: dt.datetime) -> dict[str, str]:
    """Return what stands in the address by which somebody sets a new password."""
    path = make_reset_link(person_id=person(None).pk, actor=system("test"), at=at)
    return dict(zip(("person", "token"), path.strip("/").split("/")[-2:], strict=True))


def partner(channel: str = "partner", *, at: str = "control") -> tuple[ApiClient, str]:
    """Return a partner system and its key."""
    key, hashed = new_key()
    client = ApiClient.objects.create(
        name=f"partner-{next(_numbers)}", organisation=organisation(at), channel=channel, key_hash=hashed,
        created_at=now(),
    )  # fmt: skip
    return client, key
