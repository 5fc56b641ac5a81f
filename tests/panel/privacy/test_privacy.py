"""Requests, people and retention in the panel."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.panel.privacy.purpose_words import PURPOSES
from leasehold.privacy.map import PERSONAL_DATA_MAP
from leasehold.staff.roles import Role
from tests.licensing.vendor import scalar
from tests.panel.conftest import ClientAs
from tests.privacy.stock import ACTOR, TRACES, Traces, leave_traces, tell_by_mail
from tests.privacy.test_erasing import traces_in


@pytest.fixture
def left(database: Database) -> Traces:
    return leave_traces(database)


@pytest.fixture
def desk(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


def test_a_person_is_found_read_and_downloaded(desk: FlaskClient, left: Traces, database: Database) -> None:
    found = desk.get("/privacy/people?q=zaphod").text
    assert "Zaphod Beeblebrox" in found
    assert "Nobody was found." in desk.get("/privacy/people?q=arthur").text
    page = desk.get(f"/privacy/people/{left.contact_id}").text
    assert [trace for trace in TRACES if trace not in page] == []
    answer = desk.get(f"/privacy/people/{left.contact_id}/export")
    assert f"filename=person-{left.contact_id}.json" in answer.headers["Content-Disposition"]
    assert json.loads(answer.text)["person"]["name"] == "Zaphod Beeblebrox"
    with database.connect(application="test") as connection:
        assert scalar(connection, "SELECT count(*) FROM audit_log WHERE action = 'export'") == 1


def test_a_person_s_page_speaks_the_reader_s_language(desk: FlaskClient, left: Traces, database: Database) -> None:
    tell_by_mail(database, left)
    page = desk.get(f"/privacy/people/{left.contact_id}").text
    shown = re.findall(r"<dd>([^<]*)</dd>", page) + re.findall(r'<div class="change">.*?</span> ([^<]*)</div>', page)
    assert {"e-mail", "not verified", "erasure", "call", "German", "withdrawn", "end of a license"} <= {*shown}
    assert not {"email", "unverified", "de", "cancelled", "license_expiry"} & {*shown}
    assert left.license_key in page, "what a mail told of"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SALES])
def test_the_ways_to_a_person_s_data_are_those_of_administrators(client_as: ClientAs, left: Traces, role: Role) -> None:
    somebody, data = client_as(role), f'href="/privacy/people/{left.contact_id}"'
    institution = f"/institutions/{left.institution_id}"
    for page in (f"/customers/{left.customer_id}", institution, f"{institution}/contacts/{left.contact_id}"):
        assert (data in somebody.get(page).text) is (role is Role.ADMINISTRATOR), page


def test_the_ways_back_from_a_person_s_data(desk: FlaskClient, left: Traces) -> None:
    data, institution = f"/privacy/people/{left.contact_id}", f"/institutions/{left.institution_id}"
    assert f'href="{institution}/contacts/{left.contact_id}"' in desk.get(data).text
    assert desk.post(f"{data}/restrict", data={"reason": "disputed"}).status_code == 303
    assert f'href="{institution}"' in desk.get(data).text, "who is hidden has no other page"


def test_a_person_is_erased_after_a_look(desk: FlaskClient, left: Traces, database: Database, tmp_path: Path) -> None:
    address = f"/privacy/people/{left.contact_id}/erase"
    preview = desk.get(address).text
    assert "Texts that the name is taken out of" in preview
    assert "Erase although the data are restricted" not in preview
    refused = desk.post(address, data={"reason": ""})
    assert (refused.status_code, "The reason is empty" in refused.text) == (422, True)
    done = desk.post(address, data={"reason": "asked for it"})
    assert done.status_code == 303, done.text
    page = desk.get(done.location).text
    assert "erased" in page
    assert traces_in(database) == []
    assert (tmp_path / "backups" / "erasures.jsonl").exists()


def test_restricted_people_are_hidden_until_that_is_lifted(desk: FlaskClient, left: Traces) -> None:
    customer = f"/customers/{left.customer_id}"
    here = f"/privacy/people/{left.contact_id}"
    assert "Zaphod Beeblebrox" in desk.get(customer).text
    assert desk.post(f"{here}/restrict", data={"reason": "disputed"}).status_code == 303
    assert "Zaphod Beeblebrox" not in desk.get(customer).text
    assert "used for nothing. Reason: disputed" in desk.get(here).text
    refused = desk.post(f"{here}/erase", data={"reason": "asked for it"})
    assert (refused.status_code, "are restricted, so they are kept" in refused.text) == (409, True)
    assert "Erase although the data are restricted" in refused.text
    assert "used again?" in desk.post(f"{here}/unrestrict").text
    assert desk.post(f"{here}/unrestrict", data={"confirmed": "yes"}).status_code == 303
    assert "Zaphod Beeblebrox" in desk.get(customer).text


def test_requests_are_registered_extended_and_done(desk: FlaskClient, left: Traces) -> None:
    new = "/privacy/requests/new"
    assert f'value="{left.contact_id}"' in desk.get(f"{new}?person={left.contact_id}").text
    late = {"kind": "access", "person": str(left.contact_id), "received_on": "2026-01-31"}
    assert desk.post(new, data=late).status_code == 303
    refused = desk.post(new, data={"kind": "access", "received_on": "2026-01-31"})
    assert (refused.status_code, "name the person by number" in refused.text) == (422, True)
    page = desk.get("/privacy").text
    assert page.index("late") < page.index("Mr Beeblebrox"), "the late one comes first"
    late_id, open_id = re.findall(r"/privacy/requests/(\d+)/done", page)
    assert desk.post(f"/privacy/requests/{open_id}/extend", data={"reason": "Many files"}).status_code == 303
    assert "extended: Many files" in desk.get("/privacy").text
    too_late = desk.post(f"/privacy/requests/{late_id}/extend", data={"reason": "Many files"})
    assert "The month is over" in too_late.text
    done = {"outcome": "partly_granted", "done_on": "2026-02-20"}
    assert desk.post(f"/privacy/requests/{late_id}/done", data=done).status_code == 303
    assert "granted in part" in desk.get("/privacy").text


def test_retention_is_set_and_approved(desk: FlaskClient, database: Database) -> None:
    with database.connect(application="test") as connection:
        connection.execute("SELECT set_config('leasehold.actor', 'cli:test', true)")
        connection.execute("INSERT INTO contacts (last_name, updated_at) VALUES ('Slartibartfast', '2020-01-01')")
    assert "Nobody is proposed." in desk.get("/privacy/retention").text
    rules = {"lead_contacts": "24", "former_customer_contacts": ""}
    assert desk.post("/privacy/retention", data=rules | {"lead_contacts": "0"}).status_code == 422
    assert desk.post("/privacy/retention", data=rules).status_code == 303
    assert "Slartibartfast" in desk.get("/privacy/retention").text
    keep, reason = "/privacy/retention/1/keep", {"reason": "a lawsuit"}
    assert "Keep Slartibartfast" in desk.get(keep).text
    for day, status in (("", 422), ("2020-01-01", 422), ("2040-12-31", 303)):
        assert desk.post(keep, data=reason | {"until": day}).status_code == status, day
    assert "Nobody is proposed." in desk.get("/privacy/retention").text
    assert "a lawsuit" in desk.get("/privacy/people/1").text
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        connection.execute("UPDATE kept_people SET kept_until = '2026-01-01'")
    approve = "/privacy/retention/approve"
    assert desk.post(approve).status_code == 303
    assert "Erase 1 person for good?" in desk.post(approve, data={"id": "1"}).text
    assert desk.post(approve, data={"id": "1", "confirmed": "yes"}).status_code == 303
    with database.connect(application="test") as connection:
        assert scalar(connection, "SELECT last_name FROM contacts") == "[erased]"


def test_an_erased_person_is_not_written_down_again_unawares(
    desk: FlaskClient, left: Traces, database: Database
) -> None:
    assert desk.post(f"/privacy/people/{left.contact_id}/erase", data={"reason": "asked"}).status_code == 303
    person = {
        "first_name": "Zaphod",
        "last_name": "Beeblebrox",
        "language": "en",
        "details-0-kind": "email",
        "details-0-value": "zaphod@example.org",
    }
    new = f"/customers/{left.customer_id}/contacts/new"
    for form in (new, f"/institutions/{left.institution_id}/contacts/new"):
        refused = desk.post(form, data=person)
        assert (refused.status_code, "agreed to it anew" in refused.text) == (409, True)
    assert desk.post(new, data=person | {"agreed": "y"}).status_code == 303
    with database.connect(application="test") as connection:
        assert scalar(connection, "SELECT count(*) FROM contacts WHERE erased_at IS NULL") == 1


def test_nobody_erased_comes_back_by_a_change(desk: FlaskClient, left: Traces, database: Database) -> None:
    contacts = f"/customers/{left.customer_id}/contacts"
    known = {"last_name": "Prefect", "language": "en", "details-0-kind": "phone", "details-0-value": "030 7777777"}
    assert desk.post(f"{contacts}/new", data=known).status_code == 303
    with database.connect(application="test") as connection:
        ford = scalar(connection, "SELECT max(id) FROM contacts")
    assert desk.post(f"/privacy/people/{left.contact_id}/erase", data={"reason": "asked"}).status_code == 303
    theirs = {"details-1-kind": "email", "details-1-value": "zaphod@example.org"}
    institution = {"name": "Heart of Gold GmbH", "language": "en"}
    doors = (
        (f"{contacts}/{ford}", known),
        (f"/institutions/{left.institution_id}/contacts/{ford}/edit", known),
        (f"/institutions/{left.institution_id}/edit", institution),
        ("/institutions/new", institution),
    )
    for door, said in doors:
        refused = desk.post(door, data=said | theirs | _version_of(desk, door))
        assert (refused.status_code, "agreed to it anew" in refused.text) == (409, True), door
        assert "zaphod@example.org" in refused.text, "what was typed is there still"
    for door, said in doors:
        agreed = said | theirs | _version_of(desk, door) | {"agreed": "y"}
        assert desk.post(door, data=agreed).status_code == 303, door
    again = known | theirs | _version_of(desk, doors[0][0]) | {"role": "Researcher"}
    assert desk.post(doors[0][0], data=again).status_code == 303, "what is there is not asked about again"


def _version_of(desk: FlaskClient, form: str) -> dict[str, str]:
    found = re.search(r'name="version"[^>]*value="(\d+)"', desk.get(form).text)
    return {"version": found[1]} if found else {}


def test_the_map_says_what_for_of_everything_personal(desk: FlaskClient) -> None:
    personal = {
        table.name for table in PERSONAL_DATA_MAP if any(one.whose.is_personal for one in table.columns.values())
    }
    assert personal == PURPOSES.keys()
    assert "contacts.first_name" in desk.get("/privacy/map").text


def test_the_record_of_processing_is_made_of_the_map_and_what_is_configured(desk: FlaskClient) -> None:
    page = desk.get("/privacy/record").text
    missing = [str(words) for words in PURPOSES.values() if str(words) not in page]
    assert missing == []
    assert ("no limit is set" in page, "First name, Last name" in page, "<dd>none</dd>" in page) == (True, True, True)
    assert "Name the controller" in page
    named = {"controller": "Acme GmbH, Weg 1, Kiel", "confirmed": "yes"}
    assert desk.post("/administration/settings", data=named).status_code == 303
    assert "<dd>Acme GmbH, Weg 1, Kiel</dd>" in desk.get("/privacy/record").text
    assert desk.post("/privacy/retention", data={"lead_contacts": "24"}).status_code == 303
    assert "proposed for erasure after 24 months" in desk.get("/privacy/record").text


def test_who_is_no_number_is_nobody(desk: FlaskClient) -> None:
    assert desk.get("/privacy/requests/new?person=²").status_code == 200
    assert desk.get("/privacy/people?after=²").status_code == 200
    chosen = desk.post("/privacy/retention/approve", data={"id": "²", "confirmed": "yes"}, follow_redirects=True)
    assert "Nobody is chosen" in chosen.text
