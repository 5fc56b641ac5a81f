"""Make, find, change, archive and delete institutions, whether or not they are customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.addresses import AddressCard, list_addresses, write_addresses
from leasehold.customers.addresses import card_of as address_card_of
from leasehold.customers.contacts import forget_if_nowhere
from leasehold.customers.details import Detail, Owner, list_details, write_details
from leasehold.customers.errors import (
    InstitutionAmbiguous,
    InstitutionInvalid,
    InstitutionNotFound,
    InstitutionStays,
    VatIdTaken,
)
from leasehold.customers.merged import check_not_merged
from leasehold.customers.models import Affiliation, ContactDetail, Institution
from leasehold.customers.normal import normal_domain, normal_tags, normal_vat_id
from leasehold.customers.vocabulary import DetailKind, InstitutionKind, Language
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.orm import check_version, violated_constraint
from leasehold.kit.row_ids import read_row_id
from leasehold.kit.text import clean_text
from leasehold.staff.service import find_active_member

LONGEST_NAME = 200
LONGEST_LEGAL_FORM = 60
LONGEST_SOURCE = 100
_PARENTS = func.hashtextextended("leasehold.institution_parents", 0)


@dataclass(frozen=True, slots=True)
class InstitutionCard:
    """An institution as somebody wants it written down; `owner_id` is the staff member who looks after it."""

    name: str
    legal_form: str | None = None
    kind: InstitutionKind | None = None
    website_domain: str | None = None
    vat_id: str | None = None
    parent_id: int | None = None
    language: Language = Language.DE
    owner_id: int | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    do_not_contact: bool = False
    details: tuple[Detail, ...] = ()
    addresses: tuple[AddressCard, ...] = ()


def add_institution(
    session: Session, card: InstitutionCard, *, stage_id: int | None = None, erased: Erased = NOBODY_ERASED
) -> Institution:
    """A new institution, in a stage where one is given; names need not be unique. No way to reach it is one of the
    `erased`.

    Raises `InstitutionInvalid`, `ContactInvalid`, `VatIdTaken`, `DomainError` `text_invalid`, and what `erased` raises.
    """
    check_owner(session, card.owner_id)
    institution = Institution(stage_id=stage_id)
    _save(session, institution, _values(session, card, of=None))
    _write_rows(session, institution.id, card, erased)
    return institution


def read_institution(session: Session, institution_id: int) -> Institution:
    """The institution with this id. Raises `InstitutionNotFound`."""
    found = session.scalars(select(Institution).where(Institution.id == institution_id)).one_or_none()
    if found is None:
        raise InstitutionNotFound(str(institution_id))
    return found


def find_institution(session: Session, name_or_id: str) -> Institution:
    """The institution with this id, or with this name in any spelling of letters.

    Raises `InstitutionNotFound`, `InstitutionMerged` of the id of one that was merged into another, and
    `InstitutionAmbiguous` where several have the name.
    """
    text = name_or_id.strip().replace("\0", "")
    number = read_row_id(text)
    wanted: ColumnElement[bool] = Institution.name_folded == func.fold_name(text)
    if number is not None:
        wanted = or_(Institution.id == number, wanted)
    live = select(Institution).where(wanted, Institution.merged_into_id.is_(None))
    found = session.scalars(live.order_by(Institution.id)).all()
    found = [one for one in found if one.id == number] or found
    if not found and number is not None:
        check_not_merged(read_institution(session, number))
    if not found:
        raise InstitutionNotFound(name_or_id)
    if len(found) > 1:
        raise InstitutionAmbiguous(name_or_id, [one.id for one in found])
    return found[0]


def edit_institution(
    session: Session,
    institution_id: int,
    card: InstitutionCard,
    *,
    version: int | None = None,
    erased: Erased = NOBODY_ERASED,
) -> None:
    """Make an institution, read at `version`, what `card` says. Whoever looks after it already can stay.

    Raises `InstitutionNotFound`, `Stale` and what `add_institution` does.
    """
    values = _values(session, card, of=institution_id)
    institution = locked_institution(session, institution_id, version=version)
    if card.owner_id != institution.owner_id:
        check_owner(session, card.owner_id)
    values["updated_at"] = func.clock_timestamp()  # so that a change of addresses moves the version too
    _save(session, institution, values)
    _write_rows(session, institution_id, card, erased)


def locked_institution(session: Session, institution_id: int, *, version: int | None = None) -> Institution:
    """The institution, as it is now and until the transaction ends.

    Raises `InstitutionNotFound`, `InstitutionMerged` and `Stale`.
    """
    institution = read_institution(session, institution_id)
    session.refresh(institution, with_for_update={"key_share": True})
    check_not_merged(institution)
    check_version(institution, version)
    return institution


def check_owner(session: Session, owner_id: int | None) -> None:
    """Refuse whoever cannot look after an institution; raises `InstitutionInvalid` (`owner_unknown`)."""
    if owner_id is not None and find_active_member(session, owner_id) is None:
        detail = "Whoever is to look after it is no active member of the staff: choose somebody else."
        raise InstitutionInvalid(detail, {"problem": "owner_unknown"})


def card_of(session: Session, institution: Institution) -> InstitutionCard:
    """What is written down of an institution, as a card."""
    details = list_details(session, Owner(institution_id=institution.id))
    return InstitutionCard(
        name=institution.name,
        legal_form=institution.legal_form,
        kind=InstitutionKind(institution.kind) if institution.kind else None,
        website_domain=institution.website_domain,
        vat_id=institution.vat_id,
        parent_id=institution.parent_id,
        language=Language(institution.language),
        owner_id=institution.owner_id,
        source=institution.source,
        tags=tuple(institution.tags),
        do_not_contact=institution.do_not_contact,
        details=tuple(Detail(DetailKind(one.kind), one.value, one.label) for one in details),
        addresses=tuple(map(address_card_of, list_addresses(session, institution.id))),
    )


def archive_institution(session: Session, institution_id: int) -> None:
    """Put an institution away: it stays, and its VAT id is free for another.

    Raises `InstitutionNotFound` and `InstitutionMerged`.
    """
    institution = locked_institution(session, institution_id)
    if institution.archived_at is None:
        institution.archived_at = func.clock_timestamp()
        session.flush()


def bring_back_institution(session: Session, institution_id: int) -> None:
    """Take an institution out of the archive. Raises `InstitutionNotFound`, `InstitutionMerged` and `VatIdTaken`."""
    _save(session, locked_institution(session, institution_id), {"archived_at": None})


def delete_institution(session: Session, institution_id: int) -> None:
    """Delete an institution that is no customer, with the people who are in no other, its activities and notes.

    Raises `InstitutionNotFound` and `InstitutionStays`.
    """
    read_institution(session, institution_id)
    here = Affiliation.institution_id == institution_id
    try:
        with session.begin_nested():
            people = session.scalars(delete(Affiliation).where(here).returning(Affiliation.contact_id)).all()
            session.execute(delete(ContactDetail).where(ContactDetail.institution_id == institution_id))
            session.execute(delete(Institution).where(Institution.id == institution_id))
    except IntegrityError as error:
        raise InstitutionStays from error
    for contact_id in people:
        forget_if_nowhere(session, contact_id)


def list_children(session: Session, institution_id: int) -> Sequence[Institution]:
    """The institutions right below this one, by name."""
    below = select(Institution).where(Institution.parent_id == institution_id, Institution.merged_into_id.is_(None))
    return session.scalars(below.order_by(func.lower(Institution.name), Institution.id)).all()


def _save(session: Session, institution: Institution, values: dict[str, Any]) -> None:
    vat_id = values.get("vat_id", institution.vat_id)
    try:
        with session.begin_nested():
            for name, value in values.items():
                setattr(institution, name, value)
            session.add(institution)
            session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "institutions_vat_id":
            raise VatIdTaken(str(vat_id)) from error
        raise
    session.refresh(institution)


def _write_rows(session: Session, institution_id: int, card: InstitutionCard, erased: Erased) -> None:
    write_details(session, Owner(institution_id=institution_id), card.details, erased=erased)
    write_addresses(session, institution_id, card.addresses)


def _values(session: Session, card: InstitutionCard, *, of: int | None) -> dict[str, Any]:
    form, source = card.legal_form, card.source
    if card.parent_id is not None:
        _check_parent(session, card.parent_id, of)
    return {
        "name": clean_text(card.name, what="The institution's name", longest=LONGEST_NAME),
        "legal_form": clean_text(form, what="The legal form", longest=LONGEST_LEGAL_FORM) if form else None,
        "kind": card.kind.value if card.kind else None,
        "website_domain": normal_domain(card.website_domain) if card.website_domain else None,
        "vat_id": normal_vat_id(card.vat_id) if card.vat_id else None,
        "parent_id": card.parent_id,
        "language": card.language.value,
        "owner_id": card.owner_id,
        "source": clean_text(source, what="The source", longest=LONGEST_SOURCE) if source else None,
        "tags": normal_tags(card.tags),
        "do_not_contact": card.do_not_contact,
    }


def _check_parent(session: Session, parent_id: int, institution_id: int | None) -> None:
    """One after the other, so that two changes at once close no circle; the schema refuses it besides."""
    session.execute(select(func.pg_advisory_xact_lock(_PARENTS)))
    parent = read_institution(session, parent_id)
    above = (
        select(Institution.id, Institution.parent_id).where(Institution.id == parent.id).cte("above", recursive=True)
    )
    above = above.union(select(Institution.id, Institution.parent_id).join(above, Institution.id == above.c.parent_id))
    if institution_id is not None and institution_id in session.scalars(select(above.c.id)).all():
        detail = f"{parent.name!r} is this institution, or stands below it: choose another parent."
        raise InstitutionInvalid(detail, {"problem": "parent_below", "name": parent.name})
