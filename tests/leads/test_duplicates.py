"""Which institutions may be one, and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.errors import InstitutionNotFound
from leasehold.customers.institutions import (
    InstitutionCard,
    add_institution,
    archive_institution,
    card_of,
    edit_institution,
    read_institution,
)
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import engine_of, transaction
from leasehold.leads.duplicates.candidates import MOST_FOR_A_REASON
from leasehold.leads.duplicates.checking import check_what_was_written
from leasehold.leads.duplicates.likeness import LEAST_ALIKE, Reason, likeness_of_names, score
from leasehold.leads.duplicates.lists import list_pairs
from leasehold.leads.duplicates.work_list import (
    DuplicateOfItself,
    dismiss,
    possible_duplicates,
    recall,
)
from tests.conftest import FreshDatabase
from tests.leads.leads import ACTOR

SAME = (
    ("Müller Maschinenbau GmbH", "Mueller Maschinenbau"),
    ("Müller Maschinenbau GmbH & Co. KG", "MÜLLER MASCHINENBAU e.K."),
    ("Käse & Söhne KG", "Kaese und Soehne"),
    ("Smith and Sons Ltd.", "Smith & Sons Limited"),
    ("Société Générale S.A.", "Societe Generale"),
    ("Universitätsklinikum Heidelberg", "Universitäts-Klinikum Heidelberg"),
    ("Klinikum Heidelberg gGmbH", "Heidelberg Klinikum"),
    ("Siemens AG", "Simens"),
    ("Klinikum Nord II", "Klinikum Nord 2"),
    ("Förderverein Lesen e. V.", "Förderverein Lesen eingetragener Verein"),
    ("Haus 07", "Haus 7 GmbH"),
)
DIFFERENT = (
    ("Klinikum Nord 1", "Klinikum Nord 2"),
    ("Klinikum Nord", "Klinikum Nord 2"),
    ("Apotheke Kiel", "Apotheke Köln"),
    ("Stadtwerke Ulm", "Stadtwerke Jena"),
    ("Klinikum Nord", "Klinikum Süd"),
    ("Acme GmbH", "Beta GmbH"),
    ("Autohaus Bern", "Autohaus Bonn"),
)


def _add(session: Session, name: str, *details: Detail, **more: object) -> int:
    return add_institution(session, InstitutionCard(name, details=details, **more)).id  # type: ignore[arg-type]  # of a test


def _email(value: str) -> Detail:
    return Detail(DetailKind.EMAIL, value)


def _found(session: Session, institution_id: int) -> dict[int, tuple[str, ...]]:
    return {one.id: one.reasons for one in possible_duplicates(session, institution_id)}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_of_one_institution(database: Database, one: str, other: str) -> None:
    with transaction(database, ACTOR) as session:
        first, second = _add(session, one), _add(session, other)
        assert _found(session, second) == {first: (Reason.NAME,)}
        assert _found(session, first) == {second: (Reason.NAME,)}


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_two(database: Database, one: str, other: str) -> None:
    with transaction(database, ACTOR) as session:
        _add(session, one)
        assert _found(session, _add(session, other)) == {}


@pytest.mark.parametrize(
    ("name", "core", "numbers"),
    [
        ("Acme GmbH & Co. KG", "acme", ""),
        ("AG", "ag", ""),
        ("TSV 1860 München e.V.", "tsv muenchen", "1860"),
        ("3M Deutschland GmbH", "m deutschland", "3"),
        ("Haus 10, Block 2", "haus block", "2 10"),
        ("Blau UG (haftungsbeschränkt)", "blau", ""),
        ("AS Trading S.r.l.", "as trading", ""),
        ("Vino Sp. z o.o.", "vino", ""),
        ("1860", "1860", "1860"),
    ],
)
def test_what_is_left_of_a_name(database: Database, name: str, core: str, numbers: str) -> None:
    with transaction(database, ACTOR) as session:
        made = read_institution(session, _add(session, name))
        assert (made.name_core, made.name_numbers) == (core, numbers)


@given(st.text("abcde ", max_size=12), st.text("abcde ", max_size=12))
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    alike = likeness_of_names(one, other)
    assert alike == likeness_of_names(other, one)
    assert alike in (0, *range(LEAST_ALIKE, 101))
    assert likeness_of_names(one, one) == 100


def test_more_reasons_make_it_likelier() -> None:
    scores = [
        score([Reason.NAME], LEAST_ALIKE),
        score([Reason.PHONE], 0),
        score([Reason.PHONE, Reason.DOMAIN], 0),
        score([Reason.NAME], 100),
        score([Reason.NAME, Reason.PHONE], 100),
        score([Reason.VAT_ID], 0),
        score(list(Reason), 100),
    ]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (50, 99)


def test_a_domain_is_that_of_the_website_or_of_people_but_not_of_free_mail(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        shop = _add(session, "Alpha", website_domain="www.acme.example")
        office = _add(session, "Beta", _email("info@acme.example"))
        person = _add(session, "Gamma")
        add_contact(session, person, ContactCard("Lovelace", details=(_email("ada@ACME.example"),)))
        free = _add(session, "Delta", _email("delta@gmx.de"))
        _add(session, "Epsilon", _email("epsilon@gmx.de"))
        assert _found(session, shop) == {office: ("domain",), person: ("domain",)}
        assert _found(session, person) == {shop: ("domain",), office: ("domain",)}
        assert _found(session, free) == {}


def test_a_phone_number_is_the_same_however_it_is_written(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        one = _add(session, "Alpha", Detail(DetailKind.PHONE, "030 1234567"))
        other = _add(session, "Beta", Detail(DetailKind.MOBILE, "+49 (30) 123-4567"))
        assert _found(session, other) == {one: ("phone",)}


def test_a_vat_id_that_was_put_away_is_found(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        old = _add(session, "Alpha", vat_id="DE123456789")
        archive_institution(session, old)
        new = _add(session, "Beta", vat_id="DE 123 456 789")
        assert _found(session, new) == {old: ("vat_id",)}


def test_a_house_has_one_domain_and_one_switchboard(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        phone = Detail(DetailKind.PHONE, "030 1234567")
        mother = _add(session, "Alpha", phone, website_domain="alpha.example")
        for name in ("Beta", "Gamma"):
            _add(session, name, phone, website_domain="alpha.example", parent_id=mother)
        assert _found(session, mother) == {}
        last = _add(session, "Alpha GmbH", phone, parent_id=mother)
        assert _found(session, last) == {mother: ("name",)}


def test_what_many_have_in_common_tells_nothing(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = [
            _add(session, "Institut " + chr(97 + number) * 8, website_domain="uni.example")
            for number in range(MOST_FOR_A_REASON + 1)
        ]
        assert len(_found(session, made[-1])) == MOST_FOR_A_REASON
        one_more = _add(session, "Rektorat", website_domain="uni.example")
        assert _found(session, one_more) == {}


def test_the_work_list_follows_what_is_written_whoever_writes(
    database: Database, fresh_database: FreshDatabase
) -> None:
    with transaction(database, ACTOR) as session:
        one, other = _add(session, "Acme GmbH"), _add(session, "Acme AG")
        third = _add(session, "Other")
        assert len(list_pairs(session)) == 0
    worker = fresh_database.as_role(Role.WORKER)
    with worker.connect(application="test") as connection:
        assert check_what_was_written(connection) == 3
        assert check_what_was_written(connection) == 0
    with transaction(database, ACTOR) as session:
        (pair,) = list_pairs(session)
        assert (pair.first_id, pair.second_id, pair.score, pair.reasons) == (one, other, 90, [Reason.NAME])
        add_contact(session, third, ContactCard("Hopper", details=(_email("grace@acme.example"),)))
        card = card_of(session, read_institution(session, one))
        edit_institution(session, other, InstitutionCard("Beta", website_domain="acme.example"))
        assert card.name == "Acme GmbH"
    with worker.connect(application="test") as connection:
        assert check_what_was_written(connection) == 2
    with transaction(database, ACTOR) as session:
        assert [(pair.first_id, pair.second_id) for pair in list_pairs(session)] == [(other, third)]


def test_what_was_dismissed_stays_so_until_it_is_taken_back(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    with transaction(panel, ACTOR) as session:
        one, other = _add(session, "Acme GmbH"), _add(session, "Acme AG")
        assert _found(session, other) == {one: ("name",)}
        dismiss(session, other, one, actor=ACTOR)
        dismiss(session, one, other, actor=ACTOR)
        assert (len(list_pairs(session)), _found(session, one), len(list_pairs(session))) == (0, {}, 0)
        recall(session, one, other)
        assert len(list_pairs(session)) == 1
        with pytest.raises(DuplicateOfItself):
            dismiss(session, one, one, actor=ACTOR)
        with pytest.raises(InstitutionNotFound):
            dismiss(session, one, 99, actor=ACTOR)
    engine_of(panel).dispose()


def test_the_index_answers_for_names(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.scalars(
            text("EXPLAIN SELECT id FROM institutions WHERE name_core % 'acme' AND merged_into_id IS NULL")
        ).all()
        assert "institutions_name_core_parts" in " ".join(plan)
