"""The dashboard: figures, first steps, health, fragments, and how many statements it needs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from leasehold.kit.database import Database
from leasehold.kit.database import Role as DatabaseRole
from leasehold.kit.orm import transaction
from leasehold.operations.activity import sample_activity
from leasehold.operations.denials import record_denials
from leasehold.resources.adding import add_resources
from leasehold.resources.pools import PoolCard, create_pool
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.roles import Role
from tests.conftest import FreshDatabase
from tests.licensing.vendor import ACTOR, issue_license, scalar
from tests.operations.test_activity import start_session
from tests.panel.conftest import ClientAs

MOST_STATEMENTS = 12


def _used(database: Database, fresh: FreshDatabase) -> str:
    """A license with three seats, two of them used, that ends soon and was too small; returns its key."""
    now = datetime.now(UTC)
    key = issue_license(
        database, sessions=3, devices=4, valid_from=now - timedelta(days=9), valid_until=now + timedelta(days=5)
    )
    for number in (1, 2, 3):
        start_session(database, key, number)
    with database.connect(application="test") as owner:
        ACTOR.sign(owner)
        owner.execute("DELETE FROM license_sessions WHERE device_id = (SELECT max(id) FROM device_registrations)")
        owner.execute(
            "UPDATE device_registrations SET last_seen_at = now() - interval '99 days', device_name = 'Lost laptop'"
            " WHERE id = (SELECT max(id) FROM device_registrations)"
        )
        license_id = int(str(scalar(owner, "SELECT id FROM licenses")))
        record_denials(owner, {(license_id, "session_limit_reached"): 41, (None, "license_not_found"): 7})
    with fresh.as_role(DatabaseRole.WORKER).connect(application="test") as worker:
        sample_activity(worker)
    return key


def _figure(page: str, name: str) -> str:
    found = re.search(rf'<a id="{name}"[^>]*>([^<]*)</a>', page)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("role", Role)
def test_a_new_installation_shows_every_role_the_first_steps(client_as: ClientAs, role: Role) -> None:
    page = client_as(role).get("/dashboard").text
    assert "First steps" in page
    assert "Live sessions over time" not in page
    assert ("/licenses/new" in page) == (role in {Role.ADMINISTRATOR, Role.OPERATOR})
    assert ("/administration/connect" in page) == (role in {Role.ADMINISTRATOR, Role.AUDITOR})


def test_a_step_is_done(client_as: ClientAs, database: Database) -> None:
    client = client_as(Role.OPERATOR)
    assert ">done<" not in client.get("/dashboard").text
    issue_license(database)
    assert client.get("/dashboard").text.count(">done<") == 1


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_the_figures(
    client_as: ClientAs, database: Database, fresh_database: FreshDatabase, role: Role
) -> None:
    key = _used(database, fresh_database)
    page = client_as(role).get("/dashboard").text
    assert _figure(page, "live") == "2"
    assert _figure(page, "seats") == "2 of 3"
    assert '<progress class="progress" max="3" value="2"' in page
    assert _figure(page, "devices") == "3"
    assert _figure(page, "expiring") == _figure(page, "silent") == "1"
    assert "Lost laptop" in page
    assert re.search(rf'id="denied-{key}".*?<td class="num">41</td><td class="num">3</td>', page)
    assert "<code>license_not_found</code> 7" in page


@pytest.mark.parametrize(("name", "rows"), [("live", 2), ("seats", 1), ("devices", 3), ("expiring", 1), ("silent", 1)])
def test_every_figure_leads_to_its_list(
    client_as: ClientAs, database: Database, fresh_database: FreshDatabase, name: str, rows: int
) -> None:
    _used(database, fresh_database)
    issue_license(
        database, valid_until=datetime.now(UTC) - timedelta(days=1), valid_from=datetime(2020, 1, 1, tzinfo=UTC)
    )
    client = client_as(Role.OPERATOR)
    found = re.search(rf'<a id="{name}"[^>]*href="([^"]*)"', client.get("/dashboard").text)
    assert found is not None
    answer = client.get(found[1].replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.text.count('name="chosen"') == rows


def test_pools_that_run_low_are_named(client_as: ClientAs, database: Database, fresh_database: FreshDatabase) -> None:
    _used(database, fresh_database)
    client = client_as(Role.SALES)
    assert "Pool levels" not in client.get("/dashboard").text
    with transaction(database, ACTOR) as session:
        full = create_pool(session, ResourceKind.IPV4, PoolCard("Full <b>", low_water=1))
        add_resources(session, full, ["10.0.0.0/30"])
        full_id = full.id
        low = create_pool(session, ResourceKind.PHONE, PoolCard("Low", low_water=5)).id
        create_pool(session, ResourceKind.DOMAIN, PoolCard("Unwatched"))
    page = client.get("/dashboard").text
    assert re.findall(r'<a id="pool-\d+" href="([^"]*)">([^<]*)</a>', page) == [
        (f"/pools/{low}", "Low"),
        (f"/pools/{full_id}", "Full &lt;b&gt;"),
    ]
    assert re.search(r'<td class="num">0</td><td class="num">5</td><td>[^/]*running low<', page)
    assert re.search(r'<td class="num">at least 1</td><td class="num">1</td><td>[^/]*enough<', page)
    assert client.get(f"/pools/{low}").status_code == 200


def _timeless(page: str) -> str:
    """Two answers may lie a second apart."""
    return re.sub(r"\d{1,2}:\d\d:\d\d", "", page)


def test_the_figures_alone_bring_themselves_up_to_date(
    client_as: ClientAs, database: Database, fresh_database: FreshDatabase
) -> None:
    _used(database, fresh_database)
    client = client_as(Role.SALES)
    part = client.get("/dashboard", headers={"HX-Request": "true", "HX-Target": "figures"}).text
    assert "<html" not in part
    assert part.count('id="figures"') == 1
    assert 'data-refresh hx-get="/dashboard" hx-trigger="every 10s"' in part
    assert _timeless(part) in _timeless(client.get("/dashboard").text)


@pytest.mark.parametrize(("span", "points"), [("day", 1440), ("month", 720), ("x", 1440)])
def test_the_numbers_of_the_chart(
    client_as: ClientAs, database: Database, fresh_database: FreshDatabase, span: str, points: int
) -> None:
    _used(database, fresh_database)
    client = client_as(Role.AUDITOR)
    series = client.get(f"/dashboard/activity?span={span}").get_json()
    assert {len(values) for values in series.values()} == {points}
    assert series["sessions_peak"][-2:] in ([None, 2], [2, None])
    page = client.get(f"/dashboard?span={span}").text
    assert page.count("<polyline") == 1
    assert page.count('<th scope="row" class="nowrap">') == (30 if span == "month" else 24)


def test_without_a_sample_there_is_no_chart(client_as: ClientAs, database: Database) -> None:
    start_session(database, issue_license(database))
    page = client_as(Role.SALES).get("/dashboard").text
    assert "No sample has been taken" in page
    assert _figure(page, "seats") == "1 of \N{EN DASH}"


def test_what_does_not_run_is_named(client_as: ClientAs, database: Database) -> None:
    client = client_as(Role.OPERATOR)
    page = client.get("/dashboard").text
    assert "no process reports" in page
    assert "has never run" in page
    assert "3 months ahead" in page
    with database.connect(application="test") as owner:
        owner.execute(
            "INSERT INTO schedules (name, due_at, finished_at, failure) VALUES"
            " ('late', now() - interval '5 minutes', NULL, NULL), ('sweep', now() + interval '1 h', now(), '<b>gone')"
        )
        owner.execute("INSERT INTO license_heartbeats_default SELECT 1, 1, '2001-01-01'")
    page = client.get("/dashboard").text
    assert re.search(r">overdue</span> <code>late</code>", page)
    assert re.search(r">failed</span> <code>sweep</code> &lt;b&gt;gone", page)
    assert "1 heartbeat was caught" in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SALES])
def test_each_row_of_the_health_leads_to_where_it_can_be_seen(
    client_as: ClientAs, database: Database, role: Role
) -> None:
    with database.connect(application="test") as owner:
        owner.execute("INSERT INTO schedules (name, finished_at, failure) VALUES ('sweep', now(), '<b>gone')")
    client = client_as(role)
    links = re.findall(r'<a id="health-\w+" href="([^"#]+)#?(\w*)"', client.get("/dashboard").text)
    assert len(links) == (5 if role is Role.AUDITOR else 0)
    for path, anchor in links:
        page = client.get(path)
        assert page.status_code == 200
        assert not anchor or f'id="{anchor}"' in page.text
    if links:
        assert "&lt;b&gt;gone" in client.get("/administration").text


def test_the_page_has_no_inline_style_or_script(
    client_as: ClientAs, database: Database, fresh_database: FreshDatabase
) -> None:
    _used(database, fresh_database)
    page = client_as(Role.ADMINISTRATOR).get("/dashboard").text
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", page)


def test_few_statements_whatever_there_is(
    client_as: ClientAs,
    database: Database,
    fresh_database: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _used(database, fresh_database)
    client = client_as(Role.ADMINISTRATOR)
    client.get("/dashboard")
    seen: list[object] = []
    execute = Connection.execute

    def count(self: Connection, query: str, *rest: Any, **named: Any) -> object:
        seen.append(query)
        return execute(self, query, *rest, **named)

    monkeypatch.setattr(Connection, "execute", count)
    assert client.get("/dashboard").status_code == 200
    assert 9 < len(seen) <= MOST_STATEMENTS, seen


def test_whoever_signs_in_begins_here(client_as: ClientAs) -> None:
    assert client_as(Role.SALES).get("/").location == "/dashboard"
