"""A lead becomes a customer, and a lead again."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.editing import delete_customer
from leasehold.customers.errors import CustomerHasLicenses, InstitutionNotFound
from leasehold.customers.institutions import archive_institution, read_institution
from leasehold.customers.merged import InstitutionMerged
from leasehold.customers.models import Customer, Institution, PipelineStage
from leasehold.kit.database import Database
from leasehold.kit.errors import Stale
from leasehold.kit.orm import transaction
from leasehold.leads.converting import InstitutionArchived, NotACustomer, TestLicense, convert, customer_of, unconvert
from leasehold.leads.merging.service import merge_institutions
from leasehold.leads.pipeline import find_stage, move_to_stage, stays_of
from leasehold.licensing.errors import LicenseInvalid
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.products import create_product
from tests.leads.leads import ACTOR, make_lead


def _stage(session: Session, institution_id: int) -> str:
    stage_id = read_institution(session, institution_id).stage_id
    return session.get_one(PipelineStage, stage_id).name


def test_a_lead_is_the_same_customer_however_often_it_is_converted(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        made = convert(session, lead)
        assert (made.is_new, made.license_key, made.customer.institution_id) == (True, None, lead)
        assert _stage(session, lead) == "Won"
        again = convert(session, lead)
        assert (again.is_new, again.customer.id) == (False, made.customer.id)
        assert [stay.stage.name for stay in stays_of(session, lead)] == ["Won", "New"]
        assert session.scalars(select(Institution.id)).all() == [lead]


def test_a_test_license_comes_in_the_same_transaction_and_once(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, studio = make_lead(session), create_product(session, "studio")
        wanted = TestLicense(studio, days=14, device_limit=2)
        first = convert(session, lead, test_license=wanted)
        assert convert(session, lead, test_license=wanted).license_key == first.license_key
        (row,) = session.scalars(select(LicenseRow)).all()
        assert (row.license_key, row.type, row.device_limit, row.customer_id) == (
            first.license_key,
            "test",
            2,
            first.customer.id,
        )
        assert row.valid_until is not None
        assert (row.valid_until - row.valid_from).days == 14


def test_without_its_test_license_nobody_is_converted(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, studio = make_lead(session), create_product(session, "studio")
    with pytest.raises(LicenseInvalid), transaction(database, ACTOR) as session:
        convert(session, lead, test_license=TestLicense(studio, device_limit=99))
    with transaction(database, ACTOR) as session:
        assert customer_of(session, lead) is None


def test_it_is_taken_back_to_where_it_was_until_the_first_license(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        move_to_stage(session, lead, find_stage(session, "Offer").id)
        convert(session, lead)
        unconvert(session, lead)
        assert (customer_of(session, lead), _stage(session, lead)) == (None, "Offer")
        with pytest.raises(NotACustomer):
            unconvert(session, lead)
        convert(session, lead, test_license=TestLicense(create_product(session, "studio")))
        with pytest.raises(CustomerHasLicenses):
            unconvert(session, lead)
        assert _stage(session, lead) == "Won"
        with pytest.raises(CustomerHasLicenses):
            delete_customer(session, convert(session, lead).customer.id)


def test_who_cannot_be_converted(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        with pytest.raises(InstitutionNotFound):
            convert(session, 99)
        archived, loser, winner = (make_lead(session, name) for name in ("Old", "Loser", "Winner"))
        archive_institution(session, archived)
        with pytest.raises(InstitutionArchived):
            convert(session, archived)
        merge_institutions(session, loser, winner, actor=ACTOR)
        for act in (convert, unconvert):
            with pytest.raises(InstitutionMerged) as refused:
                act(session, loser)
            assert refused.value.context["into"] == winner
        with pytest.raises(Stale):
            convert(session, winner, version=99)


def test_two_who_convert_at_once_make_one_customer(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
    together, made = threading.Barrier(4), []

    def run() -> None:
        with transaction(database, ACTOR) as session:
            together.wait(timeout=30)
            made.append(convert(session, lead).customer.id)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with transaction(database, ACTOR) as session:
        assert made == list(session.scalars(select(Customer.id))) * 4
