"""A build that is cut off goes on where it stood, and ends with the rows of one that was not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from anlan.city.demo import build as building
from anlan.city.demo import walk as walking
from anlan.city.demo.progress import ACTOR
from anlan.city.demo.walk import Walk
from anlan.city.town.folder import build, installed_packages
from anlan.city.year import incidents, rota
from anlan.core.city import folder as cityfolder
from anlan.core.models import LedgerEntry
from anlan.dispatch.models import Shift

BEFORE = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


CUTS: list[tuple[Any, str, int]] = [
    (incidents, "run_incidents", 1),  # the reports are there, none of their incidents
    (incidents, "run_incidents", 5),  # in the second month, whose crews the first one left busy
    (walking, "live_turns", 2),
    (walking, "answer_all", 1),
]


class CutOff(BaseException):
    """The power goes."""


class Fuse:
    """An act whose so-manieth call is cut off before it begins."""

    def __init__(self, act: Callable[..., Any], burns_at: int) -> None:
        self.act, self.burns_at, self.calls = act, burns_at, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.calls == self.burns_at:
            raise CutOff
        return self.act(*args, **kwargs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("city"), installed_packages())


@pytest.fixture(autouse=True)
def city(folder: Path) -> None:
    cityfolder.load(folder, actor=ACTOR, at=BEFORE)


def lived(walks: Iterator[Walk]) -> Counter[tuple[str, str]]:
    """Live two months of storms, each time with the next walk, until one comes through; return what was done when."""
    with transaction.atomic():
        for walk in walks:
            try:
                walk.month(2015, 6)
                walk.month(2015, 7)
                break
            except CutOff:
                continue
        done = Counter(LedgerEntry.objects.values_list("kind", "at"))
        transaction.set_rollback(True)
    return done


def walks() -> Iterator[Walk]:
    while True:
        yield Walk(1, 0.004, lambda words: None)


def test_a_month_that_was_cut_off_ends_as_one_that_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever part was under way: every entry is there once, at its time."""
    monkeypatch.setattr(incidents, "BATCH", 400)
    whole = lived(walks())
    assert sum(whole.values()) > 1000
    for where, name, call in CUTS:
        fuse = Fuse(getattr(where, name), call)
        with monkeypatch.context() as patch:
            patch.setattr(where, name, fuse)
            assert lived(walks()) == whole, (name, call)
        assert fuse.calls > call


def test_a_step_that_was_cut_off_leaves_nothing() -> None:
    """It is taken from its beginning the next time, and then no more."""
    walk, cut = next(walks()), [True]

    def step() -> None:
        rota.write_year(rota.BEGINS + dt.timedelta(days=2), ACTOR)
        if cut:
            raise CutOff

    with pytest.raises(CutOff):
        walk.once("rota", "rota", step, rota.BEGINS)
    assert not Shift.objects.exists()
    cut.clear()
    for _ in range(2):
        walk.once("rota", "rota", step, rota.BEGINS)
    assert Shift.objects.count() == 2 * 9


def test_a_build_goes_on_with_the_seed_and_scale_that_it_was_begun_with() -> None:
    """Whoever leaves them out goes on as it was; another one is refused, and nothing is mixed."""
    assert building.begun(7, 0.5) == (7, 0.5)
    assert building.begun(None, None) == building.begun(7, 0.5) == (7, 0.5)
    for seed, scale in ((1, None), (None, 0.01)):
        with pytest.raises(building.AnotherCity, match="take another"):
            building.begun(seed, scale)
    assert LedgerEntry.objects.filter(kind=building.BEGUN).count() == 1
