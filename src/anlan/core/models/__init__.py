"""Tables of core, by noun."""

from anlan.core.models.area import Area, AreaVersion
from anlan.core.models.city import City, Holiday
from anlan.core.models.clock import ClockRule, ClockRun, ClockTarget, Timing
from anlan.core.models.contact import DUTY, Consent, Contact, ContactAddress
from anlan.core.models.job import Cursor, Job
from anlan.core.models.kinds import LedgerKind
from anlan.core.models.ledger import LedgerEntry, LedgerPosition, LedgerSeal, VerbKey
from anlan.core.models.legal_act import LegalAct
from anlan.core.models.message import Message, MessageState, QuietHours
from anlan.core.models.organisation import ApiClient, LoginFailures, Membership, Organisation, Person
from anlan.core.models.residue import Residue
from anlan.core.models.series import SeriesCount
from anlan.core.models.sign_in import SignIn, SignInOrigin
from anlan.core.models.undo import Undo
from anlan.core.models.worded import Worded

__all__ = [
    "DUTY",
    "ApiClient",
    "Area",
    "AreaVersion",
    "City",
    "ClockRule",
    "ClockRun",
    "ClockTarget",
    "Consent",
    "Contact",
    "ContactAddress",
    "Cursor",
    "Holiday",
    "Job",
    "LedgerEntry",
    "LedgerKind",
    "LedgerPosition",
    "LedgerSeal",
    "LegalAct",
    "LoginFailures",
    "Membership",
    "Message",
    "MessageState",
    "Organisation",
    "Person",
    "QuietHours",
    "Residue",
    "SeriesCount",
    "SignIn",
    "SignInOrigin",
    "Timing",
    "Undo",
    "VerbKey",
    "Worded",
]
