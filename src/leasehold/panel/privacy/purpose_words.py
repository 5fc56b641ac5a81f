"""What data are kept for, in the reader's language, by the table that they stand in."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PURPOSES: Final[dict[str, LazyString]] = {
    "contacts": _("The people of customers and leads, to write to them"),
    "affiliations": _("What people do at which institution"),
    "contact_details": _("How people and institutions are reached, and what they have agreed to"),
    "addresses": _("Where people and institutions are written to"),
    "activities": _("What was and is to be done about an institution"),
    "privacy_requests": _("What people have asked for by law, and when it was done"),
    "kept_people": _("Who is kept although a rule proposes to erase them, and why"),
    "reminder_mails": _("What was written to customers of licenses that end"),
    "import_upload_parts": _("Files on their way in, for a day and in no backup"),
    "institution_note_versions": _("What is noted of institutions"),
    "license_notes": _("What is noted of licenses"),
    "resource_notes": _("What is noted of resources"),
    "staff_members": _("Who may sign in to the panel"),
    "staff_setup_links": _("How members of the staff begin"),
    "staff_passkeys": _("The second factor of sign-ins"),
    "staff_sessions": _("Who is signed in, from where"),
    "device_registrations": _("Which devices may run the software"),
    "resource_pools": _("Domains, addresses and numbers to give"),
    "resources": _("What is in the pools"),
    "audit_log": _("Who did what; personal values as salted digests"),
    "audit_personal_values": _("The personal values beside the audit log"),
}
