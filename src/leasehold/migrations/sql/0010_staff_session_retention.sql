-- The worker forgets sessions that ended long ago; it never sees what they are known by.
GRANT SELECT (id, member_id, last_seen_at, ended_at), DELETE ON staff_sessions TO leasehold_worker;
