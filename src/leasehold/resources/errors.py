"""What can be wrong with resources, as sentences for the people who look after them."""

from collections.abc import Mapping, Sequence
from typing import Any

from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.text import MOST_LISTED, listed
from leasehold.resources.vocabulary import ResourceKind, ResourceState

_PLURALS = {
    ResourceKind.DOMAIN: "domains",
    ResourceKind.IPV4: "IPv4 addresses",
    ResourceKind.PHONE: "phone numbers",
}


def plural(kind: ResourceKind) -> str:
    """What several of the kind are called."""
    return _PLURALS[kind]


class ValueInvalid(DomainError):
    """A text is no value of its kind, or none that the pool takes; `problem` says why."""

    def __init__(self, problem: str, text: str, reason: str, context: Mapping[str, Any] | None = None) -> None:
        detail = f"{text[:80]!r} {reason}"
        super().__init__(
            Kind.INVALID, "value_invalid", detail, {"problem": problem, "value": text[:80], **(context or {})}
        )


class PoolNotFound(DomainError):
    """No pool has that name."""

    def __init__(self, name: str) -> None:
        detail = f"There is no pool {name!r}: `leasehold pool list` names them all."
        super().__init__(Kind.NOT_FOUND, "pool_not_found", detail, {"name": name})


class PoolExists(DomainError):
    """The name is taken."""

    def __init__(self, name: str) -> None:
        detail = f"There is a pool {name!r} already: choose another name."
        super().__init__(Kind.CONFLICT, "pool_exists", detail, {"name": name})


class PoolInvalid(DomainError):
    """What is said of a pool cannot be."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.INVALID, "pool_invalid", detail, context)


class ResourceNotFound(DomainError):
    """No pool has that value."""

    def __init__(self, value: str) -> None:
        detail = f"No pool has {value}: `leasehold resource list` names what there is."
        super().__init__(Kind.NOT_FOUND, "resource_not_found", detail, {"value": value})


class ResourceExists(DomainError):
    """Some of the values are in a pool already."""

    def __init__(self, values: Sequence[str], pools: Sequence[str]) -> None:
        detail = f"In a pool already ({', '.join(pools)}): {listed(values)}. A value exists once, so leave these out."
        super().__init__(
            Kind.CONFLICT, "resource_exists", detail, {"values": list(values[:MOST_LISTED]), "pools": list(pools)}
        )


class ResourcesShort(DomainError):
    """Fewer are free than were asked for, and so none was allocated."""

    def __init__(self, kind: ResourceKind, *, wanted: int, free: int) -> None:
        detail = (
            f"{wanted} {plural(kind)} were asked for and {free} are free, so none was allocated: "
            "ask for fewer, or add some to a pool."
        )
        super().__init__(Kind.CONFLICT, "resources_short", detail, {"kind": kind.value, "wanted": wanted, "free": free})


class ResourceNotFree(DomainError):
    """A named resource cannot be had, and so nothing was changed."""

    def __init__(self, value: str, state: ResourceState) -> None:
        detail = f"{value} is {state.value}, so nothing was changed: {_WAY_OUT[state]}."
        super().__init__(
            Kind.CONFLICT, "resource_not_free", detail, {"problem": state.value, "value": value, "state": state.value}
        )


_WAY_OUT: Mapping[ResourceState, str] = {
    ResourceState.FREE: "look at it again",
    ResourceState.ALLOCATED: "release it first, or choose another",
    ResourceState.RESERVED: "lift the reservation first, or choose another",
    ResourceState.QUARANTINED: "wait for the end of the quarantine or end it with a reason, or choose another",
    ResourceState.RETIRED: "bring it back first, or choose another",
}


class ResourceInvalid(DomainError):
    """What is asked for is not possible; `code` says what of it."""

    def __init__(self, code: str, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, code, detail, context)


class NotAllocated(DomainError):
    """The license does not have that resource."""

    def __init__(self, value: str, license_key: str) -> None:
        detail = f"License {license_key} does not have {value}: look at what it has."
        super().__init__(Kind.CONFLICT, "not_allocated", detail, {"value": value, "license_key": license_key})


class IdempotencyKeyTaken(DomainError):
    """The key belongs to a request for something else."""

    def __init__(self, key: str) -> None:
        detail = f"The idempotency key {key!r} belongs to another request: use a new one for each request."
        super().__init__(Kind.CONFLICT, "idempotency_key_taken", detail, {"key": key})
