"""A monitor that reads /metrics."""

from __future__ import annotations

from typing import Any

from django.test import Client

TOKEN = "a-token-of-enough-letters"


def scraped(settings: Any) -> dict[str, float]:
    """Ask as Prometheus does, with the token that the operator set; return each sample."""
    settings.METRICS_TOKEN = TOKEN
    lines = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}
