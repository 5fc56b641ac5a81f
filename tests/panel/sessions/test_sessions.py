"""Live sessions: listed, ended with a reason, and each one's page with its heartbeats."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import EndSession
from leasehold.licensing.run_one import run_one
from leasehold.staff.roles import Role
from tests.licensing.running import age, record_heartbeats, start
from tests.licensing.vendor import ACTOR, fingerprint, issue_license, scalar
from tests.panel.conftest import ClientAs

_ROW = re.compile(r'name="chosen" value="([^"]+)"')


@pytest.fixture
def operator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.OPERATOR)


def listed(operator: FlaskClient, query: str = "") -> list[UUID]:
    answer = operator.get(f"/sessions?{query}")
    assert answer.status_code == 200
    return [UUID(row) for row in _ROW.findall(answer.text)]


def end_by_client(database: Database, token: UUID) -> None:
    with transaction(database, ACTOR) as session:
        run_one(session, EndSession(token), ACTOR)


def test_filters_find_live_sessions(operator: FlaskClient, database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    one, two, three = start(database, key, 1), start(database, key, 2), start(database, other, 3)
    with database.connect(application="test") as owner:
        product = scalar(owner, "SELECT id FROM products")
        owner.execute("SELECT set_config('leasehold.actor', 'test', true)")
        owner.execute(
            "UPDATE institutions SET name = 'Müller' WHERE id = (SELECT institution_id FROM customers AS c"
            " JOIN licenses AS l ON l.customer_id = c.id WHERE l.license_key = %s)",
            (other,),
        )
    assert listed(operator) == [three, two, one]
    assert listed(operator, "sort=started") == [one, two, three]
    assert listed(operator, f"q={key}") == [two, one]
    assert listed(operator, f"q={two}") == [two]
    assert listed(operator, f"q={fingerprint(3)}") == [three]
    assert listed(operator, "q=fingerprint-") == [three, two, one]
    assert listed(operator, f"q={uuid4()}") == []
    assert listed(operator, "customer=müll") == [three]
    assert listed(operator, f"product={product}") == [three, two, one]
    assert listed(operator, "product=99") == []


@pytest.mark.parametrize("query", ["sort=last_heartbeat", "product=x", "q=%00", "customer=%00", "cursor=e30"])
def test_a_forged_address_is_a_sentence(operator: FlaskClient, query: str) -> None:
    assert operator.get(f"/sessions?{query}").status_code == 422


def test_the_list_refreshes_itself_without_a_script_of_its_own(operator: FlaskClient, database: Database) -> None:
    start(database, issue_license(database))
    page = operator.get("/sessions?sort=started").text
    assert 'data-refresh hx-get="/sessions?sort=started" hx-trigger="every 5s"' in page
    part = operator.get("/sessions?sort=started", headers={"HX-Request": "true", "HX-Target": "list"}).text
    assert part.lstrip().startswith('<section id="list"')


def test_a_silent_session_is_not_listed_and_its_page_says_how_it_ended(
    operator: FlaskClient, database: Database
) -> None:
    token = start(database, issue_license(database))
    age(database, token, timedelta(minutes=5))
    assert listed(operator) == []
    page = operator.get(f"/sessions/{token}").text
    assert "fell silent" in page
    assert 'hx-trigger="every' not in page


def test_a_session_is_ended_with_a_reason(operator: FlaskClient, database: Database) -> None:
    token = start(database, issue_license(database))
    page = f"/sessions/{token}/end"
    assert "End 1 session?" in operator.get(page).text
    assert operator.post(page, data={"reason": ""}).status_code == 422
    assert listed(operator) == [token]
    assert "The session is ended." in operator.post(page, data={"reason": "Wartung"}, follow_redirects=True).text
    assert listed(operator) == []
    with database.connect(application="test") as owner:
        row = owner.execute(
            "SELECT action, after ->> 'reason', after ->> 'end_reason' FROM audit_log"
            " WHERE table_name = 'license_sessions'"
        ).fetchall()
    assert row == [("end", "Wartung", "operator")]


def test_a_session_that_ends_while_its_page_is_open_stays_as_it_ended(
    operator: FlaskClient, database: Database
) -> None:
    token = start(database, issue_license(database))
    assert f"/sessions/{token}/end" in operator.get(f"/sessions/{token}").text
    end_by_client(database, token)
    answer = operator.post(f"/sessions/{token}/end", data={"reason": "zu spät"}, follow_redirects=True)
    assert "had ended already: ended by the client" in answer.text
    assert f"/sessions/{token}/end" not in answer.text
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM audit_log WHERE table_name = 'license_sessions'") == 0


def test_many_are_ended_at_once(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    tokens = [start(database, key, n) for n in (1, 2)]
    rows = [*map(str, tokens), "x", "\0", str(uuid4())]
    asked = operator.post("/sessions/bulk", data={"act": "end", "chosen": rows}).text
    signed = re.search(r'name="selection" value="([^"]+)"', asked)
    assert signed is not None
    form = {"act": "end", "selection": signed[1], "reason": "Umzug des Servers"}
    done = operator.post("/sessions/bulk", data=form)
    assert "2 done, 3 refused" in done.text
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM session_history WHERE end_reason = 'operator'") == 2


@pytest.mark.parametrize("token", ["x", "%00", "9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a", "../admin"])
def test_a_forged_token_leads_nowhere(operator: FlaskClient, token: str) -> None:
    assert operator.get(f"/sessions/{token}").status_code == 404
    assert operator.post(f"/sessions/{token}/end", data={"reason": "x"}).status_code == 404


def test_the_strip_shows_beats_and_gaps_in_words_too(operator: FlaskClient, database: Database) -> None:
    token = start(database, issue_license(database))
    age(database, token, timedelta(seconds=600))
    record_heartbeats(database, token, 30, 60, 90, 300, 330, 390, 590)
    page = operator.get(f"/sessions/{token}").text
    assert "7 heartbeats, 3 gaps, the longest of 3 min 30 s from" in page
    assert page.count('class="strip-gap"') == 3
    assert page.count('class="strip-beat"') == 7
    assert "style=" not in page[page.index('<svg class="strip"') : page.index("</svg>", page.index('class="strip"'))]


def test_the_strip_of_one_session_has_nobody_elses_beats(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    one, two = start(database, key, 1), start(database, key, 2)
    record_heartbeats(database, two, 0, 1)
    assert "No heartbeat is on record" in operator.get(f"/sessions/{one}").text
    end_by_client(database, two)
    assert "2 heartbeats, no gap." in operator.get(f"/sessions/{two}").text


@pytest.mark.parametrize("until", ["x", "", "2026-01-01", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00Z", "%00"])
def test_a_forged_moment_shows_the_whole_session(operator: FlaskClient, database: Database, until: str) -> None:
    token = start(database, issue_license(database))
    assert operator.get(f"/sessions/{token}?until={until}").status_code == 200


def test_what_clients_send_is_shown_and_runs_nowhere(operator: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    token = start(database, key, version="<script>alert(1)</script>")
    for page in (f"/sessions/{token}", "/sessions?columns=client_version"):
        text = operator.get(page).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SALES])
def test_readers_end_nothing(client_as: ClientAs, database: Database, role: Role) -> None:
    reader = client_as(role)
    token = start(database, issue_license(database))
    page = reader.get(f"/sessions/{token}")
    assert page.status_code == 200
    assert f"/sessions/{token}/end" not in page.text
    assert reader.post(f"/sessions/{token}/end", data={"reason": "x"}).status_code == 403
    assert reader.post("/sessions/bulk", data={"act": "end", "chosen": str(token)}).status_code == 403
    with database.connect(application="test") as owner:
        assert scalar(owner, "SELECT count(*) FROM license_sessions") == 1


def test_nobody_sees_sessions_without_signing_in(client_as: ClientAs) -> None:
    client = client_as(None)
    for path in ("/sessions", f"/sessions/{uuid4()}", "/session-history"):
        assert client.get(path).status_code == 302
