"""A toy stage: lost property that is kept, claimed, and returned or given up. docs/howto/stage.md walks through it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db import models

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Organisation
from anlan.core.pages import Column, Empty, Event, ListPage, ReasonForm, RecordPage, Tab, containing
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time import clocks
from anlan.core.workflow import Change, Workflow, holder, move, no_part, roles

KEPT_FOR = dt.timedelta(days=180)


class State(models.TextChoices):
    """Where a find stands."""

    KEPT = "kept"
    CLAIMED = "claimed"
    RETURNED = "returned"
    GIVEN_UP = "given_up"


class Find(models.Model):
    """Something that somebody lost, kept by an organisation."""

    number = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=12, choices=State, default=State.KEPT)
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    claims = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "stage_example"

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """One move of a find, for its history."""

    find = models.ForeignKey(Find, on_delete=models.PROTECT, related_name="lines")
    move = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    at = models.DateTimeField()
    words = models.CharField(max_length=200)

    class Meta:
        app_label = "stage_example"


class DecideForm(ReasonForm):
    """Whether it is theirs, and why."""

    theirs = forms.BooleanField(required=False)


def _decide(find: Find, values: Mapping[str, Any], at: dt.datetime) -> Change:
    if not values["reason"].strip():
        raise Refused("return_reason_missing", "reason")
    return Change(words=values["reason"].strip(), to=State.RETURNED if values["theirs"] else State.KEPT)


KEEPER = roles(Role.OFFICER) & holder("keeper")
FINDS = Workflow(
    Find, "stage_example", subject=lambda find: f"find:{find}", seen=lambda find: str(find.lines.count()),
    line=lambda step, actor: Line(find=step.record, move=step.called, after=step.after, at=step.at,
                                  words=step.change.words),
    heard=lambda kind, step: clocks.heard(kind, subject=f"find:{step.record}", at=step.at, holder=step.record.keeper,
                                          facts={}),
    moves=(
        move("claim", State.KEPT, State.CLAIMED, due=State.KEPT, turn="keeper", who=KEEPER,
             apply=lambda find, values, at: Change({"claims": find.claims + 1}, {"claims": find.claims + 1}),
             past="find_claimed", label="Claimed", key="c", whose="An officer of the keeper notes a claim."),
        move("decide", State.CLAIMED, [State.RETURNED, State.KEPT], due=State.CLAIMED, turn="supervisor",
             who=roles(Role.SUPERVISOR) & no_part(lambda find: {find.keeper_id}), apply=_decide,
             past={State.RETURNED: "find_returned", State.KEPT: "claim_refused"}, label="Decide", key="d",
             form=DecideForm, whose="A supervisor who does not belong to the keeper decides."),
        move("give_up", State.KEPT, State.GIVEN_UP, who=KEEPER, past="find_given_up",
             when=lambda find, at: None if at >= find.found_at + KEPT_FOR else Refused("deadline_in_past"),
             label="Give up", key="g", aside=True, whose="An officer of the keeper gives it up."),
    ),
)  # fmt: skip


def _locked(numbers: Sequence[str]) -> list[Find]:
    held = Find.objects.select_for_update(of=("self",), no_key=True).select_related("keeper")
    return list(held.filter(number__in=numbers).order_by("pk"))


@verb("stage_example.keep")
def keep(*, number: str, keeper: Organisation, actor: Actor, at: dt.datetime) -> str:
    """Take something in: what makes a record is a plain verb."""
    find = Find.objects.create(number=number, keeper=keeper, found_at=at)
    ledger.append("stage_example.find_kept", actor=actor, at=at, subject=f"find:{find}", payload={})
    return number


@FINDS.door("claim", lambda number, asked: {"finds": [number], **asked})
@verb("stage_example.claim")
def claim(*, finds: Sequence[str], seen: str | None = None, actor: Actor, at: dt.datetime) -> list[str]:
    """Note who asked for things: one, or many at once."""
    return [str(step.record) for step in FINDS.take("claim", _locked(finds), seen=seen, actor=actor, at=at)]


@FINDS.door("decide", lambda number, asked: {"find": number, **asked})
@verb("stage_example.decide")
def decide(*, find: str, theirs: bool, reason: str, actor: Actor, at: dt.datetime, key: str | None = None) -> str:
    """Say whether it is theirs."""
    (step,) = FINDS.take("decide", _locked([find]), {"theirs": theirs, "reason": reason}, actor=actor, at=at)
    return step.after


@FINDS.door("give_up", lambda number, asked: {"find": number, **asked})
@verb("stage_example.give_up")
def give_up(*, find: str, actor: Actor, at: dt.datetime) -> None:
    """Give up waiting for who lost it."""
    FINDS.take("give_up", _locked([find]), actor=actor, at=at)


FIND_LIST = ListPage(
    "Finds", rows=lambda actor: Find.objects.select_related("keeper").order_by("pk"), search=containing("number"),
    tabs=[Tab(state, state.label, models.Q(state=state)) for state in State], empty=Empty("Nothing was found yet."),
    columns=[Column("Number", str, sort="number", link="finds:find"), Column("Found", lambda find: find.found_at)],
)  # fmt: skip
FIND = RecordPage(
    FINDS, lambda actor: Find.objects.all(), "finds:find",
    facts=lambda find, reader: [("Keeper", find.keeper.name_en), ("Found", find.found_at), ("Claims", find.claims)],
    history=lambda find: [Event(line.at, line.move, words=line.words) for line in find.lines.order_by("-pk")],
)  # fmt: skip
