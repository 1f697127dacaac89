"""The second factor: an app's codes, codes on paper, passkeys, and roles that must have one."""

from __future__ import annotations

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from anlan.core.models import LedgerEntry, LoginFailures
from anlan.core.people import factors
from anlan.core.people.adapters import Factors
from anlan.core.people.factors import remove_factors
from tests import make
from tests.make import AT
from tests.make.passkeys import Passkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    """An analyst named ann in the small city."""
    make.city()
    return make.person("analyst", username="ann")


def at_the_door(client=None):
    """Return a browser in which ann has typed name and password."""
    client = client or Client(headers={"Host": "localhost"})
    client.answer = client.post("/login/", {"username": "ann", "password": make.PASSWORD, "next": "/account/"})
    return client


def code_of(secret, steps=0):
    """Return the code that an app shows, so many steps of 30 s from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_app(client):
    """Set up an app; return its key and the codes on paper."""
    client.get("/account/app/")
    secret = client.session["mfa.totp.secret"]
    assert client.post("/account/app/", {"code": code_of(secret, -1)}).url == "/account/codes/"
    codes = client.get("/account/codes/").context["unused_codes"]
    return secret, codes


def is_in(client):
    return client.get("/account/").status_code == 200


def payloads(kind):
    return [json.loads(entry.payload) for entry in LedgerEntry.objects.filter(kind=kind).order_by("pk")]


def test_after_the_password_the_code_is_asked_for_and_each_code_opens_once(ann):
    """Neither a wrong one nor a used one lets in, in whatever process; the entry says with what somebody came."""
    secret, _codes = set_up_app(at_the_door())
    first, second = at_the_door(), at_the_door()
    assert (first.answer.url, is_in(first)) == ("/login/code/", False)
    code = code_of(secret)
    assert first.post("/login/code/", {"code": "000000"}).status_code == 200
    assert first.post("/login/code/", {"code": code}).url == "/account/"
    cache.clear()  # as another process, which knows nothing of this one
    assert second.post("/login/code/", {"code": code}).status_code == 200
    assert not is_in(second)
    assert payloads("core.logged_in")[-1]["factor"] == "totp"
    assert [row["reason"] for row in payloads("core.login_failed")] == ["code", "code"]


def test_wrong_codes_wait_under_the_same_throttle_as_passwords(ann):
    """A right password in between does not forgive them."""
    secret, _codes = set_up_app(at_the_door())
    LoginFailures.objects.all().delete()
    for _ in range(5):
        assert at_the_door().post("/login/code/", {"code": "000000"}).status_code == 200
    client = Client(headers={"Host": "localhost"})
    assert at_the_door(client).answer.status_code == 429
    assert secret


def test_a_code_on_paper_opens_once_and_they_are_shown_once(ann):
    """Whoever looks again sees how many are left."""
    here = at_the_door()
    _secret, codes = set_up_app(here)
    assert len(codes) == 10
    assert codes[0] not in here.get("/account/codes/").content.decode()
    first, second = at_the_door(), at_the_door()
    assert first.post("/login/code/", {"code": codes[0]}).url == "/account/"
    assert second.post("/login/code/", {"code": codes[0]}).status_code == 200


def test_changing_what_protects_the_account_asks_again_after_a_while(ann, monkeypatch):
    """Five minutes after the log-in the password is asked for, and a wrong one counts."""
    here = at_the_door()
    monkeypatch.setattr("anlan.core.people.adapters.FRESH_S", -1)
    assert here.get("/account/app/").url == "/account/confirm/?next=%2Faccount%2Fapp%2F"
    address = "/account/confirm/?next=/account/app/"
    assert here.post(address, {"password": "wrong"}).status_code == 200
    assert here.post(address, {"password": make.PASSWORD}).url == "/account/app/"
    assert here.get("/account/app/").status_code == 200
    assert payloads("core.login_failed") != []


def test_a_role_that_needs_a_second_factor_opens_nothing_else_before(ann, monkeypatch):
    """Every page leads to the account until one is set up; the last one stays. Other roles are asked nothing."""
    monkeypatch.setattr(factors, "REQUIRED", frozenset({"analyst"}))
    here, older, fragment = at_the_door(), at_the_door(), {"HX-Request": "true"}
    assert here.get("/studies/").url == "/account/"
    assert here.get("/studies/", headers=fragment)["HX-Redirect"] == "/account/"
    there = fragment | {"HX-Current-URL": "http://localhost/account/app/"}
    assert here.get(reverse("boards:due"), headers=there).status_code == 204  # or the page would load itself for ever
    assert here.get("/ping").status_code == 200  # before any form is sent the page asks whether it is still known
    set_up_app(here)
    assert here.get("/studies/").status_code == 200
    assert older.get("/studies/").url == "/account/"  # it was opened without the factor
    assert here.post("/account/app/away/").status_code == 200  # the page again, with why not
    assert Authenticator.objects.filter(type="totp").exists()
    dispatcher = make.browser(make.person("dispatcher"))
    assert dispatcher.get("/console/").status_code == 200


def test_a_session_that_is_older_than_the_factor_changes_no_factor(ann):
    """Whoever has the password alone would add a passkey of their own, and come in by it."""
    here, older = at_the_door(), at_the_door()
    set_up_app(here)
    for page in ("passkeys/add", "codes/new", "app/away"):
        assert older.get(f"/account/{page}/").url == older.post(f"/account/{page}/").url == "/account/"
        assert here.get(f"/account/{page}/").status_code == 200
    assert "older than your second factor" in older.get("/account/").content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_public_pages_show_the_public_s_part_to_who_owes_a_second_factor(ann, monkeypatch):
    """A bulletin shows staff more: not before the factor. Leaving is an entry all the same."""
    monkeypatch.setattr(factors, "REQUIRED", frozenset({"analyst"}))
    here, older = at_the_door(), at_the_door()
    assert not here.get("/bulletins/").context["signed_in"]
    assert here.get("/").url != reverse("intake:report")  # but to work, and from there to the account
    set_up_app(here)
    assert here.get("/bulletins/").context["signed_in"]
    older.post("/logout/")
    assert LedgerEntry.objects.filter(kind="core.logged_out", subject=f"person:{ann.pk}").count() == 1


def test_the_operator_takes_a_lost_factor_away(ann):
    """With the codes on paper; then the password alone opens, and that is an entry."""
    set_up_app(at_the_door())
    assert remove_factors(person_id=ann.pk, actor=make.actor("operator"), at=AT) == 2
    assert at_the_door().answer.url == "/account/"
    with pytest.raises(PermissionError):
        remove_factors(person_id=ann.pk, actor=make.actor("supervisor"), at=AT)


def test_keys_of_apps_lie_encrypted_and_open_nothing_under_another_key(ann, settings):
    """A backup alone makes no codes; with another key of the server the code is wrong, and no error."""
    secret, _codes = set_up_app(at_the_door())
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert Factors().decrypt(kept) == secret
    settings.SECRET_KEY = "another key"
    assert at_the_door().post("/login/code/", {"code": code_of(secret)}).status_code == 200


@pytest.fixture
def passkey(ann):
    """A passkey of ann's, added on her page."""
    here, device = at_the_door(), Passkey()
    options = here.get("/account/passkeys/add/").context["options"]
    answer = here.post("/account/passkeys/add/", {"name": "Telephone", "credential": device.create(options)})
    assert answer.url == "/account/codes/"
    return device


def test_a_passkey_is_the_second_step(passkey):
    """After the password the page asks the device, which answers for this address alone."""
    client = at_the_door()
    options = client.get("/login/code/").context["js_data"]["request_options"]
    assert client.post("/login/code/", {"credential": passkey.get(options)}).url == "/account/"
    assert payloads("core.logged_in")[-1]["factor"] == "webauthn"


def test_a_passkey_of_somebody_else_is_refused_and_counted(passkey):
    """Another device's answer lets nobody in."""
    client, other = at_the_door(), Passkey(2)
    options = client.get("/login/code/").context["js_data"]["request_options"]
    assert client.post("/login/code/", {"credential": other.get(options)}).status_code == 200
    assert not is_in(client)
    assert payloads("core.login_failed")[-1]["reason"] == "passkey"


def at_the_passkey_door():
    """Return a browser that was asked for a passkey and for nothing else, and what it was asked."""
    client = Client(headers={"Host": "localhost"})
    answer = client.get("/login/passkey/", headers={"Accept": "application/json"})
    return client, answer.json()["request_options"]


def test_a_passkey_alone_signs_in(passkey):
    """The device has asked for finger or PIN, so neither password nor code is asked for; the same answer opens once."""
    client, options = at_the_passkey_door()
    answer = passkey.get(options)
    assert client.post("/login/passkey/", {"credential": answer, "next": "/account/"}).url == "/account/"
    assert payloads("core.logged_in")[-1]["method"] == "passkey"
    assert at_the_passkey_door()[0].post("/login/passkey/", {"credential": answer}).url == "/login/"


def test_a_passkey_alone_needs_finger_or_pin_and_somebody_who_is_there(passkey, ann):
    """Touched without either it is no log-in; nor is one of somebody who was switched off."""
    client, options = at_the_passkey_door()
    assert client.post("/login/passkey/", {"credential": passkey.get(options, verified=False)}).url == "/login/"
    ann.is_active = False
    ann.save()
    client, options = at_the_passkey_door()
    assert client.post("/login/passkey/", {"credential": passkey.get(options)}).url == "/login/"
    assert [row["reason"] for row in payloads("core.login_failed")] == ["passkey", "off"]


def test_a_passkey_is_taken_away_and_the_last_one_stays_where_a_role_needs_it(passkey, ann, monkeypatch):
    """With the last factor the codes on paper go too."""
    here = at_the_passkey_door()
    here[0].post("/login/passkey/", {"credential": passkey.get(here[1])})
    address = f"/account/passkeys/{Authenticator.objects.get(type='webauthn').pk}/away/"
    monkeypatch.setattr(factors, "REQUIRED", frozenset({"analyst"}))
    here[0].post(address)
    assert Authenticator.objects.count() == 2
    monkeypatch.setattr(factors, "REQUIRED", frozenset())
    here[0].post(address)
    assert not Authenticator.objects.exists()
    assert payloads("core.factor_removed") == [{"factor": "webauthn"}]


def test_the_code_that_set_an_app_up_opens_nothing_after(ann):
    """Who saw it over the shoulder and knows the password has a minute, and does not come in."""
    client = at_the_door()
    client.get("/account/app/")
    code = code_of(client.session["mfa.totp.secret"])
    assert client.post("/account/app/", {"code": code}).url == "/account/codes/"
    again = at_the_door()
    assert again.post("/login/code/", {"code": code}).status_code == 200
    assert not is_in(again)


NO_PASSKEYS = [
    "",
    "{",
    "{}",
    '{"id": "x"}',
    "[]",
    "1",
    '{"id": 1e400}',
    '{"id": "eA", "rawId": "eA"}',
    '{"id": "eA", "rawId": "eA", "response": "x"}',
    '{"a":' * 5000,
]


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_what_is_no_passkey_is_no_second_step_either(passkey, ann, credential):
    """It is refused and counted after the password, and cannot be added to an account."""
    client = at_the_door()
    client.get("/login/code/")
    assert client.post("/login/code/", {"credential": credential}).status_code == 200
    assert payloads("core.login_failed")[-1]["reason"] == "passkey"
    remove_factors(person_id=ann.pk, actor=make.actor("operator"), at=AT)
    here = at_the_door()
    here.get("/account/passkeys/add/")
    assert here.post("/account/passkeys/add/", {"credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", NO_PASSKEYS)
def test_what_is_no_passkey_is_refused_without_an_error(ann, credential):
    """Whatever is sent to that address."""
    client, options = at_the_passkey_door()
    assert options["publicKey"]["userVerification"] == "required"
    assert client.post("/login/passkey/", {"credential": credential}).url == "/login/"
    assert LedgerEntry.objects.filter(kind="core.login_failed", subject="sign_in").exists()
