"""Devices that were blocked since the backup: by the engine where they are registered, else as new rows."""

from collections.abc import Sequence
from typing import Any, Final

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.licensing.commands import BlockDevice
from leasehold.licensing.engine import run_commands

_OPEN: Final = """
SELECT l.license_key, d.hardware_fingerprint
  FROM unnest(%s::text[], %s::text[]) AS known (license_key, hardware_fingerprint)
  JOIN licenses AS l USING (license_key)
  JOIN device_registrations AS d ON d.license_id = l.id AND d.hardware_fingerprint = known.hardware_fingerprint
 WHERE d.status <> 'blocked'
 ORDER BY 1, 2
"""
# Registered, and blocked, after the backup was made.
_REGISTER_BLOCKED: Final = """
INSERT INTO device_registrations (license_id, hardware_fingerprint, device_name, device_type, status, device_limit,
                                  first_activated_at, last_seen_at, changed_by, change_request_id)
SELECT l.id, known.hardware_fingerprint, known.device_name, known.device_type, 'blocked', l.device_limit,
       known.first_activated_at, known.last_seen_at, %s, %s
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
       AS known (license_key, hardware_fingerprint, device_name, device_type, first_activated_at, last_seen_at)
  JOIN licenses AS l USING (license_key)
ON CONFLICT ON CONSTRAINT device_registrations_fingerprint DO NOTHING
RETURNING device_name
"""
_BATCH: Final = 500


def block_devices(connection: Connection, rows: Sequence[tuple[Any, ...]], actor: Actor) -> list[str]:
    """Block what `rows` name (license key, fingerprint, name, type, first activation, last sign of life).

    Returns the names of those that were not blocked already. Commits nothing.
    """
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = {(row[0], row[1]): str(row[2]) for row in rows}
    standing_open = connection.execute(_OPEN, columns[:2]).fetchall()
    commands = [BlockDevice(str(key), str(fingerprint)) for key, fingerprint in standing_open]
    for start in range(0, len(commands), _BATCH):
        run_commands(connection, [(command, actor) for command in commands[start : start + _BATCH]], wait=True)
    left = set(connection.execute(_OPEN, columns[:2]).fetchall())  # of deleted licenses, which let nobody in
    added = connection.execute(_REGISTER_BLOCKED, (actor.name, actor.request_id, *columns))
    return [names[device] for device in names if device in {*standing_open} - left] + [str(name) for (name,) in added]
