-- The core: products, licenses and their terms, devices, live sessions, their history, heartbeats.

CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT products_pkey PRIMARY KEY,
    slug text NOT NULL CONSTRAINT products_slug UNIQUE
        CONSTRAINT products_slug_form CHECK (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$'),
    name text NOT NULL CONSTRAINT products_name_present CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1
);
CALL audit_changes_of('products', 'id', '{slug,name}');

-- valid_from and valid_until follow the terms (a trigger keeps them true); suspension and deletion are decisions.
CREATE TABLE licenses (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT licenses_pkey PRIMARY KEY,
    license_key text NOT NULL CONSTRAINT licenses_license_key UNIQUE,
    customer_id bigint NOT NULL CONSTRAINT licenses_customer_fkey REFERENCES customers (id),
    product_id bigint NOT NULL CONSTRAINT licenses_product_fkey REFERENCES products (id),
    type text NOT NULL DEFAULT 'full' CONSTRAINT licenses_type CHECK (type IN ('full', 'trial', 'test')),
    device_limit smallint NOT NULL CONSTRAINT licenses_device_limit CHECK (device_limit BETWEEN 1 AND 10),
    concurrent_sessions_limit smallint NOT NULL CONSTRAINT licenses_concurrent_sessions_limit
        CHECK (concurrent_sessions_limit BETWEEN 1 AND device_limit),
    features jsonb NOT NULL DEFAULT '{}' CONSTRAINT licenses_features CHECK (jsonb_typeof(features) = 'object'),
    offline_grace integer NOT NULL DEFAULT 86400 CONSTRAINT licenses_offline_grace CHECK (offline_grace >= 0),
    offline_max_ttl integer NOT NULL DEFAULT 2592000 CONSTRAINT licenses_offline_max_ttl CHECK (offline_max_ttl >= 3600),
    checkout_enabled boolean NOT NULL DEFAULT true,
    valid_from timestamptz NOT NULL DEFAULT clock_timestamp(),
    valid_until timestamptz,
    suspended_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT licenses_device_limit_key UNIQUE (id, device_limit),
    CONSTRAINT licenses_sessions_limit_key UNIQUE (id, concurrent_sessions_limit)
);
CREATE INDEX licenses_customer ON licenses (customer_id, id);
CREATE INDEX licenses_product ON licenses (product_id, id);
CALL audit_changes_of('licenses', 'id', '{license_key,customer_id,product_id,type,device_limit,concurrent_sessions_limit,features,offline_grace,offline_max_ttl,checkout_enabled,suspended_at,deleted_at}');
CREATE TRIGGER bump_version BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION bump_version();
CREATE TRIGGER bump_version BEFORE UPDATE ON licenses FOR EACH ROW EXECUTE FUNCTION bump_version();

-- A term is a row: a renewal adds one and never overwrites; a wrong one is voided with a reason.
CREATE TABLE license_terms (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT license_terms_pkey PRIMARY KEY,
    license_id bigint NOT NULL CONSTRAINT license_terms_license_fkey REFERENCES licenses (id),
    period tstzrange NOT NULL CONSTRAINT license_terms_period
        CHECK (NOT isempty(period) AND NOT lower_inf(period) AND lower_inc(period) AND NOT upper_inc(period)),
    kind text NOT NULL CONSTRAINT license_terms_kind
        CHECK (kind IN ('initial', 'renewal', 'extension', 'test', 'goodwill')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    voided_at timestamptz,
    void_reason text,
    CONSTRAINT license_terms_void_has_reason CHECK ((voided_at IS NULL) = (void_reason IS NULL)),
    CONSTRAINT license_terms_no_overlap EXCLUDE USING gist (license_id WITH =, period WITH &&) WHERE (voided_at IS NULL)
);
CREATE INDEX license_terms_license ON license_terms (license_id);
CALL audit_changes_of('license_terms', 'id', '{license_id,period,kind,voided_at,void_reason}');

-- A license is valid during the last unbroken run of its terms.
CREATE FUNCTION follow_license_terms() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE licenses AS l
       SET valid_from = lower(run.period), valid_until = upper(run.period)
      FROM (SELECT u.period
              FROM unnest((SELECT range_agg(t.period) FROM license_terms AS t
                            WHERE t.license_id = NEW.license_id AND t.voided_at IS NULL)) AS u (period)
             ORDER BY u.period DESC LIMIT 1) AS run
     WHERE l.id = NEW.license_id
       AND (l.valid_from, l.valid_until) IS DISTINCT FROM (lower(run.period), upper(run.period));
    RETURN NULL;
END
$$;
CREATE TRIGGER license_terms_followed AFTER INSERT OR UPDATE ON license_terms
    FOR EACH ROW EXECUTE FUNCTION follow_license_terms();

-- Everything known about a device under a license. An active device holds a slot, and the copy of the limit,
-- held true by the foreign key, lets the CHECK refuse a slot above it, whoever writes.
CREATE TABLE device_registrations (
    license_id bigint NOT NULL CONSTRAINT device_registrations_license_fkey REFERENCES licenses (id),
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    hardware_fingerprint text NOT NULL CONSTRAINT device_registrations_fingerprint_form
        CHECK (hardware_fingerprint ~ '^[!-~]{16,255}$'),
    device_name text NOT NULL,
    device_type text NOT NULL CONSTRAINT device_registrations_device_type
        CHECK (device_type IN ('desktop', 'laptop', 'server', 'mobile', 'tablet', 'virtual', 'other')),
    operating_system text,
    client_version text,
    status text NOT NULL CONSTRAINT device_registrations_status CHECK (status IN ('active', 'inactive', 'blocked')),
    slot smallint,
    device_limit smallint NOT NULL,
    first_activated_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_request_id text NOT NULL,
    change_address inet,
    CONSTRAINT device_registrations_pkey PRIMARY KEY (license_id, id),
    CONSTRAINT device_registrations_fingerprint UNIQUE (license_id, hardware_fingerprint),
    CONSTRAINT device_registrations_slot UNIQUE (license_id, slot),
    CONSTRAINT device_registrations_active_has_slot CHECK ((status = 'active') = (slot IS NOT NULL)),
    CONSTRAINT device_registrations_slot_within_limit CHECK (slot BETWEEN 1 AND device_limit),
    CONSTRAINT device_registrations_limit_fkey FOREIGN KEY (license_id, device_limit)
        REFERENCES licenses (id, device_limit) ON UPDATE CASCADE
) WITH (fillfactor = 80);
CALL audit_changes_of('device_registrations', 'id', '{license_id,hardware_fingerprint,device_name,device_type,operating_system,client_version,status}', '{device_name}', true);

-- Live sessions only. No index on the heartbeat's time, so that a heartbeat stays a heap-only update.
CREATE TABLE license_sessions (
    license_id bigint NOT NULL CONSTRAINT license_sessions_license_fkey REFERENCES licenses (id),
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    session_token uuid NOT NULL CONSTRAINT license_sessions_token UNIQUE,
    device_id bigint NOT NULL,
    slot smallint NOT NULL,
    concurrent_sessions_limit smallint NOT NULL,
    over_limit boolean NOT NULL DEFAULT false,
    client_version text,
    started_at timestamptz NOT NULL,
    last_heartbeat_at timestamptz NOT NULL,
    CONSTRAINT license_sessions_pkey PRIMARY KEY (license_id, id),
    CONSTRAINT license_sessions_device UNIQUE (license_id, device_id),
    CONSTRAINT license_sessions_slot UNIQUE (license_id, slot),
    CONSTRAINT license_sessions_slot_range CHECK (slot BETWEEN 1 AND 10),
    CONSTRAINT license_sessions_slot_within_limit CHECK (slot <= concurrent_sessions_limit OR over_limit),
    CONSTRAINT license_sessions_device_fkey FOREIGN KEY (license_id, device_id)
        REFERENCES device_registrations (license_id, id),
    CONSTRAINT license_sessions_limit_fkey FOREIGN KEY (license_id, concurrent_sessions_limit)
        REFERENCES licenses (id, concurrent_sessions_limit) ON UPDATE CASCADE
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- Every ended session, exactly once, with exactly one reason.
CREATE TABLE session_history (
    license_id bigint NOT NULL CONSTRAINT session_history_license_fkey REFERENCES licenses (id),
    id bigint NOT NULL,
    session_token uuid NOT NULL CONSTRAINT session_history_token UNIQUE,
    device_id bigint NOT NULL,
    client_version text,
    started_at timestamptz NOT NULL,
    last_heartbeat_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    end_reason text NOT NULL CONSTRAINT session_history_end_reason CHECK (end_reason IN (
        'client', 'timeout', 'operator', 'license_suspended', 'license_expired', 'license_deleted',
        'device_deactivated', 'device_blocked')),
    CONSTRAINT session_history_pkey PRIMARY KEY (license_id, id),
    CONSTRAINT session_history_device_fkey FOREIGN KEY (license_id, device_id)
        REFERENCES device_registrations (license_id, id)
);
CREATE INDEX session_history_ended_at ON session_history (ended_at, id);
CREATE TRIGGER session_history_is_final BEFORE UPDATE ON session_history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- One narrow row for each heartbeat, by month; the default partition is a net that raises an alarm.
CREATE TABLE license_heartbeats (
    license_id bigint NOT NULL,
    session_id bigint NOT NULL,
    at timestamptz NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX license_heartbeats_at ON license_heartbeats USING brin (at);
CREATE TABLE license_heartbeats_default PARTITION OF license_heartbeats DEFAULT;

-- Makes the partitions of this month and the months ahead (UTC), moving what the net caught. Returns their names.
CREATE FUNCTION ensure_heartbeat_partitions(months_ahead integer DEFAULT 3) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    partition text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('leasehold.heartbeat_partitions', 0));
    FOR ahead IN 0..months_ahead LOOP
        month := date_trunc('month', clock_timestamp()) + make_interval(months => ahead);
        partition := 'license_heartbeats_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
        EXECUTE format('CREATE TABLE public.%I (LIKE license_heartbeats INCLUDING DEFAULTS)', partition);
        EXECUTE format(
            'WITH caught AS (DELETE FROM license_heartbeats_default WHERE at >= %L AND at < %L RETURNING *) '
            'INSERT INTO %I SELECT * FROM caught', month, month + interval '1 month', partition);
        EXECUTE format('ALTER TABLE license_heartbeats ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            partition, month, month + interval '1 month');
        RETURN NEXT partition;
    END LOOP;
END
$$;

-- Drops the partitions that ended before the given time. Returns their names.
CREATE FUNCTION drop_heartbeat_partitions(older_than timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    partition text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('leasehold.heartbeat_partitions', 0));
    FOR partition IN
        SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'license_heartbeats'::regclass AND c.relname ~ '^license_heartbeats_\d{4}_\d{2}$'
           AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= older_than
         ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        RETURN NEXT partition;
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION ensure_heartbeat_partitions, drop_heartbeat_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_heartbeat_partitions, drop_heartbeat_partitions TO leasehold_worker;
SELECT ensure_heartbeat_partitions();

GRANT SELECT ON products TO leasehold_server, leasehold_panel, leasehold_worker;
GRANT INSERT, UPDATE ON products TO leasehold_panel;
-- UPDATE of one column of no weight is what row locks ask for.
GRANT SELECT, UPDATE (updated_at) ON licenses TO leasehold_server, leasehold_worker;
GRANT SELECT, INSERT, UPDATE ON licenses, license_terms TO leasehold_panel;
GRANT SELECT ON license_terms TO leasehold_worker;
GRANT SELECT, INSERT, UPDATE ON device_registrations TO leasehold_server, leasehold_panel;
GRANT SELECT, UPDATE (last_seen_at) ON device_registrations TO leasehold_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON license_sessions TO leasehold_server, leasehold_panel;
GRANT SELECT, UPDATE, DELETE ON license_sessions TO leasehold_worker;
GRANT SELECT, INSERT ON session_history TO leasehold_server, leasehold_panel, leasehold_worker;
GRANT SELECT, INSERT ON license_heartbeats TO leasehold_server, leasehold_panel;
GRANT SELECT ON license_heartbeats, license_heartbeats_default TO leasehold_worker, leasehold_server;
GRANT USAGE ON SEQUENCE device_registrations_id_seq, license_sessions_id_seq TO leasehold_server, leasehold_panel;
