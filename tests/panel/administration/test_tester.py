"""The tester, against the real license server; and the state of its processes."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold.api_keys.key_format import new_api_key
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license
from tests.panel.conftest import ClientAs, make_panel
from tests.server.running import RunningServer, running_server

_PATH = "/administration/tester"


@pytest.fixture
def server(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(fresh_database, tmp_path / "server") as running:
        yield running


@pytest.fixture
def panel(
    fresh_database: FreshDatabase, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """A panel whose configuration names the server that runs; a port where nobody listens where none does."""
    if "server" in request.fixturenames:
        port = request.getfixturevalue("server").base_url.rpartition(":")[2]
    else:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = str(unused.getsockname()[1])
    monkeypatch.setenv("LEASEHOLD_SERVER_PORT", port)
    yield from make_panel(tmp_path, fresh_database.url)


@pytest.fixture
def administrator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


def test_the_answer_of_the_real_server_is_shown_and_explained(
    server: RunningServer, administrator: FlaskClient
) -> None:
    key = issue_license(server.database)
    form = {"license_key": key.lower(), "nonce": "n-12345678", "way": "key", "secret_key": server.api_key}
    page = administrator.post(_PATH, data=form).text
    for words in ("The license may run.", "&#34;valid&#34;: true", "proof", "x-request-id", "$API_KEY"):
        assert words in page
    assert server.api_key not in page
    wrong = administrator.post(_PATH, data=form | {"secret_key": new_api_key(2026)}).text
    assert "mistyped, unknown, expired or revoked" in wrong
    unknown = administrator.post(_PATH, data=form | {"license_key": "<script>alert(1)</script>"}).text
    assert "No license has this key" in unknown
    assert "<script>alert" not in unknown
    malformed = administrator.post(_PATH, data=form | {"hardware_fingerprint": "short"}).text
    assert "/hardware_fingerprint" in malformed
    assert server.read("SELECT count(*) FROM audit_log WHERE table_name = 'device_registrations'") == [(0,)]


def test_the_processes_of_the_server_are_shown(server: RunningServer, administrator: FlaskClient) -> None:
    server.wait_until(lambda: server.read("SELECT count(*) FROM server_processes") == [(1,)])
    part = administrator.get("/administration", headers={"HX-Target": "processes"}).text
    assert part.startswith('\n<section id="processes"') or part.lstrip().startswith('<section id="processes"')
    assert re.search(rf":{server.process.pid}</code>", part)
    assert "running" in part


def test_a_server_that_is_away_is_a_sentence(administrator: FlaskClient) -> None:
    answer = administrator.post(_PATH, data={"license_key": "x", "way": "key", "secret_key": "AF-x"})
    assert answer.status_code == 200
    assert "does not answer" in answer.text
    assert "No process of the license server has reported lately." in administrator.get("/administration").text


def test_the_panel_decides_by_the_same_rules(administrator: FlaskClient, fresh_database: FreshDatabase) -> None:
    key = issue_license(fresh_database.owner)
    page = administrator.post(_PATH, data={"license_key": key, "way": "panel", "product": "other"}).text
    assert "<code>product_mismatch</code>" in page
    assert "without HTTP" in page
    page = administrator.post(_PATH, data={"license_key": "none", "way": "panel"}).text
    assert "<code>license_not_found</code>" in page


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"license_key": "x"},
        {"license_key": "x", "way": "http://evil.example", "secret_key": "k"},
        {"license_key": "x", "way": "key", "secret_key": "a\r\nX-Evil: 1"},
        {"license_key": "x", "way": "key", "secret_key": "ключ"},
        {"license_key": "x" * 101, "way": "panel"},
    ],
)
def test_what_cannot_be_sent_is_refused(administrator: FlaskClient, form: dict[str, str]) -> None:
    assert administrator.post(_PATH, data=form).status_code == 422
