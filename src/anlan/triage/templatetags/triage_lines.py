"""What lines of incidents draw, for other pages."""

from __future__ import annotations

from django import template

from anlan.triage import lines

register = template.Library()
register.filter(lines.state_tag)
register.filter(lines.due_mark)
