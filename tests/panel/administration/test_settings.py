"""Settings in the panel: explained, checked all at once, previewed, saved, given their defaults back."""

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.panel.administration.setting_words import SAID_BY_THE_REGISTRY, is_described
from leasehold.settings.registry import SETTINGS
from leasehold.settings.service import get_setting
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs

_PATH = "/administration/settings"


@pytest.fixture
def administrator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


def value(database: Database, name: str) -> object:
    with database.connect(application="test") as connection:
        return get_setting(connection, name)


def seen(**values: object) -> dict[str, str]:
    """What a browser sends: the named fields, and what their reader saw in them."""
    return {f"was-{name}": str(text) for name, text in values.items()}


def test_every_setting_of_the_registry_is_described_and_nothing_else_is() -> None:
    assert [setting.name for setting in SETTINGS if not is_described(setting)] == []
    said = {setting.help for setting in SETTINGS} | {setting.unit for setting in SETTINGS}
    assert {str(words) for words in SAID_BY_THE_REGISTRY} <= said


def test_the_page_shows_all_settings_with_bounds_defaults_and_who_changed_them(administrator: FlaskClient) -> None:
    page = administrator.get(_PATH).text
    for setting in SETTINGS:
        assert f'name="{setting.name}"' in page
    assert "Possible: 1 to 3600." in page
    assert "Never changed." in page
    saved = {"limit_refusals_per_minute": "7", "confirmed": "yes", "session_timeout": "90"}
    assert administrator.post(_PATH, data=saved).status_code == 303
    page = administrator.get(_PATH).text
    assert page.count("Last changed by Testa Prüferin,") == 2
    assert "2 settings changed." in page


def test_a_change_is_shown_first_and_saved_then(administrator: FlaskClient, database: Database) -> None:
    form = {"heartbeat_interval": " 20 ", "session_timeout": "60"} | seen(heartbeat_interval=30, session_timeout=60)
    preview = administrator.post(_PATH, data=form)
    assert preview.status_code == 200
    assert 'name="heartbeat_interval" value="20"' in preview.text
    assert 'name="session_timeout"' not in preview.text
    assert value(database, "heartbeat_interval") == 30
    confirmed = {"heartbeat_interval": "20", "was-heartbeat_interval": "30", "confirmed": "yes"}
    assert administrator.post(_PATH, data=confirmed).status_code == 303
    assert value(database, "heartbeat_interval") == 20


@pytest.mark.parametrize(("interval", "timeout"), [("120", "300"), ("2", "5")])
def test_times_that_depend_on_each_other_change_together(
    administrator: FlaskClient, database: Database, interval: str, timeout: str
) -> None:
    form = {"heartbeat_interval": interval, "session_timeout": timeout, "confirmed": "yes"}
    assert administrator.post(_PATH, data=form).status_code == 303
    assert (value(database, "heartbeat_interval"), value(database, "session_timeout")) == (int(interval), int(timeout))


def test_all_that_is_wrong_is_said_at_once_and_stays_typed(administrator: FlaskClient, database: Database) -> None:
    form = {
        "heartbeat_retention_months": "0",
        "timezone": '"><script>alert(1)</script>',
        "limit_refusals_per_minute": "five",
        "heartbeat_spread_percent": "5",
        "confirmed": "yes",
    }
    answer = administrator.post(_PATH, data=form)
    assert answer.status_code == 422
    assert answer.text.count("invalid-feedback") == 3
    assert 'value="five"' in answer.text
    assert 'name="heartbeat_spread_percent" value="5"' in answer.text
    assert "<script>alert" not in answer.text
    assert value(database, "heartbeat_spread_percent") == 0


@pytest.mark.parametrize("text", ["", "x", "1.5", "-1", "0", "3601", "1e3", "9" * 4000, "٣", "1\x00", "30s"])
def test_a_bad_value_is_refused(administrator: FlaskClient, database: Database, text: str) -> None:
    answer = administrator.post(_PATH, data={"heartbeat_interval": text, "confirmed": "yes"})
    assert answer.status_code == 422
    assert value(database, "heartbeat_interval") == 30


@pytest.mark.parametrize("form", [{"heartbeat_interval": "60"}, {"session_timeout": "30"}])
def test_the_timeout_stays_above_the_interval(administrator: FlaskClient, form: dict[str, str]) -> None:
    answer = administrator.post(_PATH, data=form | {"confirmed": "yes"})
    assert (answer.status_code, "first" in answer.text) == (422, True)


def test_what_somebody_else_changed_meanwhile_is_shown_before_it_is_overwritten(
    administrator: FlaskClient, database: Database
) -> None:
    mine = {"limit_refusals_per_minute": "5", "confirmed": "yes"} | seen(limit_refusals_per_minute=1200)
    theirs = {"limit_refusals_per_minute": "900", "confirmed": "yes"} | seen(limit_refusals_per_minute=1200)
    assert administrator.post(_PATH, data=theirs).status_code == 303
    stale = administrator.post(_PATH, data=mine)
    assert stale.status_code == 409
    assert "Somebody else" in stale.text
    assert value(database, "limit_refusals_per_minute") == 900
    assert 'name="was-limit_refusals_per_minute" value="900"' in stale.text
    assert administrator.post(_PATH, data=mine | seen(limit_refusals_per_minute=900)).status_code == 303
    assert value(database, "limit_refusals_per_minute") == 5


def test_nothing_changed_is_said_and_unknown_names_are_passed_over(administrator: FlaskClient) -> None:
    form = {"heartbeat_interval": "30", "api_key_epoch": "7", "colour": "red", "confirmed": "yes"}
    answer = administrator.post(_PATH, data=form, follow_redirects=True)
    assert "Nothing was changed." in answer.text


def test_a_setting_gets_its_default_back_after_a_question(administrator: FlaskClient, database: Database) -> None:
    administrator.post(_PATH, data={"heartbeat_retention_months": "2", "session_timeout": "900", "confirmed": "yes"})
    asked = administrator.post(f"{_PATH}/heartbeat_retention_months/reset")
    assert "back to 13?" in asked.text
    assert value(database, "heartbeat_retention_months") == 2
    for name in ("heartbeat_retention_months", "session_timeout"):
        assert administrator.post(f"{_PATH}/{name}/reset", data={"confirmed": "yes"}).status_code == 303
    assert (value(database, "heartbeat_retention_months"), value(database, "session_timeout")) == (13, 60)
    administrator.post(_PATH, data={"session_timeout": "900", "heartbeat_interval": "100", "confirmed": "yes"})
    refused = administrator.post(f"{_PATH}/session_timeout/reset", data={"confirmed": "yes"})
    assert refused.status_code == 422
    assert administrator.post(f"{_PATH}/colour/reset", data={"confirmed": "yes"}).status_code == 404


def test_words_are_chosen_and_texts_are_typed(administrator: FlaskClient, database: Database) -> None:
    page = administrator.get(_PATH).text
    assert '<option value="all" selected>all of them</option>' in page
    assert 'id="backup_archive" name="backup_archive" value=""' in page
    assert "Default: none." in page
    form = {"backup_heartbeats": "structure", "backup_archive": "/srv/archive.git/", "backup_local_keep": "3"}
    preview = administrator.post(_PATH, data=form).text
    assert "<strong>only their empty table</strong>" in preview
    assert administrator.post(_PATH, data=form | {"confirmed": "yes"}).status_code == 303
    assert value(database, "backup_archive") == "/srv/archive.git"
    assert "back to none?" in administrator.get(_PATH).text
    refused = administrator.post(_PATH, data={"backup_archive": "ext::sh", "confirmed": "yes"})
    assert (refused.status_code, value(database, "backup_archive")) == (422, "/srv/archive.git")
