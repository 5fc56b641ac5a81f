-- Reminders by e-mail: by which rules they are due, which mail told of what, and how each mail fared.
--
-- Only the rules are audited: people change them. Mails and ledger are written by a program and are their own record.

CREATE TABLE reminder_rules (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reminder_rules_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT reminder_rules_kind CHECK (kind IN ('license_expiry', 'pool_low_water', 'activity_due')),
    days_before integer CONSTRAINT reminder_rules_days_before CHECK (days_before BETWEEN -29 AND 365),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT reminder_rules_days_of_expiry CHECK ((kind = 'license_expiry') = (days_before IS NOT NULL)),
    CONSTRAINT reminder_rules_once UNIQUE NULLS NOT DISTINCT (kind, days_before)
);
INSERT INTO reminder_rules (kind, days_before)
VALUES ('license_expiry', 60), ('license_expiry', 30), ('license_expiry', 14), ('license_expiry', 7), ('license_expiry', 1),
       ('license_expiry', 0), ('license_expiry', -3), ('pool_low_water', NULL), ('activity_due', NULL);
CALL audit_changes_of('reminder_rules', 'id', '{kind,days_before,active}');
CREATE TRIGGER bump_version BEFORE UPDATE ON reminder_rules FOR EACH ROW EXECUTE FUNCTION bump_version();

-- A mail. It waits for its next attempt, is being sent, or has come to an end. `doubts` counts the attempts of which nobody
-- knows whether they arrived. No contact: the mail is the vendor's own.
CREATE TABLE reminder_mails (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reminder_mails_pkey PRIMARY KEY,
    message_id text NOT NULL CONSTRAINT reminder_mails_message_id UNIQUE,
    kind text NOT NULL CONSTRAINT reminder_mails_kind CHECK (kind IN ('license_expiry', 'pool_low_water', 'activity_due')),
    contact_id bigint CONSTRAINT reminder_mails_contact_fkey REFERENCES contacts (id) ON DELETE SET NULL,
    recipient text,
    language text NOT NULL CONSTRAINT reminder_mails_language CHECK (language IN ('de', 'en')),
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT reminder_mails_state
        CHECK (state IN ('waiting', 'sending', 'sent', 'given_up', 'cancelled')),
    attempts integer NOT NULL DEFAULT 0,
    doubts integer NOT NULL DEFAULT 0 CONSTRAINT reminder_mails_doubts CHECK (doubts BETWEEN 0 AND attempts),
    next_attempt_at timestamptz,
    attempted_at timestamptz,
    sent_at timestamptz,
    failure text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT reminder_mails_waiting_until CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT reminder_mails_sent_at CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX reminder_mails_contact ON reminder_mails (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX reminder_mails_sent ON reminder_mails (sent_at) WHERE state = 'sent';
CREATE INDEX reminder_mails_unsettled ON reminder_mails (state, id) WHERE state IN ('waiting', 'sending', 'given_up');

-- What was told, or need not be told any more, by which rule: of a license, about one end of it; of a pool, about one fall below
-- its low-water mark, until it is over; of an activity, about the moment that it is due at. A rule that came too late beside a nearer one is `superseded`; what became untrue
-- before it was told is `withdrawn`, and counts for nothing.
CREATE TABLE reminder_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reminder_ledger_pkey PRIMARY KEY,
    rule_id bigint NOT NULL CONSTRAINT reminder_ledger_rule_fkey REFERENCES reminder_rules (id),
    license_id bigint CONSTRAINT reminder_ledger_license_fkey REFERENCES licenses (id),
    pool_id bigint CONSTRAINT reminder_ledger_pool_fkey REFERENCES resource_pools (id),
    activity_id bigint CONSTRAINT reminder_ledger_activity_fkey REFERENCES activities (id) ON DELETE CASCADE,
    about timestamptz NOT NULL,
    mail_id bigint NOT NULL CONSTRAINT reminder_ledger_mail_fkey REFERENCES reminder_mails (id),
    state text NOT NULL CONSTRAINT reminder_ledger_state CHECK (state IN ('told', 'superseded', 'withdrawn')),
    over_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT reminder_ledger_one_subject CHECK (num_nonnulls(license_id, pool_id, activity_id) = 1),
    CONSTRAINT reminder_ledger_over_of_pool CHECK (over_at IS NULL OR pool_id IS NOT NULL)
);
CREATE UNIQUE INDEX reminder_ledger_once_of_license ON reminder_ledger (license_id, about, rule_id)
    WHERE license_id IS NOT NULL AND state <> 'withdrawn';
CREATE UNIQUE INDEX reminder_ledger_once_of_pool ON reminder_ledger (pool_id)
    WHERE pool_id IS NOT NULL AND state <> 'withdrawn' AND over_at IS NULL;
CREATE UNIQUE INDEX reminder_ledger_once_of_activity ON reminder_ledger (activity_id, about)
    WHERE activity_id IS NOT NULL AND state <> 'withdrawn';
CREATE INDEX reminder_ledger_license ON reminder_ledger (license_id, id);
CREATE INDEX reminder_ledger_mail ON reminder_ledger (mail_id);
CREATE INDEX reminder_ledger_moot ON reminder_ledger (state, id) WHERE state <> 'told';

-- When reminders were last seen to, and why that failed where it did.
CREATE TABLE reminder_state (
    is_only boolean CONSTRAINT reminder_state_pkey PRIMARY KEY DEFAULT true CONSTRAINT reminder_state_one CHECK (is_only),
    ran_at timestamptz,
    failure text,
    failed_at timestamptz,
    CONSTRAINT reminder_state_failure CHECK ((failure IS NULL) = (failed_at IS NULL))
);
INSERT INTO reminder_state DEFAULT VALUES;

GRANT SELECT ON reminder_rules, reminder_mails, reminder_ledger, reminder_state TO leasehold_panel, leasehold_worker;
GRANT SELECT (id, institution_id, kind, subject, assignee_id, due_at, done_at) ON activities TO leasehold_worker;
GRANT SELECT (id, email, disabled_at) ON staff_members TO leasehold_worker;
GRANT UPDATE (active) ON reminder_rules TO leasehold_panel;
GRANT UPDATE (recipient, failure, state, next_attempt_at) ON reminder_mails TO leasehold_panel;
GRANT INSERT, UPDATE ON reminder_mails, reminder_ledger TO leasehold_worker;
GRANT UPDATE ON reminder_state TO leasehold_worker;
-- For the figures that are told to those who watch from outside: how mails stand, never to whom they are.
GRANT SELECT (state, created_at, attempted_at, sent_at) ON reminder_mails TO leasehold_server;
GRANT SELECT ON reminder_state TO leasehold_server;
