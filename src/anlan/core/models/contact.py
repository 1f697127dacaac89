"""Contacts who can be sent word, what they consented to, and the address, which is personal content."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core.messages.access import MANAGES
from anlan.core.models.organisation import Organisation, Person
from anlan.core.sealed.models import SealedWords
from anlan.core.sealed.purposes import ErasureReason, Purpose, Seal

DUTY = "duty"  # the post that answers for an organisation at any hour


class ContactQuerySet(models.QuerySet["Contact"]):
    """Questions about contacts."""

    def consenting(self, purpose: str, at: dt.datetime) -> ContactQuerySet:
        """Return those that can be sent word for a purpose, and consented to it no later than a moment."""
        consents = Consent.objects.in_force().filter(purpose=purpose, at__lte=at)
        return self.filter(erased_at=None, pk__in=consents.values("contact"))


class Contact(models.Model):
    """One way to reach an organisation's post, or a person who opted in; its address lies apart."""

    class Kind(models.TextChoices):
        """By what it is reached."""

        SMS = "sms", pgettext_lazy("a message", "Text message")
        VOICE = "voice", pgettext_lazy("a message", "Voice call")
        PUSH = "push", pgettext_lazy("a message", "Push")
        MAIL = "mail", pgettext_lazy("a message", "Mail")

    class Erased(models.TextChoices):
        """Why an address was erased."""

        ASKED = "asked", _("The contact asked for it")
        RETENTION = "retention", _("Its time of keeping has passed")
        MISTAKE = "mistake", _("It should not have been written down")

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="contacts")
    post = models.CharField(max_length=32, default="", blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind)
    language = models.CharField(max_length=16)
    added_at = models.DateTimeField()
    commitment = models.CharField(max_length=64)
    erased_at = models.DateTimeField(null=True)
    erased_because = models.CharField(max_length=16, choices=Erased, default="", blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True, post__gt="")
                | Q(organisation__isnull=True, person__isnull=False, post=""),
                name="contact_post_or_person",
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"

    @property
    def is_there(self) -> bool:
        """Whether there is still somebody to send word to: an organisation that is not closed, a person who is in."""
        return self.organisation.active if self.organisation else bool(self.person and self.person.is_active)


class ContactAddress(SealedWords):
    """Number or mail address of a contact: opened for a purpose by a person, used by Anlan to send."""

    SEAL = Seal(
        opens=MANAGES,
        erases=MANAGES,
        purposes=(Purpose.FAILURE, Purpose.CORRECT, Purpose.AUDIT),
        reasons=(ErasureReason.ASKED, ErasureReason.RETENTION, ErasureReason.MISTAKE),
        words_read="core.contact_read",
        erased="core.contact_erased",
        by_system=(Purpose.SEND,),
        words=dict(Contact.Erased.choices) | {Purpose.AUDIT: _("To check a record")},
    )
    OWNER, CONTENT = "contact_id", ("address",)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="address")
    address = models.TextField()

    def __str__(self) -> str:
        return f"address of contact {self.contact_id}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Questions about consent."""

    def in_force(self) -> ConsentQuerySet:
        """Return what is not withdrawn."""
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """That a contact agreed to be sent word for one purpose: when, how, who wrote it down, and until when."""

    class How(models.TextChoices):
        """How it was given."""

        WRITTEN = "written", _("In writing")
        SPOKEN = "spoken", _("Spoken")
        ONLINE = "online", _("On a page of theirs")
        POST = "post", _("By the organisation, for its post")

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=32)
    at = models.DateTimeField()
    how = models.CharField(max_length=8, choices=How)
    by = models.CharField(max_length=96)  # the actor who wrote it down
    withdrawn_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "purpose"], condition=Q(withdrawn_at=None), name="consent_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.purpose}"
