"""Verifying the log from the panel: what is told, and what is named when it was tampered with."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold.audit.checkpoints import read_checkpoint, write_witness
from leasehold.staff.roles import Role
from tests.audit.log import Log
from tests.conftest import FreshDatabase
from tests.panel.conftest import ClientAs

_EXTENSION = "leasehold.audit_verifier"


@pytest.fixture
def auditor(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.AUDITOR)


@pytest.fixture
def log(auditor: FlaskClient, fresh_database: FreshDatabase, tmp_path: Path) -> Log:
    """Seven sealed rows: the auditor's own, then three products and three contacts."""
    log = Log(fresh_database, tmp_path)
    log.write("a", "b", "c")
    log.seal_in_quiet()
    return log


def verified(panel: Flask, auditor: FlaskClient) -> str:
    answer = auditor.post("/audit/verification")
    assert (answer.status_code, answer.location) == (303, "/audit/verification")
    panel.extensions[_EXTENSION].wait()
    return auditor.get("/audit/verification", headers={"HX-Target": "verification"}).text


def test_a_whole_log_is_called_whole(panel: Flask, auditor: FlaskClient, log: Log) -> None:
    assert "not verified since" in auditor.get("/audit/verification").text
    assert "The audit log is whole" in verified(panel, auditor)


def test_the_first_row_that_was_changed_is_named(panel: Flask, auditor: FlaskClient, log: Log) -> None:
    with log.tampering() as connection:
        connection.execute("UPDATE audit_log SET actor = 'cli:nobody' WHERE id IN (3, 5)")
        connection.commit()
    page = verified(panel, auditor)
    assert "Row 3 says something else than when it was sealed." in page
    assert 'href="/audit/3"' in page
    assert "is whole" not in page


def test_a_log_that_cannot_be_read_is_no_whole_one(
    panel: Flask, auditor: FlaskClient, log: Log, tmp_path: Path
) -> None:
    (tmp_path / "audit-checkpoint.jws").unlink()
    (tmp_path / "audit-checkpoint.jws").mkdir()
    page = verified(panel, auditor)
    assert "could not be verified" in page
    assert "is whole" not in page


def test_a_forged_witness_is_told(panel: Flask, auditor: FlaskClient, log: Log, tmp_path: Path) -> None:
    write_witness(tmp_path, "forged")
    assert "was not signed by this installation" in verified(panel, auditor)


def test_the_state_and_the_checkpoint_are_there_at_once(auditor: FlaskClient, log: Log) -> None:
    log.write("later")
    page = auditor.get("/audit/verification").text
    assert f'<code class="audit-value">{log.keys.keys[0].kid}</code>' in page
    assert "<dt>Rows that wait for their seal</dt><dd>2</dd>" in page
    answer = auditor.get("/audit/checkpoint")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert read_checkpoint(answer.text.strip(), log.keys).size == 7


def test_a_forged_checkpoint_is_told(auditor: FlaskClient, log: Log) -> None:
    with log.tampering() as connection:
        connection.execute("UPDATE audit_checkpoints SET token = 'e30.e30.e30'")
        connection.commit()
    assert "was not signed by this installation" in auditor.get("/audit/verification").text


def test_sealed_rows_show_their_place(auditor: FlaskClient, log: Log) -> None:
    assert "at position 3 of the chain" in auditor.get("/audit/3").text
