import psycopg
import pytest

from leasehold.kit.database import Role
from leasehold.staff.session_retention import forget_old_sessions
from tests.conftest import FreshDatabase

_MEMBERS = "INSERT INTO staff_members (email, name, role) VALUES (%s, 'Ada', 'sales') RETURNING id"
# Ended long ago; dead of silence long ago; ended lately; alive.
_SESSIONS = """
INSERT INTO staff_sessions (digest, member_id, created_at, last_seen_at, ended_at)
SELECT sha256((%s || n)::bytea), %s, clock_timestamp() - seen, clock_timestamp() - seen, clock_timestamp() - ended
  FROM (VALUES (1, interval '40 days', interval '31 days'), (2, interval '31 days', NULL),
               (3, interval '40 days', interval '29 days'), (4, interval '1 minute', NULL)) AS v (n, seen, ended)
 WHERE n <= %s
"""


def test_what_ended_long_ago_is_forgotten_but_not_when_somebody_was_seen_last(fresh_database: FreshDatabase) -> None:
    with fresh_database.owner.connect(application="test") as owner:
        owner.execute("SELECT set_config('leasehold.actor', 'test', true)")
        for email, sessions in (("ada@firm.test", 4), ("away@firm.test", 2)):
            row = owner.execute(_MEMBERS, (email,)).fetchone()
            owner.execute(_SESSIONS, (email, row and row[0], sessions))
    with fresh_database.as_role(Role.WORKER).connect(application="test") as worker:
        assert forget_old_sessions(worker) == 3
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            worker.execute("SELECT digest FROM staff_sessions")
    with fresh_database.owner.connect(application="test") as owner:
        left = owner.execute(
            "SELECT member_id, last_seen_at > clock_timestamp() - interval '32 days', ended_at IS NULL"
            " FROM staff_sessions ORDER BY id"
        ).fetchall()
    assert left == [(1, False, False), (1, True, True), (2, True, True)]
