"""What `anlan status` counts here."""

from anlan.core.operator.counts import count
from anlan.triage.models import Incident

count("incidents")(Incident.objects.count)
