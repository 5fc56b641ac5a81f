"""What a running installation would have seen: a month of activity, refusals, server processes, jobs done."""

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database

_ACTOR = Actor("test:demonstration")

# Working days have a morning and an afternoon; for two hours of the night before last nobody took a sample.
_SAMPLES = """
INSERT INTO activity_samples (resolution, at, sessions_live, sessions_peak, heartbeats, devices_active, seats_sold,
                              counted_at)
SELECT resolution, at, busy, busy + busy / 8, busy * 2 * minutes, 24, 20, at
  FROM (SELECT resolution, at, minutes,
               1 + round(greatest(0, sin((extract(hour FROM at) + extract(minute FROM at) / 60 - 6) * pi() / 12))
                         * CASE WHEN extract(isodow FROM at) < 6 THEN 14 ELSE 3 END)::bigint AS busy
          FROM (SELECT 'minute' AS resolution, at, 1 AS minutes
                  FROM generate_series(date_trunc('minute', now(), 'UTC') - interval '24 hours',
                                       date_trunc('minute', now(), 'UTC'), interval '1 minute') AS at
                 UNION ALL
                SELECT 'hour', at, 60
                  FROM generate_series(date_trunc('hour', now(), 'UTC') - interval '30 days',
                                       date_trunc('hour', now(), 'UTC'), interval '1 hour') AS at) AS points
         WHERE at NOT BETWEEN now() - interval '10 hours' AND now() - interval '8 hours') AS samples
"""
_DENIALS = """
INSERT INTO license_denials (hour, license_id, code, denials)
SELECT date_trunc('hour', now(), 'UTC') - make_interval(hours => n::int * 7), id,
       CASE WHEN n % 2 = 0 THEN 'device_limit_reached' ELSE 'session_limit_reached' END, (40 / n)::int
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM licenses WHERE deleted_at IS NULL) AS numbered
 WHERE n <= 4
UNION ALL
SELECT date_trunc('hour', now(), 'UTC'), NULL, 'license_not_found', 7
"""
_PROCESS = """
INSERT INTO server_processes (id, host, pid, version, started_at, seen_at, heartbeats_per_second, commands_per_second,
                              heartbeats_last_minute, pending, database_down, lanes)
SELECT gen_random_uuid(), 'license-' || n, 4000 + n, '1.0.0', now() - interval '9 days', now(), 41.5, 3.2, 2490, 0,
       false, '{}'
  FROM generate_series(1, 2) AS n
"""
_JOBS = """
INSERT INTO schedules (name, started_at, finished_at, due_at, failure)
VALUES ('sweep', now(), now(), now() + interval '1 day', NULL),
       ('activity', now(), now(), now() + interval '1 day', 'OperationalError: the disk is full')
"""


def make_observations(owner: Database) -> None:
    """Fill what programs write about themselves; `owner` is the owner's view of a database with some licenses."""
    with owner.connect(application="demonstration") as connection:
        _ACTOR.sign(connection)
        for statement in (_SAMPLES, _DENIALS, _PROCESS, _JOBS):
            connection.execute(statement)
