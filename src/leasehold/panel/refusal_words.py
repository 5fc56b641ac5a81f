"""The sentences of `refusals`, by code and problem."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.licensing.vocabulary import Code
from leasehold.panel.institutions.joining_refusals import OF_JOINING
from leasehold.panel.institutions.refusal_words import OF_INSTITUTIONS
from leasehold.panel.privacy.refusal_words import OF_PRIVACY
from leasehold.panel.reminders.refusal_words import OF_REMINDERS
from leasehold.panel.resources.refusal_words import OF_RESOURCES

# Found by the extraction of messages, used through `gettext(what)`: how the capabilities name what is typed.
SUBJECTS: Final = (
    _("The customer's name"),
    _("The institution's name"),
    _("The stage's name"),
    _("The legal form"),
    _("The source"),
    _("The tag"),
    _("The title"),
    _("The department"),
    _("The label"),
    _("The street"),
    _("The postcode"),
    _("The city"),
    _("The source of the consent"),
    _("The proof of the consent"),
    _("The subject"),
    _("The outcome"),
    _("The first name"),
    _("The last name"),
    _("The role"),
    _("A way to reach the contact"),
    _("The API key's name"),
    _("The passkey's name"),
    _("The name"),
    _("The view's name"),
    _("The reason"),
    _("The product's name"),
    _("The note"),
    _("The device's name"),
    _("The pool's name"),
    _("The pool's owner"),
    _("Whom it is reserved for"),
    _("The idempotency key"),
    _("Who has asked"),
)

_OF_LICENSING: Final[dict[tuple[str, str | None], LazyString]] = {
    (Code.LICENSE_NOT_FOUND, None): _("There is no such license: look for it in the list of licenses."),
    (Code.LICENSE_NOT_FOUND, "malformed"): _(
        "“%(value)s” is not a license key, which looks like XXXXX-XXXXX-XXXXX-XXXXX-XXXXX: look for a typing mistake."
    ),
    (Code.LICENSE_SUSPENDED, None): _("The license is suspended: resume it first."),
    (Code.LICENSE_NOT_YET_VALID, None): _("The license is not valid yet: look at its terms."),
    (Code.LICENSE_EXPIRED, None): _("The license has expired: extend it first."),
    (Code.PRODUCT_MISMATCH, None): _("The license is for another product."),
    (Code.DEVICE_NOT_REGISTERED, None): _(
        "No such device is registered under this license: look for it in the list of devices."
    ),
    (Code.DEVICE_BLOCKED, None): _("The device is blocked, which is more than inactive: unblock it instead."),
    (Code.DEVICE_INACTIVE, None): _("The device is inactive: its software has to activate it first."),
    (Code.DEVICE_LIMIT_REACHED, None): _("All device places of the license are taken: deactivate a device first."),
    (Code.DEVICE_LIMIT_BELOW_ACTIVE, None): _(
        "%(devices_active)s devices are active, so the device limit cannot be lower: deactivate or block some of them "
        "first (%(devices)s)."
    ),
    (Code.SESSION_LIMIT_REACHED, None): _("All seats of the license are taken: end a session first."),
    (Code.SESSION_NOT_FOUND, None): _("There is no such session: look for it in the lists of sessions."),
    (Code.SESSION_ENDED, None): _("The session has ended already."),
    (Code.LIMITS_INVALID, None): _(
        "A license has 1 to 10 devices, and 1 to as many concurrent sessions as devices: change one of the two."
    ),
    ("test_license_open", None): _(
        "The customer has a test license of this product in that time: let it end or delete it, or give a reason for a "
        "further one."
    ),
    ("count_out_of_range", None): _("Between 1 and %(most)s are possible at once: choose another number."),
    ("offline_invalid", "grace_out_of_range"): _("The offline grace is between nothing and 10 years: choose another."),
    ("offline_invalid", "checkout_out_of_range"): _(
        "A checkout lasts at least 1 hour and at most 10 years: choose another."
    ),
    ("period_invalid", "ends_before_it_begins"): _("The license would end before it begins: change one of the days."),
    ("period_invalid", "beyond_the_calendar"): _("The license would end beyond the calendar: choose an earlier day."),
    ("period_invalid", "not_later"): _(
        "License %(license_key)s would not be extended: the new end must be later than the present one, and than now."
    ),
    ("period_invalid", "overlaps"): _("The license has another term in that time: choose an earlier end."),
    ("period_invalid", "too_many_days"): _("%(days)s days lead beyond the calendar: choose fewer."),
    ("license_perpetual", None): _("License %(license_key)s is perpetual: there is nothing to extend."),
    ("license_full", None): _("License %(license_key)s is a full one already: there is nothing to do."),
    ("transfer_to_same", None): _("License %(license_key)s is this customer's already: choose another customer."),
    ("term_not_found", None): _("The license has no such term, or it was voided before: look at its terms again."),
    ("term_needed", None): _("A license needs a term: say until when it is valid instead, or delete the license."),
    ("feature_invalid", "name"): _(
        "A feature is named by 1 to 64 letters, digits, hyphens, dots and underscores, not “%(name)s”."
    ),
    ("feature_invalid", "too_many"): _("A license has at most %(most)s features: take some away."),
    ("feature_invalid", "not_finite"): _("The feature %(name)s must be a finite number."),
    ("device_renamed_meanwhile", None): _(
        "Somebody has renamed the device since you opened this page: compare the names, then save yours or theirs."
    ),
    ("batch_not_found", None): _("There is no such batch of licenses: look for its licenses in the list."),
    ("batch_differs", None): _(
        "This form has made other licenses before, so nothing was made now: begin with a new form."
    ),
    ("keys_taken", None): _("The keys of this batch were taken as a file before: they stand in the list of licenses."),
    ("product_not_found", None): _("There is no product “%(slug)s”: look for it in the list of products."),
    ("product_exists", None): _("There is a product “%(slug)s” already: choose another slug."),
    ("product_slug_invalid", None): _(
        "A product is named by 1 to 64 lower case letters, digits and inner hyphens such as studio-pro, not "
        "“%(value)s”."
    ),
}
_OF_THE_REST: Final[dict[tuple[str, str | None], LazyString]] = {
    ("stale", None): _("Somebody else has changed this meanwhile, so nothing was saved: compare, then decide."),
    ("text_invalid", "unreadable"): _("%(what)s contains a control character or a broken one: type it anew."),
    ("text_invalid", "empty"): _("%(what)s is empty: it needs at least one character."),
    ("text_invalid", "too_long"): _("%(what)s has %(length)s characters: at most %(longest)s are possible."),
    ("date_invalid", None): _(
        "“%(value)s” is no day that there is: write 2027-12-31, or a moment with its time zone such as "
        "2027-12-31T18:00:00Z."
    ),
    ("list_invalid", "no_such_choice"): _("“%(value)s” is none of %(possible)s: choose one of these."),
    ("list_invalid", "no_number"): _("“%(value)s” is not an id: it must be a whole number."),
    ("list_invalid", "no_such_filter"): _("This list has no filter “%(name)s”: remove it from the address."),
    ("list_invalid", "filter_unreadable"): _("The filter “%(name)s” cannot be read: remove it from the address."),
    ("list_invalid", "no_such_order"): _("This list cannot be sorted by “%(name)s”: choose %(possible)s."),
    ("list_invalid", "no_such_place"): _("This place in the list does not exist: go back to the list's first page."),
    ("list_invalid", "several_days"): _("A day can be given once only: remove the others from the address."),
    ("list_invalid", "nothing_chosen"): _("No row is chosen: mark some, or choose all that the filters let through."),
    ("list_invalid", "too_many_chosen"): _("At most %(most)s rows can be changed at once: filter the list further."),
    ("list_invalid", "page_size"): _("A page has %(possible)s rows, not “%(value)s”."),
    ("customer_not_found", None): _("There is no customer “%(name)s”: look for it in the list of customers."),
    ("customer_ambiguous", None): _("Several customers are called “%(name)s”: name one by its number (%(ids)s)."),
    ("customer_unclear", None): _("Which customer is meant? Choose one below."),
    ("customer_has_licenses", None): _(
        "Licenses were made for this customer, or passed through it: it stays, so that its history does."
    ),
    ("api_key_not_found", None): _("There is no API key “%(name)s” in use: look for it in the list of API keys."),
    ("api_key_name_taken", None): _("An API key called “%(name)s” is in use: revoke it first, or choose another name."),
    ("api_key_made_already", None): _(
        "This form has made the API key “%(name)s” already, and it was shown that once: if it was not noted, revoke it "
        "and generate another."
    ),
    ("api_key_changed", None): _("Somebody has renamed this API key to “%(name)s” meanwhile: look again, then decide."),
    ("api_key_refused", "name_is_number"): _(
        "An API key cannot be called “%(name)s”: it would read as an id, so add a letter."
    ),
    ("api_key_refused", "expired_already"): _("The API key would have expired already: choose a day in the future."),
    ("api_key_refused", "no_such_scope"): _("An API key needs one or more of the scopes %(possible)s: choose some."),
    ("api_key_refused", "overlap_out_of_range"): _("The overlap must be 0 to %(longest)s hours."),
    ("api_key_not_rotatable", "rotated_already"): _(
        "The API key “%(name)s” has been rotated already: rotate the one in its place."
    ),
    ("api_key_not_rotatable", "not_in_use"): _("The API key “%(name)s” is not in use any more: generate a new one."),
    ("setting_unknown", None): _("There is no setting “%(name)s”: look at the settings again."),
    ("setting_invalid", "out_of_range"): _(
        "“%(title)s” must be a whole number from %(minimum)s to %(maximum)s, not “%(value)s”."
    ),
    ("setting_invalid", "no_time_zone"): _(
        "“%(title)s” must be an IANA time zone such as Europe/Berlin or UTC, not “%(value)s”."
    ),
    ("setting_invalid", "no_web_address"): _(
        "“%(title)s” must be like https://admin.example.org, without a path, not “%(value)s”."
    ),
    ("setting_invalid", "no_choice"): _("“%(title)s” must be one of %(choices)s, not “%(value)s”."),
    ("setting_invalid", "unreadable"): _("“%(title)s” contains a control character or a broken one: type it anew."),
    ("setting_invalid", "no_archive"): _(
        "“%(title)s” must be a git repository over SSH, such as git@github.com:you/archive.git, or an absolute path on "
        "this machine, not “%(value)s”."
    ),
    ("setting_invalid", "no_path"): _("“%(title)s” must be an absolute path, not “%(value)s”."),
    ("setting_invalid", "line_too_long"): _("“%(title)s” must be a line of at most %(longest)s characters."),
    ("setting_invalid", "no_name"): _("“%(title)s” must be a name of at most 100 characters without < and >."),
    ("setting_invalid", "no_email"): _("“%(title)s” must be an e-mail address, not “%(value)s”."),
    ("setting_invalid", "no_time_of_day"): _("“%(title)s” must be a time of the day such as 03:00, not “%(value)s”."),
    ("setting_invalid", "interval_too_long"): _(
        "“%(title)s” must be less than the session timeout, which is %(timeout)s seconds: raise that first, or choose "
        "a smaller value."
    ),
    ("setting_invalid", "timeout_too_short"): _(
        "“%(title)s” must be greater than the heartbeat interval, which is %(interval)s seconds: lower that first, or "
        "choose a greater value."
    ),
    ("staff_member_not_found", None): _("There is no staff member “%(email)s”: look for them in the list of staff."),
    ("last_administrator", None): _("%(email)s is the last administrator and has to stay one: make another one first."),
    ("email_invalid", None): _("That is not an e-mail address: write it like ada@example.org."),
    ("email_taken", None): _("Somebody with this e-mail address is a member already: sign in, or use another address."),
    ("password_refused", "too_short"): _("The password has %(length)s characters: it needs at least %(shortest)s."),
    ("password_refused", "too_long"): _("The password has %(length)s characters: at most %(longest)s are possible."),
    ("password_refused", "easily_guessed"): _(
        "The password is too easily guessed: use words that are not your name and not among the commonest."
    ),
    ("checkpoint_not_found", None): _(
        "Nothing has been sealed yet: the worker does so every second, so see whether it runs."
    ),
    ("setup_link_invalid", None): _("This link was used already or is too old: an administrator makes a new one."),
    ("last_second_factor", None): _("This is your only second factor, and one is required: add another one first."),
    ("passkey_refused", None): _("The passkey was not accepted: its answer is too old or does not fit. Try again."),
    ("sign_in_busy", None): _("Too many people are signing in just now: try again in a few seconds."),
}
SENTENCES: Final = (
    _OF_LICENSING | OF_INSTITUTIONS | OF_JOINING | OF_RESOURCES | OF_REMINDERS | OF_PRIVACY | _OF_THE_REST
)
