"""Devices and sessions as clients make them, for tests of what is shown and done afterwards."""

from datetime import timedelta
from uuid import UUID

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import Activate, StartSession
from leasehold.licensing.run_one import run_one
from leasehold.licensing.vocabulary import DeviceType
from tests.licensing.vendor import ACTOR, fingerprint


def register(
    database: Database,
    license_key: str,
    number: int = 1,
    *,
    name: str = "Laptop",
    device_type: DeviceType = DeviceType.LAPTOP,
    hardware_fingerprint: str | None = None,
    version: str | None = None,
) -> str:
    """An activated device; returns its fingerprint."""
    print_ = hardware_fingerprint or fingerprint(number)
    with transaction(database, ACTOR) as session:
        outcome = run_one(session, Activate(license_key, print_, name, device_type, client_version=version), ACTOR)
    assert outcome.granted, outcome.code
    return print_


def start(database: Database, license_key: str, number: int = 1, *, version: str | None = None) -> UUID:
    """A live session of the n-th device, registered where it is not; returns its token."""
    register(database, license_key, number)
    with transaction(database, ACTOR) as session:
        outcome = run_one(session, StartSession(license_key, fingerprint(number), version), ACTOR)
    assert outcome.session is not None, outcome.code
    return outcome.session.session_token


def age(database: Database, token: UUID, by: timedelta) -> None:
    """Let a live session have started (and been heard of last) so long ago, while the service was there all along."""
    with database.connect(application="test") as owner:
        owner.execute("UPDATE runtime SET service_pulse = clock_timestamp(), available_since = 'epoch'")
        owner.execute(
            "UPDATE license_sessions SET started_at = started_at - %s, last_heartbeat_at = last_heartbeat_at - %s"
            " WHERE session_token = %s",
            (by, by, token),
        )


def record_heartbeats(database: Database, token: UUID, *after: int) -> None:
    """Heartbeats so many seconds after the session's start."""
    with database.connect(application="test") as owner:
        owner.execute(
            "INSERT INTO license_heartbeats (license_id, session_id, at)"
            " SELECT license_id, id, started_at + make_interval(secs => u.after)"
            "   FROM license_sessions, unnest(%s::int[]) AS u (after) WHERE session_token = %s",
            (list(after), token),
        )
        owner.execute(
            "UPDATE license_sessions SET last_heartbeat_at = started_at + make_interval(secs => %s)"
            " WHERE session_token = %s",
            (max(after), token),
        )
