"""Importing a file that comes with a mapping of its own: what the mapping makes of it, another one, the start."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.actions import imports as importruns
from anlan.intake.files.mappings import Preview, reader, text_of
from anlan.intake.forms.imports import reasons_of
from anlan.intake.models import ImportRun


def mapped_import(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Show what the mapping makes of the file; take another one, or start."""
    actor, at = actor_of_request(request), now()
    try:
        mapping = text_of(request.FILES.get("mapping"))
    except Refused as refused:
        return _mapped(request, run, Preview(problem=str(refused)))
    if mapping:
        importruns.set_options(import_id=run.pk, options={"mapping": mapping}, actor=actor, at=at)
        return redirect("intake:import", run.pk)
    path, text = importruns.uploaded_file(run), importruns.mapping_of(run)
    preview = reader().preview(path, name=run.file_name, mapping=text, at=at)
    if "start" not in request.POST or preview.problem:
        return _mapped(request, run, preview)
    importruns.start_import(import_id=run.pk, actor=actor, at=at)
    return redirect("intake:import", run.pk)


def _mapped(request: HttpRequest, run: ImportRun, preview: Preview) -> HttpResponse:
    context = {
        "run": run,
        "preview": preview,
        "reasons": reasons_of(preview.counts),
        "mapping": importruns.mapping_of(run),
    }
    status = 422 if preview.problem and request.method == "POST" else 200
    return render(request, "intake/files/import_mapped.html", context, status=status)
