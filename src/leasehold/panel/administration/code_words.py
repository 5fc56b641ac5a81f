"""What the codes of a validate answer mean, and what to do about them."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

EXPLAINED: Final[dict[str, LazyString]] = {
    "valid": _("The license may run."),
    "license_not_found": _("No license has this key: look for a typing mistake, or whether it was deleted."),
    "license_suspended": _("The license is suspended: resume it on its page, and it runs again at once."),
    "license_not_yet_valid": _("The license begins later: look at its terms."),
    "license_expired": _("The license has ended: renew it on its page."),
    "product_mismatch": _("The license is for another product: leave the product out, or name the right one."),
    "device_not_registered": _("The device has not been activated yet: the software activates it first."),
    "device_blocked": _("An operator has blocked the device: unblock it on its page."),
    "device_inactive": _("The device has been deactivated: the software activates it again."),
    "api_key_missing": _("The call carried no API key."),
    "api_key_invalid": _("The API key is mistyped, unknown, expired or revoked."),
    "scope_missing": _("The API key lacks the scope “license”: use another, or generate one."),
    "request_invalid": _("A field does not have the form that it must have: the answer names it."),
    "rate_limited": _("Too many refused calls from this address: wait as long as Retry-After says."),
    "unavailable": _("The server or its database is not ready: it goes on by itself, try again in a moment."),
}
