"""What the worker does with the city's folder: no page reads a file."""

from __future__ import annotations

from django.utils import translation

from anlan.core.city.reload import JOB, folder, load_seen, look
from anlan.core.jobs import JobRun, job
from anlan.core.models import Person
from anlan.core.people.members import actor_of
from anlan.core.time.clock import now


@job(JOB)
def read_folder(run: JobRun) -> None:
    """Read the folder and keep what would change; asked to load, load what was seen, in the name of who asked."""
    try:
        _read(run)
    except Exception as error:
        error.permanent = True  # type: ignore[attr-defined]  # told at once: the same files fail the same way again
        raise


def _read(run: JobRun) -> None:
    asked = run.payload
    with translation.override(asked["language"]):  # of what a model refuses only the words are kept
        if not asked["seen"]:
            run.result(look(folder()))
            return
        actor = actor_of(Person.objects.get(pk=asked["person"], is_active=True))
        with run.effect():
            run.result(load_seen(folder(), asked["seen"], over_pages=asked["over_pages"], actor=actor, at=now()))
