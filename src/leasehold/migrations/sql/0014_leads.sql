-- Leads: institutions and contacts in full, the stages that an institution goes through, what is to be done about it,
-- and what is noted of it. Whether an institution is a lead or a customer is derived: a customer has a row in `customers`.

-- A name as it is compared and searched: in small letters, umlauts written out, without accents, signs or double spaces.
CREATE FUNCTION fold_name(p_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT btrim(regexp_replace(regexp_replace(normalize(
               replace(replace(replace(replace(replace(replace(replace(replace(
                   lower(normalize(p_name, NFC)), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss'), 'ø', 'oe'), 'æ', 'ae'), 'ł', 'l'),
                   '&', ' und '), NFD), '[\u0300-\u036f]', '', 'g'), '[\s!-/:-@\[-`{-~\u00a0\u2010-\u201f]+', ' ', 'g'))
$$;

-- Where an institution stands on its way to being a customer. Rules hang on the type alone; names are the house's own.
-- A stage that was removed stays for what stood in it once: nobody comes into it any more.
CREATE TABLE pipeline_stages (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pipeline_stages_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT pipeline_stages_name_present CHECK (name <> ''),
    type text NOT NULL CONSTRAINT pipeline_stages_type CHECK (type IN ('open', 'on_hold', 'won', 'lost')),
    position integer NOT NULL,
    colour text NOT NULL DEFAULT 'secondary' CONSTRAINT pipeline_stages_colour
        CHECK (colour IN ('secondary', 'blue', 'azure', 'indigo', 'purple', 'pink', 'red', 'orange', 'yellow', 'lime', 'green', 'teal', 'cyan')),
    removed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX pipeline_stages_name ON pipeline_stages (lower(name)) WHERE removed_at IS NULL;
INSERT INTO pipeline_stages (name, type, position, colour) VALUES
    ('New', 'open', 10, 'azure'), ('Contacted', 'open', 20, 'blue'), ('Qualified', 'open', 30, 'indigo'),
    ('Offer', 'open', 40, 'purple'), ('On hold', 'on_hold', 50, 'yellow'), ('Lost', 'lost', 60, 'red'), ('Won', 'won', 70, 'green');
CALL audit_changes_of('pipeline_stages', 'id', '{name,type,position,colour,removed_at}');
CREATE TRIGGER bump_version BEFORE UPDATE ON pipeline_stages FOR EACH ROW EXECUTE FUNCTION bump_version();

-- Institutions ------------------------------------------------------------------------------------------------

-- `lost_reason` is that of the stage the institution stands in. `merged_into_id` names the one that has taken its place.
ALTER TABLE institutions
    ADD COLUMN kind text CONSTRAINT institutions_kind CHECK (kind IN ('company', 'public_body', 'university', 'non_profit', 'other')),
    ADD COLUMN parent_id bigint CONSTRAINT institutions_parent_fkey REFERENCES institutions (id) ON DELETE SET NULL,
    ADD COLUMN vat_id text,
    ADD COLUMN owner_id bigint CONSTRAINT institutions_owner_fkey REFERENCES staff_members (id),
    ADD COLUMN source text,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN do_not_contact boolean NOT NULL DEFAULT false,
    ADD COLUMN archived_at timestamptz,
    ADD COLUMN merged_into_id bigint CONSTRAINT institutions_merged_into_fkey REFERENCES institutions (id)
        CONSTRAINT institutions_merged_into_another CHECK (merged_into_id <> id),
    ADD COLUMN stage_id bigint CONSTRAINT institutions_stage_fkey REFERENCES pipeline_stages (id),
    ADD COLUMN lost_reason text,
    ADD COLUMN name_folded text NOT NULL GENERATED ALWAYS AS (fold_name(name)) STORED;
CREATE UNIQUE INDEX institutions_vat_id ON institutions (vat_id) WHERE archived_at IS NULL AND merged_into_id IS NULL;
CREATE INDEX institutions_parent ON institutions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX institutions_merged_into ON institutions (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX institutions_owner ON institutions (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX institutions_stage ON institutions (stage_id, id) WHERE stage_id IS NOT NULL;
CREATE INDEX institutions_tags ON institutions USING gin (tags);
-- What waits to be put into an index of parts is read by every search: kept short, so that an import slows nobody down.
CREATE INDEX institutions_name_folded_parts ON institutions USING gin (name_folded gin_trgm_ops) WITH (gin_pending_list_limit = 64);
DROP TRIGGER audit_changes ON institutions;
CALL audit_changes_of('institutions', 'id', '{name,legal_form,website_domain,language,kind,parent_id,vat_id,owner_id,source,tags,do_not_contact,archived_at,merged_into_id,stage_id,lost_reason}');

-- No institution stands above itself, whoever writes: parents are changed one at a time.
CREATE FUNCTION refuse_institution_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above bigint := NEW.parent_id;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('leasehold.institution_parents', 0));
    WHILE above IS NOT NULL LOOP
        IF above = NEW.id THEN
            RAISE EXCEPTION 'institution % would stand above itself', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'institutions_no_cycle', TABLE = 'institutions';
        END IF;
        SELECT parent_id INTO above FROM institutions WHERE id = above;
    END LOOP;
    RETURN NEW;
END
$$;
CREATE TRIGGER institutions_no_cycle BEFORE INSERT OR UPDATE OF parent_id ON institutions FOR EACH ROW
    WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION refuse_institution_cycle();

-- Each stay in a stage, whoever moves the institution; days in a stage are counted from the open one.
CREATE TABLE stage_moves (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT stage_moves_pkey PRIMARY KEY,
    institution_id bigint NOT NULL CONSTRAINT stage_moves_institution_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    stage_id bigint NOT NULL CONSTRAINT stage_moves_stage_fkey REFERENCES pipeline_stages (id),
    entered_at timestamptz NOT NULL,
    left_at timestamptz,
    moved_by text NOT NULL,
    lost_reason text,
    CONSTRAINT stage_moves_left_after_entered CHECK (left_at >= entered_at)
);
CREATE UNIQUE INDEX stage_moves_open ON stage_moves (institution_id) WHERE left_at IS NULL;
CREATE INDEX stage_moves_institution ON stage_moves (institution_id, id);
CREATE INDEX stage_moves_open_stage ON stage_moves (stage_id, entered_at, institution_id) WHERE left_at IS NULL;

-- The stage is held while somebody comes into it, so that it is not removed or made another type meanwhile.
CREATE FUNCTION check_lost_reason() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stage record;
BEGIN
    IF NEW.stage_id IS NULL THEN
        NEW.lost_reason := NULL;
        RETURN NEW;
    END IF;
    SELECT type, removed_at INTO stage FROM pipeline_stages WHERE id = NEW.stage_id FOR KEY SHARE;
    IF stage.removed_at IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.stage_id IS DISTINCT FROM OLD.stage_id) THEN
        RAISE EXCEPTION 'stage % was removed', NEW.stage_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'institutions_stage_is_there', TABLE = 'institutions';
    END IF;
    IF stage.type <> 'lost' THEN
        NEW.lost_reason := NULL;
    ELSIF coalesce(NEW.lost_reason, '') = '' THEN
        RAISE EXCEPTION 'institution % is lost without a reason', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'institutions_lost_has_reason', TABLE = 'institutions';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER institutions_lost_has_reason BEFORE INSERT OR UPDATE OF stage_id, lost_reason ON institutions
    FOR EACH ROW EXECUTE FUNCTION check_lost_reason();

CREATE FUNCTION follow_institution_stage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moment constant timestamptz := clock_timestamp();
BEGIN
    UPDATE stage_moves SET left_at = greatest(moment, entered_at) WHERE institution_id = NEW.id AND left_at IS NULL;
    IF NEW.stage_id IS NOT NULL THEN
        INSERT INTO stage_moves (institution_id, stage_id, entered_at, moved_by, lost_reason)
        VALUES (NEW.id, NEW.stage_id, moment, current_setting('leasehold.actor'), NEW.lost_reason);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER institutions_stage_begun AFTER INSERT ON institutions FOR EACH ROW
    WHEN (NEW.stage_id IS NOT NULL) EXECUTE FUNCTION follow_institution_stage();
CREATE TRIGGER institutions_stage_followed AFTER UPDATE OF stage_id ON institutions FOR EACH ROW
    WHEN (OLD.stage_id IS DISTINCT FROM NEW.stage_id) EXECUTE FUNCTION follow_institution_stage();

-- Contacts ------------------------------------------------------------------------------------------------------

ALTER TABLE contacts
    ADD COLUMN salutation text CONSTRAINT contacts_salutation CHECK (salutation IN ('ms', 'mr', 'neutral')),
    ADD COLUMN title text;
DROP TRIGGER audit_changes ON contacts;
CALL audit_changes_of('contacts', 'id', '{first_name,last_name,language,salutation,title}', '{first_name,last_name,salutation,title}');

ALTER TABLE affiliations
    ADD COLUMN department text,
    ADD COLUMN valid_from date,
    ADD COLUMN valid_to date,
    ADD CONSTRAINT affiliations_valid CHECK (valid_to >= valid_from);
DROP TRIGGER audit_changes ON affiliations;
CALL audit_changes_of('affiliations', 'contact_id', '{contact_id,institution_id,role,is_primary,department,valid_from,valid_to}');

-- The form by which two ways to reach somebody are the same. What writes without one (an earlier release) gets a plain one;
-- `customers/details.py` knows more of phone numbers and domains.
CREATE FUNCTION plain_detail(p_kind text, p_value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN p_kind = 'email' AND p_value LIKE '%@%'
                THEN substring(btrim(p_value) FROM '^(.*)@') || '@' || lower(substring(btrim(p_value) FROM '([^@]*)$'))
                WHEN p_kind IN ('phone', 'mobile') AND p_value ~ '[0-9]' THEN regexp_replace(p_value, '[^0-9+]+', '', 'g')
                ELSE lower(btrim(p_value)) END
$$;
ALTER TABLE contact_details
    ADD COLUMN label text,
    ADD COLUMN value_norm text,
    ADD COLUMN status text NOT NULL DEFAULT 'unverified' CONSTRAINT contact_details_status CHECK (status IN ('unverified', 'verified', 'invalid')),
    ADD COLUMN opt_out boolean NOT NULL DEFAULT false,
    ADD COLUMN consent_at timestamptz,
    ADD COLUMN consent_source text,
    ADD COLUMN consent_proof text,
    ADD CONSTRAINT contact_details_consent_has_source
        CHECK ((consent_at IS NULL) = (consent_source IS NULL) AND (consent_proof IS NULL OR consent_at IS NOT NULL));
SELECT set_config('leasehold.actor', 'job:migrate', true);
DELETE FROM contact_details AS d USING contact_details AS first
 WHERE first.id < d.id AND first.kind = d.kind AND plain_detail(first.kind, first.value) = plain_detail(d.kind, d.value)
   AND (first.contact_id = d.contact_id OR first.institution_id = d.institution_id);
UPDATE contact_details AS d SET is_primary = false
 WHERE is_primary AND EXISTS (SELECT FROM contact_details AS first WHERE first.is_primary AND first.id < d.id AND first.kind = d.kind
                                 AND (first.contact_id = d.contact_id OR first.institution_id = d.institution_id));
DROP TRIGGER audit_changes ON contact_details;
UPDATE contact_details SET value_norm = plain_detail(kind, value);
ALTER TABLE contact_details ALTER COLUMN value_norm SET NOT NULL;
CALL audit_changes_of('contact_details', 'id', '{contact_id,institution_id,kind,label,value,value_norm,is_primary,status,opt_out,consent_at,consent_source,consent_proof}', '{label,value,value_norm,consent_proof}');
CREATE FUNCTION fill_detail_norm() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.value_norm := coalesce(NEW.value_norm, plain_detail(NEW.kind, NEW.value));
    RETURN NEW;
END
$$;
CREATE TRIGGER contact_details_norm BEFORE INSERT ON contact_details FOR EACH ROW EXECUTE FUNCTION fill_detail_norm();
CREATE UNIQUE INDEX contact_details_contact_value ON contact_details (contact_id, kind, value_norm) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX contact_details_institution_value ON contact_details (institution_id, kind, value_norm) WHERE institution_id IS NOT NULL;
CREATE UNIQUE INDEX contact_details_contact_primary ON contact_details (contact_id, kind) WHERE is_primary AND contact_id IS NOT NULL;
CREATE UNIQUE INDEX contact_details_institution_primary ON contact_details (institution_id, kind) WHERE is_primary AND institution_id IS NOT NULL;
-- Whose address or number it is, too: addresses are compared in small letters, though kept as they are spelled.
CREATE INDEX contact_details_same_email ON contact_details (lower(value_norm)) WHERE kind = 'email';
CREATE INDEX contact_details_same_phone ON contact_details (value_norm) WHERE kind IN ('phone', 'mobile');

CREATE TABLE addresses (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT addresses_pkey PRIMARY KEY,
    contact_id bigint CONSTRAINT addresses_contact_fkey REFERENCES contacts (id) ON DELETE CASCADE,
    institution_id bigint CONSTRAINT addresses_institution_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT addresses_kind CHECK (kind IN ('postal', 'billing', 'delivery', 'visit')),
    street text,
    postcode text,
    city text NOT NULL CONSTRAINT addresses_city_present CHECK (city <> ''),
    country text NOT NULL CONSTRAINT addresses_country CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT addresses_one_owner CHECK (num_nonnulls(contact_id, institution_id) = 1)
);
CREATE INDEX addresses_contact ON addresses (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX addresses_institution ON addresses (institution_id) WHERE institution_id IS NOT NULL;
CALL audit_changes_of('addresses', 'id', '{contact_id,institution_id,kind,street,postcode,city,country}', '{street,postcode,city}');

-- What is to be done, and what was done ----------------------------------------------------------------------------

CREATE TABLE activities (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT activities_pkey PRIMARY KEY,
    institution_id bigint NOT NULL CONSTRAINT activities_institution_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    contact_id bigint CONSTRAINT activities_contact_fkey REFERENCES contacts (id) ON DELETE SET NULL,
    kind text NOT NULL CONSTRAINT activities_kind CHECK (kind IN ('call', 'mail', 'meeting', 'task', 'reminder')),
    subject text NOT NULL CONSTRAINT activities_subject_present CHECK (subject <> ''),
    assignee_id bigint CONSTRAINT activities_assignee_fkey REFERENCES staff_members (id),
    due_at timestamptz,
    done_at timestamptz,
    done_by text,
    outcome text,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT activities_done_by_somebody CHECK ((done_at IS NULL) = (done_by IS NULL)),
    CONSTRAINT activities_outcome_when_done CHECK (outcome IS NULL OR done_at IS NOT NULL)
);
CREATE INDEX activities_institution ON activities (institution_id, id);
CREATE INDEX activities_contact ON activities (contact_id) WHERE contact_id IS NOT NULL;
-- The traffic light of an institution, my day, and what is late anywhere.
CREATE INDEX activities_open ON activities (institution_id, coalesce(due_at, 'infinity'::timestamptz)) WHERE done_at IS NULL;
CREATE INDEX activities_assignee ON activities (assignee_id, coalesce(due_at, 'infinity'::timestamptz), id) WHERE done_at IS NULL;
CREATE INDEX activities_due ON activities (coalesce(due_at, 'infinity'::timestamptz), id) WHERE done_at IS NULL;
CALL audit_changes_of('activities', 'id', '{institution_id,contact_id,kind,subject,assignee_id,due_at,done_at,outcome}', '{subject,outcome}');
CREATE TRIGGER bump_version BEFORE UPDATE ON activities FOR EACH ROW EXECUTE FUNCTION bump_version();

-- What is noted of an institution: a note is its versions, which are never changed; `latest` is the number of the one in force.
CREATE TABLE institution_notes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT institution_notes_pkey PRIMARY KEY,
    institution_id bigint NOT NULL CONSTRAINT institution_notes_institution_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    latest integer NOT NULL DEFAULT 1,
    is_pinned boolean NOT NULL DEFAULT false,
    removed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX institution_notes_institution ON institution_notes (institution_id, id);
CALL audit_changes_of('institution_notes', 'id', '{institution_id,latest,is_pinned,removed_at}');

CREATE TABLE institution_note_versions (
    note_id bigint NOT NULL CONSTRAINT institution_note_versions_note_fkey REFERENCES institution_notes (id) ON DELETE CASCADE,
    number integer NOT NULL CONSTRAINT institution_note_versions_number CHECK (number > 0),
    body text NOT NULL CONSTRAINT institution_note_versions_body_present CHECK (body <> ''),
    restored_from integer,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT institution_note_versions_pkey PRIMARY KEY (note_id, number)
);
CREATE TRIGGER institution_note_versions_are_final BEFORE UPDATE ON institution_note_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CALL audit_changes_of('institution_note_versions', 'note_id', '{note_id,number,body,restored_from}', '{body}');

-- Imports -------------------------------------------------------------------------------------------------------------

-- A file of institutions that was read. `sha256` is that of the file, which is not kept.
CREATE TABLE institution_imports (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT institution_imports_pkey PRIMARY KEY,
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
    CONSTRAINT institution_imports_revert_has_reason CHECK ((reverted_at IS NULL) = (revert_reason IS NULL))
);
CALL audit_changes_of('institution_imports', 'id', '{file_name,sha256,good_rows_only,rows_new,rows_same,rows_duplicate,rows_wrong,reverted_at,revert_reason}');

-- What an import has made: an institution (no contact), or a person in one, which may have been there before.
CREATE TABLE institution_import_additions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT institution_import_additions_pkey PRIMARY KEY,
    import_id bigint NOT NULL CONSTRAINT institution_import_additions_import_fkey REFERENCES institution_imports (id),
    institution_id bigint NOT NULL CONSTRAINT institution_import_additions_institution_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    contact_id bigint CONSTRAINT institution_import_additions_contact_fkey REFERENCES contacts (id) ON DELETE CASCADE,
    CONSTRAINT institution_import_additions_once UNIQUE NULLS NOT DISTINCT (institution_id, contact_id)
);
CREATE INDEX institution_import_additions_import ON institution_import_additions (import_id);
CREATE INDEX institution_import_additions_contact ON institution_import_additions (contact_id) WHERE contact_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE (reverted_at, revert_reason) ON institution_imports TO leasehold_panel;
GRANT SELECT, INSERT ON institution_import_additions TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE, DELETE ON pipeline_stages, addresses, activities TO leasehold_panel;
GRANT SELECT ON stage_moves TO leasehold_panel;
GRANT SELECT, INSERT, UPDATE (latest, is_pinned, removed_at) ON institution_notes TO leasehold_panel;
GRANT SELECT, INSERT ON institution_note_versions TO leasehold_panel;
