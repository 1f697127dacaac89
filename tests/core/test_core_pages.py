"""Log-in, health, areas of the map, jobs, and what goes wrong, through HTTP."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from django.urls import path

from anlan import urls
from anlan.core import jobs, ledger
from anlan.core.ledger.writes import NotStored, write
from anlan.core.models import AreaVersion, Job, LedgerEntry, LoginFailures, Person
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.core.web.access import public, roles
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db


def sign_in(client, password=make.PASSWORD, username="ann"):
    return client.post("/login/", {"username": username, "password": password})


@pytest.fixture
def ann():
    """An analyst named ann in the small city."""
    make.city()
    return make.person("analyst", username="ann")


def test_a_person_signs_in_whatever_the_case_of_the_name(client, ann):
    """The log-in name is not case sensitive, the password is."""
    assert sign_in(client, username="Ann").status_code == 302


def test_a_wrong_password_is_told_in_the_language_of_the_page(client, ann):
    """Without a word of the other one, and without saying which of the two was wrong."""
    told = client.post("/login/", {"username": "ann", "password": "x"}, headers={"Accept-Language": "zh-CN"})
    assert "登录名或密码不对" in told.content.decode()
    assert "log-in name or the password is wrong" in sign_in(client, "wrong").content.decode()


def test_failed_log_ins_must_wait_and_then_may_try_again(client, ann):
    """After five failures even the right password waits, and a page says how long; later it works."""
    with frozen(AT):
        for _ in range(5):
            assert sign_in(client, "wrong").status_code == 200
        refused = sign_in(client)
        assert refused.status_code == 429
        assert "Try again in 1 minute" in refused.content.decode()
    with frozen(AT + dt.timedelta(minutes=1)):
        assert sign_in(client).status_code == 302


def test_failed_log_ins_name_nobody(client, ann):
    """What is kept of a failure are hashes."""
    sign_in(client, "wrong")
    assert [len(row.key) for row in LoginFailures.objects.all()] == [64] * 3


def test_an_ended_session_leads_to_the_log_in_and_back(client, ann):
    """A page that needs a log-in sends there; a fragment sends the whole page there; a form comes back to its page."""
    assert client.get("/jobs/1.json").url == "/login/?next=/jobs/1.json"
    page = "http://testserver/jobs/1.json"
    fragment = client.get("/jobs/1.json", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/login/?next=/jobs/1.json")
    sent = client.post("/jobs/1/stop", headers={"referer": "http://elsewhere.example/x"})
    assert sent.url == "/login/?next=/"


def test_health_says_whether_the_database_is_there_and_reads_no_row(client, django_assert_num_queries, settings):
    """A load balancer asks often, by whatever name; late seals keep nobody from reporting, so they are no 503."""
    settings.ALLOWED_HOSTS = ["anlan.example"]
    with frozen(AT), write():
        ledger.append("test.done", actor=system("test"), at=AT, subject="a", payload={})
    with frozen(AT + dt.timedelta(minutes=5)), django_assert_num_queries(0):
        answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()["ok"], answer.json()["database"]) == (200, True, "ok")
    assert "no-store" in answer["Cache-Control"]


def test_health_is_503_while_the_database_is_away(client, monkeypatch, tmp_path):
    """A server that lets nobody in, a connection that broke, a file that is gone: which is not made anew."""

    def refused() -> None:
        raise OperationalError("the server is away")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "ensure_connection", refused)
        away = client.get("/healthz")
    assert (away.status_code, away.json()["database"]) == (503, "unreachable")
    with monkeypatch.context() as patch:
        patch.setattr(connection, "is_usable", lambda: False)
        assert client.get("/healthz").status_code == 503
    gone = tmp_path / "anlan.sqlite3"
    with monkeypatch.context() as patch:
        patch.setattr(connection, "vendor", "sqlite")
        patch.setitem(connection.settings_dict, "NAME", gone)
        assert client.get("/healthz").status_code == 503
    assert not gone.exists()
    assert client.get("/healthz").status_code == 200


def test_health_is_503_once_the_file_of_the_database_is_another(client, monkeypatch, tmp_path):
    """Who replaces the file under a running web is not told that all is well: it writes into the one of before."""
    file, other = tmp_path / "anlan.sqlite3", tmp_path / "other.sqlite3"
    file.touch()
    other.touch()
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(connection.settings_dict, "NAME", file)
    connection_created.send(type(connection), connection=connection)
    assert client.get("/healthz").status_code == 200
    file.rename(tmp_path / "before.sqlite3")
    other.rename(file)
    assert client.get("/healthz").status_code == 503
    (tmp_path / "before.sqlite3").rename(file)
    assert client.get("/healthz").status_code == 200


def test_the_map_gets_the_areas_of_a_day(client):
    """Kinds and day choose the areas; the answer is not sent twice."""
    make.city()
    found = client.get("/map/areas.geojson?kind=district,county_city&day=2015-06-01")
    assert [one["properties"]["code"] for one in found.json()["features"]] == ["east-city", "west"]
    assert client.get("/map/areas.geojson?kind=district,county_city&day=2015-06-01").content == found.content
    again = client.get("/map/areas.geojson?day=2015-06-01", headers={"If-None-Match": found["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["kind=planet", "day=soon"])
def test_a_wrong_question_for_areas_says_what_to_write(client, query):
    """An unknown kind or day is refused with a message."""
    make.city()
    assert "write day as" in client.get(f"/map/areas.geojson?{query}").json()["message"]


@pytest.fixture
def job_id(ann):
    """A job that ann asked for."""
    jobs.JOBS.setdefault("test.pages", lambda run: run.progress(3, 4))
    with write():
        return jobs.enqueue("test.pages", {}, actor=make.actor("call_taker"))


def test_a_job_shows_how_far_it_is_and_can_be_stopped_and_resumed(client, ann, job_id):
    """An analyst sees any job, stops it, and puts it back."""
    sign_in(client)
    assert client.get(f"/jobs/{job_id}.json").json()["state"] == "ready"
    assert client.post(f"/jobs/{job_id}/stop", {"next": "//evil.example"}).url == f"/jobs/{job_id}.json"
    assert Job.objects.get(pk=job_id).state == "stopped"
    assert client.post(f"/jobs/{job_id}/resume", {"next": "/reports/"}).url == "/reports/"
    jobs.drain()
    answer = client.get(f"/jobs/{job_id}.json").json()
    assert (answer["state"], answer["done"], answer["total"]) == ("done", 3, 4)


def test_somebody_elses_job_is_not_there(client, ann, job_id):
    """A call-taker sees only the jobs that they asked for."""
    make.person("call_taker", username="bob")
    sign_in(client, username="bob")
    assert client.get(f"/jobs/{job_id}.json").status_code == 404


def undeclared(request):
    """A view that says nothing about access."""


@public
def full_disk(request):
    """A view whose write finds the disk full."""
    raise NotStored("The disk is full: nothing was stored.")


@public
def broken(request):
    """A view with a bug."""
    raise KeyError("Mrs Li, 13800000000")


@roles("operator")
def operators(request):
    """A view for operators."""


handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    path("test/undeclared", undeclared),
    path("test/full", full_disk),
    path("test/broken", broken),
    path("test/operators", operators),
]


@pytest.mark.urls("tests.core.test_core_pages")
def test_a_view_that_declares_no_access_is_refused(client, ann):
    """What nobody opened is closed, for everybody."""
    sign_in(client)
    assert client.get("/test/undeclared").status_code == 403


@pytest.mark.urls("tests.core.test_core_pages")
def test_a_role_that_is_missing_is_refused(client, ann):
    """An analyst does not get into an operator's page."""
    sign_in(client)
    assert client.get("/test/operators").status_code == 403


@pytest.mark.urls("tests.core.test_core_pages")
def test_a_full_disk_is_our_fault_and_says_to_come_back(client):
    """Status 503, a page that says that nothing was stored, and when to try again."""
    answer = client.get("/test/full")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "nothing was stored" in answer.content.decode()
    machine = client.get("/test/full", headers={"Accept": "application/json"})
    assert machine.json()["error"] == "not_stored"


@pytest.mark.urls("tests.core.test_core_pages")
def test_a_bug_leaves_one_line_without_personal_data(client, caplog):
    """The page shows no trace, and the log says where, not with which words."""
    client.raise_request_exception = False
    answer = client.get("/test/broken")
    assert answer.status_code == 500
    assert "Traceback" not in answer.content.decode()
    assert "KeyError" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("anlan")]
    assert not any("Li" in line for line in ours)


def test_an_operator_edits_the_city_and_the_ledger_says_so(client):
    """A holiday added in the admin leaves an entry with who, when and what."""
    make.city()
    operator = make.person("operator", username="olga")
    sign_in(client, username="olga")
    assert client.get("/admin/").status_code == 200
    answer = client.post("/admin/core/holiday/add/", {"date": "2016-10-01", "kind": "holiday", "name": "国庆节"})
    assert answer.status_code == 302
    entry = LedgerEntry.objects.get(kind="core.holiday_added")
    assert entry.actor == f"person:{operator.pk}"
    assert "国庆节" in entry.payload


def test_an_area_edited_is_drawn_anew_everywhere(client):
    """A new name in the admin: the map tells it at once, also to who has kept the old one."""
    make.city()
    make.person("operator", username="olga")
    sign_in(client, username="olga")
    address = "/map/areas.geojson?kind=district&day=2016-06-01"
    before = client.get(address)
    west = AreaVersion.objects.get(area__code="west")
    form = {"area": west.area_id, "name": "西新区", "name_en": "New West", "valid_from": west.valid_from,
            "valid_to": "", "population": "", "parent": west.parent_id or "", "predecessors": []}  # fmt: skip
    assert client.post(f"/admin/core/areaversion/{west.pk}/change/", form).status_code == 302
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert "New West" in [one["properties"]["name_en"] for one in after.json()["features"]]


def test_pages_come_in_a_persons_own_language_until_they_choose_another(client, ann):
    """What `anlan user add --language` gave holds from the log-in on, whatever the browser asks for."""
    Person.objects.filter(pk=ann.pk).update(language="zh-hans")
    sign_in(client)
    assert client.get("/", headers={"Accept-Language": "en"}, follow=True)["Content-Language"] == "zh-hans"
    client.get("/?lang=en", follow=True)
    assert client.get("/", headers={"Accept-Language": "zh"}, follow=True)["Content-Language"] == "en"


def test_an_edit_of_a_person_keeps_names_out_of_the_ledger(client):
    """Which fields were changed is said, what was typed is not."""
    make.city()
    make.person("operator", username="olga")
    someone = make.person(None, username="someone")
    sign_in(client, username="olga")
    form = {"username": "someone", "name": "Li Wei", "language": "", "is_active": "on"}
    rows = {f"memberships-{name}": value for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()}
    assert client.post(f"/admin/core/person/{someone.pk}/change/", form | rows).status_code == 302
    assert "Li Wei" not in LedgerEntry.objects.get(kind="core.person_edited").payload


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("is_active__exact=1", 200),
        ("memberships__role__exact=officer", 200),
        ("password__startswith=pbkdf2", 400),
        ("memberships__person__password__startswith=pbkdf2", 400),
        ("last_login__gt=2016-01-01", 400),
    ],
)
def test_a_list_of_the_admin_is_filtered_by_what_it_offers_alone(client, query, status):
    """A hash that can be asked for letter by letter is as good as shown."""
    client.force_login(make.person("operator"))
    assert client.get(f"/admin/core/person/?{query}").status_code == status


def test_no_group_is_made_in_the_admin_without_an_entry(client):
    """Django's groups carry nothing here, and their page would write past the ledger."""
    client.force_login(make.person("operator"))
    assert client.get("/admin/auth/group/").status_code == 404


def test_only_operators_open_the_admin(client, ann):
    """An analyst is refused."""
    sign_in(client)
    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize("address", ["/problems/?q=%00a", "/tasks/T%00/", "/lists/?org=%00"])
def test_a_character_that_no_text_holds_is_the_senders_mistake_on_both_databases(client, address):
    """A NUL in an address finds nothing or is refused in words; it is never an error of ours."""
    make.city()
    client.raise_request_exception = False
    client.force_login(make.person("supervisor"))
    assert client.get(address).status_code in {200, 400, 404}
