"""Customers with somebody to write to, licenses that end on a day, and a sender whose clock the test moves."""

from datetime import UTC, datetime, timedelta

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.models import Customer
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import DetailKind, Language
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import driver_connection, engine_of, transaction
from leasehold.licensing.products import create_product, find_product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.reminders.mail_settings import MailSettings
from leasehold.reminders.recipients import Vendor
from leasehold.reminders.sending import Sender, Tally
from leasehold.settings.service import set_setting
from tests.conftest import FreshDatabase

ACTOR = Actor("cli:test")
VENDOR = "vendor@vendor.test"
DAY = timedelta(days=1)
END = datetime(2031, 6, 30, 22, 0, tzinfo=UTC)
"""When the licenses of the tests end: as the 30th of June does in Berlin."""


def make_customer(database: Database, name: str, email: str | None, *, language: str = "en") -> int:
    """A customer, whose primary contact has that address; its id."""
    with transaction(database, ACTOR) as session:
        customer = create_customer(session, name, language=language)
        if email is not None:
            details = (Detail(DetailKind.PHONE, "030 1234567"), Detail(DetailKind.EMAIL, email))
            card = ContactCard("Lovelace", "Ada", details=details, is_primary=True)
            add_contact(session, customer.institution_id, card)
        return customer.id


def make_license(
    database: Database, customer_id: int, *, ends: datetime | None = END, days: int = 365, product: str = "studio"
) -> str:
    """A license with a term of so many days; its key."""
    with transaction(database, ACTOR) as session:
        connection = driver_connection(session)
        if connection.execute("SELECT FROM products WHERE slug = %s", (product,)).fetchone() is None:
            create_product(session, product, name=product.title())
        starts = END - 365 * DAY if ends is None else ends - days * DAY
        terms = LicenseTerms(3, 2, valid_from=starts, valid_until=ends)
        customer = session.get_one(Customer, customer_id)
        return create_licenses(session, terms, customer=customer, product=find_product(session, product))[0]


def change(database: Database, statement: str, *parameters: object) -> None:
    """Change something by hand."""
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        connection.execute(statement, parameters)


def rows(database: Database, statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with database.connect(application="test") as connection:
        return connection.execute(statement, parameters).fetchall()


def set_hour(database: Database, hour: int) -> None:
    """Let reminders leave from that hour on; 0 is at any time of the day."""
    with transaction(database, ACTOR) as session:
        set_setting(driver_connection(session), "reminder_hour", str(hour))


def noon_zone(now: datetime) -> str:
    """A time zone in which it is past noon, and not yet one o'clock."""
    return next(f"Etc/GMT{-offset:+d}" for offset in range(-12, 13) if (now.hour + offset) % 24 == 12)


class Clock:
    """Sends at the moments that the test chooses, at any hour."""

    def __init__(
        self, fresh: FreshDatabase, settings: MailSettings, *, vendor: str | None = "vendor@vendor.test"
    ) -> None:
        self.database = fresh.as_role(Role.WORKER)
        self.settings = settings
        self.vendor = Vendor(Language.EN, vendor)
        set_hour(fresh.owner, 0)

    def send_at(self, moment: datetime) -> Tally:
        sender = Sender(self.database, self.settings, self.vendor, Actor("job:reminders"), clock=lambda _: moment)
        return sender.send_due()

    def close(self) -> None:
        engine_of(self.database).dispose()
