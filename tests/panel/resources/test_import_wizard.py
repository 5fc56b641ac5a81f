"""A file on its way into a pool: sent, looked at, read another way, taken or let go of."""

from http import HTTPStatus
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leasehold.imports import uploads
from leasehold.imports.uploads import forget_old_uploads
from leasehold.kit.database import Database
from leasehold.kit.database import Role as DatabaseRole
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.panel.conftest import ClientAs
from tests.panel.sending import agree, send_file
from tests.resources.files import spreadsheet
from tests.resources.stock import make_pool, states
from tests.resources.test_importing import MISTAKES


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def send(client: FlaskClient, pool: int, content: bytes, name: str = "values.csv") -> TestResponse:
    """The answer to a file that is sent."""
    return send_file(client, f"/pools/{pool}/import", content, name)


def sent(client: FlaskClient, pool: int, content: bytes, name: str = "values.csv") -> str:
    """Where the file can be looked at."""
    answer = send(client, pool, content, name)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return str(answer.location)


def test_a_good_file_is_looked_at_and_taken(operator: FlaskClient, database: Database) -> None:
    pool = make_pool(database)
    assert f"/pools/{pool}/import" in operator.get(f"/pools/{pool}").text
    assert 'type="file"' in operator.get(f"/pools/{pool}/import").text
    page = sent(operator, pool, b"ip;note\n203.0.113.0/30;rack 1\n", "C:\\lists\\rack<1>.csv")
    looked = operator.get(page).text
    assert "Everything in the file is good." in looked
    assert ("rack&lt;1&gt;.csv" in looked, "203.0.113.3" in looked, "found out: utf-8" in looked) == (True,) * 3
    assert states(database) == {}
    assert agree(operator, page).location == f"/pools/{pool}"
    assert len(states(database)) == 4
    assert "4 values are imported." in operator.get(f"/pools/{pool}").text
    listed = operator.get(f"/pools/imports?pool={pool}").text
    assert ("rack&lt;1&gt;.csv" in listed, "Revert import" in listed) == (True, True)


def test_two_tabs_take_a_file_once(operator: FlaskClient, database: Database) -> None:
    pool = make_pool(database)
    page = sent(operator, pool, b"203.0.113.1\n")
    assert agree(operator, page).status_code == HTTPStatus.SEE_OTHER
    for again in (operator.post(page), operator.get(page), operator.get(f"{page}?format=csv")):
        assert again.status_code == HTTPStatus.NOT_FOUND
        assert "was imported already" in again.text


def test_what_has_changed_since_it_was_looked_at_is_looked_at_again(operator: FlaskClient, database: Database) -> None:
    pool = make_pool(database)
    page = sent(operator, pool, b"203.0.113.1\n203.0.113.2\n")
    operator.post(f"/pools/{pool}/add", data={"values": "203.0.113.2", "confirmed": "yes"})
    refused = operator.post(page, data={"new": "2"})
    assert (refused.status_code, "look again, then import" in refused.text) == (HTTPStatus.CONFLICT, True)
    assert set(states(database)) == {"203.0.113.2"}
    assert agree(operator, page).status_code == HTTPStatus.SEE_OTHER
    assert set(states(database)) == {"203.0.113.1", "203.0.113.2"}


def test_a_file_with_mistakes_is_taken_only_where_its_good_rows_are_meant(
    operator: FlaskClient, database: Database
) -> None:
    pool = make_pool(database, "203.0.113.9")
    make_pool(database, "203.0.113.8", name="other")
    lines = ["203.0.113.9", "203.0.113.8", "203.0.113.1", "203.0.113.1", "010.0.0.1", "=1+1", "203.0.113.2"]
    page = sent(operator, pool, "\n".join(lines).encode())
    looked = operator.get(page).text
    for sentence in (
        "203.0.113.8 is in the pool “other” already",
        "203.0.113.1 stands in row 3 already.",
        "“010.0.0.1” has a leading zero",
        "“=1+1” is a formula",
        "Import the 2 good ones alone",
    ):
        assert sentence in looked
    refused = agree(operator, page)
    assert (refused.status_code, "4 of 7 entries are wrong" in refused.text) == (422, True)
    assert len(states(database)) == 2
    assert agree(operator, page, good_rows_only="yes").status_code == HTTPStatus.SEE_OTHER
    assert set(states(database)) == {"203.0.113.9", "203.0.113.8", "203.0.113.1", "203.0.113.2"}


def test_problems_are_told_in_german_and_as_a_file_without_formulas(operator: FlaskClient, database: Database) -> None:
    page = sent(operator, make_pool(database), b"=1+1\n203.0.113.1\n203.0.113.1\n")
    operator.set_cookie("language", "de")
    looked = operator.get(page, headers={"Accept-Language": "de"}).text
    assert "steht schon in Zeile 2" in looked
    file = operator.get(f"{page}?format=csv", headers={"Accept-Language": "de"})
    assert file.headers["Content-Disposition"].startswith("attachment")
    text = file.data.decode("utf-8-sig")
    assert ("'=1+1" in text, "steht schon in Zeile 2" in text) == (True, True)


def test_every_mistake_is_told_in_german(operator: FlaskClient, database: Database) -> None:
    pools = {kind: make_pool(database, kind=kind, name=kind.value) for kind in ResourceKind}
    for kind, content, row, problem in MISTAKES:
        page = sent(operator, pools[kind], content.encode())
        english, german = (
            operator.get(f"{page}?format=csv", headers={"Accept-Language": tongue}).text.splitlines()[1].split(sign, 3)
            for tongue, sign in (("en", ","), ("de", ";"))
        )
        assert english[0] == german[0] == str(row)
        assert english[2] == german[2] == problem
        assert english[3] != german[3], content


def test_a_file_is_read_another_way_and_its_columns_are_remembered(operator: FlaskClient, database: Database) -> None:
    pool = make_pool(database, kind=ResourceKind.DOMAIN)
    content = "Wo,Was\nbüro,müller.de\n".encode("cp1252")
    page = sent(operator, pool, content)
    found_out = operator.get(page).text
    assert ("found out: cp1252" in found_out, "No header was found" in found_out) == (True, True)
    wrong = operator.get(f"{page}?encoding=utf-8")
    assert (wrong.status_code, "cannot be read as utf-8" in wrong.text) == (422, True)
    chosen = {"column.value": "Was", "column.note": "Wo"}
    assert "Everything in the file is good." in operator.get(page, query_string=chosen).text
    no_column = operator.get(page, query_string={"column.value": "Nirgends"})
    assert (no_column.status_code, "has no column “Nirgends”" in no_column.text) == (422, True)
    assert agree(operator, page, **chosen).status_code == HTTPStatus.SEE_OTHER
    assert list(states(database)) == ["xn--mller-kva.de"]
    again = operator.get(sent(operator, pool, content)).text
    assert ("There is nothing in the file that is not there already." in again, "No header" in again) == (True, False)


def test_a_sheet_is_chosen(operator: FlaskClient, database: Database, tmp_path: Path) -> None:
    content = spreadsheet(tmp_path / "a.xlsx", [["IP"], ["203.0.113.1"]]).read_bytes()
    page = sent(operator, make_pool(database), content, "a.xlsx")
    assert "Everything in the file is good." in operator.get(f"{page}?sheet=Bestand").text
    refused = operator.get(f"{page}?sheet=Nirgends")
    assert (refused.status_code, "has no sheet “Nirgends”" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "The file is empty"), (b"\n\n", "The file is empty"), (b"10.0.0.1\0", "The file is no text")],
)
def test_what_is_no_file_of_values_says_so(
    operator: FlaskClient, database: Database, content: bytes, sentence: str
) -> None:
    answer = send(operator, make_pool(database), content)
    if answer.status_code == HTTPStatus.SEE_OTHER:
        answer = operator.get(str(answer.location))
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_no_file_and_too_large_a_file_are_refused(
    operator: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool(database)
    assert "No file was sent" in operator.post(f"/pools/{pool}/import", data={"other": "x"}).text
    assert send(operator, pool, b"x" * (uploads.LARGEST_UPLOAD + 70_000)).status_code == 413
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 5 * 2**20)
    refused = send(operator, pool, b"203.0.113.1\n" * 2**19)
    assert (refused.status_code, "The file is too large" in refused.text) == (422, True)
    assert operator.post("/pools/new", data={"name": "x" * 5 * 2**20}).status_code == 413


def test_a_file_that_is_not_wanted_is_let_go_of(
    operator: FlaskClient, database: Database, fresh_database: FreshDatabase
) -> None:
    pool = make_pool(database)
    page = sent(operator, pool, b"203.0.113.1\n")
    assert operator.post(page, data={"discard": "yes"}).location == f"/pools/{pool}"
    assert operator.get(page).status_code == HTTPStatus.NOT_FOUND
    late = sent(operator, pool, b"203.0.113.1\n")
    with fresh_database.owner.connect(application="test") as connection:
        connection.execute("UPDATE import_uploads SET created_at = created_at - interval '2 days'")
    with fresh_database.as_role(DatabaseRole.WORKER).connect(application="test") as connection:
        assert forget_old_uploads(connection) == 1
    assert operator.get(late).status_code == HTTPStatus.NOT_FOUND


def test_a_file_goes_into_the_pool_that_it_was_sent_to(operator: FlaskClient, database: Database) -> None:
    page = sent(operator, make_pool(database), b"203.0.113.1\n")
    other = make_pool(database, name="other")
    assert operator.get(f"/pools/{other}/import/{page.rpartition('/')[2]}").status_code == HTTPStatus.NOT_FOUND
    assert operator.get("/pools/999/import").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR])
def test_others_import_nothing(client_as: ClientAs, database: Database, role: Role) -> None:
    client, pool = client_as(role), make_pool(database)
    assert send(client, pool, b"203.0.113.1\n").status_code == HTTPStatus.FORBIDDEN
    assert client.get("/pools/imports").status_code == HTTPStatus.OK
