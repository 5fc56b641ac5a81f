"""What the log's words mean to people: actions, tables, actors."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.audit.models import AuditRow

ACTIONS: Final[dict[str, LazyString]] = {
    "insert": _("made"),
    "update": _("changed"),
    "delete": _("removed"),
    "export": _("exported"),
    "end": _("ended"),
    "block": _("blocked"),
    "unblock": _("unblocked"),
    "deactivate": _("deactivated"),
    "joined": _("joined"),
    "signed_in": _("signed in"),
    "sign_in_failed": _("failed to sign in"),
    "sign_in_delayed": _("sign-in delayed"),
    "signed_out": _("signed out"),
    "session_ended": _("session ended"),
    "confirmed_again": _("confirmed again"),
    "password_changed": _("password changed"),
    "password_renewed": _("password renewed"),
    "second_factor_reset": _("second factor reset"),
    "recovery_codes_made": _("recovery codes made"),
    "recovery_code_used": _("recovery code used"),
    "accept_rollback": _("rollback accepted"),
    "without_backup": _("changed without a backup"),
    "backup_create": _("backup begun"),
    "backup_finish": _("interrupted backups gone on with"),
    "backup_verify": _("verification begun"),
    "backup_drill": _("restored from the archive to try it"),
    "backup_restore": _("restore begun"),
    "restore_tried": _("restore tried out"),
    "backup_download": _("downloaded"),
    "backup_test_archive": _("archive tested"),
    "ssh_key_made": _("SSH key made"),
    "recovery_kit_shown": _("recovery kit shown"),
    "recovery_kit_confirmed": _("recovery kit confirmed"),
    "recovery_kit_renewed": _("recovery kit renewed"),
    "restored": _("restored"),
    "reminder_again": _("to be sent again"),
}

TABLES: Final[dict[str, LazyString]] = {
    "licenses": _("license"),
    "license_terms": _("term of a license"),
    "license_notes": _("note on a license"),
    "license_transfers": _("transfer of a license"),
    "license_batches": _("batch of licenses"),
    "license_sessions": _("session"),
    "device_registrations": _("device"),
    "products": _("product"),
    "customers": _("customer"),
    "institutions": _("institution"),
    "addresses": _("address"),
    "activities": _("activity"),
    "institution_notes": _("note on an institution"),
    "institution_note_versions": _("version of a note"),
    "pipeline_stages": _("stage"),
    "contacts": _("contact"),
    "contact_details": _("contact detail"),
    "affiliations": _("contact's place at an institution"),
    "staff_members": _("member of the staff"),
    "staff_setup_links": _("setup link"),
    "staff_passwords": _("password"),
    "staff_totps": _("authenticator app"),
    "staff_passkeys": _("passkey"),
    "staff_sessions": _("sign-in session"),
    "saved_views": _("saved view"),
    "api_keys": _("API key"),
    "settings": _("setting"),
    "runtime": _("settings of the License API"),
    "resource_pools": _("resource pool"),
    "resources": _("resource"),
    "resource_allocations": _("allocation of a resource"),
    "resource_notes": _("note on a resource"),
    "resource_imports": _("import of resources"),
    "institution_imports": _("import of institutions"),
    "reminder_rules": _("rule of reminders"),
    "reminder_mails": _("mail with reminders"),
    "privacy_requests": _("request about data"),
    "kept_people": _("exception from retention"),
    "retention_rules": _("rule of retention"),
    "audit_log": _("audit log"),
    "backups": _("backup"),
}

_KINDS: Final[dict[str, LazyString]] = {
    "api-key": _("API key"),
    "cli": _("command line"),
    "job": _("background job"),
    "staff": _("former member of the staff"),
}


def action_words(row: AuditRow) -> str:
    """What was done; a word that is not ours stays as it is."""
    return str(ACTIONS.get(row.action, row.action))


def table_words(name: str) -> str:
    """What kind of thing it was done to."""
    return str(TABLES.get(name, name))


def actor_words(actor: str, name: str) -> str:
    """Who did it, where `name` is all that is known: people by name, programs by what they are."""
    kind, _colon, which = actor.partition(":")
    if name != actor or kind not in _KINDS or not which:
        return name
    return f"{_KINDS[kind]} {which}"
