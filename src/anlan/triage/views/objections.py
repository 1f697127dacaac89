"""What whoever holds a tracking code says of a matter that was said to be over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anlan.core.people.actors import PUBLIC
from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.intake.forms.holders import WordsForm
from anlan.intake.models import Report
from anlan.intake.public.holder import holder, unkept
from anlan.intake.views.holders import taken
from anlan.triage.actions import object_to


@public
@unkept
@csrf_exempt  # whoever holds the code may act; nobody else can make the address
@require_POST
@holder
def not_right(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Say that it is not put right, with words and a photo where there are any."""

    def act(form: WordsForm, key: str) -> str:
        return str(object_to(tracking_code=code, **form.sent(), actor=PUBLIC, at=now(), key=key)["done"])

    return taken(request, code, found, WordsForm, act)
