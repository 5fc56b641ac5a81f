"""Three processes write the same sessions among a million rows: they lock in one order, so they never deadlock."""

import subprocess
import sys
from pathlib import Path

from leasehold.kit.database import Role
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license, scalar

_LICENSES = 100_000
_WRITER = Path(__file__).with_name("writer.py")

# Ten sessions a license, written past triggers and foreign keys, because a million rows is what is meant.
_FILL = """
SET session_replication_role = replica;
INSERT INTO licenses (license_key, customer_id, product_id, device_limit, concurrent_sessions_limit)
SELECT 'filled-' || n, l.customer_id, l.product_id, 10, 10 FROM licenses AS l, generate_series(1, {licenses}) AS n;
INSERT INTO license_sessions (license_id, session_token, device_id, slot, concurrent_sessions_limit, started_at,
                              last_heartbeat_at)
SELECT l.id, gen_random_uuid(), slot, slot, 10, clock_timestamp(), clock_timestamp()
  FROM licenses AS l, generate_series(1, 10) AS slot WHERE l.license_key LIKE 'filled-%';
SET session_replication_role = origin;
ANALYZE licenses, license_sessions;
SELECT write_service_pulse();
"""


def test_shared_sessions_among_a_million_never_deadlock(fresh_database: FreshDatabase) -> None:
    issue_license(fresh_database.owner)
    with fresh_database.superuser() as superuser:
        superuser.execute(_FILL.format(licenses=_LICENSES))
        assert scalar(superuser, "SELECT count(*) FROM license_sessions") == _LICENSES * 10
        rows = superuser.execute("SELECT session_token FROM license_sessions TABLESAMPLE SYSTEM (1) LIMIT 400")
        tokens = "\n".join(str(token) for (token,) in rows)
        writers = [_writer(fresh_database, seed, tokens) for seed in range(3)]
        assert [writer.wait(120) for writer in writers] == [0, 0, 0]
        assert scalar(superuser, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
        assert int(str(scalar(superuser, "SELECT count(*) FROM license_heartbeats"))) >= 3 * 120 * 100


def _writer(database: FreshDatabase, seed: int, tokens: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(_WRITER), database.as_role(Role.SERVER).conninfo, str(seed)]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    assert writer.stdin is not None
    writer.stdin.write(tokens)
    writer.stdin.close()
    return writer
