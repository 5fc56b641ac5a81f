"""The words of this capability, as the database has them."""

from enum import StrEnum


class RequestKind(StrEnum):
    """What somebody asks for, by the articles 15 to 21 GDPR."""

    ACCESS = "access"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    RECTIFICATION = "rectification"
    OBJECTION = "objection"


class RequestOutcome(StrEnum):
    """What became of it."""

    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RequestState(StrEnum):
    """Where a request stands today."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"


class RetentionKind(StrEnum):
    """Whom a rule is about."""

    LEAD_CONTACTS = "lead_contacts"
    FORMER_CUSTOMER_CONTACTS = "former_customer_contacts"


class PersonState(StrEnum):
    """What may be done with a person's data."""

    IN_USE = "in_use"
    RESTRICTED = "restricted"
    ERASED = "erased"


class Whose(StrEnum):
    """Whom a column is about."""

    CONTACT = "contact"
    STAFF = "staff"
    DEVICE_USER = "device_user"
    ANYBODY = "anybody"
    """Free text, in which anybody may be named."""
    REFERENCE = "reference"
    """An id or a digest: about a person only for who can resolve it."""
    NOBODY = "nobody"

    @property
    def is_personal(self) -> bool:
        """Whether the audit log holds a digest only."""
        return self not in {Whose.REFERENCE, Whose.NOBODY}


class Receiver(StrEnum):
    """Who else gets data on people, where it is configured."""

    MAIL_SERVER = "mail_server"
    ARCHIVE = "archive"


class Fate(StrEnum):
    """What becomes of a column when the person is erased."""

    KEPT = "kept"
    ROW_DELETED = "row_deleted"
    EMPTIED = "emptied"
    OVERWRITTEN = "overwritten"
    NAMES_TAKEN_OUT = "names_taken_out"
    VALUES_DELETED = "values_deleted"
