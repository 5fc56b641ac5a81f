-- What happens while it runs: processes of the server, denials, samples for charts.
--
-- None of the three tables is audited: nobody decides anything here. Rows are what programs observe about themselves,
-- every few seconds, and an audit row for each would bury the changes that people make.

-- One row for each process of the license server that runs; `lanes` holds the figures of each lane by its name.
-- Gone at a clean stop; after a crash the others and the worker remove it when it is stale.
CREATE TABLE server_processes (
    id uuid CONSTRAINT server_processes_pkey PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeats_per_second double precision NOT NULL DEFAULT 0,
    commands_per_second double precision NOT NULL DEFAULT 0,
    heartbeats_last_minute bigint NOT NULL DEFAULT 0,
    pending integer NOT NULL DEFAULT 0,
    database_down boolean NOT NULL DEFAULT false,
    lanes jsonb NOT NULL DEFAULT '{}' CONSTRAINT server_processes_lanes CHECK (jsonb_typeof(lanes) = 'object')
) WITH (fillfactor = 50);

-- Whose license refused what, by the hour (UTC); no license where the key or the token is unknown. There is no foreign
-- key: checking it would lock licenses that the engine is working on, and licenses are never removed.
CREATE TABLE license_denials (
    hour timestamptz NOT NULL,
    license_id bigint,
    code text NOT NULL,
    denials integer NOT NULL CONSTRAINT license_denials_some CHECK (denials > 0),
    CONSTRAINT license_denials_key UNIQUE NULLS NOT DISTINCT (hour, license_id, code)
) WITH (fillfactor = 70);
CREATE INDEX license_denials_license ON license_denials (license_id, hour);

-- What the charts show: minutes for two days, hours for longer. An hour holds the mean and the peak of its live
-- sessions, the sum of its heartbeats, and the last of the other counts. `counted_at` says how old those are.
CREATE TABLE activity_samples (
    resolution text NOT NULL CONSTRAINT activity_samples_resolution CHECK (resolution IN ('minute', 'hour')),
    at timestamptz NOT NULL,
    sessions_live bigint NOT NULL,
    sessions_peak bigint NOT NULL,
    heartbeats bigint NOT NULL,
    devices_active bigint NOT NULL,
    seats_sold bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    CONSTRAINT activity_samples_pkey PRIMARY KEY (resolution, at)
);

-- Silent devices are found by the day they were last seen (UTC). The day, not the time, is indexed: last_seen_at moves
-- every five minutes and stays a heap-only update, the day moves once a day.
ALTER TABLE device_registrations
    ADD COLUMN last_seen_on date NOT NULL GENERATED ALWAYS AS ((last_seen_at AT TIME ZONE 'UTC')::date) STORED;
CREATE INDEX device_registrations_active_last_seen_on ON device_registrations (last_seen_on) WHERE status = 'active';

-- Licenses that will expire, in the order in which they do.
CREATE INDEX licenses_expiring ON licenses (valid_until, id)
    WHERE valid_until IS NOT NULL AND suspended_at IS NULL AND deleted_at IS NULL;

-- Sessions that live at this moment, by the clock that every decision goes by. That the license has not been stopped
-- need not be asked: who stops it ends its sessions in the same transaction, and the sweep those of one that expires.
CREATE VIEW live_sessions AS
SELECT s.license_id, s.id, s.device_id
  FROM service_time AS t, license_sessions AS s
 WHERE t.now - greatest(least(s.last_heartbeat_at, t.now), t.available_since) < t.session_timeout;

GRANT SELECT ON live_sessions TO leasehold_panel, leasehold_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON server_processes TO leasehold_server;
GRANT SELECT, INSERT, UPDATE ON license_denials TO leasehold_server;
GRANT SELECT, DELETE ON server_processes, license_denials TO leasehold_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON activity_samples TO leasehold_worker;
GRANT SELECT ON server_processes, license_denials, activity_samples, license_heartbeats_default TO leasehold_panel;
-- FOR UPDATE SKIP LOCKED asks for UPDATE of one column.
GRANT UPDATE (seen_at) ON server_processes TO leasehold_worker;
