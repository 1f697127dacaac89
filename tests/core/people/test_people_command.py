"""What an operator does about log-ins on the command line."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from typer.testing import CliRunner

from anlan.core.commands.user import user
from anlan.core.models import Person, SignIn, SignInOrigin
from anlan.core.people.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    """Return `anlan user` on this test's own database, and ann, who has signed in and mistyped once."""
    monkeypatch.setattr("anlan.core.commands.user.open_platform", lambda data: None)
    make.city()
    make.person("analyst", username="ann")
    client = Client(headers={"User-Agent": "Firefox/140.0"})
    client.post("/login/", {"username": "ann", "password": "wrong"})
    client.post("/login/", {"username": "ann", "password": make.PASSWORD})

    def call(*words, status=0):
        done = CliRunner().invoke(user, list(words))
        assert done.exit_code == status, done.output
        return done.output

    call.client = client
    return call


def test_a_link_is_printed_once_and_opens(run):
    """Whole, with the address of this city."""
    link = json.loads(run("reset-link", "ann", "--json"))["link"]
    assert link.startswith("http://127.0.0.1:8000/login/reset/")
    assert Client().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_the_sessions_of_a_person_are_ended(run):
    """And the browser is asked to sign in."""
    run("end-sessions", "Ann")
    assert run.client.get("/account/").url == "/login/?next=/account/"


def test_log_ins_are_listed_and_only_with_origins_from_where(run):
    """The latest first, with what failed."""
    rows = json.loads(run("sign-ins", "ann", "--json"))
    assert [(row["failed"], row["device"], "address" in row) for row in rows] == [
        (False, "Firefox", False), (True, "Firefox", False),
    ]  # fmt: skip
    rows = json.loads(run("sign-ins", "ann", "--origins", "--json"))
    assert [row["address"] for row in rows] == ["127.0.0.1"] * 2
    assert "failed" in run("sign-ins", "ann")


def test_from_where_log_ins_came_is_erased_of_one_or_of_old_ones(run):
    """The log-ins stay; without either it is refused."""
    run("erase-origins", status=2)
    run("erase-origins", "--older-than-days", "30")
    assert SignInOrigin.objects.count() == 2
    run("erase-origins", "ann")
    assert (SignInOrigin.objects.count(), SignIn.objects.count()) == (0, 2)


def test_a_lost_factor_is_taken_away(run):
    """With every code on paper."""
    ann = Person.objects.get(username="ann")
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=ann, type=kind, data={})
    assert "2 factors removed" in run("remove-factors", "ann")
    assert not Authenticator.objects.exists()


def test_the_roles_are_listed_with_what_they_may_do(run):
    """Every role has a sentence, and the help of the command that gives one is not cut off."""
    said = json.loads(run("roles", "--json"))
    assert list(said) == Role.values
    assert all(said.values())
    assert [line.split()[0] for line in run("roles").splitlines()] == Role.values
    assert "..." not in run("role", "--help")
    assert "…" not in run("role", "--help")
