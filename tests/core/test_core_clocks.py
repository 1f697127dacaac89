"""Working days, and clocks that a city's folder names."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from anlan.core import cityfolder, clocks
from anlan.core.actors import system
from anlan.core.calendar import WorkingCalendar, working_calendar
from anlan.core.models import ClockRule, ClockRun
from tests import make

AT = make.AT  # Tuesday, 28 June 2016, 14:00 in the small town
DRAGON_BOAT = WorkingCalendar(frozenset({dt.date(2016, 6, 9), dt.date(2016, 6, 10)}), frozenset({dt.date(2016, 6, 12)}))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("day", "count", "reached"),
    [("2016-06-07", 1, "2016-06-08"), ("2016-06-08", 1, "2016-06-12"), ("2016-06-08", 2, "2016-06-13"),
     ("2016-06-11", 0, "2016-06-12"), ("2016-06-17", 1, "2016-06-20")],
)  # fmt: skip
def test_working_days_leave_out_holidays_and_count_worked_sundays(day, count, reached):
    """The dragon-boat days of 2016 are off, and the Sunday after them is worked."""
    assert str(DRAGON_BOAT.add_working_days(dt.date.fromisoformat(day), count)) == reached


@pytest.mark.django_db
class TestClocks:
    """In the small town."""

    @pytest.fixture(autouse=True)
    def town(self):
        make.city()

    def rule(self, **values) -> ClockRule:
        plain = {"name": "x", "name_en": "x", "start": "a.begun", "stop": "a.done|a.dropped", "target_s": 180}
        return ClockRule.objects.create(code=f"rule-{ClockRule.objects.count()}", **(plain | values))

    def hear(self, kind, *, at=AT, subject="incident:1", **facts) -> None:
        clocks.heard(kind, subject=subject, at=at, holder=make.organisation(), facts=facts)

    def test_the_calendar_is_that_of_the_citys_folder(self):
        """Its holidays and its worked weekend days."""
        assert not working_calendar().is_working(dt.date(2016, 6, 9))
        assert working_calendar().is_working(dt.date(2016, 6, 12))

    def test_an_entry_starts_a_clock_and_another_stops_it(self):
        """Due after the target; the holder owns it; either kind of the rule's stops ends it."""
        self.rule()
        self.hear("a.begun")
        run = ClockRun.objects.get()
        assert (run.due_at - AT, run.organisation, run.stopped_at) == (
            dt.timedelta(minutes=3),
            make.organisation(),
            None,
        )
        self.hear("a.dropped", at=AT + dt.timedelta(minutes=2))
        assert ClockRun.objects.get().stopped_at == AT + dt.timedelta(minutes=2)

    def test_a_second_start_does_not_move_a_running_clock(self):
        """Nobody gains time by saying it twice."""
        self.rule()
        self.hear("a.begun")
        self.hear("a.begun", at=AT + dt.timedelta(minutes=2))
        assert ClockRun.objects.get().started_at == AT

    def test_a_clock_runs_only_in_its_scope(self):
        """The rule of the mobile teams does not bind a patrol, nor a matter of unknown unit."""
        self.rule(scope="unit_kind=mobile category=fire,rescue")
        for facts in ({}, {"unit_kind": "patrol", "category": "fire"}, {"unit_kind": "mobile", "category": "noise"}):
            self.hear("a.begun", **facts)
        assert not ClockRun.objects.exists()
        self.hear("a.begun", unit_kind="mobile", category="rescue")
        assert ClockRun.objects.count() == 1

    def test_a_deadline_in_working_days_ends_with_the_day(self):
        """One working day from a Friday ends when Monday does, in the city's zone."""
        self.rule(target_s=86_400, calendar="working")
        self.hear("a.begun", at=dt.datetime(2016, 6, 17, 9, tzinfo=dt.UTC))
        assert ClockRun.objects.get().due_at == dt.datetime(2016, 6, 20, 16, tzinfo=dt.UTC)

    def test_a_paused_clock_is_not_overdue_and_gets_its_time_back(self):
        """Ten minutes of standing still move the deadline by ten minutes."""
        self.rule()
        self.hear("a.begun")
        clocks.pause(subject="incident:1", at=AT + dt.timedelta(minutes=1))
        late = AT + dt.timedelta(minutes=11)
        assert not ClockRun.objects.overdue(late).exists()
        clocks.resume(subject="incident:1", at=late)
        assert ClockRun.objects.get().due_at == AT + dt.timedelta(minutes=13)
        assert ClockRun.objects.overdue(AT + dt.timedelta(minutes=14)).exists()

    def test_a_rule_with_an_owner_belongs_to_it_whoever_holds_the_matter(self):
        """The control room's clock is the control room's."""
        self.rule(owner="drains")
        self.hear("a.begun")
        assert ClockRun.objects.get().organisation.code == "drains"

    @pytest.mark.parametrize(
        ("row", "said"),
        [("x,x,x,a,b,soon,all,,", "whole seconds"), ("x,x,x,a,b,90,working,,", "whole days"),
         ("x,x,x,a,b,90,lunar,,", "calendar is all"), ("x,x,x,a,b,90,all,,mobile", "write scope")],
    )  # fmt: skip
    def test_a_clock_that_cannot_be_read_is_named(self, tmp_path, row, said):
        """With file and line, and nothing is loaded."""
        folder = tmp_path / "town"
        shutil.copytree(make.CITIES / "small", folder)
        (folder / "clocks.csv").write_text(f"code,name,name_en,start,stop,target_s,calendar,owner,scope\n{row}\n")
        with pytest.raises(cityfolder.CityFolderError, match=f"clocks.csv:2: .*{said}"):
            cityfolder.load(folder, actor=system("test"), at=AT)
