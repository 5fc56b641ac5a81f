"""A mail server of one's own, and somebody who sends by it."""

from collections.abc import Iterator

import pytest

from leasehold.kit.database import Database
from tests.conftest import FreshDatabase
from tests.reminders.mailbox import Mailbox, mailbox
from tests.reminders.stock import Clock, change


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as opened:
        yield opened


@pytest.fixture
def clock(fresh_database: FreshDatabase, database: Database, box: Mailbox) -> Iterator[Clock]:
    """Days begin in Berlin."""
    change(database, "INSERT INTO settings (name, value) VALUES ('timezone', '\"Europe/Berlin\"')")
    made = Clock(fresh_database, box.settings())
    yield made
    made.close()
