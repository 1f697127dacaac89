"""Who is known: a signed-in person or a partner system, as the actor that verbs take."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from anlan.core.models import ApiClient, Person
from anlan.core.people.actors import Actor


def actor_of(person: Person) -> Actor:
    """Return a signed-in person as an actor."""
    held = list(person.memberships.values_list("role", "organisation_id"))
    return Actor(
        f"person:{person.pk}",
        roles=frozenset(role for role, _ in held),
        person_id=person.pk,
        organisation_ids=frozenset(organisation for _, organisation in held),
    )


def sign_of(actor: Actor) -> str:
    """Return a sign by which an open page knows whether it is still the same person who is signed in."""
    return salted_hmac("anlan.open-page", actor.name).hexdigest()[:16]


def actor_of_client(client: ApiClient) -> Actor:
    """Return a partner system as an actor."""
    return Actor(f"client:{client.pk}", client_id=client.pk, organisation_ids=frozenset({client.organisation_id}))
