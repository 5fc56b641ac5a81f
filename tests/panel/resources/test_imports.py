"""What was imported into a pool, taken back in the panel."""

from pathlib import Path

import pytest

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.resources.files import take
from tests.resources.stock import make_pool, states


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "addresses.csv"
    path.write_text("203.0.113.0/30\n")
    return path


def test_an_import_is_reverted_with_a_reason_and_once(client_as: ClientAs, database: Database, file: Path) -> None:
    operator = client_as(Role.OPERATOR)
    pool = make_pool(database)
    page = f"/pools/imports/{take(database, pool, file)}/revert"
    assert page in operator.get(f"/pools/{pool}").text
    asked = operator.get(page).text
    assert ("4 values leave the pool" in asked, "addresses.csv" in asked) == (True, True)
    assert operator.post(page, data={"reason": ""}).status_code == 422
    assert len(states(database)) == 4
    assert operator.post(page, data={"reason": "wrong block"}).location == f"/pools/{pool}"
    assert states(database) == {}
    text = operator.get(f"/pools/{pool}").text
    assert ("wrong block" in text, page in text) == (True, False)
    again = operator.post(page, data={"reason": "twice"})
    assert (again.status_code, "was reverted before" in again.text) == (422, True)
    assert operator.get("/pools/imports/999/revert").status_code == 404


def test_what_was_used_since_stays(client_as: ClientAs, database: Database, file: Path) -> None:
    operator = client_as(Role.OPERATOR)
    page = f"/pools/imports/{take(database, make_pool(database), file)}/revert"
    chosen = operator.get("/resources?q=203.0.113.1").text.split('href="/resources/')[1].split('"')[0]
    operator.post(f"/resources/{chosen}/retire", data={"reason": "spam"})
    refused = operator.post(page, data={"reason": "wrong block"})
    assert (refused.status_code, "Something was done since" in refused.text) == (422, True)
    assert len(states(database)) == 4


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR])
def test_others_see_imports_and_revert_none(client_as: ClientAs, database: Database, file: Path, role: Role) -> None:
    client = client_as(role)
    pool = make_pool(database)
    page = f"/pools/imports/{take(database, pool, file)}/revert"
    text = client.get(f"/pools/{pool}").text
    assert ("addresses.csv" in text, page in text) == (True, False)
    assert client.post(page, data={"reason": "x"}).status_code == 403
