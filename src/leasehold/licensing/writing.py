"""Collect what a batch decided and write it in bulk, in the one order in which rows are locked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.licensing import statements
from leasehold.licensing.changes import (
    Change,
    DeviceChanged,
    DeviceRegistered,
    LicenseChanged,
    SessionBeat,
    SessionEnded,
    SessionOverLimit,
    SessionStarted,
)
from leasehold.licensing.state import Device, EndedSession, License, LicenseState, ServiceTime, Session
from leasehold.licensing.vocabulary import DeviceStatus

# What END_SESSIONS recorded, where a heartbeat came in between: token -> last heartbeat, end.
Recorded = dict[UUID, tuple[datetime, datetime]]


@dataclass(slots=True)
class Writes:
    """The net effect of a batch. Devices are keyed by (license id, id) and sessions by token: sorted, that is the order
    of locks.
    """

    licenses: dict[int, License] = field(default_factory=dict)
    new_devices: dict[tuple[int, int], tuple[Device, License, Actor]] = field(default_factory=dict)
    devices: dict[tuple[int, int], tuple[Device, Actor]] = field(default_factory=dict)
    touched: set[tuple[int, int]] = field(default_factory=set)
    new_sessions: dict[UUID, tuple[Session, License]] = field(default_factory=dict)
    ended: dict[UUID, EndedSession] = field(default_factory=dict)
    ended_at_once: dict[UUID, tuple[EndedSession, License]] = field(default_factory=dict)
    beats: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    over_limit: dict[int, list[int]] = field(default_factory=dict)

    def collect(self, state: LicenseState, changes: Iterable[Change], actor: Actor) -> None:
        """Add the changes of one decision about `state`'s license."""
        license_ = state.license
        for change in changes:
            match change:
                case LicenseChanged(license=changed):
                    self.licenses[changed.id] = changed
                case DeviceRegistered(device=device):
                    self.new_devices[license_.id, device.id] = (device, license_, actor)
                case DeviceChanged(device=device):
                    self.devices[license_.id, device.id] = (device, actor)
                case SessionStarted(session=session):
                    self.new_sessions[session.session_token] = (session, license_)
                case SessionBeat(session=session):
                    self.beats[session.session_token] = (license_.id, session.id)
                case SessionOverLimit(session=session):
                    self.over_limit.setdefault(license_.id, []).append(session.id)
                case SessionEnded(ended=ended):
                    self._end(license_, ended)

    def signed_by_another(self, license_id: int, changes: Iterable[Change]) -> bool:
        """Whether one of `changes` is of a device that the batch has changed already: each row bears one name."""
        keys = [(license_id, change.device.id) for change in changes if isinstance(change, DeviceChanged)]
        return any(key in self.devices or key in self.new_devices for key in keys)

    def beats_of_known_sessions(self) -> list[UUID]:
        """The live sessions that were there before the batch and are heard of in it."""
        return sorted(self.beats.keys() - self.new_sessions.keys() - self.ended.keys() - self.ended_at_once.keys())

    def _end(self, license_: License, ended: EndedSession) -> None:
        if self.new_sessions.pop(ended.session_token, None) is not None:
            self.ended_at_once[ended.session_token] = (ended, license_)
        else:
            self.ended[ended.session_token] = ended


def write(connection: Connection, writes: Writes, time: ServiceTime) -> Recorded:
    """Write everything; returns what the history now says of the sessions that ended.

    On a connection in pipeline mode this is one round trip.
    """
    beaten = writes.beats_of_known_sessions()
    if beaten and writes.ended:
        connection.execute(statements.LOCK_SESSIONS, (sorted({*beaten, *writes.ended}),))
    ends = _end_sessions(connection, writes)
    _write_devices(connection, writes, time)
    for license_id, ids in sorted(writes.over_limit.items()):
        connection.execute(statements.MARK_OVER_LIMIT, (license_id, sorted(ids)))
    for _, license_ in sorted(writes.licenses.items()):
        connection.execute(statements.CHANGE_LICENSE, _license_row(license_, time))
    _add_devices(connection, writes)
    _add_sessions(connection, writes)
    _beat(connection, writes, beaten, time)
    return {row[0]: (row[1], row[2]) for row in ends}


def _end_sessions(connection: Connection, writes: Writes) -> Iterable[Any]:
    if not writes.ended:
        return ()
    rows = sorted(writes.ended.items())
    return connection.execute(
        statements.END_SESSIONS,
        {
            "tokens": [token for token, _ in rows],
            "last": [ended.last_heartbeat_at for _, ended in rows],
            "ended_at": [ended.ended_at for _, ended in rows],
            "reasons": [ended.end_reason.value for _, ended in rows],
        },
    )


def _write_devices(connection: Connection, writes: Writes, time: ServiceTime) -> None:
    rows = sorted(writes.devices.items())
    freed = [_device_row(key, *value) for key, value in rows if value[0].status is not DeviceStatus.ACTIVE]
    held = [_device_row(key, *value) for key, value in rows if value[0].status is DeviceStatus.ACTIVE]
    for group in (freed, held):
        if group:
            connection.execute(statements.CHANGE_DEVICES, _columns(group))
    touched = sorted(writes.touched - writes.devices.keys() - writes.new_devices.keys())
    if touched:
        connection.execute(statements.TOUCH_DEVICES, _pairs(touched, time))


def _add_devices(connection: Connection, writes: Writes) -> None:
    rows = []
    for key, (device, license_, actor) in sorted(writes.new_devices.items()):
        license_id, device_id, *rest = _device_row(key, device, actor)
        limit, first = license_.device_limit, device.first_activated_at
        rows.append((license_id, device_id, device.hardware_fingerprint, limit, first, *rest))
    if rows:
        connection.execute(statements.ADD_DEVICES, _columns(rows))


def _add_sessions(connection: Connection, writes: Writes) -> None:
    past = [
        (license_.id, e.id, token, e.device_id, e.client_version, e.started_at, e.last_heartbeat_at, e.ended_at,
         e.end_reason.value)
        for token, (e, license_) in sorted(writes.ended_at_once.items())
    ]  # fmt: skip
    if past:
        connection.execute(statements.ADD_TO_HISTORY, _columns(past))
    live = [
        (license_.id, s.id, token, s.device_id, s.slot, license_.concurrent_sessions_limit, s.client_version,
         s.started_at, s.last_heartbeat_at)
        for token, (s, license_) in sorted(writes.new_sessions.items())
    ]  # fmt: skip
    if live:
        connection.execute(statements.ADD_SESSIONS, _columns(live))


def _beat(connection: Connection, writes: Writes, beaten: list[UUID], time: ServiceTime) -> None:
    if beaten:
        connection.execute(statements.BEAT_SESSIONS, {"tokens": beaten, "now": time.now})
    others = [writes.beats[token] for token in sorted(writes.beats.keys() - set(beaten))]
    if others:
        connection.execute(statements.RECORD_HEARTBEATS, _pairs(others, time))


def _pairs(keys: list[tuple[int, int]], time: ServiceTime) -> dict[str, Any]:
    return {"licenses": [key[0] for key in keys], "ids": [key[1] for key in keys], "now": time.now}


def _device_row(key: tuple[int, int], device: Device, actor: Actor) -> tuple[Any, ...]:
    return (
        *key, device.device_name, device.device_type.value, device.operating_system, device.client_version,
        device.status.value, device.slot, device.last_seen_at, actor.name, actor.request_id, actor.address,
    )  # fmt: skip


def _license_row(license_: License, time: ServiceTime) -> dict[str, Any]:
    return {
        "id": license_.id,
        "suspended": license_.suspended,
        "deleted": license_.deleted,
        "device_limit": license_.device_limit,
        "concurrent_sessions_limit": license_.concurrent_sessions_limit,
        "now": time.now,
    }


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
