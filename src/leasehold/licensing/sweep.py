"""Move dead sessions to the history, license by license, through the same engine as everybody."""

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.licensing.commands import Sweep
from leasehold.licensing.engine import run_commands

_BATCH = 64

# Which licenses have a session that looks dead? What is dead is for the engine to say.
_LICENSES_WITH_SILENCE = """
SELECT DISTINCT l.license_key
  FROM service_time AS t, license_sessions AS s JOIN licenses AS l ON l.id = s.license_id
 WHERE t.now - greatest(least(s.last_heartbeat_at, t.now), t.available_since) >= t.session_timeout
    OR l.valid_until <= t.now
"""


def sweep_dead_sessions(connection: Connection) -> int:
    """Commit the end of every session that is dead now; returns how many licenses were touched.

    Licenses that are locked elsewhere are left alone: whoever holds them moves their dead sessions anyway.
    """
    keys = sorted(str(key) for (key,) in connection.execute(_LICENSES_WITH_SILENCE))
    connection.commit()
    actor = Actor("job:sweep")
    for start in range(0, len(keys), _BATCH):
        run_commands(connection, [(Sweep(key), actor) for key in keys[start : start + _BATCH]])
        connection.commit()
    return len(keys)
