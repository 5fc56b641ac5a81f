"""Read licenses with their devices and sessions, as the rules want them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from leasehold.kit.database import Connection
from leasehold.licensing import statements
from leasehold.licensing.commands import Command, EndSession, Heartbeat
from leasehold.licensing.deciding import Fresh
from leasehold.licensing.reserving import reserve
from leasehold.licensing.state import Device, EndedSession, License, LicenseState, ServiceTime, Session
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType, EndReason, LicenseType

Row = Sequence[Any]


@dataclass(slots=True)
class Names:
    """What the commands of a batch name, each once and in one order."""

    keys: list[str]
    tokens: list[UUID]
    fingerprints: list[str]

    @classmethod
    def of(cls, commands: Iterable[Command]) -> "Names":
        """The names in `commands`."""
        keys: set[str] = set()
        tokens: set[UUID] = set()
        fingerprints: set[str] = set()
        for command in commands:
            if isinstance(command, Heartbeat | EndSession):
                tokens.add(command.session_token)
                continue
            keys.add(command.license_key)
            fingerprint = getattr(command, "hardware_fingerprint", None)
            if fingerprint is not None:
                fingerprints.add(fingerprint)
        return cls(sorted(keys), sorted(tokens), sorted(fingerprints))


@dataclass(slots=True)
class Loaded:
    """The licenses of a batch by key, and which of them a token belongs to."""

    time: ServiceTime
    fresh: list[Fresh] = field(default_factory=list)
    states: dict[str, LicenseState] = field(default_factory=dict)
    by_token: dict[UUID, LicenseState] = field(default_factory=dict)

    def state_for(self, command: Command) -> LicenseState | None:
        """The license that `command` is about."""
        if isinstance(command, Heartbeat | EndSession):
            return self.by_token.get(command.session_token)
        return self.states.get(command.license_key)


def read_licenses(connection: Connection, names: Names, lock: str) -> list[License]:
    """The licenses named, locked as the SQL suffix `lock` says, as the lock left them."""
    rows = connection.execute(statements.LOCK_LICENSES + lock, {"keys": names.keys, "tokens": names.tokens})
    return [_license(row) for row in rows]


def read_states(
    connection: Connection, licenses: list[License], names: Names, commands: Sequence[Command] = ()
) -> Loaded:
    """Time, devices and sessions of `licenses`, and ids for what `commands` may bring into being.

    On a connection in pipeline mode this is one round trip.
    """
    ids = [license_.id for license_ in licenses]
    time = connection.execute(statements.SERVICE_TIME)
    devices = connection.execute(statements.DEVICES, {"licenses": ids, "fingerprints": names.fingerprints})
    sessions = connection.execute(statements.LIVE_SESSIONS, (ids,))
    history = connection.execute(statements.ENDED_SESSIONS, (names.tokens,)) if names.tokens else ()
    fresh = reserve(connection, commands)
    loaded = Loaded(read_time(time.fetchone()), fresh())
    by_id = {license_.id: LicenseState(license_) for license_ in licenses}
    loaded.states = {state.license.license_key: state for state in by_id.values()}
    for row in devices:
        device = _device(row)
        by_id[_id(row)].devices[device.hardware_fingerprint] = device
    for row in sessions:
        session = read_session(row)
        by_id[_id(row)].sessions[session.device_id] = session
        loaded.by_token[session.session_token] = by_id[_id(row)]

    for row in history:
        if _id(row) in by_id:
            past = read_ended(row)
            by_id[_id(row)].ended[past.session_token] = past
            loaded.by_token[past.session_token] = by_id[_id(row)]
    return loaded


def read_time(row: Row | None) -> ServiceTime:
    """The first four columns of a row as the time of a decision."""
    if row is None:
        raise LookupError("table runtime has no row: the schema is damaged")
    return ServiceTime(row[0], row[1], row[2], row[3])


def read_session(row: Row) -> Session:
    """A row of LIVE_SESSIONS."""
    return Session(row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8])


def read_ended(row: Row) -> EndedSession:
    """A row of ENDED_SESSIONS."""
    return EndedSession(row[1], row[2], row[3], row[4], row[5], row[6], row[7], EndReason(row[8]))


def _license(row: Row) -> License:
    return License(
        id=row[0],
        license_key=row[1],
        product=row[2],
        type=LicenseType(row[3]),
        device_limit=row[4],
        concurrent_sessions_limit=row[5],
        valid_from=row[6],
        valid_until=row[7],
        suspended=row[8],
        deleted=row[9],
        features=row[10],
        offline_grace=row[11],
        offline_max_ttl=row[12],
        checkout_enabled=row[13],
    )


def _device(row: Row) -> Device:
    return Device(
        id=row[1],
        hardware_fingerprint=row[2],
        device_name=row[3],
        device_type=DeviceType(row[4]),
        operating_system=row[5],
        client_version=row[6],
        status=DeviceStatus(row[7]),
        slot=row[8],
        first_activated_at=row[9],
        last_seen_at=row[10],
    )


def _id(row: Row) -> int:
    return int(row[0])
