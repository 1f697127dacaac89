"""A toy stage: lost property that is handed over, kept, claimed, and returned or given up; docs/howto/stage.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db import models

from anlan.core import ledger
from anlan.core.holding import Held, Holding
from anlan.core.ledger.verbs import verb
from anlan.core.models import Organisation
from anlan.core.pages import Column, Empty, Event, ListPage, ReasonForm, RecordPage, Tab, containing
from anlan.core.pages.forms import StepForm
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time import clocks
from anlan.core.time.expiry import expires
from anlan.core.workflow import Change, Workflow, anybody, holder, move, no_part, roles
from anlan.intake.models import Report
from anlan.intake.public.timeline import Line as TrackingLine
from anlan.intake.public.timeline import Told


class State(models.TextChoices):
    """Where a find stands."""

    KEPT = "kept"
    CLAIMED = "claimed"
    RETURNED = "returned"
    GIVEN_UP = "given_up"
    HANDED = "handed"
    BACK = "back"
    DISPUTED = "disputed"


class Find(Held):
    """Something that somebody lost, kept by an organisation; `Held` counts how often it came back."""

    number = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=12, choices=State, default=State.HANDED)
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    report = models.ForeignKey(Report, null=True, on_delete=models.PROTECT, related_name="+")
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


class ToForm(StepForm):
    """To whom."""

    to = forms.ModelChoiceField(Organisation.objects.all())


class ArbitrateForm(ToForm, ReasonForm):
    """To whom, and why."""


def _written(words: str, move: str) -> str:
    if not words.strip():
        raise Refused("return_reason_missing", "reason")
    return words.strip()


def _decide(find: Find, values: Mapping[str, Any], at: dt.datetime) -> Change:
    return Change(words=_written(values["reason"], ""), to=State.RETURNED if values["theirs"] else State.KEPT)


def _to(find: Find, values: Mapping[str, Any], at: dt.datetime) -> Change:
    return Change({"keeper": values["to"]})


KEEPER = roles(Role.OFFICER) & holder("keeper")
HELD = Holding(State.HANDED, State.KEPT, State.BACK, State.DISPUTED, holder=KEEPER, arbiter=roles(Role.LEADER),
               reason=_written, given=_to)  # fmt: skip
FINDS = Workflow(
    Find, "stage_example", subject=lambda find: f"find:{find}", seen=lambda find: str(find.lines.count()),
    line=lambda step, actor: Line(find=step.record, move=step.called, after=step.after, at=step.at,
                                  words=step.change.words),
    heard=lambda kind, step: clocks.heard(kind, subject=f"find:{step.record}", at=step.at, holder=step.record.keeper,
                                          facts={}),
    moves=(
        HELD.sign_for(turn="keeper", past="find_kept", label="Sign for", key="s", whose="The keeper signs for it."),
        HELD.send_back(past={State.BACK: "find_sent_back", State.DISPUTED: "find_disputed"}, form=ReasonForm, key="b",
                       label="Send back", aside=True, whose="The keeper sends it back."),
        HELD.arbitrate(past="find_arbitrated", label="Decide whose", key="a", form=ArbitrateForm,
                       whose="A leader decides."),
        move("hand_on", State.BACK, State.HANDED, due=State.BACK, turn="supervisor", who=roles(Role.SUPERVISOR),
             apply=_to, past="find_handed_on", label="Hand on",
             key="h", form=ToForm, whose="A supervisor hands it on."),
        move("claim", State.KEPT, State.CLAIMED, due=State.KEPT, turn="keeper", who=KEEPER,
             apply=lambda find, values, at: Change({"claims": find.claims + 1}, {"claims": find.claims + 1}),
             past="find_claimed", label="Claimed", key="c", whose="An officer of the keeper notes a claim."),
        move("decide", State.CLAIMED, [State.RETURNED, State.KEPT], due=State.CLAIMED, turn="supervisor",
             who=roles(Role.SUPERVISOR) & no_part(lambda find: {find.keeper_id}), apply=_decide,
             past={State.RETURNED: "find_returned", State.KEPT: "claim_refused"}, label="Decide", key="d",
             form=DecideForm, whose="A supervisor who does not belong to the keeper decides."),
        move("give_up", State.KEPT, State.GIVEN_UP, who=anybody(), past="find_given_up"),  # when its time is over
    ),
)  # fmt: skip


def _locked(numbers: Sequence[str]) -> list[Find]:
    held = Find.objects.select_for_update(of=("self",), no_key=True).select_related("keeper")
    return list(held.filter(number__in=numbers).order_by("pk"))


@verb("stage_example.keep")
def keep(*, number: str, keeper: Organisation, actor: Actor, at: dt.datetime) -> str:
    """Take something in: what makes a record is a plain verb."""
    find = Find.objects.create(number=number, keeper=keeper, found_at=at)
    ledger.append("stage_example.find_handed", actor=actor, at=at, subject=f"find:{find}", payload={})
    return number


@FINDS.door("claim", lambda number, asked: {"finds": [number], **asked})
@verb("stage_example.claim")
def claim(
    *, finds: Sequence[str], seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> list[str]:
    """Note who asked for things: one, or many at once."""
    return [str(step.record) for step in FINDS.take("claim", _locked(finds), seen=seen, actor=actor, at=at)]


for _name in ("sign_for", "return", "arbitrate", "hand_on", "decide"):
    FINDS.plain(_name, _locked)


@expires("stage_example.give_up", lock=lambda subject: _locked([subject.partition(":")[2]]))
def give_up(subject: str, *, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
    """Give up what nobody claimed in its time, also where nobody looks."""
    FINDS.take("give_up", _locked([subject.partition(":")[2]]), actor=actor, at=at)


def tell_of_find(report: Report, at: dt.datetime) -> Told:
    """Tell whoever reported it where it is; a real stage registers this with `tells`."""
    finds = Find.objects.filter(report=report)
    return Told(tuple(TrackingLine("done", find.get_state_display(), at=find.found_at) for find in finds))


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
