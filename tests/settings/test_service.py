import os
import subprocess
import sys

import psycopg
import pytest

from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Connection, Database, Role
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.orm import driver_connection, engine_of, transaction
from leasehold.settings.errors import SettingInvalid, SettingsInvalid, SettingUnknown
from leasehold.settings.history import read_last_changes
from leasehold.settings.kinds import Home, IntegerSetting
from leasehold.settings.panel_url import check_panel_may_listen, read_configuration
from leasehold.settings.registry import SETTINGS, find_setting
from leasehold.settings.service import get_setting, read_all, reset_setting, set_setting, set_settings
from tests.conftest import FreshDatabase

ACTOR = Actor("cli:test")


def test_a_new_installation_has_the_defaults(database: Database) -> None:
    with database.connect(application="test") as connection:
        assert read_all(connection) == {setting.name: setting.default for setting in SETTINGS}


def test_a_changed_setting_is_read_by_session_and_connection(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    with transaction(panel, ACTOR) as session:
        assert set_setting(driver_connection(session), "timezone", " Europe/Berlin ") == "Europe/Berlin"
        assert set_setting(driver_connection(session), "session_timeout", "90") == 90
        assert set_setting(driver_connection(session), "heartbeat_retention_months", "2") == 2
        assert get_setting(driver_connection(session), "session_timeout") == 90
    engine_of(panel).dispose()
    for role in (Role.SERVER, Role.PANEL, Role.WORKER):
        with fresh_database.as_role(role).connect(application="test") as connection:
            assert get_setting(connection, "timezone") == "Europe/Berlin"
            assert get_setting(connection, "heartbeat_retention_months") == 2


def test_a_change_is_audited_and_announced(database: Database) -> None:
    with database.connect(application="listener", autocommit=True) as listener:
        listener.execute("LISTEN leasehold_settings")
        with transaction(database, ACTOR) as session:
            set_setting(driver_connection(session), "limit_refusals_per_minute", "5")
        assert [notice.channel for notice in listener.notifies(timeout=5, stop_after=1)] == ["leasehold_settings"]
        rows = listener.execute("SELECT actor, row_id, after FROM audit_log WHERE table_name = 'settings'").fetchall()
    assert rows == [("cli:test", "limit_refusals_per_minute", {"value": 5})]


@pytest.mark.parametrize(
    "text", ["", "x", "1.5", "-1", "0", "3601", "1e3", "99999999999999999999", "٣", "1\x00", "30s"]
)
def test_a_number_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        find_setting("heartbeat_interval").parse(text)
    assert refused.value.code == "setting_invalid"
    assert "from 1 to 3600" in refused.value.detail


@pytest.mark.parametrize("text", ["", "Nowhere/Land", "/etc/passwd", "../UTC", "Europe", "UTC\x00", "a" * 300])
def test_an_unknown_time_zone_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalid):
        find_setting("timezone").parse(text)


def test_the_panels_address_is_read_as_the_configurations_is() -> None:
    setting = find_setting("panel_url")
    assert setting.parse(" https://admin.example.org/ ") == "https://admin.example.org"
    assert setting.parse(" ") == ""
    for text in ("admin.example.org", "ftp://a.example", "https://a.example/panel", "https://[", "https://a:x", "//a"):
        with pytest.raises(SettingInvalid):
            setting.parse(text)


def test_the_setting_wins_over_the_configuration_and_clears(database: Database) -> None:
    configured = load_configuration(host="0.0.0.0", panel_url="http://old.example.org")
    with pytest.raises(ConfigurationError, match="without TLS"):
        check_panel_may_listen(configured, database)
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        set_setting(connection, "panel_url", "https://admin.example.org")
        assert read_configuration(configured, connection).panel_url == "https://admin.example.org"
    check_panel_may_listen(configured, database)
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        set_setting(connection, "panel_url", "")
        assert read_configuration(configured, connection) == configured
        told = connection.execute("SELECT after FROM audit_log WHERE row_id = 'panel_url' ORDER BY id").fetchall()
    assert told == [({"value": "https://admin.example.org"},), ({"value": ""},)]


def test_a_safe_configuration_asks_no_database() -> None:
    nowhere = Database("host=127.0.0.1 port=1 dbname=none", Role.PANEL)
    check_panel_may_listen(load_configuration(host="0.0.0.0", insecure=True), nowhere)
    with pytest.raises(psycopg.OperationalError):
        check_panel_may_listen(load_configuration(host="0.0.0.0"), nowhere)


def test_an_unknown_setting_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(SettingUnknown):
        set_setting(driver_connection(session), "colour", "red")


@pytest.mark.parametrize(("name", "text"), [("heartbeat_interval", "60"), ("session_timeout", "30")])
def test_the_timeout_stays_above_the_interval(database: Database, name: str, text: str) -> None:
    with transaction(database, ACTOR) as session:
        with pytest.raises(SettingInvalid) as refused:
            set_setting(driver_connection(session), name, text)
        assert get_setting(driver_connection(session), "heartbeat_interval") == 30
        assert get_setting(driver_connection(session), "session_timeout") == 60
    assert "first" in refused.value.detail


@pytest.mark.parametrize("name", ["heartbeat_interval", "session_timeout"])
def test_the_schema_has_the_registry_s_bounds(database: Database, name: str) -> None:
    setting = find_setting(name)
    assert isinstance(setting, IntegerSetting)
    assert setting.home is Home.RUNTIME
    others = {"heartbeat_interval": "session_timeout = 86400", "session_timeout": "heartbeat_interval = 1"}[name]
    with database.connect(application="test") as connection:
        for value, possible in (
            (setting.minimum, True),
            (setting.maximum, True),
            (setting.minimum - 1, False),
            (setting.maximum + 1, False),
        ):
            assert _stores(connection, f"UPDATE runtime SET {name} = {value}, {others}") is possible


def _stores(connection: Connection, statement: str) -> bool:
    ACTOR.sign(connection)
    try:
        connection.execute(statement)
    except psycopg.errors.CheckViolation:
        return False
    finally:
        connection.rollback()
    return True


@pytest.mark.parametrize("configured", ["Europe/Berlin", "Nowhere/Land", ""])
def test_the_machine_s_time_zone_is_one(configured: str) -> None:
    program = "from leasehold.settings.kinds import machine_time_zone; print(machine_time_zone())"
    printed = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"TZ": configured}, capture_output=True, text=True, check=True
    )
    name = printed.stdout.strip()
    assert find_setting("timezone").parse(name) == name
    assert configured != "Europe/Berlin" or name == configured


def test_times_change_together_and_all_that_is_wrong_is_named(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        connection = driver_connection(session)
        for interval, timeout in (("100", "300"), ("2", "5")):
            set_settings(connection, {"heartbeat_interval": interval, "session_timeout": timeout})
            assert get_setting(connection, "session_timeout") == int(timeout)
        with pytest.raises(SettingsInvalid) as refused:
            set_settings(connection, {"heartbeat_interval": "0", "timezone": "x", "session_timeout": "9"})
        assert set(refused.value.errors) == {"heartbeat_interval", "timezone"}
        with pytest.raises(SettingsInvalid) as refused:
            set_settings(connection, {"heartbeat_interval": "9", "session_timeout": "9"})
        assert set(refused.value.errors) == {"heartbeat_interval", "session_timeout"}
        assert get_setting(connection, "session_timeout") == 5


def test_a_default_comes_back_and_who_changed_what_last_is_known(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        set_settings(driver_connection(session), {"timezone": "Asia/Tokyo", "session_timeout": "90"})
    with transaction(database, Actor("cli:other")) as session:
        connection = driver_connection(session)
        assert reset_setting(connection, "timezone") == find_setting("timezone").default
        assert get_setting(connection, "timezone") == find_setting("timezone").default
        changes = read_last_changes(connection)
        assert {name: change.actor for name, change in changes.items()} == {
            "timezone": "cli:other",
            "session_timeout": "cli:test",
        }
