"""The operator's people: added, given roles, let in by a link, switched off; each press an entry."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from anlan.core.models import LedgerEntry, Membership, Person
from tests import make

pytestmark = pytest.mark.django_db
NEW = {"username": "wang", "name": "王芳", "role": "dispatcher", "organisation": "control", "language": ""}


@pytest.fixture
def operator() -> Client:
    make.city()
    return make.browser(make.person("operator"))


def kinds(person: Person) -> list[str]:
    return list(LedgerEntry.objects.filter(subject=f"person:{person.pk}").order_by("id").values_list("kind", flat=True))


def test_somebody_is_added_and_sets_a_password_by_a_link_that_is_shown_once(operator: Client) -> None:
    """The operator never knows the password: the link opens the page where it is set, and signs nobody in twice."""
    assert operator.post("/people/new", NEW).status_code == 302
    wang = Person.objects.get(username="wang")
    shown = operator.post(f"/people/{wang.pk}/link")
    link = re.search(r"/login/reset/[^<\s]+", shown.content.decode())
    assert link
    assert link[0] not in operator.get(f"/people/{wang.pk}/").content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Client().get(link[0], follow=True).status_code == 200
    assert kinds(wang) == ["core.person_added", "core.role_granted", "core.reset_link_made"]


def test_a_log_in_that_is_taken_is_refused_at_its_field(operator: Client) -> None:
    """What was typed is still there, and nobody is added."""
    operator.post("/people/new", NEW)
    answer = operator.post("/people/new", NEW | {"username": "WANG", "name": "另一位"})
    assert answer.status_code == 422
    assert "另一位" in answer.content.decode()
    assert Person.objects.filter(username__iexact="wang").count() == 1


def test_roles_are_given_and_taken_away(operator: Client) -> None:
    """Given twice it is held once; a role that is gone is taken away by nobody twice."""
    officer = make.person("officer", at="drains")
    for _press in range(2):
        assert (
            operator.post(f"/people/{officer.pk}/roles", {"role": "verifier", "organisation": "drains"}).status_code
            == 302
        )
    held = Membership.objects.get(person=officer, role="verifier")
    for _press in range(2):
        assert operator.post(f"/people/{officer.pk}/roles/{held.pk}/away").status_code == 302
    assert not Membership.objects.filter(person=officer, role="verifier").exists()
    assert kinds(officer)[-2:] == ["core.role_granted", "core.role_revoked"]


def test_who_is_switched_off_is_out_at_once_and_comes_back(operator: Client) -> None:
    """An open session ends with the press; switched on, they sign in as before."""
    officer = make.person("officer", at="drains")
    theirs = make.browser(officer)
    assert theirs.get("/today/").status_code == 200
    operator.post(f"/people/{officer.pk}/off")
    assert theirs.get("/today/").status_code != 200
    operator.post(f"/people/{officer.pk}/on")
    officer.refresh_from_db()
    assert officer.is_active


def test_the_last_operator_stays(operator: Client) -> None:
    """Neither switched off nor without the role, by whatever press; with a second one either may go."""
    alone = Person.objects.get(memberships__role="operator")
    held = Membership.objects.get(person=alone, role="operator")
    assert operator.post(f"/people/{alone.pk}/off").status_code == 409
    assert operator.post(f"/people/{alone.pk}/roles/{held.pk}/away").status_code == 409
    assert Membership.objects.filter(pk=held.pk, person__is_active=True).exists()
    make.person("operator", username="second")
    assert operator.post(f"/people/{alone.pk}/off").status_code == 302


def test_people_are_found_by_name_role_and_factor(operator: Client) -> None:
    """Tabs, filters and words narrow the list; the download is an entry."""
    operator.post("/people/new", NEW)
    make.person("auditor")
    assert "wang" in operator.get("/people/", {"q": "王芳"}).content.decode()
    assert "wang" not in operator.get("/people/", {"role": "auditor"}).content.decode()
    assert "wang" in operator.get("/people/", {"factor": "no"}).content.decode()
    assert "wang" not in operator.get("/people/", {"tab": "off"}).content.decode()
    operator.get("/people/", {"as": "csv"})
    assert LedgerEntry.objects.filter(kind="core.people_downloaded").exists()


@pytest.mark.parametrize("path", ["/people/", "/people/new", "/people/1/"])
def test_only_operators_see_people(operator: Client, path: str) -> None:
    """A supervisor and an auditor are refused, on a page for staff: without the words under the public's pages."""
    for role in ("supervisor", "auditor"):
        answer = make.browser(make.person(role)).get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 403
        assert "no tracking" not in answer.content.decode()
        assert 'id="rooms"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/people/999999/", "/people/999999/off", "/people/1/away"])
def test_what_is_not_there_is_not_found(operator: Client, path: str) -> None:
    """An unknown person, and a press that is none."""
    ask = operator.get if path.endswith("/") else operator.post
    assert ask(path).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "a/b<"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"username": ""}, "username"),
        ({"organisation": "nowhere"}, "organisation"),
        ({"organisation": ""}, "organisation"),
        ({"role": "chief"}, "role"),
        ({"name": "长" * 81}, "name"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(operator: Client, wrong: dict[str, str], field: str) -> None:
    """In Chinese too, without a word of English; nobody is added."""
    answer = operator.post("/people/new", NEW | wrong, headers={"Accept-Language": "zh-hans"})
    assert answer.status_code == 422
    (shown,) = re.findall(r'class="error" id="id_(\w+)_error">([^<]+)', answer.content.decode())
    assert shown[0] == field
    assert not re.search(r"[A-Za-z]{3}", shown[1].replace("nowhere", "").replace("chief", ""))
    assert Person.objects.count() == 1


def test_a_full_width_name_is_the_plain_one(operator: Client) -> None:
    """The log-in page reads it so, and nobody has the two."""
    operator.post("/people/new", NEW | {"username": "ｗａｎｇ"})
    assert Person.objects.filter(username="wang").exists()
    assert operator.post("/people/new", NEW).status_code == 422


def test_the_page_says_what_each_role_may_do(operator: Client) -> None:
    """Whoever gives a role reads it beside the choice."""
    page = operator.get("/people/new", headers={"Accept-Language": "zh-hans"})
    assert len(page.context["may"]) == 10
    assert all(words in page.content.decode() for _, words in page.context["may"])
