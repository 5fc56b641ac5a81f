"""The panel's few pages, on a real database and without one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from leasehold import __version__
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Database, Role, database_for
from leasehold.kit.orm import engine_of, transaction
from leasehold.panel.app import create_app
from leasehold.panel.words import LANGUAGES, words_in
from leasehold.staff.service import create_setup_link
from tests.conftest import FreshDatabase


def _client(data_dir: Path, url: str) -> Iterator[FlaskClient]:
    configuration = load_configuration(database_url=url, data_dir=data_dir)
    database = database_for(configuration, Role.PANEL)
    yield create_app(configuration, database).test_client()
    engine_of(database).dispose()


@pytest.fixture
def client(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[FlaskClient]:
    yield from _client(tmp_path, fresh_database.url)


@pytest.fixture
def client_without_database(tmp_path: Path) -> Iterator[FlaskClient]:
    yield from _client(tmp_path, "postgresql://nobody:secret@127.0.0.1:1/nowhere")


def _link(database: Database, lifetime: timedelta) -> str:
    with transaction(database, Actor("test")) as session:
        return f"/setup/{create_setup_link(session, lifetime=lifetime)}"


def test_the_front_page_says_what_runs(client: FlaskClient, database: Database) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert __version__ in page.text
    assert "http://127.0.0.1:8090" in page.text
    assert "reachable, schema 00" in page.text
    assert "has not run yet" in page.text
    with database.connect(application="test") as owner:
        owner.execute("INSERT INTO schedules (name, finished_at) VALUES ('sweep', clock_timestamp() - interval '7 s')")
    assert "last run 7 s ago" in client.get("/").text


def test_the_front_page_is_honest_while_the_database_is_away(client_without_database: FlaskClient) -> None:
    page = client_without_database.get("/")
    assert page.status_code == 200
    assert "cannot be reached" in page.text
    assert "secret" not in page.text
    assert client_without_database.get("/setup/x").status_code == 503


@pytest.mark.parametrize(
    ("accepted", "language", "said"),
    [
        ("de-AT,de;q=0.9,en;q=0.1", "de", "Was hier läuft"),
        ("fr, en;q=0.5", "en", "What runs"),
        ("fr", "en", "What runs"),
    ],
)
def test_pages_speak_the_readers_language(client: FlaskClient, accepted: str, language: str, said: str) -> None:
    page = client.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text
    assert said in page.text


def test_both_languages_say_everything() -> None:
    english, german = (words_in(language) for language in LANGUAGES)
    assert english.keys() == german.keys()


def test_a_set_up_link_is_judged_without_using_it_up(client: FlaskClient, database: Database) -> None:
    link = _link(database, timedelta(minutes=15))
    for _ in range(2):
        page = client.get(link)
        assert (page.status_code, "This link is valid" in page.text) == (200, True)


@pytest.mark.parametrize("token", ["nonsense", "%00", "ü" * 200, "..%2f"])
def test_a_wrong_set_up_link_is_not_valid(client: FlaskClient, token: str) -> None:
    page = client.get(f"/setup/{token}")
    assert page.status_code == 404
    assert token not in page.text


def test_an_expired_set_up_link_is_not_valid(client: FlaskClient, database: Database) -> None:
    page = client.get(_link(database, timedelta(seconds=-1)))
    assert (page.status_code, "leasehold admin setup-link" in page.text) == (404, True)


@pytest.mark.parametrize("path", ["/", "/setup/x", "/nowhere", "/static/panel.css"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_problems_are_plain_pages(client: FlaskClient) -> None:
    missing = client.get("/nowhere")
    assert (missing.status_code, "no such page" in missing.text) == (404, True)
    wrong_method = client.post("/")
    assert (wrong_method.status_code, "Method Not Allowed" in wrong_method.text) == (405, True)


def test_a_defect_is_a_plain_page_and_a_line_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    client.application.view_functions["front_page"] = broken
    page = client.get("/")
    assert (page.status_code, "That did not work" in page.text) == (500, True)
    assert "ZeroDivisionError" not in page.text
    assert [record.exc_info is not None for record in caplog.records] == [True]
