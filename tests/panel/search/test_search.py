"""The search page and its results, on real rows."""

import re
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from leasehold.customers.institutions import InstitutionCard
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.leads.pipeline import add_lead
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.roles import Role
from tests.licensing.vendor import ACTOR, fingerprint, issue_license
from tests.panel.conftest import ClientAs
from tests.resources.stock import make_pool


@pytest.fixture
def reader(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def change(database: Database, statement: str, *parameters: object) -> None:
    with database.connect(application="test") as owner:
        ACTOR.sign(owner)
        owner.execute(statement, parameters)


def register(database: Database, key: str, number: int, name: str = "Anna's laptop") -> None:
    change(
        database,
        "INSERT INTO device_registrations (license_id, hardware_fingerprint, device_name, device_type, status, slot,"
        " device_limit, first_activated_at, last_seen_at, changed_by, change_request_id, change_address)"
        " SELECT id, %s, %s, 'laptop', 'active', %s, device_limit, now(), now(), 'test', %s, '192.0.2.7'"
        " FROM licenses WHERE license_key = %s",
        fingerprint(number), name, number, f"r{number}", key,
    )  # fmt: skip


def add_contact(database: Database, last_name: str, kind: str, value: str) -> None:
    change(
        database,
        "WITH c AS (INSERT INTO contacts (first_name, last_name) VALUES ('Anna', %s) RETURNING id),"
        " a AS (INSERT INTO affiliations (contact_id, institution_id) SELECT c.id, i.id FROM c, institutions AS i)"
        " INSERT INTO contact_details (contact_id, kind, value) SELECT id, %s, %s FROM c",
        last_name, kind, value,
    )  # fmt: skip


def found(client: FlaskClient, term: str) -> str:
    answer = client.get("/search", query_string={"q": term}, headers={"HX-Target": "search-results"})
    assert answer.status_code == 200
    return answer.text


def test_a_license_key_in_any_spelling_leads_straight_to_its_page(reader: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    answer = reader.get("/search", query_string={"q": f" {key.lower().replace('-', '')}"})
    assert (answer.status_code, answer.location) == (302, f"/licenses/{key}")
    change(database, "UPDATE licenses SET deleted_at = clock_timestamp()")
    assert "Nothing is found" in reader.get("/search", query_string={"q": key}).text


def test_the_beginning_of_a_key_finds_it(reader: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    assert key in found(reader, key[:7].lower())
    assert key not in found(reader, ("1" if key[0] == "0" else "0") + key[1:7])


def test_names_find_customers_their_licenses_contacts_devices_and_products(
    reader: FlaskClient, database: Database
) -> None:
    key = issue_license(database)
    change(database, "UPDATE institutions SET name = 'Übergrößen 100%% GmbH'")
    register(database, key, 1)
    add_contact(database, "Übermut", "email", "anna@acme.example")
    page = found(reader, "überG")
    assert "Übergrößen 100% GmbH" in page
    assert key in page
    assert "Übermut" not in page
    assert "Anna Übermut" in found(reader, "anna überm")
    assert key in found(reader, "nna's LAP")
    assert "studio" in found(reader, "Stud")
    assert "Übergrößen" in found(reader, "100%")
    assert "Nothing is found" in found(reader, "1_0%")


def test_details_find_who_has_them(reader: FlaskClient, database: Database) -> None:
    issue_license(database)
    change(database, "UPDATE institutions SET website_domain = 'Acme.example'")
    add_contact(database, "Schmidt", "email", "Anna.Schmidt@Acme.example")
    add_contact(database, "Weber", "phone", "030 / 123 45-67")
    for term in ("anna.schmidt@acme.example", "ANNA.S@", "@acme.example"):
        assert ("Anna Schmidt" in found(reader, term)) == (term != "ANNA.S@")
    page = found(reader, "https://www.acme.example/shop")
    assert "Acme" in page
    assert "Anna Schmidt" in page
    for term in ("030 1234567", "+49 30 1234567", "0049301234567", "1234567"):
        assert "Anna Weber" in found(reader, term), term
    assert "Anna Weber" not in found(reader, "030 1234568")


def test_fingerprints_addresses_and_tokens_find_devices_and_sessions(reader: FlaskClient, database: Database) -> None:
    key = issue_license(database)
    register(database, key, 1)
    register(database, key, 2, "Second")
    assert "Second" in found(reader, fingerprint(2))
    assert "Second" in found(reader, fingerprint(2)[:-1])
    assert found(reader, "192.0.2.7").count('role="option"') + found(reader, "192.0.2.7").count(key) >= 1
    token = "9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a"
    change(
        database,
        "INSERT INTO license_sessions (license_id, session_token, device_id, slot, concurrent_sessions_limit,"
        " started_at, last_heartbeat_at) SELECT d.license_id, %s, d.id, 1, 2, now(), now()"
        " FROM device_registrations AS d WHERE d.slot = 1",
        token,
    )
    assert token in found(reader, token.upper())
    assert reader.get("/search", query_string={"q": token.upper()}).status_code == 302


def test_at_most_ten_of_each(reader: FlaskClient, database: Database) -> None:
    keys = [issue_license(database) for _ in range(12)]
    page = reader.get("/search?q=acme").text
    assert len(re.findall(r'href="/customers/', page)) == 10
    assert sum(key in page for key in keys) == 10


@pytest.mark.parametrize(
    "term", ["%", "\\", "_", "'", "\0", "a" * 5000, "<b>", "=1+1", "%s", "{}", "-1", "::", "\ud83d"]
)
def test_whatever_is_typed_is_answered(reader: FlaskClient, term: str) -> None:
    answer = reader.get("/search", query_string={"q": term.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 200


def test_what_is_typed_and_what_is_found_runs_nowhere(reader: FlaskClient, database: Database) -> None:
    issue_license(database)
    change(database, "UPDATE institutions SET name = '<script>alert(1)</script>'")
    for page in (found(reader, "<script>"), reader.get("/search?q=<script>alert").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_search(client_as: ClientAs, role: Role) -> None:
    assert client_as(role).get("/search?q=acme").status_code == 200


def test_nobody_else_may(client: FlaskClient) -> None:
    assert client.get("/search?q=acme").status_code == 302


def test_a_search_asks_few_times(reader: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    issue_license(database)
    found(reader, "acme")  # a first connection asks what server it meets
    asked: list[object] = []
    execute = psycopg.Cursor.execute

    def counted(cursor: psycopg.Cursor[object], query: Any, *arguments: Any, **options: Any) -> object:
        asked.append(query)
        return execute(cursor, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    assert found(reader, "acme").count('role="option"') >= 2
    assert 0 < len(asked) <= 12


@pytest.mark.parametrize(
    ("kind", "value", "term"),
    [
        (ResourceKind.IPV4, "10.20.30.40", "10.20.30.40"),
        (ResourceKind.PHONE, "+49301231234", "030 / 123-1234"),
        (ResourceKind.PHONE, "+49301231234", "+49 (30) 123"),
        (ResourceKind.DOMAIN, "shop.example.com", "https://Shop.example.com/x"),
        (ResourceKind.DOMAIN, "shop.example.com", "example.com"),
    ],
)
def test_a_resource_is_found_with_its_pool_and_who_has_it(
    reader: FlaskClient, database: Database, kind: ResourceKind, value: str, term: str
) -> None:
    key = issue_license(database)
    make_pool(database, value, kind=kind, name="Acme <b>")
    assert "Acme &lt;b&gt;" in found(reader, term)
    assert key not in found(reader, term)
    with transaction(database, ACTOR) as session:
        allocate(session, key, Wanted(kind, values=(value,)))
    page = found(reader, term)
    assert f"Acme &lt;b&gt; · {key}" in page
    link = re.search(r'href="(/resources/\d+)"', page)
    assert link is not None
    assert value in reader.get(link[1]).text


def test_the_resource_that_was_named_comes_first(reader: FlaskClient, database: Database) -> None:
    make_pool(database, "example.com", *(f"{letter}.example.com" for letter in "abcdefghijk"), kind=ResourceKind.DOMAIN)
    titles = re.findall(r'href="/resources/\d+"[^>]*>\s*(?:<[^>]+>)*([^<]+)', found(reader, "example.com"))
    assert titles[0] == "example.com"
    assert len(titles) == 10


def test_a_lead_is_found_in_any_spelling_and_by_its_domain_and_people(reader: FlaskClient, database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = add_lead(session, InstitutionCard("Ärztehaus Süd", website_domain="aerzte.example")).id
    add_contact(database, "Lovelace", "email", "ada@aerzte.example")
    for term in ("aerztehaus sued", "ÄRZTE", "aerzte.example"):
        assert f'href="/institutions/{lead}"' in found(reader, term), term
    for term in ("ada@aerzte.example", "Lovelace"):
        assert re.search(f'href="/institutions/{lead}/contacts/[0-9]+"', found(reader, term)), term
    assert "/institutions/" not in found(reader, "nobody")
