-- Privacy: people who are restricted or erased, what they have asked for, how long data are kept, and who was erased.

-- Somebody who is erased stays as a row without a name, so that what refers to it stays whole.
ALTER TABLE contacts
    ADD COLUMN restricted_at timestamptz,
    ADD COLUMN restriction_reason text,
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT contacts_restriction_has_reason CHECK ((restricted_at IS NULL) = (restriction_reason IS NULL)),
    ADD CONSTRAINT contacts_erased_is_nobody CHECK (erased_at IS NULL OR (
        first_name IS NULL AND last_name = '[erased]' AND salutation IS NULL AND title IS NULL AND restricted_at IS NULL));
DROP TRIGGER audit_changes ON contacts;
CALL audit_changes_of('contacts', 'id', '{first_name,last_name,language,salutation,title,restricted_at,restriction_reason,erased_at}',
                      '{first_name,last_name,salutation,title,restriction_reason}');
-- What somebody does where is about them.
DROP TRIGGER audit_changes ON affiliations;
CALL audit_changes_of('affiliations', 'contact_id', '{contact_id,institution_id,role,is_primary,department,valid_from,valid_to}', '{role,department}');

-- Nothing is written down about somebody who is erased, whoever writes; an erasure that is going on is waited for.
CREATE FUNCTION refuse_data_on_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone timestamptz;
BEGIN
    SELECT erased_at INTO gone FROM contacts WHERE id = NEW.contact_id FOR KEY SHARE;
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION 'contact % is erased', NEW.contact_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contacts_erased_gets_nothing', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER affiliations_of_nobody_erased BEFORE INSERT OR UPDATE OF contact_id ON affiliations
    FOR EACH ROW EXECUTE FUNCTION refuse_data_on_erased();
CREATE TRIGGER contact_details_of_nobody_erased BEFORE INSERT OR UPDATE OF contact_id ON contact_details
    FOR EACH ROW WHEN (NEW.contact_id IS NOT NULL) EXECUTE FUNCTION refuse_data_on_erased();
CREATE TRIGGER addresses_of_nobody_erased BEFORE INSERT OR UPDATE OF contact_id ON addresses
    FOR EACH ROW WHEN (NEW.contact_id IS NOT NULL) EXECUTE FUNCTION refuse_data_on_erased();

CREATE TRIGGER activities_of_nobody_erased BEFORE INSERT OR UPDATE OF contact_id ON activities
    FOR EACH ROW WHEN (NEW.contact_id IS NOT NULL) EXECUTE FUNCTION refuse_data_on_erased();

-- What people ask for by law. `subject` says who, where they are no contact, or more than one. Whoever is erased keeps the
-- request, by number alone: it proves that the erasure was asked for. Who has asked is not deleted otherwise.
CREATE TABLE privacy_requests (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT privacy_requests_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT privacy_requests_kind
        CHECK (kind IN ('access', 'erasure', 'restriction', 'rectification', 'objection')),
    contact_id bigint CONSTRAINT privacy_requests_contact_fkey REFERENCES contacts (id),
    subject text,
    received_on date NOT NULL,
    due_on date NOT NULL CONSTRAINT privacy_requests_due_later CHECK (due_on > received_on),
    extension_reason text,
    done_on date CONSTRAINT privacy_requests_done_after_received CHECK (done_on >= received_on),
    outcome text CONSTRAINT privacy_requests_outcome CHECK (outcome IN ('granted', 'partly_granted', 'refused', 'withdrawn')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT privacy_requests_outcome_when_done CHECK ((done_on IS NULL) = (outcome IS NULL))
);
CREATE INDEX privacy_requests_open ON privacy_requests (due_on, id) WHERE done_on IS NULL;
CREATE INDEX privacy_requests_contact ON privacy_requests (contact_id) WHERE contact_id IS NOT NULL;
CALL audit_changes_of('privacy_requests', 'id', '{kind,contact_id,subject,received_on,due_on,extension_reason,done_on,outcome}', '{subject}');
CREATE TRIGGER bump_version BEFORE UPDATE ON privacy_requests FOR EACH ROW EXECUTE FUNCTION bump_version();

-- How long people are kept after the last sign of any dealings with them; NULL: no limit is set.
CREATE TABLE retention_rules (
    kind text CONSTRAINT retention_rules_pkey PRIMARY KEY
        CONSTRAINT retention_rules_kind CHECK (kind IN ('lead_contacts', 'former_customer_contacts')),
    months integer CONSTRAINT retention_rules_months CHECK (months BETWEEN 1 AND 600)
);
INSERT INTO retention_rules (kind) VALUES ('lead_contacts'), ('former_customer_contacts');
CALL audit_changes_of('retention_rules', 'kind', '{months}');

-- Who is kept although a rule proposes to erase them, until when, and why. Not a column of contacts: a decision about
-- somebody is no sign of dealings with them.
CREATE TABLE kept_people (
    contact_id bigint CONSTRAINT kept_people_pkey PRIMARY KEY
        CONSTRAINT kept_people_contact_fkey REFERENCES contacts (id) ON DELETE CASCADE,
    kept_until date NOT NULL,
    reason text NOT NULL CONSTRAINT kept_people_reason_present CHECK (reason <> '')
);
CALL audit_changes_of('kept_people', 'contact_id', '{contact_id,kept_until,reason}', '{reason}');
CREATE TRIGGER kept_people_of_nobody_erased BEFORE INSERT OR UPDATE OF contact_id ON kept_people
    FOR EACH ROW EXECUTE FUNCTION refuse_data_on_erased();

-- Who was erased: ids, and keyed digests of how they were reached, by which they are known when they come again. An id may
-- be given anew after a restore, so the row's age says who is meant (NULL: the row was gone already).
CREATE TABLE erasure_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT erasure_ledger_pkey PRIMARY KEY,
    contact_id bigint NOT NULL,
    contact_created_at timestamptz,
    erased_at timestamptz NOT NULL,
    erased_by text NOT NULL,
    reason text NOT NULL CONSTRAINT erasure_ledger_reason_present CHECK (reason <> ''),
    digests bytea[] NOT NULL
);
CREATE UNIQUE INDEX erasure_ledger_once ON erasure_ledger (contact_id, coalesce(contact_created_at, '-infinity'::timestamptz));
CREATE INDEX erasure_ledger_digests ON erasure_ledger USING gin (digests);
CREATE TRIGGER erasure_ledger_only_grows BEFORE UPDATE OR DELETE ON erasure_ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What people have written about institutions, their licenses and what those had, each text once.
CREATE VIEW texts_about_institutions AS
SELECT 'institution_note_versions' AS table_name, 'body' AS column_name, v.note_id AS row_id, v.number, n.institution_id, v.body
  FROM institution_note_versions AS v JOIN institution_notes AS n ON n.id = v.note_id
UNION ALL
SELECT 'activities', 'subject', id, 0, institution_id, subject FROM activities
UNION ALL
SELECT 'activities', 'outcome', id, 0, institution_id, outcome FROM activities WHERE outcome IS NOT NULL
UNION ALL
SELECT 'license_notes', 'body', n.id, 0, c.institution_id, n.body
  FROM license_notes AS n JOIN licenses AS l ON l.id = n.license_id JOIN customers AS c ON c.id = l.customer_id
UNION ALL
SELECT DISTINCT 'resource_notes', 'body', n.id, 0, c.institution_id, n.body
  FROM resource_notes AS n JOIN resource_allocations AS a ON a.resource_id = n.resource_id
  JOIN licenses AS l ON l.id = a.license_id JOIN customers AS c ON c.id = l.customer_id;

-- Notes are never changed, save that the name of somebody who is erased is taken out of them.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('leasehold.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'LH001';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER institution_note_versions_are_final ON institution_note_versions;
CREATE TRIGGER institution_note_versions_are_final BEFORE UPDATE ON institution_note_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
DROP TRIGGER license_notes_are_final ON license_notes;
CREATE TRIGGER license_notes_are_final BEFORE UPDATE ON license_notes FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
DROP TRIGGER resource_notes_are_final ON resource_notes;
CREATE TRIGGER resource_notes_are_final BEFORE UPDATE ON resource_notes FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();

-- The rows of the log about a person: of tables whose row id is the person's (`p_own`), and of those whose rows name it.
CREATE FUNCTION audit_rows_of_person(p_contact bigint, p_own text[], p_referring text[]) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT a.id FROM audit_log AS a WHERE a.row_id = p_contact::text AND a.table_name = ANY (p_own)
    UNION
    SELECT a.id FROM audit_log AS a
      JOIN (SELECT DISTINCT table_name, row_id FROM audit_log
             WHERE table_name = ANY (p_referring) AND p_contact::text IN (before ->> 'contact_id', after ->> 'contact_id')) AS named
        USING (table_name, row_id)
$$;

-- Takes what is left of an erased person out of the texts about these institutions (whatever matches, in any letter case) and
-- out of the values beside the audit log, whose rows stay as they were written. Returns how many of each.
CREATE FUNCTION erase_traces(
    p_contact bigint, p_institutions bigint[], p_pattern text, p_own text[], p_referring text[], OUT texts bigint, OUT audit_values bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found record;
    more bigint;
BEGIN
    IF EXISTS (SELECT FROM contacts WHERE id = p_contact AND erased_at IS NULL) THEN
        RAISE EXCEPTION 'contact % is not erased', p_contact USING ERRCODE = 'LH001';
    END IF;
    texts := 0;
    PERFORM set_config('leasehold.erasing', 'on', true);
    FOR found IN SELECT DISTINCT table_name, column_name, row_id, number FROM texts_about_institutions
                  WHERE institution_id = ANY (p_institutions) AND body ~* p_pattern LOOP
        EXECUTE format(
            'UPDATE %I SET %2$I = regexp_replace(%2$I, $1, ''[erased]'', ''gi'') WHERE %s', found.table_name, found.column_name,
            CASE found.table_name WHEN 'institution_note_versions' THEN 'note_id = $2 AND number = $3' ELSE 'id = $2 AND $3 = 0' END)
          USING p_pattern, found.row_id, found.number;
        texts := texts + 1;
    END LOOP;
    PERFORM set_config('leasehold.erasing', '', true);
    DELETE FROM audit_personal_values WHERE audit_id IN (SELECT audit_rows_of_person(p_contact, p_own, p_referring));
    GET DIAGNOSTICS audit_values = ROW_COUNT;
    DELETE FROM audit_personal_values AS v USING audit_log AS a
     WHERE a.id = v.audit_id AND v.value #>> '{}' ~* p_pattern
       AND a.table_name IN ('institution_note_versions', 'activities', 'license_notes', 'resource_notes');
    GET DIAGNOSTICS more = ROW_COUNT;
    audit_values := audit_values + more;
END
$$;
REVOKE EXECUTE ON FUNCTION erase_traces FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_traces TO leasehold_panel;

GRANT SELECT, INSERT, UPDATE ON privacy_requests TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE, DELETE ON kept_people TO leasehold_panel;
GRANT SELECT, UPDATE (months) ON retention_rules TO leasehold_panel;
GRANT SELECT, INSERT ON erasure_ledger TO leasehold_panel;
GRANT SELECT ON texts_about_institutions TO leasehold_panel, leasehold_backup;
GRANT SELECT ON erasure_ledger TO leasehold_worker;
