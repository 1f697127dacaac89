"""One's own sessions and password, the operator's link, and what ends whose sessions."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from anlan.core import jobs
from anlan.core.messages.contacts import add_contact, give_consent, withdraw_consent
from anlan.core.models import Contact, Job, LedgerEntry, SignIn
from anlan.core.people.passwords import LINKS, make_reset_link
from anlan.core.people.sign_ins import end_session, end_sessions, sessions_of
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from tests import make
from tests.make import AT
from tests.make.contacts import written

pytestmark = pytest.mark.django_db
NEW = "a-much-longer-password-1"


@pytest.fixture
def ann():
    """An analyst named ann in the small city."""
    make.city()
    return make.person("analyst", username="ann")


def came_in(password=make.PASSWORD):
    """Return a browser in which ann has signed in at the door."""
    client = Client()
    assert client.post("/login/", {"username": "ann", "password": password}).status_code == 302
    return client


def is_in(client):
    return client.get("/account/").status_code == 200


def kinds():
    return list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_a_persons_sessions_are_listed_and_ended_each_by_itself(ann):
    """The page names this one; another is ended at once, and somebody else's is not there."""
    here, there = came_in(), came_in()
    page = here.get("/account/").content.decode()
    assert page.count("/sessions/") == 2  # one other, and all others
    other = SignIn.objects.order_by("pk").last()
    here.post(f"/account/sessions/{other.pk}/end/")
    assert (is_in(here), is_in(there)) == (True, False)
    assert kinds()[-1] == "core.session_ended"
    with pytest.raises(Refused) as error:
        end_session(sign_in_id=SignIn.objects.order_by("pk").first().pk, actor=make.actor("operator"), at=AT)
    assert error.value.code == "session_gone"


def test_all_other_sessions_end_at_once(ann):
    """Also those that no list knows, such as one from before there was a list."""
    here, there, unlisted = came_in(), came_in(), make.browser(ann)
    here.post("/account/sessions/end/")
    assert [is_in(client) for client in (here, there, unlisted)] == [True, False, False]
    assert len(sessions_of(ann.pk)) == 1


def test_network_addresses_are_opened_by_a_press_that_is_an_entry(ann):
    """A page that is only looked at shows none."""
    here = came_in()
    assert "127.0.0.1" not in here.get("/account/").content.decode()
    assert "127.0.0.1" in here.post("/account/").content.decode()
    assert kinds()[-1] == "core.login_origin_read"


def test_changing_the_password_asks_for_the_old_one_and_ends_the_other_sessions(ann):
    """A wrong old one counts as a failure of the account; the right one keeps this session alone."""
    here, there = came_in(), came_in()
    form = {"password": "wrong", "new": NEW, "again": NEW}
    assert here.post("/account/password/", form).status_code == 200
    assert kinds()[-1] == "core.login_failed"
    assert here.post("/account/password/", form | {"password": make.PASSWORD}).url == "/account/"
    assert [is_in(client) for client in (here, there)] == [True, False]
    assert len(sessions_of(ann.pk)) == 1
    assert came_in(NEW)


@pytest.mark.parametrize(("new", "again"), [("short", "short"), ("password123", "password123"), (NEW, f"{NEW}x")])
def test_a_weak_or_mistyped_new_password_is_refused(ann, new, again):
    """Too short, too common, or not typed the same twice."""
    here = came_in()
    form = {"password": make.PASSWORD, "new": new, "again": again}
    assert here.post("/account/password/", form).status_code == 200
    assert "core.password_changed" not in kinds()


def test_the_operators_link_sets_a_new_password_once(ann):
    """It ends all sessions, and a second use, a day too late or a made-up one find nothing."""
    there = came_in()
    path = make_reset_link(person_id=ann.pk, actor=make.actor("operator"), at=AT)
    visitor = Client()
    assert visitor.get(path).status_code == 200
    assert visitor.post(path, {"new": NEW, "again": NEW}).url == "/login/"
    assert not is_in(there)
    assert visitor.get(path).status_code == 410
    assert visitor.post(path, {"new": "another-long-password", "again": "another-long-password"}).status_code == 410
    assert kinds()[-2:] == ["core.reset_link_made", "core.password_reset"]
    assert re.sub(r"/[^/]+/$", "/0-made-up/", path) != path
    assert visitor.get(re.sub(r"/[^/]+/$", "/0-made-up/", path)).status_code == 410
    assert came_in(NEW)


def test_the_link_holds_for_a_day(ann):
    """And not for an hour more."""
    with frozen(AT):
        path = make_reset_link(person_id=ann.pk, actor=make.actor("operator"), at=AT)
    with frozen(AT + dt.timedelta(hours=23)):
        assert Client().get(path).status_code == 200
    with frozen(AT + dt.timedelta(hours=25)):
        assert Client().get(path).status_code == 410
    assert LINKS.key_salt != "django.contrib.auth.tokens.PasswordResetTokenGenerator"


def test_who_is_switched_off_is_out_and_stays_out_when_switched_on_again(ann):
    """The sessions of before do not come back."""
    there, operator = came_in(), Client()
    make.sign_in(operator, "operator")
    form = {"username": "ann", "name": "Somebody", "language": "", "password": ""}
    rows = {f"memberships-{name}": value for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()}
    address = f"/admin/core/person/{ann.pk}/change/"
    assert operator.post(address, form | rows).status_code == 302
    assert not is_in(there)
    assert operator.post(address, form | rows | {"is_active": "on"}).status_code == 302
    assert not is_in(there)
    assert "core.sessions_ended" in kinds()


def test_sessions_that_are_ended_while_a_person_is_edited_stay_ended(ann, monkeypatch):
    """The page stores the whole row, and what it read of it may be old."""
    there, operator = came_in(), make.browser(make.person("operator"))

    def meanwhile(form):
        end_sessions(person_id=ann.pk, actor=make.actor("operator"), at=AT)
        return ""

    monkeypatch.setattr("anlan.core.admin.PersonForm.clean_password", meanwhile)
    form = {"username": "ann", "name": "Somebody", "language": "", "password": "", "is_active": "on"}
    rows = {f"memberships-{name}": value for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()}
    assert operator.post(f"/admin/core/person/{ann.pk}/change/", form | rows).status_code == 302
    assert not is_in(there)


def test_only_the_operator_ends_the_sessions_of_others(ann):
    """And makes links."""
    for wrong in (end_sessions, make_reset_link):
        with pytest.raises(PermissionError):
            wrong(person_id=ann.pk, actor=make.actor("auditor"), at=AT)


@pytest.fixture
def by_mail(ann, settings, tmp_path):
    """Mail is set up, and ann consented to get a link there."""
    settings.SMTP_URL, settings.DATA_DIR = "simulated", tmp_path
    settings.CSRF_TRUSTED_ORIGINS = ["https://anlan.example"]
    who = {"actor": make.actor("operator"), "at": AT}
    number = add_contact(kind="mail", address="ann@example.org", language="en", person_id=ann.pk, **who)
    give_consent(contact_id=number, purposes=["password"], how="online", **who)
    return tmp_path


def test_who_lost_the_password_gets_a_link_by_mail(by_mail):
    """Made as it is sent: neither a row nor the job holds it. A name without an address is answered the same way."""
    visitor = Client()
    answers = [visitor.post("/login/lost/", {"username": name}).url for name in ("ann", "nobody", "Ann")]
    assert (answers, Job.objects.filter(name="core.reset_mail").count()) == (["/login/"] * 3, 1)
    assert "/login/reset/" not in str(list(Job.objects.values()))
    jobs.drain()
    link = re.search(r"https://anlan.example(/login/reset/\S+)\\n", written(by_mail))[1].split("\\n")[0]
    assert visitor.post(link, {"new": NEW, "again": NEW}).url == "/login/"
    assert came_in(NEW)


def test_without_consent_no_mail_goes_and_asking_waits(by_mail):
    """Nobody fills somebody's box, and consent is asked for again as it is sent."""
    visitor = Client()
    with frozen(AT + dt.timedelta(minutes=1)):
        for _ in range(5):
            assert visitor.post("/login/lost/", {"username": "ann"}).status_code == 302
        assert visitor.post("/login/lost/", {"username": "ann"}).status_code == 429
        withdraw_consent(contact_id=Contact.objects.get().pk, actor=make.actor("operator"), at=AT)
        jobs.drain()
    assert written(by_mail) == ""


def test_without_mail_there_is_no_such_page(ann):
    """The operator's link is the way."""
    assert "/login/lost/" not in Client().get("/login/").content.decode()
    assert Client().get("/login/lost/").url == "/login/"
