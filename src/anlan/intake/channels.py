"""The one table of channels: to add a channel, add its line here."""

from __future__ import annotations

from enum import Flag, auto
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(Flag):
    """How a channel's reports come about."""

    HEARD = auto()  # somebody writes it down while listening on the telephone
    TYPED = auto()  # a person types it, so that its entry takes time
    DESK = auto()  # the call desk offers it
    OPEN = auto()  # a citizen needs no account
    LIVE = auto()  # somebody waits: it is said as it happens, and is no history
    NONE = 0


class Channel(TextChoices):
    """The way that a report came in: what is stored, how it comes about, its label."""

    PHONE_110 = "phone_110", Way.HEARD | Way.TYPED | Way.DESK | Way.LIVE, _("110 call")
    HOTLINE_12345 = "hotline_12345", Way.HEARD | Way.TYPED | Way.DESK | Way.LIVE, _("12345 hotline")
    APP = "app", Way.OPEN | Way.LIVE, _("App")
    WEB = "web", Way.OPEN | Way.LIVE, _("Web page")
    GRID_WORKER = "grid_worker", Way.TYPED | Way.DESK | Way.LIVE, _("Grid worker")
    SENSOR = "sensor", Way.LIVE, _("Sensor")
    PARTNER = "partner", Way.DESK | Way.LIVE, _("Partner system")
    IMPORT = "import", Way.NONE, _("Imported list")

    way: Way

    def __new__(cls, code: str, way: Way) -> Channel:
        """Make a member of its line."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.way = way
        return member

    @classmethod
    def heard(cls) -> tuple[Channel, ...]:
        """Return the channels on which somebody listens."""
        return cls._by(Way.HEARD)

    @classmethod
    def typed(cls) -> tuple[Channel, ...]:
        """Return the channels whose reports a person types."""
        return cls._by(Way.TYPED)

    @classmethod
    def at_desk(cls) -> tuple[Channel, ...]:
        """Return the channels that the call desk offers."""
        return cls._by(Way.DESK)

    @classmethod
    def open(cls) -> tuple[Channel, ...]:
        """Return the channels for which a citizen needs no account."""
        return cls._by(Way.OPEN)

    @classmethod
    def live(cls) -> tuple[Channel, ...]:
        """Return the channels of what is said now; what comes by another is history."""
        return cls._by(Way.LIVE)

    @classmethod
    @cache
    def _by(cls, way: Way) -> tuple[Channel, ...]:
        return tuple(channel for channel in cls if channel.way & way)


def choices() -> list[tuple[str, Any]]:
    """Return stored values with labels; the model's column asks here, so that a new channel needs no migration."""
    return Channel.choices
