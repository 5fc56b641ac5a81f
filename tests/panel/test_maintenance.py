"""While a restore swaps the database, every page says so, and afterwards cookies are signed by the restored key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold.backups.places import Places
from leasehold.backups.restore.state import Journal, RestoreState, Step
from leasehold.kit.maintenance import begin_maintenance, end_maintenance
from leasehold.kit.secrets_file import change_secrets
from tests.panel.conftest import make_panel

_STATE = RestoreState("server_backup_20260131_030000", "cli:test", False, "leasehold", "new", "previous", 1)


@pytest.fixture
def maintained(tmp_path: Path) -> Iterator[Flask]:
    """A panel whose database is being swapped."""
    for panel in make_panel(tmp_path, "postgresql://nobody:secret@127.0.0.1:1/nowhere"):
        places = Places(tmp_path)
        places.make()
        Journal(places, _STATE, lambda _sentence: None).reach(Step.SWITCHED, "swapped")
        begin_maintenance(tmp_path)
        yield panel


@pytest.mark.parametrize("path", ["/", "/sign-in", "/customers", "/rescue"])
def test_every_page_says_so_and_follows_the_restore(maintained: Flask, path: str) -> None:
    page = maintained.test_client().get(path)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert "A backup is being restored" in page.text
    assert '<li aria-current="step">▸ <strong>The databases are swapped</strong></li>' in page.text
    assert "✓ What was closed since the backup is closed again" in page.text
    assert 'http-equiv="refresh"' in page.text


def test_what_was_typed_is_not_lost(maintained: Flask) -> None:
    page = maintained.test_client().post("/customers/new", data={"name": "Acme", "password": "never-sent-again"})
    assert page.status_code == 503
    assert "Acme</textarea>" in page.text
    assert "never-sent-again" not in page.text
    assert 'http-equiv="refresh"' not in page.text


def test_files_and_the_readers_language_work_all_the_same(maintained: Flask) -> None:
    client = maintained.test_client()
    assert client.get("/static/panel.css").status_code == 200
    assert "Ein Backup wird wiederhergestellt" in client.get("/", headers={"Accept-Language": "de"}).text


def test_afterwards_the_pages_are_back(panel: Flask, client: FlaskClient, tmp_path: Path) -> None:
    Places(tmp_path).make()
    begin_maintenance(tmp_path)
    assert client.get("/sign-in").status_code == 503
    end_maintenance(tmp_path)
    assert client.get("/sign-in").status_code == 200


def test_cookies_are_signed_by_the_key_that_the_secrets_file_has(
    panel: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    with change_secrets(tmp_path) as secrets:
        secrets["panel_secret_key"] = "restored"
    client.get("/sign-in")
    assert panel.secret_key == "restored"
