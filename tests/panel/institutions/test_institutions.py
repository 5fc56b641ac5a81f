"""Institutions in the panel: made, listed, changed, moved; the people in them."""

import html
import re

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs

SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def make(client: FlaskClient, name: str = "Müller & Söhne", **more: str) -> str:
    """The address of a new institution's page."""
    answer = client.post("/institutions/new", data={"name": name, "language": "de"} | more)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def number_in(database: Database, query: str) -> object:
    """The one number that the query gives."""
    with database.connect(application="test") as connection:
        return (connection.execute(query).fetchone() or (None,))[0]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="(\d+)"', page)
    assert found is not None, page
    return found[1]


def test_an_institution_is_made_with_all_that_is_known_and_listed(sales: FlaskClient, database: Database) -> None:
    member = str(number_in(database, "SELECT max(id) FROM staff_members"))
    holding = make(sales, "Holding")
    address = make(
        sales,
        kind="company",
        website_domain="https://www.example.com/x",
        vat_id="de 123 456 789",
        parent="holding",
        owner=member,
        source="Fair",
        tags="VIP, Nord",
        **{
            "details-0-kind": "phone",
            "details-0-value": "030 1234567",
            "details-0-label": "Reception",
            "addresses-0-kind": "postal",
            "addresses-0-street": "Am Markt 1",
            "addresses-0-postcode": "10115",
            "addresses-0-city": "Berlin",
        },
    )
    page = sales.get(address).text
    for part in (
        "Holding",
        "DE123456789",
        "www.example.com",
        "vip",
        "Reception",
        "Am Markt 1",
        "Berlin, DE",
        "lead",
        "New",
    ):
        assert part in page
    assert "Müller &amp; Söhne" in sales.get(holding).text
    for query in ("q=soehne", "lifecycle=lead", "stage=1", "light=none", f"owner={member}", "tag=VIP", "kind=company"):
        assert "Müller &amp; Söhne" in sales.get(f"/institutions?{query}").text, query
    for query in ("q=nobody", "lifecycle=customer", "stage=2", "light=late", "tag=x", "kind=other"):
        assert "Müller" not in sales.get(f"/institutions?{query}").text, query
    assert "Holding (no. " in sales.get("/institutions/suggestions?parent=hol").text
    assert sales.get("/institutions?format=csv").status_code == 200


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"name": ""}, "empty"),
        ({"vat_id": "DE1"}, "VAT id"),
        ({"website_domain": "no domain"}, "not a domain"),
        ({"parent": "nobody"}, "no institution"),
        ({"details-0-kind": "email", "details-0-value": "ada"}, "not an e-mail address"),
        ({"details-0-kind": "phone", "details-0-value": "call me"}, "not a phone number"),
        ({"addresses-0-kind": "postal", "addresses-0-city": "Bonn", "addresses-0-country": "Germany"}, "no country"),
        ({"tags": ",".join(map(str, range(31)))}, "at most 30 tags"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(sales: FlaskClient, form: dict[str, str], word: str) -> None:
    sent = {"name": "Acme", "legal_form": "Kept KG", "language": "de"} | form
    answer = sales.post("/institutions/new", data=sent)
    assert answer.status_code in {404, 422}
    assert word in answer.text
    assert "Kept KG" in answer.text


def test_two_editors_see_each_other(sales: FlaskClient) -> None:
    address = make(sales, "Acme")
    form = {"name": "Acme One", "language": "de", "version": hidden(sales.get(f"{address}/edit").text, "version")}
    assert sales.post(f"{address}/edit", data=form).status_code == 303
    stale = sales.post(f"{address}/edit", data=form | {"name": "Acme Two"})
    assert stale.status_code == 409
    for part in ("Acme One", "Acme Two", "Somebody else has changed this"):
        assert part in stale.text
    anyway = form | {"name": "Acme Two", "version": hidden(stale.text, "version")}
    assert sales.post(f"{address}/edit", data=anyway).status_code == 303


def test_a_circle_of_parents_is_refused(sales: FlaskClient) -> None:
    top = make(sales, "Holding")
    make(sales, "Branch", parent="Holding")
    form = {"name": "Holding", "language": "de", "parent": "Branch"}
    form["version"] = hidden(sales.get(f"{top}/edit").text, "version")
    answer = sales.post(f"{top}/edit", data=form)
    assert (answer.status_code, "choose another parent" in answer.text) == (422, True)


def test_nothing_that_is_typed_becomes_markup(sales: FlaskClient) -> None:
    address = make(sales, SCRIPT, legal_form=SCRIPT[:60], source=SCRIPT, tags=SCRIPT)
    for path in (address, "/institutions", "/pipeline", f"{address}/edit", f"{address}/stage", "/my-day"):
        assert "<script>alert" not in sales.get(path).text


def test_a_lead_is_moved_on_its_page_and_on_the_board(sales: FlaskClient) -> None:
    address = make(sales, "Acme")
    version = hidden(sales.get("/pipeline").text, "version")
    moved = sales.post(f"{address}/stage", data={"stage": "3", "version": version, "origin": "board"})
    assert (moved.status_code, moved.location) == (303, "/pipeline")
    stale = sales.post(f"{address}/stage", data={"stage": "4", "version": version, "origin": "board"})
    assert stale.status_code == 409
    lost = {"stage": "6", "version": hidden(stale.text, "version")}
    refused = sales.post(f"{address}/stage", data=lost | {"origin": "board"})
    assert (refused.status_code, "lost for a reason" in refused.text) == (409, True)
    assert sales.post(f"{address}/stage", data=lost | {"lost_reason": "Too dear"}).location == address
    page = sales.get(address).text
    assert page.count("Stage: ") == 3
    assert "Too dear" in sales.get("/pipeline").text
    won = sales.post(
        f"{address}/stage", data={"stage": "7", "version": hidden(page + sales.get(f"{address}/stage").text, "version")}
    )
    assert won.status_code == 422


def test_an_institution_is_archived_brought_back_and_deleted(sales: FlaskClient) -> None:
    address = make(sales, "Acme")
    assert sales.post(f"{address}/archive").status_code == 303
    assert "Acme" not in sales.get("/pipeline").text
    assert "Acme" in sales.get("/institutions?lifecycle=archived").text
    assert sales.post(f"{address}/bring-back").status_code == 303
    assert "Delete Acme with its contacts" in sales.post(f"{address}/delete").text
    assert sales.post(f"{address}/delete", data={"confirmed": "yes"}).status_code == 303
    assert sales.get(address).status_code == 404


def test_a_person_has_ways_to_be_reached_consent_and_several_places(sales: FlaskClient, database: Database) -> None:
    address, other = make(sales, "Acme"), make(sales, "Other")
    person = {
        "salutation": "ms",
        "title": "Dr.",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "department": "Purchasing",
        "valid_from": "2026-01-31",
        "language": "en",
        "details-0-kind": "email",
        "details-0-value": "ada@example.com",
    }
    assert sales.post(f"{address}/contacts/new", data=person).status_code == 303
    contact, detail = (number_in(database, f"SELECT max(id) FROM {table}") for table in ("contacts", "contact_details"))
    here = f"{address}/contacts/{contact}"
    assert "Dr. Ada Lovelace" in sales.get(address).text
    judged = {"state": "verified", "opt_out": "y", "consent_on": "2026-05-01", "consent_source": "Form"}
    judged["version"] = hidden(sales.get(f"{here}/details/{detail}").text, "version")
    assert sales.post(f"{here}/details/{detail}", data=judged).status_code == 303
    form = person | {"last_name": "King", "version": hidden(sales.get(f"{here}/edit").text, "version")}
    assert sales.post(f"{here}/edit", data=form).status_code == 303
    page = sales.get(here).text
    for part in ("Dr. Ada King", "Ms", "verified", "objected", "Consent: Form", "Purchasing"):
        assert part in page
    judged["version"] = hidden(sales.get(f"{here}/details/{detail}").text, "version")
    again = sales.post(f"{here}/details/{detail}", data=judged | {"consent_source": ""})
    assert (again.status_code, "The source of the consent" in again.text) == (422, True)
    assert (
        sales.post(f"{other}/contacts/known", data={"person": "ADA@example.com", "role": "Adviser"}).status_code == 303
    )
    assert "Adviser" in sales.get(here).text
    assert sales.post(f"{other}/contacts/known", data={"person": str(contact)}).status_code == 422
    assert sales.post(f"{other}/contacts/known", data={"person": "nobody@example.com"}).status_code == 404
    assert sales.get(f"{other}/contacts/{contact}/details/{detail}").status_code == 200
    assert sales.get(f"{other}/contacts/99").status_code == 404
    assert "Remove Dr. Ada King" in sales.post(f"{here}/remove").text
    assert sales.post(f"{here}/remove", data={"confirmed": "yes"}).status_code == 303
    assert "Ada King" in sales.get(other).text


def test_the_institution_s_own_number_is_judged_too(sales: FlaskClient, database: Database) -> None:
    address = make(sales, "Acme", **{"details-0-kind": "phone", "details-0-value": "030 1234567"})
    detail = number_in(database, "SELECT id FROM contact_details")
    version = hidden(sales.get(f"{address}/details/{detail}").text, "version")
    assert sales.post(f"{address}/details/{detail}", data={"state": "invalid", "version": version}).status_code == 303
    assert "does not work" in sales.get(address).text


def _a_way_to_ada(sales: FlaskClient, database: Database) -> str:
    """The page of what is known of an e-mail address."""
    address = make(sales, "Acme")
    person = {"last_name": "Lovelace", "language": "de", "details-0-kind": "email", "details-0-value": "ada@acme.test"}
    assert sales.post(f"{address}/contacts/new", data=person).status_code == 303
    contact, detail = (number_in(database, f"SELECT max(id) FROM {table}") for table in ("contacts", "contact_details"))
    return f"{address}/contacts/{contact}/details/{detail}"


def test_an_objection_is_not_overwritten_by_who_has_not_seen_it(sales: FlaskClient, database: Database) -> None:
    way = _a_way_to_ada(sales, database)
    form = {"state": "unverified", "version": hidden(sales.get(way).text, "version")}
    assert sales.post(way, data=form | {"opt_out": "y"}).status_code == 303
    stale = sales.post(way, data=form | {"state": "verified"})
    assert (stale.status_code, "Somebody else has changed this" in stale.text) == (409, True)
    assert number_in(database, "SELECT count(*) FROM contact_details WHERE opt_out AND status = 'unverified'") == 1


@pytest.mark.parametrize("said", [{"consent_source": "Form"}, {"consent_proof": "Her mail of May"}])
def test_what_is_said_of_a_consent_without_its_day_is_not_dropped(
    sales: FlaskClient, database: Database, said: dict[str, str]
) -> None:
    way = _a_way_to_ada(sales, database)
    form = {"state": "verified", "version": hidden(sales.get(way).text, "version")} | said
    answer = sales.post(way, data=form)
    assert (answer.status_code, "on which day" in answer.text) == (422, True)
    assert next(iter(said.values())) in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_consent_is_of_a_day_on_which_it_can_have_been_given(
    sales: FlaskClient, database: Database, day: str
) -> None:
    way = _a_way_to_ada(sales, database)
    form = {"state": "verified", "consent_on": day, "consent_source": "Form"}
    answer = sales.post(way, data=form | {"version": hidden(sales.get(way).text, "version")})
    assert (answer.status_code, "up to today" in answer.text, day in answer.text) == (422, True, True)


def test_who_may_only_read_sees_no_way_to_change(client_as: ClientAs, database: Database) -> None:
    auditor = client_as(Role.AUDITOR)
    for path in ("/institutions", "/pipeline", "/my-day"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert "/institutions/new" not in page.text
    assert auditor.post("/institutions/new", data={"name": "Acme", "language": "de"}).status_code == 403
    assert number_in(database, "SELECT count(*) FROM institutions") == 0


@pytest.mark.parametrize(("path", "field"), [("/institutions/new", "parent"), ("{}/contacts/known", "person")])
def test_nobody_is_called_by_a_control_character(sales: FlaskClient, path: str, field: str) -> None:
    form = {"name": "Other", "language": "de", field: "\0"}
    assert sales.post(path.format(make(sales, "Acme")), data=form).status_code == 404


def test_the_other_of_a_merge_is_not_called_by_one_either(sales: FlaskClient) -> None:
    assert sales.post(f"{make(sales, 'Acme')}/merge", data={"other": "\0"}).status_code == 404


def test_the_board_leads_to_the_leads_that_it_has_counted(
    sales: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leasehold.leads.lists.MOST_CARDS", 1)
    me = str(number_in(database, "SELECT max(id) FROM staff_members"))
    for name, owner in (("Mine", me), ("Mine, too", me), ("Nobody's", "")):
        make(sales, name, owner=owner)
    assert sales.post(f"{make(sales, 'Put away', owner=me)}/archive").status_code == 303
    found = re.search(r'href="([^"]+)">All 2<', sales.get(f"/pipeline?owner={me}").text)
    assert found is not None
    listed = sales.get(html.unescape(found[1])).text
    assert [name in listed for name in ("Mine, too", "Nobody", "Put away")] == [True, False, False]
