-- The audit log's hash chain and its signed checkpoints, and the indexes that reading the log needs.

-- One row for each row of the log, in the order in which they were sealed: without gaps, whatever gaps ids have.
-- No foreign key: it would lock, and so write, every row of the log once more; the hash says which row is meant.
CREATE TABLE audit_seals (
    position bigint CONSTRAINT audit_seals_pkey PRIMARY KEY CONSTRAINT audit_seals_position CHECK (position > 0),
    audit_id bigint NOT NULL CONSTRAINT audit_seals_once UNIQUE,
    leaf_hash bytea NOT NULL CONSTRAINT audit_seals_leaf_hash CHECK (length(leaf_hash) = 32),
    chain_hash bytea NOT NULL CONSTRAINT audit_seals_chain_hash CHECK (length(chain_hash) = 32)
);

-- What was signed about the chain, as compact JWS; the private key never comes near the database.
CREATE TABLE audit_checkpoints (
    number bigint CONSTRAINT audit_checkpoints_pkey PRIMARY KEY CONSTRAINT audit_checkpoints_number CHECK (number > 0),
    token text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TRIGGER audit_seals_only_grow BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seals_are_not_truncated BEFORE TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_only_grow BEFORE UPDATE OR DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_are_not_truncated BEFORE TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON audit_seals, audit_checkpoints TO leasehold_worker;
GRANT SELECT ON audit_seals, audit_checkpoints TO leasehold_panel;

-- A transaction has its number before it takes ids of the log (a trigger of the statement runs before the defaults
-- of its rows). So what took an id before a row that is sealed now has a lower number than the sealing transaction,
-- and once all of those have ended, no id below can appear any more.
CREATE FUNCTION number_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN NULL;
END
$$;
CREATE TRIGGER audit_log_numbers_transaction BEFORE INSERT ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION number_transaction();

-- The log is read newest first, through one filter or none, within any span of time.
DROP INDEX audit_log_occurred_at;
CREATE INDEX audit_log_occurred_at ON audit_log (occurred_at, id);
CREATE INDEX audit_log_actor ON audit_log (actor, occurred_at, id);
CREATE INDEX audit_log_action ON audit_log (action, occurred_at, id);
CREATE INDEX audit_log_table ON audit_log (table_name, occurred_at, id);
CREATE INDEX audit_log_request ON audit_log (request_id, occurred_at, id);
CREATE INDEX audit_log_address ON audit_log (address, occurred_at, id);
