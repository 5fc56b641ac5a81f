"""The vocabulary's words as people read them, each with the colour that it has everywhere."""

from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.api_keys.states import ApiKeyState
from leasehold.customers.vocabulary import (
    AddressKind,
    DetailKind,
    DetailStatus,
    InstitutionKind,
    Language,
    Salutation,
)
from leasehold.leads.vocabulary import ActivityKind, Lifecycle, Light, StageColour, StageType
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType, EndReason, LicenseStatus, LicenseType, TermKind
from leasehold.panel.lists.table import Badge
from leasehold.privacy.vocabulary import (
    Fate,
    PersonState,
    Receiver,
    RequestKind,
    RequestOutcome,
    RequestState,
    RetentionKind,
    Whose,
)
from leasehold.reminders.vocabulary import MailState, ReminderKind, ReminderState
from leasehold.resources.vocabulary import PickPolicy, ReleaseReason, ResourceKind, ResourceState
from leasehold.staff.roles import Role

_LIST: Final[tuple[tuple[StrEnum, LazyString, str], ...]] = (
    (LicenseStatus.ACTIVE, _("active"), "green"),
    (LicenseStatus.SUSPENDED, _("suspended"), "orange"),
    (LicenseStatus.NOT_YET_VALID, _("not yet valid"), "blue"),
    (LicenseStatus.EXPIRED, _("expired"), "red"),
    (LicenseType.FULL, _("full license"), "blue"),
    (LicenseType.TRIAL, _("trial"), "purple"),
    (LicenseType.TEST, _("test license"), "cyan"),
    (DeviceStatus.ACTIVE, _("active"), "green"),
    (DeviceStatus.INACTIVE, _("inactive"), "secondary"),
    (DeviceStatus.BLOCKED, _("blocked"), "red"),
    (DeviceType.DESKTOP, _("desktop"), "secondary"),
    (DeviceType.LAPTOP, _("laptop"), "secondary"),
    (DeviceType.SERVER, _("server"), "secondary"),
    (DeviceType.MOBILE, _("mobile phone"), "secondary"),
    (DeviceType.TABLET, _("tablet"), "secondary"),
    (DeviceType.VIRTUAL, _("virtual machine"), "secondary"),
    (DeviceType.OTHER, _("other"), "secondary"),
    (EndReason.CLIENT, _("ended by the client"), "secondary"),
    (EndReason.TIMEOUT, _("fell silent"), "yellow"),
    (EndReason.OPERATOR, _("ended by an operator"), "orange"),
    (EndReason.LICENSE_SUSPENDED, _("license suspended"), "orange"),
    (EndReason.LICENSE_EXPIRED, _("license expired"), "red"),
    (EndReason.LICENSE_DELETED, _("license deleted"), "red"),
    (EndReason.DEVICE_DEACTIVATED, _("device deactivated"), "secondary"),
    (EndReason.DEVICE_BLOCKED, _("device blocked"), "red"),
    (TermKind.INITIAL, _("first term"), "secondary"),
    (TermKind.RENEWAL, _("renewal"), "secondary"),
    (TermKind.EXTENSION, _("extension"), "secondary"),
    (TermKind.TEST, _("test term"), "secondary"),
    (TermKind.GOODWILL, _("goodwill"), "secondary"),
    (Language.DE, _("German"), "secondary"),
    (Language.EN, _("English"), "secondary"),
    (DetailKind.EMAIL, _("e-mail"), "secondary"),
    (DetailKind.PHONE, _("phone"), "secondary"),
    (DetailKind.MOBILE, _("mobile phone"), "secondary"),
    (DetailKind.WEB, _("website"), "secondary"),
    (DetailKind.OTHER, _("other"), "secondary"),
    (InstitutionKind.COMPANY, _("company"), "secondary"),
    (InstitutionKind.PUBLIC_BODY, _("public body"), "secondary"),
    (InstitutionKind.UNIVERSITY, _("university"), "secondary"),
    (InstitutionKind.NON_PROFIT, _("non-profit"), "secondary"),
    (InstitutionKind.OTHER, _("other"), "secondary"),
    (Salutation.MS, _("Ms"), "secondary"),
    (Salutation.MR, _("Mr"), "secondary"),
    (Salutation.NEUTRAL, _("neutral"), "secondary"),
    (DetailStatus.UNVERIFIED, _("not verified"), "secondary"),
    (DetailStatus.VERIFIED, _("verified"), "green"),
    (DetailStatus.INVALID, _("does not work"), "red"),
    (AddressKind.POSTAL, _("post"), "secondary"),
    (AddressKind.BILLING, _("invoices"), "secondary"),
    (AddressKind.DELIVERY, _("deliveries"), "secondary"),
    (AddressKind.VISIT, _("visits"), "secondary"),
    (StageType.OPEN, _("open"), "blue"),
    (StageType.ON_HOLD, _("on hold"), "yellow"),
    (StageType.WON, _("won"), "green"),
    (StageType.LOST, _("lost"), "red"),
    (StageColour.SECONDARY, _("grey"), "secondary"),
    (StageColour.BLUE, _("blue"), "blue"),
    (StageColour.AZURE, _("azure"), "azure"),
    (StageColour.INDIGO, _("indigo"), "indigo"),
    (StageColour.PURPLE, _("purple"), "purple"),
    (StageColour.PINK, _("pink"), "pink"),
    (StageColour.RED, _("red"), "red"),
    (StageColour.ORANGE, _("orange"), "orange"),
    (StageColour.YELLOW, _("yellow"), "yellow"),
    (StageColour.LIME, _("lime"), "lime"),
    (StageColour.GREEN, _("green"), "green"),
    (StageColour.TEAL, _("teal"), "teal"),
    (StageColour.CYAN, _("cyan"), "cyan"),
    (ActivityKind.CALL, _("call"), "secondary"),
    (ActivityKind.MAIL, _("mail"), "secondary"),
    (ActivityKind.MEETING, _("meeting"), "secondary"),
    (ActivityKind.TASK, _("task"), "secondary"),
    (ActivityKind.REMINDER, _("reminder"), "secondary"),
    (Light.NONE, _("nothing planned"), "secondary"),
    (Light.PLANNED, _("planned"), "green"),
    (Light.TODAY, _("due today"), "yellow"),
    (Light.LATE, _("late"), "red"),
    (Lifecycle.LEAD, _("lead"), "blue"),
    (Lifecycle.CUSTOMER, _("customer"), "green"),
    (Lifecycle.FORMER, _("former customer"), "orange"),
    (Lifecycle.ARCHIVED, _("archived"), "secondary"),
    (Role.ADMINISTRATOR, _("administrator"), "purple"),
    (Role.OPERATOR, _("operator"), "blue"),
    (Role.SALES, _("sales"), "green"),
    (Role.AUDITOR, _("auditor"), "secondary"),
    (ResourceKind.DOMAIN, _("domain"), "blue"),
    (ResourceKind.IPV4, _("IPv4 address"), "cyan"),
    (ResourceKind.PHONE, _("phone number"), "purple"),
    (ResourceState.FREE, _("free"), "green"),
    (ResourceState.RESERVED, _("reserved"), "blue"),
    (ResourceState.ALLOCATED, _("allocated"), "purple"),
    (ResourceState.QUARANTINED, _("in quarantine"), "yellow"),
    (ResourceState.RETIRED, _("retired"), "secondary"),
    (PickPolicy.LOWEST, _("the lowest value first"), "secondary"),
    (PickPolicy.OLDEST_FREE, _("the one that has been free longest"), "secondary"),
    (PickPolicy.RANDOM, _("any of them"), "secondary"),
    (ReleaseReason.RELEASED, _("released"), "secondary"),
    (ReleaseReason.TRANSFERRED, _("transferred"), "blue"),
    (ReleaseReason.LICENSE_DELETED, _("license deleted"), "red"),
    (ReminderKind.LICENSE_EXPIRY, _("end of a license"), "blue"),
    (ReminderKind.POOL_LOW_WATER, _("low pool"), "purple"),
    (ReminderKind.ACTIVITY_DUE, _("due activity"), "cyan"),
    (ReminderState.WAITING, _("waits"), "yellow"),
    (ReminderState.SENDING, _("is being sent"), "blue"),
    (ReminderState.SENT, _("sent"), "green"),
    (ReminderState.GIVEN_UP, _("given up"), "red"),
    (ReminderState.SUPERSEDED, _("superseded"), "secondary"),
    (ReminderState.WITHDRAWN, _("withdrawn"), "secondary"),
    (MailState.WAITING, _("waits"), "yellow"),
    (MailState.SENDING, _("is being sent"), "blue"),
    (MailState.SENT, _("sent"), "green"),
    (MailState.GIVEN_UP, _("given up"), "red"),
    (MailState.CANCELLED, _("withdrawn"), "secondary"),
    (ApiKeyState.IN_USE, _("in use"), "green"),
    (ApiKeyState.EXPIRES_SOON, _("expires soon"), "yellow"),
    (ApiKeyState.ROTATING, _("being rotated"), "blue"),
    (ApiKeyState.EXPIRED, _("expired"), "red"),
    (ApiKeyState.REVOKED, _("revoked"), "secondary"),
    (PersonState.IN_USE, _("may be used"), "green"),
    (PersonState.RESTRICTED, _("restricted"), "orange"),
    (PersonState.ERASED, _("erased"), "secondary"),
    (RequestKind.ACCESS, _("access to data"), "blue"),
    (RequestKind.ERASURE, _("erasure"), "red"),
    (RequestKind.RESTRICTION, _("restriction"), "orange"),
    (RequestKind.RECTIFICATION, _("rectification"), "cyan"),
    (RequestKind.OBJECTION, _("objection"), "purple"),
    (RequestState.OPEN, _("open"), "blue"),
    (RequestState.LATE, _("late"), "red"),
    (RequestState.DONE, _("done"), "green"),
    (RequestOutcome.GRANTED, _("granted"), "green"),
    (RequestOutcome.PARTLY_GRANTED, _("granted in part"), "yellow"),
    (RequestOutcome.REFUSED, _("refused"), "red"),
    (RequestOutcome.WITHDRAWN, _("withdrawn"), "secondary"),
    (RetentionKind.LEAD_CONTACTS, _("contacts of leads"), "blue"),
    (RetentionKind.FORMER_CUSTOMER_CONTACTS, _("contacts of former customers"), "purple"),
    (Whose.CONTACT, _("contacts"), "blue"),
    (Whose.STAFF, _("members of the staff"), "purple"),
    (Whose.DEVICE_USER, _("users of devices"), "cyan"),
    (Whose.ANYBODY, _("anybody who is named"), "orange"),
    (Whose.REFERENCE, _("nobody by name"), "secondary"),
    (Whose.NOBODY, _("nobody"), "secondary"),
    (Receiver.MAIL_SERVER, _("the mail server that reminders leave by"), "secondary"),
    (Receiver.ARCHIVE, _("the keeper of the backups' archive, who gets them encrypted"), "secondary"),
    (Fate.KEPT, _("kept"), "secondary"),
    (Fate.ROW_DELETED, _("deleted"), "red"),
    (Fate.EMPTIED, _("emptied"), "red"),
    (Fate.OVERWRITTEN, _("overwritten"), "red"),
    (Fate.NAMES_TAKEN_OUT, _("names are taken out"), "orange"),
    (Fate.VALUES_DELETED, _("values are deleted"), "red"),
)
# By class and value: words of different vocabularies that are spelled alike are equal.
_WORDS: Final = {(type(word), word.value): (words, colour) for word, words, colour in _LIST}

_VOCABULARIES: Final[dict[str, type[StrEnum]]] = {type(word).__name__: type(word) for word, _words, _colour in _LIST}


def words_for(word: StrEnum) -> LazyString:
    """How `word` reads in the reader's language."""
    return _WORDS[type(word), word.value][0]


def badge_for(word: StrEnum) -> Badge:
    """`word` as a cell of a list."""
    words, colour = _WORDS[type(word), word.value]
    return Badge(words, colour, word.value)


def badge_of(vocabulary: str, value: str) -> Badge:
    """The same for a word as the database has it, by the name of its vocabulary; for templates."""
    return badge_for(_VOCABULARIES[vocabulary](value))


def choices_of(vocabulary: type[StrEnum]) -> list[tuple[str, LazyString]]:
    """Each word of a vocabulary with how it reads, for a field to choose from."""
    return [(word.value, words_for(word)) for word in vocabulary]
