"""What had been closed since the backup is closed in the restored database too, and listed; nothing else changes."""

from datetime import UTC, datetime, timedelta

from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.backups.restore.doors import LEDGERS
from leasehold.kit.actor import Actor
from leasehold.kit.database import Role, database_for
from leasehold.licensing.commands import Activate, BlockDevice, Command, StartSession
from leasehold.licensing.engine import run_commands
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.vocabulary import Code, DeviceType
from tests.backups.restore.installation import Restorable
from tests.licensing.vendor import fingerprint, issue_license

_MEMBER = "INSERT INTO staff_members (email, name, role) VALUES (%s, 'Ada', 'operator')"
_KEY = "INSERT INTO api_keys (name, digest, hint, scopes) VALUES (%s, %s, '', '{license}')"
_SESSION = """
INSERT INTO staff_sessions (digest, member_id, signed_in_at)
SELECT 'session', max(id), clock_timestamp() FROM staff_members
"""
_DISABLE = """
UPDATE staff_members SET disabled_at = '2026-01-31T12:00Z', email = 'new@leasehold.test'
 WHERE email = 'gone@leasehold.test'
"""
_RECORDED = (
    "SELECT actor, row_id, after -> 'carried_over' ->> 'disabled people' FROM audit_log WHERE action = 'restored'"
)

_WAITING_MAIL = """
INSERT INTO reminder_mails (message_id, kind, recipient, language, next_attempt_at)
VALUES (%s, 'license_expiry', 'ada@acme.test', 'de', clock_timestamp())
"""
_TOLD = """
INSERT INTO reminder_ledger (rule_id, license_id, about, mail_id, state)
SELECT r.id, l.id, l.valid_until, m.id, 'told'
  FROM reminder_rules AS r, reminder_mails AS m, licenses AS l
 WHERE r.days_before = 7 AND m.message_id = %s AND l.license_key = %s
"""
_FATES = """
SELECT l.license_key, r.days_before, e.state, m.message_id, m.state
  FROM reminder_ledger AS e JOIN reminder_mails AS m ON m.id = e.mail_id JOIN licenses AS l ON l.id = e.license_id
  JOIN reminder_rules AS r ON r.id = e.rule_id
 ORDER BY l.valid_until
"""


def _run(here: Restorable, command: Command) -> Outcome:
    with database_for(here.configuration, Role.OWNER).connect(application="test") as connection:
        (outcome,) = run_commands(connection, [(command, Actor("test:operator"))], wait=True)
    assert isinstance(outcome, Outcome)
    return outcome


def _activate(license_key: str, number: int) -> Activate:
    return Activate(license_key, fingerprint(number), f"device {number}", DeviceType.DESKTOP)


def test_keys_people_and_links_stay_closed(here: Restorable) -> None:
    lost, kept = new_api_key(2026), new_api_key(2026)
    for name, key in (("lost", lost), ("kept", kept)):
        here.change(_KEY, name, digest(key))
    for email in ("gone@leasehold.test", "here@leasehold.test"):
        here.change(_MEMBER, email)
    here.change("INSERT INTO staff_setup_links (digest, expires_at) VALUES ('link', 'infinity')")
    here.change("INSERT INTO staff_recovery_codes (digest, member_id) SELECT 'code', min(id) FROM staff_members")
    here.change(_SESSION)
    name = here.back_up()
    epoch = here.value("SELECT api_key_epoch FROM runtime")
    here.change("UPDATE api_keys SET revoked_at = clock_timestamp() WHERE name = 'lost'")
    # The person's address has changed as well: it is the same person all the same.
    here.change(_DISABLE)
    here.change("UPDATE staff_setup_links SET used_at = clock_timestamp()")
    here.change("UPDATE staff_recovery_codes SET used_at = clock_timestamp()")

    carried = {one.kind: one.names for one in here.restore(name).carried}

    assert carried == {
        "revoked API keys": ("lost",),
        "disabled people": ("gone@leasehold.test",),
        "used set-up links": ("administrator",),
        "used recovery codes": ("gone@leasehold.test",),
    }
    assert here.read("SELECT name, revoked_at IS NULL FROM api_keys ORDER BY name") == [("kept", True), ("lost", False)]
    assert here.read("SELECT email, disabled_at IS NULL FROM staff_members ORDER BY email") == [
        ("gone@leasehold.test", False),
        ("here@leasehold.test", True),
    ]
    assert here.value("SELECT count(*) FROM staff_setup_links WHERE used_at IS NULL") == 0
    assert here.value("SELECT count(*) FROM staff_recovery_codes WHERE used_at IS NULL") == 0
    assert here.value("SELECT count(*) FROM staff_sessions WHERE ended_at IS NULL") == 0
    assert here.value("SELECT api_key_epoch FROM runtime") > epoch + 1000, "no process may believe what it has read"
    assert here.read(_RECORDED) == [("cli:test", name, "1")]


def test_devices_stay_blocked_and_no_session_ends_but_theirs(here: Restorable) -> None:
    owner = database_for(here.configuration, Role.OWNER)
    license_key = issue_license(owner, devices=4, sessions=3)
    for number in (1, 2):
        _run(here, _activate(license_key, number))
        assert _run(here, StartSession(license_key, fingerprint(number))).code is Code.STARTED
    here.change("UPDATE license_sessions SET last_heartbeat_at = last_heartbeat_at - interval '50 seconds'")
    name = here.back_up()
    _run(here, _activate(license_key, 3))
    for number in (1, 3):
        assert _run(here, BlockDevice(license_key, fingerprint(number))).granted

    outcome = here.restore(name)

    assert {one.kind: one.names for one in outcome.carried} == {"blocked devices": ("device 1", "device 3")}
    assert here.read("SELECT device_name, status FROM device_registrations ORDER BY device_name") == [
        ("device 1", "blocked"),
        ("device 2", "active"),
        ("device 3", "blocked"),
    ]
    live = "SELECT d.device_name FROM live_sessions AS s JOIN device_registrations AS d ON d.id = s.device_id"
    assert here.read(live) == [("device 2",)]
    assert here.value("SELECT now() - available_since < interval '1 second' FROM service_time"), "a fresh timeout"


def test_what_was_told_to_customers_is_not_told_again(here: Restorable) -> None:
    owner = database_for(here.configuration, Role.OWNER)
    keys = [issue_license(owner, valid_until=datetime.now(UTC) + timedelta(days=days)) for days in (5, 6)]
    here.change(_WAITING_MAIL, "<1@vendor.test>")
    here.change(_TOLD, "<1@vendor.test>", keys[0])
    name = here.back_up()
    here.change("UPDATE reminder_mails SET state = 'sent', next_attempt_at = NULL, sent_at = clock_timestamp()")
    here.change(_WAITING_MAIL, "<2@vendor.test>")
    here.change(_TOLD, "<2@vendor.test>", keys[1])
    here.change("UPDATE reminder_mails SET state = 'given_up', next_attempt_at = NULL WHERE state = 'waiting'")

    outcome = here.restore(name)

    assert {one.kind: one.names for one in outcome.carried} == {"sent reminders": (keys[1],)}
    assert here.read(_FATES) == [
        (keys[0], 7, "told", "<1@vendor.test>", "sent"),
        (keys[1], 7, "told", "<2@vendor.test>", "given_up"),
    ]


def test_a_ledger_that_cannot_be_read_is_named(here: Restorable) -> None:
    name = here.back_up()
    here.change("DROP TABLE staff_recovery_codes")
    outcome = here.restore(name)
    assert [note for note in outcome.notes if "used recovery codes could not be read" in note]
    assert here.value("SELECT count(*) FROM staff_recovery_codes") == 0


def test_every_ledger_can_be_read(here: Restorable) -> None:
    with database_for(here.configuration, Role.OWNER).connect(application="test") as connection:
        assert [connection.execute(ledger.read).fetchall() for ledger in LEDGERS] == [[]] * len(LEDGERS)
