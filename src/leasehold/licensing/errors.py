"""Refusals of the licensing core, as sentences for the people who operate it."""

from collections.abc import Mapping
from typing import Any

from leasehold.kit.errors import DomainError, Kind
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.vocabulary import Code

MOST_LICENSES_AT_ONCE = 10_000


class ProductNotFound(DomainError):
    """No product answers to that slug."""

    def __init__(self, slug: str) -> None:
        detail = f"There is no product {slug!r}: `leasehold product list` names them all."
        super().__init__(Kind.NOT_FOUND, "product_not_found", detail, {"slug": slug})


class ProductExists(DomainError):
    """The slug is taken."""

    def __init__(self, slug: str) -> None:
        detail = f"There is a product {slug!r} already: choose another slug."
        super().__init__(Kind.CONFLICT, "product_exists", detail, {"slug": slug})


class ProductSlugInvalid(DomainError):
    """That cannot be a slug."""

    def __init__(self, text: str) -> None:
        detail = (
            f"A product is named by 1 to 64 lower case letters, digits and inner hyphens such as `studio-pro`, "
            f"not {text!r}."
        )
        super().__init__(Kind.INVALID, "product_slug_invalid", detail, {"value": text})


class LicenseInvalid(DomainError):
    """What is asked for is not possible; `code` says what of it."""

    def __init__(self, code: str, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, code, detail, context)


class LicenseNotFound(DomainError):
    """No license has that key."""

    def __init__(self, license_key: str) -> None:
        detail = f"There is no license {license_key}: `leasehold license list` names them all."
        super().__init__(Kind.NOT_FOUND, Code.LICENSE_NOT_FOUND.value, detail)


class LicenseKeyMalformed(DomainError):
    """That cannot be a license key; the code is the one of an unknown key."""

    def __init__(self, text: str) -> None:
        detail = (
            f"{text[:80]!r} is not a license key, which looks like XXXXX-XXXXX-XXXXX-XXXXX-XXXXX: "
            "look for a typing mistake."
        )
        context = {"problem": "malformed", "value": text[:80]}
        super().__init__(Kind.NOT_FOUND, Code.LICENSE_NOT_FOUND.value, detail, context)


class TestLicenseOpen(DomainError):
    """The customer has a test license of the product in that time."""

    __test__ = False  # a name that pytest would take for a test

    def __init__(self) -> None:
        detail = (
            "The customer has a test license of this product in that time: let it end or delete it, "
            "or give a reason for a further one."
        )
        super().__init__(Kind.CONFLICT, "test_license_open", detail)


def limits_invalid() -> LicenseInvalid:
    """The limits do not fit each other or the product of ten."""
    detail = "A license has 1 to 10 devices, and 1 to as many concurrent sessions as devices: change one of the two."
    return LicenseInvalid(Code.LIMITS_INVALID.value, detail)


def device_not_registered() -> DomainError:
    """The license knows no such device."""
    detail = "No such device is registered under this license: `leasehold device list` names them all."
    return DomainError(Kind.NOT_FOUND, Code.DEVICE_NOT_REGISTERED.value, detail)


def session_not_found() -> DomainError:
    """No session has that token."""
    detail = "There is no such session: `leasehold session list` names those that live."
    return DomainError(Kind.NOT_FOUND, Code.SESSION_NOT_FOUND.value, detail)


def refusal(outcome: Outcome) -> DomainError:
    """What an operator is told where `outcome` is none that was asked for."""
    match outcome.code:
        case Code.LIMITS_INVALID:
            return limits_invalid()
        case Code.DEVICE_LIMIT_BELOW_ACTIVE:
            return _device_limit_below_active(outcome)
        case Code.LICENSE_NOT_FOUND:
            detail = "There is no such license: `leasehold license list` names them all."
            return DomainError(Kind.NOT_FOUND, outcome.code.value, detail)
        case Code.DEVICE_NOT_REGISTERED:
            return device_not_registered()
        case Code.SESSION_NOT_FOUND:
            return session_not_found()
        case code:
            return DomainError(Kind.CONFLICT, code.value, f"The license refuses this: {code.value}.")


def _device_limit_below_active(outcome: Outcome) -> DomainError:
    devices = [device.hardware_fingerprint for device in outcome.active_devices]
    detail = (
        f"{len(devices)} devices are active, so the device limit cannot be lower: "
        f"deactivate or block some of them first ({', '.join(devices)})."
    )
    context = {"devices_active": len(devices), "devices": devices}
    return DomainError(Kind.CONFLICT, outcome.code.value, detail, context)
