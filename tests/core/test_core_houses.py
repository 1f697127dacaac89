"""Where somebody new works, and how they come to a password: a guess that hides a whole desk is not made."""

from __future__ import annotations

import pytest
from django.test import Client

from anlan.core.models import Membership, Person
from anlan.core.people.actions import add_person
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from tests import make

ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    make.organisation("aldermen", kind="government")  # the first one, as the city government is
    make.city()


def house_of(role: str, named: str = "") -> str:
    """Add somebody with a role, and return where they work."""
    pk = add_person(username=f"new-{role}", name="", password=make.PASSWORD, role=role, organisation=named, actor=ME,
                    at=make.AT)  # fmt: skip
    return Membership.objects.get(person=pk).organisation.code


def test_the_desk_sits_in_the_control_room() -> None:
    """Whoever works for the whole city is the first organisation's; a named one counts."""
    assert [house_of(role) for role in ("dispatcher", "call_taker", "leader")] == ["control", "control", "aldermen"]
    assert house_of("officer", "drains") == "drains"


@pytest.mark.parametrize("role", ["officer", "verifier"])
def test_who_works_for_one_house_among_many_is_asked_which(role: str) -> None:
    """The refusal names them, and nobody was added."""
    with pytest.raises(Refused) as error:
        house_of(role)
    assert error.value.code == "organisation_missing"
    assert "drains" in str(error.value)
    assert not Person.objects.exists()


def test_with_two_control_rooms_the_desk_is_asked_which() -> None:
    """Either would be a guess."""
    make.organisation("second", kind="control_room")
    with pytest.raises(Refused) as error:
        house_of("dispatcher")
    assert error.value.code == "organisation_missing"


def test_the_admin_sets_a_password_by_the_rules_and_keeps_the_one_that_is_there(client: Client) -> None:
    """A weak one is refused; left empty on a change, who is there still signs in."""
    make.sign_in(client, "operator")
    rows = {f"memberships-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    new = {"username": "wu", "name": "Wu", "language": "", "is_active": "on", **rows}
    assert client.post("/admin/core/person/add/", new | {"password": "12345"}).status_code == 200
    assert client.post("/admin/core/person/add/", new | {"password": make.PASSWORD}).status_code == 302
    wu = Person.objects.get(username="wu")
    client.post(f"/admin/core/person/{wu.pk}/change/", new | {"name": "Wu Fang", "password": ""})
    wu.refresh_from_db()
    assert (wu.name, wu.check_password(make.PASSWORD)) == ("Wu Fang", True)


def test_the_admin_lists_what_everybody_is(client: Client) -> None:
    """Each role with its organisation."""
    make.sign_in(client, "operator")
    make.person("officer", at="drains")
    assert "Organisation&#x27;s officer (Drainage office)" in client.get("/admin/core/person/").content.decode()
