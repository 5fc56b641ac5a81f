"""The database for a verb; apart from `call.py`, so that verbs like `up` load no ORM."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from leasehold.cli.call import Call
from leasehold.cli.installation import database_of_installation
from leasehold.kit import orm
from leasehold.kit.database import Role


@contextmanager
def transaction(call: Call) -> Iterator[Session]:
    """A session in the caller's name, with the rights of the panel, committed at the end.

    Raises `ConfigurationError` where there is no installation.
    """
    database = database_of_installation(call.configuration, Role.PANEL)
    try:
        with orm.transaction(database, call.actor) as session:
            yield session
    finally:
        orm.engine_of(database).dispose()
