"""Organisations, the people who work in them, and partner systems."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from anlan.core.models.area import Area
from anlan.core.people.roles import Role


class Organisation(models.Model):
    """A body that can hold work."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=32)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds people by their log-in."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Return the person with this log-in, whatever its case."""
        return self.get(username__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who signs in; what they may do comes from their memberships."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=16, default="", blank=True)
    is_active = models.BooleanField(default=True)
    sessions_ended = models.PositiveIntegerField(default=0)  # how often all sessions were ended at once

    objects = People()
    USERNAME_FIELD = "username"

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.username

    @property
    def roles(self) -> frozenset[str]:
        """The roles that this person holds in any organisation."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(self.memberships.values_list("role", flat=True))
        return self._roles

    @property
    def is_staff(self) -> bool:
        """Operators may open the admin, where a city's data are edited."""
        return Role.OPERATOR in self.roles

    def get_session_auth_hash(self) -> str:
        """Return what every session of this person rests on: the password, and that sessions were not ended since."""
        known = super().get_session_auth_hash()
        ended = self.sessions_ended
        return salted_hmac("anlan.sessions", f"{known}:{ended}").hexdigest() if ended else known

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer the admin, which asks for single permissions."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Answer the admin, which asks for whole apps."""
        return self.is_active and self.is_staff


class Membership(models.Model):
    """A person's role in an organisation."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "organisation", "role"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.role}"


class ApiClient(models.Model):
    """A partner system, sensor owner or list owner that writes with a key; only the key's hash is kept."""

    name = models.CharField(max_length=80, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    channel = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64, unique=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class LoginFailures(models.Model):
    """Failed log-ins of one name, from one address, or of one from the other, hashed; many in a row must wait."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key[:8]
