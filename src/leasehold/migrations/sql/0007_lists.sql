-- What lists need: indexes for every filter and order, saved views.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Licenses: by their end, alone and within what lists filter by.
CREATE INDEX licenses_ends_at ON licenses (coalesce(valid_until, 'infinity'::timestamptz), id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_customer_ends_at ON licenses (customer_id, coalesce(valid_until, 'infinity'::timestamptz), id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_product_ends_at ON licenses (product_id, coalesce(valid_until, 'infinity'::timestamptz), id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_type ON licenses (type, id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_suspended ON licenses (id) WHERE suspended_at IS NOT NULL AND deleted_at IS NULL;

-- A list as somebody likes to see it: filters, order, columns, as the address has them.
CREATE TABLE saved_views (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT saved_views_pkey PRIMARY KEY,
    staff_member_id bigint NOT NULL CONSTRAINT saved_views_staff_member_fkey REFERENCES staff_members (id),
    list_name text NOT NULL,
    name text NOT NULL CONSTRAINT saved_views_name_present CHECK (name <> ''),
    query text NOT NULL,
    is_shared boolean NOT NULL DEFAULT false,
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT saved_views_name UNIQUE (staff_member_id, list_name, name)
);
CREATE UNIQUE INDEX saved_views_default ON saved_views (staff_member_id, list_name) WHERE is_default;
CREATE INDEX saved_views_shared ON saved_views (list_name) WHERE is_shared;
CALL audit_changes_of('saved_views', 'id', '{staff_member_id,list_name,name,query,is_shared,is_default}');
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO leasehold_panel;

-- Devices: by registration, by the day of the last sign of life (the time itself moves too often for an index) and by
-- name, each also within a status and a type; by parts of a name and the beginning of a fingerprint.
CREATE INDEX device_registrations_id ON device_registrations (id);
CREATE INDEX device_registrations_status ON device_registrations (status, id);
CREATE INDEX device_registrations_type ON device_registrations (device_type, id);
CREATE INDEX device_registrations_last_seen ON device_registrations (last_seen_on, id);
CREATE INDEX device_registrations_status_last_seen ON device_registrations (status, last_seen_on, id);
CREATE INDEX device_registrations_type_last_seen ON device_registrations (device_type, last_seen_on, id);
CREATE INDEX device_registrations_name ON device_registrations (lower(device_name), id);
CREATE INDEX device_registrations_status_name ON device_registrations (status, lower(device_name), id);
CREATE INDEX device_registrations_type_name ON device_registrations (device_type, lower(device_name), id);
CREATE INDEX device_registrations_name_parts ON device_registrations USING gin (lower(device_name) gin_trgm_ops);
CREATE INDEX device_registrations_fingerprint_begins ON device_registrations (hardware_fingerprint COLLATE "C");

-- Live sessions: by their start. Not by their last heartbeat, which stays out of every index.
CREATE INDEX license_sessions_id ON license_sessions (id);

-- Past sessions: by their end within a license, a device, a reason.
CREATE INDEX session_history_license_ended_at ON session_history (license_id, ended_at, id);
CREATE INDEX session_history_device_ended_at ON session_history (license_id, device_id, ended_at, id);
CREATE INDEX session_history_reason_ended_at ON session_history (end_reason, ended_at, id);

-- Heartbeats of one session are found by its time alone: small ranges, summarized as they fill up.
DROP INDEX license_heartbeats_at;
CREATE INDEX license_heartbeats_at ON license_heartbeats USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

-- Customers: by name and by age, alone and within a language; products by name; licenses that have not begun.
CREATE INDEX institutions_language_name ON institutions (language, lower(name), id);
CREATE INDEX institutions_language ON institutions (language, id);
CREATE INDEX products_name ON products (lower(name), id);
CREATE INDEX licenses_valid_from ON licenses (valid_from) WHERE deleted_at IS NULL;

-- Search: by what people have at hand. Beginnings are compared as bytes, so that a range of the index answers; the end
-- of a phone number is the beginning of its digits read backwards. Devices' names and fingerprints have theirs above.
CREATE INDEX licenses_key_begins ON licenses (license_key COLLATE "C") WHERE deleted_at IS NULL;
CREATE INDEX contacts_name_parts ON contacts USING gin (lower(coalesce(first_name || ' ', '') || last_name) gin_trgm_ops)
    WITH (gin_pending_list_limit = 64);
CREATE INDEX contact_details_email ON contact_details (lower(value) COLLATE "C") WHERE kind = 'email';
CREATE INDEX contact_details_email_domain ON contact_details (split_part(lower(value), '@', 2) COLLATE "C") WHERE kind = 'email';
CREATE INDEX contact_details_phone ON contact_details (reverse(regexp_replace(value, '[^0-9]+', '', 'g')) COLLATE "C") WHERE kind IN ('phone', 'mobile');
CREATE INDEX institutions_website_domain ON institutions (lower(website_domain) COLLATE "C") WHERE website_domain IS NOT NULL;
CREATE INDEX device_registrations_change_address ON device_registrations (change_address) WHERE change_address IS NOT NULL;

-- The audit log: what happened to one object, in the list's order.
DROP INDEX audit_log_object;
CREATE INDEX audit_log_object ON audit_log (row_id, table_name, occurred_at, id);

-- How the ends of licenses are spread: of partial indexes the planner does not take it.
CREATE STATISTICS licenses_ends_at_spread ON (coalesce(valid_until, 'infinity'::timestamptz)) FROM licenses;
