"""What all pages have in common, on a real database and without one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold import __version__
from leasehold.kit.database import Database
from leasehold.panel.context import Person, become
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs, make_panel


@pytest.fixture
def panel_without_database(tmp_path: Path) -> Iterator[Flask]:
    yield from make_panel(tmp_path, "postgresql://nobody:secret@127.0.0.1:1/nowhere")


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


def test_the_front_page_is_honest_while_the_database_is_away(panel_without_database: Flask) -> None:
    page = panel_without_database.test_client().get("/")
    assert page.status_code == 200
    assert "cannot be reached" in page.text
    assert "secret" not in page.text


def test_what_was_typed_is_not_lost_with_the_database(panel_without_database: Flask) -> None:
    someone = Person(1, "Testa", "testa@leasehold.test", Role.SALES, 1, confirmed=True)
    panel_without_database.before_request_funcs.setdefault(None, []).insert(0, lambda: become(someone))
    client = panel_without_database.test_client()
    typed = {"name": 'Acme <b>"GmbH"</b>', "language": "de", "note": "two\nlines", "password": "never-sent-again"}
    page = client.post("/customers/new", data=typed)
    assert (page.status_code, page.headers.get("Retry-After")) == (503, "5")
    assert 'action="/customers/new"' in page.text
    assert "Acme &lt;b&gt;&#34;GmbH&#34;&lt;/b&gt;</textarea>" in page.text
    assert "two\nlines</textarea>" in page.text
    assert "never-sent-again" not in page.text
    assert "Try again" in client.get("/customers").text


@pytest.mark.parametrize(
    ("accepted", "language"), [("de-AT,de;q=0.9,en;q=0.1", "de"), ("fr, en;q=0.5", "en"), ("fr", "en")]
)
def test_pages_speak_the_readers_language(client: FlaskClient, accepted: str, language: str) -> None:
    page = client.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}"' in page.text


def test_a_chosen_language_is_kept_and_a_foreign_way_back_is_not_taken(client: FlaskClient) -> None:
    answer = client.post("/preferences", data={"language": "de", "next": "//evil.example/"})
    assert answer.location == "/"
    assert '<html lang="de"' in client.get("/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/panel.css"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_problems_are_plain_pages(client: FlaskClient) -> None:
    missing = client.get("/nowhere")
    assert (missing.status_code, "no such page" in missing.text) == (404, True)
    wrong_method = client.post("/")
    assert (wrong_method.status_code, "for forms only" in wrong_method.text) == (405, True)


def test_a_defect_is_a_plain_page_and_a_line_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    client.application.view_functions["front.front_page"] = broken
    page = client.get("/")
    assert (page.status_code, "That did not work" in page.text) == (500, True)
    assert "ZeroDivisionError" not in page.text
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert getattr(caplog.records[0], "request_id", "") != ""


def test_without_a_database_nobody_is_shut_out_of_the_front_page_and_typed_text_stays(
    panel_without_database: Flask,
) -> None:
    client = panel_without_database.test_client()
    client.set_cookie("leasehold_session", "somebody's")
    assert client.get("/").status_code == 200
    assert client.get("/account").status_code == 503
    page = client.post("/sign-in", data={"email": "ada@firm.local", "password": "violet harbour"})
    assert (page.status_code, "ada@firm.local" in page.text) == (503, True)
    assert "violet harbour" not in page.text


def test_a_trial_certificate_is_told_on_every_page(client: FlaskClient, client_as: ClientAs) -> None:
    trial = {"X-Leasehold-Certificate": "self-signed"}
    assert "For trials only" not in client.get("/sign-in").text
    assert "For trials only" in client.get("/sign-in", headers=trial).text
    assert "For trials only" in client_as(Role.SALES).get("/dashboard", headers=trial).text
