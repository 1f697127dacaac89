"""A paper sent to a browser."""

from __future__ import annotations

from django.http import HttpResponse

from anlan.core.print.paper import Bound, Paper
from anlan.core.print.press import pdf
from anlan.core.refusals import Refused


def sent(paper: Paper | Bound) -> HttpResponse:
    """Answer with a paper as PDF under its number; where nothing can be printed, say what to run."""
    try:
        document = pdf(paper)
    except Refused as refusal:
        status = 503 if refusal.code == "print_fonts_missing" else 422
        return HttpResponse(str(refusal), status=status, content_type="text/plain; charset=utf-8")
    disposition = {"Content-Disposition": f'inline; filename="{paper.number}.pdf"'}
    return HttpResponse(document, content_type="application/pdf", headers=disposition)
