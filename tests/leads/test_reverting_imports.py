"""An import of institutions is kept, and taken back as long as nothing was done with what it has added."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact, affiliate, list_contacts, remove_contact
from leasehold.customers.details import Owner, judge_detail, list_details
from leasehold.customers.institutions import InstitutionCard, archive_institution, delete_institution
from leasehold.customers.models import Address, Contact, ContactDetail, Institution
from leasehold.customers.vocabulary import DetailStatus
from leasehold.imports.errors import ImportInUse, ImportNotFound, ImportReverted
from leasehold.kit.database import Database, Role
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import driver_connection, transaction
from leasehold.leads.activities import ActivityCard, add_activity
from leasehold.leads.converting import convert
from leasehold.leads.duplicates.checking import check_what_was_written
from leasehold.leads.duplicates.lists import list_pairs
from leasehold.leads.duplicates.work_list import dismiss
from leasehold.leads.importing.reverting import list_imports, revert_import
from leasehold.leads.importing.service import preview_institutions, take_institutions
from leasehold.leads.merging.service import merge_institutions
from leasehold.leads.notes import add_note
from leasehold.leads.pipeline import add_lead, find_stage, move_to_stage
from leasehold.leads.vocabulary import ActivityKind
from leasehold.privacy.digests import digester_of
from leasehold.privacy.erasing import erase
from leasehold.privacy.restricting import restrict
from tests.conftest import FreshDatabase
from tests.resources.stock import ACTOR

LIST = """Firma;Website;Straße;Ort;E-Mail;Vorname;Nachname;E-Mail Kontakt
Known;known.example;;;;Grace;Hopper;grace@known.example
Clinic North;north.example;Am Park 1;Ulm;info@north.example;Ada;Lovelace;ada@north.example
Clinic North;north.example;;;;Alan;Turing;
Law Firm;;;;;;;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fair.csv"
    path.write_text(LIST)
    return path


def take(database: Database, file: Path) -> int:
    with transaction(database, ACTOR) as session:
        return take_institutions(session, preview_institutions(session, file), actor=ACTOR).id


def names(database: Database) -> tuple[list[str], list[str]]:
    with transaction(database, ACTOR) as session:
        institutions = session.scalars(select(Institution.name).order_by(Institution.id)).all()
        return list(institutions), list(session.scalars(select(Contact.last_name).order_by(Contact.id)))


def make_known(database: Database) -> int:
    with transaction(database, ACTOR) as session:
        known = add_lead(session, InstitutionCard("Known", website_domain="known.example"))
        add_contact(session, known.id, ContactCard("Kay"))
        return known.id


def test_what_an_import_has_added_goes_and_the_rest_stays(fresh_database: FreshDatabase, file: Path) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    make_known(panel)
    number = take(panel, file)
    assert names(panel) == (["Known", "Law Firm", "Clinic North"], ["Kay", "Hopper", "Lovelace", "Turing"])
    with transaction(panel, ACTOR) as session:
        made = revert_import(session, number, "wrong list")
        assert (made.file_name, made.rows_new, made.made_by, made.revert_reason) == (
            "fair.csv",
            4,
            ACTOR.name,
            "wrong list",
        )
    assert names(panel) == (["Known"], ["Kay"])
    with transaction(panel, ACTOR) as session:
        assert [*session.scalars(select(ContactDetail)), *session.scalars(select(Address))] == []
        assert session.scalar(text("SELECT count(*) FROM institution_import_additions")) == 0
        with pytest.raises(ImportReverted):
            revert_import(session, number, "again")
        with pytest.raises(ImportNotFound):
            revert_import(session, 999, "none")
    again = take(panel, file)
    with transaction(panel, ACTOR) as session:
        assert [made.id for made in list_imports(session)] == [again, number]
        with pytest.raises(DomainError, match="reason is empty"):
            revert_import(session, again, " ")


def test_nobody_is_the_double_of_what_is_gone(database: Database, file: Path) -> None:
    with transaction(database, ACTOR) as session:
        add_lead(session, InstitutionCard("Clinic North GmbH"))
    number = take(database, file)
    with transaction(database, ACTOR) as session:
        check_what_was_written(driver_connection(session))
        assert len(list_pairs(session)) == 1
    with transaction(database, ACTOR) as session:
        revert_import(session, number, "wrong list")
        check_what_was_written(driver_connection(session))
        assert list_pairs(session) == []


def test_an_import_is_taken_back_though_some_of_it_was_deleted(database: Database, file: Path) -> None:
    known = make_known(database)
    number = take(database, file)
    with transaction(database, ACTOR) as session:
        delete_institution(session, clinic(session))
        grace = next(line for line in list_contacts(session, known) if line.contact.last_name == "Hopper")
        remove_contact(session, known, grace.contact.id)
    with transaction(database, ACTOR) as session:
        revert_import(session, number, "wrong list")
    assert names(database) == (["Known"], ["Kay"])


def clinic(session: Session) -> int:
    return session.scalars(select(Institution.id).where(Institution.name == "Clinic North")).one()


def ada(session: Session) -> int:
    return session.scalars(select(Contact.id).where(Contact.last_name == "Lovelace")).one()


def known(session: Session) -> int:
    return session.scalars(select(Institution.id).where(Institution.name == "Known")).one()


def kay(session: Session) -> int:
    return session.scalars(select(Contact.id).where(Contact.last_name == "Kay")).one()


def objects(session: Session, owner: Owner) -> None:
    (detail,) = list_details(session, owner)
    judge_detail(session, owner, detail.id, status=DetailStatus.UNVERIFIED, opt_out=True, consent=None)


def plan_for_ada(session: Session) -> None:
    plan = ActivityCard(ActivityKind.CALL, "Call Grace", contact_id=grace(session))
    add_activity(session, known(session), plan, actor=ACTOR)


def grace(session: Session) -> int:
    return session.scalars(select(Contact.id).where(Contact.last_name == "Hopper")).one()


ADA, GRACE, NORTH = "Ada Lovelace (Clinic North)", "Grace Hopper (Known)", "Clinic North"
# What somebody has done since, and what is named for it.
WORK: dict[str, tuple[Callable[[Session], object], list[str]]] = {
    "a stage": (lambda s: move_to_stage(s, clinic(s), find_stage(s, "Offer").id), [NORTH]),
    "the archive": (lambda s: archive_institution(s, clinic(s)), [NORTH]),
    "a customer": (lambda s: convert(s, clinic(s)), [NORTH]),
    "an activity": (
        lambda s: add_activity(s, clinic(s), ActivityCard(ActivityKind.CALL, "Call"), actor=ACTOR),
        [NORTH],
    ),
    "a note": (lambda s: add_note(s, clinic(s), "They build", actor=ACTOR), [NORTH]),
    "a branch": (lambda s: add_lead(s, InstitutionCard("Branch", parent_id=clinic(s))), [NORTH]),
    "a further person": (lambda s: add_contact(s, clinic(s), ContactCard("New")), [NORTH]),
    "somebody known": (lambda s: affiliate(s, clinic(s), kay(s)), [NORTH]),
    "two that are two": (lambda s: dismiss(s, clinic(s), known(s), actor=ACTOR), [NORTH]),
    "an objection": (lambda s: objects(s, Owner(institution_id=clinic(s))), [NORTH]),
    "merged away": (lambda s: merge_institutions(s, clinic(s), known(s), actor=ACTOR), [NORTH, ADA]),
    "merged into": (lambda s: merge_institutions(s, known(s), clinic(s), actor=ACTOR), [NORTH, GRACE]),
    "a person elsewhere": (lambda s: affiliate(s, known(s), ada(s)), [ADA]),
    "a person's objection": (lambda s: objects(s, Owner(contact_id=ada(s))), [ADA]),
    "a person's activity": (plan_for_ada, [GRACE]),
    "a restriction": (lambda s: restrict(s, ada(s), "asked for"), [NORTH]),
}


@pytest.mark.parametrize("what", WORK)
def test_what_was_worked_with_keeps_the_import(database: Database, file: Path, what: str) -> None:
    make_known(database)
    number = take(database, file)
    work, touched = WORK[what]
    with transaction(database, ACTOR) as session:
        work(session)
    before = names(database)
    with transaction(database, ACTOR) as session, pytest.raises(ImportInUse) as refused:
        revert_import(session, number, "wrong list")
    assert [name for name in touched if name not in refused.value.context["values"]] == []
    assert "Law Firm" not in refused.value.context["values"]
    assert names(database) == before


def test_who_was_erased_keeps_the_import(database: Database, file: Path, tmp_path: Path) -> None:
    number = take(database, file)
    with transaction(database, ACTOR) as session:
        erase(session, ada(session), "asked for", digester=digester_of(tmp_path))
    with transaction(database, ACTOR) as session, pytest.raises(ImportInUse):
        revert_import(session, number, "wrong list")
