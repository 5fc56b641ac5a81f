-- One institution written down twice: found, told apart for good, or made one, and two again.

-- Names as they are compared ---------------------------------------------------------------------------------------

-- What is left of a name without what does not tell institutions apart: the legal form and the numbers. Of a name that is
-- nothing else, the folded name is left. (A restore knows no search path: functions are named with their schema.)
CREATE FUNCTION core_name(p_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(nullif(btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        regexp_replace(' ' || public.fold_name(p_name) || ' ', '\mand\M', 'und', 'g'),
        '\m(gesellschaft mit beschraenkter haftung|gesellschaft buergerlichen rechts|kommanditgesellschaft auf aktien|kommanditgesellschaft'
        '|aktiengesellschaft|offene handelsgesellschaft|eingetragene genossenschaft|eingetragener verein|eingetragener kaufmann'
        '|ggmbh|gmbh|g m b h|gesmbh|ges m b h|m b h|mbh|kgaa|ohg|gbr|haftungsbeschraenkt|partgmbb|partg mbb|partg|aoer|kdoer'
        '|sarl|s a r l|sp z o o|d o o|doo|s r o|s r l|s p a|limited|incorporated|aktieselskab)\M', ' ', 'g'),
        '(\s+(und|co|kg|ag|se|ug|eg|e g|ek|e k|ev|e v|mbb|ltd|llc|llp|lp|inc|plc|corp|corporation|company|sa|s a|sas|spa|srl|bv|b v|nv|n v'
        '|ab|as|a s|aps|oy|oyj|kft|zrt|sro|sl|s l|pty|in liquidation|i l|i g))+\s*$', ' '),
        '\d+|\m(ii|iii|iv|vi|vii|viii|ix)\M', ' ', 'g'),
        '\s+', ' ', 'g')), ''), public.fold_name(p_name))
$$;

-- The numbers in a name, in order of size and without leading zeros: two that differ in them are two institutions.
CREATE FUNCTION name_numbers(p_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(string_agg(n.number, ' ' ORDER BY length(n.number), n.number), '')
      FROM (SELECT CASE WHEN found[1] ~ '^\d' THEN coalesce(nullif(ltrim(found[1], '0'), ''), '0')
                        ELSE (array_position('{i,ii,iii,iv,v,vi,vii,viii,ix}'::text[], found[1]))::text END AS number
              FROM regexp_matches(public.fold_name(p_name), '\d+|\m(?:ii|iii|iv|vi|vii|viii|ix)\M', 'g') AS found) AS n
$$;

ALTER TABLE institutions
    ADD COLUMN name_core text NOT NULL GENERATED ALWAYS AS (core_name(name)) STORED,
    ADD COLUMN name_numbers text NOT NULL GENERATED ALWAYS AS (name_numbers(name)) STORED;
CREATE INDEX institutions_name_core_parts ON institutions USING gin (name_core gin_trgm_ops)
    WITH (gin_pending_list_limit = 64) WHERE merged_into_id IS NULL;

-- Duplicates -------------------------------------------------------------------------------------------------------

-- Pairs that may be one institution, written anew whenever one of the two is looked at: the work list.
CREATE TABLE duplicate_candidates (
    first_id bigint NOT NULL CONSTRAINT duplicate_candidates_first_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    second_id bigint NOT NULL CONSTRAINT duplicate_candidates_second_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    score smallint NOT NULL CONSTRAINT duplicate_candidates_score CHECK (score BETWEEN 1 AND 100),
    reasons text[] NOT NULL CONSTRAINT duplicate_candidates_reasons
        CHECK (reasons <@ ARRAY['name', 'domain', 'phone', 'vat_id'] AND reasons <> '{}'),
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT duplicate_candidates_pkey PRIMARY KEY (first_id, second_id),
    CONSTRAINT duplicate_candidates_in_order CHECK (first_id < second_id)
);
CREATE INDEX duplicate_candidates_second ON duplicate_candidates (second_id);
CREATE INDEX duplicate_candidates_by_score ON duplicate_candidates (score, first_id, second_id);
CREATE INDEX duplicate_candidates_by_found_at ON duplicate_candidates (found_at, first_id, second_id);
CREATE INDEX duplicate_candidates_reasons ON duplicate_candidates USING gin (reasons);

-- Pairs of which somebody has said that they are two institutions.
CREATE TABLE duplicate_dismissals (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT duplicate_dismissals_pkey PRIMARY KEY,
    first_id bigint NOT NULL CONSTRAINT duplicate_dismissals_first_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    second_id bigint NOT NULL CONSTRAINT duplicate_dismissals_second_fkey REFERENCES institutions (id) ON DELETE CASCADE,
    dismissed_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT duplicate_dismissals_pair UNIQUE (first_id, second_id),
    CONSTRAINT duplicate_dismissals_in_order CHECK (first_id < second_id)
);
CREATE INDEX duplicate_dismissals_second ON duplicate_dismissals (second_id);
CALL audit_changes_of('duplicate_dismissals', 'id', '{first_id,second_id,dismissed_by}');

-- Institutions of which something was written that they are compared by: to be looked at, by whoever has written or by the
-- worker. One may stand here several times, so that nobody waits for anybody.
CREATE TABLE duplicate_checks (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT duplicate_checks_pkey PRIMARY KEY,
    institution_id bigint NOT NULL CONSTRAINT duplicate_checks_institution_fkey REFERENCES institutions (id) ON DELETE CASCADE
);
CREATE INDEX duplicate_checks_institution ON duplicate_checks (institution_id, id);

CREATE FUNCTION ask_for_duplicate_check() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO duplicate_checks (institution_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER institutions_added_are_checked AFTER INSERT ON institutions FOR EACH ROW EXECUTE FUNCTION ask_for_duplicate_check();
CREATE TRIGGER institutions_changed_are_checked AFTER UPDATE ON institutions FOR EACH ROW
    WHEN ((OLD.name, OLD.website_domain, OLD.vat_id, OLD.merged_into_id) IS DISTINCT FROM (NEW.name, NEW.website_domain, NEW.vat_id, NEW.merged_into_id))
    EXECUTE FUNCTION ask_for_duplicate_check();

CREATE FUNCTION ask_for_duplicate_checks_of_details() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO duplicate_checks (institution_id)
    SELECT DISTINCT coalesce(t.institution_id, a.institution_id)
      FROM touched AS t LEFT JOIN affiliations AS a ON a.contact_id = t.contact_id
     WHERE t.kind IN ('email', 'phone', 'mobile') AND coalesce(t.institution_id, a.institution_id) IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER contact_details_added_are_checked AFTER INSERT ON contact_details REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION ask_for_duplicate_checks_of_details();

-- Merges -----------------------------------------------------------------------------------------------------------

-- An institution that was taken for another: what both were before, which fields came from the loser, and what moved to the
-- winner (by the name of the foreign key, the keys of its rows), so that it can be undone. The loser keeps its row.
CREATE TABLE institution_merges (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT institution_merges_pkey PRIMARY KEY,
    loser_id bigint NOT NULL CONSTRAINT institution_merges_loser_fkey REFERENCES institutions (id),
    winner_id bigint NOT NULL CONSTRAINT institution_merges_winner_fkey REFERENCES institutions (id),
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    moved jsonb NOT NULL,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz,
    undone_by text,
    CONSTRAINT institution_merges_of_two CHECK (loser_id <> winner_id),
    CONSTRAINT institution_merges_undone_by_somebody CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE UNIQUE INDEX institution_merges_in_force ON institution_merges (loser_id) WHERE undone_at IS NULL;
CREATE INDEX institution_merges_winner ON institution_merges (winner_id, id);
CALL audit_changes_of('institution_merges', 'id', '{loser_id,winner_id,before,after,undone_at}');

-- What somebody writes for an institution that is being merged this very moment comes to the one that takes its place.
CREATE FUNCTION follow_institution_merge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    survivor bigint;
BEGIN
    LOOP
        SELECT merged_into_id INTO survivor FROM institutions WHERE id = NEW.institution_id FOR KEY SHARE;
        EXIT WHEN survivor IS NULL;
        NEW.institution_id := survivor;
    END LOOP;
    RETURN NEW;
END
$$;
CREATE TRIGGER activities_follow_merges BEFORE INSERT ON activities FOR EACH ROW EXECUTE FUNCTION follow_institution_merge();
CREATE TRIGGER institution_notes_follow_merges BEFORE INSERT ON institution_notes FOR EACH ROW EXECUTE FUNCTION follow_institution_merge();
CREATE TRIGGER affiliations_follow_merges BEFORE INSERT ON affiliations FOR EACH ROW EXECUTE FUNCTION follow_institution_merge();
CREATE TRIGGER customers_follow_merges BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION follow_institution_merge();

-- So does a license: of a customer whose institution was merged into another customer's, it becomes that one's. A merge
-- holds both customers, so that whoever comes meanwhile waits for it before looking.
CREATE FUNCTION follow_customer_merge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    survivor bigint;
BEGIN
    LOOP
        PERFORM FROM customers WHERE id = NEW.customer_id FOR KEY SHARE;
        SELECT w.id INTO survivor
          FROM customers AS c
          JOIN institutions AS i ON i.id = c.institution_id
          JOIN customers AS w ON w.institution_id = i.merged_into_id
         WHERE c.id = NEW.customer_id;
        EXIT WHEN survivor IS NULL;
        NEW.customer_id := survivor;
    END LOOP;
    RETURN NEW;
END
$$;
CREATE TRIGGER licenses_follow_merges BEFORE INSERT OR UPDATE OF customer_id ON licenses
    FOR EACH ROW EXECUTE FUNCTION follow_customer_merge();

GRANT SELECT, INSERT, UPDATE, DELETE ON duplicate_candidates TO leasehold_panel, leasehold_worker;
GRANT SELECT, INSERT, DELETE ON duplicate_dismissals TO leasehold_panel;
GRANT SELECT ON duplicate_dismissals TO leasehold_worker;
GRANT SELECT, DELETE ON duplicate_checks TO leasehold_panel, leasehold_worker;
GRANT SELECT, INSERT, UPDATE (undone_at, undone_by) ON institution_merges TO leasehold_panel;
GRANT UPDATE (institution_id) ON institution_notes TO leasehold_panel;
