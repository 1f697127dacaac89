"""A later deadline: asked for in time by the doer, answered by somebody else, and the reason stands on the lists."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.models import Escalation, ExtensionRequest, TaskList
from tests import make
from tests.make.problems import Town, day, task

UNTIL = dt.date(2016, 3, 31)


def asked(town: Town, *, n: int = 20) -> str:
    """Plan a task, due on 2016-02-15, and ask for a later deadline; return its number."""
    (name,) = town.planned()[1]
    actions.ask_extension(task=name, due_on=UNTIL, reason="Frost", actor=town.officer, at=day(n))
    return name


def test_an_officer_asks_and_a_supervisor_grants(town: Town) -> None:
    """The request waits in the supervisor's inbox with its answer's deadline; the form offers the day asked for."""
    (name,) = town.planned()[1]
    officer, supervisor = make.browser(town.officer), make.browser(town.supervisor)
    with frozen(day(20)):
        assert f"/tasks/{name}/ask_extension" in officer.get(f"/tasks/{name}/").content.decode()
        officer.post(f"/tasks/{name}/ask_extension", {"due_on": UNTIL, "reason": "Frost"})
        assert "Extension asked 1" in supervisor.get("/problems/?view=asked").content.decode()
        assert name in supervisor.get("/lists/?view=tasks&only=asked").content.decode()
        page = supervisor.get(f"/tasks/{name}/").content.decode()
        for words in ("asks for an extension until 2016-03-31", "by 2016-02-05: 3 days left", 'value="2016-03-31"'):
            assert words in page
        assert f"/tasks/{name}/ask_extension" not in officer.get(f"/tasks/{name}/").content.decode()
        supervisor.post(f"/tasks/{name}/extend", {"due_on": UNTIL, "reason": "Ground is frozen"})
        assert "Extension asked 0" in supervisor.get("/problems/").content.decode()
        assert "Ground is frozen" in officer.get("/lists/?view=tasks").content.decode()
    assert (task(name).due_on, ExtensionRequest.objects.get().state) == (UNTIL, "granted")


def test_a_refusal_has_its_reason_and_the_old_deadline_stands(town: Town) -> None:
    """The officer reads why on the task, and may ask again in time."""
    name = asked(town)
    with frozen(day(21)):
        supervisor = make.browser(town.supervisor)
        assert supervisor.post(f"/tasks/{name}/refuse_extension", {"reason": ""}).status_code == 422
        supervisor.post(f"/tasks/{name}/refuse_extension", {"reason": "Pumps stand ready"})
        page = make.browser(town.officer).get(f"/tasks/{name}/").content.decode()
        assert ("Extension refused" in page, "Pumps stand ready" in page, "Frost" in page) == (True, True, True)
        again = supervisor.post(f"/tasks/{name}/refuse_extension", {"reason": "No"})
        assert (again.status_code, "No later deadline is asked for" in again.content.decode()) == (409, True)
    assert str(task(name).due_on) == "2016-02-15"
    actions.ask_extension(task=name, due_on=UNTIL, reason="Still frost", actor=town.officer, at=day(22))
    assert list(ExtensionRequest.objects.values_list("number", "state")) == [
        (f"{name}-X1", "refused"),
        (f"{name}-X2", "asked"),
    ]


def test_only_the_doer_asks_in_time_once_and_for_a_later_day(town: Town) -> None:
    """A stranger, an earlier day, no reason, a second request and a passed deadline are each refused."""
    (name,) = town.planned()[1]
    told = {"task": name, "due_on": UNTIL, "reason": "Frost", "actor": town.officer, "at": day(20)}
    with pytest.raises(NotAllowed):
        actions.ask_extension(**(told | {"actor": make.actor("officer", at="west-office")}))
    for wrong, code in [({"due_on": dt.date(2016, 2, 1)}, "deadline_not_later"),
                        ({"reason": " "}, "extension_reason_missing"), ({"at": day(40)}, "deadline_passed"),
                        ({"seen": "2016-02-01"}, "deadline_moved")]:  # fmt: skip
        with pytest.raises(Refused) as refused:
            actions.ask_extension(**(told | wrong))
        assert refused.value.code == code
    actions.ask_extension(**told)
    with pytest.raises(Refused) as refused:
        actions.ask_extension(**told)
    assert refused.value.code == "extension_asked_already"


def test_nobody_answers_their_own_house(town: Town) -> None:
    """A supervisor of the doer neither grants nor refuses, and finds no form."""
    name, own = asked(town), make.actor("supervisor", at="drains")
    with pytest.raises(NotAllowed):
        actions.refuse_extension(task=name, reason="No", actor=own, at=day(21))
    with pytest.raises(NotAllowed):
        actions.extend(task=name, due_on=UNTIL, reason="Yes", actor=own, at=day(21))
    with frozen(day(21)):
        assert f"/tasks/{name}/refuse_extension" not in make.browser(own).get(f"/tasks/{name}/").content.decode()


def test_what_was_asked_in_time_can_be_granted_after_the_deadline(town: Town) -> None:
    """A slow answer is not the doer's fault; the ladder of the answer climbs towards the supervisor meanwhile."""
    name = asked(town, n=33)  # the deadline itself
    for n in (35, 37):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    steps = Escalation.objects.filter(subject=f"{name}-X1")
    assert [(one.step, str(one.due_on), one.organisation) for one in steps] == [
        ("remind", "2016-02-18", None), ("supervise", "2016-02-18", None)
    ]  # fmt: skip
    with frozen(day(37)):
        assert f"/tasks/{name}/extend" in make.browser(town.supervisor).get(f"/tasks/{name}/").content.decode()
    with pytest.raises(Refused) as refused:
        actions.extend(task=name, due_on=dt.date(2016, 2, 16), reason="Frost", actor=town.supervisor, at=day(37))
    assert refused.value.code == "deadline_in_past"
    actions.extend(task=name, due_on=UNTIL, reason="Frost", actor=town.supervisor, at=day(37))
    assert task(name).due_on == UNTIL


def test_works_done_take_the_request_back(town: Town) -> None:
    """Nothing is left to extend, and nobody has to answer."""
    name = asked(town)
    town.done(name, at=day(25))
    assert ExtensionRequest.objects.get().state == "withdrawn"
    with pytest.raises(Refused) as refused:
        actions.refuse_extension(task=name, reason="No", actor=town.supervisor, at=day(26))
    assert refused.value.code == "nothing_to_extend"
    assert not Escalation.objects.filter(subject=f"{name}-X1").exists()


def test_an_issued_list_says_why_a_line_was_extended(town: Town) -> None:
    """The day of the list stays, the day of now has its reason."""
    name = asked(town)
    actions.issue_list(tasks=[name], kind="督办", due_on=UNTIL, actor=town.supervisor, at=day(20))
    actions.extend(task=name, due_on=UNTIL, reason="地面封冻", actor=town.supervisor, at=day(21))
    with frozen(day(22)):
        page = make.browser(town.officer).get(f"/lists/{TaskList.objects.get().number}/").content.decode()
    assert ('<span lang="zh">地面封冻</span>' in page, "2016-02-15" in page, "2016-03-31" in page) == (True, True, True)


def test_what_another_refused_meanwhile_is_not_granted_from_an_old_page(town: Town) -> None:
    """The deadline is the same, and yet the page is of a moment that has passed."""
    _number, (name,) = town.planned()
    later = (day(60)).date()
    actions.ask_extension(task=name, due_on=later, reason="pipes late", actor=town.officer, at=day(3))
    seen = task(name).last_seen()
    actions.refuse_extension(task=name, reason="no", actor=make.actor("supervisor", at="government"), at=day(4))
    with pytest.raises(Refused) as refused:
        actions.extend(task=name, due_on=later, reason="yes", seen=seen, actor=town.supervisor, at=day(4))
    assert refused.value.code == "extension_answered"
    assert task(name).due_on != later
