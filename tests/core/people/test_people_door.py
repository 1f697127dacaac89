"""One door, one throttle: what is counted, what waits, and what of it stands in the ledger."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client

from anlan.core.ledger.verification import verify
from anlan.core.models import LedgerEntry, LoginFailures, SignIn, SignInOrigin
from anlan.core.people.actors import system
from anlan.core.people.members import actor_of
from anlan.core.people.passwords import make_reset_link
from anlan.core.people.sign_ins import erase_origins, read_origins
from anlan.core.people.sign_ins import sign_in as note_sign_in
from anlan.core.people.throttle import ACCOUNT, ADDRESS, PAIR, failures_after, wait_after
from anlan.core.time.clock import frozen
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client, password=make.PASSWORD, username="ann", address="10.0.0.1", **kept):
    """Type name and password, from an address."""
    form = {"username": username, "password": password}
    return client.post("/login/", form, REMOTE_ADDR=address, headers={"User-Agent": FIREFOX}, **kept)


def entries(kind):
    """Return payloads of a kind, in their order."""
    return [json.loads(entry.payload) for entry in LedgerEntry.objects.filter(kind=kind).order_by("pk")]


@pytest.fixture
def ann():
    """An analyst named ann in the small city."""
    make.city()
    return make.person("analyst", username="ann")


def test_the_admin_has_no_door_of_its_own(client, ann):
    """Its log-in page leads to ours with where to go on; a password sent there is looked at by nobody."""
    assert client.get("/admin/login/?next=/admin/core/city/").url == "/login/?next=%2Fadmin%2Fcore%2Fcity%2F"
    make.person("operator", username="olga")
    for _ in range(14):
        answer = client.post("/admin/login/", {"username": "olga", "password": make.PASSWORD})
        assert answer.url.startswith("/login/")
    assert "_auth_user_id" not in client.session
    sign_in(client, username="olga")
    assert client.get("/admin/password_change/").url == "/account/password/"


def test_many_names_from_one_address_must_wait_and_others_need_not(client, ann):
    """Thirty wrong names are free, whoever they are; then the address waits, and only it."""
    with frozen(AT):
        for number in range(ADDRESS.free):
            assert sign_in(client, "wrong", username=f"name-{number}").status_code == 200
        held = sign_in(client)
        assert (held.status_code, held["Retry-After"]) == (429, "31")
        assert sign_in(client, address="10.0.0.2").status_code == 302


def test_one_name_from_many_addresses_must_wait_but_not_where_it_is_known(client, ann):
    """Fifty guesses from anywhere close the name for new browsers; its owner's own goes on."""
    own = Client()
    with frozen(AT):
        assert sign_in(own, address="10.0.0.1").status_code == 302
        own.post("/logout/")
        for number in range(ACCOUNT.free):
            assert sign_in(Client(), "wrong", address=f"10.1.0.{number}").status_code == 200
        assert sign_in(Client(), address="10.2.0.1").status_code == 429
        assert sign_in(own, address="10.0.0.9").status_code == 302


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(client, ann):
    """The same words, the same status, the same wait."""
    with frozen(AT):
        answers = [
            [sign_in(Client(), "wrong", username=name, address=address) for _ in range(PAIR.free + 1)]
            for name, address in (("ann", "10.0.0.1"), ("nobody", "10.0.0.2"))
        ]
    known, unknown = [[(answer.status_code, answer.get("Retry-After")) for answer in row] for row in answers]
    assert known == unknown
    assert known[-1] == (429, "31")


def test_waits_grow_and_failures_are_forgiven():
    """30 s, 1, 2, 4, 8, 15 minutes; an address is forgiven one a minute, a name one in five."""
    waits = [wait_after(PAIR.free + more, PAIR.free).total_seconds() for more in range(7)]
    assert (wait_after(PAIR.free - 1, PAIR.free), waits) == (dt.timedelta(0), [30, 60, 120, 240, 480, 900, 900])
    assert failures_after(30, dt.timedelta(minutes=10), ADDRESS) == 21
    assert failures_after(30, dt.timedelta(minutes=10), ACCOUNT) == 29
    assert failures_after(5, dt.timedelta(minutes=59), PAIR) == 6


def test_a_clock_that_was_set_back_holds_nobody_up(client, ann):
    """What failed while it was a day ahead counts no more, and what failed a moment ahead adds no failures."""
    with frozen(AT + dt.timedelta(days=1)):
        for _ in range(PAIR.free):
            sign_in(client, "wrong")
    with frozen(AT):
        assert sign_in(client, "wrong").status_code == 200
    with frozen(AT - dt.timedelta(minutes=10)):
        assert sign_in(client, "wrong", username="bob").status_code == 200
        assert sign_in(client).status_code == 302
    assert failures_after(2, dt.timedelta(minutes=-40), ADDRESS) == 3


def test_a_right_password_forgives_the_name_here_and_not_the_address(client, ann):
    """Who owns one account cannot wash an address clean with it."""
    sign_in(client, "wrong")
    sign_in(client)
    assert LoginFailures.objects.count() == 2


def test_coming_in_failing_and_leaving_are_entries_without_address_or_typed_words(client, ann):
    """Who, how and what failed; of a name that nobody has nothing at all, since people type passwords there."""
    sign_in(client, "wrong")
    sign_in(client, "wrong", username="My-Secret-Password-1")
    sign_in(client)
    client.post("/logout/")
    found = LedgerEntry.objects.filter(kind__in=["core.logged_in", "core.login_failed", "core.logged_out"])
    assert [(entry.kind, entry.subject) for entry in found.order_by("pk")] == [
        ("core.login_failed", f"person:{ann.pk}"), ("core.login_failed", "sign_in"),
        ("core.logged_in", f"person:{ann.pk}"), ("core.logged_out", f"person:{ann.pk}"),
    ]  # fmt: skip
    assert entries("core.login_failed")[1] == {"reason": "password"}
    assert entries("core.logged_in")[0]["method"] == "password"
    text = "".join(entry.payload + entry.subject for entry in LedgerEntry.objects.all())
    assert not [word for word in ("10.0.0.1", "Firefox", "My-Secret", "wrong") if word in text]


def test_a_wait_leaves_no_entry(client, ann):
    """Whoever hammers at the door does not fill the ledger."""
    with frozen(AT):
        for _ in range(20):
            sign_in(client, "wrong")
    assert len(entries("core.login_failed")) == PAIR.free


def test_where_a_log_in_came_from_is_sealed_opened_with_an_entry_and_erased(client, ann):
    """Address and browser stand in a salted row; its commitment stands in the entry, which stays when both are gone."""
    sign_in(client)
    row = SignIn.objects.get()
    assert row.device == "Firefox, Linux"
    assert entries("core.logged_in")[0]["origin"] == SignInOrigin.objects.get().commitment()
    auditor, operator = make.actor("auditor"), make.actor("operator")
    found = read_origins(sign_in_ids=[row.pk], purpose="audit", actor=auditor, at=AT)
    assert found[row.pk] == {"address": "10.0.0.1", "agent": FIREFOX}
    assert entries("core.login_origin_read") == [{"fields": ["address", "agent"], "purpose": "audit"}]
    assert erase_origins(person_id=ann.pk, before=None, reason="asked", actor=operator, at=AT) == 1
    assert not SignInOrigin.objects.exists()
    assert verify().ok


def test_only_operators_and_auditors_see_from_where_others_came(client, ann):
    """A dispatcher is refused; so is erasing without being an operator."""
    sign_in(client)
    row = SignIn.objects.get()
    for wrong in (
        lambda: read_origins(sign_in_ids=[row.pk], purpose="audit", actor=make.actor("dispatcher"), at=AT),
        lambda: erase_origins(person_id=ann.pk, before=None, reason="asked", actor=make.actor("auditor"), at=AT),
    ):
        with pytest.raises(PermissionError):
            wrong()


def test_somebody_who_is_switched_off_does_not_get_in(client, ann):
    """In the words of a wrong password."""
    ann.is_active = False
    ann.save()
    assert sign_in(client).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_log_in_is_noted_by_the_citys_clock(client, ann):
    """A simulated city has one time on every page: when somebody came in is told in it as well."""
    with frozen(AT):
        sign_in(client)
    ann.refresh_from_db()
    assert ann.last_login == AT


def test_the_verb_that_notes_a_log_in_notes_when(ann):
    """With the entry or not at all: nothing writes the day beside it."""
    came = {"method": "password", "factor": "", "session_key": "k", "origin": {"address": "", "agent": ""}}
    note_sign_in(person_id=ann.pk, **came, actor=actor_of(ann), at=AT)
    ann.refresh_from_db()
    assert ann.last_login == AT


@pytest.mark.parametrize(("typed", "said"), [("short", "10"), ("password123", "常见")])
def test_rules_of_passwords_are_said_in_the_readers_language(client, ann, typed, said):
    """Django has no Chinese for some of its own rules."""
    link = make_reset_link(person_id=ann.pk, actor=system("test"), at=AT)
    answer = client.post(link, {"new": typed, "again": typed}, headers={"Accept-Language": "zh-hans"})
    (error,) = answer.context["form"].errors["new"]
    assert said in error
    assert not any("a" <= letter <= "z" for letter in error)


def test_the_page_of_a_link_names_whose_it_is(client, ann):
    """With the log-in name; who was never in sets a password, and somebody else a new one."""
    link = make_reset_link(person_id=ann.pk, actor=system("test"), at=AT)
    page = client.get(link, headers={"Accept-Language": "en"}).content.decode()
    assert "ann" in page
    assert "<h1>Set your password</h1>" in " ".join(page.split()).replace("> ", ">").replace(" <", "<")
    sign_in(client)
    ann.refresh_from_db()
    again = client.get(make_reset_link(person_id=ann.pk, actor=system("test"), at=AT))
    assert again.context["owner"].last_login
    assert "<h1>A new password</h1>" in " ".join(again.content.decode().split()).replace("> ", ">").replace(" <", "<")
