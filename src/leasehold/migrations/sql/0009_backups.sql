-- Backups: which day has its backup, and what every program should know of the newest. The truth is the catalogue, a
-- file on the machine that makes the backups; these rows are lost with the database, and made again.
--
-- Neither table is audited: nobody changes anything here. What a person does with backups is audited as an event.

-- One row for each day (in the installation's time zone) whose backup was begun. A day without a backup is made up for
-- by the next day's.
CREATE TABLE backup_days (
    day date CONSTRAINT backup_days_pkey PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries integer NOT NULL DEFAULT 1 CONSTRAINT backup_days_tries CHECK (tries > 0),
    finished_at timestamptz,
    backup text,
    failure text
);

-- The newest backup that was verified, the newest that was proved to be in the archive, and the last failure since.
CREATE TABLE backup_state (
    is_only boolean CONSTRAINT backup_state_pkey PRIMARY KEY DEFAULT true CONSTRAINT backup_state_one CHECK (is_only),
    archived boolean NOT NULL DEFAULT false,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    verified text,
    verified_at timestamptz,
    proved text,
    proved_at timestamptz,
    failure text,
    failed_at timestamptz
);
INSERT INTO backup_state DEFAULT VALUES;

GRANT SELECT, INSERT, UPDATE ON backup_days TO leasehold_worker;
GRANT SELECT, UPDATE ON backup_state TO leasehold_worker;
GRANT SELECT ON backup_days, backup_state TO leasehold_panel;
GRANT SELECT ON backup_state TO leasehold_server;
