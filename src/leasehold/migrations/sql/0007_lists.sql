-- What lists need: indexes for every filter and order, saved views.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Parts of a name.
CREATE INDEX institutions_name_parts ON institutions USING gin (lower(name) gin_trgm_ops);

-- Licenses: by their end, alone and within what lists filter by.
CREATE INDEX licenses_ends_at ON licenses (coalesce(valid_until, 'infinity'::timestamptz), id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_customer_ends_at ON licenses (customer_id, coalesce(valid_until, 'infinity'::timestamptz), id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_product_ends_at ON licenses (product_id, coalesce(valid_until, 'infinity'::timestamptz), id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_type ON licenses (type, id) WHERE deleted_at IS NULL;
CREATE INDEX licenses_valid_until ON licenses (valid_until) WHERE deleted_at IS NULL;
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
