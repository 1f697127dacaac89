"""What the city and its operators set is read once, and again after anybody changed it."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from anlan.core.city import revision
from anlan.core.city.current import city, city_read_once, forget_city, kept, trust_lately
from anlan.core.ledger.writes import write
from anlan.core.models import ApiClient, City, ClockRule, ClockRun
from anlan.core.refusals import Refused
from anlan.core.time.clocks import city_rules, ruled
from anlan.intake.models import Category, Report
from anlan.intake.queries.categories import categories
from tests import make
from tests.intake.test_intake_api import WET, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key():
    make.city()
    return make.partner("grid_worker")[1]


def test_what_did_not_change_is_not_read_again(django_assert_num_queries):
    """The second question costs the mark alone, and within one page nothing."""
    city()
    with django_assert_num_queries(1):
        city()
    with city_read_once():
        city()
        with django_assert_num_queries(0):
            city()


@pytest.mark.parametrize(
    ("model", "change"), [(City, {"name": "x"}), (ClockRule, {"target_s": 5}), (Category, {"active": False})]
)
def test_a_change_past_the_orm_is_seen_too(model, change):
    """The database itself sets another mark: for an update in bulk, a deletion, a row put in by hand."""
    before = revision.mark()
    model.objects.update(**change)
    after = revision.mark()
    assert before != after
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO core_holiday (date, kind, name) VALUES ('2031-01-01', 'holiday', 'x')")
    assert revision.mark() not in {before, after}


def test_what_was_taken_back_is_not_kept():
    """A change that is rolled back leaves what was read before."""
    name = city().name
    with transaction.atomic():
        City.objects.update(name="other")
        assert city().name == "other"
        transaction.set_rollback(True)
    assert city().name == name


def renamed_in_vain(read):
    """Give the city another name in a write that fails after it was read."""
    with write():
        City.objects.update(name="other")
        assert read() == "other"
        raise ZeroDivisionError


def test_what_is_read_first_after_a_change_and_taken_back_is_not_kept():
    """Who holds the mark of before, changes a row and then asks for the first time, keeps that for nobody."""
    asked = [lambda: City.objects.get().name, lambda: City.objects.get().name]
    name = city().name
    with city_read_once():
        city()
        with pytest.raises(ZeroDivisionError):
            renamed_in_vain(lambda: kept(asked[0]))
        assert kept(asked[0]) == name
    with city_read_once():
        city()
        with transaction.atomic():
            City.objects.update(name="other")
            assert kept(asked[1]) == "other"
            transaction.set_rollback(True)
    assert [kept(ask) for ask in asked] == [name, name]


def test_what_a_nested_write_took_back_is_not_read_on():
    """What a verb within another had changed is forgotten with it, while the other goes on."""
    name = city().name
    with write(), city_read_once():
        with pytest.raises(ZeroDivisionError):
            renamed_in_vain(lambda: forget_city() or city().name)
        assert city().name == name


def test_who_trusts_what_was_read_lately_trusts_no_open_transaction():
    """What a transaction changed and read is no answer to others, for it may be taken back."""
    trust_lately(3600)
    try:
        with transaction.atomic():
            City.objects.update(name="other")
            assert city().name == "other"
            transaction.set_rollback(True)
        with city_read_once(lately=True):
            assert city().name != "other"
    finally:
        trust_lately(0)


def test_a_write_goes_by_what_is_set_when_it_begins():
    """A page that writes twice checks each by the categories of then, whoever put one away meanwhile."""
    with city_read_once():
        make.report()
        Category.objects.filter(code="waterlogging").update(active=False)
        with pytest.raises(Refused) as refused:
            make.report()
    assert refused.value.code == "unknown_category"


def test_categories_of_a_page_are_those_that_a_write_left(django_assert_num_queries):
    """They are shared by all pages, and read again after a change."""
    assert "waterlogging" in {each.code for each in categories() if each.active}
    with django_assert_num_queries(1):
        categories()
    Category.objects.filter(code="waterlogging").update(active=False)
    assert "waterlogging" not in {each.code for each in categories() if each.active}


def test_a_clock_that_came_meanwhile_is_read_with_its_run():
    """A page that holds the rules of before shows a run of one that another process has loaded since."""
    with city_read_once():
        city_rules()
        rule = ClockRule.objects.create(code="new", name="x", name_en="x", target_s=5)
        ClockRun.objects.create(rule=rule, subject="a", started_at=make.AT, due_at=make.AT)
        assert [run.rule.code for run in ruled(ClockRun.objects.filter(rule__code="new"))] == ["new"]


def test_a_key_taken_back_opens_nothing(key):
    """A partner's key is looked up in what was read once; taken back in any process, it is refused."""
    assert post(WET, key=key).status_code == 201
    ApiClient.objects.update(active=False)
    assert post(WET, key=key, idempotency="k-2").status_code == 401


def test_a_category_put_away_is_refused(key):
    """The rules that check a report know the categories of now."""
    assert post(WET, key=key).status_code == 201
    Category.objects.filter(code="waterlogging").update(active=False)
    answer = post(WET, key=key, idempotency="k-2")
    assert (answer.status_code, answer.json()["error"]) == (422, "unknown_category")


@pytest.mark.django_db(transaction=True)
def test_who_trusts_what_was_read_lately_asks_no_mark(django_assert_num_queries):
    """A process with a writer goes by the mark that its writer read a moment ago."""
    trust_lately(3600)
    try:
        city()
        with city_read_once(lately=True), django_assert_num_queries(0):
            city()
    finally:
        trust_lately(0)


def test_an_older_database_is_read_as_ever():
    """Where there is no mark yet, everything is read each time."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {revision.TABLE} RENAME TO away")
    try:
        if connection.vendor == "sqlite":  # on PostgreSQL an error ends the transaction
            assert kept(Report.objects.count) == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {revision.TABLE}")


def test_the_triggers_come_back_after_a_migration():
    """SQLite's table remake drops them."""
    with connection.cursor() as cursor:
        on = " ON core_city" if connection.vendor == "postgresql" else ""
        name = "core_city_revised" if on else "core_city_revised_update"
        cursor.execute(f"DROP TRIGGER {name}{on}")
    revision.install()
    before = revision.mark()
    City.objects.update(name="x")
    assert revision.mark() != before
