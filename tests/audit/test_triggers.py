"""Every change of a business row is in the log, in somebody's name, without personal values in the clear."""

from collections.abc import Iterator

import psycopg
import pytest

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database, Role
from tests.conftest import FreshDatabase

ACTOR = Actor("cli:test")
PROGRAMS = (Role.SERVER, Role.PANEL, Role.WORKER, Role.BACKUP)
# Tables whose own rows are their record, and the housekeeping of the programs.
NOT_AUDITED = {
    "activity_samples",
    "alembic_version",
    "audit_checkpoints",
    "audit_log",
    "audit_personal_values",
    "audit_seals",
    "backup_days",
    "backup_state",
    "import_upload_parts",
    "import_uploads",
    "duplicate_candidates",
    "duplicate_checks",
    "erasure_ledger",
    "institution_import_additions",
    "license_denials",
    "license_heartbeats",
    "license_sessions",
    "resource_counts",
    "reminder_ledger",
    "reminder_mails",
    "reminder_state",
    "schedules",
    "server_processes",
    "session_history",
    "sign_in_throttles",
    "stage_moves",
    "staff_challenges",
    "staff_recovery_codes",
    "staff_sessions",
}
PERSONAL = "Zaphod Beeblebrox"

# One row in each audited table, and a change of it. The order is that of the references.
ROWS = {
    "settings": (
        "INSERT INTO settings (name, value) VALUES ('timezone', '\"UTC\"')",
        "value = '\"Europe/Berlin\"'",
    ),
    "staff_members": (
        f"INSERT INTO staff_members (email, name, role) VALUES ('{PERSONAL}@example.org', '{PERSONAL}', 'sales')",
        f"name = '{PERSONAL} II', role = 'auditor'",
    ),
    "saved_views": (
        "INSERT INTO saved_views (staff_member_id, list_name, name, query) "
        "SELECT id, 'licenses', 'Mine', '' FROM staff_members",
        "is_shared = true",
    ),
    "staff_setup_links": (
        "INSERT INTO staff_setup_links (digest, expires_at) VALUES ('\\x00', now())",
        "used_at = now()",
    ),
    "staff_passwords": (
        "INSERT INTO staff_passwords (member_id, hash) SELECT id, 'argon' FROM staff_members",
        "changed_at = now()",
    ),
    "staff_totps": (
        "INSERT INTO staff_totps (member_id, sealed_secret) SELECT id, '\\x00' FROM staff_members",
        "enrolled_at = now()",
    ),
    "staff_passkeys": (
        "INSERT INTO staff_passkeys (member_id, credential_id, public_key, sign_count, name) "
        f"SELECT id, '\\x00', '\\x00', 0, '{PERSONAL}' FROM staff_members",
        f"name = '{PERSONAL} II'",
    ),
    "api_keys": (
        "INSERT INTO api_keys (name, digest, hint, scopes) VALUES ('shop', '\\x00', 'ABCD', '{license}')",
        "revoked_at = now()",
    ),
    "pipeline_stages": (
        "INSERT INTO pipeline_stages (name, type, position) VALUES ('Trial', 'open', 45)",
        "colour = 'teal' WHERE name = 'Trial'",
    ),
    "institutions": ("INSERT INTO institutions (name) VALUES ('Acme')", "name = 'Acme GmbH' WHERE name = 'Acme'"),
    "contacts": (f"INSERT INTO contacts (last_name) VALUES ('{PERSONAL}')", f"first_name = '{PERSONAL}'"),
    "affiliations": (
        "INSERT INTO affiliations (contact_id, institution_id) SELECT c.id, i.id FROM contacts AS c, institutions AS i",
        f"role = 'assistant of {PERSONAL}'",
    ),
    "contact_details": (
        "INSERT INTO contact_details (contact_id, kind, value) "
        f"SELECT id, 'email', '{PERSONAL}@example.org' FROM contacts",
        "is_primary = true",
    ),
    "addresses": (
        "INSERT INTO addresses (contact_id, kind, street, city, country) "
        f"SELECT id, 'postal', '{PERSONAL}', 'Berlin', 'DE' FROM contacts",
        f"street = '{PERSONAL} 2'",
    ),
    "activities": (
        "INSERT INTO activities (institution_id, kind, subject, made_by) "
        f"SELECT id, 'call', '{PERSONAL}', 'cli:test' FROM institutions",
        f"subject = '{PERSONAL} II'",
    ),
    "privacy_requests": (
        "INSERT INTO privacy_requests (kind, subject, received_on, due_on) "
        f"VALUES ('access', '{PERSONAL}', '2026-01-31', '2026-02-28')",
        f"subject = '{PERSONAL} II'",
    ),
    "retention_rules": ("", "months = 24"),
    "kept_people": (
        f"INSERT INTO kept_people (contact_id, kept_until, reason) SELECT id, '2027-12-31', '{PERSONAL}' FROM contacts",
        f"reason = '{PERSONAL} II'",
    ),
    "institution_notes": (
        "INSERT INTO institution_notes (institution_id) SELECT id FROM institutions",
        "is_pinned = true",
    ),
    "customers": (
        "INSERT INTO customers (institution_id) SELECT id FROM institutions",
        "since = now() - interval '1 day'",
    ),
    "products": ("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')", "name = 'Studio Pro'"),
    "licenses": (
        "INSERT INTO licenses (license_key, customer_id, product_id, device_limit, concurrent_sessions_limit) "
        "SELECT 'KEY', c.id, p.id, 2, 1 FROM customers AS c, products AS p",
        "concurrent_sessions_limit = 2",
    ),
    "license_terms": (
        "INSERT INTO license_terms (license_id, period, kind) "
        "SELECT id, '[2026-01-01,2027-01-01)', 'initial' FROM licenses",
        "voided_at = now(), void_reason = 'wrong'",
    ),
    "device_registrations": (
        "INSERT INTO device_registrations (license_id, hardware_fingerprint, device_name, device_type, status, "
        "device_limit, first_activated_at, last_seen_at, changed_by, change_request_id) SELECT "
        f"id, '0123456789abcdef', '{PERSONAL}', 'laptop', 'inactive', 2, now(), now(), 'api-key:shop', 'r1' "
        "FROM licenses",
        f"device_name = '{PERSONAL} II'",
    ),
    "license_batches": (
        "INSERT INTO license_batches (idempotency_key, content, customer_id, product_id, count, made_by) "
        "SELECT gen_random_uuid(), '', c.id, p.id, 1, 'cli:test' FROM customers AS c, products AS p",
        "keys_taken_at = now(), keys_taken_by = 'cli:test'",
    ),
    "resource_pools": (
        f"INSERT INTO resource_pools (kind, name, owner, quarantine_days) VALUES ('ipv4', 'Office', '{PERSONAL}', 7)",
        f"owner = '{PERSONAL} II'",
    ),
    "import_columns": (
        "INSERT INTO import_columns (subject, header, columns) VALUES ('ipv4', '[\"host\"]', '{}')",
        'columns = \'{"value": "host"}\'',
    ),
    "resource_imports": (
        "INSERT INTO resource_imports (pool_id, file_name, sha256, good_rows_only, rows_new, rows_same, "
        "rows_duplicate, rows_wrong, made_by) SELECT id, 'a.csv', '', false, 1, 0, 0, 0, 'cli:test' "
        "FROM resource_pools",
        "reverted_at = now(), revert_reason = 'wrong'",
    ),
    "institution_imports": (
        "INSERT INTO institution_imports (file_name, sha256, good_rows_only, rows_new, rows_same, rows_duplicate, "
        "rows_wrong, made_by) VALUES ('a.csv', '', false, 1, 0, 0, 0, 'cli:test')",
        "reverted_at = now(), revert_reason = 'wrong'",
    ),
    "resources": (
        "INSERT INTO resources (pool_id, kind, value) SELECT id, 'ipv4', '10.0.0.1' FROM resource_pools",
        f"reserved_until = now() + interval '1 day', reserved_for = '{PERSONAL}'",
    ),
    "resource_requests": (
        "INSERT INTO resource_requests (idempotency_key, license_id, content) SELECT '1', id, '' FROM licenses",
        "content = 'x'",
    ),
    "duplicate_dismissals": (
        "WITH i AS (INSERT INTO institutions (name) VALUES ('Twin') RETURNING id) "
        "INSERT INTO duplicate_dismissals (first_id, second_id, dismissed_by) "
        "SELECT a.id, i.id, 'cli:test' FROM institutions AS a, i",
        "dismissed_by = 'cli:other'",
    ),
    "institution_merges": (
        "INSERT INTO institution_merges (loser_id, winner_id, before, after, moved, made_by) "
        "SELECT second_id, first_id, '{}', '{}', '{}', 'cli:test' FROM duplicate_dismissals",
        "undone_at = now(), undone_by = 'cli:test'",
    ),
    "reminder_rules": (
        "INSERT INTO reminder_rules (kind, days_before) VALUES ('license_expiry', 90)",
        "active = false WHERE days_before = 90",
    ),
    "runtime": ("", "session_timeout = 90"),
}
# Rows that nobody may change: what is written there, and the row that it leaves in the log.
FINAL = {
    "resource_allocations": (
        "INSERT INTO resource_allocations (resource_id, license_id, period, allocated_by) "
        "SELECT r.id, l.id, tstzrange(now(), NULL), 'cli:test' FROM resources AS r, licenses AS l"
    ),
    "resource_notes": (
        "INSERT INTO resource_notes (resource_id, body, made_by) "
        f"SELECT id, '{PERSONAL} called', 'cli:test' FROM resources"
    ),
    "institution_note_versions": (
        "INSERT INTO institution_note_versions (note_id, number, body, made_by) "
        f"SELECT id, 1, '{PERSONAL} called', 'cli:test' FROM institution_notes"
    ),
    "license_notes": (
        "INSERT INTO license_notes (license_id, body, made_by) "
        f"SELECT id, '{PERSONAL} called', 'cli:test' FROM licenses"
    ),
    "license_transfers": (
        "WITH i AS (INSERT INTO institutions (name) VALUES ('Buyer') RETURNING id), "
        "c AS (INSERT INTO customers (institution_id) SELECT id FROM i RETURNING id) "
        "INSERT INTO license_transfers (license_id, from_customer_id, to_customer_id, reason, made_by) "
        "SELECT l.id, l.customer_id, c.id, 'sold', 'cli:test' FROM licenses AS l, c"
    ),
}


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A connection to a database with one row in each audited table, all written in `ACTOR`'s name."""
    with database.connect(application="test") as opened:
        _fill(opened, list(ROWS))
        yield opened


def _fill(opened: Connection, tables: list[str]) -> None:
    ACTOR.sign(opened)
    for table in tables:
        if ROWS[table][0]:
            opened.execute(ROWS[table][0])
    opened.commit()


def test_every_business_table_is_audited(database: Database) -> None:
    with database.connect(application="test") as opened:
        tables = opened.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace "
            "AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        ).fetchall()
        audited = opened.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_changes' AND tgenabled = 'O'"
        ).fetchall()
    assert {name for (name,) in audited} == {name for (name,) in tables} - NOT_AUDITED
    assert {name for (name,) in audited} == ROWS.keys() | FINAL.keys()


def test_a_change_leaves_a_row_in_its_maker_s_name(connection: Connection) -> None:
    for table, (_, change) in ROWS.items():
        by = Actor(f"cli:{table}")
        by.sign(connection)
        connection.execute(f"UPDATE {table} SET {change}")
        connection.commit()
        rows = connection.execute(
            "SELECT DISTINCT actor, request_id, before IS NOT NULL, after IS NOT NULL FROM audit_log "
            "WHERE table_name = %s AND action = 'update'",
            (table,),
        ).fetchall()
        assert rows == [(f"cli:{table}", by.request_id, True, True)]


def test_what_is_final_leaves_a_row_without_personal_values(connection: Connection) -> None:
    for table, insert in FINAL.items():
        _refused(connection, insert)
        ACTOR.sign(connection)
        connection.execute(insert)
        connection.commit()
        rows = connection.execute("SELECT actor, after::text FROM audit_log WHERE table_name = %s", (table,)).fetchall()
        assert [(actor, PERSONAL in str(after)) for actor, after in rows] == [(ACTOR.name, False)]


def test_without_an_actor_nothing_comes_or_changes_or_goes(database: Database) -> None:
    with database.connect(application="test") as opened:
        for table, (insert, change) in ROWS.items():
            # A device's row carries its maker, which the table demands; some rows are there from the start.
            if table not in {"device_registrations", "runtime", "retention_rules"}:
                _refused(opened, insert)
            _fill(opened, [table])
            _refused(opened, f"UPDATE {table} SET {change}")
            _refused(opened, f"DELETE FROM {table}")


def _refused(opened: Connection, statement: str) -> None:
    with pytest.raises(psycopg.Error) as raised:
        opened.execute(statement)
    assert raised.value.sqlstate == "LH002", statement
    opened.rollback()


def test_personal_values_are_in_the_side_table_alone(connection: Connection) -> None:
    ACTOR.sign(connection)
    credentials = ("staff_passkeys", "staff_totps", "staff_passwords")
    connection.execute("DELETE FROM saved_views")
    for table in (
        "resources",
        "resource_imports",
        "resource_pools",
        "contact_details",
        "addresses",
        "activities",
        "privacy_requests",
        "kept_people",
        "affiliations",
        "contacts",
        *credentials,
        "staff_members",
        "device_registrations",
    ):
        connection.execute(f"UPDATE {table} SET {ROWS[table][1]}")
        connection.execute(f"DELETE FROM {table}")
    in_clear = connection.execute(
        "SELECT table_name, action FROM audit_log WHERE concat(before, after, row_id) LIKE %s", (f"%{PERSONAL}%",)
    ).fetchall()
    kept = connection.execute(
        "SELECT DISTINCT a.table_name, a.action "
        "FROM audit_personal_values AS v JOIN audit_log AS a ON a.id = v.audit_id WHERE v.value::text LIKE %s",
        (f"%{PERSONAL}%",),
    ).fetchall()
    assert in_clear == []
    assert {action for table, action in kept if table == "contacts"} == {"insert", "update", "delete"}
    assert {table for table, _ in kept} == {
        "activities",
        "addresses",
        "affiliations",
        "contact_details",
        "contacts",
        "device_registrations",
        "kept_people",
        "privacy_requests",
        "resource_pools",
        "resources",
        "staff_members",
        "staff_passkeys",
    }


@pytest.mark.parametrize("role", PROGRAMS)
def test_no_program_may_change_the_log(fresh_database: FreshDatabase, role: Role) -> None:
    with fresh_database.as_role(role).connect(application="test", autocommit=True) as opened:
        for table in ("audit_log", "audit_personal_values"):
            for act in (f"UPDATE {table} SET ctid = ctid", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
                    opened.execute(act)
        allowed = opened.execute(
            "SELECT bool_or(has_table_privilege(t, p) OR "
            "(p IN ('INSERT', 'UPDATE') AND has_any_column_privilege(t, p))) "
            "FROM unnest(ARRAY['audit_log', 'audit_personal_values']) AS t, "
            "unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS p"
        ).fetchone()
    assert allowed == (False,)


def test_not_even_the_owner_changes_the_log(connection: Connection) -> None:
    for act in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log CASCADE"):
        with pytest.raises(psycopg.Error) as raised, connection.transaction():
            connection.execute(act)
        assert raised.value.sqlstate == "LH001"


def test_the_license_server_cannot_read_what_it_does_not_need(fresh_database: FreshDatabase) -> None:
    hidden = (
        "staff_members",
        "staff_setup_links",
        "institutions",
        "contacts",
        "contact_details",
        "addresses",
        "activities",
        "institution_notes",
        "institution_note_versions",
        "customers",
        "resources",
        "resource_allocations",
        "audit_log",
    )
    with fresh_database.as_role(Role.SERVER).connect(application="test", autocommit=True) as opened:
        for table in hidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                opened.execute(f"SELECT * FROM {table}")


def test_a_backup_reads_everything_and_writes_nothing(fresh_database: FreshDatabase) -> None:
    with fresh_database.as_role(Role.BACKUP).connect(application="test") as opened:
        rights = opened.execute(
            "SELECT bool_and(has_table_privilege(c.oid, 'SELECT')), "
            "bool_or(has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) FROM pg_class AS c "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        ).fetchone()
    assert rights == (True, False)
