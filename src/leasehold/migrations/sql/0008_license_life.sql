-- The life of a license: batches in which licenses are made, transfers, notes; one open test license.

-- Licenses that one form has made: sent twice, the same key makes the same batch. `content` is a digest of what was
-- asked for, so that another form cannot pass for this one.
CREATE TABLE license_batches (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT license_batches_pkey PRIMARY KEY,
    idempotency_key uuid NOT NULL CONSTRAINT license_batches_idempotency_key UNIQUE,
    content text NOT NULL,
    customer_id bigint NOT NULL CONSTRAINT license_batches_customer_fkey REFERENCES customers (id),
    product_id bigint NOT NULL CONSTRAINT license_batches_product_fkey REFERENCES products (id),
    count integer NOT NULL CONSTRAINT license_batches_count CHECK (count BETWEEN 1 AND 1000),
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    keys_taken_at timestamptz,
    keys_taken_by text,
    CONSTRAINT license_batches_taken_by_somebody CHECK ((keys_taken_at IS NULL) = (keys_taken_by IS NULL))
);
CALL audit_changes_of('license_batches', 'id', '{idempotency_key,content,customer_id,product_id,count,keys_taken_at}');
GRANT SELECT, INSERT, UPDATE (keys_taken_at, keys_taken_by) ON license_batches TO leasehold_panel;

-- At any moment a customer has at most one test license of a product, unless somebody has said why a further one.
ALTER TABLE licenses
    ADD COLUMN batch_id bigint CONSTRAINT licenses_batch_fkey REFERENCES license_batches (id),
    ADD COLUMN further_test_reason text,
    ADD CONSTRAINT licenses_one_open_test EXCLUDE USING gist
        (customer_id WITH =, product_id WITH =, tstzrange(valid_from, valid_until) WITH &&)
        WHERE (type = 'test' AND deleted_at IS NULL AND further_test_reason IS NULL);
CREATE INDEX licenses_batch ON licenses (batch_id, id) WHERE batch_id IS NOT NULL;
DROP TRIGGER audit_changes ON licenses;
CALL audit_changes_of('licenses', 'id', '{license_key,customer_id,product_id,type,device_limit,concurrent_sessions_limit,features,offline_grace,offline_max_ttl,checkout_enabled,suspended_at,deleted_at,batch_id,further_test_reason}');

-- Whose a license was before, and why it changed hands.
CREATE TABLE license_transfers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT license_transfers_pkey PRIMARY KEY,
    license_id bigint NOT NULL CONSTRAINT license_transfers_license_fkey REFERENCES licenses (id),
    from_customer_id bigint NOT NULL CONSTRAINT license_transfers_from_customer_fkey REFERENCES customers (id),
    to_customer_id bigint NOT NULL CONSTRAINT license_transfers_to_customer_fkey REFERENCES customers (id),
    reason text NOT NULL CONSTRAINT license_transfers_reason_present CHECK (reason <> ''),
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT license_transfers_to_another CHECK (from_customer_id <> to_customer_id)
);
CREATE INDEX license_transfers_license ON license_transfers (license_id, id);
CREATE INDEX license_transfers_from_customer ON license_transfers (from_customer_id, id);
CREATE INDEX license_transfers_to_customer ON license_transfers (to_customer_id, id);
CREATE TRIGGER license_transfers_are_final BEFORE UPDATE OR DELETE ON license_transfers
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CALL audit_changes_of('license_transfers', 'id', '{license_id,from_customer_id,to_customer_id,reason}');
GRANT SELECT, INSERT ON license_transfers TO leasehold_panel;

-- What people have to say about a license. A note may speak of a person, so it can be removed, but never changed.
CREATE TABLE license_notes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT license_notes_pkey PRIMARY KEY,
    license_id bigint NOT NULL CONSTRAINT license_notes_license_fkey REFERENCES licenses (id),
    body text NOT NULL CONSTRAINT license_notes_body_present CHECK (body <> ''),
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX license_notes_license ON license_notes (license_id, id);
CREATE TRIGGER license_notes_are_final BEFORE UPDATE ON license_notes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CALL audit_changes_of('license_notes', 'id', '{license_id,body}', '{body}');
GRANT SELECT, INSERT ON license_notes TO leasehold_panel;

-- A customer that never had a license can be taken away again.
GRANT DELETE ON customers TO leasehold_panel;
