"""`/metrics`: how Anlan runs, in the text that Prometheus reads, for whoever holds the token of the setting."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.core.operator.gauges import Metric, gauges
from anlan.core.web.access import monitor
from anlan.core.web.traffic import TRAFFIC


@monitor
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell a monitor what waits, what is late, and how fast requests are answered; no personal data."""
    lines = [line for metric in (*gauges(), *_requests()) for line in _lines(metric)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _requests() -> Iterator[Metric]:
    rows = [({"status": str(status)}, float(n)) for status, n in TRAFFIC.by_status()]
    yield Metric("anlan_requests_total", "Requests answered since the web began; 429 was throttled.", "counter", rows)
    bounds = [({"le": bound}, float(n)) for bound, n in TRAFFIC.durations()]
    yield Metric("anlan_request_seconds", "How long they took.", "histogram", bounds)


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples:
        yield f"{_named(metric, labels)} {value:.15g}"


def _named(metric: Metric, labels: dict[str, str]) -> str:
    """Name one sample; of a histogram `le` says whether it is a bucket, the count or the sum."""
    if metric.kind == "histogram":
        part = labels["le"]
        return f"{metric.name}_{part}" if part in {"count", "sum"} else f'{metric.name}_bucket{{le="{part}"}}'
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{metric.name}{{{inside}}}" if inside else metric.name


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
