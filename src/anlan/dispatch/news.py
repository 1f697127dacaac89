"""What dispatch's entries are called among what somebody did: the stamps of a unit at an incident."""

from __future__ import annotations

from django.urls import reverse

from anlan.core.web.recent import deeds
from anlan.dispatch.states import Stamp

deeds("dispatch", "assignment", {f"dispatch.unit_{stamp.value}": stamp.label for stamp in Stamp},
      lambda key, payload: (payload["incident"], reverse("dispatch:assignment", args=[key])))  # fmt: skip
