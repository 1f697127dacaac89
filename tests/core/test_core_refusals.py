"""What core refuses carries a code, the field and the limits of its words."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from anlan.core import refusals
from anlan.core.people import actions
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from tests import make


def test_a_code_has_one_meaning_in_the_whole_house() -> None:
    """Who registers other words under a code that exists is told so; the same words again change nothing."""
    refusals.words({"unknown_partner": "no partner system '%(name)s'"})
    with pytest.raises(ValueError, match="unknown_partner"):
        refusals.words({"unknown_partner": "something else"})


@pytest.mark.django_db
def test_the_operators_verbs_refuse_with_code_field_and_limits() -> None:
    """The words come in the active language, and the code stays."""
    person, by = make.person(), {"actor": system("test"), "at": now()}
    with pytest.raises(Refused) as error:
        actions.grant(person_id=person.pk, role="king", organisation="", **by)
    assert (error.value.code, error.value.field, error.value.limits["role"]) == ("unknown_role", "role", "king")
    assert str(error.value).startswith("no role 'king': ")
    with override("zh-hans"):
        assert str(error.value).startswith("没有“king”这个角色")
    for code, ask in {
        "unknown_organisation_code": lambda: actions.organisation_of("nowhere"),
        "unknown_partner": lambda: actions.renew_key(name="nobody", **by),
        "unfit": lambda: actions.set_password(person_id=person.pk, password="1234", **by),
    }.items():
        with pytest.raises(Refused) as error:
            ask()
        assert error.value.code == code
