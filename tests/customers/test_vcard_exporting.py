"""Who and what is in the cards that are taken, and that it is audited."""

from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.audit.models import AuditRow
from leasehold.customers.addresses import AddressCard
from leasehold.customers.contacts import ContactCard, add_contact, affiliate, remove_contact
from leasehold.customers.details import Detail, Owner, judge_detail, list_details
from leasehold.customers.errors import ContactNotFound, ContactUnknown, InstitutionNotFound, NoCard
from leasehold.customers.institutions import InstitutionCard, add_institution
from leasehold.customers.models import Institution
from leasehold.customers.vcards.exporting import cards_of, export_institution, export_person
from leasehold.customers.vocabulary import AddressKind, DetailKind, DetailStatus
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.privacy.digests import digester_of
from leasehold.privacy.erasing import erase
from leasehold.privacy.restricting import restrict, unrestrict
from tests.leads.leads import ACTOR

CLINIC = InstitutionCard(
    "Klinikum Nord",
    website_domain="klinikum.example",
    tags=("secret",),
    details=(Detail(DetailKind.PHONE, "+49 711 1000"), Detail(DetailKind.WEB, "shop.klinikum.example")),
    addresses=(AddressCard("Ulm", kind=AddressKind.BILLING), AddressCard("Stuttgart", postcode="70173")),
)
ADA = ContactCard(
    "Lovelace",
    "Ada",
    details=(
        Detail(DetailKind.EMAIL, "ada@klinikum.example"),
        Detail(DetailKind.EMAIL, "ada@home.example"),
        Detail(DetailKind.MOBILE, "0171 2345678"),
        Detail(DetailKind.WEB, "https://ada.example/ä b"),
        Detail(DetailKind.OTHER, "Threema ABCD"),
    ),
)


def lines_of(cards: str) -> list[str]:
    return cards.replace("\r\n ", "").split("\r\n")


def names_in(cards: str) -> list[str]:
    return [line.removeprefix("FN:") for line in lines_of(cards) if line.startswith("FN:")]


def exports(session: Session) -> list[tuple[str, str | None, object]]:
    rows = select(AuditRow).where(AuditRow.action == "export").order_by(AuditRow.id)
    return [(row.table_name, row.row_id, row.after) for row in session.scalars(rows)]


@pytest.fixture
def clinic(database: Database) -> int:
    with transaction(database, ACTOR) as session:
        return add_institution(session, CLINIC).id


def test_an_institution_comes_with_who_is_there_today(database: Database, clinic: int) -> None:
    day = timedelta(days=1)
    with transaction(database, ACTOR) as session:
        today = session.execute(select(Institution.created_at)).scalar_one().date()
        for name, begins, ends in (
            ("Always", None, None),
            ("Today", today, today),
            ("Gone", None, today - 2 * day),
            ("Coming", today + 2 * day, None),
        ):
            add_contact(session, clinic, ContactCard(name, valid_from=begins, valid_to=ends))
        add_contact(session, clinic, ContactCard("Zuse", is_primary=True))
        cards = export_institution(session, clinic)
        assert names_in(cards) == ["Klinikum Nord", "Zuse", "Always", "Today"]
        own = list(takewhile(lambda line: line != "END:VCARD", lines_of(cards)))
        assert own[2:] == [
            "N:;;;;",
            "FN:Klinikum Nord",
            "ORG:Klinikum Nord",
            "X-ABSHOWAS:COMPANY",
            "TEL;TYPE=WORK,VOICE,PREF:+49 711 1000",
            "ADR;TYPE=WORK:;;;Stuttgart;;70173;Deutschland",
            "ADR;TYPE=WORK:;;;Ulm;;;Deutschland",
            "URL:https://klinikum.example",
            "URL:https://shop.klinikum.example",
        ]
        assert exports(session) == [("institutions", str(clinic), {"format": "vcf", "cards": 4})]


def test_a_person_comes_with_what_may_be_used(database: Database, clinic: int) -> None:
    with transaction(database, ACTOR) as session:
        ada = add_contact(session, clinic, ADA).id
        mine = Owner(contact_id=ada)
        ways = {one.value: one.id for one in list_details(session, mine)}
        assert [line for line in lines_of(export_person(session, ada)) if line.startswith(("EMAIL", "TEL", "URL"))] == [
            "EMAIL;TYPE=INTERNET,PREF:ada@klinikum.example",
            "TEL;TYPE=CELL,VOICE,PREF:0171 2345678",
            "EMAIL;TYPE=INTERNET:ada@home.example",
            "URL:https://klinikum.example",
            "URL;TYPE=HOME:https://ada.example/%C3%A4%20b",
        ]
        judge_detail(
            session, mine, ways["ada@klinikum.example"], status=DetailStatus.VERIFIED, opt_out=True, consent=None
        )
        judge_detail(session, mine, ways["0171 2345678"], status=DetailStatus.INVALID, opt_out=False, consent=None)
        card = export_person(session, ada, clinic)
        assert ("ada@klinikum" in card, "TEL" in card, "ada@home" in card) == (False, False, True)
        assert exports(session) == [("contacts", str(ada), {"format": "vcf"})] * 2


def test_of_several_places_the_one_is_taken_where_somebody_is_now(database: Database, clinic: int) -> None:
    with transaction(database, ACTOR) as session:
        left = ContactCard("Hopper", valid_to=date(2000, 1, 1))
        grace = add_contact(session, clinic, left).id
        assert "ORG:Klinikum Nord" in export_person(session, grace)
        navy = add_institution(session, InstitutionCard("Navy")).id
        affiliate(session, navy, grace)
        assert "ORG:Navy" in export_person(session, grace)
        assert "ORG:Klinikum Nord" in export_person(session, grace, clinic)


def test_who_is_restricted_or_erased_is_in_no_card(database: Database, clinic: int, tmp_path: Path) -> None:
    with transaction(database, ACTOR) as session:
        ada, eva, max_ = (add_contact(session, clinic, ContactCard(name)).id for name in ("Ada", "Eva", "Max"))
        restrict(session, ada, "asked for")
        erase(session, eva, "asked for", digester=digester_of(tmp_path))
        assert names_in(export_institution(session, clinic)) == ["Klinikum Nord", "Max"]
        for gone in (ada, eva):
            with pytest.raises(NoCard, match="restricted or were erased"):
                export_person(session, gone)
            with pytest.raises(ContactNotFound):
                export_person(session, gone, clinic)
        assert "N:Max" in export_person(session, max_)


def test_where_nobody_may_be_contacted_there_are_no_cards(database: Database, clinic: int) -> None:
    with transaction(database, ACTOR) as session:
        ada = add_contact(session, clinic, ADA).id
        quiet = session.get_one(Institution, clinic)
        quiet.do_not_contact = True
        session.flush()
        with pytest.raises(NoCard, match="may be contacted"):
            export_institution(session, clinic)
        with pytest.raises(NoCard, match="may be contacted"):
            export_person(session, ada)
        other = add_institution(session, InstitutionCard("Other"))
        assert names_in("".join(cards_of(session, [quiet, other]))) == ["Other"]
        assert exports(session) == []


def test_who_is_not_there_has_no_card(database: Database, clinic: int) -> None:
    with transaction(database, ACTOR) as session:
        ada = add_contact(session, clinic, ADA).id
        restrict(session, ada, "asked for")
        remove_contact(session, clinic, ada)
        unrestrict(session, ada)
        with pytest.raises(NoCard, match="at no institution"):
            export_person(session, ada)
        with pytest.raises(ContactUnknown):
            export_person(session, 4711)
        with pytest.raises(InstitutionNotFound):
            export_institution(session, 4711)
