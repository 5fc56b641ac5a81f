"""A license as the command line shows it: the License API's members, and what an operator needs besides."""

from sqlalchemy.orm import Session

from leasehold.cli.output import Fields, rfc3339
from leasehold.licensing.models import LicenseTerm
from leasehold.licensing.queries import LicenseLine, list_terms, show_license

COLUMNS = (
    "license_key",
    "customer",
    "product",
    "type",
    "status",
    "valid_until",
    "devices_active",
    "device_limit",
    "sessions_live",
    "concurrent_sessions_limit",
)


def license_fields(line: LicenseLine) -> dict[str, object]:
    """One license."""
    view = line.view
    return {
        "license_key": view.license.license_key,
        "product": view.license.product,
        "type": view.license.type.value,
        "status": view.status.value,
        "valid_from": rfc3339(view.license.valid_from),
        "valid_until": rfc3339(view.license.valid_until),
        "device_limit": view.license.device_limit,
        "devices_active": view.devices_active,
        "concurrent_sessions_limit": view.license.concurrent_sessions_limit,
        "sessions_live": view.sessions_live,
        "features": dict(view.license.features),
        "id": view.license.id,
        "customer": line.customer,
        "customer_id": line.customer_id,
        "created_at": rfc3339(line.created_at),
    }


def license_with_terms(session: Session, license_key: str) -> Fields:
    """One license with its terms, as it is now. Raises `LicenseNotFound`."""
    line = show_license(session, license_key)
    terms = list_terms(session, line.view.license.id)
    return license_fields(line) | {"terms": [_term_fields(term) for term in terms]}


def _term_fields(term: LicenseTerm) -> Fields:
    return {
        "valid_from": rfc3339(term.period.lower),
        "valid_until": rfc3339(term.period.upper),
        "kind": term.kind,
        "created_at": rfc3339(term.created_at),
        "voided_at": rfc3339(term.voided_at),
        "void_reason": term.void_reason,
    }
