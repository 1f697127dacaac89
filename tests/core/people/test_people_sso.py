"""Single sign-on against a small identity provider on this machine."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from oidc_provider_mock import User, run_server_in_thread

from anlan.core.models import LedgerEntry, Person
from anlan.core.people.roles import Role
from anlan.env import EnvError, Oidc, read_env
from tests import make

pytestmark = pytest.mark.django_db
ANN = {"preferred_username": "Ann", "email": "ann@example.org", "email_verified": True, "name": "Ann Li"}


@pytest.fixture(scope="module")
def provider():
    """An identity provider that knows three people."""
    people = [
        User(sub="sub-ann", claims=ANN),
        User(sub="sub-other", claims=ANN),  # who was given the same name later
        User(sub="sub-unsure", claims=ANN | {"email_verified": False}),
        User(sub="sub-stranger", claims={"preferred_username": "stranger"}),
    ]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def ann(provider, settings):
    """An auditor named ann, and the provider set up."""
    set_up(settings, provider)
    make.city()
    return make.person("auditor", username="ann")


def set_up(settings, provider, claim="preferred_username", adds=False):
    settings.OIDC = Oidc(provider, "anlan", "secret", "City account", claim, adds)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC.app()]}}


def come_in(sub, client=None):
    """Press the link, be somebody at the provider, and come back; return what the door answers."""
    client = client or Client()
    there = client.get("/login/sso/?next=/account/").url
    back = urlsplit(httpx.post(there, data={"sub": sub}).headers["Location"])
    client.answer = client.get(f"{back.path}?{back.query}")
    return client


def failures():
    return [json.loads(entry.payload)["reason"] for entry in LedgerEntry.objects.filter(kind="core.login_failed")]


def test_a_claim_joins_a_person_whom_the_operator_added(ann):
    """With the roles that Anlan has; nothing of what the provider told is kept but its own number."""
    client = come_in("sub-ann")
    assert client.answer.url == "/account/"
    assert client.get("/account/").wsgi_request.actor.roles == {Role.AUDITOR}
    joined = SocialAccount.objects.get()
    assert (joined.user_id, joined.uid, joined.extra_data) == (ann.pk, "sub-ann", {})
    kinds = list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["core.identity_joined", "core.logged_in"]
    assert "ann@" not in "".join(LedgerEntry.objects.values_list("payload", flat=True))
    assert "Ann Li" not in str([dict(session) for session in [client.session]])


def test_an_identity_that_joined_stays_whatever_its_name_becomes(ann):
    """Its own number counts from then on; and a name that was given to somebody else opens nothing."""
    come_in("sub-ann")
    Person.objects.filter(pk=ann.pk).update(username="li")
    assert come_in("sub-ann").answer.url == "/account/"
    Person.objects.filter(pk=ann.pk).update(username="ann")
    assert come_in("sub-other").answer.url == "/login/"
    assert failures() == ["sso_other_identity"]


def test_somebody_whom_nobody_added_is_refused(ann):
    """With a code, an entry that names nobody, and words on the page; nobody is added."""
    client = come_in("sub-stranger")
    assert client.answer.url == "/login/"
    assert "nobody here has this log-in name" in client.get("/login/").content.decode()
    assert (failures(), Person.objects.count()) == (["sso_unknown"], 1)
    assert LedgerEntry.objects.get(kind="core.login_failed").subject == "sign_in"


def test_where_the_operator_set_it_so_a_person_is_added_without_a_role(settings, provider):
    """Roles come from Anlan alone."""
    set_up(settings, provider, adds=True)
    assert come_in("sub-stranger").answer.url == "/account/"
    added = Person.objects.get(username="stranger")
    assert (added.roles, added.has_usable_password()) == (frozenset(), False)


def test_an_e_mail_address_counts_only_where_it_is_verified(settings, provider, ann):
    """And then it must be the log-in name."""
    set_up(settings, provider, claim="email")
    assert come_in("sub-unsure").answer.url == "/login/"
    assert failures() == ["sso_unverified"]
    Person.objects.filter(pk=ann.pk).update(username="ann@example.org")
    assert come_in("sub-ann").answer.url == "/account/"


def test_who_is_switched_off_stays_out(ann):
    """Whatever the provider says."""
    come_in("sub-ann")
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    assert come_in("sub-ann").answer.url == "/login/"
    assert failures() == ["sso_off"]


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?error=access_denied"])
def test_an_answer_that_nobody_asked_for_is_refused(query):
    """Made up, old, or of another browser."""
    assert Client().get(f"/login/sso/back/{query}").url == "/login/"
    assert failures() == ["sso_failed"]


def test_without_a_provider_there_is_no_such_door(settings):
    """The page shows no link and the address leads back to it."""
    settings.OIDC, settings.SOCIALACCOUNT_PROVIDERS = None, {"openid_connect": {"APPS": []}}
    assert "/login/sso/" not in Client().get("/login/").content.decode()
    assert {Client().get(f"/login/sso/{part}").url for part in ("", "back/")} == {"/login/"}


@pytest.mark.parametrize(
    "environ",
    [
        {"ANLAN_OIDC_URL": "login.example"}, {"ANLAN_OIDC_URL": "https://login.example"},
        {"ANLAN_OIDC_URL": "https://login.example", "ANLAN_OIDC_CLIENT": "a", "ANLAN_OIDC_SECRET": "b",
         "ANLAN_OIDC_CLAIM": "sub"},
    ],
)  # fmt: skip
def test_a_provider_that_cannot_be_right_stops_the_start(environ):
    """With what to write."""
    with pytest.raises(EnvError, match="ANLAN_OIDC"):
        read_env(environ)
