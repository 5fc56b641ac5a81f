"""The ways to reach people: one form, one primary, and what is known of them stays when a form is saved."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact, edit_contact, find_contact
from leasehold.customers.details import Consent, Detail, Owner, judge_detail, list_details, read_detail, write_details
from leasehold.customers.errors import ContactInvalid, DetailNotFound
from leasehold.customers.institutions import InstitutionCard, add_institution
from leasehold.customers.normal import normal_detail
from leasehold.customers.vocabulary import DetailKind, DetailStatus, Salutation
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction

ACTOR = Actor("cli:test")
EMAIL, PHONE, WEB = DetailKind.EMAIL, DetailKind.PHONE, DetailKind.WEB


@pytest.mark.parametrize(
    ("kind", "value", "norm"),
    [
        (EMAIL, "Ada.Lovelace@EXAMPLE.org", "Ada.Lovelace@example.org"),
        (EMAIL, "ada@büro.example", "ada@xn--bro-hoa.example"),
        (PHONE, "030 / 1234 567", "+49301234567"),
        (PHONE, "+43 1 234567 ext. 12", "+431234567;ext=12"),
        (PHONE, "+49 (0)30 1234567", "+49301234567"),
        (PHONE, "0049 30 1234567", "+49301234567"),
        (DetailKind.MOBILE, "0171-1234567", "+491711234567"),
        (PHONE, "110", "110"),
        (WEB, "https://Example.org/contact", "example.org"),
        (DetailKind.OTHER, "Signal: Ada", "signal: ada"),
    ],
)
def test_a_way_to_reach_somebody_has_one_form(kind: DetailKind, value: str, norm: str) -> None:
    assert normal_detail(kind, value) == norm


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (EMAIL, "ada", "no_email"),
        (EMAIL, "ada@", "no_email"),
        (EMAIL, "a b@example.org", "no_email"),
        (EMAIL, "<script>@example.org", "no_email"),
        (PHONE, "call me", "no_phone"),
        (PHONE, "12", "no_phone"),
        (PHONE, "+49", "no_phone"),
        (PHONE, "+49 1", "no_phone"),
        (PHONE, "0" * 30, "no_phone"),
        (PHONE, "030 12345x!", "no_phone"),
        (WEB, "javascript:alert(1)", "no_website"),
    ],
)
def test_what_is_none_is_refused(kind: DetailKind, value: str, problem: str) -> None:
    with pytest.raises(ContactInvalid) as refused:
        normal_detail(kind, value)
    assert refused.value.context["problem"] == problem


def _person(session: Session, *details: Detail) -> tuple[int, int]:
    institution = add_institution(session, InstitutionCard("Acme")).id
    return institution, add_contact(session, institution, ContactCard("Lovelace", details=details)).id


def test_what_is_known_of_a_detail_stays_while_others_come_and_go(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        institution, contact = _person(session, Detail(EMAIL, "ada@example.org"), Detail(PHONE, "030 1234567"))
        owner = Owner(contact_id=contact)
        email = next(one for one in list_details(session, owner) if one.kind == "email")
        given = datetime(2026, 5, 1, tzinfo=UTC)
        consent = Consent(given, "Web form", "Message 17")
        judge_detail(session, owner, email.id, status=DetailStatus.VERIFIED, opt_out=True, consent=consent)
        card = ContactCard(
            "Lovelace", details=(Detail(EMAIL, "new@example.org"), Detail(EMAIL, "ada@EXAMPLE.org", "old"))
        )
        edit_contact(session, institution, contact, card)
        kept = read_detail(session, owner, email.id)
        assert (kept.status, kept.opt_out, kept.consent_at, kept.consent_proof, kept.label, kept.is_primary) == (
            "verified",
            True,
            given,
            "Message 17",
            "old",
            False,
        )
        assert [(one.value, one.is_primary) for one in list_details(session, owner)] == [
            ("new@example.org", True),
            ("ada@EXAMPLE.org", False),
        ]
        judge_detail(session, owner, email.id, status=DetailStatus.INVALID, opt_out=False, consent=None)
        assert (kept.status, kept.consent_source) == ("invalid", None)
        with pytest.raises(DetailNotFound):
            read_detail(session, Owner(institution_id=institution), email.id)


def test_the_same_number_twice_and_too_many_are_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        _, contact = _person(session)
        owner = Owner(contact_id=contact)
        for details in (
            [Detail(PHONE, "030 1234567"), Detail(PHONE, "+49301234567")],
            [Detail(PHONE, str(1000 + number)) for number in range(21)],
        ):
            with pytest.raises(ContactInvalid):
                write_details(session, owner, details)
        write_details(session, owner, [Detail(PHONE, "030 1234567"), Detail(DetailKind.MOBILE, "030 1234567")])


def test_a_place_has_its_time_and_a_person_their_title(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        institution, contact = _person(session)
        begun, ended = date(2026, 1, 1), date(2026, 12, 31)
        card = ContactCard("Lovelace", "Ada", salutation=Salutation.MS, title="Dr.", valid_from=begun, valid_to=ended)
        edit_contact(session, institution, contact, card)
        line = find_contact(session, institution, contact)
        assert (line.name, line.affiliation.valid_to) == ("Dr. Ada Lovelace", ended)
        with pytest.raises(ContactInvalid):
            edit_contact(session, institution, contact, ContactCard("Lovelace", valid_from=ended, valid_to=begun))
