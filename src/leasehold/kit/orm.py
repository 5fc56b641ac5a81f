"""SQLAlchemy on our connections; apart from `database.py`, so that a program without an ORM does not load one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database
from leasehold.kit.errors import Stale
from leasehold.kit.models import Versioned


@cache
def engine_of(database: Database) -> Engine:
    """The one engine of this process for `database`, for everything that is not the hot path."""
    return create_engine("postgresql+psycopg://", creator=lambda: _connect(database), pool_pre_ping=True)


@contextmanager
def transaction(database: Database, actor: Actor) -> Iterator[Session]:
    """A session whose changes bear `actor`'s name: committed at the end, rolled back where anything is raised."""
    with Session(engine_of(database), expire_on_commit=False) as session, session.begin():
        actor.sign(driver_connection(session))
        yield session


def driver_connection(session: Session) -> Connection:
    """psycopg's own connection under `session`, in the same transaction."""
    return cast(Connection, session.connection().connection.driver_connection)


def check_version(row: Versioned, version: int | None) -> None:
    """Refuse to change `row`, which is locked, where it was read at another `version` (None: read just now).

    Raises `Stale`.
    """
    if version is not None and row.version != version:
        raise Stale


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the statement."""
    cause = error.orig
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def _connect(database: Database) -> Connection:
    """Nothing is prepared: a list's statement is the same for a frequent value and for a rare one, and the plan is not.

    Statements within triggers keep their plans, of which a large change runs the same one thousands of times.
    """
    connection = database.connect(application=database.role.value, lock_timeout_ms=5000)
    connection.prepare_threshold = None
    return connection
