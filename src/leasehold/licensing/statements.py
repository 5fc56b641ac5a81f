"""The SQL of the engine: one statement, one name, one line of intent.

Every statement that locks several rows locks them in one order: licenses and devices by id, sessions by token (all
that a heartbeat knows); the caller hands arrays in that order. Times are parameters, read once from the database for
each batch.
"""

# Lock the licenses that keys and tokens name, and read them as the lock left them; skip what is locked elsewhere.
LOCK_LICENSES = """
SELECT l.id, l.license_key, p.slug, l.type, l.device_limit, l.concurrent_sessions_limit, l.valid_from, l.valid_until,
       l.suspended_at IS NOT NULL, l.deleted_at IS NOT NULL, l.features, l.offline_grace, l.offline_max_ttl,
       l.checkout_enabled
  FROM licenses AS l JOIN products AS p ON p.id = l.product_id
 WHERE l.id = ANY(ARRAY(
           SELECT id FROM licenses WHERE license_key = ANY(%(keys)s::text[])
           UNION SELECT license_id FROM license_sessions WHERE session_token = ANY(%(tokens)s::uuid[])
           UNION SELECT license_id FROM session_history WHERE session_token = ANY(%(tokens)s::uuid[])))
 ORDER BY l.id
"""
SKIPPING = " FOR NO KEY UPDATE OF l SKIP LOCKED"
WAITING = " FOR NO KEY UPDATE OF l"

# Which of these exist all the same (and are locked elsewhere)?
EXISTING_KEYS = "SELECT license_key FROM licenses WHERE license_key = ANY(%s::text[])"
EXISTING_TOKENS = """
SELECT session_token FROM license_sessions WHERE session_token = ANY(%(tokens)s::uuid[])
UNION SELECT session_token FROM session_history WHERE session_token = ANY(%(tokens)s::uuid[])
"""

# The moment of the decision, taken after the locks are held, and the times that silence is measured with.
SERVICE_TIME = "SELECT now, available_since, session_timeout, heartbeat_interval FROM service_time"

DEVICES = """
SELECT license_id, id, hardware_fingerprint, device_name, device_type, operating_system, client_version, status, slot,
       first_activated_at, last_seen_at
  FROM device_registrations
 WHERE license_id = ANY(%(licenses)s::bigint[])
   AND (status = 'active' OR hardware_fingerprint = ANY(%(fingerprints)s::text[]))
"""

LIVE_SESSIONS = """
SELECT license_id, id, session_token, device_id, slot, over_limit, client_version, started_at, last_heartbeat_at
  FROM license_sessions
 WHERE license_id = ANY(%s::bigint[])
"""

ENDED_SESSIONS = """
SELECT license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at, ended_at, end_reason
  FROM session_history
 WHERE session_token = ANY(%s::uuid[])
"""

RESERVE_DEVICE_IDS = "SELECT nextval('device_registrations_id_seq') FROM generate_series(1, %s)"
RESERVE_SESSION_IDS = "SELECT nextval('license_sessions_id_seq') FROM generate_series(1, %s)"

# Move what looks dead into the history, each only if it still is: a heartbeat that committed meanwhile keeps its
# session, because the predicate stands on the row that is deleted. The time of death is the rule's, not ours.
REAP = """
WITH looked_dead AS (
    SELECT * FROM unnest(%(tokens)s::uuid[], %(ended_at)s::timestamptz[], %(reasons)s::text[])
        AS u (session_token, ended_at, end_reason)
), gone AS (
    DELETE FROM license_sessions AS s USING looked_dead AS d
     WHERE s.session_token = d.session_token
       AND (d.end_reason = 'license_expired'
            OR %(now)s - greatest(least(s.last_heartbeat_at, %(now)s), %(available_since)s) >= %(timeout)s)
    RETURNING s.*, d.ended_at, d.end_reason
), seen AS (
    UPDATE device_registrations AS r SET last_seen_at = g.last_heartbeat_at
      FROM gone AS g
     WHERE r.license_id = g.license_id AND r.id = g.device_id
       AND r.last_seen_at < g.last_heartbeat_at - interval '5 minutes'
)
INSERT INTO session_history (license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at,
                             ended_at, end_reason)
SELECT license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at,
       greatest(ended_at, last_heartbeat_at), end_reason
  FROM gone
RETURNING license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at, ended_at, end_reason
"""

# Lock all sessions that several statements of a batch will write, in one pass: two passes could cross with heartbeats.
LOCK_SESSIONS = """
SELECT FROM license_sessions WHERE session_token = ANY(%s::uuid[]) ORDER BY session_token FOR NO KEY UPDATE
"""

# End live sessions by decision. A heartbeat that committed after our `now` is kept: the end is not before it.
END_SESSIONS = """
WITH ends AS (
    SELECT * FROM unnest(%(tokens)s::uuid[], %(last)s::timestamptz[], %(ended_at)s::timestamptz[], %(reasons)s::text[])
        AS u (session_token, last_heartbeat_at, ended_at, end_reason)
), gone AS (
    DELETE FROM license_sessions AS s USING ends AS e
     WHERE s.session_token = e.session_token
    RETURNING s.license_id, s.id, s.session_token, s.device_id, s.client_version, s.started_at,
              greatest(s.last_heartbeat_at, e.last_heartbeat_at) AS last_heartbeat_at, e.ended_at, e.end_reason
), seen AS (
    UPDATE device_registrations AS r SET last_seen_at = g.last_heartbeat_at
      FROM gone AS g
     WHERE r.license_id = g.license_id AND r.id = g.device_id
       AND r.last_seen_at < g.last_heartbeat_at - interval '5 minutes'
)
INSERT INTO session_history (license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at,
                             ended_at, end_reason)
SELECT license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at,
       greatest(ended_at, last_heartbeat_at), end_reason
  FROM gone
RETURNING session_token, last_heartbeat_at, ended_at
"""

# Sessions that started and ended within one batch: they were never live for anybody else.
ADD_TO_HISTORY = """
INSERT INTO session_history (license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at,
                             ended_at, end_reason)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[],
                     %s::timestamptz[], %s::timestamptz[], %s::text[])
"""

# Known devices as the batch left them. Slots are given back (and moved) before others take them.
CHANGE_DEVICES = """
UPDATE device_registrations AS r
   SET device_name = u.device_name, device_type = u.device_type, operating_system = u.operating_system,
       client_version = u.client_version, status = u.status, slot = u.slot,
       last_seen_at = greatest(r.last_seen_at, u.last_seen_at),
       changed_by = u.changed_by, change_request_id = u.change_request_id, change_address = u.change_address
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[],
              %s::timestamptz[], %s::text[], %s::text[], %s::inet[])
       AS u (license_id, id, device_name, device_type, operating_system, client_version, status, slot, last_seen_at,
             changed_by, change_request_id, change_address)
 WHERE r.license_id = u.license_id AND r.id = u.id
"""

ADD_DEVICES = """
INSERT INTO device_registrations
       (license_id, id, hardware_fingerprint, device_limit, first_activated_at, device_name, device_type,
        operating_system, client_version, status, slot, last_seen_at, changed_by, change_request_id, change_address)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::smallint[], %s::timestamptz[], %s::text[], %s::text[],
                     %s::text[], %s::text[], %s::text[], %s::smallint[], %s::timestamptz[], %s::text[], %s::text[],
                     %s::inet[])
"""

# Devices heard of again; never waits for a row that somebody else is writing.
TOUCH_DEVICES = """
UPDATE device_registrations AS r SET last_seen_at = %(now)s
 WHERE (r.license_id, r.id) IN (
           SELECT d.license_id, d.id
             FROM device_registrations AS d
             JOIN unnest(%(licenses)s::bigint[], %(ids)s::bigint[]) AS u (license_id, id)
               ON d.license_id = u.license_id AND d.id = u.id
            WHERE d.last_seen_at < %(now)s - interval '5 minutes'
              FOR NO KEY UPDATE OF d SKIP LOCKED)
"""

ADD_SESSIONS = """
INSERT INTO license_sessions (license_id, id, session_token, device_id, slot, concurrent_sessions_limit,
                              client_version, started_at, last_heartbeat_at)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::bigint[], %s::smallint[], %s::smallint[], %s::text[],
                     %s::timestamptz[], %s::timestamptz[])
"""

MARK_OVER_LIMIT = "UPDATE license_sessions SET over_limit = true WHERE license_id = %s AND id = ANY(%s::bigint[])"

BEAT_SESSIONS = """
WITH beaten AS (
    UPDATE license_sessions AS s SET last_heartbeat_at = greatest(s.last_heartbeat_at, %(now)s)
      FROM unnest(%(tokens)s::uuid[]) AS u (session_token)
     WHERE s.session_token = u.session_token
    RETURNING s.license_id, s.id
)
INSERT INTO license_heartbeats (license_id, session_id, at) SELECT license_id, id, %(now)s FROM beaten
"""

# The beats of sessions that the batch has started or ended, which BEAT_SESSIONS does not find.
RECORD_HEARTBEATS = """
INSERT INTO license_heartbeats (license_id, session_id, at)
SELECT u.license_id, u.id, %(now)s FROM unnest(%(licenses)s::bigint[], %(ids)s::bigint[]) AS u (license_id, id)
"""

CHANGE_LICENSE = """
UPDATE licenses
   SET suspended_at = CASE WHEN %(suspended)s THEN coalesce(suspended_at, %(now)s) END,
       deleted_at = CASE WHEN %(deleted)s THEN coalesce(deleted_at, %(now)s) END,
       device_limit = %(device_limit)s, concurrent_sessions_limit = %(concurrent_sessions_limit)s
 WHERE id = %(id)s
"""

# A batch of heartbeats in one statement: the guarded update answers nearly all of them, in one row, by their places in
# the array (a row for each would cost more to read than to write); one whose place is missing is diagnosed by the
# rules. Time is read once, in the same statement; a time from the future (the clock was set back) becomes now. The
# license's state is asked in a CASE, of which the planner expects little: on a young database without statistics it
# would take "IS NULL" for rare, and begin with all licenses instead of the tokens.
BEAT = """
WITH t AS MATERIALIZED (SELECT now, available_since, session_timeout, heartbeat_interval FROM service_time),
beaten AS (
    UPDATE license_sessions AS s
       SET last_heartbeat_at = CASE WHEN s.last_heartbeat_at > t.now + interval '5 s' THEN t.now
                                    ELSE greatest(s.last_heartbeat_at, t.now) END
      FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS u (session_token, license_key, place), t, licenses AS l
     WHERE s.session_token = u.session_token AND l.id = s.license_id
       AND CASE WHEN l.suspended_at IS NULL AND l.deleted_at IS NULL THEN coalesce(t.now < l.valid_until, true) END
       AND l.license_key = coalesce(u.license_key, l.license_key)
       AND t.now - greatest(least(s.last_heartbeat_at, t.now), t.available_since) < t.session_timeout
    RETURNING u.place, s.license_id, s.id, l.license_key, l.valid_until
), recorded AS (
    INSERT INTO license_heartbeats (license_id, session_id, at)
    SELECT b.license_id, b.id, t.now FROM beaten AS b, t
)
SELECT t.now, t.available_since, t.session_timeout, t.heartbeat_interval, b.places, b.license_keys, b.valid_until
  FROM t, (SELECT array_agg(place), array_agg(license_key), array_agg(valid_until) FROM beaten)
          AS b (places, license_keys, valid_until)
"""
