-- Resource pools: domains, IPv4 addresses and phone numbers that licenses are given, never one to two of them.

CREATE TABLE resource_pools (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT resource_pools_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT resource_pools_kind CHECK (kind IN ('domain', 'ipv4', 'phone')),
    name text NOT NULL CONSTRAINT resource_pools_name_present CHECK (name <> ''),
    owner text,
    pick_policy text NOT NULL DEFAULT 'lowest' CONSTRAINT resource_pools_pick_policy
        CHECK (pick_policy IN ('lowest', 'oldest_free', 'random')),
    quarantine_days integer NOT NULL CONSTRAINT resource_pools_quarantine_days CHECK (quarantine_days BETWEEN 0 AND 3650),
    low_water integer NOT NULL DEFAULT 0 CONSTRAINT resource_pools_low_water CHECK (low_water >= 0),
    public_only boolean NOT NULL DEFAULT false CONSTRAINT resource_pools_public_only CHECK (kind = 'ipv4' OR NOT public_only),
    default_country text CONSTRAINT resource_pools_default_country CHECK (default_country IS NULL OR (kind = 'phone' AND default_country ~ '^[A-Z]{2}$')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT resource_pools_kind_key UNIQUE (id, kind)
);
CREATE UNIQUE INDEX resource_pools_name ON resource_pools (lower(name));
CALL audit_changes_of('resource_pools', 'id', '{kind,name,owner,pick_policy,quarantine_days,low_water,public_only,default_country}', '{owner}');
CREATE TRIGGER bump_version BEFORE UPDATE ON resource_pools FOR EACH ROW EXECUTE FUNCTION bump_version();

-- Which header of a file means which field, as somebody said it last. `header` is the JSON array of a file's headers.
CREATE TABLE import_columns (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT import_columns_pkey PRIMARY KEY,
    subject text NOT NULL,
    header text NOT NULL,
    columns jsonb NOT NULL CONSTRAINT import_columns_object CHECK (jsonb_typeof(columns) = 'object'),
    CONSTRAINT import_columns_header UNIQUE (subject, header)
);
CALL audit_changes_of('import_columns', 'id', '{subject,header,columns}');
GRANT SELECT, INSERT, UPDATE (columns) ON import_columns TO leasehold_panel;

-- A file that somebody has sent and not imported yet, for a day at most; which panel it was sent to does not matter. Its
-- bytes are in no backup.
CREATE TABLE import_uploads (
    id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT import_uploads_pkey PRIMARY KEY,
    subject text NOT NULL,
    file_name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE import_upload_parts (
    upload_id uuid NOT NULL CONSTRAINT import_upload_parts_upload_fkey REFERENCES import_uploads (id) ON DELETE CASCADE,
    place integer NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT import_upload_parts_pkey PRIMARY KEY (upload_id, place)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON import_uploads TO leasehold_panel;
GRANT SELECT, INSERT ON import_upload_parts TO leasehold_panel;
GRANT SELECT, DELETE ON import_uploads TO leasehold_worker;

-- A file that was read into a pool. `sha256` is that of the file, which is not kept.
CREATE TABLE resource_imports (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT resource_imports_pkey PRIMARY KEY,
    pool_id bigint NOT NULL CONSTRAINT resource_imports_pool_fkey REFERENCES resource_pools (id),
    file_name text NOT NULL,
    sha256 text NOT NULL,
    good_rows_only boolean NOT NULL,
    rows_new integer NOT NULL,
    rows_same integer NOT NULL,
    rows_duplicate integer NOT NULL,
    rows_wrong integer NOT NULL,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reverted_at timestamptz,
    revert_reason text,
    CONSTRAINT resource_imports_revert_has_reason CHECK ((reverted_at IS NULL) = (revert_reason IS NULL))
);
CREATE INDEX resource_imports_pool ON resource_imports (pool_id, id);
CALL audit_changes_of('resource_imports', 'id', '{pool_id,file_name,sha256,good_rows_only,rows_new,rows_same,rows_duplicate,rows_wrong,reverted_at,revert_reason}');

-- A value exists once for each kind, in one form: what that is says `resources/values/`, and the check holds it.
-- `license_id` and `quarantined_until` follow the allocations (a trigger keeps them true). Whether a resource is free is
-- a question of the time, and nothing has to happen for a quarantine or a reservation to be over.
CREATE TABLE resources (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT resources_pkey PRIMARY KEY,
    pool_id bigint NOT NULL,
    kind text NOT NULL,
    value text COLLATE "C" NOT NULL,
    given text,
    license_id bigint CONSTRAINT resources_license_fkey REFERENCES licenses (id),
    quarantined_until timestamptz NOT NULL DEFAULT 'epoch',
    reserved_until timestamptz,
    reserved_for text,
    reserved_license_id bigint CONSTRAINT resources_reserved_license_fkey REFERENCES licenses (id),
    retired_at timestamptz,
    retire_reason text,
    import_id bigint CONSTRAINT resources_import_fkey REFERENCES resource_imports (id),
    shuffle_key integer NOT NULL DEFAULT floor(random() * 2147483647)::integer,
    sort_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS
        (CASE kind WHEN 'ipv4' THEN lpad((value::inet - '0.0.0.0'::inet)::text, 10, '0') ELSE value END) STORED,
    available_from timestamptz NOT NULL GENERATED ALWAYS AS (greatest(quarantined_until, reserved_until)) STORED,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT resources_pool_fkey FOREIGN KEY (pool_id, kind) REFERENCES resource_pools (id, kind),
    CONSTRAINT resources_value UNIQUE (kind, value),
    CONSTRAINT resources_value_form CHECK (CASE kind
        WHEN 'ipv4' THEN family(value::inet) = 4 AND value = host(value::inet)
        WHEN 'phone' THEN value ~ '^\+[1-9][0-9]{3,14}(;ext=[0-9]{1,7})?$'
        ELSE length(value) <= 253 AND value ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$' END),
    CONSTRAINT resources_retired_is_nobodys CHECK (retired_at IS NULL OR license_id IS NULL),
    CONSTRAINT resources_retired_has_reason CHECK ((retired_at IS NULL) = (retire_reason IS NULL)),
    CONSTRAINT resources_reserved_for_somebody CHECK ((reserved_until IS NULL) = (reserved_for IS NULL)),
    CONSTRAINT resources_reserved_license CHECK (reserved_license_id IS NULL OR reserved_until IS NOT NULL)
);
-- The next free one of a pool by each policy; the end of a quarantine is looked at within the index.
CREATE INDEX resources_lowest ON resources (pool_id, sort_key, available_from, id) WHERE license_id IS NULL AND retired_at IS NULL;
CREATE INDEX resources_oldest_free ON resources (pool_id, available_from, id) WHERE license_id IS NULL AND retired_at IS NULL;
CREATE INDEX resources_random ON resources (pool_id, shuffle_key, available_from, id) WHERE license_id IS NULL AND retired_at IS NULL;
CREATE INDEX resources_license ON resources (license_id, kind, sort_key) WHERE license_id IS NOT NULL;
CREATE INDEX resources_reserved_license ON resources (reserved_license_id) WHERE reserved_license_id IS NOT NULL;
CREATE INDEX resources_import ON resources (import_id) WHERE import_id IS NOT NULL;
-- Lists: in the order of values; the few that wait for something, or are retired.
CREATE INDEX resources_sort_key ON resources (sort_key, id);
CREATE INDEX resources_waiting ON resources (available_from, id) WHERE available_from > 'epoch' AND license_id IS NULL AND retired_at IS NULL;
CREATE INDEX resources_retired ON resources (id) WHERE retired_at IS NOT NULL;
-- "ends with 1234": the end of a value is the beginning of what it reads backwards.
CREATE INDEX resources_value_ends ON resources (reverse(value) COLLATE "C");

CREATE TRIGGER bump_version BEFORE UPDATE OF pool_id, reserved_until, reserved_for, reserved_license_id, retired_at, retire_reason
    ON resources FOR EACH ROW EXECUTE FUNCTION bump_version();

-- A resource is audited row by row, save that the rows of an import are one row of the log: their number and the digest of
-- their sorted values, which the table still answers for.
CREATE FUNCTION audit_imported_resources() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM audit_write(
        current_setting('leasehold.actor', true), lower(TG_OP) || '_imported', 'resources', s.import_id::text,
        CASE WHEN TG_OP = 'DELETE' THEN s.said END, CASE WHEN TG_OP = 'INSERT' THEN s.said END,
        nullif(current_setting('leasehold.request_id', true), ''), nullif(current_setting('leasehold.address', true), '')::inet)
       FROM (SELECT import_id, jsonb_build_object('count', count(*), 'sha256',
                    encode(sha256(convert_to(string_agg(value, E'\n' ORDER BY value), 'UTF8')), 'hex')) AS said
               FROM touched WHERE import_id IS NOT NULL GROUP BY import_id) AS s;
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_changes AFTER UPDATE OF pool_id, kind, value, reserved_until, reserved_for, reserved_license_id, retired_at, retire_reason, import_id
    ON resources FOR EACH ROW EXECUTE FUNCTION audit_row('id', '{pool_id,kind,value,reserved_until,reserved_for,reserved_license_id,retired_at,retire_reason,import_id}', '{reserved_for}', 'false');
CREATE TRIGGER audit_additions AFTER INSERT ON resources FOR EACH ROW WHEN (NEW.import_id IS NULL)
    EXECUTE FUNCTION audit_row('id', '{pool_id,kind,value,reserved_until,reserved_for,reserved_license_id,retired_at,retire_reason,import_id}', '{reserved_for}', 'false');
CREATE TRIGGER audit_removals AFTER DELETE ON resources FOR EACH ROW WHEN (OLD.import_id IS NULL)
    EXECUTE FUNCTION audit_row('id', '{pool_id,kind,value,reserved_until,reserved_for,reserved_license_id,retired_at,retire_reason,import_id}', '{reserved_for}', 'false');
CREATE TRIGGER audit_imported AFTER INSERT ON resources REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION audit_imported_resources();
CREATE TRIGGER audit_reverted AFTER DELETE ON resources REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION audit_imported_resources();

-- How many a pool has, how many of them are allocated and how many retired: the sum of its rows. Each change adds a row and
-- changes none, so that nobody waits for another; the worker folds them together.
CREATE TABLE resource_counts (
    pool_id bigint NOT NULL,
    stock bigint NOT NULL,
    allocated bigint NOT NULL,
    retired bigint NOT NULL
);
CREATE FUNCTION count_resources() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
    INSERT INTO resource_counts
    SELECT pool_id, sign * count(*), sign * count(license_id), sign * count(retired_at) FROM touched GROUP BY pool_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION count_changed_resource() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO resource_counts
    SELECT pool_id, sum(sign), sum(sign * allocated), sum(sign * retired)
      FROM (VALUES (OLD.pool_id, -1, num_nonnulls(OLD.license_id), num_nonnulls(OLD.retired_at)),
                   (NEW.pool_id, 1, num_nonnulls(NEW.license_id), num_nonnulls(NEW.retired_at)))
           AS change (pool_id, sign, allocated, retired)
     GROUP BY pool_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_additions AFTER INSERT ON resources REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION count_resources();
CREATE TRIGGER count_removals AFTER DELETE ON resources REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION count_resources();
CREATE TRIGGER count_changes AFTER UPDATE OF pool_id, license_id, retired_at ON resources FOR EACH ROW
    WHEN (OLD.pool_id <> NEW.pool_id OR (OLD.license_id IS NULL) <> (NEW.license_id IS NULL)
          OR (OLD.retired_at IS NULL) <> (NEW.retired_at IS NULL))
    EXECUTE FUNCTION count_changed_resource();
GRANT SELECT ON resource_counts TO leasehold_panel;
GRANT SELECT, INSERT, DELETE ON resource_counts TO leasehold_worker;

-- What somebody asked for: sent twice, the same key gets the same resources. `content` is a digest of what was asked.
CREATE TABLE resource_requests (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT resource_requests_pkey PRIMARY KEY,
    idempotency_key text NOT NULL CONSTRAINT resource_requests_idempotency_key UNIQUE,
    license_id bigint NOT NULL CONSTRAINT resource_requests_license_fkey REFERENCES licenses (id),
    content text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX resource_requests_license ON resource_requests (license_id);
CALL audit_changes_of('resource_requests', 'id', '{idempotency_key,license_id,content}');

-- Who has had what, for ever. An allocation is a period that ends with the quarantine after the release; no two of a
-- resource overlap, whoever writes.
CREATE TABLE resource_allocations (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT resource_allocations_pkey PRIMARY KEY,
    resource_id bigint NOT NULL CONSTRAINT resource_allocations_resource_fkey REFERENCES resources (id),
    license_id bigint NOT NULL CONSTRAINT resource_allocations_license_fkey REFERENCES licenses (id),
    request_id bigint CONSTRAINT resource_allocations_request_fkey REFERENCES resource_requests (id),
    period tstzrange NOT NULL CONSTRAINT resource_allocations_period
        CHECK (NOT isempty(period) AND NOT lower_inf(period) AND lower_inc(period) AND NOT upper_inc(period)),
    allocated_by text NOT NULL,
    released_at timestamptz,
    released_by text,
    release_reason text CONSTRAINT resource_allocations_release_reason
        CHECK (release_reason IN ('released', 'transferred', 'license_deleted')),
    quarantine_end_reason text,
    CONSTRAINT resource_allocations_released CHECK (
        (released_at IS NULL) = upper_inf(period) AND (released_at IS NULL) = (released_by IS NULL)
        AND (released_at IS NULL) = (release_reason IS NULL)),
    CONSTRAINT resource_allocations_quarantine_after_release
        CHECK (released_at >= lower(period) AND upper(period) >= released_at),
    CONSTRAINT resource_allocations_no_overlap EXCLUDE USING gist (resource_id WITH =, period WITH &&)
);
CREATE INDEX resource_allocations_resource ON resource_allocations (resource_id, id);
CREATE INDEX resource_allocations_license ON resource_allocations (license_id, id);
CREATE INDEX resource_allocations_request ON resource_allocations (request_id) WHERE request_id IS NOT NULL;
CALL audit_changes_of('resource_allocations', 'id', '{resource_id,license_id,period,released_at,release_reason,quarantine_end_reason}');
CREATE TRIGGER resource_allocations_are_kept BEFORE DELETE ON resource_allocations
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A resource is its last allocation's license's, until that is released; then it is in quarantine to the period's end.
CREATE FUNCTION follow_resource_allocations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE resources AS r
       SET license_id = CASE WHEN last.released_at IS NULL THEN last.license_id END,
           quarantined_until = coalesce(upper(last.period), r.quarantined_until),
           shuffle_key = DEFAULT
      FROM (SELECT a.license_id, a.released_at, a.period FROM resource_allocations AS a
             WHERE a.resource_id = NEW.resource_id ORDER BY a.id DESC LIMIT 1) AS last
     WHERE r.id = NEW.resource_id;
    IF TG_OP = 'INSERT' THEN  -- what it was reserved for has come, or has been overruled
        UPDATE resources SET reserved_until = NULL, reserved_for = NULL, reserved_license_id = NULL
         WHERE id = NEW.resource_id AND reserved_until IS NOT NULL;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER resource_allocations_followed AFTER INSERT OR UPDATE ON resource_allocations
    FOR EACH ROW EXECUTE FUNCTION follow_resource_allocations();

-- The first free ones of the pools of a kind (or of one pool), pool by pool, by each pool's policy. With `skipping` they are
-- locked, and what somebody else holds is passed over.
CREATE FUNCTION first_free_resources(p_kind text, p_pool bigint, p_count integer, p_moment timestamptz, p_skipping boolean)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    found bigint[] := '{}';
    more bigint[];
    pool record;
BEGIN
    FOR pool IN SELECT id, pick_policy FROM resource_pools WHERE kind = p_kind AND (p_pool IS NULL OR id = p_pool) ORDER BY id LOOP
        EXECUTE format(
            'SELECT array_agg(id ORDER BY place) FROM (SELECT id, row_number() OVER () AS place FROM ('
            '    SELECT id FROM resources WHERE pool_id = $1 AND license_id IS NULL AND retired_at IS NULL AND available_from <= $2'
            '     ORDER BY %s LIMIT $3 %s) AS f) AS n',
            CASE pool.pick_policy WHEN 'lowest' THEN 'sort_key, available_from, id'
                                  WHEN 'oldest_free' THEN 'available_from, id'
                                  ELSE 'shuffle_key, available_from, id' END,
            CASE WHEN p_skipping THEN 'FOR NO KEY UPDATE SKIP LOCKED' END)
        INTO more USING pool.id, p_moment, p_count - cardinality(found);
        found := found || coalesce(more, '{}');
        EXIT WHEN cardinality(found) = p_count;
    END LOOP;
    RETURN found;
END
$$;

-- Gives a license these resources, which are locked and free.
CREATE FUNCTION give_resources(p_license bigint, p_resources bigint[], p_request bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO resource_allocations (resource_id, license_id, request_id, period, allocated_by)
    SELECT u.id, p_license, p_request, tstzrange(t.now, NULL), current_setting('leasehold.actor')
      FROM (SELECT clock_timestamp() AS now OFFSET 0) AS t, unnest(p_resources) WITH ORDINALITY AS u (id, place)
     ORDER BY u.place
$$;

-- Gives a license, which the caller has locked, as many free ones as are asked for, and says which; or none, and how many are
-- free. The first attempt skips what others hold and never waits, so it need not keep to the order of locks. Where it comes
-- short others may yet let go of what they hold, so that is waited for, by id, before a shortage is told.
CREATE FUNCTION allocate_resources(
    p_license bigint, p_kind text, p_pool bigint, p_count integer, p_request bigint, OUT given text[], OUT free integer
) LANGUAGE plpgsql SET plan_cache_mode = auto AS $$
DECLARE
    picked bigint[];
    moment timestamptz;
BEGIN
    LOOP
        BEGIN
            moment := clock_timestamp();
            picked := first_free_resources(p_kind, p_pool, p_count, moment, true);
            EXIT WHEN cardinality(picked) = p_count;
            RAISE SQLSTATE 'LH003';
        EXCEPTION WHEN SQLSTATE 'LH003' THEN NULL;  -- what was locked is let go
        END;
        picked := first_free_resources(p_kind, p_pool, p_count, moment, false);
        IF cardinality(picked) < p_count THEN
            free := cardinality(picked);
            RETURN;
        END IF;
        BEGIN
            PERFORM FROM resources
              WHERE id = ANY (picked) AND license_id IS NULL AND retired_at IS NULL AND available_from <= moment
              ORDER BY id FOR NO KEY UPDATE;
            GET DIAGNOSTICS free = ROW_COUNT;
            EXIT WHEN free = p_count;
            RAISE SQLSTATE 'LH003';  -- somebody has got one of them meanwhile: look again at what there is
        EXCEPTION WHEN SQLSTATE 'LH003' THEN NULL;
        END;
    END LOOP;
    PERFORM give_resources(p_license, picked, p_request);
    SELECT array_agg(r.value ORDER BY u.place) INTO given
      FROM unnest(picked) WITH ORDINALITY AS u (id, place) JOIN resources AS r ON r.id = u.id;
END
$$;

-- A period that ends at a moment, though never before it has begun.
CREATE FUNCTION period_until(p_period tstzrange, p_end timestamptz) RETURNS tstzrange LANGUAGE sql IMMUTABLE AS $$
    SELECT tstzrange(lower(p_period), greatest(p_end, lower(p_period) + interval '1 us'))
$$;

-- A license gives back these resources, or all that it has (NULL), from now on; each is in its pool's quarantine then (days
-- are 24 hours). Returns what was given back.
CREATE FUNCTION release_resources(p_license bigint, p_resources bigint[], p_reason text) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz;
BEGIN
    PERFORM FROM resources WHERE license_id = p_license AND (p_resources IS NULL OR id = ANY (p_resources)) ORDER BY id FOR NO KEY UPDATE;
    moment := clock_timestamp();
    RETURN QUERY
    UPDATE resource_allocations AS a
       SET released_at = greatest(moment, lower(a.period)), released_by = current_setting('leasehold.actor'), release_reason = p_reason,
           period = period_until(a.period, moment + make_interval(hours => 24 * p.quarantine_days))
      FROM resources AS r JOIN resource_pools AS p ON p.id = r.pool_id
     WHERE a.license_id = p_license AND a.released_at IS NULL AND (p_resources IS NULL OR a.resource_id = ANY (p_resources))
       AND r.id = a.resource_id
    RETURNING a.resource_id;
END
$$;

-- A license that is deleted gives back what it has, whoever deletes it.
CREATE FUNCTION release_resources_of_deleted_license() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM release_resources(NEW.id, NULL, 'license_deleted');
    UPDATE resources SET reserved_until = NULL, reserved_for = NULL, reserved_license_id = NULL WHERE reserved_license_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER licenses_resources_released AFTER UPDATE OF deleted_at ON licenses FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION release_resources_of_deleted_license();

-- What people have to say about a resource; never changed.
CREATE TABLE resource_notes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT resource_notes_pkey PRIMARY KEY,
    resource_id bigint NOT NULL CONSTRAINT resource_notes_resource_fkey REFERENCES resources (id),
    body text NOT NULL CONSTRAINT resource_notes_body_present CHECK (body <> ''),
    import_id bigint CONSTRAINT resource_notes_import_fkey REFERENCES resource_imports (id),
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX resource_notes_resource ON resource_notes (resource_id, id);
CREATE INDEX resource_notes_import ON resource_notes (import_id) WHERE import_id IS NOT NULL;
CREATE TRIGGER resource_notes_are_final BEFORE UPDATE ON resource_notes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CALL audit_changes_of('resource_notes', 'id', '{resource_id,body}', '{body}');

-- All that the license server may know of it.
CREATE VIEW license_resources AS
SELECT license_id, kind, value, sort_key FROM resources WHERE license_id IS NOT NULL;
GRANT SELECT ON license_resources TO leasehold_server, leasehold_backup;

GRANT SELECT, INSERT, UPDATE ON resource_pools TO leasehold_panel;
GRANT SELECT, INSERT, DELETE,
      UPDATE (pool_id, reserved_until, reserved_for, reserved_license_id, retired_at, retire_reason) ON resources TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE (period, released_at, released_by, release_reason, quarantine_end_reason)
      ON resource_allocations TO leasehold_panel;
GRANT SELECT, INSERT ON resource_requests TO leasehold_panel;
GRANT SELECT, INSERT, DELETE ON resource_notes TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE (reverted_at, revert_reason) ON resource_imports TO leasehold_panel;
GRANT SELECT ON resource_pools, resources TO leasehold_worker;
