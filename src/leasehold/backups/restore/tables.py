"""What becomes of each table in a restore: a new table has to be put into one of the lists."""

from typing import Final

LEFT_BEHIND: Final = frozenset(
    {
        "import_upload_parts",  # files that were on their way in; no backup has them
        "import_uploads",
        "backup_days",  # a day's backup is made up for, which the first one after a restore is anyway
        "schedules",  # when jobs ran is about this machine's worker, which makes its rows anew
        "server_processes",  # they have ended long since
        "sign_in_throttles",  # failures of minutes ago
        "staff_challenges",  # a question that was answered must not be asked again
    }
)
"""Not restored: about the moment of the backup alone, and wrong or dangerous at any other."""

RESTORED: Final = frozenset(
    {
        "activities",
        "activity_samples",
        "addresses",
        "affiliations",
        "alembic_version",
        "api_keys",
        "audit_checkpoints",
        "audit_log",
        "audit_personal_values",
        "audit_seals",
        "backup_state",  # and written anew from the catalogue
        "contact_details",
        "contacts",
        "customers",
        "device_registrations",
        "duplicate_candidates",
        "duplicate_checks",
        "duplicate_dismissals",
        "erasure_ledger",  # and filled up with who has been erased since
        "import_columns",
        "institution_import_additions",
        "institution_imports",
        "institution_merges",
        "institution_note_versions",
        "institution_notes",
        "institutions",
        "kept_people",
        "license_batches",
        "license_denials",
        "license_heartbeats",
        "license_notes",
        "license_sessions",
        "license_terms",
        "license_transfers",
        "licenses",
        "pipeline_stages",
        "privacy_requests",
        "products",
        "reminder_ledger",  # with what was told since
        "reminder_mails",
        "reminder_rules",
        "reminder_state",
        "resource_allocations",
        "resource_counts",
        "resource_imports",
        "resource_notes",
        "resource_pools",
        "resource_requests",
        "resources",
        "retention_rules",
        "runtime",
        "saved_views",
        "session_history",
        "settings",
        "stage_moves",
        "staff_members",
        "staff_passkeys",
        "staff_passwords",
        "staff_recovery_codes",
        "staff_sessions",  # and ended at once
        "staff_setup_links",
        "staff_totps",
    }
)
"""As they were, before doors that have been closed since are closed again."""
