-- Roles, the runtime row, the audit log and its trigger: what every later table stands on.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Roles belong to the whole cluster, so they may exist already (another database, or the supervisor made them).
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['leasehold_server', 'leasehold_panel', 'leasehold_worker', 'leasehold_backup'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another migration made it this very moment
        END;
        -- The owner may act as each role, so that one database URL serves every process.
        -- (To be a member says so up to PostgreSQL 15; from 16 on a member may have been refused just this.)
        IF NOT pg_has_role(current_user, wanted,
                           CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', wanted, current_user);
            EXCEPTION WHEN unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public TO leasehold_server, leasehold_panel, leasehold_worker, leasehold_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO leasehold_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO leasehold_backup;
GRANT SELECT ON alembic_version TO leasehold_backup;

-- The audit log ---------------------------------------------------------------------------------------------

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_log_pkey PRIMARY KEY,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL CONSTRAINT audit_log_actor_named CHECK (actor <> ''),
    action text NOT NULL,
    table_name text NOT NULL,
    row_id text,
    before jsonb,
    after jsonb,
    request_id text,
    address inet
);
CREATE INDEX audit_log_object ON audit_log (table_name, row_id, id);
CREATE INDEX audit_log_occurred_at ON audit_log USING brin (occurred_at);

-- Personal values stand beside the log, which holds only their salted digests: erasing a row here
-- takes the value away and leaves the log as it was written.
CREATE TABLE audit_personal_values (
    audit_id bigint NOT NULL CONSTRAINT audit_personal_values_audit_fkey REFERENCES audit_log (id),
    column_name text NOT NULL,
    side text NOT NULL CONSTRAINT audit_personal_values_side CHECK (side IN ('before', 'after')),
    salt bytea NOT NULL,
    value jsonb NOT NULL,
    CONSTRAINT audit_personal_values_pkey PRIMARY KEY (audit_id, column_name, side)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'LH001';
END
$$;
CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_is_not_truncated BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Writes one audit row and returns its id. Personal values go to the side table, their digests to the log.
CREATE FUNCTION audit_write(
    p_actor text, p_action text, p_table text, p_row_id text, p_before jsonb, p_after jsonb,
    p_request_id text, p_address inet, p_personal text[] DEFAULT '{}'
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    new_id bigint;
    col text;
    half text;
    half_values jsonb;
    halves jsonb := jsonb_build_object('before', p_before, 'after', p_after);
    kept audit_personal_values[] := '{}';
    col_salt bytea;
BEGIN
    IF coalesce(p_actor, '') = '' THEN
        RAISE EXCEPTION 'a change of % names nobody who makes it', p_table
            USING ERRCODE = 'LH002', HINT = 'Set leasehold.actor in the transaction; `leasehold psql` does so.';
    END IF;
    FOREACH half IN ARRAY ARRAY['before', 'after'] LOOP
        half_values := halves -> half;
        FOREACH col IN ARRAY p_personal LOOP
            IF half_values ? col AND half_values ->> col IS NOT NULL THEN
                col_salt := uuid_send(gen_random_uuid());
                kept := kept || ROW(0, col, half, col_salt, half_values -> col)::audit_personal_values;
                halves := jsonb_set(halves, ARRAY[half, col], to_jsonb(
                    'sha256:' || encode(sha256(col_salt || convert_to(half_values ->> col, 'UTF8')), 'hex')));
            END IF;
        END LOOP;
    END LOOP;
    INSERT INTO audit_log (actor, action, table_name, row_id, before, after, request_id, address)
    VALUES (p_actor, p_action, p_table, p_row_id, nullif(halves -> 'before', 'null'),
            nullif(halves -> 'after', 'null'), p_request_id, p_address)
    RETURNING id INTO new_id;
    INSERT INTO audit_personal_values (audit_id, column_name, side, salt, value)
    SELECT new_id, k.column_name, k.side, k.salt, k.value FROM unnest(kept) AS k;
    RETURN new_id;
END
$$;

-- An event that is no change of an audited row (a session ended by an operator, a sign-in, an export),
-- in the name of the transaction's actor.
CREATE FUNCTION audit_event(p_action text, p_table text, p_row_id text, p_after jsonb)
RETURNS bigint LANGUAGE sql AS $$
    SELECT audit_write(
        current_setting('leasehold.actor', true), p_action, p_table, p_row_id, NULL, p_after,
        nullif(current_setting('leasehold.request_id', true), ''),
        nullif(current_setting('leasehold.address', true), '')::inet)
$$;

-- The trigger behind every audited table. Arguments: the key column, the audited columns, which of them are
-- personal, and whether the actor travels on the row (columns changed_by, change_request_id, change_address).
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    key_column constant text := TG_ARGV[0];
    audited constant text[] := TG_ARGV[1];
    personal constant text[] := TG_ARGV[2];
    actor_on_row boolean := TG_ARGV[3]::boolean AND TG_OP <> 'DELETE';
    old_row jsonb := '{}';
    new_row jsonb := '{}';
    before_values jsonb;
    after_values jsonb;
    actor text;
    request_id text;
    address inet;
BEGIN
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
    SELECT jsonb_object_agg(c, old_row -> c), jsonb_object_agg(c, new_row -> c)
      INTO before_values, after_values
      FROM unnest(audited) AS c
     WHERE old_row -> c IS DISTINCT FROM new_row -> c;
    IF TG_OP = 'UPDATE' AND before_values IS NULL THEN
        RETURN NULL;
    END IF;
    -- A row that keeps its old request id was changed by somebody who did not sign: ask the transaction then.
    IF actor_on_row AND TG_OP = 'UPDATE' THEN
        actor_on_row := old_row ->> 'change_request_id' IS DISTINCT FROM new_row ->> 'change_request_id';
    END IF;
    IF actor_on_row THEN
        actor := new_row ->> 'changed_by';
        request_id := new_row ->> 'change_request_id';
        address := (new_row ->> 'change_address')::inet;
    ELSE
        actor := current_setting('leasehold.actor', true);
        request_id := nullif(current_setting('leasehold.request_id', true), '');
        address := nullif(current_setting('leasehold.address', true), '')::inet;
    END IF;
    PERFORM audit_write(
        actor, lower(TG_OP), TG_TABLE_NAME, coalesce(new_row ->> key_column, old_row ->> key_column),
        CASE WHEN TG_OP <> 'INSERT' THEN before_values END,
        CASE WHEN TG_OP <> 'DELETE' THEN after_values END,
        request_id, address, personal);
    RETURN NULL;
END
$$;

-- `audit_changes_of('products', 'id', '{slug,name}')` makes a table an audited one.
CREATE PROCEDURE audit_changes_of(
    p_table regclass, p_key text, p_columns text[], p_personal text[] DEFAULT '{}', p_actor_on_row boolean DEFAULT false
) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OF %s ON %s FOR EACH ROW '
        'EXECUTE FUNCTION audit_row(%L, %L, %L, %L)',
        'audit_changes', (SELECT string_agg(quote_ident(c), ', ') FROM unnest(p_columns) AS c), p_table,
        p_key, p_columns, p_personal, p_actor_on_row);
END
$$;

-- Editable rows carry a version: it moves with every change, so that a stale save can be refused.
CREATE FUNCTION bump_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- What decides licensing, in one row, read in the same transaction as the decision ------------------------------

CREATE TABLE runtime (
    only_row boolean NOT NULL DEFAULT true CONSTRAINT runtime_pkey PRIMARY KEY
        CONSTRAINT runtime_only_row CHECK (only_row),
    service_pulse timestamptz NOT NULL DEFAULT 'epoch',
    available_since timestamptz NOT NULL DEFAULT 'epoch',
    heartbeat_interval integer NOT NULL DEFAULT 30
        CONSTRAINT runtime_heartbeat_interval CHECK (heartbeat_interval BETWEEN 1 AND 3600),
    session_timeout integer NOT NULL DEFAULT 60
        CONSTRAINT runtime_session_timeout CHECK (session_timeout > heartbeat_interval AND session_timeout <= 86400),
    api_key_epoch bigint NOT NULL DEFAULT 1,
    oldest_supported_schema integer NOT NULL DEFAULT 1
);
INSERT INTO runtime DEFAULT VALUES;
CALL audit_changes_of('runtime', 'only_row', '{heartbeat_interval,session_timeout}');

-- Since when the service has been there without a break. A gap in the pulse longer than
-- min(15 s, half of timeout - interval) means that it was away: silence is counted from now on.
CREATE FUNCTION available_since_at(r runtime, now timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN now - r.service_pulse > least(interval '15 s',
                         make_interval(secs => (r.session_timeout - r.heartbeat_interval) / 2.0))
                THEN now ELSE least(r.available_since, now) END
$$;

-- The one definition of "now" for every decision.
CREATE VIEW service_time AS
SELECT t.now, available_since_at(r, t.now) AS available_since,
       make_interval(secs => r.session_timeout) AS session_timeout,
       r.heartbeat_interval, r.session_timeout AS session_timeout_seconds, r.api_key_epoch
  FROM runtime AS r, LATERAL (SELECT clock_timestamp() AS now OFFSET 0) AS t;

-- The service is there: written every few seconds by the license server's processes, and by them only.
CREATE FUNCTION write_service_pulse() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE runtime AS r
       SET available_since = available_since_at(r, clock_timestamp()), service_pulse = clock_timestamp()
$$;
REVOKE EXECUTE ON FUNCTION write_service_pulse FROM PUBLIC;
GRANT EXECUTE ON FUNCTION write_service_pulse TO leasehold_server;

GRANT SELECT ON runtime, service_time TO leasehold_server, leasehold_panel, leasehold_worker;
-- Where the schema stands: every program asks before it serves.
GRANT SELECT ON alembic_version TO leasehold_server, leasehold_panel, leasehold_worker;
GRANT UPDATE (heartbeat_interval, session_timeout) ON runtime TO leasehold_panel;
GRANT SELECT ON audit_log, audit_personal_values TO leasehold_panel, leasehold_worker;

CREATE TABLE settings (
    name text CONSTRAINT settings_pkey PRIMARY KEY,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL audit_changes_of('settings', 'name', '{value}');
CREATE FUNCTION announce_setting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('leasehold_settings', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER settings_announced AFTER INSERT OR UPDATE OR DELETE ON settings
    FOR EACH STATEMENT EXECUTE FUNCTION announce_setting();
GRANT SELECT ON settings TO leasehold_server, leasehold_panel, leasehold_worker;
GRANT INSERT, UPDATE, DELETE ON settings TO leasehold_panel;

-- Schedules: when a job ran last and is due next, claimed by a conditional UPDATE, so no work is done twice.
CREATE TABLE schedules (
    name text CONSTRAINT schedules_pkey PRIMARY KEY,
    due_at timestamptz NOT NULL DEFAULT 'epoch',
    started_at timestamptz,
    finished_at timestamptz,
    failure text
);
GRANT SELECT, INSERT, UPDATE ON schedules TO leasehold_worker;
GRANT SELECT ON schedules TO leasehold_panel, leasehold_server;
