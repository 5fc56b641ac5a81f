"""One door to the three kinds."""

from dataclasses import dataclass

from leasehold.resources.errors import ValueInvalid
from leasehold.resources.values.domains import normal_domain, shown_domain
from leasehold.resources.values.ipv4 import normal_ipv4
from leasehold.resources.values.phones import normal_phone, shown_phone
from leasehold.resources.vocabulary import ResourceKind

_FORMULA = ("=", "@")


@dataclass(frozen=True, slots=True)
class ValueRules:
    """What a pool takes: its kind, whether only public addresses, and of which country numbers without one are."""

    kind: ResourceKind
    public_only: bool = False
    default_country: str | None = None


def normal_value(text: str, rules: ValueRules) -> str:
    """The one form of the value that `text` stands for. Raises `ValueInvalid`."""
    refuse_formula(text)
    match rules.kind:
        case ResourceKind.DOMAIN:
            return normal_domain(text)
        case ResourceKind.IPV4:
            return normal_ipv4(text, public_only=rules.public_only)
        case ResourceKind.PHONE:
            return normal_phone(text, default_country=rules.default_country)


def refuse_formula(text: str) -> None:
    """Raise `ValueInvalid` where a spreadsheet would compute."""
    if text.lstrip().startswith(_FORMULA):
        raise ValueInvalid("formula", text, "is a formula, not a value: write what it comes to.")


def shown_value(kind: ResourceKind, value: str) -> str:
    """The value, normalised before, as people read it."""
    match kind:
        case ResourceKind.DOMAIN:
            return shown_domain(value)
        case ResourceKind.IPV4:
            return value
        case ResourceKind.PHONE:
            return shown_phone(value)
