"""The map of personal data: every column of the schema that holds text or bytes, once.

Whom it is about, what it is for, how a person's rows are found, and what becomes of it when they are erased. Export,
erasure and the record of processing are made of it; a test compares it with the database's catalogue, and with the
marks of the models (`kit.models.personal`). A new table or column has to be put here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leasehold.privacy.vocabulary import Fate, Receiver, Whose


@dataclass(frozen=True, slots=True)
class Mapped:
    """Whom a column is about, and what becomes of it when that person is erased."""

    whose: Whose
    fate: Fate = Fate.KEPT


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table: what it is kept for, its columns, and the column that names the contact whose row it is (or None)."""

    name: str
    purpose: str
    columns: Mapping[str, Mapped]
    contact_column: str | None = None

    @property
    def deletes_rows(self) -> bool:
        """Whether a contact's rows go when they are erased."""
        return any(column.fate is Fate.ROW_DELETED for column in self.columns.values())

    @property
    def is_erased_from(self) -> bool:
        """Whether anything of a contact's rows goes when they are erased."""
        return any(column.fate is not Fate.KEPT for column in self.columns.values())


_NOT_PERSONAL: Final = Mapped(Whose.NOBODY)
_REFERENCE: Final = Mapped(Whose.REFERENCE)
_STAFF: Final = Mapped(Whose.STAFF)
_GONE: Final = Mapped(Whose.CONTACT, Fate.ROW_DELETED)
_EMPTIED: Final = Mapped(Whose.CONTACT, Fate.EMPTIED)
_OVERWRITTEN: Final = Mapped(Whose.CONTACT, Fate.OVERWRITTEN)
_TEXT: Final = Mapped(Whose.ANYBODY, Fate.NAMES_TAKEN_OUT)


def _table(
    name: str,
    purpose: str,
    /,
    *,
    plain: str = "",
    references: str = "",
    contact_column: str | None = None,
    **personal: Mapped,
) -> MappedTable:
    columns = dict.fromkeys(plain.split(), _NOT_PERSONAL) | dict.fromkeys(references.split(), _REFERENCE) | personal
    return MappedTable(name, purpose, columns, contact_column)


_OF_CONTACTS: Final = (
    _table(
        "contacts",
        "the people of customers and leads, to write to them",
        plain="language",
        contact_column="id",
        first_name=_EMPTIED,
        last_name=_OVERWRITTEN,
        salutation=_EMPTIED,
        title=_EMPTIED,
        restriction_reason=_EMPTIED,
    ),
    _table(
        "affiliations",
        "what people do at which institution",
        contact_column="contact_id",
        role=_GONE,
        department=_GONE,
    ),
    _table(
        "contact_details",
        "how people and institutions are reached, and what they have agreed to",
        plain="kind status consent_source",
        contact_column="contact_id",
        label=_GONE,
        value=_GONE,
        value_norm=_GONE,
        consent_proof=_GONE,
    ),
    _table(
        "addresses",
        "where people and institutions are written to",
        plain="kind country",
        contact_column="contact_id",
        street=_GONE,
        postcode=_GONE,
        city=_GONE,
    ),
    _table(
        "activities",
        "what was and is to be done about an institution",
        plain="kind",
        references="done_by made_by",
        contact_column="contact_id",
        subject=_OVERWRITTEN,
        outcome=_EMPTIED,
    ),
    _table(
        "privacy_requests",
        "what people have asked for by law, and when it was done",
        plain="kind extension_reason outcome",
        contact_column="contact_id",
        subject=_EMPTIED,
    ),
    _table(
        "kept_people",
        "who is kept although a rule proposes to erase them, and why",
        contact_column="contact_id",
        reason=_GONE,
    ),
    _table(
        "reminder_mails",
        "what was written to customers of licenses that end",
        plain="message_id kind language state",
        contact_column="contact_id",
        recipient=_EMPTIED,
        failure=_EMPTIED,
    ),
    _table("institution_import_additions", "which file somebody was read from", contact_column="contact_id"),
)
_TEXTS: Final = (
    _table("institution_note_versions", "what is noted of institutions", references="made_by", body=_TEXT),
    _table("license_notes", "what is noted of licenses", references="made_by", body=_TEXT),
    _table("resource_notes", "what is noted of resources", references="made_by", body=_TEXT),
)
_OF_STAFF: Final = (
    _table("staff_members", "who may sign in to the panel", plain="role", email=_STAFF, name=_STAFF),
    _table("staff_setup_links", "how members of the staff begin", plain="role", references="digest", email=_STAFF),
    _table("staff_passwords", "how members of the staff sign in", references="hash"),
    _table("staff_totps", "the second factor of sign-ins", references="sealed_secret"),
    _table("staff_recovery_codes", "the way back in without a second factor", references="digest"),
    _table("staff_passkeys", "the second factor of sign-ins", references="credential_id public_key", name=_STAFF),
    _table("staff_challenges", "questions to passkeys, for minutes", plain="challenge"),
    _table("staff_sessions", "who is signed in, from where", references="digest", address=_STAFF, user_agent=_STAFF),
    _table("sign_in_throttles", "failed sign-ins, for minutes", references="key"),
    _table("saved_views", "how members of the staff like lists", plain="list_name name query"),
)
_OF_LICENSING: Final = (
    _table("products", "what is licensed", plain="slug name"),
    _table("licenses", "what was sold", plain="license_key type features further_test_reason"),
    _table("license_terms", "for how long it was sold", plain="kind void_reason"),
    _table("license_transfers", "whom it was handed over to", plain="reason", references="made_by"),
    _table("license_batches", "licenses made together", plain="content", references="made_by keys_taken_by"),
    _table(
        "device_registrations",
        "which devices may run the software",
        plain="device_type operating_system client_version status",
        references="hardware_fingerprint changed_by change_request_id",
        device_name=Mapped(Whose.DEVICE_USER),
        change_address=Mapped(Whose.DEVICE_USER),
    ),
    _table("license_sessions", "what is running", plain="client_version"),
    _table("session_history", "what has run", plain="client_version end_reason"),
    _table(
        "resource_pools",
        "domains, addresses and numbers to give",
        plain="kind name pick_policy default_country",
        owner=_STAFF,
    ),
    _table(
        "resources",
        "what is in the pools",
        plain="kind value given retire_reason sort_key",
        reserved_for=Mapped(Whose.ANYBODY),
    ),
    _table(
        "resource_allocations",
        "which license had what",
        plain="release_reason quarantine_end_reason",
        references="allocated_by released_by",
    ),
    _table("resource_imports", "files read into pools", plain="file_name sha256 revert_reason", references="made_by"),
    _table("resource_requests", "what was asked for once", plain="idempotency_key content"),
    _table("import_columns", "what columns of files mean", plain="subject header columns"),
    _table("import_uploads", "what those files are called", plain="subject file_name"),
    _table("import_upload_parts", "files on their way in, for a day and in no backup", content=Mapped(Whose.ANYBODY)),
    _table("reminder_rules", "when customers are reminded", plain="kind"),
    _table("reminder_ledger", "what was told of which license", plain="state"),
    _table("reminder_state", "how the sending of reminders goes", plain="failure"),
)
_OF_INSTITUTIONS: Final = (
    _table(
        "institutions",
        "whom licenses are for",
        plain="name legal_form website_domain language kind vat_id source tags lost_reason name_folded name_core "
        "name_numbers",
    ),
    _table(
        "institution_imports",
        "files of institutions that were read",
        plain="file_name sha256 revert_reason",
        references="made_by",
    ),
    _table("pipeline_stages", "the way from lead to customer", plain="name type colour"),
    _table("duplicate_candidates", "institutions that may be one", plain="reasons"),
    _table("duplicate_dismissals", "institutions that are not one", references="dismissed_by"),
    _table(
        "institution_merges",
        "institutions that were one, and how that is undone",
        plain="before after moved",
        references="made_by undone_by",
    ),
    _table("stage_moves", "how institutions went that way", plain="lost_reason", references="moved_by"),
)
_OF_THE_INSTALLATION: Final = (
    _table("alembic_version", "the state of the schema", plain="version_num"),
    _table("api_keys", "what the vendor's systems call with", plain="name hint scopes", references="digest"),
    _table("settings", "how the installation is set", plain="name value"),
    _table("schedules", "what runs by the clock", plain="name failure"),
    _table("server_processes", "which processes serve", plain="host version lanes"),
    _table("license_denials", "how often what was refused", plain="code"),
    _table("activity_samples", "how much was running", plain="resolution"),
    _table("backup_days", "the backup of each day", plain="backup failure"),
    _table("backup_state", "the newest backup", plain="verified proved failure"),
    _table(
        "audit_log",
        "who did what; personal values as salted digests",
        plain="action table_name",
        references="actor row_id before after request_id",
        address=_STAFF,
    ),
    _table(
        "audit_personal_values",
        "the personal values beside the audit log",
        plain="column_name side salt",
        value=Mapped(Whose.ANYBODY, Fate.VALUES_DELETED),
    ),
    _table("audit_seals", "the proof that the audit log is whole", plain="leaf_hash chain_hash"),
    _table("audit_checkpoints", "the same, signed", plain="token"),
    _table("retention_rules", "how long people are kept", plain="kind"),
    _table("erasure_ledger", "who was erased, without their data", plain="reason", references="erased_by digests"),
)
PERSONAL_DATA_MAP: Final = (
    *_OF_CONTACTS,
    *_TEXTS,
    *_OF_INSTITUTIONS,
    *_OF_LICENSING,
    *_OF_STAFF,
    *_OF_THE_INSTALLATION,
)

TABLES_OF_PERSONS: Final = tuple(table for table in PERSONAL_DATA_MAP if table.contact_column is not None)
"""The tables whose rows are a contact's."""

TABLES_ERASED_FROM: Final = tuple(table for table in TABLES_OF_PERSONS if table.is_erased_from)
"""Of these, those that an erasure takes something out of."""

AUDITED_AS_THE_PERSON: Final = ["contacts", "affiliations", "kept_people"]
"""Of these, the tables whose rows the audit log calls by the person's id."""

AUDITED_BY_REFERENCE: Final = [table.name for table in TABLES_OF_PERSONS if table.name not in AUDITED_AS_THE_PERSON]
"""The others, whose rows have ids of their own and name the person."""

RECEIVERS: Final[dict[Receiver, str]] = {
    Receiver.MAIL_SERVER: "the mail server that reminders leave by, which gets address, language and what they say",
    Receiver.ARCHIVE: "the keeper of the backups' archive, who gets them encrypted",
}
"""Who else gets data, for the answer to a request and the record of processing; systems with an API key get none."""
