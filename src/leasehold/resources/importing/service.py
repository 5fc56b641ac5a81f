"""Take a file into a pool, whole or its good rows; and take an import back."""

from collections.abc import Sequence
from pathlib import Path
from typing import LiteralString

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leasehold.imports.errors import ImportOvertaken
from leasehold.imports.mappings import open_as_chosen, remember_columns
from leasehold.imports.opening import digest_of
from leasehold.imports.previewing import Preview, check_rows
from leasehold.imports.records import Undoing, came_to, find_import, take_back
from leasehold.imports.staging import stage
from leasehold.imports.tables import Choices
from leasehold.kit.actor import Actor
from leasehold.kit.orm import driver_connection
from leasehold.resources.importing.rows import FIELDS, read_items
from leasehold.resources.models import Resource, ResourceImport, ResourcePool
from leasehold.resources.pools import rules_of

_KNOWN: LiteralString = """
SELECT r.value AS key, r.pool_id = %(pool)s AS is_same, 'in_another_pool' AS problem,
       format('%%s is in the pool “%%s” already, and a value exists once: take it out.', r.value, p.name) AS detail,
       jsonb_build_object('value', r.value, 'pool', p.name) AS context
  FROM resources AS r JOIN resource_pools AS p ON p.id = r.pool_id
 WHERE r.kind = %(kind)s
"""
_TAKE = text("""
INSERT INTO resources (pool_id, kind, value, given, import_id)
SELECT :pool, :kind, key, nullif(given, key), :import FROM pg_temp.import_verdicts WHERE state = 'new' ORDER BY place
ON CONFLICT ON CONSTRAINT resources_value DO NOTHING
""")
_TAKE_NOTES = text("""
INSERT INTO resource_notes (resource_id, body, import_id, made_by)
SELECT r.id, v.fields ->> 'note', :import, :by
  FROM pg_temp.import_verdicts AS v JOIN resources AS r ON r.kind = :kind AND r.value = v.key
 WHERE v.state = 'new' AND v.fields ? 'note' ORDER BY v.place
""")
# Of the import, what somebody has done something with since.
_TOUCHED = text("""
SELECT r.value FROM resources AS r
 WHERE r.import_id = :import
   AND (r.version > 1 OR EXISTS (SELECT FROM resource_allocations AS a WHERE a.resource_id = r.id)
        OR EXISTS (SELECT FROM resource_notes AS n
                    WHERE n.resource_id = r.id AND n.import_id IS DISTINCT FROM :import))
 ORDER BY r.sort_key LIMIT 1000
""")
_FORGET_NOTES = text("DELETE FROM resource_notes WHERE import_id = :import")
_FORGET = text("DELETE FROM resources WHERE import_id = :import")


def preview_import(
    session: Session, pool: ResourcePool, path: Path, choices: Choices | None = None, *, file_name: str | None = None
) -> Preview:
    """Read the file and judge every row of it. Raises `FileRefused`."""
    connection = driver_connection(session)
    chosen = choices or Choices()
    table = open_as_chosen(connection, pool.kind, path, FIELDS, chosen)
    figures = stage(connection, read_items(table, rules_of(pool)), _KNOWN, {"pool": pool.id, "kind": pool.kind})
    return Preview(table, figures, digest_of(path), file_name or path.name, chosen.columns)


def take_import(
    session: Session, pool: ResourcePool, preview: Preview, *, good_rows_only: bool = False, actor: Actor
) -> ResourceImport:
    """Take what is new, in the transaction in which the preview was made; what is there already stays as it is.

    What was said about columns is remembered for files with the same header.

    Unless `good_rows_only`, any wrong or doubled row stops it all: raises `RowsRefused` with every one of them. Raises
    `ImportOvertaken` where somebody else has changed some of the same meanwhile.
    """
    connection = driver_connection(session)
    check_rows(connection, preview.figures, good_rows_only=good_rows_only)
    remember_columns(connection, pool.kind, preview.table.header, preview.columns)
    made = ResourceImport(pool_id=pool.id, **came_to(preview, good_rows_only=good_rows_only, actor=actor))
    session.add(made)
    session.flush()
    names = {"pool": pool.id, "kind": pool.kind, "import": made.id}
    if session.execute(_TAKE, names).rowcount != made.rows_new:  # type: ignore[attr-defined]  # of a statement that writes
        raise ImportOvertaken
    session.execute(_TAKE_NOTES, {"kind": pool.kind, "import": made.id, "by": actor.name})
    return made


def revert_import(session: Session, import_id: int, reason: str) -> ResourceImport:
    """Take the values of an import out of their pool again, all of them or none. Raises what `take_back` does."""
    return take_back(session, ResourceImport, import_id, reason, Undoing(_touched, _forget))


def read_import(session: Session, import_id: int) -> ResourceImport:
    """The import with this id. Raises `ImportNotFound`."""
    return find_import(session, ResourceImport, import_id)


def list_imports(session: Session, pool_id: int | None = None, *, limit: int = 100) -> Sequence[ResourceImport]:
    """The newest imports, of all pools or of one, newest first."""
    query = select(ResourceImport).order_by(ResourceImport.id.desc()).limit(limit)
    return session.scalars(query if pool_id is None else query.where(ResourceImport.pool_id == pool_id)).all()


def _touched(session: Session, import_id: int) -> Sequence[str]:
    session.execute(select(Resource.id).where(Resource.import_id == import_id).with_for_update().order_by(Resource.id))
    return list(session.scalars(_TOUCHED, {"import": import_id}))


def _forget(session: Session, import_id: int) -> None:
    session.execute(_FORGET_NOTES, {"import": import_id})
    session.execute(_FORGET, {"import": import_id})
