"""A paper sent to a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from anlan.core.print.paper import Bound, Paper
from anlan.core.print.press import pdf
from anlan.core.refusals import Refused


def sent(make: Callable[..., Paper | Bound], *of: Any) -> HttpResponse:
    """Make a paper and answer with it as PDF under its number; where it cannot be printed, say why."""
    try:
        paper = make(*of)
        document = pdf(paper)
    except Refused as refusal:
        status = 503 if refusal.code == "print_fonts_missing" else 422
        return HttpResponse(str(refusal), status=status, content_type="text/plain; charset=utf-8")
    disposition = {"Content-Disposition": f'inline; filename="{paper.number}.pdf"'}
    return HttpResponse(document, content_type="application/pdf", headers=disposition)
