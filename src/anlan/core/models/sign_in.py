"""Who signed in or tried to, how, and, sealed, from where."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.core.models.organisation import Person
from anlan.core.people.roles import Role
from anlan.core.sealed.models import SealedWords
from anlan.core.sealed.purposes import ErasureReason, Purpose, Seal


class SignIn(models.Model):
    """One log-in of a person, or one that failed; it opened a session that may be listed and ended."""

    class Method(models.TextChoices):
        """How somebody said who they are."""

        PASSWORD = "password", _("Password")
        PASSKEY = "passkey", _("Passkey")
        SSO = "sso", _("The house's single sign-on")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField()
    method = models.CharField(max_length=8, choices=Method)
    factor = models.CharField(max_length=16, default="", blank=True)  # the second one, if there was one
    failed = models.BooleanField(default=False)
    device = models.CharField(max_length=40, default="", blank=True)  # browser and system, no more: "Firefox, Linux"
    session = models.CharField(max_length=64, default="", blank=True)  # a hash: a backup must open nobody's session
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "ended_at"], name="sign_in_of_person")]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class SignInOrigin(SealedWords):
    """Network address and browser of a log-in: opened by whose it is, and by operators and auditors."""

    SEAL = Seal(
        opens=tuple(Role.values),
        erases=(Role.OPERATOR,),
        purposes=(Purpose.AUDIT,),
        reasons=(ErasureReason.ASKED, ErasureReason.RETENTION),
        words_read="core.login_origin_read",
        words={Purpose.AUDIT: _("To see from where somebody signed in"), ErasureReason.ASKED: _("They asked for it")},
    )
    OWNER, CONTENT = "sign_in_id", ("address", "agent")
    sign_in = models.OneToOneField(SignIn, on_delete=models.CASCADE, related_name="origin")
    address = models.TextField()
    agent = models.TextField()

    def __str__(self) -> str:
        return f"origin of sign-in {self.sign_in_id}"
