"""Arguments that several groups take."""

from typing import Annotated
from uuid import UUID

import typer

from leasehold.kit.errors import DomainError, Kind
from leasehold.licensing.errors import LicenseKeyMalformed
from leasehold.licensing.license_key import parse_license_key

LicenseKeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The license key.", show_default=False)]
LicenseKeyOption = Annotated[str, typer.Option("--license", metavar="KEY", help="The license key.", show_default=False)]
OptionalLicenseKey = Annotated[
    str | None, typer.Option("--license", metavar="KEY", help="Only those of this license.", show_default=False)
]
ReasonOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Why; stands in the audit log for good: name no persons.")
]


def license_key_from(text: str) -> str:
    """The key as it was issued. Raises `LicenseKeyMalformed`."""
    key = parse_license_key(text)
    if key is None:
        raise LicenseKeyMalformed(text)
    return key


def session_token_from(text: str) -> UUID:
    """The token. Raises `DomainError` `session_not_found` where `text` cannot be one."""
    try:
        return UUID(text)
    except ValueError:
        detail = f"{text[:80]!r} is not a session token: they look like 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed."
        raise DomainError(Kind.NOT_FOUND, "session_not_found", detail) from None
