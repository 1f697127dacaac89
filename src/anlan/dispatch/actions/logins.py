"""Which log-in stamps for which unit: given and taken away by the operator."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Person
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.dispatch.models import Unit, UnitAccess


@verb("dispatch.give_unit")
def give_unit(*, person_id: int, unit: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Let a log-in see and stamp what this unit is sent to, and nothing of other units; twice is once."""
    actor.require(Role.OPERATOR)
    access = UnitAccess(person=Person.objects.select_for_update().get(pk=person_id), unit=_unit(unit))
    try:
        access.clean()
    except ValidationError as error:
        raise Refused("not_of_the_house", "unit", unit=unit) from error
    if not UnitAccess.objects.filter(person=access.person, unit=access.unit).exists():
        access.save()
        ledger.append(
            "dispatch.access_given", actor=actor, at=at, subject=f"person:{person_id}", payload={"unit": unit}
        )
    return {"person": person_id, "unit": unit}


@verb("dispatch.take_unit")
def take_unit(*, person_id: int, unit: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a unit from a log-in; without any it acts for all of its organisation again."""
    actor.require(Role.OPERATOR)
    if not UnitAccess.objects.filter(person_id=person_id, unit=_unit(unit)).delete()[0]:
        raise Refused("unit_not_given", "unit", unit=unit)
    ledger.append("dispatch.access_taken", actor=actor, at=at, subject=f"person:{person_id}", payload={"unit": unit})
    return {"person": person_id, "unit": unit}


def _unit(code: str) -> Unit:
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise Refused("unknown_unit_code", "unit")
    return found
