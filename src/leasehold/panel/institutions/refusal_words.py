"""The sentences of what is refused about institutions, the people in them, leads, activities and notes."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

OF_INSTITUTIONS: Final[dict[tuple[str, str | None], LazyString]] = {
    ("institution_not_found", None): _("There is no institution “%(name)s”: look for it in the list of institutions."),
    ("institution_ambiguous", None): _("Several institutions are called “%(name)s”: name one by its number (%(ids)s)."),
    ("institution_stays", None): _(
        "It is a customer, or another institution was merged into it, so it cannot be deleted: archive it."
    ),
    ("institution_invalid", "no_domain"): _("“%(value)s” is not a domain: it looks like example.com."),
    ("institution_invalid", "no_vat_id"): _(
        "“%(value)s” is not a VAT id: it begins with its country, like DE123456789 or ATU12345678."
    ),
    ("institution_invalid", "too_many_tags"): _("An institution has at most %(most)s tags: take some away."),
    ("institution_invalid", "too_many_addresses"): _("An institution has at most %(most)s addresses: take some away."),
    ("institution_invalid", "no_country"): _("“%(value)s” is no country: write two letters such as DE."),
    ("institution_invalid", "no_language"): _("“%(value)s” is no language that is written here: write de or en."),
    ("institution_invalid", "owner_unknown"): _(
        "Whoever is to look after it is no active member of the staff: choose somebody else."
    ),
    ("institution_invalid", "parent_below"): _(
        "“%(name)s” is this institution, or stands below it: choose another parent."
    ),
    ("vat_id_taken", None): _(
        "Another institution has the VAT id %(vat_id)s: look whether it is the same, or archive one of them."
    ),
    ("contact_not_found", None): _("There is no such contact at this institution: look at its contacts again."),
    ("contact_unknown", None): _(
        "Nobody, or more than one person, answers to “%(value)s”: look for their number in the list of contacts."
    ),
    ("no_card", "not_to_be_contacted"): _(
        "Nobody at “%(name)s” may be contacted, so there are no cards for address books."
    ),
    ("no_card", "not_used"): _(
        "The data of person %(id)s are restricted or were erased, so there is no card of theirs."
    ),
    ("no_card", "nowhere"): _(
        "Person %(id)s is at no institution, so there is no card of theirs: put them into one first."
    ),
    ("detail_not_found", None): _(
        "This way to reach somebody is not written down any more: look at the contact again."
    ),
    ("contact_invalid", "too_many_details"): _("A contact is reached in at most %(most)s ways: take some away."),
    ("contact_invalid", "no_email"): _("“%(value)s” is not an e-mail address: it looks like name@example.com."),
    ("contact_invalid", "no_phone"): _("“%(value)s” is not a phone number: it looks like +49 30 1234567."),
    ("contact_invalid", "no_website"): _("“%(value)s” is not a website: it looks like www.example.com."),
    ("contact_invalid", "twice"): _("“%(value)s” is there twice: take one away."),
    ("contact_invalid", "leaves_before_coming"): _("The person would leave before they come: change one of the days."),
    ("contact_invalid", "no_consent_day"): _("A consent cannot have been given on that day: choose one up to today."),
    ("contact_invalid", "there_already"): _("The person is in this institution already: nothing to do."),
    ("stage_not_found", None): _("There is no stage “%(name)s”: look at the stages again."),
    ("stage_refused", "lost_without_reason"): _("A lead is lost for a reason: say which, so that the next one is not."),
    ("stage_refused", "won_by_conversion"): _("A lead is won by making it a customer: convert it instead."),
    ("stage_refused", "is_customer"): _("“%(name)s” is a customer: stages are for leads."),
    ("stage_refused", "is_archived"): _("“%(name)s” is archived: bring it back first."),
    ("stage_name_taken", None): _("There is a stage “%(name)s” already: choose another name."),
    ("stages_refused", "last_open"): _(
        "“%(name)s” is the last open stage, in which new leads begin: add another open one first."
    ),
    ("stages_refused", "not_empty"): _("“%(name)s” is not empty (institutions in it: %(count)s): say where they go."),
    ("stages_refused", "not_empty_for_type"): _(
        "“%(name)s” is not empty (institutions in it: %(count)s), so it stays of its type: move them away first."
    ),
    ("stages_refused", "moves_to_itself"): _("“%(name)s” is the stage that is removed: choose another one."),
    ("stages_refused", "won_is_for_customers"): _(
        "Customers stand in a stage that is won, and nobody else does: choose a stage for them."
    ),
    ("stages_refused", "all_lost_without_reason"): _(
        "Leads are lost for a reason: say which, so that the next ones are not."
    ),
    ("activity_not_found", None): _("There is no such activity: look at the institution again."),
    ("activity_done", None): _("This was done already: look at the activity again."),
    ("activity_invalid", "assignee_unknown"): _(
        "Whoever is to do it is no active member of the staff: choose somebody else."
    ),
    ("activity_invalid", "contact_elsewhere"): _("That person is not in this institution: choose one of its contacts."),
    ("activity_invalid", "far_away"): _("Nothing is due in the year %(year)s: choose another day."),
    ("activity_invalid", "no_moment"): _(
        "“%(value)s” is no day that there is: write 2027-12-31, or 2027-12-31T18:00 with a time."
    ),
    ("institution_note_not_found", None): _(
        "There is no such note, or it was removed: look at the institution's notes again."
    ),
    ("note_changed", None): _(
        "Somebody else has changed this note meanwhile, so nothing was saved: compare, then decide."
    ),
}
