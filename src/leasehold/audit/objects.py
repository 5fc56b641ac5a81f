"""The life of one thing as the audit log has it."""

from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased

from leasehold.audit.models import AuditRow


def changes_of(session: Session, objects: Sequence[tuple[str, str]], *, limit: int = 30) -> Sequence[AuditRow]:
    """The newest audit rows about these rows (table, row id), newest first.

    Found first by the index on objects and then sorted: else the planner would rather walk the log backwards.
    """
    mine = select(AuditRow).where(tuple_(AuditRow.table_name, AuditRow.row_id).in_(objects))
    found = aliased(AuditRow, mine.cte("found").prefix_with("MATERIALIZED", dialect="postgresql"))
    return session.scalars(select(found).order_by(found.id.desc()).limit(limit)).all()
