"""Take resources back from a license, hand them to another one, and end a quarantine before its time."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.service import find_license
from leasehold.resources.errors import NotAllocated, ResourceInvalid
from leasehold.resources.finding import find_resource, lock_resources
from leasehold.resources.vocabulary import ResourceKind, ResourceState

LONGEST_REASON = 500
_RELEASE = text("SELECT release_resources(:license, CAST(:resources AS bigint[]), 'released')")
_HAND_OVER = text("""
WITH t AS (SELECT clock_timestamp() AS now OFFSET 0)
UPDATE resource_allocations AS a
   SET released_at = greatest(t.now, lower(a.period)), released_by = current_setting('leasehold.actor'),
       release_reason = 'transferred', period = period_until(a.period, t.now), quarantine_end_reason = :reason
  FROM t
 WHERE a.license_id = :license AND a.released_at IS NULL AND a.resource_id = ANY(CAST(:resources AS bigint[]))
""")
# From the moment on at which the one before ended.
_TAKE_OVER = text("""
INSERT INTO resource_allocations (resource_id, license_id, period, allocated_by)
SELECT r.id, :license, tstzrange(r.quarantined_until, NULL), current_setting('leasehold.actor')
  FROM unnest(CAST(:resources AS bigint[])) WITH ORDINALITY AS u (id, place) JOIN resources AS r ON r.id = u.id
 ORDER BY u.place
""")
_END_QUARANTINE = text("""
UPDATE resource_allocations AS a
   SET period = period_until(a.period, greatest(clock_timestamp(), a.released_at)),
       quarantine_end_reason = :reason
 WHERE a.id = ANY(ARRAY(SELECT max(id) FROM resource_allocations
                         WHERE resource_id = ANY(CAST(:resources AS bigint[])) GROUP BY resource_id))
""")


def release(
    session: Session, license_key: str, values: Sequence[str], *, kind: ResourceKind | None = None
) -> list[str]:
    """The license gives these back; each is in its pool's quarantine from now on. Returns the values.

    Raises `LicenseNotFound`, `ResourceNotFound`, `ValueInvalid` and `NotAllocated`, and then none is released.
    """
    license_ = find_license(session, license_key, lock=True)
    held = _held(session, license_, values, kind)
    session.execute(_RELEASE, {"license": license_.id, "resources": list(held)})
    return list(held.values())


def release_from_holder(session: Session, value: str) -> list[str]:
    """Whichever license has the value gives it back, as `release` does. Returns the value as it is kept.

    Raises what `release` does, and `ResourceInvalid` `not_held`.
    """
    resource = find_resource(session, value).resource
    holder = resource.license_id and session.get(LicenseRow, resource.license_id)
    if not holder:
        detail = f"No license has {resource.value}: there is nothing to release."
        raise ResourceInvalid("not_held", detail, {"value": resource.value})
    return release(session, holder.license_key, [resource.value], kind=ResourceKind(resource.kind))


def transfer(
    session: Session,
    values: Sequence[str],
    *,
    giver: str,
    taker: str,
    kind: ResourceKind | None = None,
    reason: str | None = None,
) -> list[str]:
    """The license `giver` hands these over to the license `taker`, without a quarantine. Returns the values.

    Between customers there is a reason for that. Raises `LicenseNotFound`, `ResourceNotFound`, `ValueInvalid`,
    `NotAllocated`, `DomainError` `text_invalid`, and `ResourceInvalid` (`transfer_to_itself`, `reason_needed`).
    """
    before, after = _both(session, giver, taker)
    if before.id == after.id:
        raise ResourceInvalid("transfer_to_itself", "A license cannot hand over to itself: choose another license.")
    if before.customer_id != after.customer_id and not reason:
        detail = "The licenses are two customers', and a quarantine would keep them apart: give a reason for none."
        raise ResourceInvalid("reason_needed", detail)
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON) if reason else None
    held = _held(session, before, values, kind)
    session.execute(_HAND_OVER, {"license": before.id, "resources": list(held), "reason": why})
    session.execute(_TAKE_OVER, {"license": after.id, "resources": list(held)})
    return list(held.values())


def end_quarantine(
    session: Session, values: Sequence[str], reason: str, *, kind: ResourceKind | None = None
) -> list[str]:
    """These are free from now on, before their quarantine is over. Returns the values.

    Raises `ResourceNotFound`, `ValueInvalid`, `DomainError` `text_invalid`, and `ResourceInvalid` `not_quarantined`.
    """
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    found = lock_resources(session, values, kind)
    for one in found:
        if one.state is not ResourceState.QUARANTINED:
            detail = f"{one.resource.value} is {one.state.value}, not in quarantine: there is nothing to end."
            raise ResourceInvalid("not_quarantined", detail, {"value": one.resource.value})
    session.execute(_END_QUARANTINE, {"resources": [one.resource.id for one in found], "reason": why})
    return [one.resource.value for one in found]


def _held(session: Session, license_: LicenseRow, values: Sequence[str], kind: ResourceKind | None) -> dict[int, str]:
    """The resources that are the license's, locked: id → value. Raises `NotAllocated`."""
    found = lock_resources(session, values, kind)
    for one in found:
        if one.resource.license_id != license_.id:
            raise NotAllocated(one.resource.value, license_.license_key)
    return {one.resource.id: one.resource.value for one in found}


def _both(session: Session, giver: str, taker: str) -> tuple[LicenseRow, LicenseRow]:
    """Both licenses, locked by id."""
    for key in sorted((giver, taker), key=lambda key: find_license(session, key).id):
        find_license(session, key, lock=True)
    return find_license(session, giver), find_license(session, taker)
