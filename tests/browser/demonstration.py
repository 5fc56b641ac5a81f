"""A small vendor's database: something of everything that pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from leasehold.api_keys.rotation import rotate_api_key
from leasehold.api_keys.service import create_api_key
from leasehold.audit.queries import list_life
from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail, Owner, list_details
from leasehold.customers.models import Customer
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import driver_connection, transaction
from leasehold.licensing.batches import create_batch, rows_of_batch
from leasehold.licensing.commands import (
    Activate,
    BlockDevice,
    Command,
    EndSession,
    Heartbeat,
    StartSession,
    SuspendLicense,
)
from leasehold.licensing.models import Product
from leasehold.licensing.notes import add_note
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.products import create_product
from leasehold.licensing.queries import list_terms
from leasehold.licensing.run_one import run_one
from leasehold.licensing.service import LicenseTerms, create_licenses, find_license
from leasehold.licensing.transfers import transfer_license
from leasehold.licensing.vocabulary import DeviceType, LicenseType
from leasehold.privacy.requests import add_request
from leasehold.privacy.vocabulary import RequestKind
from leasehold.settings.service import set_setting
from leasehold.staff.service import create_setup_link
from tests.browser.demonstration_backups import NEWEST
from tests.browser.demonstration_leads import make_leads
from tests.browser.demonstration_reminders import make_reminders
from tests.browser.demonstration_resources import make_pools

ACTOR = Actor("test:demonstration")
_CUSTOMERS = (
    "Klinikum Nord gGmbH",
    "Müller & Söhne GmbH",
    "Universität Heidelberg",
    "Ärztehaus am Markt",
    "Stadtwerke Ludwigsburg AG",
)
_DEVICES = (DeviceType.LAPTOP, DeviceType.DESKTOP, DeviceType.SERVER)


@dataclass(frozen=True)
class Demonstration:
    """Names of what was made, to ask pages for."""

    license_key: str
    fingerprint: str
    session_token: str
    ended_token: str
    customer_id: int
    product: str
    contact_id: int
    term_id: int
    form_key: UUID
    key_id: int
    token: str
    audit_id: int
    row_id: str
    pool_id: int
    resource_id: int
    import_id: int
    upload_id: UUID
    leads_upload_id: UUID
    leads_import_id: int
    request_id: int
    institution_id: int
    activity_id: int
    note_id: int
    detail_id: int
    own_detail_id: int
    table: str = "products"
    name: str = "block"
    backup: str = NEWEST
    act_name: str = "retire"
    stage_id: int = 1


def make_demonstration(database: Database) -> Demonstration:
    """Fill an empty, migrated database; `database` is the owner's or the panel's view of it."""
    now = datetime.now(UTC)
    keys: list[str] = []
    with transaction(database, ACTOR) as session:
        products = [create_product(session, slug, name=name) for slug, name in (("studio", "Studio"), ("lab", "Lab"))]
        customers = [create_customer(session, name) for name in _CUSTOMERS]
        periods = (
            (None, None),
            (now - timedelta(days=300), now + timedelta(days=12)),
            (now - timedelta(days=400), now - timedelta(days=35)),
            (now + timedelta(days=20), now + timedelta(days=385)),
            (now - timedelta(days=90), now + timedelta(days=275)),
        )
        for number, customer in enumerate(customers):
            starts, ends = periods[number]
            for product in products:
                kind = LicenseType.TRIAL if number == 4 else LicenseType.FULL
                terms = LicenseTerms(3, 2, kind, starts, ends, {"export_pdf": True, "users": 25, "edition": "Pro"})
                keys += create_licenses(session, terms, customer=customer, product=product)
        row_id = str(products[0].id)
        session.flush()
        audit_id = list_life(session, "products", row_id)[0].id
        customer_id, product_slug = customers[0].id, products[0].slug
        link = create_setup_link(session)
        set_setting(driver_connection(session), "backup_archive", "git@github.com:vendor/archive.git")
        key_id = create_api_key(session, name="Shop", scopes=["license"])[0].id
        rotate_api_key(session, "Shop")
        pool_id, resource_id, import_id, upload_id = make_pools(session, keys)
        leads = make_leads(session, customers[0].institution_id)
        make_reminders(session, customers[1])
        _let_end_soon(session, customers[1:3], products[0])
        contact_id, term_id, form_key = _tell(session, keys[0], customers, products[0])
        today = now.date()
        asked = add_request(session, RequestKind.ACCESS, received_on=today, today=today, contact_id=contact_id)
        request_id = asked.id
        late = today - timedelta(days=70)
        add_request(session, RequestKind.ERASURE, received_on=late, today=today, subject="Somebody from the fair")
    with transaction(database, ACTOR) as session:
        detail_id = list_details(session, Owner(contact_id=contact_id))[0].id
    tokens = [_use(database, key) for key in keys[:4]]
    obey(database, SuspendLicense(keys[8]))
    token, ended = tokens[0]
    return Demonstration(
        license_key=keys[0],
        fingerprint=_fingerprint(keys[0], 0),
        session_token=token,
        ended_token=ended,
        customer_id=customer_id,
        product=product_slug,
        contact_id=contact_id,
        term_id=term_id,
        form_key=form_key,
        key_id=key_id,
        token=link,
        audit_id=audit_id,
        row_id=row_id,
        pool_id=pool_id,
        resource_id=resource_id,
        import_id=import_id,
        upload_id=upload_id,
        leads_upload_id=leads.upload_id,
        leads_import_id=leads.import_id,
        request_id=request_id,
        institution_id=customers[0].institution_id,
        activity_id=leads.activity_id,
        note_id=leads.note_id,
        own_detail_id=leads.own_detail_id,
        detail_id=detail_id,
    )


def _let_end_soon(session: Session, customers: Sequence[Customer], product: Product) -> None:
    """Licenses whose reminders are due; the last customer has nobody to write to."""
    now = datetime.now(UTC)
    for customer in customers:
        terms = LicenseTerms(2, 1, valid_from=now - timedelta(days=361), valid_until=now + timedelta(days=4))
        create_licenses(session, terms, customer=customer, product=product)


def _tell(session: Session, key: str, customers: Sequence[Customer], product: Product) -> tuple[int, int, UUID]:
    """A contact, a note, a batch of test licenses, one of them transferred."""
    card = ContactCard("Lovelace", "Ada", details=(Detail(DetailKind.EMAIL, "ada@leasehold.test"),), is_primary=True)
    contact = add_contact(session, customers[0].institution_id, card)
    add_note(session, key, "Called about more seats.\nCalls back in May.", actor=ACTOR)
    sold = LicenseTerms(1, 1, LicenseType.TEST, further_test_reason="A fair")
    batch = create_batch(session, uuid4(), sold, customer=customers[1], product=product, count=3, actor=ACTOR)
    moved = rows_of_batch(session, batch)[0]
    transfer_license(session, moved.license_key, to=customers[0], reason="Sold the branch", actor=ACTOR)
    return contact.id, list_terms(session, find_license(session, key).id)[0].id, batch.idempotency_key


def _use(database: Database, key: str) -> tuple[str, str]:
    """Three devices, one of them blocked; one session that lives, one that has ended. Returns their tokens."""
    for number, kind in enumerate(_DEVICES):
        name = ("Büro-Laptop", "Empfang", "Rechenzentrum")[number]
        obey(database, Activate(key, _fingerprint(key, number), name, kind, "Debian 12", "4.2.1"))
    lives = obey(database, StartSession(key, _fingerprint(key, 0), "4.2.1")).session
    other = obey(database, StartSession(key, _fingerprint(key, 1), "4.2.0")).session
    assert lives is not None
    assert other is not None
    for _ in range(3):
        obey(database, Heartbeat(lives.session_token))
    obey(database, EndSession(other.session_token))
    obey(database, BlockDevice(key, _fingerprint(key, 2)))
    return str(lives.session_token), str(other.session_token)


def _fingerprint(key: str, number: int) -> str:
    return f"fp-{key[:5].lower()}-{number:010}"


def obey(database: Database, command: Command) -> Outcome:
    with transaction(database, ACTOR) as session:
        return run_one(session, command, ACTOR)
