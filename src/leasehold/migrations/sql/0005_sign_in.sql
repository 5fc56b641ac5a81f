-- How people get in: passwords, second factors, sessions, throttling.

-- A link can also invite: it carries the role and the address, or names the member who gets a new password.
ALTER TABLE staff_setup_links
    ADD COLUMN role text NOT NULL DEFAULT 'administrator' CONSTRAINT staff_setup_links_role
        CHECK (role IN ('administrator', 'operator', 'sales', 'auditor')),
    ADD COLUMN email text,
    ADD COLUMN member_id bigint CONSTRAINT staff_setup_links_member_fkey REFERENCES staff_members (id);
DROP TRIGGER audit_changes ON staff_setup_links;
CALL audit_changes_of('staff_setup_links', 'digest', '{role,email,member_id,expires_at,used_at}', '{email}');

CREATE TABLE staff_passwords (
    member_id bigint CONSTRAINT staff_passwords_pkey PRIMARY KEY
        CONSTRAINT staff_passwords_member_fkey REFERENCES staff_members (id),
    hash text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL audit_changes_of('staff_passwords', 'member_id', '{changed_at}');

-- The secret is sealed with a key outside the database; a code is accepted once: `last_step` only grows.
CREATE TABLE staff_totps (
    member_id bigint CONSTRAINT staff_totps_pkey PRIMARY KEY
        CONSTRAINT staff_totps_member_fkey REFERENCES staff_members (id),
    sealed_secret bytea NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL audit_changes_of('staff_totps', 'member_id', '{enrolled_at}');

CREATE TABLE staff_recovery_codes (
    digest bytea CONSTRAINT staff_recovery_codes_pkey PRIMARY KEY,
    member_id bigint NOT NULL CONSTRAINT staff_recovery_codes_member_fkey REFERENCES staff_members (id),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    used_at timestamptz
);
CREATE INDEX staff_recovery_codes_member ON staff_recovery_codes (member_id);

CREATE TABLE staff_passkeys (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT staff_passkeys_pkey PRIMARY KEY,
    member_id bigint NOT NULL CONSTRAINT staff_passkeys_member_fkey REFERENCES staff_members (id),
    credential_id bytea NOT NULL CONSTRAINT staff_passkeys_credential UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL CONSTRAINT staff_passkeys_name_present CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz
);
CREATE INDEX staff_passkeys_member ON staff_passkeys (member_id);
CALL audit_changes_of('staff_passkeys', 'id', '{member_id,name}', '{name}');

-- What a passkey is asked to sign: answered once, within minutes.
CREATE TABLE staff_challenges (
    id uuid CONSTRAINT staff_challenges_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
    challenge bytea NOT NULL,
    member_id bigint CONSTRAINT staff_challenges_member_fkey REFERENCES staff_members (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX staff_challenges_expires_at ON staff_challenges (expires_at);

-- Somebody's browser that has got in, or has given a password and still owes the second factor (`signed_in_at` is null).
CREATE TABLE staff_sessions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT staff_sessions_pkey PRIMARY KEY,
    digest bytea NOT NULL CONSTRAINT staff_sessions_digest UNIQUE,
    member_id bigint NOT NULL CONSTRAINT staff_sessions_member_fkey REFERENCES staff_members (id),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    signed_in_at timestamptz,
    second_factor_at timestamptz,
    confirmed_at timestamptz,
    ended_at timestamptz,
    address inet,
    user_agent text
);
CREATE INDEX staff_sessions_member ON staff_sessions (member_id, id) WHERE ended_at IS NULL;

-- Failed attempts by account, browser and address, each as a digest. Every attempt counts before it is looked at, and
-- is taken back where it was right, so that parallel guesses cannot overtake the counter.
CREATE TABLE sign_in_throttles (
    key bytea CONSTRAINT sign_in_throttles_pkey PRIMARY KEY,
    failures integer NOT NULL,
    failed_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
CREATE INDEX sign_in_throttles_failed_at ON sign_in_throttles (failed_at);

-- A failure is forgotten every quarter of an hour.
CREATE FUNCTION sign_in_failures_left(failures integer, failed_at timestamptz, now timestamptz)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(0, failures - floor(extract(epoch FROM now - failed_at) / 900)::int)
$$;
-- From `free` failures on 1 s, then twice as long each time, up to a quarter of an hour.
CREATE FUNCTION sign_in_delay(failures integer, free integer) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN failures < free THEN interval '0' ELSE make_interval(secs => least(2.0 ^ (failures - free), 900)) END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON staff_passwords, staff_totps, staff_recovery_codes, staff_passkeys,
    staff_challenges, sign_in_throttles TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE ON staff_sessions TO leasehold_panel;
