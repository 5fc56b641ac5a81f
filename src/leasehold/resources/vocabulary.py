"""The words of this capability, as the database has them."""

from enum import StrEnum


class ResourceKind(StrEnum):
    """What a pool holds; a value exists once for each kind."""

    DOMAIN = "domain"
    IPV4 = "ipv4"
    PHONE = "phone"


class ResourceState(StrEnum):
    """How a resource stands; it follows from the data and the time, and is stored nowhere."""

    FREE = "free"
    RESERVED = "reserved"
    ALLOCATED = "allocated"
    QUARANTINED = "quarantined"
    RETIRED = "retired"


class PickPolicy(StrEnum):
    """Which of the free ones is next: by value, the one that has been free longest, or any."""

    LOWEST = "lowest"
    OLDEST_FREE = "oldest_free"
    RANDOM = "random"


class ReleaseReason(StrEnum):
    """Why an allocation ended."""

    RELEASED = "released"
    TRANSFERRED = "transferred"
    LICENSE_DELETED = "license_deleted"
