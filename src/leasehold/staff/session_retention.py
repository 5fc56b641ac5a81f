"""Sessions of people that ended long ago are forgotten; what happened in them is in the audit log."""

from leasehold.kit.database import Connection

# The newest of each member stays: it says when they were seen last. No session lives as long as this, ended or not.
_FORGET = """
DELETE FROM staff_sessions AS s
 WHERE coalesce(s.ended_at, s.last_seen_at) < clock_timestamp() - interval '30 days'
   AND EXISTS (SELECT FROM staff_sessions AS later
                WHERE later.member_id = s.member_id AND later.last_seen_at > s.last_seen_at)
"""


def forget_old_sessions(connection: Connection) -> int:
    """Commit the removal of sessions that ended more than 30 days ago; returns how many."""
    forgotten = connection.execute(_FORGET).rowcount
    connection.commit()
    return forgotten
