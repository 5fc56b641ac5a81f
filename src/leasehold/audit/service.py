"""Events that are no change of an audited row, written into the log by hand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import cast


def record_event(session: Session, action: str, *, table: str, row_id: str, details: Mapping[str, Any]) -> None:
    """Write one audit row in the name of the transaction's actor; `details` must not be personal."""
    session.execute(select(func.audit_event(action, table, row_id, cast(dict(details), JSONB))))
