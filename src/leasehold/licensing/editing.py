"""Change what a license is: its limits, features, offline use, type."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.licensing.commands import ChangeLimits
from leasehold.licensing.errors import LicenseInvalid
from leasehold.licensing.features import changed_features
from leasehold.licensing.service import carry_out, check_offline, lock_license
from leasehold.licensing.state import FeatureValue
from leasehold.licensing.vocabulary import LicenseType


@dataclass(frozen=True, slots=True)
class LicenseChange:
    """What may be edited of a license, as it shall be; `offline_grace` and `offline_max_ttl` are seconds."""

    device_limit: int
    concurrent_sessions_limit: int
    features: Mapping[str, FeatureValue]
    offline_grace: int
    offline_max_ttl: int
    checkout_enabled: bool


def edit_license(
    session: Session, license_key: str, change: LicenseChange, *, actor: Actor, version: int | None = None
) -> None:
    """Make the license, read at `version`, what `change` says; last in the transaction, for the engine decides.

    Raises `LicenseNotFound`, `Stale`, `LicenseInvalid` (`limits_invalid`, `feature_invalid`, `offline_invalid`) and
    `DomainError` `device_limit_below_active`, which lists the devices.
    """
    check_offline(change.offline_grace, change.offline_max_ttl)
    row = lock_license(session, license_key, version)
    row.features = changed_features({}, change.features)
    row.offline_grace = change.offline_grace
    row.offline_max_ttl = change.offline_max_ttl
    row.checkout_enabled = change.checkout_enabled
    limits = (change.device_limit, change.concurrent_sessions_limit)
    if limits != (row.device_limit, row.concurrent_sessions_limit):
        carry_out(session, ChangeLimits(license_key, *limits), actor=actor)
    session.flush()


def convert_to_full(session: Session, license_key: str, *, version: int | None = None) -> None:
    """Make a trial or test license a full one; devices, sessions and terms stay.

    Raises `LicenseNotFound`, `Stale`, and `LicenseInvalid` `license_full` where it is one.
    """
    row = lock_license(session, license_key, version)
    if row.type == LicenseType.FULL.value:
        detail = f"License {license_key} is a full one already: there is nothing to do."
        raise LicenseInvalid("license_full", detail, {"license_key": license_key})
    row.type = LicenseType.FULL.value
    session.flush()
