"""`leasehold audit …`."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from leasehold.audit.checkpoints import Checkpoint, put_witness_aside, read_checkpoint, read_witness
from leasehold.audit.models import AuditRow
from leasehold.audit.queries import AuditFilter, Place, list_audit_rows
from leasehold.audit.service import record_event
from leasehold.audit.verdict import Verification
from leasehold.audit.verification import verify_audit
from leasehold.cli.call import Call
from leasehold.cli.installation import database_of_installation
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.kit.database import Connection, Role
from leasehold.kit.errors import ConfigurationError, DomainError, Kind
from leasehold.kit.signing import KeyRing, SignatureRefused, load_key_ring
from leasehold.kit.text import clean_text
from leasehold.settings.days import day_begins

app = new_group()
_COLUMNS = ("id", "occurred_at", "actor", "action", "table", "row", "address")
_LATEST = "SELECT token FROM audit_checkpoints ORDER BY number DESC LIMIT 1"


@verb(app, "verify")
def verify(
    call: Call,
    *,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint that you kept, instead of the one in the data directory.", dir_okay=False),
    ] = None,
) -> None:
    """Verify that the audit log is what was written; exit status 0 only where it is."""
    witness = _kept(call, checkpoint)
    keys = load_key_ring(call.configuration.data_dir)
    with _reading(call) as connection:
        verdict = verify_audit(connection, keys, witness=witness)
    call.show(_verdict_fields(verdict))
    if not verdict.whole:
        raise typer.Exit(1)


@verb(app, "list")
def list_(
    call: Call,
    *,
    table: Annotated[str | None, typer.Option(help="Only changes of this table.")] = None,
    row: Annotated[str | None, typer.Option(help="Only changes of the row with this id.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this actor did, such as cli:root.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this: insert, update, delete, …")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="Only from this day or moment on.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
) -> None:
    """List what was done, newest first."""
    with transaction(call) as session:
        wanted = AuditFilter(table, row, actor, action, since=day_begins(session, since))

        def older_than(place: Place | None) -> list[AuditRow]:
            return list(list_audit_rows(session, wanted, older_than=place))

        rows: Iterator[AuditRow] = all_rows(older_than, None, lambda found: (found.occurred_at, found.id))
        call.show_list(map(_row_fields, islice(rows, limit)), _COLUMNS)


@verb(app, "checkpoint")
def checkpoint(call: Call) -> None:
    """Show the latest signed checkpoint, to be kept where nobody here can change it."""
    with _reading(call) as connection:
        row = connection.execute(_LATEST).fetchone()
    if row is None:
        detail = "Nothing has been sealed yet: the worker does so every second, so see whether it runs."
        raise DomainError(Kind.NOT_FOUND, "checkpoint_not_found", detail)
    token = str(row[0])
    keys = load_key_ring(call.configuration.data_dir)
    call.show({"token": token, **asdict(read_checkpoint(token, keys))})


@verb(app, "accept")
def accept(
    call: Call,
    *,
    reason: Annotated[str, typer.Option(help="Why the log is shorter than it was; it is written into the log.")],
) -> None:
    """Go on with a log that was rolled back on purpose, such as by restoring a backup."""
    data_dir = call.configuration.data_dir
    kept = _lost_checkpoint(call, load_key_ring(data_dir))
    why = clean_text(reason, what="The reason", longest=500)
    details = {"reason": why, "kept_size": kept.size, "kept_chain": kept.chain, "kept_time": kept.time}
    with transaction(call) as session:
        record_event(session, "accept_rollback", table="audit_log", row_id=str(kept.number), details=details)
    call.show({"accepted": True, "kept_size": kept.size, "put_aside": str(put_witness_aside(data_dir))})


def _lost_checkpoint(call: Call, keys: KeyRing) -> Checkpoint:
    """The kept checkpoint, where the database lacks what it speaks of and is whole otherwise."""
    token = _kept(call, None)
    with _reading(call) as connection:
        alone = verify_audit(connection, keys)
        together = verify_audit(connection, keys, witness=token)
    if token is None or together.whole:
        detail = "The log is what this machine remembers, so there is nothing to accept."
        raise DomainError(Kind.CONFLICT, "nothing_to_accept", detail)
    if alone.first_broken is not None:
        detail = f"The log is broken by what it says itself, not just shorter: {alone.first_broken.detail}"
        raise DomainError(Kind.CONFLICT, "audit_broken", detail)
    try:
        return read_checkpoint(token, keys)
    except SignatureRefused as error:
        detail = f"The checkpoint in {call.configuration.data_dir} was not signed here ({error}): look who changed it."
        raise DomainError(Kind.CONFLICT, "checkpoint_forged", detail) from error


def _reading(call: Call) -> Connection:
    database = database_of_installation(call.configuration, Role.PANEL)
    return database.connect(application="audit")


def _kept(call: Call, path: Path | None) -> str | None:
    """The checkpoint kept outside of the database; read before the database is, so that it cannot be ahead of it."""
    try:
        if path is None:
            return read_witness(call.configuration.data_dir)
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        what = path or call.configuration.data_dir
        raise ConfigurationError(f"The checkpoint in {what} cannot be read: {error.strerror}.") from error


def _verdict_fields(verdict: Verification) -> Fields:
    first = verdict.first_broken
    return {
        "whole": verdict.whole,
        "rows": verdict.rows,
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
        "checkpoints": verdict.checkpoints,
        "warning": verdict.warning,
        "first_broken": None if first is None else asdict(first),
    }


def _row_fields(row: AuditRow) -> Fields:
    return {
        "id": row.id,
        "occurred_at": rfc3339(row.occurred_at),
        "actor": row.actor,
        "action": row.action,
        "table": row.table_name,
        "row": row.row_id,
        "before": row.before,
        "after": row.after,
        "request_id": row.request_id,
        "address": None if row.address is None else str(row.address),
    }
