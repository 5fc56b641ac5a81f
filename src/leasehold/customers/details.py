"""The ways to reach a person or an institution: written as rows, each with what is known of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from leasehold.customers.errors import ContactInvalid, DetailNotFound
from leasehold.customers.models import Contact, ContactDetail, Institution
from leasehold.customers.normal import normal_detail
from leasehold.customers.vocabulary import DetailKind, DetailStatus
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.orm import check_version
from leasehold.kit.text import clean_text

LONGEST_DETAIL = 254
LONGEST_LABEL = 60
LONGEST_PROOF = 400
MOST_DETAILS = 20
_FIRST_CONSENT = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Detail:
    """A way to reach somebody; of several of one kind the first is the primary one."""

    kind: DetailKind
    value: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody has agreed to be written to: when, how we know (a form, a call), and what proves it."""

    at: datetime
    source: str
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose it is: a person's or an institution's."""

    contact_id: int | None = None
    institution_id: int | None = None

    def owns(self) -> ColumnElement[bool]:
        """The condition of the owner's rows."""
        if self.contact_id is not None:
            return ContactDetail.contact_id == self.contact_id
        return ContactDetail.institution_id == self.institution_id


def list_details(session: Session, owner: Owner) -> Sequence[ContactDetail]:
    """The owner's ways to be reached, the primary ones first."""
    mine = select(ContactDetail).where(owner.owns())
    return session.scalars(mine.order_by(ContactDetail.is_primary.desc(), ContactDetail.id)).all()


def details_of_contacts(session: Session, contact_ids: Collection[int]) -> dict[int, list[ContactDetail]]:
    """The same of many people, by their ids."""
    found: dict[int, list[ContactDetail]] = {}
    theirs = select(ContactDetail).where(ContactDetail.contact_id.in_(contact_ids))
    for detail in session.scalars(theirs.order_by(ContactDetail.is_primary.desc(), ContactDetail.id)):
        found.setdefault(detail.contact_id or 0, []).append(detail)
    return found


def write_details(session: Session, owner: Owner, details: Sequence[Detail], *, erased: Erased = NOBODY_ERASED) -> None:
    """Make `details` the owner's ways to be reached. What is known of those that stay (a consent, an opt-out) stays.

    None that is new may lead to one of the `erased`. Raises `ContactInvalid`, `DomainError` `text_invalid`, and what
    `erased` raises.
    """
    wanted = _clean(details)
    known = {(row.kind, row.value_norm): row for row in list_details(session, owner)}
    erased.check(session, (detail.value for key, detail in wanted.items() if key not in known))
    for key in known.keys() - wanted.keys():
        session.delete(known[key])
    first = {kind: (kind, norm) for kind, norm in reversed(wanted)}
    for key, row in known.items():  # first, so that no kind has two primary ones in between
        row.is_primary = row.is_primary and first.get(key[0]) == key
    session.flush()
    for (kind, norm), detail in wanted.items():
        row = known.get((kind, norm)) or _new(session, owner, kind, norm)
        row.value, row.label, row.is_primary = detail.value, detail.label, first[kind] == (kind, norm)
    session.flush()


def check_how_many(details: Sequence[Detail]) -> None:
    """Refuse more ways than anybody is reached by. Raises `ContactInvalid`."""
    if len(details) > MOST_DETAILS:
        detail = f"A contact is reached in at most {MOST_DETAILS} ways: take some away."
        raise ContactInvalid(detail, {"problem": "too_many_details", "most": MOST_DETAILS})


def read_detail(session: Session, owner: Owner, detail_id: int) -> ContactDetail:
    """One of the owner's. Raises `DetailNotFound`."""
    theirs = select(ContactDetail).where(owner.owns(), ContactDetail.id == detail_id)
    found = session.scalars(theirs.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise DetailNotFound
    return found


def read_owner_version(session: Session, owner: Owner) -> int:
    """The owner's version, as `judge_detail` asks for it. Raises `DetailNotFound` where they are no more."""
    return _owner(session, owner).version


def judge_detail(
    session: Session,
    owner: Owner,
    detail_id: int,
    *,
    status: DetailStatus,
    opt_out: bool,
    consent: Consent | None,
    version: int | None = None,
) -> None:
    """Write down what is known of a way to reach the owner, who was read at `version`: whether it works, and whether it
    may be used. The owner is another version afterwards, so that nobody overwrites an objection unseen.

    Raises `DetailNotFound`, `Stale`, `ContactInvalid` and `DomainError` `text_invalid`.
    """
    if consent is not None:
        _check_day(session, consent)
    row = _owner(session, owner, lock=True)
    check_version(row, version)
    row.updated_at = func.clock_timestamp()
    detail = read_detail(session, owner, detail_id)
    detail.status, detail.opt_out = status.value, opt_out
    if consent is None:
        detail.consent_at = detail.consent_source = detail.consent_proof = None
    else:
        proof = consent.proof and clean_text(consent.proof, what="The proof of the consent", longest=LONGEST_PROOF)
        detail.consent_at, detail.consent_proof = consent.at, proof or None
        detail.consent_source = clean_text(consent.source, what="The source of the consent", longest=LONGEST_DETAIL)
    session.flush()


def _check_day(session: Session, consent: Consent) -> None:
    if not _FIRST_CONSENT <= consent.at <= session.scalars(select(func.clock_timestamp())).one():
        detail = "A consent cannot have been given on that day: choose one up to today."
        raise ContactInvalid(detail, {"problem": "no_consent_day"})


def _owner(session: Session, owner: Owner, *, lock: bool = False) -> Contact | Institution:
    """The row of whoever is reached; with `lock` as it is now and until the transaction ends."""
    held = {"key_share": True} if lock else None
    found: Contact | Institution | None
    if owner.contact_id is not None:
        found = session.get(Contact, owner.contact_id, with_for_update=held, populate_existing=lock)
    else:
        found = session.get(Institution, owner.institution_id, with_for_update=held, populate_existing=lock)
    if found is None:
        raise DetailNotFound
    return found


def _new(session: Session, owner: Owner, kind: str, norm: str) -> ContactDetail:
    row = ContactDetail(
        contact_id=owner.contact_id, institution_id=owner.institution_id, kind=kind, value_norm=norm, value=norm
    )
    session.add(row)
    return row


def _clean(details: Sequence[Detail]) -> dict[tuple[str, str], Detail]:
    check_how_many(details)
    wanted: dict[tuple[str, str], Detail] = {}
    for one in details:
        value = clean_text(one.value, what="A way to reach the contact", longest=LONGEST_DETAIL)
        label = clean_text(one.label, what="The label", longest=LONGEST_LABEL) if one.label else None
        key = (one.kind.value, normal_detail(one.kind, value))
        if key in wanted:
            detail = f"{value!r} is there twice: take one away."
            raise ContactInvalid(detail, {"problem": "twice", "value": value})
        wanted[key] = Detail(one.kind, value, label)
    return wanted
