"""Past sessions: found, and taken out as a file."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import DeleteLicense, EndSession
from leasehold.licensing.run_one import run_one
from leasehold.licensing.service import end_session
from leasehold.staff.roles import Role
from tests.licensing.running import age, start
from tests.licensing.vendor import ACTOR, fingerprint, issue_license, scalar
from tests.panel.conftest import ClientAs

_ROW = re.compile(r'href="/sessions/([0-9a-f-]{36})"')


@pytest.fixture
def auditor(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.AUDITOR)


def listed(auditor: FlaskClient, query: str = "") -> list[UUID]:
    answer = auditor.get(f"/session-history?{query}")
    assert answer.status_code == 200
    return [UUID(token) for token in _ROW.findall(answer.text)]


def end(database: Database, token: UUID, *, by_operator: bool = False) -> None:
    with transaction(database, ACTOR) as session:
        if by_operator:
            end_session(session, token, actor=ACTOR)
        else:
            run_one(session, EndSession(token), ACTOR)


def test_filters_find_past_sessions(auditor: FlaskClient, database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    one, two, three = start(database, key, 1), start(database, key, 2), start(database, other, 3)
    end(database, one)
    end(database, two, by_operator=True)
    end(database, three)
    today = datetime.now(UTC).date()
    assert listed(auditor) == [three, two, one]
    assert listed(auditor, "sort=ended") == [one, two, three]
    assert listed(auditor, f"q={key}") == [two, one]
    assert listed(auditor, f"q={one}") == [one]
    assert listed(auditor, f"q={fingerprint(3)}") == [three]
    assert listed(auditor, "q=fingerprint-00000") == [three, two, one]
    assert listed(auditor, "end_reason=operator") == [two]
    assert listed(auditor, f"ended_from={today - timedelta(days=1)}") == [three, two, one]
    assert listed(auditor, f"ended_until={today - timedelta(days=2)}") == []
    with database.connect(application="test") as owner:
        studio = scalar(owner, "SELECT id FROM products WHERE slug = 'studio'")
    assert listed(auditor, f"product={studio}") == [three, two, one]
    assert listed(auditor, f"product={int(str(studio)) + 1}") == []


def test_the_history_of_a_deleted_license_stays(auditor: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    token = start(database, key)
    with transaction(database, ACTOR) as session:
        run_one(session, DeleteLicense(key), ACTOR)
    assert listed(auditor, "end_reason=license_deleted") == [token]
    assert auditor.get(f"/sessions/{token}").status_code == 200


def test_an_export_has_durations_and_no_formula(auditor: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    token = start(database, key, version="=1+1")
    age(database, token, timedelta(hours=1, minutes=5))
    with database.connect(application="test") as owner:
        owner.execute("UPDATE license_sessions SET last_heartbeat_at = clock_timestamp()")
    end(database, token)
    columns = "session,client_version,duration,end_reason"
    text = auditor.get(f"/session-history?columns={columns}&format=csv").get_data(as_text=True)
    _, row = csv.reader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}")))
    assert row[:2] == [str(token), "'=1+1"]
    assert row[2] == "1 h 5 min"
    assert row[3] == "client"
