"""The one vocabulary: these words stand in answers, errors, the SDK, the panel and the database."""

from enum import StrEnum


class Code(StrEnum):
    """What became of a command."""

    # what was asked for has happened, or holds
    VALID = "valid"
    ACTIVATED = "activated"
    ALREADY_ACTIVE = "already_active"
    REACTIVATED = "reactivated"
    DEACTIVATED = "deactivated"
    STARTED = "started"
    RESUMED = "resumed"
    LIVE = "live"
    ENDED = "ended"
    DONE = "done"
    # refusals
    LICENSE_NOT_FOUND = "license_not_found"
    LICENSE_SUSPENDED = "license_suspended"
    LICENSE_NOT_YET_VALID = "license_not_yet_valid"
    LICENSE_EXPIRED = "license_expired"
    PRODUCT_MISMATCH = "product_mismatch"
    DEVICE_NOT_REGISTERED = "device_not_registered"
    DEVICE_BLOCKED = "device_blocked"
    DEVICE_INACTIVE = "device_inactive"
    DEVICE_LIMIT_REACHED = "device_limit_reached"
    DEVICE_LIMIT_BELOW_ACTIVE = "device_limit_below_active"
    SESSION_LIMIT_REACHED = "session_limit_reached"
    SESSION_NOT_FOUND = "session_not_found"
    SESSION_ENDED = "session_ended"
    LIMITS_INVALID = "limits_invalid"


GRANTED = frozenset(
    {
        Code.VALID,
        Code.ACTIVATED,
        Code.ALREADY_ACTIVE,
        Code.REACTIVATED,
        Code.DEACTIVATED,
        Code.STARTED,
        Code.RESUMED,
        Code.LIVE,
        Code.ENDED,
        Code.DONE,
    }
)


class LicenseStatus(StrEnum):
    """How a license stands at a moment; the first that applies."""

    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    ACTIVE = "active"


class LicenseType(StrEnum):
    """What a license was issued as."""

    FULL = "full"
    TRIAL = "trial"
    TEST = "test"


class TermKind(StrEnum):
    """Why a term was granted."""

    INITIAL = "initial"
    RENEWAL = "renewal"
    EXTENSION = "extension"
    TEST = "test"
    GOODWILL = "goodwill"


class DeviceStatus(StrEnum):
    """Whether a device may run: a client brings back an inactive one, only an operator a blocked one."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    BLOCKED = "blocked"


class DeviceType(StrEnum):
    """What a device is."""

    DESKTOP = "desktop"
    LAPTOP = "laptop"
    SERVER = "server"
    MOBILE = "mobile"
    TABLET = "tablet"
    VIRTUAL = "virtual"
    OTHER = "other"


class EndReason(StrEnum):
    """Why a session ended; each ended session has exactly one."""

    CLIENT = "client"
    TIMEOUT = "timeout"
    OPERATOR = "operator"
    LICENSE_SUSPENDED = "license_suspended"
    LICENSE_EXPIRED = "license_expired"
    LICENSE_DELETED = "license_deleted"
    DEVICE_DEACTIVATED = "device_deactivated"
    DEVICE_BLOCKED = "device_blocked"
