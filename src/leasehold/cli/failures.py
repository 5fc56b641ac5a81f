"""From what can go wrong to one sentence and an exit status, in one place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import typer

from leasehold.backups.errors import BackupError
from leasehold.kit.errors import ConfigurationError, DomainError, Kind

REFUSED = 1
NOT_USABLE = 2
DATABASE_AWAY = 3

# The database is there, but somebody else holds what is to be changed.
_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_NO_SCHEMA = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


@dataclass(frozen=True, slots=True)
class Failure:
    """What to say, and the exit status to leave with."""

    status: int
    code: str
    detail: str
    context: Mapping[str, Any] = field(default_factory=dict)


def explain(error: Exception) -> Failure | None:
    """What to tell the person; None for what is a mistake in the program."""
    match error:
        case BackupError():
            return Failure(error.status, error.code, error.detail, error.context)
        case DomainError():
            status = DATABASE_AWAY if error.kind is Kind.UNAVAILABLE else REFUSED
            return Failure(status, error.code, error.detail, error.context)
        case ConfigurationError():
            return Failure(NOT_USABLE, "configuration_invalid", str(error))
        case psycopg.Error():
            return _explain_database(error)
        case Exception(__cause__=psycopg.Error() as cause):  # as the ORM wraps it
            return _explain_database(cause)
        case _:
            return None


def complain(failure: Failure, *, as_json: bool) -> None:
    """Say it on the standard error stream."""
    if as_json:
        said = {"error": {"code": failure.code, "detail": failure.detail} | dict(failure.context)}
        typer.echo(json.dumps(said, ensure_ascii=False), err=True)
    else:
        typer.echo(f"leasehold: {failure.detail}", err=True)


def _explain_database(error: psycopg.Error) -> Failure | None:
    if isinstance(error, _NO_SCHEMA) or _lacks_roles(error):
        detail = "The database has no schema of this release: run `leasehold migrate`."
        return Failure(NOT_USABLE, "schema_not_ready", detail)
    if isinstance(error, _BUSY):
        detail = "Somebody else is changing the same thing just now, so nothing was changed: try again."
        return Failure(REFUSED, "busy", detail)
    if isinstance(error, psycopg.errors.NumericValueOutOfRange):
        detail = "There is nothing of so large a number: look it up again in the list that it is from."
        return Failure(REFUSED, "number_too_large", detail)
    if isinstance(error, psycopg.OperationalError):
        reason = " ".join(str(error).split()).rstrip(".")
        detail = (
            f"The database cannot be reached ({reason}): start it with `leasehold up`, or check LEASEHOLD_DATABASE_URL."
        )
        return Failure(DATABASE_AWAY, "database_unavailable", detail)
    return None


def _lacks_roles(error: psycopg.Error) -> bool:
    return isinstance(error, psycopg.OperationalError) and 'role "leasehold_panel" does not exist' in str(error)
