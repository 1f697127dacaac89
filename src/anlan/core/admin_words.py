"""What the admin calls tables and fields; set where it starts, so that no table needs a migration for a word."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db import models
from django.utils.translation import pgettext_lazy

TABLES: Final = {
    "core.City": (pgettext_lazy("admin", "city"), pgettext_lazy("admin", "cities")),
    "core.Holiday": (pgettext_lazy("admin", "holiday"), pgettext_lazy("admin", "holidays")),
    "core.ClockRule": (pgettext_lazy("admin", "clock rule"), pgettext_lazy("admin", "clock rules")),
    "core.LegalAct": (pgettext_lazy("admin", "legal act"), pgettext_lazy("admin", "legal acts")),
    "core.QuietHours": (pgettext_lazy("admin", "quiet hours"), pgettext_lazy("admin", "quiet hours")),
    "core.Area": (pgettext_lazy("admin", "area"), pgettext_lazy("admin", "areas")),
    "core.AreaVersion": (pgettext_lazy("admin", "area version"), pgettext_lazy("admin", "area versions")),
    "core.Organisation": (pgettext_lazy("admin", "organisation"), pgettext_lazy("admin", "organisations")),
    "core.Person": (pgettext_lazy("admin", "person"), pgettext_lazy("admin", "people")),
    "core.Membership": (pgettext_lazy("admin", "role"), pgettext_lazy("admin", "roles")),
    "core.ApiClient": (pgettext_lazy("admin", "partner system"), pgettext_lazy("admin", "partner systems")),
    "core.Job": (pgettext_lazy("admin", "job"), pgettext_lazy("admin", "jobs")),
    "core.Cursor": (pgettext_lazy("admin", "follower"), pgettext_lazy("admin", "followers")),
}
FIELDS: Final = {
    "active": pgettext_lazy("admin", "active"),
    "answers": pgettext_lazy("admin", "key questions answered yes"),
    "area": pgettext_lazy("admin", "area"),
    "attempts": pgettext_lazy("admin", "attempts"),
    "begins": pgettext_lazy("admin", "begins"),
    "call_key": pgettext_lazy("admin", "key of the call desk"),
    "category": pgettext_lazy("admin", "category"),
    "channel": pgettext_lazy("admin", "channel"),
    "code": pgettext_lazy("admin", "code"),
    "content_hash": pgettext_lazy("admin", "hash of the content"),
    "counting": pgettext_lazy("admin", "how it is counted"),
    "created_at": pgettext_lazy("admin", "made at"),
    "date": pgettext_lazy("admin", "day"),
    "default_crs": pgettext_lazy("admin", "usual coordinate system"),
    "depth": pgettext_lazy("admin", "asks for the depth"),
    "depth_cm": pgettext_lazy("admin", "depth, cm"),
    "device_time": pgettext_lazy("admin", "device time"),
    "done": pgettext_lazy("admin", "done"),
    "east": pgettext_lazy("admin", "eastern bound"),
    "effect": pgettext_lazy("admin", "effect at expiry"),
    "ends": pgettext_lazy("admin", "ends"),
    "entered_at": pgettext_lazy("admin", "entered at"),
    "error": pgettext_lazy("admin", "error"),
    "exclusion_gate": pgettext_lazy("admin", "never diverted"),
    "folder_hash": pgettext_lazy("admin", "hash of the folder"),
    "geometry": pgettext_lazy("admin", "outline"),
    "group": pgettext_lazy("admin", "group"),
    "id": pgettext_lazy("admin", "number"),
    "in_force_from": pgettext_lazy("admin", "in force from"),
    "is_active": pgettext_lazy("admin", "may sign in"),
    "kind": pgettext_lazy("admin", "kind"),
    "ladder": pgettext_lazy("admin", "ladder"),
    "language": pgettext_lazy("admin", "language"),
    "last_login": pgettext_lazy("admin", "last signed in"),
    "lat": pgettext_lazy("admin", "latitude"),
    "lon": pgettext_lazy("admin", "longitude"),
    "name": pgettext_lazy("admin", "name"),
    "name_en": pgettext_lazy("admin", "name in English"),
    "needs_place": pgettext_lazy("admin", "needs a place"),
    "north": pgettext_lazy("admin", "northern bound"),
    "number": pgettext_lazy("admin", "number"),
    "organisation": pgettext_lazy("admin", "organisation"),
    "owner": pgettext_lazy("admin", "held by"),
    "parent": pgettext_lazy("admin", "belongs to"),
    "person": pgettext_lazy("admin", "person"),
    "police": pgettext_lazy("admin", "a matter for the police"),
    "population": pgettext_lazy("admin", "population"),
    "position": pgettext_lazy("admin", "ledger position"),
    "precision_m": pgettext_lazy("admin", "location error, m"),
    "predecessors": pgettext_lazy("admin", "predecessors"),
    "public": pgettext_lazy("admin", "on the public page"),
    "public_name": pgettext_lazy("admin", "public name"),
    "public_name_en": pgettext_lazy("admin", "public name in English"),
    "purpose": pgettext_lazy("admin", "purpose"),
    "received_at": pgettext_lazy("admin", "received at"),
    "replaces": pgettext_lazy("admin", "replaces"),
    "role": pgettext_lazy("admin", "role"),
    "run_after": pgettext_lazy("admin", "not before"),
    "scope": pgettext_lazy("admin", "scope"),
    "settings": pgettext_lazy("admin", "other settings"),
    "sort": pgettext_lazy("admin", "order"),
    "source": pgettext_lazy("admin", "source"),
    "source_crs": pgettext_lazy("admin", "coordinate system of the source"),
    "source_id": pgettext_lazy("admin", "number in the source"),
    "source_x": pgettext_lazy("admin", "x in the source"),
    "source_y": pgettext_lazy("admin", "y in the source"),
    "south": pgettext_lazy("admin", "southern bound"),
    "start": pgettext_lazy("admin", "starts with"),
    "state": pgettext_lazy("admin", "state"),
    "stop": pgettext_lazy("admin", "stops with"),
    "stopped_at": pgettext_lazy("admin", "stopped at"),
    "synthetic": pgettext_lazy("admin", "simulated"),
    "target_s": pgettext_lazy("admin", "target, seconds"),
    "total": pgettext_lazy("admin", "in all"),
    "unit": pgettext_lazy("admin", "unit"),
    "units": pgettext_lazy("admin", "kinds of units"),
    "until": pgettext_lazy("admin", "until"),
    "urgency": pgettext_lazy("admin", "urgency"),
    "username": pgettext_lazy("admin", "log-in name"),
    "valid_from": pgettext_lazy("admin", "valid from"),
    "valid_to": pgettext_lazy("admin", "valid to"),
    "validity": pgettext_lazy("admin", "validity"),
    "west": pgettext_lazy("admin", "western bound"),
    "yes": pgettext_lazy("admin", "what a yes says"),
    "yes_en": pgettext_lazy("admin", "what a yes says, in English"),
    "zone": pgettext_lazy("admin", "time zone"),
}


def name_room(label: str, word: Any) -> None:
    """Name a stage as the admin lists its tables."""
    apps.get_app_config(label).verbose_name = word


def name_table(table: type[models.Model], singular: Any, plural: Any) -> None:
    """Name a table and those of its fields that have a word; migrations read neither."""
    table._meta.verbose_name, table._meta.verbose_name_plural = singular, plural
    for field in table._meta.get_fields():
        if isinstance(field, models.Field) and field.name in FIELDS:
            field.verbose_name = FIELDS[field.name]


def name_core() -> None:
    """Name the tables that the core's own admin shows."""
    name_room("core", pgettext_lazy("admin", "City and people"))
    for table, (singular, plural) in TABLES.items():
        name_table(apps.get_model(table), singular, plural)
