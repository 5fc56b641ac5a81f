-- The form of a fingerprint is the same, said so that PostgreSQL is quick at it: a bound on a repetition has as many
-- states as it counts, in every row that is written, and in every row of a backup that is tried.

ALTER TABLE device_registrations
    DROP CONSTRAINT device_registrations_fingerprint_form,
    ADD CONSTRAINT device_registrations_fingerprint_form
        CHECK (length(hardware_fingerprint) BETWEEN 16 AND 255 AND hardware_fingerprint ~ '^[!-~]+$');
