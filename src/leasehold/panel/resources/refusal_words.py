"""The sentences of what `resources` and `imports` refuse, by code and problem."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

OF_VALUES: Final[dict[str, LazyString]] = {
    "empty": _("The value is empty: it needs a domain, an address or a number."),
    "formula": _("“%(value)s” is a formula, not a value: write what it comes to."),
    "pattern": _("“%(value)s” has a bracket too many or too few, or a set that is none: write sets like [1,5-9]."),
    "backwards": _("“%(value)s” ends before it begins: write the lower end first."),
    "too_many": _("“%(value)s” means %(count)s values, and a line at most %(most)s: write it as several lines."),
    "no_range": _("“%(value)s” is no range: both ends need as many digits, and no extension."),
    "too_long": _("“%(value)s” is longer than there are any: look for a typing mistake."),
    "address": _("“%(value)s” is an address, not a domain: write a name such as example.com."),
    "wildcard": _("“%(value)s” is a wildcard: name each domain, such as example.com."),
    "space": _("“%(value)s” contains a space, which no domain does: write one domain on each line."),
    "character": _("“%(value)s” contains “%(character)s”, which no domain does: look for a typing mistake."),
    "no_domain": _("“%(value)s” is not a domain that can be registered: look for a typing mistake."),
    "punycode": _(
        "“%(value)s” is not a domain that can be registered, since its punycode says nothing that is allowed: write "
        "the name with its own letters."
    ),
    "mixed_scripts": _("“%(value)s” mixes letters of several scripts, so it passes for another: look at each letter."),
    "looks_latin": _("“%(value)s” has Cyrillic letters that pass for Latin ones: look at each letter."),
    "suffix_unknown": _(
        "“%(value)s” does not end in a public suffix that is known, such as .com or .co.uk: look for a typing mistake."
    ),
    "only_suffix": _("“%(value)s” is a public suffix itself: write a domain under it."),
    "no_ipv4": _("“%(value)s” is not an IPv4 address: write four numbers such as 192.0.2.10."),
    "number_too_large": _("“%(value)s” is not an IPv4 address: each of the four numbers goes from 0 to 255."),
    "leading_zero": _(
        "“%(value)s” has a leading zero, which some programs read as octal: write %(bare)s if that is what is meant."
    ),
    "ipv6": _("“%(value)s” is an IPv6 address: only IPv4 addresses such as 192.0.2.10 are possible."),
    "not_usable": _("“%(value)s” is reserved for other purposes and cannot be anybody's address: take it out."),
    "not_public": _(
        "“%(value)s” is not a public address, and the pool takes public ones only: choose another pool or address."
    ),
    "prefix": _("“%(value)s” has no prefix that there is: /%(prefix)s is more than /32."),
    "host_bits": _("“%(value)s” is an address within a block: write %(meant)s if all of the block is meant."),
    "no_phone": _("“%(value)s” is not a phone number: write it like +49 30 1234567, with “ext. 12” for an extension."),
    "no_country": _(
        "“%(value)s” does not say its country: write it like +49 30 1234567, or give the pool a default country."
    ),
    "country_unknown": _("“%(value)s” begins with a country code that there is not: write it like +49 30 1234567."),
    "too_short": _("“%(value)s” has too few digits: look for a typing mistake."),
    "wrong_length": _("“%(value)s” has a number of digits that no number there has: look for a typing mistake."),
    "local_only": _("“%(value)s” is too short, or lacks its area code: look for a typing mistake."),
    "not_assigned": _("“%(value)s” is in no range that its country assigns: look for a typing mistake."),
    "extension_too_long": _("“%(value)s” has an extension with too many digits: look for a typing mistake."),
    "spreadsheet_number": _(
        "“%(value)s” was made a decimal number by a spreadsheet, which loses digits: format the column as text there."
    ),
}
_OF_FILES: Final[dict[str, LazyString]] = {
    "unreadable": _("The file cannot be read: look whether it is still there."),
    "unwritable": _("The error file %(file)s cannot be written, so nothing was imported: name another."),
    "empty": _("The file is empty: nothing was imported."),
    "none": _("No file was sent: choose one."),
    "too_large": _("The file is too large: split it."),
    "no_spreadsheet": _("The file is no XLSX spreadsheet, or is damaged or protected: save it anew, or as CSV."),
    "protected": _("The spreadsheet is protected by a password: save it without one."),
    "sheet": _("The spreadsheet has no sheet “%(sheet)s”: choose one of %(sheets)s."),
    "column": _("The file has no column “%(column)s” that could be this field: choose another."),
    "no_text": _("The file is no text: save it as CSV, or as XLSX with that ending."),
    "encoding": _("The file cannot be read as %(encoding)s: choose another encoding."),
    "delimiter": _("“%(delimiter)s” is no delimiter that is read here: choose another."),
    "vcards": _("The file has cards of people (vCard), and this import takes none: send a list, CSV or XLSX instead."),
    "calendar": _("The file is a calendar (iCalendar), not a list or an address book: export the contacts instead."),
    "line": _("Row %(row)s cannot be read: look for a quotation mark that is not closed."),
}
OF_RESOURCES: Final[dict[tuple[str, str | None], LazyString]] = {
    **{("value_invalid", problem): sentence for problem, sentence in OF_VALUES.items()},
    **{("file_refused", problem): sentence for problem, sentence in _OF_FILES.items()},
    ("rows_refused", None): _("%(wrong)s of %(of)s entries are wrong, so nothing was imported: look at each of them."),
    ("upload_not_found", None): _(
        "This file was imported already, or was sent more than a day ago: send it again if it shall be."
    ),
    ("import_overtaken", None): _(
        "Somebody else has changed some of it meanwhile, so nothing was imported: look again, then import."
    ),
    ("import_not_found", None): _("There is no such import: look for it in the list of imports."),
    ("import_reverted", None): _("The import was reverted before: there is nothing to do."),
    ("import_in_use", None): _(
        "Something was done since with some of this import (%(values)s): these stay, and so does the import."
    ),
    ("pool_not_found", None): _("There is no such pool: look for it in the list of pools."),
    ("pool_exists", None): _("There is a pool “%(name)s” already: choose another name."),
    ("pool_invalid", "quarantine_out_of_range"): _("A quarantine lasts 0 to %(most)s days, not %(days)s."),
    ("pool_invalid", "low_water_out_of_range"): _("A low-water mark is a number from 0 to %(most)s."),
    ("pool_invalid", "public_not_ipv4"): _("Only pools of IPv4 addresses can take public ones only."),
    ("pool_invalid", "country_not_phone"): _("Only pools of phone numbers have a default country."),
    ("pool_invalid", "country_unknown"): _(
        "“%(country)s” is no country that has phone numbers: write two letters such as DE."
    ),
    ("kind_differs", None): _("The pool “%(pool)s” holds another kind of resource: choose another pool or kind."),
    ("pool_differs", None): _("%(value)s is in another pool than “%(pool)s”: choose its own pool, or none."),
    ("resource_not_found", None): _("No pool has %(value)s: look for it in the lists of the pools."),
    ("resource_exists", None): _("In a pool already (%(pools)s): %(values)s. A value exists once, so leave these out."),
    ("resources_short", None): _(
        "%(wanted)s were asked for and %(free)s are free, so none was allocated: ask for fewer, or add some to a pool."
    ),
    ("resource_not_free", "free"): _("%(value)s is free, so nothing was changed: look at it again."),
    ("resource_not_free", "allocated"): _(
        "%(value)s is allocated, so nothing was changed: release it first, or choose another."
    ),
    ("resource_not_free", "reserved"): _(
        "%(value)s is reserved, so nothing was changed: lift the reservation first, or choose another."
    ),
    ("resource_not_free", "quarantined"): _(
        "%(value)s is in quarantine, so nothing was changed: wait for its end or end it with a reason, or choose "
        "another."
    ),
    ("resource_not_free", "retired"): _(
        "%(value)s is retired, so nothing was changed: bring it back first, or choose another."
    ),
    ("named_twice", None): _("%(value)s is named twice: name it once."),
    ("not_allocated", None): _("License %(license_key)s does not have %(value)s: look at what it has."),
    ("not_held", None): _("No license has %(value)s: there is nothing to release."),
    ("not_quarantined", None): _("%(value)s is not in quarantine: there is nothing to end."),
    ("reservation_over", None): _("The reservation would be over already, or never: choose a day to come."),
    ("transfer_to_itself", None): _("A license cannot hand over to itself: choose another license."),
    ("reason_needed", None): _(
        "The licenses are two customers', and a quarantine would keep them apart: give a reason for none."
    ),
    ("idempotency_key_taken", None): _("This form has been sent before for something else: begin with a new form."),
}
