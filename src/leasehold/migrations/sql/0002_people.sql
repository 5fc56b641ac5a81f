-- Who may do what: staff members and their set-up links, API keys; and whom licenses are for:
-- institutions, contacts, customers.

CREATE TABLE staff_members (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT staff_members_pkey PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CONSTRAINT staff_members_role
        CHECK (role IN ('administrator', 'operator', 'sales', 'auditor')),
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX staff_members_email ON staff_members (lower(email));
CALL audit_changes_of('staff_members', 'id', '{email,name,role,disabled_at}', '{email,name}');

-- A one-time link that makes the first administrator; only its digest is kept.
CREATE TABLE staff_setup_links (
    digest bytea CONSTRAINT staff_setup_links_pkey PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CALL audit_changes_of('staff_setup_links', 'digest', '{expires_at,used_at}');

CREATE TABLE api_keys (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT api_keys_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT api_keys_name_present CHECK (name <> ''),
    digest bytea NOT NULL CONSTRAINT api_keys_digest UNIQUE,
    hint text NOT NULL,
    scopes text[] NOT NULL CONSTRAINT api_keys_scopes CHECK (scopes <@ ARRAY['license', 'metrics'] AND scopes <> '{}'),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    -- A rotated key goes on beside the one that takes its place and bears its name, until it expires.
    rotated_at timestamptz,
    rotated_from bigint CONSTRAINT api_keys_rotated_from UNIQUE
        CONSTRAINT api_keys_rotated_from_fkey REFERENCES api_keys (id),
    -- Names the form that the key was asked for with: a form that is sent twice makes one key.
    form_id uuid CONSTRAINT api_keys_form UNIQUE,
    CONSTRAINT api_keys_rotated_expires CHECK (rotated_at IS NULL OR expires_at IS NOT NULL)
);
CREATE UNIQUE INDEX api_keys_live_name ON api_keys (name) WHERE revoked_at IS NULL AND rotated_at IS NULL;
CALL audit_changes_of('api_keys', 'id', '{name,hint,scopes,expires_at,revoked_at,rotated_at,rotated_from}');

-- Every change that decides about a key moves the epoch, which each server process looks at before it trusts
-- what it remembers.
CREATE FUNCTION move_api_key_epoch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE runtime SET api_key_epoch = api_key_epoch + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER api_keys_epoch AFTER INSERT OR DELETE OR UPDATE OF name, digest, scopes, expires_at, revoked_at ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION move_api_key_epoch();

CREATE TABLE institutions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT institutions_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT institutions_name_present CHECK (name <> ''),
    legal_form text,
    website_domain text,
    language text NOT NULL DEFAULT 'de' CONSTRAINT institutions_language CHECK (language IN ('de', 'en')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX institutions_name ON institutions (lower(name), id);
CALL audit_changes_of('institutions', 'id', '{name,legal_form,website_domain,language}');

CREATE TABLE contacts (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT contacts_pkey PRIMARY KEY,
    first_name text,
    last_name text NOT NULL CONSTRAINT contacts_last_name_present CHECK (last_name <> ''),
    language text NOT NULL DEFAULT 'de' CONSTRAINT contacts_language CHECK (language IN ('de', 'en')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX contacts_name ON contacts (lower(last_name), id);
CALL audit_changes_of('contacts', 'id', '{first_name,last_name,language}', '{first_name,last_name}');

CREATE TABLE affiliations (
    contact_id bigint NOT NULL CONSTRAINT affiliations_contact_fkey REFERENCES contacts (id),
    institution_id bigint NOT NULL CONSTRAINT affiliations_institution_fkey REFERENCES institutions (id),
    role text,
    is_primary boolean NOT NULL DEFAULT false,
    CONSTRAINT affiliations_pkey PRIMARY KEY (institution_id, contact_id)
);
CREATE INDEX affiliations_contact ON affiliations (contact_id);
CREATE UNIQUE INDEX affiliations_primary ON affiliations (institution_id) WHERE is_primary;
CALL audit_changes_of('affiliations', 'contact_id', '{contact_id,institution_id,role,is_primary}');

CREATE TABLE contact_details (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT contact_details_pkey PRIMARY KEY,
    contact_id bigint CONSTRAINT contact_details_contact_fkey REFERENCES contacts (id),
    institution_id bigint CONSTRAINT contact_details_institution_fkey REFERENCES institutions (id),
    kind text NOT NULL CONSTRAINT contact_details_kind CHECK (kind IN ('email', 'phone', 'mobile', 'web', 'other')),
    value text NOT NULL,
    is_primary boolean NOT NULL DEFAULT false,
    CONSTRAINT contact_details_one_owner CHECK (num_nonnulls(contact_id, institution_id) = 1)
);
CREATE INDEX contact_details_contact ON contact_details (contact_id);
CREATE INDEX contact_details_institution ON contact_details (institution_id);
CALL audit_changes_of('contact_details', 'id', '{contact_id,institution_id,kind,value,is_primary}', '{value}');

-- A customer IS an institution: nothing of it is copied here.
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT customers_pkey PRIMARY KEY,
    institution_id bigint NOT NULL CONSTRAINT customers_institution UNIQUE
        CONSTRAINT customers_institution_fkey REFERENCES institutions (id),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1
);
CALL audit_changes_of('customers', 'id', '{institution_id,since}');

DO $$
DECLARE
    editable text;
BEGIN
    FOREACH editable IN ARRAY ARRAY['staff_members', 'institutions', 'contacts', 'customers'] LOOP
        EXECUTE format('CREATE TRIGGER bump_version BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION bump_version()', editable);
    END LOOP;
END
$$;

GRANT SELECT, UPDATE (last_used_at) ON api_keys TO leasehold_server;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_members, staff_setup_links, institutions, contacts, affiliations, contact_details TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE ON api_keys, customers TO leasehold_panel;
GRANT SELECT ON institutions, contacts, affiliations, contact_details, customers TO leasehold_worker;
