"""What personal content is opened for, why it is erased, and how a stage declares both for its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.core.refusals import Refused

Choices = list[tuple[str, str | Promise]]


class Purpose(TextChoices):
    """Why somebody opens personal content; the value is stored in the entry of each opening."""

    HANDLE = "handle", _("To handle the report")
    IN_HAND = "in_hand", _("For the incident in hand")  # opened in place: the work itself is the purpose
    CALL_BACK = "call_back", _("To call the reporter back")
    ANSWER = "answer", _("To answer the caller about it")
    STUDY = "study", _("To study a place")
    VERIFY = "verify", _("To verify the works")
    WORKS = "works", _("To carry on the works")
    FOLLOW_UP = "follow_up", _("To see how the works stand")
    AUDIT = "audit", _("To check a figure or a record")
    FAILURE = "failure", _("To find out why a message did not arrive")
    CORRECT = "correct", _("To see whether the address is still right")
    SEND = "send", _("To send a message")  # Anlan itself passes an address on, and shows it to nobody


class ErasureReason(TextChoices):
    """Why personal content is erased; the value is stored in the entry of the erasing."""

    ASKED = "asked", _("The reporter asked for it")
    WITHDRAWN = "withdrawn", _("The reporter withdrew the report")
    RETENTION = "retention", _("Its time of keeping has passed")
    MISTAKE = "mistake", _("It should not have been written down")


@dataclass(frozen=True)
class Seal:
    """How one kind of personal content is opened and erased: by which roles, for what, with which entries."""

    opens: tuple[str, ...]
    erases: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    reasons: tuple[ErasureReason, ...]
    file_read: str = ""  # kind of the entry of an opened file
    file_key: str = ""  # under which its payload names the file
    words_read: str = ""  # kind of the entry of opened words
    erased: str = ""  # kind of the entry of an erasing
    in_place: tuple[Purpose, ...] = ()  # for what words open by themselves to who has the work in hand; never chosen
    by_system: tuple[Purpose, ...] = ()  # for what Anlan itself uses words; what it does then is the entry
    words: Mapping[str, str | Promise] = field(
        default_factory=dict
    )  # of purposes and reasons, where a stage has its own

    @property
    def purpose_choices(self) -> Choices:
        """What a page offers to open it for."""
        return [(purpose.value, self.words.get(purpose.value, purpose.label)) for purpose in self.purposes]

    @property
    def reason_choices(self) -> Choices:
        """What a page offers to erase it for."""
        return [(reason.value, self.words.get(reason.value, reason.label)) for reason in self.reasons]

    def require_purpose(self, purpose: str) -> None:
        """Refuse to open it for nothing, or for what it is never opened for."""
        if purpose not in self.purposes:
            raise Refused("purpose_missing", "purpose")

    def require_reason(self, reason: str) -> None:
        """Refuse to erase it without a reason that is one."""
        if reason not in self.reasons:
            raise Refused("erasure_reason_missing", "reason")
