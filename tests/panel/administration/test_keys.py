"""API keys in the panel: shown once and nowhere else, made once, renamed, rotated, revoked."""

import logging
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leasehold.api_keys.key_format import digest, is_well_formed
from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.licensing.vendor import scalar
from tests.panel.conftest import ClientAs

_KEY = re.compile(r"AF-[0-9]{4}-[0-9A-Z]{32}")
_LIST = "/administration/api-keys"


@pytest.fixture
def administrator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


def form_id(page: str) -> str:
    found = re.search(r'name="form_id"[^>]* value="([^"]+)"', page)
    assert found is not None
    return str(found[1])


def generate(client: FlaskClient, **fields: object) -> str:
    """Make a key and return its text."""
    wanted = {"name": "shop", "scopes": ["license"], "form_id": str(uuid.uuid4()), **fields}
    answer = client.post(f"{_LIST}/new", data=wanted)
    assert answer.status_code == 201, answer.text
    (text,) = set(_KEY.findall(answer.text))
    return str(text)


def everything_stored(database: Database) -> str:
    """Each row of each table, as text."""
    with database.connect(application="test") as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [str(row) for (table,) in tables for row in owner.execute(f"SELECT t::text FROM {table} AS t")]
    return "\n".join(rows)


def test_a_key_is_shown_once_and_kept_nowhere(
    administrator: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = {
        "name": " shop ",
        "scopes": ["license", "metrics"],
        "form_id": form_id(administrator.get(f"{_LIST}/new").text),
    }
    answer = administrator.post(f"{_LIST}/new", data=sent)
    (text,) = set(_KEY.findall(answer.text))
    assert is_well_formed(text)
    assert f'data-copy="{text}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert text not in str(answer.headers)
    again = administrator.post(f"{_LIST}/new", data=sent)
    assert (again.status_code, _KEY.findall(again.text)) == (409, [])
    assert "has made the API key" in again.text
    seen_later = [administrator.get(path).text for path in (_LIST, f"{_LIST}/1", "/administration", f"{_LIST}/new")]
    assert not [page for page in seen_later if text in page]
    stored = everything_stored(database)
    assert digest(text).hex() in stored
    assert text not in stored
    assert text not in caplog.text
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM api_keys") == 1
        assert scalar(owner, "SELECT actor ~ '^staff:' FROM audit_log WHERE table_name = 'api_keys'")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "needs a name"),
        ({"name": "4711"}, "read as an id"),
        ({"name": "a\x00b"}, "control character"),
        ({"name": "x" * 81}, "80"),
        ({"scopes": []}, "at least one scope"),
        ({"scopes": ["license", "root"]}, "one or more of the scopes license, metrics"),
        ({"expires": "2001-01-01"}, "expired already"),
        ({"expires": "tomorrow"}, "Not a valid date"),
        ({"expires": "9999-12-31"}, "no day that there is"),
        ({"form_id": "x"}, "incomplete"),
        ({"form_id": ""}, "incomplete"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_stays_typed(
    administrator: FlaskClient, database: Database, fields: dict[str, object], sentence: str
) -> None:
    wanted = {"name": "my shop", "scopes": ["license"], "form_id": str(uuid.uuid4()), **fields}
    answer = administrator.post(f"{_LIST}/new", data=wanted)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "name" in fields or 'value="my shop"' in answer.text
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM api_keys") == 0


def test_a_name_in_use_is_a_conflict(administrator: FlaskClient) -> None:
    generate(administrator)
    answer = administrator.post(
        f"{_LIST}/new", data={"name": "shop", "scopes": ["license"], "form_id": str(uuid.uuid4())}
    )
    assert (answer.status_code, "is in use" in answer.text) == (409, True)


def test_names_run_nowhere(administrator: FlaskClient) -> None:
    generate(administrator, name="<script>alert(1)</script>")
    for path in (_LIST, f"{_LIST}/1", f"{_LIST}/1/rotate", "/administration/settings"):
        page = administrator.get(path).text
        assert "<script>alert" not in page


def test_the_list_says_how_each_key_stands(administrator: FlaskClient, database: Database) -> None:
    generate(administrator, name="lasting", expires="2190-01-01")
    generate(administrator, name="ending")
    generate(administrator, name="over")
    with database.connect(application="test") as owner:
        owner.execute("SELECT set_config('leasehold.actor', 'test', true)")
        owner.execute("UPDATE api_keys SET expires_at = now() + interval '5 days' WHERE name = 'ending'")
        owner.execute("UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE name = 'over'")
    names = {
        state: re.findall(r">(lasting|ending|over)</a>", administrator.get(f"{_LIST}?state={state}").text)
        for state in ("in_use", "expires_soon", "expired", "revoked", "rotating")
    }
    assert names == {
        "in_use": ["lasting"],
        "expires_soon": ["ending"],
        "expired": ["over"],
        "revoked": [],
        "rotating": [],
    }
    assert "over" in administrator.get(f"{_LIST}?q=OVE&scope=license").text
    assert "Generate system API key" in administrator.get(_LIST).text
    assert administrator.get(f"{_LIST}?scope=root").status_code == 422


def test_renaming_is_refused_where_somebody_was_faster(administrator: FlaskClient) -> None:
    generate(administrator)
    renamed = administrator.post(f"{_LIST}/1/rename", data={"name": "store", "before": "shop"})
    assert renamed.status_code == 303
    stale = administrator.post(f"{_LIST}/1/rename", data={"name": "kiosk", "before": "shop"})
    assert (stale.status_code, "meanwhile" in stale.text, 'value="kiosk"' in stale.text) == (409, True, True)
    assert 'name="before" type="hidden" value="store"' in stale.text
    generate(administrator)
    taken = administrator.post(f"{_LIST}/1/rename", data={"name": "shop", "before": "store"})
    assert taken.status_code == 409
    assert administrator.post(f"{_LIST}/1/rename", data={"name": " ", "before": "store"}).status_code == 422


def test_a_rotated_key_goes_on_beside_the_new_one(administrator: FlaskClient, database: Database) -> None:
    old = generate(administrator)
    sent = {"overlap_hours": "48", "form_id": form_id(administrator.get(f"{_LIST}/1/rotate").text)}
    answer = administrator.post(f"{_LIST}/1/rotate", data=sent)
    (new,) = set(_KEY.findall(answer.text))
    assert (answer.status_code, new != old) == (201, True)
    assert administrator.post(f"{_LIST}/1/rotate", data=sent).status_code == 409
    with database.connect(application="test") as owner:
        rows = owner.execute(
            "SELECT name, rotated_from, expires_at - now() BETWEEN interval '47 h' AND interval '48 h'"
            " FROM api_keys ORDER BY id"
        ).fetchall()
    assert rows == [("shop", None, True), ("shop", 1, None)]
    page = administrator.get(f"{_LIST}/1").text
    assert "being rotated" in page
    assert f'href="{_LIST}/2"' in page
    again = administrator.post(f"{_LIST}/1/rotate", data={"overlap_hours": "1", "form_id": str(uuid.uuid4())})
    assert (again.status_code, "rotated already" in again.text) == (409, True)


@pytest.mark.parametrize("hours", ["", "-1", "721", "1.5", "x", "9" * 30])
def test_an_overlap_that_cannot_be_is_refused(administrator: FlaskClient, hours: str) -> None:
    generate(administrator)
    answer = administrator.post(f"{_LIST}/1/rotate", data={"overlap_hours": hours, "form_id": str(uuid.uuid4())})
    assert answer.status_code == 422


def test_revoking_is_asked_first(administrator: FlaskClient, database: Database) -> None:
    generate(administrator)
    asked = administrator.post(f"{_LIST}/1/revoke")
    assert "Revoke shop?" in asked.text
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT revoked_at IS NULL FROM api_keys")
    assert administrator.post(f"{_LIST}/1/revoke", data={"confirmed": "yes"}).status_code == 303
    page = administrator.get(f"{_LIST}/1").text
    assert "revoked" in page
    assert "/rotate" not in page
    refused = administrator.post(f"{_LIST}/1/rotate", data={"overlap_hours": "1", "form_id": str(uuid.uuid4())})
    assert refused.status_code == 409


@pytest.mark.parametrize("path", ["/7", "/7/rotate", "/99999999999999999999"])
def test_an_unknown_key_is_a_plain_page(administrator: FlaskClient, path: str) -> None:
    assert administrator.get(_LIST + path).status_code == 404


def test_a_forged_form_makes_nothing(panel: Flask, administrator: FlaskClient, database: Database) -> None:
    panel.config["WTF_CSRF_ENABLED"] = True
    answer = administrator.post(
        f"{_LIST}/new", data={"name": "shop", "scopes": ["license"], "form_id": str(uuid.uuid4()), "csrf_token": "x"}
    )
    assert answer.status_code == 403
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM api_keys") == 0


_READS = ("/administration", "/administration/connect", _LIST, f"{_LIST}/1", "/administration/settings")
_WRITES = (
    f"{_LIST}/new",
    f"{_LIST}/bulk",
    f"{_LIST}/1/rename",
    f"{_LIST}/1/revoke",
    f"{_LIST}/1/rotate",
    "/administration/settings",
    "/administration/settings/timezone/reset",
    "/administration/tester",
)


@pytest.mark.parametrize("role", [*Role, None])
def test_administrators_change_auditors_read_others_stay_out(
    client_as: ClientAs, database: Database, role: Role | None
) -> None:
    with database.connect(application="test") as owner:
        owner.execute("SELECT set_config('leasehold.actor', 'test', true)")
        owner.execute("INSERT INTO api_keys (name, digest, hint, scopes) VALUES ('shop', 'x', 'WXYZ', '{license}')")
    client = client_as(role)
    shut = 302 if role is None else 403
    reads = 200 if role in {Role.ADMINISTRATOR, Role.AUDITOR} else shut
    assert {client.get(path).status_code for path in _READS} == {reads}
    refused = {client.post(path).status_code == shut for path in _WRITES}
    assert refused == {role is not Role.ADMINISTRATOR}
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM audit_log WHERE table_name <> 'staff_members'") == 1
    if role is Role.AUDITOR:
        assert "Generate system API key" not in client.get("/administration").text
